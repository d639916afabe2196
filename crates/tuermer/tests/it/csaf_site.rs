//! A CSAF provider of the tests: documents signed on the spot with test keys, lists, metadata, and the server that shows them.

use crate::support::{Home, Run};
use crate::web_server::{Answer, Tree, WebServer, serve_file};
use pgp::composed::{ArmorOptions, Deserializable as _, DetachedSignature, SignedSecretKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails as _, Password, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};
use std::sync::{Arc, Mutex};
use tuermer_core::ids::ThreatId;
use tuermer_core::provenance::SignatureState;

/// When the tests take place.
pub const NOW: &str = "2026-03-02T12:00:00Z";
/// 1 June 2025: after the keys were made.
const SIGNED_AT: u32 = 1_748_736_000;

const TEMPLATE: &str = include_str!("../../../tuermer-formats/tests/fixtures/csaf-generic.json");

/// A test key: secret and public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestKey {
    Good,
    Other,
    Expired,
    Revoked,
}

macro_rules! key_file {
    ($folder:literal, $self:expr, $end:literal) => {
        match $self {
            TestKey::Good => include_str!(concat!($folder, "good", $end)),
            TestKey::Other => include_str!(concat!($folder, "other", $end)),
            TestKey::Expired => include_str!(concat!($folder, "expired", $end)),
            TestKey::Revoked => include_str!(concat!($folder, "revoked", $end)),
        }
    };
}

impl TestKey {
    fn secret(self) -> SignedSecretKey {
        SignedSecretKey::from_string(key_file!("../fixtures/provider/", self, ".sec.asc"))
            .unwrap()
            .0
    }

    /// As its owner shows it.
    pub fn public(self) -> &'static str {
        key_file!("../../../tuermer-openpgp/tests/fixtures/", self, ".pub.asc")
    }

    /// In capital letters.
    pub fn fingerprint(self) -> String {
        format!("{:X}", self.secret().fingerprint())
    }

    /// A detached signature in armour.
    pub fn sign(self, bytes: &[u8]) -> Vec<u8> {
        let secret = self.secret();
        let at = if self == Self::Expired {
            1_590_969_600
        } else {
            SIGNED_AT
        };
        let mut config = SignatureConfig::v4(
            SignatureType::Binary,
            secret.algorithm(),
            HashAlgorithm::Sha256,
        );
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::from_secs(
                at,
            )))
            .unwrap(),
            Subpacket::regular(SubpacketData::IssuerFingerprint(secret.fingerprint())).unwrap(),
        ];
        let signature = config
            .sign(&secret.primary_key, &Password::empty(), bytes)
            .unwrap();
        DetachedSignature::new(signature)
            .to_armored_bytes(ArmorOptions::default())
            .unwrap()
    }
}

/// A valid document of a publisher.
pub fn document(namespace: &str, id: &str, version: &str) -> Vec<u8> {
    let mut document: Value = serde_json::from_str(TEMPLATE).unwrap();
    document["document"]["publisher"]["namespace"] = namespace.into();
    let tracking = &mut document["document"]["tracking"];
    tracking["id"] = id.into();
    tracking["version"] = version.into();
    let (date, early) = ("2026-02-01T10:00:00.000Z", "2026-01-15T10:00:00.000Z");
    let history = |count: u32| {
        (1..=count).map(move |number| json!({"date": if number == count { date } else { early }, "number": number.to_string(), "summary": "."}))
    };
    tracking["revision_history"] = history(version.parse().unwrap()).collect();
    if version == "1" {
        tracking["initial_release_date"] = date.into();
    }
    serde_json::to_vec_pretty(&document).unwrap()
}

/// What a provider shows.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where everything lies: `""` or `/a`.
    pub root: &'static str,
    pub namespace: String,
    pub role: &'static str,
    pub keys: Vec<TestKey>,
    pub documents: Vec<Published>,
    /// A directory instead of a ROLIE feed.
    pub directory: bool,
}

/// One document of a provider.
#[derive(Debug, Clone)]
pub struct Published {
    pub id: &'static str,
    pub updated: &'static str,
    pub bytes: Vec<u8>,
    pub key: Option<TestKey>,
}

impl Published {
    pub fn new(namespace: &str, id: &'static str, version: &str) -> Self {
        Self {
            id,
            updated: "2026-02-01T10:00:00Z",
            bytes: document(namespace, id, version),
            key: Some(TestKey::Good),
        }
    }
}

impl Site {
    /// A trusted provider with one document, speaking for its own host.
    pub fn trusted() -> Self {
        let namespace = "https://localhost".to_string();
        let documents = vec![Published::new(&namespace, "BG-2026-0001", "1")];
        Self {
            root: "",
            namespace,
            role: "csaf_trusted_provider",
            keys: vec![TestKey::Good],
            documents,
            directory: false,
        }
    }

    /// Path of the metadata.
    pub fn metadata_path(&self) -> String {
        format!("{}/.well-known/csaf/provider-metadata.json", self.root)
    }

    /// Path of a document.
    pub fn document_path(&self, id: &str) -> String {
        format!("{}/white/2026/{}.json", self.root, id.to_lowercase())
    }

