//! The test documents of OASIS: our verdict must be that of `testcases.json`, for CSAF 2.0 and 2.1.
#![allow(missing_docs, clippy::print_stderr)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tuermer_csaf::{Verdict, check};

const MOVED: &str = "the validator follows a later draft of CSAF 2.1: involvements moved";
const IDS: &str = "the validator follows a later draft of CSAF 2.1: 6.1.27.8 covers security advisories";
const ANOTHER: &str = "the document fails another mandatory test too; OASIS lists the verdict of one test only";
const FOREIGN: &str = "the validator does not implement this test: it would need schemas from foreign addresses";
const VERS: &str = "the validator reads vers more leniently; the range is kept as not understood";
const SSVC: &str = "the validator knows other SSVC decision points than this state of the draft";

/// Documents on which the validator and OASIS differ (all of CSAF 2.1, none of 2.0), each with the reason. A difference
/// that is not in this list fails the test, and so does an entry that is not a difference any more.
const DIFFERENCES: &[(&str, &str)] = &[
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-01-12.json", MOVED),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-04-12.json", MOVED),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-10-13.json", ANOTHER),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-24-11.json", MOVED),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-24-12.json", MOVED),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-27-12-11.json", IDS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-27-13-11.json", IDS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-27-13-12.json", IDS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-27-13-13.json", IDS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-27-13-14.json", IDS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-27-13-15.json", IDS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-27-13-16.json", IDS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-30-11.json", ANOTHER),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-48-16.json", SSVC),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-48-19.json", SSVC),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-50-03.json", VERS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-50-06.json", VERS),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-50-14.json", ANOTHER),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-50-15.json", ANOTHER),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-54-14.json", ANOTHER),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-60-02-01.json", FOREIGN),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-60-02-02.json", FOREIGN),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-60-03-01.json", FOREIGN),
    ("oasis_csaf_tc-csaf_2_1-2024-6-1-60-03-02.json", FOREIGN),
];

fn shared_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("TUERMER_SHARED_DATA").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: ../shared/data is absent; no verdict was compared with OASIS");
    None
}

#[test]
fn verdicts_are_those_of_oasis() {
    let Some(shared) = shared_data() else { return };
    let directory = tempfile::tempdir().unwrap();
    let archive = shared.join("csaf/oasis-csaf-tests-examples.tar.zst");
    let unpacked = Command::new("tar").arg("--zstd").arg("-xf").arg(&archive).arg("-C").arg(directory.path()).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: tar --zstd cannot unpack {}; install zstd", archive.display());
        return;
    }
    let mut compared = 0;
    let mut differences: Vec<String> = Vec::new();
    for version in ["csaf_2.0", "csaf_2.1"] {
        let data = directory.path().join(version).join("test/validator/data");
        let cases: Value = serde_json::from_slice(&std::fs::read(data.join("testcases.json")).unwrap()).unwrap();
        for case in cases["tests"].as_array().unwrap().iter().filter(|case| case["group"] == "mandatory") {
            let documents = ["failures", "valid"].iter().filter_map(|key| case[key].as_array()).flatten();
            for document in documents {
                let name = document["name"].as_str().unwrap();
                let valid = document["valid"].as_bool().unwrap();
                let verdict = check(&std::fs::read(data.join(name)).unwrap());
                compared += 1;
                if (verdict == Verdict::Passed) != valid {
                    differences.push(name.rsplit('/').next().unwrap().to_string());
                    eprintln!("{name}: OASIS says {valid}, we say {verdict:?}");
                }
            }
        }
    }
    eprintln!("{compared} documents compared, {} differ", differences.len());
    assert!(compared > 300, "{compared}");
    for (name, reason) in DIFFERENCES {
        eprintln!("{name}: {reason}");
    }
    let known: Vec<&str> = DIFFERENCES.iter().map(|(name, _)| *name).collect();
    assert_eq!(differences, known);
}

#[test]
fn what_is_no_csaf_is_said() {
    for (text, wanted) in [("{}", "csaf_version"), ("[", "EOF"), (r#"{"document": {"csaf_version": "1.2"}}"#, "1.2 is not known")] {
        match check(text.as_bytes()) {
            Verdict::NotCsaf(reason) => assert!(reason.contains(wanted), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    let Verdict::Failed(findings) = check(br#"{"document": {"csaf_version": "2.0"}}"#) else { panic!("an empty document passed") };
    assert_eq!(findings.first().map(|finding| finding.test.as_str()), Some("schema"));
}
