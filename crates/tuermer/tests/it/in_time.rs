//! Judgement over time: a change of any input opens again what it must, and nothing else.

use crate::advisory::{Advisory, ingest, lines, region, run, told};
use crate::support::Home;
use serde_json::{Value, json};
use tuermer::acts::answer;
use tuermer::cli::{Call, output::Output};
use tuermer::context::Context;
use tuermer::text::Texts;
use tuermer_core::acknowledgement::Answer;
use tuermer_core::ids::WarningNumber;
use tuermer_core::locale::Language;
use tuermer_core::organisation::Kind;
use tuermer_core::rights::Actor;
use tuermer_core::scale::Source;

/// One verdict: status, and when it was judged.
fn verdict(home: &Home, threat: &str, member: &str) -> (String, String) {
    let found = lines(
        home,
        &["exposure", "list", "--threat", threat, "--member", member],
    );
    let [line] = &found[..] else {
        panic!("{threat} {member}: {found:?}")
    };
    let text = |key: &str| line[key].as_str().unwrap().to_string();
    (text("status"), text("assessed_at"))
}

fn status(home: &Home, threat: &str, member: &str) -> String {
    verdict(home, threat, member).0
}

/// Exchange servers by build; everything else as in [`region`].
pub fn exchange(builds: &[(&str, &str)], at: &str) -> Home {
    let home = region(u32::try_from(builds.len()).unwrap(), &[], at);
    tell_builds(&home, builds, at);
    home
}

fn tell_builds(home: &Home, builds: &[(&str, &str)], at: &str) {
    let rows: String = builds
        .iter()
        .map(|(number, build)| {
            format!(
                "{number},Microsoft,Exchange Server,{build},{build},mail-{number},provider,{}\n",
                &at[..10]
            )
        })
        .collect();
    let path = home.file(
        "builds.csv",
        format!("external_id,vendor,product,version,build,hostname,source,observed_at\n{rows}"),
    );
    home.tuermer(&["import", "inventory", &path, "--at", at])
        .expect(0);
}

/// States a flaw of Exchange; the build pack decides whom it hits.
pub fn state(home: &Home, cve: &str, at: &str) -> String {
    let stated = [
        "threat",
        "new",
        "--title",
        cve,
        "--product",
        "Microsoft Exchange Server",
        "--cve",
        cve,
        "--level",
        "3",
        "--url",
        "https://example.org/n",
    ];
    home.tuermer(&[&stated[..], &["--at", at, "--json"]].concat())
        .expect(0)
        .line()["threat"]
        .as_str()
        .unwrap()
        .to_string()
}

/// A catalogue with these entries: CVE, added, due.
fn catalogue(home: &Home, entries: &[(&str, &str, &str)], at: &str) -> Value {
    let entry = |(cve, added, due): &(&str, &str, &str)| {
        json!({"cveID": cve, "vendorProject": "Microsoft", "product": "Exchange Server", "vulnerabilityName": "Invented", "dateAdded": added,
               "shortDescription": "Invented.", "requiredAction": "Update.", "dueDate": due, "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": []})
    };
    let list: Vec<Value> = entries.iter().map(entry).collect();
    let text = json!({"title": "Catalogue", "catalogVersion": &at[..10].replace('-', "."), "dateReleased": at, "count": list.len(), "vulnerabilities": list});
    let path = home.file("kev.json", text.to_string());
    home.tuermer(&["ingest", &path, "--json", "--at", at])
        .expect(0)
        .line()
}

/// Two people release a warning on a threat, and it leaves.
pub fn warned(home: &Home, threat: &str, at: &str) -> String {
    for (name, role) in [("m.lang", "officer"), ("s.roth", "approver")] {
        home.account(name, role);
    }
    let act = |arguments: &[&str], name: &str| {
        home.tuermer_as(
            name,
            &[&["warn"], arguments, &["--json", "--at", at]].concat(),
        )
        .expect(0)
        .line()
    };
    let number = act(&["draft", threat], "m.lang")["number"]
        .as_str()
        .unwrap()
        .to_string();
    let audience = act(&["submit", &number], "m.lang")["audience"].to_string();
    act(&["approve", &number, "--count", &audience], "s.roth");
    run(home, at);
    number
}

