//! The table of deadlines: which row decided, what was assumed, and a table of one's own.

use crate::support::Home;
use serde_json::Value;

const HEADER: &str = "external_id,vendor,product,version,build,hostname,source,observed_at,note";

/// A drill in which M1 runs a FortiGate without a word on the internet, M2 an internal one, M3 a patched one.
fn region(level: &str) -> Home {
    let home = Home::drill();
    let members =
        home.file("members.csv", "external_id,name,postcode,city\nM1,Walzwerk GmbH,57072,Siegen\nM2,Sägewerk KG,57462,Olpe\nM3,Mühle OHG,57072,Siegen\n");
    home.tuermer(&["import", "members", &members]).expect(0);
    let row = |member: &str, build: &str, note: &str| {
        format!("{member},Fortinet,FortiGate,,{build},fw,provider,2025-06-01,{note}\n")
    };
    let rows = [
        row("M1", "7.0.16", ""),
        row("M2", "7.0.16", "internal"),
        row("M3", "7.0.17", "internet"),
    ]
    .concat();
    let assets = home.file("assets.csv", format!("{HEADER}\n{rows}"));
    home.tuermer(&["import", "inventory", &assets]).expect(0);
    let threat = [
        "threat",
        "new",
        "--title",
        "FortiOS",
        "--product",
        "Fortinet FortiOS",
        "--cve",
        "CVE-2024-55591",
        "--level",
        level,
        "--url",
        "https://example.org/x",
    ];
    home.tuermer(&threat).expect(0);
    home.tuermer(&["run", "--once"]).expect(0);
    home
}

fn urgency(home: &Home, member: &str) -> Value {
    home.tuermer(&["explain", "CVE-2024-55591", member, "--json"])
        .expect(0)
        .line()["decision"]
        .clone()
}

fn catalogue(home: &Home, due: &str) {
    let entry = format!(
        r#"{{"title": "KEV", "catalogVersion": "2025.01.14", "dateReleased": "2025-01-14T17:00:00.000Z", "count": 1, "vulnerabilities": [{{
        "cveID": "CVE-2024-55591", "vendorProject": "Fortinet", "product": "FortiOS and FortiProxy", "vulnerabilityName": "Bypass", "dateAdded": "2025-01-14",
        "shortDescription": "x", "requiredAction": "x", "dueDate": "{due}", "knownRansomwareCampaignUse": "Known", "notes": ""}}]}}"#
    );
    let file = home.file("kev.json", entry);
    home.tuermer(&["ingest", &file]).expect(0);
    home.tuermer(&["run", "--once"]).expect(0);
}

#[test]
fn explain_tells_the_row_and_what_was_assumed() {
    let home = region("3");
    let told = urgency(&home, "M1");
    assert_eq!(
        (&told["deadline"], &told["row"], &told["flaw"]),
        (
            &"3_days".into(),
            &"BOD2604-08".into(),
            &"CVE-2024-55591".into()
        ),
        "{told}"
    );
    assert_eq!(
        told["inputs"]["exposed"],
        serde_json::json!({"yes": true, "assumed": true})
    );
    assert_eq!(
        (
            &told["inputs"]["exploited"]["assumed"],
            &told["search_for_traces"]
        ),
        (&false.into(), &false.into())
    );
    // "internal" in the inventory is an answer.
    let inside = urgency(&home, "M2");
    assert_eq!(
        (&inside["deadline"], &inside["row"]),
        (&"60_days".into(), &"BOD2604-04".into()),
        "{inside}"
    );
    assert_eq!(
        inside["inputs"]["exposed"],
        serde_json::json!({"yes": false, "assumed": false})
    );
    let done = urgency(&home, "M3");
    assert_eq!(
        (&done["deadline"], &done["row"]),
        (&"past".into(), &"closed".into()),
        "{done}"
    );
    let words = home
        .tuermer(&["explain", "CVE-2024-55591", "M1"])
        .expect(0)
        .out;
    assert!(
        words.contains("Row BOD2604-08 of the table of deadlines CVE-2024-55591: exploited no · reachable from the internet yes? · automatable yes?"),
        "{words}"
    );
    assert!(
        words.contains("Is the system reachable from the internet? Not known"),
        "{words}"
    );
}

/// KEV makes it urgent; a due day of one day makes it more urgent by itself, and another due day is noticed.
#[test]
fn a_short_due_day_counts_by_itself() {
    let home = region("2");
    catalogue(&home, "2025-02-04");
    assert_eq!(urgency(&home, "M2")["row"], "BOD2604-12");
    assert_eq!(urgency(&home, "M2")["deadline"], "3_days_and_traces");
    let shorter = region("2");
    catalogue(&shorter, "2025-01-15");
    let told = urgency(&shorter, "M2");
    assert_eq!(
        (&told["deadline"], &told["row"], &told["search_for_traces"]),
        (&"today".into(), &"BOD2604-12+due-date".into(), &true.into()),
        "{told}"
    );
    assert!(
        shorter
            .tuermer(&["explain", "CVE-2024-55591", "M2"])
            .expect(0)
            .out
            .contains("CISA's due day (KEV) comes earlier")
    );
}

/// Exploited and level 4: today, whatever the table says; the lift is told.
#[test]
fn level_4_and_exploited_is_today() {
    let home = region("4");
    catalogue(&home, "2025-02-04");
    let told = urgency(&home, "M2");
    assert_eq!(
        (&told["deadline"], &told["row"]),
        (&"today".into(), &"BOD2604-12+level-4".into()),
        "{told}"
    );
    assert!(
        home.tuermer(&["explain", "CVE-2024-55591", "M2"])
            .expect(0)
            .out
            .contains("Shortened by the rule level-4")
    );
}

/// Another table decides at the next run; a bad one is told and the default stays.
#[test]
fn a_table_of_ones_own() {
    let home = region("3");
    let own = include_str!("../../../tuermer-formats/tests/fixtures/urgency_policy-two-rows.json");
    std::fs::write(home.data().join("fristen.json"), own).unwrap();
    let config = std::fs::read_to_string(home.data().join("tuermer.toml")).unwrap();
    let with = |file: &str| {
        std::fs::write(
            home.data().join("tuermer.toml"),
            format!(
                "{}\n[urgency]\npolicy = \"{file}\"\n",
                config.replace("[urgency]\npolicy = \"\"\n", "")
            ),
        )
        .unwrap()
    };
    with("fristen.json");
    home.tuermer(&["run", "--once"]).expect(0);
    let told = urgency(&home, "M1");
    assert_eq!(
        (&told["deadline"], &told["row"]),
        (&"14_days".into(), &"uebrige".into()),
        "{told}"
    );
    assert_eq!(
        home.tuermer(&["policy", "show", "--json"])
            .expect(0)
            .lines()
            .len(),
        2
    );
    std::fs::write(home.data().join("fristen.json"), own.replace("14D", "15D")).unwrap();
    let run = home.tuermer(&["run", "--once"]).expect(0);
    assert!(
        run.err
            .contains("fristen.json: row uebrige, field outcome: \"15D\"")
            && run.err.contains("BOD 26-04 stays"),
        "{}",
        run.err
    );
    assert_eq!(urgency(&home, "M1")["row"], "BOD2604-08");
    let file = home.data().join("fristen.json");
    home.tuermer(&["policy", "check", file.to_str().unwrap()])
        .expect(1);
    let pattern = home.tuermer(&["policy", "pattern"]).expect(0).out;
    let copy = home.file("copy.json", pattern);
    assert_eq!(
        home.tuermer(&["policy", "check", &copy, "--json"])
            .expect(0)
            .line()["rows"],
        16
    );
}
