//! Deliveries as rows: what is due, who claimed it, what came of it.
//!
//! Claims and outcomes are written in groups, one transaction for all connections that wait.

mod listing;
mod outcomes;

pub use listing::{Call, Filter, Line, Tried};
pub use outcomes::{Claim, Finished, Record, Recorded};

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::ground::journal;
use crate::people::notice_deliveries;
use crate::values;
use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;
use tuermer_core::delivery::{Delivery, DeliveryState, Outcome};
use tuermer_core::ids::{DeliveryId, OrganisationId, PointId, WarningNumber};
use tuermer_core::limits;
use tuermer_core::warning::{Action, Channel, WarningState};

const COLUMNS: &str = "d.id, d.warning_number, d.organisation_id, d.channel, d.round, d.address, d.state, d.attempts, d.unsure_count, d.hold_until, d.message_id, d.at, d.detail, d.point_id";

/// A delivery from a row of [`COLUMNS`].
fn delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: DeliveryId(row.text(0)?),
        warning: WarningNumber(row.text(1)?),
        organisation: OrganisationId(row.text(2)?),
        channel: row.word(3, "delivery.channel", Channel::parse)?,
        round: row.int(4)?,
        address: row.text(5)?,
        state: row.word(6, "delivery.state", DeliveryState::parse)?,
        attempts: row.int(7)?,
        unsure_count: row.int(8)?,
        hold_until: row.time(9)?,
        message_id: row.text(10)?,
        at: row.time(11)?,
        detail: row.text(12)?,
        point: PointId(row.text(13)?),
    })
}

impl Store {
    /// Warnings that two people released and that are not over.
    pub async fn warnings_to_send(&self) -> Result<Vec<(WarningNumber, WarningState)>> {
        let rows = self.read("SELECT number, state FROM warning WHERE state IN ('approved', 'sending') ORDER BY number", Vec::new()).await?;
        rows.iter()
            .map(|row| {
                Ok((
                    WarningNumber(row.text(0)?),
                    row.word(1, "warning.state", WarningState::parse)?,
                ))
            })
            .collect()
    }

    /// Warnings whose mails may leave at this moment.
    pub async fn warnings_sending(&self) -> Result<Vec<WarningNumber>> {
        let rows = self
            .read(
                "SELECT number FROM warning WHERE state = 'sending'",
                Vec::new(),
            )
            .await?;
        rows.iter()
            .map(|row| Ok(WarningNumber(row.text(0)?)))
            .collect()
    }

    /// Approved → sending; nothing where somebody was faster.
    pub async fn start_warning(&self, number: &WarningNumber, now: Timestamp) -> Result<()> {
        self.step_warning(number, Action::Start, "started_at", now)
            .await
    }

    /// Sending → done, where nothing of it is open any more.
    pub async fn finish_warning(&self, number: &WarningNumber, now: Timestamp) -> Result<()> {
        let open = "SELECT 1 FROM delivery WHERE warning_number = $1 AND state IN ('due', 'claimed', 'unsure') LIMIT 1";
        if self
            .read_one(open, values![number.as_str()])
            .await?
            .is_none()
        {
            self.step_warning(number, Action::Finish, "finished_at", now)
                .await?;
        }
        Ok(())
    }

    async fn step_warning(
        &self,
        number: &WarningNumber,
        action: Action,
        column: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut open = self.begin().await?;
        let Some(row) = open
            .read_one(
                "SELECT state FROM warning WHERE number = $1",
                values![number.as_str()],
            )
            .await?
        else {
            return Ok(());
        };
        let state = row.word(0, "warning.state", WarningState::parse)?;
        let Some((state, next)) = state
            .after(action)
            .map(|next| (state, next))
            .filter(|(state, next)| state != next)
        else {
            return Ok(());
        };
        let sql = format!(
            "UPDATE warning SET state = $2, {column} = $3 WHERE number = $1 AND state = $4"
        );
        if open
            .run(
                &sql,
                values![number.as_str(), next.as_str(), now, state.as_str()],
            )
            .await?
            == 1
        {
            let detail = counts(&mut open, number).await?;
            journal::append(
                &mut open,
                now,
                "system",
                &format!("warning.{}", next.as_str()),
                number.as_str(),
                &detail,
            )
            .await?;
        }
        open.commit().await
    }

