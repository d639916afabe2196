//! Signs of every format through the program: whose they are, what is counted, what to look for, and nothing twice.

use crate::support::{Home, corpus};
use serde_json::Value;

const INTELMQ: &str = include_str!("../../../tuermer-formats/tests/fixtures/intelmq-events.jsonl");
const N6: &str = include_str!("../../../tuermer-formats/tests/fixtures/n6-events.jsonl");
const AT: &str = "2026-06-01T08:00:00Z";

/// One company with an address block and a domain.
fn region(network: &str, domain: &str) -> Home {
    let home = Home::drill();
    let members = home.file("members.csv", "external_id,name\nM1,Walzwerk GmbH\n");
    let networks = home.file(
        "networks.csv",
        format!("external_id,kind,value\nM1,network,{network}\nM1,domain,{domain}\n"),
    );
    home.tuermer(&["import", "members", &members, "--at", AT])
        .expect(0);
    home.tuermer(&["import", "networks", &networks, "--at", AT])
        .expect(0);
    home
}

fn ingest(home: &Home, name: &str, content: impl AsRef<[u8]>, code: i32) -> Value {
    let path = home.file(name, content);
    home.tuermer(&["ingest", &path, "--json", "--at", AT])
        .expect(code)
        .line()
}

fn numbers<const N: usize>(line: &Value, keys: [&str; N]) -> [i64; N] {
    keys.map(|key| {
        line[key]
            .as_i64()
            .unwrap_or_else(|| panic!("{key}: {line}"))
    })
}

const KEYS: [&str; 6] = [
    "lines",
    "attributed",
    "unattributed",
    "malformed",
    "new",
    "same",
];

fn signs(home: &Home) -> Vec<Value> {
    home.tuermer(&["sign", "list", "--json"]).lines()
}

#[test]
fn events_of_other_pipelines_are_signs() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let first = ingest(&home, "intelmq.jsonl", INTELMQ, 0);
    // Six lines: two signs of the member, one attack on it with two sides of which one is a stranger, three that cannot be read.
    assert_eq!(
        (first["kind"].as_str(), numbers(&first, KEYS)),
        (Some("intelmq"), [6, 3, 1, 3, 3, 0]),
        "{first}"
    );
    assert!(
        first["remarks"][0]
            .as_str()
            .unwrap()
            .contains("4 (not JSON), 5 (ip), 6 (timestamp too old)"),
        "{first}"
    );
    assert_eq!(
        numbers(&ingest(&home, "intelmq.jsonl", INTELMQ, 0), KEYS),
        [6, 3, 1, 3, 0, 3],
        "read again, nothing changes"
    );
    let list = format!(
        "[{}]",
        INTELMQ.lines().take(3).collect::<Vec<_>>().join(",")
    );
    assert_eq!(
        numbers(&ingest(&home, "list.json", &list, 0), KEYS),
        [3, 3, 1, 0, 0, 3],
        "the same as a list"
    );
    let cut = ingest(&home, "cut.json", &list[..list.len() - 1], 1);
    assert!(
        cut["rejected"].to_string().contains("without its bracket"),
        "{cut}"
    );
    let told: Vec<_> = signs(&home)
        .iter()
        .map(|sign| {
            (
                sign["organisation"].as_str().unwrap().to_string(),
                sign["class"].as_str().unwrap().to_string(),
            )
        })
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told.iter().any(|(_, class)| class == "brute-force"),
        "{told:?}"
    );
}

#[test]
fn events_of_n6_are_signs() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let line = ingest(&home, "n6.jsonl", N6, 0);
    assert_eq!(line["kind"], "n6");
    let [lines, attributed, _, malformed, new, _] = numbers(&line, KEYS);
    assert!(
        lines > 0 && attributed > 0 && new > 0 && malformed < lines,
        "{line}"
    );
    assert_eq!(signs(&home).len() as i64, new);
    assert_eq!(
        numbers(&ingest(&home, "n6.jsonl", N6, 0), ["new", "same"]),
        [0, new]
    );
}

/// One attribute of an event.
fn attribute(uuid: u32, kind: &str, value: &str) -> Value {
    serde_json::json!({"uuid": format!("00000000-0000-4000-8000-{uuid:012}"), "type": kind, "category": "Network activity", "value": value, "to_ids": true,
        "timestamp": "1767225600", "comment": ""})
}

fn event(attributes: &[Value]) -> String {
    serde_json::json!({"Event": {"uuid": "00000000-0000-4000-8000-000000000000", "info": "Invented campaign", "date": "2026-01-01", "timestamp": "1767225600",
        "threat_level_id": "1", "analysis": "2", "distribution": "1", "Orgc": {"name": "CERT Beispiel"}, "Tag": [{"name": "tlp:green"}], "Attribute": attributes}})
    .to_string()
}

