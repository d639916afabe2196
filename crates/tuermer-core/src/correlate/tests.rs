//! Rows for the correlation: what becomes a campaign, what does not, and what poison can and cannot do.

use super::*;
use crate::admiralty::Grade;
use crate::taxonomy::IncidentType;
use disclosure::{MemberFacts, disclose};
use jiff::ToSpan;

pub(super) fn now() -> Timestamp {
    "2021-03-05T12:00:00Z".parse().unwrap()
}

/// A shell at member `number`, seen so many hours ago, as a good feed tells it.
pub(super) fn shell(number: u32, hours_ago: i64) -> Sign {
    Sign {
        organisation: OrganisationId(format!("M{number:05}")),
        region: if number.is_multiple_of(2) {
            "Siegen".into()
        } else {
            "Olpe".into()
        },
        at: now() - hours_ago.hours(),
        class: IncidentType::SystemCompromise,
        keys: vec![
            SignKey::shell("help.aspx").unwrap(),
            SignKey::product("Microsoft", "Exchange Server").unwrap(),
        ],
        reporter: Reporter::Sensor("shadowserver".into()),
        grade: Grade::read("B2").unwrap(),
        evidence: true,
    }
}

pub(super) fn told_by(sign: Sign, reporter: &str) -> Sign {
    Sign {
        reporter: Reporter::Organisation(OrganisationId(reporter.into())),
        ..sign
    }
}

fn graded(sign: Sign, grade: &str) -> Sign {
    Sign {
        grade: Grade::read(grade).unwrap(),
        ..sign
    }
}

/// Ninety days without anything.
pub(super) fn quiet(policy: &Policy) -> History {
    let first = HourCount {
        series: Series {
            key: SignKey::sender("old@example.org").unwrap(),
            class: IncidentType::Other,
            region: String::new(),
        },
        hour: now().as_second() / 3_600 - 85 * 24,
        halves: 2,
    };
    History::learn([first], policy, now())
}

pub(super) fn find(signs: &[Sign], history: &History, policy: &Policy) -> Vec<Campaign> {
    correlate(
        signs,
        Knowledge {
            history,
            warninglists: &Warninglists::default(),
            known: &[],
        },
        policy,
        now(),
    )
}

fn members(signs: &[Sign]) -> Vec<usize> {
    let policy = Policy::default();
    find(signs, &quiet(&policy), &policy)
        .iter()
        .map(|campaign| campaign.members.len())
        .collect()
}

#[test]
fn what_is_a_campaign() {
    let many = |numbers: std::ops::Range<u32>| {
        numbers
            .map(|number| shell(number, i64::from(number)))
            .collect::<Vec<_>>()
    };
    let by = |count: u32, reporter: &dyn Fn(u32) -> String| {
        many(1..count + 1)
            .into_iter()
            .enumerate()
            .map(|(i, sign)| told_by(sign, &reporter(i as u32)))
            .collect::<Vec<_>>()
    };
    let bare = |signs: Vec<Sign>| {
        signs
            .into_iter()
            .map(|sign| Sign {
                evidence: false,
                ..sign
            })
            .collect::<Vec<_>>()
    };
    let rows: Vec<(&str, Vec<Sign>, Vec<usize>)> = vec![
        ("two are no campaign", many(1..3), vec![]),
        ("five in five hours", many(1..6), vec![5]),
        (
            "one member five times",
            (1..6).map(|hour| shell(1, hour)).collect(),
            vec![],
        ),
        (
            "five, but five days ago",
            (1..6)
                .map(|number| shell(number, 120 + i64::from(number)))
                .collect(),
            vec![],
        ),
        (
            "five members about themselves",
            by(5, &|i| format!("M{:05}", i + 1)),
            vec![5],
        ),
        ("one reporter about five", by(5, &|_| "P1".into()), vec![]),
        (
            "five reporters about five",
            by(5, &|i| format!("P{i}")),
            vec![5],
        ),
        (
            "five without evidence count two and a half",
            bare(many(1..6)),
            vec![],
        ),
        (
            "ten without evidence count five",
            bare(many(1..11)),
            vec![10],
        ),
        (
            "no basis is no half proof",
            many(1..11)
                .into_iter()
                .map(|sign| graded(sign, "F6"))
                .collect(),
            vec![],
        ),
        (
            "doubtful",
            many(1..11)
                .into_iter()
                .map(|sign| graded(sign, "B4"))
                .collect(),
            vec![],
        ),
        (
            "a single feed that is only fairly reliable",
            many(1..11)
                .into_iter()
                .map(|sign| graded(sign, "C3"))
                .collect(),
            vec![],
        ),
        (
            "two such feeds",
            many(1..11)
                .into_iter()
                .enumerate()
                .map(|(i, sign)| Sign {
                    reporter: Reporter::Sensor(format!("feed{}", i % 2)),
                    ..graded(sign, "C3")
                })
                .collect(),
            vec![10],
        ),
        (
            "different shells at different products",
            many(1..6)
                .into_iter()
                .enumerate()
                .map(|(i, sign)| Sign {
                    keys: vec![SignKey::shell(&format!("{i}.aspx")).unwrap()],
                    ..sign
                })
                .collect(),
            vec![],
        ),
        (
            "after now",
            (1..6)
                .map(|number| shell(number, -i64::from(number)))
                .collect(),
            vec![],
        ),
    ];
    for (why, signs, expected) in rows {
        assert_eq!(members(&signs), expected, "{why}");
    }
}

