//! From single signs to one grade: what belongs together, which step was the highest, and since when.

use crate::finding::{Finding, Kind, Verdict};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// How far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade {
    /// The worst finding; `None` without findings.
    pub verdict: Option<Verdict>,
    /// The highest step of the ladder.
    pub step: Option<u8>,
    /// When that step (or, without steps, that verdict) was first reached.
    pub since: Option<Timestamp>,
}

/// Puts signs together and in order of time.
pub fn correlate(mut found: Vec<Finding>) -> Vec<Finding> {
    sort(&mut found);
    cleaned_configuration(&mut found);
    second_actors(&mut found);
    compiled(&mut found);
    gone(&mut found);
    // What is left behind says something only beside other traces.
    if !found
        .iter()
        .any(|sign| sign.kind != Kind::Leftover && sign.verdict.is_break_in())
    {
        found.retain(|sign| sign.kind != Kind::Leftover);
    }
    sort(&mut found);
    found
}

/// The grade of all signs together.
pub fn grade(found: &[Finding]) -> Grade {
    let step = found.iter().filter_map(|sign| sign.step).max();
    // A break-in stays one, even where another trace of it was removed.
    let verdict = match found.iter().any(|sign| sign.verdict == Verdict::Incident) {
        true => Some(Verdict::Incident),
        false => found.iter().map(|sign| sign.verdict).max(),
    };
    let decides = |sign: &&Finding| {
        if step.is_some() {
            sign.step == step
        } else {
            Some(sign.verdict) == verdict
        }
    };
    Grade {
        verdict,
        step,
        since: found
            .iter()
            .filter(decides)
            .filter_map(|sign| sign.at)
            .min(),
    }
}

fn sort(found: &mut [Finding]) {
    found.sort_by(|one, other| {
        let key = |sign: &Finding| (sign.at.is_none(), sign.at, sign.step, sign.line);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.file.cmp(&other.file))
            .then_with(|| one.detail.cmp(&other.detail))
    });
}

/// Step 7: the configuration is set again after the reset wrote it to a file. In order of time.
fn cleaned_configuration(found: &mut [Finding]) {
    let Some(written) = found
        .iter()
        .filter(|sign| sign.kind == Kind::ShellWritten)
        .filter_map(|sign| sign.at)
        .min()
    else {
        return;
    };
    for sign in found.iter_mut().filter(|sign| {
        sign.kind == Kind::ConfigurationSet && sign.at.is_some_and(|at| at > written)
    }) {
        (sign.kind, sign.step, sign.verdict) = (Kind::TracesRemoved, Some(7), Verdict::Cleaned);
    }
}

/// Whoever uses a shell and did not place it is somebody else.
fn second_actors(found: &mut [Finding]) {
    let placed: HashSet<String> = found
        .iter()
        .filter(|sign| sign.step.is_some_and(|step| (2..=7).contains(&step)))
        .filter_map(|sign| sign.address.clone())
        .collect();
    let mut first: HashMap<String, String> = HashMap::new();
    for sign in found.iter_mut().filter(|sign| sign.kind == Kind::ShellUsed) {
        let (Some(address), Some(subject)) = (&sign.address, &sign.subject) else {
            continue;
        };
        // The back end sees the front end's own address.
        if address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
        {
            continue;
        }
        let first = first
            .entry(subject.clone())
            .or_insert_with(|| address.clone());
        let known = if placed.is_empty() {
            first == address
        } else {
            placed.contains(address)
        };
        if !known {
            sign.kind = Kind::ShellUsedByOther;
        }
    }
}

/// A compiled page counts only if other signs call it a shell: genuine pages are compiled, too.
fn compiled(found: &mut Vec<Finding>) {
    let scripts: HashSet<String> = found
        .iter()
        .filter(|sign| sign.kind != Kind::ShellCompiled && sign.verdict.is_break_in())
        .filter_map(|sign| {
            sign.subject
                .as_ref()?
                .rsplit('/')
                .next()
                .map(str::to_string)
        })
        .collect();
    found.retain(|sign| {
        sign.kind != Kind::ShellCompiled
            || sign
                .subject
                .as_ref()
                .is_some_and(|script| scripts.contains(script))
    });
}

