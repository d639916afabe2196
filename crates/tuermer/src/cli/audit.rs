//! `tuermer audit`: the journal, and whether its chain is whole.

use super::{Call, Exit};
use crate::store::ground::journal::Chain;
use anyhow::Result;
use serde_json::json;
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
                        call.out.object(&json!({
                            "seq": entry.seq,
                            "at": entry.at.to_string(),
                            "actor": entry.actor,
                            "action": entry.action,
                            "subject": entry.subject,
                            "detail": entry.detail,
                            "hash": entry.hash,
                        }))?;
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
            match context.store.verify_journal().await? {
                Chain::Whole { entries, last_hash } => {
                    if out.json {
                        out.object(
                            &json!({"whole": true, "entries": entries, "last_hash": last_hash}),
                        )?;
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
                    if out.json {
                        out.object(&json!({"whole": false, "broken_at": seq}))?;
                    }
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
