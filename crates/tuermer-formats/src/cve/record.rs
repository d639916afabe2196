//! The parts of a CVE record 5.0 to 5.2 that we read, as they stand in the file. Everything else is passed over.

use serde::Deserialize;

/// `cveMetadata` and `containers`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub cve_metadata: Metadata,
    pub containers: Containers,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    pub cve_id: String,
    pub state: String,
    #[serde(default)]
    pub assigner_short_name: String,
    #[serde(default)]
    pub date_published: Option<String>,
    #[serde(default)]
    pub date_updated: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Containers {
    pub cna: Container,
    #[serde(default)]
    pub adp: Vec<Container>,
}

/// The words of one publisher.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    pub title: Option<String>,
    pub date_public: Option<String>,
    pub provider_metadata: Provider,
    pub descriptions: Vec<Described>,
    pub rejected_reasons: Vec<Described>,
    pub affected: Vec<Affected>,
    pub metrics: Vec<Metric>,
    pub references: Vec<Reference>,
    pub solutions: Vec<Described>,
    pub workarounds: Vec<Described>,
    pub exploits: Vec<Described>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Provider {
    pub short_name: String,
    pub date_updated: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Described {
    pub lang: String,
    pub value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reference {
    pub url: String,
    pub tags: Vec<String>,
}

/// One product with its versions.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Affected {
    pub vendor: String,
    pub product: String,
    pub package_name: String,
    #[serde(rename = "collectionURL")]
    pub collection_url: String,
    #[serde(rename = "packageURL")]
    pub package_url: String,
    pub cpes: Vec<String>,
    pub default_status: Option<String>,
    pub versions: Vec<VersionEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VersionEntry {
    pub version: String,
    pub less_than: Option<String>,
    pub less_than_or_equal: Option<String>,
    pub status: String,
    pub version_type: Option<String>,
    pub changes: Vec<Change>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Change {
    pub at: String,
    pub status: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Metric {
    #[serde(rename = "cvssV4_0")]
    pub cvss_v4_0: Option<Cvss>,
    #[serde(rename = "cvssV3_1")]
    pub cvss_v3_1: Option<Cvss>,
    #[serde(rename = "cvssV3_0")]
    pub cvss_v3_0: Option<Cvss>,
    #[serde(rename = "cvssV2_0")]
    pub cvss_v2_0: Option<serde::de::IgnoredAny>,
    pub other: Option<Other>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cvss {
    pub base_score: f64,
    pub vector_string: String,
}

/// Anything a publisher adds: `ssvc` and `kev` are CISA's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Other {
    #[serde(rename = "type")]
    pub kind: String,
    pub content: serde_json::Value,
}
