//! What Shadowserver's API answers to `reports/list`: the reports of the last days, each with the id under which it can be
//! fetched. No requests are made here.
//!
//! Source: <https://github.com/The-Shadowserver-Foundation/api_utils/wiki/API:-Reports-Query>.

use crate::csaf::plain;
use crate::json;
use crate::loose::Word;
use serde::Deserialize;
use tuermer_core::limits;

/// One report that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Part of its address: letters, digits, `-`, `_`.
    pub id: String,
    /// Its file name, which tells its type: `2021-03-14-scan_exchange-region-geo.csv`.
    pub file: String,
    /// Its day as written: `2021-03-14`.
    pub day: String,
}

/// Why an answer is no list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportListError {
    /// Not JSON.
    #[error("{0}")]
    Json(#[from] json::JsonError),
    /// The API says what is wrong, for example with the key.
    #[error("the server says: {0}")]
    Said(String),
    /// JSON of another shape.
    #[error("neither a list of reports nor an error")]
    Other,
}

#[derive(Deserialize)]
struct RawReport {
    #[serde(default)]
    id: Word,
    #[serde(default)]
    file: Word,
    #[serde(default)]
    timestamp: Word,
}

#[derive(Deserialize)]
struct RawError {
    error: Word,
}

/// Reads the answer; entries without a usable id are left out.
///
/// # Errors
/// Not JSON, an error of the API, or another shape.
pub fn read(bytes: &[u8]) -> Result<Vec<Listed>, ReportListError> {
    json::check(bytes)?;
    // A list would be read as the fields of an object, in order.
    let object = bytes.trim_ascii_start().starts_with(b"{");
    if let (true, Ok(RawError { error })) = (object, serde_json::from_slice(bytes)) {
        return Err(ReportListError::Said(plain(
            error.text(),
            limits::STRANGE_WORDS_CHARACTERS,
        )));
    }
    let reports: Vec<RawReport> =
        serde_json::from_slice(bytes).map_err(|_| ReportListError::Other)?;
    Ok(reports
        .into_iter()
        .filter_map(listed)
        .take(limits::SIGN_LIST_ENTRIES)
        .collect())
}

fn listed(
    RawReport {
        id,
        file,
        timestamp,
    }: RawReport,
) -> Option<Listed> {
    let id = id.text().to_string();
    let fits = !id.is_empty()
        && id.len() <= limits::REPORT_ID_CHARACTERS
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    // What stands before a slash is no part of a file's name.
    let file = plain(
        file.text().rsplit(['/', '\\']).next().unwrap_or_default(),
        limits::FIELD_CHARACTERS,
    );
    fits.then(|| Listed {
        file: if file.is_empty() { id.clone() } else { file },
        day: plain(timestamp.text(), limits::REPORT_ID_CHARACTERS),
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let one = |id: &str, file: &str, day: &str| Listed {
            id: id.to_string(),
            file: file.to_string(),
            day: day.to_string(),
        };
        for (text, expected) in [
            ("[]", Ok(vec![])),
            (
                r#"[{"timestamp": "2021-03-14", "type": "scan_exchange", "report": "region", "id": "aBc-1_x", "file": "2021-03-14-scan_exchange-region.csv"}]"#,
                Ok(vec![one(
                    "aBc-1_x",
                    "2021-03-14-scan_exchange-region.csv",
                    "2021-03-14",
                )]),
            ),
            (
                r#"[{"id": "../etc"}, {"id": ""}, {}, {"id": "a?b"}, {"id": "good"}]"#,
                Ok(vec![one("good", "good", "")]),
            ),
            (
                r#"[{"id": "x", "file": "../../a.csv"}]"#,
                Ok(vec![one("x", "a.csv", "")]),
            ),
            (
                r#"{"error": "Invalid API key"}"#,
                Err("the server says: Invalid API key"),
            ),
            (
                r#"{"reports": []}"#,
                Err("neither a list of reports nor an error"),
            ),
            ("[1]", Err("neither a list of reports nor an error")),
        ] {
            assert_eq!(
                read(text.as_bytes()).map_err(|error| error.to_string()),
                expected.map_err(ToString::to_string),
                "{text}"
            );
        }
        assert!(matches!(read(b"<html>"), Err(ReportListError::Json(_))));
    }
}
