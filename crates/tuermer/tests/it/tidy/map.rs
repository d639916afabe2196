//! The map does not lie: docs/files.md lists exactly the files that exist with what they say of themselves, every path,
//! link, word and line of code that a document names is there, and the documents stay short enough to be read.

use super::{Source, built_from, files, no_complaints, root, rust};
use std::collections::BTreeMap;

/// Where the list of files begins and ends in docs/files.md.
const MARKS: (&str, &str) = (
    "<!-- files: written by TIDY_WRITE=1 cargo test -p tuermer --test it tidy -->\n",
    "<!-- end of files -->",
);
/// Documents that are read in one go, and their longest size in bytes.
const SIZES: &[(&str, usize)] = &[("README.md", 8_000), ("ARCHITECTURE.md", 15_000)];
/// Folders of what is beside the program: each file says what it is for.
const TOOLS: &[&str] = &["scripts/", "benches/", "fuzz/fuzz_targets/"];
/// Where a path in ARCHITECTURE.md may begin.
const BASES: &[&str] = &["", "crates/", "crates/tuermer/src/"];
/// Beginnings of paths of the project, in every document.
const PROJECT: &[&str] = &[
    "crates/", "docs/", "fuzz/", "scripts/", "benches/", "tests/",
];

/// What a script says of itself: the first comment below the line that names its shell, or the head of its docstring.
fn purpose_of_script(source: &Source) -> String {
    let line = source
        .text
        .lines()
        .find_map(|line| line.strip_prefix("# ").or(line.strip_prefix("\"\"\"")))
        .unwrap_or_default();
    let end = line.find(". ").unwrap_or(line.len());
    line[..end].trim_end_matches('.').replace('|', "/")
}

/// The first sentence a file says of itself.
fn purpose(source: &Source) -> String {
    if TOOLS.iter().any(|folder| source.path.starts_with(folder)) && !source.is_rust() {
        return purpose_of_script(source);
    }
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
    let beside = TOOLS
        .iter()
        .flat_map(|folder| files(folder.trim_end_matches('/')));
    for source in built_from().into_iter().chain(beside) {
        let (folder, file) = source.path.rsplit_once('/').unwrap();
        let (lines, included) = folders.entry(folder.to_string()).or_default();
        let tool = TOOLS.iter().any(|folder| source.path.starts_with(folder));
        match [".rs", ".sql", ".toml"]
            .iter()
            .any(|end| file.ends_with(end))
            || tool
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
fn the_list_of_files_names_exactly_the_files_that_exist() {
    let path = root().join("docs/files.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text
        .split_once(MARKS.0)
        .expect("docs/files.md has the mark of the list of files");
    let (stated, after) = rest
        .split_once(MARKS.1)
        .expect("docs/files.md has the mark at the end of the list of files");
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
        "docs/files.md names exactly the files that exist (TIDY_WRITE=1 writes the list)",
        &complaints,
    );
}

#[test]
fn what_is_beside_the_program_says_what_it_is_for() {
    let complaints: Vec<String> = TOOLS
        .iter()
        .flat_map(|folder| files(folder.trim_end_matches('/')))
        .filter(|source| purpose(source).len() < 20)
        .map(|source| source.path)
        .collect();
    no_complaints("The first comment says what a file is for", &complaints);
}

#[test]
fn what_is_read_in_one_go_stays_short() {
    let complaints: Vec<String> = SIZES
        .iter()
        .map(|(name, most)| (name, most, document(name).len()))
        .filter(|(_, most, size)| size > *most)
        .map(|(name, most, size)| format!("{name}: {size} bytes, {most} at most"))
        .collect();
    no_complaints("A map fits a hand", &complaints);
}

/// A document as it stands.
fn document(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every document a person reads, but the list of files, which has its own test.
fn documents() -> Vec<Source> {
    let mut found: Vec<Source> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .map(|path| Source {
            text: document(&path),
            path,
        })
        .collect();
    found.extend(
        files("docs")
            .into_iter()
            .filter(|source| source.path.ends_with(".md") && source.path != "docs/files.md"),
    );
    assert!(found.len() > 15, "the rule must see every document");
    found
}

/// What stands between backticks on one line, outside fenced blocks.
fn quoted(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_string));
        }
    }
    found
}

/// A word in backticks that can only be a path of the project.
fn is_path(word: &str, document: &str) -> bool {
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let known = PROJECT.iter().any(|start| word.starts_with(start));
    let of_the_map = document == "ARCHITECTURE.md" && !word.starts_with('/');
    plain && word.contains('/') && (known || of_the_map) || (of_the_map && word.ends_with(".rs"))
}

