//! Warnings and their texts; what changes their state: `warnings/states.rs`.

mod states;

pub use states::{approved, next_state, returned, stopped, submitted, void};

use crate::ground::engine::{Row, Transaction};
use crate::warning::recipients;
use crate::{Store, values};
use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use tuermer_core::ids::{ThreatId, UserName, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::scale::{Level, Urgency};
use tuermer_core::warning::{Form, MessageType, Warning, WarningState, WarningText};

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
