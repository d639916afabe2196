//! The acceptance cases of the Exchange story that concern builds, catalogues, advisories and what was known when, told
//! through the program. Cases 1, 2, 6 and 7 read the public documents and say so loudly where these are absent.

use crate::support::{Home, corpus};
use serde_json::{Value, json};
use std::path::Path;

/// Companies 1 to n; nothing is known of what they run.
fn region(companies: usize, at: &str) -> Home {
    let home = Home::drill();
    let rows: String = (1..=companies)
        .map(|number| {
            format!(
                "{number},Firma {number} GmbH,info@firma-{number}.example,0271 5550{number:02}\n"
            )
        })
        .collect();
    let members = home.file(
        "members.csv",
        format!("external_id,name,email,phone\n{rows}"),
    );
    home.tuermer(&["import", "members", &members, "--at", at])
        .expect(0);
    home
}

/// Exchange servers: company, edition, build.
fn exchange(home: &Home, servers: &[(&str, &str, &str)], at: &str) {
    let rows: String = servers
        .iter()
        .map(|(number, edition, build)| {
            format!("{number},Microsoft,Exchange Server,{edition},{build},provider,{at}\n")
        })
        .collect();
    let inventory = home.file(
        "inventory.csv",
        format!("external_id,vendor,product,version,build,source,observed_at\n{rows}"),
    );
    home.tuermer(&["import", "inventory", &inventory, "--at", at])
        .expect(0);
}

/// A flaw of Exchange as an officer states it.
fn stated(home: &Home, cve: &str, at: &str) {
    let flaw = [
        "threat",
        "new",
        "--title",
        cve,
        "--product",
        "Microsoft Exchange Server",
        "--cve",
        cve,
        "--level",
        "4",
        "--url",
        "https://example.org/n",
    ];
    home.tuermer(&[&flaw[..], &["--at", at]].concat()).expect(0);
}

fn ingest(home: &Home, path: &Path, at: &str, code: i32) -> Value {
    home.tuermer(&["ingest", path.to_str().unwrap(), "--json", "--at", at])
        .expect(code)
        .line()
}

fn judge(home: &Home, at: &str) {
    home.tuermer(&["run", "--once", "--at", at]).expect(0);
}

/// The verdict on a company.
fn verdict(home: &Home, threat: &str, company: &str) -> Value {
    home.tuermer(&[
        "exposure", "list", "--threat", threat, "--member", company, "--json",
    ])
    .expect(0)
    .line()
}

fn status(home: &Home, threat: &str, company: &str) -> String {
    verdict(home, threat, company)["status"]
        .as_str()
        .unwrap()
        .to_string()
}

