//! The command line: nouns, then verbs. Exit codes 0 ok, 1 failed, 2 usage, 3 nothing found, 4 needs approval, 5 partial.

// The data directory and the whole program.
pub mod bench;
pub mod demo;
pub mod init;
pub mod run;
pub mod serve;
pub mod status;

// What comes in: lists, files, sources, and what people report.
pub mod check;
pub mod feed;
pub mod import;
pub mod ingest;
pub mod reading;
pub mod report;

// What is known: members, threats, signs, packs, deadlines.
pub mod member;
pub mod pack;
pub mod policy;
pub mod sign;
pub mod threat;
pub mod urgency;

// What follows from it: who is affected, and why.
pub mod explain;
pub mod exposure;
pub mod matching;
pub mod picture;

// What people do: warn, follow up, sign in, look back.
pub mod audit;
pub mod delivery;
pub mod notice;
pub mod task;
pub mod user;
pub mod warn;

// What the verbs share.
pub mod output;
pub mod sign_in;

use crate::clock::Clock;
use crate::config::{Config, Home};
use crate::context::Context;
use crate::keys::Keys;
use crate::outgoing::FetchError;
use crate::random::Random;
use crate::refusal::{Refusal, refusal_words, wrong_call};
use crate::store::Store;
use crate::text::Texts;
use crate::views::ErrorView;
use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use output::Output;
use std::path::PathBuf;
use std::sync::Arc;
use tuermer_core::locale::Language;

/// What a call ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0
    Ok = 0,
    /// 1
    Failed = 1,
    /// 2
    Usage = 2,
    /// 3
    NothingFound = 3,
    /// 4
    NeedsApproval = 4,
    /// 5
    Partial = 5,
}

/// Early-warning system for the companies of a region.
#[derive(Debug, Parser)]
#[command(name = "tuermer", version, propagate_version = true)]
pub struct Cli {
    /// Data directory made with `tuermer init` (or TUERMER_DATA).
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// PostgreSQL URL instead of the embedded database.
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// One JSON object a line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Never ask; fail instead.
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Language of sentences: de or en.
    #[arg(long, global = true, value_name = "de|en")]
    pub lang: Option<String>,
    /// A simulated now (RFC 3339); only in a data directory made with `init --drill`.
    #[arg(long, global = true, value_name = "TIME")]
    pub at: Option<jiff::Timestamp>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Nouns and verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play March 2021 in an invented region and show the result.
    Demo(demo::Args),
    /// Make a data directory.
    Init(init::Args),
    /// Serve the pages and run the stations.
    Serve(serve::Args),
    /// Run the stations.
    Run(run::Args),
    /// How things stand.
    Status(status::Args),
    /// Read members, providers, inventory or networks from a file.
    Import(import::Args),
    /// Look at members and providers.
    Member(member::Args),
    /// Read advisories, catalogues and reports from files.
    Ingest(ingest::Args),
    /// Check a company's own server for traces of a break-in.
    Check(check::Args),
    /// Sources that are asked by themselves.
    Feed(feed::Args),
    /// What the analyst's feeds told.
    Reading(reading::Args),
    /// What we warn about.
    Threat(threat::Args),
    /// Signs of attack.
    Sign(sign::Args),
    /// What people reported.
    Report(report::Args),
    /// Build packs.
    Pack(pack::Args),
    /// The table of deadlines.
    Policy(policy::Args),
    /// Who is affected.
    Exposure(exposure::Args),
    /// Why (not) affected.
    Explain(explain::Args),
    /// Which advisory matches which asset, and how far remedies have come.
    Match(matching::Args),
    /// Write, approve, send and stop warnings.
    Warn(warn::Args),
    /// Who was reached.
    Delivery(delivery::Args),
    /// The numbers of the situation.
    Picture(picture::Args),
    /// What the operators were told.
    Notice(notice::Args),
    /// What a person must do.
    Task(task::Args),
    /// People who sign in.
    User(user::Args),
    /// The journal.
    Audit(audit::Args),
    /// Measure speed and memory.
    Bench(bench::Args),
}

/// One call: how it speaks and where its data lies.
pub struct Call {
    /// How it speaks.
    pub out: Output,
    /// `--data` or TUERMER_DATA.
    pub data: Option<PathBuf>,
    /// `--database`.
    pub database: Option<String>,
    /// `--at`.
    pub at: Option<jiff::Timestamp>,
}

impl Call {
    /// The data directory, or an error that says how to name one.
    pub fn home(&self) -> Result<Home> {
        match &self.data {
            Some(path) => Ok(Home(path.clone())),
            None => Err(wrong_call("general.no_data", [])),
        }
    }

    /// Opens the data directory.
    pub async fn open(&self) -> Result<Context> {
        let home = self.home()?;
        let config = Config::read(&home.config())?;
        let keys = Keys::read(&home.key())?;
        let policy = self.policy(&config, &home)?;
        let system = Clock::System;
        let url = self
            .database
            .clone()
            .unwrap_or_else(|| config.store.url.clone());
        let store = if url.is_empty() {
            Store::open_file(&home.database(), false, system.now()).await?
        } else {
            Store::open_url(&url, system.now()).await?
        };
        let drill = store.meta("drill").await?.as_deref() == Some("true");
        let clock = match self.at {
            Some(_) if !drill => return Err(wrong_call("general.at_needs_drill", [])),
            Some(at) => Clock::simulated(at),
            None => system,
        };
        Ok(Context {
            store,
            clock,
            random: Random::System,
            keys,
            policy,
            config: Arc::new(config),
            home,
            drill,
            demo: false,
        })
    }

