//! The region at a glance: counts, the clock of a warning, and what may be shown in public.

use crate::limits::HIDDEN_BELOW;
use jiff::Timestamp;

/// Counts of one threat, for the funnel and `picture --json`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Members in the register.
    pub members: u64,
    /// Of those, told or seen to have the product.
    pub with_product: u64,
    /// Surely, probably or possibly affected (status `affected`).
    pub affected: u64,
    /// Status `unknown`.
    pub unknown: u64,
    /// In the audience of a released warning.
    pub warned: u64,
    /// At least one message accepted.
    pub delivered: u64,
    /// Answered anything.
    pub answered: u64,
    /// Fixed by their own word.
    pub fixed_reported: u64,
    /// Fixed and measured.
    pub fixed_measured: u64,
    /// Asked for help.
    pub needs_help: u64,
    /// The clock.
    pub clock: Clock,
}

/// Published → seen → … Every warning carries one (law 11).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clock {
    /// First public.
    pub published: Option<Timestamp>,
    /// Stored by us.
    pub seen: Option<Timestamp>,
    /// First verdicts.
    pub matched: Option<Timestamp>,
    /// Draft.
    pub drafted: Option<Timestamp>,
    /// Second person's release.
    pub approved: Option<Timestamp>,
    /// First message handed over.
    pub first_sent: Option<Timestamp>,
    /// Half of the audience handed over.
    pub p50_delivered: Option<Timestamp>,
    /// 90 % of the audience handed over.
    pub p90_delivered: Option<Timestamp>,
}

/// A count as it may be shown in public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicCount {
    /// Shown.
    Shown(u64),
    /// Below [`HIDDEN_BELOW`], or hidden so that another hidden one cannot be computed.
    Hidden,
}

/// Hides counts below five, and a second one where the total would give the only hidden one away.
pub fn hide_small(counts: &[u64]) -> Vec<PublicCount> {
    let small = |count: u64| count > 0 && count < HIDDEN_BELOW;
    let mut shown: Vec<PublicCount> = counts
        .iter()
        .map(|&c| {
            if small(c) {
                PublicCount::Hidden
            } else {
                PublicCount::Shown(c)
            }
        })
        .collect();
    let hidden = shown.iter().filter(|c| **c == PublicCount::Hidden).count();
    if hidden == 1 {
        let next = counts
            .iter()
            .enumerate()
            .filter(|(_, c)| **c >= HIDDEN_BELOW)
            .min_by_key(|(_, c)| **c)
            .map(|(index, _)| index);
        if let Some(slot) = next.and_then(|index| shown.get_mut(index)) {
            *slot = PublicCount::Hidden;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_hidden_cell_takes_a_second_with_it() {
        use PublicCount::{Hidden, Shown};
        assert_eq!(
            hide_small(&[34, 3, 8, 0]),
            [Shown(34), Hidden, Hidden, Shown(0)]
        );
        assert_eq!(
            hide_small(&[34, 3, 2, 9]),
            [Shown(34), Hidden, Hidden, Shown(9)]
        );
        assert_eq!(hide_small(&[34, 9]), [Shown(34), Shown(9)]);
        assert_eq!(hide_small(&[2]), [Hidden]);
    }
}
