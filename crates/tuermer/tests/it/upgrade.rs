//! A database of the landed version, made by that program and kept as SQL text, comes forward with an approved warning
//! and a half-told notice in it; both still go out, and nobody is told twice.

use crate::sink::{Act, Sink};
use crate::support::Home;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tuermer::store::Store;

/// Fixtures of one landed version.
fn fixtures(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/landed-{version}"))
}

/// A data directory as a landed version left it.
fn landed(version: &str, smtp: u16) -> Home {
    let fixtures = fixtures(version);
    let home = Home::bare();
    let data = home.data();
    for folder in ["keys", "outbox"] {
        std::fs::create_dir_all(data.join(folder)).unwrap();
    }
    std::fs::copy(
        fixtures.join("instance.key"),
        data.join("keys/instance.key"),
    )
    .unwrap();
    let settings = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {smtp}\ntls = \"none\"\n[operators]\nmail = [\"first@op.example\", \"second@op.example\"]\n"
    );
    std::fs::write(data.join("tuermer.toml"), settings).unwrap();
    match home.postgres() {
        None => {
            let database = rusqlite::Connection::open(data.join("tuermer.db")).unwrap();
            let text = std::fs::read_to_string(fixtures.join("sqlite.sql")).unwrap();
            database.execute_batch(&text).unwrap();
        }
        Some(database) => {
            let loaded = Command::new("psql")
                .args(["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-f"])
                .arg(fixtures.join("postgres.sql"))
                .arg(database.url())
                .stdout(Stdio::null())
                .status();
            assert!(
                loaded.unwrap().success(),
                "the landed database could not be loaded"
            );
        }
    }
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_landed_version_had_approved_still_goes_out() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = landed("0012", sink.port);
    home.tuermer(&["run", "--once"]).expect(0);
    let mut copies: Vec<(String, usize)> = sink.copies().into_iter().collect();
    copies.sort();
    let expected = [
        "eins@walzwerk.example",
        "second@op.example",
        "zwei@baeckerei.example",
    ];
    assert_eq!(copies, expected.map(|to| (to.to_string(), 1)));
    let list = home
        .tuermer(&["delivery", "list", "--json"])
        .expect(0)
        .lines();
    let mut states: Vec<&str> = list
        .iter()
        .map(|line| line["state"].as_str().unwrap())
        .collect();
    states.sort_unstable();
    assert_eq!(states, ["sent", "sent", "to_call"]);
    let exposures = home
        .tuermer(&["exposure", "list", "--json"])
        .expect(0)
        .lines();
    assert_eq!(exposures.len(), 3, "every verdict came along");
    let again = home.tuermer(&["run", "--once", "--json"]).expect(0).line();
    assert_eq!(
        (again["deliver"]["sent"].as_u64(), sink.count()),
        (Some(0), 3)
    );
    home.tuermer(&["audit", "verify"]).expect(0);
}

/// The sentences of all verdicts.
fn reasons(home: &Home, language: &str) -> Vec<String> {
    let listed = home
        .command_in(language, &["exposure", "list", "--json"])
        .output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let reason = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["reason"].as_str().unwrap().to_string()
    };
    listed.lines().map(reason).collect()
}

/// Nobody stands on a sentence any more, and the facts say what was written.
async fn assert_facts(home: &Home, written: &[String]) {
    let store = home.store().await;
    for table in ["exposure", "ground"] {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE reason LIKE '%as_written%'");
        let row = store.read_one(&sql, Vec::new()).await.unwrap().unwrap();
        assert_eq!(row.int(0).unwrap(), 0, "{table}");
    }
    store.database.close().await;
    assert_eq!(reasons(home, "de"), written);
    assert!(
        reasons(home, "en")
            .iter()
            .all(|reason| !reason.contains("Stand"))
    );
}

/// Everybody is to be called: the attacked product carries their mail.
fn assert_calls(home: &Home) {
    let mut calls: Vec<(String, String, String)> = home
        .tuermer(&["delivery", "call-list", "--warning", "W-2026-001", "--json"])
        .expect(0)
        .lines()
        .iter()
        .map(|line| {
            let word = |key: &str| line[key].as_str().unwrap().to_string();
            (word("organisation"), word("contact"), word("phone"))
        })
        .collect();
    calls.sort();
    let row = |number: &str, person: &str, phone: &str| {
        (number.to_string(), person.to_string(), phone.to_string())
    };
    assert_eq!(
        calls,
        [
            row("M-1", "Frau \"Eins\" \\ Eins", "+4927111111"),
            row("M-2", "Herr Zwei", "+4927122222"),
            row("M-3", "", ""),
            row("M-4", "Frau Vier", "+491711234568"),
            row("M-5", "", ""),
        ]
    );
}

