//! Which ways a warning takes to one organisation.

use crate::warning::Channel;

/// What is known about reaching an organisation, and what the threat does to its channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// A mail address is known.
    pub email: bool,
    /// A telephone number is known.
    pub phone: bool,
    /// The affected product carries this organisation's e-mail (law 5).
    pub email_is_affected: bool,
    /// Signs of a break-in: telephone first, no mass mail.
    pub incident: bool,
    /// Mails go to a folder (demo, drill).
    pub folder: bool,
}

/// Channels of the first round, in order. Where e-mail depends on what is attacked, or is not known,
/// the organisation is on the call list at once; letters and SMS are not built yet.
pub fn channels(reach: Reach) -> Vec<Channel> {
    let mail = if reach.folder {
        Channel::Folder
    } else {
        Channel::Email
    };
    if reach.incident {
        return vec![Channel::Phone];
    }
    match (reach.email, reach.email_is_affected) {
        (true, false) => vec![mail],
        (true, true) => vec![mail, Channel::Phone],
        (false, _) => vec![Channel::Phone],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let reach = Reach {
            email: true,
            phone: true,
            email_is_affected: false,
            incident: false,
            folder: false,
        };
        for (reach, expected) in [
            (reach, vec![Channel::Email]),
            (
                Reach {
                    email_is_affected: true,
                    ..reach
                },
                vec![Channel::Email, Channel::Phone],
            ),
            (
                Reach {
                    email: false,
                    ..reach
                },
                vec![Channel::Phone],
            ),
            (
                Reach {
                    incident: true,
                    ..reach
                },
                vec![Channel::Phone],
            ),
            (
                Reach {
                    folder: true,
                    ..reach
                },
                vec![Channel::Folder],
            ),
        ] {
            assert_eq!(channels(reach), expected, "{reach:?}");
        }
    }
}
