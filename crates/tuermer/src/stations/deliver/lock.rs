//! One dispatcher for a data directory: only then are foreign claims known to be dead.
//!
//! The lock lies on a file and ends with its process, however that ends; nothing has to time out.

use crate::context::Context;
use anyhow::{Context as _, Result};
use std::fs::{File, TryLockError};

/// Held while mails are handed over.
pub struct Lock(#[allow(dead_code)] File);

/// Takes the lock, or `None` where another process holds it.
///
/// # Errors
/// The lock file cannot be made.
pub fn take(context: &Context) -> Result<Option<Lock>> {
    let path = context.home.0.join("dispatch.lock");
    let file = File::options().create(true).append(true).open(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}
