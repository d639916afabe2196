//! The rules revision: which verdicts the rules of this program give, as a hash over the core's golden table.
//!
//! A program that judges otherwise than the one before it makes every threat due. When all were judged again it says how
//! many verdicts say something else now: in the answer of `run --once`, in the journal and on `/betrieb`. Verdicts are all
//! that is written: a warning that was submitted or released keeps its frozen audience, and no mail or draft arises.

use crate::context::Context;
use crate::store::documents::threats;
use crate::store::ground::engine::Transaction;
use crate::store::ground::{journal, meta};
use crate::store::verdicts::writing::Written;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use tuermer_core::golden;

/// The revision under which every threat was made due last.
const REVISION: &str = "judged.rules";
/// What was counted so far, while threats are judged again; empty = no such thing is under way.
const UNDER_WAY: &str = "judged.rules_under_way";
/// What came of it last.
const LAST: &str = "judged.rules_last";

/// What came of judging everything again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejudged {
    /// Verdicts there are.
    pub judged: u64,
    /// Of these, verdicts that say something else than before, are new, or went away.
    pub changed: u64,
    /// When the last one was judged; `None` while it is under way.
    pub at: Option<Timestamp>,
}

/// The revision of this program.
fn revision() -> &'static str {
    static REVISION: LazyLock<String> =
        LazyLock::new(|| crate::keys::sha256(golden::table().as_bytes()));
    &REVISION
}

/// Makes every threat due where the rules are not those of the last program.
///
/// # Errors
/// The store cannot be read or written.
pub(super) async fn follow(context: &Context) -> Result<()> {
    if context.store.meta(REVISION).await?.as_deref() == Some(revision()) {
        return Ok(());
    }
    let mut open = context.store.begin().await?;
    meta::set(&mut open, REVISION, revision()).await?;
    if context.store.has_verdicts().await? {
        threats::raise_all(&mut open).await?;
        write(&mut open, UNDER_WAY, Some(Rejudged::default())).await?;
        journal::append(
            &mut open,
            context.now(),
            "system",
            "rules.changed",
            revision(),
            "",
        )
        .await?;
    }
    open.commit().await
}

/// What was counted so far, where everything is being judged again.
///
/// # Errors
/// The store cannot be read.
pub async fn under_way(context: &Context) -> Result<Option<Rejudged>> {
    read(context, UNDER_WAY).await
}

/// What came of it the last time the rules changed; `None` where they never did.
///
/// # Errors
/// The store cannot be read.
pub async fn last(context: &Context) -> Result<Option<Rejudged>> {
    read(context, LAST).await
}

/// Adds the verdicts of one threat, in the transaction that writes them.
pub(super) async fn count(
    open: &mut Transaction,
    counted: &mut Rejudged,
    written: Written,
) -> Result<()> {
    counted.judged = counted.judged.saturating_add(written.judged);
    counted.changed = counted.changed.saturating_add(written.otherwise);
    write(open, UNDER_WAY, Some(*counted)).await
}

/// Everything is judged again, if that was under way: says how many verdicts changed.
///
/// # Errors
/// The store cannot be written.
pub(super) async fn finish(context: &Context, counted: Option<Rejudged>) -> Result<()> {
    let Some(counted) = counted else {
        return Ok(());
    };
    let now = context.now();
    let Rejudged {
        judged, changed, ..
    } = counted;
    let done = Rejudged {
        at: Some(now),
        ..counted
    };
    let mut open = context.store.begin().await?;
    write(&mut open, UNDER_WAY, None).await?;
    write(&mut open, LAST, Some(done)).await?;
    let detail = format!("{changed} of {judged} verdicts changed");
    journal::append(
        &mut open,
        now,
        "system",
        "rules.judged",
        revision(),
        &detail,
    )
    .await?;
    open.commit().await?;
    tracing::info!(
        judged,
        changed,
        "every threat was judged again, because the rules changed"
    );
    Ok(())
}

async fn write(open: &mut Transaction, key: &str, counted: Option<Rejudged>) -> Result<()> {
    let text = counted
        .map(|counted| serde_json::to_string(&counted))
        .transpose()?;
    meta::set(open, key, &text.unwrap_or_default()).await
}

async fn read(context: &Context, key: &str) -> Result<Option<Rejudged>> {
    let text = context
        .store
        .meta(key)
        .await?
        .filter(|text| !text.is_empty());
    text.map(|text| serde_json::from_str(&text).with_context(|| format!("meta {key} holds {text}")))
        .transpose()
}
