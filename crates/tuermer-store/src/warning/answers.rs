//! Answers of members and providers: kept one row each, never overwritten by another answer; the last
//! one that was not taken back counts.

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::register::assets;
use crate::values;
use anyhow::{Result, anyhow};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use tuermer_core::acknowledgement::{Acknowledgement, Answer};
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::limits::UNDO_MINUTES;
use tuermer_core::scale::Source;
use tuermer_core::sentence::Sentence;
use tuermer_formats::facts;

pub(crate) const COLUMNS: &str =
    "a.id, a.organisation_id, a.threat_id, a.answer, a.cloud, a.said_by, a.at, a.warning_number";

/// No later answer of the same organisation to the same threat is valid.
const LAST: &str = "a.undone_at IS NULL AND NOT EXISTS (SELECT 1 FROM answer later WHERE later.organisation_id = a.organisation_id
    AND later.threat_id = a.threat_id AND later.undone_at IS NULL AND later.at > a.at)";

/// When a newer revision changed status or remedy of a product this organisation was matched with, after it had said
/// "done" or "in progress"; a sign may be of any product. NULL: its word stands.
pub(crate) const OVERTAKEN_AT: &str = "(CASE WHEN a.answer IN ('done', 'in_progress') THEN
    (SELECT MIN(p.since_at) FROM asset_match m LEFT JOIN asset s ON s.id = m.asset_id
     JOIN threat_product p ON p.threat_id = m.threat_id AND (m.asset_id = '' OR p.product_key = s.product_key)
     WHERE m.organisation_id = a.organisation_id AND m.threat_id = a.threat_id AND p.since_at > a.at) END)";

/// An answer as kept: what was said, and the row that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Id of the row, named when the answer is taken back.
    pub id: String,
    /// Warning it answers.
    pub warning: WarningNumber,
    /// What was said.
    pub said: Acknowledgement,
}

impl Given {
    /// May still be taken back at `now`.
    pub fn can_be_undone(&self, now: Timestamp) -> bool {
        self.said
            .at
            .checked_add(SignedDuration::from_mins(UNDO_MINUTES))
            .is_ok_and(|until| now < until)
    }
}

/// An answer from a row of [`COLUMNS`].
pub(crate) fn given(row: &Row) -> Result<Given> {
    Ok(Given {
        id: row.text(0)?,
        warning: WarningNumber(row.text(7)?),
        said: Acknowledgement {
            organisation: OrganisationId(row.text(1)?),
            threat: ThreatId(row.text(2)?),
            answer: row.word(3, "answer.answer", Answer::parse)?,
            cloud: row.bool_or_null(4)?,
            by: row.word(5, "answer.said_by", Source::parse)?,
            at: row.time(6)?,
        },
    })
}

