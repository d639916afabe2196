//! `tuermer pack`: contradictions of the sources, single builds, and every expected answer of the public table.

use crate::support::{Home, Run, corpus};
use serde_json::Value;
use std::collections::BTreeMap;

fn tuermer(arguments: &[&str]) -> Run {
    Home::embedded().tuermer(arguments)
}

#[test]
fn a_build_is_judged_by_what_was_known_on_the_day() {
    let judge = |day: &str| {
        tuermer(&[
            "pack",
            "judge",
            "exchange",
            "15.2.659.4",
            "CVE-2021-26855",
            "--as-of",
            day,
            "--json",
        ])
        .expect(0)
        .line()
    };
    let before = judge("2021-03-05");
    assert_eq!(
        (&before["state"], &before["status"]),
        (&Value::from("affected"), &Value::from("affected"))
    );
    assert_eq!(
        (&before["cumulative_update_first"], &before["fixed_build"]),
        (&Value::from(true), &Value::Null)
    );
    let after = judge("2021-03-12");
    assert_eq!(
        (&after["cumulative_update_first"], &after["fixed_build"]),
        (&Value::from(false), &Value::from("15.2.659.12"))
    );
    assert_eq!(
        (&after["line"], &after["cumulative_update"], &after["kb"]),
        (
            &"Exchange Server 2019".into(),
            &"CU6".into(),
            &"KB5000871".into()
        )
    );
}

