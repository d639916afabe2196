//! Members and providers as their strongest source tells them. What each source said lies in [`crate::register::layers`].

use crate::Store;
use crate::ground::engine::{Row, Transaction, Value, places};
use crate::register::contacts::USABLE;
use crate::register::layers::{fact_columns, fact_updates, fact_values, facts};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::ids::OrganisationId;
use tuermer_core::organisation::{Kind, Organisation};

fn columns() -> String {
    format!("id, kind, external_id, {}", fact_columns())
}

/// An organisation from a row of [`columns`].
fn organisation(row: &Row) -> Result<Organisation> {
    Ok(Organisation {
        id: OrganisationId(row.text(0)?),
        kind: row.word(1, "organisation.kind", Kind::parse)?,
        external_id: row.text(2)?,
        facts: facts(row, 3)?,
    })
}

/// How many members can be reached on how many channels besides the letter (mail, telephone).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Reachability {
    /// Neither mail nor telephone.
    pub letter_only: u64,
    /// One of them.
    pub one_channel: u64,
    /// Both.
    pub two_channels: u64,
}

fn reachability_sql() -> String {
    format!(
        "SELECT channels, COUNT(*) FROM (
        SELECT o.id AS id, MAX(CASE WHEN p.kind = 'email' THEN 1 ELSE 0 END)
            + MAX(CASE WHEN p.kind IN ('phone', 'mobile') THEN 1 ELSE 0 END) AS channels
        FROM organisation o LEFT JOIN contact c ON c.organisation_id = o.id LEFT JOIN contact_point p ON p.contact_id = c.id AND {USABLE}
        WHERE o.kind = 'member' GROUP BY o.id) reach
    GROUP BY channels"
    )
}

fn reachability(rows: &[Row]) -> Result<Reachability> {
    let mut found = Reachability::default();
    for row in rows {
        let count = row.count(1)?;
        match row.int(0)? {
            0 => found.letter_only = count,
            1 => found.one_channel = count,
            _ => found.two_channels = count,
        }
    }
    Ok(found)
}

impl Store {
    /// One organisation.
    pub async fn organisation(&self, id: &OrganisationId) -> Result<Option<Organisation>> {
        let columns = columns();
        let sql = format!("SELECT {columns} FROM organisation WHERE id = $1");
        self.read_one(&sql, values![id.as_str()])
            .await?
            .as_ref()
            .map(organisation)
            .transpose()
    }

    /// One organisation by its number in the register.
    pub async fn organisation_by_external(
        &self,
        kind: Kind,
        external_id: &str,
    ) -> Result<Option<Organisation>> {
        let columns = columns();
        let sql =
            format!("SELECT {columns} FROM organisation WHERE kind = $1 AND external_id = $2");
        self.read_one(&sql, values![kind.as_str(), external_id])
            .await?
            .as_ref()
            .map(organisation)
            .transpose()
    }

