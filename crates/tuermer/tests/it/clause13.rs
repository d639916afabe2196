//! CSAF conformance clause 13 "Asset Matching System": one test a sentence, named after it.
//! It contains clause 12, see [`crate::clause12`]. Clause 10 and the tests of documents: `tuermer-csaf`; clause 11: `tuermer-formats`.

use crate::advisory::{Advisory, ingest, lines, region, run, told};
use crate::support::{Home, Run};
use serde_json::Value;

pub const NOON: &str = "2026-02-02T12:00:00Z";

pub fn gateway() -> Advisory {
    let mut advisory = Advisory::new("BG-1", "CVE-2026-20001", ("Gateway", "4.1.0"));
    advisory.cves.push("CVE-2026-20002");
    advisory.fixed.push(("Gateway", "4.2.0"));
    advisory.severity = "Critical";
    advisory.remedy = "Install 4.2.0".into();
    advisory
}

pub fn phone() -> Advisory {
    Advisory {
        score: "5.3",
        severity: "Moderate",
        released: "2026-02-01T08:00:00Z",
        ..Advisory::new("BP-7", "CVE-2026-20003", ("Phone", "7"))
    }
}

/// Four members: an open gateway, one with the fix beside a phone, one whose version nobody told, and one with nothing of it.
pub fn matched() -> Home {
    let inventory = [
        ("1", "Gateway", "4.1.0"),
        ("2", "Gateway", "4.2.0"),
        ("2", "Phone", "7"),
        ("3", "Gateway", ""),
        ("4", "Lamp", "1"),
    ];
    let home = region(4, &inventory, "2026-01-10T08:00:00Z");
    ingest(&home, gateway().document(), NOON);
    ingest(&home, phone().document(), NOON);
    run(&home, NOON);
    home.account("k.weber", "officer");
    home
}

/// Values of one key in the order of the lines.
pub fn all<'a>(lines: &'a [Value], key: &str) -> Vec<&'a str> {
    lines
        .iter()
        .map(|line| {
            line[key]
                .as_str()
                .unwrap_or_else(|| panic!("{key} in {line}"))
        })
        .collect()
}

pub fn distinct<'a>(lines: &'a [Value], key: &str) -> Vec<&'a str> {
    let mut found = all(lines, key);
    found.sort_unstable();
    found.dedup();
    found
}

pub fn at<'a>(arguments: &[&'a str], moment: &'a str) -> Vec<&'a str> {
    [arguments, &["--at", moment]].concat()
}

pub fn asset(home: &Home, member: &str, product: &str) -> String {
    let found = lines(
        home,
        &["match", "list", "--member", member, "--product", product],
    );
    found[0]["asset"].as_str().unwrap().to_string()
}

pub fn refused(home: &Home, arguments: &[&str], code: i32, wanted: &str) {
    let Run { err, .. } = home.tuermer(arguments).expect(code);
    assert!(err.contains(wanted), "{err}");
}

#[test]
fn clause_13_is_an_asset_database_and_matches_documents_to_its_assets() {
    let home = matched();
    let found = lines(&home, &["match", "list"]);
    assert_eq!(distinct(&found, "organisation"), ["1", "2", "3"]);
    assert!(found.iter().all(|line| line["status"] != "not_affected"));
}

#[test]
fn clause_13_lets_the_user_widen_or_narrow_by_probability() {
    let home = matched();
    let sure = |least: &str| {
        distinct(
            &lines(
                &home,
                &["match", "list", "--threat", "BG-1", "--at-least", least],
            ),
            "organisation",
        )
        .join("")
    };
    assert_eq!(
        (sure("observed"), sure("possible"), sure("unlikely")),
        ("12".into(), "123".into(), "123".into())
    );
    refused(
        &home,
        &["match", "list", "--at-least", "80%"],
        2,
        "observed",
    );
}

#[test]
fn clause_13_lists_matched_advisories_per_product() {
    let home = matched();
    assert_eq!(
        distinct(
            &lines(&home, &["match", "list", "--product", "beispiel phone"]),
            "threat"
        ),
        ["BP-7"]
    );
    let found = lines(
        &home,
        &["match", "list", "--product", "Gateway", "--by", "advisory"],
    );
    assert_eq!(
        (
            found.len(),
            found[0]["assets"].as_u64(),
            found[0]["name"].as_str()
        ),
        (1, Some(3), Some("Gateway 4.1.0: hole"))
    );
    assert!(lines(&home, &["match", "list", "--product", "Lamp"]).is_empty());
}

