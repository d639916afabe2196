//! The channel to machines against a receiver with TLS: signature, retries, what is refused, rotation, silence.

use crate::deliver::{config, simulated};
use crate::released::approved_with;
use crate::sink::{Act, Sink};
use crate::support::Home;
use crate::web_server::{Answer, Content, Request, WebServer};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::{Duration, Instant};
use tuermer::channels::{Carriers, check_address, secret};
use tuermer::clock::Clock;
use tuermer::config::Transport;
use tuermer::context::Context;
use tuermer::stations::deliver::{self, DeliverReport};
use tuermer::values;
use tuermer_core::channel::{Channel, PointKind};
use tuermer_core::delivery::{Delivery, DeliveryState};
use tuermer_core::ids::{DeliveryId, OrganisationId, PointId, WarningNumber};
use tuermer_core::organisation::PointState;

struct World {
    _home: Home,
    context: Context,
    number: WarningNumber,
    server: WebServer,
    sink: Sink,
}

impl World {
    /// Companies with a mail address and a receiver each, a released warning to all of them, a clock that can be moved.
    async fn new(
        companies: usize,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::with(companies, simulated(), &["localhost"], script).await
    }

    async fn with(
        companies: usize,
        clock: Clock,
        private: &[&str],
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
        let server = WebServer::start(script);
        let home = Home::empty();
        let mut config = config(sink.port);
        config.feeds.trusted_roots = home.file("authority.pem", &server.authority);
        config.outgoing.private_hosts = private.iter().map(ToString::to_string).collect();
        let url = |n| Some((PointKind::Webhook, server.url(&format!("/hook/{n}"))));
        let (context, number) = approved_with(&home, config, clock, companies, url).await;
        Self {
            _home: home,
            context,
            number,
            server,
            sink,
        }
    }

    /// One run of the dispatcher that waits a second for answers.
    async fn run(&self) -> DeliverReport {
        let carriers = Carriers::new(&self.context)
            .unwrap()
            .with_patience(Duration::from_secs(1));
        deliver::run_with(&self.context, carriers).await.unwrap()
    }

    /// The delivery to the receiver of company `n`.
    async fn delivery(&self, n: usize) -> Delivery {
        let organisation = OrganisationId(format!("bench-{n:07}"));
        let keys = &self.context.keys;
        let id = keys.delivery_id(&self.number, &organisation, Channel::Webhook, 1);
        let found = self.context.store.delivery(&DeliveryId(id)).await.unwrap();
        found.expect("a delivery to the receiver was planned")
    }

    fn secret(&self, n: usize, generation: i64) -> String {
        secret(&self.context, PointKind::Webhook, &point(n), generation).unwrap()
    }
}

fn point(n: usize) -> PointId {
    PointId(format!("bench-{n:07}.register.webhook"))
}

/// Which of the signatures of a request fit a secret, by another implementation than the program's.
fn fits(request: &Request, secret: &str) -> Vec<bool> {
    let bytes = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &bytes);
    let (id, at) = (
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
    );
    assert!(!id.is_empty() && !id.contains('.'), "{id}");
    let mut content = format!("{id}.{at}.").into_bytes();
    content.extend_from_slice(&request.body);
    let signatures = request.header("webhook-signature").split(' ');
    let tags = signatures.map(|text| STANDARD.decode(text.strip_prefix("v1,").unwrap()).unwrap());
    tags.map(|tag| ring::hmac::verify(&key, &content, &tag).is_ok())
        .collect()
}

/// The first request, header by header and byte by byte.
#[track_caller]
fn is_the_fixture(asked: &[Request]) {
    let first = asked
        .iter()
        .find(|request| request.path == "/hook/0")
        .unwrap();
    let head = |name| format!("{name}: {}\n", first.header(name));
    let whole = [
        "content-type",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ]
    .map(head)
    .concat()
        + "\n"
        + std::str::from_utf8(&first.body).unwrap()
        + "\n";
    assert_eq!(whole, include_str!("../fixtures/webhook/issued.http"));
}

