//! Takes lists of members, providers, inventory and networks into the store.
//!
//! The file is read on its own thread and compared with the store in chunks, all in one transaction:
//! a file with errors, a full disk or a kill leaves the store as it was. A dry run does the same and
//! does not commit. Nothing is written for a row that tells nothing new.

mod assets;
mod bill;
mod claims;
pub mod contacts;
mod organisations;
mod seen;

pub use bill::{BillOptions, import_bill};

use super::allow;
use crate::context::Context;
use crate::store::ground::engine::Transaction;
use crate::store::ground::journal;
use crate::store::register::organisations::{Reachability, reachability_within};
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tuermer_core::limits;
use tuermer_core::rights::{Act, Actor};
use tuermer_core::scale::Source;
use tuermer_formats::headers::Recognised;
pub use tuermer_formats::headers::{Column, Mapping};
use tuermer_formats::members::{self, Reading, Record, Rules};
pub use tuermer_formats::members::{Kind as ImportKind, RowError};
use tuermer_formats::problem::{Fault, Problem};
pub use tuermer_formats::table::Shape;

/// Where the list comes from.
#[derive(Debug, Clone)]
pub enum Input {
    /// In memory.
    Bytes(Vec<u8>),
    /// A file, read as a stream.
    File(PathBuf),
    /// Rows that were read elsewhere.
    Rows(Vec<Record>),
}

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Compare, count and say, but write nothing.
    pub dry_run: bool,
    /// Write the good rows although others have errors.
    pub skip_errors: bool,
    /// Names of columns that we do not know by ourselves.
    pub mapping: Mapping,
    /// Who says so; the register where nothing is told.
    pub source: Option<Source>,
    /// When they said so; now where nothing is told.
    pub said_at: Option<Timestamp>,
    /// Rows done so far, for whoever shows it.
    pub progress: Option<Arc<AtomicU64>>,
}

/// What an import did, or would do.
#[derive(Debug, Clone)]
pub struct ImportReport {
    /// Name of the file.
    pub file: String,
    /// Kind of list.
    pub kind: ImportKind,
    /// How the file is written.
    pub shape: Option<Shape>,
    /// Columns that were recognised, in the order of the file.
    pub columns: Vec<Column>,
    /// Columns that were not.
    pub unknown_columns: Vec<String>,
    /// Rows below the header.
    pub rows: u64,
    /// Rows that tell of something the store did not have.
    pub new: u64,
    /// Rows that change a value.
    pub changed: u64,
    /// Rows that tell nothing new.
    pub same: u64,
    /// Rows that were not used.
    pub error_rows: u64,
    /// Every bad cell.
    pub errors: Vec<RowError>,
    /// What is taken and worth a look; at most [`limits::IMPORT_WARNINGS`].
    pub warnings: Vec<RowError>,
    /// Warnings beyond that.
    pub more_warnings: u64,
    /// True for a dry run.
    pub dry_run: bool,
    /// True where something was written.
    pub written: bool,
    /// How members can be reached, after this import (members only).
    pub reachability: Option<Reachability>,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    New,
    Changed,
    Same,
}

impl ImportReport {
    fn new(kind: ImportKind, file: &str, dry_run: bool) -> Self {
        Self {
            file: file.to_string(),
            kind,
            shape: None,
            columns: Vec::new(),
            unknown_columns: Vec::new(),
            rows: 0,
            new: 0,
            changed: 0,
            same: 0,
            error_rows: 0,
            errors: Vec::new(),
            warnings: Vec::new(),
            more_warnings: 0,
            dry_run,
            written: false,
            reachability: None,
        }
    }

    fn header(&mut self, shape: Shape, recognised: Recognised) {
        let Recognised { columns, unknown } = recognised;
        self.shape = Some(shape);
        self.columns = columns.into_iter().flatten().collect();
        self.unknown_columns = unknown;
    }

    fn count(&mut self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::New => &mut self.new,
            Outcome::Changed => &mut self.changed,
            Outcome::Same => &mut self.same,
        };
        *counter = counter.saturating_add(1);
    }

    fn refuse(&mut self, errors: Vec<RowError>) {
        self.error_rows = self.error_rows.saturating_add(1);
        self.errors.extend(errors);
    }

    /// Refuses a row for one of its fields.
    fn refuse_field(
        &mut self,
        row: u64,
        field: &str,
        value: &str,
        problem: Problem,
        detail: String,
    ) {
        let error = self.about(row, field, value, problem, detail);
        self.refuse(vec![error]);
    }

    fn warn(&mut self, row: u64, field: &str, value: &str, problem: Problem, detail: String) {
        if self.warnings.len() < limits::IMPORT_WARNINGS {
            let warning = self.about(row, field, value, problem, detail);
            self.warnings.push(warning);
        } else {
            self.more_warnings = self.more_warnings.saturating_add(1);
        }
    }

    fn about(
        &self,
        row: u64,
        field: &str,
        value: &str,
        problem: Problem,
        detail: String,
    ) -> RowError {
        let column = self
            .columns
            .iter()
            .find(|column| column.field == field)
            .map_or(field, |column| &column.header);
        RowError {
            row,
            column: column.to_string(),
            value: members::shown(value),
            problem,
            detail,
        }
    }
}