#[test]
fn clause_13_lists_matched_advisories_per_asset() {
    let home = matched();
    let gateway = asset(&home, "1", "Gateway");
    let found = lines(&home, &["match", "list", "--asset", &gateway]);
    assert_eq!(
        (all(&found, "threat"), all(&found, "vulnerability")),
        (vec!["BG-1"; 2], vec!["CVE-2026-20001", "CVE-2026-20002"])
    );
    assert_eq!(
        lines(
            &home,
            &["match", "list", "--asset", &gateway, "--by", "advisory"]
        )
        .len(),
        1
    );
    refused(&home, &["match", "list", "--asset", "none"], 3, "No asset");
}

#[test]
fn clause_13_lists_matched_products_per_document() {
    let home = matched();
    let mut both = Advisory::new("BB-1", "CVE-2026-20009", ("Gateway", "4.1.0"));
    both.affected.push(("Phone", "7"));
    ingest(&home, both.document(), NOON);
    run(&home, NOON);
    let found = lines(
        &home,
        &["match", "list", "--threat", "BB-1", "--by", "product"],
    );
    assert_eq!(
        (all(&found, "product"), found[0]["assets"].as_u64()),
        (vec!["gateway", "phone"], Some(3))
    );
}

#[test]
fn clause_13_lists_matched_assets_per_document() {
    let home = matched();
    let found = lines(
        &home,
        &["match", "list", "--threat", "BG-1", "--by", "asset"],
    );
    assert_eq!(found.len(), 3);
    assert!(
        found.iter().any(
            |line| line["asset"] == asset(&home, "2", "Gateway").as_str() && line["done"] == 1
        ),
        "{found:?}"
    );
}

/// State of each flaw of one member's gateway.
fn states(home: &Home, member: &str) -> String {
    all(
        &lines(
            home,
            &[
                "match",
                "list",
                "--threat",
                "BG-1",
                "--member",
                member,
                "--product",
                "Gateway",
            ],
        ),
        "remediation",
    )
    .join(" ")
}

#[test]
fn clause_13_marks_per_vulnerability_and_asset_not_remediated_in_progress_done() {
    let home = matched();
    let set = |more: &[&str], moment: &str| {
        home.tuermer_as(
            "k.weber",
            &at(&[&["match", "set", "BG-1"], more].concat(), moment),
        )
    };
    assert_eq!(
        (states(&home, "1"), states(&home, "2")),
        ("not_remediated not_remediated".into(), "done done".into())
    );
    let gateway = asset(&home, "1", "Gateway");
    set(
        &[
            "--cve",
            "cve-2026-20001",
            "--asset",
            &gateway,
            "--state",
            "in_progress",
        ],
        "2026-02-03T08:00:00Z",
    )
    .expect(0);
    assert_eq!(states(&home, "1"), "in_progress not_remediated");
    set(
        &[
            "--cve",
            "CVE-2026-20001",
            "--asset",
            &gateway,
            "--state",
            "done",
        ],
        "2026-02-03T09:00:00Z",
    )
    .expect(0);
    run(&home, "2026-02-03T09:01:00Z");
    assert_eq!(states(&home, "1"), "done not_remediated");
    let verdict = |member: &str| {
        lines(
            &home,
            &["exposure", "list", "--threat", "BG-1", "--member", member],
        )[0]["status"]
            .as_str()
            .unwrap()
            .to_string()
    };
    assert_eq!(verdict("1"), "affected", "one flaw is still open");
    // The switch for all assets; then the verdict counts it as a word, until something newer is measured.
    set(&["--all", "--state", "done"], "2026-02-03T10:00:00Z").expect(0);
    run(&home, "2026-02-03T10:01:00Z");
    assert_eq!(
        (states(&home, "1"), verdict("1"), verdict("3")),
        ("done done".into(), "fixed".into(), "fixed".into())
    );
    told(&home, &[("1", "Gateway", "4.1.0")], "2026-02-04T08:00:00Z");
    run(&home, "2026-02-04T08:01:00Z");
    assert_eq!(
        (states(&home, "1"), verdict("1")),
        ("not_remediated not_remediated".into(), "affected".into())
    );

    assert!(
        set(&["--member", "4", "--state", "done"], NOON)
            .expect(3)
            .err
            .contains("No match")
    );
    assert!(
        set(&["--all", "--state", "finished"], NOON)
            .expect(2)
            .err
            .contains("in_progress")
    );
    set(&["--state", "done"], NOON).expect(2);
    set(&["--all", "--member", "1", "--state", "done"], NOON).expect(2);
}

