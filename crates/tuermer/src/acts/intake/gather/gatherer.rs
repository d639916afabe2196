//! Sorts signs while they are read: whose is it, which raw line is kept, what is only counted.

use crate::acts::intake::IngestReport;
use crate::acts::intake::part::Part;
use crate::acts::intake::writing::Batch;
use crate::store::signs::observations::{Attributed, Shelf};
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tuermer_core::admiralty::Grade;
use tuermer_core::harmless::Harmless;
use tuermer_core::limits;
use tuermer_core::observation::Observation;
use tuermer_core::owners::Owners;
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::Indicator;
use tuermer_formats::format::Format;
use tuermer_formats::origin::Origin;
use tuermer_formats::records::Malformed;

/// Signs or indicators written together.
const BATCH_SIGNS: usize = 1_000;
const DAY_SECONDS: i64 = 86_400;

/// What the reader counts and notes beside the signs.
pub(super) struct Gathered {
    pub(super) shelf: Shelf,
    pub(super) report: IngestReport,
    /// Which lines or elements could not be read, and why.
    pub(super) named: Vec<(String, String)>,
}

/// Sorts what is read: whose is it?
pub struct Gatherer<'a> {
    owners: &'a Owners,
    harmless: &'a Harmless,
    name: String,
    read: Gathered,
    batch: Batch,
    part: Part,
    day: Day,
    /// Report and day since 1970 of the last sign of a member.
    latest: Option<(String, i64)>,
    sender: &'a mpsc::Sender<Batch>,
    /// See `Word::mailbox`.
    mailbox: Option<(String, Grade)>,
    /// The writer is gone; its error is the one to show.
    gone: bool,
}

impl<'a> Gatherer<'a> {
    /// For the file of this name and kind, from this mailbox.
    pub(super) fn new(
        owners: &'a Owners,
        harmless: &'a Harmless,
        (name, kind, mailbox): (&str, Format, Option<(String, Grade)>),
        sender: &'a mpsc::Sender<Batch>,
    ) -> Self {
        let read = Gathered {
            shelf: Shelf::new(),
            report: IngestReport::new(name, kind),
            named: Vec::new(),
        };
        let (batch, part, day) = (Batch::default(), Part::default(), Day::default());
        Self {
            owners,
            harmless,
            name: name.to_string(),
            read,
            batch,
            part,
            day,
            latest: None,
            sender,
            mailbox,
            gone: false,
        }
    }

