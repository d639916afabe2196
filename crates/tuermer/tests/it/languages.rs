//! `--lang en` is English and `--lang de` is German, in every list that is shown and in its `--json`, whatever was stored
//! by whom: no sentence is stored in a language.

use crate::json_keys::{LATER, calls, story};
use crate::support::Home;

/// Words that no English sentence has.
const GERMAN: [&str; 24] = [
    "und", "der", "das", "ist", "nicht", "für", "wird", "wurde", "wurden", "Ihr", "Ihre", "Sie",
    "noch", "kein", "keine", "mit", "von", "bei", "Stand", "Lücke", "Spuren", "sind", "nach",
    "eine",
];
/// Words that no German sentence has.
const ENGLISH: [&str; 10] = [
    "the", "is", "are", "your", "and", "was", "were", "with", "no", "build",
];

/// What stands in both languages because it is no sentence of ours: numbers of drills, names of people and companies, and
/// the words of a warning, which are shown in the languages in which they are released.
fn without_data(text: &str) -> String {
    let data = [
        "Ü-2021-001",
        "Hole in Exchange",
        "Walzwerk GmbH",
        "Praxis Zwei",
        "Frau Eins",
        "Frau Zwei",
    ];
    data.iter()
        .fold(text.to_string(), |text, name| text.replace(name, ""))
}

fn strangers<'t>(text: &'t str, words: &[&str], letters: &str) -> Vec<&'t str> {
    let lines = text.lines();
    let strange = |line: &&str| {
        let mut parts = line.split(|c: char| !c.is_alphanumeric());
        line.contains(|c| letters.contains(c)) || parts.any(|part| words.contains(&part))
    };
    lines.filter(strange).collect()
}

/// Lists that carry sentences of ours; a call list shows the words that were released, in the language of who is called. Filled by [`story`], a break-in, a feed that fails and a notice.
fn lists() -> Vec<Vec<&'static str>> {
    vec![
        vec!["status"],
        vec!["member", "list"],
        vec!["threat", "list"],
        vec!["exposure", "list"],
        vec!["explain", "CVE-2021-26855", "M-1"],
        vec!["explain", "CVE-2021-26855", "M-2"],
        vec!["match", "list"],
        vec!["match", "statistics"],
        vec!["match", "runs"],
        vec!["sign", "list"],
        vec!["sign", "campaigns"],
        vec!["delivery", "list"],
        vec!["warn", "status", "Ü-2021-001"],
        vec!["task", "list"],
        vec!["notice", "list"],
        vec!["feed", "list"],
        vec!["user", "list"],
        vec!["audit", "verify"],
        vec!["report", "list"],
    ]
}

/// [`story`] with all its steps, and what else carries sentences.
fn filled() -> Home {
    let home = Home::drill();
    let password = story(&home);
    let shell = home.file(
        "2021-03-03-compromised_website-region.csv",
        "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n\"2021-03-03 07:00:00\",\"192.0.2.7\",\"443\",\"exchange;webshell\",\"15.1.2176\"\n",
    );
    home.tuermer(&["ingest", &shell, "--at", LATER]).expect(0);
    let feed = [
        "feed",
        "add",
        "kev",
        "https://127.0.0.1:9/kev.json",
        "--name",
        "kev",
    ];
    home.tuermer(
        &[
            &feed[..],
            &["--untested", "--allow-private", "127.0.0.1", "--at", LATER],
        ]
        .concat(),
    )
    .expect(0);
    for call in calls(&password) {
        home.tuermer(&[&call[..], &["--at", LATER]].concat());
    }
    home.tuermer(&["feed", "pull", "kev", "--at", LATER]);
    let late = [
        "user",
        "add",
        "boss",
        "--role",
        "administrator",
        "--at",
        LATER,
    ];
    home.tuermer_as("k.weber", &late);
    home.tuermer(&late);
    home
}

#[test]
fn every_list_is_wholly_in_the_language_of_its_reader() {
    let home = filled();
    let mut complaints = Vec::new();
    for list in lists() {
        for json in [&["--json"][..], &[]] {
            let said = |language: &str| {
                let call = [&list[..], json, &["--at", LATER]].concat();
                let mut command = home.command_in(language, &call);
                let ran = command.output().unwrap();
                assert!(
                    ran.status.code() != Some(2),
                    "{list:?}: {}",
                    String::from_utf8_lossy(&ran.stderr)
                );
                let both = [ran.stdout, ran.stderr].concat();
                without_data(&String::from_utf8_lossy(&both))
            };
            let (english, german) = (said("en"), said("de"));
            for line in strangers(&english, &GERMAN, "äöüßÄÖÜ") {
                complaints.push(format!("{list:?} {json:?} in English: {line}"));
            }
            if json.is_empty() {
                for line in strangers(&german, &ENGLISH, "") {
                    complaints.push(format!("{list:?} in German: {line}"));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
    let full = |words: &[&str], part: &str| {
        let out = home
            .tuermer(&[words, &["--json", "--at", LATER][..]].concat())
            .out;
        assert!(out.contains(part), "{words:?} shows no {part}: {out}");
    };
    full(
        &["task", "list"],
        "Traces of a break-in were seen on 192.0.2.7",
    );
    full(&["feed", "list"], "127.0.0.1");
    full(
        &["exposure", "list"],
        "According to our records you use Microsoft Exchange Server.",
    );
    full(&["notice", "list"], "A new administrator account was made");
}
