//! Indicators of known attacks: addresses, hashes, paths of files, each with its source and date.
//!
//! Reads our own list (`type,value,source,date`), the lists as Microsoft (MSTIC), Volexity and ESET publish them, and bare lists
//! of hashes. The list of March 2021 comes with the program; newer ones are added with `--indicators`.

use crate::fields::{Fields, text as field_text};
use crate::places;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use tuermer_core::limits;

/// The list of the program.
const EMBEDDED: &str = include_str!("../data/indicators.csv");

/// Where an indicator comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Who published it.
    pub source: String,
    /// On which day.
    pub date: String,
}

/// All indicators, by kind.
#[derive(Debug, Clone, Default)]
pub struct Indicators {
    addresses: HashMap<IpAddr, Source>,
    /// The IPv4 addresses among them once more, as numbers.
    ipv4: HashSet<u32>,
    hashes: HashMap<[u8; 32], Source>,
    paths: HashMap<String, Source>,
}

/// What reading a list yielded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Read {
    /// Indicators that are new.
    pub added: usize,
    /// Rows that said what was known already.
    pub repeated: usize,
    /// Rows of a kind that is not used here (names of hosts, other hashes).
    pub unused: usize,
}

/// Why a list was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// More rows than the limit.
    #[error("more than {0} rows")]
    TooMany(usize),
    /// A file without one usable row.
    #[error(
        "no row with an address, a SHA-256 or a path of a file; columns that are understood: type,value,source,date"
    )]
    Nothing,
}

impl Indicators {
    /// Those of the program.
    pub fn embedded() -> Self {
        let mut indicators = Self::default();
        // The list is ours and tested; a row that cannot be read would fail the test.
        let _ = indicators.add(EMBEDDED.as_bytes(), "");
        indicators
    }

    /// Adds a list; `name` stands for its source where its rows tell none.
    pub fn add(&mut self, list: &[u8], name: &str) -> Result<Read, ListError> {
        let list = list.strip_prefix(b"\xef\xbb\xbf").unwrap_or(list);
        let (mut read, mut head) = (Read::default(), Head::default());
        for (number, line) in list.split(|byte| *byte == b'\n').enumerate() {
            if number > limits::CHECK_INDICATORS {
                return Err(ListError::TooMany(limits::CHECK_INDICATORS));
            }
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let fields: Vec<String> = Fields::new(line, b',')
                .take(16)
                .map(|field| field_text(field).trim().to_string())
                .collect();
            if let Some(named) = Head::read(&fields) {
                head = named;
                continue;
            }
            self.row(&fields, &head, name, &mut read);
        }
        if read.added + read.repeated == 0 {
            Err(ListError::Nothing)
        } else {
            Ok(read)
        }
    }

    fn row(&mut self, fields: &[String], head: &Head, name: &str, read: &mut Read) {
        let at = |index: Option<usize>| {
            index
                .and_then(|index| fields.get(index))
                .map_or("", String::as_str)
        };
        let value = at(Some(head.value)).replace("[.]", ".");
        let source = Source {
            source: at(head.source).to_string(),
            date: at(head.date).to_string(),
        };
        let source = if source.source.is_empty() {
            Source {
                source: name.to_string(),
                ..source
            }
        } else {
            source
        };
        let known = if let Ok(address) = value
            .parse::<IpAddr>()
            .map(|address| address.to_canonical())
        {
            if let IpAddr::V4(address) = address {
                self.ipv4.insert(address.to_bits());
            }
            self.addresses.insert(address, source).is_some()
        } else if let Some(hash) = hash(&value) {
            self.hashes.insert(hash, source).is_some()
        } else if value.contains('\\') {
            self.paths
                .insert(places::key(strip_drive(&value)), source)
                .is_some()
        } else {
            read.unused += 1;
            return;
        };
        if known {
            read.repeated += 1;
        } else {
            read.added += 1;
        }
    }

    /// How many of each kind: addresses, hashes, paths.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.addresses.len(), self.hashes.len(), self.paths.len())
    }

    /// Whether there is any address to look for.
    pub fn has_addresses(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// The addresses, where all are IPv4 and there are no more than `most`.
    pub fn few_ipv4(&self, most: usize) -> Option<Vec<Ipv4Addr>> {
        let addresses: Option<Vec<Ipv4Addr>> = self
            .addresses
            .keys()
            .take(most.saturating_add(1))
            .map(|address| match address {
                IpAddr::V4(address) => Some(*address),
                IpAddr::V6(_) => None,
            })
            .collect();
        addresses.filter(|addresses| !addresses.is_empty() && addresses.len() <= most)
    }

    /// Whether a field holds one of the addresses; the answer for the millions that do not must be quick.
    pub fn has_address(&self, field: &[u8]) -> bool {
        // No address is longer, and names and numbers are passed over.
        if !(7..=48).contains(&field.len()) && !field.contains(&b':') {
            return false;
        }
        match plain_ipv4(field) {
            Some(address) => self.ipv4.contains(&address),
            None => std::str::from_utf8(field).is_ok_and(|text| self.address(text).is_some()),
        }
    }

    /// The indicator of this address, with or without port and brackets.
    pub fn address(&self, text: &str) -> Option<&Source> {
        if self.addresses.is_empty() {
            return None;
        }
        let bare = text
            .trim()
            .trim_start_matches('[')
            .split(['%', ']'])
            .next()?;
        let address = bare.parse::<IpAddr>().ok().or_else(|| {
            bare.rsplit_once(':')
                .and_then(|(address, _)| address.parse().ok())
        })?;
        self.addresses.get(&address.to_canonical())
    }

    /// The indicator of a file's hash.
    pub fn hash(&self, sha256: &[u8; 32]) -> Option<&Source> {
        self.hashes.get(sha256)
    }

    /// The indicator of a file's path.
    pub fn path(&self, path: &str) -> Option<&Source> {
        self.paths.get(&places::key(strip_drive(path)))
    }
}

