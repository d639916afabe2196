//! Gaps in the evidence: logs that are missing, and logs that begin after an attack.

use crate::kind::PROTOCOLS;
use crate::report::{Coverage, Gap};
use jiff::Timestamp;

/// Waves of attacks that a log should reach back to: name and begin (docs/check.md names the sources).
const WAVES: &[(&str, &str)] = &[
    ("ProxyLogon", "2021-02-26T00:00:00Z"),
    ("ProxyShell", "2021-08-09T00:00:00Z"),
    ("ProxyNotShell", "2022-09-30T00:00:00Z"),
    ("OWASSRF", "2023-01-10T00:00:00Z"),
];

/// Expected logs that are missing, and logs that begin too late to show a known wave of attacks.
pub(super) fn gaps(coverage: &[Coverage], with_web: bool) -> Vec<Gap> {
    let covers = |log: &str| {
        coverage.iter().any(|covered| {
            covered.from.is_some()
                && (covered.log == log || covered.log.starts_with(&format!("{log}\\")))
        })
    };
    let expected = [r"ECP\Server".to_string(), "OABGeneratorLog".into()]
        .into_iter()
        .chain(
            PROTOCOLS
                .iter()
                .map(|protocol| format!(r"HttpProxy\{protocol}")),
        );
    let mut gaps: Vec<Gap> = expected
        .chain(["IIS".into(), "Events".into()])
        .filter(|log| !covers(log))
        .map(Gap::Missing)
        .collect();
    if !with_web {
        gaps.push(Gap::Missing("Web".into()));
    }
    for (wave, began) in WAVES {
        let Ok(began) = began.parse::<Timestamp>() else {
            continue;
        };
        let late = coverage
            .iter()
            .filter(|covered| covered.log != "Test-ProxyLogon" && covered.log != "Events");
        gaps.extend(
            late.filter_map(|covered| Some((covered, covered.from.filter(|from| *from > began)?)))
                .map(|(covered, from)| Gap::BeginsAfter {
                    log: covered.log.clone(),
                    from,
                    wave,
                    began,
                }),
        );
    }
    gaps
}
