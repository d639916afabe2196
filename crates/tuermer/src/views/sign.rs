//! Signs of attack and weakness, the shelf of signs that fit nobody, and lines that could not be read.

use super::Moment;
use crate::store::signs::counts::MalformedLine;
use crate::store::signs::observations::{ShelfLine, SignLine};
use serde::Serialize;

/// A sign that concerns a member.
#[derive(Debug, Serialize)]
pub struct SignView<'a> {
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The report that brought it.
    pub report: &'a str,
    /// When it was seen.
    pub observed_at: Moment,
    /// The address it was seen at.
    pub ip: Option<&'a str>,
    /// The port it was seen at.
    pub port: Option<i64>,
    /// The host it was seen at.
    pub hostname: Option<&'a str>,
    /// Class of RSIT.
    pub class: &'a str,
    /// How bad the reporter finds it.
    pub severity: &'a str,
    /// Words of the reporter.
    pub tags: Vec<&'a str>,
    /// The product that was seen; may be empty.
    pub product: &'a str,
    /// Its version.
    pub version: Option<&'a str>,
    /// By what it was attributed to the member.
    pub attribution: &'a str,
    /// Who may see it.
    pub tlp: &'a str,
    /// How far it is to be believed, `A1` to `F6`.
    pub grade: &'a str,
}

impl<'a> From<&'a SignLine> for SignView<'a> {
    fn from(sign: &'a SignLine) -> Self {
        let SignLine {
            external_id,
            name,
            report,
            observed_at,
            ip,
            port,
            hostname,
            class,
            severity,
            tags,
            product,
            version,
            attribution,
            tlp,
            grade,
        } = sign;
        Self {
            organisation: external_id,
            name,
            report,
            observed_at: Moment(*observed_at),
            ip: ip.as_deref(),
            port: *port,
            hostname: hostname.as_deref(),
            class,
            severity,
            tags: tags.split(';').filter(|tag| !tag.is_empty()).collect(),
            product,
            version: version.as_deref(),
            attribution,
            tlp,
            grade,
        }
    }
}

/// How many signs of a report and day fit no member.
#[derive(Debug, Serialize)]
pub struct ShelfView<'a> {
    /// The report.
    pub report: &'a str,
    /// The day, `2021-03-03`.
    pub day: &'a str,
    /// How many.
    pub signs: u64,
}

impl<'a> From<&'a ShelfLine> for ShelfView<'a> {
    fn from(line: &'a ShelfLine) -> Self {
        let ShelfLine { report, day, signs } = line;
        Self {
            report,
            day,
            signs: *signs,
        }
    }
}

/// A line that could not be read.
#[derive(Debug, Serialize)]
pub struct MalformedView<'a> {
    /// The file or feed.
    pub file: &'a str,
    /// Where in it.
    pub line: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When it came.
    pub received_at: Moment,
}

impl<'a> From<&'a MalformedLine> for MalformedView<'a> {
    fn from(line: &'a MalformedLine) -> Self {
        let MalformedLine {
            source,
            place,
            reason,
            received_at,
        } = line;
        Self {
            file: source,
            line: place,
            reason,
            received_at: Moment(*received_at),
        }
    }
}
