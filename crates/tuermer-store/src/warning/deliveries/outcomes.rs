//! Claims and outcomes of one group in one transaction, with the next thing to do.

use super::{COLUMNS, delivery};
use crate::Store;
use crate::ground::engine::{Transaction, Value};
use crate::people::notice_deliveries::{self, NoticesRecorded};
use crate::register::contacts;
use crate::values;
use crate::warning::recipients;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashSet;
use tuermer_core::delivery::{Delivery, DeliveryState, Outcome};
use tuermer_core::ids::DeliveryId;
use tuermer_core::sentence::Sentence;
use tuermer_core::warning::Channel;
use tuermer_formats::facts;

/// A wish to hand one message over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Of a warning.
    Warning {
        /// Which.
        id: DeliveryId,
        /// Due or unsure, as it was read; anything else meanwhile means somebody was faster.
        state: DeliveryState,
        /// Which way.
        channel: Channel,
    },
    /// Of a notice.
    Notice(DeliveryId),
}

impl Claim {
    /// Which message.
    pub fn id(&self) -> &DeliveryId {
        match self {
            Self::Warning { id, .. } | Self::Notice(id) => id,
        }
    }
}

/// How a claim ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// The server spoke, or went silent after the text.
    Tried(Outcome),
    /// Nothing was handed over and nobody refused: the claim is given back, and it was no attempt.
    Back,
}

/// A finished claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which, as it was before it was claimed.
    pub claim: Claim,
    /// How it ended.
    pub finished: Finished,
}

/// What a group wrote.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Claims that were granted; the others are not to be sent.
    pub granted: HashSet<DeliveryId>,
    /// State of every finished delivery of a warning.
    pub states: Vec<DeliveryState>,
    /// Organisations that came onto the call list.
    pub to_call: u64,
    /// Finished deliveries of notices.
    pub notices: NoticesRecorded,
}

impl Store {
    /// Writes outcomes and claims together. Nothing counts before this returned `Ok`.
    ///
    /// # Errors
    /// The database did not confirm; then every claim of the group must be taken as not granted.
    pub async fn record_deliveries(
        &self,
        records: Vec<Record>,
        claims: Vec<Claim>,
        now: Timestamp,
    ) -> Result<Recorded> {
        let mut open = self.begin().await?;
        let mut recorded = Recorded::default();
        let (mut accepted, mut proven) = (Vec::new(), Vec::new());
        for Record { claim, finished } in records {
            match (claim, finished) {
                (Claim::Warning { id, channel, .. }, Finished::Tried(Outcome::Accepted)) => {
                    if channel.nature().proves_arrival {
                        proven.push(id.clone());
                    }
                    accepted.push(id);
                }
                (Claim::Warning { id, .. }, Finished::Tried(outcome)) => {
                    record_one(&mut open, &id, outcome, now, &mut recorded).await?;
                }
                (Claim::Warning { id, state, .. }, Finished::Back) => {
                    give_back(&mut open, &id, state, now, &mut recorded).await?;
                }
                (Claim::Notice(id), finished) => {
                    let outcome = match &finished {
                        Finished::Tried(outcome) => Some(outcome),
                        Finished::Back => None,
                    };
                    notice_deliveries::record(&mut open, &id, outcome, now, &mut recorded.notices)
                        .await?;
                }
            }
        }
        accept(&mut open, &accepted, now, &mut recorded).await?;
        contacts::proven(&mut open, &proven, now).await?;
        for wanted in [DeliveryState::Due, DeliveryState::Unsure] {
            let ids: Vec<&str> = claims
                .iter()
                .filter(|claim| matches!(claim, Claim::Warning { state, .. } if *state == wanted))
                .map(|claim| claim.id().as_str())
                .collect();
            grant(&mut open, &ids, wanted, now, &mut recorded).await?;
        }
        for claim in &claims {
            if let Claim::Notice(id) = claim
                && notice_deliveries::claim(&mut open, id, now).await?
            {
                recorded.granted.insert(id.clone());
            }
        }
        open.commit().await?;
        Ok(recorded)
    }
}