#[tokio::test(flavor = "multi_thread")]
async fn delivered_once_signed_and_thin() {
    let world = World::new(3, |_| Answer::status(204)).await;
    let report = world.run().await;
    assert_eq!(
        (report.sent, report.refused, report.later),
        (6, 0, 0),
        "{report:?}"
    );
    assert_eq!(world.sink.count(), 3);
    let asked = world.server.asked();
    assert_eq!(asked.len(), 3);
    for request in &asked {
        let n = request.path.trim_start_matches("/hook/").parse().unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(
            request.header("content-length"),
            request.body.len().to_string()
        );
        assert_eq!(fits(request, &world.secret(n, 1)), [true]);
        assert_eq!(fits(request, &world.secret(n + 1, 1)), [false]);
        let text = String::from_utf8(request.body.clone()).unwrap();
        for private in ["Müller", "Jörg", "Erfunden", "info-"] {
            assert!(!text.contains(private), "{private} in {text}");
        }
        let delivery = world.delivery(n).await;
        assert_eq!(
            (delivery.state, delivery.attempts),
            (DeliveryState::Sent, 1)
        );
        let told = world
            .context
            .store
            .point(&point(n))
            .await
            .unwrap()
            .unwrap()
            .1;
        assert_eq!(told.state, PointState::Proven);
    }
    is_the_fixture(&asked);
    // Nothing is due any more, and nothing leaves twice.
    assert_eq!(world.run().await.next_due, None);
    assert_eq!(world.server.asked().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn tried_again_with_the_same_id_and_a_new_time() {
    let world = World::new(1, |request| {
        Answer::status(if request.before == 0 { 500 } else { 200 })
    })
    .await;
    let report = world.run().await;
    assert_eq!((report.sent, report.later), (1, 1), "{report:?}");
    world.context.clock.set(report.next_due.unwrap());
    assert_eq!(world.run().await.sent, 1);
    let asked = world.server.asked();
    let of = |name: &str| {
        asked
            .iter()
            .map(|request| request.header(name))
            .collect::<Vec<_>>()
    };
    let (ids, times) = (of("webhook-id"), of("webhook-timestamp"));
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    assert_ne!(times[0], times[1]);
    assert_eq!(asked[0].body, asked[1].body);
    assert!(
        asked
            .iter()
            .all(|request| fits(request, &world.secret(0, 1)) == [true])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_gone_ones_and_wishes_to_wait() {
    let world = World::new(3, |request| match request.path.as_str() {
        "/hook/0" => Answer::redirect("/elsewhere"),
        "/hook/1" => Answer::status(410),
        _ => Answer::status(429).with("Retry-After", "7200"),
    })
    .await;
    let began = world.context.now();
    world.run().await;
    assert_eq!(world.server.count("/elsewhere"), 0);
    let redirected = world.delivery(0).await;
    assert_eq!(redirected.state, DeliveryState::Due);
    assert!(
        redirected.detail.starts_with("302"),
        "{}",
        redirected.detail
    );
    assert_eq!(world.delivery(1).await.state, DeliveryState::Refused);
    let gone = world
        .context
        .store
        .point(&point(1))
        .await
        .unwrap()
        .unwrap()
        .1;
    assert_eq!(gone.state, PointState::Bounced);
    let busy = world.delivery(2).await;
    assert_eq!(busy.state, DeliveryState::Due);
    let waits = busy.hold_until.duration_since(began).as_secs();
    assert!((7_200..7_260).contains(&waits), "{waits} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn inner_addresses_need_the_operator() {
    let world = World::with(1, simulated(), &[], |_| Answer::status(200)).await;
    let url = world.server.url("/hook/0");
    let check = |url: &str| check_address(&world.context, PointKind::Webhook, url);
    assert!(check(&url).is_err());
    assert!(check("http://hooks.example/").is_err());
    assert!(check("https://hooks.example/a").is_ok());
    let report = world.run().await;
    assert_eq!((report.sent, report.refused), (1, 1), "{report:?}");
    let refused = world.delivery(0).await;
    assert_eq!(refused.state, DeliveryState::Refused);
    assert!(refused.detail.contains("localhost"), "{}", refused.detail);
    assert_eq!(world.server.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_new_key_both_sign_for_a_week() {
    let world = World::new(1, |_| Answer::status(500)).await;
    let renewed = world.context.now();
    let mut open = world.context.store.begin().await.unwrap();
    let sql = "UPDATE contact_point SET generation = 2, renewed_at = $1 WHERE kind = 'webhook'";
    open.run(sql, values![renewed]).await.unwrap();
    open.commit().await.unwrap();
    let mut report = world.run().await;
    let mut days = Vec::new();
    while let Some(at) = report.next_due {
        world.context.clock.set(at);
        report = world.run().await;
        days.push(at.duration_since(renewed).as_hours() / 24);
    }
    let asked = world.server.asked();
    assert_eq!(asked.len(), 10, "the schedule has an end: {days:?}");
    for request in &asked {
        assert_eq!(fits(request, &world.secret(0, 2)), [true, false]);
        assert_eq!(fits(request, &world.secret(0, 1)), [false, true]);
    }
    assert_eq!(world.delivery(0).await.state, DeliveryState::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_unsure_and_the_same_id_comes_again() {
    let world = World::new(1, |request| match request.before {
        0 => Answer::strange(Content::Silence),
        _ => Answer::status(200),
    })
    .await;
    let report = world.run().await;
    assert_eq!((report.sent, report.unsure), (1, 1), "{report:?}");
    world.context.clock.set(report.next_due.unwrap());
    world.run().await;
    let asked = world.server.asked();
    let ids: Vec<_> = asked
        .iter()
        .map(|request| request.header("webhook-id"))
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    let delivery = world.delivery(0).await;
    assert_eq!(
        (delivery.state, delivery.unsure_count),
        (DeliveryState::Sent, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_receivers_delay_no_mail_and_take_few_connections() {
    const COMPANIES: usize = 100;
    let world = World::with(COMPANIES, Clock::System, &["localhost"], |_| {
        Answer::strange(Content::Silence)
    })
    .await;
    let began = Instant::now();
    let running = tokio::spawn({
        let context = world.context.clone();
        async move { deliver::run(&context).await }
    });
    world.sink.until(COMPANIES).await;
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    let asked = world.server.asked().len();
    assert!(
        asked <= tuermer_core::limits::PUSH_CONNECTIONS_PER_HOST,
        "{asked} at once"
    );
    running.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_may_leave_messages_are_files() {
    let server = WebServer::start(|_| Answer::status(200));
    let home = Home::empty();
    let mut config = config(1);
    config.mail.transport = Transport::Folder;
    let url = |n| Some((PointKind::Webhook, server.url(&format!("/hook/{n}"))));
    let (context, _) = approved_with(&home, config, simulated(), 4, url).await;
    let report = deliver::run(&context).await.unwrap();
    assert_eq!((report.sent, report.refused), (8, 0), "{report:?}");
    assert_eq!(server.asked().len(), 0);
    let files = std::fs::read_dir(context.home.outbox()).unwrap();
    let (messages, mails): (Vec<_>, Vec<_>) = files
        .map(|entry| entry.unwrap().path())
        .partition(|path| path.extension().unwrap() == "json");
    assert_eq!((messages.len(), mails.len()), (4, 4));
    for path in messages {
        let bytes = std::fs::read(path).unwrap();
        let file: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let url = file["url"].as_str().unwrap();
        assert!(url.contains("/hook/"), "{file}");
        let signature = file["headers"]["webhook-signature"].as_str().unwrap();
        assert!(signature.starts_with("v1,"), "{file}");
        let body: serde_json::Value = serde_json::from_str(file["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["type"], "warning.issued");
    }
}
