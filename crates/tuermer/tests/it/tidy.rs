//! House rules, held by a test rather than by discipline: headers, engine names, bare notes.
//! Lengths: `tidy/lengths.rs`; arrows between rooms: `tidy/rooms.rs`; what a channel costs: `tidy/channels.rs`; who
//! writes: `tidy/doors.rs`; words and their languages: `tidy/texts.rs`; what the documents say of the tree:
//! `tidy/map.rs`; fuzz targets, machine paths: `tidy/documents.rs`; what machines read: `tidy/views.rs`.

mod channels;
mod documents;
mod doors;
mod lengths;
mod map;
mod rooms;
mod texts;
mod views;

use std::path::{Path, PathBuf};

/// A source file.
struct Source {
    /// From the root of the project, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }

    /// Numbered lines of the program itself: without comments and without the tests at the end of the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let tests = lines.windows(2).position(|pair| {
            pair[0].trim() == "#[cfg(test)]"
                && pair[1].trim_start().starts_with("mod ")
                && pair[1].ends_with('{')
        });
        let end = tests.unwrap_or(lines.len());
        let numbered = lines.into_iter().take(end).enumerate();
        numbered
            .map(|(number, line)| (number + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// The root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// All files under a folder of the project, in order; empty where the folder is missing.
fn files(folder: &str) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut waiting = vec![root.join(folder)];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            match path.is_dir() {
                true if ["target", "node_modules", "corpus", "artifacts"].contains(&name) => {}
                true => waiting.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    let relative = |path: &Path| {
        path.strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_string()
    };
    found
        .iter()
        .map(|path| Source {
            path: relative(path),
            text: String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned(),
        })
        .collect()
}

/// Everything a program is built from: sources, templates, packs.
fn built_from() -> Vec<Source> {
    let belongs = |source: &Source| {
        ["/src/", "/templates/", "/packs/"]
            .iter()
            .any(|folder| source.path.contains(folder))
    };
    files("crates").into_iter().filter(belongs).collect()
}

/// All Rust files of the workspace.
fn rust() -> Vec<Source> {
    ["crates", "fuzz"]
        .into_iter()
        .flat_map(files)
        .filter(Source::is_rust)
        .collect()
}

/// Fails with one line a complaint.
#[track_caller]
fn no_complaints(rule: &str, complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{rule}:\n  {}\n",
        complaints.join("\n  ")
    );
}

#[test]
fn every_file_opens_with_its_purpose() {
    let sources = rust();
    assert!(sources.len() > 50, "the rule must see the whole workspace");
    let bare = |source: &&Source| !source.text.starts_with("//! ");
    let complaints: Vec<String> = sources
        .iter()
        .filter(bare)
        .map(|source| format!("{}:1: no `//!` header", source.path))
        .collect();
    no_complaints(
        "Every file opens with `//!`: what it decides or does",
        &complaints,
    );
}

/// What a crate may depend on; the shell may use everything the workspace lists.
#[test]
fn the_core_stays_small() {
    let manifest: toml::Table =
        std::fs::read_to_string(root().join("crates/tuermer-core/Cargo.toml"))
            .unwrap()
            .parse()
            .unwrap();
    let names: Vec<&String> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .collect();
    // serde: facts are stored as they stand in the core (docs/adr/0009).
    let allowed = ["ip_network", "ip_network_table", "jiff", "serde"];
    assert!(
        names.iter().all(|name| allowed.contains(&name.as_str())),
        "tuermer-core depends on {names:?}; allowed: {allowed:?}"
    );
}

#[test]
fn only_the_engine_names_an_engine() {
    let mut complaints = Vec::new();
    for source in files("crates")
        .iter()
        .filter(|source| source.is_rust() && source.path.contains("/src/") && !source.is_test())
    {
        if source.path == "crates/tuermer-store/src/ground/engine.rs"
            || source
                .path
                .starts_with("crates/tuermer-store/src/ground/engine/")
        {
            continue;
        }
        for (number, line) in source.code() {
            let lower = line.to_lowercase();
            complaints.extend(
                ["sqlite", "postgres"]
                    .iter()
                    .filter(|word| lower.contains(*word))
                    .map(|word| format!("{}:{number}: names {word}", source.path)),
            );
        }
    }
    no_complaints("Only ground/engine.rs names an engine", &complaints);
}

#[test]
fn no_bare_notes() {
    // Put together here, so that this file does not complain about itself.
    let notes = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("HA", "CK"),
    ];
    let mut complaints = Vec::new();
    for source in ["crates", "fuzz", "tests"].into_iter().flat_map(files) {
        for (number, line) in source.text.lines().enumerate() {
            let note = notes.iter().find(|note| {
                line.split(|c: char| !c.is_alphanumeric() && c != ':')
                    .any(|word| word == **note || word == format!("{note}:"))
            });
            complaints.extend(note.map(|note| format!("{}:{}: {note}", source.path, number + 1)));
        }
    }
    no_complaints(
        "No note without an owner: do it, or write an issue",
        &complaints,
    );
}

#[test]
fn the_rules_can_fail() {
    let source = Source {
        path: "x.rs".into(),
        text: "//! sqlx\nuse a;\n#[cfg(test)]\nmod tests {\n    use sqlx;\n}\n".into(),
    };
    assert_eq!(source.code().collect::<Vec<_>>(), [(2, "use a;")]);
}
