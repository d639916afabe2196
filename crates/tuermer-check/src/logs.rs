//! Reads one log: recognises it, finds its signs, its first and last time, the build it names, and what could not be read.

mod detectors;

pub use detectors::Detectors;

use crate::blocks::{Blocks, Piece, in_utf8};
use crate::event::{self, Event};
use crate::fields::{Columns, HTTP_PROXY};
use crate::finding::Finding;
use crate::kind::LogKind;
use crate::{requests, times};
use jiff::Timestamp;
use std::io::{self, Read};
use std::iter::Peekable;
use std::ops::Range;
use tuermer_core::limits;

/// What one log says.
#[derive(Debug, Default)]
pub struct LogRead {
    /// The first and the last usable time.
    pub from: Option<Timestamp>,
    /// See `from`.
    pub to: Option<Timestamp>,
    /// The build of the server, as the log names it: the CU, not the SU.
    pub build: Option<String>,
    /// Bytes read.
    pub bytes: u64,
    /// Lines, or records of an event log.
    pub lines: u64,
    /// What could not be read or trusted, each with its line.
    pub problems: Vec<(Option<u64>, Problem)>,
}

/// Why a piece of a log says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The line is longer than a block; only its beginning was judged.
    Overlong,
    /// A suspicious line with too few fields, or an object that is no JSON.
    Malformed,
    /// A time before Exchange 2013 or in the future; it covers nothing.
    OddTime(String),
    /// The columns are unknown: no head, or one without a time.
    NoColumns,
    /// Reading failed; the text of the system.
    Failed(String),
    /// An event log with a broken piece.
    BrokenRecord(String),
    /// So many broken pieces that the rest was left unread.
    GivenUp,
}

/// Reads a text log; signs go to `take` with their line.
pub fn read(
    kind: LogKind,
    head: &[u8],
    reader: impl Read,
    buffer: &mut Vec<u8>,
    detectors: &Detectors,
    mut take: impl FnMut(Finding),
    mut progress: impl FnMut(u64),
) -> LogRead {
    let mut reading = Reading {
        kind,
        detectors,
        columns: None,
        read: LogRead::default(),
        last: Vec::new(),
        range: None,
        started: false,
    };
    let mut blocks = Blocks::new(in_utf8(head, reader), buffer);
    loop {
        let piece = blocks.piece();
        match piece {
            Ok(Some(Piece::Lines(lines))) => reading.lines(lines, &mut take),
            Ok(Some(Piece::Overlong(head))) => {
                reading
                    .read
                    .problems
                    .push((Some(reading.read.lines + 1), Problem::Overlong));
                reading.lines(head, &mut take);
                // The line's end is passed over with its rest.
                if !head.ends_with(b"\n") {
                    reading.read.lines += 1;
                }
            }
            Ok(None) => break,
            Err(error) => {
                reading.failed(&error);
                break;
            }
        }
        progress(blocks.bytes);
    }
    reading.read.bytes = blocks.bytes;
    reading.finish()
}

/// A log while it is read.
struct Reading<'d> {
    kind: LogKind,
    detectors: &'d Detectors,
    columns: Option<Columns>,
    read: LogRead,
    /// The beginning of the last line seen.
    last: Vec<u8>,
    /// The earliest and the latest time of events, as they are written.
    range: Option<(Vec<u8>, Vec<u8>)>,
    started: bool,
}

