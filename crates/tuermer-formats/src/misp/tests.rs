//! Events as they are exchanged: what is looked for, what was seen, what is passed over and why.

use super::{manifest, read};
use crate::findings::{DocumentError, Found, Summary};
use crate::origin::tests::origin;
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::Indicator;

const FIXTURE: &str = include_str!("../../tests/fixtures/misp-event.json");

fn all(bytes: &[u8]) -> Result<(Summary, Vec<Found>), DocumentError> {
    let mut found = Vec::new();
    let summary = read(bytes, &origin(), &mut |one| found.push(one))?;
    Ok((summary, found))
}

fn indicators(found: &[Found]) -> Vec<&Indicator> {
    found
        .iter()
        .filter_map(|one| {
            if let Found::Indicator(indicator) = one {
                Some(&**indicator)
            } else {
                None
            }
        })
        .collect()
}

#[test]
fn what_to_look_for_and_what_was_seen() {
    let (summary, found) = all(FIXTURE.as_bytes()).unwrap();
    let told: Vec<(String, Tlp, String, bool)> = indicators(&found)
        .into_iter()
        .map(|one| {
            (
                one.trace.to_text(),
                one.tlp,
                one.grade.to_text(),
                one.withdrawn,
            )
        })
        .collect();
    let row = |trace: &str, tlp, grade: &str, withdrawn| {
        (trace.to_string(), tlp, grade.to_string(), withdrawn)
    };
    assert_eq!(
        told,
        [
            row("address:198.51.100.23", Tlp::Amber, "B2", false),
            row("domain:c2.example", Tlp::Red, "B2", false),
            row("address:198.51.100.24", Tlp::Red, "B2", false),
            row(
                "hash:097549cf7d0f76f0d99edf8b2d91c60977fd6a96e4b8c3c94b0b1733dc026d3e",
                Tlp::Amber,
                "B2",
                true
            ),
            row("path:/aspnet_client/supp0rt.aspx", Tlp::Amber, "B2", false),
        ]
    );
    let first = indicators(&found)[0];
    assert_eq!(
        (first.source.as_str(), first.title.as_str()),
        ("CERT Beispiel", "Exchange servers under attack")
    );
    let context: Vec<String> = first.context.iter().map(|trace| trace.to_text()).collect();
    assert_eq!(context, ["technique:T1190", "malware:china-chopper"]);
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
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (
            seen[0].ip.unwrap().to_string().as_str(),
            seen[0].incident.as_str(),
            seen[0].observed_at.to_string().as_str()
        ),
        ("198.51.100.23", "system-compromise", "2021-03-05T16:00:00Z")
    );
    assert!(
        found
            .iter()
            .any(|one| matches!(one, Found::FalseAlarm(trace) if trace.value() == "198.51.100.23"))
    );
    assert_eq!(
        (
            summary.elements,
            summary.indicators,
            summary.observations,
            summary.unusable
        ),
        (8, 5, 1, 2)
    );
    assert_eq!(
        summary.named,
        [
            ("s3".into(), "timestamp in the future".into()),
            ("a7".into(), "not a value of its type".into())
        ]
    );
}

#[test]
fn every_wrapper_holds_the_same_events() {
    let inner = FIXTURE.trim();
    for text in [
        format!("[{inner}]"),
        format!("{{\"response\":[{inner}]}}"),
        format!("{{\"response\":{inner}}}"),
    ] {
        assert_eq!(
            all(text.as_bytes()).unwrap().0,
            all(FIXTURE.as_bytes()).unwrap().0
        );
    }
    for (text, wanted) in [
        ("{}", "no MISP event"),
        ("[]", "no MISP event"),
        ("{\"Event\":", "EOF"),
        ("", "EOF"),
        ("nul", "EOF"),
        ("x", "expected"),
        ("null", "no MISP event"),
    ] {
        let error = all(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
    let hidden = FIXTURE.replace("tlp:amber", "tlp:ex:chr");
    let (_, found) = all(hidden.as_bytes()).unwrap();
    assert!(indicators(&found).iter().all(|one| one.source.is_empty()));
}

#[test]
fn many_attributes_are_bounded() {
    let one = r#"{"uuid":"u","type":"ip-dst","value":"198.51.100.1","to_ids":true}"#;
    let count = 50_000;
    let many = format!(
        "{{\"Event\":{{\"info\":\"x\",\"Attribute\":[{}]}}}}",
        vec![one; count].join(",")
    );
    let mut told = 0_usize;
    let summary = read(many.as_bytes(), &origin(), &mut |_| told += 1).unwrap();
    assert_eq!(
        (told, summary.elements, summary.unusable),
        (count, count as u64, 0)
    );
    let deep = format!(
        "{{\"Event\":{{\"info\":\"x\",\"Attribute\":{}1{}}}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let (summary, _) = all(deep.as_bytes()).unwrap();
    assert_eq!(
        (summary.elements, summary.passed, summary.indicators),
        (1, 1, 0),
        "what is nested without end says nothing"
    );
}

#[test]
fn the_manifest_of_a_feed() {
    let text = r#"{"5b646415-7b48-40d5-86b4-c0070acd0835":{"info":"a","Orgc":{"name":"CERT"},"timestamp":"1533306089"},
        "../../etc/passwd":{"info":"b","timestamp":"1533306089"},"5b646415-7b48-40d5-86b4-c0070acd0836":{"info":"c"}}"#;
    let (entries, left_out) = manifest(text.as_bytes()).unwrap();
    assert_eq!((entries.len(), left_out), (1, 2));
    assert_eq!(
        (
            entries[0].changed_at.to_string().as_str(),
            entries[0].source.as_str()
        ),
        ("2018-08-03T14:21:29Z", "CERT")
    );
    assert!(manifest(b"[]").is_err());
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_real_events_are_read() {
    let corpus = std::env::var_os("TUERMER_CORPUS");
    let corpus = corpus.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
    let shared = std::path::PathBuf::from(corpus);
    let tests = shared.join("misp/pymisp/tests");
    for (file, elements, indicators, observations) in [
        ("57c4445b-c548-4654-af0b-4be3950d210f.json", 9, 4, 0),
        ("new_misp_event.json", 0, 0, 0),
        ("reportlab_testfiles/sighting_1.json", 5, 5, 1),
        ("reportlab_testfiles/mainly_objects_1.json", 74, 21, 0),
        ("mispevent_testfiles/existing_event.json", 122, 83, 0),
        ("mispevent_testfiles/malware_exist.json", 6, 4, 0),
    ] {
        let (summary, _) = all(&std::fs::read(tests.join(file)).unwrap()).unwrap();
        assert_eq!(
            (summary.elements, summary.indicators, summary.observations),
            (elements, indicators, observations),
            "{file}: {:?}",
            summary.named
        );
    }
}
