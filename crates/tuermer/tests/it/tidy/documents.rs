//! Documents do not lie: ARCHITECTURE.md lists exactly the files that exist with what they say of themselves, every
//! format is fuzzed and has a fixture, and nothing in the repository knows the machine it was written on.

use super::{Source, built_from, files, no_complaints, root};
use std::collections::BTreeMap;
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

/// Where the list of files begins and ends in ARCHITECTURE.md.
const MARKS: (&str, &str) = (
    "<!-- files: written by TIDY_WRITE=1 cargo test -p tuermer --test it tidy -->\n",
    "<!-- end of files -->",
);

/// The first sentence a file says of itself.
fn purpose(source: &Source) -> String {
    let mark = if source.is_rust() {
        "//!"
    } else if source.path.ends_with(".sql") {
        "--"
    } else {
        "#"
    };
    let header = source
        .text
        .lines()
        .map_while(|line| line.strip_prefix(mark))
        .map(str::trim)
        .take_while(|line| !line.is_empty());
    let paragraph = header.collect::<Vec<_>>().join(" ");
    let end = [". ", "; ", ": "]
        .iter()
        .filter_map(|stop| paragraph.find(stop).filter(|at| *at > 40))
        .min();
    let sentence = end
        .map_or(paragraph.as_str(), |end| &paragraph[..end])
        .trim_end_matches('.');
    sentence
        .replace('|', "/")
        .replace("[`", "`")
        .replace("`]", "`")
}

/// One table a folder: Rust, SQL and TOML files line by line, what they include in the last line.
fn tables() -> String {
    let mut folders: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for source in built_from() {
        let (folder, file) = source.path.rsplit_once('/').unwrap();
        let (lines, included) = folders.entry(folder.to_string()).or_default();
        match [".rs", ".sql", ".toml"]
            .iter()
            .any(|end| file.ends_with(end))
        {
            true => lines.push(format!("| `{file}` | {} |\n", purpose(&source))),
            false => included.push(format!("`{file}`")),
        }
    }
    let mut text = String::new();
    for (folder, (lines, included)) in folders {
        text += &format!(
            "\n### `{folder}/`\n\n| file | what it says of itself |\n|---|---|\n{}",
            lines.concat()
        );
        if !included.is_empty() {
            text += &format!("| {} | |\n", included.join(" "));
        }
    }
    text + "\n"
}

#[test]
fn the_architecture_names_exactly_the_files_that_exist() {
    let path = root().join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text
        .split_once(MARKS.0)
        .expect("ARCHITECTURE.md has the mark of the list of files");
    let (stated, after) = rest
        .split_once(MARKS.1)
        .expect("ARCHITECTURE.md has the mark at the end of the list of files");
    let real = tables();
    if std::env::var_os("TIDY_WRITE").is_some() {
        std::fs::write(
            &path,
            format!("{before}{}{real}{}{after}", MARKS.0, MARKS.1),
        )
        .unwrap();
        return;
    }
    let lacks = real
        .lines()
        .filter(|line| !stated.lines().any(|other| other == *line))
        .map(|line| format!("lacks {line}"));
    let lies = stated
        .lines()
        .filter(|line| !real.lines().any(|other| other == *line))
        .map(|line| format!("names {line}"));
    let complaints: Vec<String> = lacks.chain(lies).collect();
    no_complaints(
        "ARCHITECTURE.md names exactly the files that exist (TIDY_WRITE=1 writes the list)",
        &complaints,
    );
    // A file named in the prose must exist, too.
    let named = before
        .split('`')
        .skip(1)
        .step_by(2)
        .chain(after.split('`').skip(1).step_by(2));
    let gone: Vec<String> = named
        .filter(|word| {
            word.starts_with("crates/")
                && !word.contains(['*', '{', ' '])
                && !root().join(word).exists()
        })
        .map(str::to_string)
        .collect();
    no_complaints("ARCHITECTURE.md tells of files that do not exist", &gone);
}

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
    let Ok(output) = Command::new("git")
        .args(["ls-files"])
        .current_dir(root())
        .output()
    else {
        return eprintln!("SKIPPED: git is missing");
    };
    let tracked = String::from_utf8(output.stdout).unwrap();
    if tracked.is_empty() {
        return eprintln!("SKIPPED: not a git checkout");
    }
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
