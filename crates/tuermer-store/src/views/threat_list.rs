//! Threats as an analyst looks through them: those that concern members first, page by page, found by word or CVE.
//!
//! Thousands of threats concern nobody here. Whether one does is asked of an index, and companies are counted only
//! for the rows that are shown, so that the page costs the same with three threats and with a whole catalogue.

use crate::Store;
use crate::documents::threats::{Flaw, level_of};
use crate::ground::engine::{Row, Value};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::ids::{ThreatId, WarningNumber};
use tuermer_core::scale::Level;
use tuermer_core::threat::ThreatSource;

/// Which threats are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// At least one member is affected or undecided, and the publisher still stands by it.
    Concerning,
    /// Exploited by the publisher's word or KEV.
    Exploited,
    /// With a version range we could not read.
    NotUnderstood,
    /// Withdrawn by the publisher.
    Withdrawn,
    /// Every one.
    All,
}

impl Which {
    /// Every choice, in the order shown.
    pub const ALL: [Self; 5] = [
        Self::Concerning,
        Self::Exploited,
        Self::NotUnderstood,
        Self::Withdrawn,
        Self::All,
    ];

    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Concerning => "concerning",
            Self::Exploited => "exploited",
            Self::NotUnderstood => "not_understood",
            Self::Withdrawn => "withdrawn",
            Self::All => "all",
        }
    }

    /// The choice behind a word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.as_str() == text)
    }

    /// The condition on `threat t`.
    fn condition(self) -> &'static str {
        match self {
            Self::Concerning => {
                "(t.withdrawn = FALSE AND (EXISTS (SELECT 1 FROM exposure e WHERE e.threat_id = t.id AND e.status = 'affected')
                   OR EXISTS (SELECT 1 FROM exposure e WHERE e.threat_id = t.id AND e.status = 'unknown')))"
            }
            Self::Exploited => {
                "(t.exploited = TRUE OR EXISTS (SELECT 1 FROM vulnerability v JOIN kev k ON k.cve = v.cve AND k.withdrawn_at IS NULL WHERE v.threat_id = t.id))"
            }
            Self::NotUnderstood => "(t.ranges_not_understood > 0)",
            Self::Withdrawn => "(t.withdrawn = TRUE)",
            Self::All => "(1 = 1)",
        }
    }
}

/// What stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Affected members, then undecided ones, then the rest; the newest first among equals.
    Concern,
    /// Newest release first.
    Newest,
    /// Worst score first.
    Score,
}

impl Order {
    /// Every order, in the order shown.
    pub const ALL: [Self; 3] = [Self::Concern, Self::Newest, Self::Score];

    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Concern => "concern",
            Self::Newest => "newest",
            Self::Score => "score",
        }
    }

    /// The order behind a word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == text)
    }

    fn clause(self) -> &'static str {
        match self {
            Self::Concern => {
                "CASE WHEN t.withdrawn = TRUE THEN 3 WHEN EXISTS (SELECT 1 FROM exposure e WHERE e.threat_id = t.id AND e.status = 'affected') THEN 0
                      WHEN EXISTS (SELECT 1 FROM exposure e WHERE e.threat_id = t.id AND e.status = 'unknown') THEN 1 ELSE 2 END, t.released_at DESC, t.id"
            }
            Self::Newest => "t.released_at DESC, t.id",
            Self::Score => "(SELECT COALESCE(MAX(v.cvss_tenths), -1) FROM vulnerability v WHERE v.threat_id = t.id) DESC, t.released_at DESC, t.id",
        }
    }
}

/// A threat as an analyst sees it in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedThreat {
    /// Our id.
    pub id: ThreatId,
    /// Tracking id.
    pub tracking_id: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// Where it comes from.
    pub source: ThreatSource,
    /// This revision released at.
    pub released_at: Timestamp,
    /// Level as shown.
    pub level: Level,
    /// Worst score in tenths.
    pub cvss_tenths: Option<u8>,
    /// Of its flaws, the highest probability of exploitation within 30 days, in millionths.
    pub epss: Option<u32>,
    /// Exploited by the publisher's word.
    pub exploited: bool,
    /// One of its flaws stands in KEV.
    pub kev: bool,
    /// Withdrawn by its publisher.
    pub withdrawn: bool,
    /// Version ranges we could not read.
    pub not_understood: u64,
    /// Members with status `affected`.
    pub affected: u64,
    /// Members with status `unknown`.
    pub unknown: u64,
    /// Whoever looks has read this revision.
    pub read: bool,
    /// The newest warning about it that was not stopped.
    pub warning: Option<WarningNumber>,
}

/// `%…%` with the signs of a pattern made harmless; empty finds everything.
fn pattern(search: &str) -> String {
    format!(
        "%{}%",
        search
            .trim()
            .to_lowercase()
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_")
    )
}

const FOUND: &str = "(LOWER(t.title) LIKE $1 ESCAPE '\\' OR LOWER(t.tracking_id) LIKE $1 ESCAPE '\\' OR LOWER(t.publisher) LIKE $1 ESCAPE '\\'
    OR EXISTS (SELECT 1 FROM vulnerability s WHERE s.threat_id = t.id AND LOWER(s.cve) LIKE $1 ESCAPE '\\'))";

