//! Rows of verdicts: assets and signs against threats, and what is said of them.

pub(super) use super::fixtures::{LEAK, day, pack, threat};
use super::*;
use crate::acknowledgement::Answer;
use crate::asset::{Asset, Presence};
use crate::exposure::RemediationState;
use crate::ids::{AssetId, ObservationId, ThreatId};
use crate::observation::{Attribution, Observation};
use crate::pack::{Condition, PaidUpdates, Untold};
use crate::remeasure::{NO_REPORTS, ReportDays};
use crate::scale::{Certainty, Source, Urgency};
use crate::taxonomy::IncidentType;
use crate::threat::{ProductStatus, Statement, Vulnerability};
use crate::version::VersionRule;
use jiff::civil::date;
use std::sync::Arc;

pub(super) fn asset(build: &str) -> Asset {
    Asset {
        id: AssetId(format!("a{build}")),
        organisation: OrganisationId("o".into()),
        vendor: "Microsoft".into(),
        product: "Exchange Server".into(),
        version: "2016".into(),
        build: (!build.is_empty()).then(|| build.to_string()),
        hostname: String::new(),
        source: Source::Provider,
        observed_at: day("2021-01-12"),
        note: String::new(),
        presence: Presence::OnPremises,
    }
}

pub(super) fn sign(tags: &[&str], version: &str, at: &str) -> Sighting {
    let shell = tags.contains(&"webshell");
    Sighting {
        organisation: OrganisationId("o".into()),
        attribution: Attribution::Network("192.0.2.0/24".into()),
        observation: Observation {
            id: ObservationId(format!("{at}{version}")),
            ip: Some("192.0.2.7".parse().unwrap()),
            port: Some(443),
            hostname: Some("mail.example.org".into()),
            severity: "critical".into(),
            tags: tags.iter().map(|tag| (*tag).to_string()).collect(),
            proven_cves: tags
                .iter()
                .filter(|tag| tag.starts_with("cve-"))
                .map(|tag| tag.to_uppercase())
                .collect(),
            vendor: "Microsoft".into(),
            product: "Exchange Server".into(),
            version: (!version.is_empty()).then(|| version.to_string()),
            ..Observation::new(
                "scan_exchange",
                day(at),
                if shell {
                    IncidentType::SystemCompromise
                } else {
                    IncidentType::VulnerableSystem
                },
            )
        },
    }
}

fn judge(
    threat: &Threat,
    assets: Vec<Asset>,
    signs: Vec<Sighting>,
    answer: Option<Acknowledgement>,
) -> Option<Exposure> {
    measured(&NO_REPORTS, threat, assets, signs, answer)
}

fn measured(
    reports: &ReportDays,
    threat: &Threat,
    assets: Vec<Asset>,
    signs: Vec<Sighting>,
    answer: Option<Acknowledgement>,
) -> Option<Exposure> {
    let packs = [pack()];
    let urgencies = Urgencies::of(&crate::urgency::tests::policy(), threat);
    let case = Case {
        threat,
        packs: &packs,
        urgencies: &urgencies,
        reports,
        now: day("2021-03-12"),
    };
    let constituency = Constituency::new(assets, signs);
    let answers: Vec<Acknowledgement> = answer.into_iter().collect();
    assess(case, &constituency, &answers).pop()
}

#[track_caller]
fn check(
    assets: Vec<Asset>,
    signs: Vec<Sighting>,
    answer: Option<Acknowledgement>,
    expected: (Status, Certainty),
) -> Exposure {
    let exposure = judge(&threat(), assets, signs, answer).unwrap();
    assert_eq!(
        (exposure.status, exposure.certainty),
        expected,
        "{:?}",
        exposure.reason
    );
    exposure
}

fn said(answer: Answer, at: &str) -> Option<Acknowledgement> {
    let organisation = OrganisationId("o".into());
    Some(Acknowledgement {
        organisation,
        threat: ThreatId("t".into()),
        answer,
        cloud: None,
        by: Source::Member,
        at: day(at),
    })
}

const AFFECTED: (Status, Certainty) = (Status::Affected, Certainty::Observed);
const FIXED: (Status, Certainty) = (Status::Fixed, Certainty::Observed);
const OPEN_QUESTION: (Status, Certainty) = (Status::Unknown, Certainty::Possible);

