//! Rows of the table of CISA BOD 26-04, unknown answers, lifts, and due days of KEV.

use super::*;

/// The table of `cisa:DT_BOD2604` 1.0.0: exploited, exposed, automatable, total impact → outcome.
const TABLE: [([bool; 4], Urgency); 16] = {
    let (y, n) = (true, false);
    [
        ([n, n, n, n], Urgency::OnUpgrade),
        ([n, n, n, y], Urgency::OnUpgrade),
        ([n, n, y, n], Urgency::Days60),
        ([n, n, y, y], Urgency::Days60),
        ([n, y, n, n], Urgency::Days60),
        ([n, y, n, y], Urgency::Days14),
        ([n, y, y, n], Urgency::Days14),
        ([n, y, y, y], Urgency::Days3),
        ([y, n, n, n], Urgency::Days14),
        ([y, n, n, y], Urgency::Days14),
        ([y, n, y, n], Urgency::Days14),
        ([y, n, y, y], Urgency::Days3AndTraces),
        ([y, y, n, n], Urgency::Days14),
        ([y, y, n, y], Urgency::Days3AndTraces),
        ([y, y, y, n], Urgency::Days3),
        ([y, y, y, y], Urgency::Days3AndTraces),
    ]
};

pub(crate) fn policy() -> UrgencyPolicy {
    let row = |(number, (inputs, outcome)): (usize, ([bool; 4], Urgency))| PolicyRow {
        id: Arc::from(format!("R{:02}", number + 1)),
        inputs: inputs.map(Some),
        level_at_least: None,
        epss_at_least: None,
        outcome,
    };
    let lift = PolicyRow {
        id: Arc::from("level-4"),
        inputs: [Some(true), None, None, None],
        level_at_least: Some(Level::Extreme),
        epss_at_least: None,
        outcome: Urgency::Today,
    };
    UrgencyPolicy {
        name: "test".into(),
        version: "1".into(),
        source: "test".into(),
        rows: TABLE.into_iter().enumerate().map(row).collect(),
        lifts: vec![lift],
        due_dates: true,
    }
}

fn facts(inputs: [Option<bool>; 4], level: Level, granted_days: Option<i64>) -> FlawFacts {
    FlawFacts {
        inputs,
        level,
        epss: None,
        granted_days,
    }
}

fn decide(facts: FlawFacts) -> Decision {
    policy().decide(facts, &Arc::from("CVE-2025-5777"))
}

#[test]
fn every_row_of_the_table() {
    for (number, (inputs, outcome)) in TABLE.into_iter().enumerate() {
        let found = decide(facts(inputs.map(Some), Level::Serious, None));
        assert_eq!(found.urgency, outcome, "{inputs:?}");
        assert_eq!(&*found.basis.row, format!("R{:02}", number + 1));
        assert!(found.basis.inputs.iter().all(|input| !input.assumed));
    }
}

#[test]
fn unknown_counts_as_the_worse_value_and_is_marked() {
    let (y, n, u) = (Some(true), Some(false), None);
    for (inputs, outcome, told) in [
        (
            [n, u, u, u],
            Urgency::Days3,
            "exploited=no exposed=yes? automatable=yes? total_impact=yes?",
        ),
        (
            [y, u, y, y],
            Urgency::Days3AndTraces,
            "exploited=yes exposed=yes? automatable=yes total_impact=yes",
        ),
        (
            [y, n, u, n],
            Urgency::Days14,
            "exploited=yes exposed=no automatable=yes? total_impact=no",
        ),
        (
            [n, n, n, u],
            Urgency::OnUpgrade,
            "exploited=no exposed=no automatable=no total_impact=yes?",
        ),
    ] {
        let found = decide(facts(inputs, Level::Serious, None));
        assert_eq!(
            (found.urgency, found.basis.inputs_text().as_str()),
            (outcome, told)
        );
        let read: Vec<Answered> = Basis::parse_inputs(told)
            .into_iter()
            .map(|(_, answer)| answer)
            .collect();
        assert_eq!(read, found.basis.inputs);
    }
}

#[test]
fn lifts_and_due_days_only_shorten() {
    let (y, n) = (Some(true), Some(false));
    for (inputs, level, days, outcome, row) in [
        (
            [y, y, y, y],
            Level::Extreme,
            None,
            Urgency::Today,
            "R16+level-4",
        ),
        ([n, y, y, y], Level::Extreme, None, Urgency::Days3, "R08"),
        // CVE-2025-5777: listed on 10 July 2025, due on 11 July
        (
            [y, y, n, n],
            Level::Elevated,
            Some(1),
            Urgency::Today,
            "R13+due-date",
        ),
        (
            [y, y, n, n],
            Level::Elevated,
            Some(7),
            Urgency::Days3,
            "R13+due-date",
        ),
        (
            [y, y, y, n],
            Level::Elevated,
            Some(7),
            Urgency::Days3,
            "R15",
        ),
        (
            [y, y, y, y],
            Level::Serious,
            Some(2),
            Urgency::Days3AndTraces,
            "R16",
        ),
        (
            [y, y, n, n],
            Level::Elevated,
            Some(14),
            Urgency::Days14,
            "R13",
        ),
        (
            [y, y, n, n],
            Level::Elevated,
            Some(21),
            Urgency::Days14,
            "R13",
        ),
        // due before it was listed: a mistake of the catalogue
        (
            [y, y, n, n],
            Level::Elevated,
            Some(-201),
            Urgency::Days14,
            "R13",
        ),
    ] {
        let found = decide(facts(inputs, level, days));
        assert_eq!(
            (found.urgency, &*found.basis.row),
            (outcome, row),
            "{inputs:?} {days:?}"
        );
    }
    let without = UrgencyPolicy {
        due_dates: false,
        ..policy()
    };
    assert_eq!(
        without
            .decide(
                facts([y, y, n, n], Level::Elevated, Some(1)),
                &Arc::from("")
            )
            .urgency,
        Urgency::Days14
    );
}

#[test]
fn a_row_may_ask_for_epss() {
    let first = PolicyRow {
        id: Arc::from("likely"),
        inputs: [Some(false), Some(true), None, None],
        level_at_least: None,
        epss_at_least: Some(500_000),
        outcome: Urgency::Days3,
    };
    let mut policy = policy();
    policy.rows.insert(0, first);
    let facts = facts(
        [Some(false), Some(true), Some(false), Some(false)],
        Level::Elevated,
        None,
    );
    assert_eq!(
        policy
            .decide(
                FlawFacts {
                    epss: Some(500_000),
                    ..facts
                },
                &Arc::from("")
            )
            .urgency,
        Urgency::Days3
    );
    assert_eq!(
        policy
            .decide(
                FlawFacts {
                    epss: Some(499_999),
                    ..facts
                },
                &Arc::from("")
            )
            .urgency,
        Urgency::Days60
    );
    assert_eq!(
        policy.decide(facts, &Arc::from("")).urgency,
        Urgency::Days60
    );
}

#[test]
fn vectors_are_read_by_the_stated_rule() {
    for (vector, read) in [
        ("", None),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            Some((true, true)),
        ),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
            Some((true, false)),
        ),
        (
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:L/A:N",
            Some((false, true)),
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
            Some((true, true)),
        ),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", Some((true, false))),
        ("AV:L/AC:L/Au:N/C:C/I:C/A:C", Some((false, true))),
    ] {
        assert_eq!(from_cvss_vector(vector), read, "{vector}");
    }
}
