//! What machines read stays, value by value: the answers of `--json` in one story, held against a list. Ids, hashes and the
//! present are replaced; of long answers the first lines count. `TIDY_WRITE=1` writes what is new. The views no story
//! reaches are held by a table.

use crate::json_keys::{LATER, story};
use crate::support::Home;
use jiff::Timestamp;
use serde_json::Value;
use std::fmt::Write as _;
use tuermer::store::feeds::pins::{PinnedKey, PinnedPublisher};
use tuermer::store::feeds::reading::Reading;
use tuermer::store::ground::journal::Chain;
use tuermer::views::journal::ChainView;
use tuermer::views::provider::{KeyView, PublisherView};
use tuermer::views::reading::ReadingView;
use tuermer::views::warning::WarningStepView;
use tuermer_core::provenance::KeyState;

/// Lines of one answer that are kept.
const LINES: usize = 3;
/// Characters of one text that are kept.
const CHARACTERS: usize = 160;
const THREAT: &str = "TUERMER-2021-0001";
const WARNING: &str = "Ü-2021-001";

/// A word that is another in each run, by its kind.
fn steady(word: &str) -> &str {
    let hexadecimal = word
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let ulid = word
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    match word.len() {
        26 if ulid => "ULID",
        32 | 40 | 64 if hexadecimal => "HASH",
        43 => "TOKEN",
        _ => word,
    }
}

/// A text without what is another in each run.
fn text(value: &str, folder: &str) -> String {
    if value
        .parse::<Timestamp>()
        .is_ok_and(|at| !at.to_string().starts_with("2021-"))
    {
        return "NOW".to_string();
    }
    if ["SQLite", "PostgreSQL"].contains(&value) {
        return "ENGINE".to_string();
    }
    let value = value.replace(folder, "FOLDER");
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut found = String::new();
    let mut rest = value.as_str();
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|c| is_word(c) != is_word(first))
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        found.push_str(steady(part));
        rest = after;
    }
    if found.chars().count() > CHARACTERS {
        found = found.chars().take(CHARACTERS).chain(['…']).collect();
    }
    found
}

fn settle(value: &mut Value, folder: &str) {
    match value {
        Value::String(string) => *string = text(string, folder),
        Value::Array(list) => list.iter_mut().for_each(|value| settle(value, folder)),
        Value::Object(object) => object.values_mut().for_each(|value| settle(value, folder)),
        _ => {}
    }
}

/// The lines of an answer in an order that no id decides.
fn answer(out: &str, folder: &str) -> Vec<String> {
    let mut lines: Vec<String> = out
        .lines()
        .map(|line| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            settle(&mut value, folder);
            value.to_string()
        })
        .collect();
    lines.sort();
    lines
}

fn words(line: &'static str) -> Vec<&'static str> {
    line.split(' ').collect()
}

/// Commands in the order of the story, up to the first warning.
fn calls<'a>(password: &'a str, bill: &'a str) -> Vec<Vec<&'a str>> {
    let officer = ["--as", "k.weber", "--password-file", password];
    let new = [
        "threat",
        "new",
        "--title",
        "Hole in Exchange",
        "--product",
        "Microsoft Exchange Server",
        "--cve",
        "CVE-2021-26855",
        "--level",
        "4",
        "--url",
        "https://example.org/notice",
    ];
    vec![
        words("user add x.y --role officer"),
        words("user list"),
        words("user link x.y"),
        words("user disable x.y"),
        vec!["import", "sbom", bill, "--member", "M-1", "--dry-run"],
        new.to_vec(),
        [&new[..2], &["--restate", THREAT], &new[2..]].concat(),
        words("run --once"),
        words("status"),
        words("member list"),
        words("member show M-1"),
        words("member contacts"),
        words("member contact add M-1 email zwei@walzwerk.example"),
        words("threat list"),
        vec!["threat", "diff", THREAT],
        [&["threat", "comment", THREAT, "Seen"][..], &officer].concat(),
        [&["threat", "read", THREAT][..], &officer].concat(),
        vec!["threat", "show", THREAT],
        words("exposure list"),
        words("explain CVE-2021-26855 M-1"),
        words("explain CVE-2021-26855 M-2 --as-of 2021-03-03T09:00:00Z"),
        words("match list"),
        words("match list --by product"),
        words("match list --by advisory"),
        words("match runs"),
        [
            &["match", "set", THREAT, "--all", "--state", "in_progress"][..],
            &officer,
        ]
        .concat(),
        vec!["match", "bill", bill],
        words("sign list"),
        words("sign shelf"),
        words("sign malformed"),
    ]
}

/// The calls from the draft to the delivery, and what is asked afterwards.
fn calls_of_warning(password: &str) -> Vec<Vec<&str>> {
    let officer = ["--as", "k.weber", "--password-file", password];
    let approver = ["--as", "m.stein", "--password-file", password];
    vec![
        [&["warn", "draft", "CVE-2021-26855"][..], &officer].concat(),
        [
            &["warn", "edit", WARNING, "--talk", "Call us"][..],
            &officer,
        ]
        .concat(),
        vec!["warn", "send", WARNING],
        [&["warn", "submit", WARNING][..], &officer].concat(),
        vec!["warn", "show", WARNING],
        vec!["warn", "preview", WARNING],
        [&["warn", "approve", WARNING, "--count", "2"][..], &officer].concat(),
        [&["warn", "approve", WARNING, "--count", "2"][..], &approver].concat(),
        vec!["warn", "send", WARNING],
        words("delivery list"),
        words("delivery call-list"),
        words("delivery channels"),
        words("picture"),
        words("feed add csaf https://example.org/feed --name one --untested"),
        words("feed list"),
        words("audit list"),
        words("audit verify"),
        words("pack list"),
        words("pack show exchange"),
        words("pack check exchange"),
        words("pack judge exchange 15.1.2176.2"),
        words("policy show"),
        words("threat show CVE-2000-0001"),
    ]
}

const BILL: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
    {"type":"library","name":"Exchange Server","version":"15.1.2176.2","publisher":"Microsoft"}]}"#;