    /// The member with this number in the register, or the provider where no member has it.
    pub async fn organisation_by_number(&self, number: &str) -> Result<Option<Organisation>> {
        for kind in [Kind::Member, Kind::Provider] {
            let found = self.organisation_by_external(kind, number).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Organisations whose number is this text; if there is none, those whose name contains it. Members first, then by name.
    pub async fn find_organisations(&self, text: &str, limit: usize) -> Result<Vec<Organisation>> {
        let columns = columns();
        let limit = i64::try_from(limit)?;
        // The kinds are named so that the index on kind and number is used.
        let sql = format!(
            "SELECT {columns} FROM organisation WHERE (kind IN ('member', 'provider') AND external_id = $1) OR id = $1 ORDER BY kind, name, id LIMIT $2"
        );
        let exact = self.read(&sql, values![text, limit]).await?;
        if !exact.is_empty() {
            return exact.iter().map(organisation).collect();
        }
        // LOWER() of SQLite leaves umlauts as written, so they are looked for in both cases.
        let pattern = |text: &str| {
            format!(
                "%{}%",
                text.replace('\\', "\\\\")
                    .replace('%', "\\%")
                    .replace('_', "\\_")
            )
        };
        let sql = format!(
            "SELECT {columns} FROM organisation
             WHERE LOWER(name) LIKE $1 ESCAPE '\\' OR LOWER(name) LIKE $2 ESCAPE '\\' OR LOWER(name) LIKE $3 ESCAPE '\\'
             ORDER BY kind, name, id LIMIT $4"
        );
        let [lower, as_written, upper] = [
            text.to_lowercase(),
            text.to_ascii_lowercase(),
            text.to_uppercase().to_ascii_lowercase(),
        ];
        let values = values![
            pattern(&lower),
            pattern(&as_written),
            pattern(&upper),
            limit
        ];
        self.read(&sql, values)
            .await?
            .iter()
            .map(organisation)
            .collect()
    }

    /// A page of organisations by id; `after` is the last of the page before.
    pub async fn organisations_page(
        &self,
        kind: Kind,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<Vec<Organisation>> {
        let columns = columns();
        let sql = format!(
            "SELECT {columns} FROM organisation WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3"
        );
        let after = after.map_or("", OrganisationId::as_str);
        self.read(&sql, values![kind.as_str(), after, i64::try_from(limit)?])
            .await?
            .iter()
            .map(organisation)
            .collect()
    }

    /// A page of members with neither mail address nor telephone number.
    pub async fn unreachable_page(
        &self,
        after: Option<&OrganisationId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Organisation>> {
        let columns = columns();
        let sql = format!(
            "SELECT {columns} FROM organisation o WHERE kind = 'member' AND id > $2 AND NOT EXISTS (
                SELECT 1 FROM contact c JOIN contact_point p ON p.contact_id = c.id
                WHERE c.organisation_id = o.id AND p.kind IN ('email', 'phone', 'mobile') AND {USABLE})
             ORDER BY id LIMIT $3"
        );
        let after = after.map_or("", OrganisationId::as_str);
        self.read(&sql, values![now, after, i64::try_from(limit)?])
            .await?
            .iter()
            .map(organisation)
            .collect()
    }

    /// How many members can be reached how.
    pub async fn reachability(&self, now: Timestamp) -> Result<Reachability> {
        reachability(&self.read(&reachability_sql(), values![now]).await?)
    }
}

/// How many members can be reached how, as this transaction would leave it.
pub async fn reachability_within(open: &mut Transaction, now: Timestamp) -> Result<Reachability> {
    reachability(&open.read(&reachability_sql(), values![now]).await?)
}

/// Organisations of one kind by their numbers.
pub async fn by_external(
    open: &mut Transaction,
    kind: Kind,
    external_ids: &[String],
) -> Result<HashMap<String, Organisation>> {
    let columns = columns();
    let mut found = HashMap::new();
    for page in external_ids.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT {columns} FROM organisation WHERE kind = $1 AND external_id IN ({})",
            places(2, page.len())
        );
        let values = std::iter::once(Value::from(kind.as_str()))
            .chain(page.iter().map(Value::from))
            .collect();
        for row in open.read(&sql, values).await? {
            let organisation = organisation(&row)?;
            found.insert(organisation.external_id.clone(), organisation);
        }
    }
    Ok(found)
}

/// Ids of members, or of providers where no member has the number.
pub async fn ids_by_external(
    open: &mut Transaction,
    external_ids: &[String],
) -> Result<HashMap<String, OrganisationId>> {
    let mut found = HashMap::new();
    for page in external_ids.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT external_id, id FROM organisation WHERE kind IN ('member', 'provider') AND external_id IN ({}) ORDER BY kind DESC",
            places(1, page.len())
        );
        // Members come last and so replace a provider of the same number.
        for row in open
            .read(&sql, page.iter().map(Value::from).collect())
            .await?
            .iter()
        {
            found.insert(row.text(0)?, OrganisationId(row.text(1)?));
        }
    }
    Ok(found)
}

/// Writes organisations, new or changed. A new one has nothing to be judged yet; its facts raise the counter later.
pub async fn write(
    open: &mut Transaction,
    organisations: Vec<Organisation>,
    now: Timestamp,
) -> Result<()> {
    let rows = organisations.into_iter().map(|organisation| {
        let Organisation {
            id,
            kind,
            external_id,
            facts,
        } = organisation;
        let mut values = values![id.0, kind.as_str(), external_id];
        values.extend(fact_values(&facts));
        values.extend(values![now, 0_i64, 0_i64]);
        values
    });
    open.insert_many(
        &format!(
            "INSERT INTO organisation ({}, changed_at, facts_revision, assessed_revision)",
            columns()
        ),
        rows.collect(),
        &format!(
            "ON CONFLICT (id) DO UPDATE SET {}, changed_at = excluded.changed_at",
            fact_updates()
        ),
    )
    .await?;
    Ok(())
}

/// Says that what a verdict rests on has changed for these organisations.
pub async fn raise(open: &mut Transaction, organisations: &[OrganisationId]) -> Result<()> {
    for page in organisations.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "UPDATE organisation SET facts_revision = facts_revision + 1 WHERE id IN ({})",
            places(1, page.len())
        );
        open.run(
            &sql,
            page.iter().map(|id| Value::from(id.as_str())).collect(),
        )
        .await?;
    }
    Ok(())
}
