//! How threats are searched and sorted: one language for fields of the document, CVEs and products (clauses 12.3, 12.4).
//!
//! `product:exchange cvss:>=9 released:>=2021-03-01 "remote code"`: all terms must fit; a word without a field is looked
//! for in title, tracking id, CVEs and products.

use crate::limits::SEARCH_TERMS;
use crate::scale::words;
use jiff::civil::Date;

words! {
    /// What can be searched.
    Field {
        /// Title, tracking id, CVE or product.
        Anything = "any",
        /// `document.category`
        Category = "category",
        /// `document.csaf_version`
        CsafVersion = "csaf_version",
        /// `document.publisher.category`
        PublisherCategory = "publisher_category",
        /// `document.publisher.name`
        Publisher = "publisher",
        /// `document.publisher.namespace`
        Namespace = "namespace",
        /// `document.title`
        Title = "title",
        /// `document.tracking.id`
        Id = "id",
        /// `document.tracking.version`, in any revision we took.
        Version = "version",
        /// `document.tracking.status`
        Status = "status",
        /// `document.tracking.initial_release_date`
        Published = "published",
        /// `document.tracking.current_release_date`
        Released = "released",
        /// When it reached us.
        Received = "received",
        /// `document.distribution.tlp.label`
        Tlp = "tlp",
        /// `document.aggregate_severity.text`
        Severity = "severity",
        /// CVE id.
        Cve = "cve",
        /// CVSS base score, highest of the document.
        Cvss = "cvss",
        /// A product of the product tree.
        Product = "product",
        /// Its vendor.
        Vendor = "vendor",
        /// The publisher or KEV says it is exploited: yes or no.
        Exploited = "exploited",
        /// Withdrawn or superseded: yes or no.
        Withdrawn = "withdrawn",
        /// Words in a comment.
        Comment = "comment",
        /// This person has read the current revision.
        Read = "read",
        /// This person has not.
        Unread = "unread",
    }
}

words! {
    /// By what a list is sorted: everything that can be searched and has an order, and how many it hits.
    Sort {
        /// By `document.category`.
        Category = "category",
        /// By `document.csaf_version`.
        CsafVersion = "csaf_version",
        /// By `document.publisher.category`.
        PublisherCategory = "publisher_category",
        /// By `document.publisher.name`.
        Publisher = "publisher",
        /// By `document.publisher.namespace`.
        Namespace = "namespace",
        /// By `document.title`.
        Title = "title",
        /// By `document.tracking.id`.
        Id = "id",
        /// By `document.tracking.version`, as text.
        Version = "version",
        /// By `document.tracking.status`.
        Status = "status",
        /// By `document.tracking.initial_release_date`.
        Published = "published",
        /// By `document.tracking.current_release_date`.
        Released = "released",
        /// By when it reached us.
        Received = "received",
        /// By `document.distribution.tlp.label`, the narrower the higher.
        Tlp = "tlp",
        /// By the meaning of `document.aggregate_severity.text`.
        Severity = "severity",
        /// By the first CVE id.
        Cve = "cve",
        /// By the highest CVSS base score.
        Cvss = "cvss",
        /// By the first product name.
        Product = "product",
        /// By the number of affected organisations.
        Affected = "affected",
    }
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Text: contains, whatever the case. Number: equal. Day: on that day.
    Is,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Text.
    Text(String),
    /// A score in tenths.
    Tenths(i64),
    /// First and last day: a year, a month or a day.
    Days(Date, Date),
    /// Yes or no.
    Flag(bool),
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Which field.
    pub field: Field,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub sought: Sought,
}

/// Why a search cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryError {
    /// No such field.
    Field(String),
    /// Not a value of this field.
    Value {
        /// Field.
        field: &'static str,
        /// What was given.
        value: String,
    },
    /// More terms than [`SEARCH_TERMS`].
    TooMany,
}

/// Reads a search.
///
/// # Errors
/// A field that does not exist, a value that does not fit it, or too many terms.
pub fn parse(text: &str) -> Result<Vec<Term>, QueryError> {
    let words = split(text);
    if words.len() > SEARCH_TERMS {
        return Err(QueryError::TooMany);
    }
    words
        .into_iter()
        .map(|(field, value)| term(field.as_deref(), &value))
        .collect()
}