/// The library on the same data, for what only a page can do.
async fn open(home: &Home, at: &str) -> Context {
    let out = Output {
        json: false,
        texts: Texts(Language::English),
        no_input: true,
    };
    let database = home.postgres().map(crate::support::PostgresDatabase::url);
    Call {
        out,
        data: Some(home.data()),
        database,
        at: Some(at.parse().unwrap()),
    }
    .open()
    .await
    .unwrap()
}

/// ProxyShell: servers patched in March are open again in July, without a new scan.
#[test]
fn a_new_flaw_opens_servers_that_were_patched_before() {
    let home = exchange(
        &[("1", "15.1.2176.9"), ("2", "15.1.2176.12")],
        "2021-05-03T08:00:00Z",
    );
    let march = state(&home, "CVE-2021-26855", "2021-05-03T09:00:00Z");
    run(&home, "2021-05-03T09:01:00Z");
    let before = [verdict(&home, &march, "1"), verdict(&home, &march, "2")];
    assert_eq!(
        (before[0].0.as_str(), before[1].0.as_str()),
        ("fixed", "fixed")
    );
    let july = state(&home, "CVE-2021-34473", "2021-07-14T09:00:00Z");
    // What the pack learned since May may judge March again; only then is the new threat alone.
    run(&home, "2021-07-14T09:00:30Z");
    let quiet = run(&home, "2021-07-14T09:01:00Z");
    assert_eq!(
        (
            &quiet["assess"]["threats"],
            &quiet["assess"]["organisations"]
        ),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        [status(&home, &july, "1"), status(&home, &july, "2")],
        ["affected", "fixed"]
    );
    assert_eq!(
        [status(&home, &march, "1"), status(&home, &march, "2")],
        ["fixed", "fixed"]
    );
}

/// CVE-2023-21529 stood in the catalogue years after its fix.
#[test]
fn an_entry_of_the_catalogue_years_later_opens_its_flaw_and_no_other() {
    let home = exchange(
        &[("1", "15.1.2507.16"), ("2", "15.1.2507.61")],
        "2026-03-02T08:00:00Z",
    );
    let old = state(&home, "CVE-2023-21529", "2026-03-02T09:00:00Z");
    let other = state(&home, "CVE-2022-41082", "2026-03-02T09:00:00Z");
    run(&home, "2026-03-02T09:01:00Z");
    let urgency = |threat: &str| {
        lines(
            &home,
            &["exposure", "list", "--threat", threat, "--member", "1"],
        )[0]["urgency"]
            .as_str()
            .unwrap()
            .to_string()
    };
    let (before, untouched) = (urgency(&old), verdict(&home, &other, "1"));
    catalogue(
        &home,
        &[("CVE-2023-21529", "2026-03-20", "2026-04-10")],
        "2026-03-20T18:00:00Z",
    );
    assert_eq!(run(&home, "2026-03-20T18:01:00Z")["assess"]["threats"], 1);
    assert_ne!(urgency(&old), before, "exploitation became known");
    assert_eq!(
        [status(&home, &old, "1"), status(&home, &old, "2")],
        ["affected", "fixed"]
    );
    assert_eq!(verdict(&home, &other, "1"), untouched);
    // The day before we did not know.
    let then = |day: &str| {
        home.tuermer(&[
            "explain",
            &old,
            "1",
            "--as-of",
            day,
            "--json",
            "--at",
            "2026-04-01T08:00:00Z",
        ])
        .expect(0)
        .line()["urgency"]
            .clone()
    };
    assert_eq!(then("2026-03-19"), json!(before));
    assert_ne!(then("2026-03-21"), json!(before));
}

