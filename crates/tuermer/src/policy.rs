//! The decision table of deadlines: the default of the program, or the file an administrator names.

use crate::config::{Config, Home};
use anyhow::{Context as _, Result, anyhow, bail};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use tuermer_core::limits::POLICY_BYTES;
use tuermer_core::urgency::UrgencyPolicy;
use tuermer_formats::urgency_policy::{default_policy, read};

/// The policy that comes with the program.
///
/// # Errors
/// The program is broken; a test holds its file.
pub fn standard() -> Result<Arc<UrgencyPolicy>> {
    default_policy().ok_or_else(|| anyhow!("the program has no policy of deadlines"))
}

/// The policy of `[urgency] policy`; `None` where nothing is set.
///
/// # Errors
/// The file cannot be read or is refused; the sentence names file, row and field.
pub fn configured(config: &Config, home: &Home) -> Result<Option<Arc<UrgencyPolicy>>> {
    let file = config.urgency.policy.trim();
    if file.is_empty() {
        return Ok(None);
    }
    from_file(&home.0.join(file)).map(|policy| Some(Arc::new(policy)))
}

/// Reads one file.
///
/// # Errors
/// As [`configured`].
pub fn from_file(path: &Path) -> Result<UrgencyPolicy> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    if !file.metadata()?.is_file() {
        bail!("{}: not a file", path.display());
    }
    file.take(POLICY_BYTES.saturating_add(1)).read_to_end(&mut bytes).with_context(|| path.display().to_string())?;
    read(&bytes).with_context(|| path.display().to_string())
}
