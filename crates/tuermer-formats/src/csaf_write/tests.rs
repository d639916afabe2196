//! A statement by hand is read again as it was meant, and what an officer must correct is named.

use super::*;
use tuermer_core::product::ProductKey;
use tuermer_core::threat::{ProductStatus, RemedyKind};
use tuermer_core::version::VersionRule;

fn stated() -> StatedThreat {
    StatedThreat {
        restates: None,
        title: "Microsoft Exchange Server: vier Lücken werden ausgenutzt".into(),
        summary: String::new(),
        products: vec![StatedProduct {
            vendor: "Microsoft".into(),
            product: "Exchange Server".into(),
            versions: StatedVersions::ByPack,
        }],
        cves: vec!["cve-2021-27065".into(), "CVE-2021-26855".into()],
        remedy: "Sicherheitsupdate KB5000871 einspielen".into(),
        remedy_url: "https://example.org/kb5000871".into(),
        source_url: "https://example.org/notice".into(),
        source_time: "2021-03-02T22:00:00Z".parse().unwrap(),
        level: Level::Extreme,
        exploited: true,
        incident: false,
        tlp: Tlp::Clear,
    }
}

fn imprint() -> Imprint {
    Imprint {
        publisher: "IHK Musterstadt".into(),
        namespace: "https://ihk-musterstadt.example".into(),
        tracking_id: "TUERMER-2021-0001".into(),
        history: Vec::new(),
        incident: false,
        stated_at: "2021-03-02T22:30:00Z".parse().unwrap(),
    }
}

#[test]
fn what_is_stated_is_read_again() {
    let reading = crate::csaf::read(&write(&stated(), &imprint()).unwrap()).unwrap();
    let threat = reading.threat;
    assert_eq!(
        threat.id.as_str(),
        "https://ihk-musterstadt.example|TUERMER-2021-0001"
    );
    assert_eq!(
        (threat.revision.as_str(), threat.level, threat.exploited),
        ("1", Some(Level::Extreme), true)
    );
    assert_eq!(threat.cves(), ["CVE-2021-26855", "CVE-2021-27065"]);
    assert_eq!(threat.published_at.to_string(), "2021-03-02T22:00:00Z");
    assert_eq!(threat.statements.len(), 2);
    let statement = &threat.statements[0];
    assert_eq!(
        (statement.status, &statement.versions),
        (ProductStatus::Affected, &VersionRule::All)
    );
    assert_eq!(
        statement.product,
        ProductKey::new("Microsoft", "Exchange Server")
    );
    let remedy = statement.remedy.as_ref().unwrap();
    assert_eq!(
        (remedy.kind, remedy.url.as_deref()),
        (RemedyKind::VendorFix, Some("https://example.org/kb5000871"))
    );
}

#[test]
fn attacks_that_are_seen_stay_such_until_a_cve_is_named() {
    let without = StatedThreat {
        cves: Vec::new(),
        ..stated()
    };
    let category = |stated: &StatedThreat, before: bool| {
        let bytes = write(
            stated,
            &Imprint {
                incident: before,
                ..imprint()
            },
        )
        .unwrap();
        let threat = crate::csaf::read(&bytes).unwrap().threat;
        assert_eq!(is_incident(&bytes), threat.category == INCIDENT);
        assert_eq!(
            threat.statements[0].remedy.as_ref().unwrap().kind == RemedyKind::Mitigation,
            is_incident(&bytes)
        );
        is_incident(&bytes)
    };
    assert!(category(
        &StatedThreat {
            incident: true,
            ..without.clone()
        },
        false
    ));
    assert!(category(&without, true), "stated again");
    assert!(!category(&without, false));
    assert!(!category(&stated(), true), "now a hole is known");
    assert!(!is_incident(b"no JSON"));
}

#[test]
fn what_must_be_corrected_is_named() {
    type Change = fn(&mut StatedThreat);
    let rows: [(Change, &str); 6] = [
        (|t| t.title = " \u{0} ".into(), "title is empty"),
        (|t| t.products.clear(), "product is empty"),
        (
            |t| t.cves.push("ProxyLogon".into()),
            "cve is not valid: ProxyLogon",
        ),
        (
            |t| t.source_url = "http://example.org".into(),
            "source_url is not valid",
        ),
        (|t| t.source_url.clear(), "source_url is empty"),
        (
            |t| t.products[0].versions = StatedVersions::Range(String::new()),
            "versions is empty",
        ),
    ];
    for (change, wanted) in rows {
        let mut threat = stated();
        change(&mut threat);
        let error = write(&threat, &imprint()).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}
