//! MISP events (core format, draft 20): one event, an answer of its search, or a list; and the manifest of a feed.
//!
//! Only attributes with `to_ids` are something to look for; a sighting is something that was seen. Attributes are read one
//! by one, so a million of them cost the time, not the memory. Numbers and times are words there; tags carry TLP, grade
//! and RSIT type. What must not name its source does not.

mod attribute;
mod manifest;

pub(crate) use attribute::kinds_of;
pub use manifest::{ManifestEntry, manifest};

use crate::csaf::plain;
use crate::findings::{DocumentError, Found, Summary, Teller};
use crate::json;
use crate::loose::{Word, each};
use crate::origin::{Origin, time};
use attribute::{Attribute, Sighting, traces};
use serde::Deserialize;
use serde_json::value::RawValue;
use tuermer_core::admiralty::{Credibility, Grade, Reliability};
use tuermer_core::limits;
use tuermer_core::observation::Observation;
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::tlp::{Tlp, hides_source};
use tuermer_core::trace::{Indicator, Trace, TraceKind};

/// One event; lists stay unread until it is their turn.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default)]
    uuid: Word,
    #[serde(default)]
    info: Word,
    #[serde(default)]
    date: Word,
    #[serde(default)]
    timestamp: Word,
    #[serde(default)]
    distribution: Word,
    #[serde(default, rename = "Orgc")]
    creator: Option<Organisation>,
    #[serde(borrow, default, rename = "Tag")]
    tags: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "Attribute")]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "Object")]
    objects: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "Galaxy")]
    galaxies: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Organisation {
    #[serde(default)]
    name: Word,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(default)]
    deleted: Word,
    #[serde(borrow, default, rename = "Attribute")]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    name: Word,
}

#[derive(Deserialize)]
struct Galaxy<'a> {
    #[serde(borrow, default, rename = "GalaxyCluster")]
    clusters: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(default)]
    tag_name: Word,
}

/// The outermost object.
#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "Event")]
    event: Option<&'a RawValue>,
}

/// Reads events and tells each finding as soon as it is read.
///
/// # Errors
/// Not JSON, cut off, too large, or no event in it. What was told before counts nothing then.
pub fn read(
    bytes: &[u8],
    origin: &Origin,
    take: &mut dyn FnMut(Found),
) -> Result<Summary, DocumentError> {
    if bytes.len() as u64 > limits::MISP_BYTES {
        return Err(DocumentError::TooLarge(limits::MISP_BYTES));
    }
    let whole: &RawValue = serde_json::from_str(json::text(bytes)?)?;
    let mut teller = Teller::new(take);
    let events = events(whole)?;
    if events.is_empty() {
        return Err(DocumentError::NotThis("MISP event"));
    }
    for event in events {
        one(event, origin, &mut teller)?;
    }
    Ok(teller.summary)
}

/// The events of a document: itself, `{"Event": …}`, `{"response": …}` or a list of these.
fn events(whole: &RawValue) -> Result<Vec<&RawValue>, DocumentError> {
    let mut found = Vec::new();
    let mut waiting = vec![whole];
    // A wrapper holds a wrapper at most twice: response, list, Event.
    for _ in 0..4 {
        let mut inner = Vec::new();
        for value in waiting {
            if value.get().starts_with('[') {
                each(Some(value), &mut |element| inner.push(element))?;
                continue;
            }
            if !value.get().starts_with('{') {
                continue;
            }
            match serde_json::from_str::<Outer<'_>>(value.get())? {
                Outer {
                    response: Some(more),
                    ..
                }
                | Outer {
                    event: Some(more), ..
                } => inner.push(more),
                Outer { .. } => found.push(value),
            }
        }
        if found.len().saturating_add(inner.len()) > limits::MISP_EVENTS {
            return Err(DocumentError::NotThis(
                "MISP document of so few events that we read it",
            ));
        }
        waiting = inner;
    }
    found.retain(|event| {
        ["\"info\"", "\"Attribute\"", "\"Object\""]
            .iter()
            .any(|word| event.get().contains(word))
    });
    Ok(found)
}

/// What holds for all attributes of an event, or for one of them.
#[derive(Clone)]
struct Context {
    tlp: Option<Tlp>,
    grade: Grade,
    incident: Option<IncidentType>,
    names: Vec<Trace>,
    hidden: bool,
    source: String,
    title: String,
}