#[test]
fn documents_name_only_files_that_exist() {
    let mut complaints = Vec::new();
    for source in documents() {
        for word in quoted(&source.text) {
            let exists = BASES
                .iter()
                .any(|base| root().join(format!("{base}{word}")).exists());
            if is_path(&word, &source.path) && !exists {
                complaints.push(format!("{}: {word}", source.path));
            }
        }
    }
    no_complaints("Documents name only files that exist", &complaints);
}

/// The anchor that a heading gets on a page.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn documents_link_only_to_what_exists() {
    let mut complaints = Vec::new();
    for source in documents() {
        let targets = source
            .text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'));
        for (target, _) in targets.filter(|(target, _)| !target.contains("://")) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let folder = root().join(&source.path).parent().unwrap().join(file);
            let there = match (file, heading) {
                ("", _) => source.text.clone(),
                (_, "") => {
                    if !folder.exists() {
                        complaints.push(format!("{}: {target}", source.path));
                    }
                    continue;
                }
                _ => std::fs::read_to_string(&folder).unwrap_or_default(),
            };
            let mut headings = there.lines().filter(|line| line.starts_with('#'));
            if !headings.any(|line| anchor(line) == heading) {
                complaints.push(format!("{}: {target}", source.path));
            }
        }
    }
    no_complaints("Documents link only to what exists", &complaints);
}

/// `docs/first-change.md` quotes lines under the name of the file they stand in.
#[test]
fn what_the_first_change_quotes_stands_in_its_files() {
    let text = document("docs/first-change.md");
    let parts: Vec<&str> = text.split("```").collect();
    let mut compared = 0;
    for pair in parts.chunks(2).filter(|pair| pair.len() == 2) {
        let before = pair[0].trim_end();
        let Some(path) = before
            .strip_suffix("`:")
            .and_then(|start| start.rsplit('`').next())
        else {
            continue;
        };
        let code = pair[1].split_once('\n').unwrap().1;
        let file = document(path);
        for line in code.lines() {
            let stands = file.lines().any(|other| other.trim() == line.trim());
            assert!(stands, "{path} has no line `{line}`");
            compared += 1;
        }
    }
    assert!(compared >= 2, "the page quotes the row and the change");
}

/// The rows of the glossary: German, standard, code, what it is.
fn glossary() -> Vec<[String; 4]> {
    let text = document("docs/glossary.md");
    let rows: Vec<[String; 4]> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| German"))
        .map(|line| {
            let cells: Vec<String> = line
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_string())
                .collect();
            cells
                .try_into()
                .unwrap_or_else(|_| panic!("four cells: {line}"))
        })
        .collect();
    assert!(rows.len() > 30, "the glossary has its rows");
    rows
}

/// The name a line declares: of an item, or of a list of words at its head.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(head) = line.strip_suffix(" {")
        && head.chars().all(char::is_alphanumeric)
    {
        return Some(head);
    }
    let items = ["struct", "enum", "fn", "trait", "type", "const", "mod"];
    let mut words = line
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .skip_while(|word| ["pub", "crate", "super", "async"].contains(word));
    words.next().filter(|word| items.contains(word))?;
    words.next()
}

#[test]
fn the_glossary_names_code_that_exists() {
    let sources: Vec<Source> = rust()
        .into_iter()
        .filter(|source| !source.is_test())
        .collect();
    let mut places: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in &sources {
        for name in source.text.lines().filter_map(declared) {
            places.entry(name).or_default().push(source);
        }
    }
    let has = |source: &Source, variant: &str| {
        source.text.lines().any(|line| {
            line.trim()
                .strip_prefix(variant)
                .is_some_and(|rest| rest.starts_with([' ', ',', '(']))
        })
    };
    let mut complaints = Vec::new();
    for [german, _, code, _] in glossary() {
        for name in quoted(&code) {
            let (kind, variant) = name.split_once("::").unwrap_or((&name, ""));
            let found = places.get(kind).is_some_and(|sources| {
                variant.is_empty() || sources.iter().any(|source| has(source, variant))
            });
            if !found {
                complaints.push(format!("{german}: {name} is declared nowhere"));
            }
        }
    }
    no_complaints("The glossary names code that exists", &complaints);
}

#[test]
fn the_glossary_knows_the_words_of_the_pages() {
    let texts: String = built_from()
        .into_iter()
        .filter(|source| {
            source.path.contains("/texts/de/") || source.path.contains("/templates/de/")
        })
        .map(|source| source.text.to_lowercase())
        .collect();
    let mut complaints = Vec::new();
    for [german, ..] in glossary() {
        let words = german.split(", ").filter(|word| *word != "–");
        complaints.extend(
            words
                .filter(|word| !texts.contains(&word.to_lowercase()))
                .map(|word| format!("{word}: no text and no mail says so")),
        );
    }
    no_complaints(
        "German words of the glossary are those of the pages",
        &complaints,
    );
}
