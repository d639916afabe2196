//! Which advisories match which assets, both ways, and how far their remedies have come (clauses 13.3 to 13.7, 13.13).

use crate::Store;
use crate::ground::engine::{Row, Value};
use crate::verdicts::exposures::word;
use crate::verdicts::remediation::{JOINED, effective};
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::exposure::RemediationState;
use tuermer_core::ids::{AssetId, OrganisationId, ThreatId};
use tuermer_core::product::ProductKey;
use tuermer_core::scale::{Certainty, Status};

/// One flaw of one document on one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Document.
    pub threat: ThreatId,
    /// Its title.
    pub title: String,
    /// Revision that was matched.
    pub revision: String,
    /// Register number of the organisation.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// Our id of the organisation.
    pub organisation: OrganisationId,
    /// Asset; `None` where only a sign is known.
    pub asset: Option<AssetId>,
    /// Vendor and product as told, build or version, host; empty where only a sign is known.
    pub product: [String; 4],
    /// CVE or the publisher's id.
    pub vulnerability: String,
    /// How it stands.
    pub status: Status,
    /// How surely.
    pub certainty: Certainty,
    /// How far the remedy has come.
    pub remediation: RemediationState,
    /// When it was matched.
    pub assessed_at: Timestamp,
}

/// Rows of one list that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Product key, asset id or threat id.
    pub key: String,
    /// Product as told, asset in words, or title.
    pub name: String,
    /// Assets in it.
    pub assets: u64,
    /// Documents in it.
    pub documents: u64,
    /// Assets by how far the remedy has come; an asset stands where its least advanced flaw stands.
    pub states: [u64; 3],
}

/// By what rows are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Products.
    Product,
    /// Assets.
    Asset,
    /// Documents.
    Document,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchFilter {
    /// Of this document.
    pub threat: Option<ThreatId>,
    /// Of this asset.
    pub asset: Option<AssetId>,
    /// Of this product, in the words of the asset or in comparable form.
    pub product: Option<String>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// At least this sure: the user widens or narrows (clause 13.2).
    pub at_least: Option<Certainty>,
    /// How far the remedy has come.
    pub remediation: Option<RemediationState>,
}

/// Where a page begins: after this document, organisation, asset, flaw.
type After<'a> = (&'a ThreatId, &'a OrganisationId, &'a str, &'a str);

impl MatchFilter {
    /// Conditions over `m`, `s` and `r`. What is not affected is no match.
    fn conditions(&self) -> (Vec<String>, Vec<Value>) {
        let Self {
            threat,
            asset,
            product,
            organisation,
            at_least,
            remediation,
        } = self;
        let (mut conditions, mut values) =
            (vec!["m.status <> 'not_affected'".to_string()], Vec::new());
        let mut equal = |column: &str, value: Option<&str>| {
            if let Some(value) = value {
                values.push(Value::from(value));
                conditions.push(format!("{column} = ${}", values.len()));
            }
        };
        equal("m.threat_id", threat.as_ref().map(ThreatId::as_str));
        equal("m.asset_id", asset.as_ref().map(AssetId::as_str));
        equal(
            "m.organisation_id",
            organisation.as_ref().map(OrganisationId::as_str),
        );
        equal(&effective(), remediation.map(RemediationState::as_str));
        if let Some(product) = product {
            values.push(Value::from(ProductKey::new("", product).product));
            values.push(Value::from(format!(
                "%{}%",
                product
                    .to_lowercase()
                    .replace('\\', "\\\\")
                    .replace('%', "\\%")
                    .replace('_', "\\_")
            )));
            let (key, words) = (values.len().saturating_sub(1), values.len());
            conditions.push(format!("(s.product_key = ${key} OR LOWER(s.vendor || ' ' || s.product) LIKE ${words} ESCAPE '\\')"));
        }
        if let Some(least) = at_least {
            let words: Vec<String> = Certainty::ALL
                .iter()
                .filter(|word| *word >= least)
                .map(|word| format!("'{}'", word.as_str()))
                .collect();
            conditions.push(format!("m.certainty IN ({})", words.join(", ")));
        }
        (conditions, values)
    }
}

