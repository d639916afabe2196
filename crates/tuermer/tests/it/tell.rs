//! Notices to the operators by mail: every operator once, whatever the mail server does and however often we start.

use crate::deliver::config;
use crate::sink::{Act, Sink};
use crate::support::Home;
use std::sync::Arc;
use std::time::Duration;
use tuermer::cli::init::create;
use tuermer::clock::Clock;
use tuermer::config::Home as DataHome;
use tuermer::context::Context;
use tuermer::random::Random;
use tuermer::stations::tell;
use tuermer::store::people::notices::Notice;
use tuermer_core::sentence::{AS_WRITTEN, Sentence};

const OPERATORS: [&str; 3] = ["a@one.example", "b@two.example", "gone@two.example"];

async fn context(home: &Home, port: u16, operators: &[&str]) -> Context {
    let mut config = config(port);
    config.operators.mail = operators.iter().map(ToString::to_string).collect();
    config.operators.language = "en".into();
    if let Some(database) = home.postgres() {
        config.store.url = database.url();
    }
    let clock = Clock::simulated("2026-03-01T08:00:00Z".parse().unwrap());
    create(
        &DataHome(home.data()),
        config,
        false,
        clock,
        Random::seeded(7),
    )
    .await
    .unwrap()
}

async fn raise(context: &Context, kind: &str, subject: &str) -> bool {
    let notice = Notice {
        id: context.id().unwrap(),
        kind: kind.into(),
        subject: subject.into(),
        text: Sentence {
            key: AS_WRITTEN.into(),
            values: vec![
                (
                    "de".into(),
                    format!("Die Quelle {subject} schweigt.").into(),
                ),
                (
                    "en".into(),
                    format!("The feed {subject} is silent <since> yesterday.").into(),
                ),
            ],
        },
        written: String::new(),
        created_at: context.now(),
        mailed_at: None,
    };
    context.store.raise_notice(&notice).await.unwrap()
}

/// The next try is due half a minute later.
fn half_a_minute_later(context: &Context) {
    let later = context
        .now()
        .checked_add(jiff::SignedDuration::from_secs(31));
    context.clock.set(later.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operator_hears_of_it_once() {
    // The first operator's server wants us to come later once, the second takes at once, the third does not exist.
    let sink = Sink::start(Duration::ZERO, |to, before| match to {
        "a@one.example" if before == 0 => Act::TryLater,
        "gone@two.example" => Act::Refuse,
        _ => Act::Take,
    })
    .await;
    let home = Home::empty();
    let context = context(&home, sink.port, &OPERATORS).await;
    assert!(raise(&context, "feed.silent", "kev").await);
    assert!(
        !raise(&context, "feed.silent", "kev").await,
        "the same thing is not told twice while it is open"
    );
    let first = tell::run(&context).await.unwrap();
    assert_eq!(
        (
            first.sent,
            first.refused,
            first.waiting,
            first.away.is_some()
        ),
        (1, 1, 1, true),
        "{first:?}"
    );
    let at_once = tell::run(&context).await.unwrap();
    assert_eq!(
        (at_once.sent, at_once.waiting),
        (0, 1),
        "it is not tried again at once"
    );
    half_a_minute_later(&context);
    let second = tell::run(&context).await.unwrap();
    assert_eq!(
        (second.sent, second.refused, second.waiting, second.away),
        (1, 0, 0, None)
    );
    for _ in 0..3 {
        assert_eq!(
            tell::run(&context).await.unwrap(),
            tell::TellReport::default()
        );
    }
    let copies = sink.copies();
    assert_eq!(
        (
            copies.get("a@one.example"),
            copies.get("b@two.example"),
            copies.len()
        ),
        (Some(&1), Some(&1), 2),
        "{copies:?}"
    );
    let mail = String::from_utf8(sink.taken()[0].bytes.clone()).unwrap();
    assert!(
        mail.contains("feed kev is silent")
            && mail.contains("&#60;since&#62;")
            && mail.contains("Content-Language: en"),
        "{mail}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_somebody_closed_needs_no_mail() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = Home::empty();
    let context = context(&home, sink.port, &OPERATORS).await;
    assert!(raise(&context, "feed.silent", "epss").await);
    let id = context
        .store
        .notices(10)
        .await
        .unwrap()
        .last()
        .unwrap()
        .id
        .clone();
    context
        .store
        .finish_notice(context.now(), &id, "k.weber")
        .await
        .unwrap();
    assert_eq!(tell::run(&context).await.unwrap().sent, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_delays_it_and_a_broken_conversation_repeats_the_same_mail() {
    let home = Home::empty();
    let mut context = context(&home, 1, &["a@one.example"]).await;
    raise(&context, "feed.silent", "kev").await;
    let away = tell::run(&context).await.unwrap();
    assert!((away.sent, away.waiting) == (0, 1) && away.away.unwrap().contains("127.0.0.1:1"));
    // It keeps the mail and breaks the line before it says so: nobody knows, so the same mail is sent again.
    let sink = Sink::start(Duration::ZERO, |_, before| {
        if before == 0 {
            Act::CutAfterText
        } else {
            Act::Take
        }
    })
    .await;
    let mut moved = (*context.config).clone();
    moved.mail.port = sink.port;
    context.config = Arc::new(moved);
    assert_eq!(tell::run(&context).await.unwrap().waiting, 1);
    half_a_minute_later(&context);
    assert_eq!(tell::run(&context).await.unwrap().waiting, 0);
    let taken = sink.taken();
    assert_eq!(
        (taken.len(), &taken[0].message_id),
        (2, &taken[1].message_id),
        "one Message-ID: the second is shown once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_operator_it_waits_until_there_is_one() {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let home = Home::empty();
    let mut context = context(&home, sink.port, &[]).await;
    raise(&context, "key.changed", "provider.example").await;
    let report = tell::run(&context).await.unwrap();
    assert_eq!((report.sent, report.waiting, sink.count()), (0, 1, 0));
    let mut config = (*context.config).clone();
    config.operators.mail = vec!["a@one.example".into(), "not an address".into()];
    context.config = Arc::new(config);
    let report = tell::run(&context).await.unwrap();
    assert_eq!(
        (report.sent, report.refused, report.waiting, sink.count()),
        (1, 1, 0, 1),
        "{report:?}"
    );
}
