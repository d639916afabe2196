//! Records, catalogues, estimates and bills of materials through the binary: what becomes a threat, what replaces it, what
//! is told of an archive.

use crate::support::{Home, corpus};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::io::{Cursor, Write as _};

const CVE: &str = include_str!("../../../tuermer-formats/tests/fixtures/cve-file-transfer.json");
const KEV: &str = include_str!("../../../tuermer-formats/tests/fixtures/kev-three.json");
const GENERIC: &str = include_str!("../../../tuermer-formats/tests/fixtures/csaf-generic.json");
const EPSS: &str = include_str!("../../../tuermer-formats/tests/fixtures/epss-four.csv");
const BILL: &str = include_str!("../../../tuermer-formats/tests/fixtures/sbom-cyclonedx.json");

/// Ingests one file at a time of the drill and returns its line.
#[track_caller]
fn ingest(home: &Home, name: &str, content: impl AsRef<[u8]>, at: &str, code: i32) -> Value {
    let path = home.file(name, content);
    home.tuermer(&["ingest", &path, "--json", "--at", at])
        .expect(code)
        .line()
}

fn counts(line: &Value) -> [i64; 3] {
    ["new", "changed", "same"].map(|key| {
        line[key]
            .as_i64()
            .unwrap_or_else(|| panic!("{key} in {line}"))
    })
}

#[track_caller]
fn threat(home: &Home, id: &str) -> Value {
    home.tuermer(&["threat", "show", id, "--json"])
        .expect(0)
        .line()
}

/// A company with one product in one version.
fn company(home: &Home, vendor: &str, product: &str, version: &str) {
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
    let inventory = home.file(
        "i.csv",
        format!(
            "external_id,vendor,product,version,source\n1,{vendor},{product},{version},provider\n"
        ),
    );
    home.tuermer(&[
        "import",
        "inventory",
        &inventory,
        "--at",
        "2021-01-04T08:00:00Z",
    ])
    .expect(0);
}

/// `status certainty` of the company.
#[track_caller]
fn verdict(home: &Home, id: &str, at: &str) -> String {
    home.tuermer(&["run", "--once", "--at", at]).expect(0);
    let line = home
        .tuermer(&["explain", id, "1", "--json", "--at", at])
        .expect(0)
        .line();
    format!(
        "{} {}",
        line["status"].as_str().unwrap(),
        line["certainty"].as_str().unwrap()
    )
}

