//! Which column is which field: canonical names, common German and English ones, and a mapping file.

use crate::members::Kind;
use crate::problem::{Fault, Problem};
use std::collections::HashMap;
use tuermer_core::field::Field;

/// Fields of members and providers besides the facts ([`Field`]) and every kind of contact point.
pub const ORGANISATION_FIELDS: &[&str] = &["external_id", "contact_name", "contact_role"];
/// Fields of a list of people; a row may also have every kind of contact point.
pub const CONTACT_FIELDS: &[&str] = &["external_id", "contact_name", "contact_role", "expires_at"];
/// Fields of an inventory.
pub const INVENTORY_FIELDS: &[&str] = &[
    "external_id",
    "vendor",
    "product",
    "version",
    "build",
    "hostname",
    "source",
    "observed_at",
    "note",
];
/// Fields of networks.
pub const NETWORK_FIELDS: &[&str] = &["external_id", "kind", "value"];

/// Names in files, folded, and the field they mean; those of the facts of an organisation stand in [`Field::nature`].
/// Fields that a kind does not have are not offered to it.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "external_id",
        &[
            "externalid",
            "id",
            "mitgliedsnummer",
            "mitgliedsnr",
            "mitgliednr",
            "mitgliednummer",
            "mgnr",
            "mnr",
            "firmennummer",
            "firmennr",
            "kundennummer",
            "kundennr",
            "identnummer",
            "identnr",
            "ihknummer",
            "ihkidentnummer",
            "nummer",
            "nr",
            "memberid",
            "membernumber",
            "betreuernummer",
            "providerid",
            "itpartnernummer",
            "externeid",
        ],
    ),
    (
        "contact_name",
        &[
            "contactname",
            "ansprechpartner",
            "ansprechpartnerin",
            "ansprechperson",
            "kontakt",
            "kontaktperson",
            "geschaeftsfuehrer",
            "contact",
        ],
    ),
    (
        "contact_role",
        &["contactrole", "funktion", "position", "rolle", "role"],
    ),
    (
        "email",
        &[
            "email",
            "mail",
            "emailadresse",
            "mailadresse",
            "epost",
            "contactemail",
            "kontaktemail",
        ],
    ),
    (
        "phone",
        &[
            "phone",
            "telefon",
            "telefonnummer",
            "tel",
            "festnetz",
            "fon",
            "rufnummer",
            "telephone",
            "contactphone",
        ],
    ),
    (
        "mobile",
        &[
            "mobile",
            "mobil",
            "handy",
            "mobiltelefon",
            "mobilnummer",
            "mobilfunk",
            "handynummer",
            "contactmobile",
        ],
    ),
    ("postal", &["postanschrift", "briefanschrift"]),
    ("expires_at", &["gueltigbis", "ablauf", "validuntil"]),
    (
        "vendor",
        &["vendor", "hersteller", "anbieter", "manufacturer"],
    ),
    (
        "product",
        &[
            "product",
            "produkt",
            "software",
            "produktname",
            "anwendung",
            "application",
        ],
    ),
    ("version", &["version", "softwareversion", "produktversion"]),
    ("build", &["build", "buildnummer", "buildnumber", "buildnr"]),
    (
        "hostname",
        &[
            "hostname",
            "host",
            "rechner",
            "rechnername",
            "server",
            "servername",
            "computername",
            "geraet",
            "fqdn",
        ],
    ),
    ("source", &["source", "quelle", "herkunft", "gemeldetvon"]),
    (
        "observed_at",
        &[
            "observedat",
            "stand",
            "datum",
            "erfasstam",
            "zuletztgesehen",
            "lastseen",
            "gesehenam",
            "date",
            "zeitpunkt",
        ],
    ),
    (
        "note",
        &[
            "note",
            "notiz",
            "bemerkung",
            "anmerkung",
            "kommentar",
            "comment",
        ],
    ),
    ("kind", &["kind", "art", "typ", "type"]),
    (
        "value",
        &[
            "value",
            "wert",
            "netz",
            "netzwerk",
            "network",
            "domain",
            "domaene",
            "ipbereich",
            "subnetz",
            "ip",
            "ipadresse",
        ],
    ),
];

/// Columns of a file that stand for fields, by the names in the file. Made from a TOML file
/// `"Name der Firma" = "name"`; an empty field means: leave this column out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(HashMap<String, String>);

impl Mapping {
    /// Reads a mapping file.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            Fault::new(Problem::Mapping, error.message().to_string())
        })?;
        let mut mapping = HashMap::new();
        for (column, field) in table {
            let Some(field) = field.as_str() else {
                return Err(Fault::new(
                    Problem::Mapping,
                    format!("{column}: \"Spalte\" = \"field\""),
                ));
            };
            let known = |kind: &Kind| kind.fields().any(|known| known == field);
            if !field.is_empty() && !Kind::ALL.iter().any(known) {
                let fields: Vec<_> = Kind::Members.fields().collect();
                return Err(Fault::new(
                    Problem::Mapping,
                    format!("{column} = {field:?}: {}", fields.join(", ")),
                ));
            }
            mapping.insert(fold(&column), field.to_string());
        }
        Ok(Self(mapping))
    }
}

/// One column that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file.
    pub header: String,
    /// The field it stands for.
    pub field: &'static str,
}

