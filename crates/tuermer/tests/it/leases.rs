//! One process at a time works at a station: who dies is followed at once, who sleeps loses, and no clock but that of the
//! database counts. Each row of the story is told by two stores on one database, as two processes have them.

use crate::support::Home;
use tuermer::store::Store;
use tuermer::store::ground::leases::LeaseLost;
use tuermer::values;
use tuermer_core::station::Station;

async fn number(store: &Store, sql: &str) -> i64 {
    let row = store.read_one(sql, Vec::new()).await.unwrap();
    row.unwrap().int(0).unwrap()
}

async fn run(store: &Store, sql: &str) -> anyhow::Result<()> {
    let mut open = store.begin().await?;
    open.run(sql, Vec::new()).await?;
    open.commit().await
}

/// Writes a fact that nobody else writes.
async fn write(store: &Store, value: &str) -> anyhow::Result<()> {
    let mut open = store.begin().await?;
    let sql = "INSERT INTO meta (key, value) VALUES ('test', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    open.run(sql, values![value]).await?;
    open.commit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_works_the_others_wait_and_who_gives_back_is_followed_at_once() {
    let home = Home::drill();
    let (first, second) = (home.store().await, home.store().await);
    let lease = first
        .take_lease(Station::Assess, 0)
        .await
        .unwrap()
        .expect("it is free");
    for store in [&first, &second] {
        assert!(
            store
                .take_lease(Station::Assess, 0)
                .await
                .unwrap()
                .is_none(),
            "it is taken"
        );
        let other = store
            .take_lease(Station::Revise, 0)
            .await
            .unwrap()
            .expect("another station is free");
        other.give_back().await;
    }
    lease.give_back().await;
    let next = second
        .take_lease(Station::Assess, 0)
        .await
        .unwrap()
        .expect("it was given back");
    assert_eq!(
        next.fence().number,
        2,
        "every holder has a number of its own"
    );
    next.give_back().await;
    first.database.close().await;
    second.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sleeps_too_long_writes_nothing_any_more() {
    let home = Home::drill();
    let (sleeper, second) = (home.store().await, home.store().await);
    let lease = sleeper
        .take_lease(Station::Deliver, 0)
        .await
        .unwrap()
        .unwrap();
    let fenced = sleeper.fenced(lease.fence());
    write(&fenced, "awake").await.unwrap();
    // A step is begun before it falls asleep, and ended afterwards.
    run(
        &second,
        "UPDATE lease SET until = 0 WHERE station = 'deliver'",
    )
    .await
    .unwrap();
    let next = second
        .take_lease(Station::Deliver, 0)
        .await
        .unwrap()
        .expect("it did not renew");
    let error = write(&fenced, "too late").await.unwrap_err();
    assert!(error.downcast_ref::<LeaseLost>().is_some(), "{error:#}");
    assert!(lease.still_held().await.is_err());
    assert_eq!(
        number(
            &second,
            "SELECT COUNT(*) FROM meta WHERE value = 'too late'"
        )
        .await,
        0
    );
    // What the sleeper gives back is no longer its own.
    lease.give_back().await;
    next.still_held().await.unwrap();
    write(&second.fenced(next.fence()), "next").await.unwrap();
    next.give_back().await;
    sleeper.database.close().await;
    second.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_died_holds_up_nobody() {
    let home = Home::drill();
    let store = home.store().await;
    // Nobody with this number lives, although its time is not over; and one whose clock was years ahead.
    for until in ["until + 20000000", "9000000000000000"] {
        run(&store, "INSERT INTO lease (station, shard, holder, fence, until) VALUES ('tell', 0, '', 1, 0) ON CONFLICT DO NOTHING").await.unwrap();
        let lease = store
            .take_lease(Station::Tell, 0)
            .await
            .unwrap()
            .expect("it is free");
        let number = lease.fence().number;
        lease.give_back().await;
        let died =
            format!("UPDATE lease SET holder = '4711', until = {until} WHERE station = 'tell'");
        run(&store, &died).await.unwrap();
        let next = store
            .take_lease(Station::Tell, 0)
            .await
            .unwrap()
            .expect("its holder is dead");
        assert_eq!(next.fence().number, number + 1);
        next.give_back().await;
    }
    store.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_somebody_stands_on_cannot_be_removed() {
    let home = crate::in_time::exchange(&[("1", "15.1.2176.2")], "2026-05-01T08:00:00Z");
    crate::in_time::state(&home, "CVE-2021-26855", "2026-05-01T08:00:00Z");
    crate::advisory::run(&home, "2026-05-01T09:00:00Z");
    let store = home.store().await;
    let standing = number(&store, "SELECT COUNT(*) FROM standing").await;
    assert!(standing > 0, "nobody stands anywhere, so nothing was tried");
    let error = run(&store, "DELETE FROM verdict").await.unwrap_err();
    assert!(
        format!("{error:#}").to_lowercase().contains("foreign key"),
        "{error:#}"
    );
    assert_eq!(
        number(&store, "SELECT COUNT(*) FROM standing").await,
        standing
    );
    run(&store, "DELETE FROM standing").await.unwrap();
    run(&store, "DELETE FROM verdict").await.unwrap();
    store.database.close().await;
}
