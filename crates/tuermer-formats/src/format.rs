//! The formats of files as one list: how each is recognised, who reads it, what is told of it, and the word it is stored by.
//!
//! A new format of signs or indicators is a module beneath this file, an entry of [`Format`] with its [`Nature`], and a
//! fixture `tests/fixtures/<word>-….*`. The fuzz target `formats` and the test `formats` follow the list.

mod nature;

pub use nature::{Event, Findings, Intake, Marks, Nature, Own, Told, Voice};

use crate::findings::whole;
use crate::{indicators, intelmq, misp, n6, shadowserver, stix};
use nature::{UNKNOWN, UNMARKED};

/// Declares the formats; the order is the one in which they are tried.
macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = $word:literal $nature:expr,)*) => {
        /// What a file is, decided by its content.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum Format {
            $($(#[$doc])* $name,)*
            /// None of these.
            #[default]
            Unknown,
        }

        impl Format {
            /// Every format but [`Format::Unknown`], in the order in which they are tried.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word as stored and as in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown => "unknown",
                }
            }

            /// The format of a stored word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$name),)*
                    "unknown" => Some(Self::Unknown),
                    _ => None,
                }
            }

            /// What the program knows about this format.
            pub fn nature(self) -> Nature {
                match self {
                    $(Self::$name => $nature,)*
                    Self::Unknown => UNKNOWN,
                }
            }
        }
    };
}

/// One JSON document with a threat in it.
const THREAT: Nature = Nature {
    intake: Intake::Threat,
    told: Told::Threats,
    ..UNKNOWN
};
/// Signs of a source.
const SIGNS: Nature = Nature {
    told: Told::Signs,
    from_sources: true,
    ..UNKNOWN
};

