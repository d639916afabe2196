//! `tuermer warn edit`: other words for a warning, by a person who proves who it is.

use super::super::sign_in::Actor;
use super::super::{Call, Exit};
use super::find;
use crate::acts::warn::{self, TextEdit};
use crate::context::Context;
use crate::views::warning::WarningStepView;
use anyhow::{Result, bail};

/// New words; identifiers and versions are facts and cannot be given.
#[derive(Debug, clap::Args)]
pub struct Words {
    /// Product and deed.
    #[arg(long)]
    headline: Option<String>,
    /// Second line of the inbox.
    #[arg(long)]
    preheader: Option<String>,
    /// The sentence to say to the IT provider.
    #[arg(long)]
    say: Option<String>,
    /// What to do when that is not possible at once.
    #[arg(long)]
    otherwise: Option<String>,
    /// What to do afterwards.
    #[arg(long)]
    afterwards: Option<String>,
    /// Who is not affected.
    #[arg(long)]
    not_affected: Option<String>,
    /// What happened.
    #[arg(long)]
    what_happened: Option<String>,
    /// Talk: when and how.
    #[arg(long)]
    talk: Option<String>,
}

impl Words {
    fn edit(self) -> TextEdit {
        let Self {
            headline,
            preheader,
            say,
            otherwise,
            afterwards,
            not_affected,
            what_happened,
            talk,
        } = self;
        TextEdit {
            headline,
            preheader,
            say,
            otherwise,
            afterwards,
            not_affected,
            what_happened,
            talk,
        }
    }
}

/// Replaces words of one language; what was submitted or released with the old ones is void.
pub async fn edit(
    call: &Call,
    context: &Context,
    number: &str,
    words: Words,
    actor: &Actor,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let edit = words.edit();
    if edit == TextEdit::default() {
        bail!("{}", call.out.texts.get("warn.nothing_to_edit"));
    }
    let language = call.out.texts.0;
    warn::edit(context, &warning.number, language, &edit, &actor).await?;
    let state = context
        .store
        .warning(&warning.number)
        .await?
        .map_or(warning.state, |warning| warning.state);
    let number = warning.number.as_str();
    let key = if state == warning.state {
        "warn.edited"
    } else {
        "warn.edited_voided"
    };
    let language = language.code();
    if call.out.json {
        call.out.object(&WarningStepView {
            number,
            language: Some(language),
            state: Some(state.as_str()),
            ..WarningStepView::default()
        })?;
    }
    let values = [("number", number), ("language", language)];
    call.out.say(&call.out.texts.with(key, &values));
    Ok(Exit::Ok)
}
