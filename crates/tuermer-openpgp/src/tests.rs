//! Keys and signatures made with GnuPG 2.2: what holds, what does not, and why.

use crate::{Failure, KEY_BYTES, Key, KeyError, Verdict, keys, verify};
use jiff::Timestamp;

const DOCUMENT: &[u8] = include_bytes!("../tests/fixtures/advisory.json");

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../tests/fixtures/", $name)).as_slice()
    };
}

const GOOD: &[u8] = fixture!("good.pub.asc");

fn read(file: &[u8]) -> Vec<Key> {
    keys(file).unwrap()
}

fn at(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// `""` = verified, `"ends"` = verified with a warning, else a part of the reason.
#[track_caller]
fn check(key: &[u8], document: &[u8], signature: &[u8], day: &str, wanted: &str) {
    match verify(&read(key), document, signature, at(day)) {
        Verdict::Verified(verified) => assert_eq!(
            verified.ends_soon.map_or("", |_| "ends"),
            wanted,
            "{verified:?}"
        ),
        Verdict::Failed(failure) => assert!(
            !wanted.is_empty() && failure.to_string().contains(wanted),
            "{failure}, wanted {wanted}"
        ),
    }
}

/// Key, signature and day; empty where it holds, else a part of the reason.
const SIGNATURES: &[(&[u8], &[u8], &str, &str)] = &[
    (GOOD, fixture!("good.asc"), "2025-07-01", ""),
    (GOOD, fixture!("good.sig"), "2025-07-01", ""),
    (
        fixture!("good.pub.gpg"),
        fixture!("good.asc"),
        "2025-07-01",
        "",
    ),
    (GOOD, fixture!("text.asc"), "2025-07-01", ""),
    (GOOD, fixture!("both.asc"), "2025-07-01", ""),
    (
        fixture!("other.pub.asc"),
        fixture!("both.asc"),
        "2040-07-01",
        "",
    ),
    (
        fixture!("subkey.pub.asc"),
        fixture!("subkey.asc"),
        "2025-07-01",
        "",
    ),
    // Validity left: more than 90 days, 90, 30, none.
    (GOOD, fixture!("good.asc"), "2029-10-01", ""),
    (GOOD, fixture!("good.asc"), "2029-10-05", "ends"),
    (GOOD, fixture!("good.asc"), "2029-12-01", "ends"),
    (
        GOOD,
        fixture!("good.asc"),
        "2029-12-03",
        "less than 30 days away",
    ),
    (
        GOOD,
        fixture!("good.asc"),
        "2030-01-02",
        "expired on 2030-01-01",
    ),
    (
        fixture!("subkey.pub.asc"),
        fixture!("subkey.asc"),
        "2030-01-02",
        "expired on 2030-01-01",
    ),
    (
        fixture!("expired.pub.asc"),
        fixture!("expired.asc"),
        "2025-07-01",
        "expired on 2021-01-01",
    ),
    (
        GOOD,
        fixture!("short.asc"),
        "2025-07-02",
        "valid only until 2025-07-01",
    ),
    (
        GOOD,
        fixture!("short.asc"),
        "2025-06-02",
        "less than 30 days away",
    ),
    // Taken back, weak, of another, from the future.
    (
        fixture!("revoked.pub.asc"),
        fixture!("revoked.asc"),
        "2025-07-01",
        "revoked by its owner",
    ),
    (
        fixture!("subkey-revoked.pub.asc"),
        fixture!("subkey.asc"),
        "2025-07-01",
        "revoked by its owner",
    ),
    (GOOD, fixture!("sha1.asc"), "2025-07-01", "broken hash"),
    (GOOD, fixture!("other.asc"), "2025-07-01", "not trusted"),
    (
        GOOD,
        fixture!("good.asc"),
        "2025-05-01",
        "impossible time, 2025-06-01",
    ),
    (
        GOOD,
        b"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n",
        "2025-07-01",
        "no detached",
    ),
    (GOOD, b"<html>404</html>", "2025-07-01", "no detached"),
    (GOOD, b"", "2025-07-01", "no detached"),
    (GOOD, GOOD, "2025-07-01", "no detached"),
];

#[test]
fn what_holds_and_what_does_not() {
    for &(key, signature, day, wanted) in SIGNATURES {
        check(key, DOCUMENT, signature, day, wanted);
    }
}

#[test]
fn one_changed_byte_is_another_document() {
    for position in 0..DOCUMENT.len() {
        let mut document = DOCUMENT.to_vec();
        document[position] ^= 1;
        check(
            GOOD,
            &document,
            fixture!("good.asc"),
            "2025-07-01",
            "not the one that was signed",
        );
    }
    let longer = [DOCUMENT, b" "].concat();
    check(
        GOOD,
        &longer,
        fixture!("good.asc"),
        "2025-07-01",
        "not the one that was signed",
    );
    assert_eq!(
        verify(&[], DOCUMENT, fixture!("good.asc"), at("2025-07-01")),
        {
            let fingerprint = read(GOOD)[0].fingerprint.clone();
            Verdict::Failed(Failure::UnknownKey(fingerprint))
        }
    );
}

#[test]
fn a_broken_signature_never_verifies_and_never_panics() {
    let keys = read(GOOD);
    let binary = fixture!("good.sig");
    for position in 0..binary.len() {
        let mut signature = binary.to_vec();
        signature[position] ^= 1 << (position % 8);
        // The unhashed area (the issuer's short id) is not covered by a signature; everything else is.
        if let Verdict::Verified(verified) = verify(&keys, DOCUMENT, &signature, at("2025-07-01")) {
            assert_eq!(verified.fingerprint, keys[0].fingerprint);
            assert_eq!(verified.made_at, "2025-06-01T00:00:00Z".parse().unwrap());
        }
        let _ = verify(&keys, DOCUMENT, &binary[..position], at("2025-07-01"));
    }
}

#[test]
fn keys_as_publishers_offer_them() {
    let key = &read(GOOD)[0];
    assert_eq!((key.fingerprint.len(), key.revoked), (40, false));
    assert_eq!(
        key.expires.map(|at| at.to_string()),
        Some("2030-01-01T00:00:00Z".into())
    );
    assert_eq!(read(&key.bytes)[0].fingerprint, key.fingerprint);
    assert!(read(fixture!("revoked.pub.asc"))[0].revoked);
    assert_eq!(read(fixture!("other.pub.asc"))[0].expires, None);
    let two = [
        fixture!("good.pub.gpg"),
        &read(fixture!("other.pub.asc"))[0].bytes,
    ]
    .concat();
    assert_eq!(read(&two).len(), 2);
    let many = fixture!("good.pub.gpg").repeat(17);
    assert_eq!(keys(&many).unwrap_err(), KeyError::TooMany);
    assert_eq!(
        keys(&vec![0; KEY_BYTES + 1]).unwrap_err(),
        KeyError::TooLarge
    );
    for bytes in [
        b"".as_slice(),
        b"<html>",
        fixture!("good.asc"),
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
    ] {
        assert!(
            matches!(keys(bytes), Err(KeyError::Unreadable(_))),
            "{:?}",
            keys(bytes).map(|keys| keys.len())
        );
    }
}

#[test]
fn every_broken_key_is_refused_without_a_panic() {
    let binary = fixture!("good.pub.gpg");
    let original = &read(binary)[0].fingerprint;
    for position in 0..binary.len() {
        let mut broken = binary.to_vec();
        broken[position] ^= 0x10;
        let Ok(found) = keys(&broken) else { continue };
        let verdict = verify(&found, DOCUMENT, fixture!("good.sig"), at("2025-07-01"));
        if let Verdict::Verified(verified) = verdict {
            assert_eq!(&verified.fingerprint, original, "position {position}");
        }
    }
}

/// The signatures a public test suite carries, made by others than us.
#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_signatures_of_the_go_suite() {
    let corpus = std::env::var_os("TUERMER_CORPUS");
    let corpus = corpus.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
    let shared = std::path::PathBuf::from(corpus);
    let folder = shared.join("csaf/gocsaf/testdata");
    for provider in ["simple-rolie-provider", "simple-directory-provider"] {
        let file = |name: &str| std::fs::read(folder.join(provider).join(name)).unwrap();
        let keys = read(&file("openpgp/pubkey.asc"));
        assert_eq!(
            keys[0].fingerprint,
            "A8914CA2F11139C6A69A0018FB3CD9B15DE61596"
        );
        let document = file("white/avendor-advisory-0004.json");
        let signature = file("white/avendor-advisory-0004.json.asc");
        let verdict = verify(&keys, &document, &signature, at("2025-09-01"));
        assert!(
            matches!(&verdict, Verdict::Verified(_)),
            "{verdict:?}, key until {:?}",
            keys[0].expires
        );
        assert_eq!(
            super::keys(&file("openpgp/privkey.asc")).unwrap_err(),
            KeyError::Secret
        );
    }
}
