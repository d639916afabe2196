//! Invented advisories that pass the mandatory tests, made in a few words, and a drill directory that reads them.

use crate::support::Home;
use serde_json::{Value, json};

/// A CSAF document about products of the invented vendor Beispiel.
#[derive(Clone)]
pub struct Advisory {
    /// Tracking id.
    pub id: &'static str,
    /// Tracking version, integer or semantic.
    pub version: &'static str,
    /// Release of this version.
    pub released: &'static str,
    pub title: String,
    pub publisher: &'static str,
    pub namespace: &'static str,
    pub publisher_category: &'static str,
    pub severity: &'static str,
    pub cves: Vec<&'static str>,
    /// Base score of all flaws: 9.8, 7.5 or 5.3.
    pub score: &'static str,
    /// Product and version.
    pub affected: Vec<(&'static str, &'static str)>,
    pub fixed: Vec<(&'static str, &'static str)>,
    pub remedy: String,
    pub exploited: bool,
}

impl Advisory {
    /// The first version of an advisory about one product in one version.
    pub fn new(id: &'static str, cve: &'static str, product: (&'static str, &'static str)) -> Self {
        Self {
            id,
            version: "1",
            released: "2026-02-01T10:00:00Z",
            title: format!("{} {}: hole", product.0, product.1),
            publisher: "Beispiel GmbH",
            namespace: "https://psirt.beispiel.example",
            publisher_category: "vendor",
            severity: "",
            cves: vec![cve],
            score: "9.8",
            affected: vec![product],
            fixed: Vec::new(),
            remedy: "Install the update".into(),
            exploited: false,
        }
    }

    /// The next version, released at this time.
    pub fn next(&self, version: &'static str, released: &'static str) -> Self {
        Self {
            version,
            released,
            ..self.clone()
        }
    }

    /// Every version up to this one: all integers, or the first of every major version.
    fn history(&self) -> Vec<Value> {
        let first: u32 = self.version.split('.').next().unwrap().parse().unwrap();
        let semantic = self.version.contains('.');
        let mut numbers: Vec<String> = (1..=first)
            .map(|number| {
                if semantic {
                    format!("{number}.0.0")
                } else {
                    number.to_string()
                }
            })
            .collect();
        if numbers.last().map(String::as_str) != Some(self.version) {
            numbers.push(self.version.to_string());
        }
        let last = numbers.len() - 1;
        // The first version is of the first day, whatever came of it later.
        let date = |index: usize| {
            if index == last && index > 0 {
                self.released.to_string()
            } else {
                format!("2026-01-{:02}T10:00:00Z", index + 1)
            }
        };
        numbers.iter().enumerate().map(|(index, number)| json!({"number": number, "date": date(index), "summary": "Invented"})).collect()
    }

    fn tracking(&self) -> Value {
        let history = self.history();
        let initial = history[0]["date"].clone();
        json!({"id": self.id, "version": self.version, "status": "final", "initial_release_date": initial,
               "current_release_date": self.released, "revision_history": history})
    }

    fn publisher(&self) -> Value {
        json!({"category": self.publisher_category, "name": self.publisher, "namespace": self.namespace})
    }

    /// The document, CSAF 2.0.
    pub fn document(&self) -> String {
        let all: Vec<(&str, &str)> = self.affected.iter().chain(&self.fixed).copied().collect();
        let product_id =
            |(name, version): &(&str, &str)| format!("{name}-{version}").replace(' ', "_");
        let ids = |some: &[(&str, &str)]| some.iter().map(product_id).collect::<Vec<_>>();
        let branches: Vec<Value> = all
            .iter()
            .map(|product| {
                let full = json!({"name": format!("{} {}", product.0, product.1), "product_id": product_id(product)});
                let version = json!({"category": "product_version", "name": product.1, "product": full});
                json!({"category": "product_name", "name": product.0, "branches": [version]})
            })
            .collect();
        let mut document = json!({
            "category": "csaf_security_advisory", "csaf_version": "2.0", "title": self.title, "publisher": self.publisher(),
            "distribution": {"tlp": {"label": "WHITE"}}, "tracking": self.tracking(), "notes": [{"category": "summary", "text": "Invented."}],
            "references": [{"category": "self", "summary": "Here", "url": format!("https://psirt.beispiel.example/{}.json", self.id.to_lowercase())}],
        });
        if !self.severity.is_empty() {
            document["aggregate_severity"] = json!({"text": self.severity});
        }
        let flaws: Vec<Value> = self
            .cves
            .iter()
            .map(|cve| self.flaw(cve, &ids(&self.affected), &ids(&self.fixed)))
            .collect();
        let tree =
            json!({"branches": [{"category": "vendor", "name": "Beispiel", "branches": branches}]});
        json!({"document": document, "product_tree": tree, "vulnerabilities": flaws}).to_string()
    }

