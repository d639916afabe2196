//! Rows for the content of a warning: deadlines, facts as of the day, remedies, updates and corrections.

use super::*;
use crate::build_pack::packs;
use crate::mail::tests::exchange;
use tuermer_core::product::ProductKey;
use tuermer_core::threat::{ProductStatus, Remedy, RemedyKind, Statement, Vulnerability};
use tuermer_core::version::VersionRule;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The text of a threat at a time, in German and English.
fn texts(threat: &Threat, urgency: Urgency, now: &str) -> [WarningText; 2] {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let occasion = Occasion {
        threat,
        packs: packs(),
        urgency,
        now: at(now),
        zone: &zone,
    };
    Language::ALL.map(|language| occasion.alert(language))
}

/// An advisory on a product without a pack.
fn generic(kind: Option<RemedyKind>) -> Threat {
    let remedy = kind.map(|kind| Remedy {
        kind,
        details: "Upgrade to\n7.4.3.".into(),
        url: Some("https://vendor.example/a".into()),
    });
    let statement = |product: &str, name: &str| Statement {
        vulnerability: Some(0),
        product: ProductKey::new("Example", product),
        product_name: name.into(),
        versions: VersionRule::All,
        status: ProductStatus::Affected,
        remedy: remedy.clone(),
        justification: None,
    };
    Threat {
        tracking_id: "EX-1".into(),
        publisher: "Example".into(),
        exploited: false,
        vulnerabilities: vec![Vulnerability {
            id: "CVE-2024-0001".into(),
            ..Vulnerability::default()
        }],
        statements: vec![
            statement("gate", "Example Gate 7.4.2"),
            statement("gate", "Example Gate"),
        ],
        ..exchange()
    }
}

#[test]
fn the_deadline_is_a_clear_word() {
    for (urgency, german, english) in [
        (
            Urgency::Today,
            "heute noch Update einspielen lassen",
            "have the update installed today",
        ),
        (
            Urgency::Days3AndTraces,
            "bis Montag, 8. März Update einspielen lassen",
            "have the update installed by Monday, 8 March",
        ),
        (
            Urgency::Days14,
            "bis Freitag, 19. März Update einspielen lassen",
            "have the update installed by Friday, 19 March",
        ),
        (
            Urgency::Days60,
            "bis 4. Mai Update einspielen lassen",
            "have the update installed by 4 May",
        ),
        (
            Urgency::OnUpgrade,
            "beim nächsten Wartungstermin Update einspielen lassen",
            "have the update installed at the next maintenance",
        ),
    ] {
        let [de, en] = texts(&exchange(), urgency, "2021-03-05T17:30:00Z");
        assert_eq!(de.headline, format!("Microsoft Exchange: {german}"));
        assert_eq!(en.headline, format!("Microsoft Exchange: {english}"));
        assert_eq!(de.afterwards.is_empty(), !urgency.search_for_traces());
        assert_eq!(
            de.say.contains("Einbruchsspuren"),
            urgency.search_for_traces()
        );
    }
    // The day is that of the readers, not of Greenwich.
    let [de, _] = texts(&exchange(), Urgency::Days3, "2021-03-05T23:30:00Z");
    assert!(de.say.contains("bis Dienstag, 9. März,"), "{}", de.say);
}

#[test]
fn nothing_newer_than_the_day_is_told() {
    // Before the update could be had there is no word of it; older cumulative updates got theirs on 11 March.
    for (now, say, versions) in [
        (
            "2021-03-01T20:00:00Z",
            "Bitte prüfen Sie heute den Rat des Herstellers zu Microsoft Exchange Server.",
            "",
        ),
        (
            "2021-03-02T23:30:00Z",
            "Bitte spielen Sie heute das Exchange-Update vom 2. März ein",
            "Exchange 2013 CU23, 2016 CU18/CU19, 2019 CU7/CU8",
        ),
        (
            "2021-03-10T08:00:00Z",
            "Bitte spielen Sie heute das Exchange-Update vom 2. März ein",
            "Exchange 2013 CU23, 2016 CU18/CU19, 2019 CU7/CU8",
        ),
    ] {
        let [de, _] = texts(&exchange(), Urgency::Today, now);
        assert!(de.say.starts_with(say), "{now}: {}", de.say);
        assert_eq!(de.versions, versions, "{now}");
    }
    let [de, en] = texts(&exchange(), Urgency::Today, "2021-03-12T08:00:00Z");
    assert!(
        de.versions.contains("CU21/CU22/CU23") && de.versions.contains("2016 CU8/CU9/CU10"),
        "{}",
        de.versions
    );
    assert_eq!(
        de.identifiers,
        "CVE-2021-26855, -26857, -26858, -27065 · KB5000871"
    );
    assert_eq!(de.identifiers, en.identifiers);
}

