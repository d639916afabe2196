//! The policy of the program, and the ways in which one's own can be wrong.

use super::{default_policy, default_text, defect, outcome_key, read};
use std::sync::Arc;
use tuermer_core::scale::{Level, Urgency};
use tuermer_core::urgency::FlawFacts;

#[test]
fn the_default_is_the_table_of_cisa() {
    assert!(defect().is_none(), "{:?}", defect());
    let policy = default_policy().unwrap();
    assert_eq!(
        (
            policy.name.as_str(),
            policy.version.as_str(),
            policy.rows.len()
        ),
        ("cisa:DT_BOD2604", "1.0.0", 16)
    );
    // In KEV, exposed, automatable, total → outcome; the order of the standard.
    let table = "FSU FSU 60D 60D 60D 14D 14D 3D 14D 14D 14D 3DF 14D 3DF 3D 3DF";
    for (number, key) in table.split(' ').enumerate() {
        let inputs = [8, 4, 2, 1].map(|bit| Some(number & bit != 0));
        let facts = FlawFacts {
            inputs,
            level: Level::Serious,
            epss: None,
            granted_days: None,
        };
        let decision = policy.decide(facts, &Arc::from(""));
        assert_eq!(
            (outcome_key(decision.urgency), &*decision.basis.row),
            (key, format!("BOD2604-{:02}", number + 1).as_str())
        );
        // Level 4 and exploited: today, whatever the table says.
        let red = policy.decide(
            FlawFacts {
                level: Level::Extreme,
                ..facts
            },
            &Arc::from(""),
        );
        assert_eq!(red.urgency == Urgency::Today, number & 8 != 0);
    }
}

#[test]
fn a_wrong_policy_is_refused_with_its_place() {
    let text = default_text();
    for (wrong, says) in [
        (text.replace("\"format\": 1", "\"format\": 2"), "format 2"),
        (
            text.replace("\"60D\"", "\"61D\""),
            "row BOD2604-03, field outcome: \"61D\"",
        ),
        (
            text.replace("BOD2604-02", "BOD2604-01"),
            "BOD2604-01 stands there twice",
        ),
        (text.replace("\"BOD2604-02\"", "\"\""), "no id"),
        (
            text.replace(
                "\"exposed\": true, \"automatable\": true",
                "\"exposed\": true, \"automatable\": false",
            ),
            "exploited=no exposed=yes automatable=yes total_impact=no",
        ),
        (
            text.replace("\"level_at_least\": 4", "\"level_at_least\": 5"),
            "row level-4, field level_at_least: \"5\"",
        ),
        (
            text.replace("\"level_at_least\": 4", "\"epss_at_least\": 1.5"),
            "row level-4, field epss_at_least: \"1.5\"",
        ),
        (text.replace("\"due_dates\"", "\"due_days\""), "line 24"),
        (text.replace("true, \"out", "maybe, \"out"), "line 8"),
        (String::new(), "cannot be read"),
        (" ".repeat(300_000), "larger than"),
    ] {
        let error = read(wrong.as_bytes()).expect_err(says).to_string();
        assert!(error.contains(says), "{error} / {says}");
    }
}

#[test]
fn another_policy_decides_otherwise() {
    let patient = r#"{"format": 1, "name": "ours", "version": "2", "source": "board of 3 May",
        "rows": [{"id": "exploited", "exploited": true, "outcome": "3D"}, {"id": "rest", "outcome": "14D"}]}"#;
    let policy = read(patient.as_bytes()).unwrap();
    let facts = FlawFacts {
        inputs: [Some(true), None, None, None],
        level: Level::Extreme,
        epss: None,
        granted_days: Some(1),
    };
    let decision = policy.decide(facts, &Arc::from(""));
    assert_eq!(
        (decision.urgency, &*decision.basis.row),
        (Urgency::Days3, "exploited")
    );
}
