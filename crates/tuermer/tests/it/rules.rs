//! Another program judges otherwise: everything is judged again, it is said how many verdicts changed, and nothing else
//! happens – no mail, no draft, no task a second time; what was submitted or released stays.

use crate::json_keys::{LATER, story};
use crate::support::Home;
use serde_json::Value;

/// A third member, with a web shell on its server.
fn third_member(home: &Home) {
    let members = home.file(
        "more.csv",
        "external_id,name,contact_name,email,phone\nM-3,Druck GmbH,Frau Drei,drei@druck.example,+4927133333\n",
    );
    let inventory = home.file(
        "more-inventory.csv",
        "external_id,vendor,product,version,build,source,observed_at\nM-3,Microsoft,Exchange Server,2016 CU19,15.1.2176.2,provider,2021-03-01\n",
    );
    let networks = home.file(
        "more-networks.csv",
        "external_id,kind,value\nM-3,network,198.51.100.0/24\n",
    );
    let report = home.file(
        "2021-03-03-compromised_website-region.csv",
        "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n\"2021-03-03 07:00:00\",\"198.51.100.7\",\"443\",\"exchange;webshell\",\"15.1.2176\"\n",
    );
    let at = ["--at", LATER];
    for (kind, file) in [
        ("members", &members),
        ("inventory", &inventory),
        ("networks", &networks),
    ] {
        home.tuermer(&[&["import", kind, file][..], &at].concat())
            .expect(0);
    }
    home.tuermer(&[&["ingest", &report][..], &at].concat())
        .expect(0);
}

/// A region with a released warning, one that waits for the second person, a break-in and calls.
fn region() -> Home {
    let home = Home::drill();
    story(&home);
    let at = ["--at", LATER];
    third_member(&home);
    for cve in ["CVE-2021-26855", "CVE-2021-27065"] {
        let stated = [
            "threat",
            "new",
            "--title",
            "Hole",
            "--product",
            "Microsoft Exchange Server",
            "--cve",
            cve,
        ];
        let source = ["--level", "4", "--url", "https://example.org/notice"];
        home.tuermer(&[&stated[..], &source, &at].concat())
            .expect(0);
    }
    home.tuermer(&[&["run", "--once"][..], &at].concat())
        .expect(0);
    let person = |name: &str, words: &[&str]| {
        home.tuermer_as(name, &[words, &at].concat()).expect(0);
    };
    person("k.weber", &["warn", "draft", "CVE-2021-26855"]);
    person("k.weber", &["warn", "submit", "Ü-2021-001"]);
    person(
        "m.stein",
        &["warn", "approve", "Ü-2021-001", "--count", "3"],
    );
    home.tuermer(&[&["run", "--once"][..], &at].concat());
    person("k.weber", &["warn", "draft", "CVE-2021-27065"]);
    person("k.weber", &["warn", "submit", "Ü-2021-002"]);
    home
}

/// Everything that judging again must leave as it is.
fn picture(home: &Home) -> Vec<String> {
    let lists: [&[&str]; 7] = [
        &["warn", "list"],
        &["warn", "show", "Ü-2021-001"],
        &["warn", "show", "Ü-2021-002"],
        &["delivery", "list"],
        &["task", "list"],
        &["notice", "list"],
        &["exposure", "list"],
    ];
    let listed = |words: &&[&str]| {
        home.tuermer(&[words, &["--json", "--at", LATER][..]].concat())
            .out
    };
    let mut picture: Vec<String> = lists.iter().map(listed).collect();
    let mails = std::fs::read_dir(home.data().join("outbox"))
        .unwrap()
        .count();
    picture.push(format!("{mails} mails"));
    picture
}

/// Another program was here before: its rules gave other verdicts.
fn other_program(home: &Home, statements: &[&str]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = home.store().await;
        store
            .set_meta("judged.rules", "of another program")
            .await
            .unwrap();
        let mut open = store.begin().await.unwrap();
        for sql in statements {
            assert!(open.run(sql, Vec::new()).await.unwrap() > 0, "{sql}");
        }
        open.commit().await.unwrap();
        store.database.close().await;
    });
}

fn told(home: &Home) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = home.store().await;
        let sql = "SELECT detail FROM journal WHERE action = 'rules.judged' ORDER BY seq";
        let rows = store.read(sql, Vec::new()).await.unwrap();
        store.database.close().await;
        rows.iter().map(|row| row.text(0).unwrap()).collect()
    })
}

fn run(home: &Home) -> Value {
    home.tuermer(&["run", "--once", "--json", "--at", LATER])
        .line()
}

#[test]
fn judging_again_by_other_rules_tells_what_changed_and_does_nothing_else() {
    let home = region();
    let before = picture(&home);
    let lines = |text: &str| text.lines().count();
    assert!(
        before[4].contains("\"incident\"") && lines(&before[6]) == 6,
        "{before:#?}"
    );

    other_program(&home, &[]);
    let same = run(&home);
    assert_eq!(same["rules"]["judged"], 6, "{same}");
    assert_eq!(same["rules"]["changed"], 0, "{same}");
    assert_eq!(
        (&same["assess"]["threats"], &same["deliver"]["sent"]),
        (&2.into(), &0.into())
    );
    assert_eq!(picture(&home), before);
    assert_eq!(run(&home)["rules"], Value::Null, "it is told once");
}

/// The other program had called one verdict of each threat fixed; its task was done meanwhile.
#[test]
fn other_verdicts_are_counted_and_nothing_arises_twice() {
    let home = region();
    let task = home
        .tuermer(&["task", "list", "--json", "--at", LATER])
        .lines();
    let task = task.iter().find(|task| task["kind"] == "incident").unwrap();
    let done = ["task", "done", task["id"].as_str().unwrap(), "--at", LATER];
    home.tuermer_as("k.weber", &done).expect(0);
    let before = picture(&home);
    other_program(
        &home,
        &[
            "UPDATE verdict SET status = 'fixed' WHERE source = 'register'",
            "UPDATE standing SET digest = -1",
        ],
    );
    let said = home.tuermer(&["run", "--once", "--at", LATER]);
    assert!(
        said.out
            .contains("everything was judged again, and 2 of 6 verdicts say something else now"),
        "{}{}",
        said.out,
        said.err
    );
    let after = picture(&home);
    assert_eq!(after[..6], before[..6]);
    assert_eq!(after[7], before[7]);
    assert_eq!(told(&home), ["2 of 6 verdicts changed"]);

    // What waited for the second person still does, and is released as it was submitted.
    let approve = [
        "warn",
        "approve",
        "Ü-2021-002",
        "--count",
        "3",
        "--at",
        LATER,
    ];
    home.tuermer_as("m.stein", &approve).expect(0);
    home.tuermer(&["audit", "verify"]).expect(0);
}

/// A new installation has nothing to judge again, and says nothing of rules.
#[test]
fn a_new_installation_tells_nothing_of_rules() {
    let home = Home::drill();
    story(&home);
    assert_eq!(run(&home)["rules"], Value::Null);
    assert_eq!(told(&home), Vec::<String>::new());
}