#[test]
fn contradictions_of_the_sources_are_reported() {
    let lines = tuermer(&["pack", "check", "exchange", "--json"])
        .expect(0)
        .lines();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines {
        let builds: Vec<&str> = line["builds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|build| build.as_str().unwrap())
            .collect();
        found
            .entry(line["kind"].as_str().unwrap().to_string())
            .or_default()
            .push(builds.join(" "));
    }
    let expected = |kind: &str| found.get(kind).cloned().unwrap_or_default();
    assert_eq!(
        expected("two-numbers"),
        [
            "15.1.1415.8 15.1.1415.10",
            "15.1.1466.13 15.1.1466.16",
            "15.2.858.2 15.2.858.5"
        ]
    );
    assert_eq!(
        expected("one-number"),
        ["15.0.1473.3", "15.1.1713.5", "15.2.330.5"]
    );
    assert_eq!(expected("two-names"), ["15.0.847.32 15.0.847.64"]);
    assert_eq!(expected("one-source"), ["15.0.847.64", "15.2.221.18"]);
    assert!(expected("later-than-told").contains(&"15.2.659.12".to_string()));
    let sentences = tuermer(&["pack", "check"]).expect(0).out;
    assert!(sentences.contains("Exchange Server 2016 CU8 Mar21SU: two numbers 15.1.1415.8 / 15.1.1415.10 (CSS / MSB); the lower one counts"), "{sentences}");
    assert!(!sentences.contains('{'), "{sentences}");
}

#[test]
fn every_text_of_a_judgement_exists() {
    for build in [
        "15.1.2176.9",
        "15.1.2176",
        "15.0.1497.48",
        "15.2.2562.17",
        "15.1.2177",
        "14.3.1.1",
        "16.x banana",
    ] {
        for language in ["de", "en"] {
            let out = tuermer(&["pack", "judge", "exchange", build, "--lang", language])
                .expect(0)
                .out;
            assert!(
                !out.contains("pack.state")
                    && !out.contains("pack.condition")
                    && !out.contains('{'),
                "{build}: {out}"
            );
            assert_eq!(out.lines().count(), 123, "{build}");
        }
    }
    for (pack, build, flaws) in [
        ("netscaler", "13.1-49.15", 14),
        ("netscaler", "12.1-65.37", 14),
        ("netscaler", "13.1", 14),
        ("fortios", "7.2.3", 8),
    ] {
        for language in ["de", "en"] {
            let out = tuermer(&["pack", "judge", pack, build, "--lang", language])
                .expect(0)
                .out;
            assert!(
                !out.contains("pack.") && !out.contains('{'),
                "{build}: {out}"
            );
            assert_eq!(out.lines().count(), flaws, "{build}: {out}");
        }
    }
    tuermer(&["pack", "judge", "postfix", "1.2.3.4"]).expect(1);
    assert!(
        tuermer(&["pack", "list"])
            .expect(0)
            .out
            .contains("Microsoft Exchange Server")
    );
    assert_eq!(
        tuermer(&["pack", "show", "exchange", "--json"])
            .expect(0)
            .lines()
            .len(),
        303
    );
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_expected_answers_come_out_exactly() {
    let data = corpus();
    let text =
        std::fs::read_to_string(data.join("exchange-builds/golden-build-vs-cve.json")).unwrap();
    let table: Value = serde_json::from_str(&text).unwrap();
    let builds = table["results"].as_object().unwrap();
    assert_eq!(builds.len(), 42);
    for (build, answers) in builds {
        let answers = answers.as_object().unwrap();
        let mut arguments = vec!["pack", "judge", "exchange", build, "--json"];
        arguments.extend(answers.keys().map(String::as_str));
        for line in tuermer(&arguments).expect(0).lines() {
            assert_eq!(
                line["state"],
                answers[line["cve"].as_str().unwrap()],
                "{line}"
            );
        }
    }
}

/// A drill with one member that runs a gateway, and a threat the pack knows.
fn with_gateway(cve: &str, vendor: &str, product: &str, rows: &str) -> Home {
    let home = Home::drill();
    let members = home.file("members.csv", "external_id,name,postcode,city\nM1,Walzwerk GmbH,57072,Siegen\nM2,Sägewerk KG,57462,Olpe\n");
    home.tuermer(&["import", "members", &members]).expect(0);
    let header = "external_id,vendor,product,version,build,hostname,source,observed_at,note";
    let assets = home.file("assets.csv", format!("{header}\n{rows}"));
    home.tuermer(&["import", "inventory", &assets]).expect(0);
    let name = format!("{vendor} {product}");
    home.tuermer(&[
        "threat",
        "new",
        "--title",
        cve,
        "--product",
        &name,
        "--cve",
        cve,
        "--level",
        "3",
        "--url",
        "https://example.org/x",
    ])
    .expect(0);
    home.tuermer(&["run", "--once"]).expect(0);
    home
}

fn explain(home: &Home, cve: &str, member: &str) -> Value {
    home.tuermer(&["explain", cve, member, "--json"])
        .expect(0)
        .line()
}

/// "The update is in, the sessions were not ended": a reason of its own, settled by a word in the inventory.
#[test]
fn a_second_step_is_a_state_of_its_own() {
    let row = |build: &str, note: &str| {
        format!("M1,Citrix,NetScaler Gateway,,{build},vpn,provider,2026-08-20,{note}\n")
    };
    let home = with_gateway(
        "CVE-2025-5777",
        "Citrix",
        "NetScaler Gateway",
        &row("14.1-43.56", ""),
    );
    let told = |note: &str, build: &str| {
        let header = "external_id,vendor,product,version,build,hostname,source,observed_at,note";
        let assets = home.file("again.csv", format!("{header}\n{}", row(build, note)));
        home.tuermer(&["import", "inventory", &assets]).expect(0);
        home.tuermer(&["run", "--once"]).expect(0);
        let verdict = explain(&home, "CVE-2025-5777", "M1");
        let text = |key: &str| verdict[key].as_str().unwrap_or_default().to_string();
        (text("status"), text("reason"), text("question"))
    };
    let (status, reason, question) = told("", "14.1-43.56");
    assert_eq!(status, "unknown");
    assert!(reason.contains("The update 14.1-43.56 is in. We do not know whether the second step is done, too: end all existing sessions."), "{reason}");
    assert!(
        question.contains("all existing sessions ended"),
        "{question}"
    );
    let (status, reason, question) = told("sessions-ended=no", "14.1-43.56");
    assert_eq!((status.as_str(), question.as_str()), ("affected", ""));
    assert!(
        reason.contains("One step is still missing: end all existing sessions."),
        "{reason}"
    );
    let (status, reason, question) = told("sessions-ended", "14.1-43.56");
    assert_eq!((status.as_str(), question.as_str()), ("fixed", ""));
    assert!(reason.ends_with("The update 14.1-43.56 is in."), "{reason}");
    let (status, reason, _) = told("sessions-ended", "14.1-43.50");
    assert_eq!(status, "affected");
    assert!(
        reason.contains("The update 14.1-43.56 (CTX693420) is missing."),
        "{reason}"
    );
    let (status, reason, _) = told("", "12.1-65.39");
    assert_eq!(status, "affected");
    assert!(
        reason.contains("names this branch as affected (CTX693420) and gives it no update"),
        "{reason}"
    );
}

/// The hardest case: affected, and the update exists only for customers of the paid programme. A note settles who is
/// one, a build that carries the update proves it, and no server out of support reads "not affected".
#[test]
fn a_paid_update_asks_whether_the_company_has_it() {
    let header = "external_id,vendor,product,version,build,hostname,source,observed_at,note";
    let row = |build: &str, note: &str| {
        format!("M1,Microsoft,Exchange Server,2016,{build},mail,provider,2026-08-20,{note}\n")
    };
    let home = with_gateway(
        "CVE-2026-42897",
        "Microsoft",
        "Exchange Server",
        &row("15.1.2507.61", ""),
    );
    let told = |build: &str, note: &str, language: &str| {
        let assets = home.file("again.csv", format!("{header}\n{}", row(build, note)));
        home.tuermer(&["import", "inventory", &assets]).expect(0);
        home.tuermer(&["run", "--once"]).expect(0);
        let verdict = home
            .tuermer(&[
                "explain",
                "CVE-2026-42897",
                "M1",
                "--json",
                "--lang",
                language,
            ])
            .expect(0)
            .line();
        let text = |key: &str| verdict[key].as_str().unwrap_or_default().to_string();
        (text("status"), text("reason"), text("question"))
    };
    for (build, note, language, status, reason, question) in [
        (
            "15.1.2507.61",
            "",
            "en",
            "affected",
            "This update exists only with the paid updates (ESU, until 1 November 2026). Without them: move to Exchange Server SE or disconnect the server.",
            "Does your company have Microsoft's paid Extended Security Updates (ESU) for this server?",
        ),
        (
            "15.1.2507.61",
            "",
            "de",
            "affected",
            "Es gibt dieses Update nur mit bezahlter Verlängerung (ESU, bis 1. November 2026). Ohne sie: auf Exchange Server SE umsteigen oder den Server vom Netz nehmen.",
            "Hat Ihre Firma für diesen Server die bezahlte Verlängerung von Microsoft (Extended Security Updates, ESU)?",
        ),
        (
            "15.1.2507.61",
            "esu",
            "en",
            "affected",
            "You have the paid updates (ESU) for it: please have it installed.",
            "",
        ),
        (
            "15.1.2507.61",
            "kein ESU",
            "de",
            "affected",
            "Ohne bezahlte Verlängerung (ESU) bekommt dieser Server es nicht: auf Exchange Server SE",
            "",
        ),
        (
            "15.1.2507",
            "no esu",
            "en",
            "affected",
            "Without the paid updates (ESU) this server does not get it: move to Exchange Server SE",
            "",
        ),
        (
            "15.1.2507.69",
            "",
            "en",
            "fixed",
            "The update Jun26SU is in.",
            "",
        ),
        (
            "15.0.1497.48",
            "esu",
            "en",
            "unknown",
            "gets no more updates from its vendor. Assume that the hole is open.",
            "When will your Exchange Server 2013 be replaced?",
        ),
    ] {
        let (found, sentence, asked) = told(build, note, language);
        assert_eq!(
            (found.as_str(), asked.as_str()),
            (status, question),
            "{build} {note}: {sentence}"
        );
        assert!(sentence.contains(reason), "{build} {note}: {sentence}");
    }
    let judged = tuermer(&[
        "pack",
        "judge",
        "exchange",
        "15.1.2507.61",
        "CVE-2026-42897",
        "--json",
    ])
    .expect(0)
    .line();
    assert_eq!(
        (&judged["state"], &judged["paid"]),
        (&"affected".into(), &"ESU".into()),
        "{judged}"
    );
    let list = tuermer(&["pack", "list", "--json"]).expect(0).lines();
    assert_eq!(
        (
            &list[0]["paid"][0]["until"],
            &list[1]["lines"][0]["end_of_life"]
        ),
        (&"2026-11-01".into(), &"unknown".into()),
        "{list:?}"
    );
}

/// Two second steps of one flaw are asked one by one.
#[test]
fn two_second_steps_are_answered_one_by_one() {
    let fixture = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tuermer-formats/tests/fixtures/build_pack-gateway.toml"
    ))
    .unwrap();
    let header = "external_id,vendor,product,version,build,hostname,source,observed_at,note";
    let row =
        |note: &str| format!("M1,Beispiel GmbH,Gateway,,4.2.7,gw,provider,2024-02-20,{note}\n");
    let home = with_gateway("CVE-2024-90001", "Beispiel", "Gateway", &row(""));
    let file = home.file("gateway.toml", &fixture);
    home.tuermer(&["pack", "import", &file]).expect(0);
    for (note, status, question) in [
        ("", "unknown", "Were all access tokens renewed?"),
        ("tokens-renewed", "unknown", "Were all sessions ended?"),
        (
            "sessions-ended",
            "unknown",
            "Were all access tokens renewed?",
        ),
        ("tokens-renewed; sessions-ended=no", "affected", ""),
        ("tokens-renewed; sessions-ended", "fixed", ""),
    ] {
        let assets = home.file("again.csv", format!("{header}\n{}", row(note)));
        home.tuermer(&["import", "inventory", &assets]).expect(0);
        home.tuermer(&["run", "--once"]).expect(0);
        let verdict = explain(&home, "CVE-2024-90001", "M1");
        assert_eq!(
            (
                verdict["status"].as_str().unwrap(),
                verdict["question"].as_str().unwrap_or_default()
            ),
            (status, question),
            "{note}: {verdict}"
        );
    }
}