/// `field:value` and `value`, each value in double quotes or up to the next blank.
fn split(text: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    let (mut field, mut word, mut quoted, mut any) = (None, String::new(), false, false);
    for letter in text.chars().chain([' ']) {
        match letter {
            '"' => {
                quoted = !quoted;
                any = true;
            }
            ':' if !quoted
                && field.is_none()
                && word.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
                && !word.is_empty() =>
            {
                field = Some(std::mem::take(&mut word));
            }
            c if c.is_whitespace() && !quoted => {
                if any || !word.is_empty() || field.is_some() {
                    found.push((field.take(), std::mem::take(&mut word)));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        // A quote that was never closed reaches to the end.
        found.push((field, word.trim_end().to_string()));
    }
    found
}

fn term(field: Option<&str>, value: &str) -> Result<Term, QueryError> {
    let field = match field {
        None => Field::Anything,
        // An address is no field.
        Some(name) if value.starts_with("//") => {
            return Ok(text(Field::Anything, &format!("{name}:{value}")));
        }
        Some(name) => {
            Field::parse(&name.to_lowercase()).ok_or_else(|| QueryError::Field(name.to_string()))?
        }
    };
    let wrong = || QueryError::Value {
        field: field.as_str(),
        value: value.to_string(),
    };
    let (comparison, rest) = match (value.strip_prefix(">="), value.strip_prefix("<=")) {
        (Some(rest), _) => (Comparison::AtLeast, rest),
        (_, Some(rest)) => (Comparison::AtMost, rest),
        _ => (Comparison::Is, value),
    };
    let sought = match field {
        Field::Published | Field::Released | Field::Received => days(rest).ok_or_else(wrong)?,
        Field::Cvss => tenths(rest).ok_or_else(wrong)?,
        Field::Exploited | Field::Withdrawn => match rest.to_lowercase().as_str() {
            "yes" | "ja" | "true" => Sought::Flag(true),
            "no" | "nein" | "false" => Sought::Flag(false),
            _ => return Err(wrong()),
        },
        _ if value.is_empty() => return Err(wrong()),
        _ => return Ok(text(field, value)),
    };
    Ok(Term {
        field,
        comparison,
        sought,
    })
}

fn text(field: Field, value: &str) -> Term {
    Term {
        field,
        comparison: Comparison::Is,
        sought: Sought::Text(value.to_string()),
    }
}

/// `9`, `9.8`
fn tenths(text: &str) -> Option<Sought> {
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let digit = |text: &str| {
        (text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<i64>().ok())?
    };
    let (whole, tenth) = (digit(whole)?, digit(tenth)?);
    (whole <= 10 && tenth <= 9)
        .then(|| Sought::Tenths(whole.saturating_mul(10).saturating_add(tenth)))
}

/// `2021`, `2021-03`, `2021-03-02`
fn days(text: &str) -> Option<Sought> {
    let numbers: Vec<i16> = text
        .split('-')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let small = |number: i16| i8::try_from(number).ok();
    match *numbers.as_slice() {
        [year] if year >= 1000 => Some(Sought::Days(
            Date::new(year, 1, 1).ok()?,
            Date::new(year, 12, 31).ok()?,
        )),
        [year, month] => {
            let first = Date::new(year, small(month)?, 1).ok()?;
            Some(Sought::Days(first, first.last_of_month()))
        }
        [year, month, day] => {
            let day = Date::new(year, small(month)?, small(day)?).ok()?;
            Some(Sought::Days(day, day))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is typed, and how it is read.
    const SEARCHES: &[(&str, &str)] = &[
        ("", ""),
        ("  ", ""),
        ("exchange", "anyIsText(\"exchange\")"),
        (
            "product:exchange cve:CVE-2021-1",
            "productIsText(\"exchange\") & cveIsText(\"CVE-2021-1\")",
        ),
        (
            "title:\"remote code\" tlp:CLEAR",
            "titleIsText(\"remote code\") & tlpIsText(\"CLEAR\")",
        ),
        ("\"a b", "anyIsText(\"a b\")"),
        (
            "namespace:https://x.example",
            "namespaceIsText(\"https://x.example\")",
        ),
        ("https://x.example", "anyIsText(\"https://x.example\")"),
        (
            "cvss:>=9 cvss:<=9.8 cvss:10",
            "cvssAtLeastTenths(90) & cvssAtMostTenths(98) & cvssIsTenths(100)",
        ),
        ("released:2021-03", "releasedIsDays(2021-03-01, 2021-03-31)"),
        (
            "released:>=2021",
            "releasedAtLeastDays(2021-01-01, 2021-12-31)",
        ),
        (
            "published:2021-03-02",
            "publishedIsDays(2021-03-02, 2021-03-02)",
        ),
        (
            "exploited:yes withdrawn:nein",
            "exploitedIsFlag(true) & withdrawnIsFlag(false)",
        ),
    ];

    #[test]
    fn a_search_is_read_as_it_is_typed() {
        let shown = |terms: Vec<Term>| {
            terms
                .iter()
                .map(|t| format!("{}{:?}{:?}", t.field.as_str(), t.comparison, t.sought))
                .collect::<Vec<_>>()
                .join(" & ")
        };
        for &(text, wanted) in SEARCHES {
            assert_eq!(parse(text).map(shown), Ok(wanted.to_string()), "{text}");
        }
        for (text, wanted) in [
            ("colour:red", QueryError::Field("colour".into())),
            (
                "cvss:high",
                QueryError::Value {
                    field: "cvss",
                    value: "high".into(),
                },
            ),
            (
                "cvss:11",
                QueryError::Value {
                    field: "cvss",
                    value: "11".into(),
                },
            ),
            (
                "cvss:9.95",
                QueryError::Value {
                    field: "cvss",
                    value: "9.95".into(),
                },
            ),
            (
                "released:easter",
                QueryError::Value {
                    field: "released",
                    value: "easter".into(),
                },
            ),
            (
                "released:2021-02-30",
                QueryError::Value {
                    field: "released",
                    value: "2021-02-30".into(),
                },
            ),
            (
                "exploited:maybe",
                QueryError::Value {
                    field: "exploited",
                    value: "maybe".into(),
                },
            ),
            (
                "title:",
                QueryError::Value {
                    field: "title",
                    value: String::new(),
                },
            ),
        ] {
            assert_eq!(parse(text), Err(wanted), "{text}");
        }
        assert_eq!(
            parse(&"x ".repeat(SEARCH_TERMS + 1)),
            Err(QueryError::TooMany)
        );
    }
}
