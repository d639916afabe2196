//! STIX 2.1 bundles, and 2.0 as ATT&CK still is: indicators, sightings, what was observed.
//!
//! Of several versions of an object the newest counts; `revoked` takes it back. A marking that nobody explains is RED.
//! References are followed one step, so circles lead nowhere. Patterns are read as far as they are plain comparisons.

mod marking;
mod pattern;

use crate::csaf::plain;
use crate::findings::{DocumentError, Found, Summary, Teller};
use crate::json;
use crate::loose::{Word, each};
use crate::origin::{Origin, time};
use jiff::Timestamp;
use marking::Markings;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::HashMap;
use tuermer_core::limits;
use tuermer_core::observation::Observation;
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::{Indicator, Trace, TraceKind};

/// A bundle, or an envelope of TAXII.
#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, default)]
    objects: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default, rename = "type")]
    kind: Word,
    #[serde(default)]
    id: Word,
    #[serde(default)]
    modified: Word,
}

type Object = Map<String, Value>;

/// Reads a bundle, an envelope or a list of objects and tells each finding.
///
/// # Errors
/// Not JSON, too large, or no objects in it.
pub fn read(
    bytes: &[u8],
    origin: &Origin,
    take: &mut dyn FnMut(Found),
) -> Result<Summary, DocumentError> {
    if bytes.len() as u64 > limits::DOCUMENT_BYTES.saturating_mul(4) {
        return Err(DocumentError::TooLarge(
            limits::DOCUMENT_BYTES.saturating_mul(4),
        ));
    }
    let whole: &RawValue = serde_json::from_str(json::text(bytes)?)?;
    let objects = match whole.get().starts_with('[') {
        true => Some(whole),
        false => serde_json::from_str::<Bundle<'_>>(whole.get())?.objects,
    };
    let mut teller = Teller::new(take);
    let newest = newest(
        objects.ok_or(DocumentError::NotThis("STIX bundle"))?,
        &mut teller.summary,
    )?;
    let reading = Reading::new(&newest, origin);
    for object in &newest {
        reading.object(object, &mut teller);
    }
    Ok(teller.summary)
}

/// Every object in its newest version, in the order in which they first stand.
fn newest(list: &RawValue, summary: &mut Summary) -> Result<Vec<Object>, DocumentError> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<(Option<Timestamp>, &RawValue)> = Vec::new();
    each(Some(list), &mut |raw| {
        summary.elements = summary.elements.saturating_add(1);
        if summary.elements > limits::STIX_OBJECTS as u64 {
            return summary.unusable("object", "more objects than we read");
        }
        match serde_json::from_str::<Head>(raw.get()) {
            Ok(Head { kind, id, modified })
                if !kind.text().is_empty() && id.text().starts_with(kind.text()) =>
            {
                let modified = time(modified.text());
                let place = *places.entry(id.text().to_string()).or_insert(kept.len());
                match kept.get_mut(place) {
                    Some(known) if known.0 < modified => *known = (modified, raw),
                    Some(_) => {}
                    None => kept.push((modified, raw)),
                }
            }
            Ok(_) => summary.unusable("object", "no type, or an id of another type"),
            Err(error) => summary.unusable("object", &error.to_string()),
        }
    })?;
    let mut objects = Vec::with_capacity(kept.len());
    for (_, raw) in kept {
        match serde_json::from_str(raw.get()) {
            Ok(object) => objects.push(object),
            Err(error) => summary.unusable("object", &error.to_string()),
        }
    }
    Ok(objects)
}

/// The text of a field; empty where there is none.
fn text<'o>(object: &'o Object, key: &str) -> &'o str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Words of a list.
fn texts<'o>(object: &'o Object, key: &str) -> impl Iterator<Item = &'o str> {
    object
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// A bundle being read: what its objects say of each other.
struct Reading<'o> {
    origin: &'o Origin,
    by_id: HashMap<&'o str, &'o Object>,
    markings: Markings,
    /// What an object stands for, by relationships: malware and techniques.
    context: HashMap<&'o str, Vec<Trace>>,
}

impl<'o> Reading<'o> {
    fn new(objects: &'o [Object], origin: &'o Origin) -> Self {
        let by_id: HashMap<&str, &Object> = objects
            .iter()
            .map(|object| (text(object, "id"), object))
            .collect();
        let mut context: HashMap<&str, Vec<Trace>> = HashMap::new();
        let related = |object: &&Object| {
            text(object, "type") == "relationship"
                && object.get("revoked") != Some(&Value::Bool(true))
        };
        for relation in objects.iter().filter(related) {
            let names = by_id
                .get(text(relation, "target_ref"))
                .and_then(|target| name(target));
            let known = context.entry(text(relation, "source_ref")).or_default();
            known.extend(names.filter(|_| known.len() < limits::SIGN_TRACES));
        }
        Self {
            origin,
            markings: Markings::new(objects),
            by_id,
            context,
        }
    }

    fn object(&self, object: &Object, teller: &mut Teller<'_>) {
        match text(object, "type") {
            "indicator" => self.indicator(object, teller),
            "sighting" => self.sighting(object, teller),
            "observed-data" => self.observed(object, object, &[], teller),
            _ => teller.summary.passed = teller.summary.passed.saturating_add(1),
        }
    }

