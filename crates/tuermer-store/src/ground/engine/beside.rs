//! Other processes on the embedded database: a locked file shows that a holder of leases lives, and a counter of the
//! database that somebody committed.

use super::sqlite::{Sqlite, blocking, reader};
use crate::wake::Source;
use anyhow::{Context as _, Result, anyhow};
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A locked file that stands for a living process. It goes with it in order, or is found unlocked.
pub struct AliveFile {
    path: PathBuf,
    _locked: File,
}

impl Drop for AliveFile {
    fn drop(&mut self) {
        // A file that stays is found unlocked by whoever asks for it.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Looks so often whether another connection changed the database.
const LOOK: Duration = Duration::from_millis(500);

/// Sees that something was committed, not by whom.
pub struct Changes {
    connection: Arc<std::sync::Mutex<Connection>>,
    version: i64,
}

impl Changes {
    pub(crate) async fn next(&mut self) -> Result<Source> {
        loop {
            tokio::time::sleep(LOOK).await;
            let connection = self.connection.clone();
            let version = blocking(move || data_version(&connection)).await?;
            if std::mem::replace(&mut self.version, version) != version {
                return Ok(Source::Act);
            }
        }
    }
}

fn data_version(connection: &std::sync::Mutex<Connection>) -> Result<i64> {
    let connection = connection
        .lock()
        .map_err(|_| anyhow!("the connection is broken"))?;
    Ok(connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
}

impl Sqlite {
    fn alive_path(&self, holder: i64) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!("-alive-{holder}"));
        PathBuf::from(name)
    }

    pub(crate) fn come_alive(&self, holder: i64) -> Result<AliveFile> {
        let path = self.alive_path(holder);
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path);
        let file = file.with_context(|| format!("cannot make {}", path.display()))?;
        file.try_lock()
            .with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(AliveFile {
            path,
            _locked: file,
        })
    }

    /// No file, or one that nobody holds: the process is gone, and its file goes too.
    pub(crate) fn is_dead(&self, holder: i64) -> Result<bool> {
        let path = self.alive_path(holder);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        match file.try_lock() {
            Ok(()) => {
                let _ = std::fs::remove_file(&path);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    pub(crate) async fn changes(&self) -> Result<Changes> {
        let path = self.path.clone();
        let connection = blocking(move || reader(&path)).await?;
        let connection = Arc::new(std::sync::Mutex::new(connection));
        let asked = connection.clone();
        let version = blocking(move || data_version(&asked)).await?;
        Ok(Changes {
            connection,
            version,
        })
    }
}