/// Which column is which.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    value: usize,
    source: Option<usize>,
    date: Option<usize>,
}

impl Head {
    fn read(fields: &[String]) -> Option<Self> {
        let at = |names: &[&str]| {
            fields
                .iter()
                .position(|field| names.iter().any(|name| field.eq_ignore_ascii_case(name)))
        };
        let value = at(&["value", "indicator"])?;
        Some(Self {
            value,
            source: at(&["source", "notes"]),
            date: at(&["date", "dateadded"]),
        })
    }
}

/// `192.0.2.1` and nothing else, as a number.
fn plain_ipv4(field: &[u8]) -> Option<u32> {
    let (mut address, mut octet, mut dots) = (0_u32, 0_u32, 0);
    for byte in field.trim_ascii_end() {
        match byte {
            b'0'..=b'9' => octet = octet * 10 + u32::from(byte - b'0'),
            b'.' => {
                address = (address << 8) | octet;
                (octet, dots) = (0, dots + 1);
            }
            _ => return None,
        }
        if octet > 255 || dots > 3 {
            return None;
        }
    }
    (dots == 3).then_some((address << 8) | octet)
}

fn hash(value: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    (value.len() == 64 && hex::decode_to_slice(value, &mut hash).is_ok()).then_some(hash)
}

/// The same file counts on every drive.
fn strip_drive(path: &str) -> &str {
    match path.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => path.get(2..).unwrap_or(path),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_all_publishers() {
        let mut indicators = Indicators::default();
        let mstic = "DateAdded,FirstSeen,Indicator,IndicatorType,TLP\n2021-03-10,2021-03-05T10:07:29.0421232Z,AA00000000000000000000000000000000000000000000000000000000000000,sha256,White\n2021-03-10,,C:\\inetpub\\wwwroot\\aspnet_client\\y.aspx,filepath,White\n2021-03-10,,c:\\INETPUB\\wwwroot\\aspnet_client\\Y.aspx,filepath,White\n";
        assert_eq!(
            indicators.add(mstic.as_bytes(), "x"),
            Ok(Read {
                added: 2,
                repeated: 1,
                unused: 0
            })
        );
        let volexity =
            "value,type,notes\r\n192.0.2.219,ipaddress,\"seen, twice\"\r\nbad.example,hostname,x";
        assert_eq!(
            indicators.add(volexity.as_bytes(), "x"),
            Ok(Read {
                added: 1,
                repeated: 0,
                unused: 1
            })
        );
        assert_eq!(
            indicators.add(format!("{}\n", "0b".repeat(32)).as_bytes(), "eset"),
            Ok(Read {
                added: 1,
                repeated: 0,
                unused: 0
            })
        );
        assert_eq!(indicators.counts(), (1, 2, 1));
        assert_eq!(
            indicators.address("192.0.2.219").unwrap().source,
            "seen, twice"
        );
        assert!(
            indicators.address("192.0.2.219:4711").is_some()
                && indicators.address("::ffff:192.0.2.219").is_some()
                && indicators.address("192.0.2.2").is_none()
        );
        assert!(
            indicators
                .path(r"D:\inetpub\wwwroot\aspnet_client\Y.ASPX")
                .is_some()
        );
        assert_eq!(indicators.hash(&[0x0b; 32]).unwrap().source, "eset");
        assert_eq!(
            indicators.add(b"hello\nworld", "x"),
            Err(ListError::Nothing)
        );
    }

    #[test]
    fn every_row_of_the_program_is_read() {
        let rows = EMBEDDED
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
            .count()
            - 1;
        let mut indicators = Indicators::default();
        let read = indicators.add(EMBEDDED.as_bytes(), "").unwrap();
        assert_eq!((read.added, read.repeated, read.unused), (rows, 0, 0));
        assert!(
            indicators
                .addresses
                .values()
                .chain(indicators.hashes.values())
                .chain(indicators.paths.values())
                .all(|source| !source.source.is_empty() && source.date.len() == 10)
        );
    }
}
