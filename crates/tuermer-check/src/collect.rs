//! Gathers signs in bounded memory: of each kind and step so many are listed, the rest is counted with its first time.
//!
//! A flood of probes can therefore never push a break-in out of the list.

use crate::finding::{Finding, Kind};
use std::collections::HashMap;
use tuermer_core::limits;

/// All signs of one check.
#[derive(Debug, Default)]
pub struct Collected {
    listed: Vec<Finding>,
    /// Signs of which the same is seen again and again, by what they are about.
    same: HashMap<(Kind, String, String), usize>,
    per_kind: HashMap<(Kind, Option<u8>), usize>,
    more: HashMap<(Kind, Option<u8>), Finding>,
}

/// Kinds that repeat: one line for each subject and address.
const REPEATING: &[Kind] = &[
    Kind::ShellHunt,
    Kind::KnownAddress,
    Kind::ForeignScript,
    Kind::ShellCompiled,
    Kind::CommandRun,
];

impl Collected {
    /// Takes a sign.
    pub fn push(&mut self, finding: Finding) {
        let key = (
            finding.kind,
            finding.subject.clone().unwrap_or_default(),
            finding.address.clone().unwrap_or_default(),
        );
        if let Some(known) = self
            .same
            .get(&key)
            .and_then(|index| self.listed.get_mut(*index))
        {
            return merge(known, finding);
        }
        let group = (finding.kind, finding.step);
        let listed = self.per_kind.entry(group).or_default();
        if *listed >= limits::CHECK_FINDINGS_OF_A_KIND {
            match self.more.get_mut(&group) {
                Some(known) => merge(known, finding),
                None => drop(self.more.insert(group, finding)),
            }
            return;
        }
        *listed += 1;
        if REPEATING.contains(&finding.kind) {
            self.same.insert(key, self.listed.len());
        }
        self.listed.push(finding);
    }

    /// The signs; what was only counted stands there as one sign of its kind with its number.
    pub fn finish(self) -> Vec<Finding> {
        let mut all = self.listed;
        all.extend(self.more.into_values());
        all
    }
}

/// Counts the same again and keeps the place of the first time.
fn merge(known: &mut Finding, other: Finding) {
    let count = known.count.saturating_add(other.count);
    let earlier = match (other.at, known.at) {
        (Some(other), Some(known)) => other < known,
        (Some(_), None) => true,
        _ => false,
    };
    if earlier {
        *known = other;
    }
    known.count = count;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;

    #[test]
    fn a_flood_hides_nothing() {
        let mut collected = Collected::default();
        for number in 0..5_000 {
            collected.push(
                Finding::new(Kind::ShellHunt, Verdict::Probe, "x")
                    .subject("/x.aspx")
                    .address(&format!("192.0.2.{number}")),
            );
        }
        for _ in 0..3 {
            collected.push(
                Finding::new(Kind::ShellHunt, Verdict::Probe, "x")
                    .subject("/x.aspx")
                    .address("192.0.2.1"),
            );
        }
        collected.push(Finding::new(Kind::ShellUsed, Verdict::Incident, "x").step(8));
        let found = collected.finish();
        assert_eq!(found.len(), limits::CHECK_FINDINGS_OF_A_KIND + 2);
        assert_eq!(found.iter().map(|found| found.count).sum::<u64>(), 5_004);
        assert!(found.iter().any(|found| found.kind == Kind::ShellUsed));
    }
}
