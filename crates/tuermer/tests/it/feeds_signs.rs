//! Feeds of signs: a folder of reports, a MISP feed, a TAXII server; each file once, and nothing but signs.

use crate::support::Home;
use crate::web_server::{Answer, Request, WebServer};
use serde_json::{Value, json};

/// Long after the reports: the clock of a live directory is real.
pub fn region() -> Home {
    let home = Home::live();
    let members = home.file("members.csv", "external_id,name\nM1,Walzwerk GmbH\n");
    let networks = home.file(
        "networks.csv",
        "external_id,kind,value\nM1,network,192.0.2.0/24\n",
    );
    home.tuermer(&["import", "members", &members]).expect(0);
    home.tuermer(&["import", "networks", &networks]).expect(0);
    home
}

fn add(home: &Home, kind: &str, url: &str) {
    home.tuermer(&[
        "feed",
        "add",
        kind,
        url,
        "--name",
        "source",
        "--allow-private",
        "localhost",
    ])
    .expect(0);
}

fn pull(home: &Home, code: i32) -> Value {
    home.tuermer(&["feed", "pull", "source", "--json"])
        .expect(code)
        .line()
}

fn numbers(pulled: &Value) -> [u64; 3] {
    ["discovered", "new", "same"].map(|key| {
        pulled[key]
            .as_u64()
            .unwrap_or_else(|| panic!("{key}: {pulled}"))
    })
}

fn signs(home: &Home) -> usize {
    home.tuermer(&["sign", "list", "--json"]).lines().len()
}

fn report(day: &str) -> String {
    format!(
        "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n\"{day} 06:00:00\",\"192.0.2.7\",\"443\",\"exchange\",\"15.1.2176\"\n"
    )
}

#[test]
fn a_folder_of_reports_is_read_file_by_file() {
    let home = region();
    let server = WebServer::start(|request: &Request| match request.path.as_str() {
        "/region/" => {
            let new = if request.before > 1 {
                "<a href='2026-05-31-scan_exchange-region.csv'>new</a>"
            } else {
                ""
            };
            Answer::ok(format!(
                "<!doctype html><h1>Index</h1><a href='../'>up</a><a href='2026-05-30-scan_exchange-region.csv'>x</a><a href='advisory.json'>y</a>{new}"
            ))
            .with("Content-Type", "text/html")
        }
        "/region/2026-05-30-scan_exchange-region.csv" => Answer::ok(report("2026-05-30")),
        "/region/2026-05-31-scan_exchange-region.csv" => Answer::ok(report("2026-05-31")),
        "/region/advisory.json" => Answer::ok(include_str!(
            "../../../tuermer-formats/tests/fixtures/csaf-exchange.json"
        )),
        _ => Answer::status(404),
    });
    server.trust(&home);
    add(&home, "signs", &server.url("/region/"));
    let first = pull(&home, 5);
    assert_eq!(numbers(&first), [2, 1, 0], "{first}");
    assert!(
        first["rejected"]
            .to_string()
            .contains("something else (csaf)"),
        "{first}"
    );
    assert_eq!(
        home.tuermer(&["threat", "list", "--json"]).lines().len(),
        0,
        "no advisory slips in"
    );
    assert_eq!(signs(&home), 1);
    let second = pull(&home, 0);
    assert_eq!(
        numbers(&second),
        [3, 1, 2],
        "only the new one is fetched: {second}"
    );
    assert_eq!(
        server
            .asked()
            .iter()
            .filter(|request| request.path.contains("05-30"))
            .count(),
        1
    );
    let sign = &home.tuermer(&["sign", "list", "--json"]).lines()[0];
    assert_eq!(
        (sign["report"].as_str(), sign["class"].as_str()),
        (Some("scan_exchange"), Some("vulnerable-system"))
    );
}

fn event(ip: &str, changed: &str) -> String {
    json!({"Event": {"uuid": "5f1e7d8e-0000-4000-8000-000000000001", "info": "Invented", "date": "2026-01-01", "timestamp": "1767225600",
        "threat_level_id": "1", "analysis": "2", "distribution": "1", "Orgc": {"name": "CERT Beispiel"}, "Tag": [{"name": "tlp:green"}],
        "Attribute": [{"uuid": "00000000-0000-4000-8000-000000000001", "type": "ip-dst", "category": "Network activity", "value": ip, "to_ids": true,
            "timestamp": changed, "comment": ""}]}})
    .to_string()
}