#[test]
fn a_moved_due_date_judges_its_flaw_again_and_no_other() {
    let home = exchange(&[("1", "15.1.2507.16")], "2026-03-02T08:00:00Z");
    let [old, other] =
        ["CVE-2023-21529", "CVE-2022-41082"].map(|cve| state(&home, cve, "2026-03-02T09:00:00Z"));
    let entries = |due| {
        [
            ("CVE-2023-21529", "2026-03-01", due),
            ("CVE-2022-41082", "2022-09-30", "2022-10-21"),
        ]
    };
    catalogue(&home, &entries("2026-03-22"), "2026-03-02T10:00:00Z");
    run(&home, "2026-03-02T10:01:00Z");
    let untouched = verdict(&home, &other, "1");
    assert_eq!(
        catalogue(&home, &entries("2026-04-22"), "2026-03-10T10:00:00Z")["due_dates_moved"],
        1
    );
    assert_eq!(run(&home, "2026-03-10T10:01:00Z")["assess"]["threats"], 1);
    assert_eq!(
        home.tuermer(&["threat", "show", &old, "--json"])
            .expect(0)
            .line()["kev"]["due"],
        "2026-04-22"
    );
    assert_eq!(verdict(&home, &other, "1"), untouched);
    // The same catalogue again is nothing new.
    catalogue(&home, &entries("2026-04-22"), "2026-03-11T10:00:00Z");
    assert_eq!(run(&home, "2026-03-11T10:01:00Z")["assess"]["threats"], 0);
}

#[test]
fn a_withdrawn_advisory_drafts_the_correction_for_everybody_it_reached() {
    let home = region(
        3,
        &[
            ("1", "Gateway", "4.1.0"),
            ("2", "Phone", "7"),
            ("3", "Gateway", "4.1.0"),
        ],
        "2026-02-01T08:00:00Z",
    );
    let gateway = Advisory::new("BG-1", "CVE-2026-20001", ("Gateway", "4.1.0"));
    let phone = Advisory::new("BP-7", "CVE-2026-20003", ("Phone", "7"));
    ingest(&home, gateway.document(), "2026-02-02T09:00:00Z");
    ingest(&home, phone.document(), "2026-02-02T09:00:00Z");
    run(&home, "2026-02-02T09:01:00Z");
    let warning = warned(&home, "BG-1", "2026-02-02T10:00:00Z");
    let untouched = verdict(&home, "BP-7", "2");
    // A revision that changes nothing for them proposes nothing.
    ingest(
        &home,
        Advisory {
            title: "Gateway: holes".into(),
            ..gateway.next("2", "2026-02-03T09:00:00Z")
        }
        .document(),
        "2026-02-03T09:00:00Z",
    );
    assert_eq!(
        run(&home, "2026-02-03T09:01:00Z")["revise"],
        json!({"revisions": 1, "proposals": 0})
    );
    ingest(
        &home,
        gateway.next("3", "2026-02-04T09:00:00Z").ended(None),
        "2026-02-04T09:00:00Z",
    );
    assert_eq!(run(&home, "2026-02-04T09:01:00Z")["revise"]["proposals"], 1);

    let warnings = lines(&home, &["warn", "list"]);
    let draft = warnings
        .iter()
        .find(|line| line["state"] == "draft")
        .unwrap_or_else(|| panic!("{warnings:?}"));
    assert_eq!(
        (draft["message_type"].as_str(), warnings.len()),
        (Some("cancel"), 2),
        "{draft}"
    );
    let number = draft["number"].as_str().unwrap();
    let shown = home
        .tuermer(&["warn", "show", number, "--json"])
        .expect(0)
        .line();
    assert_eq!(shown["replaces"], warning.as_str());
    assert!(
        shown["texts"]["de"]["what_happened"]
            .as_str()
            .unwrap()
            .contains("hat seine Meldung BG-1 zurückgezogen"),
        "{shown}"
    );
    assert!(
        shown["texts"]["en"]["what_happened"]
            .as_str()
            .unwrap()
            .contains("has withdrawn its advisory BG-1"),
        "{shown}"
    );
    let notices = lines(&home, &["notice", "list"]);
    assert!(
        notices
            .iter()
            .any(|notice| notice["kind"] == "revision.withdrawn"
                && notice["text"].as_str().unwrap().contains(number)),
        "{notices:?}"
    );
    assert_eq!(verdict(&home, "BP-7", "2"), untouched);
    assert!(
        lines(
            &home,
            &[
                "exposure", "list", "--threat", "BG-1", "--status", "affected"
            ]
        )
        .is_empty()
    );
    // Once is enough.
    assert_eq!(
        run(&home, "2026-02-04T09:02:00Z")["revise"],
        json!({"revisions": 0, "proposals": 0})
    );
    assert_eq!(lines(&home, &["warn", "list"]).len(), 2);
}

