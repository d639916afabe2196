//! `tuermer policy`: the decision table of deadlines that is in force, and whether a file could replace it.

use super::{Call, Exit};
use crate::policy;
use crate::views::ErrorView;
use crate::views::policy::{PolicyRowView, PolicyView};
use anyhow::Result;
use std::path::PathBuf;
use tuermer_core::urgency::{PolicyRow, UrgencyPolicy};
use tuermer_formats::urgency_policy::{default_text, outcome_key};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// The table in force, row by row.
    Show,
    /// Whether a file could replace it.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// The file of the default table, as a pattern for one's own.
    Pattern,
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    match verb {
        Verb::Show => {
            let own = call.home().is_ok_and(|home| home.config().exists());
            let policy = if own {
                call.open().await?.policy
            } else {
                policy::standard()?
            };
            show(call, &policy)
        }
        Verb::Check { file } => check(call, &file),
        Verb::Pattern => {
            call.out.line(default_text().trim_end());
            Ok(Exit::Ok)
        }
    }
}

fn show(call: &Call, policy: &UrgencyPolicy) -> Result<Exit> {
    let UrgencyPolicy {
        name,
        version,
        source,
        rows,
        lifts,
        due_dates,
    } = policy;
    let texts = call.out.texts;
    if !call.out.json {
        call.out.line(&texts.with(
            "policy.head",
            &[("name", name), ("version", version), ("source", source)],
        ));
    }
    for (lift, row) in rows
        .iter()
        .map(|row| (false, row))
        .chain(lifts.iter().map(|row| (true, row)))
    {
        let PolicyRow {
            id,
            inputs,
            level_at_least,
            epss_at_least: _,
            outcome,
        } = row;
        if call.out.json {
            call.out.object(&PolicyRowView::new(policy, row, lift))?;
            continue;
        }
        let sign = |wanted: &Option<bool>| {
            wanted.map_or("·".to_string(), |yes| {
                texts.get(if yes { "verdict.yes" } else { "verdict.no" })
            })
        };
        let answers: Vec<String> = inputs
            .iter()
            .map(|wanted| format!("{:<5}", sign(wanted)))
            .collect();
        let level = level_at_least.map_or_else(String::new, |level| {
            texts.with("policy.level", &[("level", &level.number().to_string())])
        });
        let deadline = texts.get(&format!("verdict.urgency_{}", outcome.as_str()));
        call.out.line(
            format!(
                "{id:<14} {} {:<6} {deadline}  {level}",
                answers.concat(),
                outcome_key(*outcome)
            )
            .trim_end(),
        );
    }
    if *due_dates && !call.out.json {
        call.out.line(&texts.get("policy.due_dates"));
    }
    Ok(Exit::Ok)
}

fn check(call: &Call, file: &std::path::Path) -> Result<Exit> {
    match policy::from_file(file) {
        Ok(policy) => {
            let rows = policy.rows.len().to_string();
            if call.out.json {
                call.out.object(&PolicyView::from(&policy))?;
            } else {
                call.out.line(&call.out.texts.with(
                    "policy.fine",
                    &[
                        ("name", &policy.name),
                        ("version", &policy.version),
                        ("rows", &rows),
                    ],
                ));
            }
            Ok(Exit::Ok)
        }
        Err(error) => {
            let sentence = policy::told(&error, call.out.texts);
            if call.out.json {
                call.out.object(&ErrorView { error: &sentence })?;
            }
            call.out.say(&sentence);
            Ok(Exit::Failed)
        }
    }
}
