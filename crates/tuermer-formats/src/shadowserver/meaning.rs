//! The meaning of a report type and the tags of a line: RSIT type, product, default severity, and whose address it is.

use crate::csaf::{cve_id, plain};
use tuermer_core::limits;
use tuermer_core::taxonomy::{IncidentClass, IncidentType};

/// Type of a report, from its file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportName {
    /// For example `scan_exchange`.
    pub report: String,
}

/// What a report type says of each of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportType {
    pub incident: IncidentType,
    pub severity: &'static str,
    pub vendor: &'static str,
    pub product: &'static str,
    /// Beginning of the names of the columns that tell the member's address; `None` where the columns themselves decide.
    pub whose: Option<&'static str>,
}

/// Tags that tell of a break-in, not of a weakness.
const BREAK_IN_TAGS: &[&str] = &[
    "webshell",
    "compromised",
    "backdoor",
    "implant",
    "cyclops-blink",
    "hacked",
];
/// All report types we know.
const REPORTS: &str = include_str!("reports.csv");

/// Reads `2021-05-14-scan_exchange-germany-geo.csv` and `scan_exchange.csv`.
pub fn report_name(file_name: &str) -> ReportName {
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = stem.split('.').next().unwrap_or(stem);
    let dated = stem
        .get(..10)
        .is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok());
    let name = if dated {
        stem.get(10..)
            .unwrap_or("")
            .trim_start_matches('-')
            .split('-')
            .next()
            .unwrap_or("")
    } else {
        stem
    };
    let report: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(80)
        .collect();
    ReportName {
        report: if report.is_empty() {
            "unnamed".into()
        } else {
            report
        },
    }
}

impl ReportName {
    /// The type as listed, or by the general rule for types we have never seen.
    pub(super) fn kind(&self) -> ReportType {
        let name = self.report.as_str();
        // The twin for IPv6 and the trial of a new report mean the same.
        let twin = name
            .replace("scan6_", "scan_")
            .replace("event6_", "event4_")
            .replace("population6_", "population_");
        let twin = twin
            .strip_prefix("test_")
            .map_or(twin.clone(), |rest| format!("scan_{rest}"));
        let listed = |name: &str| {
            listed()
                .find(|(report, _)| *report == name)
                .map(|(_, kind)| kind)
        };
        listed(name)
            .or_else(|| listed(&twin))
            .or_else(|| listed(twin.trim_end_matches('6')))
            .unwrap_or_else(|| general(&twin))
    }
}

/// Rows of the list; a wrong row is found by the test over all of them.
fn listed() -> impl Iterator<Item = (&'static str, ReportType)> {
    REPORTS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .filter_map(|line| {
            let [report, incident, severity, vendor, product, whose] =
                line.split(',').collect::<Vec<_>>().try_into().ok()?;
            Some((
                report,
                ReportType {
                    incident: IncidentType::parse(incident)?,
                    severity,
                    vendor,
                    product,
                    whose: Some(whose),
                },
            ))
        })
}

/// A type that is not listed, by the words in its name.
fn general(name: &str) -> ReportType {
    let has = |word: &str| name.contains(word);
    let incident = match name {
        _ if has("vulnerable") || has("exchange") => IncidentType::VulnerableSystem,
        _ if has("compromised") => IncidentType::SystemCompromise,
        _ if has("sinkhole") || has("drone") || has("infected") => IncidentType::InfectedSystem,
        _ if has("brute") => IncidentType::BruteForce,
        _ if has("ddos") => IncidentType::Ddos,
        _ if name.starts_with("event") && has("scan") => IncidentType::Scanner,
        _ if name.starts_with("scan") => IncidentType::PotentiallyUnwantedAccessible,
        _ if name.starts_with("population")
            || name.starts_with("device_id")
            || has("blocklist")
            || has("stats") =>
        {
            IncidentType::Other
        }
        _ => IncidentType::Undetermined,
    };
    let exchange = has("exchange");
    let (vendor, product) = if exchange {
        ("Microsoft", "Exchange Server")
    } else {
        ("", "")
    };
    ReportType {
        incident,
        severity: if exchange { "critical" } else { "" },
        vendor,
        product,
        whose: None,
    }
}

