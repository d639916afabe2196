//! The kinds of feeds as one list: where each is published, how often and how it is asked, and what it may bring.
//!
//! A new kind is an entry of [`FeedKind`] with its [`Nature`] and its label in each language (`operator.feedkind_<word>`).
//! Only one that is asked in a way of its own needs a file beside the others in `stations/poll`.

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Everything the program needs to know about one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nature {
    /// Where it is published, for kinds with one publisher.
    pub url: Option<&'static str>,
    /// Seconds from one pull to the next, unless somebody sets another period.
    pub period_seconds: i64,
    /// Seconds without success after which people are told, unless somebody sets another time.
    pub silent_after_seconds: i64,
    /// How it is asked.
    pub asked: Asked,
    /// What its secret must name; empty where it is asked without one.
    pub secret: &'static [&'static str],
    /// What it may bring; everything else is refused.
    pub brings: Brings,
}

/// How a feed is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// One file over HTTPS, of these media types; empty: content decides, servers call it by many names.
    File(&'static [&'static str]),
    /// A CSAF provider or aggregator, which may also be named by its domain.
    Provider,
    /// The collections of a TAXII server.
    Taxii,
    /// Shadowserver's API.
    Shadowserver,
    /// A mailbox over IMAP.
    Mailbox,
}

/// What a feed may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brings {
    /// Advisories.
    Advisories,
    /// CVE records: one, an archive, or a list of what changed.
    Records,
    /// Signs and what to look for: one file, or a list that names many.
    Signs,
    /// Entries for the reading list.
    Reading,
    /// One document that stands for itself.
    Document {
        /// A word in its first bytes.
        mark: &'static str,
        /// True where it may come compressed.
        packed: bool,
    },
}

/// Declares the kinds of feeds.
macro_rules! feed_kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal $nature:expr,)*) => {
        /// What a feed is, and so how it is asked and read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FeedKind { $($(#[$doc])* $name),* }

        impl FeedKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word as typed, stored and in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }

            /// What the program knows about this kind.
            pub fn nature(self) -> Nature {
                match self { $(Self::$name => $nature),* }
            }
        }
    };
}

/// A file of signs; reports of a day come once a day, and one may be late.
const SIGNS: Nature = Nature {
    url: None,
    period_seconds: 15 * MINUTE,
    silent_after_seconds: 2 * DAY,
    asked: Asked::File(&[]),
    secret: &[],
    brings: Brings::Signs,
};

feed_kinds! {
    /// A CSAF provider or an aggregator of providers.
    Csaf = "csaf" Nature {
        silent_after_seconds: DAY,
        asked: Asked::Provider,
        brings: Brings::Advisories,
        ..SIGNS
    },
    /// CISA's catalogue of Known Exploited Vulnerabilities.
    Kev = "kev" Nature {
        url: Some("https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"),
        silent_after_seconds: DAY,
        asked: Asked::File(&["application/json"]),
        brings: Brings::Document { mark: "\"catalogVersion\"", packed: false },
        ..SIGNS
    },
    /// FIRST's daily estimates.
    Epss = "epss" Nature {
        url: Some("https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"),
        period_seconds: 6 * HOUR,
        silent_after_seconds: 3 * DAY,
        asked: Asked::File(&["application/gzip", "application/x-gzip", "text/csv"]),
        brings: Brings::Document { mark: "cve,epss", packed: true },
        ..SIGNS
    },
    /// CVE records: one record, an archive, or a list of what changed.
    Cve = "cve" Nature {
        url: Some("https://raw.githubusercontent.com/CVEProject/cvelistV5/main/cves/deltaLog.json"),
        silent_after_seconds: DAY,
        asked: Asked::File(&[
            "application/json",
            "application/zip",
            "application/gzip",
            "application/x-zip-compressed",
        ]),
        brings: Brings::Records,
        ..SIGNS
    },
    /// News for the analyst's reading list.
    Atom = "atom" Nature {
        period_seconds: 30 * MINUTE,
        silent_after_seconds: 3 * DAY,
        asked: Asked::File(&["application/atom+xml", "application/rss+xml", "application/xml"]),
        brings: Brings::Reading,
        ..SIGNS
    },
    /// Signs, and what to look for: one file, or a folder or MISP feed that names many.
    Signs = "signs" SIGNS,
    /// The same from a TAXII server.
    Taxii = "taxii" Nature {
        asked: Asked::Taxii,
        ..SIGNS
    },
    /// Shadowserver's reports, by its API.
    Shadowserver = "shadowserver" Nature {
        url: Some("https://transform.shadowserver.org/api2/"),
        period_seconds: 30 * MINUTE,
        asked: Asked::Shadowserver,
        secret: &["key", "secret"],
        ..SIGNS
    },
    /// Reports that arrive by mail, read over IMAP.
    Mailbox = "mailbox" Nature {
        period_seconds: 5 * MINUTE,
        asked: Asked::Mailbox,
        secret: &["user", "password"],
        ..SIGNS
    },
}

impl FeedKind {
    /// It brings signs and what to look for, and nothing else is taken from it.
    pub fn tells_signs(self) -> bool {
        self.nature().brings == Brings::Signs
    }

    /// The words of those kinds for which `holds` is true, as a person reads a list.
    pub fn words(holds: impl Fn(Nature) -> bool) -> String {
        let kinds = Self::ALL.iter().filter(|kind| holds(kind.nature()));
        kinds
            .map(|kind| kind.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }
}