    fn flaw(&self, cve: &str, affected: &[String], fixed: &[String]) -> Value {
        let (impact, score, severity) = match self.score {
            "9.8" => ("C:H/I:H/A:H", 9.8, "CRITICAL"),
            "7.5" => ("C:H/I:N/A:N", 7.5, "HIGH"),
            _ => ("C:L/I:N/A:N", 5.3, "MEDIUM"),
        };
        let vector = format!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/{impact}");
        let mut status = json!({"known_affected": affected});
        if !fixed.is_empty() {
            status["fixed"] = json!(fixed);
        }
        let mut flaw = json!({
            "cve": cve, "notes": [{"category": "description", "text": "Invented."}], "product_status": status,
            "remediations": [{"category": "vendor_fix", "details": self.remedy, "product_ids": affected}],
            "scores": [{"cvss_v3": {"version": "3.1", "vectorString": vector, "baseScore": score, "baseSeverity": severity}, "products": affected}],
        });
        if self.exploited {
            flaw["threats"] = json!([{"category": "exploit_status", "details": "Exploited in the wild.", "product_ids": affected}]);
        }
        flaw
    }

    /// What the publisher puts in its place when it takes the advisory back, or replaces it by the one at an address; CSAF 2.1.
    pub fn ended(&self, superseded_by: Option<&str>) -> String {
        let (category, title) = match superseded_by {
            Some(_) => ("csaf_superseded", "Reasoning for Supersession"),
            None => ("csaf_withdrawn", "Reasoning for Withdrawal"),
        };
        let mut references = vec![
            json!({"category": "self", "summary": "Here", "url": format!("https://psirt.beispiel.example/{}.json", self.id.to_lowercase())}),
        ];
        references.extend(superseded_by.map(
            |url| json!({"category": "external", "summary": "Superseding Document", "url": url}),
        ));
        let document = json!({
            "category": category, "csaf_version": "2.1", "title": self.title, "publisher": self.publisher(), "lang": "en",
            "distribution": {"tlp": {"label": "CLEAR"}}, "tracking": self.tracking(),
            "notes": [{"category": "description", "title": title, "text": "Invented."}], "references": references,
        });
        json!({"$schema": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json", "document": document}).to_string()
    }
}

/// Reads a document at a time; it must be taken.
#[track_caller]
pub fn ingest(home: &Home, document: impl AsRef<[u8]>, at: &str) {
    let path = home.file("document.json", document);
    let line = home
        .tuermer(&["ingest", &path, "--json", "--at", at])
        .expect(0)
        .line();
    assert!(line["rejected"].as_array().unwrap().is_empty(), "{line}");
}

/// Runs the stations at a time and says what they did.
#[track_caller]
pub fn run(home: &Home, at: &str) -> Value {
    home.tuermer(&["run", "--once", "--json", "--at", at])
        .expect(0)
        .line()
}

/// The lines of a call that may find nothing.
#[track_caller]
pub fn lines(home: &Home, arguments: &[&str]) -> Vec<Value> {
    let run = home.tuermer(&[arguments, &["--json"]].concat());
    assert!(run.code == 0 || run.code == 3, "{}", run.err);
    run.lines()
}

/// A register of members `1` to `count`, and what they run: number, product, version, build, host.
pub fn region(count: u32, inventory: &[(&str, &str, &str)], at: &str) -> Home {
    let home = Home::drill();
    let members: String = (1..=count)
        .map(|number| format!("{number},Firma {number} GmbH,firma{number}@example.org\n"))
        .collect();
    let members = home.file("m.csv", format!("external_id,name,email\n{members}"));
    home.tuermer(&["import", "members", &members, "--at", at])
        .expect(0);
    told(&home, inventory, at);
    home
}

/// Inventory rows of the vendor Beispiel: number, product, version.
pub fn told(home: &Home, inventory: &[(&str, &str, &str)], at: &str) {
    let day = &at[..10];
    let rows: String = inventory
        .iter()
        .map(|(number, product, version)| {
            format!("{number},Beispiel,{product},{version},host-{number},provider,{day}\n")
        })
        .collect();
    let path = home.file(
        "i.csv",
        format!("external_id,vendor,product,version,hostname,source,observed_at\n{rows}"),
    );
    home.tuermer(&["import", "inventory", &path, "--at", at])
        .expect(0);
}
