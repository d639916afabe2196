//! What a person wants to see of feeds on the pages: what was not taken and why.

use crate::Store;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;

/// A document that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTaken {
    /// Feed that listed it; empty for a file brought by hand.
    pub feed: String,
    /// Address or file name.
    pub place: String,
    /// Why, for whoever renders it (`kept_words` of the shell).
    pub reason: String,
    /// When it was looked at last.
    pub at: Timestamp,
}

/// Listed by a feed and rejected, and kept documents that were rejected and that no feed lists as such.
const NOT_TAKEN: &str = "(SELECT f.feed AS feed, f.url AS place, f.reason AS reason, f.at AS at FROM feed_entry f WHERE f.state = 'rejected'
    UNION ALL SELECT '', d.source, d.reason, d.received_at FROM document d WHERE d.state = 'rejected'
        AND NOT EXISTS (SELECT 1 FROM feed_entry e WHERE e.state = 'rejected' AND e.sha256 = d.sha256))";

impl Store {
    /// Documents that were not taken, the newest first, and how many there are.
    pub async fn not_taken(&self, limit: usize) -> Result<(u64, Vec<NotTaken>)> {
        let total = self
            .read_one(&format!("SELECT COUNT(*) FROM {NOT_TAKEN} n"), Vec::new())
            .await?
            .map_or(Ok(0), |row| row.count(0))?;
        let sql = format!(
            "SELECT n.feed, n.place, n.reason, n.at FROM {NOT_TAKEN} n ORDER BY n.at DESC, n.feed, n.place LIMIT $1"
        );
        let rows = self.read(&sql, values![i64::try_from(limit)?]).await?;
        let entry = |row: &crate::ground::row::Row| {
            Ok(NotTaken {
                feed: row.text(0)?,
                place: row.text(1)?,
                reason: row.text(2)?,
                at: row.time(3)?,
            })
        };
        Ok((total, rows.iter().map(entry).collect::<Result<_>>()?))
    }
}
