//! OpenPGP: no key and no signature that a stranger made verifies, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_openpgp::{Key, Verdict, keys, verify};

const KEY: &[u8] = include_bytes!("../../crates/tuermer-openpgp/tests/fixtures/good.pub.asc");

fuzz_target!(|bytes: &[u8]| {
    let trusted: Vec<Key> = keys(KEY).unwrap_or_default();
    let now = "2026-01-01T00:00:00Z".parse().unwrap_or_default();
    assert!(!matches!(verify(&trusted, b"never signed", bytes, now), Verdict::Verified(_)));
    if let Ok(found) = keys(bytes) {
        let _ = verify(&found, b"never signed", bytes, now);
    }
});
