//! House rules, held by a test rather than by discipline: headers, length, engine names, bare notes.
//! Arrows between rooms: `tidy/rooms.rs`; what a channel costs: `tidy/channels.rs`; who writes: `tidy/doors.rs`; words and their languages: `tidy/texts.rs`; the
//! architecture document, fuzz targets, machine paths: `tidy/documents.rs`.

mod channels;
mod documents;
mod doors;
mod rooms;
mod texts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest function, from `fn` to its closing brace.
const FUNCTION_LINES: usize = 60;
/// Longest file.
const FILE_LINES: usize = 400;
/// What is longer today: `path lines` or `path::function lines`. Numbers may only fall.
const RATCHET: &str = include_str!("tidy_ratchet.txt");

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

/// Functions of formatted code with their number of lines: a function ends at the brace under its first letter.
fn functions(source: &Source) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(position) = words.iter().position(|word| *word == "fn") else {
            continue;
        };
        let only_modifiers = words[..position]
            .iter()
            .all(|word| ["async", "const", "unsafe"].contains(word) || word.starts_with("pub"));
        let one_line = line.ends_with('}') || line.ends_with(';');
        if !only_modifiers || one_line {
            continue;
        }
        let name: String = words
            .get(position + 1)
            .map_or("", |word| *word)
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let length = lines[start..]
            .iter()
            .position(|line| *line == end)
            .map_or(1, |end| end + 1);
        found.push((name, start + 1, length));
    }
    found
}

#[test]
fn functions_fit_a_screen_and_files_a_reading() {
    let mut long = BTreeMap::new();
    for source in rust() {
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            long.insert(
                source.path.clone(),
                (
                    lines,
                    format!("{}: {lines} lines, allowed are {FILE_LINES}", source.path),
                ),
            );
        }
        for (name, line, length) in functions(&source)
            .into_iter()
            .filter(|(_, _, length)| *length > FUNCTION_LINES)
        {
            let text = format!(
                "{}:{line}: fn {name} has {length} lines, allowed are {FUNCTION_LINES}",
                source.path
            );
            long.insert(format!("{}::{name}", source.path), (length, text));
        }
    }
    let mut complaints = Vec::new();
    for line in RATCHET
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (place, allowed) = line
            .rsplit_once(' ')
            .expect("tidy_ratchet.txt: `place lines`");
        let allowed: usize = allowed.parse().expect("tidy_ratchet.txt: `place lines`");
        match long.remove(place) {
            None => complaints.push(format!(
                "tidy_ratchet.txt: strike out {place}, it is short enough"
            )),
            Some((lines, _)) if lines < allowed => complaints.push(format!(
                "tidy_ratchet.txt: lower {place} from {allowed} to {lines}"
            )),
            Some((lines, text)) if lines > allowed => {
                complaints.push(format!("{text} (tidy_ratchet.txt: {allowed})"))
            }
            Some(_) => {}
        }
    }
    complaints.extend(long.into_values().map(|(_, text)| text));
    no_complaints(
        "Functions fit a screen, files rarely over 400 lines",
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
    let allowed = ["ip_network", "ip_network_table", "jiff"];
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
    let long = format!(
        "//! x\nfn short() {{}}\nimpl X {{\n    pub(crate) async fn long() {{\n{}    }}\n}}\n",
        "        x();\n".repeat(60)
    );
    let source = Source {
        path: "x.rs".into(),
        text: long,
    };
    assert_eq!(functions(&source), [("long".to_string(), 4, 62)]);
    let source = Source {
        path: "x.rs".into(),
        text: "//! sqlx\nuse a;\n#[cfg(test)]\nmod tests {\n    use sqlx;\n}\n".into(),
    };
    assert_eq!(source.code().collect::<Vec<_>>(), [(2, "use a;")]);
}
