//! Every command that the documents show is a command: it is run against a fresh data directory, or, where it needs a
//! network, a person or minutes, at least read by the program's own command line.
//!
//! Pages are read from top to bottom, each with a data directory of its own and files of ours under the names the page
//! uses. Commands inside sentences are read only. A block without a language holds commands and nothing else.

mod play;

use clap::Parser as _;
use clap::error::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Read and not run, each with its reason. What is not named here is run.
const ONLY_READ: &[(&str, &str)] = &[
    ("tuermer serve", "goes on until it is stopped"),
    (
        "tuermer feed test",
        "asks the internet; feeds.rs runs it against a server of its own",
    ),
    (
        "tuermer feed add",
        "asks the internet; feeds.rs, feeds_signs.rs and mailbox.rs run it",
    ),
    (
        "tuermer report assign",
        "needs the number of a report from /melden; public.rs runs it",
    ),
    (
        "tuermer-check",
        "needs the logs of a server; the tests of that crate run it",
    ),
    ("cargo", "builds"),
    ("./test", "runs this test"),
    ("rustup", "changes the machine"),
    (
        "export",
        "every call of this test names its data directory itself",
    ),
];

/// Pages whose blocks are run, in their order.
const RUN: &[&str] = &[
    "README.md",
    "docs/commands.md",
    "docs/feeds.md",
    "docs/build-packs.md",
    "docs/urgency-policy.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a newcomer reads, and every page below docs/, with their text.
fn pages() -> Vec<(String, String)> {
    let mut found = ["README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY"]
        .map(|name| format!("{name}.md"))
        .to_vec();
    let mut folders = vec!["docs".to_string()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("{folder}/{name}");
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if name.ends_with(".md") && path != "docs/files.md" {
                found.push(path);
            }
        }
    }
    found.sort();
    let text = |path: &String| std::fs::read_to_string(root().join(path)).unwrap();
    found
        .iter()
        .map(|path| (path.clone(), text(path)))
        .collect()
}

/// Commands of the blocks of a page, and commands inside its sentences.
fn shown(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut blocks, mut inline) = (Vec::new(), Vec::new());
    let mut language: Option<&str> = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), language) {
            (Some(word), None) => language = Some(word.trim()),
            (Some(_), Some(_)) => language = None,
            (None, Some("")) => {
                let command = line.split("  #").next().unwrap_or_default().trim();
                if !command.is_empty() {
                    blocks.push(
                        command
                            .split(" # ")
                            .next()
                            .unwrap_or_default()
                            .trim()
                            .into(),
                    );
                }
            }
            (None, Some(_)) => {}
            (None, None) => inline.extend(
                line.split('`')
                    .skip(1)
                    .step_by(2)
                    .filter(|word| program(word).is_some_and(|program| program != "export"))
                    .map(str::to_string),
            ),
        }
    }
    (blocks, inline)
}

/// A command without what it sets in front of the program (`NAME=value`).
fn plain(command: &str) -> &str {
    match command.split_once(' ') {
        Some((first, rest)) if first.contains('=') && !first.starts_with('-') => plain(rest),
        _ => command,
    }
}

/// The program a command calls; `None` where it is no command.
fn program(command: &str) -> Option<&str> {
    let first = plain(command).split_whitespace().next()?;
    let ours = [
        "tuermer",
        "tuermer-check",
        "tuermer-check.exe",
        "cargo",
        "rustup",
        "export",
    ];
    let file = ["./test", "scripts/", "benches/"];
    let known = ours.contains(&first) || file.iter().any(|start| first.starts_with(start));
    known.then_some(first)
}

