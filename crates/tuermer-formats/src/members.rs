//! Member, provider, inventory and network lists: a row of text becomes a parsed record, or one error per bad cell.
//!
//! Nothing is guessed: a row with any bad cell is not used at all.

mod cells;

use crate::contact_fields::{address, text};
use crate::headers::{
    CONTACT_FIELDS, INVENTORY_FIELDS, Mapping, NETWORK_FIELDS, ORGANISATION_FIELDS, Recognised,
};
use crate::inventory;
use crate::networks::{self, NetworkProblem};
use crate::problem::{Fault, Problem};
use crate::table::{self, Piece, Row, Shape};
use cells::Cells;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::{Read, Seek};
use tuermer_core::asset::Presence;
use tuermer_core::channel::PointKind;
use tuermer_core::field::{Facts, Field};
use tuermer_core::limits;
use tuermer_core::owners::NetworkFact;
use tuermer_core::scale::Source;

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Member companies.
    Members,
    /// IT providers.
    Providers,
    /// Products of members.
    Inventory,
    /// Networks and domains of members.
    Networks,
    /// People of members and providers: a row for each person.
    Contacts,
}

impl Kind {
    /// Every kind of list.
    pub const ALL: [Self; 5] = [
        Self::Members,
        Self::Providers,
        Self::Inventory,
        Self::Networks,
        Self::Contacts,
    ];

    /// Name on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Providers => "providers",
            Self::Inventory => "inventory",
            Self::Networks => "networks",
            Self::Contacts => "contacts",
        }
    }

    /// Fields a list of this kind may have.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        let own = match self {
            Self::Members | Self::Providers => ORGANISATION_FIELDS,
            Self::Inventory => INVENTORY_FIELDS,
            Self::Networks => NETWORK_FIELDS,
            Self::Contacts => CONTACT_FIELDS,
        };
        let facts = match self {
            Self::Members | Self::Providers => Field::ALL,
            Self::Inventory | Self::Networks | Self::Contacts => &[],
        };
        let points = match self {
            Self::Members | Self::Providers | Self::Contacts => PointKind::ALL,
            Self::Inventory | Self::Networks => &[],
        };
        own.iter()
            .copied()
            .chain(facts.iter().map(|field| field.as_str()))
            .chain(points.iter().map(|kind| kind.as_str()))
    }

    /// Fields it must have.
    pub fn needed(self) -> &'static [&'static str] {
        match self {
            Self::Members | Self::Providers | Self::Contacts => &["external_id"],
            Self::Inventory => &["external_id", "product"],
            Self::Networks => &["external_id", "value"],
        }
    }
}

/// A row that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Line or row of the file.
    pub row: u64,
    /// Number of the organisation.
    pub external_id: String,
    /// Its facts.
    pub told: Told,
}

/// The facts of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Facts about a member or provider, and its person.
    Organisation(Box<(Facts, ContactFacts)>),
    /// A product.
    Asset(Box<AssetFacts>),
    /// A network.
    Network(NetworkFact),
    /// A person.
    Contact(ContactFacts),
}

/// A person of an organisation; `None` where the row says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ContactFacts {
    /// Name.
    pub name: Option<String>,
    /// Role.
    pub role: Option<String>,
    /// Canonical addresses, at most one of each kind.
    pub points: Vec<(PointKind, String)>,
    /// Until when these addresses are good.
    pub expires_at: Option<Timestamp>,
}

/// A product of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AssetFacts {
    /// Vendor as told, may be empty.
    pub vendor: String,
    /// Product as told.
    pub product: String,
    /// Version in the words of the source, may be empty.
    pub version: String,
    /// Build as told.
    pub build: Option<String>,
    /// Host in lower case, may be empty.
    pub hostname: String,
    /// Who said so; `None` where the row does not tell.
    pub source: Option<Source>,
    /// When it was seen; `None` where the row does not tell.
    pub observed_at: Option<Timestamp>,
    /// How it was read.
    pub note: String,
    /// In the house, in the cloud, or not there.
    pub presence: Presence,
}

/// A bad cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Line or row of the file.
    pub row: u64,
    /// Column as named in the file.
    pub column: String,
    /// The cell, cut to a sane length.
    pub value: String,
    /// Why it is bad.
    pub problem: Problem,
    /// What the sentence needs.
    pub detail: String,
}

/// What reading gives, in this order: one header, then rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// How the file is written and what its columns mean.
    Header(Shape, Recognised),
    /// A row.
    Row(Result<Record, Vec<RowError>>),
}

