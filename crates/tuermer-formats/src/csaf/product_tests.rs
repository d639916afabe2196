//! Product trees of both versions: further names, joins, and ranges in the order of the product.

use super::document::ProductTree;
use super::products::Products;
use tuermer_core::product::ProductKey;
use tuermer_core::version::{ParsedVersion, VersionRule};

fn tree(text: &str) -> Products {
    Products::read(serde_json::from_str::<ProductTree>(text).unwrap()).unwrap()
}

fn branch(vendor: &str, product: &str, category: &str, version: &str) -> String {
    format!(
        r#"{{"branches": [{{"category": "vendor", "name": "{vendor}", "branches": [{{"category": "product_name", "name": "{product}",
        "branches": [{{"category": "{category}", "name": "{version}", "product": {{"name": "x", "product_id": "P"}}}}]}}]}}]}}"#
    )
}

/// Vendor, product and range, and versions inside, outside and not comparable.
const RANGES: &[(&str, &str, &str, &[&str], &[&str], &[&str])] = &[
    (
        "Fortinet",
        "FortiOS",
        ">=7.4.0|<=7.4.2",
        &["v7.4.2 build2571"],
        &["7.4.3"],
        &["7.4"],
    ),
    (
        "NetScaler",
        "ADC",
        "<13.1-49.15",
        &["NS13.1: Build 48.47.nc"],
        &["13.1-49.15"],
        &["13.1-FIPS 37.1"],
    ),
    (
        "Citrix",
        "NetScaler ADC",
        "14.1 before 14.1-43.56",
        &["14.1-38.53"],
        &["14.1-43.56", "13.1-58.32"],
        &["14.1"],
    ),
    (
        "Ivanti",
        "Connect Secure",
        "vers:all/<=9.1R18",
        &["9.1R17"],
        &["9.1R18.1"],
        &["9.1"],
    ),
    (
        "Siemens",
        "SIMATIC",
        "vers:all/<V4.3",
        &["V4.2"],
        &["4.3"],
        &["4.3a"],
    ),
    (
        "Siemens",
        "SIMATIC",
        "All versions < V3.1 SP2",
        &["V3.1 SP1"],
        &["V3.1 SP2 Update 1"],
        &["V3.1 Update 9"],
    ),
    (
        "Example",
        "Thing",
        "< V4.1.3",
        &["4.1.2"],
        &["4.1.3"],
        &["4.1.3-1"],
    ),
    (
        "Example",
        "Thing",
        "0 < 9.8.12",
        &["9.8.11"],
        &["9.8.12"],
        &["nine"],
    ),
    (
        "Example",
        "Thing",
        "vers:deb/<2.0-1",
        &["1:0.9", "1.9-4"],
        &["2.0-1"],
        &["x"],
    ),
];

/// Vendor, product, range as advisories write them → versions inside, outside, unsure.
#[test]
fn ranges_are_read_in_the_order_of_their_product() {
    for &(vendor, product, range, inside, outside, unsure) in RANGES {
        let products = tree(&branch(vendor, product, "product_version_range", range));
        let product = products.get("P").unwrap();
        assert!(
            matches!(product.versions, VersionRule::Range(_)),
            "{range}: {:?}",
            product.versions
        );
        for (versions, expected) in [(inside, Some(true)), (outside, Some(false)), (unsure, None)] {
            for version in versions {
                let parsed = ParsedVersion::in_scheme(version, product.key.scheme());
                // An epoch in front makes a Debian version newer than any without.
                let expected = if version.starts_with("1:") {
                    Some(false)
                } else {
                    expected
                };
                assert_eq!(
                    product.versions.compiled().contains(&parsed),
                    expected,
                    "{range} {version}"
                );
            }
        }
    }
    for range in [
        "All versions <",
        ">= 1.0 | <= 1.",
        "all builds before Easter",
        "4.3",
    ] {
        let products = tree(&branch("Example", "Thing", "product_version_range", range));
        assert_eq!(
            products.get("P").unwrap().versions,
            VersionRule::NotUnderstood(range.to_string())
        );
    }
}

