//! Kills and failing disks during a dispatch: 0 lost, every duplicate on the list of the unsure ones.

use crate::deliver::{approved, config, index, lines, until_nothing_waits};
use crate::released::approved_with;
use crate::sink::{Act, Sink};
use crate::support::{Home, Run};
use crate::web_server::{Answer, WebServer};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tuermer::clock::Clock;
use tuermer::config::{Config, Home as DataHome};
use tuermer::context::Context;
use tuermer::random::Random;
use tuermer_core::channel::{Channel, PointKind};
use tuermer_core::delivery::DeliveryState;
use tuermer_core::ids::{DeliveryId, OrganisationId, WarningNumber};
use tuermer_core::limits;

/// How one message stands in the store.
struct Fate {
    n: usize,
    state: DeliveryState,
    unsure_count: i64,
}

/// The first message to each company over one channel.
async fn fates(
    context: &Context,
    number: &WarningNumber,
    channel: Channel,
    companies: impl Iterator<Item = usize>,
) -> Vec<Fate> {
    let mut found = Vec::new();
    for n in companies {
        let organisation = OrganisationId(format!("bench-{n:07}"));
        let id = context.keys.delivery_id(number, &organisation, channel, 1);
        let delivery = context.store.delivery(&DeliveryId(id)).await.unwrap();
        let delivery = delivery.expect("every company once");
        found.push(Fate {
            n,
            state: delivery.state,
            unsure_count: delivery.unsure_count,
        });
    }
    found
}

/// How many mails each company got.
fn mails_taken(sink: &Sink) -> HashMap<usize, usize> {
    sink.copies()
        .into_iter()
        .map(|(to, copies)| (index(&to), copies))
        .collect()
}

/// How many messages the machine of each company got; all copies have one id.
fn messages_taken(server: &WebServer) -> HashMap<usize, usize> {
    let mut copies: HashMap<usize, usize> = HashMap::new();
    let mut ids: HashMap<usize, String> = HashMap::new();
    for request in server.asked() {
        let n = request.path.trim_start_matches("/hook/").parse().unwrap();
        let id = request.header("webhook-id").to_string();
        assert_eq!(*ids.entry(n).or_insert(id.clone()), id);
        *copies.entry(n).or_default() += 1;
    }
    let different: HashSet<&String> = ids.values().collect();
    assert_eq!(
        different.len(),
        ids.len(),
        "each company has an id of its own"
    );
    copies
}

/// What the store says after the kills, held against what the servers kept.
fn judge(
    taken: &HashMap<usize, usize>,
    fates: &[Fate],
    most_copies: usize,
    most_duplicates: usize,
) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::from([
        ("duplicates", 0),
        ("most copies", 0),
        ("unsure", 0),
        ("parked", 0),
    ]);
    for Fate {
        n,
        state,
        unsure_count,
    } in fates
    {
        let copies = taken.get(n).copied().unwrap_or(0);
        let told = format!("company {n}: {state:?}, {copies} copies, unsure {unsure_count}");
        assert!(
            matches!(state, DeliveryState::Sent | DeliveryState::Parked),
            "{told}"
        );
        assert!(
            copies > 0 || *state == DeliveryState::Parked,
            "lost: {told}"
        );
        assert!(
            copies <= 1 || *unsure_count > 0,
            "a duplicate that is not listed: {told}"
        );
        assert!(copies <= most_copies, "{told}");
        *found.get_mut("duplicates").unwrap() += copies.saturating_sub(1);
        *found.get_mut("most copies").unwrap() = copies.max(found["most copies"]);
        *found.get_mut("unsure").unwrap() += usize::from(*unsure_count > 0);
        *found.get_mut("parked").unwrap() += usize::from(*state == DeliveryState::Parked);
    }
    assert!(found["duplicates"] <= most_duplicates, "{found:?}");
    found
}

/// The same for the mails of a warning.
pub async fn judge_mails(
    sink: &Sink,
    context: &Context,
    number: &WarningNumber,
    companies: usize,
    most_duplicates: usize,
) -> BTreeMap<&'static str, usize> {
    let fates = fates(context, number, Channel::Email, 0..companies).await;
    judge(&mails_taken(sink), &fates, 3, most_duplicates)
}

