//! Documents do not lie: ARCHITECTURE.md names exactly the files that exist, every format is fuzzed and has a
//! fixture, and nothing in the repository knows the machine it was written on.

use super::{files, no_complaints, root};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Modules of `tuermer-formats` that read nothing from outside: they write texts.
const WRITERS: &[&str] = &["mail", "reasons"];

/// Files named in ARCHITECTURE.md: a heading `### folder` opens a table whose rows begin with the file in backticks.
fn named() -> BTreeMap<String, usize> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut folder = None;
    let mut found = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            folder = line.strip_prefix("### `").and_then(|rest| rest.strip_suffix("/`")).map(str::to_string);
        }
        let file = line.strip_prefix("| `").and_then(|rest| rest.split_once('`')).map(|(file, _)| file);
        if let (Some(folder), Some(file)) = (&folder, file) {
            found.insert(format!("{folder}/{file}"), number + 1);
        }
    }
    found
}

#[test]
fn the_architecture_names_exactly_the_files_that_exist() {
    let named = named();
    let real: Vec<_> = files("crates").into_iter().filter(|source| source.path.contains("/src/")).collect();
    let mut complaints = Vec::new();
    for source in &real {
        let (folder, file) = source.path.rsplit_once('/').unwrap();
        let in_group = named.contains_key(&format!("{folder}/*.{}", file.rsplit('.').next().unwrap()));
        if !named.contains_key(&source.path) && !(in_group && !source.is_rust()) {
            let purpose = source.text.lines().next().unwrap_or("").trim_start_matches("//!").trim();
            complaints.push(format!("lacks, under ### `{folder}/`: | `{file}` | {purpose} |"));
        }
    }
    let exists: BTreeSet<&str> = real.iter().map(|source| source.path.as_str()).collect();
    for (path, line) in &named {
        let group = path.rsplit_once("/*").is_some_and(|(folder, end)| exists.iter().any(|file| file.starts_with(folder) && file.ends_with(end)));
        if path.starts_with("crates/") && !group && !exists.contains(path.as_str()) {
            complaints.push(format!("line {line}: {path} does not exist"));
        }
    }
    no_complaints("ARCHITECTURE.md names exactly the files that exist", &complaints);
}

#[test]
fn every_format_is_fuzzed_and_has_a_fixture() {
    let library = std::fs::read_to_string(root().join("crates/tuermer-formats/src/lib.rs")).unwrap();
    let modules = library.lines().filter_map(|line| line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')));
    let fixtures: Vec<String> = files("crates/tuermer-formats/tests/fixtures").into_iter().map(|source| source.path).collect();
    let mut complaints = Vec::new();
    for module in modules.filter(|module| !WRITERS.contains(module)) {
        if !root().join(format!("fuzz/fuzz_targets/{module}.rs")).is_file() {
            complaints.push(format!("fuzz/fuzz_targets/{module}.rs is missing"));
        }
        if !fixtures.iter().any(|path| path.contains(&format!("/fixtures/{module}"))) {
            complaints.push(format!("crates/tuermer-formats/tests/fixtures/{module}… is missing"));
        }
    }
    no_complaints("Every format that reads from outside has a fuzz target and a fixture", &complaints);
}

#[test]
fn nothing_knows_the_machine_it_was_written_on() {
    let Ok(output) = Command::new("git").args(["ls-files"]).current_dir(root()).output() else { return eprintln!("SKIPPED: git is missing") };
    let tracked = String::from_utf8(output.stdout).unwrap();
    if tracked.is_empty() {
        return eprintln!("SKIPPED: not a git checkout");
    }
    // Put together here, so that this file does not complain about itself.
    let places = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/tm", "p/wt")];
    let mut complaints = Vec::new();
    for path in tracked.lines() {
        let Ok(text) = std::fs::read_to_string(root().join(path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            complaints.extend(places.iter().filter(|place| line.contains(*place)).map(|place| format!("{path}:{}: {place}", number + 1)));
        }
    }
    no_complaints("No paths of a machine in the repository", &complaints);
}
