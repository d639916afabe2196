//! The parts of a CSAF 2.0 or 2.1 document that we read, as they stand in the file.
//!
//! Only after the schema and the mandatory tests have passed; unknown fields are left alone. Fields
//! that exist in one version only are optional.

use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
pub struct Document {
    /// `/document`
    pub document: Meta,
    /// `/product_tree`
    #[serde(default)]
    pub product_tree: ProductTree,
    /// `/vulnerabilities`
    #[serde(default)]
    pub vulnerabilities: Vec<Flaw>,
}

/// `/document`
#[derive(Debug, Deserialize)]
pub struct Meta {
    pub category: String,
    #[serde(default)]
    pub csaf_version: String,
    pub title: String,
    pub publisher: Publisher,
    pub tracking: Tracking,
    #[serde(default)]
    pub distribution: Distribution,
    #[serde(default)]
    pub references: Vec<Reference>,
    pub aggregate_severity: Option<AggregateSeverity>,
}

/// `/document/publisher`
#[derive(Debug, Deserialize)]
pub struct Publisher {
    #[serde(default)]
    pub category: String,
    pub name: String,
    pub namespace: String,
}

/// `/document/tracking`
#[derive(Debug, Deserialize)]
pub struct Tracking {
    pub id: String,
    pub version: String,
    pub status: String,
    pub initial_release_date: String,
    pub current_release_date: String,
}

/// `/document/distribution`
#[derive(Debug, Default, Deserialize)]
pub struct Distribution {
    pub tlp: Option<Label>,
}

/// `/document/distribution/tlp`
#[derive(Debug, Deserialize)]
pub struct Label {
    pub label: String,
}

/// `/document/references[]`
#[derive(Debug, Deserialize)]
pub struct Reference {
    pub url: String,
    #[serde(default)]
    pub summary: String,
}

/// `/document/aggregate_severity`
#[derive(Debug, Deserialize)]
pub struct AggregateSeverity {
    pub namespace: Option<String>,
    pub text: String,
}

/// `/product_tree`
#[derive(Debug, Default, Deserialize)]
pub struct ProductTree {
    #[serde(default)]
    pub branches: Vec<Branch>,
    #[serde(default)]
    pub full_product_names: Vec<Product>,
    #[serde(default)]
    pub product_groups: Vec<Group>,
    /// 2.0
    #[serde(default)]
    pub relationships: Vec<Relationship>,
    /// 2.1
    #[serde(default)]
    pub product_paths: Vec<ProductPath>,
}

/// `branches[]`
#[derive(Debug, Deserialize)]
pub struct Branch {
    pub category: String,
    pub name: String,
    #[serde(default)]
    pub branches: Vec<Branch>,
    pub product: Option<Product>,
}

/// A full product name.
#[derive(Debug, Deserialize)]
pub struct Product {
    pub name: String,
    pub product_id: String,
    pub product_identification_helper: Option<Identification>,
}

/// `product_identification_helper`
#[derive(Debug, Deserialize)]
pub struct Identification {
    pub cpe: Option<String>,
    /// 2.0
    pub purl: Option<String>,
    /// 2.1
    #[serde(default)]
    pub purls: Vec<String>,
}

/// `product_groups[]`
#[derive(Debug, Deserialize)]
pub struct Group {
    pub group_id: String,
    pub product_ids: Vec<String>,
}

/// `relationships[]`
#[derive(Debug, Deserialize)]
pub struct Relationship {
    #[serde(default)]
    pub category: String,
    pub full_product_name: Product,
    pub product_reference: String,
    pub relates_to_product_reference: String,
}

/// `product_paths[]`
#[derive(Debug, Deserialize)]
pub struct ProductPath {
    pub full_product_name: Product,
    pub beginning_product_reference: String,
    #[serde(default)]
    pub subpaths: Vec<Subpath>,
}

/// `product_paths[]/subpaths[]`
#[derive(Debug, Deserialize)]
pub struct Subpath {
    #[serde(default)]
    pub category: String,
    pub next_product_reference: String,
}

/// `/vulnerabilities[]`
#[derive(Debug, Deserialize)]
pub struct Flaw {
    pub cve: Option<String>,
    #[serde(default)]
    pub ids: Vec<FlawId>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub product_status: StatusLists,
    #[serde(default)]
    pub flags: Vec<Flag>,
    #[serde(default)]
    pub remediations: Vec<Remediation>,
    /// 2.0
    #[serde(default)]
    pub scores: Vec<Score>,
    /// 2.1
    #[serde(default)]
    pub metrics: Vec<Metric>,
    #[serde(default)]
    pub threats: Vec<ThreatNote>,
    /// 2.1
    #[serde(default)]
    pub first_known_exploitation_dates: Vec<serde::de::IgnoredAny>,
}

/// `ids[]`
#[derive(Debug, Deserialize)]
pub struct FlawId {
    pub text: String,
}

/// `product_status`
#[derive(Debug, Default, Deserialize)]
pub struct StatusLists {
    #[serde(default)]
    pub first_affected: Vec<String>,
    #[serde(default)]
    pub first_fixed: Vec<String>,
    #[serde(default)]
    pub fixed: Vec<String>,
    #[serde(default)]
    pub known_affected: Vec<String>,
    #[serde(default)]
    pub known_not_affected: Vec<String>,
    #[serde(default)]
    pub last_affected: Vec<String>,
    #[serde(default)]
    pub recommended: Vec<String>,
    #[serde(default)]
    pub under_investigation: Vec<String>,
    /// 2.1
    #[serde(default)]
    pub unknown: Vec<String>,
}

/// `flags[]`
#[derive(Debug, Deserialize)]
pub struct Flag {
    pub label: String,
    #[serde(default)]
    pub group_ids: Vec<String>,
    #[serde(default)]
    pub product_ids: Vec<String>,
}

/// `remediations[]`
#[derive(Debug, Deserialize)]
pub struct Remediation {
    pub category: String,
    #[serde(default)]
    pub details: String,
    pub url: Option<String>,
    #[serde(default)]
    pub group_ids: Vec<String>,
    #[serde(default)]
    pub product_ids: Vec<String>,
}

/// `scores[]`
#[derive(Debug, Deserialize)]
pub struct Score {
    pub cvss_v3: Option<Cvss>,
}

/// `metrics[]`
#[derive(Debug, Deserialize)]
pub struct Metric {
    #[serde(default)]
    pub content: MetricContent,
    pub source: Option<String>,
}

/// `metrics[]/content`
#[derive(Debug, Default, Deserialize)]
pub struct MetricContent {
    pub cvss_v3: Option<Cvss>,
    pub cvss_v4: Option<Cvss>,
}

/// A CVSS object.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cvss {
    pub base_score: f64,
    pub vector_string: String,
}

/// `threats[]`
#[derive(Debug, Deserialize)]
pub struct ThreatNote {
    pub category: String,
    #[serde(default)]
    pub details: String,
    #[serde(default)]
    pub group_ids: Vec<String>,
    #[serde(default)]
    pub product_ids: Vec<String>,
}
