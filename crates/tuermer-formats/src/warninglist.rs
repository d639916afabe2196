//! MISP warninglists: what is harmless although it turns up among indicators.
//!
//! Lists of kind `regex` are not used: they are named to the operator, so that nobody believes them applied.

use crate::csaf::plain;
use crate::findings::DocumentError;
use crate::json;
use crate::loose::Word;
use crate::misp::kinds_of;
use serde::Deserialize;
use tuermer_core::harmless::{HarmlessEntry, HarmlessList};
use tuermer_core::limits;
use tuermer_core::trace::network;

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    name: Word,
    #[serde(default)]
    version: Word,
    #[serde(default, rename = "type")]
    kind: Word,
    #[serde(default)]
    matching_attributes: Vec<Word>,
    list: Vec<Word>,
}

/// A list as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The list.
    pub list: HarmlessList,
    /// Entries that are none of their kind.
    pub unusable: u64,
}

/// Reads one `list.json`.
///
/// # Errors
/// Not JSON, no list, of a kind we do not use, or longer than we read.
pub fn read(bytes: &[u8]) -> Result<Reading, DocumentError> {
    let List {
        name,
        version,
        kind,
        matching_attributes,
        list,
    } = serde_json::from_str(json::text(bytes)?)?;
    if list.len() > limits::HARMLESS_ENTRIES {
        return Err(DocumentError::NotThis("list so short that we read it"));
    }
    let Some(read_entry) = entry_reader(kind.text()) else {
        return Err(DocumentError::NotThis(
            "list of a kind we use (cidr, hostname, string, substring)",
        ));
    };
    let all = list.len() as u64;
    let entries: Vec<HarmlessEntry> = list
        .iter()
        .filter_map(|entry| read_entry(entry.text().trim()))
        .collect();
    let unusable = all.saturating_sub(entries.len() as u64);
    let mut kinds: Vec<_> = matching_attributes
        .iter()
        .flat_map(|word| kinds_of(word.text()))
        .copied()
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let short = |word: &Word| plain(word.text(), limits::FIELD_CHARACTERS);
    Ok(Reading {
        list: HarmlessList {
            name: short(&name),
            version: short(&version),
            kinds,
            entries,
        },
        unusable,
    })
}

/// How entries of a list of this kind are read; `None` for a kind we do not use.
fn entry_reader(kind: &str) -> Option<fn(&str) -> Option<HarmlessEntry>> {
    match kind {
        "cidr" => Some(|entry| {
            network(entry)
                .or_else(|| everything(entry))
                .map(HarmlessEntry::Network)
        }),
        "hostname" => Some(|entry| lower_case(entry.trim_matches('.')).map(HarmlessEntry::Host)),
        "string" => Some(|entry| {
            network(entry)
                .map(HarmlessEntry::Network)
                .or_else(|| lower_case(entry).map(HarmlessEntry::Exact))
        }),
        // A part of one or two letters stands in everything.
        "substring" => Some(|entry| {
            lower_case(entry)
                .filter(|text| text.len() > 2)
                .map(HarmlessEntry::Part)
        }),
        _ => None,
    }
}

/// Lower case; `None` where nothing is left or it is longer than any trace.
fn lower_case(entry: &str) -> Option<String> {
    Some(entry.to_lowercase()).filter(|text| !text.is_empty() && text.len() <= limits::TRACE_BYTES)
}

/// `0.0.0.0/8` begins with the unspecified address and is a block all the same.
fn everything(entry: &str) -> Option<ip_network::IpNetwork> {
    let (ip, length) = entry.split_once('/')?;
    ip_network::IpNetwork::new_truncate(ip.parse::<std::net::IpAddr>().ok()?, length.parse().ok()?)
        .ok()
        .filter(|network| network.netmask() > 0)
}

#[cfg(test)]
mod tests {
    use super::read;
    use tuermer_core::harmless::Harmless;
    use tuermer_core::trace::{Trace, TraceKind};

    const FIXTURE: &[u8] = include_bytes!("../tests/fixtures/warninglist-cloud.json");

    fn list(kind: &str, attribute: &str, entries: &str) -> String {
        format!(
            r#"{{"name":"n","version":1,"type":"{kind}","matching_attributes":["{attribute}"],"list":[{entries}]}}"#
        )
    }

