//! The region at a glance, as counts made by the database: funnel, clock, patch curve, municipalities,
//! and the warnings that are out. No names leave this file.

use crate::Store;
use crate::ground::engine::Row;
use crate::values;
use anyhow::{Result, anyhow};
use jiff::Timestamp;
use tuermer_core::ids::{ThreatId, WarningNumber};
use tuermer_core::limits::{MUNICIPALITIES_SHOWN, WARNINGS_SHOWN};
use tuermer_core::locale::Language;
use tuermer_core::picture::{Clock, Picture};
use tuermer_core::scale::Level;

/// Released: two people agreed. A stopped warning is out only if it had been released before.
const RELEASED: &str =
    "w.approved_at IS NOT NULL AND w.state IN ('approved', 'sending', 'done', 'stopped')";

/// The first warning of a threat that two people released.
const FIRST_OUT: &str = "(SELECT f.number FROM warning f WHERE f.threat_id = $1 AND f.approved_at IS NOT NULL ORDER BY f.approved_at, f.number LIMIT 1)";

/// One point of the patch curve: everything up to `at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePoint {
    /// When the last step of its hour happened.
    pub at: Timestamp,
    /// Fixed and measured, so far.
    pub measured: u64,
    /// Fixed by measurement or by their own word, so far; never less than `measured`.
    pub told: u64,
}

/// How fast a hole is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchCurve {
    /// First public.
    pub from: Timestamp,
    /// Companies whose holes are counted: warned and not found unaffected; before a warning, affected or fixed.
    pub base: u64,
    /// Steps in time order; both counts only grow.
    pub points: Vec<CurvePoint>,
    /// First hand-over of each warning.
    pub warnings: Vec<Timestamp>,
}

/// One municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Municipality {
    /// Name as in the register.
    pub city: String,
    /// Companies still affected.
    pub open: u64,
    /// Companies affected or fixed.
    pub affected: u64,
}

/// A warning that is out and may be shown to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicWarning {
    /// Number.
    pub number: WarningNumber,
    /// What it warns about.
    pub threat: ThreatId,
    /// Step 1 to 4.
    pub level: Level,
    /// Product and deed in the reader's language.
    pub headline: String,
    /// Released at.
    pub released_at: Timestamp,
    /// The first warning of this threat with this step.
    pub level_since: Timestamp,
    /// A later warning of the same threat says something new.
    pub update: bool,
}

fn public_warning(row: &Row) -> Result<PublicWarning> {
    Ok(PublicWarning {
        number: WarningNumber(row.text(0)?),
        threat: ThreatId(row.text(1)?),
        level: row.word(2, "warning.level", Level::parse)?,
        headline: row.text(3)?,
        released_at: row.time(4)?,
        update: row.text(5)? == "update",
        level_since: row.time(6)?,
    })
}

impl Store {
    async fn count(&self, sql: &str, threat: &ThreatId) -> Result<u64> {
        self.read_one(sql, values![threat.as_str()])
            .await?
            .map_or(Ok(0), |row| row.count(0))
    }

