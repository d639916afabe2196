//! Changes of a warning's state. Each is guarded by the state it came from, so that of two people at two desks one wins;
//! the rule of two people also stands in the schema.

use crate::ground::engine::Transaction;
use crate::refusal::refusal;
use crate::values;
use crate::warning::{approvals, recipients};
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::WarningNumber;
use tuermer_core::warning::{Action, Form, WarningState};

/// The state after `action`, or a sentence that says why not.
pub fn next_state(
    number: &WarningNumber,
    state: WarningState,
    action: Action,
) -> Result<WarningState> {
    state.after(action).ok_or_else(|| {
        refusal(
            "warn.refused_state",
            [("number", number), ("state", &state.as_str())],
        )
    })
}

/// Refuses where the guard of an update found no row: somebody else was faster.
fn changed(number: &WarningNumber, touched: u64) -> Result<()> {
    if touched != 1 {
        return Err(refusal("warn.refused_meanwhile", [("number", number)]));
    }
    Ok(())
}

/// Takes a warning back to draft: submission, approval, audience and planned deliveries fall.
pub async fn void(
    open: &mut Transaction,
    number: &WarningNumber,
    from: WarningState,
) -> Result<()> {
    let sql = "SELECT COUNT(*) FROM delivery WHERE warning_number = $1 AND (attempts > 0 OR state NOT IN ('due', 'to_call'))";
    if open
        .read_one(sql, values![number.as_str()])
        .await?
        .map_or(Ok(0), |row| row.int(0))?
        > 0
    {
        return Err(refusal("warn.refused_leaving", [("number", number)]));
    }
    let sql = "UPDATE warning SET state = 'draft', submitted_by = NULL, submitted_at = NULL, approved_by = NULL, approved_at = NULL,
               content_hash = NULL, approved_hash = NULL, audience = 0 WHERE number = $1 AND state = $2";
    changed(
        number,
        open.run(sql, values![number.as_str(), from.as_str()])
            .await?,
    )?;
    open.run(
        "DELETE FROM delivery WHERE warning_number = $1",
        values![number.as_str()],
    )
    .await?;
    recipients::remove(open, number).await?;
    approvals::remove(open, number).await
}

/// Marks a warning submitted.
pub async fn submitted(
    open: &mut Transaction,
    number: &WarningNumber,
    from: WarningState,
    actor: &str,
    hash: &str,
    audience: u64,
    at: Timestamp,
) -> Result<()> {
    let sql = "UPDATE warning SET state = 'submitted', submitted_by = $1, submitted_at = $2, content_hash = $3, audience = $4, return_reason = NULL, form = $7 WHERE number = $5 AND state = $6";
    changed(
        number,
        open.run(
            sql,
            values![
                actor,
                at,
                hash,
                i64::try_from(audience)?,
                number.as_str(),
                from.as_str(),
                Form::NEWEST.number()
            ],
        )
        .await?,
    )
}

/// Marks a warning approved; its approval must stand already.
pub async fn approved(
    open: &mut Transaction,
    number: &WarningNumber,
    approver: &str,
    hash: &str,
    at: Timestamp,
) -> Result<()> {
    let sql = "UPDATE warning SET state = 'approved', approved_by = $1, approved_at = $2, approved_hash = $3
               WHERE number = $4 AND state = 'submitted' AND content_hash = $3 AND submitted_by <> $1";
    changed(
        number,
        open.run(sql, values![approver, at, hash, number.as_str()])
            .await?,
    )
}

/// Marks a warning sent back.
pub async fn returned(open: &mut Transaction, number: &WarningNumber, reason: &str) -> Result<()> {
    let sql = "UPDATE warning SET state = 'returned', return_reason = $1, content_hash = NULL, submitted_by = NULL, submitted_at = NULL, audience = 0
               WHERE number = $2 AND state = 'submitted'";
    changed(
        number,
        open.run(sql, values![reason, number.as_str()]).await?,
    )?;
    recipients::remove(open, number).await
}

/// Stops a warning and everything of it that has not left.
pub async fn stopped(open: &mut Transaction, number: &WarningNumber, at: Timestamp) -> Result<u64> {
    // The approval falls too: nothing can take a stopped warning back to sending. A stop must not lose
    // against the dispatcher that starts at the same moment, so it takes any state that can be stopped.
    let sql = "UPDATE warning SET state = 'stopped', stopped_at = $1, approved_hash = NULL WHERE number = $2 AND state NOT IN ('done', 'stopped')";
    changed(number, open.run(sql, values![at, number.as_str()]).await?)?;
    approvals::remove(open, number).await?;
    // The count of unsure tries stays, so a correction still reaches whoever may have got it.
    let sql = "UPDATE delivery SET state = 'stopped', at = $1, detail = CASE WHEN state = 'unsure' THEN 'unsure before the stop' ELSE detail END
               WHERE warning_number = $2 AND state IN ('due', 'unsure', 'to_call')";
    open.run(sql, values![at, number.as_str()]).await
}
