//! One event of a feed as a flat object: its fields as text, and what is common to all feeds of events.

use crate::csaf::plain;
use serde_json::{Map, Value};
use std::net::IpAddr;
use tuermer_core::limits;
use tuermer_core::trace::{Trace, TraceKind, network};

/// The fields of one event.
pub(crate) struct Event(Map<String, Value>);

impl Event {
    /// Reads one object.
    pub fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        serde_json::from_slice(bytes).map(Self).map_err(|error| {
            if error.is_data() {
                "no object"
            } else {
                "not JSON"
            }
        })
    }

    /// A word or number, where it says something.
    pub fn field(&self, key: &str) -> Option<String> {
        self.0
            .get(key)
            .and_then(scalar_text)
            .filter(|text| !text.trim().is_empty())
    }

    /// A list of objects.
    pub fn objects(&self, key: &str) -> impl Iterator<Item = &Map<String, Value>> {
        self.0
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
    }

    /// A number that fits.
    pub fn number<N: std::str::FromStr>(&self, key: &str) -> Option<N> {
        self.field(key)?.trim().parse().ok()
    }

    /// An address that is one; the unspecified address is no value.
    pub fn ip(&self, key: &str) -> Result<Option<IpAddr>, &'static str> {
        self.field(key)
            .map(|text| ip(&text))
            .transpose()
            .map(Option::flatten)
    }

    /// Traces in fields.
    pub fn traces(&self, fields: &[(&str, TraceKind)]) -> Vec<Trace> {
        fields
            .iter()
            .filter_map(|(key, kind)| Trace::new(*kind, &self.field(key)?))
            .collect()
    }

    /// All fields but those named, as they came.
    pub fn rest(&self, but: &[&str]) -> Vec<(String, String)> {
        let told = self
            .0
            .iter()
            .filter(|(key, _)| !but.contains(&key.as_str()));
        let text = |value: &Value| scalar_text(value).unwrap_or_else(|| value.to_string());
        let pairs = told.map(|(key, value)| {
            (
                plain(key, limits::TAG_CHARACTERS),
                plain(&text(value), limits::NOTE_CHARACTERS),
            )
        });
        pairs
            .filter(|(_, value)| !value.is_empty() && value != "null")
            .take(limits::EXTRA_FIELDS)
            .collect()
    }
}

/// A word, number or truth value.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// An address; the unspecified one is no value.
pub(crate) fn ip(text: &str) -> Result<Option<IpAddr>, &'static str> {
    let ip: IpAddr = text.trim().parse().map_err(|_| "ip")?;
    Ok(Some(ip.to_canonical()).filter(|ip| !ip.is_unspecified()))
}

/// A block of addresses.
pub(crate) fn block(text: &str) -> Result<ip_network::IpNetwork, &'static str> {
    network(text.trim()).ok_or("network")
}

/// In order, each once, no more than the limit.
pub(crate) fn tidy(mut traces: Vec<Trace>) -> Vec<Trace> {
    traces.sort_unstable();
    traces.dedup();
    traces.truncate(limits::SIGN_TRACES);
    traces
}
