//! What waits for a person: open warnings, threats nobody warned about, tasks, deliveries that got stuck.

use crate::Store;
use crate::ground::engine::Row;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::delivery::DeliveryState;
use tuermer_core::ids::{OrganisationId, ThreatId, UserName, WarningNumber};
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::scale::Level;
use tuermer_core::sentence::Sentence;
use tuermer_core::task::TaskKind;
use tuermer_core::warning::WarningState;
use tuermer_formats::facts;

/// A warning that is not finished, or whose deliveries need a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWarning {
    /// Its number.
    pub number: WarningNumber,
    /// Headline in the reader's language.
    pub headline: String,
    /// Step 1 to 4.
    pub level: Level,
    /// Where it stands.
    pub state: WarningState,
    /// Who handed it to the second person.
    pub submitted_by: Option<UserName>,
    /// Why it was sent back.
    pub return_reason: String,
    /// Companies of the audience; 0 before it was submitted.
    pub audience: u64,
    /// When it came into this state.
    pub since: Timestamp,
    /// Its deliveries.
    pub deliveries: DeliveryCounts,
}

/// How many deliveries stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Not tried yet, or to be tried again.
    pub due: u64,
    /// On a connection right now.
    pub claimed: u64,
    /// Maybe handed over.
    pub unsure: u64,
    /// Unsure too often; a person decides.
    pub parked: u64,
    /// On the call list.
    pub to_call: u64,
    /// Handed over.
    pub sent: u64,
    /// Refused for good.
    pub refused: u64,
    /// Given up.
    pub failed: u64,
    /// Stopped before they left.
    pub stopped: u64,
}

impl DeliveryCounts {
    /// All of them.
    pub fn total(&self) -> u64 {
        let Self {
            due,
            claimed,
            unsure,
            parked,
            to_call,
            sent,
            refused,
            failed,
            stopped,
        } = self;
        [
            due, claimed, unsure, parked, to_call, sent, refused, failed, stopped,
        ]
        .into_iter()
        .sum()
    }

    /// With the stored words of the states, in the order in which people ask.
    pub fn words(&self) -> [(&'static str, u64); 9] {
        let Self {
            due,
            claimed,
            unsure,
            parked,
            to_call,
            sent,
            refused,
            failed,
            stopped,
        } = *self;
        [
            ("sent", sent),
            ("due", due),
            ("claimed", claimed),
            ("unsure", unsure),
            ("parked", parked),
            ("refused", refused),
            ("failed", failed),
            ("to_call", to_call),
            ("stopped", stopped),
        ]
    }

    fn set(&mut self, state: DeliveryState, count: u64) {
        let place = match state {
            DeliveryState::Due => &mut self.due,
            DeliveryState::Claimed => &mut self.claimed,
            DeliveryState::Unsure => &mut self.unsure,
            DeliveryState::Parked => &mut self.parked,
            DeliveryState::ToCall => &mut self.to_call,
            DeliveryState::Sent => &mut self.sent,
            DeliveryState::Refused => &mut self.refused,
            DeliveryState::Failed => &mut self.failed,
            DeliveryState::Stopped => &mut self.stopped,
        };
        *place = count;
    }
}

/// A threat that hits members and has no warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenThreat {
    /// Its id.
    pub id: ThreatId,
    /// Title.
    pub title: String,
    /// Worst step among the members it hits.
    pub level: Level,
    /// Stored by us.
    pub seen_at: Timestamp,
    /// Members with status `affected`.
    pub affected: u64,
    /// Members with status `unknown`.
    pub unknown: u64,
}

/// Something a person must do for one company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTask {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub kind: TaskKind,
    /// Company's register number.
    pub external_id: String,
    /// Company's name.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// What is to be known beforehand.
    pub note: Option<Sentence>,
    /// Warning it belongs to, if any.
    pub warning: Option<WarningNumber>,
}

const TASKS: &str =
    "SELECT k.id, k.kind, o.external_id, o.name, k.created_at, k.note, k.warning_number
    FROM task k JOIN organisation o ON o.id = k.organisation_id";

fn open_task(row: &Row) -> Result<OpenTask> {
    Ok(OpenTask {
        id: row.text(0)?,
        kind: row.word(1, "task.kind", TaskKind::parse)?,
        external_id: row.text(2)?,
        name: row.text(3)?,
        created_at: row.time(4)?,
        note: facts::some_sentence(&row.text(5)?),
        warning: row.text_or_null(6)?.map(WarningNumber),
    })
}

fn open_warning(row: &Row) -> Result<OpenWarning> {
    let times = [
        row.time_or_null(7)?,
        row.time_or_null(8)?,
        row.time_or_null(9)?,
    ];
    let since = times.into_iter().flatten().max().unwrap_or(row.time(6)?);
    Ok(OpenWarning {
        number: WarningNumber(row.text(0)?),
        headline: row.text(1)?,
        level: row.word(2, "warning.level", Level::parse)?,
        state: row.word(3, "warning.state", WarningState::parse)?,
        submitted_by: row.text_or_null(4)?.map(UserName),
        return_reason: row.text_or_null(10)?.unwrap_or_default(),
        audience: row.count(5)?,
        since,
        deliveries: DeliveryCounts::default(),
    })
}

