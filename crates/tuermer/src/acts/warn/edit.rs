//! Changing the words of a warning. Facts (identifiers, versions, product) cannot be changed by hand;
//! any change of a submitted or released warning takes it back to draft.

use super::known;
use crate::acts::allow;
use crate::context::Context;
use crate::refusal::refusal;
use crate::store::ground::journal;
use crate::store::warning::warnings;
use anyhow::{Result, anyhow};
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::rights::{Act, Actor};
use tuermer_core::warning::{Action, WarningText};
use tuermer_formats::wrap::one_line;

/// New words; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextEdit {
    /// Product and deed.
    pub headline: Option<String>,
    /// Second line of the inbox.
    pub preheader: Option<String>,
    /// The sentence to say to the IT provider.
    pub say: Option<String>,
    /// What to do when that is not possible at once.
    pub otherwise: Option<String>,
    /// What to do afterwards.
    pub afterwards: Option<String>,
    /// Who is not affected.
    pub not_affected: Option<String>,
    /// What happened.
    pub what_happened: Option<String>,
    /// Talk: when and how.
    pub talk: Option<String>,
}

/// Changes the text of one language. What is the same changes nothing.
///
/// # Errors
/// The warning is already being handed over, `actor` sent it back, or a text is too long.
pub async fn edit(
    context: &Context,
    number: &WarningNumber,
    language: Language,
    edit: &TextEdit,
    actor: &Actor,
) -> Result<()> {
    allow(actor, Act::EditWarning)?;
    let warning = known(context, number).await?;
    let old = warning.texts.iter().find(|text| text.language == language);
    let old = old.ok_or_else(|| anyhow!("{number} has no text in {}", language.code()))?;
    let (new, fields) = changed(old, edit)?;
    if fields.is_empty() {
        return Ok(());
    }
    warnings::next_state(number, warning.state, Action::Edit)?;
    if context.store.returned_by(number).await?.as_deref() == Some(actor.name()) {
        return Err(refusal("warn.refused_returner", [("number", number)]));
    }
    let mut open = context.store.begin().await?;
    warnings::void(&mut open, number, warning.state).await?;
    warnings::put_text(&mut open, number, &new).await?;
    let detail = format!(
        "{} {}; was {}",
        language.code(),
        fields.join(","),
        warning.state.as_str()
    );
    journal::append(
        &mut open,
        context.now(),
        actor.name(),
        "warning.edited",
        number.as_str(),
        &detail,
    )
    .await?;
    open.commit().await
}

/// The new text and the names of the fields that differ.
fn changed(old: &WarningText, edit: &TextEdit) -> Result<(WarningText, Vec<&'static str>)> {
    let mut new = old.clone();
    let mut fields = Vec::new();
    let TextEdit {
        headline,
        preheader,
        say,
        otherwise,
        afterwards,
        not_affected,
        what_happened,
        talk,
    } = edit;
    let (short, long) = (limits::FIELD_CHARACTERS, limits::NOTE_CHARACTERS);
    for (name, target, value, limit, needed) in [
        ("headline", &mut new.headline, headline, short, true),
        ("preheader", &mut new.preheader, preheader, short, false),
        ("say", &mut new.say, say, short, true),
        ("otherwise", &mut new.otherwise, otherwise, long, false),
        ("afterwards", &mut new.afterwards, afterwards, long, false),
        (
            "not_affected",
            &mut new.not_affected,
            not_affected,
            long,
            false,
        ),
        (
            "what_happened",
            &mut new.what_happened,
            what_happened,
            long,
            false,
        ),
        ("talk", &mut new.talk, talk, short, false),
    ] {
        let Some(value) = value else { continue };
        let value = one_line(value);
        if value.chars().count() > limit {
            return Err(refusal(
                "warn.refused_long",
                [("field", &name), ("most", &limit)],
            ));
        }
        if needed && value.is_empty() {
            return Err(refusal("warn.refused_empty", [("field", &name)]));
        }
        if *target != value {
            *target = value;
            fields.push(name);
        }
    }
    Ok((new, fields))
}
