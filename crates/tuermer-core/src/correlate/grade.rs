//! How much a report counts: the Admiralty scale with the weights of the MISP taxonomy, and whether there is evidence.
//!
//! Letter and digit are independent; the smaller one counts. F and 6 say "no basis to judge": their number in the
//! taxonomy (50) is never used as half a proof – such a report opens a question and counts for nothing.

use crate::scale::words;

words! {
    /// How reliable the source is.
    Reliability {
        /// Deliberately deceptive (MISP only).
        Deceptive = "G",
        /// Cannot be judged.
        NotJudged = "F",
        /// Unreliable.
        Unreliable = "E",
        /// Not usually reliable.
        NotUsually = "D",
        /// Fairly reliable.
        Fairly = "C",
        /// Usually reliable.
        Usually = "B",
        /// Completely reliable.
        Completely = "A",
    }
}

words! {
    /// How credible the information is.
    Credibility {
        /// Cannot be judged.
        NotJudged = "6",
        /// Improbable.
        Improbable = "5",
        /// Doubtful.
        Doubtful = "4",
        /// Possibly true.
        Possibly = "3",
        /// Probably true.
        Probably = "2",
        /// Confirmed by other independent sources.
        Confirmed = "1",
    }
}

/// Both, as in "B2".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grade {
    /// The letter.
    pub reliability: Reliability,
    /// The digit.
    pub credibility: Credibility,
}

impl Grade {
    /// No basis to judge either.
    pub const UNKNOWN: Self = Self { reliability: Reliability::NotJudged, credibility: Credibility::NotJudged };

    /// Reads "B2" or "b2"; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let (letter, digit) = text.split_at_checked(1)?;
        Some(Self { reliability: Reliability::parse(letter)?, credibility: Credibility::parse(digit)? })
    }

    /// As people write it.
    pub fn to_text(self) -> String {
        format!("{}{}", self.reliability.as_str(), self.credibility.as_str())
    }

    /// 0 to 100; `None` where there is no basis to judge.
    pub fn weight(self) -> Option<u8> {
        let source = match self.reliability {
            Reliability::NotJudged => return None,
            Reliability::Completely => 100,
            Reliability::Usually => 75,
            Reliability::Fairly => 50,
            Reliability::NotUsually => 25,
            Reliability::Unreliable | Reliability::Deceptive => 0,
        };
        let information = match self.credibility {
            Credibility::NotJudged => return None,
            Credibility::Confirmed => 100,
            Credibility::Probably => 75,
            Credibility::Possibly => 50,
            Credibility::Doubtful => 25,
            Credibility::Improbable => 0,
        };
        Some(source.min(information))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_of_both_counts_and_no_basis_is_no_half_proof() {
        let rows = [
            ("A1", Some(100)),
            ("b2", Some(75)),
            ("A3", Some(50)),
            ("C1", Some(50)),
            ("D2", Some(25)),
            ("E1", Some(0)),
            ("G1", Some(0)),
            ("A5", Some(0)),
            ("F1", None),
            ("A6", None),
            ("F6", None),
        ];
        for (text, weight) in rows {
            let grade = Grade::parse(text).unwrap();
            assert_eq!(grade.weight(), weight, "{text}");
            assert_eq!(grade.to_text(), text.to_ascii_uppercase());
        }
        for text in ["", "B", "2B", "H1", "A0", "B22", "ä1"] {
            assert_eq!(Grade::parse(text), None, "{text}");
        }
        assert_eq!(Grade::parse("F6"), Some(Grade::UNKNOWN));
    }
}