impl Store {
    /// The last word of every organisation on one threat, by organisation: its answer, or what a person marked for it
    /// since. A "done" that came before the remedy changed does not count any more.
    pub async fn answers_for(&self, threat: &ThreatId) -> Result<Vec<Acknowledgement>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM answer a WHERE a.threat_id = $1 AND {LAST} AND {OVERTAKEN_AT} IS NULL ORDER BY a.organisation_id"
        );
        let rows = self.read(&sql, values![threat.as_str()]).await?;
        let answers = rows
            .iter()
            .map(|row| Ok(given(row)?.said))
            .collect::<Result<Vec<Acknowledgement>>>()?;
        let mut last: BTreeMap<OrganisationId, Acknowledgement> = BTreeMap::new();
        for said in answers
            .into_iter()
            .chain(self.marks_as_answers(threat).await?)
        {
            let newer = last
                .get(&said.organisation)
                .is_none_or(|before| before.at <= said.at);
            if newer {
                last.insert(said.organisation.clone(), said);
            }
        }
        Ok(last.into_values().collect())
    }

    /// The last valid answer of one organisation to one threat.
    pub async fn last_answer(
        &self,
        threat: &ThreatId,
        organisation: &OrganisationId,
    ) -> Result<Option<Given>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM answer a WHERE a.threat_id = $1 AND a.organisation_id = $2 AND {LAST}"
        );
        self.read_one(&sql, values![threat.as_str(), organisation.as_str()])
            .await?
            .as_ref()
            .map(given)
            .transpose()
    }

    /// The threat of a warning that two people released; `None` for everything that is not out.
    pub async fn released_threat(&self, warning: &WarningNumber) -> Result<Option<ThreatId>> {
        let sql = "SELECT threat_id FROM warning WHERE number = $1 AND approved_at IS NOT NULL AND state IN ('approved', 'sending', 'done', 'stopped')";
        self.read_one(sql, values![warning.as_str()])
            .await?
            .map(|row| Ok(ThreatId(row.text(0)?)))
            .transpose()
    }

    /// Vendor, product and key of what the organisation was matched with, for the asset an answer speaks about.
    pub async fn matched_products(
        &self,
        threat: &ThreatId,
        organisation: &OrganisationId,
    ) -> Result<Vec<[String; 3]>> {
        let sql = "SELECT MIN(s.vendor), MIN(s.product), s.product_key FROM asset_match m JOIN asset s ON s.id = m.asset_id
            WHERE m.threat_id = $1 AND m.organisation_id = $2 GROUP BY s.product_key ORDER BY s.product_key";
        let rows = self
            .read(sql, values![threat.as_str(), organisation.as_str()])
            .await?;
        rows.iter()
            .map(|row| Ok([row.text(0)?, row.text(1)?, row.text(2)?]))
            .collect()
    }
}

/// The last valid answer, inside the transaction that changes it.
pub async fn last(
    open: &mut Transaction,
    threat: &ThreatId,
    organisation: &OrganisationId,
) -> Result<Option<Given>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM answer a WHERE a.threat_id = $1 AND a.organisation_id = $2 AND {LAST}"
    );
    open.read_one(&sql, values![threat.as_str(), organisation.as_str()])
        .await?
        .as_ref()
        .map(given)
        .transpose()
}

/// Adds an answer.
pub async fn insert(open: &mut Transaction, given: &Given) -> Result<()> {
    let Given { id, warning, said } = given;
    let Acknowledgement {
        organisation,
        threat,
        answer,
        cloud,
        by,
        at,
    } = said;
    open.run(
        "INSERT INTO answer (id, warning_number, threat_id, organisation_id, answer, cloud, said_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![id, warning.as_str(), threat.as_str(), organisation.as_str(), answer.as_str(), *cloud, by.as_str(), *at],
    )
    .await?;
    Ok(())
}

/// Completes "not us" with "cloud" or "none".
pub async fn refine(open: &mut Transaction, id: &str, cloud: bool) -> Result<()> {
    open.run(
        "UPDATE answer SET cloud = $2 WHERE id = $1 AND undone_at IS NULL",
        values![id, cloud],
    )
    .await?;
    Ok(())
}