    /// One page of what is due of a warning in `state`, in order of ids after `after`; true = to somebody who was broken into.
    pub async fn due_deliveries(
        &self,
        warning: &WarningNumber,
        channel: Channel,
        state: DeliveryState,
        now: Timestamp,
        after: &str,
    ) -> Result<Vec<(Delivery, bool)>> {
        let sql = format!(
            "SELECT {COLUMNS}, COALESCE(r.incident, FALSE) FROM delivery d
             LEFT JOIN recipient r ON r.warning_number = d.warning_number AND r.organisation_id = d.organisation_id
             WHERE d.warning_number = $1 AND d.state = $2 AND d.id > $3 AND d.hold_until <= $4 AND d.channel = $6
             ORDER BY d.id LIMIT $5"
        );
        let limit = i64::try_from(limits::PAGE_ROWS)?;
        let rows = self
            .read(
                &sql,
                values![
                    warning.as_str(),
                    state.as_str(),
                    after,
                    now,
                    limit,
                    channel.as_str()
                ],
            )
            .await?;
        rows.iter()
            .map(|row| Ok((delivery(row)?, row.bool(14)?)))
            .collect()
    }

    /// True where something of the released warnings could be done now: started, handed over by one of these channels,
    /// ended, or held back.
    pub async fn has_work_for_dispatch(
        &self,
        now: Timestamp,
        channels: &[Channel],
    ) -> Result<bool> {
        let sql = format!(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM warning w WHERE w.state = 'approved')
            OR EXISTS (SELECT 1 FROM delivery d WHERE d.state = 'claimed')
            OR EXISTS (SELECT 1 FROM warning w JOIN delivery d ON d.warning_number = w.number
                WHERE w.state = 'sending' AND d.state IN ('due', 'unsure') AND d.hold_until <= $1 AND d.channel IN ({}))
            OR EXISTS (SELECT 1 FROM warning w JOIN delivery d ON d.warning_number = w.number
                WHERE w.state = 'stopped' AND d.state IN ('due', 'unsure'))
            OR EXISTS (SELECT 1 FROM warning w WHERE w.state = 'sending' AND NOT EXISTS
                (SELECT 1 FROM delivery d WHERE d.warning_number = w.number AND d.state IN ('due', 'unsure')))",
            quoted(channels.iter().copied())
        );
        Ok(self.read_one(&sql, values![now]).await?.is_some())
    }

    /// When the next delivery becomes due, if one waits.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        let sql =
            format!(
            "SELECT MIN(d.hold_until) FROM delivery d JOIN warning w ON w.number = d.warning_number
             WHERE d.state IN ('due', 'unsure') AND d.channel IN ({}) AND w.state = 'sending'",
            quoted(Channel::ALL.iter().copied().filter(|channel| !channel.nature().by_person))
        );
        self.read_one(&sql, Vec::new())
            .await?
            .map_or(Ok(None), |row| row.time_or_null(0))
    }

    /// Claims of a process that is dead: maybe handed over, maybe not. The caller holds the dispatch lock.
    pub async fn claims_become_unsure(&self, now: Timestamp) -> Result<Vec<Delivery>> {
        let mut open = self.begin().await?;
        notice_deliveries::unclaim(&mut open).await?;
        let rows = open
            .read(
                &format!("SELECT {COLUMNS} FROM delivery d WHERE d.state = 'claimed'"),
                Vec::new(),
            )
            .await?;
        let mut found = Vec::new();
        for row in &rows {
            let next = delivery(row)?.record(
                Outcome::Unsure("the program ended while this message was on its way".into()),
                now,
            );
            outcomes::write(&mut open, &next).await?;
            if next.state == DeliveryState::Failed {
                outcomes::call_instead(&mut open, &next, now).await?;
            }
            found.push(next);
        }
        open.commit().await?;
        Ok(found)
    }

    /// What still waits of stopped warnings: queued mails never leave, unsure ones are left to a person.
    pub async fn stop_deliveries(&self, now: Timestamp) -> Result<u64> {
        let mut open = self.begin().await?;
        let stopped = "warning_number IN (SELECT number FROM warning WHERE state = 'stopped')";
        let count = open.run(&format!("UPDATE delivery SET state = 'stopped', at = $1 WHERE state = 'due' AND {stopped}"), values![now]).await?;
        open.run(
            &format!(
                "UPDATE delivery SET state = 'parked', at = $1 WHERE state = 'unsure' AND {stopped}"
            ),
            values![now],
        )
        .await?;
        open.commit().await?;
        Ok(count)
    }

    /// Message-ID of the first message of this warning, or of the one it replaces, to this organisation over the same channel.
    pub async fn first_message_id(&self, later: &Delivery) -> Result<Option<String>> {
        let sql = "SELECT d.message_id FROM delivery d
                   WHERE d.organisation_id = $1 AND d.channel = $5 AND d.id <> $2
                     AND ((d.warning_number = $3 AND d.round < $4)
                       OR d.warning_number = (SELECT w.replaces FROM warning w WHERE w.number = $3))
                   ORDER BY d.at, d.round LIMIT 1";
        let values = values![
            later.organisation.as_str(),
            later.id.as_str(),
            later.warning.as_str(),
            later.round,
            later.channel.as_str()
        ];
        self.read_one(sql, values)
            .await?
            .map(|row| row.text(0))
            .transpose()
    }

    /// One delivery.
    pub async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>> {
        let row = self
            .read_one(
                &format!("SELECT {COLUMNS} FROM delivery d WHERE d.id = $1"),
                values![id.as_str()],
            )
            .await?;
        row.as_ref().map(delivery).transpose()
    }

    /// A person decides about a delivery that nobody can be sure of, or sends a given-up one again.
    ///
    /// # Errors
    /// The delivery does not wait for a person.
    pub async fn resolve_delivery(
        &self,
        id: &DeliveryId,
        resend: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<Delivery> {
        let mut open = self.begin().await?;
        let sql = format!("SELECT {COLUMNS} FROM delivery d WHERE d.id = $1");
        let row = open.read_one(&sql, values![id.as_str()]).await?;
        let before = row.as_ref().map(delivery).transpose()?;
        let before = before.ok_or_else(|| anyhow!("there is no delivery {id}"))?;
        person_may_resolve(&before, resend)?;
        if resend {
            warning_not_stopped(&mut open, &before.warning).await?;
        }
        let (state, attempts) = match resend {
            true => (DeliveryState::Due, 0),
            false => (DeliveryState::Sent, before.attempts),
        };
        // The count of unsure tries stays: whoever may have got it twice remains on that list.
        let next = Delivery {
            state,
            hold_until: now,
            at: now,
            detail: format!("{} by {actor}", if resend { "resend" } else { "sent" }),
            attempts,
            ..before
        };
        outcomes::write(&mut open, &next).await?;
        if resend {
            // A warning that was already finished opens again for this one mail; a stopped one does not.
            open.run("UPDATE warning SET state = 'sending', finished_at = NULL WHERE number = $1 AND state = 'done'", values![next.warning.as_str()]).await?;
        }
        journal::append(
            &mut open,
            now,
            actor,
            "delivery.resolved",
            id.as_str(),
            state.as_str(),
        )
        .await?;
        open.commit().await?;
        Ok(next)
    }
}