impl Reading<'_> {
    fn lines(&mut self, block: &[u8], take: &mut impl FnMut(Finding)) {
        if !self.started {
            self.start(block);
        }
        let detectors = self.detectors;
        let triage = match self.kind {
            LogKind::HttpProxy | LogKind::Ews | LogKind::Iis | LogKind::Script => &detectors.web,
            LogKind::EcpServer | LogKind::EcpActivity => &detectors.ecp,
            LogKind::Oab => &detectors.oab,
            LogKind::EventJson | LogKind::Evtx => &detectors.events,
        };
        let mut addressed = self.addressed(block);
        let mut count = LineCount {
            at: 0,
            number: self.read.lines,
        };
        triage.candidates(block, |candidate| {
            // In order of lines: a head changes the columns of what follows.
            while let Some(line) = addressed.next_if(|line| line.start <= candidate.line.start) {
                if line.start < candidate.line.start {
                    let number = count.line_of(block, line.start);
                    self.judge(line_of(block, &line), number, take);
                }
            }
            let number = count.line_of(block, candidate.line.start);
            match candidate.is_head {
                true => self.head(line_of(block, &candidate.line)),
                false => self.judge(line_of(block, &candidate.line), number, take),
            }
        });
        for line in addressed {
            let number = count.line_of(block, line.start);
            self.judge(line_of(block, &line), number, take);
        }
        self.read.lines = count.line_of(block, block.len()) - 1;
        if self.kind == LogKind::EventJson {
            self.widen(block);
        }
        self.remember_last(block);
    }

    /// The lines with an address of a known attack.
    fn addressed(&self, block: &[u8]) -> Peekable<std::vec::IntoIter<Range<usize>>> {
        let web = matches!(
            self.kind,
            LogKind::HttpProxy | LogKind::Ews | LogKind::Iis | LogKind::Script
        );
        let lines = if web && self.detectors.indicators.has_addresses() {
            self.detectors
                .addresses
                .lines(block, self.columns.as_ref(), &self.detectors.indicators)
        } else {
            Vec::new()
        };
        lines.into_iter().peekable()
    }

    /// The head of a file: column names, and the first time.
    fn start(&mut self, block: &[u8]) {
        self.started = true;
        let text = block.strip_prefix(b"\xef\xbb\xbf").unwrap_or(block);
        let head = || {
            text.split(|byte| *byte == b'\n')
                .take(12)
                .map(<[u8]>::trim_ascii)
        };
        self.columns = head().find_map(Columns::read);
        if self.columns.is_none() && self.kind == LogKind::HttpProxy {
            self.columns = Columns::read(HTTP_PROXY.as_bytes());
        }
        let needs = matches!(
            self.kind,
            LogKind::HttpProxy | LogKind::Ews | LogKind::Iis | LogKind::Script
        );
        if needs
            && !self.columns.as_ref().is_some_and(Columns::has_requests)
            && self.kind != LogKind::Ews
        {
            self.read.problems.push((None, Problem::NoColumns));
        }
        let first = head().find_map(|line| {
            Some((
                self.time(line)?,
                self.columns
                    .as_ref()
                    .and_then(|columns| columns.build(line)),
            ))
        });
        if let Some((at, build)) = first {
            self.read.build = build;
            self.cover(at, Some(1));
        }
        if self.read.build.is_none()
            && matches!(self.kind, LogKind::EcpServer | LogKind::EcpActivity)
        {
            self.read.build = head().find_map(ecp_build);
        }
    }

    /// Events stand in order of their channels, so every time counts.
    fn widen(&mut self, block: &[u8]) {
        for time in event::raw_times(block) {
            let (first, last) = self
                .range
                .get_or_insert_with(|| (time.to_vec(), time.to_vec()));
            if time < first.as_slice() {
                *first = time.to_vec();
            }
            if time > last.as_slice() {
                *last = time.to_vec();
            }
        }
    }

    /// The same for the end.
    fn remember_last(&mut self, block: &[u8]) {
        let text = block.trim_ascii_end();
        let from = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        let line = text.get(from..).unwrap_or_default();
        self.last.clear();
        self.last.extend_from_slice(
            line.get(..limits::CHECK_TIME_BYTES)
                .filter(|_| self.kind != LogKind::EventJson)
                .unwrap_or(line),
        );
    }

    fn time(&self, line: &[u8]) -> Option<Timestamp> {
        if line.is_empty() || line.starts_with(b"#") {
            return None;
        }
        match (&self.columns, self.kind) {
            (_, LogKind::EventJson) => Event::new(&serde_json::from_slice(line).ok()?).at(),
            (Some(columns), _) => columns.time(line),
            (None, _) => line
                .split(|byte| matches!(byte, b',' | b'\t'))
                .next()
                .and_then(times::read),
        }
    }

    fn cover(&mut self, at: Timestamp, line: Option<u64>) {
        if !times::is_plausible(at, self.detectors.now) {
            self.read
                .problems
                .push((line, Problem::OddTime(at.to_string())));
            return;
        }
        self.read.from = Some(self.read.from.map_or(at, |from| from.min(at)));
        self.read.to = Some(self.read.to.map_or(at, |to| to.max(at)));
    }

    /// New columns inside a file.
    fn head(&mut self, line: &[u8]) {
        if let Some(columns) = Columns::read(line) {
            self.columns = Some(columns);
        }
    }

    fn judge(&mut self, line: &[u8], number: u64, take: &mut impl FnMut(Finding)) {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.starts_with(b"#") {
            return;
        }
        let detectors = self.detectors;
        let found = match self.kind {
            LogKind::EcpServer | LogKind::EcpActivity => {
                detectors.rules.ecp(line).into_iter().collect()
            }
            LogKind::Oab => detectors
                .rules
                .oab(line, &detectors.install)
                .into_iter()
                .collect(),
            LogKind::EventJson | LogKind::Evtx => match serde_json::from_slice(line) {
                Ok(event) => Event::new(&event).judge(),
                Err(_) => return self.malformed(number),
            },
            LogKind::HttpProxy | LogKind::Ews | LogKind::Iis | LogKind::Script => {
                match self.columns.as_ref().map(|columns| columns.request(line)) {
                    Some(Some(request)) => requests::judge(&request, &detectors.indicators),
                    Some(None) => return self.malformed(number),
                    None => return,
                }
            }
        };
        for mut sign in found {
            sign.line = Some(number);
            if let Some(at) = sign
                .at
                .filter(|at| !times::is_plausible(*at, detectors.now))
            {
                self.problem(number, Problem::OddTime(at.to_string()));
                sign.at = None;
            }
            take(sign);
        }
    }

    fn malformed(&mut self, number: u64) {
        self.problem(number, Problem::Malformed);
    }

    /// So many of one file are named; the place of more would say no more.
    fn problem(&mut self, number: u64, problem: Problem) {
        if self.read.problems.len() < limits::CHECK_UNREADABLE {
            self.read.problems.push((Some(number), problem));
        }
    }

    fn failed(&mut self, error: &io::Error) {
        self.read.problems.push((
            Some(self.read.lines + 1),
            Problem::Failed(error.to_string()),
        ));
    }

    fn finish(mut self) -> LogRead {
        let last = std::mem::take(&mut self.last);
        if let Some(at) = self.time(&last) {
            self.cover(at, Some(self.read.lines));
        }
        for time in self
            .range
            .take()
            .into_iter()
            .flat_map(|(first, last)| [first, last])
        {
            if let Some(at) = times::read(&time) {
                self.cover(at, None);
            }
        }
        self.read
    }
}

/// Counts lines as far as somebody asks.
struct LineCount {
    at: usize,
    number: u64,
}

impl LineCount {
    /// The number of the line that begins here, from 1; asked in ascending order.
    fn line_of(&mut self, block: &[u8], start: usize) -> u64 {
        self.number += block
            .get(self.at..start)
            .map_or(0, |part| memchr::memchr_iter(b'\n', part).count() as u64);
        self.at = start;
        self.number + 1
    }
}

fn line_of<'b>(block: &'b [u8], line: &Range<usize>) -> &'b [u8] {
    block.get(line.clone()).unwrap_or_default().trim_ascii_end()
}

/// `S:BLD=15.1.2375.7` of the ECP logs.
fn ecp_build(line: &[u8]) -> Option<String> {
    let at = crate::text::find(line, "s:bld=")? + 6;
    let number: String = line
        .get(at..)?
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .map(|byte| *byte as char)
        .collect();
    (number.split('.').count() == 4).then_some(number)
}