    /// Counts and clock of one threat; members only, providers are not counted.
    pub async fn picture(&self, threat: &ThreatId) -> Result<Picture> {
        let members = self
            .read_one(
                "SELECT COUNT(*) FROM organisation WHERE kind = 'member'",
                Vec::new(),
            )
            .await?;
        let exposures = "SELECT
                CAST(COALESCE(SUM(CASE WHEN e.status <> 'not_affected' OR EXISTS (SELECT 1 FROM asset_match m JOIN asset s ON s.id = m.asset_id
                    WHERE m.organisation_id = e.organisation_id AND m.threat_id = e.threat_id AND s.presence = 'on_premises') THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN e.status = 'affected' THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN e.status = 'unknown' THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN e.status = 'fixed' AND e.measured = FALSE THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN e.status = 'fixed' AND e.measured = TRUE THEN 1 ELSE 0 END), 0) AS BIGINT)
            FROM exposure e JOIN organisation o ON o.id = e.organisation_id AND o.kind = 'member' WHERE e.threat_id = $1";
        let row = self
            .read_one(exposures, values![threat.as_str()])
            .await?
            .ok_or_else(|| anyhow!("counts give one row"))?;
        let warned = format!(
            "SELECT COUNT(DISTINCT r.organisation_id) FROM recipient r JOIN warning w ON w.number = r.warning_number WHERE w.threat_id = $1 AND {RELEASED}"
        );
        let delivered = "SELECT COUNT(DISTINCT d.organisation_id) FROM delivery d JOIN warning w ON w.number = d.warning_number WHERE w.threat_id = $1 AND d.state = 'sent'";
        let answered = "SELECT COUNT(DISTINCT a.organisation_id) FROM answer a WHERE a.threat_id = $1 AND a.undone_at IS NULL";
        let help = "SELECT COUNT(DISTINCT t.organisation_id) FROM task t WHERE t.threat_id = $1 AND t.kind = 'help' AND t.done_at IS NULL";
        Ok(Picture {
            members: members.map_or(Ok(0), |row| row.count(0))?,
            with_product: row.count(0)?,
            affected: row.count(1)?,
            unknown: row.count(2)?,
            warned: self.count(&warned, threat).await?,
            delivered: self.count(delivered, threat).await?,
            answered: self.count(answered, threat).await?,
            fixed_reported: row.count(3)?,
            fixed_measured: row.count(4)?,
            needs_help: self.count(help, threat).await?,
            clock: self.clock(threat).await?,
        })
    }

    /// When what happened; 50 and 90 % are of those whom the first warning was for: whoever came later cannot have been late.
    async fn clock(&self, threat: &ThreatId) -> Result<Clock> {
        let audience = self
            .count(
                &format!("SELECT COUNT(*) FROM recipient r WHERE r.warning_number = {FIRST_OUT}"),
                threat,
            )
            .await?;
        let sql = "SELECT t.published_at, t.seen_at, t.matched_at,
                (SELECT MIN(w.drafted_at) FROM warning w WHERE w.threat_id = t.id),
                (SELECT MIN(w.approved_at) FROM warning w WHERE w.threat_id = t.id),
                (SELECT MIN(d.at) FROM delivery d JOIN warning w ON w.number = d.warning_number WHERE w.threat_id = t.id AND d.state = 'sent')
            FROM threat t WHERE t.id = $1";
        let Some(row) = self.read_one(sql, values![threat.as_str()]).await? else {
            return Ok(Clock::default());
        };
        Ok(Clock {
            published: row.time_or_null(0)?,
            seen: row.time_or_null(1)?,
            matched: row.time_or_null(2)?,
            drafted: row.time_or_null(3)?,
            approved: row.time_or_null(4)?,
            first_sent: row.time_or_null(5)?,
            p50_delivered: self
                .delivered_at(threat, audience.saturating_mul(50).div_ceil(100))
                .await?,
            p90_delivered: self
                .delivered_at(threat, audience.saturating_mul(90).div_ceil(100))
                .await?,
        })
    }

    /// When the n-th organisation had its first message handed over; `None` where it is fewer.
    async fn delivered_at(&self, threat: &ThreatId, nth: u64) -> Result<Option<Timestamp>> {
        let Some(offset) = nth.checked_sub(1) else {
            return Ok(None);
        };
        let sql = format!(
            "SELECT MIN(d.at) FROM delivery d WHERE d.warning_number = {FIRST_OUT} AND d.state = 'sent' GROUP BY d.organisation_id ORDER BY 1 LIMIT 1 OFFSET $2"
        );
        let row = self
            .read_one(&sql, values![threat.as_str(), i64::try_from(offset)?])
            .await?;
        row.map_or(Ok(None), |row| row.time_or_null(0))
    }

