//! Asks again, before each batch, whether two people released exactly what would leave now.

use crate::acts::warn;
use crate::context::Context;
use anyhow::Result;
use std::collections::{HashMap, HashSet};
use tokio::sync::Mutex;
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits;

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
            if !warn::verify_light(context, number).await? {
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
