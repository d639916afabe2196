//! FIRST's EPSS of one day: for each CVE how likely attacks within 30 days are, as CSV.
//!
//! The first line is a comment with model and day; numbers of different models do not compare, so a file without it is
//! refused. The list is taken whole or not at all.

use crate::csaf::{cve_id, plain};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashSet;
use tuermer_core::limits;
use tuermer_core::threat::Epss;

/// All estimates of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// `v2025.03.14`
    pub model: String,
    /// For which day.
    pub scored_at: Timestamp,
    /// CVE and estimate, in the order of the file.
    pub scores: Vec<(String, Epss)>,
}

/// Why a file is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EpssError {
    /// No first line that tells model and day.
    #[error(
        "line 1 must be #model_version:…,score_date:…; without it the numbers compare with nothing"
    )]
    Comment,
    /// Another header.
    #[error("line 2 must be cve,epss,percentile, found {0}")]
    Header(String),
    /// A line we cannot read.
    #[error("line {line}: {field} is not valid: {value}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// Name of the field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// No estimates, or not text.
    #[error("there are no estimates")]
    Empty,
    /// More than we read.
    #[error("more than {} lines", limits::EPSS_LINES)]
    TooMuch,
}

/// Reads the estimates of one day.
///
/// # Errors
/// Anything that makes it less than the whole list.
pub fn read(bytes: &[u8]) -> Result<Day, EpssError> {
    let text = std::str::from_utf8(bytes).map_err(|_| EpssError::Comment)?;
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    let (model, scored_at) = lines.next().and_then(comment).ok_or(EpssError::Comment)?;
    let header = lines.next().unwrap_or_default();
    if header.trim() != "cve,epss,percentile" {
        return Err(EpssError::Header(shorten(header)));
    }
    let (mut scores, mut seen) = (Vec::new(), HashSet::new());
    for (index, line) in lines
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        if scores.len() >= limits::EPSS_LINES {
            return Err(EpssError::TooMuch);
        }
        let (cve, estimate) = score(index.saturating_add(3), line)?;
        if !seen.insert(cve.clone()) {
            return Err(EpssError::Line {
                line: index.saturating_add(3),
                field: "cve",
                value: format!("{cve} stands twice"),
            });
        }
        scores.push((cve, estimate));
    }
    if scores.is_empty() {
        Err(EpssError::Empty)
    } else {
        Ok(Day {
            model,
            scored_at,
            scores,
        })
    }
}

/// `#model_version:v2025.03.14,score_date:2025-11-20T00:00:00+0000`
fn comment(line: &str) -> Option<(String, Timestamp)> {
    let fields: Vec<(&str, &str)> = line
        .trim()
        .strip_prefix('#')?
        .split(',')
        .filter_map(|field| field.split_once(':'))
        .collect();
    let field = |name: &str| {
        fields
            .iter()
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim())
    };
    let date = field("score_date")?;
    let time = date.parse::<Timestamp>().ok();
    // Older files have a day alone.
    let day = || {
        date.get(..10)?
            .parse::<Date>()
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|day| day.timestamp())
    };
    Some((shorten(field("model_version")?), time.or_else(day)?))
}

fn score(line: usize, text: &str) -> Result<(String, Epss), EpssError> {
    let wrong = |field, value: &str| EpssError::Line {
        line,
        field,
        value: shorten(value),
    };
    let mut cells = text.split(',').map(str::trim);
    let (cve, probability, percentile) = (
        cells.next().unwrap_or_default(),
        cells.next().unwrap_or_default(),
        cells.next().unwrap_or_default(),
    );
    let id = cve_id(cve).ok_or_else(|| wrong("cve", cve))?;
    let probability = millionths(probability).ok_or_else(|| wrong("epss", probability))?;
    let percentile = millionths(percentile).ok_or_else(|| wrong("percentile", percentile))?;
    match cells.next() {
        None => Ok((
            id,
            Epss {
                probability,
                percentile,
            },
        )),
        Some(more) => Err(wrong("a fourth cell", more)),
    }
}

/// 0.00042 → 420. Outside 0 to 1, and anything that is no number: nothing.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn millionths(text: &str) -> Option<u32> {
    let number: f64 = text.parse().ok()?;
    (0.0..=1.0)
        .contains(&number)
        .then(|| (number * 1_000_000.0).round() as u32)
}

fn shorten(text: &str) -> String {
    plain(text, limits::SHOWN_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::read;

    const DAY: &str = include_str!("../tests/fixtures/epss-four.csv");

    #[test]
    fn a_whole_day_or_nothing() {
        let day = read(DAY.as_bytes()).unwrap();
        assert_eq!(
            (
                day.model.as_str(),
                day.scored_at.to_string().as_str(),
                day.scores.len()
            ),
            ("v2025.03.14", "2025-11-20T00:00:00Z", 4)
        );
        let (cve, first) = &day.scores[0];
        assert_eq!(
            (cve.as_str(), first.probability, first.percentile),
            ("CVE-2021-26855", 943_290, 999_470)
        );
        assert_eq!(day.scores[3].1.probability, 1, "0.0000009 rounds up");
        for (from, to, wanted) in [
            ("#model_version", "#version", "line 1 must be"),
            (
                "score_date:2025-11-20T00:00:00+0000",
                "score_date:soon",
                "line 1 must be",
            ),
            (
                "cve,epss,percentile",
                "cve,percentile,epss",
                "line 2 must be cve,epss,percentile, found cve,percentile,epss",
            ),
            ("0.94329", "1.5", "line 3: epss is not valid: 1.5"),
            ("0.94329", "NaN", "line 3: epss"),
            ("0.94329", "-0.1", "line 3: epss"),
            ("0.99947", "", "line 3: percentile"),
            ("0.99947", "0.9,1", "line 3: a fourth cell"),
            (
                "CVE-2021-26857",
                "CVE-2021-26855",
                "line 4: cve is not valid: CVE-2021-26855 stands twice",
            ),
            (
                "CVE-2021-26855",
                "ProxyLogon",
                "line 3: cve is not valid: ProxyLogon",
            ),
        ] {
            let error = read(DAY.replacen(from, to, 1).as_bytes())
                .unwrap_err()
                .to_string();
            assert!(error.contains(wanted), "{error}");
        }
        let head: String = DAY.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(
            read(head.as_bytes()).unwrap_err().to_string(),
            "there are no estimates"
        );
        assert!(
            read(
                DAY.replace("2025-11-20T00:00:00+0000", "2025-11-20")
                    .as_bytes()
            )
            .is_ok()
        );
        assert!(read(b"\xff").is_err());
    }
}