#[test]
fn a_superseded_advisory_follows_its_successor_and_is_never_a_correction() {
    let home = region(1, &[("1", "Gateway", "4.1.0")], "2026-02-01T08:00:00Z");
    let gateway = Advisory::new("BG-1", "CVE-2026-20001", ("Gateway", "4.1.0"));
    ingest(&home, gateway.document(), "2026-02-02T09:00:00Z");
    run(&home, "2026-02-02T09:01:00Z");
    let warning = warned(&home, "BG-1", "2026-02-02T10:00:00Z");
    ingest(
        &home,
        Advisory::new("BG-2", "CVE-2026-20001", ("Gateway", "4.1.0")).document(),
        "2026-02-03T09:00:00Z",
    );
    ingest(
        &home,
        gateway
            .next("2", "2026-02-03T09:00:00Z")
            .ended(Some("https://psirt.beispiel.example/2026/bg-2.json")),
        "2026-02-03T09:00:00Z",
    );
    assert_eq!(run(&home, "2026-02-03T09:01:00Z")["revise"]["proposals"], 1);
    let warnings = lines(&home, &["warn", "list"]);
    let draft = warnings
        .iter()
        .find(|line| line["state"] == "draft")
        .unwrap_or_else(|| panic!("{warnings:?}"));
    assert_eq!(
        (draft["message_type"].as_str(), draft["threat"].as_str()),
        (Some("update"), Some("BG-2"))
    );
    assert_eq!(
        home.tuermer(&["warn", "show", draft["number"].as_str().unwrap(), "--json"])
            .expect(0)
            .line()["replaces"],
        warning.as_str()
    );
    assert_eq!(status(&home, "BG-2", "1"), "affected");
}

#[test]
fn a_changed_remedy_is_told_to_the_operators_and_opens_what_was_reported_done() {
    let home = region(
        2,
        &[("1", "Gateway", "4.1.0"), ("2", "Gateway", "4.1.0")],
        "2026-02-01T08:00:00Z",
    );
    let gateway = Advisory::new("BG-1", "CVE-2026-20001", ("Gateway", "4.1.0"));
    ingest(&home, gateway.document(), "2026-02-02T09:00:00Z");
    run(&home, "2026-02-02T09:01:00Z");
    let warning = warned(&home, "BG-1", "2026-02-02T10:00:00Z");
    answered(&home, &warning, "1", "2026-02-02T12:00:00Z");
    run(&home, "2026-02-02T12:01:00Z");
    assert_eq!(
        [status(&home, "BG-1", "1"), status(&home, "BG-1", "2")],
        ["fixed", "affected"]
    );
    ingest(
        &home,
        Advisory {
            title: "Gateway: holes".into(),
            ..gateway.next("2", "2026-02-03T09:00:00Z")
        }
        .document(),
        "2026-02-03T09:00:00Z",
    );
    run(&home, "2026-02-03T09:01:00Z");
    assert_eq!(status(&home, "BG-1", "1"), "fixed");
    ingest(
        &home,
        Advisory {
            remedy: "Install the second update".into(),
            ..gateway.next("3", "2026-02-04T09:00:00Z")
        }
        .document(),
        "2026-02-04T09:00:00Z",
    );
    run(&home, "2026-02-04T09:01:00Z");
    assert_eq!(
        [status(&home, "BG-1", "1"), status(&home, "BG-1", "2")],
        ["affected", "affected"]
    );
    let notices = lines(&home, &["notice", "list"]);
    assert_eq!(
        notices
            .iter()
            .filter(|notice| notice["kind"] == "revision.remedy")
            .count(),
        1,
        "{notices:?}"
    );
    // On the evening of the second it was done, as far as anybody knew.
    let then = |day: &str| {
        home.tuermer(&[
            "explain",
            "BG-1",
            "1",
            "--as-of",
            day,
            "--json",
            "--at",
            "2026-02-05T08:00:00Z",
        ])
        .expect(0)
        .line()["status"]
            .clone()
    };
    assert_eq!(
        [
            then("2026-02-02 12:00"),
            then("2026-02-02"),
            then("2026-02-04")
        ],
        ["affected", "fixed", "affected"]
    );
}