/// What rows are read against.
pub struct Rules {
    /// Kind of list.
    pub kind: Kind,
    /// Names of columns that we do not know by ourselves.
    pub mapping: Mapping,
    /// Now: nothing was seen later.
    pub now: Timestamp,
    /// Zone of times without one.
    pub zone: TimeZone,
}

/// Reads a list; `take` returns false to end the reading.
pub fn read<R: Read + Seek>(
    rules: &Rules,
    source: R,
    take: &mut dyn FnMut(Reading) -> bool,
) -> Result<(), Fault> {
    let mut columns: Option<Recognised> = None;
    table::read(source, &mut |piece| match piece {
        Piece::Header(header) => {
            let recognised = Recognised::new(rules.kind, &header.columns, &rules.mapping)?;
            columns = Some(recognised.clone());
            Ok(take(Reading::Header(header.shape, recognised)))
        }
        Piece::Row(row) => Ok(columns
            .as_ref()
            .is_none_or(|columns| take(Reading::Row(parse(rules, columns, &row))))),
    })
}

fn parse(rules: &Rules, columns: &Recognised, row: &Row) -> Result<Record, Vec<RowError>> {
    let mut cells = Cells {
        columns,
        row,
        errors: Vec::new(),
    };
    cells.refuse_extra();
    let external_id = cells.needed("external_id");
    let told = match rules.kind {
        Kind::Members | Kind::Providers => organisation(&mut cells),
        Kind::Inventory => asset(&mut cells, rules),
        Kind::Networks => network(&mut cells),
        Kind::Contacts => person(&mut cells, rules),
    };
    match told {
        Some(told) if cells.errors.is_empty() => Ok(Record {
            row: row.number,
            external_id,
            told,
        }),
        _ => Err(cells.errors),
    }
}

fn organisation(cells: &mut Cells<'_>) -> Option<Told> {
    let mut facts = Facts::default();
    for field in Field::ALL {
        facts.set(*field, cells.fact(*field));
    }
    let contact = contact(cells);
    Some(Told::Organisation(Box::new((facts, contact))))
}

fn contact(cells: &mut Cells<'_>) -> ContactFacts {
    let points = PointKind::ALL.iter().filter_map(|kind| {
        let found = cells.parsed(kind.as_str(), |cell| address(kind.form(), cell));
        found.map(|found| (*kind, found))
    });
    let points = points.collect();
    ContactFacts {
        name: cells.text("contact_name"),
        role: cells.text("contact_role"),
        points,
        expires_at: None,
    }
}

fn person(cells: &mut Cells<'_>, rules: &Rules) -> Option<Told> {
    let told = contact(cells);
    let expires_at = cells.parsed("expires_at", |cell| inventory::day(cell, &rules.zone));
    if told.points.is_empty() && cells.errors.is_empty() {
        return cells.fail("contact_name", Problem::NoWay);
    }
    Some(Told::Contact(ContactFacts { expires_at, ..told }))
}

fn asset(cells: &mut Cells<'_>, rules: &Rules) -> Option<Told> {
    let product = cells.needed("product");
    let (presence, version) = cells
        .parsed("version", |cell| inventory::version(cell).map(Some))
        .unwrap_or((Presence::OnPremises, String::new()));
    let (source, tool) = cells
        .parsed("source", inventory::source)
        .map_or((None, None), |(source, tool)| (Some(source), tool));
    let note = cells.parsed("note", |cell| text(cell, limits::NOTE_CHARACTERS));
    let note = [tool, note]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ");
    Some(Told::Asset(Box::new(AssetFacts {
        vendor: cells.text("vendor").unwrap_or_default(),
        product,
        version,
        build: cells.parsed("build", inventory::build),
        hostname: cells.text("hostname").unwrap_or_default().to_lowercase(),
        source,
        observed_at: cells.parsed("observed_at", |cell| {
            inventory::observed_at(cell, rules.now, &rules.zone)
        }),
        note,
        presence,
    })))
}

fn network(cells: &mut Cells<'_>) -> Option<Told> {
    match networks::parse(cells.cell("kind"), cells.cell("value")) {
        Ok(fact) => Some(Told::Network(fact)),
        Err(NetworkProblem::Kind(problem)) => cells.fail("kind", problem),
        Err(NetworkProblem::Value(problem)) => cells.fail("value", problem),
    }
}

/// A cell, short enough for a line and without control characters.
pub fn shown(cell: &str) -> String {
    let mut short: String = cell
        .trim()
        .chars()
        .take(limits::SHOWN_CHARACTERS)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if cell.trim().chars().nth(limits::SHOWN_CHARACTERS).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