    /// Kind, attribute and entries of a list; a trace, whether it is covered, and how many entries are unusable.
    const LISTS: &[(&str, &str, &str, TraceKind, &str, bool, u64)] = &[
        (
            "cidr",
            "ip-src",
            r#""198.51.100.0/24","nothing""#,
            TraceKind::Address,
            "198.51.100.7",
            true,
            1,
        ),
        (
            "cidr",
            "ip-src",
            r#""0.0.0.0/8","0.0.0.0/0""#,
            TraceKind::Address,
            "198.51.100.7",
            false,
            1,
        ),
        (
            "hostname",
            "domain",
            r#"".bank.example""#,
            TraceKind::Domain,
            "www.bank.example",
            true,
            0,
        ),
        (
            "string",
            "domain",
            r#""Bank.example""#,
            TraceKind::Domain,
            "bank.example",
            true,
            0,
        ),
        (
            "string",
            "domain",
            r#""bank.example""#,
            TraceKind::Domain,
            "www.bank.example",
            false,
            0,
        ),
        (
            "string",
            "domain",
            r#""bank.example""#,
            TraceKind::Sender,
            "a@bank.example",
            false,
            0,
        ),
        (
            "substring",
            "email-src",
            r#""junk","a""#,
            TraceKind::Sender,
            "x@junk.example",
            true,
            1,
        ),
    ];

    #[test]
    fn lists_by_kind() {
        for &(list_kind, attribute, entries, kind, value, wanted, unusable) in LISTS {
            let text = list(list_kind, attribute, entries);
            let reading = read(text.as_bytes()).unwrap();
            assert_eq!(reading.unusable, unusable, "{text}");
            let mut all = Harmless::default();
            all.add(reading.list);
            assert_eq!(
                all.covers(&Trace::new(kind, value).unwrap()).is_some(),
                wanted,
                "{text} {value}"
            );
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (text, wanted) in [
            (
                list("regex", "email-src", "\"a\""),
                "no list of a kind we use",
            ),
            ("[]".into(), "invalid"),
            ("{}".into(), "missing field `list`"),
        ] {
            assert!(
                read(text.as_bytes())
                    .unwrap_err()
                    .to_string()
                    .contains(wanted),
                "{text}"
            );
        }
        assert_eq!(read(FIXTURE).unwrap().list.entries.len(), 3);
    }

    #[test]
    #[ignore = "reads public documents that are no part of the project: scripts/corpus"]
    fn corpus_real_lists_are_read_and_cover_microsoft() {
        let corpus = std::env::var_os("TUERMER_CORPUS");
        let corpus = corpus.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
        let shared = std::path::PathBuf::from(corpus);
        let folders = std::fs::read_dir(shared.join("misp/warninglists/lists")).unwrap();
        let (mut all, mut entries, mut refused) = (Harmless::default(), 0, Vec::new());
        for folder in folders.map(|folder| folder.unwrap().path()) {
            match read(&std::fs::read(folder.join("list.json")).unwrap()) {
                Ok(reading) => {
                    assert_eq!(reading.unusable, 0, "{folder:?}");
                    entries += reading.list.entries.len();
                    all.add(reading.list);
                }
                Err(_) => refused.push(folder.file_name().unwrap().to_string_lossy().into_owned()),
            }
        }
        assert_eq!(refused, ["common-contact-emails"], "of kind regex");
        assert!(entries > 30_000, "{entries}");
        for (kind, value, wanted) in [
            (
                TraceKind::Address,
                "102.133.0.9",
                Some("List of known Microsoft Azure Datacenter IP Ranges"),
            ),
            (
                TraceKind::Address,
                "10.1.2.3",
                Some("List of RFC 1918 CIDR blocks"),
            ),
            (
                TraceKind::Domain,
                "aadrm.com",
                Some("List of known Office 365 URLs"),
            ),
            (TraceKind::Address, "103.77.192.219", None),
        ] {
            let name = all.covers(&Trace::new(kind, value).unwrap());
            assert!(
                name == wanted || (wanted.is_some() && name.is_some()),
                "{value}: {name:?}"
            );
        }
    }
}
