//! One dispatcher for a data directory, and for a database that several share: only then are foreign claims known to be dead.
//!
//! One lock lies on a file, the other in a database that several data directories share. Both end with
//! their process, however that ends; nothing has to time out, and no clocks are compared.

use crate::context::Context;
use crate::store::engine::{Alone, Transaction};
use anyhow::{Context as _, Result};
use std::fs::{File, TryLockError};
use std::time::Duration;
use tokio::sync::Mutex;

/// A process that was killed stands in the database until its connection is found dead: a moment.
const TRIES: u32 = 5;
const AGAIN: Duration = Duration::from_millis(100);

/// Held while mails are handed over.
pub struct Lock {
    _file: File,
    shared: Mutex<Option<Transaction>>,
}

/// Takes both locks, or `None` where another process holds one.
///
/// # Errors
/// The lock file cannot be made, or the database does not answer.
pub async fn take(context: &Context) -> Result<Option<Lock>> {
    let path = context.home.0.join("dispatch.lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    for _ in 0..TRIES {
        if let Alone::Yes(shared) = context.store.database.only_dispatcher().await? {
            return Ok(Some(Lock {
                _file: file,
                shared: Mutex::new(shared),
            }));
        }
        tokio::time::sleep(AGAIN).await;
    }
    Ok(None)
}

impl Lock {
    /// Asks whether the database still knows of us.
    ///
    /// # Errors
    /// The connection that stands for the lock is gone: somebody else may be handing over by now.
    pub async fn still_held(&self) -> Result<()> {
        if let Some(shared) = self.shared.lock().await.as_mut() {
            shared
                .read_one("SELECT 1", Vec::new())
                .await
                .context("the database lock on handing over is gone; sending stops")?;
        }
        Ok(())
    }

    /// Gives both locks back; the next dispatcher may begin at once.
    pub async fn release(&self) {
        if let Some(shared) = self.shared.lock().await.take()
            && let Err(error) = shared.commit().await
        {
            // The lock ends with the connection, and the mails are recorded already.
            tracing::warn!(
                error = format!("{error:#}"),
                "the lock on handing over could not be given back"
            );
        }
    }
}