#[test]
fn builds_decide_and_names_alone_never_do() {
    check(vec![asset("15.1.2176.2")], vec![], None, AFFECTED);
    check(vec![asset("15.01.2176.009")], vec![], None, FIXED);
    let three = check(vec![asset("15.1.2176")], vec![], None, OPEN_QUESTION);
    assert!(matches!(
        three.question,
        Some(Question::UpdateInstalled { .. })
    ));
    let name = check(vec![asset("")], vec![], None, OPEN_QUESTION);
    assert!(matches!(name.question, Some(Question::WhichBuild { .. })));
    let named_update = Asset {
        version: "2016 CU19".into(),
        ..asset("")
    };
    let exposure = check(vec![named_update], vec![], None, OPEN_QUESTION);
    assert!(matches!(exposure.reason, Reason::UpdateUnknown { .. }));
}

#[test]
fn get_exchangeserver_tells_the_cumulative_update_only() {
    let told = Asset {
        note: "Get-ExchangeServer".into(),
        ..asset("15.1.2176.2")
    };
    check(vec![told], vec![], None, OPEN_QUESTION);
}

#[test]
fn a_proof_outranks_the_version_beside_it_and_a_shell_is_an_incident() {
    let proof = check(
        vec![],
        vec![sign(
            &["exchange", "cve-2021-26855"],
            "15.1.2176",
            "2021-03-11",
        )],
        None,
        AFFECTED,
    );
    assert!(!proof.incident && matches!(proof.reason, Reason::ProvenByScan { .. }));
    check(
        vec![],
        vec![sign(&["exchange", "cve-2021-26855"], "", "2021-03-11")],
        None,
        AFFECTED,
    );
    let shell = check(
        vec![],
        vec![sign(&["exchange", "webshell"], "15.1.2176", "2021-03-11")],
        None,
        OPEN_QUESTION,
    );
    assert!(shell.incident && matches!(shell.reason, Reason::BreakIn { .. }));
    let both = check(
        vec![asset("15.1.2176.2")],
        vec![sign(&["webshell"], "", "2021-03-11")],
        None,
        AFFECTED,
    );
    assert!(both.incident && matches!(both.reason, Reason::BreakIn { .. }));
    let patched = check(
        vec![asset("15.1.2176.9")],
        vec![sign(&["webshell"], "", "2021-03-11")],
        None,
        FIXED,
    );
    assert!(patched.incident);
    check(
        vec![],
        vec![sign(&["exchange"], "15.1.2176", "2021-03-11")],
        None,
        OPEN_QUESTION,
    );
}

#[test]
fn the_newest_proof_wins_and_weaker_words_do_not() {
    let january = asset("15.1.2176.2");
    let provider_in_march = Asset {
        observed_at: day("2021-03-06"),
        ..asset("15.1.2176.9")
    };
    check(
        vec![january.clone(), provider_in_march.clone()],
        vec![],
        None,
        FIXED,
    );
    let proof_before = sign(&["cve-2021-26855"], "", "2021-03-05");
    check(
        vec![provider_in_march.clone()],
        vec![proof_before],
        None,
        FIXED,
    );
    let proof_after = sign(&["cve-2021-26855"], "", "2021-03-09");
    check(vec![provider_in_march], vec![proof_after], None, AFFECTED);
    check(
        vec![january],
        vec![sign(&[], "", "2021-03-09")],
        None,
        AFFECTED,
    );
}

#[test]
fn the_worst_of_two_servers_decides() {
    let first = Asset {
        hostname: "ex1".into(),
        ..asset("15.1.2176.2")
    };
    let second = Asset {
        hostname: "ex2".into(),
        observed_at: day("2021-03-06"),
        ..asset("15.1.2176.9")
    };
    check(vec![first, second], vec![], None, AFFECTED);
}

#[test]
fn own_words_hold_until_something_newer_is_measured() {
    let likely = |status| (status, Certainty::Likely);
    let done = check(
        vec![asset("15.1.2176.2")],
        vec![],
        said(Answer::Done, "2021-03-04"),
        likely(Status::Fixed),
    );
    assert!(!done.measured && done.urgency == Urgency::Past);
    assert!(
        done.matches
            .iter()
            .all(|m| m.remediation == RemediationState::Done)
    );
    check(
        vec![asset("15.1.2176.2")],
        vec![],
        said(Answer::NotUs, "2021-03-04"),
        likely(Status::NotAffected),
    );
    let working = check(
        vec![asset("15.1.2176.2")],
        vec![],
        said(Answer::InProgress, "2021-03-04"),
        AFFECTED,
    );
    assert!(
        working
            .matches
            .iter()
            .all(|m| m.remediation == RemediationState::InProgress)
    );
    let seen_again = vec![sign(&["cve-2021-26855"], "", "2021-03-09")];
    check(
        vec![asset("15.1.2176.2")],
        seen_again,
        said(Answer::Done, "2021-03-04"),
        AFFECTED,
    );
    let measured = check(
        vec![asset("15.1.2176.2")],
        vec![sign(&[], "15.1.2176.9", "2021-03-09")],
        said(Answer::Done, "2021-03-04"),
        FIXED,
    );
    assert!(measured.measured);
}

