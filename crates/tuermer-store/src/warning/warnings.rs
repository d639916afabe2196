//! Warnings and their texts. Every change of state is guarded by the state it came from, so that two
//! people at two desks cannot both win; the rule of two people also stands in the schema.

use crate::ground::engine::{Row, Transaction};
use crate::refusal::refusal;
use crate::warning::{approvals, recipients};
use crate::{Store, values};
use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use tuermer_core::ids::{ThreatId, UserName, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::scale::{Level, Urgency};
use tuermer_core::warning::{Action, Form, MessageType, Warning, WarningState, WarningText};

/// A warning as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarningHead {
    /// `W-2021-001`
    pub number: WarningNumber,
    /// What it warns about.
    pub threat: ThreatId,
    /// Title of the threat.
    pub title: String,
    /// Where it stands.
    pub state: WarningState,
    /// Step 1 to 4.
    pub level: Level,
    /// Alert, update or cancel.
    pub message_type: MessageType,
    /// Until when.
    pub urgency: Urgency,
    /// Companies it goes to; 0 before it is submitted.
    pub audience: u64,
    /// Who submitted.
    pub submitted_by: Option<UserName>,
    /// Who approved.
    pub approved_by: Option<UserName>,
    /// Drafted at.
    pub drafted_at: Timestamp,
    /// Submitted at.
    pub submitted_at: Option<Timestamp>,
    /// Approved at.
    pub approved_at: Option<Timestamp>,
    /// First hand-over at.
    pub started_at: Option<Timestamp>,
    /// Nothing due any more since.
    pub finished_at: Option<Timestamp>,
    /// Stopped at.
    pub stopped_at: Option<Timestamp>,
}

const COLUMNS: &str = "number, threat_id, threat_revision, message_type, level, urgency, state, submitted_by, approved_by, return_reason, \
                       content_hash, drafted_at, submitted_at, approved_at, replaces, form";

const HEADS: &str = "SELECT w.number, w.threat_id, t.title, w.state, w.level, w.message_type, w.urgency, w.audience, w.submitted_by, w.approved_by, \
                     w.drafted_at, w.submitted_at, w.approved_at, w.started_at, w.finished_at, w.stopped_at \
                     FROM warning w JOIN threat t ON t.id = w.threat_id";

fn head(row: &Row) -> Result<WarningHead> {
    Ok(WarningHead {
        number: WarningNumber(row.text(0)?),
        threat: ThreatId(row.text(1)?),
        title: row.text(2)?,
        state: row.word(3, "warning.state", WarningState::parse)?,
        level: row.word(4, "warning.level", Level::parse)?,
        message_type: row.word(5, "warning.message_type", MessageType::parse)?,
        urgency: row.word(6, "warning.urgency", Urgency::parse)?,
        audience: row.count(7)?,
        submitted_by: row.text_or_null(8)?.map(UserName),
        approved_by: row.text_or_null(9)?.map(UserName),
        drafted_at: row.time(10)?,
        submitted_at: row.time_or_null(11)?,
        approved_at: row.time_or_null(12)?,
        started_at: row.time_or_null(13)?,
        finished_at: row.time_or_null(14)?,
        stopped_at: row.time_or_null(15)?,
    })
}

fn warning(row: &Row, texts: Vec<WarningText>) -> Result<Warning> {
    Ok(Warning {
        number: WarningNumber(row.text(0)?),
        threat: ThreatId(row.text(1)?),
        threat_revision: row.text(2)?,
        message_type: row.word(3, "warning.message_type", MessageType::parse)?,
        level: row.word(4, "warning.level", Level::parse)?,
        urgency: row.word(5, "warning.urgency", Urgency::parse)?,
        state: row.word(6, "warning.state", WarningState::parse)?,
        texts,
        submitted_by: row.text_or_null(7)?.map(UserName),
        approved_by: row.text_or_null(8)?.map(UserName),
        return_reason: row.text_or_null(9)?,
        content_hash: row.text_or_null(10)?,
        drafted_at: row.time(11)?,
        submitted_at: row.time_or_null(12)?,
        approved_at: row.time_or_null(13)?,
        replaces: row.text_or_null(14)?.map(WarningNumber),
        form: Form::parse(row.int(15)?).context("a form of a later program")?,
    })
}