#[test]
fn answers_stay() {
    let home = Home::drill();
    let password = story(&home);
    let bill = home.file("bill.json", BILL);
    let folder = bill.trim_end_matches("/bill.json");
    let mut told = String::new();
    for call in [calls(&password, &bill), calls_of_warning(&password)].concat() {
        let ran = home.tuermer(&[&call, &["--json", "--at", LATER][..]].concat());
        let words = call.iter().filter(|word| !word.contains('/'));
        let words: Vec<&str> = words.copied().take(5).collect();
        let lines = answer(&ran.out, folder);
        let title = format!("{} = {}, {} lines", words.join(" "), ran.code, lines.len());
        writeln!(told, "{title}").unwrap();
        for line in lines.iter().take(LINES) {
            writeln!(told, "    {line}").unwrap();
        }
    }
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/json_answers.txt");
    if std::env::var_os("TIDY_WRITE").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    for (held, told) in held.lines().zip(told.lines()) {
        assert_eq!(held, told, "another answer; TIDY_WRITE=1 writes it down");
    }
    assert_eq!(held.lines().count(), told.lines().count());
}

fn check(view: &impl serde::Serialize, expected: &str) {
    assert_eq!(serde_json::to_string(view).unwrap(), expected);
}

#[test]
fn views_that_no_story_reaches() {
    let at: Timestamp = "2021-03-03T08:00:00Z".parse().unwrap();
    let text = str::to_string;
    let reading = Reading {
        feed: text("blog"),
        entry: text("e1"),
        title: text("Title"),
        url: text("https://example.org/1"),
        summary: String::new(),
        published_at: at,
        read_at: None,
        read_by: Some(text("k.weber")),
    };
    check(
        &ReadingView::from(&reading),
        r#"{"feed":"blog","entry":"e1","title":"Title","url":"https://example.org/1","summary":"","published_at":"2021-03-03T08:00:00Z","read_at":null,"read_by":"k.weber"}"#,
    );
    let key = PinnedKey {
        provider: text("example.org"),
        fingerprint: text("ABCD"),
        state: KeyState::Trusted,
        url: text("https://example.org/key.asc"),
        key_bytes: vec![1],
        seen_at: at,
        decided_by: String::new(),
    };
    check(
        &KeyView::from(&key),
        r#"{"fingerprint":"ABCD","provider":"example.org","state":"trusted","url":"https://example.org/key.asc","seen_at":"2021-03-03T08:00:00Z","decided_by":""}"#,
    );
    let publisher = PinnedPublisher {
        namespace: text("https://example.org"),
        domain: text("example.org"),
        role: text("csaf_provider"),
        pinned_at: at,
    };
    check(
        &PublisherView::from(&publisher),
        r#"{"namespace":"https://example.org","domain":"example.org","role":"csaf_provider","pinned_at":"2021-03-03T08:00:00Z"}"#,
    );
    check(
        &ChainView::from(&Chain::Broken { seq: 7 }),
        r#"{"whole":false,"broken_at":7}"#,
    );
    let refused = WarningStepView {
        number: WARNING,
        refused: Some("changed"),
        error: Some("Why."),
        ..WarningStepView::default()
    };
    check(
        &refused,
        r#"{"number":"Ü-2021-001","refused":"changed","error":"Why."}"#,
    );
}