/// What a line means: its type, and the flaws that were tried and found open.
pub(super) struct Meaning {
    pub incident: IncidentType,
    pub proven_cves: Vec<String>,
}

impl ReportType {
    /// True where the report tells of attacks on the addresses in it, not from them.
    pub(super) fn is_victim(&self) -> bool {
        self.whose == Some("dst")
    }

    /// What a line with these tags and this column `cve` means.
    pub(super) fn meaning(&self, tags: &[String], cve: Option<&str>) -> Meaning {
        let tagged = |tag: &String| {
            BREAK_IN_TAGS.iter().any(|word| {
                tag == word
                    || tag
                        .strip_prefix(word)
                        .is_some_and(|rest| rest.starts_with('-'))
            })
        };
        let broken_in = tags.iter().any(tagged) && !self.incident.is_incident();
        // In a report about attackers the CVEs are what they try elsewhere, not what is open here.
        let about_weakness = matches!(
            self.incident.class(),
            IncidentClass::Vulnerable | IncidentClass::Other
        );
        let told = tags
            .iter()
            .map(String::as_str)
            .chain(cve.into_iter().flat_map(|cve| cve.split([';', ',', ' '])));
        let mut proven_cves: Vec<String> = Vec::new();
        for id in told.filter(|_| about_weakness).filter_map(cve_id) {
            if !proven_cves.contains(&id) {
                proven_cves.push(id);
            }
        }
        let incident = match self.incident {
            _ if broken_in => IncidentType::SystemCompromise,
            _ if !proven_cves.is_empty() => IncidentType::VulnerableSystem,
            incident => incident,
        };
        Meaning {
            incident,
            proven_cves,
        }
    }

    /// Vendor and product: of the type, else as the line tells them.
    pub(super) fn product(
        &self,
        tags: &[String],
        vendor: Option<&str>,
        product: Option<&str>,
    ) -> (String, String) {
        let exchange = tags.iter().any(|tag| tag == "exchange");
        let plain = |text: &str| plain(text, limits::FIELD_CHARACTERS);
        match (self.product, product.or(vendor)) {
            ("", _) if exchange => ("Microsoft".into(), "Exchange Server".into()),
            ("", Some(product)) => (plain(vendor.unwrap_or("")), plain(product)),
            (product, _) => (self.vendor.into(), product.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{REPORTS, listed, report_name};
    use std::collections::HashSet;

    #[test]
    fn every_row_of_the_list_is_read() {
        let rows: Vec<&str> = REPORTS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .skip(1)
            .collect();
        let names: HashSet<&str> = listed().map(|(name, _)| name).collect();
        assert_eq!((names.len(), rows.len()), (rows.len(), listed().count()));
        assert!(listed().all(|(_, kind)| matches!(
            kind.severity,
            "critical" | "high" | "medium" | "low" | "info"
        )));
    }

    #[test]
    fn types_by_name() {
        for (file, incident, whose) in [
            ("scan_exchange.csv", "vulnerable-system", Some("")),
            (
                "2026-01-01-scan6_exchange-x.csv",
                "vulnerable-system",
                Some(""),
            ),
            ("event6_sinkhole_http.csv", "infected-system", Some("src")),
            ("event4_honeypot_ddos_target.csv", "ddos", Some("dst")),
            ("device_id6.csv", "other", Some("")),
            ("compromised_iot6.csv", "system-compromise", Some("")),
            ("test_smb.csv", "potentially-unwanted-accessible", Some("")),
            (
                "scan_something_new.csv",
                "potentially-unwanted-accessible",
                None,
            ),
            ("scan_x_vulnerable.csv", "vulnerable-system", None),
            ("event4_new_sinkhole.csv", "infected-system", None),
            ("event4_new_scan.csv", "scanner", None),
            ("iot_infected_device_stats.csv", "infected-system", None),
            ("never_heard.csv", "undetermined", None),
        ] {
            let kind = report_name(file).kind();
            assert_eq!(
                (kind.incident.as_str(), kind.whose),
                (incident, whose),
                "{file}"
            );
        }
    }
}
