//! How far a source and what it says are to be believed: the Admiralty scale with the weights of the MISP taxonomy, letter and
//! digit independent of each other.
//!
//! F and 6 say "no basis to judge": their number in the taxonomy (50) is never used as half a proof.

use crate::scale::words;

words! {
    /// How reliable the source is.
    Reliability {
        /// Completely reliable.
        Complete = "A",
        /// Usually reliable.
        Usual = "B",
        /// Fairly reliable.
        Fair = "C",
        /// Not usually reliable.
        Rare = "D",
        /// Never was.
        Unreliable = "E",
        /// Cannot be judged.
        Unjudged = "F",
        /// Deliberately deceptive; MISP only.
        Deceptive = "G",
    }
}

words! {
    /// How credible the information is.
    Credibility {
        /// Confirmed by other independent sources.
        Confirmed = "1",
        /// Probably true.
        Probable = "2",
        /// Possibly true.
        Possible = "3",
        /// Doubtful.
        Doubtful = "4",
        /// Improbable.
        Improbable = "5",
        /// Cannot be judged.
        Unjudged = "6",
    }
}

impl Reliability {
    /// 0 to 100; `None` where there is no basis to judge.
    fn weight(self) -> Option<u8> {
        match self {
            Self::Complete => Some(100),
            Self::Usual => Some(75),
            Self::Fair => Some(50),
            Self::Rare => Some(25),
            Self::Unreliable | Self::Deceptive => Some(0),
            Self::Unjudged => None,
        }
    }
}

impl Credibility {
    /// 0 to 100; `None` where there is no basis to judge.
    fn weight(self) -> Option<u8> {
        match self {
            Self::Confirmed => Some(100),
            Self::Probable => Some(75),
            Self::Possible => Some(50),
            Self::Doubtful => Some(25),
            Self::Improbable => Some(0),
            Self::Unjudged => None,
        }
    }
}

/// `B2`: a usually reliable source says what is probably true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grade {
    /// The source.
    pub reliability: Reliability,
    /// What it says.
    pub credibility: Credibility,
}

impl Grade {
    /// Nobody has judged yet.
    pub const UNJUDGED: Self = Self {
        reliability: Reliability::Unjudged,
        credibility: Credibility::Unjudged,
    };

    /// Reads `B2` or `b2`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let (letter, digit) = text.split_at_checked(1)?;
        Some(Self {
            reliability: Reliability::parse(letter)?,
            credibility: Credibility::parse(digit)?,
        })
    }

    /// `B2`.
    pub fn to_text(self) -> String {
        format!("{}{}", self.reliability.as_str(), self.credibility.as_str())
    }

    /// 0 to 100: no more than the weaker of the two. `None` for F and 6: such a report opens a question and counts for nothing.
    pub fn weight(self) -> Option<u8> {
        Some(self.reliability.weight()?.min(self.credibility.weight()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{Credibility, Grade, Reliability};

    #[test]
    fn the_weaker_of_the_two_counts_and_no_basis_is_none() {
        for (text, weight) in [
            ("A1", Some(100)),
            ("b2", Some(75)),
            ("A3", Some(50)),
            ("C1", Some(50)),
            ("B5", Some(0)),
            ("D1", Some(25)),
            ("G1", Some(0)),
            ("F1", None),
            ("A6", None),
            ("E6", None),
            ("F6", None),
        ] {
            let grade = Grade::read(text).unwrap();
            assert_eq!(grade.weight(), weight, "{text}");
            assert_eq!(grade.to_text(), text.to_uppercase());
        }
        for text in ["", "B", "2B", "H1", "A7", "A11", "ä1"] {
            assert_eq!(Grade::read(text), None, "{text}");
        }
        assert_eq!((Reliability::ALL.len(), Credibility::ALL.len()), (7, 6));
    }
}
