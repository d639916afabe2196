//! When a product line ends; that nobody knows is an answer of its own.

use jiff::civil::Date;

/// The end of a product line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfLife {
    /// No end is told.
    Open,
    /// Day from which there are no updates any more.
    Day(Date),
    /// It has ended or will; the day was not found, so nothing is said of it.
    NotKnown,
}

impl EndOfLife {
    /// The day, where it is known.
    pub fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Open | Self::NotKnown => None,
        }
    }
}