#[test]
fn what_to_look_for_is_kept_and_a_sign_where_it_points_to_a_member() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    home.tuermer(&["sign", "indicators", "--json"]).expect(3);
    let own = event(&[
        attribute(1, "ip-dst", "192.0.2.7"),
        attribute(2, "domain", "evil.example"),
        attribute(3, "sha256", &"ab".repeat(32)),
    ]);
    let line = ingest(&home, "event.json", &own, 0);
    assert_eq!(
        (
            line["kind"].as_str(),
            numbers(&line, ["indicators", "attributed", "new", "same"])
        ),
        (Some("misp"), [3, 1, 1, 0]),
        "{line}"
    );
    assert_eq!(
        numbers(&ingest(&home, "event.json", &own, 0), ["new", "same"]),
        [0, 1]
    );
    let listed = home
        .tuermer(&["sign", "indicators", "--json"])
        .expect(0)
        .lines();
    assert_eq!(listed.len(), 3, "{listed:?}");
    let green = |line: &Value| line["tlp"] == "TLP:GREEN" && line["source"] == "CERT Beispiel";
    assert!(listed.iter().all(green), "{listed:?}");
    let found = signs(&home);
    assert_eq!(
        (
            found.len(),
            found[0]["organisation"].as_str(),
            found[0]["ip"].as_str()
        ),
        (1, Some("M1"), Some("192.0.2.7")),
        "{found:?}"
    );
}

#[test]
fn what_is_listed_as_harmless_is_no_sign() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let list = r#"{"name": "Invented cloud", "version": 1, "description": "", "type": "cidr", "matching_attributes": ["ip-dst", "ip-src"], "list": ["192.0.2.0/28"]}"#;
    assert_eq!(
        numbers(&ingest(&home, "list.json", list, 0), ["new", "same"]),
        [1, 0]
    );
    assert_eq!(
        numbers(&ingest(&home, "list.json", list, 0), ["new", "same"]),
        [0, 1]
    );
    let line = ingest(
        &home,
        "event.json",
        event(&[
            attribute(1, "ip-dst", "192.0.2.7"),
            attribute(2, "ip-dst", "192.0.2.200"),
        ]),
        0,
    );
    assert_eq!(
        numbers(&line, ["indicators", "attributed"]),
        [2, 1],
        "{line}"
    );
    assert_eq!(signs(&home)[0]["ip"], "192.0.2.200");
}

#[test]
fn a_list_of_values_and_a_bundle_are_read() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let list = include_str!("../../../tuermer-formats/tests/fixtures/indicators-list.csv");
    let bundle = include_str!("../../../tuermer-formats/tests/fixtures/stix-bundle.json");
    for (name, content, kind) in [
        ("list.csv", list, "indicators"),
        ("bundle.json", bundle, "stix"),
    ] {
        let line = ingest(&home, name, content, 0);
        assert_eq!(line["kind"], kind);
        assert!(numbers(&line, ["indicators"])[0] > 0, "{line}");
    }
    let broken = ingest(&home, "broken.json", &bundle[..bundle.len() / 2], 1);
    assert!(!broken["rejected"].as_array().unwrap().is_empty());
}

/// What `write` puts into a ZIP under these names.
fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in entries {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn gzipped(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn reports_come_packed() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let line =
        |ip: &str| format!("\"2026-05-31 06:00:00\",\"{ip}\",\"443\",\"exchange\",\"15.1.2176\"\n");
    let csv = format!(
        "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n{}{}",
        line("192.0.2.7"),
        line("198.51.100.1")
    );
    let name = "2026-05-31-scan_exchange-region.csv";
    let whole = ingest(&home, &format!("{name}.gz"), gzipped(&csv), 0);
    assert_eq!(
        (whole["kind"].as_str(), numbers(&whole, KEYS)),
        (Some("shadowserver"), [2, 1, 1, 0, 1, 0]),
        "{whole}"
    );
    let zip = ingest(
        &home,
        "reports.zip",
        zipped(&[
            (name, &csv),
            ("2026-05-31-scan_ssl.csv", &csv),
            ("events.jsonl", INTELMQ),
            ("notes.txt", ""),
        ]),
        0,
    );
    assert_eq!(numbers(&zip, KEYS), [10, 5, 3, 3, 4, 1], "{zip}");
    assert_eq!(
        signs(&home)
            .iter()
            .map(|sign| sign["report"].as_str().unwrap())
            .filter(|report| report.starts_with("scan_"))
            .count(),
        2,
        "{:?}",
        signs(&home)
    );
    // Rubbish behind the end is told; what stood before it stays.
    let rubbish = ingest(
        &home,
        "rubbish.csv.gz",
        [
            gzipped(&csv.replace("192.0.2.7", "192.0.2.8")),
            b"rubbish".to_vec(),
        ]
        .concat(),
        1,
    );
    assert!(
        !rubbish["rejected"].as_array().unwrap().is_empty(),
        "{rubbish}"
    );
    assert_eq!(signs(&home).len(), 6);
}

#[test]
fn lines_of_a_firewall_are_signs_where_a_template_says_so() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let log = include_str!("../../../tuermer-formats/tests/fixtures/firewall-log.txt");
    let path = home.file("firewall.log", log);
    let refused = home
        .tuermer(&["ingest", &path, "--json", "--at", AT])
        .expect(1)
        .line();
    assert!(
        refused["rejected"].to_string().contains("not recognised"),
        "{refused}"
    );
    let template = home.file(
        "template.toml",
        include_str!("../../../tuermer-formats/tests/fixtures/firewall-template.toml"),
    );
    let line = home
        .tuermer(&[
            "ingest",
            &path,
            "--template",
            &template,
            "--json",
            "--at",
            AT,
        ])
        .expect(0)
        .line();
    let keys = [
        "lines",
        "passed",
        "attributed",
        "unattributed",
        "malformed",
        "new",
    ];
    assert_eq!(
        (line["kind"].as_str(), numbers(&line, keys)),
        (Some("firewall"), [8, 2, 3, 1, 2, 3]),
        "{line}"
    );
    assert!(
        signs(&home).iter().any(|sign| sign["class"] == "ids-alert"),
        "{:?}",
        signs(&home)
    );
    let wrong = home.file("wrong.toml", "name = 7\n");
    let run = home
        .tuermer(&["ingest", &path, "--template", &wrong, "--at", AT])
        .expect(2);
    assert!(
        run.err.contains("wrong.toml") && run.err.contains("firewall-template.md"),
        "{}",
        run.err
    );
}

