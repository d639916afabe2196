//! Ways to a person: the closed list of channels, and what each of them is, as data.
//!
//! A contact point is an address of one kind; a channel carries messages to points of some kinds. Who plans, sends
//! or records asks [`Channel::nature`] instead of naming a channel.

use crate::scale::words;

words! {
    /// What an address is.
    PointKind {
        /// Mail address.
        Email = "email",
        /// Telephone at a desk, E.164.
        Phone = "phone",
        /// Mobile telephone, E.164.
        Mobile = "mobile",
        /// Where letters go; the register's address where none is told.
        Postal = "postal",
        /// Where a machine listens, https.
        Webhook = "webhook",
    }
}

words! {
    /// A way to a person, in the order in which ways are planned.
    Channel {
        /// E-mail over SMTP.
        Email = "email",
        /// The same mail as a file (drills, demo).
        Folder = "folder",
        /// A signed message to a machine (Standard Webhooks 1.0).
        Webhook = "webhook",
        /// A person must call.
        Phone = "phone",
    }
}

words! {
    /// What a member runs to be reached, and what an attack may take away from it.
    Service {
        /// Its mail: server, gateway or mailbox.
        Mail = "mail",
    }
}

/// How an address is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressForm {
    /// `name@domain`, the domain in lower-case A-labels.
    Mail,
    /// E.164.
    Telephone,
    /// One line of text.
    Text,
    /// An https URL without a password.
    Url,
}

impl PointKind {
    /// How its addresses are written.
    pub fn form(self) -> AddressForm {
        match self {
            Self::Email => AddressForm::Mail,
            Self::Phone | Self::Mobile => AddressForm::Telephone,
            Self::Postal => AddressForm::Text,
            Self::Webhook => AddressForm::Url,
        }
    }

    /// True where messages are signed with a key of the point.
    pub fn has_key(self) -> bool {
        self.form() == AddressForm::Url
    }
}

/// What a channel is.
#[derive(Debug, PartialEq, Eq)]
pub struct Nature {
    /// Kinds of points it can use, best first.
    pub points: &'static [PointKind],
    /// What it depends on at the member's side.
    pub needs: Option<Service>,
    /// A person carries the message: it waits on a list, nothing is sent.
    pub by_person: bool,
    /// A person sees or hears it; otherwise a machine takes it.
    pub reaches_person: bool,
    /// Accepted means arrived, not only that the next server took it.
    pub proves_arrival: bool,
    /// The receiver knows a repeated message by its id, so that whoever may have got it simply gets it again.
    pub repeats_harmless: bool,
    /// Each message costs money.
    pub costs: bool,
    /// It rings at night.
    pub wakes: bool,
    /// The message in one word, as it stands in notes of deliveries; never translated.
    pub said: &'static str,
    /// Seconds to wait after each temporary failure; after one more the delivery has failed.
    pub pauses_seconds: &'static [i64],
}

/// Half a minute, doubled up to an hour.
const MAIL_PAUSES: &[i64] = &[
    30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600,
];
/// Schedule of Standard Webhooks 1.0: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
const WEBHOOK_PAUSES: &[i64] = &[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

const EMAIL: Nature = Nature {
    points: &[PointKind::Email],
    needs: Some(Service::Mail),
    by_person: false,
    reaches_person: true,
    proves_arrival: false,
    repeats_harmless: false,
    costs: false,
    wakes: false,
    said: "mail",
    pauses_seconds: MAIL_PAUSES,
};
const WEBHOOK: Nature = Nature {
    points: &[PointKind::Webhook],
    needs: None,
    reaches_person: false,
    proves_arrival: true,
    repeats_harmless: true,
    said: "webhook",
    pauses_seconds: WEBHOOK_PAUSES,
    ..EMAIL
};
const PHONE: Nature = Nature {
    points: &[PointKind::Phone, PointKind::Mobile],
    needs: None,
    by_person: true,
    proves_arrival: true,
    costs: true,
    wakes: true,
    said: "call",
    pauses_seconds: &[],
    ..EMAIL
};

impl Channel {
    /// The way that is left where no other one reaches a person.
    pub const LAST: Self = Self::Phone;

    /// What it is.
    pub const fn nature(self) -> &'static Nature {
        match self {
            Self::Email | Self::Folder => &EMAIL,
            Self::Webhook => &WEBHOOK,
            Self::Phone => &PHONE,
        }
    }

    /// Ways that can be planned. `folder`: mails are written as files.
    pub fn planned(folder: bool) -> impl Iterator<Item = Self> {
        let other = if folder { Self::Email } else { Self::Folder };
        Self::ALL
            .iter()
            .copied()
            .filter(move |channel| *channel != other)
    }

    /// The way on which operators hear of trouble.
    pub fn of_operators(folder: bool) -> Self {
        if folder { Self::Folder } else { Self::Email }
    }

    /// True where it can use a point of this kind.
    pub fn uses(self, kind: PointKind) -> bool {
        self.nature().points.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_has_an_end_and_the_last_one_needs_nothing() {
        for channel in Channel::ALL {
            let nature = channel.nature();
            assert!(!nature.points.is_empty(), "{channel:?}");
            assert_eq!(nature.by_person, nature.pauses_seconds.is_empty());
        }
        assert_eq!(Channel::LAST.nature().needs, None);
        assert!(Channel::LAST.nature().by_person);
    }

    #[test]
    fn mails_leave_by_server_or_as_files_never_both() {
        for (folder, expected) in [
            (false, [Channel::Email, Channel::Webhook, Channel::Phone]),
            (true, [Channel::Folder, Channel::Webhook, Channel::Phone]),
        ] {
            assert_eq!(Channel::planned(folder).collect::<Vec<_>>(), expected);
        }
    }
}
