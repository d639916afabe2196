//! Two services on one database, one of them on a clock an hour ahead (on PostgreSQL; the embedded database has one
//! machine, and so one clock): whoever works is killed or put to sleep, and nothing is lost or done twice unlisted.

use crate::clock_jump::library;
use crate::deliver::{approved, config, lines};
use crate::kill::judge_mails;
use crate::sink::{Act, Sink};
use crate::support::Home;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tuermer::clock::Clock;
use tuermer_core::delivery::DeliveryState;

/// One service; killed with the test.
struct Service(Child);

impl Service {
    fn start(home: &Home, only: &str, an_hour_ahead: bool) -> Self {
        let mut command = home.command(&["serve", "--only", only]);
        if an_hour_ahead && home.postgres().is_some() {
            let library = library();
            command
                .env("LD_PRELOAD", library)
                .env("FAKETIME", "+1h")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        Self(
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success(), "kill {name} {pid}");
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Stops a service and lets its lease end. False where it was stopped in the middle of a write: then it holds the one
/// writer of the embedded database, so that nobody else could go on before it wakes; it is woken again.
async fn put_to_sleep(home: &Home, service: &Service) -> bool {
    const ENDS: &str = "UPDATE lease SET until = 0 WHERE station = 'deliver'";
    service.signal("-STOP");
    if home.postgres().is_some() {
        run(home, ENDS).await;
        return true;
    }
    let database = rusqlite::Connection::open(home.data().join("tuermer.db")).unwrap();
    database.busy_timeout(Duration::from_millis(100)).unwrap();
    let slept = database.execute(ENDS, []).is_ok();
    if !slept {
        service.signal("-CONT");
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    slept
}

async fn within(what: &str, seconds: u64, mut there: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !there().await {
        assert!(
            began.elapsed() < Duration::from_secs(seconds),
            "{what}: not there after {seconds} s"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn run(home: &Home, sql: &str) {
    let store = home.store().await;
    let mut open = store.begin().await.unwrap();
    open.run(sql, Vec::new()).await.unwrap();
    open.commit().await.unwrap();
    store.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_that_sleeps_or_dies_is_followed_and_nothing_is_lost() {
    let mails = 120;
    let sink = Sink::start(Duration::from_millis(60), |_, _| Act::Take).await;
    let home = Home::empty();
    let mut config = config(sink.port);
    config.mail.connections = 2;
    let (context, number) = approved(&home, config, Clock::System, mails).await;
    let first = Service::start(&home, "deliver", true);
    sink.until(15).await;
    let second = Service::start(&home, "deliver", false);
    // Half a minute later nobody has renewed the lease.
    while !put_to_sleep(&home, &first).await {}
    let before = sink.count();
    within("the second dispatcher to go on", 15, async || {
        sink.count() > before + 20
    })
    .await;
    // The sleeper wakes with a mail on its way and a lease that is another's.
    first.signal("-CONT");
    let before = sink.count();
    sink.until((before + 10).min(mails)).await;
    second.kill();
    // Who died is followed within seconds; what may have left twice is sent last, once its pause is over.
    within("every mail to be final", 40, async || {
        run(
            &home,
            "UPDATE delivery SET hold_until = 0 WHERE state = 'unsure'",
        )
        .await;
        let lines = lines(&context).await;
        lines
            .iter()
            .all(|line| matches!(line.state, DeliveryState::Sent | DeliveryState::Parked))
    })
    .await;
    let connections = 2;
    judge_mails(&sink, &context, &number, mails, 2 * (connections + 1)).await;
    drop(first);
    context.store.database.close().await;
}

/// Companies that all run one product.
fn companies(members: i64) -> Home {
    let home = Home::live();
    let mut register = String::from("external_id,name\n");
    let mut inventory = String::from("external_id,vendor,product,version,source,observed_at\n");
    for n in 0..members {
        register += &format!("M-{n},Firma {n} GmbH\n");
        inventory += &format!("M-{n},Acme,Foo Gateway,1.{n},register,2026-01-01\n");
    }
    let (register, inventory) = (home.file("m.csv", register), home.file("i.csv", inventory));
    home.tuermer(&["import", "members", &register]).expect(0);
    home.tuermer(&["import", "inventory", &inventory]).expect(0);
    home
}

fn state(home: &Home, cve: &str) {
    let stated = [
        "threat",
        "new",
        "--title",
        cve,
        "--vendor",
        "Acme",
        "--product",
        "Foo Gateway",
        "--range",
        "<2.0",
        "--cve",
        cve,
        "--level",
        "3",
        "--url",
        "https://example.org/notice",
    ];
    home.tuermer(&stated).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_judges_lose_no_verdict_whoever_is_killed() {
    let (members, threats) = (300, 6);
    let home = companies(members);
    let mut judges =
        [true, false].map(|ahead| Service::start(&home, "revise,correlate,assess", ahead));
    for n in 0..threats {
        let cve = format!("CVE-2026-{:04}", n + 1);
        state(&home, &cve);
        let killed = std::mem::replace(
            &mut judges[n % 2],
            Service::start(&home, "assess", n % 2 == 0),
        );
        killed.kill();
    }
    let store = home.store().await;
    within("every verdict", 30, async || {
        !store.has_pending().await.unwrap()
    })
    .await;
    let count = async |sql| {
        store
            .read_one(sql, Vec::new())
            .await
            .unwrap()
            .unwrap()
            .int(0)
            .unwrap()
    };
    assert_eq!(
        count("SELECT COUNT(*) FROM exposure WHERE status = 'affected'").await,
        members * threats as i64
    );
    assert_eq!(
        count("SELECT COUNT(*) FROM standing").await,
        members * threats as i64
    );
    store.database.close().await;
}