impl Store {
    /// Matches in order of document, organisation, asset and flaw, `limit` at most.
    pub async fn matched(
        &self,
        filter: &MatchFilter,
        after: Option<After<'_>>,
        limit: usize,
    ) -> Result<Vec<Matched>> {
        let (mut conditions, mut values) = filter.conditions();
        if let Some((threat, organisation, asset, vulnerability)) = after {
            let base = values.len();
            values.extend(
                [threat.as_str(), organisation.as_str(), asset, vulnerability].map(Value::from),
            );
            let [a, b, c, d] = [1, 2, 3, 4].map(|place: usize| base.saturating_add(place));
            conditions.push(format!(
                "(m.threat_id > ${a} OR (m.threat_id = ${a} AND (m.organisation_id > ${b} OR (m.organisation_id = ${b} AND
                   (m.asset_id > ${c} OR (m.asset_id = ${c} AND m.vulnerability > ${d}))))))"
            ));
        }
        values.push(i64::try_from(limit)?.into());
        let sql = format!(
            "SELECT m.threat_id, t.title, e.threat_revision, o.external_id, o.name, m.organisation_id, m.asset_id, s.vendor, s.product,
                 COALESCE(s.build, s.version), s.hostname, m.vulnerability, m.status, m.certainty, {}, e.assessed_at
             FROM asset_match m JOIN exposure e ON e.organisation_id = m.organisation_id AND e.threat_id = m.threat_id
             JOIN threat t ON t.id = m.threat_id JOIN organisation o ON o.id = m.organisation_id {JOINED}
             WHERE {} ORDER BY m.threat_id, m.organisation_id, m.asset_id, m.vulnerability LIMIT ${}",
            effective(),
            conditions.join(" AND "),
            values.len()
        );
        self.read(&sql, values).await?.iter().map(matched).collect()
    }

    /// Matches put together, most assets first.
    pub async fn matched_groups(&self, filter: &MatchFilter, by: By) -> Result<Vec<Group>> {
        let (conditions, values) = filter.conditions();
        let (key, name) = match by {
            By::Product => ("COALESCE(s.product_key, '')", "COALESCE(s.product, '')"),
            By::Asset => (
                "m.asset_id",
                "COALESCE(o.external_id || ' ' || s.product || ' ' || COALESCE(s.build, s.version) || ' ' || s.hostname, o.external_id)",
            ),
            By::Document => ("m.threat_id", "t.title"),
        };
        // An asset known by a sign only stands for its organisation.
        let asset = "CASE WHEN m.asset_id = '' THEN m.organisation_id ELSE m.asset_id END";
        let state = effective();
        let sql = format!(
            "SELECT g.k, MIN(g.name), COUNT(DISTINCT g.asset), COUNT(DISTINCT g.document),
                 COUNT(DISTINCT CASE WHEN g.least = 0 THEN g.asset END), COUNT(DISTINCT CASE WHEN g.least = 1 THEN g.asset END),
                 COUNT(DISTINCT CASE WHEN g.least = 2 THEN g.asset END)
             FROM (SELECT {key} AS k, MIN({name}) AS name, {asset} AS asset, MIN(m.threat_id) AS document,
                     MIN(CASE {state} WHEN 'not_remediated' THEN 0 WHEN 'in_progress' THEN 1 ELSE 2 END) AS least
                 FROM asset_match m JOIN threat t ON t.id = m.threat_id JOIN organisation o ON o.id = m.organisation_id {JOINED}
                 WHERE {} GROUP BY {key}, {asset}, m.threat_id) g
             GROUP BY g.k ORDER BY 3 DESC, 1",
            conditions.join(" AND ")
        );
        let group = |row: &Row| {
            let states = [row.count(4)?, row.count(5)?, row.count(6)?];
            Ok(Group {
                key: row.text(0)?,
                name: row.text(1)?,
                assets: row.count(2)?,
                documents: row.count(3)?,
                states,
            })
        };
        self.read(&sql, values).await?.iter().map(group).collect()
    }
}

fn matched(row: &Row) -> Result<Matched> {
    let asset = Some(row.text(6)?)
        .filter(|asset| !asset.is_empty())
        .map(AssetId);
    let told = |index: usize| row.text_or_null(index).map(Option::unwrap_or_default);
    Ok(Matched {
        threat: ThreatId(row.text(0)?),
        title: row.text(1)?,
        revision: row.text(2)?,
        external_id: row.text(3)?,
        name: row.text(4)?,
        organisation: OrganisationId(row.text(5)?),
        asset,
        product: [told(7)?, told(8)?, told(9)?, told(10)?],
        vulnerability: row.text(11)?,
        status: word(&row.text(12)?, Status::parse)?,
        certainty: word(&row.text(13)?, Certainty::parse)?,
        remediation: word(&row.text(14)?, RemediationState::parse)?,
        assessed_at: row.time(15)?,
    })
}
