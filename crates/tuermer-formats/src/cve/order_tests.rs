//! Records of makers whose versions have an order of their own, and of packages.

use super::read;
use serde_json::{Value, json};
use tuermer_core::product::ProductKey;
use tuermer_core::threat::Threat;
use tuermer_core::version::ParsedVersion;

fn about(affected: Value) -> Threat {
    let meta = json!({"cveId": "CVE-2023-4966", "state": "PUBLISHED", "assignerShortName": "x", "datePublished": "2023-10-10T00:00:00.000Z",
        "dateUpdated": "2023-10-10T00:00:00.000Z"});
    let record = json!({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": {"affected": [affected]}, "adp": []}});
    read(&serde_json::to_vec(&record).unwrap()).unwrap().threat
}

/// Vendor, product, versions of the record → versions affected, not affected, not to be compared.
#[test]
fn the_order_of_the_maker_applies() {
    let row = |version: &str, bound: &str, kind: &str| json!({"version": version, "lessThan": bound, "versionType": kind, "status": "affected"});
    let up_to = |version: &str, bound: &str, kind: &str| json!({"version": version, "lessThanOrEqual": bound, "versionType": kind, "status": "affected"});
    for (vendor, product, versions, inside, outside, unsure) in [
        (
            "Citrix",
            "NetScaler ADC",
            json!([
                row("14.1", "8.50", "patch"),
                row("13.1", "49.15", "patch"),
                row("13.1-FIPS", "37.164", "patch")
            ]),
            vec!["14.1-4.42", "NS13.1: Build 48.47.nc", "13.1-FIPS 37.150"],
            vec![],
            vec!["14.1", "13.1"],
        ),
        (
            "Citrix",
            "NetScaler ADC",
            json!([row("14.1", "8.50", "patch"), row("13.1", "49.15", "patch")]),
            vec!["13.1-48.47"],
            vec!["14.1-8.50", "13.1-49.15"],
            vec!["13.1-FIPS 37.1"],
        ),
        (
            "Fortinet",
            "FortiOS",
            json!([
                up_to("7.4.0", "7.4.2", "semver"),
                up_to("7.2.0", "7.2.6", "semver")
            ]),
            vec!["v7.4.2 build2571", "7.2.0"],
            vec!["7.4.3", "7.2.7"],
            vec!["7.4"],
        ),
        (
            "Microsoft",
            "Microsoft Exchange Server 2019 Cumulative Update 14",
            json!([row("15.02.0", "15.2.1544.004", "custom")]),
            vec!["15.2.1544.3"],
            vec!["15.02.1544.004"],
            vec!["15.2.1544"],
        ),
        (
            "Ivanti",
            "ICS",
            json!([
                up_to("9.1R18", "9.1R18", "semver"),
                up_to("22.6R2", "22.6R2", "semver")
            ]),
            vec!["9.1R18", "22.6R2"],
            vec!["22.5R1", "9.1R18.1"],
            vec!["9.1"],
        ),
        (
            "Apache",
            "Apache Log4j2",
            json!([row("2.0-beta9", "2.15.0", "maven")]),
            vec!["2.0-beta9", "2.0-rc1", "2.14.1"],
            vec!["2.15.0", "2.0-beta8"],
            vec![],
        ),
        (
            "Example",
            "Box",
            json!([row("10.0.1.2", "10.0.1.9", "semver")]),
            vec!["10.0.1.8"],
            vec!["10.0.1.9"],
            vec!["x"],
        ),
        (
            "Example",
            "Box",
            json!([row("1.0.0", "2.0.0", "semver")]),
            vec!["2.0.0-rc.1", "1.5"],
            vec!["2.0.0"],
            vec!["2.0.0.1"],
        ),
        (
            "ConnectWise",
            "ScreenConnect",
            json!([up_to("0", "23.9.7", "custom")]),
            vec!["23.9.7", "22.1", "23.9.7.8804"],
            vec!["23.9.8.8811", "23.9.8"],
            vec!["23.9"],
        ),
    ] {
        check(
            vendor,
            product,
            &versions,
            [(inside, "inside"), (outside, "outside"), (unsure, "unsure")],
        );
    }
}

fn check(vendor: &str, product: &str, versions: &Value, rows: [(Vec<&str>, &str); 3]) {
    let threat = about(json!({"vendor": vendor, "product": product, "versions": versions}));
    let scheme = ProductKey::new(vendor, product).scheme();
    for (asked, expected) in rows {
        for version in asked {
            let parsed = ParsedVersion::in_scheme(version, scheme);
            let told: Vec<Option<bool>> = threat
                .statements
                .iter()
                .map(|s| s.versions.compiled().contains(&parsed))
                .collect();
            let found = match (told.contains(&Some(true)), told.contains(&None)) {
                (true, _) => "inside",
                (false, true) => "unsure",
                (false, false) => "outside",
            };
            assert_eq!(
                found, expected,
                "{product} {version} in {versions}: {:#?}",
                threat.statements
            );
        }
    }
}

#[test]
fn a_package_is_also_known_by_its_purl_and_several_products_by_each() {
    let keys = |affected: Value| {
        about(affected)
            .statements
            .into_iter()
            .map(|s| s.product)
            .collect::<Vec<ProductKey>>()
    };
    let range = json!([{"version": "1.0", "lessThan": "2.0", "status": "affected"}]);
    let found = keys(
        json!({"vendor": "Spring", "product": "Spring Web", "collectionURL": "https://repo.maven.apache.org/maven2",
        "packageName": "org.springframework:spring-web", "versions": range.clone()}),
    );
    assert!(
        found.contains(&ProductKey::new(
            "",
            "pkg:maven/org.springframework/spring-web"
        )) && found.contains(&ProductKey::new("Spring", "Spring Web"))
    );
    let found = keys(
        json!({"vendor": "PaperCut", "product": "PaperCut NG, PaperCut MF", "versions": range}),
    );
    assert_eq!(
        found,
        [
            ProductKey::new("PaperCut", "MF"),
            ProductKey::new("PaperCut", "NG")
        ]
    );
}