/// A shell that answered and later no longer does: removed, by whomever.
fn gone(found: &mut Vec<Finding>) {
    let mut last: HashMap<&str, Timestamp> = HashMap::new();
    for sign in found
        .iter()
        .filter(|sign| matches!(sign.kind, Kind::ShellUsed | Kind::ShellUsedByOther))
    {
        if let (Some(subject), Some(at)) = (&sign.subject, sign.at) {
            let last = last.entry(subject).or_insert(at);
            *last = at.max(*last);
        }
    }
    let mut first: HashMap<String, Finding> = HashMap::new();
    for sign in found.iter().filter(|sign| sign.kind == Kind::ShellHunt) {
        let (Some(subject), Some(at)) = (&sign.subject, sign.at) else {
            continue;
        };
        if last.get(subject.as_str()).is_some_and(|last| at > *last) && !first.contains_key(subject)
        {
            first.insert(
                subject.clone(),
                Finding {
                    kind: Kind::ShellGone,
                    verdict: Verdict::Cleaned,
                    count: 1,
                    ..sign.clone()
                },
            );
        }
    }
    found.extend(first.into_values());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(kind: Kind, step: Option<u8>, at: i64, address: &str, subject: &str) -> Finding {
        let verdict = if kind == Kind::ShellHunt {
            Verdict::Probe
        } else {
            Verdict::Incident
        };
        Finding {
            step,
            ..Finding::new(kind, verdict, "x")
                .at(Timestamp::from_second(at).ok())
                .address(address)
                .subject(subject)
        }
    }

    #[test]
    fn what_belongs_together() {
        let found = correlate(vec![
            sign(
                Kind::ShellUsed,
                Some(8),
                900,
                "198.51.100.9",
                "/owa/auth/s.aspx",
            ),
            sign(Kind::ConfigurationSet, Some(5), 100, "192.0.2.7", ""),
            sign(Kind::ShellWritten, Some(6), 200, "192.0.2.7", ""),
            sign(Kind::ConfigurationSet, Some(5), 300, "192.0.2.7", ""),
            sign(
                Kind::ShellUsed,
                Some(8),
                400,
                "192.0.2.7",
                "/owa/auth/s.aspx",
            ),
            sign(
                Kind::ShellHunt,
                None,
                500,
                "203.0.113.5",
                "/owa/auth/other.aspx",
            ),
            sign(
                Kind::ShellHunt,
                None,
                1_000,
                "203.0.113.5",
                "/owa/auth/s.aspx",
            ),
            sign(Kind::ShellCompiled, Some(8), 401, "", "s.aspx"),
            sign(Kind::ShellCompiled, Some(8), 401, "", "logon.aspx"),
        ]);
        let kinds: Vec<_> = found
            .iter()
            .map(|sign| (sign.at.unwrap().as_second(), sign.kind.word(), sign.step))
            .collect();
        assert_eq!(
            kinds,
            [
                (100, "configuration_set", Some(5)),
                (200, "shell_written", Some(6)),
                (300, "traces_removed", Some(7)),
                (400, "shell_used", Some(8)),
                (401, "shell_compiled", Some(8)),
                (500, "shell_hunt", None),
                (900, "shell_used_by_other", Some(8)),
                (1_000, "shell_hunt", None),
                (1_000, "shell_gone", None),
            ]
        );
        let grade = grade(&found);
        assert_eq!(
            (grade.verdict, grade.step, grade.since.unwrap().as_second()),
            (Some(Verdict::Incident), Some(8), 400)
        );
    }

    #[test]
    fn without_a_placer_the_first_visitor_is_the_first_actor() {
        let found = correlate(vec![
            sign(Kind::ShellUsed, Some(8), 1, "192.0.2.1", "/a.aspx"),
            sign(Kind::ShellUsed, Some(8), 2, "127.0.0.1", "/a.aspx"),
            sign(Kind::ShellUsed, Some(8), 3, "192.0.2.2", "/a.aspx"),
        ]);
        assert_eq!(
            found
                .iter()
                .map(|sign| sign.kind.word())
                .collect::<Vec<_>>(),
            ["shell_used", "shell_used", "shell_used_by_other"]
        );
    }

    #[test]
    fn leftovers_alone_say_nothing() {
        assert!(correlate(vec![sign(Kind::Leftover, None, 1, "", "")]).is_empty());
        assert_eq!(
            grade(&[]),
            Grade {
                verdict: None,
                step: None,
                since: None
            }
        );
    }
}
