//! "What did we know then?" – `explain --as-of`, asked about days before and after each thing was learned.

use crate::support::Home;
use serde_json::Value;

const KEV: &str = include_str!("../../../tuermer-formats/tests/fixtures/kev-three.json");

/// A region with one company; nothing is known of what it runs.
fn region() -> Home {
    let home = Home::drill();
    let members = home.file(
        "m.csv",
        "external_id,name,email\n1,Musterbau GmbH,info@musterbau.example\n",
    );
    home.tuermer(&[
        "import",
        "members",
        &members,
        "--at",
        "2021-01-04T08:00:00Z",
    ])
    .expect(0);
    home
}

fn told(home: &Home, build: &str, observed: &str, at: &str) {
    let header = "external_id,vendor,product,version,build,source,observed_at";
    let inventory = home.file(
        "i.csv",
        format!("{header}\n1,Microsoft,Exchange Server,2019,{build},provider,{observed}\n"),
    );
    home.tuermer(&["import", "inventory", &inventory, "--at", at])
        .expect(0);
}

fn stated(home: &Home, at: &str) {
    let state = [
        "threat",
        "new",
        "--title",
        "Exchange",
        "--product",
        "Microsoft Exchange Server",
        "--cve",
        "CVE-2021-26855",
        "--level",
        "4",
        "--exploited",
    ];
    let source = [
        "--url",
        "https://example.org/notice",
        "--source-time",
        "2021-03-02T22:00:00Z",
    ];
    home.tuermer(&[&state[..], &source[..], &["--at", at]].concat())
        .expect(0);
}

fn explain(home: &Home, as_of: &str) -> Value {
    home.tuermer(&[
        "explain",
        "CVE-2021-26855",
        "1",
        "--as-of",
        as_of,
        "--json",
        "--at",
        "2021-12-01T08:00:00Z",
    ])
    .expect(0)
    .line()
}

fn reason(line: &Value) -> &str {
    line["reason"].as_str().unwrap()
}

/// What came too late, by its word.
fn late(line: &Value) -> Vec<&str> {
    line["hindsight"]
        .as_array()
        .unwrap()
        .iter()
        .map(|late| late["what"].as_str().unwrap())
        .collect()
}

/// exchange.md, acceptance case 9, asked in December about March.
#[test]
fn on_5_march_the_cu_comes_first_and_on_12_march_the_su_is_there() {
    let home = region();
    told(&home, "15.2.659.4", "2021-01-12", "2021-01-12T09:00:00Z");
    stated(&home, "2021-03-02T22:10:00Z");
    home.tuermer(&["run", "--once", "--at", "2021-03-02T22:15:00Z"])
        .expect(0);
    for asked in ["2021-03-05", "2021-03-05 14:00", "2021-03-05T13:00:00Z"] {
        let line = explain(&home, asked);
        assert!(
            reason(&line).contains("cumulative update (CU) must be installed first"),
            "{asked}: {line}"
        );
        assert_eq!(
            (
                late(&line),
                line["status"].as_str(),
                line["known_since"].as_str()
            ),
            (vec![], Some("affected"), Some("2021-03-02T22:10:00Z")),
            "{line}"
        );
    }
    let line = explain(&home, "2021-03-12");
    assert!(
        !reason(&line).contains("first") && reason(&line).contains("Mar21SU"),
        "{line}"
    );
    assert_eq!(line["as_of"], "2021-03-12T22:59:59.999999Z");
    assert_eq!(line["grounds"][0]["as_of"], line["as_of"]);
    assert_eq!(
        (
            line["grounds"][0]["source"].as_str(),
            line["grounds"][0]["date"].as_str()
        ),
        (Some("provider"), Some("2021-01-12T00:00:00Z"))
    );
}

#[test]
fn what_reached_us_later_is_used_and_said() {
    let home = region();
    stated(&home, "2021-03-08T09:00:00Z");
    told(&home, "15.2.659.4", "2021-03-09", "2021-03-10T09:00:00Z");
    told(&home, "15.2.659.12", "2021-03-20", "2021-03-20T09:00:00Z");
    let line = explain(&home, "2021-03-05");
    assert_eq!(
        (late(&line), line["known_since"].as_str()),
        (vec!["threat", "facts"], Some("2021-03-10T09:00:00Z"))
    );
    assert!(
        reason(&line).contains("cumulative update (CU) must be installed first"),
        "the knowledge of the pack is that of the day: {line}"
    );
    let sentence = line["hindsight"][0]["sentence"].as_str().unwrap();
    assert_eq!(
        sentence,
        "The advisory reached us only on 8 March 2021; judged with the knowledge of the build pack of 5 March 2021."
    );
    assert_eq!(late(&explain(&home, "2021-03-09")), ["facts"]);
    assert!(late(&explain(&home, "2021-03-10")).is_empty());

    let run = [
        "explain",
        "CVE-2021-26855",
        "1",
        "--as-of",
        "2021-03-05",
        "--lang",
        "de",
        "--at",
        "2021-12-01T08:00:00Z",
    ];
    let german = home.tuermer(&run).expect(0).out;
    assert!(german.contains("Die Meldung erreichte uns erst am 8. März 2021; beurteilt mit dem Wissen des Baupakets vom 5. März 2021."), "{german}");
}