#[test]
fn clause_13_a_newer_revision_is_no_new_match_if_the_remediation_has_not_changed() {
    let home = matched();
    let set = [
        "match",
        "set",
        "BG-1",
        "--member",
        "1",
        "--state",
        "in_progress",
    ];
    home.tuermer_as("k.weber", &at(&set, "2026-02-03T08:00:00Z"))
        .expect(0);
    run(&home, "2026-02-03T08:01:00Z");
    let before = lines(&home, &["match", "list", "--threat", "BG-1"]).len();
    let mut next = gateway();
    // Everything but status and remedy may change: title, severity, score, references to exploitation.
    let changes: [(&'static str, &'static str, fn(&mut Advisory)); 4] = [
        ("2", "2026-02-04T10:00:00Z", |a| {
            a.title = "Gateway: holes".into()
        }),
        ("3", "2026-02-05T10:00:00Z", |a| a.score = "7.5"),
        ("4", "2026-02-06T10:00:00Z", |a| a.severity = "Low"),
        ("5", "2026-02-07T10:00:00Z", |a| {
            a.remedy = "Install  4.2.0".into()
        }),
    ];
    for (version, released, change) in changes {
        next = next.next(version, released);
        change(&mut next);
        ingest(&home, next.document(), released);
        run(&home, released);
        assert_eq!(
            (
                states(&home, "1"),
                lines(&home, &["match", "list", "--threat", "BG-1"]).len()
            ),
            ("in_progress in_progress".into(), before),
            "{version}"
        );
    }
    let mut other = next.next("6", "2026-02-08T10:00:00Z");
    other.remedy = "Install 4.2.1; 4.2.0 does not close it".into();
    ingest(&home, other.document(), "2026-02-08T10:00:00Z");
    run(&home, "2026-02-08T10:00:00Z");
    assert_eq!(
        states(&home, "1"),
        "not_remediated not_remediated",
        "another remedy is a new match"
    );
}

#[test]
fn clause_13_detects_semantic_versioning() {
    let home = matched();
    let first = Advisory {
        version: "1.0.0",
        ..Advisory::new("BS-1", "CVE-2026-20004", ("Gateway", "4.1.0"))
    };
    ingest(&home, first.document(), "2026-02-03T10:00:00Z");
    let step = |version: &'static str, released: &'static str, change: fn(&mut Advisory)| {
        let mut next = first.next(version, released);
        change(&mut next);
        ingest(&home, next.document(), released);
        let found = home
            .tuermer(&["threat", "diff", "BS-1", "--json"])
            .expect(0)
            .line();
        (
            found["numbering"].as_str().unwrap().to_string(),
            found["step"].as_str().unwrap().to_string(),
        )
    };
    let semantic = |step: &str| ("semantic".to_string(), step.to_string());
    assert_eq!(
        step("1.0.1", "2026-02-04T10:00:00Z", |a| a.title =
            "Gateway, spelled".into()),
        semantic("patch")
    );
    assert_eq!(
        step("1.1.0", "2026-02-05T10:00:00Z", |a| a.title =
            "Gateway, spelled".into()),
        semantic("minor")
    );
    assert_eq!(
        step("2.0.0", "2026-02-06T10:00:00Z", |a| a.title =
            "Gateway, spelled".into()),
        semantic("major")
    );
    // A publisher that announces too little is not believed.
    assert_eq!(
        step("2.0.1", "2026-02-07T10:00:00Z", |a| a
            .affected
            .push(("Phone", "7"))),
        semantic("major")
    );
}

#[test]
fn clause_13_runs_by_hand_for_a_document_a_list_of_documents_an_asset_a_list_of_assets() {
    let home = matched();
    let (gateway, phone) = (asset(&home, "1", "Gateway"), asset(&home, "2", "Phone"));
    let by_hand = |arguments: &[&str]| {
        let line = home
            .tuermer(&[&["match", "run", "--json", "--at", NOON], arguments].concat())
            .expect(0)
            .line();
        assert_eq!(line["mode"], "manual");
        (
            line["advisories"].as_u64().unwrap(),
            line["organisations"].as_u64().unwrap(),
            line["triggers"][0].as_str().unwrap().to_string(),
        )
    };
    assert_eq!(by_hand(&["--threat", "BG-1"]), (1, 0, "document".into()));
    assert_eq!(
        by_hand(&["--threats", "BG-1,BP-7"]),
        (2, 0, "document".into())
    );
    assert_eq!(by_hand(&["--asset", &gateway]), (0, 1, "asset".into()));
    assert_eq!(
        by_hand(&["--assets", &format!("{gateway},{phone}")]),
        (0, 2, "asset".into())
    );
    refused(&home, &["match", "run"], 2, "--threats");
    refused(&home, &["match", "run", "--asset", "none"], 3, "No asset");
}

