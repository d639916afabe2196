//! A database of the landed version, made by that program and kept as SQL text, comes forward with an approved warning
//! and a half-told notice in it; both still go out, and nobody is told twice.

use crate::sink::{Act, Sink};
use crate::support::Home;
use std::process::{Command, Stdio};
use std::time::Duration;

const SQLITE: &str = include_str!("../fixtures/landed-0012/sqlite.sql");
const POSTGRES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/landed-0012/postgres.sql"
);
const KEY: &str = include_str!("../fixtures/landed-0012/instance.key");

/// A data directory as the landed version left it.
fn landed(smtp: u16) -> Home {
    let home = Home::bare();
    let data = home.data();
    for folder in ["keys", "outbox"] {
        std::fs::create_dir_all(data.join(folder)).unwrap();
    }
    std::fs::write(data.join("keys/instance.key"), KEY).unwrap();
    let settings = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {smtp}\ntls = \"none\"\n[operators]\nmail = [\"first@op.example\", \"second@op.example\"]\n"
    );
    std::fs::write(data.join("tuermer.toml"), settings).unwrap();
    match home.postgres() {
        None => {
            let database = rusqlite::Connection::open(data.join("tuermer.db")).unwrap();
            database.execute_batch(SQLITE).unwrap();
        }
        Some(database) => {
            let loaded = Command::new("psql")
                .args([
                    "--no-psqlrc",
                    "--quiet",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-f",
                    POSTGRES,
                    &database.url(),
                ])
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
    let home = landed(sink.port);
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
