//! Why a pack is refused: file, line, field, the value found and the value expected.

use std::fmt;
use std::ops::Range;
use toml::Spanned;
use tuermer_core::limits::SHOWN_CHARACTERS;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `pack.toml`
    Pack,
    /// `builds.csv`
    Builds,
}

impl Part {
    /// Name of the file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Pack => "pack.toml",
            Self::Builds => "builds.csv",
        }
    }
}

/// One mistake, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackError {
    /// Which file.
    pub part: Part,
    /// Line, counted from 1; 0 where it concerns the whole file.
    pub line: u64,
    /// Field, empty where it concerns the whole file.
    pub field: String,
    /// What stands there.
    pub value: String,
    /// What is wrong with it.
    pub fault: Fault,
}

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $key:literal, $words:literal;)*) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault { $($(#[$doc])* $variant),* }

        impl Fault {
            /// Key of its words.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),* }
            }

            fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $words),* }
            }
        }
    };
}

faults! {
    /// Not TOML or CSV, or a field too many or too few.
    Syntax = "syntax", "cannot be read";
    /// A format of another program.
    Format = "format", "is not the format this program reads (2)";
    /// A name with signs in it.
    Name = "name", "must be a word of small letters, digits and hyphens";
    /// No rule we know.
    Rule = "rule", "must be exchange-cu-su, branch-fixed-build or none";
    /// No service we know.
    Service = "service", "must be one of: mail";
    /// Part of a table in a pack without one.
    NoTable = "no-table", "must not stand in a pack whose rule is none";
    /// Neither a table nor what the products carry.
    SaysNothing = "says-nothing", "must name a service: a pack whose rule is none says nothing else";
    /// A table without lines or without fixes.
    NoLines = "no-lines", "needs a [[line]] and a [[fix]]; a pack without builds has the rule none";
    /// No way of writing builds we know.
    Form = "form", "must be four-dotted, three-dotted, three-dotted-build or netscaler";
    /// Neither a day nor the word for a day nobody knows.
    EndOfLife = "end-of-life", "must be a day like 2021-03-02, or unknown";
    /// Not a day.
    Day = "day", "must be a day like 2021-03-02";
    /// Not a whole build.
    Build = "build", "must be a whole build in the form of the pack";
    /// Not a number.
    Number = "number", "must be a build or the beginning of one in the form of the pack";
    /// A line without numbers.
    NoRange = "no-range", "needs a branch, or from and to in this order";
    /// Not the name of a line.
    Line = "line", "must be the name of a [[line]]";
    /// Not the key of a condition.
    Condition = "condition", "must be the key of a [[condition]]";
    /// Not a word for silence.
    Untold = "untold", "must be holds, fixed or unknown";
    /// Not the id of a flaw.
    Flaw = "flaw", "must be an id like CVE-2021-26855";
    /// No https address.
    Url = "url", "must begin with https://";
    /// A row of a branch without its fix.
    NoUpdate = "no-update", "must name the update or advisory whose fix the build carries";
    /// A fix no build carries.
    NoBuilds = "no-builds", "is an update no build carries";
    /// No product.
    NoProduct = "no-product", "the pack names no product";
    /// A file too large.
    TooLarge = "too-large", "bytes are the most a file may have";
    /// Too many of something.
    TooMany = "too-many", "are the most a pack may have";
}

impl PackError {
    /// A fault of the whole file.
    pub(super) fn whole(part: Part, fault: Fault, value: String) -> Self {
        Self {
            part,
            line: 0,
            field: String::new(),
            value,
            fault,
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            part,
            line,
            field,
            value,
            fault,
        } = self;
        write!(out, "{}", part.file())?;
        if *line > 0 {
            write!(out, " line {line}")?;
        }
        if !field.is_empty() {
            write!(out, ", field {field}")?;
        }
        write!(out, ": \"{value}\" {}", fault.explanation())
    }
}

impl std::error::Error for PackError {}

/// The text of `pack.toml`, to find the line of a place in it.
#[derive(Clone, Copy)]
pub(super) struct Places<'a>(pub &'a str);

impl Places<'_> {
    fn line(self, at: usize) -> u64 {
        let before = self.0.as_bytes().get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1
    }

    /// A fault of one value.
    pub fn of(self, value: &Spanned<String>, field: &'static str, fault: Fault) -> PackError {
        self.fault(value.span(), field, value.get_ref(), fault)
    }

    /// A fault at a place.
    pub fn fault(
        self,
        span: Range<usize>,
        field: &'static str,
        value: &str,
        fault: Fault,
    ) -> PackError {
        PackError {
            part: Part::Pack,
            line: self.line(span.start),
            field: field.into(),
            value: shown(value),
            fault,
        }
    }

    /// A fault in the table of builds that stands in this file.
    pub fn inside(self, table: &Spanned<String>, error: PackError) -> PackError {
        let text = self.0.get(table.span()).unwrap_or_default();
        // TOML drops a line break right behind the opening quotes.
        let dropped = text
            .trim_start_matches(['\'', '"'])
            .starts_with(['\n', '\r']);
        let first = self
            .line(table.span().start)
            .saturating_sub(u64::from(!dropped));
        PackError {
            part: Part::Pack,
            line: first.saturating_add(error.line),
            ..error
        }
    }

    /// A fault of the file as TOML.
    pub fn syntax(self, error: &toml::de::Error) -> PackError {
        let line = error.span().map_or(0, |span| self.line(span.start));
        PackError {
            part: Part::Pack,
            line,
            field: String::new(),
            value: shown(error.message()),
            fault: Fault::Syntax,
        }
    }
}

fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(SHOWN_CHARACTERS)
        .collect()
}

/// Places in `builds.csv`.
pub(super) mod at {
    use super::{Fault, PackError, Part};

    /// A fault of the file as CSV.
    pub fn csv(error: &csv::Error) -> PackError {
        let line = error.position().map_or(0, csv::Position::line);
        PackError {
            part: Part::Builds,
            line,
            field: String::new(),
            value: super::shown(&error.to_string()),
            fault: Fault::Syntax,
        }
    }
}
