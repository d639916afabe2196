//! Notices on their way to the operators: one row for each notice and operator.
//!
//! ```text
//! due ──claim──▶ claimed ──250──▶ sent
//!  ▲                │ ├── 5xx ──▶ refused
//!  └── later, same Message-ID ◀──┴── anything else, or we were killed
//! ```
//! A notice is told when none of its rows is open. It is tried until it is taken or refused: better twice than never.

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::values;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tuermer_core::channel::Channel;
use tuermer_core::delivery::{Outcome, back_off};
use tuermer_core::ids::DeliveryId;
use tuermer_core::limits::{NOTICE_PAUSE_SECONDS, NOTICES_SHOWN};

/// One notice on its way to one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDelivery {
    /// Our id: made from notice and address.
    pub id: DeliveryId,
    /// Which notice.
    pub notice: String,
    /// To whom: must stand in `[operators] mail` when it leaves.
    pub address: String,
    /// Tries so far.
    pub attempts: i64,
    /// The same on every try.
    pub message_id: String,
}

/// What became of notices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoticesRecorded {
    /// Taken by the next server.
    pub sent: u64,
    /// Refused for good.
    pub refused: u64,
    /// To be tried again.
    pub later: u64,
}

const COLUMNS: &str = "d.id, d.notice_id, d.address, d.attempts, d.message_id";
/// A notice that somebody closed by hand needs no mail any more.
const WANTED: &str = "n.done_by IS NULL OR n.done_by = 'system'";

fn delivery(row: &Row) -> Result<NoticeDelivery> {
    Ok(NoticeDelivery {
        id: DeliveryId(row.text(0)?),
        notice: row.text(1)?,
        address: row.text(2)?,
        attempts: row.int(3)?,
        message_id: row.text(4)?,
    })
}

impl Store {
    /// Writes what is to be sent; one that is there already stays.
    pub async fn plan_notices(&self, planned: &[NoticeDelivery], now: Timestamp) -> Result<()> {
        let rows = planned.iter().map(|planned| {
            let NoticeDelivery {
                id,
                notice,
                address,
                attempts,
                message_id,
            } = planned;
            values![
                id.as_str(),
                notice,
                address,
                "due",
                *attempts,
                now,
                message_id,
                now,
                ""
            ]
        });
        let mut open = self.begin().await?;
        open.insert_many(
            "INSERT INTO notice_delivery (id, notice_id, address, state, attempts, hold_until, message_id, at, detail)",
            rows.collect(),
            "ON CONFLICT DO NOTHING",
        )
        .await?;
        open.commit().await
    }

    /// Notices that are due now, those tried least first.
    pub async fn due_notices(&self, now: Timestamp) -> Result<Vec<NoticeDelivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM notice_delivery d JOIN notice n ON n.id = d.notice_id
             WHERE d.state = 'due' AND d.hold_until <= $1 AND ({WANTED}) ORDER BY d.attempts, d.at, d.id LIMIT $2"
        );
        let rows = self
            .read(&sql, values![now, i64::try_from(NOTICES_SHOWN)?])
            .await?;
        rows.iter().map(delivery).collect()
    }

    /// True where a notice is due now, or was left claimed by somebody who died.
    pub async fn has_due_notices(&self, now: Timestamp) -> Result<bool> {
        let sql = format!(
            "SELECT 1 FROM notice_delivery d JOIN notice n ON n.id = d.notice_id
             WHERE d.state = 'claimed' OR (d.state = 'due' AND d.hold_until <= $1 AND ({WANTED})) LIMIT 1"
        );
        Ok(self.read_one(&sql, values![now]).await?.is_some())
    }

    /// The last words of a server that did not take a notice yet, if one waits.
    pub async fn why_notices_wait(&self) -> Result<Option<String>> {
        let sql = "SELECT detail FROM notice_delivery WHERE state = 'due' AND detail <> '' ORDER BY at DESC LIMIT 1";
        self.read_one(sql, Vec::new())
            .await?
            .map(|row| row.text(0))
            .transpose()
    }
}

/// What a dead process had claimed may have arrived; the same mail goes out again.
pub(crate) async fn unclaim(open: &mut Transaction) -> Result<()> {
    open.run(
        "UPDATE notice_delivery SET state = 'due' WHERE state = 'claimed'",
        Vec::new(),
    )
    .await?;
    Ok(())
}

/// Claims one notice; false where somebody was faster or a person closed it.
pub(crate) async fn claim(open: &mut Transaction, id: &DeliveryId, now: Timestamp) -> Result<bool> {
    let sql = format!(
        "UPDATE notice_delivery SET state = 'claimed', at = $2 WHERE id = $1 AND state = 'due'
         AND EXISTS (SELECT 1 FROM notice n WHERE n.id = notice_id AND ({WANTED}))"
    );
    Ok(open.run(&sql, values![id.as_str(), now]).await? == 1)
}

/// Records how a claim ended (`None`: nothing was handed over), and closes a notice that everybody was told.
pub(crate) async fn record(
    open: &mut Transaction,
    id: &DeliveryId,
    outcome: Option<&Outcome>,
    now: Timestamp,
    recorded: &mut NoticesRecorded,
) -> Result<()> {
    let row = open
        .read_one(
            "SELECT attempts FROM notice_delivery WHERE id = $1 AND state = 'claimed'",
            values![id.as_str()],
        )
        .await?;
    let Some(row) = row else { return Ok(()) };
    let before = row.int(0)?;
    let tried = before.saturating_add(1);
    // Operators are told until they are reached.
    let pause = back_off(Channel::of_operators(false), tried)
        .unwrap_or(SignedDuration::from_secs(NOTICE_PAUSE_SECONDS));
    let later = now.checked_add(pause).unwrap_or(now);
    let (state, attempts, hold_until, detail) = match outcome {
        None => ("due", before, now, ""),
        Some(Outcome::Accepted) => ("sent", tried, now, ""),
        Some(Outcome::Refused(why) | Outcome::Gone(why)) => ("refused", tried, now, why.as_str()),
        Some(Outcome::TryLater { why, .. } | Outcome::Unsure(why)) => {
            ("due", tried, later, why.as_str())
        }
    };
    let counter = match state {
        "sent" => Some(&mut recorded.sent),
        "refused" => Some(&mut recorded.refused),
        _ if outcome.is_some() => Some(&mut recorded.later),
        _ => None,
    };
    if let Some(counter) = counter {
        *counter = counter.saturating_add(1);
    }
    open.run(
        "UPDATE notice_delivery SET state = $2, attempts = $3, hold_until = $4, detail = $5, at = $6 WHERE id = $1",
        values![id.as_str(), state, attempts, hold_until, detail, now],
    )
    .await?;
    open.run(
        "UPDATE notice SET mailed_at = $2 WHERE mailed_at IS NULL AND id = (SELECT notice_id FROM notice_delivery WHERE id = $1)
         AND NOT EXISTS (SELECT 1 FROM notice_delivery d WHERE d.notice_id = notice.id AND d.state IN ('due', 'claimed'))",
        values![id.as_str(), now],
    )
    .await?;
    Ok(())
}
