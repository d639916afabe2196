//! `tuermer pack`: contradictions of the sources, single builds, and every expected answer of the public table.

use crate::support::{Home, Run, shared_data};
use serde_json::Value;
use std::collections::BTreeMap;

fn tuermer(arguments: &[&str]) -> Run {
    Home::embedded().tuermer(arguments)
}

#[test]
fn a_build_is_judged_by_what_was_known_on_the_day() {
    let judge = |day: &str| tuermer(&["pack", "judge", "exchange", "15.2.659.4", "CVE-2021-26855", "--as-of", day, "--json"]).expect(0).line();
    let before = judge("2021-03-05");
    assert_eq!((&before["state"], &before["status"]), (&Value::from("affected"), &Value::from("affected")));
    assert_eq!((&before["cumulative_update_first"], &before["fixed_build"]), (&Value::from(true), &Value::Null));
    let after = judge("2021-03-12");
    assert_eq!((&after["cumulative_update_first"], &after["fixed_build"]), (&Value::from(false), &Value::from("15.2.659.12")));
    assert_eq!((&after["line"], &after["cumulative_update"], &after["kb"]), (&"Exchange Server 2019".into(), &"CU6".into(), &"KB5000871".into()));
}

#[test]
fn contradictions_of_the_sources_are_reported() {
    let lines = tuermer(&["pack", "check", "exchange", "--json"]).expect(0).lines();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines {
        let builds: Vec<&str> = line["builds"].as_array().unwrap().iter().map(|build| build.as_str().unwrap()).collect();
        found.entry(line["kind"].as_str().unwrap().to_string()).or_default().push(builds.join(" "));
    }
    let expected = |kind: &str| found.get(kind).cloned().unwrap_or_default();
    assert_eq!(expected("two-numbers"), ["15.1.1415.8 15.1.1415.10", "15.1.1466.13 15.1.1466.16", "15.2.858.2 15.2.858.5"]);
    assert_eq!(expected("one-number"), ["15.0.1473.3", "15.1.1713.5", "15.2.330.5"]);
    assert_eq!(expected("two-names"), ["15.0.847.32 15.0.847.64"]);
    assert_eq!(expected("one-source"), ["15.0.847.64", "15.2.221.18"]);
    assert!(expected("later-than-told").contains(&"15.2.659.12".to_string()));
    let sentences = tuermer(&["pack", "check"]).expect(0).out;
    assert!(sentences.contains("Exchange Server 2016 CU8 Mar21SU: two numbers 15.1.1415.8 / 15.1.1415.10 (CSS / MSB); the lower one counts"), "{sentences}");
    assert!(!sentences.contains('{'), "{sentences}");
}

#[test]
fn every_text_of_a_judgement_exists() {
    for build in ["15.1.2176.9", "15.1.2176", "15.0.1497.48", "15.2.2562.17", "15.1.2177", "14.3.1.1", "16.x banana"] {
        for language in ["de", "en"] {
            let out = tuermer(&["pack", "judge", "exchange", build, "--lang", language]).expect(0).out;
            let is_key = |word: &str| word.strip_prefix("pack.").is_some_and(|rest| !rest.is_empty());
            assert!(!out.split_whitespace().any(is_key) && !out.contains('{'), "{build}: {out}");
            assert_eq!(out.lines().count(), 123, "{build}");
        }
    }
    tuermer(&["pack", "judge", "netscaler", "1.2.3.4"]).expect(1);
    assert!(tuermer(&["pack", "list"]).expect(0).out.contains("Microsoft Exchange Server"));
    assert_eq!(tuermer(&["pack", "show", "exchange", "--json"]).expect(0).lines().len(), 303);
}

/// The public table of expected answers, through the binary; skipped aloud where it is absent.
#[test]
fn the_expected_answers_come_out_exactly() {
    let Some(data) = shared_data() else { return };
    let text = std::fs::read_to_string(data.join("exchange-builds/golden-build-vs-cve.json")).unwrap();
    let table: Value = serde_json::from_str(&text).unwrap();
    let builds = table["results"].as_object().unwrap();
    assert_eq!(builds.len(), 42);
    for (build, answers) in builds {
        let answers = answers.as_object().unwrap();
        let mut arguments = vec!["pack", "judge", "exchange", build, "--json"];
        arguments.extend(answers.keys().map(String::as_str));
        for line in tuermer(&arguments).expect(0).lines() {
            assert_eq!(line["state"], answers[line["cve"].as_str().unwrap()], "{line}");
        }
    }
}
