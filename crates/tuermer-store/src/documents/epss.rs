//! FIRST's daily estimates: one whole day replaces the day before. They never change a verdict, so no gap counter rises.

use crate::Store;
use crate::ground::engine::{Row, Transaction, places};
use crate::ground::meta;
use crate::ground::row::Value;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits;
use tuermer_core::threat::Epss;
use tuermer_formats::epss::Day;

/// For which day the stored estimates hold, in `meta`.
const SCORED_AT: &str = "epss.score_date";
/// By which model they were made, in `meta`.
const MODEL: &str = "epss.model_version";

/// What a day changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Difference {
    /// Flaws without an estimate until now.
    pub new: u64,
    /// Another estimate.
    pub changed: u64,
    /// As before.
    pub same: u64,
}

/// For which day the stored estimates hold, and by which model they were made.
pub async fn stored_day(open: &mut Transaction) -> Result<Option<(Timestamp, String)>> {
    let Some(day) = meta::read(open, SCORED_AT)
        .await?
        .and_then(|text| text.parse().ok())
    else {
        return Ok(None);
    };
    Ok(Some((
        day,
        meta::read(open, MODEL).await?.unwrap_or_default(),
    )))
}

/// Replaces all estimates by those of one day.
pub async fn replace(open: &mut Transaction, day: &Day) -> Result<Difference> {
    let mut stored: HashMap<String, Epss> = HashMap::new();
    for row in open
        .read("SELECT cve, probability, percentile FROM epss", Vec::new())
        .await?
    {
        stored.insert(row.text(0)?, estimate(&row, 1)?);
    }
    let mut difference = Difference::default();
    let mut rows = Vec::new();
    for (cve, told) in &day.scores {
        let counter = match stored.remove(cve) {
            Some(before) if before == *told => {
                difference.same = difference.same.saturating_add(1);
                continue;
            }
            Some(_) => &mut difference.changed,
            None => &mut difference.new,
        };
        *counter = counter.saturating_add(1);
        rows.push(values![
            cve,
            i64::from(told.probability),
            i64::from(told.percentile)
        ]);
    }
    open.insert_many(
        "INSERT INTO epss (cve, probability, percentile)",
        rows,
        "ON CONFLICT (cve) DO UPDATE SET probability = excluded.probability, percentile = excluded.percentile",
    )
    .await?;
    let gone: Vec<String> = stored.into_keys().collect();
    for page in gone.chunks(limits::ROWS_PER_STATEMENT) {
        let sql = format!("DELETE FROM epss WHERE cve IN ({})", places(1, page.len()));
        open.run(&sql, page.iter().map(Value::from).collect())
            .await?;
    }
    meta::set(open, SCORED_AT, &day.scored_at.to_string()).await?;
    meta::set(open, MODEL, &day.model).await?;
    Ok(difference)
}

/// An estimate from two columns.
pub(crate) fn estimate(row: &Row, at: usize) -> Result<Epss> {
    Ok(Epss {
        probability: u32::try_from(row.int(at)?)?,
        percentile: u32::try_from(row.int(at.saturating_add(1))?)?,
    })
}

impl Store {
    /// Estimates of a threat's flaws by CVE.
    pub(crate) async fn epss_of(&self, id: &ThreatId) -> Result<HashMap<String, Epss>> {
        let sql = "SELECT e.cve, e.probability, e.percentile FROM vulnerability v JOIN epss e ON e.cve = v.cve WHERE v.threat_id = $1";
        self.read(sql, values![id.as_str()])
            .await?
            .iter()
            .map(|row| Ok((row.text(0)?, estimate(row, 1)?)))
            .collect()
    }
}
