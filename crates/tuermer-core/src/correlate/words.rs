//! The sentence of a campaign's reason in both languages. Names no organisation.

use super::campaign::Reason;
use super::detect::Detector;
use super::sign::KeyKind;
use crate::locale::Language;

impl Reason {
    /// What is more than usual, compared with what, in one sentence; `value` is what is shared as people write it.
    pub fn sentence(&self, language: Language, value: &str) -> String {
        let Self {
            seen,
            hours,
            days_of_past,
            region,
            ..
        } = self;
        match language {
            Language::German => {
                let shared = match self.key.kind() {
                    KeyKind::Product => format!("Zeichen zu {value}"),
                    KeyKind::SourceNetwork => format!("Zeichen aus dem Netz {value}"),
                    KeyKind::Sender => format!("Nachrichten von {value}"),
                    KeyKind::Indicator => format!("das Merkmal {value}"),
                    KeyKind::Shell => format!("die Datei {value}"),
                };
                let place = if region.is_empty() {
                    String::new()
                } else {
                    format!(" in {region}")
                };
                let usual = tenths(self.expected).replace('.', ",");
                let why = match self.detector {
                    Detector::Three => {
                        "Die einfache Regel (drei in 24 Stunden) schlägt an".to_string()
                    }
                    _ if *days_of_past == 0 => "Vergleichszahlen gibt es noch nicht".to_string(),
                    _ => format!("Üblich wären {usual} (aus {days_of_past} Tagen)"),
                };
                format!("{seen} unabhängige Fälle in {hours} Stunden{place}: {shared}. {why}.")
            }
            Language::English => {
                let shared = match self.key.kind() {
                    KeyKind::Product => format!("signs about {value}"),
                    KeyKind::SourceNetwork => format!("signs from the network {value}"),
                    KeyKind::Sender => format!("messages from {value}"),
                    KeyKind::Indicator => format!("the indicator {value}"),
                    KeyKind::Shell => format!("the file {value}"),
                };
                let place = if region.is_empty() {
                    String::new()
                } else {
                    format!(" in {region}")
                };
                let why = match self.detector {
                    Detector::Three => "The simple rule (three in 24 hours) alarms".to_string(),
                    _ if *days_of_past == 0 => "There is nothing to compare with yet".to_string(),
                    _ => format!(
                        "Usual are {} (from {days_of_past} days)",
                        tenths(self.expected)
                    ),
                };
                format!("{seen} independent cases in {hours} hours{place}: {shared}. {why}.")
            }
        }
    }
}

/// One digit after the point; what is rarer is said to be rarer.
fn tenths(expected: f64) -> String {
    if expected < 0.1 {
        "< 0.1".to_string()
    } else {
        format!("{expected:.1}")
    }
}
