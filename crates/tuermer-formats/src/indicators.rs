//! Lists of indicators as publishers put them beside their reports: a CSV whose header names value and kind, or one value
//! a line. Duplicates are handed on once.

use crate::csaf::plain;
use crate::csv_line::Fields;
use crate::findings::{DocumentError, Found, Summary, Teller};
use crate::origin::{Origin, time};
use crate::records::Records;
use std::collections::HashSet;
use std::io::Read;
use tuermer_core::limits;
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::{Indicator, Trace, TraceKind};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    Kind,
    Label,
    FirstSeen,
    Added,
    Title,
    Nothing,
}

fn role(name: &str) -> Role {
    match name.trim_start_matches('\u{feff}').to_lowercase().as_str() {
        "value" | "indicator" => Role::Value,
        "type" | "entity_type" | "indicatortype" | "indicator_type" => Role::Kind,
        "tlp" => Role::Label,
        "firstseen" | "first_seen" => Role::FirstSeen,
        "dateadded" | "date_added" | "date" => Role::Added,
        "notes" | "note" | "description" | "comment" | "title" => Role::Title,
        _ => Role::Nothing,
    }
}

/// The columns, where the first line is a header.
pub(crate) fn is_header(line: &[u8]) -> bool {
    let roles: Vec<Role> = Fields::of(line).map(|field| role(&field.text())).collect();
    roles.contains(&Role::Value) && roles.contains(&Role::Kind)
}

/// Kinds a word of a publisher stands for, best first.
fn kinds(word: &str) -> &'static [TraceKind] {
    match word.to_lowercase().as_str() {
        "ipaddress" | "ip" | "ipv4" | "ipv6" | "ip-dst" | "ip-src" | "ipv4-addr" => {
            &[TraceKind::Address]
        }
        "hostname" | "domain" | "fqdn" | "domain-name" => &[TraceKind::Domain],
        "url" | "uri" => &[TraceKind::Url, TraceKind::Path],
        "sha256" | "sha1" | "md5" | "sha512" | "hash" => &[TraceKind::Hash],
        "file" => &[TraceKind::Hash, TraceKind::Path],
        "filepath" | "filename" | "path" => &[TraceKind::Path],
        "email" | "sender" => &[TraceKind::Sender],
        _ => &[],
    }
}

/// The kind of a value that stands alone: only what cannot be mistaken.
pub(crate) fn recognised(text: &str) -> Option<Trace> {
    let looks_like_path =
        |text: &str| text.starts_with(['/', '\\']) || text.get(1..3) == Some(":\\");
    let first = [TraceKind::Hash, TraceKind::Address, TraceKind::Url]
        .into_iter()
        .find_map(|kind| Trace::new(kind, text));
    first.or_else(|| {
        if looks_like_path(text) {
            Trace::new(TraceKind::Path, text)
        } else {
            Trace::new(TraceKind::Domain, text)
        }
    })
}

/// True where the first line that is no comment is a hash or an address and nothing else.
pub fn is_list(head: &[u8]) -> bool {
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let first = lines
        .next()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let trace = recognised(&first);
    trace.is_some_and(|trace| {
        matches!(
            trace.kind(),
            TraceKind::Hash | TraceKind::Address | TraceKind::Url
        )
    })
}

/// Reads a list. `name` becomes the title of indicators where the list itself says nothing.
///
/// # Errors
/// The source cannot be read, or there is nothing to look for in it.
pub fn read(
    source: impl Read,
    name: &str,
    origin: &Origin,
    take: &mut dyn FnMut(Found),
) -> Result<Summary, DocumentError> {
    let mut records = Records::of_table(source);
    let mut list = List {
        roles: None,
        name: plain(name, limits::FIELD_CHARACTERS),
        origin,
        seen: HashSet::new(),
        teller: Teller::new(take),
    };
    while let Some(record) = records.next_record()? {
        match record {
            Ok((1, line)) if is_header(line) => {
                list.roles = Some(Fields::of(line).map(|field| role(&field.text())).collect())
            }
            Ok((_, line)) if line.starts_with(b"#") => {}
            Ok((number, line)) => list.line(number, line),
            Err(malformed) => list
                .teller
                .summary
                .unusable(&format!("line {}", malformed.line), malformed.reason),
        }
    }
    let summary = list.teller.summary;
    if summary.indicators == 0 && summary.passed == 0 {
        Err(DocumentError::NotThis("list of indicators"))
    } else {
        Ok(summary)
    }
}

/// A list being read.
struct List<'l> {
    /// Columns; `None` where each line is a value.
    roles: Option<Vec<Role>>,
    name: String,
    origin: &'l Origin,
    seen: HashSet<Trace>,
    teller: Teller<'l>,
}