fn counts<const N: usize>(line: &Value, keys: [&str; N]) -> [i64; N] {
    keys.map(|key| {
        line[key]
            .as_i64()
            .unwrap_or_else(|| panic!("{key}: {line}"))
    })
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_case_1_contradictions_are_reported_and_the_public_table_comes_out() {
    let data = corpus();
    let home = Home::embedded();
    let found = home
        .tuermer(&["pack", "check", "exchange", "--json"])
        .expect(0)
        .out;
    for builds in [
        ["15.1.1415.8", "15.1.1415.10"].as_slice(),
        &["15.0.847.32", "15.0.847.64"],
    ] {
        assert!(
            found
                .lines()
                .any(|line| builds.iter().all(|build| line.contains(build))),
            "{builds:?} reported: {found}"
        );
    }
    let table: Value = serde_json::from_slice(
        &std::fs::read(data.join("exchange-builds/golden-build-vs-cve.json")).unwrap(),
    )
    .unwrap();
    let mut compared = 0;
    for (build, answers) in table["results"].as_object().unwrap() {
        let cves = answers.as_object().unwrap().keys().map(String::as_str);
        let arguments: Vec<&str> = ["pack", "judge", "exchange", build, "--json"]
            .into_iter()
            .chain(cves)
            .collect();
        for line in home.tuermer(&arguments).expect(0).lines() {
            assert_eq!(
                line["state"],
                answers[line["cve"].as_str().unwrap()],
                "{line}"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 42 * 14);
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_case_2_a_tag_proves_and_a_shell_is_a_break_in() {
    let data = corpus();
    let at = "2021-05-15T08:00:00Z";
    let home = region(3, at);
    // Of the seven rows these are: build 15.2.721 with the tag, no build with the tag, and a shell.
    let networks = home.file("networks.csv", "external_id,kind,value\n1,network,12.237.1.0/24\n2,network,41.204.9.0/24\n3,network,98.153.3.0/24\n");
    home.tuermer(&["import", "networks", &networks, "--at", at])
        .expect(0);
    stated(&home, "CVE-2021-26855", at);
    let line = ingest(
        &home,
        &data.join("shadowserver/testdata/scan_exchange.csv"),
        at,
        0,
    );
    assert_eq!(
        counts(&line, ["lines", "attributed", "unattributed", "malformed"]),
        [7, 3, 4, 0]
    );
    judge(&home, "2021-05-15T08:05:00Z");
    for company in ["1", "2"] {
        let line = verdict(&home, "CVE-2021-26855", company);
        assert_eq!(
            (&line["status"], &line["certainty"], &line["incident"]),
            (&json!("affected"), &json!("observed"), &json!(false)),
            "{line}"
        );
    }
    let shell = verdict(&home, "CVE-2021-26855", "3");
    assert_eq!(shell["incident"], true, "{shell}");
    assert_ne!(
        shell["reason"],
        verdict(&home, "CVE-2021-26855", "1")["reason"],
        "another text"
    );
    let tasks = home.tuermer(&["task", "list", "--json"]).expect(0).lines();
    assert_eq!(
        tasks
            .iter()
            .map(|task| (
                task["kind"].as_str().unwrap(),
                task["phone"].as_str().unwrap()
            ))
            .collect::<Vec<_>>(),
        [("incident", "+49271555003")]
    );
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_case_6_the_catalogue_is_followed_and_a_truncated_one_changes_nothing() {
    let data = corpus();
    let home = region(1, "2025-08-25T08:00:00Z");
    exchange(
        &home,
        &[("1", "2016", "15.1.2507.61")],
        "2025-08-25T08:00:00Z",
    );
    let newer = data.join("kev/known_exploited_vulnerabilities-2026-08-08.json");
    let keys = ["new", "changed", "withdrawn", "due_dates_moved"];
    let first = ingest(
        &home,
        &data.join("kev/known_exploited_vulnerabilities-2025-08-25.json"),
        "2025-08-25T18:00:00Z",
        0,
    );
    assert_eq!(counts(&first, keys), [1404, 0, 0, 0]);
    let at = "2026-08-08T08:00:00Z";
    let bytes = std::fs::read(&newer).unwrap();
    let cut = home.file("cut.json", &bytes[..bytes.len() / 2]);
    assert!(
        !ingest(&home, Path::new(&cut), at, 1)["rejected"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        home.tuermer(&["threat", "list", "--json"])
            .expect(0)
            .lines()
            .len(),
        1404,
        "the last good copy stays"
    );
    assert_eq!(
        counts(&ingest(&home, &newer, at, 0), keys),
        [258, 40, 0, 15]
    );
    // Its product reads "Microsoft"; name, notes and CVE lead to Exchange all the same.
    judge(&home, "2026-08-08T08:05:00Z");
    assert_ne!(status(&home, "CVE-2026-42897", "1"), "not_affected");
    let moved = home
        .tuermer(&["threat", "show", "CVE-2021-26855", "--json"])
        .expect(0)
        .line();
    assert_eq!(moved["kev"]["due"], "2022-05-03");
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_case_7_documents_of_a_folder_are_taken_and_their_ranges_counted() {
    let data = corpus();
    let home = Home::drill();
    let folder = data.join("csaf/csaf_files");
    let read = home.tuermer(&[
        "ingest",
        folder.to_str().unwrap(),
        "--json",
        "--at",
        "2026-03-02T12:00:00Z",
    ]);
    let documents: Vec<Value> = read
        .lines()
        .into_iter()
        .filter(|line| line["documents"].as_i64().is_some_and(|count| count > 0))
        .collect();
    assert_eq!(documents.len(), 4, "{}", read.out);
    let taken: Vec<&Value> = documents
        .iter()
        .filter(|line| line["rejected"].as_array().unwrap().is_empty())
        .collect();
    let ranges: i64 = taken
        .iter()
        .map(|line| line["ranges"].as_i64().unwrap())
        .sum();
    assert!(ranges > 0, "{}", read.out);
    for line in taken {
        let threat = home
            .tuermer(&["threat", "show", line["threat"].as_str().unwrap(), "--json"])
            .expect(0)
            .line();
        assert_eq!(
            threat["not_understood"].as_array().unwrap().len() as i64,
            line["ranges_not_understood"].as_i64().unwrap(),
            "{threat}"
        );
    }
}

#[test]
fn case_9_the_advice_of_5_march_and_that_of_12_march() {
    let home = region(1, "2021-01-04T08:00:00Z");
    exchange(
        &home,
        &[("1", "2019", "15.2.659.4")],
        "2021-01-12T08:00:00Z",
    );
    stated(&home, "CVE-2021-26855", "2021-03-02T22:10:00Z");
    judge(&home, "2021-03-02T22:15:00Z");
    let known = |day: &str| {
        home.tuermer(&[
            "explain",
            "CVE-2021-26855",
            "1",
            "--as-of",
            day,
            "--json",
            "--at",
            "2021-12-01T08:00:00Z",
        ])
        .expect(0)
        .line()
    };
    let (fifth, twelfth) = (known("2021-03-05"), known("2021-03-12"));
    assert!(
        fifth["reason"]
            .as_str()
            .unwrap()
            .contains("cumulative update (CU) must be installed first"),
        "{fifth}"
    );
    assert!(
        !twelfth["reason"].as_str().unwrap().contains("first")
            && twelfth["reason"].as_str().unwrap().contains("Mar21SU"),
        "{twelfth}"
    );
}

#[test]
fn case_10_a_new_flaw_opens_stored_servers_without_a_new_scan() {
    let home = region(2, "2021-05-03T08:00:00Z");
    exchange(
        &home,
        &[("1", "2016", "15.1.2176.9"), ("2", "2016", "15.1.2176.12")],
        "2021-05-03T08:00:00Z",
    );
    stated(&home, "CVE-2021-26855", "2021-05-03T09:00:00Z");
    judge(&home, "2021-05-03T09:01:00Z");
    assert_eq!(
        ["1", "2"].map(|company| status(&home, "CVE-2021-26855", company)),
        ["fixed", "fixed"]
    );
    stated(&home, "CVE-2021-34473", "2021-07-14T09:00:00Z");
    judge(&home, "2021-07-14T09:01:00Z");
    assert_eq!(
        ["1", "2"].map(|company| status(&home, "CVE-2021-34473", company)),
        ["affected", "fixed"]
    );
}

#[test]
fn case_11_what_is_out_of_support_never_reads_not_affected() {
    let home = region(1, "2026-05-15T08:00:00Z");
    exchange(
        &home,
        &[("1", "2013", "15.0.1497.48")],
        "2026-05-15T08:00:00Z",
    );
    stated(&home, "CVE-2026-42897", "2026-05-15T09:00:00Z");
    judge(&home, "2026-05-15T09:01:00Z");
    let line = verdict(&home, "CVE-2026-42897", "1");
    assert!(
        line["status"] == "unknown" && line["reason"].as_str().unwrap().contains("no more updates"),
        "{line}"
    );
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_a_packed_advisory_is_taken() {
    let packed = corpus().join("csaf/trustify/etc/test-data/csaf/cve-2024-2961.json.xz");
    let line = ingest(&Home::drill(), &packed, "2026-03-02T12:00:00Z", 0);
    assert_eq!(line["kind"], "csaf", "{line}");
    assert_eq!(counts(&line, ["new", "changed", "same"]), [1, 0, 0]);
}
