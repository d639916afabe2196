//! CSAF conformance clause 12 "Management System", which clause 13 contains: one test a sentence, named after it.

use crate::advisory::{Advisory, ingest, lines};
use crate::clause13::{NOON, all, at, gateway, matched, refused};
use crate::support::{Home, Run};
use crate::web_server::{Answer, WebServer};

/// As [`refused`], for an officer who proves to be one.
fn refused_to(home: &Home, arguments: &[&str], code: i32, wanted: &str) {
    let Run { err, .. } = home.tuermer_as("k.weber", arguments).expect(code);
    assert!(err.contains(wanted), "{err}");
}

#[test]
fn clause_12_adds_documents_from_a_file_lists_and_deletes_them() {
    let home = matched();
    assert_eq!(
        all(&lines(&home, &["threat", "list"]), "threat"),
        ["BG-1", "BP-7"]
    );
    refused_to(
        &home,
        &["threat", "remove", "BG-1", "--why", ""],
        2,
        "--why",
    );
    refused(
        &home,
        &[
            "threat", "remove", "BG-1", "--why", "wrong", "--as", "nobody",
        ],
        1,
        "nobody",
    );
    home.tuermer_as(
        "k.weber",
        &["threat", "remove", "BG-1", "--why", "read by mistake"],
    )
    .expect(0);
    assert_eq!(all(&lines(&home, &["threat", "list"]), "threat"), ["BP-7"]);
    assert!(lines(&home, &["match", "list", "--product", "Gateway"]).is_empty());
    let journal = home.tuermer(&["audit", "list", "--json"]);
    assert!(
        journal.out.contains("read by mistake"),
        "{}{}",
        journal.out,
        journal.err
    );
    // Removed is not forbidden: who wants it back reads it again.
    ingest(&home, gateway().document(), NOON);
    assert_eq!(lines(&home, &["threat", "list"]).len(), 2);
}

#[test]
fn clause_12_adds_documents_from_an_address() {
    let home = Home::drill();
    let server = WebServer::start(|request| match request.path.as_str() {
        "/bg-1.json" => Answer::ok(gateway().document()).with("Content-Type", "application/json"),
        _ => Answer::status(404),
    });
    server.trust(&home);
    let ingest = |path: &str, more: &[&str]| {
        home.tuermer(&[&["ingest", &server.url(path), "--json", "--at", NOON], more].concat())
    };
    let refused = ingest("/bg-1.json", &[]).expect(1);
    assert!(
        refused.err.contains("localhost"),
        "an address in the own house must be allowed: {}",
        refused.err
    );
    let line = ingest("/bg-1.json", &["--allow-private", "localhost"])
        .expect(0)
        .line();
    assert_eq!(
        (line["new"].as_u64(), line["threat"].as_str()),
        (Some(1), Some("BG-1"))
    );
    assert!(
        ingest("/none.json", &["--allow-private", "localhost"])
            .expect(1)
            .err
            .contains("nothing (any more) under")
    );
    home.tuermer(&["ingest", "http://example.org/a.json"])
        .expect(1);
    assert_eq!(
        home.tuermer(&["threat", "show", "BG-1", "--json"])
            .expect(0)
            .line()["signature"],
        "unsigned"
    );
}

#[test]
fn clause_12_does_not_delete_what_people_were_warned_of() {
    let home = matched();
    home.account("m.lang", "officer");
    home.tuermer_as("m.lang", &["warn", "draft", "BG-1", "--at", NOON])
        .expect(0);
    refused_to(
        &home,
        &["threat", "remove", "BG-1", "--why", "wrong"],
        1,
        "warned of it",
    );
}

