//! Markings of STIX objects as labels: TLP 1 and 2 by their fixed ids, others by how the bundle explains them.

use super::{Object, text, texts};
use serde_json::Value;
use std::collections::HashMap;
use tuermer_core::tlp::Tlp;

/// Fixed ids behind `marking-definition--`: TLP 1, then TLP 2. What a bundle says of them does not count.
const FIXED: &[(&str, Tlp)] = &[
    ("613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    ("34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
    ("94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear),
    ("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green),
    ("55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber),
    ("939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::AmberStrict),
    ("e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red),
];

/// Markings a bundle explains.
pub(super) struct Markings(HashMap<String, Option<Tlp>>);

impl Markings {
    pub fn new(objects: &[Object]) -> Self {
        let definitions = objects
            .iter()
            .filter(|object| text(object, "type") == "marking-definition");
        Self(
            definitions
                .map(|object| (text(object, "id").to_string(), explained(object)))
                .collect(),
        )
    }

    /// The strictest label of an object and its parts; `None` where it carries none.
    pub fn of(&self, object: &Object) -> Option<Tlp> {
        let parts = object
            .get("granular_markings")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let parts = parts.filter_map(|part| part.get("marking_ref")?.as_str());
        texts(object, "object_marking_refs")
            .chain(parts)
            .filter_map(|id| self.label(id))
            .max()
    }

    /// A statement (a copyright, for instance) is no label; an unknown marking is RED.
    fn label(&self, id: &str) -> Option<Tlp> {
        let number = id.strip_prefix("marking-definition--").unwrap_or_default();
        match FIXED
            .iter()
            .find(|(fixed, _)| number.eq_ignore_ascii_case(fixed))
        {
            Some((_, label)) => Some(*label),
            None => self.0.get(id).copied().unwrap_or(Some(Tlp::Red)),
        }
    }
}

/// What a definition says: a label, or `None` for a mere statement.
fn explained(object: &Object) -> Option<Tlp> {
    let extensions = object
        .get("extensions")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|all| all.values());
    let second = extensions
        .filter_map(|extension| extension.get("tlp_2_0")?.as_str())
        .map(|label| Tlp::of_label(label).unwrap_or(Tlp::Red))
        .max();
    let first = || {
        object
            .get("definition")?
            .get("tlp")?
            .as_str()
            .map(|label| Tlp::of_label(label).unwrap_or(Tlp::Red))
    };
    match text(object, "definition_type") {
        "statement" => None,
        _ => Some(second.or_else(first).unwrap_or(Tlp::Red)),
    }
}
