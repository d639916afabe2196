//! The reason of a campaign as a sentence without words: key and values. Names no organisation.

use super::campaign::Reason;
use super::detect::Detector;
use super::sign::KeyKind;
use crate::sentence::{Part, Sentence};

impl Reason {
    /// What is more than usual, compared with what; `value` is what is shared as people write it.
    pub fn sentence(&self, value: &str) -> Sentence {
        let shared = match self.key.kind() {
            KeyKind::Product => "notice.campaign_shares_product",
            KeyKind::SourceNetwork => "notice.campaign_shares_network",
            KeyKind::Sender => "notice.campaign_shares_sender",
            KeyKind::Indicator => "notice.campaign_shares_indicator",
            KeyKind::Shell => "notice.campaign_shares_shell",
        };
        let usual = match self.detector {
            Detector::Three => Sentence::new("notice.campaign_rule_of_three", []),
            _ if self.days_of_past == 0 => Sentence::new("notice.campaign_no_past", []),
            _ => Sentence::new(
                "notice.campaign_usual",
                [
                    ("usual", tenths(self.expected)),
                    ("days", self.days_of_past.into()),
                ],
            ),
        };
        let values = [
            ("seen", Part::from(self.seen.to_string())),
            ("hours", self.hours.to_string().into()),
            ("region", self.region.as_str().into()),
            (
                "shared",
                Sentence::new(shared, [("value", value.into())]).into(),
            ),
            ("usual", usual.into()),
        ];
        if self.region.is_empty() {
            Sentence::new("notice.campaign_reason", values)
        } else {
            Sentence::new("notice.campaign_reason_in_region", values)
        }
    }
}

/// One digit after the point; what is rarer is said to be rarer.
fn tenths(expected: f64) -> Part {
    let decimal = if expected < 0.1 {
        "< 0.1".to_string()
    } else {
        format!("{expected:.1}")
    };
    Part::Decimal { decimal }
}
