//! SPDX: packages of 2.x in JSON and tag-value, of 3.x in JSON-LD.

use super::{Bill, Raw, SbomError, bill};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    spdx_version: String,
    #[serde(default)]
    creation_info: Creation,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Creation {
    created: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Package {
    name: String,
    version_info: String,
    supplier: String,
    external_refs: Vec<Reference>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Reference {
    reference_type: String,
    reference_locator: String,
}

/// Reads 2.x in JSON.
pub fn json(bytes: &[u8]) -> Result<Bill, SbomError> {
    let Document {
        spdx_version,
        creation_info,
        packages,
    } = serde_json::from_slice(bytes).map_err(|error| SbomError::Shape(error.to_string()))?;
    let raw = |Package {
                   name,
                   version_info,
                   supplier,
                   external_refs,
               }: Package| {
        let purl = external_refs
            .into_iter()
            .find(|reference| reference.reference_type.ends_with("purl"))
            .map(|reference| reference.reference_locator);
        Raw {
            vendor: organisation(&supplier),
            name,
            version: version_info,
            purl,
        }
    };
    bill(
        spdx_version,
        creation_info.created.as_deref(),
        packages.into_iter().map(raw).collect(),
    )
}

/// Reads 2.x as lines of `Tag: value`.
pub fn tag_value(text: &str) -> Result<Bill, SbomError> {
    let (mut format, mut created, mut found) = (String::new(), None, Vec::<Raw>::new());
    let mut inside = false;
    for line in text.lines() {
        // Words of several lines stand between <text> and </text>; none of them is a tag.
        if inside || line.contains("<text>") {
            inside = !line.contains("</text>");
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match (tag.trim(), found.last_mut()) {
            ("SPDXVersion", _) => format = value.to_string(),
            ("Created", _) => created = Some(value.to_string()),
            ("PackageName", _) => found.push(Raw {
                name: value.to_string(),
                ..Raw::default()
            }),
            ("PackageVersion", Some(package)) => package.version = value.to_string(),
            ("PackageSupplier", Some(package)) => package.vendor = organisation(value),
            ("ExternalRef", Some(package)) => {
                let mut parts = value.split_whitespace().skip(1);
                package.purl = package.purl.take().or_else(|| {
                    parts
                        .next()
                        .filter(|kind| *kind == "purl")
                        .and(parts.next())
                        .map(str::to_string)
                });
            }
            _ => {}
        }
    }
    if format.is_empty() {
        return Err(SbomError::Unknown);
    }
    bill(format, created.as_deref(), found)
}

#[derive(Deserialize)]
struct Graph {
    #[serde(rename = "@graph")]
    graph: Vec<Value>,
}

/// Reads 3.x: elements of type `software_Package`.
pub fn graph(bytes: &[u8]) -> Result<Bill, SbomError> {
    let Graph { graph } =
        serde_json::from_slice(bytes).map_err(|error| SbomError::Shape(error.to_string()))?;
    let text =
        |element: &Value, key: &str| element.get(key).and_then(Value::as_str).map(str::to_string);
    let of_type = |element: &&Value, wanted: &str| {
        element.get("type").and_then(Value::as_str) == Some(wanted)
    };
    let creation = graph
        .iter()
        .find(|element| of_type(element, "CreationInfo"));
    let version = creation
        .and_then(|creation| text(creation, "specVersion"))
        .unwrap_or_default();
    let packages = graph
        .iter()
        .filter(|element| of_type(element, "software_Package"))
        .map(|element| {
            let listed = element
                .get("externalIdentifier")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let listed = listed
                .filter(|id| {
                    id.get("externalIdentifierType").and_then(Value::as_str) == Some("packageUrl")
                })
                .find_map(|id| text(id, "identifier"));
            Raw {
                vendor: String::new(),
                name: text(element, "name").unwrap_or_default(),
                version: text(element, "software_packageVersion").unwrap_or_default(),
                purl: text(element, "software_packageUrl").or(listed),
            }
        });
    let found = packages.collect();
    bill(
        format!("SPDX-{version}"),
        creation
            .and_then(|creation| text(creation, "created"))
            .as_deref(),
        found,
    )
}

/// `Organization: Red Hat` → `Red Hat`
fn organisation(supplier: &str) -> String {
    supplier
        .split_once(':')
        .filter(|(kind, _)| matches!(*kind, "Organization" | "Person"))
        .map_or(supplier, |(_, name)| name)
        .trim()
        .to_string()
}
