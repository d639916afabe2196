//! What the store promises, on SQLite always and on PostgreSQL where `TUERMER_TEST_POSTGRES` names a server.

use crate::support::{Home, PostgresDatabase};
use jiff::Timestamp;
use std::future::Future;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use tuermer::store::ground::engine::{Database, Value};
use tuermer::store::ground::journal::{self, Chain};
use tuermer::{store::Store, values};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// Runs one story on a fresh store of each engine that is there.
pub async fn on_both<F: Future<Output = ()>>(story: impl Fn(Store) -> F) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_file(&directory.path().join("tuermer.db"), true, NOW)
        .await
        .unwrap();
    story(store.clone()).await;
    store.database.close().await;
    if let Some(database) = PostgresDatabase::migrated() {
        let store = Store::open_url(&database.url(), NOW).await.unwrap();
        story(store.clone()).await;
        store.database.close().await;
    }
}

/// Runs one statement that must be refused, and returns why.
async fn refused(store: &Store, sql: &str, values: Vec<Value>) -> String {
    let mut open = store.begin().await.unwrap();
    let error = open.run(sql, values).await.expect_err(sql);
    format!("{error:#}")
}

async fn run(store: &Store, sql: &str) {
    let mut open = store.begin().await.unwrap();
    open.run(sql, Vec::new()).await.unwrap();
    open.commit().await.unwrap();
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tuermer.db");
    let postgres = PostgresDatabase::create();
    for url in [None, postgres.as_ref().map(PostgresDatabase::url)]
        .into_iter()
        .enumerate()
        .filter(|(n, url)| *n == 0 || url.is_some())
    {
        let mut seen = Vec::new();
        for later in [0_i64, 86_400] {
            let now = Timestamp::from_second(later).unwrap();
            let store = match &url.1 {
                None => Store::open_file(&path, true, now).await.unwrap(),
                Some(url) => Store::open_url(url, now).await.unwrap(),
            };
            let versions = store
                .read(
                    "SELECT version, applied_at FROM schema_version ORDER BY version",
                    Vec::new(),
                )
                .await
                .unwrap();
            seen.push((versions, store.database.columns().await.unwrap()));
            store.database.close().await;
        }
        assert_eq!(seen[0], seen[1]);
        assert!(
            seen[0]
                .1
                .iter()
                .any(|(table, column)| table == "delivery" && column == "state")
        );
    }
}

#[test]
fn a_newer_database_is_refused_in_one_sentence() {
    let home = Home::drill();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = home.store().await;
        run(
            &store,
            "INSERT INTO schema_version (version, applied_at) VALUES (999, 0)",
        )
        .await;
        store.database.close().await;
    });
    for call in [
        ["status"].as_slice(),
        &["member", "list"],
        &["exposure", "list"],
    ] {
        let answer = home.tuermer(call).expect(1);
        assert!(
            answer.err.contains("schema version 999") && answer.err.contains("newer program"),
            "{}",
            answer.err
        );
        assert_eq!(answer.err.trim().lines().count(), 1, "{}", answer.err);
        assert_eq!(answer.out, "");
    }
}

#[test]
#[ignore = "needs a PostgreSQL server: ./test postgres runs it"]
fn postgres_with_unsafe_settings_is_refused() {
    let home = Home::drill();
    let database = home.postgres().expect("a server of PostgreSQL");
    for value in ["off", "local"] {
        database.on_server(&format!(
            "ALTER DATABASE {} SET synchronous_commit = '{value}'",
            database.name()
        ));
        let answer = home.tuermer(&["status"]).expect(1);
        assert!(
            answer.err.contains(&format!("synchronous_commit={value}")),
            "{}",
            answer.err
        );
    }
    database.on_server(&format!(
        "ALTER DATABASE {} SET synchronous_commit = 'on'",
        database.name()
    ));
    assert!(!home.tuermer(&["status"]).err.contains("synchronous_commit"));
}

