//! Rows of real-shaped records: what versions mean, which container is believed, and what is refused.

use super::{CveError, Remark, read};
use serde_json::{Value, json};
use tuermer_core::threat::{Exploitation, ProductStatus, Threat};
use tuermer_core::version::VersionRule;

/// A record with these containers.
fn record(cna: Value, adp: Value) -> Vec<u8> {
    let meta = json!({"cveId": "CVE-2023-34362", "state": "PUBLISHED", "assignerShortName": "mitre", "datePublished": "2023-06-02T00:00:00.000Z",
        "dateUpdated": "2024-08-02T16:10:06.203Z"});
    serde_json::to_vec(&json!({"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": meta, "containers": {"cna": cna, "adp": adp}})).unwrap()
}

/// A record about one product of the assigner.
pub(super) fn product(affected: Value) -> Threat {
    let mut affected = affected;
    let fields = affected.as_object_mut().unwrap();
    fields.entry("vendor").or_insert(json!("Example"));
    fields.entry("product").or_insert(json!("Server"));
    read(&record(json!({"affected": [affected]}), json!([])))
        .unwrap()
        .threat
}

/// The stricter of all statements that hold for a version: `affected`, `not affected`, `fixed`, `unknown`, `?` where one
/// cannot be compared and nothing else says affected, `-` where nothing is said.
pub(super) fn verdict(threat: &Threat, version: &str) -> &'static str {
    let inside = threat
        .statements
        .iter()
        .filter(|s| s.versions.contains(version) == Some(true))
        .max_by_key(|s| s.status);
    let doubtful = threat
        .statements
        .iter()
        .any(|s| s.versions.contains(version).is_none());
    match inside.map(|s| s.status) {
        Some(ProductStatus::Affected) => "affected",
        _ if doubtful => "?",
        Some(ProductStatus::NotAffected) => "not affected",
        Some(ProductStatus::Fixed) => "fixed",
        Some(_) => "unknown",
        None => "-",
    }
}

#[test]
fn every_container_is_read_and_the_stricter_word_counts() {
    let cna = json!({"affected": [{"vendor": "n/a", "product": "n/a", "versions": [{"version": "n/a", "status": "affected"}]}]});
    let named = |bound: &str| {
        json!({"providerMetadata": {"shortName": "CISA-ADP"}, "affected": [{"vendor": "progress", "product": "moveit_transfer",
        "defaultStatus": "unknown", "versions": [{"version": "0", "lessThan": bound, "status": "affected"}]}]})
    };
    let reading = read(&record(
        cna.clone(),
        json!([named("2021.0.7"), named("2021.0.6")]),
    ))
    .unwrap();
    assert_eq!(
        verdict(&reading.threat, "2021.0.6"),
        "affected",
        "one container says so"
    );
    assert_eq!(verdict(&reading.threat, "2021.0.7"), "-");
    assert_eq!(
        reading.remarks,
        [Remark::Conflict("progress moveit transfer".into())]
    );
    assert!(
        reading
            .threat
            .statements
            .iter()
            .all(|s| s.product.product == "moveit transfer"),
        "n/a is no product"
    );

    let nobody = read(&record(cna, json!([]))).unwrap();
    assert_eq!(
        (nobody.threat.statements.len(), nobody.remarks),
        (0, vec![Remark::NoProduct])
    );

    let cpe = json!({"affected": [{"vendor": "n/a", "product": "n/a", "cpes": ["cpe:2.3:a:connectwise:screenconnect:*:*:*:*:*:*:*:*"], "versions": [{"version": "1", "status": "affected"}]}]});
    assert_eq!(
        read(&record(cpe, json!([]))).unwrap().threat.statements[0]
            .product
            .product,
        "screenconnect"
    );
}

#[test]
fn versions_of_a_package_are_not_those_of_the_system_around_it() {
    let threat = product(
        json!({"vendor": "Red Hat", "product": "Red Hat Enterprise Linux 8", "packageName": "kernel",
        "collectionURL": "https://access.redhat.com/downloads/content/package-browser/", "defaultStatus": "unaffected",
        "versions": [{"version": "4.18.0", "lessThan": "4.18.1", "status": "affected", "versionType": "rpm"}]}),
    );
    let of = |product: &str| {
        threat
            .statements
            .iter()
            .filter(|s| s.product.product == product)
            .map(|s| &s.versions)
            .collect::<Vec<_>>()
    };
    assert!(
        matches!(
            of("enterprise linux 8")[..],
            [VersionRule::NotUnderstood(_)]
        ),
        "{threat:#?}"
    );
    assert!(
        matches!(of("kernel")[..], [VersionRule::Range(_)]),
        "{threat:#?}"
    );
}

#[test]
fn commits_are_passed_over_where_versions_are_told() {
    let commits = json!({"vendor": "Linux", "product": "Linux", "versions": [{"version": "1da177e4c3f41524e886b7f1b8a0c1fc7321cac2",
        "lessThan": "c40665f44509724b64938c85def9fb2e79f62ec8", "versionType": "git", "status": "affected"}]});
    let versions = json!({"vendor": "Linux", "product": "Linux", "defaultStatus": "affected", "versions": [{"version": "6.8", "lessThanOrEqual": "*", "status": "unaffected"}]});
    let reading = read(&record(json!({"affected": [commits, versions]}), json!([]))).unwrap();
    assert_eq!(reading.remarks, [Remark::Commits(1)]);
    assert_eq!(verdict(&reading.threat, "6.1"), "affected");
    assert!(reading.threat.not_understood().is_empty());
}

