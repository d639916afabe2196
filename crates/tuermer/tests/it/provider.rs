//! CSAF providers, told from outside: a sound one is read to its end, a hostile one gets nothing through.

use crate::csaf_site::{Published, Site, Stage, TestKey, document};
use crate::web_server::Tree;
use serde_json::{Value, json};
use tuermer_core::provenance::SignatureState;

const DOCUMENT: &str = "/white/2026/bg-2026-0001.json";
const ID: &str = "https://localhost|BG-2026-0001";

fn numbers(pull: &Value) -> [u64; 5] {
    assert_eq!(pull["error"], Value::Null, "{pull}");
    ["discovered", "new", "changed", "same", "verified"].map(|key| pull[key].as_u64().unwrap())
}

/// The only rejected document and why.
#[track_caller]
fn rejected(pull: &Value) -> &str {
    let list = pull["rejected"].as_array().unwrap();
    assert_eq!(list.len(), 1, "{pull}");
    list[0]["reason"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_provider_is_tried_added_and_read_to_its_end() {
    let mut site = Site::trusted();
    site.documents
        .push(Published::new(&site.namespace, "BG-2026-0002", "1"));
    let stage = Stage::of(&site);
    let url = stage.server.url("");
    let private = ["--allow-private", "localhost"];
    let tried = stage
        .run(&[&["feed", "test", &url], &private[..]].concat())
        .expect(0);
    for words in [
        "Beispiel GmbH",
        "role csaf_trusted_provider",
        "2 documents",
        &TestKey::Good.fingerprint(),
        "fit",
    ] {
        assert!(tried.out.contains(words), "{words}: {}", tried.out);
    }
    stage
        .run(&[&["feed", "add", "csaf", &url], &private[..]].concat())
        .expect(0);
    let pull = stage.pull("localhost");
    assert_eq!(
        (numbers(&pull), &pull["rejected"]),
        ([2, 2, 0, 0, 2], &json!([])),
        "{pull}"
    );
    assert_eq!(stage.threats().len(), 2);
    assert_eq!(stage.signature(ID).await, Some(SignatureState::Verified));
    // Nothing moved: nothing but metadata and list is asked for.
    let asked = stage.server.count(DOCUMENT);
    assert_eq!(
        stage.pull_at("2026-03-02T13:00:00Z", "localhost")["unchanged"],
        true
    );
    assert_eq!(stage.server.count(DOCUMENT), asked);
    // One document moved: only that one is fetched.
    site.documents[0] = Published {
        updated: "2026-03-02T12:30:00Z",
        ..Published::new(&site.namespace, "BG-2026-0001", "2")
    };
    stage.show(site.tree());
    let other = stage.server.count("/white/2026/bg-2026-0002.json");
    let pull = stage.pull_at("2026-03-02T14:00:00Z", "localhost");
    assert_eq!(numbers(&pull), [2, 0, 1, 0, 1], "{pull}");
    assert_eq!(
        (
            stage.server.count(DOCUMENT),
            stage.server.count("/white/2026/bg-2026-0002.json")
        ),
        (asked + 1, other)
    );
    assert!(
        stage
            .threats()
            .contains(&("BG-2026-0001".into(), "2".into()))
    );
    let keys = stage
        .run(&["feed", "key", "list", "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (&keys["state"], &keys["provider"], &keys["fingerprint"]),
        (
            &json!("trusted"),
            &json!("localhost"),
            &json!(TestKey::Good.fingerprint())
        )
    );
    let publisher = stage
        .run(&["feed", "publisher", "list", "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (&publisher["namespace"], &publisher["domain"]),
        (&json!("localhost"), &json!("localhost"))
    );
}

fn put(path: &str, bytes: impl Into<Vec<u8>>) -> impl FnOnce(&mut Tree) {
    let (path, bytes) = (path.to_string(), bytes.into());
    move |files| {
        files.insert(path, bytes);
    }
}

/// A trusted provider after a change: nothing of it is used, and the reason is said.
async fn check_refused(name: &str, site: Site, change: impl FnOnce(&mut Tree), wanted: &str) {
    let mut files = site.tree();
    change(&mut files);
    let stage = Stage::new(files);
    stage.add("p", &stage.server.url(&site.metadata_path()));
    let pull = stage.pull("p");
    let (found, reason) = match pull["error"].as_str() {
        Some(error) => ([0; 5], error),
        None => (numbers(&pull), rejected(&pull)),
    };
    assert!(reason.contains(wanted), "{name}: {reason}");
    assert_eq!(found[1..], [0; 4], "{name}: {pull}");
    assert_eq!(stage.threats(), [], "{name}");
    assert_ne!(
        stage.signature(ID).await,
        Some(SignatureState::Verified),
        "{name}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_gets_through_that_is_not_what_was_signed() {
    let sound = Site::trusted();
    let original = sound.documents[0].bytes.clone();
    let mut flipped = original.clone();
    flipped[20] ^= 1;
    let other = document("https://localhost", "BG-2026-0001", "2");
    let hash = |bytes: &[u8]| {
        use sha2::Digest as _;
        hex::encode(sha2::Sha512::digest(bytes)).into_bytes()
    };
    let (asc, sha512) = (format!("{DOCUMENT}.asc"), format!("{DOCUMENT}.sha512"));
    check_refused(
        "flipped byte",
        sound.clone(),
        put(DOCUMENT, flipped.clone()),
        "hash (sha512) does not fit",
    )
    .await;
    check_refused(
        "swapped file",
        sound.clone(),
        put(DOCUMENT, other.clone()),
        "hash (sha512) does not fit",
    )
    .await;
    let both = {
        let (sha512, other) = (sha512.clone(), other.clone());
        move |files: &mut Tree| {
            files.insert(sha512, hash(&other));
            files.insert(DOCUMENT.into(), other);
        }
    };
    check_refused(
        "swapped with its hash",
        sound.clone(),
        both,
        "not the one that was signed",
    )
    .await;
    check_refused(
        "hash of another",
        sound.clone(),
        put(&sha512, hash(&other)),
        "hash (sha512) does not fit",
    )
    .await;
    check_refused(
        "hash file is a page",
        sound.clone(),
        put(&sha512, "<html>"),
        "does not begin with 128",
    )
    .await;
    let no_hash = |files: &mut Tree| files.retain(|path, _| !path.contains(".sha"));
    check_refused("no hash", sound.clone(), no_hash, "Hash missing").await;
    let no_signature = |files: &mut Tree| files.retain(|path, _| !path.ends_with("json.asc"));
    check_refused(
        "no signature",
        sound.clone(),
        no_signature,
        "Signature missing",
    )
    .await;
    check_refused(
        "signature of another document",
        sound.clone(),
        put(&asc, TestKey::Good.sign(&other)),
        "not the one that was signed",
    )
    .await;
    check_refused(
        "strange key",
        sound.clone(),
        put(&asc, TestKey::Other.sign(&original)),
        "not trusted",
    )
    .await;
    check_refused(
        "signature is a page",
        sound.clone(),
        put(&asc, "<html>"),
        "no detached",
    )
    .await;
    check_refused(
        "signature is empty",
        sound.clone(),
        put(&asc, ""),
        "no detached",
    )
    .await;
    check_refused(
        "signature is huge",
        sound.clone(),
        put(&asc, vec![b'x'; 100_000]),
        "larger than allowed",
    )
    .await;
    for (key, wanted) in [
        (TestKey::Expired, "expired on 2021-01-01"),
        (TestKey::Revoked, "not trusted"),
    ] {
        let mut site = sound.clone();
        site.keys = vec![key];
        site.documents[0].key = Some(key);
        check_refused(&format!("{key:?}"), site, |_| {}, wanted).await;
    }
    check_refused(
        "another key than announced",
        sound,
        put("/key-Good.asc", TestKey::Other.public()),
        "not the key announced",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_document_is_still_not_believed_everything() {
    let sound = Site::trusted();
    let with = |bytes: Vec<u8>| {
        let mut site = sound.clone();
        site.documents[0].bytes = bytes;
        site
    };
    let strange = document("https://psirt.vendor.example", "BG-2026-0001", "1");
    check_refused(
        "another publisher",
        with(strange),
        |_| {},
        "in the name of https://psirt.vendor.example",
    )
    .await;
    let kev = include_bytes!("../../../tuermer-formats/tests/fixtures/kev-three.json").to_vec();
    check_refused(
        "a catalogue instead of an advisory",
        with(kev),
        |_| {},
        "no CSAF document",
    )
    .await;
    let twice = String::from_utf8(document("https://localhost", "BG-2026-0001", "1"))
        .unwrap()
        .replacen('{', "{\"document\": {},", 1);
    check_refused(
        "a key twice",
        with(twice.into_bytes()),
        |_| {},
        "stands twice",
    )
    .await;
    let invalid = String::from_utf8(document("https://localhost", "BG-2026-0001", "1"))
        .unwrap()
        .replace("\"final\"", "\"finished\"");
    check_refused(
        "fails the mandatory tests",
        with(invalid.into_bytes()),
        |_| {},
        "mandatory tests",
    )
    .await;
    check_refused(
        "trailing garbage",
        with([&sound.documents[0].bytes[..], b"{}"].concat()),
        |_| {},
        "trailing",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_is_believed_only_on_the_host_that_was_asked() {
    let site = Site::trusted();
    let stage = Stage::of(&site);
    let elsewhere = format!(
        "https://127.0.0.1:{}{}",
        stage.server.port,
        site.metadata_path()
    );
    stage.change(put("redirect /there.json", elsewhere));
    stage.change(put(
        "redirect /here.json",
        stage.server.url(&site.metadata_path()),
    ));
    stage.change(put("redirect /plain.json", "http://localhost/x.json"));
    for (path, wanted) in [
        ("/there.json", Some("somebody else's host")),
        ("/plain.json", Some("not https")),
        ("/nothing.json", Some("nothing (any more)")),
        ("/white/feed.json", Some("is no CSAF provider")),
        ("/key-Good.asc", Some("is no CSAF provider")),
        ("/here.json", None),
    ] {
        let run = stage.run(&[
            "feed",
            "add",
            "csaf",
            &stage.server.url(path),
            "--allow-private",
            "localhost",
            "--allow-private",
            "127.0.0.1",
        ]);
        match wanted {
            Some(wanted) => assert!(
                run.code != 0 && run.err.contains(wanted),
                "{path}: {} {}",
                run.out,
                run.err
            ),
            None => assert_eq!(run.code, 0, "{path}: {}", run.err),
        }
    }
    let pull = stage.pull("localhost");
    assert_eq!(
        (numbers(&pull), &pull["tolerated"]),
        ([1, 1, 0, 0, 1], &json!(1)),
        "{pull}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_waits_for_a_person() {
    let mut site = Site::trusted();
    let stage = Stage::of(&site);
    stage.with_officer();
    stage.add("p", &stage.server.url(&site.metadata_path()));
    assert_eq!(numbers(&stage.pull("p")), [1, 1, 0, 0, 1]);
    // The key changes, and with it the document.
    site.keys = vec![TestKey::Other];
    site.documents[0] = Published {
        updated: "2026-03-02T12:30:00Z",
        key: Some(TestKey::Other),
        ..Published::new(&site.namespace, "BG-2026-0001", "2")
    };
    stage.show(site.tree());
    let pull = stage.pull_at("2026-03-02T13:00:00Z", "p");
    assert!(
        rejected(&pull).contains("nobody trusts yet")
            && pull["remarks"]
                .to_string()
                .contains("another key than before"),
        "{pull}"
    );
    assert_eq!(stage.threats(), [("BG-2026-0001".into(), "1".into())]);
    let notices = stage.run(&["notice", "list", "--json"]).expect(0).line();
    assert!(
        notices.to_string().contains(&TestKey::Other.fingerprint()),
        "{notices}"
    );
    let states = |stage: &Stage| -> Vec<String> {
        stage
            .run(&["feed", "key", "list", "--json"])
            .lines()
            .iter()
            .map(|key| key["state"].as_str().unwrap().to_string())
            .collect()
    };
    assert_eq!(states(&stage), ["waiting", "trusted"]);
    // Somebody asked the vendor on the phone. Nobody without an account may say so, and no fingerprint is guessed.
    let fingerprint = TestKey::Other.fingerprint();
    stage
        .run(&["feed", "key", "trust", &fingerprint, "--as", "nobody"])
        .expect(1);
    stage
        .run_as_officer(&["feed", "key", "trust", "ABCD"])
        .expect(3);
    stage
        .run_as_officer(&["feed", "key", "trust", &fingerprint.to_lowercase()])
        .expect(0);
    let pull = stage.pull_at("2026-03-02T13:05:00Z", "p");
    assert_eq!(numbers(&pull), [1, 0, 1, 0, 1], "{pull}");
    assert_eq!(stage.signature(ID).await, Some(SignatureState::Verified));
    stage.run(&["notice", "list"]).expect(3);
    // It was a fraud after all: what the key proved counts no more.
    stage
        .run_as_officer(&["feed", "key", "refuse", &fingerprint])
        .expect(0);
    assert_eq!(stage.signature(ID).await, Some(SignatureState::Failed));
    assert_eq!(states(&stage), ["trusted", "refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_cannot_go_back_or_change_what_was_published() {
    let mut site = Site::trusted();
    site.documents[0] = Published::new(&site.namespace, "BG-2026-0001", "3");
    let stage = Stage::of(&site);
    stage.add("p", &stage.server.url(&site.metadata_path()));
    assert_eq!(numbers(&stage.pull("p")), [1, 1, 0, 0, 1]);
    let again = String::from_utf8(document("https://localhost", "BG-2026-0001", "3"))
        .unwrap()
        .replace("Gateway 4.1.0", "Gateway 4.1.1");
    for (hour, bytes, wanted) in [
        (
            13,
            document("https://localhost", "BG-2026-0001", "2"),
            "older",
        ),
        (14, again.into_bytes(), "other content"),
    ] {
        let updated = if hour == 13 {
            "2026-03-02T12:30:00Z"
        } else {
            "2026-03-02T13:30:00Z"
        };
        site.documents[0] = Published {
            id: "BG-2026-0001",
            updated,
            bytes,
            key: Some(TestKey::Good),
        };
        stage.show(site.tree());
        let pull = stage.pull_at(&format!("2026-03-02T{hour}:00:00Z"), "p");
        assert!(rejected(&pull).contains(wanted), "{pull}");
        assert_eq!(stage.threats(), [("BG-2026-0001".into(), "3".into())]);
    }
    let notices = stage.run(&["notice", "list", "--json"]).expect(0).lines();
    assert_eq!(notices.len(), 2, "{notices:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_speaks_for_the_publisher_of_another() {
    let own = Site::trusted();
    let mut thief = Site {
        root: "/b",
        ..Site::trusted()
    };
    thief.documents[0] = Published {
        key: Some(TestKey::Other),
        ..Published::new("https://localhost", "BG-2026-0001", "9")
    };
    thief.keys = vec![TestKey::Other];
    let mut files = own.tree();
    files.extend(thief.tree());
    let stage = Stage::new(files);
    stage.add("own", &stage.server.url(&own.metadata_path()));
    let elsewhere = format!(
        "https://127.0.0.1:{}{}",
        stage.server.port,
        thief.metadata_path()
    );
    stage.add("thief", &elsewhere);
    assert_eq!(numbers(&stage.pull("own")), [1, 1, 0, 0, 1]);
    let pull = stage.pull("thief");
    assert!(
        pull["error"]
            .as_str()
            .unwrap()
            .contains("wants to speak for https://localhost"),
        "{pull}"
    );
    assert_eq!(stage.threats(), [("BG-2026-0001".into(), "1".into())]);
    // The other way round the thief is first; the true owner of the domain is believed and takes over.
    let stage = Stage::new({
        let mut files = own.tree();
        files.extend(thief.tree());
        files
    });
    stage.add("own", &stage.server.url(&own.metadata_path()));
    stage.add(
        "thief",
        &format!(
            "https://127.0.0.1:{}{}",
            stage.server.port,
            thief.metadata_path()
        ),
    );
    assert!(
        stage.pull("thief")["remarks"]
            .to_string()
            .contains("another domain")
    );
    assert!(
        stage.pull("own")["remarks"]
            .to_string()
            .contains("own domain localhost")
    );
    let pull = stage.pull_at("2026-03-02T13:00:00Z", "thief");
    assert!(
        pull["error"]
            .as_str()
            .unwrap()
            .contains("wants to speak for"),
        "{pull}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_promised_signatures_must_go_on_signing() {
    let mut site = Site::trusted();
    let stage = Stage::of(&site);
    stage.add("p", &stage.server.url(&site.metadata_path()));
    assert_eq!(numbers(&stage.pull("p")), [1, 1, 0, 0, 1]);
    site.role = "csaf_provider";
    site.keys = Vec::new();
    site.documents[0] = Published {
        updated: "2026-03-02T12:30:00Z",
        key: None,
        ..Published::new(&site.namespace, "BG-2026-0001", "2")
    };
    stage.show(site.tree());
    let pull = stage.pull_at("2026-03-02T13:00:00Z", "p");
    assert!(
        rejected(&pull).contains("Signature missing")
            && pull["remarks"]
                .to_string()
                .contains("promises only csaf_provider"),
        "{pull}"
    );
    assert_eq!(stage.threats(), [("BG-2026-0001".into(), "1".into())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_providers_are_taken_and_shown_as_unsigned() {
    let mut site = Site {
        role: "csaf_provider",
        keys: Vec::new(),
        ..Site::trusted()
    };
    site.documents[0].key = None;
    let directory = Site {
        directory: true,
        ..site.clone()
    };
    let root_relative = |files: &mut Tree| {
        let list = String::from_utf8(files["/white/changes.csv"].clone()).unwrap();
        files.insert(
            "/white/changes.csv".into(),
            list.replace("\"2026/", "\"white/2026/").into_bytes(),
        );
    };
    let ref_for_rel = |files: &mut Tree| {
        let list = String::from_utf8(files["/white/feed.json"].clone()).unwrap();
        files.insert(
            "/white/feed.json".into(),
            list.replace("\"rel\"", "\"ref\"").into_bytes(),
        );
    };
    let index_only = |files: &mut Tree| {
        files.remove("/white/changes.csv");
        files.insert(
            "/white/index.txt".into(),
            b"2026/bg-2026-0001.json\n2026/gone.json\n".to_vec(),
        );
    };
    let nothing = |_: &mut Tree| {};
    let changes: [(&str, &Site, &dyn Fn(&mut Tree), u64, usize); 5] = [
        ("feed", &site, &nothing, 0, 0),
        ("directory", &directory, &nothing, 0, 0),
        ("root-relative", &directory, &root_relative, 1, 0),
        ("ref for rel", &site, &ref_for_rel, 3, 0),
        ("index only", &directory, &index_only, 1, 1),
    ];
    for (name, site, change, tolerated, gone) in changes {
        let mut files = site.tree();
        change(&mut files);
        let stage = Stage::new(files);
        stage.add("p", &stage.server.url(&site.metadata_path()));
        let pull = stage.pull("p");
        assert_eq!(
            (numbers(&pull)[1..].to_vec(), &pull["tolerated"]),
            (vec![1, 0, 0, 0], &json!(tolerated)),
            "{name}: {pull}"
        );
        assert_eq!(
            pull["rejected"].as_array().unwrap().len(),
            gone,
            "{name}: {pull}"
        );
        assert_eq!(
            stage.signature(ID).await,
            Some(SignatureState::Unsigned),
            "{name}"
        );
        // Neither a missing document nor an unchanged one is asked for again within a day.
        let before = stage.server.count(DOCUMENT) + stage.server.count("/white/2026/gone.json");
        stage.pull_at("2026-03-02T14:00:00Z", "p");
        assert_eq!(
            stage.server.count(DOCUMENT) + stage.server.count("/white/2026/gone.json"),
            before,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_lead_nowhere() {
    let site = Site::trusted();
    let metadata = |change: &dyn Fn(&mut Value)| {
        let mut files = site.tree();
        let mut value: Value = serde_json::from_slice(&files[&site.metadata_path()]).unwrap();
        change(&mut value);
        files.insert(site.metadata_path(), value.to_string().into_bytes());
        files
    };
    let endless = {
        let mut files = site.tree();
        let entry =
            "{\"id\":\"x\",\"link\":[{\"rel\":\"self\",\"href\":\"https://localhost/x.json\"}]},";
        files.insert(
            "/white/feed.json".into(),
            format!("{{\"feed\":{{\"entry\":[{}{{}}]}}}}", entry.repeat(200_001)).into_bytes(),
        );
        files
    };
    for (name, files, wanted) in [
        (
            "no distributions",
            metadata(&|value| value["distributions"] = json!([])),
            "names no list",
        ),
        (
            "behind a sign-in",
            metadata(&|value| {
                value["distributions"][0]["rolie"]["feeds"][0]["tlp_label"] = "RED".into()
            }),
            "names no list",
        ),
        (
            "not kept any more",
            metadata(&|value| value["maintained_until"] = "2026-03-01T00:00:00Z".into()),
            "not been maintained since",
        ),
        (
            "no such list",
            metadata(&|value| {
                value["distributions"][0]["rolie"]["feeds"][0]["url"] = "{{.URL}}/none.json".into()
            }),
            "nothing (any more)",
        ),
        ("endless", endless, "more than 200000 entries"),
    ] {
        let stage = Stage::new(files);
        stage.add("p", &stage.server.url(&site.metadata_path()));
        let pull = stage.pull("p");
        assert!(
            pull["error"]
                .as_str()
                .is_some_and(|error| error.contains(wanted)),
            "{name}: {pull}"
        );
        assert_eq!(stage.threats(), [], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_and_lists_of_providers() {
    let hidden = Site {
        root: "/deep",
        ..Site::trusted()
    };
    let mut files = hidden.tree();
    files.insert(
        "/.well-known/security.txt".into(),
        b"Contact: x\nCSAF: {{.URL}}/nowhere.json\nCSAF: {{.URL}}/deep/.well-known/csaf/provider-metadata.json\n".to_vec(),
    );
    let stage = Stage::new(files);
    let private = ["--allow-private", "localhost"];
    stage
        .run(
            &[
                &["feed", "add", "csaf", &stage.server.url("")],
                &private[..],
            ]
            .concat(),
        )
        .expect(0);
    assert_eq!(numbers(&stage.pull("localhost")), [1, 1, 0, 0, 1]);
    assert!(
        stage
            .server
            .count("/.well-known/csaf/provider-metadata.json")
            > 0,
        "the well-known place is asked, too"
    );

    let empty = Stage::new(Tree::new());
    let run = empty
        .run(
            &[
                &["feed", "add", "csaf", &empty.server.url("")],
                &private[..],
            ]
            .concat(),
        )
        .expect(1);
    assert!(
        run.err.contains("No CSAF provider was found"),
        "{}",
        run.err
    );

    let (one, two) = (
        Site::trusted(),
        Site {
            root: "/two",
            ..Site::trusted()
        },
    );
    let listed = |site: &Site, name: &str| json!({"metadata": {"publisher": {"name": name, "namespace": site.namespace}, "url": format!("{{{{.URL}}}}{}", site.metadata_path())}});
    let list = json!({"aggregator": {"category": "lister", "name": "All of them"}, "csaf_providers": [listed(&one, "One"), listed(&two, "Two")]});
    let mut files = one.tree();
    files.extend(two.tree());
    files.insert(
        "/.well-known/csaf-aggregator/aggregator.json".into(),
        list.to_string().into_bytes(),
    );
    let stage = Stage::new(files);
    let url = stage
        .server
        .url("/.well-known/csaf-aggregator/aggregator.json");
    let run = stage
        .run(&[&["feed", "add", "csaf", &url, "--json"], &private[..]].concat())
        .expect(0);
    let names: Vec<Value> = run
        .lines()
        .iter()
        .map(|feed| feed["feed"].clone())
        .collect();
    assert_eq!(names, ["localhost", "localhost-2"]);
    assert!(
        run.err.contains("nobody has checked this provider"),
        "{}",
        run.err
    );
    stage
        .run(&[&["feed", "add", "csaf", &url, "--json"], &private[..]].concat())
        .expect(5);
    assert_eq!(numbers(&stage.pull("localhost"))[1], 1);
}