/// Takes an answer back; `false` where there is none that young.
pub async fn undo(
    open: &mut Transaction,
    id: &str,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Result<bool> {
    let since = now.checked_sub(SignedDuration::from_mins(UNDO_MINUTES))?;
    let sql = "UPDATE answer SET undone_at = $3 WHERE id = $1 AND organisation_id = $2 AND undone_at IS NULL AND at > $4";
    Ok(open
        .run(sql, values![id, organisation.as_str(), now, since])
        .await?
        > 0)
}

/// Makes the verdicts of an organisation due again. It also locks its row, so that two answers come one after the other.
pub async fn facts_changed(open: &mut Transaction, organisation: &OrganisationId) -> Result<()> {
    let touched = open
        .run(
            "UPDATE organisation SET facts_revision = facts_revision + 1 WHERE id = $1",
            values![organisation.as_str()],
        )
        .await?;
    if touched == 0 {
        return Err(anyhow!("there is no organisation {organisation}"));
    }
    Ok(())
}

/// Removes the asset facts that came from this organisation's answers to this threat; that they were told is kept.
pub async fn remove_told_assets(
    open: &mut Transaction,
    organisation: &OrganisationId,
    note: &str,
    now: Timestamp,
) -> Result<()> {
    let told = open
        .read(
            "SELECT id FROM asset WHERE organisation_id = $1 AND note = $2",
            values![organisation.as_str(), note],
        )
        .await?;
    let ids = told
        .iter()
        .map(|row| row.text(0))
        .collect::<Result<Vec<_>>>()?;
    assets::remember(
        open,
        &ids.iter().map(String::as_str).collect::<Vec<_>>(),
        now,
    )
    .await?;
    open.run(
        "DELETE FROM asset WHERE organisation_id = $1 AND note = $2",
        values![organisation.as_str(), note],
    )
    .await?;
    Ok(())
}

/// What an answer says about one product.
pub struct ToldAsset<'a> {
    /// New id, used where the fact is new.
    pub id: String,
    /// Vendor, product and key.
    pub product: &'a [String; 3],
    /// `cloud` or `none`.
    pub presence: &'a str,
    /// Marks the fact as coming from an answer to one threat.
    pub note: &'a str,
}

/// Writes "we use the cloud service" or "we do not have it" as a fact.
pub async fn tell_asset(
    open: &mut Transaction,
    said: &Acknowledgement,
    told: ToldAsset<'_>,
) -> Result<()> {
    let ToldAsset {
        id,
        product: [vendor, product, key],
        presence,
        note,
    } = told;
    let sql = "SELECT id FROM asset WHERE organisation_id = $1 AND product_key = $2 AND hostname = '' AND source = $3";
    if let Some(row) = open
        .read_one(
            sql,
            values![said.organisation.as_str(), key, said.by.as_str()],
        )
        .await?
    {
        assets::remember(open, &[row.text(0)?.as_str()], said.at).await?;
    }
    open.run(
        "INSERT INTO asset (id, organisation_id, vendor, product, product_key, version, build, hostname, source, observed_at, note, presence, changed_at)
         VALUES ($1, $2, $3, $4, $5, '', NULL, '', $6, $7, $8, $9, $7)
         ON CONFLICT (organisation_id, product_key, hostname, source) DO UPDATE SET version = '', build = NULL,
            observed_at = excluded.observed_at, note = excluded.note, presence = excluded.presence, changed_at = excluded.changed_at",
        values![id, said.organisation.as_str(), vendor, product, key, said.by.as_str(), said.at, note, presence],
    )
    .await?;
    Ok(())
}

/// Opens the task "call them, they need help"; one open task is enough.
pub async fn ask_for_help(open: &mut Transaction, id: &str, given: &Given) -> Result<()> {
    open.run(
        "INSERT INTO task (id, kind, organisation_id, threat_id, warning_number, created_at, note) VALUES ($1, 'help', $2, $3, $4, $5, '')
         ON CONFLICT (kind, organisation_id, threat_id) WHERE done_at IS NULL DO NOTHING",
        values![id, given.said.organisation.as_str(), given.said.threat.as_str(), given.warning.as_str(), given.said.at],
    )
    .await?;
    Ok(())
}

/// Closes the open call for help because its answer was taken back.
pub async fn withdraw_help(
    open: &mut Transaction,
    threat: &ThreatId,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Result<()> {
    let note = Sentence::new("public.task_note_withdrawn", []);
    open.run(
        "UPDATE task SET done_at = $3, done_by = 'member', note = $4 WHERE kind = 'help' AND threat_id = $1 AND organisation_id = $2 AND done_at IS NULL",
        values![threat.as_str(), organisation.as_str(), now, facts::stored(&note)],
    )
    .await?;
    Ok(())
}
