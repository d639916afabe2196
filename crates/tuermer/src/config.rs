//! `tuermer.toml`: who we are, how mail leaves, where the pages listen.

use crate::refusal::Refusal;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tuermer_core::correlate::Policy;
use tuermer_core::limits;
use tuermer_core::locale::Language;

/// Everything an administrator sets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who warns.
    pub chamber: Chamber,
    /// How mail leaves.
    pub mail: Mail,
    /// Where pages listen.
    pub web: Web,
    /// Which database; empty = embedded.
    pub store: StoreConfig,
    /// How the world is asked.
    pub feeds: Feeds,
    /// Whom messages may reach.
    pub outgoing: Outgoing,
    /// Who runs this, and hears of trouble outside the pages.
    pub operators: Operators,
    /// How deadlines are found.
    pub urgency: UrgencyConfig,
    /// When signs at several members are more than usual.
    pub correlate: CorrelateConfig,
    /// How long copies of what sources sent are kept.
    pub signs: SignsConfig,
    /// The tile map; empty = a sorted list of bars instead.
    pub tiles: Vec<Tile>,
}

/// Who warns, as printed in mails and pages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Chamber {
    /// `IHK Musterstadt`
    pub name: String,
    /// Public address of the pages, without slash at the end.
    pub base_url: String,
    /// The address as people type it.
    pub typed_host: String,
    /// Number for answers and help.
    pub phone_help: String,
    /// When that number is answered, German.
    pub phone_hours_de: String,
    /// When that number is answered, English.
    pub phone_hours_en: String,
    /// Where the reader finds a number that proves us, German.
    pub proof_de: String,
    /// Where the reader finds a number that proves us, English.
    pub proof_en: String,
    /// Legal basis named at the end of a mail, German; empty = none.
    pub legal_de: String,
    /// Legal basis, English.
    pub legal_en: String,
    /// The same words in languages other than these two, by code: `[chamber.words.fr]`. A language without them reads
    /// the English ones.
    pub words: BTreeMap<String, ChamberWords>,
    /// Zone in which people read times.
    pub time_zone: String,
}

/// What the chamber says of itself in one language.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChamberWords {
    /// When the number for help is answered.
    pub phone_hours: String,
    /// Where the reader finds a number that proves us.
    pub proof: String,
    /// Legal basis named at the end of a mail; empty = none.
    pub legal: String,
}

impl Chamber {
    /// When the number for help is answered.
    pub fn phone_hours(&self, language: Language) -> &str {
        self.in_language(
            language,
            |words| &words.phone_hours,
            &self.phone_hours_de,
            &self.phone_hours_en,
        )
    }

    /// Where the reader finds a number that proves us.
    pub fn proof(&self, language: Language) -> &str {
        self.in_language(
            language,
            |words| &words.proof,
            &self.proof_de,
            &self.proof_en,
        )
    }

    /// Legal basis; empty = none.
    pub fn legal(&self, language: Language) -> &str {
        self.in_language(
            language,
            |words| &words.legal,
            &self.legal_de,
            &self.legal_en,
        )
    }

    fn in_language<'c>(
        &'c self,
        language: Language,
        word: impl Fn(&'c ChamberWords) -> &'c String,
        german: &'c str,
        english: &'c str,
    ) -> &'c str {
        match self.words.get(language.code()) {
            Some(words) => word(words),
            None if language.code() == "de" => german,
            None => english,
        }
    }
}

impl Default for Chamber {
    fn default() -> Self {
        Self {
            name: "IHK Musterstadt".into(),
            base_url: "http://127.0.0.1:8480".into(),
            typed_host: "ihk-musterstadt.example".into(),
            phone_help: "0271 55500-7".into(),
            phone_hours_de: "Montag bis Freitag 8 bis 18 Uhr".into(),
            phone_hours_en: "Monday to Friday 8:00 to 18:00".into(),
            proof_de: "auf Ihrem letzten Beitragsbescheid".into(),
            proof_en: "on your last membership fee notice".into(),
            legal_de: "§ 1 IHKG".into(),
            legal_en: "section 1 IHKG".into(),
            words: BTreeMap::new(),
            time_zone: "Europe/Berlin".into(),
        }
    }
}

/// Which way mails leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// A real server.
    Smtp,
    /// Files in `outbox/` (drills, demo).
    Folder,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// TLS from the first byte (port 465).
    Implicit,
    /// STARTTLS or nothing is sent (port 587).
    Starttls,
    /// STARTTLS where offered.
    Opportunistic,
    /// Plain text: only towards this machine.
    None,
}