#[test]
fn clause_12_comments_on_a_document_and_marks_it_as_read() {
    let home = matched();
    home.tuermer_as(
        "k.weber",
        &at(
            &[
                "threat",
                "comment",
                "BG-1",
                "Only reachable through the office",
            ],
            NOON,
        ),
    )
    .expect(0);
    home.tuermer_as("k.weber", &at(&["threat", "read", "BG-1"], NOON))
        .expect(0);
    refused_to(&home, &["threat", "comment", "BG-1", " "], 2, "1 to 10000");
    refused(
        &home,
        &["threat", "read", "BG-1", "--as", "nobody"],
        1,
        "nobody",
    );
    let shown = home
        .tuermer(&["threat", "show", "BG-1", "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (
            &shown["comments"][0]["words"],
            &shown["comments"][0]["author"]
        ),
        (
            &"Only reachable through the office".into(),
            &"k.weber".into()
        )
    );
    assert_eq!(
        (
            &shown["comments"][0]["revision"],
            &shown["read_by"][0]["current"]
        ),
        (&"1".into(), &true.into())
    );
    let search = |text: &str| {
        all(
            &lines(&home, &["threat", "list", "--search", text]),
            "threat",
        )
        .join(",")
    };
    assert_eq!(
        (
            search("unread:k.weber"),
            search("read:k.weber"),
            search("comment:office")
        ),
        ("BP-7".into(), "BG-1".into(), "BG-1".into())
    );
    // A new revision is unread again; the comment stays with the one it was made on.
    ingest(
        &home,
        gateway().next("2", "2026-02-05T10:00:00Z").document(),
        "2026-02-05T12:00:00Z",
    );
    let shown = home
        .tuermer(&["threat", "show", "BG-1", "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (
            &shown["comments"][0]["revision"],
            &shown["read_by"][0]["current"]
        ),
        (&"1".into(), &false.into())
    );
}

#[test]
fn clause_12_searches_by_required_fields_by_cve_and_by_properties_of_the_product_tree() {
    let home = matched();
    for (search, wanted) in [
        ("category:security_advisory", "BG-1,BP-7"),
        ("csaf_version:2.0", "BG-1,BP-7"),
        ("csaf_version:2.1", ""),
        (
            "publisher:beispiel publisher_category:vendor namespace:psirt.beispiel.example",
            "BG-1,BP-7",
        ),
        ("title:\"gateway 4.1\"", "BG-1"),
        ("id:bp", "BP-7"),
        ("version:1 status:final", "BG-1,BP-7"),
        ("released:2026-02-01", "BG-1,BP-7"),
        ("released:>=2026-03", ""),
        ("published:2026-01-01", "BG-1,BP-7"),
        ("received:2026-02-02", "BG-1,BP-7"),
        ("tlp:clear", "BG-1,BP-7"),
        ("severity:critical", "BG-1"),
        ("cve:CVE-2026-20003", "BP-7"),
        ("cve:2026-2000", "BG-1,BP-7"),
        ("cvss:>=9", "BG-1"),
        ("cvss:5.3", "BP-7"),
        ("product:GATEWAY", "BG-1"),
        ("vendor:beispiel", "BG-1,BP-7"),
        ("product:phone vendor:beispiel cve:20003", "BP-7"),
        ("phone", "BP-7"),
        ("exploited:no withdrawn:no", "BG-1,BP-7"),
        ("title:100%", ""),
        ("title:_", ""),
    ] {
        assert_eq!(
            all(
                &lines(&home, &["threat", "list", "--search", search]),
                "threat"
            )
            .join(","),
            wanted,
            "{search}"
        );
    }
    refused(
        &home,
        &["threat", "list", "--search", "colour:red"],
        2,
        "category, csaf_version",
    );
    refused(
        &home,
        &["threat", "list", "--search", "cvss:high"],
        2,
        "does not fit",
    );
}

