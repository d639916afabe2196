//! A report by a person who saw something: its grade, and the sign that is made from it.
//!
//! Grades follow the Admiralty scale. A stranger's word is F6, "no basis": it rings the operator and proves nothing until
//! somebody has called back.

use crate::admiralty::{Credibility, Grade, Reliability};
use crate::ids::OrganisationId;
use crate::scale::words;
use crate::taxonomy::IncidentType;
use jiff::{SignedDuration, Timestamp};

words! {
    /// What happened, in words that a shaken person knows.
    Incident {
        /// Anything else, or not known.
        Other = "other",
        /// A mail or an invoice looks forged.
        Mail = "mail",
        /// Somebody tries the door: scans, blocked attacks, many failed log-ins.
        Attempt = "attempt",
        /// Somebody else used an account.
        Account = "account",
        /// Foreign files, programs or accounts on a computer.
        Intruder = "intruder",
        /// Files are encrypted, or money is demanded.
        Encrypted = "encrypted",
    }
}

impl Incident {
    /// What it means as a sign.
    pub fn kind(self) -> IncidentType {
        match self {
            Self::Encrypted => IncidentType::InfectedSystem,
            Self::Intruder => IncidentType::SystemCompromise,
            Self::Account => IncidentType::UnprivilegedAccountCompromise,
            Self::Attempt => IncidentType::Exploit,
            Self::Mail => IncidentType::Phishing,
            Self::Other => IncidentType::Undetermined,
        }
    }
}

words! {
    /// Since when, as exactly as somebody remembers it.
    Since {
        /// Nobody knows.
        Unknown = "unknown",
        /// Longer than a week.
        Longer = "longer",
        /// In the last seven days.
        Week = "week",
        /// Yesterday.
        Yesterday = "yesterday",
        /// Today.
        Today = "today",
    }
}

impl Since {
    /// The earliest moment that was meant; the moment of the report where nobody knows.
    pub fn began(self, received_at: Timestamp) -> Timestamp {
        let days = match self {
            Self::Today | Self::Unknown => 0,
            Self::Yesterday => 1,
            Self::Week | Self::Longer => 7,
        };
        received_at
            .checked_sub(SignedDuration::from_hours(24 * days))
            .unwrap_or(received_at)
    }
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessReport {
    /// The number the reporter is given; also our key.
    pub receipt: String,
    /// When it reached us.
    pub received_at: Timestamp,
    /// What happened.
    pub incident: Incident,
    /// Product or device in the reporter's words, may be empty.
    pub product: String,
    /// Since when.
    pub since: Since,
    /// There is something to show: a file, a log, a picture of a screen.
    pub evidence: bool,
    /// What was seen, in the reporter's words.
    pub words: String,
    /// Company as typed.
    pub company: String,
    /// Who reports.
    pub name: String,
    /// Telephone or e-mail.
    pub reach: String,
    /// Whose it is, where known.
    pub organisation: Option<OrganisationId>,
    /// How the reporter was verified: `link`, or the account that called back; empty while unverified.
    pub known_by: String,
}

impl WitnessReport {
    /// Grade on the Admiralty scale: reliability of the source, credibility of what it says.
    pub fn grade(&self) -> Grade {
        match (self.organisation.is_some(), self.evidence) {
            (true, true) => Grade {
                reliability: Reliability::Usual,
                credibility: Credibility::Probable,
            },
            (true, false) => Grade {
                reliability: Reliability::Fair,
                credibility: Credibility::Possible,
            },
            (false, _) => Grade::UNJUDGED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(organisation: Option<&str>, evidence: bool) -> WitnessReport {
        WitnessReport {
            receipt: "M-1".into(),
            received_at: Timestamp::UNIX_EPOCH,
            incident: Incident::Intruder,
            product: String::new(),
            since: Since::Today,
            evidence,
            words: String::new(),
            company: String::new(),
            name: String::new(),
            reach: String::new(),
            organisation: organisation.map(|id| OrganisationId(id.into())),
            known_by: String::new(),
        }
    }

    #[test]
    fn a_strangers_word_proves_nothing_whatever_it_claims_to_have() {
        for (organisation, evidence, grade) in [
            (None, true, "F6"),
            (None, false, "F6"),
            (Some("o"), false, "C3"),
            (Some("o"), true, "B2"),
        ] {
            assert_eq!(
                report(organisation, evidence).grade().to_text(),
                grade,
                "{organisation:?} {evidence}"
            );
        }
    }

    #[test]
    fn only_what_is_inside_counts_as_a_break_in() {
        let inside: Vec<&str> = Incident::ALL
            .iter()
            .filter(|incident| incident.kind().is_incident())
            .map(|incident| incident.as_str())
            .collect();
        assert_eq!(inside, ["account", "intruder", "encrypted"]);
    }

    #[test]
    fn the_beginning_is_never_later_than_the_report() {
        let received: Timestamp = "2021-03-05T12:00:00Z".parse().unwrap();
        for (since, began) in [
            ("today", "2021-03-05T12:00:00Z"),
            ("yesterday", "2021-03-04T12:00:00Z"),
            ("week", "2021-02-26T12:00:00Z"),
            ("unknown", "2021-03-05T12:00:00Z"),
        ] {
            assert_eq!(
                Since::parse(since).unwrap().began(received).to_string(),
                began,
                "{since}"
            );
        }
    }
}