/// Words of a command as a shell would part them; what goes to a file is left out.
fn words(command: &str) -> Vec<String> {
    let command = plain(command).split(" > ").next().unwrap_or_default();
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What is wrong with a command, as the program itself sees it. `whole` = it must be complete.
fn wrong(command: &str, whole: bool) -> Option<String> {
    let words = words(command);
    let complaint = match program(command)? {
        "tuermer" => tuermer::cli::Cli::try_parse_from(&words).err(),
        "tuermer-check" | "tuermer-check.exe" => {
            tuermer_check::cli::Cli::try_parse_from(&words).err()
        }
        "cargo" => return wrong_cargo(&words),
        "./test" => return wrong_steps(&words),
        file if file.contains('/') => {
            use std::os::unix::fs::PermissionsExt as _;
            let runs = std::fs::metadata(root().join(file))
                .is_ok_and(|about| about.permissions().mode() & 0o111 != 0);
            return (!runs).then(|| format!("{file} is no program"));
        }
        _ => None,
    }?;
    let named_only = matches!(
        complaint.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let asked = matches!(
        complaint.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    (!asked && (whole || !named_only)).then(|| complaint.to_string())
}

/// Packages, examples, benches, tests and profiles that cargo is told must exist; what runs a program of ours must be read by it.
fn wrong_cargo(words: &[String]) -> Option<String> {
    let after = |option: &str| {
        let at = words.iter().position(|word| word == option)?;
        words.get(at + 1).cloned()
    };
    let package = after("-p").unwrap_or_else(|| "tuermer".into());
    let folder = root().join("crates").join(&package);
    if !folder.is_dir() {
        return Some(format!("there is no package {package}"));
    }
    for (option, place) in [("--example", "examples"), ("--bench", "benches")] {
        if let Some(name) = after(option)
            && !folder.join(place).join(format!("{name}.rs")).is_file()
            && !folder.join(place).join(&name).join("main.rs").is_file()
        {
            return Some(format!("{package} has no {option} {name}"));
        }
    }
    if let Some(profile) = after("--profile")
        && !std::fs::read_to_string(root().join("Cargo.toml"))
            .unwrap()
            .contains(&format!("[profile.{profile}]"))
    {
        return Some(format!("there is no profile {profile}"));
    }
    let behind = words.iter().position(|word| word == "--")?;
    let program = (words.get(1)? == "run" && after("--example").is_none()).then_some(&package)?;
    let call = format!("{program} {}", words[behind + 1..].join(" "));
    wrong(&call, true)
}

/// Steps that `./test` is told must be its own.
fn wrong_steps(words: &[String]) -> Option<String> {
    let help = Command::new(root().join("test"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let steps: Vec<&str> = help
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(steps.len() > 5, "{help}");
    let unknown = words[1..]
        .iter()
        .find(|word| !steps.contains(&word.as_str()))?;
    Some(format!("./test has no step {unknown}"))
}

#[test]
fn every_command_of_the_documents_can_be_read() {
    let (mut complaints, mut read) = (Vec::new(), 0);
    for (page, text) in pages() {
        let (blocks, inline) = shown(&text);
        for command in &blocks {
            match program(command) {
                None => complaints.push(format!(
                    "{page}: `{command}` calls no program we know; name the language of the block"
                )),
                Some(_) => complaints
                    .extend(wrong(command, true).map(|why| format!("{page}: `{command}`: {why}"))),
            }
        }
        complaints.extend(inline.iter().filter_map(|command| {
            let command = command.replace('…', "x");
            Some(format!("{page}: `{command}`: {}", wrong(&command, false)?))
        }));
        read += blocks.len() + inline.len();
    }
    assert!(read > 120, "{read} commands are shown");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    for command in [
        "tuermer exposures list",
        "tuermer import members",
        "tuermer run --twice",
        "tuermer-check exchange --log x",
        "cargo run --release -- demos",
        "cargo bench -p tuermer-checks",
        "cargo build --profile fast",
        "./test sqlight",
        "scripts/does-not-exist",
    ] {
        assert!(wrong(command, true).is_some(), "{command}");
    }
}

#[test]
fn what_is_only_read_is_shown_somewhere() {
    let all: Vec<String> = pages().iter().flat_map(|(_, text)| shown(text).0).collect();
    for (start, _) in ONLY_READ {
        assert!(
            all.iter().any(|command| command.starts_with(start)),
            "{start} is shown nowhere"
        );
    }
    for page in RUN {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let (blocks, _) = shown(&text);
        let run = blocks.iter().filter(|command| !only_read(command)).count();
        assert!(run > 2, "{page} has nothing to run");
    }
}

fn only_read(command: &str) -> bool {
    ONLY_READ
        .iter()
        .any(|(start, _)| command.starts_with(start))
}
