//! Indicators: what to look for, until its publisher takes it back or its time is over; and lists of what is harmless.

use crate::Store;
use crate::documents::document::unpacked;
use crate::ground::engine::{Transaction, Value, places};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tuermer_core::harmless::{Harmless, HarmlessList};
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_core::trace::{Indicator, Trace};
use tuermer_formats::format::Format;
use tuermer_formats::warninglist;

/// Writes indicators; what was taken back goes.
pub async fn write(open: &mut Transaction, indicators: &[Indicator], document: &str) -> Result<()> {
    let mut rows = Vec::with_capacity(indicators.len());
    for indicator in indicators {
        match indicator.withdrawn {
            true => remove_withdrawn(open, indicator).await?,
            false => rows.push(indicator_row(indicator, document)),
        }
    }
    let sql = "INSERT INTO indicator (trace, source, origin_id, title, context, tlp, grade, modified_at, valid_from, valid_until, document_sha256)";
    let newer = "ON CONFLICT (trace, source, origin_id) DO UPDATE SET title = excluded.title, context = excluded.context, tlp = excluded.tlp,
        grade = excluded.grade, modified_at = excluded.modified_at, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
        document_sha256 = excluded.document_sha256 WHERE excluded.modified_at > indicator.modified_at";
    // A statement may touch a row once only.
    rows.sort_by(|one, other| {
        one.iter()
            .take(3)
            .map(|value| format!("{value:?}"))
            .cmp(other.iter().take(3).map(|value| format!("{value:?}")))
    });
    rows.dedup_by(|one, other| one.iter().take(3).eq(other.iter().take(3)));
    let written: BTreeSet<(&str, &str)> = indicators
        .iter()
        .map(|indicator| (indicator.source.as_str(), indicator.origin_id.as_str()))
        .collect();
    open.insert_many(sql, rows, newer).await?;
    replace(
        open,
        written.into_iter().filter(|(_, origin)| !origin.is_empty()),
    )
    .await
}

/// Removes an indicator that its source took back, unless a newer one is stored.
async fn remove_withdrawn(open: &mut Transaction, indicator: &Indicator) -> Result<()> {
    let sql = "DELETE FROM indicator WHERE trace = $1 AND source = $2 AND origin_id = $3 AND modified_at <= $4";
    let values = values![
        indicator.trace.to_text(),
        &indicator.source,
        &indicator.origin_id,
        indicator.modified_at
    ];
    open.run(sql, values).await?;
    Ok(())
}

fn indicator_row(indicator: &Indicator, document: &str) -> Vec<Value> {
    let Indicator {
        trace,
        origin_id,
        source,
        title,
        context,
        tlp,
        grade,
        modified_at,
        valid_from,
        valid_until,
        withdrawn: _,
    } = indicator;
    let context = context
        .iter()
        .map(Trace::to_text)
        .collect::<Vec<_>>()
        .join("\n");
    values![
        trace.to_text(),
        source,
        origin_id,
        title,
        context,
        tlp.as_str(),
        grade.to_text(),
        *modified_at,
        *valid_from,
        *valid_until,
        document
    ]
}

/// Removes what a newer word of the same source under the same id has replaced.
async fn replace(
    open: &mut Transaction,
    written: impl Iterator<Item = (&str, &str)>,
) -> Result<()> {
    let mut by_source: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (source, origin) in written {
        by_source.entry(source).or_default().push(origin);
    }
    for (source, origins) in by_source {
        for page in origins.chunks(ROWS_PER_STATEMENT) {
            let sql = format!(
                "DELETE FROM indicator WHERE source = $1 AND origin_id IN ({}) AND EXISTS (SELECT 1 FROM indicator n
                    WHERE n.source = indicator.source AND n.origin_id = indicator.origin_id AND n.modified_at > indicator.modified_at)",
                places(2, page.len())
            );
            let values = std::iter::once(Value::from(source))
                .chain(page.iter().map(|origin| Value::from(*origin)))
                .collect();
            open.run(&sql, values).await?;
        }
    }
    Ok(())
}

/// An indicator as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorLine {
    /// What to look for, `domain:evil.example`.
    pub trace: String,
    /// Who says so.
    pub source: String,
    /// What it belongs to.
    pub title: String,
    /// Who may see it.
    pub tlp: String,
    /// How far it is to be believed.
    pub grade: String,
    /// When the source last changed it.
    pub modified_at: Timestamp,
    /// Until when it holds.
    pub valid_until: Option<Timestamp>,
}

impl Store {
    /// Indicators that hold at `now`, the newest first.
    pub async fn indicators(&self, now: Timestamp, limit: usize) -> Result<Vec<IndicatorLine>> {
        let sql = "SELECT trace, source, title, tlp, grade, modified_at, valid_until FROM indicator
            WHERE valid_until IS NULL OR valid_until > $1 ORDER BY modified_at DESC, trace, source LIMIT $2";
        let rows = self.read(sql, values![now, i64::try_from(limit)?]).await?;
        let line = |row: &crate::ground::row::Row| {
            Ok(IndicatorLine {
                trace: row.text(0)?,
                source: row.text(1)?,
                title: row.text(2)?,
                tlp: row.text(3)?,
                grade: row.text(4)?,
                modified_at: row.time(5)?,
                valid_until: row.time_or_null(6)?,
            })
        };
        rows.iter().map(line).collect()
    }

    /// What is harmless.
    pub async fn harmless(&self) -> Result<Harmless> {
        let mut harmless = Harmless::default();
        self.harmless_lists()
            .await?
            .into_iter()
            .for_each(|list| harmless.add(list));
        Ok(harmless)
    }

    /// The newest of each list of what is harmless.
    pub async fn harmless_lists(&self) -> Result<Vec<HarmlessList>> {
        let sql = "SELECT bytes, encoding FROM document WHERE kind = $1 AND state = 'accepted' ORDER BY received_at";
        let mut newest = BTreeMap::new();
        for row in self
            .read(sql, values![Format::Warninglist.as_str()])
            .await?
        {
            match warninglist::read(&unpacked(&row, 0, 1)?) {
                Ok(reading) => drop(newest.insert(reading.list.name.clone(), reading.list)),
                Err(error) => tracing::warn!(
                    error = error.to_string(),
                    "a kept list of what is harmless cannot be read any more and is not used"
                ),
            }
        }
        Ok(newest.into_values().collect())
    }
}
