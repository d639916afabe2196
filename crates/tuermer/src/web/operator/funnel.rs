//! From all members to the companies that are hit, as bars beside their numbers: the picture and its table are one.

use super::bars;
use tuermer_core::picture::Picture;
use tuermer_core::scale::{Certainty, Status};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Text key of its label.
    pub key: &'static str,
    /// How many companies.
    pub count: u64,
    /// Width in a thousandth of the widest bar; `None` for all members, who would make every other bar too small.
    pub width: Option<u64>,
    /// Which verdicts to list for it, as the query of the page.
    pub query: Option<&'static str>,
    /// A part of the step above it.
    pub part: bool,
}

/// Members of one status and certainty; possible and unlikely count together.
fn of(strengths: &[(Status, Certainty, u64)], status: Status, certainties: &[Certainty]) -> u64 {
    strengths
        .iter()
        .filter(|(found, certainty, _)| *found == status && certainties.contains(certainty))
        .map(|(_, _, count)| count)
        .sum()
}

/// The steps in order.
pub fn steps(picture: &Picture, strengths: &[(Status, Certainty, u64)]) -> Vec<Step> {
    let counts = [
        ("bar_members", picture.members, None, false),
        ("bar_with_product", picture.with_product, None, false),
        (
            "bar_observed",
            of(strengths, Status::Affected, &[Certainty::Observed]),
            Some("stand=affected&sicher=observed"),
            true,
        ),
        (
            "bar_likely",
            of(strengths, Status::Affected, &[Certainty::Likely]),
            Some("stand=affected&sicher=likely"),
            true,
        ),
        (
            "bar_possible",
            of(
                strengths,
                Status::Affected,
                &[Certainty::Possible, Certainty::Unlikely],
            ),
            Some("stand=affected&sicher=possible"),
            true,
        ),
        (
            "bar_unknown",
            of(strengths, Status::Unknown, Certainty::ALL),
            Some("stand=unknown"),
            true,
        ),
        (
            "bar_fixed",
            of(strengths, Status::Fixed, Certainty::ALL),
            Some("stand=fixed"),
            true,
        ),
        (
            "bar_not_affected",
            of(strengths, Status::NotAffected, Certainty::ALL),
            Some("stand=not_affected"),
            true,
        ),
        ("bar_warned", picture.warned, None, false),
        ("bar_answered", picture.answered, None, false),
    ];
    let widest = counts
        .iter()
        .skip(1)
        .map(|(_, count, _, _)| *count)
        .max()
        .unwrap_or(0);
    let step = |(place, (key, count, query, part)): (
        usize,
        (&'static str, u64, Option<&'static str>, bool),
    )| Step {
        key,
        count,
        width: (place > 0).then(|| bars::width(count, widest)),
        query,
        part,
    };
    counts.into_iter().enumerate().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_with_a_verdict_stands_in_one_step_and_no_bar_vanishes() {
        let strengths: Vec<_> = Status::ALL
            .iter()
            .flat_map(|status| {
                Certainty::ALL
                    .iter()
                    .map(move |certainty| (*status, *certainty, 1))
            })
            .chain([(Status::Affected, Certainty::Likely, 800)])
            .collect();
        let picture = Picture {
            members: 25_000,
            with_product: 1_240,
            warned: 3,
            ..Picture::default()
        };
        let steps = steps(&picture, &strengths);
        let parts: u64 = steps
            .iter()
            .filter(|step| step.part)
            .map(|step| step.count)
            .sum();
        assert_eq!(
            parts,
            strengths.iter().map(|(_, _, count)| count).sum::<u64>()
        );
        assert_eq!(
            steps.iter().map(|step| step.width).collect::<Vec<_>>()[..4],
            [None, Some(1_000), Some(4), Some(645)]
        );
        assert_eq!(
            steps
                .iter()
                .filter(|step| step.count == 0)
                .map(|step| step.width)
                .collect::<Vec<_>>(),
            [Some(0)],
            "nobody answered"
        );
    }
}
