//! Who may do what: one table for page, command line and machine.
//!
//! An actor is known before this is asked: an account has proven itself by its password, a link by its token. Whoever
//! sits at the machine without proof is [`Actor::Shell`]: it may do what neither releases a warning nor touches accounts
//! or keys, it may always stop, and it never counts as one of two people.

use crate::ids::{OrganisationId, UserName, WarningNumber};

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Writes and submits; may approve what another person submitted.
    Officer,
    /// Reads and approves.
    Approver,
    /// Runs the instance; everything an officer may.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Officer, Self::Approver, Self::Administrator];

    /// Stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Approver => "approver",
            Self::Administrator => "administrator",
        }
    }

    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    fn writes(self) -> bool {
        matches!(self, Self::Officer | Self::Administrator)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person who has proven to be this account.
    Account {
        /// Name to sign in with.
        name: UserName,
        /// What the account is for.
        role: Role,
    },
    /// Somebody at the machine without an account.
    Shell,
    /// Whoever holds the link of one company in one warning.
    Link {
        /// The company the link was sent to.
        organisation: OrganisationId,
        /// The warning it stands in.
        warning: WarningNumber,
    },
    /// Somebody on a public page.
    Anyone {
        /// Which page or way, for example `/melden`.
        source: String,
    },
    /// The program itself: the name of the station.
    Station(&'static str),
}

impl Actor {
    /// Whoever has proven to be this account.
    pub fn account(name: &str, role: Role) -> Self {
        Self::Account {
            name: UserName(name.to_string()),
            role,
        }
    }

    /// The word that stands in the journal. An account can have none of the others as its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Account { name, .. } => name.as_str(),
            Self::Shell => "shell",
            Self::Link { .. } => "link",
            Self::Anyone { .. } => "anyone",
            Self::Station(_) => "system",
        }
    }
}

/// Words that stand in journals for somebody who is no account, today or in an earlier release.
const NO_ACCOUNT: [&str; 10] = [
    "shell", "link", "anyone", "system", "station", "console", "cli", "witness", "bench", "demo",
];

/// True for a name an account may have: 2 to 64 letters, digits, `.`, `-` or `_`, and no word of [`Actor::name`].
pub fn is_account_name(text: &str) -> bool {
    let letters = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    letters
        && (2..=64).contains(&text.len())
        && !NO_ACCOUNT
            .iter()
            .any(|word| word.eq_ignore_ascii_case(text))
}

/// Who may do an act: the rows of the table that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circle {
    /// Officers and administrators.
    Writers,
    /// These, and the shell.
    WritersAndShell,
    /// These, the shell, and stations.
    WritersShellAndStations,
    /// Every account.
    People,
    /// Every account, and the shell.
    PeopleAndShell,
    /// Administrators.
    Administrators,
    /// Administrators, and the shell.
    AdministratorsAndShell,
    /// Whoever holds the link of a warning.
    Links,
    /// Everybody but the program itself.
    Everybody,
}

impl Circle {
    fn holds(self, actor: &Actor) -> bool {
        match actor {
            Actor::Account { role, .. } => match self {
                Self::Writers | Self::WritersAndShell | Self::WritersShellAndStations => {
                    role.writes()
                }
                Self::People | Self::PeopleAndShell | Self::Everybody => true,
                Self::Administrators | Self::AdministratorsAndShell => *role == Role::Administrator,
                Self::Links => false,
            },
            Actor::Shell => matches!(
                self,
                Self::WritersAndShell
                    | Self::WritersShellAndStations
                    | Self::PeopleAndShell
                    | Self::AdministratorsAndShell
                    | Self::Everybody
            ),
            Actor::Link { .. } => matches!(self, Self::Links | Self::Everybody),
            Actor::Anyone { .. } => self == Self::Everybody,
            Actor::Station(_) => self == Self::WritersShellAndStations,
        }
    }
}

/// Names every act once: variant, word, circle.
macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident $word:literal $circle:ident;)*) => {
        /// What can be done. Each is one transaction.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Act {
            $($(#[$doc])* $act,)*
        }

        impl Act {
            /// Every act, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$act,)*];

            /// The word of the act; its sentence stands with the texts.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$act => $word,)*
                }
            }

            /// Who may do it.
            pub fn circle(self) -> Circle {
                match self {
                    $(Self::$act => Circle::$circle,)*
                }
            }
        }
    };
}

