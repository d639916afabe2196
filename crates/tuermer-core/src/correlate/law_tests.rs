//! Laws that the correlation keeps whatever comes in, and the statistics against values of other programs.

use super::baseline::Baseline;
use super::detect::{Arrival, View};
use super::disclosure::{MemberFacts, disclose};
use super::tail::{ln_tail, shape};
use super::tests::{find, quiet, shell, told_by};
use super::*;
use crate::admiralty::Grade;
use proptest::prelude::*;

/// Values of scipy 1.17: `nbinom.logsf(k − 1, shape, 1 / dispersion)`.
#[test]
fn the_tail_is_that_of_scipy() {
    let rows = [
        (1, 1.0, 2.0, -std::f64::consts::LN_2),
        (3, 0.5, 2.0, -2.999_233_138_826_403_5),
        (3, 8.0, 1.001, -15.944_018_528_884_357),
        (5, 2.5, 1.8, -2.282_760_145_905_094_4),
        (30, 4.0, 4.0, -3.884_986_714_560_131),
        (100, 2.0, 10.0, -8.138_156_292_984_258),
        (3, 0.0128, 40.0, -3.563_546_810_815_165),
        (200, 100.0, 2.0, -19.750_007_192_846_52),
        (150, 100.0, 2.0, -7.208_072_754_228_842_5),
        (50, 100.0, 2.0, -1.783_573_736_551_756_7e-5),
        (2, 0.000_1, 3.0, -10.049_766_100_752_754),
        (1_000, 100_000.0, 1.01, -0.684_896_241_212_032_7),
        (1_200, 100_000.0, 1.01, -21.280_047_693_363_43),
        (80, 8_000.0, 1.001, -114.895_237_173_821_74),
        (0, 3.0, 2.0, 0.0),
    ];
    for (at_least, shape, dispersion, expected) in rows {
        let is = ln_tail(at_least, shape, dispersion);
        assert!(
            (is - expected).abs() <= 1e-6 * expected.abs().max(1e-3),
            "{at_least} {shape} {dispersion}: {is} instead of {expected}"
        );
    }
    // Nearly Poisson: P(N ≥ 3) with mean 1 is 0.0803.
    assert!((ln_tail(3, shape(1.0, 1.0), 1.0).exp() - 0.080_301).abs() < 1e-3);
}

#[test]
fn a_baseline_knows_week_and_scatter_and_forgets_outbreaks() {
    // 5 January 1970 was a Monday.
    let week: Vec<f64> = (0..84)
        .map(|day| if day % 7 < 5 { 20.0 } else { 4.0 })
        .collect();
    let baseline = Baseline::learn(&week, 4);
    assert!((baseline.per_day - 15.4).abs() < 0.1, "{baseline:?}");
    let (monday, sunday) = (
        baseline.expected(4 * 86_400, 5 * 86_400),
        baseline.expected(10 * 86_400, 11 * 86_400),
    );
    assert!(
        (monday - 20.0).abs() < 0.6 && (sunday - 4.0).abs() < 0.8,
        "{monday} {sunday}"
    );
    assert!(baseline.dispersion < 1.01);
    let half = baseline.expected(9 * 86_400 + 43_200, 10 * 86_400 + 43_200);
    assert!(
        (half - sunday).abs() < 0.1,
        "a window over two days of the weekend"
    );

    let scatter: Vec<f64> = (0..84)
        .map(|day| if day % 3 == 0 { 12.0 } else { 1.0 })
        .collect();
    assert!(Baseline::learn(&scatter, 4).dispersion > 3.0);

    let mut outbreak = vec![2.0; 84];
    outbreak[40] = 60.0;
    let baseline = Baseline::learn(&outbreak, 4);
    assert!(
        baseline.per_day < 2.2,
        "one day of sixty moves the mean of two little: {baseline:?}"
    );

    let never = Baseline::learn(&[0.0; 84], 4);
    assert!(never.per_day > 0.0 && never.per_day < 0.01);
    assert!(Baseline::learn(&[], 0).per_day > 0.0);
}

/// With Poisson signs a threshold of `h` nats is passed by at most `exp(−h)` of them, as promised.
#[test]
fn evidence_is_worth_what_it_says() {
    let baseline = Baseline {
        per_day: 2.0,
        weekday: [1.0; 7],
        dispersion: 1.0,
    };
    // A fixed row of numbers (Knuth's MMIX), turned into pauses of a Poisson process of two a day.
    let mut state = 1u64;
    let mut at = 0.0;
    let arrivals: Vec<Arrival> = (0..20_000)
        .map(|voice| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            at -= 43_200.0 * ((state >> 11) as f64 / (1u64 << 53) as f64).max(1e-12).ln();
            Arrival {
                at: at as i64,
                halves: 2,
                voice,
            }
        })
        .collect();
    for detector in [Detector::Exceedance, Detector::Cusum, Detector::Scan] {
        let mut passed = 0;
        for end in 40..arrivals.len() {
            let view = View::new(&arrivals[end - 40..=end], &baseline, None, 3);
            passed += usize::from(
                detector
                    .strongest(&view, 40)
                    .is_some_and(|found| found.evidence >= 5.0),
            );
        }
        let share = passed as f64 / arrivals.len() as f64;
        assert!(
            share <= (-5.0f64).exp() * 1.2,
            "{}: {share}",
            detector.as_str()
        );
        assert!(share > 0.0, "{} never alarms at all", detector.as_str());
    }
}

