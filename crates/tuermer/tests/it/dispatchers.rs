//! Several at the same moment on one database: one hands over, the claims of a live one are never taken for dead, and who
//! drafts gets the one draft there is.

use crate::deliver::{approved, config, lines};
use crate::sink::{Act, Sink};
use crate::support::Home;
use crate::warn::{officer, on_both, threat};
use std::time::Duration;
use tuermer::acts::warn;
use tuermer::clock::Clock;
use tuermer::config::Home as DataHome;
use tuermer::context::Context;
use tuermer::stations::deliver;

/// The same database seen from a second data directory. Embedded, every directory has its own.
async fn beside(home: &Home, context: &Context, other: &Home) -> Context {
    assert!(
        home.postgres().is_some(),
        "TUERMER_TEST_POSTGRES names a server"
    );
    std::fs::create_dir_all(other.data()).unwrap();
    Context {
        home: DataHome(other.data()),
        store: home.store().await,
        ..context.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: ./test postgres runs it"]
async fn postgres_lets_only_one_data_directory_hand_over() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let (home, other) = (Home::empty(), Home::embedded());
    let (context, _) = approved(&home, config(sink.port), Clock::System, 40).await;
    let second = beside(&home, &context, &other).await;
    sink.hold_at(1);
    let running = tokio::spawn({
        let context = context.clone();
        async move { deliver::run(&context).await }
    });
    sink.until(1).await;
    let report = deliver::run(&second).await.unwrap();
    assert!(report.elsewhere && report.unsure == 0, "{report:?}");
    sink.hold_at(usize::MAX);
    assert_eq!(running.await.unwrap().unwrap().sent, 40);
    assert!(
        lines(&context)
            .await
            .iter()
            .all(|line| line.unsure_count == 0)
    );
    assert_eq!(sink.count(), 40, "nobody got two");
    assert!(
        !deliver::run(&second).await.unwrap().elsewhere,
        "the lock is given back"
    );
    assert!(!deliver::run(&context).await.unwrap().elsewhere);
    second.store.database.close().await;
    context.store.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: ./test postgres runs it"]
async fn postgres_takes_the_lock_and_the_loser_stops_sending() {
    let sink = Sink::start(Duration::from_millis(50), |_, _| Act::Take).await;
    let (home, other) = (Home::empty(), Home::embedded());
    let mut config = config(sink.port);
    config.mail.connections = 2;
    let (context, _) = approved(&home, config, Clock::System, 150).await;
    let second = beside(&home, &context, &other).await;
    let running = tokio::spawn({
        let context = context.clone();
        async move { deliver::run(&context).await }
    });
    sink.until(20).await;
    let database = home.postgres().unwrap();
    database.on_server(&format!(
        "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = '{}'",
        database.name()
    ));
    // Nobody vouches for the first one any more: the second takes over at once, and the first one's next step fails.
    let report = deliver::run(&second).await.unwrap();
    assert!(!report.elsewhere, "{report:?}");
    let error = format!("{:#}", running.await.unwrap().unwrap_err());
    assert!(
        error.contains("another process works at the station deliver"),
        "{error}"
    );
    let copies = sink.copies();
    assert_eq!(copies.len(), 150, "everybody got it");
    for line in lines(&second).await {
        let copies = copies[&format!(
            "info-{}@{}",
            line.organisation,
            line.address.rsplit_once('@').unwrap().1
        )];
        assert!(
            copies == 1 || line.unsure_count > 0,
            "a duplicate that is not listed: {line:?}"
        );
    }
    second.store.database.close().await;
    context.store.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_drafts_at_the_same_moment_gets_the_same_draft() {
    on_both(async |context| {
        let drafting = (0..8).map(|_| {
            let context = context.clone();
            tokio::spawn(async move {
                warn::draft_of(&context, &threat(), &officer())
                    .await
                    .unwrap()
            })
        });
        for number in futures_util::future::join_all(drafting).await {
            assert_eq!(number.unwrap().as_str(), "W-2021-001");
        }
        assert_eq!(context.store.warnings().await.unwrap().len(), 1);
    })
    .await;
}