#[test]
fn the_words_follow_the_remedy() {
    for (kind, headline, say) in [
        (
            Some(RemedyKind::VendorFix),
            "Example Gate: heute noch Update einspielen lassen",
            "Bitte spielen Sie heute das Update für Example Gate ein.",
        ),
        (
            Some(RemedyKind::Workaround),
            "Example Gate: heute noch absichern lassen",
            "Bitte setzen Sie heute die Schutzmaßnahme des Herstellers für Example Gate um.",
        ),
        (
            Some(RemedyKind::NoneAvailable),
            "Example Gate: Zugang heute noch sperren lassen",
            "Bitte sperren Sie heute den Zugang zu Example Gate aus dem Internet. Ein Update gibt es noch nicht.",
        ),
        (
            Some(RemedyKind::NoFixPlanned),
            "Example Gate: kein Update mehr, bitte ersetzen lassen",
            "Bitte ersetzen Sie Example Gate. Der Hersteller liefert kein Update mehr.",
        ),
        (
            None,
            "Example Gate: heute noch prüfen lassen",
            "Bitte prüfen Sie heute den Rat des Herstellers zu Example Gate.",
        ),
    ] {
        let [de, _] = texts(&generic(kind), Urgency::Today, "2024-02-01T08:00:00Z");
        assert_eq!(de.headline, headline);
        assert!(de.say.starts_with(say), "{}", de.say);
        assert_eq!(
            de.not_affected,
            "Nicht betroffen sind Sie, wenn Sie Example Gate nicht einsetzen."
        );
        assert_eq!(de.identifiers, "CVE-2024-0001 · EX-1");
        assert_eq!(
            de.versions,
            if kind.is_some() {
                "Upgrade to 7.4.3. https://vendor.example/a"
            } else {
                ""
            }
        );
        assert!(
            !de.what_happened.contains("Exchange"),
            "{}",
            de.what_happened
        );
    }
}

#[test]
fn many_flaws_and_products_stay_one_line() {
    let mut threat = generic(Some(RemedyKind::VendorFix));
    threat.vulnerabilities = (0..50)
        .map(|n| Vulnerability {
            id: format!("CVE-2024-{n:04}"),
            ..Vulnerability::default()
        })
        .collect();
    let template = threat.statements[0].clone();
    let other = |n: usize| Statement {
        product: ProductKey::new("Example", &format!("p{n}")),
        product_name: format!("Example P{n}"),
        ..template.clone()
    };
    threat.statements.extend((0..40).map(other));
    let [de, en] = texts(&threat, Urgency::Days3, "2024-02-01T08:00:00Z");
    assert_eq!(
        de.identifiers,
        "CVE-2024-0000, -0001, -0002, -0003, -0004, -0005, -0006, -0007 und 42 weitere · EX-1"
    );
    assert_eq!(
        (de.product.as_str(), en.product.as_str()),
        ("Example Gate u. a.", "Example Gate and others")
    );
}