    /// The register of networks, hosts and domains that signs are attributed by.
    pub fn owners(&self) -> &'a Owners {
        self.owners
    }

    /// The writer is gone: reading on is of no use.
    pub fn is_over(&self) -> bool {
        self.gone
    }

    /// Counts lines, events or elements.
    pub fn count(&mut self, lines: u64) {
        self.read.report.lines = self.read.report.lines.saturating_add(lines);
    }

    /// Counts a sign that belongs to no member.
    pub fn stranger(&mut self, report: &str, day: &str) {
        if self.day.name != day || self.day.report != report {
            self.day.count(&mut self.read.shelf);
            (self.day.report, self.day.name) = (report.to_string(), day.to_string());
        }
        self.day.signs = self.day.signs.saturating_add(1);
        self.read.report.unattributed = self.read.report.unattributed.saturating_add(1);
    }

    /// A sign of a member; false where nothing of it may be kept.
    pub fn of_member(&mut self, mut observation: Observation) -> bool {
        if self.withholds(observation.tlp) {
            return false;
        }
        if let Some((_, grade)) = &self.mailbox {
            observation.grade = *grade;
        }
        let day = observation.observed_at.as_second().div_euclid(DAY_SECONDS);
        if self
            .latest
            .as_ref()
            .is_none_or(|(report, latest)| *latest != day || *report != observation.report)
        {
            let date = observation.observed_at.to_zoned(TimeZone::UTC).date();
            self.read
                .shelf
                .entry((observation.report.clone(), date.to_string()))
                .or_default();
            self.latest = Some((observation.report.clone(), day));
        }
        let owners = self.owners.attribute(&observation.whereabouts());
        self.batch.signs.push(Attributed {
            observation,
            owners,
        });
        self.read.report.attributed = self.read.report.attributed.saturating_add(1);
        self.send_when_full();
        true
    }

    /// RED is for named persons only: it does not go through the system. Counted, so that somebody picks up the telephone.
    fn withholds(&mut self, tlp: Tlp) -> bool {
        let red = tlp == Tlp::Red;
        self.read.report.withheld = self.read.report.withheld.saturating_add(u64::from(red));
        red
    }

    /// A raw line that concerns a member.
    pub fn keep_line(&mut self, number: u64, bytes: &[u8]) {
        self.batch.lines.extend(self.part.take(number, bytes));
    }

    /// Attributes a sign; true where it belongs to a member and may be kept.
    pub fn sign(&mut self, observation: Observation) -> bool {
        if self.owners.is_known(&observation.whereabouts()) {
            return self.of_member(observation);
        }
        if self.withholds(observation.tlp) {
            return false;
        }
        let day = observation
            .observed_at
            .to_zoned(TimeZone::UTC)
            .date()
            .to_string();
        self.stranger(&observation.report, &day);
        false
    }

    /// What to look for. Where it points to a member, that is a sign there, unless somebody lists it as harmless.
    pub fn indicator(&mut self, mut indicator: Indicator, origin: &Origin) {
        if self.withholds(indicator.tlp) {
            return;
        }
        if let Some((mailbox, grade)) = &self.mailbox {
            // Under a name of its own it replaces and withdraws nothing that another source told.
            (indicator.grade, indicator.source) =
                (*grade, format!("{mailbox}: {}", indicator.source));
        }
        self.read.report.indicators = self.read.report.indicators.saturating_add(1);
        let points = self.owners.is_known(&indicator.trace.whereabouts());
        if points && !indicator.withdrawn && self.harmless.covers(&indicator.trace).is_none() {
            self.of_member(self.pointed_at(&indicator, origin));
        }
        self.batch.indicators.push(indicator);
        self.send_when_full();
    }

    fn pointed_at(&self, indicator: &Indicator, origin: &Origin) -> Observation {
        let Indicator {
            trace,
            origin_id,
            source,
            title,
            context,
            tlp,
            grade,
            modified_at,
            ..
        } = indicator;
        let report = if source.is_empty() {
            self.name.as_str()
        } else {
            source
        };
        let sign = Observation {
            origin_id: origin_id.clone(),
            tlp: *tlp,
            grade: *grade,
            traces: context.clone(),
            extra: vec![
                ("indicator".to_string(), trace.to_text()),
                ("title".to_string(), title.clone()),
            ],
            ..Observation::new(report, *modified_at, IncidentType::Undetermined)
        };
        sign.seen_at(trace).identified(origin.key)
    }

    /// A line that cannot be read.
    pub fn malformed(&mut self, Malformed { line, reason }: &Malformed) {
        self.read.report.malformed = self.read.report.malformed.saturating_add(1);
        self.note_unusable(&line.to_string(), reason);
    }

    /// Elements that cannot be used, some of them by name: which and why.
    pub fn unusable(&mut self, count: u64, named: &[(String, String)]) {
        self.read.report.malformed = self.read.report.malformed.saturating_add(count);
        named
            .iter()
            .for_each(|(which, why)| self.note_unusable(which, why));
    }

    fn note_unusable(&mut self, which: &str, why: &str) {
        if self.read.named.len() < limits::MALFORMED_KEPT {
            self.read.named.push((which.to_string(), why.to_string()));
        }
    }

    fn send_when_full(&mut self) {
        if self.batch.signs.len() >= BATCH_SIGNS || self.batch.indicators.len() >= BATCH_SIGNS {
            self.gone = self
                .sender
                .blocking_send(std::mem::take(&mut self.batch))
                .is_err();
        }
    }

    /// What was found out; the last batch goes to the writer.
    pub(super) fn finish(mut self) -> Gathered {
        self.day.count(&mut self.read.shelf);
        self.batch.lines.extend(self.part.close());
        // Where the writer is gone its error is the one to show.
        let _ = self.sender.blocking_send(std::mem::take(&mut self.batch));
        self.read
    }
}

/// Signs of one report and day that belong to no member, counted together: most follow another one of the same day.
#[derive(Default)]
struct Day {
    report: String,
    name: String,
    signs: u64,
}

impl Day {
    fn count(&mut self, shelf: &mut Shelf) {
        if self.signs > 0 {
            let count = shelf
                .entry((
                    std::mem::take(&mut self.report),
                    std::mem::take(&mut self.name),
                ))
                .or_default();
            *count = count.saturating_add(std::mem::take(&mut self.signs));
        }
    }
}
