//! Page and command line ask acts; they write nothing themselves. Which functions of the store write is read from its
//! sources: those that begin a transaction. What takes an open one cannot be called without it.

use super::lengths::functions;
use super::{Source, no_complaints, rust};

const STORE: &str = "crates/tuermer-store/src/";
const DOORS: [&str; 2] = ["crates/tuermer/src/cli/", "crates/tuermer/src/web/"];
/// The bench fills a store with a million rows to measure it; that is no business of an act.
const MEASURES: &str = "crates/tuermer/src/cli/bench";

/// A function that writes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Writer {
    name: String,
    /// Called on a store, not by its path.
    is_method: bool,
}

/// Public functions of a source that begin a transaction.
fn writers(source: &Source) -> Vec<Writer> {
    let lines: Vec<&str> = source.text.lines().collect();
    let end = source.code().last().map_or(0, |(number, _)| number);
    functions(source)
        .into_iter()
        .filter(|function| {
            let start = function.first_line;
            start <= end && lines[start - 1].trim().starts_with("pub async fn")
        })
        .filter_map(|function| {
            let start = function.first_line;
            let text = &lines[start - 1..start - 1 + function.lines];
            let begins = text.iter().any(|line| line.contains("begin()"));
            let is_method = text.iter().any(|line| line.contains("&self"));
            let name = function.name;
            begins.then_some(Writer { name, is_method })
        })
        .collect()
}

/// True where `text` is a whole word of a line.
fn says(line: &str, text: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == text)
}

/// Lines of a source that call or import one of them.
fn uses(source: &Source, writers: &[Writer]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in source.code() {
        let used = writers.iter().filter(|writer| match writer.is_method {
            true => line.contains(&format!(".{}(", writer.name)),
            false => {
                line.contains(&format!("{}(", writer.name))
                    || (line.contains("store::") && says(line, &writer.name))
            }
        });
        found.extend(used.map(|writer| {
            format!(
                "{}:{number}: {} writes; ask an act",
                source.path, writer.name
            )
        }));
    }
    found
}

fn all_writers(sources: &[Source]) -> Vec<Writer> {
    let mut all: Vec<Writer> = sources
        .iter()
        .filter(|source| {
            source.path.starts_with(STORE)
                && !source.path.starts_with(&format!("{STORE}ground/engine"))
        })
        .flat_map(writers)
        .collect();
    all.sort();
    all
}

#[test]
fn doors_call_no_writing_function_of_the_store() {
    let sources = rust();
    let writers = all_writers(&sources);
    let complaints: Vec<String> = sources
        .iter()
        .filter(|source| DOORS.iter().any(|door| source.path.starts_with(door)))
        .filter(|source| !source.path.starts_with(MEASURES))
        .flat_map(|source| uses(source, &writers))
        .collect();
    no_complaints("Page and command line write through acts", &complaints);
}

/// A person stands in the journal because a password fitted, not because a door says so.
#[test]
fn doors_take_nobody_at_his_word() {
    let made = ["Actor::account(", "Actor::Account {", "Actor::Account{"];
    let mut complaints = Vec::new();
    for source in rust() {
        let is_door = DOORS.iter().any(|door| source.path.starts_with(door));
        if !is_door || source.path.starts_with(MEASURES) {
            continue;
        }
        for (number, line) in source.code() {
            let word = made.iter().find(|word| line.contains(*word));
            complaints.extend(word.map(|word| format!("{}:{number}: {word}", source.path)));
        }
    }
    no_complaints(
        "An account acts after `sign_in::prove` or as `SignedIn`",
        &complaints,
    );
}

/// The list is not empty by mistake, and a door that writes is seen.
#[test]
fn the_rule_of_doors_can_fail() {
    let writers = all_writers(&rust());
    for (name, is_method) in [
        ("begin", true),
        ("finish_notice", true),
        ("add_account", true),
        ("sign_in", true),
        ("add_setup_link", true),
    ] {
        let writer = Writer {
            name: name.into(),
            is_method,
        };
        assert!(writers.contains(&writer), "{name} writes: {writers:?}");
    }
    assert!(!writers.iter().any(|writer| writer.name == "accounts"));
    let door = |text: &str| Source {
        path: "crates/tuermer/src/web/x.rs".into(),
        text: text.into(),
    };
    for (text, seen) in [
        ("    context.store.finish_notice(now, id, by)", 1),
        ("        .finish_notice(now, id, by)", 1),
        (
            "    context.store.add_setup_link(&token, None, end).await",
            1,
        ),
        ("            json!({\"add_setup_link\": link})", 0),
        ("    json!({\"setup_link\": link})", 0),
        ("    done::notice(&context, &actor, &id)", 0),
        ("    account::sign_in(&context, &actor, name, password)", 0),
        ("    context.store.notices(5)", 0),
    ] {
        assert_eq!(uses(&door(text), &writers).len(), seen, "{text}");
    }
}
