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
fn members_with(
    strengths: &[(Status, Certainty, u64)],
    status: Status,
    certainties: &[Certainty],
) -> u64 {
    strengths
        .iter()
        .filter(|(found, certainty, _)| *found == status && certainties.contains(certainty))
        .map(|(_, _, count)| count)
        .sum()
}

/// The steps in order.
pub fn steps(picture: &Picture, strengths: &[(Status, Certainty, u64)]) -> Vec<Step> {
    let step = |key, count| Step {
        key,
        count,
        width: None,
        query: None,
        part: false,
    };
    let verdicts = |key, status, certainties, query| Step {
        query: Some(query),
        part: true,
        ..step(key, members_with(strengths, status, certainties))
    };
    let affected = |key, certainties, query| verdicts(key, Status::Affected, certainties, query);
    let weak = &[Certainty::Possible, Certainty::Unlikely];
    let all = Certainty::ALL;
    let mut steps = vec![
        step("bar_members", picture.members),
        step("bar_with_product", picture.with_product),
        affected(
            "bar_observed",
            &[Certainty::Observed],
            "stand=affected&sicher=observed",
        ),
        affected(
            "bar_likely",
            &[Certainty::Likely],
            "stand=affected&sicher=likely",
        ),
        affected("bar_possible", weak, "stand=affected&sicher=possible"),
        verdicts("bar_unknown", Status::Unknown, all, "stand=unknown"),
        verdicts("bar_fixed", Status::Fixed, all, "stand=fixed"),
        verdicts(
            "bar_not_affected",
            Status::NotAffected,
            all,
            "stand=not_affected",
        ),
        step("bar_warned", picture.warned),
        step("bar_answered", picture.answered),
    ];
    let widest = steps
        .iter()
        .skip(1)
        .map(|step| step.count)
        .max()
        .unwrap_or(0);
    for step in steps.iter_mut().skip(1) {
        step.width = Some(bars::width(step.count, widest));
    }
    steps
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
