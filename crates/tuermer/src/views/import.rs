//! What an import of members, providers, inventory or networks did, or would do.

use crate::acts::register::{ImportReport, RowError};
use crate::store::register::organisations::Reachability;
use crate::text::Texts;
use serde::Serialize;
use tuermer_formats::headers::Column;

/// Result of one import.
#[derive(Debug, Serialize)]
pub struct ImportView<'a> {
    /// The file.
    pub file: &'a str,
    /// What it lists.
    pub kind: &'static str,
    /// How many rows.
    pub rows: u64,
    /// Of them new.
    pub new: u64,
    /// Of them changed.
    pub changed: u64,
    /// Of them known.
    pub same: u64,
    /// Of them with an error.
    pub error_rows: u64,
    /// Cells that are bad.
    pub errors: Vec<RowErrorView<'a>>,
    /// Cells that were taken but look odd.
    pub warnings: Vec<RowErrorView<'a>>,
    /// How many more of these there are.
    pub more_warnings: u64,
    /// Columns that were understood.
    pub columns: Vec<ColumnView<'a>>,
    /// Headers that were not.
    pub unknown_columns: &'a [String],
    /// Nothing was to be written.
    pub dry_run: bool,
    /// It was written.
    pub written: bool,
    /// On how many ways members are reached now.
    pub reachability: Option<Reachability>,
    /// Where all errors stand.
    pub error_file: Option<&'a str>,
}

impl<'a> ImportView<'a> {
    /// A report with its sentences in the reader's language.
    pub fn new(report: &'a ImportReport, error_file: Option<&'a str>, texts: Texts) -> Self {
        let rows = |errors: &'a [RowError]| {
            let errors = errors.iter();
            errors
                .map(|error| RowErrorView::new(error, texts))
                .collect()
        };
        Self {
            file: &report.file,
            kind: report.kind.as_str(),
            rows: report.rows,
            new: report.new,
            changed: report.changed,
            same: report.same,
            error_rows: report.error_rows,
            errors: rows(&report.errors),
            warnings: rows(&report.warnings),
            more_warnings: report.more_warnings,
            columns: report.columns.iter().map(ColumnView::from).collect(),
            unknown_columns: &report.unknown_columns,
            dry_run: report.dry_run,
            written: report.written,
            reachability: report.reachability,
            error_file,
        }
    }
}

/// A bad cell.
#[derive(Debug, Serialize)]
pub struct RowErrorView<'a> {
    /// Line or row of the file.
    pub row: u64,
    /// Column as named in the file.
    pub column: &'a str,
    /// The cell, cut to a sane length.
    pub value: &'a str,
    /// Why it is bad, in the reader's language.
    pub reason: String,
}

impl<'a> RowErrorView<'a> {
    fn new(error: &'a RowError, texts: Texts) -> Self {
        Self {
            row: error.row,
            column: &error.column,
            value: &error.value,
            reason: row_reason(error, texts),
        }
    }
}

/// Why a cell is bad, in the reader's language.
pub fn row_reason(error: &RowError, texts: Texts) -> String {
    texts.with(error.problem.key(), &[("detail", &error.detail)])
}

/// A column that was understood.
#[derive(Debug, Serialize)]
pub struct ColumnView<'a> {
    /// Its name in the file.
    pub header: &'a str,
    /// The field it stands for.
    pub field: &'static str,
}

impl<'a> From<&'a Column> for ColumnView<'a> {
    fn from(column: &'a Column) -> Self {
        let Column { header, field } = column;
        Self { header, field }
    }
}

/// Result of importing a bill of materials.
#[derive(Debug, Serialize)]
pub struct BillImportView<'a> {
    /// The report; its kind is `sbom`.
    #[serde(flatten)]
    pub import: ImportView<'a>,
    /// Format of the bill.
    pub format: &'a str,
    /// Components without a name.
    pub nameless: usize,
}
