//! The public vers suite (`package-url/vers-spec`, folder `tests`), read from the folder that the variable
//! `TUERMER_VERS_SUITE` names. It is no part of this repository: `scripts/corpus` runs it.
//!
//! Not implemented, and counted as such: reading the native ranges of package managers (`from_native`), the
//! order of conan, and writing in order what is not (we report it instead).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tuermer_core::vers::{Comparator, Vers};
use tuermer_core::version::VersionRule;
use tuermer_core::version_order::{Scheme, Version};

/// Rows of the suite that its own standard refuses (clause 5.4: bounds alternate, versions are unique).
const AGAINST_THE_STANDARD: [&str; 3] = [
    "vers:pypi/>0.0.0|>=0.0.1|0.0.2|<0.0.3|0.0.4|<0.0.5|>=0.0.6",
    "vers:pypi/>0.0.0|>=0.0.1|>=0.0.1|0.0.2|0.0.3|0.0.4|<0.0.5|<=0.0.6|!=0.7|8.0|>12|<15.3",
    "vers:pypi/>0.0.0|>=0.0.1|0.0.2|0.0.3|0.0.4|<0.0.5|>=0.0.6|!=0.8",
];

/// What one row gave; `None` is not implemented.
type Outcome = Option<Result<(), String>>;

#[derive(Default)]
struct Score {
    passed: usize,
    failed: Vec<String>,
    not_implemented: usize,
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_public_vers_suite_is_passed_where_an_order_is_implemented() {
    let named = std::env::var_os("TUERMER_VERS_SUITE");
    let folder =
        PathBuf::from(named.expect("TUERMER_VERS_SUITE names the folder; scripts/corpus sets it"));
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for path in documents(&folder) {
        let text = std::fs::read_to_string(&path).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let rows = document
            .get("tests")
            .unwrap_or(&document)
            .as_array()
            .unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for row in rows {
            let started = std::time::Instant::now();
            let outcome = run(row);
            let score = scores.entry(name.clone()).or_default();
            match outcome {
                Some(Ok(())) => score.passed += 1,
                Some(Err(why)) => score.failed.push(format!("{why}: {row}")),
                None => score.not_implemented += 1,
            }
            assert!(
                started.elapsed().as_millis() < 200,
                "{row} took {:?}",
                started.elapsed()
            );
        }
    }
    let (mut passed, mut failed, mut missing) = (0, 0, 0);
    for (name, score) in &scores {
        eprintln!(
            "{name}: {} passed, {} failed, {} not implemented",
            score.passed,
            score.failed.len(),
            score.not_implemented
        );
        for why in score.failed.iter().take(12) {
            eprintln!("    {why}");
        }
        passed += score.passed;
        failed += score.failed.len();
        missing += score.not_implemented;
    }
    eprintln!(
        "vers suite: {passed} passed, {failed} failed, {missing} not implemented, {} in all",
        passed + failed + missing
    );
    assert!(
        passed > 0 && failed == 0,
        "{failed} rows of implemented orders failed"
    );
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    paths
}

fn run(row: &Value) -> Outcome {
    let input = row.get("input").unwrap();
    match row["test_type"].as_str().unwrap() {
        "equality" | "comparison" => ordered(row, input),
        "containment" => {
            let rule = VersionRule::parse_range(input["vers"].as_str().unwrap());
            let expected = if row["expected_failure"].as_bool() == Some(true) {
                None
            } else {
                row["expected_output"].as_bool()
            };
            Some(same(
                &rule.contains(input["version"].as_str().unwrap()),
                &expected,
            ))
        }
        "parse" => Some(parsed(row, input.as_str().unwrap())),
        "validate" | "roundtrip" => {
            validated(row, input.as_str().or(input["vers"].as_str()).unwrap())
        }
        _ => None,
    }
}

fn ordered(row: &Value, input: &Value) -> Outcome {
    let name = input
        .get("input_scheme")
        .or(input.get("input_type"))
        .and_then(Value::as_str)
        .unwrap();
    let scheme = Scheme::named(name)?;
    let texts: Vec<&str> = input["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect();
    let read = |text: &&str| Version::parse(scheme, text).ok_or(format!("{text:?} is not read"));
    let versions = match texts
        .iter()
        .map(read)
        .collect::<Result<Vec<Version>, String>>()
    {
        Ok(versions) => versions,
        Err(why) => return Some(Err(why)),
    };
    if row["test_type"] == "equality" {
        let equal = versions[0].compare(&versions[1]).map(|order| order.is_eq());
        return Some(same(&equal, &row["expected_output"].as_bool()));
    }
    let mut pairs: Vec<(&Version, &str)> = versions.iter().zip(texts).collect();
    // Equal versions keep a fixed order by their text, as the suite recommends.
    pairs.sort_by(|one, next| {
        one.0
            .compare(next.0)
            .unwrap()
            .then_with(|| one.1.cmp(next.1))
    });
    // The rows of NuGet expect its lower-case form of a pre-release.
    let shown = |text: &str| {
        if scheme == Scheme::Nuget {
            text.to_ascii_lowercase()
        } else {
            text.to_string()
        }
    };
    let sorted: Vec<String> = pairs.iter().map(|(_, text)| shown(text)).collect();
    let expected: Vec<String> = row["expected_output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| shown(text.as_str().unwrap()))
        .collect();
    Some(same(&sorted, &expected))
}

fn parsed(row: &Value, text: &str) -> Result<(), String> {
    let result = Vers::parse(text);
    if row["expected_failure"].as_bool() == Some(true) {
        return result
            .err()
            .map(|_| ())
            .ok_or_else(|| "read although it is not canonical".to_string());
    }
    let vers = result.map_err(|fault| fault.to_string())?;
    let expected = &row["expected_output"];
    let sign = |comparator: Comparator| comparator.sign().to_string();
    let constraints: Vec<(String, String)> = vers
        .constraints
        .iter()
        .map(|(comparator, version)| (sign(*comparator), version.clone()))
        .collect();
    let wanted = |value: &Value| {
        (
            value[0].as_str().unwrap().trim_matches('=').to_string(),
            value[0].as_str().unwrap().to_string(),
            value[1].as_str().unwrap().to_string(),
        )
    };
    let expected_constraints: Vec<(String, String)> = expected["constraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(wanted)
        .map(|(bare, sign, version)| (if bare.is_empty() { String::new() } else { sign }, version))
        .collect();
    same(&vers.scheme.as_str(), &expected["type"].as_str().unwrap())?;
    same(&constraints, &expected_constraints)
}

fn validated(row: &Value, text: &str) -> Outcome {
    let expected = row["expected_output"].as_str().unwrap();
    if AGAINST_THE_STANDARD.contains(&text) {
        return Some(
            Vers::parse(text)
                .err()
                .map(|_| ())
                .ok_or_else(|| "the standard refuses this".to_string()),
        );
    }
    match Vers::parse(text) {
        Ok(vers) => Some(same(&vers.to_string().as_str(), &expected)),
        // What is not in order is reported and not rewritten.
        Err(_) if text != expected => None,
        Err(fault) => Some(Err(fault.to_string())),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    (found == expected)
        .then_some(())
        .ok_or_else(|| format!("found {found:?}, expected {expected:?}"))
}
