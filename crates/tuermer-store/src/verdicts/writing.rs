//! Verdicts on their way into the database: who stands alike shares a row of words; what is the same is not written.
//!
//! `verdict` with `verdict_ground` and `verdict_match` holds what is said, once per threat; its number is made from
//! its content. `standing` says of each organisation which verdict is its own, through which asset and seen when;
//! `standing_ground` does so for each ground where there are several. Views: `exposure`, `ground`, `asset_match`.

mod again;
mod page;

use self::again::Before;
use self::page::Page;
use crate::Store;
use crate::ground::engine::{Cells, Transaction, Value, places};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use tuermer_core::assess::{Alike, Standings};
use tuermer_core::exposure::{Exposure, Ground, Match};
use tuermer_core::ids::{AssetId, OrganisationId, ThreatId};
use tuermer_core::limits::{ROWS_PER_STATEMENT, VERDICTS_GONE};

const REMOVE: &str = "DELETE FROM verdict WHERE threat_id = $1 AND number IN (SELECT v.number FROM verdict v
    WHERE v.threat_id = $1 AND v.number NOT IN (SELECT verdict FROM standing WHERE threat_id = $1) LIMIT $2)";
/// The verdicts of one threat while they are compared with what stands.
pub struct Verdicts {
    threat: ThreatId,
    now: Timestamp,
    /// Digests of what stands, by organisation; what is left at the end stands no more.
    before: HashMap<String, i64>,
    stood: bool,
    /// Numbers of the shared verdicts.
    shared: Vec<i64>,
    /// Numbers that were written.
    known: HashSet<i64>,
    /// What was said before, where everything is judged again by other rules.
    said_before: Option<Before>,
    report: Written,
}

/// What became of the verdicts of one threat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Verdicts there are.
    pub judged: u64,
    /// Those that were new, changed or went away.
    pub changed: u64,
    /// Where everything is judged again: those that say something else than before, are new, or went away.
    pub otherwise: u64,
}

impl Store {
    /// What stands of one threat: for everybody, or for `only` these. `again`: it is counted what says something else
    /// than before, because everything is judged again.
    pub async fn verdicts(
        &self,
        threat: &ThreatId,
        only: Option<&[OrganisationId]>,
        again: bool,
        now: Timestamp,
    ) -> Result<Verdicts> {
        let sql = "SELECT organisation_id, digest FROM standing WHERE threat_id = $1";
        let mut before = HashMap::new();
        let pages: Vec<&[OrganisationId]> = only.map_or_else(
            || vec![&[][..]],
            |only| only.chunks(ROWS_PER_STATEMENT).collect(),
        );
        for page in pages {
            let some = if page.is_empty() {
                String::new()
            } else {
                format!(" AND organisation_id IN ({})", places(2, page.len()))
            };
            let values = std::iter::once(Value::from(threat.as_str()))
                .chain(page.iter().map(|id| Value::from(id.as_str())))
                .collect();
            let take = |before: &mut HashMap<String, i64>, row: &Cells<'_>| {
                before.insert(row.text(0)?.to_string(), row.int(1)?);
                Ok(())
            };
            before = self
                .database
                .read_into(&format!("{sql}{some}"), values, before, take)
                .await?;
        }
        let stood = !before.is_empty();
        let said_before = match again {
            true => Some(self.said_before(threat).await?),
            false => None,
        };
        Ok(Verdicts {
            threat: threat.clone(),
            now,
            before,
            stood,
            shared: Vec::new(),
            known: HashSet::new(),
            said_before,
            report: Written::default(),
        })
    }

    /// Threats that may have to do with these organisations: they were judged, they name a product of theirs, or a
    /// sign of theirs proves one of their flaws.
    pub async fn threats_about(
        &self,
        organisations: &[OrganisationId],
        products: &[String],
        flaws: &[String],
    ) -> Result<HashSet<ThreatId>> {
        let organisations: Vec<&str> = organisations.iter().map(OrganisationId::as_str).collect();
        let mut found = HashSet::new();
        for (sql, keys) in [
            (
                "SELECT DISTINCT threat_id FROM standing WHERE organisation_id IN",
                organisations,
            ),
            (
                "SELECT DISTINCT threat_id FROM judged_product WHERE product IN",
                products.iter().map(String::as_str).collect(),
            ),
            (
                "SELECT DISTINCT threat_id FROM vulnerability WHERE cve IN",
                flaws.iter().map(String::as_str).collect(),
            ),
        ] {
            for page in keys.chunks(ROWS_PER_STATEMENT) {
                let sql = format!("{sql} ({})", places(1, page.len()));
                for row in self
                    .read(&sql, page.iter().map(|key| Value::from(*key)).collect())
                    .await?
                {
                    found.insert(ThreatId(row.text(0)?));
                }
            }
        }
        Ok(found)
    }
}

