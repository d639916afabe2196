//! How far a source and what it says are to be believed: the Admiralty scale, letter and digit independent of each other.
//!
//! F and 6 weigh 50 but mean "no basis": they open a question and never count as half a proof.

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
    /// 0 to 100.
    pub fn weight(self) -> u8 {
        match self {
            Self::Complete => 100,
            Self::Usual => 75,
            Self::Fair | Self::Unjudged => 50,
            Self::Rare => 25,
            Self::Unreliable | Self::Deceptive => 0,
        }
    }
}

impl Credibility {
    /// 0 to 100.
    pub fn weight(self) -> u8 {
        match self {
            Self::Confirmed => 100,
            Self::Probable => 75,
            Self::Possible | Self::Unjudged => 50,
            Self::Doubtful => 25,
            Self::Improbable => 0,
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
    pub const UNJUDGED: Self = Self { reliability: Reliability::Unjudged, credibility: Credibility::Unjudged };

    /// Reads `B2` or `b2`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let (letter, digit) = text.split_at_checked(1)?;
        Some(Self { reliability: Reliability::parse(letter)?, credibility: Credibility::parse(digit)? })
    }

    /// `B2`.
    pub fn to_text(self) -> String {
        format!("{}{}", self.reliability.as_str(), self.credibility.as_str())
    }

    /// 0 to 100: no more than the weaker of the two.
    pub fn weight(self) -> u8 {
        self.reliability.weight().min(self.credibility.weight())
    }

    /// False for F and 6: there is no basis, so it may open a question and must not prove anything.
    pub fn has_basis(self) -> bool {
        self.reliability != Reliability::Unjudged && self.credibility != Credibility::Unjudged
    }
}

#[cfg(test)]
mod tests {
    use super::{Credibility, Grade, Reliability};

    #[test]
    fn the_weaker_of_the_two_counts_and_no_basis_is_none() {
        for (text, weight, basis) in [
            ("A1", 100, true),
            ("b2", 75, true),
            ("B5", 0, true),
            ("D1", 25, true),
            ("G1", 0, true),
            ("F1", 50, false),
            ("A6", 50, false),
            ("E6", 0, false),
            ("F6", 50, false),
        ] {
            let grade = Grade::read(text).unwrap();
            assert_eq!((grade.weight(), grade.has_basis()), (weight, basis), "{text}");
            assert_eq!(grade.to_text(), text.to_uppercase());
        }
        for text in ["", "B", "2B", "H1", "A7", "A11", "ä1"] {
            assert_eq!(Grade::read(text), None, "{text}");
        }
        assert_eq!((Reliability::ALL.len(), Credibility::ALL.len()), (7, 6));
    }
}