/// A released warning to companies with a mail address and a machine each, and where both listen.
struct World {
    home: Home,
    sink: Sink,
    server: WebServer,
    config: Config,
    number: WarningNumber,
    companies: usize,
    /// Of so many companies one has a machine.
    machines: usize,
}

impl World {
    async fn new(companies: usize, machines: usize, delay: Duration) -> Self {
        let sink = Sink::start(delay, |_, _| Act::Take).await;
        let server = WebServer::start(|_| Answer::status(204));
        let home = Home::empty();
        let mut config = config(sink.port);
        config.feeds.trusted_roots = home.file("authority.pem", &server.authority);
        config.outgoing.private_hosts = vec!["localhost".into()];
        let url = |n: usize| {
            let url = server.url(&format!("/hook/{n}"));
            n.is_multiple_of(machines)
                .then_some((PointKind::Webhook, url))
        };
        let approved = approved_with(&home, config.clone(), Clock::System, companies, url);
        let (context, number) = approved.await;
        context.store.database.close().await;
        Self {
            home,
            sink,
            server,
            config,
            number,
            companies,
            machines,
        }
    }

    /// Lets the rest leave, and judges: what was mailed, what was told to machines.
    async fn judge(&self, kills: usize) -> [BTreeMap<&'static str, usize>; 2] {
        let context = reopen(&self.home, self.config.clone()).await;
        until_nothing_waits(&context).await;
        let machines = (0..self.companies).step_by(self.machines);
        let messages = fates(&context, &self.number, Channel::Webhook, machines).await;
        let most = kills * context.config.mail.connections;
        let mails = judge_mails(&self.sink, &context, &self.number, self.companies, most).await;
        let most = kills * limits::PUSH_CONNECTIONS;
        let messages = judge(&messages_taken(&self.server), &messages, kills, most);
        [mails, messages]
    }
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
    let (companies, kills) = (600, 12);
    let world = World::new(companies, 4, Duration::from_millis(2)).await;
    let random = Random::seeded(20_210_302);
    for round in 0..kills {
        kill_once(
            &world.home,
            &world.sink,
            &random,
            companies / kills / 2,
            round % 2 == 0,
        )
        .await;
    }
    let [mails, messages] = world.judge(kills).await;
    assert!(
        mails["duplicates"] > 0 && messages["unsure"] > 0,
        "the kills hit nothing, so this test saw nothing: {mails:?} {messages:?}"
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
#[ignore = "25,000 companies and 100 kills take minutes; run scripts/kill-test"]
async fn killed_at_full_size() {
    let number = |name: &str, default: usize| {
        std::env::var(name)
            .ok()
            .map_or(default, |text| text.parse().unwrap())
    };
    let (companies, kills) = (
        number("TUERMER_KILL_MAILS", 25_000),
        number("TUERMER_KILLS", 100),
    );
    let world = World::new(companies, 1, Duration::ZERO).await;
    let started = Instant::now();
    for round in 0..kills {
        kill_once(
            &world.home,
            &world.sink,
            &Random::System,
            (companies / kills / 2).max(1),
            round % 2 == 0,
        )
        .await;
    }
    let [mails, messages] = world.judge(kills).await;
    eprintln!(
        "{companies} mails and as many messages to machines, {kills} kills, {} s: 0 lost, mails {mails:?}, messages {messages:?}",
        started.elapsed().as_secs()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_write_to_disk_marks_nothing_wrongly() {
    std::process::Command::new("strace")
        .arg("--version")
        .output()
        .expect("strace is installed (./test programs)");
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    // It is SQLite's disk that fails; PostgreSQL is another process.
    let home = Home::embedded();
    // strace counts for each thread, and the writes of a process may be spread over several: so many mails that one of them
    // writes often enough in every round.
    let mails = 600;
    let (context, number) = approved(&home, config(sink.port), Clock::System, mails).await;
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
    let most = 3 * context.config.mail.connections;
    judge_mails(&sink, &context, &number, mails, most).await;
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