#[test]
fn clause_12_filters_and_sorts_by_all_that_is_searched_and_by_cvss_and_aggregate_severity() {
    let home = matched();
    ingest(
        &home,
        Advisory {
            publisher: "Acme",
            namespace: "https://acme.example",
            ..Advisory::new("AA-1", "CVE-2026-10000", ("Zebra", "1"))
        }
        .document(),
        NOON,
    );
    let sorted = |field: &str, desc: bool| {
        let list = [
            "threat",
            "list",
            "--search",
            "released:2026",
            "--sort",
            field,
        ];
        all(
            &lines(
                &home,
                &[&list[..], if desc { &["--desc"] } else { &[] }].concat(),
            ),
            "threat",
        )
        .join(" ")
    };
    assert_eq!(sorted("severity", true), "BG-1 BP-7 AA-1");
    assert_eq!(sorted("cvss", false), "BP-7 AA-1 BG-1");
    assert_eq!(sorted("affected", true), "BG-1 BP-7 AA-1");
    assert_eq!(sorted("publisher", false), "AA-1 BG-1 BP-7");
    assert_eq!(sorted("product", true), "AA-1 BP-7 BG-1");
    assert_eq!(sorted("cve", false), "AA-1 BG-1 BP-7");
    for field in [
        "category",
        "csaf_version",
        "publisher_category",
        "namespace",
        "title",
        "id",
        "version",
        "status",
        "published",
        "released",
        "received",
        "tlp",
    ] {
        assert_eq!(sorted(field, false).split(' ').count(), 3, "{field}");
    }
    refused(&home, &["threat", "list", "--sort", "colour"], 2, "cvss");
}

#[test]
fn clause_12_knows_the_latest_version_for_the_same_tracking_id_of_the_same_publisher() {
    let home = matched();
    ingest(
        &home,
        gateway().next("2", "2026-02-05T10:00:00Z").document(),
        "2026-02-05T12:00:00Z",
    );
    // The same tracking id of another publisher is another document.
    let other = Advisory {
        publisher: "Acme",
        namespace: "https://acme.example",
        ..gateway()
    };
    ingest(&home, other.document(), "2026-02-06T12:00:00Z");
    let found = lines(
        &home,
        &[
            "threat",
            "list",
            "--search",
            "id:BG-1",
            "--sort",
            "publisher",
        ],
    );
    assert_eq!(
        (all(&found, "source"), all(&found, "revision")),
        (vec!["Acme", "Beispiel GmbH"], vec!["1", "2"])
    );
    let revisions = found[1]["revisions"].as_array().unwrap();
    let latest: Vec<(&str, bool)> = revisions
        .iter()
        .map(|r| {
            (
                r["revision"].as_str().unwrap(),
                r["latest"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(latest, [("1", false), ("2", true)]);
    // An older one that comes late does not take its place.
    let path = home.file(
        "old.json",
        gateway().document().replace("Install 4.2.0", "Install 4.2"),
    );
    home.tuermer(&["ingest", &path, "--at", "2026-02-07T12:00:00Z"])
        .expect(1);
    assert_eq!(
        lines(&home, &["threat", "list", "--search", "version:2"])[0]["revision"],
        "2"
    );
}

#[test]
fn clause_12_shows_the_difference_between_two_versions() {
    let home = matched();
    refused(&home, &["threat", "diff", "BG-1"], 3, "one revision only");
    let mut second = gateway().next("2", "2026-02-05T10:00:00Z");
    second.affected.push(("Router", "1"));
    second.cves.pop();
    second.remedy = "Install 4.2.1".into();
    second.title = "Gateway and router: hole".into();
    ingest(&home, second.document(), "2026-02-05T12:00:00Z");
    ingest(
        &home,
        second.next("3", "2026-02-06T10:00:00Z").document(),
        "2026-02-06T12:00:00Z",
    );
    let found = home
        .tuermer(&["threat", "diff", "BG-1", "1", "2", "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (&found["step"], &found["numbering"]),
        (&"major".into(), &"integer".into())
    );
    assert_eq!(
        (&found["products_added"][0], &found["flaws_removed"][0]),
        (&"Router 1".into(), &"CVE-2026-20002".into())
    );
    assert_eq!(found["document"][0]["after"], "Gateway and router: hole");
    let remedy = found["statements"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["field"] == "remediations" && s["product"] == "Gateway 4.1.0")
        .unwrap();
    assert!(
        remedy["before"].as_str().unwrap().contains("4.2.0")
            && remedy["after"].as_str().unwrap().contains("4.2.1"),
        "{remedy}"
    );
    // Without numbers: the last two.
    let last = home.tuermer(&["threat", "diff", "BG-1"]).expect(0).out;
    assert!(
        last.contains("from revision 2 to 3") && last.contains("Nothing that we read"),
        "{last}"
    );
    refused(&home, &["threat", "diff", "BG-1", "1", "9"], 2, "1, 2, 3");
}
