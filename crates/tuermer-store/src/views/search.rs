//! Finds and sorts threats by fields of their documents, by CVE and by product (clauses 12.3, 12.4).

use crate::Store;
use crate::ground::engine::Value;
use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tuermer_core::ids::ThreatId;
use tuermer_core::query::{Comparison, Field, Sort, Sought, Term};

/// Conditions of a statement and their values.
#[derive(Default)]
struct Conditions {
    parts: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// `$n` for a value.
    fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// One of these columns contains the text, whatever the case.
    fn contains(&mut self, columns: &[&str], text: &str) -> String {
        let pattern = |text: &str| {
            format!(
                "%{}%",
                text.replace('\\', "\\\\")
                    .replace('%', "\\%")
                    .replace('_', "\\_")
            )
        };
        let (folded, typed) = (
            self.place(pattern(&text.to_lowercase())),
            self.place(pattern(text)),
        );
        let alternatives = columns.iter().map(|column| {
            format!(
                "LOWER({column}) LIKE {folded} ESCAPE '\\' OR {column} LIKE {typed} ESCAPE '\\'"
            )
        });
        format!("({})", alternatives.collect::<Vec<_>>().join(" OR "))
    }

    fn text(&mut self, field: Field, text: &str) -> String {
        let column = match field {
            Field::Category => "t.category",
            Field::CsafVersion => "t.csaf_version",
            Field::PublisherCategory => "t.publisher_category",
            Field::Publisher => "t.publisher",
            Field::Namespace => "t.id",
            Field::Title => "t.title",
            Field::Id => "t.tracking_id",
            Field::Status => "t.document_status",
            Field::Tlp => "t.tlp",
            Field::Severity => "t.aggregate_severity",
            Field::Version => return self.within("threat_revision x", &["x.revision"], text),
            Field::Cve => return self.within("vulnerability x", &["x.cve"], text),
            Field::Product => {
                return self.within("threat_product x", &["x.name", "x.product_key"], text);
            }
            Field::Vendor => return self.within("threat_product x", &["x.vendor"], text),
            Field::Comment => return self.within("comment x", &["x.words"], text),
            Field::Read | Field::Unread => {
                let place = self.place(text);
                let no = if field == Field::Unread { "NOT " } else { "" };
                return format!(
                    "{no}EXISTS (SELECT 1 FROM threat_read x WHERE x.threat_id = t.id AND x.revision = t.revision AND x.account = {place})"
                );
            }
            _ => {
                let own = self.contains(&["t.title", "t.tracking_id"], text);
                let cve = self.within("vulnerability x", &["x.cve"], text);
                let product = self.within(
                    "threat_product x",
                    &["x.name", "x.product_key", "x.vendor"],
                    text,
                );
                return format!("({own} OR {cve} OR {product})");
            }
        };
        self.contains(&[column], text)
    }

    /// A row of another table that belongs to the threat contains the text.
    fn within(&mut self, table: &str, columns: &[&str], text: &str) -> String {
        let contains = self.contains(columns, text);
        format!("EXISTS (SELECT 1 FROM {table} WHERE x.threat_id = t.id AND {contains})")
    }

    fn add(&mut self, term: &Term, zone: &TimeZone) -> Result<()> {
        let Term {
            field,
            comparison,
            sought,
        } = term;
        let part = match sought {
            Sought::Text(text) => self.text(*field, text),
            Sought::Tenths(tenths) => {
                let place = self.place(*tenths);
                format!("{CVSS} {} CAST({place} AS BIGINT)", sign(*comparison))
            }
            Sought::Flag(flag) => {
                let truth = if *field == Field::Withdrawn {
                    "t.withdrawn = TRUE".to_string()
                } else {
                    EXPLOITED.to_string()
                };
                if *flag {
                    truth
                } else {
                    format!("NOT ({truth})")
                }
            }
            Sought::Days(first, last) => self.days(*field, *comparison, *first, *last, zone)?,
        };
        self.parts.push(part);
        Ok(())
    }