fn text(row: &Row) -> Result<WarningText> {
    Ok(WarningText {
        language: row.word(0, "warning_text.language", Language::parse)?,
        headline: row.text(1)?,
        preheader: row.text(2)?,
        product: row.text(3)?,
        say: row.text(4)?,
        otherwise: row.text(5)?,
        afterwards: row.text(6)?,
        not_affected: row.text(7)?,
        what_happened: row.text(8)?,
        identifiers: row.text(9)?,
        versions: row.text(10)?,
        talk: row.text(11)?,
    })
}

impl Store {
    /// One warning with its texts.
    pub async fn warning(&self, number: &WarningNumber) -> Result<Option<Warning>> {
        let sql = format!("SELECT {COLUMNS} FROM warning WHERE number = $1");
        let Some(row) = self.read_one(&sql, values![number.as_str()]).await? else {
            return Ok(None);
        };
        let sql = "SELECT language, headline, preheader, product, say, otherwise, afterwards, not_affected, what_happened, identifiers, versions, talk
                   FROM warning_text WHERE warning_number = $1 ORDER BY language";
        let rows = self.read(sql, values![number.as_str()]).await?;
        Ok(Some(warning(
            &row,
            rows.iter().map(text).collect::<Result<_>>()?,
        )?))
    }

    /// All warnings, newest first.
    pub async fn warnings(&self) -> Result<Vec<WarningHead>> {
        let sql = format!("{HEADS} ORDER BY w.drafted_at DESC, w.number DESC");
        self.read(&sql, Vec::new())
            .await?
            .iter()
            .map(head)
            .collect()
    }

    /// One warning as listed.
    pub async fn warning_head(&self, number: &WarningNumber) -> Result<Option<WarningHead>> {
        self.read_one(
            &format!("{HEADS} WHERE w.number = $1"),
            values![number.as_str()],
        )
        .await?
        .as_ref()
        .map(head)
        .transpose()
    }

    /// How many deliveries stand in which state.
    pub async fn delivery_counts(&self, number: &WarningNumber) -> Result<Vec<(String, u64)>> {
        let sql = "SELECT state, COUNT(*) FROM delivery WHERE warning_number = $1 GROUP BY state ORDER BY state";
        self.read(sql, values![number.as_str()])
            .await?
            .iter()
            .map(|row| Ok((row.text(0)?, row.count(1)?)))
            .collect()
    }

    /// The most urgent open verdict of a threat.
    pub async fn worst_urgency(&self, threat: &ThreatId) -> Result<Option<Urgency>> {
        let sql = "SELECT DISTINCT urgency FROM exposure WHERE threat_id = $1 AND status IN ('affected', 'unknown')";
        let rows = self.read(sql, values![threat.as_str()]).await?;
        let words = rows
            .iter()
            .map(|row| row.word(0, "warning.urgency", Urgency::parse))
            .collect::<Result<Vec<_>>>()?;
        Ok(words.into_iter().max())
    }

    /// The warning of a threat that is still being written or waits; corrections are asked for separately.
    pub async fn unfinished(
        &self,
        threat: &ThreatId,
        cancel: bool,
    ) -> Result<Option<WarningNumber>> {
        self.read_one(UNFINISHED, values![threat.as_str(), cancel])
            .await?
            .map(|row| Ok(WarningNumber(row.text(0)?)))
            .transpose()
    }

    /// The newest warning of a threat that reached somebody.
    pub async fn latest_sent(&self, threat: &ThreatId) -> Result<Option<WarningNumber>> {
        let sql = format!(
            "SELECT w.number FROM warning w WHERE w.threat_id = $1 AND w.message_type <> 'cancel'
             AND (w.state IN ('sending', 'done') OR EXISTS (SELECT 1 FROM delivery d WHERE d.warning_number = w.number AND {}))
             ORDER BY w.drafted_at DESC, w.number DESC LIMIT 1",
            recipients::REACHED
        );
        self.read_one(&sql, values![threat.as_str()])
            .await?
            .map(|row| Ok(WarningNumber(row.text(0)?)))
            .transpose()
    }
}

