//! Bundles as they are exchanged: versions, markings, sightings, circles.

use super::read;
use crate::findings::{DocumentError, Found, Summary};
use crate::origin::tests::origin;
use tuermer_core::tlp::Tlp;

const FIXTURE: &str = include_str!("../../tests/fixtures/stix-bundle.json");

fn all(bytes: &[u8]) -> Result<(Summary, Vec<Found>), DocumentError> {
    let mut found = Vec::new();
    let summary = read(bytes, &origin(), &mut |one| found.push(one))?;
    Ok((summary, found))
}

fn told(found: &[Found]) -> Vec<(String, Tlp, bool)> {
    let row = |one: &Found| match one {
        Found::Indicator(indicator) => Some((
            indicator.trace.to_text(),
            indicator.tlp,
            indicator.withdrawn,
        )),
        _ => None,
    };
    found.iter().filter_map(row).collect()
}

#[test]
fn indicators_in_their_newest_version_under_their_label() {
    let (summary, found) = all(FIXTURE.as_bytes()).unwrap();
    let row = |trace: &str, tlp, withdrawn| (trace.to_string(), tlp, withdrawn);
    assert_eq!(
        told(&found),
        [
            row("address:198.51.100.23", Tlp::Green, false),
            row("domain:c2.example", Tlp::Green, false),
            row(
                "hash:097549cf7d0f76f0d99edf8b2d91c60977fd6a96e4b8c3c94b0b1733dc026d3e",
                Tlp::AmberStrict,
                true
            ),
            row("url:http://evil.example/a", Tlp::Red, false),
            row("address:203.0.113.77", Tlp::AmberStrict, false),
        ]
    );
    let Found::Indicator(first) = &found[0] else {
        panic!()
    };
    let context: Vec<String> = first.context.iter().map(|trace| trace.to_text()).collect();
    assert_eq!(
        (first.source.as_str(), context.as_slice()),
        (
            "CERT Beispiel",
            &[
                "malware:china-chopper".to_string(),
                "technique:T1190".to_string()
            ][..]
        )
    );
    assert_eq!(
        first.valid_until.unwrap().to_string(),
        "2021-09-01T00:00:00Z"
    );
    let seen: Vec<_> = found
        .iter()
        .filter_map(|one| {
            if let Found::Observation(sign) = one {
                Some(sign)
            } else {
                None
            }
        })
        .collect();
    let places: Vec<String> = seen
        .iter()
        .map(|sign| {
            sign.ip
                .map(|ip| ip.to_string())
                .or_else(|| sign.hostname.clone())
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(
        places,
        ["192.0.2.55", "198.51.100.23", "c2.example", "192.0.2.55"]
    );
    assert_eq!(
        (
            seen[0].observed_at.to_string().as_str(),
            seen[0].last_seen_at.to_string().as_str()
        ),
        ("2021-03-05T10:00:00Z", "2021-03-05T12:00:00Z")
    );
    assert_eq!(
        (summary.indicators, summary.observations, summary.unusable),
        (5, 4, 3),
        "{:?}",
        summary.named
    );
}

#[test]
fn odd_documents() {
    for (text, wanted) in [
        ("{}", "no STIX bundle"),
        ("{\"objects\":[", "EOF"),
        ("", "EOF"),
    ] {
        assert!(
            all(text.as_bytes())
                .unwrap_err()
                .to_string()
                .contains(wanted),
            "{text}"
        );
    }
    let circle = r#"[{"type":"relationship","id":"relationship--1","source_ref":"relationship--2","target_ref":"relationship--1"},
        {"type":"relationship","id":"relationship--2","source_ref":"relationship--1","target_ref":"relationship--2"},
        {"type":"sighting","id":"sighting--1","sighting_of_ref":"sighting--1","created":"2021-03-05T10:00:00Z"},
        {"type":"observed-data","id":"observed-data--1","object_refs":["observed-data--1"],"first_observed":"2021-03-05T10:00:00Z"},
        {"type":"a","id":"b--1"}, {"id":7}, 7]"#;
    let (summary, found) = all(circle.as_bytes()).unwrap();
    assert_eq!(
        (summary.elements, found.len(), summary.unusable),
        (7, 0, 3),
        "{:?}",
        summary.named
    );
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_real_bundles_are_read() {
    let corpus = std::env::var_os("TUERMER_CORPUS");
    let corpus = corpus.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
    let shared = std::path::PathBuf::from(corpus);
    for (file, elements, indicators, observations, passed) in [
        ("stix/sco-examples-bundle.json", 82, 0, 0, 70),
        ("stix/mitre-G0125-hafnium.json", 1, 0, 0, 1),
        ("misp/pymisp/tests/stix2.json", 3, 0, 1, 2),
    ] {
        let (summary, _) = all(&std::fs::read(shared.join(file)).unwrap()).unwrap();
        let counts = (
            summary.elements,
            summary.indicators,
            summary.observations,
            summary.passed,
            summary.unusable,
        );
        assert_eq!(
            counts,
            (elements, indicators, observations, passed, 0),
            "{file}: {:?}",
            summary.named
        );
    }
}
