//! Reads an event log of Windows (EVTX) record by record; a broken chunk is named and passed over.

use crate::event::Event;
use crate::finding::Finding;
use crate::logs::{Detectors, LogRead, Problem};
use crate::times;
use evtx::{EvtxParser, ParserSettings};
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tuermer_core::limits;

/// Reads the log; signs go to `take` with the number of their record.
pub fn read(
    mut source: impl Read + Seek,
    detectors: &Detectors,
    mut take: impl FnMut(Finding),
) -> LogRead {
    let mut read = LogRead::default();
    if let Some(problem) = shape(&mut source) {
        read.problems.push((None, problem));
    }
    // What the reader of a foreign format did not foresee ends this file, not the check.
    let whole = catch_unwind(AssertUnwindSafe(|| {
        records(source, detectors, &mut read, &mut take)
    }));
    if whole.is_err() {
        read.problems.push((None, Problem::GivenUp));
    }
    read
}

fn records(
    source: impl Read + Seek,
    detectors: &Detectors,
    read: &mut LogRead,
    take: &mut impl FnMut(Finding),
) {
    let mut parser = match EvtxParser::from_read_seek(source) {
        Ok(parser) => parser.with_configuration(ParserSettings::new().num_threads(1).indent(false)),
        Err(error) => {
            return read.problems.push((
                None,
                Problem::BrokenRecord(crate::text::clean(&error.to_string())),
            ));
        }
    };
    let mut broken = 0;
    for record in parser.records_json_value() {
        match record {
            Ok(record) => read_record(&record.data, record.event_record_id, detectors, read, take),
            Err(error) => {
                broken += 1;
                read.problems.push((
                    None,
                    Problem::BrokenRecord(crate::text::clean(&error.to_string())),
                ));
            }
        }
        if broken >= limits::CHECK_EVENT_ERRORS {
            read.problems.push((None, Problem::GivenUp));
            break;
        }
    }
}

/// Whether the shape of the file is intact, before its records are read: a head of 4,096 bytes, then chunks of 65,536.
fn shape(source: &mut (impl Read + Seek)) -> Option<Problem> {
    let mut head = [0; 42];
    let length = source.seek(SeekFrom::End(0)).ok()?;
    source.seek(SeekFrom::Start(0)).ok()?;
    let read = source.read_exact(&mut head);
    source.seek(SeekFrom::Start(0)).ok()?;
    let broken = |words: &str| Some(Problem::BrokenRecord(words.to_string()));
    match (read, head.get(40..)) {
        (Err(_), _) => broken("the head is cut off"),
        (Ok(()), Some([0, 0x10])) if (length.saturating_sub(4_096)) % 65_536 != 0 => {
            broken("the last chunk is cut off")
        }
        (Ok(()), Some([0, 0x10])) => None,
        (Ok(()), _) => broken("the head is damaged"),
    }
}

fn read_record(
    record: &serde_json::Value,
    number: u64,
    detectors: &Detectors,
    read: &mut LogRead,
    take: &mut impl FnMut(Finding),
) {
    read.lines += 1;
    let event = Event::new(record);
    match event.at() {
        Some(at) if times::is_plausible(at, detectors.now) => {
            read.from = Some(read.from.map_or(at, |from| from.min(at)));
            read.to = Some(read.to.map_or(at, |to| to.max(at)));
        }
        Some(at) if read.problems.len() < limits::CHECK_UNREADABLE => read
            .problems
            .push((Some(number), Problem::OddTime(at.to_string()))),
        _ => {}
    }
    for mut sign in event.judge() {
        sign.line = Some(number);
        sign.at = sign.at.filter(|at| times::is_plausible(*at, detectors.now));
        take(sign);
    }
}
