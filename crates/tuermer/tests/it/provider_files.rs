//! CSAF beside real files: what lies beside a document brought by hand, and providers as others built them.

use crate::csaf_site::{Published, Site, Stage, TestKey, document};
use crate::support::{Run, corpus};
use crate::web_server::{Tree, tree};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use tuermer_core::provenance::SignatureState;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_held_against_what_lies_beside_it() {
    let site = Site::trusted();
    let stage = Stage::of(&site);
    stage.add("p", &stage.server.url(&site.metadata_path()));
    assert_eq!(stage.pull("p")["verified"], 1);
    let good = document("https://localhost", "BG-2026-0002", "1");
    let strange = document("https://psirt.vendor.example", "BG-2026-0002", "1");
    let other = document("https://localhost", "BG-2026-0002", "2");
    let hash = |bytes: &[u8]| hex::encode(Sha256::digest(bytes)).into_bytes();
    let put = |bytes: &[u8], beside: &[(&str, Vec<u8>)]| -> Run {
        let path = stage.home.file("bg-2026-0002.json", bytes);
        for end in ["asc", "sha256"] {
            std::fs::remove_file(format!("{path}.{end}")).ok();
        }
        for (end, bytes) in beside {
            stage.home.file(&format!("bg-2026-0002.json.{end}"), bytes);
        }
        stage.run(&["ingest", &path, "--json"])
    };
    for (name, bytes, beside, wanted) in [
        (
            "hash of another",
            &good,
            vec![("sha256", hash(&other))],
            "hash (sha256) does not fit",
        ),
        (
            "hash is a page",
            &good,
            vec![("sha256", b"<html>".to_vec())],
            "does not begin with 64",
        ),
        (
            "signature over other bytes",
            &good,
            vec![("asc", TestKey::Good.sign(&other))],
            "not the one that was signed",
        ),
    ] {
        let line = put(bytes, &beside).expect(1).line();
        assert!(
            line["rejected"][0]["reason"]
                .as_str()
                .unwrap()
                .contains(wanted),
            "{name}: {line}"
        );
        assert_eq!(
            (stage.threats().len(), &line["verified"]),
            (1, &json!(0)),
            "{name}"
        );
    }
    // A key proves only what its own provider may say.
    let line = put(&strange, &[("asc", TestKey::Good.sign(&strange))])
        .expect(0)
        .line();
    assert_eq!(
        (&line["new"], &line["verified"]),
        (&json!(1), &json!(0)),
        "{line}"
    );
    assert_eq!(
        stage
            .signature("https://psirt.vendor.example|BG-2026-0002")
            .await,
        Some(SignatureState::Unsigned)
    );
    let id = "https://localhost|BG-2026-0002";
    let line = put(
        &good,
        &[("sha256", hash(&good)), ("asc", TestKey::Other.sign(&good))],
    )
    .expect(0)
    .line();
    assert_eq!(
        (&line["new"], &line["verified"]),
        (&json!(1), &json!(0)),
        "{line}"
    );
    assert_eq!(stage.signature(id).await, Some(SignatureState::Unsigned));
    // The same bytes come again, now with a proof; and once more without, which takes nothing back.
    let line = put(
        &good,
        &[("sha256", hash(&good)), ("asc", TestKey::Good.sign(&good))],
    )
    .expect(0)
    .line();
    assert_eq!(
        (&line["same"], &line["verified"]),
        (&json!(1), &json!(1)),
        "{line}"
    );
    put(&good, &[]).expect(0);
    put(&good, &[("asc", TestKey::Other.sign(&good))]).expect(0);
    assert_eq!(stage.signature(id).await, Some(SignatureState::Verified));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_with_a_broken_signature_take_nothing_back() {
    let mut site = Site::trusted();
    let stage = Stage::of(&site);
    let file = stage.home.file("a.json", &site.documents[0].bytes);
    stage.run(&["ingest", &file]).expect(0);
    site.documents[0].key = Some(TestKey::Other);
    stage.show(site.tree());
    stage.add("p", &stage.server.url(&site.metadata_path()));
    assert_eq!(stage.pull("p")["rejected"].as_array().unwrap().len(), 1);
    assert_eq!(stage.threats(), [("BG-2026-0001".into(), "1".into())]);
    let shown = stage
        .run(&["threat", "show", "BG-2026-0001", "--json"])
        .expect(0)
        .line();
    assert_eq!(shown["signature"], "unsigned", "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_counts_only_where_its_aggregator_says_so() {
    // The publisher speaks from localhost; 127.0.0.1 mirrors what it signed.
    let own = Site::trusted();
    let mut mirror = Site {
        root: "/mirror",
        ..Site::trusted()
    };
    mirror
        .documents
        .push(Published::new(&mirror.namespace, "BG-2026-0002", "1"));
    let mut files = own.tree();
    files.extend(mirror.tree());
    let stage = Stage::new(files);
    stage.add("own", &stage.server.url(&own.metadata_path()));
    let address = format!("https://127.0.0.1:{}", stage.server.port);
    stage.add("mirror", &format!("{address}{}", mirror.metadata_path()));
    assert_eq!(stage.pull("own")["verified"], 1);
    assert!(
        stage.pull("mirror")["error"]
            .as_str()
            .unwrap()
            .contains("wants to speak for")
    );
    let listed = json!({
        "metadata": {"publisher": {"name": "x", "namespace": own.namespace}, "url": format!("{{{{.URL}}}}{}", own.metadata_path())},
        "mirrors": [format!("{{{{.URL}}}}{}", mirror.metadata_path())],
    });
    let list = json!({"aggregator": {"category": "aggregator", "name": "Mirror"}, "csaf_providers": [listed]}).to_string();
    stage.change(|files| {
        drop(files.insert(
            "/.well-known/csaf-aggregator/aggregator.json".into(),
            list.into_bytes(),
        ))
    });
    let pull = stage.pull_at("2026-03-02T13:00:00Z", "mirror");
    assert_eq!(
        (&pull["same"], &pull["new"], &pull["verified"]),
        (&json!(1), &json!(1), &json!(2)),
        "{pull}"
    );
    // The mirror signs by itself: that is not the publisher's key.
    mirror.keys = vec![TestKey::Other];
    mirror.documents = vec![Published {
        updated: "2026-03-02T13:30:00Z",
        key: Some(TestKey::Other),
        ..Published::new(&mirror.namespace, "BG-2026-0002", "2")
    }];
    stage.change(|files| files.extend(mirror.tree()));
    let pull = stage.pull_at("2026-03-02T14:00:00Z", "mirror");
    assert!(
        pull["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("nobody trusts yet"),
        "{pull}"
    );
}

/// A provider of the public reference data at the root of a server.
fn foreign(folder: &Path, change: impl Fn(&str) -> String) -> Stage {
    let files: Tree = tree(folder)
        .into_iter()
        .map(|(path, bytes)| {
            let text = ["json", "txt", "csv"].iter().any(|end| path.ends_with(end))
                && !path.contains("/20")
                && !path.contains("avendor-advisory");
            let bytes = if text {
                change(std::str::from_utf8(&bytes).unwrap()).into_bytes()
            } else {
                bytes
            };
            (path, bytes)
        })
        .collect();
    Stage::new(files)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
async fn corpus_providers_of_the_go_suite() {
    let shared = corpus();
    for name in ["simple-rolie-provider", "simple-directory-provider"] {
        // Their lists are templates of Go with both hashes switched on.
        let plain = |text: &str| {
            text.lines()
                .filter(|line| !line.contains("{{if") && !line.contains("{{end"))
                .fold(String::new(), |all, line| all + line + "\n")
        };
        let stage = foreign(&shared.join("csaf/gocsaf/testdata").join(name), plain);
        stage.add("p", &stage.server.url("/provider-metadata.json"));
        let pull = stage.pull("p");
        assert_eq!(
            (
                &pull["discovered"],
                &pull["new"],
                &pull["verified"],
                &pull["rejected"]
            ),
            (&json!(1), &json!(1), &json!(1), &json!([])),
            "{name}: {pull}"
        );
        assert!(
            pull["remarks"].to_string().contains("another domain"),
            "{name}: {pull}"
        );
        // A single byte more, and nothing is used.
        stage.change(|files| {
            files
                .get_mut("/white/avendor-advisory-0004.json")
                .unwrap()
                .push(b' ')
        });
        let fresh = foreign(&shared.join("csaf/gocsaf/testdata").join(name), plain);
        fresh.change(|files| {
            files
                .get_mut("/white/avendor-advisory-0004.json")
                .unwrap()
                .push(b' ')
        });
        fresh.add("p", &fresh.server.url("/provider-metadata.json"));
        let pull = fresh.pull("p");
        assert_eq!(
            (&pull["new"], &pull["verified"]),
            (&json!(0), &json!(0)),
            "{name}: {pull}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
async fn corpus_quirks_of_cisa() {
    let shared = corpus();
    let raw = "https://raw.githubusercontent.com/cisagov/CSAF/develop";
    let provider = |distribution: Value| {
        json!({
            "canonical_url": "{{.URL}}/provider-metadata.json", "distributions": [distribution], "last_updated": "2024-10-10T18:21:27Z",
            "list_on_CSAF_aggregators": true, "metadata_version": "2.0", "mirror_on_CSAF_aggregators": true, "role": "csaf_provider",
            "publisher": {"category": "coordinator", "name": "CISA", "namespace": "https://www.cisa.gov/"},
        })
    };
    let rolie = json!({"rolie": {"feeds": [{"tlp_label": "WHITE", "url": "{{.URL}}/csaf_files/IT/white/cisa-csaf-it-feed-tlp-white.json"}]}});
    let directory = json!({"directory_url": "{{.URL}}/csaf_files/IT/white"});
    for (name, distribution, tolerated) in [("rolie", rolie, 8), ("directory", directory, 4)] {
        let stage = foreign(&shared.join("csaf"), |text| text.replace(raw, "{{.URL}}"));
        stage.change(|files| {
            drop(files.insert(
                "/provider-metadata.json".into(),
                provider(distribution).to_string().into_bytes(),
            ))
        });
        stage.add("p", &stage.server.url("/provider-metadata.json"));
        let pull = stage.pull("p");
        let rejected = pull["rejected"].as_array().unwrap().len() as u64;
        assert_eq!(
            (&pull["discovered"], &pull["verified"], &pull["tolerated"]),
            (&json!(4), &json!(0), &json!(tolerated)),
            "{name}: {pull}"
        );
        // Whatever the mandatory tests say of them: all four hashes fit, and none is silently dropped.
        assert_eq!(
            pull["new"].as_u64().unwrap() + rejected,
            4,
            "{name}: {pull}"
        );
        assert!(!pull.to_string().contains("does not fit"), "{name}: {pull}");
        eprintln!(
            "{name}: {} of 4 documents of CISA pass the mandatory tests",
            pull["new"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
async fn corpus_discovery_cases_of_the_kotlin_suite() {
    let shared = corpus();
    let folder = shared.join("csaf/csaf-retrieval/src/jvmTest/resources");
    let private = ["--allow-private", "localhost"];
    for (host, wanted) in [
        ("provider-with-securitytxt.com", "directory/: 3 documents"),
        ("no-distributions.com", "names no list"),
        ("example.com", "Example Company ProductCERT"),
        ("publisher-with-dns.com", "No CSAF provider was found"),
    ] {
        let stage = foreign(&folder.join(host), |text| {
            text.replace(&format!("https://{host}"), "{{.URL}}")
        });
        let run = stage.run(&[&["feed", "test", &stage.server.url("/")], &private[..]].concat());
        assert!(run.out.contains(wanted), "{host}: {} {}", run.out, run.err);
        // None of them shows a signature, and none promises less than it shows: nothing may come out as signed.
        stage
            .run(
                &[
                    &[
                        "feed",
                        "add",
                        "csaf",
                        &stage.server.url("/"),
                        "--name",
                        "p",
                        "--untested",
                    ],
                    &private[..],
                ]
                .concat(),
            )
            .expect(0);
        let pull = stage.pull("p");
        assert_eq!(pull["verified"], 0, "{host}: {pull}");
        if host == "provider-with-securitytxt.com" {
            assert_eq!(pull["discovered"], 3, "{pull}");
            assert!(
                pull["rejected"].to_string().contains("does-not-exist.json"),
                "{pull}"
            );
        }
    }
    // The name in the DNS cannot be had here; the file it serves can.
    let stage = foreign(
        &folder.join("csaf.data.security.publisher-with-dns.com"),
        |text| text.to_string(),
    );
    let run = stage.run(
        &[
            &["feed", "test", &stage.server.url("/index.json")],
            &private[..],
        ]
        .concat(),
    );
    assert!(
        run.out.contains("role csaf_publisher"),
        "{} {}",
        run.out,
        run.err
    );
}
