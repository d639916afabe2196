//! Rows of real-shaped documents: what is read, what is refused and why.

use super::read;
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Tlp;
use tuermer_core::threat::{ProductStatus, RemedyKind, Statement, Threat};
use tuermer_core::version::VersionRule;

const GENERIC: &str = include_str!("../../tests/fixtures/csaf-generic.json");
const EXCHANGE: &str = include_str!("../../tests/fixtures/csaf-exchange.json");

fn generic() -> Threat {
    read(GENERIC.as_bytes()).unwrap().threat
}

fn about<'a>(threat: &'a Threat, flaw: usize, name: &str) -> Vec<&'a Statement> {
    threat
        .statements
        .iter()
        .filter(|s| s.vulnerability == Some(flaw) && s.product_name == name)
        .collect()
}

#[test]
fn the_head_is_plain_text_and_https() {
    let threat = generic();
    assert_eq!(
        threat.id.as_str(),
        "https://psirt.beispiel.example|BG-2026-0001"
    );
    assert_eq!(
        (threat.title.as_str(), threat.revision.as_str(), threat.tlp),
        (
            "Beispiel Gateway: code execution and more",
            "1.1.0",
            Tlp::Clear
        )
    );
    assert_eq!(
        threat.references,
        ["https://psirt.beispiel.example/2026/bg-2026-0001.json"]
    );
    assert_eq!(
        (
            threat.published_at.to_string().as_str(),
            threat.released_at.to_string().as_str()
        ),
        ("2026-01-15T10:00:00Z", "2026-02-01T10:00:00Z")
    );
    assert!(!threat.exploited && !threat.withdrawn && threat.level.is_none());
    assert_eq!(
        (
            threat.vulnerabilities[0].cvss_tenths,
            threat.vulnerabilities[1].cvss_tenths
        ),
        (Some(98), None)
    );
}

#[test]
fn versions_come_from_the_branches() {
    let threat = generic();
    let gateway = ProductKey::new("Beispiel GmbH", "Gateway");
    let [statement] = about(&threat, 0, "Beispiel Gateway 4.1.0")[..] else {
        panic!()
    };
    assert_eq!(
        (&statement.product, &statement.versions, statement.status),
        (
            &gateway,
            &VersionRule::Exactly("4.1.0".into()),
            ProductStatus::Affected
        )
    );
    let [statement] = about(&threat, 0, "Beispiel Gateway, old builds")[..] else {
        panic!()
    };
    assert_eq!(
        statement.versions,
        VersionRule::NotUnderstood("all builds before Easter".into())
    );
    assert_eq!(threat.not_understood(), ["all builds before Easter"]);
    let [statement] = about(&threat, 1, "Beispiel Gateway")[..] else {
        panic!()
    };
    assert_eq!(
        (&statement.versions, statement.status),
        (&VersionRule::All, ProductStatus::UnderInvestigation)
    );
    let statuses: Vec<_> = about(&threat, 0, "Beispiel Gateway 4.2.0")
        .iter()
        .map(|s| s.status)
        .collect();
    assert_eq!(statuses, [ProductStatus::Fixed, ProductStatus::Recommended]);
}

#[test]
fn a_component_keeps_its_key_and_names_its_platform() {
    let threat = generic();
    let [statement] = about(
        &threat,
        0,
        "Crypto Library 2.0 SP1 as part of Beispiel Gateway 4.1.0",
    )[..] else {
        panic!()
    };
    assert_eq!(
        statement.product,
        ProductKey::new("Beispiel GmbH", "Crypto Library")
    );
    assert_eq!(statement.versions, VersionRule::Exactly("2.0 SP1".into()));
    let [statement, package] = about(&threat, 0, "bsplib-1.0.2-3.el9.x86_64")[..] else {
        panic!()
    };
    assert_eq!(
        (&statement.product, &statement.versions),
        (
            &ProductKey::new("Beispiel GmbH", "bsplib"),
            &VersionRule::Exactly("1.0.2-3.el9".into())
        )
    );
    assert!(
        package.product.vendor.starts_with("pkg:rpm") && package.versions == statement.versions
    );
}

#[test]
fn the_most_useful_remedy_and_the_justification_are_found_through_groups() {
    let threat = generic();
    let remedy = about(&threat, 0, "Beispiel Gateway 4.1.0")[0]
        .remedy
        .clone()
        .unwrap();
    assert_eq!(
        (remedy.kind, remedy.details.as_str()),
        (RemedyKind::VendorFix, "Install <b>4.2.0</b>")
    );
    assert_eq!(
        about(&threat, 0, "Beispiel Gateway, old builds")[0]
            .remedy
            .as_ref()
            .unwrap()
            .kind,
        RemedyKind::Workaround
    );
    assert_eq!(
        about(
            &threat,
            0,
            "Crypto Library 2.0 SP1 as part of Beispiel Gateway 4.1.0"
        )[0]
        .remedy,
        None
    );
    let justification = |name| about(&threat, 1, name)[0].justification.clone().unwrap();
    assert_eq!(
        justification("Beispiel Gateway 4.1.0"),
        "vulnerable_code_not_present; The parser is not built in."
    );
    assert_eq!(
        justification("Beispiel Gateway, old builds"),
        "vulnerable_code_not_present"
    );
}