/// A chamber adds a pack without touching code, replaces it by a newer one only, and takes it out again.
#[test]
fn a_chamber_brings_its_own_pack() {
    let fixture = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tuermer-formats/tests/fixtures/build_pack-gateway.toml"
    ))
    .unwrap();
    let rows = "M1,Beispiel GmbH,Gateway,,4.2.5,gw,provider,2024-02-20,\nM2,Beispiel,Gateway VPN,,5.0.3,gw,provider,2024-02-20,tokens-renewed; sessions-ended\n";
    let home = with_gateway("CVE-2024-90001", "Beispiel", "Gateway", rows);
    // Without the pack nobody knows that the inventory's "Gateway" is meant.
    home.tuermer(&["explain", "CVE-2024-90001", "M1"]).expect(3);
    let file = home.file("gateway.toml", &fixture);
    let first = home
        .tuermer(&["pack", "import", &file, "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (&first["pack"], &first["new"], &first["threats"]),
        (&"beispiel-gateway".into(), &true.into(), &1.into()),
        "{first}"
    );
    assert_eq!(
        home.tuermer(&["pack", "import", &file, "--json"])
            .expect(0)
            .line()["same"],
        true
    );
    home.tuermer(&["run", "--once"]).expect(0);
    let verdict = explain(&home, "CVE-2024-90001", "M1");
    assert_eq!(verdict["status"], "affected", "{verdict}");
    assert!(
        verdict["reason"]
            .as_str()
            .unwrap()
            .contains("The update 4.2.7 (BG-2024-001) is missing."),
        "{verdict}"
    );
    assert_eq!(explain(&home, "CVE-2024-90001", "M2")["status"], "fixed");
    assert_eq!(
        home.tuermer(&[
            "pack",
            "judge",
            "beispiel-gateway",
            "3.4.1",
            "CVE-2024-90001",
            "--json"
        ])
        .expect(0)
        .line()["state"],
        "eol-no-fix"
    );

    let older = home.file(
        "older.toml",
        fixture.replace("as_of = \"2024-03-01\"", "as_of = \"2024-02-21\""),
    );
    assert!(
        home.tuermer(&["pack", "import", &older])
            .expect(1)
            .err
            .contains("is older than the one at hand of 2024-03-01")
    );
    home.tuermer(&["pack", "import", &older, "--force"])
        .expect(0);
    let folder = home.data().with_file_name("exported");
    home.tuermer(&["pack", "export", "netscaler", folder.to_str().unwrap()])
        .expect(0);
    home.tuermer(&["pack", "check", folder.to_str().unwrap()])
        .expect(0);
    home.tuermer(&["pack", "import", folder.to_str().unwrap()])
        .expect(0);

    assert_eq!(
        home.tuermer(&["pack", "remove", "beispiel-gateway", "--json"])
            .expect(0)
            .line()["threats"],
        1
    );
    home.tuermer(&["pack", "remove", "beispiel-gateway"])
        .expect(3);
    home.tuermer(&["run", "--once"]).expect(0);
    home.tuermer(&["explain", "CVE-2024-90001", "M1"]).expect(3);
    let journal = home.tuermer(&["audit", "list", "--json"]).out;
    assert!(
        journal.contains("pack.imported") && journal.contains("pack.removed"),
        "{journal}"
    );
}