impl Context {
    /// With what these tags say; the stricter label counts.
    fn with(mut self, tags: &[String]) -> Self {
        for tag in tags {
            if let Some(rest) = tag.strip_prefix("tlp:") {
                self.hidden |= hides_source(tag);
                let label = (!hides_source(tag)).then(|| Tlp::read(rest));
                self.tlp = self.tlp.into_iter().chain(label).max();
            } else if let Some(word) = value_of(tag, "admiralty-scale:source-reliability") {
                self.grade.reliability =
                    Reliability::parse(&word.to_uppercase()).unwrap_or(self.grade.reliability);
            } else if let Some(word) = value_of(tag, "admiralty-scale:information-credibility") {
                self.grade.credibility = Credibility::parse(word).unwrap_or(self.grade.credibility);
            } else if tag.starts_with("rsit:") {
                self.incident = IncidentType::read(tag).or(self.incident);
            } else if let Some(word) = tag.strip_prefix("misp-galaxy:mitre-attack-pattern=") {
                let number = word
                    .trim_matches('"')
                    .rsplit(" - ")
                    .next()
                    .unwrap_or_default();
                self.names.extend(Trace::new(TraceKind::Technique, number));
            } else if let Some((galaxy, name)) = tag
                .strip_prefix("misp-galaxy:")
                .and_then(|rest| rest.split_once('='))
                && [
                    "malpedia",
                    "tool",
                    "ransomware",
                    "rat",
                    "backdoor",
                    "botnet",
                    "mitre-malware",
                    "stealer",
                    "banker",
                ]
                .contains(&galaxy)
            {
                self.names.extend(Trace::new(
                    TraceKind::Malware,
                    name.trim_matches('"')
                        .split(" - ")
                        .next()
                        .unwrap_or_default(),
                ));
            }
        }
        self
    }
}

/// `b` of `admiralty-scale:source-reliability="b"`.
fn value_of<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.strip_prefix(name)?
        .strip_prefix('=')
        .map(|word| word.trim_matches('"'))
}

fn tag_names(tags: Option<&RawValue>) -> Result<Vec<String>, serde_json::Error> {
    let mut names = Vec::new();
    each(tags, &mut |tag| {
        if let Ok(Tag { name }) = serde_json::from_str(tag.get())
            && names.len() < limits::TAGS
        {
            names.push(plain(&name.text().to_lowercase(), limits::FIELD_CHARACTERS));
        }
    })?;
    Ok(names)
}

/// Clusters of galaxies as the tags they stand for.
fn cluster_names(galaxies: Option<&RawValue>) -> Result<Vec<String>, serde_json::Error> {
    let (mut names, mut failed) = (Vec::new(), None);
    each(galaxies, &mut |galaxy| {
        let Ok(Galaxy { clusters }) = serde_json::from_str::<Galaxy<'_>>(galaxy.get()) else {
            return;
        };
        let read = each(clusters, &mut |cluster| {
            if let Ok(Cluster { tag_name }) = serde_json::from_str(cluster.get())
                && names.len() < limits::TAGS
            {
                names.push(plain(
                    &tag_name.text().to_lowercase(),
                    limits::FIELD_CHARACTERS,
                ));
            }
        });
        failed = read.err().or(failed.take());
    })?;
    failed.map_or(Ok(names), Err)
}

fn one(event: &RawValue, origin: &Origin, teller: &mut Teller<'_>) -> Result<(), DocumentError> {
    let event: Event<'_> = match serde_json::from_str(event.get()) {
        Ok(event) => event,
        Err(error) => {
            teller.summary.unusable("event", &error.to_string());
            return Ok(());
        }
    };
    // "Your organisation only" and "this community only" name nobody whom we could tell.
    let by_distribution = matches!(event.distribution.text(), "0").then_some(Tlp::AmberStrict);
    let context = Context {
        tlp: by_distribution,
        grade: origin.grade,
        incident: None,
        names: Vec::new(),
        hidden: false,
        source: plain(
            event
                .creator
                .as_ref()
                .map_or("", |creator| creator.name.text()),
            limits::FIELD_CHARACTERS,
        ),
        title: plain(event.info.text(), limits::FIELD_CHARACTERS),
    };
    let context = context
        .with(&tag_names(event.tags)?)
        .with(&cluster_names(event.galaxies)?);
    let changed = time(event.timestamp.text())
        .or_else(|| time(event.date.text()))
        .unwrap_or(origin.now);
    let mut reading = Reading {
        origin,
        context,
        changed,
        event: plain(event.uuid.text(), 64),
        teller,
    };
    each(event.attributes, &mut |attribute| {
        reading.attribute(attribute)
    })?;
    let mut failed = None;
    each(
        event.objects,
        &mut |object| match serde_json::from_str::<Object<'_>>(object.get()) {
            Ok(Object {
                deleted,
                attributes,
            }) if !deleted.is_true() => {
                failed = each(attributes, &mut |attribute| reading.attribute(attribute))
                    .err()
                    .or(failed.take());
            }
            Ok(_) => {}
            Err(error) => reading
                .teller
                .summary
                .unusable("object", &error.to_string()),
        },
    )?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// One event whose attributes are being read.
