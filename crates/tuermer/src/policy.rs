//! The decision table of deadlines: the default of the program, or the file an administrator names.

use crate::config::{Config, Home};
use crate::refusal::in_english;
use crate::text::Texts;
use anyhow::{Context as _, Result, anyhow, bail};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use tuermer_core::limits::{POLICY_BYTES, POLICY_ROWS};
use tuermer_core::urgency::UrgencyPolicy;
use tuermer_formats::urgency_policy::{PolicyError, default_policy, read};

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
    file.take(POLICY_BYTES.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(|| path.display().to_string())?;
    read(&bytes).with_context(|| path.display().to_string())
}

/// Why a policy is refused, in the reader's language: the file, then the mistake.
pub fn told(error: &anyhow::Error, texts: Texts) -> String {
    let Some(refused) = error.downcast_ref::<PolicyError>() else {
        return in_english(error);
    };
    let sentence = match refused {
        PolicyError::TooLarge => {
            texts.with("policy.too_large", &[("bytes", &POLICY_BYTES.to_string())])
        }
        PolicyError::Json(detail) => texts.with("policy.json", &[("detail", detail)]),
        PolicyError::Format(format) => {
            texts.with("policy.format", &[("format", &format.to_string())])
        }
        PolicyError::Word {
            row,
            field,
            value,
            expected,
        } => texts.with(
            "policy.word",
            &[
                ("row", row),
                ("field", field),
                ("value", value),
                ("expected", expected),
            ],
        ),
        PolicyError::Twice(row) => texts.with("policy.twice", &[("row", row)]),
        PolicyError::NoName => texts.get("policy.no_name"),
        PolicyError::TooMany => {
            texts.with("policy.too_many", &[("rows", &POLICY_ROWS.to_string())])
        }
        PolicyError::Hole(answers) => texts.with("policy.hole", &[("answers", answers)]),
    };
    // The outermost words of the chain are the file.
    let file = error
        .chain()
        .next()
        .map(ToString::to_string)
        .filter(|file| *file != refused.to_string());
    file.map_or(sentence.clone(), |file| format!("{file}: {sentence}"))
}