/// Version 0013 knew one mail address and one telephone number for a recipient. What two people released then leaves as
/// it was released, what one person had submitted is released by the second one now, and a correction of it is written in
/// the form of today.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_with_one_address_each_keeps_its_release() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = landed("0013", sink.port);
    let written = reasons(&home, "de");
    assert!(
        written.contains(&"Ihr Exchange Server 2016 hat den Stand 15.1.2176.2. Das Update Mar21SU (KB5000871) fehlt.".to_string()),
        "what was written stands until it is judged again: {written:#?}"
    );
    let again = home.tuermer(&["run", "--once", "--json"]).expect(0).line();
    assert_eq!(again["rules"]["judged"], written.len(), "{again}");
    assert_eq!(
        again["rules"]["changed"], 0,
        "the same rules in the same words: {again}"
    );
    assert_facts(&home, &written).await;
    let mailed = [
        "drei@bau.example",
        "eins@walzwerk.example",
        "vier@druck.example",
    ];
    let copies = |times: usize| {
        let mut copies: Vec<(String, usize)> = sink.copies().into_iter().collect();
        copies.sort();
        assert_eq!(copies, mailed.map(|to| (to.to_string(), times)));
    };
    copies(1);
    let password = home.file("landed.password", "ein langes Passwort 1\n");
    let approver = ["--as", "m.stein", "--password-file", &password];
    let release = ["warn", "approve", "W-2026-002", "--count", "5"];
    home.tuermer(&[&release[..], &approver].concat()).expect(0);
    home.tuermer(&["run", "--once"]).expect(0);
    copies(2);
    assert_calls(&home);
    let contacts = home
        .tuermer(&["member", "contact", "list", "M-2", "--json"])
        .expect(0)
        .line();
    let points: Vec<&str> = contacts["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["address"].as_str().unwrap())
        .collect();
    assert_eq!(points, ["+4927122222", "+491711234567"]);
    let officer = ["--as", "k.weber", "--password-file", &password];
    let cancel = ["warn", "cancel", "W-2026-001", "--reason", "Wir irrten."];
    home.tuermer(&[&cancel[..], &officer].concat()).expect(0);
    let submit = ["warn", "submit", "W-2026-003"];
    home.tuermer(&[&submit[..], &officer].concat()).expect(0);
    let release = ["warn", "approve", "W-2026-003", "--count", "3"];
    home.tuermer(&[&release[..], &approver].concat()).expect(0);
    home.tuermer(&["run", "--once"]).expect(0);
    copies(3);
    home.tuermer(&["audit", "verify"]).expect(0);
}

/// The store of a data directory, brought up to date.
async fn opened(home: &Home) -> Store {
    let now = Timestamp::UNIX_EPOCH;
    match home.postgres() {
        None => Store::open_file(&home.data().join("tuermer.db"), false, now).await,
        Some(database) => Store::open_url(&database.url(), now).await,
    }
    .unwrap()
}

/// Runs one statement by itself; how many rows it touched.
async fn run(store: &Store, sql: &str) -> anyhow::Result<u64> {
    let mut open = store.begin().await?;
    let touched = open.run(sql, Vec::new()).await?;
    open.commit().await?;
    Ok(touched)
}

/// A newer program writes words that this schema has never heard of; what needs two people needs them in any state.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_word_needs_no_new_schema_and_two_people_stay() {
    for version in ["0012", "0013"] {
        let home = landed(version, 9);
        let store = opened(&home).await;
        for (table, column) in [
            ("document", "kind"),
            ("organisation", "kind"),
            ("organisation_layer", "source"),
            ("asset", "presence"),
            ("delivery", "state"),
            ("contact_point", "state"),
            ("account", "role"),
        ] {
            let touched = run(&store, &format!("UPDATE {table} SET {column} = 'tomorrow'")).await;
            assert!(
                touched.unwrap() > 0,
                "{version}: {table} is empty and tells nothing"
            );
        }
        for refused in [
            "UPDATE warning SET state = 'tomorrow', approved_by = NULL, approved_hash = NULL",
            "UPDATE warning SET state = 'tomorrow', approved_by = submitted_by WHERE submitted_by IS NOT NULL",
            "UPDATE warning SET state = 'submitted', content_hash = NULL",
            "UPDATE approval SET approved_by = submitted_by",
            "UPDATE journal SET subject = 'x'",
            "DELETE FROM journal",
        ] {
            assert!(run(&store, refused).await.is_err(), "{version}: {refused}");
        }
        let stopped =
            "UPDATE warning SET state = 'stopped', approved_by = NULL, approved_hash = NULL";
        assert!(run(&store, stopped).await.unwrap() > 0, "{version}");
        store.database.close().await;
        let listed = home.tuermer(&["delivery", "list"]).expect(1);
        assert!(listed.err.contains("tomorrow"), "{version}: {}", listed.err);
    }
}
