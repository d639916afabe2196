//! Attack on one warns all: signs at several members become a campaign, a threat and a draft that names nobody.

use crate::support::Home;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tuermer::text::Texts;
use tuermer_core::locale::Language;

const AT: &str = "2026-06-01T12:00:00Z";

fn chamber(home: &Home, name: &str, value: &str) {
    let mut config: toml::Table = std::fs::read_to_string(home.data().join("tuermer.toml"))
        .unwrap()
        .parse()
        .unwrap();
    config["chamber"]
        .as_table_mut()
        .unwrap()
        .insert(name.into(), value.into());
    std::fs::write(home.data().join("tuermer.toml"), config.to_string()).unwrap();
}

/// Twenty companies, each with a network and an Exchange server.
fn region() -> Home {
    let home = Home::drill();
    chamber(&home, "base_url", "https://warnung.example");
    let rows = |row: &dyn Fn(u32) -> String| (1..=20).map(row).collect::<String>();
    for (kind, header, text) in [
        (
            "members",
            "external_id,name,email",
            rows(&|n| format!("{n},Firma{n} GmbH,info@firma{n}.example\n")),
        ),
        (
            "networks",
            "external_id,kind,value",
            rows(&|n| format!("{n},network,192.0.2.{}/32\n", n * 10)),
        ),
        (
            "inventory",
            "external_id,vendor,product,version,source,observed_at",
            rows(&|n| format!("{n},Microsoft,Exchange Server,2016,provider,2026-05-01\n")),
        ),
    ] {
        let path = home.file(kind, format!("{header}\n{text}"));
        home.tuermer(&["import", kind, &path, "--at", AT]).expect(0);
    }
    home
}

/// An attack on a member's Exchange server from a network, as another pipeline tells it.
fn attack(feed: &str, member: u32, attacker: &str, minute: u32, tlp: &str) -> String {
    json!({"feed.name": feed, "time.source": format!("2026-06-01T10:{minute:02}:00+00:00"), "classification.type": "system-compromise", "tlp": tlp,
        "source.ip": format!("192.0.2.{}", member * 10), "product.vendor": "Microsoft", "product.name": "Exchange Server", "extra.attacker": attacker,
        "destination.ip": attacker, "malware.name": "", "extra.minute": minute})
    .to_string()
}

fn ingest(home: &Home, name: &str, events: &[String], grade: &str) {
    let path = home.file(name, events.join("\n") + "\n");
    home.tuermer(&["ingest", &path, "--grade", grade, "--json", "--at", AT])
        .expect(0);
}

fn run(home: &Home) -> Value {
    home.tuermer(&["run", "--once", "--json", "--at", AT])
        .expect(0)
        .line()["correlate"]
        .clone()
}

fn campaigns(home: &Home) -> Vec<Value> {
    home.tuermer(&["sign", "campaigns", "--json"]).lines()
}

#[test]
fn attacks_on_several_members_become_a_draft_that_names_nobody() {
    let home = region();
    let events: Vec<String> = (1..=8)
        .map(|member| attack("Sensor", member, "203.0.113.66", member, "GREEN"))
        .collect();
    ingest(&home, "events.jsonl", &events, "B2");
    let report = run(&home);
    assert_eq!(
        (report["new"].as_u64(), report["drafts"].as_u64()),
        (Some(1), Some(1)),
        "{report}"
    );
    let found = campaigns(&home);
    assert_eq!(
        (found.len(), &found[0]["members"], &found[0]["tlp"]),
        (1, &json!(8), &json!("TLP:GREEN")),
        "{found:?}"
    );
    assert_eq!(found[0]["organisations"].as_array().unwrap().len(), 8);
    let threat = found[0]["threat"].as_str().unwrap();
    assert!(
        home.tuermer(&["threat", "list", "--json"]).expect(0).line()["title"]
            .as_str()
            .unwrap()
            .starts_with("Microsoft Exchange Server: ")
    );
    let shown = home
        .tuermer(&["threat", "show", threat, "--json"])
        .expect(0)
        .out;
    let warnings = home.tuermer(&["warn", "list", "--json"]).expect(0).lines();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let text = home
        .tuermer(&[
            "warn",
            "show",
            warnings[0]["number"].as_str().unwrap(),
            "--json",
        ])
        .expect(0)
        .out;
    for told in [&shown, &text] {
        assert!(
            !told.contains("192.0.2.") && !told.contains("Firma"),
            "{told}"
        );
    }
    assert!(
        text.contains("signs of attacks on Microsoft Exchange Server")
            && text.contains("Zeichen von Angriffen auf Microsoft Exchange Server"),
        "{text}"
    );
    // Who has the product and no sign may be hit, too; nobody says that they are.
    let others = home
        .tuermer(&[
            "exposure", "list", "--threat", threat, "--member", "20", "--json",
        ])
        .expect(0)
        .line();
    assert_eq!(others["certainty"], "possible", "{others}");
    let again = run(&home);
    assert_eq!(again["new"], 0, "{again}");
    assert_eq!(
        (
            campaigns(&home).len(),
            home.tuermer(&["warn", "list", "--json"])
                .expect(0)
                .lines()
                .len()
        ),
        (1, 1)
    );
}

