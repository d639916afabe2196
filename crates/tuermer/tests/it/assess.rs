//! What did not change is neither judged nor written again, and what another process wrote is seen.

use crate::advisory::{Advisory, ingest, region, run, told};
use crate::support::Home;
use serde_json::Value;
use tuermer::store::Store;
use tuermer::values;
use tuermer_core::ids::{OrganisationId, ThreatId};

const NOON: &str = "2026-02-02T12:00:00Z";
const EVENING: &str = "2026-02-02T18:00:00Z";
const LATER: &str = "2026-02-03T12:00:00Z";

fn gateway() -> Advisory {
    Advisory {
        fixed: vec![("Gateway", "4.2.0")],
        remedy: "Install 4.2.0".into(),
        ..Advisory::new("BG-1", "CVE-2026-20001", ("Gateway", "4.1.0"))
    }
}

/// Three members with an open gateway, one of them with a second one, and one with a lamp.
fn world() -> Home {
    let inventory = [
        ("1", "Gateway", "4.1.0"),
        ("2", "Gateway", "4.1.0"),
        ("3", "Gateway", "4.1.0"),
        ("4", "Lamp", "1"),
    ];
    let home = region(4, &inventory, "2026-01-10T08:00:00Z");
    let second =
        home.file("second.csv", "external_id,vendor,product,version,hostname,source,observed_at\n3,Beispiel,Gateway,4.2.0,other,provider,2026-01-11\n");
    home.tuermer(&[
        "import",
        "inventory",
        &second,
        "--at",
        "2026-01-11T08:00:00Z",
    ])
    .expect(0);
    ingest(&home, gateway().document(), NOON);
    home
}

/// Threats, organisations, verdicts and changed verdicts of a round.
fn judged(report: &Value) -> [u64; 4] {
    ["threats", "organisations", "exposures", "changed"].map(|key| {
        report["assess"][key]
            .as_u64()
            .unwrap_or_else(|| panic!("{key} in {report}"))
    })
}

async fn raise_threats(home: &Home) {
    let store = home.store().await;
    let mut open = store.begin().await.unwrap();
    open.run(
        "UPDATE threat SET facts_revision = facts_revision + 1",
        Vec::new(),
    )
    .await
    .unwrap();
    open.commit().await.unwrap();
    store.database.close().await;
}

async fn number(store: &Store, sql: &str) -> i64 {
    store
        .read_one(sql, Vec::new())
        .await
        .unwrap()
        .unwrap()
        .int(0)
        .unwrap()
}

#[tokio::test]
async fn only_what_changed_is_written() {
    let home = world();
    assert_eq!(judged(&run(&home, NOON)), [1, 4, 3, 3]);
    assert_eq!(judged(&run(&home, EVENING)), [0, 0, 0, 0]);
    raise_threats(&home).await;
    assert_eq!(
        judged(&run(&home, EVENING)),
        [1, 0, 3, 0],
        "judged again, nothing new"
    );
    told(&home, &[("2", "Gateway", "4.2.0")], LATER);
    assert_eq!(judged(&run(&home, LATER)), [0, 1, 1, 1]);
    told(&home, &[("4", "Lamp", "2")], LATER);
    assert_eq!(
        judged(&run(&home, LATER)),
        [0, 1, 0, 0],
        "no threat knows a lamp"
    );
    let store = home.store().await;
    let organisation = store
        .read_one(
            "SELECT id FROM organisation WHERE external_id = '2'",
            Vec::new(),
        )
        .await
        .unwrap()
        .unwrap()
        .text(0)
        .unwrap();
    let threat = store
        .read_one("SELECT id FROM threat", Vec::new())
        .await
        .unwrap()
        .unwrap()
        .text(0)
        .unwrap();
    let verdict = store
        .exposure(&ThreatId(threat), &OrganisationId(organisation))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(verdict.status.as_str(), "fixed");
    assert_eq!(verdict.assessed_at.to_string(), LATER);
    store.database.close().await;
}

