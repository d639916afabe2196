//! Which warnings may leave, asked by every connection of every road last thing before it sends.

use super::letter::Letter;
use crate::context::Context;
use crate::store::ground::leases::Lease;
use anyhow::{Context as _, Result};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use tuermer_core::ids::WarningNumber;

/// Shared by all connections of one dispatch.
pub struct Sending {
    lease: Arc<Lease>,
    sending: RwLock<HashSet<WarningNumber>>,
    letters: RwLock<HashMap<WarningNumber, Arc<Letter>>>,
}

impl Sending {
    /// Nothing may leave yet.
    pub fn new(lease: Arc<Lease>) -> Self {
        Self {
            lease,
            sending: RwLock::default(),
            letters: RwLock::default(),
        }
    }

    /// From now on messages of this warning may leave.
    pub fn begin(&self, number: &WarningNumber, letter: Arc<Letter>) {
        let mut letters = self.letters.write().unwrap_or_else(PoisonError::into_inner);
        letters.insert(number.clone(), letter);
        let mut sending = self.sending.write().unwrap_or_else(PoisonError::into_inner);
        sending.insert(number.clone());
    }

    /// No message of this warning leaves any more. One that is on its way keeps its words.
    pub fn end(&self, number: &WarningNumber) {
        let mut sending = self.sending.write().unwrap_or_else(PoisonError::into_inner);
        sending.remove(number);
    }

    /// Reads which warnings may leave; called at least every second.
    ///
    /// # Errors
    /// The database does not answer, or another process hands over by now; then nothing leaves any more.
    pub async fn look(&self, context: &Context) -> Result<()> {
        let looked = match self.lease.still_held().await {
            Ok(()) => context.store.warnings_sending().await,
            Err(error) => Err(error),
        };
        let mut sending = self.sending.write().unwrap_or_else(PoisonError::into_inner);
        match looked {
            Ok(now) => {
                *sending = now.into_iter().collect();
                Ok(())
            }
            Err(error) => {
                sending.clear();
                Err(error)
            }
        }
    }

    /// True where this warning may leave.
    pub fn wanted(&self, number: &WarningNumber) -> bool {
        let sending = self.sending.read().unwrap_or_else(PoisonError::into_inner);
        sending.contains(number)
    }

    /// What all messages of this warning share.
    ///
    /// # Errors
    /// It is not being sent.
    pub fn letter(&self, number: &WarningNumber) -> Result<Arc<Letter>> {
        let letters = self.letters.read().unwrap_or_else(PoisonError::into_inner);
        letters
            .get(number)
            .cloned()
            .context("a delivery of a warning that is not being sent")
    }
}
