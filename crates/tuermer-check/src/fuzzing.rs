//! Entrances for the fuzz targets: bytes of one format in, what every answer must keep is asserted there.

use crate::finding::Finding;
use crate::indicators::Indicators;
use crate::kind::LogKind;
use crate::logs::{self, Detectors, LogRead};
use std::io::Cursor;

/// What is built once and used for every input.
#[derive(Debug)]
pub struct Bench {
    detectors: Detectors,
    buffer: Vec<u8>,
}

impl Bench {
    /// The detectors of the program.
    pub fn new() -> anyhow::Result<Self> {
        let now = jiff::Timestamp::from_second(1_800_000_000)?;
        Ok(Self {
            detectors: Detectors::new(Indicators::embedded(), crate::system::INSTALL, now)?,
            buffer: Vec::new(),
        })
    }

    /// Reads a text log of this kind.
    pub fn text(&mut self, kind: LogKind, bytes: &[u8]) -> (LogRead, Vec<Finding>) {
        let mut found = Vec::new();
        let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
        let read = logs::read(
            kind,
            head,
            bytes,
            &mut self.buffer,
            &self.detectors,
            |sign| found.push(sign),
            |_| {},
        );
        (read, found)
    }

    /// Reads an event log.
    pub fn evtx(&self, bytes: &[u8]) -> (LogRead, Vec<Finding>) {
        let mut found = Vec::new();
        let read = crate::evtx::read(Cursor::new(bytes), &self.detectors, |sign| found.push(sign));
        (read, found)
    }
}

/// What must hold of every sign, whatever the log said.
pub fn is_harmless(sign: &Finding) -> bool {
    let texts = [
        Some(&sign.detail),
        sign.address.as_ref(),
        sign.subject.as_ref(),
    ];
    texts.into_iter().flatten().all(|text| {
        !text.chars().any(char::is_control)
            && text.chars().count() <= 3 * tuermer_core::limits::CHECK_DETAIL_CHARACTERS * 4
    })
}
