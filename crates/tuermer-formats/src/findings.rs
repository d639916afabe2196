//! Findings of documents about attacks: indicators, observations, false alarms.

use crate::csaf::plain;
use std::io::Read;
use tuermer_core::limits;
use tuermer_core::observation::Observation;
use tuermer_core::trace::{Indicator, Trace};

/// One finding of a document, handed on as soon as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// What to look for.
    Indicator(Box<Indicator>),
    /// Somebody saw something at an address or host.
    Observation(Box<Observation>),
    /// Somebody calls this a false alarm.
    FalseAlarm(Trace),
}

/// Counts of a whole document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Elements read: attributes, objects or lines.
    pub elements: u64,
    /// Indicators handed on, withdrawn ones included.
    pub indicators: u64,
    /// Observations handed on.
    pub observations: u64,
    /// Elements that are no indicator by the source's own word or by their kind.
    pub passed: u64,
    /// Elements that cannot be used.
    pub unusable: u64,
    /// The first of them: which and why.
    pub named: Vec<(String, String)>,
}

impl Summary {
    /// Notes an element that cannot be used.
    pub(crate) fn unusable(&mut self, which: &str, why: &str) {
        self.unusable = self.unusable.saturating_add(1);
        if self.named.len() < limits::UNUSABLE_SHOWN {
            let short = |text: &str| plain(text, limits::STRANGE_WORDS_CHARACTERS);
            self.named.push((short(which), short(why)));
        }
    }
}

/// All bytes of a document; its reader knows the limit.
pub(crate) fn whole(source: &mut dyn Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where findings go while they are counted.
pub(crate) struct Teller<'t> {
    pub summary: Summary,
    take: &'t mut dyn FnMut(Found),
}

impl<'t> Teller<'t> {
    pub fn new(take: &'t mut dyn FnMut(Found)) -> Self {
        Self {
            summary: Summary::default(),
            take,
        }
    }

    pub fn tell(&mut self, found: Found) {
        let count = match found {
            Found::Indicator(_) => &mut self.summary.indicators,
            Found::Observation(_) => &mut self.summary.observations,
            Found::FalseAlarm(_) => &mut self.summary.passed,
        };
        *count = count.saturating_add(1);
        (self.take)(found);
    }
}

/// Why a document about attacks is refused as a whole.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON, cut off, or not of this form.
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
    /// Not UTF-8, or a byte order mark.
    #[error("{0}")]
    Encoding(#[from] crate::json::JsonError),
    /// Larger than we read.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// Another kind of document.
    #[error("no {0}")]
    NotThis(&'static str),
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
