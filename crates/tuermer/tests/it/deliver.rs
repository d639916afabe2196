//! Delivery: nothing lost, every duplicate listed, everybody in exactly one true state.

use crate::released::approved_with;
use crate::sink::{Act, Sink};
use crate::support::Home;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tuermer::channels::email::mime::{Outgoing, address};
use tuermer::channels::email::smtp::{Connection, Server};
use tuermer::channels::{Carriers, Sent};
use tuermer::clock::Clock;
use tuermer::config::{Config, Tls, Transport};
use tuermer::context::Context;
use tuermer::store::warning::deliveries::{Filter, Line};
use tuermer::{acts::warn, stations::deliver};
use tuermer_core::delivery::{DeliveryState, Outcome};
use tuermer_core::{ids::WarningNumber, rights::Actor};

pub fn config(port: u16) -> Config {
    let mut config = Config::default();
    config.mail.host = "127.0.0.1".into();
    config.mail.port = port;
    config.mail.tls = Tls::None;
    config.mail.per_domain_per_minute = 0;
    config
}

/// A data directory whose clock can be moved, with an approved warning to `mails` companies.
pub async fn approved(
    home: &Home,
    config: Config,
    clock: Clock,
    mails: usize,
) -> (Context, WarningNumber) {
    approved_with(home, config, clock, mails, |_| None).await
}

pub fn simulated() -> Clock {
    Clock::simulated("2021-03-02T22:00:00Z".parse().unwrap())
}

pub async fn lines(context: &Context) -> Vec<Line> {
    let mut lines = Vec::new();
    context
        .store
        .delivery_lines(&Filter::default(), |line| {
            lines.push(line);
            Ok(())
        })
        .await
        .unwrap();
    lines
}

/// Moves the clock to whatever is due next until nothing waits; returns the last report.
pub async fn until_nothing_waits(context: &Context) -> deliver::DeliverReport {
    loop {
        let carriers = Carriers::new(context)
            .unwrap()
            .with_patience(Duration::from_secs(1));
        let report = deliver::run_with(context, carriers).await.unwrap();
        assert_eq!(report.away, None);
        match report.next_due {
            Some(at) => context.clock.set(at),
            None => return report,
        }
    }
}

