//! OpenPGP: no key and no signature that a stranger made verifies, nothing panics, and rpgp, a library of others, never knows
//! better: what we verify it verifies, too.
#![no_main]

#[path = "../../crates/tuermer-openpgp/tests/second_opinion/mod.rs"]
mod second_opinion;

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tuermer_openpgp::{Key, Verdict, keys, verify};

const DOCUMENT: &[u8] = include_bytes!("../../crates/tuermer-openpgp/tests/fixtures/advisory.json");
const SIGNATURE: &[u8] = include_bytes!("../../crates/tuermer-openpgp/tests/fixtures/good.sig");

static TRUSTED: LazyLock<Vec<Key>> = LazyLock::new(|| {
    keys(include_bytes!(
        "../../crates/tuermer-openpgp/tests/fixtures/good.pub.asc"
    ))
    .expect("the fixture is a key")
});

fuzz_target!(|bytes: &[u8]| {
    let now = "2026-01-01T00:00:00Z".parse().unwrap_or_default();
    assert!(!matches!(
        verify(&TRUSTED, b"never signed", bytes, now),
        Verdict::Verified(_)
    ));
    let Ok(found) = keys(bytes) else { return };
    let _ = verify(&found, b"never signed", bytes, now);
    let verdict = verify(&found, DOCUMENT, SIGNATURE, now);
    if let (Verdict::Verified(_), Some(theirs)) = (&verdict, second_opinion::keys(bytes)) {
        assert_eq!(verdict, second_opinion::verify(&theirs, DOCUMENT, SIGNATURE, now));
    }
});
