//! Signs that were there already: another source may vouch for them, or want them seen by fewer.

use crate::ground::engine::{Row, Transaction, Value};
use crate::ground::statement::insert_text;
use crate::values;
use anyhow::{Context as _, Result};
use std::collections::{HashMap, HashSet};
use tuermer_core::admiralty::Grade;
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_core::tlp::Tlp;
use tuermer_core::vouched::Vouched;

/// A sign that was told again.
pub struct Again<'a> {
    /// Whose it is.
    pub owner: &'a OrganisationId,
    /// Its id.
    pub id: &'a str,
    /// What it would have in common with others, had it been new.
    pub kind: String,
    /// What the source says.
    pub vouched: Vouched,
}

/// What is stored of it.
struct Stored {
    kind: String,
    vouched: Vouched,
}

/// Gives signs told again what both sources together say; those whose sign changed.
///
/// What is common to it and others gets a row of its own, with the document of whoever vouches and the time at which it came
/// first.
pub async fn write(
    open: &mut Transaction,
    again: Vec<Again<'_>>,
    document: &str,
) -> Result<Vec<OrganisationId>> {
    let mut changed = Vec::new();
    let mut made = HashSet::new();
    for page in again.chunks(ROWS_PER_STATEMENT) {
        let mut stored = stored(open, page).await?;
        for Again {
            owner,
            id,
            kind,
            vouched,
        } in page
        {
            let told = (owner.as_str().to_string(), (*id).to_string());
            let Some(before) = stored.get_mut(&told).filter(|before| before.kind != *kind) else {
                continue;
            };
            let both = before.vouched.with(*vouched);
            if both == before.vouched {
                continue;
            }
            let vouches = (both.grade != before.vouched.grade).then_some(document);
            let key = super::key_of(&[
                &before.kind,
                &both.grade.to_text(),
                both.tlp.as_str(),
                vouches.unwrap_or_default(),
            ]);
            if made.insert(key.clone()) {
                let sql =
                    "INSERT INTO sighting_kind (key, report, class, side, severity, tlp, grade, tags, vendor, product, version, document_sha256, received_at)
                    SELECT $1, report, class, side, severity, $2, $3, tags, vendor, product, version, COALESCE($4, document_sha256), received_at
                    FROM sighting_kind WHERE key = $5 ON CONFLICT (key) DO NOTHING";
                open.run(
                    sql,
                    values![
                        &key,
                        both.tlp.as_str(),
                        both.grade.to_text(),
                        vouches,
                        &before.kind
                    ],
                )
                .await?;
            }
            open.run(
                "UPDATE sighting SET kind = $3 WHERE organisation_id = $1 AND id = $2",
                values![owner.as_str(), *id, &key],
            )
            .await?;
            // The same sign may stand in this page once more.
            *before = Stored {
                kind: key,
                vouched: both,
            };
            changed.push((*owner).clone());
        }
    }
    Ok(changed)
}

async fn stored(
    open: &mut Transaction,
    page: &[Again<'_>],
) -> Result<HashMap<(String, String), Stored>> {
    let sql = format!(
        "SELECT s.organisation_id, s.id, s.kind, k.grade, k.tlp FROM sighting s JOIN sighting_kind k ON k.key = s.kind
         WHERE (s.organisation_id, s.id) IN ({})",
        insert_text("", 2, page.len(), "")
    );
    let keys = page
        .iter()
        .flat_map(|again| [Value::from(again.owner.as_str()), Value::from(again.id)])
        .collect();
    open.read(&sql, keys).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<((String, String), Stored)> {
    let (grade, tlp) = (row.text(3)?, row.text(4)?);
    let grade =
        Grade::read(&grade).with_context(|| format!("sighting_kind.grade holds {grade:?}"))?;
    let tlp = Tlp::parse(&tlp).with_context(|| format!("sighting_kind.tlp holds {tlp:?}"))?;
    Ok((
        (row.text(0)?, row.text(1)?),
        Stored {
            kind: row.text(2)?,
            vouched: Vouched { grade, tlp },
        },
    ))
}
