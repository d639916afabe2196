//! OpenPGP: no key and no signature that a stranger made verifies, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tuermer_openpgp::{Key, Verdict, keys, verify};

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
    if let Ok(found) = keys(bytes) {
        let _ = verify(&found, b"never signed", bytes, now);
    }
});
