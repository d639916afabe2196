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

/// Gives signs that were reported again what both sources together say; returns the owners of those that changed.
///
/// What the sign has in common with others gets a row of its own, with the document of the better source and the time of
/// the first report.
pub async fn write(
    open: &mut Transaction,
    again: Vec<Again<'_>>,
    document: &str,
) -> Result<Vec<OrganisationId>> {
    let mut changed = Vec::new();
    let mut made = HashSet::new();
    for page in again.chunks(ROWS_PER_STATEMENT) {
        let mut stored = stored(open, page).await?;
        for again in page {
            let sign = (again.owner.as_str().to_string(), again.id.to_string());
            let Some(before) = stored.get_mut(&sign) else {
                continue;
            };
            let Some(next) = before.vouched_again(again, document) else {
                continue;
            };
            if made.insert(next.kind.clone()) {
                copy_kind(open, before, &next, document).await?;
            }
            open.run(
                "UPDATE sighting SET kind = $3 WHERE organisation_id = $1 AND id = $2",
                values![again.owner.as_str(), again.id, &next.kind],
            )
            .await?;
            // The same sign may stand in this page once more.
            *before = next;
            changed.push(again.owner.clone());
        }
    }
    Ok(changed)
}

impl Stored {
    /// The sign after another source reported it; nothing where that source adds nothing.
    fn vouched_again(&self, again: &Again<'_>, document: &str) -> Option<Self> {
        let vouched = self.vouched.with(again.vouched);
        if self.kind == again.kind || vouched == self.vouched {
            return None;
        }
        let kind = super::key_of(&[
            &self.kind,
            &vouched.grade.to_text(),
            vouched.tlp.as_str(),
            self.voucher(vouched, document).unwrap_or_default(),
        ]);
        Some(Self { kind, vouched })
    }

    /// The document that vouches for the sign from now on; nothing where the one before still does.
    fn voucher<'a>(&self, vouched: Vouched, document: &'a str) -> Option<&'a str> {
        (vouched.grade != self.vouched.grade).then_some(document)
    }
}

/// Writes the row of what the sign has in common with others, copied from the one before.
async fn copy_kind(
    open: &mut Transaction,
    before: &Stored,
    next: &Stored,
    document: &str,
) -> Result<()> {
    let sql =
        "INSERT INTO sighting_kind (key, report, class, side, severity, tlp, grade, tags, vendor, product, version, document_sha256, received_at)
        SELECT $1, report, class, side, severity, $2, $3, tags, vendor, product, version, COALESCE($4, document_sha256), received_at
        FROM sighting_kind WHERE key = $5 ON CONFLICT (key) DO NOTHING";
    let values = values![
        &next.kind,
        next.vouched.tlp.as_str(),
        next.vouched.grade.to_text(),
        before.voucher(next.vouched, document),
        &before.kind
    ];
    open.run(sql, values).await?;
    Ok(())
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