    /// How the hole is closed over time, in steps of an hour.
    pub async fn patch_curve(&self, threat: &ThreatId) -> Result<PatchCurve> {
        let sql = "SELECT published_at FROM threat WHERE id = $1";
        let from = self
            .read_one(sql, values![threat.as_str()])
            .await?
            .ok_or_else(|| anyhow!("there is no threat {threat}"))?
            .time(0)?;
        let warned = format!(
            "EXISTS (SELECT 1 FROM recipient r JOIN warning w ON w.number = r.warning_number WHERE r.organisation_id = e.organisation_id AND w.threat_id = e.threat_id AND {RELEASED})"
        );
        let told_to_somebody =
            format!("SELECT COUNT(*) FROM warning w WHERE w.threat_id = $1 AND {RELEASED}");
        let counted = if self.count(&told_to_somebody, threat).await? > 0 {
            format!("e.threat_id = $1 AND e.status <> 'not_affected' AND {warned}")
        } else {
            "e.threat_id = $1 AND e.status IN ('affected', 'fixed')".to_string()
        };
        let base = self
            .count(
                &format!("SELECT COUNT(*) FROM exposure e WHERE {counted}"),
                threat,
            )
            .await?;
        let measured = format!(
            "SELECT e.observed_at, COUNT(*) FROM exposure e WHERE {counted} AND e.status = 'fixed' AND e.measured = TRUE GROUP BY 1 ORDER BY 1"
        );
        // Told: their own word where it came first or is all we have, else the measurement.
        let told = format!(
            "SELECT CASE WHEN a.at IS NULL THEN e.observed_at WHEN e.measured = FALSE THEN a.at WHEN a.at < e.observed_at THEN a.at ELSE e.observed_at END, COUNT(*)
             FROM exposure e LEFT JOIN (SELECT organisation_id, MIN(at) AS at FROM answer WHERE threat_id = $1 AND answer = 'done' AND undone_at IS NULL GROUP BY organisation_id) a
                ON a.organisation_id = e.organisation_id
             WHERE {counted} AND e.status = 'fixed' GROUP BY 1 ORDER BY 1"
        );
        let steps = |rows: Vec<Row>| {
            rows.iter()
                .map(|row| Ok((row.time(0)?.max(from), row.count(1)?)))
                .collect::<Result<Vec<_>>>()
        };
        let measured = steps(self.read(&measured, values![threat.as_str()]).await?)?;
        let told = steps(self.read(&told, values![threat.as_str()]).await?)?;
        let first = format!(
            "SELECT MIN(d.at) FROM delivery d JOIN warning w ON w.number = d.warning_number WHERE w.threat_id = $1 AND d.state = 'sent' AND {RELEASED} GROUP BY w.number ORDER BY 1"
        );
        let rows = self.read(&first, values![threat.as_str()]).await?;
        let warnings = rows
            .iter()
            .map(|row| row.time(0))
            .collect::<Result<Vec<_>>>()?;
        Ok(PatchCurve {
            from,
            base,
            points: accumulate(&measured, &told),
            warnings,
        })
    }