    /// Days of the reader's calendar, from the first moment to before the first of the day after.
    fn days(
        &mut self,
        field: Field,
        comparison: Comparison,
        first: Date,
        last: Date,
        zone: &TimeZone,
    ) -> Result<String> {
        let column = match field {
            Field::Published => "t.published_at",
            Field::Released => "t.released_at",
            _ => "t.seen_at",
        };
        let start = |date: Date| -> Result<_> { Ok(date.to_zoned(zone.clone())?.timestamp()) };
        let (from, until) = (start(first)?, start(last.tomorrow()?)?);
        let mut parts = Vec::new();
        if comparison != Comparison::AtMost {
            parts.push(format!("{column} >= {}", self.place(from)));
        }
        if comparison != Comparison::AtLeast {
            parts.push(format!("{column} < {}", self.place(until)));
        }
        Ok(parts.join(" AND "))
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Is => "=",
        Comparison::AtLeast => ">=",
        Comparison::AtMost => "<=",
    }
}

/// Highest score of a threat in tenths; -1 without one, so that both engines sort it the same way.
const CVSS: &str =
    "(SELECT COALESCE(MAX(v.cvss_tenths), -1) FROM vulnerability v WHERE v.threat_id = t.id)";
const EXPLOITED: &str = "t.exploited = TRUE OR EXISTS (SELECT 1 FROM vulnerability v JOIN kev k ON k.cve = v.cve AND k.withdrawn_at IS NULL WHERE v.threat_id = t.id)";
/// The words publishers use, by their meaning; a word nobody knows stands above none at all.
const SEVERITY: &str = "CASE LOWER(t.aggregate_severity) WHEN '' THEN 0 WHEN 'none' THEN 1 WHEN 'informational' THEN 1 WHEN 'info' THEN 1 WHEN 'low' THEN 3
    WHEN 'niedrig' THEN 3 WHEN 'moderate' THEN 4 WHEN 'medium' THEN 4 WHEN 'mittel' THEN 4 WHEN 'important' THEN 5 WHEN 'high' THEN 5 WHEN 'hoch' THEN 5
    WHEN 'critical' THEN 6 WHEN 'kritisch' THEN 6 ELSE 2 END";
const TLP: &str = "CASE t.tlp WHEN 'TLP:CLEAR' THEN 0 WHEN 'TLP:GREEN' THEN 1 WHEN 'TLP:AMBER' THEN 2 WHEN 'TLP:AMBER+STRICT' THEN 3 ELSE 4 END";

fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Category => "t.category",
        Sort::CsafVersion => "t.csaf_version",
        Sort::PublisherCategory => "t.publisher_category",
        Sort::Publisher => "LOWER(t.publisher)",
        Sort::Namespace => "t.id",
        Sort::Title => "LOWER(t.title)",
        Sort::Id => "t.tracking_id",
        Sort::Version => "t.revision",
        Sort::Status => "t.document_status",
        Sort::Published => "t.published_at",
        Sort::Released => "t.released_at",
        Sort::Received => "t.seen_at",
        Sort::Tlp => TLP,
        Sort::Severity => SEVERITY,
        Sort::Cve => {
            "(SELECT COALESCE(MIN(v.cve), '') FROM vulnerability v WHERE v.threat_id = t.id)"
        }
        Sort::Cvss => CVSS,
        Sort::Product => {
            "(SELECT COALESCE(MIN(LOWER(x.name)), '') FROM threat_product x WHERE x.threat_id = t.id)"
        }
        Sort::Affected => {
            "(SELECT COUNT(*) FROM exposure e WHERE e.threat_id = t.id AND e.status = 'affected')"
        }
    }
}

impl Store {
    /// Threats that fit all terms, in order; those that are equal in it, newest release first.
    pub async fn search_threats(
        &self,
        terms: &[Term],
        sort: Sort,
        descending: bool,
        zone: &TimeZone,
    ) -> Result<Vec<ThreatId>> {
        let mut conditions = Conditions {
            parts: vec!["1 = 1".to_string()],
            values: Vec::new(),
        };
        for term in terms {
            conditions.add(term, zone)?;
        }
        let direction = if descending { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT t.id FROM threat t WHERE ({}) ORDER BY {} {direction}, t.released_at DESC, t.id",
            conditions.parts.join(") AND ("),
            order(sort)
        );
        self.read(&sql, conditions.values)
            .await?
            .iter()
            .map(|row| Ok(ThreatId(row.text(0)?)))
            .collect()
    }
}
