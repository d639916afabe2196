//! Forgets what has served its time: once a day the raw lines of reports, and the lines that could not be read.
//!
//! What was made of a line (the sign, whose it is, the verdict) stays with its document; only the copy of the line goes.

use crate::context::Context;
use crate::store::ground::journal;
use crate::store::ground::meta;
use crate::store::signs::counts;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ForgetReport {
    /// Parts of raw lines.
    pub parts: u64,
    /// Lines that could not be read.
    pub malformed: u64,
}

adds_up!(ForgetReport: parts, malformed);

/// The day on which it was done last.
const KEY: &str = "forget.day";

fn today(context: &Context) -> String {
    context.now().to_zoned(context.zone()).date().to_string()
}

/// True where it was not done today.
///
/// # Errors
/// The database does not answer.
pub(super) async fn has_gap(context: &Context) -> Result<bool> {
    Ok(context.store.meta(KEY).await?.as_deref() != Some(today(context).as_str()))
}

/// Forgets, if that was not done today.
///
/// # Errors
/// The store cannot be read or written.
pub async fn run(context: &Context) -> Result<ForgetReport> {
    let now = context.now();
    let today = today(context);
    if context.store.meta(KEY).await?.as_deref() == Some(today.as_str()) {
        return Ok(ForgetReport::default());
    }
    // More days than there are means never.
    let before = |days: u32| {
        now.checked_sub(SignedDuration::from_hours(
            i64::from(days).saturating_mul(24),
        ))
        .unwrap_or(Timestamp::MIN)
    };
    let kept = &context.config.signs;
    let mut open = context.store.begin().await?;
    let report = ForgetReport {
        parts: counts::forget_lines(&mut open, before(kept.lines_days)).await?,
        malformed: counts::forget_malformed(&mut open, before(kept.malformed_days)).await?,
    };
    if report != ForgetReport::default() {
        journal::append(
            &mut open,
            now,
            "system",
            "signs.forgotten",
            "",
            &format!(
                "{} parts of lines, {} unreadable lines",
                report.parts, report.malformed
            ),
        )
        .await?;
    }
    meta::set(&mut open, KEY, &today).await?;
    open.commit().await?;
    Ok(report)
}