formats! {
    /// A CSAF document.
    Csaf = "csaf" Nature {
        marks: Marks {
            keys: |keys| keys.has("document"),
            broken: Some("\"csaf_version\""),
            ..UNMARKED
        },
        ..THREAT
    },
    /// The report of a check of a company's own server, plain or sealed.
    Check = "check" Nature {
        marks: Marks {
            keys: |keys| keys.have(&["format", "coverage", "findings"]),
            text: |head| head.bytes.starts_with(SEALED_REPORT),
            ..UNMARKED
        },
        intake: Intake::Own(Own::Check),
        told: Told::Signs,
        voice: Voice::OwnLogs,
        ..UNKNOWN
    },
    /// A CVE record.
    Cve = "cve" Nature {
        marks: Marks {
            keys: |keys| keys.have(&["cveMetadata", "containers"]),
            broken: Some("\"cveMetadata\""),
            ..UNMARKED
        },
        ..THREAT
    },
    /// A bill of materials.
    Sbom = "sbom" Nature {
        marks: Marks {
            keys: |keys| keys.has("bomFormat") || keys.has("spdxVersion") || keys.has("@graph"),
            xml: &["cyclonedx.org/schema/bom"],
            text: |head| head.line.starts_with("spdxversion:"),
            ..UNMARKED
        },
        intake: Intake::Refused("threat.ingest_sbom"),
        ..UNKNOWN
    },
    /// What a provider or aggregator of advisories says of itself and its documents.
    Provider = "provider" Nature {
        marks: Marks {
            keys: |keys| keys.has("feed") || keys.has("canonical_url") || keys.has("csaf_providers"),
            ..UNMARKED
        },
        intake: Intake::Refused("threat.ingest_provider"),
        ..UNKNOWN
    },
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev = "kev" Nature {
        marks: Marks {
            keys: |keys| keys.have(&["catalogVersion", "vulnerabilities"]),
            broken: Some("\"catalogVersion\""),
            ..UNMARKED
        },
        intake: Intake::Own(Own::Catalogue),
        told: Told::Catalogue,
        ..UNKNOWN
    },
    /// IntelMQ events.
    Intelmq = "intelmq" Nature {
        marks: Marks {
            keys: |keys| ["classification.", "source.", "feed."].iter().any(|start| keys.start(start)),
            listed: &[&["\"classification.type\""], &["\"feed.name\""]],
            ..UNMARKED
        },
        intake: Intake::Events(intelmq::signs),
        ..SIGNS
    },
    /// n6 events.
    N6 = "n6" Nature {
        marks: Marks {
            keys: |keys| keys.have(&["restriction", "category"]),
            listed: &[&["\"restriction\"", "\"category\""]],
            ..UNMARKED
        },
        intake: Intake::Events(n6::signs),
        ..SIGNS
    },
    /// MISP events.
    Misp = "misp" Nature {
        marks: Marks {
            keys: |keys| {
                let bare = keys.has("info") && (keys.has("Attribute") || keys.has("threat_level_id"));
                keys.has("Event") || keys.has("response") || bare
            },
            listed: &[&["\"threat_level_id\""], &["\"Event\""]],
            ..UNMARKED
        },
        intake: Intake::Findings(|source, _, origin, take| misp::read(&whole(source)?, origin, take)),
        told: Told::Findings,
        ..SIGNS
    },
    /// A MISP warninglist.
    Warninglist = "warninglist" Nature {
        marks: Marks {
            keys: |keys| keys.have(&["list", "matching_attributes"]),
            ..UNMARKED
        },
        intake: Intake::Own(Own::Harmless),
        told: Told::Counts,
        ..SIGNS
    },
    /// A STIX bundle, or a page of a TAXII server.
    Stix = "stix" Nature {
        marks: Marks {
            keys: |keys| keys.has("objects") && (keys.has("type") || keys.has("more") || keys.0.len() == 1),
            listed: &[&["\"spec_version\""]],
            ..UNMARKED
        },
        intake: Intake::Findings(|source, _, origin, take| stix::read(&whole(source)?, origin, take)),
        told: Told::Findings,
        ..SIGNS
    },
    /// A Shadowserver report.
    Shadowserver = "shadowserver" Nature {
        marks: Marks {
            text: |head| shadowserver::Plan::new(head.line.as_bytes(), "").is_ok(),
            ..UNMARKED
        },
        intake: Intake::Own(Own::Report),
        voice: Voice::Sensor,
        ..SIGNS
    },
    /// A list of indicators.
    Indicators = "indicators" Nature {
        marks: Marks {
            text: |head| indicators::is_header(head.line.as_bytes()) || indicators::is_list(head.bytes),
            ..UNMARKED
        },
        intake: Intake::Findings(|source, title, origin, take| indicators::read(source, title, origin, take)),
        told: Told::Findings,
        ..SIGNS
    },
    /// FIRST's daily estimates.
    Epss = "epss" Nature {
        marks: Marks {
            text: |head| head.line.starts_with("#model_version") || head.begins_with(&["cve", "epss"]),
            ..UNMARKED
        },
        intake: Intake::Own(Own::Estimates),
        ..UNKNOWN
    },
    /// Atom, RSS or JSON Feed for the reading list.
    Atom = "atom" Nature {
        marks: Marks {
            xml: &["<feed", "<rss", "<rdf:RDF"],
            ..UNMARKED
        },
        intake: Intake::Refused("threat.ingest_atom"),
        ..UNKNOWN
    },
    /// Lines of a firewall, where a template says which.
    Firewall = "firewall" Nature {
        told: Told::Filtered,
        voice: Voice::OwnLogs,
        ..UNKNOWN
    },
    /// Many documents in one file: a ZIP, or one JSON document a line.
    Archive = "archive" Nature {
        told: Told::Archive,
        ..UNKNOWN
    },
    /// What somebody told on a page; no file.
    Witness = "witness" Nature {
        voice: Voice::OwnWord,
        ..UNKNOWN
    },
}

/// How a sealed report begins (`tuermer_check::seal`).
const SEALED_REPORT: &[u8] = b"tuermer-sealed-report ";
