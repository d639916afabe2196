//! Rows of real-shaped bills of materials: what is listed, and that oddities do no harm.

use super::{SbomError, read};

const CYCLONEDX: &str = include_str!("../../tests/fixtures/sbom-cyclonedx.json");
const XML: &str = include_str!("../../tests/fixtures/sbom-cyclonedx.xml");
const SPDX: &str = include_str!("../../tests/fixtures/sbom-spdx.json");
const TAGS: &str = include_str!("../../tests/fixtures/sbom-spdx.spdx");

/// `vendor|product|version` of each component.
fn listed(text: &str) -> Vec<String> {
    read(text.as_bytes())
        .unwrap()
        .components
        .into_iter()
        .map(|c| format!("{}|{}|{}", c.vendor, c.product, c.version))
        .collect()
}

#[test]
fn every_format_lists_its_components() {
    let wanted = [
        "Beispiel GmbH|Warenwirtschaft|7.1",
        "|pkg:maven/org.apache.logging.log4j/log4j-core|2.14.1",
        "|pkg:npm/%40angular/core|17.0.0",
        "OpenSSL|openssl|3.0.1",
    ];
    assert_eq!(listed(CYCLONEDX), wanted);
    assert_eq!(listed(XML), wanted);
    assert_eq!(listed(SPDX), wanted);
    assert_eq!(listed(TAGS), wanted);
    let bill = read(CYCLONEDX.as_bytes()).unwrap();
    assert_eq!(
        (
            bill.format.as_str(),
            bill.made_at.unwrap().to_string().as_str(),
            bill.nameless
        ),
        ("CycloneDX 1.6", "2024-05-01T08:00:00Z", 1)
    );
    let graph = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{"type": "CreationInfo", "specVersion": "3.0.1", "created": "2024-05-01T08:00:00Z"},
        {"type": "software_Package", "name": "log4j-core", "software_packageVersion": "2.14.1", "software_packageUrl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"},
        {"type": "software_Package", "name": "x", "externalIdentifier": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:deb/debian/curl@7.50.3-1?arch=i386"}]},
        {"type": "Relationship", "from": "a", "to": ["nowhere"]}]}"#;
    assert_eq!(
        listed(graph),
        [
            "|pkg:maven/org.apache.logging.log4j/log4j-core|2.14.1",
            "|pkg:deb/debian/curl|7.50.3-1"
        ]
    );
}

#[test]
fn oddities_do_no_harm() {
    let with = |component: &str| {
        format!(
            r#"{{"bomFormat": "CycloneDX", "components": [{component}], "dependencies": [{{"ref": "a", "dependsOn": ["nowhere", "a"]}}]}}"#
        )
    };
    for (component, wanted) in [
        (
            r#"{"name": "A", "version": "1", "purl": "invalid purl"}"#,
            vec!["|A|1"],
        ),
        (r#"{"name": "A", "purl": "pkg:npm"}"#, vec!["|A|"]),
        (
            r#"{"name": "A", "version": "1", "purl": "pkg:rpm/redhat/A@0.0.0?arch=src"}"#,
            vec!["|pkg:rpm/redhat/A|1"],
        ),
        (
            r#"{"name": "A", "version": "1"}, {"name": "A", "version": "1"}, {"name": "A", "version": "2"}"#,
            vec!["|A|1", "|A|2"],
        ),
        (
            r#"{"name": "A", "type": "quantum-thing", "group": "g"}"#,
            vec!["g|A|"],
        ),
        (
            r#"{"name": "A\u202e\n", "version": "NOASSERTION"}"#,
            vec!["|A|"],
        ),
        (r#"{"version": "1"}"#, vec![]),
    ] {
        assert_eq!(listed(&with(component)), wanted, "{component}");
    }
    let nested = format!(
        "{}{}",
        r#"{"name": "x", "components": ["#.repeat(40),
        "]}".repeat(40)
    );
    assert_eq!(
        listed(&with(&nested)).len(),
        1,
        "the same component, however deep"
    );
    let many = (0..=tuermer_core::limits::SBOM_COMPONENTS)
        .map(|n| format!(r#"{{"name": "{n}"}}"#))
        .collect::<Vec<_>>()
        .join(",");
    assert_eq!(read(with(&many).as_bytes()), Err(SbomError::TooMuch));
    let deep = format!(
        "{}{}",
        r#"{"name": "x", "components": ["#.repeat(200),
        "]}".repeat(200)
    );
    assert!(matches!(
        read(with(&deep).as_bytes()),
        Err(SbomError::Json(_))
    ));
    for text in [
        "{}",
        "",
        "<html/>",
        "PackageName: x",
        "[1]",
        r#"{"bomFormat": "CycloneDX", "components": 1}"#,
    ] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
}
