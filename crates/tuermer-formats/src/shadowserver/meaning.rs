//! What a report type and its tags mean: RSIT class, product, default severity.

use tuermer_core::observation::SignClass;

/// Type of a report, from its file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportName {
    /// For example `scan_exchange`.
    pub report: String,
}

/// What one line means before its own columns are looked at.
pub struct Meaning {
    pub class: SignClass,
    pub severity: &'static str,
    pub vendor: String,
    pub product: String,
}

/// Tags that tell of a break-in, not of a weakness.
const BREAK_IN_TAGS: &[&str] = &["webshell", "compromised", "backdoor", "implant", "cyclops-blink"];

/// Reads `2021-05-14-scan_exchange-germany-geo.csv` and `scan_exchange.csv`.
pub fn report_name(file_name: &str) -> ReportName {
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = stem.split('.').next().unwrap_or(stem);
    let dated = stem.get(..10).is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok());
    let name = if dated { stem.get(10..).unwrap_or("").trim_start_matches('-').split('-').next().unwrap_or("") } else { stem };
    let report: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(80).collect();
    ReportName { report: if report.is_empty() { "unnamed".into() } else { report } }
}

impl ReportName {
    /// What a line with these tags means.
    pub(super) fn meaning(&self, tags: &[String], device_vendor: Option<&str>, device_model: Option<&str>) -> Meaning {
        let report = self.report.as_str();
        let exchange = report.starts_with("scan_exchange") || report.starts_with("scan6_exchange") || tags.iter().any(|tag| tag == "exchange");
        let (vendor, product) = match (exchange, device_model.or(device_vendor)) {
            (true, _) => ("Microsoft", "Exchange Server"),
            (false, Some(product)) => (device_vendor.unwrap_or(""), product),
            (false, None) => ("", ""),
        };
        let plain = |text| crate::csaf::plain(text, tuermer_core::limits::FIELD_CHARACTERS);
        Meaning { class: class(report, exchange, tags), severity: if exchange { "critical" } else { "" }, vendor: plain(vendor), product: plain(product) }
    }
}

fn class(report: &str, exchange: bool, tags: &[String]) -> SignClass {
    let tagged = |words: &[&str]| tags.iter().any(|tag| words.iter().any(|word| tag == word || tag.starts_with(&format!("{word}-"))));
    if tagged(BREAK_IN_TAGS) || report.starts_with("compromised_") {
        return SignClass::SystemCompromise;
    }
    if tags.iter().any(|tag| tag.starts_with("cve-")) || exchange || report.contains("vulnerable") {
        return SignClass::VulnerableSystem;
    }
    if report.starts_with("device_id") || report.starts_with("population") || report.starts_with("blocklist") || report.ends_with("_url") {
        return SignClass::Information;
    }
    if report.contains("sinkhole") || report.contains("drone") || report.contains("infected") {
        return SignClass::InfectedSystem;
    }
    match report.starts_with("scan") || report.starts_with("test_") {
        true => SignClass::Accessible,
        false => SignClass::Information,
    }
}