/// What set off the newest run by itself.
fn triggers(home: &Home) -> Vec<String> {
    let runs = lines(home, &["match", "runs"]);
    let newest = runs.iter().find(|run| run["mode"] == "automatic").unwrap();
    newest["triggers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().to_string())
        .collect()
}

#[test]
fn clause_13_runs_by_itself_for_a_new_document_a_new_asset_and_a_changed_major_version() {
    let home = matched();
    told(&home, &[("4", "Gateway", "4.1.0")], "2026-02-03T08:00:00Z");
    assert_eq!(
        run(&home, "2026-02-03T08:01:00Z")["assess"]["organisations"],
        1
    );
    assert_eq!(triggers(&home), ["new_asset"]);
    assert_eq!(states(&home, "4"), "not_remediated not_remediated");
    ingest(
        &home,
        Advisory::new("BL-1", "CVE-2026-20005", ("Lamp", "1")).document(),
        "2026-02-03T09:00:00Z",
    );
    run(&home, "2026-02-03T09:01:00Z");
    assert_eq!(triggers(&home), ["new_document"]);
    assert_eq!(
        distinct(
            &lines(&home, &["match", "list", "--product", "Lamp"]),
            "threat"
        ),
        ["BL-1"]
    );
    let first = Advisory {
        version: "1.0.0",
        ..Advisory::new("BS-1", "CVE-2026-20004", ("Phone", "8"))
    };
    ingest(&home, first.document(), "2026-02-03T10:00:00Z");
    run(&home, "2026-02-03T10:01:00Z");
    let mut second = first.next("2.0.0", "2026-02-04T10:00:00Z");
    second.affected.push(("Phone", "7"));
    ingest(&home, second.document(), "2026-02-04T10:00:00Z");
    run(&home, "2026-02-04T10:01:00Z");
    assert_eq!(triggers(&home), ["major_version"]);
    assert_eq!(
        distinct(
            &lines(&home, &["match", "list", "--threat", "BS-1"]),
            "organisation"
        ),
        ["2"]
    );
    // Nothing new, no run.
    let before = lines(&home, &["match", "runs"]).len();
    run(&home, "2026-02-04T10:02:00Z");
    assert_eq!(lines(&home, &["match", "runs"]).len(), before);
}

#[test]
fn clause_13_pools_what_is_new_into_one_batch_but_never_with_a_run_by_hand() {
    let home = matched();
    ingest(
        &home,
        Advisory::new("BL-1", "CVE-2026-20005", ("Lamp", "1")).document(),
        "2026-02-03T09:00:00Z",
    );
    ingest(
        &home,
        Advisory::new("BL-2", "CVE-2026-20006", ("Lamp", "1")).document(),
        "2026-02-03T09:00:00Z",
    );
    told(&home, &[("3", "Phone", "7")], "2026-02-03T09:00:00Z");
    home.tuermer_as(
        "k.weber",
        &at(
            &["match", "run", "--threat", "BG-1"],
            "2026-02-03T10:00:00Z",
        ),
    )
    .expect(0);
    let runs = lines(&home, &["match", "runs"]);
    let short = |run: &Value| {
        format!(
            "{} {} {} by {}",
            run["mode"], run["advisories"], run["organisations"], run["asked_by"]
        )
        .replace('"', "")
    };
    let mut newest: Vec<String> = runs.iter().take(2).map(short).collect();
    newest.sort();
    assert_eq!(newest, ["automatic 2 1 by system", "manual 1 0 by k.weber"]);
    assert_eq!(triggers(&home), ["new_document", "new_asset"]);
}

#[test]
fn clause_13_counts_the_assets_that_match_at_all_and_per_status() {
    let home = matched();
    let counts = |threat: &str| {
        let found = lines(&home, &["match", "statistics", "--threat", threat]);
        ["assets", "not_remediated", "in_progress", "done"]
            .map(|key| found[0][key].as_u64().unwrap())
    };
    assert_eq!(
        (counts("BG-1"), counts("BP-7")),
        ([3, 2, 0, 1], [1, 1, 0, 0])
    );
    let gateway = asset(&home, "1", "Gateway");
    // An asset stands where its least advanced flaw stands.
    for (cve, wanted) in [
        ("CVE-2026-20001", [3, 2, 0, 1]),
        ("CVE-2026-20002", [3, 1, 1, 1]),
    ] {
        home.tuermer_as(
            "k.weber",
            &at(
                &[
                    "match",
                    "set",
                    "BG-1",
                    "--cve",
                    cve,
                    "--asset",
                    &gateway,
                    "--state",
                    "in_progress",
                ],
                NOON,
            ),
        )
        .expect(0);
        assert_eq!(counts("BG-1"), wanted, "{cve}");
    }
    assert_eq!(lines(&home, &["match", "statistics"]).len(), 2);
}
