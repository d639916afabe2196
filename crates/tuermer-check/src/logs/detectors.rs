//! Everything a check needs to judge a line: known attacks, rules, and the literals that lines are searched for.

use crate::indicators::Indicators;
use crate::lines::LineRules;
use crate::triage::{KnownAddresses, Triage};
use anyhow::Context as _;
use jiff::Timestamp;

/// Everything a check needs to judge a line; built once.
#[derive(Debug)]
pub struct Detectors {
    /// Known attacks.
    pub indicators: Indicators,
    /// Folder of Exchange, as the logs write it.
    pub install: String,
    /// Now, to tell a time of the future.
    pub now: Timestamp,
    pub(super) rules: LineRules,
    pub(super) addresses: KnownAddresses,
    pub(super) web: Triage,
    pub(super) ecp: Triage,
    pub(super) oab: Triage,
    pub(super) events: Triage,
}

impl Detectors {
    /// Builds the search for what the rules can find.
    pub fn new(indicators: Indicators, install: &str, now: Timestamp) -> anyhow::Result<Self> {
        Ok(Self {
            addresses: KnownAddresses::new(&indicators),
            rules: LineRules::new().context("the rules for ECP and the address book")?,
            web: Triage::web().context("the literals of web logs")?,
            ecp: Triage::for_words(&["virtualdirectory"]).context("the literals of ECP logs")?,
            oab: Triage::for_words(&["needs to be removed"])
                .context("the literals of the address book's log")?,
            events: Triage::for_words(&[
                "virtualdirectory",
                "exportrequest",
                "exchangecertificate",
                ".asp",
                ".ash",
                ".asmx",
                "w3wp.exe",
                "invalidcastexception",
                ":444/",
                "]@",
            ])
            .context("the literals of event logs")?,
            indicators,
            install: install.to_string(),
            now,
        })
    }
}