/// The public reports, events, bundles and lists: what is read, and what is refused with its reason.
#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_public_documents_are_read() {
    let data = corpus();
    let home = region("192.0.2.0/24", "walzwerk.example");
    for (folder, read) in [("shadowserver", 95), ("misp", 45), ("stix", 2), ("ioc", 6)] {
        let path = data.join(folder);
        let lines = home
            .tuermer(&[
                "ingest",
                path.to_str().unwrap(),
                "--json",
                "--at",
                "2026-08-20T08:00:00Z",
            ])
            .lines();
        let refused: Vec<String> = lines
            .iter()
            .filter(|line| line["rejected"] != serde_json::json!([]))
            .map(|line| format!("{} {}", line["file"], line["rejected"]))
            .collect();
        assert_eq!(lines.len() - refused.len(), read, "{folder}: {refused:#?}");
    }
}

#[test]
fn raw_lines_are_forgotten_after_a_year_and_the_signs_stay() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    ingest(&home, "events.jsonl", INTELMQ.to_string() + "{broken\n", 0);
    let kept = || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = home.store().await;
            let sql = "SELECT (SELECT COUNT(*) FROM report_lines), (SELECT COUNT(*) FROM malformed), (SELECT COUNT(*) FROM sighting)";
            let row = store.read_one(sql, Vec::new()).await.unwrap().unwrap();
            store.database.close().await;
            [0, 1, 2].map(|column| row.int(column).unwrap())
        })
    };
    let [lines, malformed, signs] = kept();
    assert!(lines > 0 && malformed > 0 && signs > 0, "{:?}", kept());
    let later = |at: &str| {
        home.tuermer(&["run", "--once", "--json", "--at", at])
            .expect(0)
            .line()["forget"]["parts"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(
        (later("2027-05-30T08:00:00Z"), kept()),
        (0, [lines, malformed, signs])
    );
    assert_eq!(
        (later("2027-06-03T08:00:00Z"), kept()),
        (lines, [0, 0, signs])
    );
}

#[test]
fn what_is_for_named_persons_only_is_counted_and_not_kept() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let event = |ip: &str, tlp: &str| {
        format!(
            "{{\"feed.name\":\"Sensor\",\"time.source\":\"2026-05-31T06:00:00Z\",\"classification.type\":\"brute-force\",\"source.ip\":\"{ip}\",\"tlp\":\"{tlp}\"}}\n"
        )
    };
    let line = ingest(
        &home,
        "events.jsonl",
        [
            event("192.0.2.7", "RED"),
            event("192.0.2.8", "AMBER"),
            event("198.51.100.1", "RED"),
        ]
        .concat(),
        0,
    );
    assert_eq!(
        numbers(
            &line,
            ["lines", "attributed", "unattributed", "withheld", "new"]
        ),
        [3, 1, 0, 2, 1],
        "{line}"
    );
    assert!(line["remarks"].to_string().contains("TLP:RED"), "{line}");
    let kept = signs(&home);
    assert_eq!(
        (kept.len(), kept[0]["ip"].as_str(), kept[0]["tlp"].as_str()),
        (1, Some("192.0.2.8"), Some("TLP:AMBER"))
    );

    let misp = include_str!("../../../tuermer-formats/tests/fixtures/misp-event.json");
    let (open, red) = (
        misp.replace("tlp:red", "tlp:amber"),
        misp.replace("tlp:amber", "tlp:red"),
    );
    let (open, shut) = (
        ingest(&home, "open.json", open, 0),
        ingest(&home, "red.json", red, 0),
    );
    assert!(
        open["indicators"].as_i64().unwrap() > 0 && shut["withheld"].as_i64().unwrap() > 0,
        "{open} {shut}"
    );
    assert!(
        shut["indicators"].as_i64() < open["indicators"].as_i64(),
        "{open} {shut}"
    );
    let sizes = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = home.store().await;
        let rows = store
            .read(
                "SELECT source, bytes FROM document WHERE kind = 'misp' ORDER BY source",
                Vec::new(),
            )
            .await
            .unwrap();
        store.database.close().await;
        rows.iter()
            .map(|row| (row.text(0).unwrap(), row.bytes(1).unwrap().is_empty()))
            .collect::<Vec<_>>()
    });
    assert_eq!(
        sizes,
        [
            ("open.json".to_string(), false),
            ("red.json".to_string(), true)
        ]
    );

    let advisory = include_str!("../../../tuermer-formats/tests/fixtures/csaf-generic.json");
    let red = ingest(
        &home,
        "advisory.json",
        advisory.replace("\"WHITE\"", "\"RED\""),
        1,
    );
    assert!(red["rejected"].to_string().contains("TLP:RED"), "{red}");
    home.tuermer(&["threat", "list"]).expect(3);
    assert_eq!(
        ingest(&home, "open.json", advisory, 0)["rejected"],
        serde_json::json!([])
    );
}