#[test]
fn scores_answers_and_links() {
    let cna = json!({"title": "A  <b>flaw</b>\u{202e}", "references": [{"url": "https://example.org/a"}, {"url": "http://example.org/b"}, {"url": "https://example.org/a"}],
        "metrics": [{"cvssV3_1": {"baseScore": 7.5, "vectorString": "CVSS:3.1/AV:N"}}, {"cvssV4_0": {"baseScore": 8.7, "vectorString": "CVSS:4.0/AV:N"}}],
        "solutions": [{"lang": "en", "value": "Update to 2.0"}], "affected": [{"vendor": "v", "product": "p", "versions": [{"version": "1", "status": "affected"}]}]});
    let adp = json!([{"metrics": [{"cvssV3_1": {"baseScore": 9.8, "vectorString": "CVSS:3.1/AV:L"}},
        {"other": {"type": "ssvc", "content": {"options": [{"Exploitation": "Active"}, {"Automatable": "yes"}, {"Technical Impact": "Total"}]}}}]}]);
    let threat = read(&record(cna, adp.clone())).unwrap().threat;
    let flaw = &threat.vulnerabilities[0];
    assert_eq!(
        (flaw.cvss_tenths, flaw.cvss_vector.as_str()),
        (Some(87), "CVSS:4.0/AV:N"),
        "the assigner's own, the higher"
    );
    assert_eq!(
        (
            flaw.ssvc.exploitation,
            flaw.ssvc.automatable,
            flaw.ssvc.total_impact
        ),
        (Some(Exploitation::Active), Some(true), Some(true))
    );
    assert_eq!(
        (threat.title.as_str(), threat.id.as_str(), threat.exploited),
        ("A <b>flaw</b>", "cve.org|CVE-2023-34362", true)
    );
    assert_eq!(threat.references, ["https://example.org/a"]);
    assert_eq!(
        threat.statements[0].remedy.as_ref().unwrap().details,
        "Update to 2.0"
    );

    let old = read(&record(
        json!({"metrics": [{"cvssV2_0": {"baseScore": 10.0, "vectorString": "AV:N"}}]}),
        json!([]),
    ))
    .unwrap();
    assert_eq!(
        (
            old.threat.vulnerabilities[0].cvss_tenths,
            old.remarks.contains(&Remark::OldScore)
        ),
        (None, true)
    );
    let foreign = read(&record(json!({"descriptions": [{"lang": "de", "value": "Lücke"}, {"lang": "en-US", "value": "Flaw"}]}), adp)).unwrap().threat;
    assert_eq!(
        (
            foreign.vulnerabilities[0].cvss_tenths,
            foreign.title.as_str()
        ),
        (Some(98), "Flaw")
    );
    let told = format!(
        "A flaw in Beispiel before 4.2. {}",
        "It lets anybody in. ".repeat(9)
    );
    let untitled = |told: &str| {
        read(&record(
            json!({"descriptions": [{"lang": "en", "value": told}]}),
            json!([]),
        ))
        .unwrap()
        .threat
    };
    let (short, long) = (untitled(&told), untitled(&"very long words, ".repeat(20)));
    assert_eq!(
        (
            short.title.as_str(),
            short.vulnerabilities[0].title.as_str()
        ),
        ("A flaw in Beispiel before 4.2", told.trim()),
        "a first sentence, and all of it"
    );
    assert!(
        long.title.ends_with("words …") && long.title.chars().count() <= 122,
        "{}",
        long.title
    );
    let kev =
        json!([{"metrics": [{"other": {"type": "kev", "content": {"dateAdded": "2024-02-15"}}}]}]);
    assert!(read(&record(json!({}), kev)).unwrap().threat.exploited);
}

#[test]
fn states_and_refusals() {
    let text = String::from_utf8(record(
        json!({"rejectedReasons": [{"lang": "en", "value": "Not a flaw"}]}),
        json!([]),
    ))
    .unwrap();
    let rejected = read(text.replace("PUBLISHED", "REJECTED").as_bytes()).unwrap();
    assert_eq!(
        (
            rejected.threat.withdrawn,
            rejected.threat.title.as_str(),
            rejected.remarks.len()
        ),
        (true, "Not a flaw", 0)
    );
    for (from, to, wanted) in [
        ("PUBLISHED", "RESERVED", "/cveMetadata/state is RESERVED"),
        (
            "CVE-2023-34362",
            "GHSA-1",
            "/cveMetadata/cveId is not a CVE id: GHSA-1",
        ),
        ("\"cna\"", "\"can\"", "missing field `cna`"),
        ("2024-08-02T16:10:06.203Z", "2024", ""),
    ] {
        let outcome = read(text.replace(from, to).as_bytes());
        match wanted {
            "" => assert_eq!(outcome.unwrap().threat.revision, "2023-06-02T00:00:00Z"),
            wanted => assert!(outcome.unwrap_err().to_string().contains(wanted), "{to}"),
        }
    }
    let timeless = text
        .replace("2024-08-02T16:10:06.203Z", "soon")
        .replace("2023-06-02T00:00:00.000Z", "never");
    assert_eq!(read(timeless.as_bytes()), Err(CveError::NoTime));
    let zoneless = text.replace("2024-08-02T16:10:06.203Z", "2024-08-02T16:10:06");
    assert_eq!(
        read(zoneless.as_bytes()).unwrap().threat.revision,
        "2024-08-02T16:10:06Z"
    );
}