/// Everything of a draft but its number.
pub struct Draft {
    /// `W` or, in drills, `Ü`.
    pub prefix: &'static str,
    /// Year of its number.
    pub year: i64,
    /// What it warns about.
    pub threat: ThreatId,
    /// Revision it was written from.
    pub threat_revision: String,
    /// Alert, update or cancel.
    pub message_type: MessageType,
    /// Step.
    pub level: Level,
    /// Until when.
    pub urgency: Urgency,
    /// The warning it updates or corrects.
    pub replaces: Option<WarningNumber>,
    /// Texts.
    pub texts: Vec<WarningText>,
    /// When.
    pub at: Timestamp,
}

const UNFINISHED: &str = "SELECT number FROM warning WHERE threat_id = $1 AND state IN ('draft', 'submitted', 'returned', 'approved')
    AND (message_type = 'cancel') = $2 ORDER BY drafted_at DESC, number DESC LIMIT 1";

/// As [`Store::unfinished`]; nobody else drafts for this threat until the transaction ends.
pub async fn unfinished_alone(
    open: &mut Transaction,
    threat: &ThreatId,
    cancel: bool,
) -> Result<Option<WarningNumber>> {
    open.run(
        "UPDATE threat SET revision = revision WHERE id = $1",
        values![threat.as_str()],
    )
    .await?;
    open.read_one(UNFINISHED, values![threat.as_str(), cancel])
        .await?
        .map(|row| Ok(WarningNumber(row.text(0)?)))
        .transpose()
}

/// How often a taken number is tried again; only two officers at the same moment on PostgreSQL need a second try.
const NUMBER_TRIES: usize = 5;

/// Writes a draft under the next number of its year. `texts` may name the number they get.
pub async fn insert_draft(open: &mut Transaction, draft: &Draft) -> Result<WarningNumber> {
    for _ in 0..NUMBER_TRIES {
        let row = open
            .read_one(
                "SELECT COALESCE(MAX(sequence), 0) FROM warning WHERE year = $1",
                values![draft.year],
            )
            .await?;
        let sequence = row.map_or(Ok(0), |row| row.int(0))?.saturating_add(1);
        let number = WarningNumber(format!("{}-{}-{sequence:03}", draft.prefix, draft.year));
        let sql =
            "INSERT INTO warning (number, year, sequence, threat_id, threat_revision, message_type, level, urgency, state, audience, drafted_at, replaces)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', 0, $9, $10) ON CONFLICT DO NOTHING";
        let values = values![
            number.as_str(),
            draft.year,
            sequence,
            draft.threat.as_str(),
            &draft.threat_revision,
            draft.message_type.as_str(),
            draft.level.as_str(),
            draft.urgency.as_str(),
            draft.at,
            draft.replaces.as_ref().map(WarningNumber::as_str)
        ];
        if open.run(sql, values).await? == 1 {
            for text in &draft.texts {
                put_text(open, &number, text).await?;
            }
            return Ok(number);
        }
    }
    bail!("no free number for a warning; try again")
}

/// Writes the text of one language.
pub async fn put_text(
    open: &mut Transaction,
    number: &WarningNumber,
    text: &WarningText,
) -> Result<()> {
    let WarningText {
        language,
        headline,
        preheader,
        product,
        say,
        otherwise,
        afterwards,
        not_affected,
        what_happened,
        identifiers,
        versions,
        talk,
    } = text;
    let sql = "INSERT INTO warning_text (warning_number, language, headline, preheader, product, say, otherwise, afterwards, not_affected, what_happened,
               identifiers, versions, talk) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               ON CONFLICT (warning_number, language) DO UPDATE SET headline = excluded.headline, preheader = excluded.preheader, say = excluded.say,
               otherwise = excluded.otherwise, afterwards = excluded.afterwards, not_affected = excluded.not_affected,
               what_happened = excluded.what_happened, talk = excluded.talk";
    let values = values![
        number.as_str(),
        language.code(),
        headline,
        preheader,
        product,
        say,
        otherwise,
        afterwards,
        not_affected,
        what_happened,
        identifiers,
        versions,
        talk
    ];
    open.run(sql, values).await?;
    Ok(())
}

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