#[test]
fn later_measurements_bear_out_a_done_or_contradict_it() {
    let proof = |at| sign(&["exchange", "cve-2021-26855"], "15.1.2176", at);
    let came = |days: &[i8]| {
        days.iter()
            .map(|day| ("scan_exchange".to_string(), date(2021, 3, *day)))
            .collect::<ReportDays>()
    };
    let judge = |reports: &ReportDays, signs: Vec<Sighting>, answer| {
        measured(reports, &threat(), vec![], signs, answer).unwrap()
    };
    let gone = judge(
        &came(&[3, 4, 6, 11]),
        vec![proof("2021-03-03")],
        said(Answer::Done, "2021-03-03"),
    );
    assert!(
        gone.status == Status::Fixed && gone.measured,
        "{:?}",
        gone.reason
    );
    assert!(
        matches!(
            gone.reason,
            Reason::NoLongerListed {
                reports: 3,
                days: 7,
                ..
            }
        ),
        "{:?}",
        gone.reason
    );
    let early = judge(
        &came(&[3, 4, 6]),
        vec![proof("2021-03-03")],
        said(Answer::Done, "2021-03-03"),
    );
    assert!(early.status == Status::Fixed && !early.measured);
    let silent = judge(&came(&[3, 4, 6, 11]), vec![proof("2021-03-03")], None);
    assert!(
        silent.status == Status::Affected,
        "absence alone closes nothing"
    );
    // Listed every day as a server that answers, in a version that shows no update: no contradiction.
    let open_door = judge(
        &NO_REPORTS,
        vec![
            proof("2021-03-03"),
            sign(&["exchange"], "15.1.2176", "2021-03-05"),
        ],
        said(Answer::Done, "2021-03-03"),
    );
    assert!(
        open_door.status == Status::Fixed && !open_door.measured,
        "{:?}",
        open_door.reason
    );
    let again = judge(
        &came(&[3, 4, 6, 11]),
        vec![proof("2021-03-03"), proof("2021-03-06")],
        said(Answer::Done, "2021-03-03"),
    );
    let Reason::SeenAgain { said_at, now, .. } = &again.reason else {
        panic!("{:?}", again.reason)
    };
    assert!(
        again.status == Status::Affected
            && *said_at == day("2021-03-03")
            && matches!(**now, Reason::ProvenByScan { .. })
    );
    // A break-in after "done" is shown, although the hole counts as closed.
    let shell = judge(
        &NO_REPORTS,
        vec![sign(&["webshell"], "", "2021-03-05")],
        said(Answer::Done, "2021-03-03"),
    );
    assert!(
        shell.incident && matches!(shell.reason, Reason::BreakIn { .. }),
        "{:?}",
        shell.reason
    );
}

#[test]
fn cloud_and_absent_are_not_affected_until_seen() {
    let cloud = Asset {
        presence: Presence::Cloud,
        source: Source::Member,
        observed_at: day("2021-03-03"),
        ..asset("")
    };
    check(
        vec![cloud.clone()],
        vec![],
        None,
        (Status::NotAffected, Certainty::Observed),
    );
    check(
        vec![cloud],
        vec![sign(&[], "", "2021-03-09")],
        None,
        OPEN_QUESTION,
    );
}

#[test]
fn a_withdrawn_advisory_affects_nobody() {
    let withdrawn = Threat {
        withdrawn: true,
        ..threat()
    };
    let exposure = judge(&withdrawn, vec![asset("15.1.2176.2")], vec![], None).unwrap();
    assert_eq!(
        (exposure.status, exposure.reason),
        (Status::NotAffected, Reason::Withdrawn)
    );
}

#[test]
fn other_products_have_no_exposure() {
    let other = Asset {
        product: "SharePoint Server".into(),
        ..asset("16.0.1.1")
    };
    assert!(judge(&threat(), vec![other], vec![], None).is_none());
}