/// `sent 12, refused 1`, for the journal.
async fn counts(open: &mut Transaction, number: &WarningNumber) -> Result<String> {
    let rows = open.read("SELECT state, COUNT(*) FROM delivery WHERE warning_number = $1 GROUP BY state ORDER BY state", values![number.as_str()]).await?;
    let parts: Result<Vec<String>> = rows
        .iter()
        .map(|row| Ok(format!("{} {}", row.text(0)?, row.int(1)?)))
        .collect();
    Ok(parts?.join(", "))
}

/// Channels as a list of SQL; `''` where there is none.
fn quoted(channels: impl Iterator<Item = Channel>) -> String {
    let words: Vec<String> = channels
        .map(|channel| format!("'{}'", channel.as_str()))
        .collect();
    if words.is_empty() {
        return "''".into();
    }
    words.join(", ")
}

/// Parked deliveries are resolved, refused and failed ones sent again, calls marked as made; nothing else.
fn person_may_resolve(delivery: &Delivery, resend: bool) -> Result<()> {
    let allowed = match delivery.state {
        DeliveryState::Parked => true,
        DeliveryState::Refused | DeliveryState::Failed => {
            resend && !delivery.channel.nature().by_person
        }
        DeliveryState::ToCall => !resend,
        _ => false,
    };
    if !allowed {
        bail!(
            "delivery {} is {}; only parked ones can be resolved, refused and failed ones sent again, calls marked as made",
            delivery.id,
            delivery.state.as_str()
        );
    }
    Ok(())
}

async fn warning_not_stopped(open: &mut Transaction, warning: &WarningNumber) -> Result<()> {
    let sql = "SELECT 1 FROM warning WHERE number = $1 AND state = 'stopped'";
    if open
        .read_one(sql, values![warning.as_str()])
        .await?
        .is_some()
    {
        bail!("{warning} was stopped; nothing of it is sent again");
    }
    Ok(())
}