/// Marks what the next server took, all at once.
async fn accept(
    open: &mut Transaction,
    accepted: &[DeliveryId],
    now: Timestamp,
    recorded: &mut Recorded,
) -> Result<()> {
    if accepted.is_empty() {
        return Ok(());
    }
    let mut values = values![now];
    let places = places(&mut values, accepted.iter().map(DeliveryId::as_str));
    let sql = format!(
        "UPDATE delivery SET state = 'sent', attempts = attempts + 1, at = $1, detail = '' WHERE state = 'claimed' AND id IN ({places})"
    );
    open.run(&sql, values).await?;
    let sent = accepted.iter().map(|_| DeliveryState::Sent);
    recorded.states.extend(sent);
    Ok(())
}

/// Claims what is still in `state` and whose warning is still being sent: a stop ends this at once.
async fn grant(
    open: &mut Transaction,
    ids: &[&str],
    state: DeliveryState,
    now: Timestamp,
    recorded: &mut Recorded,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut values = values![now, state.as_str()];
    let places = places(&mut values, ids.iter().copied());
    let sql = format!(
        "UPDATE delivery SET state = 'claimed', at = $1 WHERE state = $2 AND hold_until <= $1 AND id IN ({places})
         AND warning_number IN (SELECT number FROM warning WHERE state = 'sending') RETURNING id"
    );
    for row in open.read(&sql, values).await? {
        recorded.granted.insert(DeliveryId(row.text(0)?));
    }
    Ok(())
}

fn places<'a>(values: &mut Vec<Value>, ids: impl Iterator<Item = &'a str>) -> String {
    let mut places = Vec::new();
    for id in ids {
        values.push(id.into());
        places.push(format!("${}", values.len()));
    }
    places.join(", ")
}

async fn claimed(open: &mut Transaction, id: &DeliveryId) -> Result<Option<Delivery>> {
    let row = open
        .read_one(
            &format!("SELECT {COLUMNS} FROM delivery d WHERE d.id = $1 AND d.state = 'claimed'"),
            values![id.as_str()],
        )
        .await?;
    row.as_ref().map(delivery).transpose()
}

async fn stopped(open: &mut Transaction, delivery: &Delivery) -> Result<bool> {
    let row = open
        .read_one(
            "SELECT 1 FROM warning WHERE number = $1 AND state = 'stopped'",
            values![delivery.warning.as_str()],
        )
        .await?;
    Ok(row.is_some())
}

async fn record_one(
    open: &mut Transaction,
    id: &DeliveryId,
    outcome: Outcome,
    now: Timestamp,
    recorded: &mut Recorded,
) -> Result<()> {
    let Some(before) = claimed(open, id).await? else {
        return Ok(());
    };
    let gone = matches!(outcome, Outcome::Gone(_));
    let mut next = before.record(outcome, now);
    if gone {
        contacts::bounced(open, &next.point, &next.address, &next.detail, now).await?;
    }
    let stopped = stopped(open, &next).await?;
    if stopped {
        next.state = match next.state {
            DeliveryState::Due => DeliveryState::Stopped,
            // Nobody may try again, so a person must find out.
            DeliveryState::Unsure => DeliveryState::Parked,
            other => other,
        };
    }
    write(open, &next).await?;
    if !stopped && matches!(next.state, DeliveryState::Refused | DeliveryState::Failed) {
        recorded.to_call = recorded
            .to_call
            .saturating_add(call_instead(open, &next, now).await?);
    }
    recorded.states.push(next.state);
    Ok(())
}

async fn give_back(
    open: &mut Transaction,
    id: &DeliveryId,
    state: DeliveryState,
    now: Timestamp,
    recorded: &mut Recorded,
) -> Result<()> {
    let Some(before) = claimed(open, id).await? else {
        return Ok(());
    };
    let state = match (stopped(open, &before).await?, state) {
        (true, DeliveryState::Unsure) => DeliveryState::Parked,
        (true, _) => DeliveryState::Stopped,
        (false, state) => state,
    };
    write(
        open,
        &Delivery {
            state,
            at: now,
            ..before
        },
    )
    .await?;
    if state == DeliveryState::Stopped {
        recorded.states.push(state);
    }
    Ok(())
}