#[test]
fn a_campaign_says_why_and_keeps_its_key() {
    let policy = Policy::default();
    let history = quiet(&policy);
    let signs: Vec<Sign> = (1..6)
        .map(|number| shell(number, i64::from(number)))
        .chain([graded(shell(9, 2), "F6")])
        .collect();
    let found = find(&signs, &history, &policy);
    let [campaign] = &found[..] else {
        panic!("one campaign, not one for each thing that is shared: {found:?}")
    };
    assert_eq!(
        campaign.key.0,
        "system-compromise|product:microsoft/exchange server|2021-03-05"
    );
    assert_eq!(
        campaign.product,
        Some(ProductKey::new("Microsoft", "Exchange Server"))
    );
    assert_eq!(campaign.to_ask, [OrganisationId("M00009".into())]);
    assert_eq!(
        (campaign.reporters, campaign.sensors.as_slice()),
        (0, &["shadowserver".to_string()][..])
    );
    assert_eq!(
        (campaign.first_at, campaign.last_at),
        (now() - 5.hours(), now() - 1.hours())
    );
    assert_eq!(campaign.signs().len(), 2, "the shell and the product");
    let product = campaign
        .reasons
        .iter()
        .find(|reason| reason.region.is_empty() && reason.key.kind() == KeyKind::Product)
        .unwrap();
    let said = product.sentence("Microsoft Exchange Server");
    let told = format!("{said:?}");
    assert_eq!(said.key, "notice.campaign_reason");
    for part in ["shares_product", "\"5\"", "\"82\"", "< 0.1"] {
        assert!(told.contains(part), "{told}");
    }

    // Two days later the first signs are out of sight and others came: still the same campaign.
    let known = [Known {
        key: campaign.key.clone(),
        signs: campaign.signs(),
        last_at: campaign.last_at,
    }];
    let later: Vec<Sign> = (20..26)
        .map(|number| shell(number, i64::from(number) - 70))
        .collect();
    let knowledge = Knowledge {
        history: &history,
        warninglists: &Warninglists::default(),
        known: &known,
    };
    let again = correlate(&later, knowledge, &policy, now() + 50.hours());
    assert_eq!(
        again
            .iter()
            .map(|campaign| &campaign.key)
            .collect::<Vec<_>>(),
        [&campaign.key]
    );
}

#[test]
fn what_a_warninglist_names_never_correlates() {
    let policy = Policy::default();
    let history = quiet(&policy);
    let signs: Vec<Sign> = (1..9)
        .map(|number| Sign {
            keys: vec![SignKey::source("8.8.8.8".parse().unwrap()).unwrap()],
            ..shell(number, 1)
        })
        .collect();
    assert_eq!(find(&signs, &history, &policy).len(), 1);
    let mut warninglists = Warninglists::default();
    warninglists.add_network("public-dns", "8.8.8.8/32".parse().unwrap());
    assert_eq!(
        correlate(
            &signs,
            Knowledge {
                history: &history,
                warninglists: &warninglists,
                known: &[]
            },
            &policy,
            now()
        ),
        []
    );
}

