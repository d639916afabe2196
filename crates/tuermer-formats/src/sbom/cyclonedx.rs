//! CycloneDX in JSON and XML: components wherever they are nested, and what the bill itself is about.

use super::{Bill, Raw, SbomError, bill};
use crate::xml::{XmlError, check};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;
use tuermer_core::limits;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    spec_version: String,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    timestamp: Option<String>,
    component: Option<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Component {
    group: String,
    publisher: String,
    supplier: Option<Supplier>,
    name: String,
    version: String,
    purl: Option<String>,
    components: Vec<Self>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Supplier {
    name: String,
}

/// Reads JSON.
pub fn json(bytes: &[u8]) -> Result<Bill, SbomError> {
    let Document {
        spec_version,
        metadata,
        components,
    } = serde_json::from_slice(bytes).map_err(|error| SbomError::Shape(error.to_string()))?;
    let mut waiting: Vec<Component> = metadata.component.into_iter().chain(components).collect();
    waiting.reverse();
    let mut found = Vec::new();
    while let Some(Component {
        group,
        publisher,
        supplier,
        name,
        version,
        purl,
        components,
    }) = waiting.pop()
    {
        let supplier = supplier
            .map(|supplier| supplier.name)
            .filter(|name| !name.is_empty());
        let vendor = [supplier.unwrap_or_default(), publisher, group]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default();
        found.push(Raw {
            vendor,
            name,
            version,
            purl,
        });
        waiting.extend(components.into_iter().rev());
    }
    bill(
        format!("CycloneDX {spec_version}"),
        metadata.timestamp.as_deref(),
        found,
    )
}

/// Reads XML: the direct children of each `<component>`.
pub fn xml(bytes: &[u8]) -> Result<Bill, SbomError> {
    check(bytes)?;
    let mut reader = Reader::from_reader(bytes);
    let (mut path, mut open, mut found) = (Vec::<String>::new(), Vec::<Raw>::new(), Vec::new());
    let (mut timestamp, mut format) = (None::<String>, "CycloneDX".to_string());
    loop {
        match reader
            .read_event()
            .map_err(|error| SbomError::Xml(XmlError::Syntax(error.to_string())))?
        {
            Event::Eof => break,
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_string();
                if name == "bom" {
                    let space = element
                        .attributes()
                        .flatten()
                        .find(|attribute| attribute.key.as_ref() == "xmlns")
                        .map(|attribute| attribute.value.into_owned());
                    format = format!(
                        "CycloneDX {}",
                        space
                            .unwrap_or_default()
                            .rsplit('/')
                            .next()
                            .unwrap_or_default()
                    );
                }
                if name == "component" {
                    open.push(Raw::default());
                }
                path.push(name);
            }
            Event::End(_) => {
                if path.pop().as_deref() == Some("component") {
                    found.extend(open.pop());
                }
                if found.len() > limits::SBOM_COMPONENTS {
                    return Err(SbomError::TooMuch);
                }
            }
            Event::Text(text) => add_text(&path, &text, open.last_mut(), &mut timestamp),
            Event::CData(text) => add_text(&path, &text, open.last_mut(), &mut timestamp),
            Event::GeneralRef(entity) => {
                let sign = match entity.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => "",
                };
                add_text(&path, sign, open.last_mut(), &mut timestamp);
            }
            _ => {}
        }
    }
    bill(format, timestamp.as_deref(), found)
}

/// Adds words to the field they stand in.
fn add_text(
    path: &[String],
    text: &str,
    component: Option<&mut Raw>,
    timestamp: &mut Option<String>,
) {
    let [.., parent, field] = path else { return };
    if (parent.as_str(), field.as_str()) == ("metadata", "timestamp") {
        timestamp.get_or_insert_default().push_str(text);
    }
    let Some(component) = component.filter(|_| parent == "component") else {
        return;
    };
    match field.as_str() {
        "name" => component.name.push_str(text),
        "version" => component.version.push_str(text),
        "publisher" => component.vendor.push_str(text),
        "group" if component.vendor.is_empty() => component.vendor.push_str(text),
        "purl" => component.purl.get_or_insert_default().push_str(text),
        _ => {}
    }
}
