//! Every format is fuzzed and has a fixture, and nothing in the repository knows the machine it was written on.

use super::{files, no_complaints, root};
use std::process::Command;

/// Modules of `tuermer-formats` that read what comes from outside.
const READERS: &[&str] = &[
    "aggregator",
    "atom",
    "build_pack",
    "changes",
    "csaf",
    "cve",
    "cve_changes",
    "epss",
    "firewall",
    "hash_file",
    "indicators",
    "intelmq",
    "kev",
    "members",
    "misp",
    "n6",
    "provider",
    "received_mail",
    "report_list",
    "rolie",
    "sbom",
    "security_txt",
    "shadowserver",
    "sign_list",
    "stix",
    "taxii",
    "urgency_policy",
    "warninglist",
];
/// Its other modules: parts of a reader, they write, or they read what comes with the program.
const PARTS: &[&str] = &[
    "contact_fields",
    "content",
    "csaf_write",
    "csv_line",
    "encoding",
    "event",
    "findings",
    "format",
    "headers",
    "inventory",
    "json",
    "links",
    "loose",
    "mail",
    "networks",
    "notice_mail",
    "objects",
    "origin",
    "problem",
    "catalogue",
    "facts",
    "reasons",
    "recognise",
    "records",
    "spreadsheet",
    "table",
    "threat_document",
    "times",
    "wrap",
    "xml",
];

#[test]
fn every_format_is_fuzzed_and_has_a_fixture() {
    let library =
        std::fs::read_to_string(root().join("crates/tuermer-formats/src/lib.rs")).unwrap();
    let modules: Vec<&str> = library
        .lines()
        .filter_map(|line| {
            line.split_once("mod ")
                .and_then(|(_, rest)| rest.strip_suffix(';'))
        })
        .collect();
    let fixtures: Vec<String> = files("crates/tuermer-formats/tests/fixtures")
        .into_iter()
        .map(|source| source.path)
        .collect();
    let mut complaints = Vec::new();
    let unknown = modules.iter().filter(|module| {
        !READERS.contains(module) && !PARTS.contains(module) && !module.ends_with("tests")
    });
    complaints.extend(
        unknown.map(|module| format!("{module}: is it a reader? tidy/documents.rs must say")),
    );
    for module in READERS {
        if !root()
            .join(format!("fuzz/fuzz_targets/{module}.rs"))
            .is_file()
        {
            complaints.push(format!("fuzz/fuzz_targets/{module}.rs is missing"));
        }
        if !fixtures
            .iter()
            .any(|path| path.contains(&format!("/fixtures/{module}")))
        {
            complaints.push(format!(
                "crates/tuermer-formats/tests/fixtures/{module}… is missing"
            ));
        }
    }
    no_complaints(
        "Every format that reads from outside has a fuzz target and a fixture",
        &complaints,
    );
}

#[test]
fn nothing_knows_the_machine_it_was_written_on() {
    let output = Command::new("git")
        .args(["ls-files"])
        .current_dir(root())
        .output()
        .expect("git is installed (./test programs)");
    let tracked = String::from_utf8(output.stdout).unwrap();
    assert!(!tracked.is_empty(), "this test needs a git checkout");
    // Put together here, so that this file does not complain about itself.
    let places = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/tm", "p/wt"),
    ];
    let mut complaints = Vec::new();
    for path in tracked.lines() {
        let Ok(text) = std::fs::read_to_string(root().join(path)) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            complaints.extend(
                places
                    .iter()
                    .filter(|place| line.contains(*place))
                    .map(|place| format!("{path}:{}: {place}", number + 1)),
            );
        }
    }
    no_complaints("No paths of a machine in the repository", &complaints);
}