/// What is wrong is named with file, line and field, in both languages, and nothing is stored.
#[test]
fn a_pack_with_a_mistake_is_refused() {
    let fixture = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tuermer-formats/tests/fixtures/build_pack-gateway.toml"
    ))
    .unwrap();
    let home = Home::drill();
    for (wrong, german, english) in [
        (
            fixture.replace("4.2.7,4.2", "4.2.x,4.2"),
            "pack.toml:12 build: „4.2.x“",
            "pack.toml:12 build: \"4.2.x\"",
        ),
        (
            fixture.replace("as_of = \"2024-03-01\"", "as_of = \"2024\""),
            "pack.toml:9 as_of: „2024“",
            "pack.toml:9 as_of: \"2024\"",
        ),
        (
            fixture.replace("untold = \"unknown\"", "untold = \"?\""),
            "condition.untold",
            "condition.untold",
        ),
        (
            fixture.replace("2024-02-20,PSIRT", "2124-02-20,PSIRT"),
            "5.0.3: der 2124-02-20 liegt in der Zukunft",
            "5.0.3: 2124-02-20 has not come yet",
        ),
        (
            fixture.replace("5.0.3,5.0,BG-2024-001", "5.0.3,5.0,BG-2024-010"),
            "kein [[fix]] nennt „BG-2024-010“",
            "no [[fix]] names \"BG-2024-010\"",
        ),
        (
            fixture.replace("5.0.3,5.0", "5.0.3,4.2"),
            "5.0.3: gehört mit dieser Nummer nicht zu Gateway 4.2",
            "5.0.3: does not belong to Gateway 4.2",
        ),
        (
            fixture.replace("4.2.3,2024-02-12", "4.2.8,2024-02-12"),
            "affected_from liegt nicht vor",
            "affected_from is not below",
        ),
        (
            fixture.replace("format = 2", "format = 7"),
            "Format 7",
            "format 7",
        ),
    ] {
        let file = home.file("wrong.toml", &wrong);
        for (language, says) in [("de", german), ("en", english)] {
            for verb in ["check", "import"] {
                let run = home.tuermer(&["pack", verb, &file, "--lang", language]);
                assert!(
                    run.code == 1 && format!("{}{}", run.out, run.err).contains(says),
                    "{verb} {says}: {}{}",
                    run.out,
                    run.err
                );
            }
        }
    }
    assert!(
        !home
            .tuermer(&["pack", "list"])
            .expect(0)
            .out
            .contains("Beispiel")
    );
}