/// How mail leaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// SMTP or folder.
    pub transport: Transport,
    /// Server name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: Tls,
    /// PEM file of the authority that signed the server's certificate; empty = the public ones.
    pub ca_file: String,
    /// User name; empty = no log-in.
    pub user: String,
    /// File that holds the password (0600).
    pub password_file: String,
    /// Sender address, fixed.
    pub from: String,
    /// Sender name, fixed.
    pub from_name: String,
    /// Domain of the return path (`b+<token>@…`); empty = that of `from`.
    pub bounce_domain: String,
    /// Connections at once.
    pub connections: usize,
    /// Mails to one destination domain in a minute; 0 = no limit.
    pub per_domain_per_minute: u32,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: Transport::Smtp,
            host: "localhost".into(),
            port: 25,
            tls: Tls::Opportunistic,
            ca_file: String::new(),
            user: String::new(),
            password_file: String::new(),
            from: "warnung@ihk-musterstadt.example".into(),
            from_name: "IHK Musterstadt Frühwarnung".into(),
            bounce_domain: String::new(),
            connections: tuermer_core::limits::SMTP_CONNECTIONS,
            per_domain_per_minute: 600,
        }
    }
}

/// Where pages listen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Address and port.
    pub listen: String,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8480".into(),
        }
    }
}

/// Which database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// PostgreSQL URL; empty = `tuermer.db` in the data directory.
    pub url: String,
}

/// How the world is asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Feeds {
    /// PEM file of authorities trusted beside the public ones; empty = none. For providers inside the own house.
    pub trusted_roots: String,
}

/// Whom messages may reach.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outgoing {
    /// Hosts in the own house to which messages may go, without port; every other inner address is refused.
    pub private_hosts: Vec<String>,
}

/// Who runs this, and hears of trouble outside the pages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Operators {
    /// Mail addresses; without one nobody hears of a silent feed.
    pub mail: Vec<String>,
    /// `de` or `en`; empty = German.
    pub language: String,
}

/// How deadlines are found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UrgencyConfig {
    /// File of a decision table, relative to the data directory; empty = the default, CISA BOD 26-04.
    pub policy: String,
}

/// When signs at several members are more than usual.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorrelateConfig {
    /// How many campaigns a month may be chance; above 0.
    pub false_alarms_per_month: f64,
    /// Fewest members of a campaign; never under 3.
    pub members_least: u32,
    /// Fewest companies whose number may be told to others; never under 3.
    pub anonymity: usize,
}

impl Default for CorrelateConfig {
    fn default() -> Self {
        let Policy {
            false_alarms_per_month,
            members_least,
            anonymity,
            ..
        } = Policy::default();
        Self {
            false_alarms_per_month,
            members_least,
            anonymity,
        }
    }
}

impl CorrelateConfig {
    /// The policy of the correlation.
    pub fn policy(&self) -> Policy {
        let Self {
            false_alarms_per_month,
            members_least,
            anonymity,
        } = *self;
        Policy {
            false_alarms_per_month,
            members_least: members_least.max(3),
            anonymity: anonymity.max(limits::ANONYMITY_LEAST),
            ..Policy::default()
        }
    }
}

/// How long copies of what sources sent are kept; what was made of them stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignsConfig {
    /// Days for which raw lines that concern members are kept as evidence.
    pub lines_days: u32,
    /// Days for which lines that could not be read are listed.
    pub malformed_days: u32,
}

impl Default for SignsConfig {
    fn default() -> Self {
        Self {
            lines_days: 365,
            malformed_days: 365,
        }
    }
}

/// One municipality on the tile map.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// Name as in the register (`city`).
    pub name: String,
    /// Column from the left, 0 = first.
    pub column: u32,
    /// Row from the top, 0 = first.
    pub row: u32,
}

impl Config {
    /// Reads a file; errors name the line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| Refusal::new("general.no_home", [("path", &path.display())]))?;
        toml::from_str(&text).with_context(|| format!("{} has an error", path.display()))
    }
}

/// Where things lie in a data directory.
#[derive(Debug, Clone)]
pub struct Home(pub PathBuf);

impl Home {
    /// The configuration.
    pub fn config(&self) -> PathBuf {
        self.0.join("tuermer.toml")
    }

    /// The embedded database.
    pub fn database(&self) -> PathBuf {
        self.0.join("tuermer.db")
    }

    /// The secret.
    pub fn key(&self) -> PathBuf {
        self.0.join("keys").join("instance.key")
    }

    /// The private key to which companies seal the reports of their own checks; made with `tuermer check key`.
    pub fn report_key(&self) -> PathBuf {
        self.0.join("keys").join("report.key")
    }

    /// Key or password of a source that is asked with one; see `feed add --secret-file`.
    pub fn feed_secret(&self, feed: &str) -> PathBuf {
        self.0.join("keys").join(format!("feed-{feed}.secret"))
    }

    /// Mails of `Transport::Folder`.
    pub fn outbox(&self) -> PathBuf {
        self.0.join("outbox")
    }
}