#[test]
fn updates_and_corrections_say_what_they_are() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let threat = exchange();
    let occasion = Occasion {
        threat: &threat,
        packs: packs(),
        urgency: Urgency::Today,
        now: at("2021-03-08T08:00:00Z"),
        zone: &zone,
    };
    assert_eq!(
        occasion.update(Language::German).headline,
        "Microsoft Exchange – noch offen bei Ihnen (Stand 8. März)"
    );
    assert_eq!(
        occasion.update(Language::English).headline,
        "Microsoft Exchange – still open at your company (as of 8 March)"
    );
    let cancel = occasion.cancel(
        Language::English,
        &WarningNumber("W-2021-007".into()),
        "Two lists were mixed up.",
    );
    assert_eq!(
        cancel.headline,
        "Microsoft Exchange: correction of our warning W-2021-007"
    );
    assert_eq!(
        (cancel.what_happened.as_str(), cancel.say.as_str()),
        ("Two lists were mixed up.", "")
    );
}

#[test]
fn attacks_that_are_seen_promise_no_update_and_name_nobody() {
    let threat = Threat {
        category: INCIDENT.into(),
        ..generic(Some(RemedyKind::Mitigation))
    };
    let [de, en] = texts(&threat, Urgency::Today, "2026-06-01T08:00:00Z");
    assert_eq!(
        de.headline,
        "Example Gate: heute noch auf Einbruch prüfen lassen"
    );
    assert_eq!(
        de.say,
        "Bitte prüfen Sie heute Example Gate auf Einbruchsspuren und spielen Sie alle Updates ein."
    );
    assert_eq!(
        en.headline,
        "Example Gate: have it checked for a break-in today"
    );
    assert_eq!(
        en.what_happened,
        "There are signs of attacks on Example Gate. Example reported them on 2 March 2021. Whether you are hit we do not know."
    );
    assert!(en.versions.is_empty() && en.afterwards.is_empty(), "{en:?}");
}

#[test]
fn a_build_without_updates_is_to_be_replaced() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    for (cve, version, now, advised) in [
        (
            "CVE-2021-26855",
            "15.0.1497.2",
            "2021-03-08T08:00:00Z",
            false,
        ),
        (
            "CVE-2021-26855",
            "15.1.2176.4",
            "2021-03-08T08:00:00Z",
            false,
        ),
        ("CVE-2021-26855", "", "2021-03-08T08:00:00Z", false),
        (
            "CVE-2025-53786",
            "15.0.1497.48",
            "2025-08-08T08:00:00Z",
            true,
        ),
        (
            "CVE-2025-53786",
            "15.1.2507.35",
            "2025-08-08T08:00:00Z",
            false,
        ),
    ] {
        let mut threat = exchange();
        threat.vulnerabilities = vec![Vulnerability {
            id: cve.into(),
            ..Vulnerability::default()
        }];
        let occasion = Occasion {
            threat: &threat,
            packs: packs(),
            urgency: Urgency::Today,
            now: at(now),
            zone: &zone,
        };
        assert_eq!(
            occasion
                .end_of_life_advice(version, Language::German)
                .is_some(),
            advised,
            "{cve} {version}"
        );
    }
}

#[test]
fn every_word_exists_in_both_languages() {
    let keys = |text: &'static str| -> Vec<&'static str> {
        text.lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key)
            .collect()
    };
    let german = keys(include_str!("../../templates/de/content.txt"));
    assert_eq!(german, keys(include_str!("../../templates/en/content.txt")));
    assert!(german.len() > 40);
}

#[test]
fn updates_that_only_customers_get_are_told_so() {
    let mut threat = exchange();
    threat.vulnerabilities = vec![Vulnerability {
        id: "CVE-2026-42897".into(),
        ..Vulnerability::default()
    }];
    let [de, en] = texts(&threat, Urgency::Today, "2026-06-20T08:00:00Z");
    let told = "Für Exchange Server 2016 und Exchange Server 2019 gibt es das Update nur mit bezahlter Verlängerung (ESU). Ohne sie: auf Exchange Server SE umsteigen oder den Server vom Netz nehmen.";
    assert!(de.say.ends_with(told), "{}", de.say);
    let told = "For Exchange Server 2016 and Exchange Server 2019 the update exists only with the paid updates (ESU). Without them: move to Exchange Server SE or disconnect the server.";
    assert!(en.say.ends_with(told), "{}", en.say);
}