impl Store {
    /// Warnings that are not finished, and finished ones with deliveries that need a person; newest first.
    /// Of the calls only those that are left count.
    pub async fn open_warnings(&self, language: Language) -> Result<Vec<OpenWarning>> {
        let sql = "SELECT w.number, COALESCE(x.headline, ''), w.level, w.state, w.submitted_by, w.audience, w.drafted_at, w.submitted_at, w.approved_at, w.started_at, w.return_reason
                   FROM warning w LEFT JOIN warning_text x ON x.warning_number = w.number AND x.language = $1
                   WHERE w.state IN ('draft', 'submitted', 'returned', 'approved', 'sending')
                      OR EXISTS (SELECT 1 FROM delivery d WHERE d.warning_number = w.number AND d.state IN ('unsure', 'parked', 'to_call'))
                   ORDER BY w.year DESC, w.sequence DESC LIMIT $2";
        let rows = self
            .read(
                sql,
                values![language.code(), i64::try_from(limits::PAGE_ROWS)?],
            )
            .await?;
        let mut warnings = rows.iter().map(open_warning).collect::<Result<Vec<_>>>()?;
        for warning in &mut warnings {
            warning.deliveries = self.deliveries_by_state(&warning.number).await?;
            if warning.deliveries.to_call > 0 {
                warning.deliveries.to_call = self.calls_left(&warning.number).await?;
            }
        }
        Ok(warnings)
    }

    /// How many deliveries of a warning stand where.
    pub async fn deliveries_by_state(&self, number: &WarningNumber) -> Result<DeliveryCounts> {
        let rows = self
            .read(
                "SELECT state, COUNT(*) FROM delivery WHERE warning_number = $1 GROUP BY state",
                values![number.as_str()],
            )
            .await?;
        let mut counts = DeliveryCounts::default();
        for row in &rows {
            let state = row.word(0, "delivery.state", DeliveryState::parse)?;
            counts.set(state, row.count(1)?);
        }
        Ok(counts)
    }

    /// Threats that hit members and about which nobody has begun a warning; worst and newest first.
    pub async fn threats_without_warning(&self) -> Result<Vec<OpenThreat>> {
        let sql = "SELECT t.id, t.title, t.seen_at,
                     (SELECT COUNT(*) FROM exposure e WHERE e.threat_id = t.id AND e.status = 'affected'),
                     (SELECT COUNT(*) FROM exposure e WHERE e.threat_id = t.id AND e.status = 'unknown'),
                     COALESCE(t.level, (SELECT MAX(e.severity) FROM exposure e WHERE e.threat_id = t.id AND e.status IN ('affected', 'unknown')), '1')
                   FROM threat t
                   WHERE t.withdrawn = FALSE
                     AND EXISTS (SELECT 1 FROM exposure e WHERE e.threat_id = t.id AND e.status IN ('affected', 'unknown'))
                     AND NOT EXISTS (SELECT 1 FROM warning w WHERE w.threat_id = t.id AND w.state <> 'stopped')
                   ORDER BY 6 DESC, t.seen_at DESC LIMIT $1";
        let rows = self
            .read(sql, values![i64::try_from(limits::PAGE_ROWS)?])
            .await?;
        let threat = |row: &Row| {
            Ok(OpenThreat {
                id: ThreatId(row.text(0)?),
                title: row.text(1)?,
                seen_at: row.time(2)?,
                affected: row.count(3)?,
                unknown: row.count(4)?,
                level: row.word(5, "exposure.severity", Level::parse)?,
            })
        };
        rows.iter().map(threat).collect()
    }

    /// Open tasks of one kind, oldest first, and how many there are.
    pub async fn tasks_waiting(
        &self,
        kind: TaskKind,
        limit: usize,
    ) -> Result<(u64, Vec<OpenTask>)> {
        let total = self
            .read_one(
                "SELECT COUNT(*) FROM task WHERE kind = $1 AND done_at IS NULL",
                values![kind.as_str()],
            )
            .await?;
        let total = total.map_or(Ok(0), |row| row.count(0))?;
        let sql = format!(
            "{TASKS} WHERE k.kind = $1 AND k.done_at IS NULL ORDER BY k.created_at, k.id LIMIT $2"
        );
        let rows = self
            .read(&sql, values![kind.as_str(), i64::try_from(limit)?])
            .await?;
        Ok((
            total,
            rows.iter().map(open_task).collect::<Result<Vec<_>>>()?,
        ))
    }

    /// Open tasks of one organisation, oldest first.
    pub async fn tasks_of(&self, organisation: &OrganisationId) -> Result<Vec<OpenTask>> {
        let sql = format!(
            "{TASKS} WHERE k.organisation_id = $1 AND k.done_at IS NULL ORDER BY k.created_at, k.id LIMIT $2"
        );
        self.read(
            &sql,
            values![organisation.as_str(), i64::try_from(limits::PAGE_ROWS)?],
        )
        .await?
        .iter()
        .map(open_task)
        .collect()
    }
}
