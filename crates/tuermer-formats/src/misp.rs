//! MISP events (core format, draft 20): one event, an answer of its search, or a list; and the manifest of a feed.
//!
//! Only attributes with `to_ids` are something to look for; a sighting is something that was seen. Attributes are read one
//! by one, so a million of them cost the time, not the memory. Numbers and times are words there; tags carry TLP, grade
//! and RSIT type. What must not name its source does not.

mod attribute;
mod context;
mod manifest;

pub(crate) use attribute::kinds_of;
pub use manifest::{ManifestEntry, manifest};

use crate::csaf::plain;
use crate::findings::{DocumentError, Found, Summary, Teller};
use crate::json;
use crate::loose::{Word, each};
use crate::origin::{Origin, time};
use attribute::{Attribute, Sighting, traces};
use context::{Context, tag_names};
use serde::Deserialize;
use serde_json::value::RawValue;
use tuermer_core::limits;
use tuermer_core::observation::Observation;
use tuermer_core::taxonomy::IncidentType;
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

/// The outermost object.
#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "Event")]
    event: Option<&'a RawValue>,
}

/// Reads events and hands on each finding as soon as it is read.
///
/// # Errors
/// Not JSON, cut off, too large, or no event in it. What was handed on before counts nothing then.
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
        read_event(event, origin, &mut teller)?;
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

/// Reads one event; one that cannot be read is counted and left out.
fn read_event(
    event: &RawValue,
    origin: &Origin,
    teller: &mut Teller<'_>,
) -> Result<(), DocumentError> {
    let event: Event<'_> = match serde_json::from_str(event.get()) {
        Ok(event) => event,
        Err(error) => {
            teller.summary.unusable("event", &error.to_string());
            return Ok(());
        }
    };
    let context = Context::of_event(&event, origin)?;
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
            // An attribute without `to_ids` is nothing to look for, so it is no loss.
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
