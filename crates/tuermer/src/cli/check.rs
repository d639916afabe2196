//! `tuermer check`: the same check of a company's own server as the small program `tuermer-check`, and our key for its reports.

use super::{Call, Exit};
use crate::acts::key::report_key;
use crate::config::Home;
use crate::views::setup::ReportKeyView;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use tuermer_check::{cli, say, seal};
use tuermer_core::limits;
use tuermer_core::rights::Actor;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Checks an Exchange server, or its copied logs, for traces of a break-in; offline, changes nothing.
    ///
    /// Ends with 0 nothing found, 1 failed, 3 traces of a break-in, 4 a weakness or an attempt, 5 nothing read that tells anything.
    Exchange(Box<cli::Check>),
    /// Shows the public key to which reports are sealed; makes the pair where there is none yet.
    Key,
    /// Opens a sealed report and shows what is in it.
    Open {
        /// The sealed report.
        report: PathBuf,
    },
}

/// Runs it.
pub fn run(call: &Call, Args { command }: Args) -> Result<u8> {
    match command {
        Command::Exchange(check) => {
            let language = say::Language(call.out.texts.0);
            Ok(check.run(call.out.json, language)? as u8)
        }
        Command::Key => key(call, &call.home()?).map(|exit| exit as u8),
        Command::Open { report } => open(call, &call.home()?, &report).map(|exit| exit as u8),
    }
}

fn key(call: &Call, home: &Home) -> Result<Exit> {
    let (public, made) = report_key(home, &Actor::Shell)?;
    if made {
        let path = home.report_key().display().to_string();
        call.out
            .say(&call.out.texts.with("check.key_made", &[("path", &path)]));
    }
    if call.out.json {
        call.out.object(&ReportKeyView {
            public_key: &public,
        })?
    } else {
        call.out.line(&public)
    }
    call.out
        .say(&call.out.texts.with("check.key_use", &[("key", &public)]));
    Ok(Exit::Ok)
}

fn open(call: &Call, home: &Home, report: &std::path::Path) -> Result<Exit> {
    let size = std::fs::metadata(report)
        .with_context(|| format!("cannot read {}", report.display()))?
        .len();
    if size > limits::SEALED_REPORT_BYTES {
        anyhow::bail!(
            "{}: more than {} bytes",
            report.display(),
            limits::SEALED_REPORT_BYTES
        );
    }
    let key = std::fs::read_to_string(home.report_key())
        .map_err(|_| crate::refusal::refusal("threat.ingest_check_no_key", []))?;
    let opened =
        seal::open(&std::fs::read(report)?, &key).with_context(|| report.display().to_string())?;
    call.out.line(&String::from_utf8_lossy(&opened));
    Ok(Exit::Ok)
}