    /// The policy of deadlines. A file with a mistake is told, and the default stays: no deadline must fail for it.
    fn policy(
        &self,
        config: &Config,
        home: &Home,
    ) -> Result<Arc<tuermer_core::urgency::UrgencyPolicy>> {
        match crate::policy::configured(config, home) {
            Ok(Some(policy)) => Ok(policy),
            Ok(None) => crate::policy::standard(),
            Err(error) => {
                self.out.say(&self.out.texts.with(
                    "policy.default_stays",
                    &[("error", &crate::policy::told(&error, self.out.texts))],
                ));
                crate::policy::standard()
            }
        }
    }
}

/// Language from `--lang`, else `LC_ALL`/`LC_MESSAGES`/`LANG`, else German.
fn language(option: Option<&str>) -> Result<Language> {
    if let Some(text) = option {
        return Language::parse(text).ok_or_else(|| wrong_call("general.lang", [("lang", &text)]));
    }
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|text| !text.is_empty()));
    Ok(set
        .and_then(|text| Language::parse(&text))
        .unwrap_or_default())
}

/// Runs one call and gives its exit code.
///
/// # Errors
/// What stopped it.
pub async fn run(cli: Cli) -> Result<u8> {
    if let Some(defect) = tuermer_formats::build_pack::defect() {
        bail!("this program is broken, do not use it: {defect}");
    }
    if let Some(defect) = tuermer_formats::urgency_policy::defect() {
        bail!("this program is broken, do not use it: {defect}");
    }
    let Cli {
        data,
        database,
        json,
        no_input,
        lang,
        at,
        command,
    } = cli;
    let texts = Texts(language(lang.as_deref())?);
    let data = data.or_else(|| {
        std::env::var_os("TUERMER_DATA")
            .filter(|text| !text.is_empty())
            .map(PathBuf::from)
    });
    let call = Call {
        out: Output {
            json,
            texts,
            no_input,
        },
        data,
        database,
        at,
    };
    let exit = match command {
        Command::Demo(args) => demo::run(&call, args).await,
        Command::Init(args) => init::run(&call, args).await,
        Command::Serve(args) => serve::run(&call, args).await,
        Command::Run(args) => run::run(&call, args).await,
        Command::Status(args) => status::run(&call, args).await,
        Command::Import(args) => import::run(&call, args).await,
        Command::Member(args) => member::run(&call, args).await,
        Command::Ingest(args) => ingest::run(&call, args).await,
        // Its codes are those of the small program.
        Command::Check(args) => return check::run(&call, args),
        Command::Feed(args) => feed::run(&call, args).await,
        Command::Reading(args) => reading::run(&call, args).await,
        Command::Threat(args) => threat::run(&call, args).await,
        Command::Sign(args) => sign::run(&call, args).await,
        Command::Report(args) => report::run(&call, args).await,
        Command::Pack(args) => pack::run(&call, args).await,
        Command::Policy(args) => policy::run(&call, args).await,
        Command::Exposure(args) => exposure::run(&call, args).await,
        Command::Explain(args) => explain::run(&call, args).await,
        Command::Match(args) => matching::run(&call, args).await,
        Command::Warn(args) => warn::run(&call, args).await,
        Command::Delivery(args) => delivery::run(&call, args).await,
        Command::Picture(args) => picture::run(&call, args).await,
        Command::Notice(args) => notice::run(&call, args).await,
        Command::Task(args) => task::run(&call, args).await,
        Command::User(args) => user::run(&call, args).await,
        Command::Audit(args) => audit::run(&call, args).await,
        Command::Bench(args) => bench::run(&call, args).await,
    };
    Ok(exit? as u8)
}

/// Says what went wrong, once, where it ends: the sentence, then its causes. Gives the exit code.
pub fn report(error: &anyhow::Error, json: bool, lang: Option<&str>) -> Exit {
    let texts = Texts(language(lang).unwrap_or_default());
    let mut sentence = String::new();
    // The drivers say it at any statement, not only at the last one.
    let full = error.chain().any(|cause| {
        cause.to_string().contains("disk is full") || cause.to_string().contains("No space left")
    });
    if full {
        sentence.push_str(&texts.get("general.not_written"));
    }
    let fetched = error.downcast_ref::<FetchError>().map(FetchError::sentence);
    let told = error.downcast_ref::<Refusal>().or(fetched.as_ref());
    let english = error.downcast_ref::<FetchError>().map(ToString::to_string);
    let in_english = english.as_ref();
    for cause in error.chain().map(ToString::to_string) {
        // A sentence given as context is no link of its own in the chain; it is known by its text.
        let cause = told
            .filter(|told| told.to_string() == cause || in_english == Some(&cause))
            .map_or_else(|| cause.clone(), |told| refusal_words(told, texts));
        if !sentence.contains(&cause) {
            sentence.push_str(if sentence.is_empty() { "" } else { ": " });
            sentence.push_str(&cause);
        }
    }
    let out = Output {
        json,
        texts,
        no_input: true,
    };
    if json {
        // The object is two strings; if stdout is closed there is nobody left to tell.
        let _ = out.object(&ErrorView { error: &sentence });
    }
    out.say(&sentence);
    if told.is_some_and(|told| told.wrong_call) {
        Exit::Usage
    } else {
        Exit::Failed
    }
}