/// Generic advisory: lists, ranges, nothing said.
#[test]
fn version_statements_decide_where_no_pack_does() {
    let statement = |versions: VersionRule, status| Statement {
        vulnerability: Some(0),
        product: ProductKey::new("CSAF Tools", "CVRF-CSAF-Converter"),
        product_name: "CVRF-CSAF-Converter".into(),
        versions,
        status,
        remedy: None,
        justification: None,
    };
    let list = |version: &str, status| statement(VersionRule::Exactly(version.into()), status);
    let listed = Threat {
        exploited: false,
        level: None,
        vulnerabilities: vec![Vulnerability {
            id: "CVE-2022-27193".into(),
            ..Vulnerability::default()
        }],
        statements: vec![
            list("1.0.0-rc1", ProductStatus::Affected),
            list("1.0.0-rc2", ProductStatus::Fixed),
        ],
        ..threat()
    };
    let wildcard = Threat {
        statements: vec![statement(VersionRule::All, ProductStatus::Affected)],
        ..listed.clone()
    };
    let unread = Threat {
        statements: vec![statement(
            VersionRule::NotUnderstood("older ones".into()),
            ProductStatus::Affected,
        )],
        ..listed.clone()
    };
    for (threat, version, expected) in [
        (&listed, "1.0.0-rc1", AFFECTED),
        (&listed, "1.0.0-rc2", FIXED),
        (&listed, "0.9", OPEN_QUESTION),
        (&listed, "", OPEN_QUESTION),
        (&wildcard, "1.0.0-rc1", OPEN_QUESTION),
        (&unread, "1.0.0-rc1", OPEN_QUESTION),
    ] {
        let asset = Asset {
            vendor: "CSAF Tools".into(),
            product: "CVRF-CSAF-Converter".into(),
            version: version.into(),
            build: None,
            ..asset("")
        };
        let exposure = judge(threat, vec![asset], vec![], None).unwrap();
        assert_eq!(
            (exposure.status, exposure.certainty),
            expected,
            "{version}: {:?}",
            exposure.reason
        );
    }
}

/// Each second step is asked for by itself; the update that only customers get asks whether this is one.
#[test]
fn steps_and_paid_updates_are_settled_one_by_one() {
    let condition = |key: &str, untold| {
        Arc::new(Condition {
            key: key.into(),
            question: Default::default(),
            step: Default::default(),
            untold,
            settled_by: Vec::new(),
            open_by: Vec::new(),
            settled_from_update: None,
            since: None,
        })
    };
    let mut table = pack();
    table.fixes[0].conditions = vec![
        condition("likely", Untold::Fixed),
        condition("first", Untold::Unknown),
        condition("second", Untold::Unknown),
    ];
    table.paid = vec![Arc::new(PaidUpdates {
        programme: "ESU".into(),
        lines: vec!["Exchange Server 2016".to_string()],
        updates: vec!["Mar21SU".into()],
        until: date(2026, 11, 1),
        condition: condition("esu", Untold::Unknown),
    })];
    let packs = [table];
    let threat = threat();
    let urgencies = Urgencies::of(&crate::urgency::tests::policy(), &threat);
    let case = Case {
        threat: &threat,
        packs: &packs,
        urgencies: &urgencies,
        reports: &NO_REPORTS,
        now: day("2021-03-12"),
    };
    for (build, note, expected, asked) in [
        ("15.1.2176.9", "", OPEN_QUESTION, Some("first")),
        ("15.1.2176.9", "first", OPEN_QUESTION, Some("second")),
        ("15.1.2176.9", "second", OPEN_QUESTION, Some("first")),
        (
            "15.1.2176.9",
            "first, second",
            (Status::Fixed, Certainty::Likely),
            Some("likely"),
        ),
        ("15.1.2176.9", "first, second, likely", FIXED, None),
        ("15.1.2176.9", "first, second=no", AFFECTED, None),
        (
            "15.1.2176.9",
            "kein esu, first, second, likely",
            FIXED,
            None,
        ),
        ("15.1.2176.2", "", AFFECTED, Some("esu")),
        ("15.1.2176.2", "esu", AFFECTED, None),
        ("15.1.2176.2", "kein esu", AFFECTED, None),
        ("15.1.2176", "esu", OPEN_QUESTION, None),
        // Whoever is no customer cannot have the update, though three parts do not show it.
        (
            "15.1.2176",
            "kein esu",
            (Status::Affected, Certainty::Likely),
            None,
        ),
    ] {
        let told = Asset {
            note: note.into(),
            ..asset(build)
        };
        let exposure = assess(case, &Constituency::new(vec![told], Vec::new()), &[])
            .pop()
            .unwrap();
        assert_eq!(
            (exposure.status, exposure.certainty),
            expected,
            "{build} {note}"
        );
        let key = match &exposure.question {
            Some(Question::Condition { condition, .. }) => Some(condition.as_str()),
            _ => None,
        };
        assert_eq!(key, asked, "{build} {note}");
    }
}