/// Which columns were understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Columns in the order of the file; `None` where the name is not known.
    pub columns: Vec<Option<Column>>,
    /// Names that are not known, or stand for a field a second time.
    pub unknown: Vec<String>,
}

impl Recognised {
    /// Looks up every name; refuses a file without the columns that a row must have.
    pub fn new(kind: Kind, names: &[String], mapping: &Mapping) -> Result<Self, Fault> {
        let fields: Vec<&'static str> = kind.fields().collect();
        let mut columns: Vec<Option<Column>> = Vec::with_capacity(names.len());
        let mut unknown = Vec::new();
        for name in names {
            let header = shown(name);
            let field = field_of(&fold(name), &fields, mapping);
            let taken = |field: &str| columns.iter().flatten().any(|column| column.field == field);
            match field {
                Some(field) if !taken(field) => columns.push(Some(Column { header, field })),
                _ => {
                    columns.push(None);
                    if !header.is_empty() {
                        unknown.push(header);
                    }
                }
            }
        }
        let this = Self { columns, unknown };
        for needed in kind.needed() {
            if !this.has(needed) {
                let found: Vec<String> = names.iter().take(20).map(|name| shown(name)).collect();
                let problem = if *needed == "external_id" {
                    Problem::NoIdentifierColumn
                } else {
                    Problem::NoColumn
                };
                let detail = if *needed == "external_id" {
                    found.join(", ")
                } else {
                    (*needed).to_string()
                };
                return Err(Fault::at(problem, 1, detail));
            }
        }
        Ok(this)
    }

    /// True where a column stands for this field.
    pub fn has(&self, field: &str) -> bool {
        self.columns
            .iter()
            .flatten()
            .any(|column| column.field == field)
    }
}

/// A name from the file, short enough for a screen.
fn shown(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect()
}

fn field_of(folded: &str, fields: &[&'static str], mapping: &Mapping) -> Option<&'static str> {
    if let Some(field) = mapping.0.get(folded) {
        return fields.iter().find(|known| *known == field).copied();
    }
    let means = |field: &str| {
        let mut synonyms = SYNONYMS.iter();
        fold(field) == folded
            || Field::parse(field).is_some_and(|fact| fact.nature().headers.contains(&folded))
            || synonyms.any(|(known, names)| *known == field && names.contains(&folded))
    };
    fields.iter().find(|field| means(field)).copied()
}

/// Lower case, umlauts written out, only letters and digits: `Straße / Nr.` is `strassenr`.
fn fold(name: &str) -> String {
    let mut folded = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            c if c.is_alphanumeric() => folded.push(c),
            _ => {}
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::{Mapping, Recognised};
    use crate::members::Kind;
    use crate::problem::Problem;

    fn names(list: &str) -> Vec<String> {
        list.split(';').map(str::to_string).collect()
    }

    #[test]
    fn german_headers_are_recognised() {
        let rows: &[(Kind, &str, &str, &str)] = &[
            (
                Kind::Members,
                "Mitgliedsnummer;Firma;Straße;PLZ;Ort;Land;Branche;Größenklasse;Sprache;Ansprechpartner;Funktion;E-Mail;Telefon;Mobil;IT-Partner;Kz2",
                "external_id name street postcode city country sector size_class language contact_name contact_role email phone mobile provider_external_id -",
                "Kz2",
            ),
            (
                Kind::Members,
                "external_id;name;E-Mail;Mail",
                "external_id name email -",
                "Mail",
            ),
            (
                Kind::Inventory,
                "Mitglieds-Nr.;Hersteller;Produkt;Version;Build;Server;Quelle;Stand;Bemerkung",
                "external_id vendor product version build hostname source observed_at note",
                "",
            ),
            (
                Kind::Networks,
                "external_id;Art;Wert",
                "external_id kind value",
                "",
            ),
        ];
        for (kind, header, fields, unknown) in rows {
            let found = Recognised::new(*kind, &names(header), &Mapping::default()).unwrap();
            let got: Vec<&str> = found
                .columns
                .iter()
                .map(|column| column.as_ref().map_or("-", |column| column.field))
                .collect();
            assert_eq!(
                (got.join(" ").as_str(), found.unknown.join(" ").as_str()),
                (*fields, *unknown),
                "{header}"
            );
        }
    }

    #[test]
    fn a_mapping_names_what_we_do_not_know() {
        let mapping =
            Mapping::parse("\"Kz2\" = \"external_id\"\n\"Kurzname\" = \"name\"\n\"Name\" = \"\"")
                .unwrap();
        let found = Recognised::new(Kind::Members, &names("Kz2;Kurzname;Name"), &mapping).unwrap();
        assert!(found.has("external_id") && found.has("name"));
        assert_eq!(found.unknown, ["Name"]);
        assert_eq!(
            Mapping::parse("a = \"nonsense\"").unwrap_err().problem,
            Problem::Mapping
        );
        assert_eq!(
            Mapping::parse("a = ").unwrap_err().problem,
            Problem::Mapping
        );
        let fault = Recognised::new(Kind::Members, &names("a;b"), &Mapping::default()).unwrap_err();
        assert_eq!(
            (fault.problem, fault.detail.as_str()),
            (Problem::NoIdentifierColumn, "a, b")
        );
    }
}
