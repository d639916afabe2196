//! How `tuermer explain` tells a deadline: which row of the policy decided, asked with which answers, and which of them
//! were assumed because nobody said.

use super::Call;
use crate::store::verdicts::exposures::Verdict;
use tuermer_core::urgency::{Answered, Basis, DUE_DATE};

/// The row, its answers, what shortened the deadline, and the questions that would settle what was assumed.
pub fn lines(call: &Call, verdict: &Verdict) -> Vec<String> {
    let texts = call.out.texts;
    let inputs = Basis::parse_inputs(&verdict.urgency_inputs);
    if inputs.is_empty() {
        return Vec::new();
    }
    let answer = |assumed: bool, yes: bool| {
        texts.get(if yes { "verdict.yes" } else { "verdict.no" }) + if assumed { "?" } else { "" }
    };
    let told: Vec<String> = inputs
        .iter()
        .map(|(input, Answered { yes, assumed })| {
            format!(
                "{} {}",
                texts.get(&format!("verdict.input_{}", input.as_str())),
                answer(*assumed, *yes)
            )
        })
        .collect();
    let (row, lift) = verdict
        .urgency_row
        .split_once('+')
        .unwrap_or((&verdict.urgency_row, ""));
    let mut lines = vec![texts.with(
        "verdict.row",
        &[
            ("row", row),
            ("flaw", &verdict.urgency_flaw),
            ("inputs", &told.join(" · ")),
        ],
    )];
    match lift {
        "" => {}
        DUE_DATE => lines.push(texts.get("verdict.due_date")),
        lift => lines.push(texts.with("verdict.lifted", &[("lift", lift)])),
    }
    let assumed = inputs.iter().filter(|(_, answered)| answered.assumed);
    lines.extend(
        assumed.map(|(input, _)| texts.get(&format!("verdict.assumed_{}", input.as_str()))),
    );
    lines
}