    /// Open and affected members per municipality, by name.
    pub async fn municipalities(&self, threat: &ThreatId) -> Result<Vec<Municipality>> {
        let sql = "SELECT o.city, CAST(SUM(CASE WHEN e.status = 'affected' THEN 1 ELSE 0 END) AS BIGINT), COUNT(*)
            FROM exposure e JOIN organisation o ON o.id = e.organisation_id AND o.kind = 'member'
            WHERE e.threat_id = $1 AND e.status IN ('affected', 'fixed') AND o.city <> '' GROUP BY o.city ORDER BY o.city LIMIT $2";
        let rows = self
            .read(
                sql,
                values![threat.as_str(), i64::try_from(MUNICIPALITIES_SHOWN)?],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Municipality {
                    city: row.text(0)?,
                    open: row.count(1)?,
                    affected: row.count(2)?,
                })
            })
            .collect()
    }

    /// Warnings everybody may see: released, TLP:CLEAR, not withdrawn, the last one of each threat; gravest and newest first.
    pub async fn public_warnings(&self, language: Language) -> Result<Vec<PublicWarning>> {
        // An update speaks to those still open ("open at your company"); the public list keeps the words of the first one.
        let sql = "SELECT w.number, w.threat_id, w.level, COALESCE((SELECT y.headline FROM warning f JOIN warning_text y ON y.warning_number = f.number AND y.language = $1
                WHERE f.threat_id = w.threat_id AND f.message_type = 'alert' AND f.approved_at IS NOT NULL AND f.state IN ('approved', 'sending', 'done')
                ORDER BY f.approved_at LIMIT 1), x.headline), w.approved_at, w.message_type,
              (SELECT MIN(f.approved_at) FROM warning f WHERE f.threat_id = w.threat_id AND f.level = w.level)
            FROM warning w JOIN threat t ON t.id = w.threat_id JOIN warning_text x ON x.warning_number = w.number AND x.language = $1
            WHERE w.approved_at IS NOT NULL AND w.state IN ('approved', 'sending', 'done') AND w.message_type <> 'cancel'
              AND t.tlp = 'TLP:CLEAR' AND t.withdrawn = FALSE
              AND NOT EXISTS (SELECT 1 FROM warning later WHERE later.threat_id = w.threat_id AND later.approved_at > w.approved_at
                AND later.state IN ('approved', 'sending', 'done'))
            ORDER BY w.level DESC, w.approved_at DESC, w.number LIMIT $2";
        self.read(
            sql,
            values![language.code(), i64::try_from(WARNINGS_SHOWN)?],
        )
        .await?
        .iter()
        .map(public_warning)
        .collect()
    }

    /// Is this warning out, and may everybody see it? `None`: not out. `Some(false)`: only with a link of one's own.
    pub async fn is_public(&self, warning: &WarningNumber) -> Result<Option<bool>> {
        let sql = format!(
            "SELECT t.tlp = 'TLP:CLEAR' FROM warning w JOIN threat t ON t.id = w.threat_id WHERE w.number = $1 AND {RELEASED}"
        );
        self.read_one(&sql, values![warning.as_str()])
            .await?
            .map(|row| row.bool(0))
            .transpose()
    }
}

/// Hours since 1970.
fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3_600)
}

/// Joins two lists of steps into one running count, at most one point an hour.
fn accumulate(measured: &[(Timestamp, u64)], told: &[(Timestamp, u64)]) -> Vec<CurvePoint> {
    let mut steps: Vec<(Timestamp, u64, u64)> = measured
        .iter()
        .map(|(at, n)| (*at, *n, 0))
        .chain(told.iter().map(|(at, n)| (*at, 0, *n)))
        .collect();
    steps.sort_unstable_by_key(|(at, _, _)| *at);
    let mut points: Vec<CurvePoint> = Vec::new();
    let (mut measured, mut told) = (0_u64, 0_u64);
    for (at, m, t) in steps {
        measured = measured.saturating_add(m);
        told = told.saturating_add(t);
        let point = CurvePoint {
            at,
            measured,
            told: told.max(measured),
        };
        match points.last_mut() {
            Some(last) if hour(last.at) == hour(at) => *last = point,
            _ => points.push(point),
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_add_up_and_the_word_is_never_below_the_measurement() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let measured = [
            (at("2021-03-05T10:10:00Z"), 2),
            (at("2021-03-06T10:00:00Z"), 1),
        ];
        let told = [
            (at("2021-03-05T10:20:00Z"), 3),
            (at("2021-03-05T10:50:00Z"), 1),
        ];
        let points = accumulate(&measured, &told);
        let rows: Vec<(String, u64, u64)> = points
            .iter()
            .map(|p| (p.at.to_string(), p.measured, p.told))
            .collect();
        assert_eq!(
            rows,
            [
                ("2021-03-05T10:50:00Z".to_string(), 2, 4),
                ("2021-03-06T10:00:00Z".to_string(), 3, 4)
            ]
        );
    }
}
