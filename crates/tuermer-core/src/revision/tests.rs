//! Revisions of invented advisories: what differs, how much, and for whom it is a new match.

use super::*;
use crate::ids::ThreatId;
use crate::scale::Tlp;
use crate::threat::{ProductStatus, RemedyKind, ThreatSource};
use jiff::Timestamp;
use proptest::prelude::*;

fn statement(
    product: &str,
    flaw: usize,
    versions: &str,
    status: ProductStatus,
    remedy: &str,
) -> Statement {
    Statement {
        vulnerability: Some(flaw),
        product: ProductKey::new("Beispiel", product),
        product_name: product.into(),
        versions: VersionRule::Exactly(versions.into()),
        status,
        remedy: (!remedy.is_empty()).then(|| Remedy {
            kind: RemedyKind::VendorFix,
            details: remedy.into(),
            url: None,
        }),
        justification: None,
    }
}

fn threat() -> Threat {
    let flaw = |id: &str| Vulnerability {
        id: id.into(),
        title: "Hole".into(),
        cvss_tenths: Some(75),
        ..Vulnerability::default()
    };
    Threat {
        id: ThreatId("https://beispiel.example|BG-1".into()),
        tracking_id: "BG-1".into(),
        revision: "1.0.0".into(),
        title: "Holes".into(),
        publisher: "Beispiel".into(),
        published_at: Timestamp::UNIX_EPOCH,
        released_at: Timestamp::UNIX_EPOCH,
        tlp: Tlp::Clear,
        category: "csaf_security_advisory".into(),
        source: ThreatSource::Csaf,
        withdrawn: false,
        exploited: false,
        level: None,
        vulnerabilities: vec![flaw("CVE-2026-0001"), flaw("CVE-2026-0002")],
        statements: vec![
            statement("Gateway", 0, "1.0", ProductStatus::Affected, "Install 1.1"),
            statement("Gateway", 0, "1.1", ProductStatus::Fixed, ""),
            statement("Phone", 1, "7", ProductStatus::UnderInvestigation, ""),
        ],
        references: Vec::new(),
    }
}

/// Applies a change to the first revision; gives what it is, and for which products it is a new match.
#[track_caller]
fn check(
    change: impl FnOnce(&mut Threat),
    wanted: Option<Step>,
    new_matches: &[&str],
) -> Difference {
    let before = threat();
    let mut after = before.clone();
    change(&mut after);
    let found = difference(&before, &after);
    assert_eq!(found.step(), wanted, "{found:?}");
    assert_eq!(
        rematched(&before, &after)
            .iter()
            .map(|key| key.product.as_str())
            .collect::<Vec<_>>(),
        new_matches,
        "{found:?}"
    );
    found
}

#[test]
fn what_differs_and_for_whom() {
    assert!(check(|_| (), None, &[]).is_empty());
    check(|t| t.title = "Holes!".into(), Some(Step::Patch), &[]);
    check(|t| t.tlp = Tlp::Green, Some(Step::Minor), &[]);
    let scores = check(
        |t| t.vulnerabilities[0].cvss_tenths = Some(98),
        Some(Step::Minor),
        &[],
    );
    assert_eq!(
        scores.flaws_changed,
        [(
            "CVE-2026-0001".into(),
            Change {
                field: "cvss",
                before: "7.5".into(),
                after: "9.8".into()
            }
        )]
    );
    check(
        |t| t.statements[0].remedy.as_mut().unwrap().details = " Install   1.1 ".into(),
        None,
        &[],
    );
    let remedy = check(
        |t| t.statements[0].remedy.as_mut().unwrap().details = "Install 1.1.1".into(),
        Some(Step::Minor),
        &["gateway"],
    );
    assert_eq!(remedy.statements[0].change.field, "remediations");
    let status = check(
        |t| t.statements[2].status = ProductStatus::Affected,
        Some(Step::Major),
        &["phone"],
    );
    let [only] = &status.statements[..] else {
        panic!("{status:?}")
    };
    assert_eq!(
        (
            only.product.as_str(),
            only.vulnerability.as_str(),
            only.change.before.as_str()
        ),
        ("Phone", "CVE-2026-0002", "under_investigation")
    );
    let product = check(
        |t| {
            t.statements
                .push(statement("Lamp", 1, "3", ProductStatus::Affected, ""))
        },
        Some(Step::Major),
        &["lamp"],
    );
    assert_eq!(product.products_added, ["Lamp"]);
    let gone = check(|t| t.statements.truncate(2), Some(Step::Major), &["phone"]);
    assert_eq!(gone.products_removed, ["Phone"]);
    let flaw = check(
        |t| {
            t.vulnerabilities.push(Vulnerability {
                id: "CVE-2026-0003".into(),
                ..Vulnerability::default()
            })
        },
        Some(Step::Major),
        &[],
    );
    assert_eq!(flaw.flaws_added, ["CVE-2026-0003"]);
    // The order of things in a document says nothing.
    check(|t| t.statements.reverse(), None, &[]);
}

