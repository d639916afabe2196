//! What machines read stays: the keys of `--json` and the exit code of each command, held against a list. A key that is
//! gone breaks somebody's script; a new one is written with `TIDY_WRITE=1`.

use crate::support::Home;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub const AT: &str = "2021-03-03T08:00:00Z";
pub const LATER: &str = "2021-03-03T09:00:00Z";

/// `a`, `a.b`, `a[].c` of a value.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                // Names of states and counts by them are values, not keys of a schema.
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                found.insert(path.clone());
                keys(value, &path, found);
            }
        }
        Value::Array(list) => list
            .iter()
            .for_each(|value| keys(value, &format!("{path}[]"), found)),
        _ => {}
    }
}

/// A drill with members, a threat, signs and a warning that left.
pub fn story(home: &Home) -> String {
    let password = home.file("password", "correct horse battery staple\n");
    for (name, role) in [("k.weber", "officer"), ("m.stein", "approver")] {
        home.tuermer(&[
            "user",
            "add",
            name,
            "--role",
            role,
            "--password-file",
            &password,
        ])
        .expect(0);
    }
    let members = home.file(
        "members.csv",
        "external_id,name,contact_name,email,phone\nM-1,Walzwerk GmbH,Frau Eins,eins@walzwerk.example,+4927111111\nM-2,Praxis Zwei,Frau Zwei,,+4927122222\n",
    );
    let inventory = home.file(
        "inventory.csv",
        "external_id,vendor,product,version,build,source,observed_at\nM-1,Microsoft,Exchange Server,2016 CU19,15.1.2176.2,provider,2021-03-01\nM-2,Microsoft,Exchange Server,2016,,register,2021-03-01\n",
    );
    let networks = home.file(
        "networks.csv",
        "external_id,kind,value\nM-1,network,192.0.2.0/24\n",
    );
    let report = home.file(
        "2021-03-03-scan_exchange-region.csv",
        "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n\"2021-03-03 06:00:00\",\"192.0.2.7\",\"443\",\"exchange\",\"15.1.2176\"\n",
    );
    home.tuermer(&["import", "members", &members, "--at", AT])
        .expect(0);
    home.tuermer(&["import", "inventory", &inventory, "--at", AT])
        .expect(0);
    home.tuermer(&["import", "networks", &networks, "--at", AT])
        .expect(0);
    home.tuermer(&["ingest", &report, "--at", AT]).expect(0);
    password
}

/// Commands whose answers others read.
pub fn calls(password: &str) -> Vec<Vec<&str>> {
    let officer = ["--as", "k.weber", "--password-file", password];
    let approver = ["--as", "m.stein", "--password-file", password];
    let threat = [
        "threat",
        "new",
        "--title",
        "Hole in Exchange",
        "--product",
        "Microsoft Exchange Server",
        "--cve",
        "CVE-2021-26855",
        "--level",
        "4",
        "--url",
        "https://example.org/notice",
    ];
    let number = "Ü-2021-001";
    vec![
        threat.to_vec(),
        vec!["run", "--once"],
        vec!["status"],
        vec!["member", "list"],
        vec!["member", "show", "M-1"],
        vec!["threat", "list"],
        vec!["threat", "show", "CVE-2021-26855"],
        vec!["exposure", "list"],
        vec!["explain", "CVE-2021-26855", "M-1"],
        vec!["match", "list"],
        vec!["match", "statistics"],
        vec!["match", "runs"],
        vec!["sign", "list"],
        vec!["sign", "campaigns"],
        [&["warn", "draft", "CVE-2021-26855"][..], &officer].concat(),
        [&["warn", "submit", number][..], &officer].concat(),
        vec!["warn", "list"],
        vec!["warn", "show", number],
        [&["warn", "approve", number, "--count", "2"][..], &officer].concat(),
        [&["warn", "approve", number, "--count", "2"][..], &approver].concat(),
        vec!["delivery", "run"],
        vec!["delivery", "list"],
        vec!["delivery", "call-list"],
        vec!["warn", "status", number],
        vec!["picture"],
        vec!["task", "list"],
        vec!["notice", "list"],
        vec!["feed", "list"],
        vec!["user", "list"],
        vec!["audit", "verify"],
        vec!["pack", "list"],
        vec!["policy", "show"],
        vec!["report", "list"],
        vec!["threat", "show", "CVE-2000-0001"],
    ]
}

#[test]
fn keys_and_exit_codes_stay() {
    let home = Home::drill();
    let password = story(&home);
    let calls = calls(&password);
    let mut text = String::new();
    for call in &calls {
        let ran = home.tuermer(&[call, &["--json", "--at", LATER][..]].concat());
        let mut found = BTreeSet::new();
        let lines = ran
            .out
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.for_each(|line| keys(&line, "", &mut found));
        let name: Vec<&str> = call
            .iter()
            .copied()
            .filter(|word| !word.contains('/'))
            .take(3)
            .collect();
        writeln!(text, "{} = {}", name.join(" "), ran.code).unwrap();
        for key in found {
            writeln!(text, "    {key}").unwrap();
        }
    }
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/json_keys.txt");
    if std::env::var_os("TIDY_WRITE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    let gone: Vec<&str> = held
        .lines()
        .filter(|line| !text.lines().any(|other| other == *line))
        .collect();
    assert!(
        gone.is_empty(),
        "gone, or with another exit code: {gone:#?}"
    );
    assert_eq!(held, text, "something is new; TIDY_WRITE=1 writes it down");
}
