//! The rule book says of each asset what the whole verdict on its owner says.

use super::tests::{LEAK, asset, day, pack, threat};
use super::*;
use crate::asset::{Asset, Presence};
use crate::ids::ThreatId;
use crate::remeasure::NO_REPORTS;
use crate::threat::{ProductStatus, Statement, Vulnerability};
use crate::urgency::{Urgencies, tests::policy};
use crate::version::VersionRule;
use crate::version_order::Scheme;
use proptest::prelude::*;

/// Products with an order of their own, of an ecosystem, and of none; vendors that are not named.
const PRODUCTS: [(&str, &str); 7] = [
    ("Microsoft", "Exchange Server"),
    ("", "Exchange Server"),
    ("Fortinet", "FortiOS"),
    ("Beispiel", "Gateway"),
    ("", "Gateway"),
    ("", "pkg:pypi/beispiel"),
    ("Apache", "Log4j"),
];

fn a_version() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[0-2](\\.[0-2]){0,4}",
        3 => "[0-2](\\.[0-2]){0,2}(-rc1|-beta|-1|\\+a| SP1| SP2|a1|\\.dev1)",
        1 => prop::sample::select(vec!["", "n/a", "15.1.2176.2", "15.1.2176.9", "15.1.2106", "CU18", "abc"]).prop_map(str::to_string),
    ]
}

fn a_rule() -> impl Strategy<Value = VersionRule> {
    let schemes = vec![
        Scheme::Generic,
        Scheme::Generic,
        Scheme::Semver,
        Scheme::Pypi,
        Scheme::Maven,
        Scheme::FortiOs,
        Scheme::Unordered,
        Scheme::Rpm,
    ];
    let sides = prop::sample::select(vec![("<", ">="), ("<=", ">"), ("<=", ">="), ("<", ">")]);
    let range = (
        prop::sample::select(schemes),
        a_version(),
        a_version(),
        sides,
        0..4_u8,
    );
    let range = range.prop_map(|(scheme, low, high, (below, above), shape)| {
        let text = match shape {
            0 => format!("{below} {high}"),
            1 => format!("{above} {low}"),
            2 => "*".to_string(),
            _ => format!("{above} {low}, {below} {high}"),
        };
        VersionRule::parse_range_in(&text, scheme)
    });
    prop_oneof![6 => range, 3 => a_version().prop_map(VersionRule::Exactly), 1 => Just(VersionRule::All)]
}

fn a_statement() -> impl Strategy<Value = Statement> {
    let product = prop::sample::select(PRODUCTS.to_vec())
        .prop_map(|(vendor, product)| ProductKey::new(vendor, product));
    (
        0..3_usize,
        product,
        a_rule(),
        prop::sample::select(ProductStatus::ALL.to_vec()),
    )
        .prop_map(|(flaw, product, versions, status)| Statement {
            vulnerability: flaw.checked_sub(1),
            product,
            product_name: "Gateway".into(),
            versions,
            status,
            remedy: None,
            justification: None,
        })
}

fn a_threat() -> impl Strategy<Value = Threat> {
    let ids = prop::sample::select(vec![
        vec![],
        vec!["CVE-2026-0001"],
        vec!["CVE-2026-0001", LEAK],
    ]);
    (
        ids,
        prop::collection::vec(a_statement(), 0..6),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(ids, statements, withdrawn)| Threat {
            vulnerabilities: ids
                .into_iter()
                .map(|id| Vulnerability {
                    id: id.into(),
                    ..Vulnerability::default()
                })
                .collect(),
            statements,
            withdrawn,
            ..threat()
        })
}

fn an_asset() -> impl Strategy<Value = Asset> {
    let presences = prop::sample::select(vec![
        Presence::OnPremises,
        Presence::OnPremises,
        Presence::OnPremises,
        Presence::Cloud,
        Presence::Absent,
    ]);
    let notes = prop::sample::select(vec!["", "", "Get-ExchangeServer"]);
    (
        prop::sample::select(PRODUCTS.to_vec()),
        a_version(),
        any::<bool>(),
        presences,
        notes,
    )
        .prop_map(
            |((vendor, product), version, build, presence, note)| Asset {
                vendor: vendor.into(),
                product: product.into(),
                build: build
                    .then(|| version.clone())
                    .filter(|build| !build.is_empty()),
                version,
                presence,
                note: note.into(),
                ..asset("")
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_book_says_what_each_verdict_says(threats in prop::collection::vec(a_threat(), 0..8), assets in prop::collection::vec(an_asset(), 1..12)) {
        let (packs, policy) = ([pack()], policy());
        let threats: Vec<Threat> = threats.into_iter().enumerate().map(|(at, threat)| Threat { id: ThreatId(format!("t{at}")), ..threat }).collect();
        let urgencies: Vec<Urgencies> = threats.iter().map(|threat| Urgencies::of(&policy, threat)).collect();
        let cases: Vec<Case<'_>> =
            threats.iter().zip(&urgencies).map(|(threat, urgencies)| Case { threat, packs: &packs, urgencies, reports: &NO_REPORTS, now: day("2021-03-12") }).collect();
        let mut book = RuleBook::new(cases.iter().copied());
        for asset in assets {
            let constituency = Constituency::new(vec![asset.clone()], Vec::new());
            let whole: Vec<(usize, Standing)> = cases
                .iter()
                .enumerate()
                .filter_map(|(at, case)| Some((at, assess_organisation(*case, &constituency, &asset.organisation, None)?)))
                .map(|(at, exposure)| (at, Standing { status: exposure.status, certainty: exposure.certainty }))
                .collect();
            let row = book.ask(&ProductKey::new(&asset.vendor, &asset.product), asset.kind());
            let told: Vec<(usize, Standing)> = row.threats.iter().copied().zip(row.standings.iter().copied()).collect();
            prop_assert_eq!(told, whole, "{:?}", asset);
        }
    }
}
