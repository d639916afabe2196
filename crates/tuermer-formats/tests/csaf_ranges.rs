//! How many version ranges of real advisories are understood? Counts them in all CSAF documents of the folder that
//! `scripts/corpus` names, and prints the numbers.
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
use tuermer_core::product::ProductKey;
use tuermer_core::vers::Vers;
use tuermer_core::version::VersionRule;

#[derive(Default)]
struct Counts {
    documents: usize,
    ranges: usize,
    understood: usize,
    canonical: usize,
    versions: usize,
    /// Ranges that stay open, and how often they occur.
    left: BTreeMap<String, usize>,
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_most_ranges_of_real_advisories_are_understood() {
    let corpus = std::env::var_os("TUERMER_CORPUS");
    let corpus = corpus.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
    let folder = PathBuf::from(corpus).join("csaf");
    let mut counts = Counts::default();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                count(&path, &mut counts);
            }
        }
    }
    let Counts {
        documents,
        ranges,
        understood,
        canonical,
        versions,
        left,
    } = &counts;
    eprintln!(
        "{documents} documents, {versions} exact versions, {ranges} ranges: {understood} understood, {canonical} of them canonical vers"
    );
    for (text, times) in left {
        eprintln!("    left open {times} times: {text:?}");
    }
    assert!(
        *documents > 0 && *ranges > 0,
        "the folder holds no advisory with ranges"
    );
    // What is left open has two meanings or none; a fall below this share is a loss.
    assert!(
        understood * 100 >= ranges * 90,
        "only {understood} of {ranges} understood"
    );
}

fn count(path: &Path, counts: &mut Counts) {
    let Ok(document) = serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()) else {
        return;
    };
    let Some(branches) = document["product_tree"]["branches"].as_array() else {
        return;
    };
    counts.documents += 1;
    // Each branch with the vendor and product above it.
    let mut waiting: Vec<(&Value, &str, &str)> =
        branches.iter().map(|branch| (branch, "", "")).collect();
    while let Some((branch, vendor, product)) = waiting.pop() {
        let name = branch["name"].as_str().unwrap_or("");
        let (vendor, product) = match branch["category"].as_str().unwrap_or("") {
            "vendor" => (name, product),
            "product_name" | "product_family" => (vendor, name),
            "product_version" => {
                counts.versions += 1;
                (vendor, product)
            }
            "product_version_range" => {
                counts.ranges += 1;
                counts.canonical += usize::from(Vers::parse(name).is_ok());
                match VersionRule::parse_range_in(name, ProductKey::new(vendor, product).scheme()) {
                    VersionRule::NotUnderstood(text) => *counts.left.entry(text).or_default() += 1,
                    _ => counts.understood += 1,
                }
                (vendor, product)
            }
            _ => (vendor, product),
        };
        waiting.extend(
            branch["branches"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|below| (below, vendor, product)),
        );
    }
}