impl Verdicts {
    /// Makes rows of verdicts and takes them out of `standings`; what it shares must stay in there.
    pub fn page(&mut self, standings: &mut Standings) -> Page {
        self.shared
            .extend(standings.shared.iter().skip(self.shared.len()).map(number));
        let mut page = Page::new(&self.threat);
        for alike in std::mem::take(&mut standings.alike) {
            let Some(exposure) = standings.shared.get(alike.shared) else {
                continue;
            };
            let Some(&number) = self.shared.get(alike.shared) else {
                continue;
            };
            let Alike {
                organisation,
                shared: _,
                asset,
                observed_at,
            } = &alike;
            self.stand(
                &mut page,
                exposure,
                organisation,
                number,
                Some((asset, *observed_at)),
            );
        }
        for exposure in std::mem::take(&mut standings.own) {
            let only = match exposure.grounds.as_slice() {
                [ground]
                    if exposure
                        .decisive
                        .as_ref()
                        .is_some_and(|decisive| decisive.observed_at == ground.observed_at) =>
                {
                    ground.asset.as_ref()
                }
                _ => None,
            };
            let only = only.zip(
                exposure
                    .decisive
                    .as_ref()
                    .map(|decisive| decisive.observed_at),
            );
            self.stand(
                &mut page,
                &exposure,
                &exposure.organisation,
                number(&exposure),
                only,
            );
        }
        page
    }

    /// Where one organisation stands, if it did not stand there before. `only`: the one asset considered.
    fn stand(
        &mut self,
        page: &mut Page,
        exposure: &Exposure,
        organisation: &OrganisationId,
        number: i64,
        only: Option<(&AssetId, Timestamp)>,
    ) {
        self.report.judged = self.report.judged.saturating_add(1);
        let observed_at = only.map_or_else(
            || {
                exposure
                    .decisive
                    .as_ref()
                    .map_or(self.now, |decisive| decisive.observed_at)
            },
            |(_, at)| at,
        );
        let asset = only.map_or("", |(asset, _)| asset.as_str());
        let grounds = match only {
            Some(_) => &[][..],
            None => exposure.grounds.as_slice(),
        };
        let digest = digest((number, asset, observed_at), grounds);
        let before = self.before.remove(organisation.as_str());
        if before == Some(digest) {
            return;
        }
        self.count(organisation, number, exposure);
        if self.known.insert(number) {
            page.describe(exposure, &self.threat, number);
        }
        let (threat, organisation) = (self.threat.as_str(), organisation.as_str());
        page.standings.push(values![
            threat,
            organisation,
            number,
            asset,
            observed_at,
            self.now,
            digest
        ]);
        if before.is_some() {
            page.replaced.push(organisation.into());
        }
        for (position, ground) in (0_i64..).zip(grounds) {
            let asset = ground.asset.as_ref().map_or("", |asset| asset.as_str());
            page.grounds.push(values![
                threat,
                organisation,
                position,
                asset,
                ground.observed_at
            ]);
        }
    }

    /// Counts a verdict that is written: it changed, and may say something else than before.
    fn count(&mut self, organisation: &OrganisationId, number: i64, exposure: &Exposure) {
        self.report.changed = self.report.changed.saturating_add(1);
        if let Some(said) = &mut self.said_before {
            let differs = said.differs(organisation.as_str(), number, exposure);
            self.report.otherwise = self.report.otherwise.saturating_add(u64::from(differs));
        }
    }