struct Reading<'r, 't> {
    origin: &'r Origin,
    context: Context,
    changed: jiff::Timestamp,
    event: String,
    teller: &'r mut Teller<'t>,
}

impl Reading<'_, '_> {
    fn attribute(&mut self, raw: &RawValue) {
        self.teller.summary.elements = self.teller.summary.elements.saturating_add(1);
        if self.teller.summary.elements > limits::MISP_ATTRIBUTES as u64 {
            return self
                .teller
                .summary
                .unusable(&self.event, "more attributes than we read");
        }
        let read = || -> Result<_, serde_json::Error> {
            let attribute: Attribute<'_> = serde_json::from_str(raw.get())?;
            let tags = tag_names(attribute.tags)?;
            Ok((attribute, tags))
        };
        match read() {
            Ok((attribute, tags)) => self.read(&attribute, &tags),
            Err(error) => self
                .teller
                .summary
                .unusable("attribute", &error.to_string()),
        }
    }

    fn read(&mut self, attribute: &Attribute<'_>, tags: &[String]) {
        let traces = match traces(attribute.kind.text(), attribute.value.text()) {
            Ok(traces) => traces,
            // What nobody looks for is not missed.
            Err(_) if !attribute.to_ids.is_true() => return self.passed(),
            Err(why) => return self.teller.summary.unusable(attribute.uuid.text(), why),
        };
        let context = if tags.is_empty() {
            self.context.clone()
        } else {
            self.context.clone().with(tags)
        };
        self.sightings(attribute, &traces, &context);
        if !attribute.to_ids.is_true() || traces.is_empty() {
            return self.passed();
        }
        let modified_at = time(attribute.timestamp.text()).unwrap_or(self.changed);
        let valid_from = time(attribute.first_seen.text()).unwrap_or(modified_at);
        for trace in traces {
            self.teller.tell(Found::Indicator(Box::new(Indicator {
                trace,
                origin_id: plain(attribute.uuid.text(), 64),
                source: if context.hidden {
                    String::new()
                } else {
                    context.source.clone()
                },
                title: context.title.clone(),
                context: context.names.clone(),
                tlp: context.tlp.unwrap_or(self.origin.tlp),
                grade: context.grade,
                modified_at,
                valid_from,
                valid_until: None,
                withdrawn: attribute.deleted.is_true(),
            })));
        }
    }

    fn passed(&mut self) {
        self.teller.summary.passed = self.teller.summary.passed.saturating_add(1);
    }

    fn sightings(&mut self, attribute: &Attribute<'_>, traces: &[Trace], context: &Context) {
        let mut all = Vec::new();
        if each(attribute.sightings, &mut |raw| {
            all.push(serde_json::from_str::<Sighting>(raw.get()))
        })
        .is_err()
        {
            return;
        }
        for sighting in all {
            match sighting {
                Ok(sighting) => self.sighting(&sighting, traces, context),
                Err(error) => self.teller.summary.unusable("sighting", &error.to_string()),
            }
        }
    }

    /// `0` and `3`: it was seen; `1`: a false alarm; `2`: it ends some day.
    fn sighting(&mut self, sighting: &Sighting, traces: &[Trace], context: &Context) {
        match sighting.kind.text() {
            "0" | "3" | "" => {}
            "1" => {
                return traces
                    .iter()
                    .for_each(|trace| self.teller.tell(Found::FalseAlarm(trace.clone())));
            }
            _ => return,
        }
        let seen_at = match self.origin.seen_at(sighting.date.text()) {
            Ok(seen_at) => seen_at,
            Err(why) => return self.teller.summary.unusable(sighting.uuid.text(), why),
        };
        for trace in traces
            .iter()
            .filter(|trace| matches!(trace.kind(), TraceKind::Address | TraceKind::Domain))
        {
            let sign = Observation {
                origin_id: plain(sighting.uuid.text(), 64),
                tlp: context.tlp.unwrap_or(self.origin.tlp),
                grade: context.grade,
                traces: std::iter::once(trace.clone())
                    .chain(context.names.iter().cloned())
                    .take(limits::SIGN_TRACES)
                    .collect(),
                ..Observation::new(
                    self.origin.feed.as_str(),
                    seen_at,
                    context.incident.unwrap_or(IncidentType::Undetermined),
                )
            };
            self.teller.tell(Found::Observation(Box::new(
                sign.seen_at(trace).identified(self.origin.key),
            )));
        }
    }
}

#[cfg(test)]
mod tests;