#[test]
fn a_narrow_label_is_told_to_the_operators_and_to_nobody_else() {
    let home = region();
    let mut events: Vec<String> = (1..=7)
        .map(|member| attack("Sensor", member, "203.0.113.66", member, "GREEN"))
        .collect();
    events.push(attack("Sensor", 8, "203.0.113.66", 8, "AMBER"));
    ingest(&home, "events.jsonl", &events, "B2");
    let report = run(&home);
    assert_eq!(
        (report["new"].as_u64(), report["drafts"].as_u64()),
        (Some(1), Some(0)),
        "{report}"
    );
    assert_eq!(
        (&campaigns(&home)[0]["tlp"], &campaigns(&home)[0]["threat"]),
        (&json!("TLP:AMBER"), &Value::Null)
    );
    home.tuermer(&["warn", "list", "--json"]).expect(3);
}

#[test]
fn one_source_that_nobody_has_judged_raises_no_alarm() {
    let home = region();
    let events: Vec<String> = (1..=20)
        .map(|member| attack("Rumour", member, "203.0.113.66", member, "GREEN"))
        .collect();
    ingest(&home, "events.jsonl", &events, "F6");
    assert_eq!(run(&home)["campaigns"], 0);
    assert_eq!(campaigns(&home), Vec::<Value>::new());
}

#[test]
fn a_look_that_was_cut_off_before_the_draft_is_made_good_and_consent_is_noted() {
    let home = region();
    let events: Vec<String> = (1..=8)
        .map(|member| attack("Sensor", member, "203.0.113.66", member, "GREEN"))
        .collect();
    ingest(&home, "events.jsonl", &events, "B2");
    assert_eq!(run(&home)["drafts"], 1);
    // As a kill between the threat and its draft leaves it, and then one between the campaign and its threat.
    for gap in [
        "UPDATE campaign SET drafted = FALSE",
        "UPDATE campaign SET drafted = FALSE, threat_id = NULL",
    ] {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = home.store().await;
            let mut open = store.begin().await.unwrap();
            open.run(gap, Vec::new()).await.unwrap();
            open.run("DELETE FROM meta WHERE key = 'correlate.signs'", Vec::new())
                .await
                .unwrap();
            open.commit().await.unwrap();
            store.database.close().await;
        });
        let report = run(&home);
        assert_eq!(
            (report["new"].as_u64(), report["drafts"].as_u64()),
            (Some(0), Some(1)),
            "{gap}: {report}"
        );
    }
    assert_eq!(
        home.tuermer(&["warn", "list", "--json"])
            .expect(0)
            .lines()
            .len(),
        2,
        "the second gap made a threat of its own"
    );

    home.account("k.weber", "officer");
    let campaign = campaigns(&home)[0]["campaign"]
        .as_str()
        .unwrap()
        .to_string();
    let consent = |member: &str, more: &[&str]| {
        home.tuermer_as(
            "k.weber",
            &[&["sign", "consent", &campaign, member], more].concat(),
        )
    };
    consent("1", &[]).expect(0);
    assert_eq!(campaigns(&home)[0]["consents"], json!(["1"]));
    consent("20", &[]).expect(3);
    consent("1", &["--withdraw"]).expect(0);
    assert_eq!(campaigns(&home)[0]["consents"], json!([]));
    assert!(
        home.tuermer(&["sign", "consent", &campaign, "1", "--as", "nobody"])
            .expect(1)
            .err
            .contains("nobody")
    );
}

#[test]
fn a_campaign_that_cannot_be_drafted_is_told_to_the_operators() {
    let home = region();
    let events: Vec<String> = (1..=8)
        .map(|member| attack("Sensor", member, "203.0.113.66", member, "GREEN"))
        .collect();
    ingest(&home, "events.jsonl", &events, "B2");
    let told = || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = home.store().await;
            let notices = store.notices(10).await.unwrap();
            // So that the next round looks again.
            let mut open = store.begin().await.unwrap();
            open.run("DELETE FROM meta WHERE key = 'correlate.signs'", Vec::new())
                .await
                .unwrap();
            open.commit().await.unwrap();
            store.database.close().await;
            notices
                .into_iter()
                .filter(|notice| notice.kind == "campaign.failed")
                .map(|notice| Texts(Language::English).sentence(&notice.text, &TimeZone::UTC))
                .collect::<Vec<_>>()
        })
    };
    chamber(&home, "name", "");
    assert_eq!(
        (run(&home)["drafts"].as_u64(), campaigns(&home).len()),
        (Some(0), 1)
    );
    let notices = told();
    assert!(
        notices.len() == 1 && notices[0].contains("publisher is empty"),
        "{notices:?}"
    );
    chamber(&home, "name", "IHK Musterstadt");
    assert_eq!(run(&home)["drafts"], 1);
    assert_eq!(told(), Vec::<String>::new());
}