    /// Removes what stands no more, and words that nobody needs.
    pub async fn close(self, open: &mut Transaction) -> Result<Written> {
        let Self {
            threat,
            now: _,
            before,
            stood,
            shared: _,
            known: _,
            said_before,
            mut report,
        } = self;
        let gone: Vec<String> = before.into_keys().collect();
        for page in gone.chunks(ROWS_PER_STATEMENT) {
            let mut values = values![threat.as_str()];
            values.extend(page.iter().map(|id| Value::from(id.as_str())));
            open.run(
                &format!(
                    "DELETE FROM standing WHERE threat_id = $1 AND organisation_id IN ({})",
                    places(2, page.len())
                ),
                values,
            )
            .await?;
        }
        report.changed = report.changed.saturating_add(gone.len() as u64);
        if said_before.is_some() {
            report.otherwise = report.otherwise.saturating_add(gone.len() as u64);
        }
        if stood && report.changed > 0 {
            open.run(REMOVE, values![threat.as_str(), VERDICTS_GONE])
                .await?;
        }
        Ok(report)
    }
}

/// Form of the rows: a verdict that an earlier program stored as sentences never has the number of one stored as facts.
const FORM: u8 = 2;

/// Number of a verdict: made from all that its rows say, so that equal words have one row. Another version of the
/// program may make other numbers; then it is written again, no more.
fn number(exposure: &Exposure) -> i64 {
    let Exposure {
        organisation: _,
        threat: _,
        status,
        certainty,
        mitigated,
        incident,
        severity,
        urgency,
        basis,
        reason,
        question,
        grounds,
        matches: _,
        measured,
        decisive,
        assessed_at: _,
    } = exposure;
    let mut hasher = DefaultHasher::new();
    FORM.hash(&mut hasher);
    (
        status, certainty, mitigated, incident, severity, urgency, reason, question, measured,
    )
        .hash(&mut hasher);
    (&*basis.row, &*basis.flaw, basis.inputs_text()).hash(&mut hasher);
    decisive
        .as_ref()
        .map(|decisive| (&decisive.product, &decisive.version, &decisive.source))
        .hash(&mut hasher);
    for Ground {
        status,
        certainty,
        reason,
        asset: _,
        source,
        place,
        observed_at: _,
    } in grounds
    {
        (status, certainty, reason, source, place).hash(&mut hasher);
    }
    for (
        position,
        Match {
            asset: _,
            vulnerability,
            status,
            certainty,
            remediation,
        },
    ) in placed(exposure)
    {
        (position, vulnerability, status, certainty, remediation).hash(&mut hasher);
    }
    signed(hasher.finish())
}

/// Digest of where an organisation stands: its verdict, through which asset and seen when, and so for each ground.
fn digest((number, asset, observed_at): (i64, &str, Timestamp), grounds: &[Ground]) -> i64 {
    let mut hasher = DefaultHasher::new();
    (number, asset, observed_at.as_microsecond()).hash(&mut hasher);
    for ground in grounds {
        (&ground.asset, ground.observed_at).hash(&mut hasher);
    }
    signed(hasher.finish())
}

/// A hash as the databases can keep it.
fn signed(hash: u64) -> i64 {
    i64::try_from(hash >> 1).unwrap_or(i64::MAX)
}

/// Matches with the position of the ground that speaks of the same asset. Of several signs, the first speaks.
fn placed(exposure: &Exposure) -> impl Iterator<Item = (i64, &Match)> {
    let mut seen = HashSet::new();
    exposure.matches.iter().filter_map(move |entry| {
        let position = exposure
            .grounds
            .iter()
            .position(|ground| ground.asset == entry.asset)
            .unwrap_or(0);
        seen.insert((position, entry.vulnerability.as_str()))
            .then_some((i64::try_from(position).unwrap_or(0), entry))
    })
}