acts! {
    /// Draft a warning on a threat.
    DraftWarning "draft_warning" WritersShellAndStations;
    /// Draft the correction of a warning that was wrong.
    CorrectWarning "correct_warning" WritersShellAndStations;
    /// Change the words of a warning.
    EditWarning "edit_warning" WritersAndShell;
    /// Hand a warning to the second person: the first of the two.
    SubmitWarning "submit_warning" Writers;
    /// Release what another person submitted: the second of the two.
    ApproveWarning "approve_warning" People;
    /// Send a submitted warning back: the second of the two, too.
    ReturnWarning "return_warning" People;
    /// Stop a warning.
    StopWarning "stop_warning" PeopleAndShell;
    /// Settle a delivery that waits for a person.
    ResolveDelivery "resolve_delivery" PeopleAndShell;
    /// Mark a notice as done.
    FinishNotice "finish_notice" PeopleAndShell;
    /// Mark a task as done.
    FinishTask "finish_task" PeopleAndShell;
    /// State a threat in own words.
    StateThreat "state_threat" WritersShellAndStations;
    /// Comment on a threat: a person's word.
    CommentThreat "comment_threat" People;
    /// Mark a threat as read: a person's mark.
    ReadThreat "read_threat" People;
    /// Mark an entry of the reading list as read: a person's mark.
    ReadEntry "read_entry" People;
    /// Remove a threat nobody was warned of.
    RemoveThreat "remove_threat" WritersAndShell;
    /// Take in advisories, catalogues, reports and signs.
    Ingest "ingest" WritersShellAndStations;
    /// Read members, providers, people, inventory or networks from a list.
    ImportRegister "import_register" WritersAndShell;
    /// Say how a person of a member or provider is reached, or is no longer.
    ChangeContact "change_contact" WritersAndShell;
    /// Bring in a build pack.
    ImportPack "import_pack" WritersAndShell;
    /// Take out a build pack.
    RemovePack "remove_pack" WritersAndShell;
    /// Say whose a report from a person is.
    AssignReport "assign_report" WritersAndShell;
    /// Note that a member agreed to be named.
    NoteConsent "note_consent" WritersAndShell;
    /// Mark how far a remedy has come.
    MarkRemediation "mark_remediation" WritersAndShell;
    /// Match documents or assets by hand.
    MatchByHand "match_by_hand" WritersAndShell;
    /// Add a source, with its key or password if it has one.
    AddFeed "add_feed" WritersAndShell;
    /// Ask a source now.
    PullFeed "pull_feed" WritersAndShell;
    /// Do not ask a source any more.
    PauseFeed "pause_feed" WritersAndShell;
    /// Ask a source again.
    ResumeFeed "resume_feed" WritersAndShell;
    /// Forget a source.
    RemoveFeed "remove_feed" WritersAndShell;
    /// Give a source another key or password.
    ReplaceSecret "replace_secret" Writers;
    /// Let a publisher's key count, or not.
    DecideKey "decide_key" Writers;
    /// Remember anew from where a publisher speaks.
    ForgetPublisher "forget_publisher" Writers;
    /// Make the key pair for sealed reports where there is none yet.
    MakeReportKey "make_report_key" WritersAndShell;
    /// Make a data directory.
    SetUp "set_up" AdministratorsAndShell;
    /// Add people and print one-time links while set-up is open.
    SetUpAccounts "set_up_accounts" AdministratorsAndShell;
    /// Add people, print one-time links and take access away after that.
    ManageAccounts "manage_accounts" Administrators;
    /// Use up a one-time link and set a password.
    AcceptInvitation "accept_invitation" Everybody;
    /// Prove an account by its password.
    SignIn "sign_in" Everybody;
    /// End the own session.
    SignOut "sign_out" Everybody;
    /// Answer a warning.
    AnswerWarning "answer_warning" Links;
    /// Take back an answer.
    UndoAnswer "undo_answer" Links;
    /// Report an incident.
    ReportIncident "report_incident" Everybody;
}

/// May this actor do this? The only place that says so.
pub fn may(actor: &Actor, act: Act) -> bool {
    act.circle().holds(actor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(role: Role) -> Actor {
        Actor::account("k.weber", role)
    }

    /// Releasing takes two accounts; accounts and keys take an account; everything else of the house the shell may do.
    #[test]
    fn the_shell_neither_releases_nor_touches_accounts_or_keys() {
        for act in [
            Act::SubmitWarning,
            Act::ApproveWarning,
            Act::ReturnWarning,
            Act::ManageAccounts,
            Act::DecideKey,
            Act::ForgetPublisher,
            Act::ReplaceSecret,
        ] {
            assert!(!may(&Actor::Shell, act), "{act:?}");
        }
        for act in [Act::StopWarning, Act::SetUpAccounts, Act::AddFeed] {
            assert!(may(&Actor::Shell, act), "{act:?}");
        }
    }

    #[test]
    fn every_account_may_stop_and_approve_and_an_approver_writes_nothing() {
        for role in Role::ALL {
            for act in [Act::StopWarning, Act::ApproveWarning, Act::FinishNotice] {
                assert!(may(&account(role), act), "{role:?} {act:?}");
            }
            for act in [Act::DraftWarning, Act::SubmitWarning, Act::ImportRegister] {
                assert_eq!(
                    may(&account(role), act),
                    role != Role::Approver,
                    "{role:?} {act:?}"
                );
            }
        }
        assert!(!may(&account(Role::Officer), Act::ManageAccounts));
        assert!(may(&account(Role::Administrator), Act::ManageAccounts));
    }

    /// The program releases, stops and settles nothing by itself.
    #[test]
    fn stations_only_take_in_and_draft() {
        let station = Actor::Station("revise");
        let allowed: Vec<Act> = Act::ALL
            .iter()
            .copied()
            .filter(|act| may(&station, *act))
            .collect();
        assert_eq!(
            allowed,
            [
                Act::DraftWarning,
                Act::CorrectWarning,
                Act::StateThreat,
                Act::Ingest
            ]
        );
    }

    #[test]
    fn nobody_can_be_called_like_the_shell() {
        for (name, expected) in [
            ("k.weber", true),
            ("shell", false),
            ("Shell", false),
            ("system", false),
            ("link", false),
            ("x", false),
            ("a b", false),
        ] {
            assert_eq!(is_account_name(name), expected, "{name}");
        }
    }
}