/// Imports one list. A file that is no table comes back as a [`Fault`] inside the error.
pub async fn import(
    context: &Context,
    actor: &Actor,
    kind: ImportKind,
    name: &str,
    input: Input,
    options: &ImportOptions,
) -> Result<ImportReport> {
    allow(actor, Act::ImportRegister)?;
    let now = context.now();
    let mut import = Import {
        said_at: options.said_at.unwrap_or(now),
        source: options.source,
        now,
        seen: seen::Seen::default(),
        providers: organisations::ProviderNumbers::default(),
        claims: claims::NewClaims::default(),
        report: ImportReport::new(kind, name, options.dry_run),
    };
    let rules = Rules {
        kind,
        mapping: options.mapping.clone(),
        now,
        zone: context.zone(),
    };
    let mut open = context.store.begin().await?;
    let (sender, mut receiver) = mpsc::channel(CHUNKS_AHEAD);
    let reading = tokio::task::spawn_blocking(move || read(&rules, input, &sender));
    while let Some(chunk) = receiver.recv().await {
        import.register_chunk(context, &mut open, chunk).await?;
        if let Some(progress) = &options.progress {
            progress.store(import.report.rows, Ordering::Relaxed);
        }
    }
    reading.await.context("reading the file stopped")??;
    import.finish(&mut open).await?;
    let mut report = import.report;
    let accepted = !options.dry_run && (report.errors.is_empty() || options.skip_errors);
    if accepted && (report.new > 0 || report.changed > 0) {
        let detail = format!(
            "new {} changed {} same {} errors {}",
            report.new, report.changed, report.same, report.error_rows
        );
        journal::append(
            &mut open,
            now,
            actor.name(),
            "register.imported",
            kind.as_str(),
            &detail,
        )
        .await?;
        open.commit().await?;
        report.written = true;
    }
    Ok(report)
}

/// Chunks that may wait between reading and writing.
const CHUNKS_AHEAD: usize = 4;

/// What the reading thread hands over.
enum Chunk {
    Header(Shape, Recognised),
    Rows(Vec<Result<Record, Vec<RowError>>>),
}

fn read(rules: &Rules, input: Input, sender: &mpsc::Sender<Chunk>) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(limits::ROWS_PER_STATEMENT);
    let mut take = |reading| match reading {
        Reading::Header(shape, recognised) => sender
            .blocking_send(Chunk::Header(shape, recognised))
            .is_ok(),
        Reading::Row(row) => {
            rows.push(row);
            rows.len() < limits::ROWS_PER_STATEMENT
                || sender
                    .blocking_send(Chunk::Rows(std::mem::take(&mut rows)))
                    .is_ok()
        }
    };
    match input {
        Input::Bytes(bytes) => members::read(rules, Cursor::new(bytes), &mut take)?,
        Input::File(path) => {
            let file = std::fs::File::open(&path)
                .map_err(|error| Fault::new(Problem::Unreadable, error.to_string()))?;
            members::read(rules, file, &mut take)?;
        }
        Input::Rows(rows) => {
            rows.into_iter()
                .map(|row| Reading::Row(Ok(row)))
                .try_for_each(|reading| take(reading).then_some(()));
        }
    }
    // A closed channel means that writing failed; that error is the one to show.
    let _ = sender.blocking_send(Chunk::Rows(rows));
    Ok(())
}

/// One import on its way.
struct Import {
    now: Timestamp,
    said_at: Timestamp,
    source: Option<Source>,
    seen: seen::Seen,
    providers: organisations::ProviderNumbers,
    claims: claims::NewClaims,
    report: ImportReport,
}

impl Import {
    async fn register_chunk(
        &mut self,
        context: &Context,
        open: &mut Transaction,
        chunk: Chunk,
    ) -> Result<()> {
        let rows = match chunk {
            Chunk::Header(shape, recognised) => {
                self.report.header(shape, recognised);
                return Ok(());
            }
            Chunk::Rows(rows) => rows,
        };
        self.report.rows = self.report.rows.saturating_add(rows.len() as u64);
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Ok(record) => records.push(record),
                Err(errors) => self.report.refuse(errors),
            }
        }
        match self.report.kind {
            ImportKind::Members | ImportKind::Providers => {
                self.take_organisations(context, open, records).await
            }
            ImportKind::Inventory => self.register_assets(context, open, records).await,
            ImportKind::Networks => self.take_networks(open, records).await,
            ImportKind::Contacts => self.take_contacts(context, open, records).await,
        }
    }

    async fn finish(&mut self, open: &mut Transaction) -> Result<()> {
        match self.report.kind {
            ImportKind::Members => {
                self.warn_unknown_providers(open).await?;
                self.report.reachability = Some(reachability_within(open, self.now).await?);
            }
            ImportKind::Contacts => {
                self.report.reachability = Some(reachability_within(open, self.now).await?);
            }
            ImportKind::Networks => self.warn_overlaps(open).await?,
            ImportKind::Providers | ImportKind::Inventory => {}
        }
        // Errors found against the store come chunk by chunk after those of the cells.
        self.report.errors.sort_by_key(|error| error.row);
        self.report.warnings.sort_by_key(|warning| warning.row);
        Ok(())
    }

    /// Who says what an organisation row says.
    fn source_or_register(&self) -> Source {
        self.source.unwrap_or(Source::Register)
    }
}
