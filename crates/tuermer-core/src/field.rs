//! The facts of an organisation as one list: import, layers, columns, JSON and page follow it.
//!
//! A new fact is a word of [`Field`] with its [`Nature`], a migration that adds its column to the tables `organisation` and
//! `organisation_layer`, and its label in each language (`texts/*/field.txt`).

use crate::locale::Language;
use crate::scale::words;
use std::collections::BTreeMap;

words! {
    /// What sources tell about an organisation; the word is the column, the key in JSON and the name in a mapping file.
    Field {
        /// Name, NFC.
        Name = "name",
        /// Street and number.
        Street = "street",
        /// Postal code, text because of leading zeros.
        Postcode = "postcode",
        /// Municipality; the unit of the situation map.
        City = "city",
        /// ISO 3166 code.
        Country = "country",
        /// Branch, free text of the register.
        Sector = "sector",
        /// Size class, free text of the register.
        SizeClass = "size_class",
        /// Code of the language of the reader there.
        Language = "language",
        /// External id of the provider that looks after it.
        Provider = "provider_external_id",
        /// VAT identification number, without what groups it.
        VatId = "vat_id",
    }
}

/// Everything the program needs to know about one field.
#[derive(Debug, Clone, Copy)]
pub struct Nature {
    /// Names of its column in files, folded: lower case, umlauts written out, only letters and digits.
    pub headers: &'static [&'static str],
    /// Which cells are accepted.
    pub form: Form,
    /// What an organisation has where no source says anything; `None`: nothing, NULL in its column.
    pub unsaid: Option<&'static str>,
    /// True where the page of a member shows the value with its label below the address.
    pub labelled: bool,
    /// True where the value can tell a person: a one-person business is one.
    pub personal: bool,
    /// A cell as a register writes it.
    pub example: &'static str,
}

/// Which cells of a column are accepted.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// Any text within the limit of a cell.
    Text,
    /// A postcode as the country of the row has them.
    Postcode,
    /// What has a certain shape.
    Shaped(Rule),
    /// A word of a closed list; a stored word outside the list is an error.
    Closed(Rule),
}

/// How a cell becomes a value.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The value in canonical form; `None` where the cell is not one.
    pub parse: fn(&str) -> Option<String>,
    /// Key of the sentence for a cell that is refused.
    pub refusal: &'static str,
}

impl Field {
    /// What the program needs to know about this field.
    pub fn nature(self) -> Nature {
        let text = |headers, example| Nature {
            headers,
            form: Form::Text,
            unsaid: Some(""),
            labelled: false,
            personal: false,
            example,
        };
        let personal = |headers, example| Nature {
            personal: true,
            ..text(headers, example)
        };
        match self {
            Self::Name => personal(NAME, "Walzwerk Siegen GmbH"),
            Self::Street => personal(STREET, "Hüttenstraße 1"),
            Self::Postcode => Nature {
                form: Form::Postcode,
                ..personal(POSTCODE, "57072")
            },
            Self::City => personal(CITY, "Siegen"),
            Self::Country => Nature {
                form: shaped(country, "field.refused_country"),
                unsaid: Some("DE"),
                ..text(COUNTRY, "Deutschland")
            },
            Self::Sector => text(SECTOR, "Metallverarbeitung"),
            Self::SizeClass => text(SIZE_CLASS, "50-249"),
            Self::Language => Nature {
                form: Form::Closed(Rule {
                    parse: language,
                    refusal: "field.refused_language",
                }),
                unsaid: Some("de"),
                ..text(LANGUAGE, "Deutsch")
            },
            Self::Provider => Nature {
                unsaid: None,
                ..personal(PROVIDER, "P-1")
            },
            Self::VatId => Nature {
                form: shaped(vat_id, "field.refused_vat_id"),
                labelled: true,
                ..personal(VAT_ID, "DE 123 456 789")
            },
        }
    }

    /// The rule for cells of this field, where it has one.
    pub fn rule(self) -> Option<Rule> {
        match self.nature().form {
            Form::Text | Form::Postcode => None,
            Form::Shaped(rule) | Form::Closed(rule) => Some(rule),
        }
    }

