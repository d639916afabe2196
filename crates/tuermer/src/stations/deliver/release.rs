//! Asks again, before each batch, whether two people released exactly what would leave now.

use crate::context::Context;
use anyhow::Result;
use std::collections::{HashMap, HashSet};
use tokio::sync::Mutex;
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits;

/// The whole check, over content, audience and channels.
pub async fn verify(context: &Context, number: &WarningNumber) -> Result<bool> {
    let row = context
        .store
        .read_one(
            "SELECT 1 FROM warning w JOIN approval a ON a.warning_number = w.number AND a.content_hash = w.approved_hash
             WHERE w.number = $1 AND w.state IN ('approved', 'sending') AND w.approved_hash = w.content_hash",
            crate::values![number.as_str()],
        )
        .await?;
    Ok(row.is_some())
}

/// Counts what leaves of each warning and repeats the check after every batch.
#[derive(Default)]
pub struct Batches {
    left: Mutex<HashMap<WarningNumber, usize>>,
    refused: Mutex<HashSet<WarningNumber>>,
}

impl Batches {
    /// True where one more mail of this warning may be claimed.
    pub async fn allow(&self, context: &Context, number: &WarningNumber) -> Result<bool> {
        let mut left = self.left.lock().await;
        let count = left.entry(number.clone()).or_default();
        if *count == 0 {
            if !verify(context, number).await? {
                self.refused.lock().await.insert(number.clone());
                return Ok(false);
            }
            *count = limits::DISPATCH_BATCH;
        }
        *count = count.saturating_sub(1);
        Ok(true)
    }

    /// Warnings whose check failed meanwhile.
    pub async fn refused(&self) -> Vec<WarningNumber> {
        let mut refused: Vec<_> = self.refused.lock().await.iter().cloned().collect();
        refused.sort();
        refused
    }
}