impl List<'_> {
    fn line(&mut self, number: u64, line: &[u8]) {
        self.teller.summary.elements = self.teller.summary.elements.saturating_add(1);
        let which = format!("line {number}");
        if self.teller.summary.elements > limits::INDICATOR_LINES as u64 {
            return self
                .teller
                .summary
                .unusable(&which, "more lines than we read");
        }
        let cells = self.cells(line);
        let trace = match self.trace(&cells) {
            Ok(trace) => trace,
            Err(why) => return self.teller.summary.unusable(&which, why),
        };
        if !self.seen.insert(trace.clone()) {
            self.teller.summary.passed = self.teller.summary.passed.saturating_add(1);
            return;
        }
        let added = time(&cells.added).unwrap_or(self.origin.now);
        let title = if cells.title.is_empty() {
            self.name.clone()
        } else {
            plain(&cells.title, limits::FIELD_CHARACTERS)
        };
        self.teller.tell(Found::Indicator(Box::new(Indicator {
            origin_id: trace.to_text(),
            trace,
            source: self.origin.feed.clone(),
            title,
            context: Vec::new(),
            tlp: if cells.label.is_empty() {
                self.origin.tlp
            } else {
                Tlp::read(&cells.label)
            },
            grade: self.origin.grade,
            modified_at: added,
            valid_from: time(&cells.first_seen).unwrap_or(added),
            valid_until: None,
            withdrawn: false,
        })));
    }

    /// The cells of a line by what their columns mean; of a list without columns the whole line is the value.
    fn cells(&self, line: &[u8]) -> LineCells {
        let mut cells = LineCells::default();
        let Some(roles) = &self.roles else {
            cells.value = String::from_utf8_lossy(line).trim().to_string();
            return cells;
        };
        for (field, role) in Fields::of(line).zip(roles) {
            let cell = match role {
                Role::Value => &mut cells.value,
                Role::Kind => &mut cells.kind,
                Role::Label => &mut cells.label,
                Role::FirstSeen => &mut cells.first_seen,
                Role::Added => &mut cells.added,
                Role::Title => &mut cells.title,
                Role::Nothing => continue,
            };
            *cell = field.text().into_owned();
        }
        cells
    }

    /// What to look for, or why it cannot be used.
    fn trace(&self, cells: &LineCells) -> Result<Trace, &'static str> {
        match (self.roles.is_some(), kinds(&cells.kind)) {
            (false, _) => recognised(&cells.value).ok_or("nothing we know"),
            (true, []) => Err("a kind we do not know"),
            (true, kinds) => kinds
                .iter()
                .find_map(|kind| Trace::new(*kind, &cells.value))
                .ok_or("not a value of its kind"),
        }
    }
}

/// The cells of a line; empty where the list has no such column.
#[derive(Default)]
struct LineCells {
    value: String,
    kind: String,
    label: String,
    first_seen: String,
    added: String,
    title: String,
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::findings::{Found, Summary};
    use crate::origin::tests::origin;
    use tuermer_core::tlp::Tlp;
    use tuermer_core::trace::Indicator;

    const FIXTURE: &str = include_str!("../tests/fixtures/indicators-list.csv");

    fn all(bytes: &[u8]) -> Result<(Summary, Vec<Indicator>), String> {
        let mut found = Vec::new();
        let mut take = |one| {
            if let Found::Indicator(indicator) = one {
                found.push(*indicator);
            }
        };
        let summary =
            read(bytes, "a list", &origin(), &mut take).map_err(|error| error.to_string())?;
        Ok((summary, found))
    }

    #[test]
    fn lists_with_header_and_without() {
        let (summary, found) = all(FIXTURE.as_bytes()).unwrap();
        let told: Vec<(String, Tlp, String)> = found
            .iter()
            .map(|one| (one.trace.to_text(), one.tlp, one.valid_from.to_string()))
            .collect();
        let hash = "hash:8e90ed33c7ee82c0b64078ea36ec95f7420ba435c693b3b3dd728b494abf7dfc";
        assert_eq!(
            told,
            [
                (
                    hash.to_string(),
                    Tlp::Clear,
                    "2021-03-05T10:07:29.042123Z".to_string()
                ),
                (
                    "path:c:/inetpub/wwwroot/aspnet_client/shell, one.aspx".to_string(),
                    Tlp::Clear,
                    "2021-03-10T00:00:00Z".to_string()
                ),
                (
                    "address:198.51.100.7".to_string(),
                    Tlp::AmberStrict,
                    "2021-03-10T00:00:00Z".to_string()
                ),
            ]
        );
        assert_eq!(
            (summary.elements, summary.passed, summary.unusable),
            (6, 1, 2),
            "{:?}",
            summary.named
        );

        let text = "# comment\nd41d8cd98f00b204e9800998ecf8427e\n198.51.100[.]7\nhxxp://evil[.]example/a\nevil[.]example\n\\aspnet_client\\x.aspx\nwords of a person\n";
        let (summary, found) = all(text.as_bytes()).unwrap();
        let told: Vec<&str> = found.iter().map(|one| one.trace.kind().as_str()).collect();
        assert_eq!(
            (told.as_slice(), summary.unusable),
            (&["hash", "address", "url", "domain", "path"][..], 1)
        );
        assert_eq!(found[0].title, "a list");
        assert!(all(b"").is_err() && all(b"only words here\n").is_err());
    }

    #[test]
    #[ignore = "reads public documents that are no part of the project: scripts/corpus"]
    fn corpus_real_lists_are_read() {
        let corpus = std::env::var_os("TUERMER_CORPUS");
        let corpus = corpus.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
        let shared = std::path::PathBuf::from(corpus);
        let ioc = shared.join("ioc");
        for (file, unique, unusable) in [
            (
                "MSTICIoCs-ExchangeServerVulnerabilitiesDisclosedMarch2021.dedup.csv",
                56,
                0,
            ),
            ("eset/exchange_exploitation/samples.md5", 23, 0),
            ("eset/exchange_exploitation/samples.sha1", 23, 0),
            ("eset/exchange_exploitation/samples.sha256", 23, 0),
            (
                "volexity/2021/2021-03-02 - Operation Exchange Marauder/indicators/indicators.csv",
                13,
                0,
            ),
            (
                "volexity/2024/2024-01-10 Ivanti Connect Secure/indicators/iocs.csv",
                16,
                0,
            ),
            (
                "volexity/2024/2024-01-18 Ivanti Connect Secure pt3/indicators/iocs.csv",
                25,
                0,
            ),
        ] {
            let (summary, found) = all(&std::fs::read(ioc.join(file)).unwrap()).unwrap();
            assert_eq!(
                (found.len(), summary.unusable),
                (unique, unusable),
                "{file}: {:?}",
                summary.named
            );
        }
    }
}
