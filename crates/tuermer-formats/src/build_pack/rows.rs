//! The rows of `builds.csv`, or of the table inside `pack.toml`: one build each.

use super::error::{Fault, PackError, Part, at};
use super::file::RowFile;
use super::reader::Reader;
use super::short;
use tuermer_core::limits::PACK_BUILDS;
use tuermer_core::pack::{Alias, BuildRow, PackRule};

impl Reader<'_> {
    /// Every row, or the first mistake.
    pub(super) fn rows(&self, builds: &str, aliases: &[Alias]) -> Result<Vec<BuildRow>, PackError> {
        let mut rows = Vec::new();
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(builds.as_bytes());
        let headers = reader.headers().map_err(|error| at::csv(&error))?.clone();
        for record in reader.into_records() {
            let record = record.map_err(|error| at::csv(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let row: RowFile = record
                .deserialize(Some(&headers))
                .map_err(|error| PackError {
                    line,
                    ..at::csv(&error)
                })?;
            if self.rule == PackRule::NoBuilds {
                return Err(wrong(line, "build", &row.build, Fault::NoTable));
            }
            rows.push(self.row(row, aliases, line)?);
            self.limit(rows.len(), PACK_BUILDS, "builds")?;
        }
        Ok(rows)
    }

    fn row(&self, file: RowFile, aliases: &[Alias], at: u64) -> Result<BuildRow, PackError> {
        let RowFile {
            build,
            line,
            cu,
            update,
            affected_from,
            released,
            available_from,
            kb,
            source,
        } = file;
        let wrong = |field: &str, value: &str, fault| wrong(at, field, value, fault);
        let number = |text: &str, field| {
            self.form
                .read_exact(text)
                .ok_or_else(|| wrong(field, text, Fault::Build))
        };
        let title = self
            .titles
            .get(&line)
            .cloned()
            .ok_or_else(|| wrong("line", &line, Fault::Line))?;
        let day = |text: &str, field| {
            if text.is_empty() {
                Ok(None)
            } else {
                text.parse()
                    .map(Some)
                    .map_err(|_| wrong(field, text, Fault::Day))
            }
        };
        if self.rule == PackRule::BranchFixedBuild && update.is_empty() {
            return Err(wrong("update", "", Fault::NoUpdate));
        }
        let alias = aliases
            .iter()
            .find(|alias| alias.line == title && alias.also == cu);
        Ok(BuildRow {
            build: number(&build, "build")?,
            cumulative_update: alias.map_or(cu, |alias| alias.cumulative_update.clone()),
            affected_from: Some(affected_from.as_str())
                .filter(|text| !text.is_empty())
                .map(|text| number(text, "affected_from"))
                .transpose()?,
            released: day(&released, "released")?,
            available_from: day(&available_from, "available_from")?,
            line: title,
            update: Some(update).filter(|text| !text.is_empty()),
            kb: Some(kb).filter(|text| !text.is_empty()),
            source,
        })
    }
}

/// A mistake in one row.
fn wrong(line: u64, field: &str, value: &str, fault: Fault) -> PackError {
    PackError {
        part: Part::Builds,
        line,
        field: field.into(),
        value: short(value),
        fault,
    }
}