/// A scanner that meets forty members a day, always.
#[test]
fn who_is_always_there_is_held_down_by_its_past() {
    let policy = Policy::default();
    let scan = |number: u32, hours: i64| Sign {
        keys: vec![SignKey::source("9.9.9.9".parse().unwrap()).unwrap()],
        ..shell(number, hours)
    };
    let past: Vec<Sign> = (0..40u32 * 88)
        .map(|number| scan(number, 36 + i64::from(number) * 24 / 40))
        .collect();
    let rows = hour_counts(
        &past,
        &policy,
        &Warninglists::default(),
        now() - (89 * 24).hours(),
        now(),
    );
    let history = History::learn(rows, &policy, now());
    let today = |members: u32| {
        (0..members)
            .map(|number| scan(10_000 + number, i64::from(number) * 24 / i64::from(members)))
            .collect::<Vec<_>>()
    };
    assert_eq!(find(&today(45), &history, &policy).len(), 0, "as ever");
    assert_eq!(
        find(&today(200), &history, &policy).len(),
        1,
        "five times as many"
    );
    let quiet = quiet(&policy);
    assert_eq!(
        find(&today(45), &quiet, &policy).len(),
        1,
        "the same without a past"
    );
}

#[test]
fn counts_of_hours_hold_who_is_new() {
    let policy = Policy::default();
    let signs = [
        shell(1, 30),
        shell(1, 29),
        shell(2, 30),
        shell(2, 30 + 24 * 8),
        Sign {
            evidence: false,
            ..shell(3, 30)
        },
    ];
    let rows = hour_counts(
        &signs,
        &policy,
        &Warninglists::default(),
        now() - 48.hours(),
        now(),
    );
    let text: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {} {}",
                row.series.key.kind().as_str(),
                row.series.region,
                row.halves
            )
        })
        .collect();
    assert_eq!(
        text,
        [
            "product  5",
            "product Olpe 3",
            "product Siegen 2",
            "shell  5"
        ]
    );
    assert!(
        rows.iter()
            .all(|row| row.hour == (now().as_second() - 30 * 3_600) / 3_600)
    );
}

#[test]
fn what_others_may_learn() {
    let policy = Policy::default();
    let history = quiet(&policy);
    let campaign = |count: u32| {
        find(
            &(1..=count)
                .map(|number| shell(number, 1))
                .collect::<Vec<_>>(),
            &history,
            &policy,
        )
        .remove(0)
    };
    let facts = |count: u32, consents: bool| {
        let fact = |number| MemberFacts {
            organisation: shell(number, 1).organisation,
            region: shell(number, 1).region,
            consents,
        };
        (1..=count).map(fact).collect::<Vec<_>>()
    };
    let seven = disclose(&campaign(7), &facts(7, false), |_| false, &policy);
    assert_eq!(seven.at_least, Some(6), "rounded down to threes");
    assert_eq!(
        seven.regions,
        [("Olpe".to_string(), 3), ("Siegen".to_string(), 3)]
    );
    assert!(seven.may_be_named.is_empty());
    assert_eq!(seven.look_for, [SignKey::shell("help.aspx").unwrap()]);
    // Five: three and two. The two are not told, and neither are the three, because five minus three is two.
    let five = disclose(&campaign(5), &facts(5, true), |_| true, &policy);
    assert_eq!(
        (
            five.at_least,
            five.regions.len(),
            five.may_be_named.len(),
            five.look_for.len()
        ),
        (Some(3), 0, 5, 0)
    );
    // An operator who sets less than three gets three; one who sets more gets more.
    let policy = Policy {
        anonymity: 10,
        ..policy
    };
    let few = disclose(&campaign(7), &facts(7, false), |_| false, &policy);
    assert_eq!(
        (few.at_least, few.since, few.regions.len()),
        (None, None, 0)
    );
}

#[test]
fn a_memory_of_few_days_says_so() {
    let policy = Policy::default();
    let history = History::learn([], &policy, now());
    assert_eq!(history.days(), 0);
    let found = find(
        &(1..30).map(|number| shell(number, 1)).collect::<Vec<_>>(),
        &history,
        &policy,
    );
    assert_eq!(
        found.len(),
        1,
        "thirty within an hour are much, whatever is usual"
    );
    assert_eq!(found[0].reasons[0].days_of_past, 0);
    let three = Policy {
        detector: Detector::Three,
        ..policy
    };
    assert_eq!(
        find(
            &(1..4).map(|number| shell(number, 1)).collect::<Vec<_>>(),
            &history,
            &three
        )
        .len(),
        1
    );
}