/// A new program knows more spellings: stored names are made again once, marks keep their age, and everything is due.
#[tokio::test]
async fn stored_names_follow_the_table_of_spellings() {
    let home = world();
    run(&home, NOON);
    let store = home.store().await;
    let mut open = store.begin().await.unwrap();
    for sql in [
        "UPDATE asset SET product_key = 'old gate' WHERE product = 'Gateway'",
        "UPDATE threat_product SET product_key = 'old gate', since_at = 12345",
        // The same server of member 1 under another spelling, told later; and of member 2, told before.
        "INSERT INTO asset SELECT 'later', organisation_id, vendor, 'GATEWAY', 'other gate', '4.2.0', build, hostname, source, observed_at + 1, note, presence, changed_at
             FROM asset WHERE hostname = 'host-1'",
        "INSERT INTO asset SELECT 'before', organisation_id, vendor, 'GATEWAY', 'other gate', '4.2.0', build, hostname, source, observed_at - 1, note, presence, changed_at
             FROM asset WHERE hostname = 'host-2'",
        "DELETE FROM meta WHERE key = 'names.aliases'",
    ] {
        open.run(sql, Vec::new()).await.unwrap();
    }
    open.commit().await.unwrap();
    let [threats, organisations, exposures, changed] = judged(&run(&home, EVENING));
    assert_eq!(
        (threats, exposures, changed),
        (1, 3, 1),
        "only member 1 has a newer version"
    );
    assert_eq!(organisations, 3);
    assert_eq!(
        number(
            &store,
            "SELECT COUNT(*) FROM asset WHERE product_key LIKE '% gate'"
        )
        .await,
        0
    );
    assert_eq!(
        number(
            &store,
            "SELECT COUNT(*) FROM asset WHERE product_key = 'gateway'"
        )
        .await,
        4
    );
    assert_eq!(
        number(&store, "SELECT COUNT(*) FROM asset WHERE id = 'later'").await,
        1
    );
    assert_eq!(
        number(&store, "SELECT COUNT(*) FROM asset WHERE id = 'before'").await,
        0
    );
    assert_eq!(
        number(
            &store,
            "SELECT COUNT(*) FROM asset_history WHERE asset_id = 'before' OR hostname = 'host-1'"
        )
        .await,
        2
    );
    assert_eq!(
        number(
            &store,
            "SELECT MIN(since_at) FROM threat_product WHERE product_key = 'gateway'"
        )
        .await,
        12345
    );
    assert_eq!(
        number(
            &store,
            "SELECT COUNT(*) FROM threat_product WHERE product_key = 'old gate'"
        )
        .await,
        0
    );
    assert_eq!(
        judged(&run(&home, EVENING)),
        [0, 0, 0, 0],
        "once for each table"
    );
    store.database.close().await;
}

/// Two members stand alike; the one with two gateways has both as grounds and as matches, each with its own day.
#[tokio::test]
async fn equal_verdicts_are_one_row_and_nothing_of_them_is_lost() {
    let home = world();
    run(&home, NOON);
    let store = home.store().await;
    assert_eq!(number(&store, "SELECT COUNT(*) FROM verdict").await, 2);
    assert_eq!(
        number(
            &store,
            "SELECT COUNT(*) FROM exposure WHERE status = 'affected'"
        )
        .await,
        3
    );
    for (member, hosts) in [("1", vec!["host-1"]), ("3", vec!["host-3", "other"])] {
        let sql = "SELECT a.hostname, m.status, g.observed_at - a.observed_at FROM asset_match m JOIN organisation o ON o.id = m.organisation_id AND o.external_id = $1
            JOIN asset a ON a.id = m.asset_id JOIN ground g ON g.organisation_id = m.organisation_id AND g.threat_id = m.threat_id AND g.asset_id = m.asset_id
            ORDER BY a.hostname";
        let rows = store.read(sql, values![member]).await.unwrap();
        let found: Vec<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(found, hosts, "{member}");
        assert!(
            rows.iter().all(|row| row.int(2).unwrap() == 0),
            "every ground has the day of its asset"
        );
        assert_eq!(
            rows.last().map(|row| row.text(1).unwrap()).as_deref(),
            Some(if hosts.len() == 2 {
                "fixed"
            } else {
                "affected"
            })
        );
    }
    store.database.close().await;
    told(
        &home,
        &[
            ("1", "Gateway", "4.2.0"),
            ("2", "Gateway", "4.2.0"),
            ("3", "Gateway", "4.2.0"),
        ],
        LATER,
    );
    run(&home, LATER);
    let store = home.store().await;
    let unused = "SELECT COUNT(*) FROM verdict v WHERE NOT EXISTS (SELECT 1 FROM standing s WHERE s.threat_id = v.threat_id AND s.verdict = v.number)";
    assert_eq!(
        number(&store, unused).await,
        0,
        "words that nobody needs are gone"
    );
    assert_eq!(
        number(
            &store,
            "SELECT COUNT(*) FROM exposure WHERE status = 'fixed'"
        )
        .await,
        3
    );
    store.database.close().await;
}

/// A snapshot in memory follows what other processes import and judge.
#[tokio::test]
async fn the_snapshot_follows_other_processes() {
    let home = world();
    run(&home, NOON);
    let store = home.store().await;
    let version = async |member: &str| {
        let row = store
            .read_one(
                "SELECT id FROM organisation WHERE external_id = $1",
                values![member],
            )
            .await
            .unwrap()
            .unwrap();
        let snapshot = store.constituency().await.unwrap();
        snapshot
            .assets_of(&OrganisationId(row.text(0).unwrap()))
            .iter()
            .map(|asset| asset.version.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(version("1").await, "4.1.0");
    told(&home, &[("1", "Gateway", "4.1.5")], EVENING);
    assert_eq!(version("1").await, "4.1.5", "told, not yet judged");
    told(
        &home,
        &[("1", "Gateway", "4.2.0"), ("2", "Gateway", "4.2.0")],
        LATER,
    );
    run(&home, LATER);
    assert_eq!(
        (version("1").await, version("2").await),
        ("4.2.0".to_string(), "4.2.0".to_string()),
        "judged by the other process"
    );
    let members = home.file(
        "new.csv",
        "external_id,name,email\n5,Firma 5 GmbH,firma5@example.org\n",
    );
    home.tuermer(&["import", "members", &members, "--at", LATER])
        .expect(0);
    told(&home, &[("5", "Gateway", "4.1.0")], LATER);
    run(&home, LATER);
    assert_eq!(version("5").await, "4.1.0");
    store.database.close().await;
}
