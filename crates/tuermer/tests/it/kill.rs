//! Kills and failing disks during a dispatch: 0 lost, every duplicate on the list of the unsure ones.

use crate::deliver::{approved, config, index, lines, until_nothing_waits};
use crate::sink::{Act, Sink};
use crate::support::{Home, Run, skipped};
use std::collections::{BTreeMap, HashMap};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tuermer::clock::Clock;
use tuermer::config::{Config, Home as DataHome};
use tuermer::context::Context;
use tuermer::random::Random;
use tuermer::store::deliveries::Line;
use tuermer_core::delivery::DeliveryState;

/// What the store says after the kills, held against what the server kept.
pub fn judge(
    sink: &Sink,
    lines: &[Line],
    mails: usize,
    most_duplicates: usize,
) -> BTreeMap<&'static str, usize> {
    let copies: HashMap<usize, usize> = sink
        .copies()
        .into_iter()
        .map(|(to, copies)| (index(&to), copies))
        .collect();
    assert_eq!(lines.len(), mails, "every recipient once");
    let mut found = BTreeMap::from([
        ("duplicates", 0),
        ("most copies", 0),
        ("unsure", 0),
        ("parked", 0),
    ]);
    for line in lines {
        let copies = copies
            .get(&line.organisation.parse().unwrap())
            .copied()
            .unwrap_or(0);
        assert!(
            matches!(line.state, DeliveryState::Sent | DeliveryState::Parked),
            "{line:?}"
        );
        assert!(
            copies > 0 || line.state == DeliveryState::Parked,
            "lost: {line:?}"
        );
        assert!(
            copies <= 1 || line.unsure_count > 0,
            "a duplicate that is not listed: {line:?}"
        );
        assert!(copies <= 3, "{copies} copies: {line:?}");
        *found.get_mut("duplicates").unwrap() += copies.saturating_sub(1);
        *found.get_mut("most copies").unwrap() = copies.max(found["most copies"]);
        *found.get_mut("unsure").unwrap() += usize::from(line.unsure_count > 0);
        *found.get_mut("parked").unwrap() += usize::from(line.state == DeliveryState::Parked);
    }
    assert!(found["duplicates"] <= most_duplicates, "{found:?}");
    found
}

/// Starts the program and kills it at a random moment: when the server kept a random number of mails more;
/// every other time with all connections waiting for their answer.
async fn kill_once(home: &Home, sink: &Sink, random: &Random, step: usize, hold: bool) {
    let mut bytes = [0_u8; 8];
    random.fill(&mut bytes).unwrap();
    let more = usize::try_from(u64::from_le_bytes(bytes) % (2 * step as u64)).unwrap();
    let target = sink.count() + 1 + more;
    sink.hold_at(if hold { target } else { usize::MAX });
    let mut child = tokio::process::Command::from(home.command(&["delivery", "run"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::select! {
        () = sink.until(target) => {}
        _ = child.wait() => {}
    }
    child.kill().await.ok();
    sink.hold_at(usize::MAX);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_nothing_is_lost_and_every_duplicate_is_listed() {
    let (mails, kills) = (600, 12);
    let sink = Sink::start(Duration::from_millis(2), |_, _| Act::Take).await;
    let home = Home::empty();
    let (context, _) = approved(&home, config(sink.port), Clock::System, mails).await;
    context.store.database.close().await;
    let random = Random::seeded(20_210_302);
    for round in 0..kills {
        kill_once(&home, &sink, &random, mails / kills / 2, round % 2 == 0).await;
    }
    let context = reopen(&home, config(sink.port)).await;
    until_nothing_waits(&context).await;
    let found = judge(
        &sink,
        &lines(&context).await,
        mails,
        kills * context.config.mail.connections,
    );
    assert!(
        found["duplicates"] > 0,
        "the kills hit nothing, so this test saw nothing: {found:?}"
    );
}

/// Opens the directory with a clock that starts now and can be moved.
async fn reopen(home: &Home, config: Config) -> Context {
    let data = DataHome(home.data());
    let clock = Clock::simulated(Clock::System.now());
    let store = home.store().await;
    let keys = tuermer::keys::Keys::read(&data.key()).unwrap();
    Context {
        store,
        clock,
        random: Random::System,
        keys,
        policy: tuermer::policy::standard().unwrap(),
        config: Arc::new(config),
        home: data,
        drill: false,
        demo: false,
    }
}

/// The same at full size; `scripts/kill-test` runs it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "25,000 mails and 100 kills take minutes; run scripts/kill-test"]
async fn killed_at_full_size() {
    let number = |name: &str, default: usize| {
        std::env::var(name)
            .ok()
            .map_or(default, |text| text.parse().unwrap())
    };
    let (mails, kills) = (
        number("TUERMER_KILL_MAILS", 25_000),
        number("TUERMER_KILLS", 100),
    );
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = Home::empty();
    let (context, _) = approved(&home, config(sink.port), Clock::System, mails).await;
    context.store.database.close().await;
    let started = Instant::now();
    for round in 0..kills {
        kill_once(
            &home,
            &sink,
            &Random::System,
            (mails / kills / 2).max(1),
            round % 2 == 0,
        )
        .await;
    }
    let context = reopen(&home, config(sink.port)).await;
    until_nothing_waits(&context).await;
    let found = judge(
        &sink,
        &lines(&context).await,
        mails,
        kills * context.config.mail.connections,
    );
    eprintln!(
        "{mails} mails, {kills} kills, {} s: 0 lost, {found:?}",
        started.elapsed().as_secs()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_write_to_disk_marks_nothing_wrongly() {
    if std::process::Command::new("strace")
        .arg("--version")
        .output()
        .is_err()
    {
        skipped("strace is not installed; no disk was made to fail");
        return;
    }
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    // It is SQLite's disk that fails; PostgreSQL is another process.
    let home = Home::embedded();
    // strace counts for each thread, and the writes of a process may be spread over several: so many mails that one of them
    // writes often enough in every round.
    let mails = 600;
    let (context, _) = approved(&home, config(sink.port), Clock::System, mails).await;
    context.store.database.close().await;
    for call in [4, 5, 6] {
        let failed = with_failing_disk(&home, call);
        assert_eq!(failed.code, 1, "{} {}", failed.out, failed.err);
        assert!(
            failed.err.contains("could not write to disk") || failed.err.contains("disk I/O error"),
            "{}",
            failed.err
        );
        let context = reopen(&home, config(sink.port)).await;
        let copies = sink.copies();
        for line in lines(&context)
            .await
            .iter()
            .filter(|line| line.state == DeliveryState::Sent)
        {
            assert!(
                copies
                    .keys()
                    .any(|to| index(to).to_string() == line.organisation),
                "marked as sent but never handed over: {line:?}"
            );
        }
        context.store.database.close().await;
    }
    let context = reopen(&home, config(sink.port)).await;
    until_nothing_waits(&context).await;
    judge(
        &sink,
        &lines(&context).await,
        mails,
        3 * context.config.mail.connections,
    );
}

/// `delivery run` while the n-th fsync of the process fails once.
fn with_failing_disk(home: &Home, call: usize) -> Run {
    let plain = home.command(&["delivery", "run"]);
    let mut traced = std::process::Command::new("strace");
    traced.args(["-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]);
    traced.args([
        "-e",
        &format!("inject=fsync,fdatasync:error=EIO:when={call}"),
    ]);
    traced
        .arg(plain.get_program())
        .args(plain.get_args())
        .env("NO_COLOR", "1")
        .env_remove("TUERMER_DATA")
        .stdin(Stdio::null());
    let output = traced.output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