#[test]
fn versions_are_counted_in_one_of_two_ways() {
    for (version, wanted) in [
        ("1", Some(Numbering::Integer)),
        ("12", Some(Numbering::Integer)),
        ("1.0.0", Some(Numbering::Semantic)),
        ("1.0.0-rc.1+build", Some(Numbering::Semantic)),
        ("1.0", None),
        ("", None),
        ("1.0.x", None),
    ] {
        assert_eq!(Numbering::of(version), wanted, "{version}");
    }
    for (before, after, wanted) in [
        ("1.0.0", "2.0.0", Some(Step::Major)),
        ("1.9.0", "1.10.0", Some(Step::Minor)),
        ("1.0.0", "1.0.1", Some(Step::Patch)),
        ("1.0.0+a", "1.0.0+b", Some(Step::Patch)),
        ("1", "2", None),
        ("1", "2.0.0", None),
    ] {
        assert_eq!(announced(before, after), wanted, "{before} {after}");
    }
}

/// An integer version announces nothing; a semantic one may announce too little.
#[test]
fn integer_versions_behave_like_semantic_ones() {
    let before = threat();
    let mut after = before.clone();
    after.statements[2].status = ProductStatus::Affected;
    for (old, new) in [("1.0.0", "2.0.0"), ("1.0.0", "1.0.1"), ("1", "2")] {
        let old = Threat {
            revision: old.into(),
            ..before.clone()
        };
        assert_eq!(
            step(
                &old,
                &Threat {
                    revision: new.into(),
                    ..after.clone()
                }
            ),
            Step::Major,
            "{new}"
        );
    }
    let same = |old: &str, new: &str| {
        step(
            &Threat {
                revision: old.into(),
                ..before.clone()
            },
            &Threat {
                revision: new.into(),
                ..before.clone()
            },
        )
    };
    assert_eq!(
        [
            same("1", "2"),
            same("1.0.0", "1.1.0"),
            same("1.0.0", "2.0.0")
        ],
        [Step::Patch, Step::Minor, Step::Major]
    );
}

/// A change that leaves every status and every remedy alone.
fn harmless(threat: &mut Threat, kind: u8, word: &str) {
    match kind {
        0 => threat.title = word.into(),
        1 => threat.category = word.into(),
        2 => threat
            .references
            .push(format!("https://example.org/{word}")),
        3 => threat.exploited = !threat.exploited,
        4 => threat
            .vulnerabilities
            .iter_mut()
            .for_each(|flaw| flaw.cvss_vector = word.into()),
        5 => threat.statements.reverse(),
        6 => threat
            .statements
            .iter_mut()
            .filter_map(|s| s.remedy.as_mut())
            .for_each(|remedy| remedy.details = format!("  {} ", remedy.details)),
        _ => threat.revision = word.into(),
    }
}

proptest! {
    /// Clause 13.8 over random revisions: without a changed remedy or status there is no new match, whatever else changes.
    #[test]
    fn a_revision_without_a_changed_remedy_is_no_new_match(kinds in prop::collection::vec((0_u8..8, "[a-z]{1,8}"), 0..20)) {
        let first = threat();
        let mut next = first.clone();
        for (kind, word) in kinds {
            let earlier = next.clone();
            harmless(&mut next, kind, &word);
            prop_assert!(rematched(&earlier, &next).is_empty());
        }
        prop_assert!(rematched(&first, &next).is_empty());
    }

    /// And a changed remedy is a new match for exactly the products it speaks of, however much else changes.
    #[test]
    fn a_changed_remedy_is_a_new_match_for_its_product_only(which in 0_usize..3, remedy in "[a-z]{3,9}", kinds in prop::collection::vec((0_u8..8, "[a-z]{1,8}"), 0..10)) {
        let first = threat();
        let mut next = first.clone();
        for (kind, word) in kinds {
            harmless(&mut next, kind, &word);
        }
        let changed = next.statements[which].product.clone();
        next.statements[which].remedy = Some(Remedy { kind: RemedyKind::Mitigation, details: remedy, url: None });
        prop_assert_eq!(rematched(&first, &next), vec![changed]);
    }
}