    fn indicator(&self, object: &Object, teller: &mut Teller<'_>) {
        let id = text(object, "id");
        if !matches!(text(object, "pattern_type"), "" | "stix") {
            return teller
                .summary
                .unusable(id, "a pattern of another language than STIX");
        }
        let pattern = match pattern::read(text(object, "pattern")) {
            Ok(pattern) => pattern,
            Err(why) => return teller.summary.unusable(id, why),
        };
        for why in &pattern.not_understood {
            teller.summary.unusable(id, why);
        }
        let modified_at = time(text(object, "modified")).unwrap_or(self.origin.now);
        let by = self
            .by_id
            .get(text(object, "created_by_ref"))
            .map_or("", |identity| text(identity, "name"));
        for trace in pattern.traces {
            teller.tell(Found::Indicator(Box::new(Indicator {
                trace,
                origin_id: plain(id, limits::TAG_CHARACTERS),
                source: plain(by, limits::FIELD_CHARACTERS),
                title: plain(text(object, "name"), limits::FIELD_CHARACTERS),
                context: self.context.get(id).cloned().unwrap_or_default(),
                tlp: self.tlp(object),
                grade: self.origin.grade,
                modified_at,
                valid_from: time(text(object, "valid_from")).unwrap_or(modified_at),
                valid_until: time(text(object, "valid_until")),
                withdrawn: object.get("revoked") == Some(&Value::Bool(true)),
            })));
        }
    }

    fn tlp(&self, object: &Object) -> Tlp {
        self.markings.of(object).unwrap_or(self.origin.tlp)
    }

    /// The observed data where the sighting names it; else the addresses of the sighted indicator.
    fn sighting(&self, object: &Object, teller: &mut Teller<'_>) {
        let sighted = text(object, "sighting_of_ref");
        let traces = match self.by_id.get(sighted) {
            Some(seen) if text(seen, "type") == "indicator" => pattern::read(text(seen, "pattern"))
                .map_or_else(|_| Vec::new(), |pattern| pattern.traces),
            Some(seen) => trace(seen).or_else(|| name(seen)).into_iter().collect(),
            None => {
                return teller
                    .summary
                    .unusable(text(object, "id"), "what was sighted is not in the bundle");
            }
        };
        let context = self.context.get(sighted).map_or(&[][..], Vec::as_slice);
        let known: Vec<Trace> = traces.into_iter().chain(context.iter().cloned()).collect();
        let mut observed = texts(object, "observed_data_refs")
            .filter_map(|id| self.by_id.get(id))
            .peekable();
        if observed.peek().is_none() {
            return self.report_observations(object, &known, &known, teller);
        }
        for data in observed.take(limits::EVENT_ADDRESSES) {
            self.observed(data, object, &known, teller);
        }
    }

    /// Addresses and names of observed data: 2.1 by reference, 2.0 inside.
    fn observed(&self, data: &Object, when: &Object, known: &[Trace], teller: &mut Teller<'_>) {
        let referenced = texts(data, "object_refs").filter_map(|id| self.by_id.get(id).copied());
        let inside = data
            .get("objects")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::values)
            .filter_map(Value::as_object);
        let seen: Vec<Trace> = referenced
            .chain(inside)
            .take(limits::EVENT_ADDRESSES)
            .filter_map(trace)
            .collect();
        let traces: Vec<Trace> = seen.iter().chain(known).cloned().collect();
        self.report_observations(when, &seen, &traces, teller);
    }

    /// One observation for each address and name.
    fn report_observations(
        &self,
        when: &Object,
        places: &[Trace],
        traces: &[Trace],
        teller: &mut Teller<'_>,
    ) {
        let id = text(when, "id");
        let field = |names: [&str; 3]| {
            names
                .into_iter()
                .map(|name| text(when, name))
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        };
        let seen_at = match self
            .origin
            .seen_at(field(["first_seen", "first_observed", "created"]))
        {
            Ok(seen_at) => seen_at,
            Err(why) => return teller.summary.unusable(id, why),
        };
        let last = time(field(["last_seen", "last_observed", "created"]))
            .filter(|last| *last >= seen_at)
            .unwrap_or(seen_at);
        for place in places
            .iter()
            .filter(|trace| matches!(trace.kind(), TraceKind::Address | TraceKind::Domain))
        {
            let sign = Observation {
                origin_id: plain(id, limits::TAG_CHARACTERS),
                last_seen_at: last,
                tlp: self.tlp(when),
                grade: self.origin.grade,
                traces: crate::event::tidy(traces.to_vec()),
                ..Observation::new(
                    self.origin.feed.as_str(),
                    seen_at,
                    IncidentType::Undetermined,
                )
            };
            teller.tell(Found::Observation(Box::new(
                sign.seen_at(place).identified(self.origin.key),
            )));
        }
    }
}

/// The trace an observable is.
fn trace(object: &Object) -> Option<Trace> {
    let value = text(object, "value");
    match text(object, "type") {
        "ipv4-addr" | "ipv6-addr" => Trace::new(TraceKind::Address, value),
        "domain-name" => Trace::new(TraceKind::Domain, value),
        "url" => Trace::new(TraceKind::Url, value),
        "email-addr" => Trace::new(TraceKind::Sender, value),
        "file" => {
            let hashes = object.get("hashes").and_then(Value::as_object);
            // The strongest of several.
            let hash = ["SHA-512", "SHA-256", "SHA-1", "MD5"]
                .iter()
                .find_map(|name| Trace::new(TraceKind::Hash, hashes?.get(*name)?.as_str()?));
            hash.or_else(|| Trace::new(TraceKind::Path, text(object, "name")))
        }
        _ => None,
    }
}

/// Malware or technique by its name or number.
fn name(object: &Object) -> Option<Trace> {
    match text(object, "type") {
        "malware" | "tool" => Trace::new(TraceKind::Malware, text(object, "name")),
        "attack-pattern" => {
            let references = object
                .get("external_references")
                .and_then(Value::as_array)?;
            let numbers = references
                .iter()
                .filter_map(|reference| reference.get("external_id")?.as_str());
            numbers
                .filter_map(|number| Trace::new(TraceKind::Technique, number))
                .next()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
