//! Signs from inside: a provider checks a customer's server, seals the report, and the chamber takes it in.

use crate::support::Home;
use serde_json::Value;
use std::path::Path;

/// After every day on which this test may run: the report bears the real time.
const AT: &str = "2099-01-01T08:00:00Z";

fn region() -> Home {
    let home = Home::drill();
    let members = home.file("members.csv", "external_id,name\nM1,Walzwerk GmbH\n");
    home.tuermer(&["import", "members", &members, "--at", AT])
        .expect(0);
    home
}

/// The logs of an invented server that climbed all eight steps.
fn victim() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tuermer-check/tests/fixtures/victim")
        .to_str()
        .unwrap()
        .to_string()
}

fn ingest(home: &Home, arguments: &[&str], code: i32) -> Value {
    home.tuermer(&[&["ingest"], arguments, &["--json", "--at", AT]].concat())
        .expect(code)
        .line()
}

fn signs(home: &Home) -> Vec<Value> {
    home.tuermer(&["sign", "list", "--json"]).lines()
}

#[test]
fn a_sealed_report_goes_from_the_server_to_the_chamber() {
    let home = region();
    let key = home.tuermer(&["check", "key", "--json"]).expect(0).line()["public_key"]
        .as_str()
        .unwrap()
        .to_string();
    assert_eq!(
        home.tuermer(&["check", "key", "--json"]).expect(0).line()["public_key"],
        key.as_str(),
        "there is one pair, and it stays"
    );
    let sealed = home.file("report.sealed", "");
    let check = home
        .tuermer(&[
            "check",
            "exchange",
            "--logs",
            &victim(),
            "--reference",
            "Mitglied M1",
            "--seal",
            &key,
            "--out",
            &sealed,
            "--json",
        ])
        .expect(3);
    assert_eq!(check.lines().last().unwrap()["grade"]["step"], 8);
    assert!(
        !String::from_utf8_lossy(&std::fs::read(&sealed).unwrap()).contains("findings"),
        "it can be read on the way"
    );
    let claimed = ingest(&home, &[&sealed], 0);
    assert_eq!(
        (
            claimed["kind"].as_str(),
            claimed["new"].as_u64(),
            claimed["attributed"].as_u64()
        ),
        (Some("check"), Some(3), Some(3)),
        "{claimed}"
    );
    assert!(
        claimed["remarks"].to_string().contains("step 8 of 8"),
        "{claimed}"
    );
    assert_eq!(
        (
            ingest(&home, &[&sealed], 0)["new"].as_u64(),
            signs(&home).len()
        ),
        (Some(0), 3),
        "read again, nothing changes"
    );
    let listed = signs(&home);
    let broken_in = listed
        .iter()
        .find(|sign| sign["class"] == "system-compromise")
        .unwrap_or_else(|| panic!("{listed:?}"));
    assert_eq!(
        (
            broken_in["organisation"].as_str(),
            broken_in["attribution"].as_str()
        ),
        (Some("M1"), Some("told:claim"))
    );
    assert!(
        broken_in["version"].is_null(),
        "a build that nobody vouches for closes nothing"
    );
    let tasks = home.tuermer(&["task", "list", "--json"]).expect(0).lines();
    assert!(
        tasks.iter().any(|task| task["kind"] == "incident"),
        "{tasks:?}"
    );
    // The officer knows who sent it.
    let vouched = ingest(&home, &[&sealed, "--member", "M1"], 0);
    assert_eq!(vouched["new"], 3, "{vouched}");
    assert!(
        signs(&home)
            .iter()
            .any(|sign| sign["version"] == "15.1.2106" && sign["attribution"] == "told:operator"),
        "{:?}",
        signs(&home)
    );
    let opened = home.tuermer(&["check", "open", &sealed]).expect(0).out;
    assert!(opened.contains("\"findings\""));
}

#[test]
fn a_report_that_cannot_be_used_says_why() {
    let home = region();
    let report = home.file("report.json", "");
    home.tuermer(&["check", "exchange", "--logs", &victim(), "--out", &report])
        .expect(3);
    let nobody = ingest(&home, &[&report], 1);
    assert!(
        nobody["rejected"].to_string().contains("--member NUMBER"),
        "{nobody}"
    );
    let wrong = home
        .tuermer(&["ingest", &report, "--member", "M9", "--at", AT])
        .expect(2);
    assert!(wrong.err.contains("M9"), "{}", wrong.err);
    let text = std::fs::read_to_string(&report).unwrap();
    for (name, changed, word) in [
        (
            "newer.json",
            text.replace("\"format_version\": 1", "\"format_version\": 7"),
            "format_version 7",
        ),
        ("cut.json", text[..text.len() / 2].to_string(), "JSON"),
        (
            "time.json",
            text.replacen("\"created_at\": \"20", "\"created_at\": \"30", 1),
            "in the future",
        ),
    ] {
        let path = home.file(name, changed);
        let line = ingest(&home, &[&path, "--member", "M1"], 1);
        assert!(
            line["rejected"].to_string().contains(word),
            "{name}: {line}"
        );
    }
    let sealed = home.file("other.sealed", "");
    let stranger = "tuermer-public-1:mFkKz4V0n9dY8h3m3xXc5hV0n1n9f3c0b7f3lq1Vt1E=";
    home.tuermer(&[
        "check",
        "exchange",
        "--logs",
        &victim(),
        "--seal",
        stranger,
        "--out",
        &sealed,
    ])
    .expect(3);
    let line = ingest(&home, &[&sealed, "--member", "M1"], 1);
    assert!(
        line["rejected"].to_string().contains("tuermer check key"),
        "{line}"
    );
    home.tuermer(&["check", "key"]).expect(0);
    let line = ingest(&home, &[&sealed, "--member", "M1"], 1);
    assert!(
        line["rejected"].to_string().contains("another key"),
        "{line}"
    );
    assert_eq!(
        signs(&home),
        Vec::<Value>::new(),
        "nothing of all this is a sign"
    );
}
