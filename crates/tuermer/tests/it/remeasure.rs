//! Re-measuring closes the loop: reports without the hole bear out a "done", a report with it opens the case again and says so.

use crate::advisory::{lines, run};
use crate::in_time::{answered, state, warned};
use crate::support::Home;
use serde_json::Value;

/// One company at 192.0.2.7, seen on 3 March with a hole that a scan proved, warned and done on 4 March.
fn done() -> (Home, String) {
    let home = Home::drill();
    let at = "2021-03-01T08:00:00Z";
    let members = home.file(
        "members.csv",
        "external_id,name,email\n1,Walzwerk GmbH,info@walzwerk.example\n",
    );
    let networks = home.file(
        "networks.csv",
        "external_id,kind,value\n1,network,192.0.2.7/32\n",
    );
    home.tuermer(&["import", "members", &members, "--at", at])
        .expect(0);
    home.tuermer(&["import", "networks", &networks, "--at", at])
        .expect(0);
    let threat = state(&home, "CVE-2021-26855", "2021-03-03T08:00:00Z");
    report(&home, "2021-03-03", true);
    run(&home, "2021-03-03T20:00:00Z");
    let number = warned(&home, &threat, "2021-03-04T08:00:00Z");
    answered(&home, &number, "1", "2021-03-04T12:00:00Z");
    run(&home, "2021-03-04T12:01:00Z");
    (home, threat)
}

/// The daily report on vulnerable servers: always a stranger, and our member where it is still open.
fn report(home: &Home, day: &str, listed: bool) {
    let line = |ip: &str| {
        format!("\"{day} 06:00:00\",\"{ip}\",\"443\",\"exchange;cve-2021-26855\",\"15.1.2176\"\n")
    };
    let ours = if listed {
        line("192.0.2.7")
    } else {
        String::new()
    };
    let path = home.file(
        &format!("{day}-scan_exchange.csv"),
        format!(
            "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n{}{ours}",
            line("198.51.100.1")
        ),
    );
    home.tuermer(&["ingest", &path, "--at", &format!("{day}T18:00:00Z")])
        .expect(0);
}

fn verdict(home: &Home, threat: &str) -> Value {
    lines(
        home,
        &["exposure", "list", "--threat", threat, "--member", "1"],
    )
    .remove(0)
}

#[test]
fn reports_without_the_hole_bear_out_a_done() {
    let (home, threat) = done();
    let told = verdict(&home, &threat);
    assert_eq!(
        (told["status"].as_str(), told["measured"].as_bool()),
        (Some("fixed"), Some(false)),
        "{told}"
    );
    for day in ["2021-03-05", "2021-03-08"] {
        report(&home, day, false);
        run(&home, &format!("{day}T20:00:00Z"));
        assert_eq!(verdict(&home, &threat)["measured"], false, "{day}");
    }
    report(&home, "2021-03-12", false);
    run(&home, "2021-03-12T20:00:00Z");
    let measured = verdict(&home, &threat);
    assert_eq!(
        (measured["status"].as_str(), measured["measured"].as_bool()),
        (Some("fixed"), Some(true)),
        "{measured}"
    );
    let reason = measured["reason"].as_str().unwrap();
    assert!(
        reason
            .contains("3 daily reports (scan_exchange) over 7 days do not list the hole any more"),
        "{reason}"
    );
}

#[test]
fn a_report_with_the_hole_opens_the_case_again_and_says_so() {
    let (home, threat) = done();
    report(&home, "2021-03-05", true);
    run(&home, "2021-03-05T20:00:00Z");
    let open = verdict(&home, &threat);
    assert_eq!(open["status"], "affected", "{open}");
    let reason = open["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("Seen again after 4 March 2021.") && reason.contains("CVE-2021-26855"),
        "{reason}"
    );
}

#[test]
fn a_report_with_a_fixed_build_is_proof() {
    let (home, threat) = done();
    let answer = home.file("check.json", check("15.1.2176.9"));
    home.tuermer(&[
        "ingest",
        &answer,
        "--member",
        "1",
        "--at",
        "2021-03-06T09:00:00Z",
    ])
    .expect(0);
    run(&home, "2021-03-06T09:01:00Z");
    let measured = verdict(&home, &threat);
    assert_eq!(
        (measured["status"].as_str(), measured["measured"].as_bool()),
        (Some("fixed"), Some(true)),
        "{measured}"
    );
}

/// The report of a check that found nothing.
fn check(build: &str) -> String {
    serde_json::json!({"format": "tuermer-check", "format_version": 1, "created_at": "2021-03-06T08:00:00Z", "reference": "1", "host": "EX01",
        "subject": "exchange", "findings": [], "coverage": [{"log": "HttpProxy", "from": "2021-02-01T00:00:00Z", "to": "2021-03-06T07:00:00Z", "files": 9}],
        "grade": {"verdict": null, "step": null, "since": null}, "build": {"number": build, "source": "exsetup"}})
    .to_string()
}

#[test]
fn a_report_that_nobody_vouches_for_closes_nothing() {
    let (home, threat) = done();
    report(&home, "2021-03-05", true);
    let answer = home.file("check.json", check("15.1.2176.9"));
    let said = home
        .tuermer(&["ingest", &answer, "--json", "--at", "2021-03-06T09:00:00Z"])
        .expect(0)
        .line();
    assert!(
        said["remarks"]
            .to_string()
            .contains("Only the report itself says"),
        "{said}"
    );
    run(&home, "2021-03-06T09:01:00Z");
    assert_eq!(verdict(&home, &threat)["status"], "affected");
}
