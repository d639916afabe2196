//! `tuermer demo`: plays March 2021 in an invented region, then shows the result on a local port until Ctrl-C.
//!
//! It needs no data directory and no network; its own directory is temporary and goes with it.

use super::{Call, Exit, init, serve};
use crate::clock::Clock;
use crate::config::{Config, Home, Transport};
use crate::context::Context;
use crate::demo::figures::Figures;
use crate::demo::people::{APPROVER, OFFICER, PASSWORD};
use crate::demo::places;
use crate::demo::play;
use crate::demo::region::{self, FEWEST_MEMBERS, MEMBERS, MOST_MEMBERS};
use crate::random::Random;
use crate::text::{Texts, decimal, grouped};
use anyhow::{Context as _, Result, bail};
use std::time::Instant;
use tokio::net::TcpListener;
use tuermer_formats::build_pack::packs;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Do not serve the result; end after the play.
    #[arg(long)]
    pub fast: bool,
    /// How many companies the region has.
    #[arg(long, default_value_t = MEMBERS, value_name = "NUMBER")]
    pub members: usize,
    /// The same seed gives the same region and the same figures.
    #[arg(long, default_value_t = 2021, value_name = "NUMBER")]
    pub seed: u64,
    /// Port of the pages on this machine.
    #[arg(long, default_value_t = 8480)]
    pub port: u16,
}

/// Runs it. Ctrl-C ends it at any moment and leaves nothing behind.
pub async fn run(call: &Call, args: Args) -> Result<Exit> {
    if !(FEWEST_MEMBERS..=MOST_MEMBERS).contains(&args.members) {
        let values = [
            ("members", args.members.to_string()),
            ("least", FEWEST_MEMBERS.to_string()),
            ("most", MOST_MEMBERS.to_string()),
        ];
        bail!("{}", with(call.out.texts, "demo.members_range", &values));
    }
    let listener = if args.fast {
        None
    } else {
        Some(bind(call, args.port).await?)
    };
    let directory = tempfile::Builder::new()
        .prefix("tuermer-demo-")
        .tempdir()
        .context("cannot make a temporary directory")?;
    let port = listener
        .as_ref()
        .and_then(|listener| listener.local_addr().ok())
        .map_or(args.port, |address| address.port());
    let context = prepare(Home(directory.path().join("data")), args.seed, port).await?;
    let played = tokio::select! {
        played = show(call, &context, &args) => Some(played?),
        () = serve::interrupted() => None,
    };
    if let (Some(()), Some(listener)) = (played, listener) {
        guide(call, &context, port);
        serve::serve(context.clone(), listener, serve::interrupted()).await?;
    }
    context.store.database.close().await;
    directory
        .close()
        .context("the temporary directory of the demo could not be removed")?;
    Ok(if played.is_some() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

/// Takes the port before the play, so that nobody waits a minute to learn that it is taken.
async fn bind(call: &Call, port: u16) -> Result<TcpListener> {
    match TcpListener::bind(("127.0.0.1", port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "{}",
            with(
                call.out.texts,
                "demo.port_in_use",
                &[("port", port.to_string())]
            )
        ),
        Err(error) => Err(error).with_context(|| format!("--port {port}")),
    }
}

/// A data directory of a drill with everything seeded, and marked as a demo.
async fn prepare(home: Home, seed: u64, port: u16) -> Result<Context> {
    let mut config = Config {
        tiles: places::tiles(),
        ..Config::default()
    };
    config.mail.transport = Transport::Folder;
    config.chamber.base_url = format!("http://127.0.0.1:{port}");
    let start = play::START.parse()?;
    let context = init::create(
        &home,
        config,
        true,
        Clock::simulated(start),
        Random::seeded(seed),
    )
    .await?;
    Ok(Context {
        demo: true,
        ..context
    })
}

/// Invents, plays and says how it went.
async fn show(call: &Call, context: &Context, args: &Args) -> Result<()> {
    let texts = call.out.texts;
    let pack = packs().first().context("the program has no build pack")?;
    let started = Instant::now();
    let region = region::invent(args.seed, args.members, Some(pack));
    let values = [
        ("version", env!("CARGO_PKG_VERSION").to_string()),
        ("members", grouped(region.members.len() as u64, texts.0)),
        ("providers", grouped(region.providers.len() as u64, texts.0)),
    ];
    call.out.say(&with(texts, "demo.title", &values));
    let tell = |moment: &str, fact: &str, values: &[(&str, String)]| {
        let seconds = started.elapsed().as_secs();
        let values: Vec<(&str, String)> = values
            .iter()
            .map(|(name, value)| {
                (
                    *name,
                    value
                        .parse()
                        .map_or_else(|_| value.clone(), |number| grouped(number, texts.0)),
                )
            })
            .collect();
        let line = format!(
            "  {:02}:{:02}  {:<24} {}",
            seconds / 60,
            seconds % 60,
            texts.get(moment),
            with(texts, fact, &values)
        );
        call.out.say(&line);
    };
    let figures = play::play(context, &region, pack, args.seed, &tell).await?;
    if call.out.json {
        return call.out.object(&figures);
    }
    summary(call, &figures);
    Ok(())
}

/// The figures in one sentence each.
fn summary(call: &Call, figures: &Figures) {
    let texts = call.out.texts;
    let number = |value: u64| grouped(value, texts.0);
    let seconds = format!("{:.1}", figures.seconds);
    let values = [
        ("warned", number(figures.warned)),
        ("mails", number(figures.mails)),
        ("calls", number(figures.calls)),
        ("answered", number(figures.answered)),
        ("reported", number(figures.fixed_reported)),
        ("affected", number(figures.at_the_end.affected)),
        ("incidents", number(figures.incidents)),
        ("minutes", figures.minutes_to_first_mail.to_string()),
        ("seconds", decimal(&seconds, texts.0)),
        ("memory", number(figures.peak_rss_mb)),
    ];
    call.out.line(&with(texts, "demo.summary", &values));
}

/// Where to look, and with which names.
fn guide(call: &Call, context: &Context, port: u16) {
    let values = [
        ("port", port.to_string()),
        ("outbox", context.home.outbox().display().to_string()),
        ("officer", OFFICER.to_string()),
        ("approver", APPROVER.to_string()),
        ("password", PASSWORD.to_string()),
    ];
    for key in ["demo.ready", "demo.sign_in", "demo.outbox", "demo.stop"] {
        call.out.say(&with(call.out.texts, key, &values));
    }
}

fn with(texts: Texts, key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    texts.with(key, &values)
}
