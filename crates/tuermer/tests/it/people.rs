//! People and the journal on the command line.

use crate::support::Home;
use serde_json::json;
use tuermer::store::ground::journal;

/// The verbs of the command line that need no threat document: people, the journal, and clear refusals.
#[test]
fn people_and_journal_on_the_command_line() {
    let home = Home::drill();
    let password = home.file("password", "correct horse battery\n");
    let short = home.file("short", "kurz\n");
    home.tuermer(&[
        "user",
        "add",
        "k.weber",
        "--role",
        "officer",
        "--password-file",
        &password,
        "--json",
    ])
    .expect(0);
    let link = home
        .tuermer(&["user", "add", "m.lang", "--role", "approver"])
        .expect(0);
    assert!(link.out.contains("/einrichten#"), "{}", link.out);
    assert!(
        home.tuermer(&["user", "add", "x.y", "--role", "boss"])
            .expect(2)
            .err
            .contains("officer, approver or administrator")
    );
    assert!(
        home.tuermer(&[
            "user",
            "add",
            "x.y",
            "--role",
            "officer",
            "--password-file",
            &short
        ])
        .expect(1)
        .err
        .contains("too short")
    );
    assert!(
        home.tuermer(&[
            "user",
            "add",
            "k.weber",
            "--role",
            "officer",
            "--password-file",
            &password
        ])
        .expect(1)
        .err
        .contains("already")
    );
    let users = home.tuermer(&["user", "list", "--json"]).expect(0).lines();
    assert_eq!(
        users,
        [
            json!({"name": "k.weber", "role": "officer", "active": true}),
            json!({"name": "m.lang", "role": "approver", "active": false})
        ]
    );
    home.tuermer(&["user", "link", "nobody"]).expect(3);
    home.tuermer(&["user", "disable", "m.lang"]).expect(0);
    home.tuermer(&["user", "disable", "m.lang"]).expect(1);
    assert_eq!(
        home.tuermer(&["user", "list", "--json"])
            .expect(0)
            .lines()
            .len(),
        1
    );
    home.tuermer(&["warn", "list"]).expect(3);
    home.tuermer(&["warn", "show", "W-2021-001"]).expect(3);
    assert!(
        home.tuermer(&["warn", "submit", "W-1", "--as", "k.weber"])
            .expect(1)
            .err
            .contains("--password-file")
    );
    let wrong = home.file("wrong", "not the password\n");
    assert!(
        home.tuermer(&[
            "warn",
            "submit",
            "W-1",
            "--as",
            "k.weber",
            "--password-file",
            &wrong
        ])
        .expect(1)
        .err
        .contains("not right")
    );
    home.tuermer(&[
        "warn",
        "submit",
        "W-1",
        "--as",
        "k.weber",
        "--password-file",
        &password,
    ])
    .expect(3);
    let entries = home.tuermer(&["audit", "list", "--json"]).expect(0).lines();
    let actions: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry["action"].as_str())
        .collect();
    assert_eq!(
        actions,
        ["account.added", "account.added", "account.disabled"]
    );
    let verified = home.tuermer(&["audit", "verify"]).expect(0);
    assert!(
        verified.out.contains("3 entries") && verified.err.contains("cut tail"),
        "{}{}",
        verified.out,
        verified.err
    );
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = home.store().await;
        let mut open = store.begin().await.unwrap();
        let sql = "INSERT INTO journal (seq, at, actor, action, subject, detail, previous_hash, hash) VALUES (4, 0, 'x', 'x', 'x', '', 'p', 'h')";
        open.run(sql, Vec::new()).await.unwrap();
        open.commit().await.unwrap();
        store.database.close().await;
    });
    assert!(
        home.tuermer(&["audit", "verify"])
            .expect(1)
            .err
            .contains("entry 4")
    );
}

/// As if a warning had been released.
async fn release(home: &Home) {
    let store = home.store().await;
    let mut open = store.begin().await.unwrap();
    let at = jiff::Timestamp::UNIX_EPOCH;
    journal::append(&mut open, at, "k.weber", "warning.approved", "W-1", "")
        .await
        .unwrap();
    open.commit().await.unwrap();
    store.database.close().await;
}

/// Without an administrator nobody could ever be added again, so the machine may make one, loudly.
#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_administrator_the_machine_may_make_one() {
    let home = Home::live();
    home.account("k.weber", "officer");
    home.account("m.stein", "approver");
    release(&home).await;
    home.tuermer(&["user", "add", "x.officer", "--role", "officer"])
        .expect(1);
    home.account("r.adm", "administrator");
    let notices = home.tuermer(&["notice", "list", "--json"]).expect(0).line();
    assert!(
        notices["kind"] == "account.administrator"
            && notices["text"].as_str().unwrap().contains("r.adm"),
        "{notices}"
    );
    home.tuermer(&["user", "add", "x.adm", "--role", "administrator"])
        .expect(1);
    home.tuermer(&["user", "link", "m.stein"]).expect(1);
    home.tuermer_as("r.adm", &["user", "link", "m.stein"])
        .expect(0);
    let journal = home.tuermer(&["audit", "list", "--json"]).expect(0).lines();
    let made = journal
        .iter()
        .find(|entry| entry["action"] == "account.link_made")
        .expect("who got a link for whom stands in the journal");
    assert_eq!(
        (&made["actor"], &made["subject"]),
        (&json!("r.adm"), &json!("m.stein"))
    );
}

/// Another data directory on the same database cannot turn it into a drill, where the shell may let anybody in.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_stays_what_it_is() {
    let home = Home::live();
    for file in ["tuermer.toml", "keys/instance.key"] {
        std::fs::rename(home.data().join(file), home.data().join("aside")).unwrap();
    }
    let refused = home.tuermer(&["init", "--drill"]).expect(1);
    assert!(
        refused.err.contains("belongs to an installation"),
        "{}",
        refused.err
    );
    let store = home.store().await;
    assert_eq!(store.meta("drill").await.unwrap().as_deref(), Some("false"));
    store.database.close().await;
}