#[test]
fn a_product_without_version_is_all_and_exploitation_is_believed() {
    let threat = read(EXCHANGE.as_bytes()).unwrap().threat;
    assert!(threat.exploited);
    assert_eq!(threat.cves(), ["CVE-2021-26855", "CVE-2021-27065"]);
    assert!(threat.statements.iter().all(|s| s.product
        == ProductKey::new("Microsoft", "Exchange Server")
        && s.versions == VersionRule::All));
    assert_eq!(threat.statements.len(), 4);
}

#[test]
fn withdrawn_unlabelled_and_informational() {
    for category in ["csaf_withdrawn", "csaf_superseded"] {
        let text = EXCHANGE.replace("csaf_security_advisory", category);
        assert!(
            read(text.as_bytes()).unwrap().threat.withdrawn,
            "{category}"
        );
    }
    let text = EXCHANGE.replace(r#""distribution": {"tlp": {"label": "WHITE"}},"#, "");
    assert_eq!(read(text.as_bytes()).unwrap().threat.tlp, Tlp::AmberStrict);
    let at = EXCHANGE.find(r#"  "vulnerabilities""#).unwrap();
    let text = format!("{}}}", EXCHANGE[..at].trim_end().trim_end_matches(','))
        .replace("csaf_security_advisory", "csaf_informational_advisory");
    let threat = read(text.as_bytes()).unwrap().threat;
    assert_eq!(threat.statements.len(), 2);
    assert!(
        threat
            .statements
            .iter()
            .all(|s| s.vulnerability.is_none() && s.status == ProductStatus::Affected)
    );
}

#[test]
fn metrics_dates_and_paths_of_version_2_1() {
    let text = r#"{"document": {"category": "csaf_base", "csaf_version": "2.1", "title": "t", "distribution": {"tlp": {"label": "AMBER+STRICT"}},
        "publisher": {"name": "p", "namespace": "https://p.example"},
        "tracking": {"id": "1", "version": "1", "status": "final", "initial_release_date": "2026-01-01T00:00:00Z", "current_release_date": "2026-01-01T00:00:00Z"}},
        "product_tree": {"full_product_names": [{"name": "Lib", "product_id": "L", "product_identification_helper": {"cpe": "cpe:2.3:a:maker:lib:1.2:*:*:*:*:*:*:*"}},
            {"name": "Box", "product_id": "B", "product_identification_helper": {"cpe": "cpe:2.3:h:maker:box:*:*:*:*:*:*:*:*"}}],
            "product_paths": [{"full_product_name": {"name": "Lib in Box", "product_id": "LB"}, "beginning_product_reference": "L",
            "subpaths": [{"category": "installed_on", "next_product_reference": "B"}]},
            {"full_product_name": {"name": "Loop", "product_id": "X"}, "beginning_product_reference": "X", "subpaths": [{"category": "installed_on", "next_product_reference": "B"}]}]},
        "vulnerabilities": [{"ids": [{"system_name": "s", "text": "S-1"}], "product_status": {"unknown": ["LB"], "last_affected": ["B"], "known_affected": ["X"]},
            "first_known_exploitation_dates": [{"date": "2026-01-01T00:00:00Z"}],
            "remediations": [{"category": "fix_planned", "details": "soon", "product_ids": ["LB"]}],
            "metrics": [{"content": {"cvss_v3": {"baseScore": 9.9, "vectorString": "quoted"}}, "source": "https://nvd.example"},
                {"content": {"cvss_v3": {"baseScore": 7.5, "vectorString": "v3"}, "cvss_v4": {"baseScore": 8.7, "vectorString": "v4"}}}]}]}"#;
    let threat = read(text.as_bytes()).unwrap().threat;
    assert_eq!((threat.tlp, threat.exploited), (Tlp::AmberStrict, true));
    let flaw = &threat.vulnerabilities[0];
    assert_eq!(
        (
            flaw.id.as_str(),
            flaw.cvss_tenths,
            flaw.cvss_vector.as_str()
        ),
        ("S-1", Some(87), "v4")
    );
    let [affected, unknown] = &threat.statements[..] else {
        panic!("{:?}", threat.statements)
    };
    assert_eq!(
        (&affected.product, &affected.versions, affected.status),
        (
            &ProductKey::new("maker", "box"),
            &VersionRule::All,
            ProductStatus::Affected
        )
    );
    assert_eq!(
        (&unknown.product, &unknown.versions, unknown.status),
        (
            &ProductKey::new("maker", "lib"),
            &VersionRule::Exactly("1.2".into()),
            ProductStatus::Unknown
        )
    );
    assert_eq!(
        unknown.remedy.as_ref().unwrap().kind,
        RemedyKind::NoneAvailable
    );
}

#[test]
fn deep_and_large_trees_are_refused() {
    let deep = (0..40).fold(
        r#"{"category": "product_name", "name": "x"}"#.to_string(),
        |inner, _| {
            format!(r#"{{"category": "product_family", "name": "x", "branches": [{inner}]}}"#)
        },
    );
    let at = EXCHANGE.find(r#""branches": ["#).unwrap();
    let text = format!(
        "{}\"branches\": [{deep},{}",
        &EXCHANGE[..at],
        &EXCHANGE[at + r#""branches": ["#.len()..]
    );
    assert_eq!(
        read(text.as_bytes()).unwrap_err().to_string(),
        "nested branches: more than 30"
    );
}