    /// True where a stored text cannot have been written by this program.
    pub fn is_unknown(self, stored: &str) -> bool {
        matches!(self.nature().form, Form::Closed(rule) if (rule.parse)(stored).as_deref() != Some(stored))
    }
}

/// What is told about an organisation, field by field; a field that is not in it was not told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Facts(BTreeMap<Field, String>);

impl Facts {
    /// What is told in this field.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// Tells a field; `None` tells nothing.
    pub fn set(&mut self, field: Field, value: Option<String>) {
        if let Some(value) = value {
            self.0.insert(field, value);
        }
    }

    /// Every field that is told, in the order of the list.
    pub fn told(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }

    /// These facts with the gaps filled from `weaker`.
    #[must_use]
    pub fn or(mut self, weaker: &Self) -> Self {
        for (field, value) in &weaker.0 {
            self.0.entry(*field).or_insert_with(|| value.clone());
        }
        self
    }

    /// These facts with what an organisation has where nobody says anything; its name is then its number.
    #[must_use]
    pub fn filled(mut self, external_id: &str) -> Self {
        self.0
            .entry(Field::Name)
            .or_insert_with(|| external_id.to_string());
        for field in Field::ALL {
            if let Some(unsaid) = field.nature().unsaid {
                self.0.entry(*field).or_insert_with(|| unsaid.to_string());
            }
        }
        self
    }
}

fn shaped(parse: fn(&str) -> Option<String>, refusal: &'static str) -> Form {
    Form::Shaped(Rule { parse, refusal })
}

fn language(word: &str) -> Option<String> {
    Language::parse(word).map(|language| language.code().to_string())
}

/// Two letters of a country and up to twelve letters and digits (Directive 2006/112/EC, article 215, and its annexes by
/// member state). Blanks, dots, dashes and slashes are how people group it.
fn vat_id(cell: &str) -> Option<String> {
    let mut number: String = cell
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '–' | '/'))
        .collect();
    number.make_ascii_uppercase();
    let (country, rest) = number.split_at_checked(2)?;
    let fits = country.bytes().all(|byte| byte.is_ascii_uppercase())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (2..=12).contains(&rest.len());
    fits.then_some(number)
}

/// ISO 3166 code of a country named by code or word.
fn country(name: &str) -> Option<String> {
    let code = match name.to_lowercase().as_str() {
        "d" | "de" | "deu" | "ger" | "deutschland" | "germany" | "bundesrepublik deutschland" => {
            "DE"
        }
        "a" | "at" | "aut" | "österreich" | "austria" => "AT",
        "ch" | "che" | "schweiz" | "switzerland" => "CH",
        "nl" | "niederlande" | "netherlands" => "NL",
        "f" | "fr" | "frankreich" | "france" => "FR",
        "b" | "be" | "belgien" | "belgium" => "BE",
        "l" | "lu" | "luxemburg" | "luxembourg" => "LU",
        "pl" | "polen" | "poland" => "PL",
        "dk" | "dänemark" | "denmark" => "DK",
        "cz" | "tschechien" | "czechia" => "CZ",
        _ if name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            return Some(name.to_uppercase());
        }
        _ => return None,
    };
    Some(code.to_string())
}