#[tokio::test]
async fn foreign_keys_and_checks_hold_against_raw_statements() {
    on_both(async |store| {
        run(&store, "INSERT INTO account (name, role, created_at) VALUES ('anna', 'officer', 0), ('bert', 'approver', 0)").await;
        let document = "INSERT INTO document (sha256, kind, source, received_at, size, bytes, state, reason) VALUES ('d', 'csaf', 'test', 0, 0, $1, 'accepted', '')";
        let mut open = store.begin().await.unwrap();
        open.run(document, values![Vec::<u8>::new()]).await.unwrap();
        open.commit().await.unwrap();
        run(
            &store,
            "INSERT INTO threat (id, tracking_id, revision, title, publisher, category, published_at, released_at, seen_at, tlp, withdrawn, exploited, document_sha256, changed_at, facts_revision, assessed_revision)
             VALUES ('t', 'T-1', '1', 'title', 'p', 'c', 0, 0, 0, 'CLEAR', FALSE, FALSE, 'd', 0, 1, 0)",
        )
        .await;
        run(
            &store,
            "INSERT INTO warning (number, year, sequence, threat_id, threat_revision, message_type, level, urgency, state, submitted_by, content_hash, audience, drafted_at)
             VALUES ('W-1', 2021, 1, 't', '1', 'alert', '4', 'immediate', 'submitted', 'anna', 'h', 3, 0)",
        )
        .await;
        let attempts = [
            // A release without an approval, by the submitter, with a made-up approval, or for another content.
            "UPDATE warning SET state = 'approved'",
            "UPDATE warning SET state = 'sending', approved_by = 'anna', approved_hash = content_hash",
            "UPDATE warning SET state = 'approved', approved_by = 'bert', approved_hash = content_hash",
            "UPDATE warning SET state = 'done', approved_by = 'bert'",
            "UPDATE warning SET state = 'released'",
            "INSERT INTO approval (warning_number, content_hash, submitted_by, approved_by, audience, approved_at, mac) VALUES ('W-1', 'h', 'anna', 'anna', 3, 0, 'm')",
            // References that lead nowhere.
            "INSERT INTO session (token_hash, account, created_at, expires_at) VALUES ('x', 'nobody', 0, 0)",
            "DELETE FROM threat",
            "INSERT INTO contact (id, organisation_id, source, name, role, said_at) VALUES ('c', 'none', 'register', '', '', 0)",
        ];
        for sql in attempts {
            let why = refused(&store, sql, Vec::new()).await;
            assert!(why.to_lowercase().contains("constraint"), "{sql}: {why}");
        }
        let state = store.read_one("SELECT state FROM warning", Vec::new()).await.unwrap().unwrap();
        assert_eq!(state.text(0).unwrap(), "submitted");
    })
    .await;
}