    /// Everything as files.
    pub fn tree(&self) -> Tree {
        let mut files = Tree::new();
        let url = |path: &str| format!("{{{{.URL}}}}{path}");
        let (mut entries, mut changes) = (Vec::new(), String::new());
        for document in &self.documents {
            let path = self.document_path(document.id);
            let hash =
                |hex: String| format!("{hex}  {}\n", path.rsplit('/').next().unwrap()).into_bytes();
            files.insert(
                format!("{path}.sha512"),
                hash(hex::encode(Sha512::digest(&document.bytes))),
            );
            files.insert(
                format!("{path}.sha256"),
                hash(hex::encode(Sha256::digest(&document.bytes))),
            );
            if let Some(key) = document.key {
                files.insert(format!("{path}.asc"), key.sign(&document.bytes));
            }
            files.insert(path.clone(), document.bytes.clone());
            let link =
                |rel: &str, end: &str| json!({"rel": rel, "href": url(&format!("{path}{end}"))});
            entries.push(json!({
                "id": document.id, "title": "x", "published": document.updated, "updated": document.updated,
                "link": [link("self", ""), link("hash", ".sha512"), link("signature", ".asc")],
                "content": {"type": "application/json", "src": url(&path)}, "format": {"schema": "x", "version": "2.0"},
            }));
            changes += &format!(
                "\"2026/{}.json\",\"{}\"\n",
                document.id.to_lowercase(),
                document.updated
            );
        }
        let category =
            json!([{"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}]);
        let feed = json!({"feed": {"id": "x", "title": "x", "category": category, "updated": NOW, "entry": entries}});
        let list = url(&format!("{}/white/feed.json", self.root));
        let distribution = match self.directory {
            true => json!({"directory_url": url(&format!("{}/white/", self.root))}),
            false => {
                json!({"rolie": {"feeds": [{"summary": "x", "tlp_label": "WHITE", "url": list}]}})
            }
        };
        let keys: Vec<Value> =
            self.keys.iter().map(|key| json!({"fingerprint": key.fingerprint(), "url": url(&format!("{}/key-{key:?}.asc", self.root))})).collect();
        let metadata = json!({
            "canonical_url": url(&self.metadata_path()), "distributions": [distribution], "last_updated": NOW, "list_on_CSAF_aggregators": true,
            "metadata_version": "2.0", "mirror_on_CSAF_aggregators": true, "public_openpgp_keys": keys,
            "publisher": {"category": "vendor", "name": "Beispiel GmbH", "namespace": self.namespace}, "role": self.role,
        });
        for key in &self.keys {
            files.insert(
                format!("{}/key-{key:?}.asc", self.root),
                key.public().into(),
            );
        }
        files.insert(
            format!("{}/white/feed.json", self.root),
            feed.to_string().into_bytes(),
        );
        files.insert(
            format!("{}/white/changes.csv", self.root),
            changes.into_bytes(),
        );
        files.insert(self.metadata_path(), metadata.to_string().into_bytes());
        files
    }
}

/// A data directory and a server whose files can change.
pub struct Stage {
    pub home: Home,
    pub server: WebServer,
    files: Arc<Mutex<Tree>>,
}

impl Stage {
    pub fn new(files: Tree) -> Self {
        let files = Arc::new(Mutex::new(files));
        let shown = Arc::clone(&files);
        let server = WebServer::start(move |request| {
            let files = shown.lock().unwrap();
            if let Some(target) = files.get(&format!("redirect {}", request.path)) {
                return Answer::redirect(std::str::from_utf8(target).unwrap());
            }
            let answer = serve_file(&files, request);
            let list = request.path.ends_with("feed.json") || request.path.ends_with("changes.csv");
            let bytes = files.get(&request.path).filter(|_| list);
            bytes
                .map(|bytes| format!("\"{}\"", hex::encode(Sha256::digest(bytes))))
                .map_or(answer.clone(), |etag| answer.tagged(&etag, request))
        });
        let home = Home::drill();
        server.trust(&home);
        Self {
            home,
            server,
            files,
        }
    }

    /// With one provider.
    pub fn of(site: &Site) -> Self {
        Self::new(site.tree())
    }

    /// Shows something else from now on.
    pub fn show(&self, files: Tree) {
        *self.files.lock().unwrap() = files;
    }

    /// Changes the files in place.
    pub fn change(&self, change: impl FnOnce(&mut Tree)) {
        change(&mut self.files.lock().unwrap());
    }

    /// The binary at a time.
    pub fn at(&self, time: &str, arguments: &[&str]) -> Run {
        self.home.tuermer(&[&["--at", time], arguments].concat())
    }

    /// The binary at the usual time.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.at(NOW, arguments)
    }

    /// Adds a feed without trying it.
    #[track_caller]
    pub fn add(&self, name: &str, url: &str) {
        self.run(&[
            "feed",
            "add",
            "csaf",
            url,
            "--name",
            name,
            "--untested",
            "--allow-private",
            "localhost",
            "--allow-private",
            "127.0.0.1",
        ])
        .expect(0);
    }

    /// One pull, whatever came of it.
    #[track_caller]
    pub fn pull(&self, name: &str) -> Value {
        self.pull_at(NOW, name)
    }

    /// One pull at another time.
    #[track_caller]
    pub fn pull_at(&self, time: &str, name: &str) -> Value {
        self.at(time, &["feed", "pull", name, "--json"]).line()
    }

    /// A person who may decide.
    pub fn with_officer(&self) {
        self.home.account("k.weber", "officer");
    }

    /// A run by that person.
    pub fn run_as_officer(&self, arguments: &[&str]) -> Run {
        self.home
            .tuermer_as("k.weber", &[arguments, &["--at", NOW]].concat())
    }

    /// Stored threats: tracking id, revision.
    pub fn threats(&self) -> Vec<(String, String)> {
        let listed = self.run(&["threat", "list", "--json"]);
        let text = |value: &Value| value.as_str().unwrap().to_string();
        listed
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| (text(&line["threat"]), text(&line["revision"])))
            .collect()
    }

    /// What is proven of a threat.
    pub async fn signature(&self, id: &str) -> Option<SignatureState> {
        let store = self.home.store().await;
        let found = store
            .signature_of(&ThreatId(id.to_string()))
            .await
            .unwrap()
            .map(|signature| signature.state);
        store.database.close().await;
        found
    }
}