/// Writes what changes in the life of a delivery.
pub(crate) async fn write(open: &mut Transaction, next: &Delivery) -> Result<()> {
    let Delivery {
        id,
        warning: _,
        organisation: _,
        channel: _,
        round: _,
        point: _,
        address: _,
        state,
        attempts,
        unsure_count,
        hold_until,
        message_id: _,
        at,
        detail,
    } = next;
    open.run(
        "UPDATE delivery SET state = $2, attempts = $3, unsure_count = $4, hold_until = $5, at = $6, detail = $7 WHERE id = $1",
        values![id.as_str(), state.as_str(), *attempts, *unsure_count, *hold_until, *at, detail],
    )
    .await?;
    Ok(())
}

/// The message will never arrive: where nothing else reaches a person there, the organisation comes onto the call list,
/// with a task for a person.
pub(crate) async fn call_instead(
    open: &mut Transaction,
    failed: &Delivery,
    now: Timestamp,
) -> Result<u64> {
    let Delivery {
        warning,
        organisation,
        round,
        detail,
        ..
    } = failed;
    if !failed.channel.nature().reaches_person && reaches_a_person(open, failed).await? {
        return Ok(0);
    }
    let sql = "SELECT r.ways, w.threat_id FROM recipient r JOIN warning w ON w.number = r.warning_number WHERE r.warning_number = $1 AND r.organisation_id = $2";
    let Some(row) = open
        .read_one(sql, values![warning.as_str(), organisation.as_str()])
        .await?
    else {
        return Ok(0);
    };
    let (ways, threat) = (recipients::ways(&row.text(0)?)?, row.text(1)?);
    let last = ways.iter().find(|way| way.channel == Channel::LAST);
    let (point, phone) = last.map_or(("", ""), |way| (way.point.as_str(), way.address.as_str()));
    let what = failed.channel.nature().said;
    let why = format!("{what} {}: {detail}", failed.state.as_str());
    let note = Sentence::new(
        "public.task_note_call",
        [
            (
                "channel",
                Sentence::new(&format!("delivery.task_{what}"), []).into(),
            ),
            ("detail", detail.into()),
        ],
    );
    let id = format!("{}-call", failed.id);
    let added = open
        .run(
            "INSERT INTO delivery (id, warning_number, organisation_id, channel, round, point_id, address, state, attempts, unsure_count, hold_until, message_id, at, detail)
             VALUES ($1, $2, $3, $4, $5, $10, $6, 'to_call', 0, 0, $7, $8, $7, $9) ON CONFLICT (warning_number, organisation_id, channel, round) DO NOTHING",
            values![&id, warning.as_str(), organisation.as_str(), Channel::LAST.as_str(), *round, phone, now, format!("call:{id}"), &why, point],
        )
        .await?;
    open.run(
        "INSERT INTO task (id, kind, organisation_id, threat_id, warning_number, created_at, note) VALUES ($1, 'call', $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        values![format!("{id}-task"), organisation.as_str(), threat, warning.as_str(), now, facts::stored(&note)],
    )
    .await?;
    Ok(added)
}

/// True where another message of this warning reached a person there, or still may.
async fn reaches_a_person(open: &mut Transaction, failed: &Delivery) -> Result<bool> {
    let sql = "SELECT channel FROM delivery WHERE warning_number = $1 AND organisation_id = $2
               AND state IN ('due', 'claimed', 'unsure', 'sent', 'to_call')";
    let values = values![failed.warning.as_str(), failed.organisation.as_str()];
    for row in open.read(sql, values).await? {
        let channel = row.word(0, "delivery.channel", Channel::parse)?;
        if channel.nature().reaches_person {
            return Ok(true);
        }
    }
    Ok(false)
}
