//! `tuermer audit`: the journal, and whether its chain is whole.

use super::{Call, Exit};
use crate::store::ground::journal::Chain;
use crate::views::journal::{ChainView, JournalEntryView};
use anyhow::Result;
use tuermer_core::limits::PAGE_ROWS;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Every entry, oldest first.
    List,
    /// Check every entry against the one before.
    Verify,
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    match verb {
        Verb::List => {
            let mut after = 0;
            loop {
                let page = context.store.journal(after, PAGE_ROWS).await?;
                let Some(last) = page.last() else {
                    return Ok(Exit::Ok);
                };
                after = last.seq;
                for entry in &page {
                    if call.out.json {
                        call.out.object(&JournalEntryView::from(entry))?;
                    } else {
                        call.out.line(&format!(
                            "{:>6}  {}  {:<12}  {:<24}  {}  {}",
                            entry.seq,
                            entry.at,
                            entry.actor,
                            entry.action,
                            entry.subject,
                            entry.detail
                        ));
                    }
                }
            }
        }
        Verb::Verify => {
            let out = &call.out;
            let chain = context.store.verify_journal().await?;
            if out.json {
                out.object(&ChainView::from(&chain))?;
            }
            match chain {
                Chain::Whole { entries, last_hash } => {
                    if out.json {
                        return Ok(Exit::Ok);
                    }
                    out.line(&out.texts.with(
                        "warn.audit_whole",
                        &[("entries", &entries.to_string()), ("hash", &last_hash)],
                    ));
                    out.say(&out.texts.get("warn.audit_tail"));
                    Ok(Exit::Ok)
                }
                Chain::Broken { seq } => {
                    out.say(
                        &out.texts
                            .with("warn.audit_broken", &[("seq", &seq.to_string())]),
                    );
                    Ok(Exit::Failed)
                }
            }
        }
    }
}