const NAME: &[&str] = &[
    "name",
    "firma",
    "firmenname",
    "firmierung",
    "unternehmen",
    "unternehmensname",
    "firmenbezeichnung",
    "company",
    "companyname",
    "organisation",
    "betrieb",
];
const STREET: &[&str] = &[
    "street",
    "strasse",
    "strassehausnummer",
    "strassehausnr",
    "strasseundhausnummer",
    "strassenr",
    "anschrift",
    "adresse",
    "address",
];
const POSTCODE: &[&str] = &[
    "postcode",
    "plz",
    "postleitzahl",
    "zip",
    "zipcode",
    "postalcode",
];
const CITY: &[&str] = &[
    "city",
    "ort",
    "stadt",
    "gemeinde",
    "wohnort",
    "town",
    "municipality",
    "plzort",
];
const COUNTRY: &[&str] = &[
    "country",
    "land",
    "staat",
    "laenderkennzeichen",
    "laendercode",
    "lkz",
];
const SECTOR: &[&str] = &[
    "sector",
    "branche",
    "wirtschaftszweig",
    "wz",
    "wzcode",
    "wz2008",
    "industry",
    "gewerbe",
];
const SIZE_CLASS: &[&str] = &[
    "sizeclass",
    "groesse",
    "groessenklasse",
    "betriebsgroesse",
    "beschaeftigte",
    "mitarbeiter",
    "mitarbeiterzahl",
    "beschaeftigtengroessenklasse",
];
const LANGUAGE: &[&str] = &["language", "sprache", "lang", "korrespondenzsprache"];
const PROVIDER: &[&str] = &[
    "providerexternalid",
    "itpartner",
    "itbetreuer",
    "itdienstleister",
    "betreuer",
    "itpartnernr",
    "itpartnernummer",
    "provider",
    "itprovider",
    "systemhaus",
];
const VAT_ID: &[&str] = &[
    "vatid",
    "vatnumber",
    "vatno",
    "vatidentificationnumber",
    "vatregistrationnumber",
    "vatregno",
    "vatin",
    "umsatzsteuerid",
    "umsatzsteueridnr",
    "umsatzsteueridentnummer",
    "umsatzsteueridentifikationsnummer",
    "ustident",
    "ustidentnr",
    "uidnummer",
    "ustidnummer",
    "ustidnr",
    "ustid",
];

#[cfg(test)]
mod tests {
    use super::{Facts, Field};
    use std::collections::HashSet;

    #[test]
    fn cells_become_values_or_are_refused() {
        let rows: &[(Field, &str, Option<&str>)] = &[
            (Field::Country, "Österreich", Some("AT")),
            (Field::Country, "se", Some("SE")),
            (Field::Country, "Siegerland", None),
            (Field::Language, "Englisch", Some("en")),
            (Field::Language, "Plattdüütsch", None),
            (Field::VatId, "de 123.456.789", Some("DE123456789")),
            (Field::VatId, "ATU12345678", Some("ATU12345678")),
            (Field::VatId, "CHE-123.456.789", Some("CHE123456789")),
            (Field::VatId, "DE 123/456/789", Some("DE123456789")),
            (Field::VatId, "D1", None),
            (Field::VatId, "DE1", None),
            (Field::VatId, "123456789", None),
            (Field::VatId, "DE1234567890123", None),
            (Field::VatId, "DE12345678Ä", None),
            (Field::VatId, "Öd123456789", None),
        ];
        for (field, cell, expected) in rows {
            let rule = field.rule().unwrap();
            assert_eq!((rule.parse)(cell).as_deref(), *expected, "{cell}");
        }
        assert!(Field::Language.is_unknown("fr") && !Field::Language.is_unknown("en"));
        assert!(!Field::Country.is_unknown(""), "free text is never unknown");
    }

    #[test]
    fn no_header_means_two_fields_and_every_example_is_accepted() {
        let mut seen = HashSet::new();
        for field in Field::ALL {
            let nature = field.nature();
            for header in nature.headers {
                assert!(seen.insert(*header), "{header} of {field:?}");
            }
            let accepted = field
                .rule()
                .is_none_or(|rule| (rule.parse)(nature.example).is_some());
            assert!(accepted, "{field:?}");
        }
    }

    #[test]
    fn gaps_are_filled_and_nothing_told_is_lost() {
        let mut facts = Facts::default();
        facts.set(Field::City, Some("Olpe".into()));
        facts.set(Field::City, None);
        let filled = facts.filled("M-1");
        let found = [Field::Name, Field::City, Field::Country, Field::Provider]
            .map(|field| filled.get(field));
        assert_eq!(found, [Some("M-1"), Some("Olpe"), Some("DE"), None]);
    }
}
