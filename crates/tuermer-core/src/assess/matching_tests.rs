//! Judging everybody at once gives what judging each alone gives, also after some were read again.

use super::tests::{asset, day, pack, sign, threat};
use super::*;
use crate::acknowledgement::Answer;
use crate::asset::{Asset, Presence};
use crate::ids::AssetId;
use crate::observation::Sighting;
use crate::remeasure::NO_REPORTS;
use crate::scale::Source;
use crate::urgency::{Urgencies, tests::policy};
use proptest::prelude::*;

/// Organisations of a generated world.
const ORGANISATIONS: usize = 6;

fn an_asset() -> impl Strategy<Value = Asset> {
    let builds = prop::sample::select(vec![
        "",
        "15.1.2176.2",
        "15.1.2176.9",
        "15.1.2106.13",
        "15.1.2176",
        "99.1.1.1",
    ]);
    let words = prop::sample::select(vec![
        ("Microsoft", "Exchange Server"),
        ("", "MS Exchange 2016"),
        ("Other", "Exchange Server"),
        ("Microsoft", "SharePoint"),
    ]);
    let presences = prop::sample::select(vec![
        Presence::OnPremises,
        Presence::OnPremises,
        Presence::Cloud,
        Presence::Absent,
    ]);
    let notes = prop::sample::select(vec!["", "Get-ExchangeServer", "mitigated"]);
    let sources = prop::sample::select(vec![Source::Provider, Source::Member]);
    (builds, words, presences, notes, sources, 0..3_u8, 1..9_u8).prop_map(
        |(build, (vendor, product), presence, note, source, host, at)| Asset {
            vendor: vendor.into(),
            product: product.into(),
            presence,
            note: note.into(),
            source,
            hostname: if host == 0 {
                String::new()
            } else {
                format!("EX{host}")
            },
            observed_at: day(&format!("2021-03-0{at}")),
            ..asset(build)
        },
    )
}

fn a_sign() -> impl Strategy<Value = Sighting> {
    let tags = prop::sample::select(vec![
        vec!["exchange"],
        vec!["cve-2021-26855"],
        vec!["webshell"],
    ]);
    let versions = prop::sample::select(vec!["", "15.1.2176", "15.1.2176.9"]);
    (tags, versions, 1..9_u8, any::<bool>()).prop_map(|(tags, version, at, named)| {
        let mut sign = sign(&tags, version, &format!("2021-03-0{at}"));
        if !named {
            sign.observation.product.clear();
        }
        sign
    })
}

fn an_answer() -> impl Strategy<Value = Option<(Answer, u8)>> {
    prop::option::weighted(0.3, (prop::sample::select(Answer::ALL.to_vec()), 1..9_u8))
}

type Owned = (Vec<Asset>, Vec<Sighting>, Option<(Answer, u8)>);

fn an_organisation() -> impl Strategy<Value = Owned> {
    (
        prop::collection::vec(an_asset(), 0..4),
        prop::collection::vec(a_sign(), 0..2),
        an_answer(),
    )
}

fn name(number: usize) -> OrganisationId {
    OrganisationId(format!("o{number}"))
}

fn add(constituency: &mut Constituency, number: usize, (assets, signs, _): &Owned) {
    for (place, asset) in assets.iter().enumerate() {
        let id = format!("a{number}.{place}");
        assert!(constituency.add_asset(
            name(number).as_str(),
            &id,
            asset.kind(),
            &asset.hostname,
            asset.observed_at.as_microsecond()
        ));
    }
    for sign in signs {
        constituency.add_sighting(Sighting {
            organisation: name(number),
            ..sign.clone()
        });
    }
}

proptest! {
    #[test]
    fn everybody_at_once_is_each_alone(
        before in prop::collection::vec(an_organisation(), ORGANISATIONS),
        after in prop::collection::vec(prop::option::of(an_organisation()), ORGANISATIONS),
        withdrawn in any::<bool>(),
    ) {
        let mut constituency = Constituency::default();
        before.iter().enumerate().for_each(|(number, owned)| add(&mut constituency, number, owned));
        let mut fresh = Constituency::default();
        let mut answers = Vec::new();
        for (number, (old, new)) in before.iter().zip(&after).enumerate() {
            if let Some(new) = new {
                constituency.forget(&name(number));
                add(&mut constituency, number, new);
            }
            let owned = new.as_ref().unwrap_or(old);
            add(&mut fresh, number, owned);
            answers.extend(owned.2.map(|(answer, at)| Acknowledgement {
                organisation: name(number),
                threat: threat().id,
                answer,
                cloud: None,
                by: Source::Member,
                at: day(&format!("2021-03-0{at}")),
            }));
        }
        let (threat, packs) = (Threat { withdrawn, ..threat() }, [pack()]);
        let urgencies = Urgencies::of(&policy(), &threat);
        let case = Case { threat: &threat, packs: &packs, urgencies: &urgencies, reports: &NO_REPORTS, now: day("2021-03-12") };
        let alone = |organisation: &OrganisationId| {
            let answer = answers.iter().find(|answer| &answer.organisation == organisation);
            assess_organisation(case, &fresh, organisation, answer)
        };
        let expected: Vec<Exposure> = (0..ORGANISATIONS).filter_map(|number| alone(&name(number))).collect();
        prop_assert_eq!(&assess(case, &constituency, &answers), &expected);
        prop_assert_eq!(&assess(case, &fresh, &answers), &expected);
        let some = [name(1), name(4), name(99)];
        let mut standings = Standings::default();
        let mut matching = Matching::new(case, &constituency, &answers, Some(&some));
        while matching.next(1, &mut standings) {}
        let mut found = standings.exposures();
        found.sort_unstable_by(|one, other| one.organisation.cmp(&other.organisation));
        let expected: Vec<Exposure> = some.iter().filter_map(alone).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn those_who_stand_alike_share_one_verdict() {
    let assets = (0..100)
        .map(|number| Asset {
            id: AssetId(format!("a{number}")),
            organisation: name(number),
            ..asset("15.1.2176.2")
        })
        .collect();
    let constituency = Constituency::new(assets, Vec::new());
    let (threat, packs) = (threat(), [pack()]);
    let mut standings = Standings::default();
    let urgencies = Urgencies::of(&policy(), &threat);
    let mut matching = Matching::new(
        Case {
            threat: &threat,
            packs: &packs,
            urgencies: &urgencies,
            reports: &NO_REPORTS,
            now: day("2021-03-12"),
        },
        &constituency,
        &[],
        None,
    );
    assert!(matching.next(60, &mut standings) && !matching.next(60, &mut standings));
    assert_eq!(
        (
            standings.shared.len(),
            standings.alike.len(),
            standings.own.len()
        ),
        (1, 100, 0)
    );
}