#[derive(Debug, Clone)]
struct Drawn {
    member: u32,
    hours_ago: i64,
    reporter: u32,
    grade: usize,
    evidence: bool,
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let one = (0..12u32, 0..24i64, 0..6u32, 0..4usize, any::<bool>());
    prop::collection::vec(
        one.prop_map(|(member, hours_ago, reporter, grade, evidence)| Drawn {
            member,
            hours_ago,
            reporter,
            grade,
            evidence,
        }),
        0..30,
    )
}

fn sign(drawn: &Drawn) -> Sign {
    let Drawn {
        member,
        hours_ago,
        reporter,
        grade,
        evidence,
    } = drawn;
    let sign = Sign {
        grade: Grade::read(["B2", "A1", "C3", "F6"][*grade]).unwrap(),
        evidence: *evidence,
        ..shell(*member, *hours_ago)
    };
    match reporter {
        0 => sign,
        1 => told_by(sign.clone(), sign.organisation.as_str()),
        other => told_by(sign, &format!("P{other}")),
    }
}

fn policy(detector: Detector) -> Policy {
    // Generous, so that small things are found and the laws have something to bite on.
    Policy {
        detector,
        false_alarms_per_month: 30.0,
        ..Policy::default()
    }
}

fn voices(campaigns: &[Campaign]) -> u32 {
    campaigns
        .iter()
        .flat_map(|campaign| &campaign.reasons)
        .map(|reason| reason.seen)
        .max()
        .unwrap_or(0)
}

fn check_laws(detector: Detector, drawn: &[Drawn], seed: usize, extra: &[u32]) {
    let policy = policy(detector);
    let history = quiet(&policy);
    let signs: Vec<Sign> = drawn.iter().map(sign).collect();
    let found = find(&signs, &history, &policy);

    let mut turned = signs.clone();
    turned.reverse();
    turned.rotate_left(seed % signs.len().max(1));
    assert_eq!(
        find(&turned, &history, &policy),
        found,
        "the order of signs does not matter"
    );
    let twice: Vec<Sign> = signs.iter().chain(&signs).cloned().collect();
    assert_eq!(
        voices(&find(&twice, &history, &policy)),
        voices(&found),
        "the same sign twice is one sign"
    );

    for campaign in &found {
        assert!(
            campaign.members.len() >= 3 && campaign.reasons.iter().all(|reason| reason.seen >= 3),
            "{campaign:?}"
        );
        let facts: Vec<MemberFacts> = campaign
            .members
            .iter()
            .map(|member| MemberFacts {
                organisation: member.clone(),
                region: "x".into(),
                consents: false,
            })
            .collect();
        let told = disclose(
            campaign,
            &facts,
            |_| false,
            &Policy {
                anonymity: 0,
                ..policy.clone()
            },
        );
        assert!(
            told.may_be_named.is_empty()
                && told.at_least.is_none_or(|count| count >= 3)
                && told.regions.iter().all(|(_, count)| *count >= 3)
        );
    }

    // Somebody who already told of one thing tells of more, at the hour of his first report.
    if let Some(first) =
        signs.iter().filter(|sign| matches!(&sign.reporter, Reporter::Organisation(reporter) if *reporter != sign.organisation)).min_by_key(|sign| sign.at)
    {
        let region = |sign: &Sign| sign.region.clone();
        let more =
            extra.iter().map(|member| Sign { at: first.at, grade: Grade::read("F6").unwrap(), region: region(first), ..told_by(shell(*member, 0), "P9") });
        let useless: Vec<Sign> = signs.iter().cloned().chain(more).collect();
        assert_eq!(voices(&find(&useless, &history, &policy)), voices(&found), "what has no basis never counts");
    }

    // Every sign gets evidence and the best grade: nothing that was found is lost.
    let better: Vec<Sign> = signs
        .iter()
        .map(|sign| Sign {
            evidence: true,
            ..sign.clone()
        })
        .collect();
    let best = find(&better, &history, &policy);
    assert!(
        found.is_empty() || !best.is_empty(),
        "more evidence never loses a campaign"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn laws(drawn in drawn(), seed in 0..30usize, extra in prop::collection::vec(0..40u32, 0..8)) {
        for detector in Detector::ALL {
            check_laws(*detector, &drawn, seed, &extra);
        }
    }

    /// Only statements, one of whose reporters goes on and on within the same day.
    #[test]
    fn one_poisoned_reporter_never_raises(drawn in drawn(), extra in prop::collection::vec((0..40u32, 0..24i64), 1..20)) {
        let policy = Policy { detector: Detector::Exceedance, ..policy(Detector::Exceedance) };
        let history = quiet(&policy);
        let poison = Sign { evidence: true, ..told_by(shell(1, 0), "poison") };
        let signs: Vec<Sign> = drawn.iter().map(sign).map(|sign| Sign { region: String::new(), at: shell(0, 0).at, ..sign }).chain([Sign { region: String::new(), ..poison.clone() }]).collect();
        let before = find(&signs, &history, &policy);
        let more = extra.iter().map(|(member, _)| Sign { organisation: shell(*member, 0).organisation, region: String::new(), ..poison.clone() });
        let after = find(&signs.iter().cloned().chain(more.clone()).collect::<Vec<_>>(), &history, &policy);
        prop_assert!(voices(&after) <= voices(&before), "{} voices became {}", voices(&before), voices(&after));
        prop_assert!(before.len() >= after.len());
        prop_assert_eq!(find(&more.collect::<Vec<_>>(), &history, &policy), []);
    }
}