#[tokio::test]
async fn the_journal_only_grows() {
    on_both(async |store| {
        let mut open = store.begin().await.unwrap();
        for subject in ["first", "second"] {
            journal::append(&mut open, NOW, "anna", "test.done", subject, "").await.unwrap();
        }
        open.commit().await.unwrap();
        for sql in ["UPDATE journal SET actor = 'bert'", "DELETE FROM journal WHERE seq = 2"] {
            let why = refused(&store, sql, Vec::new()).await;
            assert!(why.contains("append-only"), "{why}");
        }
        assert!(matches!(store.verify_journal().await.unwrap(), Chain::Whole { entries: 2, .. }));
        // A row slipped in past `append` does not fit the chain.
        run(&store, "INSERT INTO journal (seq, at, actor, action, subject, detail, previous_hash, hash) VALUES (3, 0, 'x', 'x', 'x', '', 'p', 'h')").await;
        assert_eq!(store.verify_journal().await.unwrap(), Chain::Broken { seq: 3 });
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    on_both(async |store| {
        run(&store, "CREATE TABLE probe (position BIGINT PRIMARY KEY, words TEXT, number BIGINT, flag BOOLEAN, at BIGINT)").await;
        let time: Timestamp = "2021-03-02T22:00:00.123456Z".parse().unwrap();
        let rows = [
            values![1_i64, "Müller & Söhne \u{1f4a7} '\"\\", i64::MAX, true, time],
            values![2_i64, "", i64::MIN, false, Timestamp::UNIX_EPOCH],
            values![3_i64, None::<&str>, None::<i64>, None::<bool>, None::<Timestamp>],
        ];
        let mut open = store.begin().await.unwrap();
        open.insert_many("INSERT INTO probe (position, words, number, flag, at)", rows.to_vec(), "").await.unwrap();
        open.commit().await.unwrap();
        let read = store.read("SELECT position, words, number, flag, at FROM probe ORDER BY position", Vec::new()).await.unwrap();
        for (row, values) in read.iter().zip(&rows) {
            let back = values![
                row.int(0).unwrap(),
                row.text_or_null(1).unwrap(),
                row.int_or_null(2).unwrap(),
                row.bool_or_null(3).unwrap(),
                row.time_or_null(4).unwrap()
            ];
            assert_eq!(&back, values);
        }
        assert_eq!(read.len(), rows.len());
        // A wrong type is an error that names the column, never a guess.
        assert!(read[0].int(1).unwrap_err().to_string().contains("column 1"));
        assert!(read[2].text(1).unwrap_err().to_string().contains("null"));
        for bytes in [Vec::new(), vec![0_u8, 255, 10, 0], vec![7; 100_000]] {
            let mut open = store.begin().await.unwrap();
            let sql =
                "INSERT INTO document (sha256, kind, source, received_at, size, bytes, state, reason) VALUES ('b', 'unknown', '', 0, 0, $1, 'accepted', '')
                       ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes";
            open.run(sql, values![bytes.clone()]).await.unwrap();
            open.commit().await.unwrap();
            let row = store.read_one("SELECT bytes FROM document WHERE sha256 = 'b'", Vec::new()).await.unwrap().unwrap();
            assert_eq!(row.bytes(0).unwrap(), bytes);
        }
    })
    .await;
}

#[tokio::test]
async fn many_rows_are_written_whole_and_twice_is_nothing_more() {
    on_both(async |store| {
        for count in [0_usize, 1, 499, 500, 501, 1_750] {
            let rows: Vec<_> = (0..count).map(|n| values![format!("{count}-{n}"), n.to_string()]).collect();
            for expected in [count, 0] {
                let mut open = store.begin().await.unwrap();
                let touched = open.insert_many("INSERT INTO meta (key, value)", rows.clone(), "ON CONFLICT (key) DO NOTHING").await.unwrap();
                open.commit().await.unwrap();
                assert_eq!(touched, u64::try_from(expected).unwrap(), "{count} rows");
            }
            let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CAST(value AS BIGINT)), 0) AS BIGINT) FROM meta WHERE key LIKE $1";
            let row = store.read_one(sql, values![format!("{count}-%")]).await.unwrap().unwrap();
            let sum: usize = (0..count).sum();
            assert_eq!((row.count(0).unwrap(), row.count(1).unwrap()), (count as u64, sum as u64));
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_committed_never_was() {
    on_both(async |store| {
        let mut open = store.begin().await.unwrap();
        open.run(
            "INSERT INTO meta (key, value) VALUES ('half', 'done')",
            Vec::new(),
        )
        .await
        .unwrap();
        drop(open);
        assert_eq!(store.meta("half").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn readers_of_sqlite_cannot_write() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open_file(&directory.path().join("x.db"), true)
        .await
        .unwrap();
    let error = database
        .read("CREATE TABLE x (y TEXT)", Vec::new())
        .await
        .unwrap_err();
    assert!(format!("{error:#}").contains("readonly"), "{error:#}");
}

#[tokio::test]
async fn a_missing_file_is_not_made_silently() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.db");
    let Err(error) = Database::open_file(&path, false).await else {
        panic!("opened what is not there")
    };
    assert!(
        error.to_string().contains(&path.display().to_string()),
        "{error:#}"
    );
    assert!(!path.exists());
}

#[test]
fn what_init_makes_only_its_owner_may_read() {
    let home = Home::embedded();
    home.tuermer(&["init"]).expect(0);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.data()), 0o700);
    assert_eq!(mode(&home.data().join("keys")), 0o700);
    for file in ["tuermer.toml", "keys/instance.key", "tuermer.db"] {
        assert_eq!(mode(&home.data().join(file)), 0o600, "{file}");
    }
    home.tuermer(&["init"]).expect(1);
}

/// A file limit stands for the full disk: both make the write fail in the middle.
#[test]
fn a_full_disk_is_one_sentence_and_changes_nothing() {
    let home = Home::embedded();
    home.tuermer(&["init", "--drill"]).expect(0);
    let members: String = (0..20_000)
        .map(|n| format!("M-{n},Firma {n} GmbH,Weg {n},57072,Siegen\n"))
        .collect();
    let file = home.file(
        "members.csv",
        format!("external_id,name,street,postcode,city\n{members}"),
    );
    let call = home.command(&["import", "members", &file]);
    let script = "ulimit -f 1024; trap '' XFSZ; exec \"$0\" \"$@\"";
    let output = Command::new("bash")
        .args(["-c", script])
        .arg(call.get_program())
        .args(call.get_args())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("disk"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let again = home
        .tuermer(&["import", "members", &file, "--json"])
        .expect(0);
    assert_eq!(again.line()["new"], 20_000);
}
