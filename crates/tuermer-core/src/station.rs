//! Stations, which run without a person: a closed list. Each station looks for what is missing, decides and writes; how often it looks,
//! and whose work wakes it before its time, stands here. The clock is the guarantee, a wake-up only a hint.

use crate::scale::words;

words! {
    /// A station, in the order of the main line.
    Station {
        /// Asks every feed that is due.
        Poll = "poll",
        /// Weighs new revisions of threats.
        Revise = "revise",
        /// Finds campaigns among the signs.
        Correlate = "correlate",
        /// Judges who is affected.
        Assess = "assess",
        /// Makes a message to each operator of what people must know outside the pages.
        Tell = "tell",
        /// Hands messages over.
        Deliver = "deliver",
        /// Forgets what has served its time.
        Forget = "forget",
    }
}

/// Seconds between two looks of a station that waits for people or for other stations.
const OFTEN: u64 = 2;
/// Seconds between two looks of a station whose work comes once a day.
const SELDOM: u64 = 60;

impl Station {
    /// Seconds between two looks.
    pub fn every_seconds(self) -> u64 {
        match self {
            Self::Poll
            | Self::Revise
            | Self::Correlate
            | Self::Assess
            | Self::Tell
            | Self::Deliver => OFTEN,
            Self::Forget => SELDOM,
        }
    }

    /// Stations whose commits may have made a gap for this one. What a person commits may have made one for everybody.
    pub fn wakes_on(self) -> &'static [Self] {
        match self {
            Self::Poll | Self::Forget => &[],
            Self::Revise | Self::Correlate => &[Self::Poll],
            Self::Assess => &[Self::Poll, Self::Revise, Self::Correlate],
            Self::Tell => &[Self::Poll, Self::Revise, Self::Correlate, Self::Assess],
            Self::Deliver => &[Self::Tell],
        }
    }

    /// True where only one process at a time may work. Poll claims each of its feeds instead: a feed that takes an hour
    /// must not keep the others from a second process.
    pub fn is_leased(self) -> bool {
        self != Self::Poll
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_wakes_itself_for_ever() {
        for station in Station::ALL {
            let mut woken = station.wakes_on().to_vec();
            let mut seen = Vec::new();
            while let Some(other) = woken.pop() {
                assert_ne!(other, *station, "{} wakes itself", station.as_str());
                if !seen.contains(&other) {
                    seen.push(other);
                    woken.extend(other.wakes_on());
                }
            }
        }
    }

    #[test]
    fn a_gap_is_found_within_seconds() {
        for station in Station::ALL {
            let bar = if *station == Station::Forget { 60 } else { 5 };
            assert!(station.every_seconds() <= bar, "{}", station.as_str());
        }
    }
}