pub fn index(address: &str) -> usize {
    address
        .strip_prefix("info-")
        .unwrap()
        .split_once('@')
        .unwrap()
        .0
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_a_server_leads_to_the_true_state() {
    let sink = Sink::start(Duration::ZERO, |to, before| {
        match (index(to) % 20, before) {
            (0, _) => Act::Refuse,
            (1, 0) => Act::TryLater,
            (3, 0) => Act::Leave,
            (5, 0) => Act::CutAfterText,
            (7, _) => Act::CutAfterText,
            (9, 0) => Act::CutInText,
            (11, 0) if index(to) == 11 => Act::Stall,
            (13, _) => Act::TryLater,
            _ => Act::Take,
        }
    })
    .await;
    let home = Home::empty();
    let (context, number) = approved(&home, config(sink.port), simulated(), 200).await;
    until_nothing_waits(&context).await;
    let copies = sink.copies();
    let lines = lines(&context).await;
    assert_eq!(lines.len(), 200, "every recipient once");
    for line in &lines {
        let n: usize = line.organisation.parse().unwrap();
        let expected = match n % 20 {
            0 | 13 => DeliveryState::ToCall,
            7 => DeliveryState::Parked,
            _ => DeliveryState::Sent,
        };
        assert_eq!(line.state, expected, "{line:?}");
        let mail = if matches!(n % 20, 0 | 13) {
            &line.tried[0].message_id
        } else {
            &line.message_id
        };
        let address = format!("info-{n}@");
        let got = copies
            .iter()
            .find(|(to, _)| to.starts_with(&address))
            .map_or(0, |(_, copies)| *copies);
        let wanted = match n % 20 {
            0 | 13 => 0,
            5 | 7 => 2,
            11 if n == 11 => 2,
            _ => 1,
        };
        assert_eq!(got, wanted, "{line:?}");
        assert!(
            got <= 1 || line.unsure_count > 0,
            "a duplicate that is not listed: {line:?}"
        );
        assert!(
            sink.taken()
                .iter()
                .filter(|taken| taken.to.starts_with(&address))
                .all(|taken| taken.message_id == *mail),
            "one Message-ID on every try"
        );
        match n % 20 {
            0 => assert_eq!(
                (line.tried[0].state, line.tried[0].attempts),
                (DeliveryState::Refused, 1),
                "{line:?}"
            ),
            13 => assert_eq!(
                (line.tried[0].state, line.tried[0].attempts),
                (DeliveryState::Failed, 12),
                "{line:?}"
            ),
            _ => {}
        }
    }
    // The warning is over, and the ones to call have a task.
    assert_eq!(
        context
            .store
            .warning(&number)
            .await
            .unwrap()
            .unwrap()
            .state
            .as_str(),
        "done"
    );
    let tasks = context
        .store
        .read_one("SELECT COUNT(*) FROM task WHERE kind = 'call'", Vec::new())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tasks.int(0).unwrap(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_costs_nobody_an_attempt() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = Home::empty();
    let nobody_listens = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (mut context, _) = approved(&home, config(nobody_listens), simulated(), 30).await;
    let report = deliver::run(&context).await.unwrap();
    assert!(report.away.is_some(), "{report:?}");
    assert!(lines(&context).await.iter().all(|line| (
        line.state,
        line.attempts,
        line.unsure_count
    ) == (DeliveryState::Due, 0, 0)));
    context.config = Arc::new(config(sink.port));
    assert_eq!(deliver::run(&context).await.unwrap().sent, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_later_than_two_seconds_after_a_stop() {
    let sink = Sink::start(Duration::from_millis(50), |_, _| Act::Take).await;
    let home = Home::empty();
    let mut config = config(sink.port);
    config.mail.connections = 2;
    let (context, number) = approved(&home, config, simulated(), 400).await;
    let running = tokio::spawn({
        let context = context.clone();
        async move { deliver::run(&context).await }
    });
    sink.until(20).await;
    warn::stop(&context, &number, &Actor::Shell).await.unwrap();
    let stopped = Instant::now();
    running.await.unwrap().unwrap();
    assert!(
        sink.taken()
            .iter()
            .all(|taken| taken.at < stopped + Duration::from_secs(2))
    );
    let lines = lines(&context).await;
    let sent = lines
        .iter()
        .filter(|line| line.state == DeliveryState::Sent)
        .count();
    assert_eq!(sent, sink.count(), "{lines:?}");
    assert!(sent < 100, "the stop came too late: {sent}");
    assert!(
        lines
            .iter()
            .all(|line| matches!(line.state, DeliveryState::Sent | DeliveryState::Stopped))
    );
    assert_eq!(deliver::run(&context).await.unwrap().sent, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_address_or_text_leaves_nothing() {
    for change in [
        "UPDATE recipient SET ways = REPLACE(ways, '@', '@thief-') WHERE external_id = '3'",
        "UPDATE warning_text SET say = 'call this number' WHERE language = 'de'",
        "DELETE FROM recipient WHERE external_id = '3'",
    ] {
        let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
        let home = Home::empty();
        let (context, number) = approved(&home, config(sink.port), simulated(), 10).await;
        let mut open = context.store.begin().await.unwrap();
        open.run(change, Vec::new()).await.unwrap();
        open.commit().await.unwrap();
        let report = deliver::run(&context).await.unwrap();
        assert_eq!(
            (report.sent, report.unapproved, sink.count()),
            (0, vec![number], 0),
            "{change}"
        );
    }
    // The address beside the delivery is not what two people saw; it is not used.
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = Home::empty();
    let (context, _) = approved(&home, config(sink.port), simulated(), 10).await;
    let mut open = context.store.begin().await.unwrap();
    open.run(
        "UPDATE delivery SET address = 'thief@evil.example'",
        Vec::new(),
    )
    .await
    .unwrap();
    open.commit().await.unwrap();
    assert_eq!(deliver::run(&context).await.unwrap().sent, 10);
    assert!(
        sink.taken()
            .iter()
            .all(|taken| taken.to.starts_with("info-"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_never_sends_whatever_is_configured() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = Home::empty();
    let (live, _) = approved(&home, config(sink.port), simulated(), 10).await;
    let carriers = Carriers::new(&live).unwrap();
    let drill = Context {
        drill: true,
        ..live
    };
    assert_eq!(drill.config.mail.transport, Transport::Smtp);
    assert!(Server::from_context(&drill).is_err());
    assert_eq!(deliver::run_with(&drill, carriers).await.unwrap().sent, 10);
    assert_eq!(sink.count(), 0);
    let files: Vec<_> = std::fs::read_dir(drill.home.outbox())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 10);
    assert!(files.iter().all(|path| path.extension().unwrap() == "eml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_envelope_and_answers_to_bounces() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = Home::empty();
    let password = home.file("password", "secret\n");
    let mut config = config(sink.port);
    config.mail.user = "tuermer".into();
    config.mail.password_file = password.clone();
    config.mail.bounce_domain = "bounce.example".into();
    let (mut context, _) = approved(&home, config.clone(), simulated(), 3).await;
    std::fs::write(&password, "wrong").unwrap();
    assert!(
        deliver::run(&context)
            .await
            .unwrap()
            .away
            .unwrap()
            .contains("535")
    );
    std::fs::write(&password, "secret\n").unwrap();
    assert_eq!(deliver::run(&context).await.unwrap().sent, 3);
    let taken = sink.taken();
    for mail in &taken {
        let text = String::from_utf8(mail.bytes.clone()).unwrap();
        let head = text.split_once("\r\n\r\n").unwrap().0.to_lowercase();
        for wanted in [
            "from: ",
            "reply-to: ",
            "x-auto-response-suppress: rn, nrn",
            "content-language: ",
            "date: ",
            "mime-version: 1.0",
            "multipart/alternative",
        ] {
            assert!(head.contains(wanted), "{wanted} in {head}");
        }
        for unwanted in ["auto-submitted", "list-", "references", "bcc"] {
            assert!(
                !head.contains(&format!("\n{unwanted}")),
                "{unwanted} in {head}"
            );
        }
        assert!(
            mail.from.starts_with("b+")
                && mail.from.ends_with("@bounce.example")
                && mail.from.len() == "b+@bounce.example".len() + 32,
            "{}",
            mail.from
        );
    }
    let paths: std::collections::HashSet<_> = taken.iter().map(|mail| mail.from.clone()).collect();
    assert_eq!(paths.len(), 3, "a bounce names its delivery");
    // Plain text and a password never leave this machine.
    config.mail.host = "mail.example.org".into();
    context.config = Arc::new(config);
    assert!(Server::from_context(&context).is_err());
}

#[test]
fn what_is_sent_arrives_byte_for_byte() {
    use proptest::prelude::*;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(Duration::ZERO, |_, _| Act::Take));
    let home = Home::embedded();
    let context = runtime
        .block_on(tuermer::cli::init::create(
            &tuermer::config::Home(home.data()),
            config(sink.port),
            false,
            simulated(),
            tuermer::random::Random::seeded(1),
        ))
        .unwrap();
    let server = Server::from_context(&context).unwrap();
    let hostile = prop_oneof![
        "(\\.|\\.\\.|\\r|\\n|\\r\\n|\\r\\n\\.\\r\\n|=|ä|From |[a-z ]{0,90}){0,40}",
        ".{0,300}"
    ];
    proptest!(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }, |(text in hostile.clone(), name in hostile)| {
        let outgoing = Outgoing {
            from: "warnung@ihk.example".into(), from_name: name.clone(), to: "a@b.example".into(), to_name: name.clone(), subject: name.clone(),
            text: text.clone(), html: text, language: Default::default(), message_id: "<x@ihk.example>".into(), references: None, date: context.now(),
        };
        let bytes = outgoing.bytes().unwrap();
        let sent = runtime.block_on(async {
            let mut connection = Connection::open(&server).await.unwrap();
            connection.send(&address("b+1@ihk.example").unwrap(), &address("a@b.example").unwrap(), &bytes, || true).await
        });
        prop_assert_eq!(sent, Sent::outcome(Outcome::Accepted));
        let taken = sink.taken().pop().unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&taken.bytes), String::from_utf8_lossy(&bytes));
        prop_assert!(!bytes.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n' || pair[0] != b'\r' && pair[1] == b'\n'));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_settles_what_nobody_can_be_sure_of() {
    let sink = Sink::start(Duration::ZERO, |to, _| {
        if index(to) < 2 {
            Act::CutAfterText
        } else {
            Act::Take
        }
    })
    .await;
    let home = Home::empty();
    let (context, _) = approved(&home, config(sink.port), simulated(), 5).await;
    until_nothing_waits(&context).await;
    context.store.database.close().await;
    let unreached = home
        .tuermer(&["delivery", "unreached", "--json"])
        .expect(0)
        .lines();
    assert_eq!(unreached.len(), 2);
    assert!(unreached.iter().all(|line| line["state"] == "parked"
        && line["warning"].is_string()
        && line["attempts"] == 2
        && line["channel"] == "email"));
    let id = |n: usize| unreached[n]["id"].as_str().unwrap().to_string();
    home.tuermer(&["delivery", "resolve", &id(0), "--sent", "--as", "nobody"])
        .expect(1);
    home.tuermer(&["delivery", "resolve", &id(0)]).expect(2);
    home.tuermer(&["delivery", "resolve", &id(0), "--sent"])
        .expect(0);
    home.tuermer(&["delivery", "resolve", &id(0), "--sent"])
        .expect(1);
    home.tuermer(&["delivery", "resolve", &id(1), "--resend"])
        .expect(0);
    let left = home
        .tuermer(&["delivery", "list", "--unreached", "--json"])
        .expect(0)
        .lines();
    assert_eq!(
        (left.len(), &left[0]["state"]),
        (1, &serde_json::json!("due"))
    );
    home.tuermer(&["delivery", "list", "--state", "refused"])
        .expect(3);
    home.tuermer(&["delivery", "list", "--state", "nonsense"])
        .expect(2);
}