#[test]
fn a_build_told_later_does_not_change_what_we_knew() {
    let home = region();
    told(&home, "15.2.659.4", "2021-01-12", "2021-01-12T09:00:00Z");
    stated(&home, "2021-03-02T22:10:00Z");
    told(&home, "15.2.659.12", "2021-03-20", "2021-03-20T09:00:00Z");
    // Told again without anything new: no new words, so no new history.
    told(&home, "15.2.659.12", "2021-03-20", "2021-03-21T09:00:00Z");
    for (asked, wanted) in [
        ("2021-03-19", "affected"),
        ("2021-03-20 09:59", "affected"),
        ("2021-03-20 10:00", "fixed"),
        ("2021-11-30", "fixed"),
    ] {
        let line = explain(&home, asked);
        assert_eq!(
            (line["status"].as_str(), late(&line)),
            (Some(wanted), vec![]),
            "{asked}: {line}"
        );
    }
}

#[test]
fn the_catalogue_counts_as_it_stood() {
    let home = region();
    told(&home, "15.2.659.4", "2021-01-12", "2021-01-12T09:00:00Z");
    let document = include_str!("../../../tuermer-formats/tests/fixtures/csaf-exchange.json");
    let path = home.file("exchange.json", document);
    home.tuermer(&["ingest", &path, "--at", "2021-11-10T08:00:00Z"])
        .expect(0);
    let catalogue = home.file("kev.json", KEV);
    home.tuermer(&["ingest", &catalogue, "--at", "2021-11-20T08:00:00Z"])
        .expect(0);
    for (asked, wanted) in [
        ("2021-11-02", vec!["threat"]),
        ("2021-11-15", vec!["catalogue"]),
        ("2021-11-21", vec![]),
    ] {
        assert_eq!(late(&explain(&home, asked)), wanted, "{asked}");
    }
}

#[test]
fn a_time_that_is_none_or_not_yet_is_a_wrong_call() {
    let home = region();
    stated(&home, "2021-03-02T22:10:00Z");
    for (text, wanted) in [
        ("easter", "not a time"),
        ("2021-13-01", "not a time"),
        ("2022-01-01", "in the future"),
    ] {
        let run = home
            .tuermer(&[
                "explain",
                "CVE-2021-26855",
                "1",
                "--as-of",
                text,
                "--at",
                "2021-12-01T08:00:00Z",
            ])
            .expect(2);
        assert!(run.err.contains(wanted), "{}", run.err);
    }
    // Nothing of the company ever had to do with it: that is said, not guessed.
    home.tuermer(&[
        "explain",
        "CVE-2021-26855",
        "1",
        "--as-of",
        "2021-03-05",
        "--at",
        "2021-12-01T08:00:00Z",
    ])
    .expect(3);
}

#[test]
fn a_sign_counts_from_the_day_it_reached_us() {
    let home = region();
    let networks = home.file("n.csv", "external_id,kind,value\n1,network,192.0.2.0/24\n");
    home.tuermer(&[
        "import",
        "networks",
        &networks,
        "--at",
        "2021-01-04T08:00:00Z",
    ])
    .expect(0);
    stated(&home, "2021-03-02T22:10:00Z");
    let report = "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n\"2021-03-10 06:00:00\",\"192.0.2.7\",\"443\",\"exchange;cve-2021-26855\",\"15.2.659\"\n";
    let path = home.file("2021-03-10-scan_exchange-x.csv", report);
    home.tuermer(&["ingest", &path, "--at", "2021-03-12T08:00:00Z"])
        .expect(0);
    let (before, after) = (explain(&home, "2021-03-05"), explain(&home, "2021-03-13"));
    assert_eq!(
        (after["status"].as_str(), late(&after)),
        (Some("affected"), vec![]),
        "{after}"
    );
    assert_eq!(late(&before), ["facts"], "{before}");
}