#[test]
fn a_record_is_a_threat_and_only_a_newer_one_replaces_it() {
    let home = Home::drill();
    company(&home, "Progress", "MOVEit Transfer", "2021.0.6");
    let at = "2024-07-01T08:00:00Z";
    let line = ingest(&home, "CVE-2023-34362.json", CVE, at, 0);
    assert_eq!(
        (
            line["kind"].as_str(),
            counts(&line),
            line["threat"].as_str()
        ),
        (Some("cve"), [1, 0, 0], Some("CVE-2023-34362"))
    );
    assert_eq!(
        ["documents", "ranges", "ranges_not_understood"].map(|key| line[key].as_i64()),
        [Some(1), Some(3), Some(1)],
        "{line}"
    );
    assert!(
        line["remarks"]
            .to_string()
            .contains("1 version statements were not understood"),
        "{line}"
    );
    let shown = threat(&home, "cve.org|CVE-2023-34362");
    assert_eq!(
        (shown["cvss"].as_f64(), shown["not_understood"][0].as_str()),
        (Some(9.8), Some("2023.0.0 < see the article"))
    );
    assert_eq!(
        verdict(&home, "CVE-2023-34362", at),
        "affected observed",
        "the other container names the product"
    );
    // The same release under its other number, and a build with the update: neither is taken for the other.
    for (version, wanted) in [
        ("13.0.6", "affected observed"),
        ("13.0.7.21", "fixed observed"),
        ("2021.0.6", "affected observed"),
    ] {
        company(&home, "Progress", "MOVEit Transfer", version);
        assert_eq!(verdict(&home, "CVE-2023-34362", at), wanted, "{version}");
    }

    assert_eq!(counts(&ingest(&home, "again.json", CVE, at, 0)), [0, 0, 1]);
    let compact = serde_json::to_string(&serde_json::from_str::<Value>(CVE).unwrap()).unwrap();
    assert_eq!(
        counts(&ingest(&home, "compact.json", compact, at, 0)),
        [0, 0, 1],
        "the same record with other blanks"
    );
    let other = CVE.replace("2021.0.7", "2021.0.8");
    assert!(
        ingest(&home, "other.json", &other, at, 1)["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("with other content")
    );
    let newer = other.replace("2024-06-01T12:00:00.000Z", "2024-06-02T12:00:00.000Z");
    assert_eq!(
        counts(&ingest(&home, "newer.json", newer, at, 0)),
        [0, 1, 0]
    );
    assert!(
        ingest(&home, "older.json", CVE, at, 1)["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("older")
    );
    let rejected = CVE
        .replace("PUBLISHED", "REJECTED")
        .replace("2024-06-01T12:00:00.000Z", "2024-06-03T12:00:00.000Z");
    assert_eq!(
        counts(&ingest(&home, "rejected.json", rejected, at, 0)),
        [0, 1, 0]
    );
    let broken = ingest(
        &home,
        "broken.json",
        CVE.replace("\"cna\"", "\"can\""),
        at,
        1,
    );
    assert!(
        broken["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("missing field `cna`"),
        "{broken}"
    );
}

/// The catalogue of KEV with another release day, changed by `change`.
fn catalogue(released: &str, change: impl Fn(&mut Vec<Value>)) -> String {
    let mut catalogue: Value = serde_json::from_str(KEV).unwrap();
    let entries = catalogue["vulnerabilities"].as_array_mut().unwrap();
    change(entries);
    let count = entries.len();
    catalogue["count"] = count.into();
    catalogue["dateReleased"] = format!("{released}T12:00:00.000Z").into();
    catalogue.to_string()
}

fn entry(cve: &str, vendor: &str, product: &str, name: &str) -> Value {
    serde_json::json!({"cveID": cve, "vendorProject": vendor, "product": product, "vulnerabilityName": name, "dateAdded": "2023-06-02",
        "shortDescription": "Words.", "requiredAction": "Act.", "dueDate": "2023-06-23", "knownRansomwareCampaignUse": "Known", "notes": "https://example.org/a ; http://x"})
}

#[test]
fn an_entry_of_the_catalogue_stands_alone_until_its_record_comes() {
    let home = Home::drill();
    company(&home, "Progress", "MOVEit Transfer", "2021.0.9");
    let moveit = |entries: &mut Vec<Value>| {
        entries.push(entry(
            "CVE-2023-34363",
            "Progress",
            "MOVEit Transfer",
            "Progress MOVEit Transfer SQL Injection Vulnerability",
        ))
    };
    ingest(
        &home,
        "kev.json",
        catalogue("2023-06-02", moveit),
        "2023-06-02T18:00:00Z",
        0,
    );
    let alone = threat(&home, "CVE-2023-34363");
    assert_eq!(
        (alone["revision"].as_str(), alone["kev"]["due"].as_str()),
        (Some("kev 2023-06-02"), Some("2023-06-23")),
        "{alone}"
    );
    assert_eq!(
        verdict(&home, "CVE-2023-34363", "2023-06-02T19:00:00Z"),
        "unknown possible",
        "no versions are named"
    );

    // The record comes: older than the listing by its dates, newer by what it is.
    let line = ingest(
        &home,
        "CVE-2023-34363.json",
        CVE.replace("CVE-2023-34362", "CVE-2023-34363")
            .replace("2024-06-01T12", "2023-06-01T12"),
        "2023-06-20T18:00:00Z",
        0,
    );
    assert_eq!(counts(&line), [0, 1, 0]);
    let record = threat(&home, "CVE-2023-34363");
    assert_eq!(
        (record["cvss"].as_f64(), record["kev"]["due"].as_str()),
        (Some(9.8), Some("2023-06-23"))
    );
    assert_ne!(record["revision"], alone["revision"]);

    // An entry that is taken back: its threat is withdrawn, that of the record is not.
    let other = |entries: &mut Vec<Value>| {
        entries.push(entry(
            "CVE-2026-42897",
            "Microsoft",
            "Microsoft",
            "Microsoft Exchange Server Cross-Site Scripting Vulnerability",
        ))
    };
    ingest(
        &home,
        "kev2.json",
        catalogue("2026-05-15", other),
        "2026-05-15T18:00:00Z",
        0,
    );
    assert!(threat(&home, "CVE-2023-34363")["kev"].is_null());
    assert_eq!(threat(&home, "CVE-2026-42897")["withdrawn"], false);
    let line = ingest(
        &home,
        "kev3.json",
        catalogue("2026-05-20", |_| {}),
        "2026-05-20T18:00:00Z",
        0,
    );
    assert_eq!(line["withdrawn"], 1);
    assert_eq!(
        (
            threat(&home, "CVE-2026-42897")["withdrawn"].as_bool(),
            threat(&home, "CVE-2023-34363")["withdrawn"].as_bool()
        ),
        (Some(true), Some(false))
    );
    // And listed again.
    ingest(
        &home,
        "kev4.json",
        catalogue("2026-05-21", other),
        "2026-05-21T18:00:00Z",
        0,
    );
    assert_eq!(
        (
            threat(&home, "CVE-2026-42897")["withdrawn"].as_bool(),
            threat(&home, "CVE-2026-42897")["kev"]["due"].as_str()
        ),
        (Some(false), Some("2023-06-23"))
    );
}

#[tokio::test]
async fn what_the_catalogue_said_before_is_kept() {
    let home = Home::drill();
    let due =
        |day: &'static str| move |entries: &mut Vec<Value>| entries[0]["dueDate"] = day.into();
    ingest(
        &home,
        "1.json",
        catalogue("2021-11-03", |_| {}),
        "2021-11-03T18:00:00Z",
        0,
    );
    ingest(
        &home,
        "2.json",
        catalogue("2025-12-18", due("2022-05-03")),
        "2025-12-18T18:00:00Z",
        0,
    );
    ingest(
        &home,
        "3.json",
        catalogue("2025-12-20", |entries| drop(entries.remove(0))),
        "2025-12-20T18:00:00Z",
        0,
    );
    ingest(
        &home,
        "4.json",
        catalogue("2025-12-22", due("2022-05-04")),
        "2025-12-22T18:00:00Z",
        0,
    );
    let store = home.store().await;
    let sql = "SELECT since_at, until_at, due, listed FROM kev_history WHERE cve = 'CVE-2021-26855' ORDER BY until_at";
    let rows = store.read(sql, Vec::new()).await.unwrap();
    let words = rows.iter().map(|row| {
        format!(
            "{} {} {} {}",
            row.time(0).unwrap(),
            row.time(1).unwrap(),
            row.text(2).unwrap(),
            row.bool(3).unwrap()
        )
    });
    assert_eq!(
        words.collect::<Vec<_>>(),
        [
            "2021-11-03T18:00:00Z 2025-12-18T18:00:00Z 2021-04-16 true",
            "2025-12-18T18:00:00Z 2025-12-20T18:00:00Z 2022-05-03 true",
            "2025-12-20T18:00:00Z 2025-12-22T18:00:00Z 2022-05-03 false",
        ]
    );
}

#[test]
fn a_listing_years_after_the_fix_reopens_who_was_judged_long_ago() {
    let home = Home::drill();
    company(&home, "Progress", "MOVEit Transfer", "2021.0.6");
    ingest(&home, "CVE.json", CVE, "2024-07-01T08:00:00Z", 0);
    assert_eq!(
        verdict(&home, "CVE-2023-34362", "2024-07-01T09:00:00Z"),
        "affected observed"
    );
    let due = |home: &Home| {
        threat(home, "CVE-2023-34362")["kev"]["due"]
            .as_str()
            .map(str::to_string)
    };
    assert_eq!(due(&home), None);
    let moveit = |entries: &mut Vec<Value>| {
        entries.push(entry("CVE-2023-34362", "Progress", "MOVEit Transfer", "x"))
    };
    ingest(
        &home,
        "kev.json",
        catalogue("2026-04-13", moveit),
        "2026-04-13T18:00:00Z",
        0,
    );
    assert_eq!(due(&home).as_deref(), Some("2023-06-23"));
    let run = home
        .tuermer(&["run", "--once", "--json", "--at", "2026-04-13T18:05:00Z"])
        .expect(0);
    assert!(
        run.out.contains("\"exposures\":1") || run.out.contains("\"exposures\": 1"),
        "judged again: {}",
        run.out
    );
}

#[test]
fn estimates_of_a_day_replace_those_before_and_change_no_verdict() {
    let home = Home::drill();
    ingest(&home, "CVE.json", CVE, "2024-07-01T08:00:00Z", 0);
    home.tuermer(&["run", "--once", "--at", "2024-07-01T08:05:00Z"])
        .expect(0);
    let at = "2025-11-20T08:00:00Z";
    let line = ingest(&home, "epss.csv", EPSS, at, 0);
    assert_eq!(
        (line["kind"].as_str(), counts(&line)),
        (Some("epss"), [4, 0, 0])
    );
    assert_eq!(counts(&ingest(&home, "epss.csv", EPSS, at, 0)), [0, 0, 4]);
    let next = EPSS
        .replace("2025-11-20T", "2025-11-21T")
        .replace("0.94329", "0.95000")
        .lines()
        .take(5)
        .collect::<Vec<_>>()
        .join("\n");
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(next.as_bytes()).unwrap();
    assert_eq!(
        counts(&ingest(
            &home,
            "epss.csv.gz",
            packed.finish().unwrap(),
            at,
            0
        )),
        [0, 1, 2],
        "one is gone"
    );
    assert!(
        ingest(&home, "old.csv", EPSS, at, 1)["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("older than the stored one")
    );
    let model = ingest(
        &home,
        "model.csv",
        next.replace("v2025.03.14", "v2026.01.01"),
        at,
        0,
    );
    assert!(
        model["remarks"][0]
            .as_str()
            .unwrap()
            .contains("New EPSS model v2026.01.01"),
        "{model}"
    );
    assert!(
        ingest(&home, "cut.csv", &EPSS[..130], at, 1)["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("is not valid")
    );
    let run = home
        .tuermer(&["run", "--once", "--json", "--at", at])
        .expect(0);
    assert!(!run.out.contains("\"exposures\":1"), "{}", run.out);
}

#[tokio::test]
async fn the_estimate_is_joined_where_a_threat_is_read() {
    let home = Home::drill();
    ingest(&home, "CVE.json", CVE, "2024-07-01T08:00:00Z", 0);
    ingest(&home, "epss.csv", EPSS, "2025-11-20T08:00:00Z", 0);
    let store = home.store().await;
    let head = &store.threats().await.unwrap()[0];
    assert_eq!(
        head.epss.map(|epss| (epss.probability, epss.percentile)),
        Some((944_980, 999_980))
    );
    let threat = store.threat(&head.id).await.unwrap().unwrap();
    assert_eq!(threat.vulnerabilities[0].epss, head.epss);
    // Kept compressed, given back as it came.
    let row = store
        .read_one(
            "SELECT sha256, encoding FROM document WHERE kind = 'cve'",
            Vec::new(),
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.text(1).unwrap(), "gzip");
    assert_eq!(
        store
            .document_bytes(&row.text(0).unwrap())
            .await
            .unwrap()
            .unwrap(),
        CVE.as_bytes()
    );
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn archives_lines_and_directories_hold_many_documents() {
    let home = Home::drill();
    let at = "2024-07-01T08:00:00Z";
    let record = |number: usize| CVE.replace("CVE-2023-34362", &format!("CVE-2023-{number}"));
    let (one, two, three) = (record(11111), record(22222), record(33333));
    let inner = zip(&[
        ("cves/c.json", three.as_bytes()),
        ("cves/broken.json", b"{\"cveMetadata\": "),
    ]);
    let archive = zip(&[
        ("cves/a.json", one.as_bytes()),
        ("cves/b.json", two.as_bytes()),
        ("cves/delta.json", b"[]"),
        ("README.md", b"x"),
        ("cves.zip", &inner),
    ]);
    let line = ingest(&home, "all.zip", archive, at, 5);
    assert_eq!(
        (
            line["kind"].as_str(),
            counts(&line),
            line["documents"].as_i64(),
            line["ranges"].as_i64()
        ),
        (Some("cve"), [3, 0, 0], Some(4), Some(9)),
        "{line}"
    );
    assert_eq!(
        (
            line["rejected"].as_array().unwrap().len(),
            line["rejected"][0]["document"].as_str()
        ),
        (1, Some("cves/broken.json"))
    );

    let compact =
        |text: &str| serde_json::to_string(&serde_json::from_str::<Value>(text).unwrap()).unwrap();
    let lines = format!(
        "{}\n\n{}\r\n{}",
        compact(&one),
        compact(&record(44444)),
        compact(GENERIC)
    );
    let line = ingest(&home, "all.jsonl", &lines, at, 0);
    assert_eq!(
        (line["kind"].as_str(), counts(&line)),
        (Some("archive"), [2, 0, 1]),
        "{line}"
    );
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(lines.as_bytes()).unwrap();
    assert_eq!(
        counts(&ingest(
            &home,
            "all.jsonl.gz",
            packed.finish().unwrap(),
            at,
            0
        )),
        [0, 0, 3]
    );

    let folder = std::path::PathBuf::from(home.file("x", "")).with_file_name("tree");
    std::fs::create_dir_all(folder.join("2023/5xxx")).unwrap();
    std::fs::write(folder.join("2023/5xxx/CVE-2023-55555.json"), record(55555)).unwrap();
    std::fs::write(folder.join("2023/5xxx/CVE-2023-55555.json.asc"), "x").unwrap();
    std::fs::write(folder.join("a.json"), &one).unwrap();
    std::fs::write(folder.join("changes.csv"), "x").unwrap();
    let run = home
        .tuermer(&["ingest", folder.to_str().unwrap(), "--json", "--at", at])
        .expect(0);
    let told: Vec<[i64; 3]> = run.lines().iter().map(counts).collect();
    assert_eq!(told, [[0, 0, 1], [1, 0, 0]], "{}", run.out);

    for (name, content, wanted) in [
        ("empty.zip", zip(&[]), "no document in the archive"),
        (
            "broken.zip",
            b"PK\x03\x04 and nothing more".to_vec(),
            "archive cannot be read",
        ),
        ("bill.json", BILL.as_bytes().to_vec(), "bill of materials"),
        (
            "provider.json",
            br#"{"canonical_url": "https://x.example/", "publisher": {}}"#.to_vec(),
            "feed add csaf",
        ),
        ("cut.gz", b"\x1f\x8b\x08\x00\x00".to_vec(), "cannot be read"),
        (
            "feed.xml",
            b"<rss version=\"2.0\"></rss>".to_vec(),
            "feed add atom",
        ),
    ] {
        let line = ingest(&home, name, content, at, 1);
        assert!(
            line["rejected"][0]["reason"]
                .as_str()
                .unwrap_or_default()
                .contains(wanted),
            "{name}: {line}"
        );
    }
}

/// Packed with xz: read like any other, damaged or swollen ones are refused with the reason and in bounded memory.
#[test]
fn documents_packed_with_xz_are_unpacked_within_limits() {
    let home = Home::drill();
    let at = "2024-07-01T08:00:00Z";
    let packed = include_bytes!("../packed/csaf-generic.json.xz");
    assert_eq!(
        counts(&ingest(&home, "generic.json.xz", packed, at, 0)),
        [1, 0, 0]
    );
    assert_eq!(
        counts(&ingest(&home, "generic.json", GENERIC, at, 0)),
        [0, 0, 1],
        "the same document without it"
    );
    let mut damaged = packed.to_vec();
    damaged[200] ^= 1;
    for (name, content, wanted) in [
        (
            "document-bomb.xz",
            include_bytes!("../packed/document-bomb.xz").to_vec(),
            "64 MB",
        ),
        (
            "lines-bomb.xz",
            include_bytes!("../packed/lines-bomb.xz").to_vec(),
            "more than 250 times its size",
        ),
        ("damaged.xz", damaged, "cannot be read"),
        (
            "cut.xz",
            packed[..packed.len() / 2].to_vec(),
            "cannot be read",
        ),
    ] {
        let line = ingest(&home, name, content, at, 1);
        assert!(
            line["rejected"].to_string().contains(wanted),
            "{name}: {line}"
        );
    }
}

#[test]
fn a_bill_of_materials_is_the_inventory_of_a_member() {
    let home = Home::drill();
    company(&home, "Microsoft", "Exchange Server", "2019");
    let path = home.file("bill.json", BILL);
    let import = |more: &[&str], code: i32| {
        home.tuermer(&[&["import", "sbom", path.as_str(), "--json"], more].concat())
            .expect(code)
    };
    let numbers =
        |line: &Value| ["rows", "new", "changed", "same"].map(|key| line[key].as_i64().unwrap());
    let line = import(&["--member", "1", "--host", "ERP1", "--dry-run"], 0).line();
    assert_eq!(
        (numbers(&line), line["written"].as_bool()),
        ([4, 4, 0, 0], Some(false))
    );
    let line = import(&["--member", "1", "--host", "ERP1"], 0).line();
    assert_eq!(
        (
            numbers(&line),
            line["kind"].as_str(),
            line["format"].as_str(),
            line["nameless"].as_i64()
        ),
        ([4, 4, 0, 0], Some("sbom"), Some("CycloneDX 1.6"), Some(1))
    );
    assert_eq!(
        numbers(&import(&["--member", "1", "--host", "erp1"], 0).line()),
        [4, 0, 0, 4],
        "the same bill changes nothing"
    );
    let shown = home
        .tuermer(&["member", "show", "1", "--json"])
        .expect(0)
        .out;
    assert!(
        shown.contains("pkg:maven/org.apache.logging.log4j/log4j-core") && shown.contains("2.14.1"),
        "{shown}"
    );
    import(&["--member", "999"], 1);
    import(&[], 2);
    let members = home.file("m2.csv", "external_id,name\n2,B\n");
    home.tuermer(&["import", "members", &members, "--member", "1"])
        .expect(2);
    let broken = home.file("broken.json", "{}");
    assert!(
        home.tuermer(&["import", "sbom", &broken, "--member", "1"])
            .expect(1)
            .err
            .contains("neither CycloneDX nor SPDX")
    );
}

#[test]
fn a_bill_is_matched_without_being_kept() {
    let home = Home::drill();
    let bill = home.file("bill.json", BILL);
    let matched = |code: i32| {
        home.tuermer(&["match", "bill", &bill, "--json"])
            .expect(code)
            .lines()
    };
    assert_eq!(matched(3), Vec::<Value>::new());
    let advisory = |version: &str| {
        let affected = serde_json::json!([{"vendor": "Apache", "product": "Log4j", "packageURL": "pkg:maven/org.apache.logging.log4j/log4j-core",
            "versions": [{"version": "2.0", "lessThan": version, "status": "affected", "versionType": "maven"}]}]);
        let mut record: Value = serde_json::from_str(CVE).unwrap();
        record["containers"]["cna"]["affected"] = affected;
        record["cveMetadata"]["cveId"] = "CVE-2021-44228".into();
        record["cveMetadata"]["dateUpdated"] =
            format!("2024-06-0{}T12:00:00Z", version.len()).into();
        record["containers"]["cna"]["providerMetadata"]["dateUpdated"] =
            record["cveMetadata"]["dateUpdated"].clone();
        record.to_string()
    };
    ingest(
        &home,
        "CVE-2021-44228.json",
        advisory("2.15"),
        "2024-06-09T18:00:00Z",
        0,
    );
    let met = matched(0);
    let told = |line: &Value| {
        ["threat", "component", "version", "status", "certainty"]
            .map(|key| line[key].as_str().unwrap().to_string())
    };
    assert_eq!(
        told(&met[0]),
        [
            "CVE-2021-44228",
            "pkg:maven/org.apache.logging.log4j/log4j-core",
            "2.14.1",
            "affected",
            "observed"
        ],
        "{met:?}"
    );
    home.tuermer(&["member", "list", "--json"]).expect(3);
    ingest(
        &home,
        "CVE-2021-44228.json",
        advisory("2.14.1"),
        "2024-06-10T18:00:00Z",
        0,
    );
    assert_eq!(
        matched(3),
        Vec::<Value>::new(),
        "the bound itself is not affected"
    );
    assert!(
        home.tuermer(&["match", "bill", &home.file("x.json", "{}")])
            .expect(1)
            .err
            .contains("neither CycloneDX nor SPDX")
    );
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_real_catalogues_and_bills() {
    let data = corpus();
    let home = Home::drill();
    let file = |name: &str| data.join(name).to_str().unwrap().to_string();
    let at = "2026-08-08T08:00:00Z";
    let one = home
        .tuermer(&[
            "ingest",
            &file("kev/known_exploited_vulnerabilities-2025-08-25.json"),
            "--json",
            "--at",
            "2025-08-25T18:00:00Z",
        ])
        .expect(0)
        .line();
    assert_eq!(counts(&one), [1404, 0, 0]);
    let two = home
        .tuermer(&[
            "ingest",
            &file("kev/known_exploited_vulnerabilities-2026-08-08.json"),
            "--json",
            "--at",
            at,
        ])
        .expect(0)
        .line();
    assert_eq!(
        (
            counts(&two),
            two["withdrawn"].as_i64(),
            two["due_dates_moved"].as_i64()
        ),
        ([258, 40, 1364], Some(0), Some(15))
    );
    assert_eq!(
        home.tuermer(&["threat", "list", "--json"])
            .expect(0)
            .lines()
            .len(),
        1662
    );
    let exchange = threat(&home, "CVE-2026-42897");
    assert!(exchange.to_string().contains("Exchange"), "{exchange}");
    company(&home, "Microsoft", "Exchange Server", "2016");
    for bill in [
        "cyclonedx/loop.json",
        "cyclonedx/broken-refs.json",
        "cyclonedx/invalid-purl.json",
        "cyclonedx/simple_1dot6.json",
        "spdx/simple.json",
        "spdx/simple-dup.json",
    ] {
        let line = home
            .tuermer(&[
                "import",
                "sbom",
                &file(&format!("csaf/trustify/etc/test-data/{bill}")),
                "--member",
                "1",
                "--host",
                bill,
                "--json",
            ])
            .expect(0)
            .line();
        assert!(line["new"].as_i64().unwrap() > 0, "{bill}: {line}");
    }
    let records = home.tuermer(&["ingest", &file("cve"), "--json", "--at", at]);
    let cves: Vec<Value> = records
        .lines()
        .into_iter()
        .filter(|line| line["kind"] == "cve")
        .collect();
    assert_eq!(
        cves.iter()
            .map(|line| line["changed"].as_i64().unwrap())
            .sum::<i64>(),
        3,
        "they stand in the catalogue: {}",
        records.out
    );
}