/// A member answers "done".
pub fn answered(home: &Home, warning: &str, member: &str, at: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let context = open(home, at).await;
        let found = context
            .store
            .organisation_by_external(Kind::Member, member)
            .await
            .unwrap()
            .unwrap();
        let link = Actor::Link {
            organisation: found.id,
            warning: WarningNumber(warning.into()),
        };
        answer::record(&context, &link, Answer::Done, None, Source::Member)
            .await
            .unwrap();
        context.store.database.close().await;
    });
}

#[test]
fn an_answer_changes_its_giver_and_nobody_else() {
    let home = region(
        2,
        &[
            ("1", "Gateway", "4.1.0"),
            ("2", "Gateway", "4.1.0"),
            ("1", "Phone", "7"),
        ],
        "2026-02-01T08:00:00Z",
    );
    ingest(
        &home,
        Advisory::new("BG-1", "CVE-2026-20001", ("Gateway", "4.1.0")).document(),
        "2026-02-02T09:00:00Z",
    );
    ingest(
        &home,
        Advisory::new("BP-7", "CVE-2026-20003", ("Phone", "7")).document(),
        "2026-02-02T09:00:00Z",
    );
    run(&home, "2026-02-02T09:01:00Z");
    let warning = warned(&home, "BG-1", "2026-02-02T10:00:00Z");
    let (other, phone) = (verdict(&home, "BG-1", "2"), status(&home, "BP-7", "1"));
    answered(&home, &warning, "1", "2026-02-02T12:00:00Z");
    let report = run(&home, "2026-02-02T12:01:00Z");
    assert_eq!(
        (
            &report["assess"]["threats"],
            &report["assess"]["organisations"]
        ),
        (&json!(0), &json!(1))
    );
    assert_eq!(status(&home, "BG-1", "1"), "fixed");
    assert_eq!(
        (verdict(&home, "BG-1", "2"), status(&home, "BP-7", "1")),
        (other, phone)
    );
    // One answer fills all rows of its assets (clause 13.7).
    let rows = lines(
        &home,
        &["match", "list", "--threat", "BG-1", "--member", "1"],
    );
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["remediation"] == "done"),
        "{rows:?}"
    );
}

#[test]
fn a_changed_build_changes_its_owner_and_nobody_else() {
    let home = region(
        2,
        &[("1", "Gateway", "4.1.0"), ("2", "Gateway", "4.1.0")],
        "2026-02-01T08:00:00Z",
    );
    let mut gateway = Advisory::new("BG-1", "CVE-2026-20001", ("Gateway", "4.1.0"));
    gateway.fixed.push(("Gateway", "4.2.0"));
    ingest(&home, gateway.document(), "2026-02-02T09:00:00Z");
    run(&home, "2026-02-02T09:01:00Z");
    let other = verdict(&home, "BG-1", "2");
    told(
        &home,
        &[("1", "Gateway", "4.2.0"), ("2", "Gateway", "4.1.0")],
        "2026-02-03T08:00:00Z",
    );
    told(&home, &[("1", "Gateway", "4.2.0")], "2026-02-03T08:00:00Z");
    run(&home, "2026-02-03T08:01:00Z");
    assert_eq!(status(&home, "BG-1", "1"), "fixed");
    assert_eq!(verdict(&home, "BG-1", "2").0, other.0);
}

/// exchange.md, acceptance case 11.
#[test]
fn a_product_out_of_support_never_reads_not_affected() {
    let home = exchange(
        &[("1", "15.0.1497.48"), ("2", "15.2.1748.46")],
        "2023-04-03T08:00:00Z",
    );
    for (cve, at, wanted) in [
        ("CVE-2023-21529", "2023-04-03T09:00:00Z", "fixed"),
        ("CVE-2026-42897", "2026-07-20T09:00:00Z", "unknown"),
    ] {
        let threat = state(&home, cve, at);
        run(&home, at);
        assert_eq!(status(&home, &threat, "1"), wanted, "{cve}");
    }
    let line = &lines(
        &home,
        &[
            "exposure",
            "list",
            "--threat",
            "CVE-2026-42897",
            "--member",
            "1",
        ],
    )[0];
    assert!(
        line["reason"].as_str().unwrap().contains("no more updates"),
        "{line}"
    );
    assert_eq!(
        status(&home, "CVE-2023-21529", "1"),
        "fixed",
        "what was fixed before stays so"
    );
}