#[test]
fn a_product_has_all_the_names_its_helper_tells() {
    let products = tree(
        r#"{"branches": [{"category": "vendor", "name": "PaperCut", "branches": [{"category": "product_name", "name": "PaperCut NG, PaperCut MF",
            "product": {"name": "both", "product_id": "B"}}]}],
        "full_product_names": [
            {"name": "log4j", "product_id": "L", "product_identification_helper": {"purls": ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/other@1.0.0"],
             "cpe": "cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*"}},
            {"name": "curl", "product_id": "C", "product_identification_helper": {"purl": "pkg:deb/debian/curl@7.50.3-1?arch=i386"}},
            {"name": "Any Exchange", "product_id": "E", "product_identification_helper": {"cpe": "cpe:2.3:a:microsoft:exchange_server:*:*:*:*:*:*:*:*"}},
            {"name": "Plain words", "product_id": "W", "product_identification_helper": {"cpe": "nonsense", "purl": "pkg:"}}]}"#,
    );
    let keys = |id: &str| {
        products
            .get(id)
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<ProductKey>>()
    };
    let key = |vendor: &str, product: &str| ProductKey::new(vendor, product);
    assert_eq!(keys("B"), [key("PaperCut", "MF"), key("PaperCut", "NG")]);
    assert_eq!(
        keys("L"),
        [
            key("org.apache.logging.log4j", "log4j-core"),
            key("Apache", "Log4j"),
            key("", "pkg:npm/other")
        ]
    );
    assert_eq!(
        products.get("L").unwrap().versions,
        VersionRule::Exactly("2.14.1".into())
    );
    assert_eq!(
        keys("C"),
        [key("debian", "curl"), key("", "pkg:deb/debian/curl")]
    );
    assert_eq!(
        (keys("E"), &products.get("E").unwrap().versions),
        (vec![key("Microsoft", "Exchange Server")], &VersionRule::All)
    );
    assert_eq!(keys("W"), [key("", "Plain words")]);
}

/// Product paths of 2.1 and relationships of 2.0 join alike, also in several steps.
#[test]
fn firmware_on_a_device_is_known_by_the_device() {
    let names = r#""full_product_names": [{"name": "Gate firmware 4.1", "product_id": "F", "product_identification_helper": {"cpe": "cpe:2.3:o:maker:gate_firmware:4.1:*:*:*:*:*:*:*"}},
        {"name": "Gate", "product_id": "G", "product_identification_helper": {"cpe": "cpe:2.3:h:maker:gate:*:*:*:*:*:*:*:*"}},
        {"name": "App", "product_id": "A", "product_identification_helper": {"cpe": "cpe:2.3:a:maker:app:1.0:*:*:*:*:*:*:*"}}]"#;
    let old = format!(
        r#"{{{names}, "relationships": [
        {{"category": "installed_on", "full_product_name": {{"name": "Gate with 4.1", "product_id": "FG"}}, "product_reference": "F", "relates_to_product_reference": "G"}},
        {{"category": "installed_on", "full_product_name": {{"name": "App on Gate", "product_id": "AG"}}, "product_reference": "A", "relates_to_product_reference": "G"}},
        {{"category": "default_component_of", "full_product_name": {{"name": "Deep", "product_id": "D"}}, "product_reference": "FG", "relates_to_product_reference": "AG"}}]}}"#
    );
    let new = format!(
        r#"{{{names}, "product_paths": [
        {{"full_product_name": {{"name": "Gate with 4.1", "product_id": "FG"}}, "beginning_product_reference": "F", "subpaths": [{{"category": "installed_on", "next_product_reference": "G"}}]}},
        {{"full_product_name": {{"name": "App on Gate", "product_id": "AG"}}, "beginning_product_reference": "A", "subpaths": [{{"category": "installed_on", "next_product_reference": "G"}}]}},
        {{"full_product_name": {{"name": "Deep", "product_id": "D"}}, "beginning_product_reference": "FG", "subpaths": [{{"category": "default_component_of", "next_product_reference": "AG"}}]}}]}}"#
    );
    for text in [old, new] {
        let products = tree(&text);
        let keys = |id: &str| {
            products
                .get(id)
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<ProductKey>>()
        };
        let (firmware, gate) = (
            ProductKey::new("maker", "gate_firmware"),
            ProductKey::new("maker", "gate"),
        );
        assert_eq!(keys("FG"), [firmware.clone(), gate.clone()]);
        assert_eq!(keys("D"), [firmware, gate]);
        assert_eq!(keys("AG"), [ProductKey::new("maker", "app")]);
        assert_eq!(
            products.get("FG").unwrap().versions,
            VersionRule::Exactly("4.1".into())
        );
    }
}
