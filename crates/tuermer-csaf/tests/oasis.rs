//! The test documents of OASIS, 643 for CSAF 2.0 and 2.1: what each was written for must be judged as `testcases.json`
//! says. Every exception stands here with its reason; one that is missing, or is none any more, fails the test.
//!
//! | list | what it holds |
//! |---|---|
//! | [`NOT_IMPLEMENTED`] | tests that nobody runs here; their documents are not compared |
//! | [`DIFFERENCES`] | documents whose own test we answer differently |
//! | [`ALSO_FAILS`] | documents that pass their own test, as OASIS says, and fail another: OASIS lists one test a document |
#![allow(missing_docs, clippy::print_stderr, clippy::expect_used)]

use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use tuermer_csaf::{Verdict, check};

/// They need schemas of extensions from foreign addresses; nothing is fetched while a document is judged.
const NOT_IMPLEMENTED: &[&str] = &["6.1.60.2", "6.1.60.3"];

const MOVED: &str = "these documents carry `involvements`, which the schema the validator follows does not know any more";

/// By the end of their names.
const DIFFERENCES: &[(&str, &str)] = &[
    ("2_1-2024-6-1-01-12.json", MOVED),
    ("2_1-2024-6-1-04-12.json", MOVED),
    (
        "2_1-2024-6-1-14-32.json",
        "calls itself a valid example: all dates are equal, so the history is sorted; listed as failing, refused by 6.1.30",
    ),
    ("2_1-2024-6-1-24-11.json", MOVED),
    ("2_1-2024-6-1-24-12.json", MOVED),
    (
        "2_1-2024-6-1-27-13-16.json",
        "names a product it does not define (6.1.1) and another twice (6.1.2): what corresponds cannot be told",
    ),
    (
        "2_1-2024-6-1-48-16.json",
        "version 3.0.1 of the SSVC decision point cvss::E is in no list the validator has",
    ),
    (
        "2_1-2024-6-1-48-19.json",
        "calls itself a failing example: the values stand in the wrong order, as in 48-08, which OASIS lists as failing",
    ),
    (
        "2_1-2024-6-1-50-14.json",
        "`vers:/all` has no type; the standard writes `vers:all/*`",
    ),
];

const ALSO_FAILS: &[(&str, &str)] = &[
    ("2_1-2024-6-1-10-13.json", "6.1.9"),
    ("2_1-2024-6-1-27-12-11.json", "6.1.27.8"),
    ("2_1-2024-6-1-27-13-11.json", "6.1.27.8"),
    ("2_1-2024-6-1-27-13-12.json", "6.1.27.8"),
    ("2_1-2024-6-1-27-13-13.json", "6.1.27.8"),
    ("2_1-2024-6-1-27-13-14.json", "6.1.27.8"),
    ("2_1-2024-6-1-27-13-15.json", "6.1.27.8"),
    ("2_1-2024-6-1-30-11.json", "6.1.66"),
    ("2_1-2024-6-1-50-15.json", "6.1.2"),
    ("2_1-2024-6-1-54-14.json", "6.1.55"),
];

/// The folder of public documents that `scripts/corpus` names.
fn corpus() -> PathBuf {
    let named = std::env::var_os("TUERMER_CORPUS")
        .expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
    PathBuf::from(named)
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_verdicts_are_those_of_oasis() {
    let shared = corpus();
    let directory = tempfile::tempdir().unwrap();
    let archive = shared.join("csaf/oasis-csaf-tests-examples.tar.zst");
    let unpacked = Command::new("tar")
        .arg("--zstd")
        .arg("-xf")
        .arg(&archive)
        .arg("-C")
        .arg(directory.path())
        .status();
    assert!(
        unpacked.is_ok_and(|status| status.success()),
        "tar --zstd cannot unpack {}; install zstd",
        archive.display()
    );
    let (mut compared, mut skipped) = (0, 0);
    let (mut differences, mut also): (Vec<String>, Vec<(String, String)>) = Default::default();
    for version in ["csaf_2.0", "csaf_2.1"] {
        let data = directory.path().join(version).join("test/validator/data");
        let cases: Value =
            serde_json::from_slice(&std::fs::read(data.join("testcases.json")).unwrap()).unwrap();
        for case in cases["tests"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|case| case["group"] == "mandatory")
        {
            let test = case["id"].as_str().unwrap();
            for document in ["failures", "valid"]
                .iter()
                .filter_map(|key| case[key].as_array())
                .flatten()
            {
                if NOT_IMPLEMENTED.contains(&test) {
                    skipped += 1;
                    continue;
                }
                compared += 1;
                let (path, valid) = (
                    document["name"].as_str().unwrap(),
                    document["valid"].as_bool().unwrap(),
                );
                let name = path.rsplit("csaf_tc-csaf_").next().unwrap().to_string();
                let failed = failed(&check(&std::fs::read(data.join(path)).unwrap()));
                // A document the schema refuses is refused before its own test is asked.
                let own = failed
                    .iter()
                    .any(|failed| failed == test || failed == "schema");
                if own == valid {
                    eprintln!("{name}: OASIS says {valid} to {test}, we say {failed:?}");
                    differences.push(name);
                } else if valid && !failed.is_empty() {
                    also.push((name, failed.join(" ")));
                }
            }
        }
    }
    eprintln!(
        "{compared} documents compared, {} differ, {} fail another test as well; {skipped} of {NOT_IMPLEMENTED:?} not compared",
        differences.len(),
        also.len()
    );
    assert!(compared > 300, "{compared}");
    for (name, reason) in DIFFERENCES {
        eprintln!("{name}: {reason}");
    }
    assert_eq!(
        differences,
        DIFFERENCES
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<&str>>()
    );
    let known: Vec<(String, String)> = ALSO_FAILS
        .iter()
        .map(|(name, tests)| (name.to_string(), tests.to_string()))
        .collect();
    assert_eq!(also, known);
}

/// Numbers of the tests a document failed, each once.
fn failed(verdict: &Verdict) -> Vec<String> {
    let Verdict::Failed(findings) = verdict else {
        return Vec::new();
    };
    let mut tests: Vec<String> = findings
        .iter()
        .map(|finding| finding.test.clone())
        .collect();
    tests.dedup();
    tests
}

#[test]
fn what_is_no_csaf_is_said() {
    for (text, wanted) in [
        ("{}", "csaf_version"),
        ("[", "EOF"),
        (
            r#"{"document": {"csaf_version": "1.2"}}"#,
            "1.2 is not known",
        ),
    ] {
        match check(text.as_bytes()) {
            Verdict::NotCsaf(reason) => assert!(reason.contains(wanted), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    let Verdict::Failed(findings) = check(br#"{"document": {"csaf_version": "2.0"}}"#) else {
        panic!("an empty document passed")
    };
    assert_eq!(
        findings.first().map(|finding| finding.test.as_str()),
        Some("schema")
    );
}
