//! The public purl suite (`package-url/purl-spec`, folder `tests`, or the older `test-suite-data.json`), read from the
//! folder that the variable `TUERMER_PURL_SUITE` names. It is no part of this repository: `scripts/corpus` runs it.
//!
//! Not implemented, and counted as such: building a purl from parts (we only read them), and types whose own
//! rules we do not keep.
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
use tuermer_core::purl::Purl;

/// Types with rules of their own that decide nothing for us.
const NOT_IMPLEMENTED: [&str; 8] = [
    "conan",
    "cpan",
    "swid",
    "julia",
    "chrome-extension",
    "otp",
    "bazel",
    "vscode-extension",
];

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_public_purl_suite_is_passed_where_a_type_is_implemented() {
    let named = std::env::var_os("TUERMER_PURL_SUITE");
    let folder =
        PathBuf::from(named.expect("TUERMER_PURL_SUITE names the folder; scripts/corpus sets it"));
    let mut scores: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut faults = Vec::new();
    for path in documents(&folder) {
        let document: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let rows = document
            .get("tests")
            .unwrap_or(&document)
            .as_array()
            .unwrap();
        let score = scores
            .entry(path.file_name().unwrap().to_string_lossy().into_owned())
            .or_default();
        for row in rows {
            match outcome(row) {
                None => score.2 += 1,
                Some(Ok(())) => score.0 += 1,
                Some(Err(why)) => {
                    score.1 += 1;
                    faults.push(format!("{why}: {row}"));
                }
            }
        }
    }
    for (name, (passed, failed, missing)) in &scores {
        eprintln!("{name}: {passed} passed, {failed} failed, {missing} not implemented");
    }
    let passed: usize = scores.values().map(|score| score.0).sum();
    let missing: usize = scores.values().map(|score| score.2).sum();
    eprintln!(
        "purl suite: {passed} passed, {} failed, {missing} not implemented\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(
        passed > 0 && faults.is_empty(),
        "{} rows of implemented types failed",
        faults.len()
    );
}

/// JSON files of the folder and of the folders in it.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let (mut paths, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths
}

/// Reads and writes a purl; rows of the older form hold purl and canonical purl side by side.
fn outcome(row: &Value) -> Option<Result<(), String>> {
    let (input, expected, fails) = match row.get("purl") {
        Some(purl) => (
            purl.as_str()?,
            row["canonical_purl"].as_str(),
            row["is_invalid"].as_bool()?,
        ),
        None if matches!(
            row["test_type"].as_str()?,
            "parse" | "roundtrip" | "validation"
        ) =>
        {
            (
                row["input"].as_str()?,
                row["expected_output"].as_str(),
                row["expected_failure"].as_bool().unwrap_or(false),
            )
        }
        None => return None,
    };
    let kind = input
        .strip_prefix("pkg:")
        .and_then(|rest| rest.trim_start_matches('/').split('/').next())
        .unwrap_or("")
        .to_ascii_lowercase();
    if NOT_IMPLEMENTED.contains(&kind.as_str()) {
        return None;
    }
    Some(match (Purl::parse(input), fails) {
        (None, true) => Ok(()),
        (Some(_), true) => Err("read although it is wrong".into()),
        (None, false) => Err("not read".into()),
        (Some(purl), false) => match (expected, &row["expected_output"]) {
            (Some(expected), _) => same(&purl.to_string(), expected),
            (None, parts) => parts_agree(&purl, parts),
        },
    })
}

fn parts_agree(purl: &Purl, parts: &Value) -> Result<(), String> {
    let text = |name: &str| parts[name].as_str().unwrap_or("").to_string();
    same(&purl.kind, &text("type"))?;
    same(&purl.namespace, &text("namespace"))?;
    same(&purl.name, &text("name"))?;
    same(purl.version.as_deref().unwrap_or(""), &text("version"))?;
    same(&purl.subpath, &text("subpath"))?;
    let qualifiers: BTreeMap<&str, &str> = purl
        .qualifiers
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let expected: BTreeMap<&str, &str> = parts["qualifiers"]
        .as_object()
        .map(|map| {
            map.iter()
                .map(|(key, value)| (key.as_str(), value.as_str().unwrap_or("")))
                .collect()
        })
        .unwrap_or_default();
    (qualifiers == expected)
        .then_some(())
        .ok_or_else(|| format!("qualifiers {qualifiers:?}, expected {expected:?}"))
}

fn same(found: &str, expected: &str) -> Result<(), String> {
    (found == expected)
        .then_some(())
        .ok_or_else(|| format!("found {found:?}, expected {expected:?}"))
}