#[test]
fn what_the_chamber_says_of_a_source_counts_where_its_signs_do_not_say() {
    let home = region();
    let event = |ip: &str, more: &str| {
        format!(
            "{{\"feed.name\":\"Sensor\",\"time.source\":\"2026-05-31T06:00:00Z\",\"classification.type\":\"brute-force\",\"source.ip\":\"{ip}\"{more}}}\n"
        )
    };
    let server = WebServer::start(move |_: &Request| {
        Answer::ok(event("192.0.2.7", "") + event("192.0.2.8", ",\"tlp\":\"AMBER\"").as_str())
    });
    server.trust(&home);
    let url = server.url("/events.jsonl");
    let wish = |kind: &str, grade: &str| {
        home.tuermer(&[
            "feed",
            "add",
            kind,
            &url,
            "--name",
            "source",
            "--allow-private",
            "localhost",
            "--grade",
            grade,
            "--tlp",
            "green",
        ])
    };
    assert!(wish("signs", "Z9").expect(2).err.contains("Z9"));
    assert!(wish("kev", "B2").expect(2).err.contains("kev"));
    wish("signs", "B2").expect(0);
    let listed = home.tuermer(&["feed", "list", "--json"]).line();
    assert_eq!(
        (listed["grade"].as_str(), listed["tlp"].as_str()),
        (Some("B2"), Some("TLP:GREEN")),
        "{listed}"
    );
    pull(&home, 0);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let kept = runtime.block_on(async {
        let store = home.store().await;
        let rows = store.read("SELECT s.ip, k.grade, k.tlp FROM sighting s JOIN sighting_kind k ON k.key = s.kind ORDER BY s.ip", Vec::new()).await.unwrap();
        let kept: Vec<String> = rows.iter().map(|row| format!("{} {} {}", row.text(0).unwrap(), row.text(1).unwrap(), row.text(2).unwrap())).collect();
        store.database.close().await;
        kept
    });
    assert_eq!(kept, ["192.0.2.7 B2 TLP:GREEN", "192.0.2.8 B2 TLP:AMBER"]);
}

#[test]
fn a_misp_feed_is_read_by_its_manifest() {
    let home = region();
    let server = WebServer::start(|request: &Request| match request.path.as_str() {
        "/feed/manifest.json" => {
            let moved = if request.before > 1 {
                "1767300000"
            } else {
                "1767225600"
            };
            Answer::ok(json!({"5f1e7d8e-0000-4000-8000-000000000001": {"info": "Invented", "timestamp": moved}}).to_string())
                .with("Content-Type", "application/json")
        }
        "/feed/5f1e7d8e-0000-4000-8000-000000000001.json" => Answer::ok(if request.before == 0 {
            event("192.0.2.7", "1767225600")
        } else {
            event("192.0.2.8", "1767300000")
        }),
        _ => Answer::status(404),
    });
    server.trust(&home);
    add(&home, "signs", &server.url("/feed/manifest.json"));
    assert_eq!(numbers(&pull(&home, 0)), [1, 1, 0]);
    assert_eq!(numbers(&pull(&home, 0)), [1, 1, 0], "the event moved");
    assert_eq!(numbers(&pull(&home, 0)), [1, 0, 1], "it did not move again");
    assert_eq!(
        (
            signs(&home),
            home.tuermer(&["sign", "indicators", "--json"])
                .lines()
                .len()
        ),
        (2, 1)
    );
}

/// A page of two objects, of which there are two.
fn taxii(request: &Request) -> Answer {
    let object = |number: u32, ip: &str| {
        json!({"type": "indicator", "spec_version": "2.1", "id": format!("indicator--00000000-0000-4000-8000-{number:012}"), "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z", "name": "Invented", "pattern": format!("[ipv4-addr:value = '{ip}']"), "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z"})
    };
    let answer = |value: Value| {
        Answer::ok(value.to_string()).with("Content-Type", "application/taxii+json;version=2.1")
    };
    let (path, query) = request
        .path
        .split_once('?')
        .unwrap_or((request.path.as_str(), ""));
    match path {
        "/taxii2/" => answer(json!({"title": "Test", "api_roots": ["/api/"]})),
        "/api/collections/" => answer(
            json!({"collections": [{"id": "open", "title": "Open", "can_read": true}, {"id": "closed", "title": "Closed", "can_read": false}]}),
        ),
        "/api/collections/open/objects/" if query.contains("added_after") => {
            answer(json!({"objects": []}))
        }
        "/api/collections/open/objects/" if query.contains("next=two") => {
            answer(json!({"more": false, "objects": [object(2, "192.0.2.9")]}))
                .with("X-TAXII-Date-Added-Last", "2026-01-02T00:00:00.000Z")
        }
        "/api/collections/open/objects/" => {
            answer(json!({"more": true, "next": "two", "objects": [object(1, "192.0.2.7")]}))
                .with("X-TAXII-Date-Added-Last", "2026-01-01T00:00:00.000Z")
        }
        _ => Answer::status(404),
    }
}

#[test]
fn a_taxii_server_is_read_page_by_page_and_from_where_it_ended() {
    let home = region();
    let server = WebServer::start(taxii);
    server.trust(&home);
    let wrong = home
        .tuermer(&[
            "feed",
            "add",
            "taxii",
            &server.url("/nothing/"),
            "--name",
            "source",
            "--allow-private",
            "localhost",
        ])
        .expect(1);
    assert!(wrong.err.contains("Check the address"), "{}", wrong.err);
    add(&home, "taxii", &server.url("/taxii2/"));
    assert_eq!(numbers(&pull(&home, 0))[..2], [2, 2]);
    assert_eq!(
        (
            signs(&home),
            home.tuermer(&["sign", "indicators", "--json"])
                .lines()
                .len()
        ),
        (2, 2)
    );
    assert_eq!(numbers(&pull(&home, 0))[..2], [0, 0]);
    let last = server.asked().last().unwrap().path.clone();
    assert!(last.contains("added_after=2026-01-02T00"), "{last}");
    assert!(
        !server
            .asked()
            .iter()
            .any(|request| request.path.contains("closed")),
        "what we may not read is not asked for"
    );
}
