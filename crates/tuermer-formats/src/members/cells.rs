//! The cells of one row, looked up by field; every bad one becomes an error with row, column and value.

use super::{RowError, shown};
use crate::contact_fields::{postcode, text};
use crate::headers::Recognised;
use crate::problem::Problem;
use crate::table::Row;
use tuermer_core::field::{Field, Form};
use tuermer_core::limits;

/// The cells of one row by field, and what was wrong with them.
pub(super) struct Cells<'a> {
    pub columns: &'a Recognised,
    pub row: &'a Row,
    pub errors: Vec<RowError>,
}

impl Cells<'_> {
    pub fn cell(&self, field: &str) -> &str {
        let position = self
            .columns
            .columns
            .iter()
            .position(|column| column.as_ref().is_some_and(|column| column.field == field));
        position
            .and_then(|at| self.row.cells.get(at))
            .map_or("", String::as_str)
    }

    /// A row with more cells than the header is shifted; its cells mean something else than the header says.
    pub fn refuse_extra(&mut self) {
        let extra = self
            .row
            .cells
            .get(self.columns.columns.len()..)
            .unwrap_or(&[]);
        if let Some(cell) = extra.iter().find(|cell| !cell.trim().is_empty()) {
            let error = RowError {
                row: self.row.number,
                column: String::new(),
                value: shown(cell),
                problem: Problem::ExtraCells,
                detail: String::new(),
            };
            self.errors.push(error);
        }
    }

    pub fn parsed<T>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<Option<T>, Problem>,
    ) -> Option<T> {
        match parse(self.cell(field)) {
            Ok(value) => value,
            Err(problem) => self.fail(field, problem),
        }
    }

    pub fn text(&mut self, field: &str) -> Option<String> {
        self.parsed(field, |cell| text(cell, limits::FIELD_CHARACTERS))
    }

    /// A fact of an organisation, as its form accepts it.
    pub fn fact(&mut self, field: Field) -> Option<String> {
        let name = field.as_str();
        match field.nature().form {
            Form::Text => self.text(name),
            Form::Postcode => {
                let country = Field::Country.rule();
                let country = country.and_then(|rule| (rule.parse)(self.cell("country").trim()));
                self.parsed(name, |cell| postcode(cell, country.as_deref()))
            }
            Form::Shaped(rule) | Form::Closed(rule) => self.parsed(name, |cell| {
                let Some(cell) = text(cell, limits::FIELD_CHARACTERS)? else {
                    return Ok(None);
                };
                (rule.parse)(&cell).map(Some).ok_or(Problem::Fact(field))
            }),
        }
    }

    pub fn needed(&mut self, field: &str) -> String {
        self.parsed(field, |cell| {
            text(cell, limits::FIELD_CHARACTERS)?
                .ok_or(Problem::Missing)
                .map(Some)
        })
        .unwrap_or_default()
    }

    pub fn fail<T>(&mut self, field: &str, problem: Problem) -> Option<T> {
        let column = self
            .columns
            .columns
            .iter()
            .flatten()
            .find(|column| column.field == field);
        let column = column.map_or_else(|| field.to_string(), |column| column.header.clone());
        self.errors.push(RowError {
            row: self.row.number,
            column,
            value: shown(self.cell(field)),
            problem,
            detail: String::new(),
        });
        None
    }
}