impl Store {
    /// How many threats each choice holds among those in which `search` occurs (title, tracking id, publisher, CVE).
    pub async fn threat_counts(&self, search: &str) -> Result<Vec<(Which, u64)>> {
        let columns: Vec<String> = Which::ALL
            .into_iter()
            .map(|which| {
                format!(
                    "CAST(COALESCE(SUM(CASE WHEN {} THEN 1 ELSE 0 END), 0) AS BIGINT)",
                    which.condition()
                )
            })
            .collect();
        let sql = format!("SELECT {} FROM threat t WHERE {FOUND}", columns.join(", "));
        let row = self.read_one(&sql, values![pattern(search)]).await?;
        let count = |place: usize| row.as_ref().map_or(Ok(0), |row| row.count(place));
        Which::ALL
            .into_iter()
            .enumerate()
            .map(|(place, which)| Ok((which, count(place)?)))
            .collect()
    }

    /// One page of threats in which `search` occurs, `limit` at most, after the first `skipped`; `reader` = who looks.
    pub async fn threats_listed(
        &self,
        reader: &str,
        which: Which,
        search: &str,
        order: Order,
        (skipped, limit): (usize, usize),
    ) -> Result<Vec<ListedThreat>> {
        let sql = format!(
            "SELECT t.id, t.tracking_id, t.title, t.publisher, t.source, t.released_at, t.level, t.exploited, t.withdrawn, t.ranges_not_understood,
                (SELECT MAX(w.number) FROM warning w WHERE w.threat_id = t.id AND w.state <> 'stopped'),
                (SELECT COUNT(*) FROM threat_read r WHERE r.threat_id = t.id AND r.account = $4 AND r.revision = t.revision)
             FROM threat t WHERE {FOUND} AND {} ORDER BY {} LIMIT $2 OFFSET $3",
            which.condition(),
            order.clause()
        );
        let rows = self
            .read(
                &sql,
                values![
                    pattern(search),
                    i64::try_from(limit)?,
                    i64::try_from(skipped)?,
                    reader
                ],
            )
            .await?;
        let ids: Vec<Value> = rows
            .iter()
            .map(|row| row.text(0).map(Value::from))
            .collect::<Result<_>>()?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let flaws = self.flaws_of(&ids).await?;
        let companies = self.companies_of(&ids).await?;
        rows.iter()
            .map(|row| listed(row, &flaws, &companies))
            .collect()
    }

    async fn flaws_of(&self, ids: &[Value]) -> Result<HashMap<String, Vec<Flaw>>> {
        let sql = format!(
            "SELECT v.threat_id, v.cve, v.cvss_tenths, k.cve, e.probability, e.percentile FROM vulnerability v
             LEFT JOIN kev k ON k.cve = v.cve AND k.withdrawn_at IS NULL LEFT JOIN epss e ON e.cve = v.cve WHERE v.threat_id IN ({}) ORDER BY v.threat_id, v.position",
            places(ids.len())
        );
        let mut flaws: HashMap<String, Vec<Flaw>> = HashMap::new();
        for row in self.read(&sql, ids.to_vec()).await? {
            flaws
                .entry(row.text(0)?)
                .or_default()
                .push(Flaw::read(&row, 1)?);
        }
        Ok(flaws)
    }

    /// Affected and undecided companies by threat.
    async fn companies_of(&self, ids: &[Value]) -> Result<HashMap<(String, String), u64>> {
        let sql = format!(
            "SELECT threat_id, status, COUNT(*) FROM exposure WHERE status IN ('affected', 'unknown') AND threat_id IN ({}) GROUP BY threat_id, status",
            places(ids.len())
        );
        let rows = self.read(&sql, ids.to_vec()).await?;
        rows.iter()
            .map(|row| Ok(((row.text(0)?, row.text(1)?), row.count(2)?)))
            .collect()
    }
}

/// `$1,$2,…`
fn places(count: usize) -> String {
    (1..=count)
        .map(|place| format!("${place}"))
        .collect::<Vec<_>>()
        .join(",")
}

fn listed(
    row: &Row,
    flaws: &HashMap<String, Vec<Flaw>>,
    companies: &HashMap<(String, String), u64>,
) -> Result<ListedThreat> {
    let id = row.text(0)?;
    let flaws = flaws.get(&id).map_or(&[][..], Vec::as_slice);
    let chosen = row.word_or_null(6, "threat.level", Level::parse)?;
    let exploited = row.bool(7)?;
    let count = |status: &str| {
        companies
            .get(&(id.clone(), status.to_string()))
            .copied()
            .unwrap_or(0)
    };
    Ok(ListedThreat {
        tracking_id: row.text(1)?,
        title: row.text(2)?,
        publisher: row.text(3)?,
        source: row.word(4, "threat.source", ThreatSource::parse)?,
        released_at: row.time(5)?,
        level: level_of(chosen, exploited, flaws),
        cvss_tenths: flaws.iter().filter_map(|flaw| flaw.cvss_tenths).max(),
        epss: flaws
            .iter()
            .filter_map(|flaw| flaw.epss)
            .map(|epss| epss.probability)
            .max(),
        exploited,
        kev: flaws.iter().any(|flaw| flaw.kev),
        withdrawn: row.bool(8)?,
        not_understood: row.count(9)?,
        affected: count("affected"),
        unknown: count("unknown"),
        read: row.count(11)? > 0,
        warning: row.text_or_null(10)?.map(WarningNumber),
        id: ThreatId(id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_address_lead_back() {
        for which in Which::ALL {
            assert_eq!(Which::parse(which.as_str()), Some(which));
        }
        for order in Order::ALL {
            assert_eq!(Order::parse(order.as_str()), Some(order));
        }
        assert_eq!((Which::parse(""), Order::parse("'")), (None, None));
    }

    #[test]
    fn signs_of_a_pattern_are_letters() {
        assert_eq!(pattern(" 100%_A\\ "), "%100\\%\\_a\\\\%");
    }
}