#[test]
fn a_sign_told_twice_counts_with_the_better_grade_and_the_stricter_label() {
    let home = region("192.0.2.0/24", "walzwerk.example");
    let event = |tlp: &str| {
        format!(
            "{{\"feed.name\":\"Sensor\",\"time.source\":\"2026-05-31T06:00:00Z\",\"classification.type\":\"brute-force\",\"source.ip\":\"192.0.2.7\",\"tlp\":\"{tlp}\"}}\n"
        )
    };
    let told = |name: &str, tlp: &str, grade: &str, at: &str| {
        let path = home.file(name, event(tlp));
        let line = home
            .tuermer(&["ingest", &path, "--grade", grade, "--json", "--at", at])
            .expect(0)
            .line();
        let kept = signs(&home);
        assert_eq!(kept.len(), 1, "{line}");
        let text = |key: &str| kept[0][key].as_str().unwrap().to_string();
        (
            [
                line["new"].as_i64().unwrap(),
                line["same"].as_i64().unwrap(),
            ],
            text("grade"),
            text("tlp"),
        )
    };
    let sign =
        |count: [i64; 2], grade: &str, tlp: &str| (count, grade.to_string(), tlp.to_string());
    // Whoever sends it first, unjudged and under a label that would keep others from being warned, hides nothing.
    assert_eq!(
        told("mail.jsonl", "AMBER+STRICT", "F6", "2026-06-01T08:00:00Z"),
        sign([1, 0], "F6", "TLP:AMBER+STRICT")
    );
    assert_eq!(
        told("first.jsonl", "CLEAR", "C3", "2026-06-01T09:00:00Z"),
        sign([0, 1], "C3", "TLP:CLEAR")
    );
    assert_eq!(
        told("second.jsonl", "GREEN", "B2", "2026-06-01T10:00:00Z"),
        sign([0, 1], "B2", "TLP:GREEN")
    );
    // Nothing changes any more, whoever comes again.
    for (name, tlp, grade) in [
        ("mail.jsonl", "AMBER+STRICT", "F6"),
        ("first.jsonl", "CLEAR", "C3"),
        ("second.jsonl", "GREEN", "B2"),
        ("late.jsonl", "RED", "A1"),
    ] {
        let (count, stored, label) = told(name, tlp, grade, "2026-06-01T11:00:00Z");
        assert_eq!(
            (count[0], stored.as_str(), label.as_str()),
            (0, "B2", "TLP:GREEN"),
            "{name}"
        );
    }
    // Twice in one file, the stricter label first: it stays.
    let both = [event("AMBER"), event("GREEN")].concat();
    let path = home.file("both.jsonl", both);
    home.tuermer(&[
        "ingest",
        &path,
        "--grade",
        "A1",
        "--json",
        "--at",
        "2026-06-01T12:00:00Z",
    ])
    .expect(0);
    assert_eq!(
        (
            signs(&home)[0]["grade"].as_str(),
            signs(&home)[0]["tlp"].as_str()
        ),
        (Some("A1"), Some("TLP:AMBER"))
    );
}
