//! The decision table of urgency as a file: ours (`policies/bod-26-04.json`) or one a chamber writes.
//!
//! A table with a hole, two rows of one name or an unknown word is refused as a whole; the default then stays.

use serde::Deserialize;
use std::sync::{Arc, LazyLock};
use tuermer_core::limits::{POLICY_BYTES, POLICY_ROWS};
use tuermer_core::scale::{Level, Urgency};
use tuermer_core::urgency::{Input, PolicyRow, UrgencyPolicy};

const FORMAT: u32 = 1;
const DEFAULT: &str = include_str!("../policies/bod-26-04.json");

static POLICY: LazyLock<Result<Arc<UrgencyPolicy>, PolicyError>> =
    LazyLock::new(|| read(DEFAULT.as_bytes()).map(Arc::new));

/// The policy that comes with the program; `None` only where [`defect`] says why.
pub fn default_policy() -> Option<Arc<UrgencyPolicy>> {
    POLICY.as_ref().ok().cloned()
}

/// The file of the policy that comes with the program, as a pattern for one's own.
pub fn default_text() -> &'static str {
    DEFAULT
}

/// Why the policy of the program cannot be used; `None` in every program that passed its tests.
pub fn defect() -> Option<&'static PolicyError> {
    POLICY.as_ref().err()
}

/// Why a policy is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Larger than any table of people.
    #[error(
        "the policy is larger than {POLICY_BYTES} bytes; a table of {POLICY_ROWS} rows fits into it"
    )]
    TooLarge,
    /// Not the JSON we read; serde names line and column.
    #[error("the policy cannot be read: {0}")]
    Json(String),
    /// A format of another program.
    #[error("the policy has format {0}, this program reads format {FORMAT}")]
    Format(u32),
    /// A word of one row.
    #[error("row {row}, field {field}: \"{value}\" stands where {expected} is needed")]
    Word {
        /// Name of the row.
        row: String,
        /// Field.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
    /// Two rows of one name.
    #[error("the row {0} stands there twice; give every row and lift its own id")]
    Twice(String),
    /// A row without name.
    #[error("a row has no id, or one with \"+\" or a blank; explain tells rows by their id")]
    NoName,
    /// Too many rows.
    #[error("the policy has more than {POLICY_ROWS} rows")]
    TooMany,
    /// A combination no row answers.
    #[error("no row without conditions on level or EPSS answers {0}; add one")]
    Hole(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    format: u32,
    name: String,
    version: String,
    source: String,
    rows: Vec<RowFile>,
    #[serde(default)]
    lifts: Vec<RowFile>,
    #[serde(default)]
    due_dates: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowFile {
    id: String,
    exploited: Option<bool>,
    exposed: Option<bool>,
    automatable: Option<bool>,
    total_impact: Option<bool>,
    level_at_least: Option<u8>,
    epss_at_least: Option<f64>,
    outcome: String,
}

/// Reads a policy.
///
/// # Errors
/// One sentence that names the row and the field.
pub fn read(bytes: &[u8]) -> Result<UrgencyPolicy, PolicyError> {
    if bytes.len() as u64 > POLICY_BYTES {
        return Err(PolicyError::TooLarge);
    }
    let file: PolicyFile =
        serde_json::from_slice(bytes).map_err(|error| PolicyError::Json(error.to_string()))?;
    let PolicyFile {
        format,
        name,
        version,
        source,
        rows,
        lifts,
        due_dates,
    } = file;
    if format != FORMAT {
        return Err(PolicyError::Format(format));
    }
    if rows.len().saturating_add(lifts.len()) > POLICY_ROWS {
        return Err(PolicyError::TooMany);
    }
    let mut names: Vec<&str> = rows
        .iter()
        .chain(&lifts)
        .map(|row| row.id.as_str())
        .collect();
    names.sort_unstable();
    if names
        .iter()
        .any(|name| name.is_empty() || name.contains(['+', ' ']))
    {
        return Err(PolicyError::NoName);
    }
    if let Some((name, _)) = names
        .iter()
        .zip(names.iter().skip(1))
        .find(|(one, next)| one == next)
    {
        return Err(PolicyError::Twice((*name).to_string()));
    }
    let rows = rows.into_iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let lifts = lifts.into_iter().map(row).collect::<Result<Vec<_>, _>>()?;
    whole(&rows)?;
    Ok(UrgencyPolicy {
        name,
        version,
        source,
        rows,
        lifts,
        due_dates,
    })
}

fn row(
    RowFile {
        id,
        exploited,
        exposed,
        automatable,
        total_impact,
        level_at_least,
        epss_at_least,
        outcome,
    }: RowFile,
) -> Result<PolicyRow, PolicyError> {
    let word = |field, value: String, expected| PolicyError::Word {
        row: id.clone(),
        field,
        value,
        expected,
    };
    let level = |number: u8| {
        let level = Level::ALL
            .iter()
            .copied()
            .find(|level| level.number() == number);
        level.ok_or_else(|| word("level_at_least", number.to_string(), "a level from 1 to 4"))
    };
    let millionths = |share: f64| {
        let inside = (0.0..=1.0).contains(&share);
        // Between 0 and 1,000,000 by the check before it.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range is checked"
        )]
        let millionths = (share * 1_000_000.0).round() as u32;
        if inside {
            Ok(millionths)
        } else {
            Err(word(
                "epss_at_least",
                share.to_string(),
                "a probability from 0 to 1",
            ))
        }
    };
    let deadline = deadline(&outcome).ok_or_else(|| {
        word(
            "outcome",
            outcome.clone(),
            "FSU, 60D, 14D, 3D, 3DF or today",
        )
    })?;
    Ok(PolicyRow {
        inputs: [exploited, exposed, automatable, total_impact],
        level_at_least: level_at_least.map(level).transpose()?,
        epss_at_least: epss_at_least.map(millionths).transpose()?,
        outcome: deadline,
        id: Arc::from(id.as_str()),
    })
}

/// The keys of CISA's table, and `today`.
fn deadline(outcome: &str) -> Option<Urgency> {
    Some(match outcome {
        "FSU" => Urgency::OnUpgrade,
        "60D" => Urgency::Days60,
        "14D" => Urgency::Days14,
        "3D" => Urgency::Days3,
        "3DF" => Urgency::Days3AndTraces,
        "today" => Urgency::Today,
        _ => return None,
    })
}

/// The key of a deadline as written in a policy; empty for what no policy decides.
pub fn outcome_key(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Past => "",
        Urgency::OnUpgrade => "FSU",
        Urgency::Days60 => "60D",
        Urgency::Days14 => "14D",
        Urgency::Days3 => "3D",
        Urgency::Days3AndTraces => "3DF",
        Urgency::Today => "today",
    }
}

/// Every combination of the four answers must meet a row that asks nothing else.
fn whole(rows: &[PolicyRow]) -> Result<(), PolicyError> {
    for combination in 0..16_u8 {
        let answers = [0, 1, 2, 3].map(|bit| combination & (1 << bit) != 0);
        let answered = rows.iter().any(|row| {
            let fits = row
                .inputs
                .iter()
                .zip(answers)
                .all(|(wanted, is)| wanted.is_none_or(|wanted| wanted == is));
            fits && row.level_at_least.is_none() && row.epss_at_least.is_none()
        });
        if !answered {
            let words = Input::ALL.iter().zip(answers).map(|(input, yes)| {
                format!("{}={}", input.as_str(), if yes { "yes" } else { "no" })
            });
            return Err(PolicyError::Hole(words.collect::<Vec<_>>().join(" ")));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "urgency_policy_tests.rs"]
mod tests;
