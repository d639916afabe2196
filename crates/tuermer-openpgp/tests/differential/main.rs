//! Our reader and ring against rpgp: the same verdict on every key and signature, whole or broken, with one exception that
//! has a name: what only rpgp can verify.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used
)]

mod made;
#[path = "../second_opinion/mod.rs"]
mod second_opinion;

use jiff::Timestamp;
use pgp::composed::DetachedSignature;
use pgp::ser::Serialize as _;
use std::collections::BTreeMap;
use tuermer_openpgp::{Failure, Verdict};

const DOCUMENT: &[u8] = include_bytes!("../fixtures/advisory.json");

fn at(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// What each of the two says of a signature by a key file.
fn verdicts(key: &[u8], signature: &[u8], now: Timestamp) -> (Verdict, Verdict) {
    let no_key = || Verdict::Failed(Failure::Unreadable("the key".into()));
    let ours = tuermer_openpgp::keys(key).map_or_else(
        |_| no_key(),
        |keys| tuermer_openpgp::verify(&keys, DOCUMENT, signature, now),
    );
    let theirs = second_opinion::keys(key).map_or_else(no_key, |keys| {
        second_opinion::verify(&keys, DOCUMENT, signature, now)
    });
    (ours, theirs)
}

/// A verdict without words that differ between readers.
fn essence(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Failed(Failure::Unreadable(_)) => "unreadable".into(),
        Verdict::Failed(failure) => format!("{failure:?}"),
        Verdict::Verified(verified) => format!("{verified:?}"),
    }
}

/// Both say the same, and it holds `wanted`; `""` = verified.
#[track_caller]
fn check(key: &[u8], signature: &[u8], day: &str, wanted: &str) {
    let (ours, theirs) = verdicts(key, signature, at(day));
    assert_eq!(essence(&ours), essence(&theirs), "wanted {wanted}");
    match &ours {
        Verdict::Verified(_) => assert_eq!(wanted, ""),
        Verdict::Failed(failure) => {
            let said = failure.to_string();
            assert!(
                !wanted.is_empty() && said.contains(wanted),
                "{said}, wanted {wanted}"
            );
        }
    }
}

fn file(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// Names of the fixtures that end so.
fn files(ends: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut names = Vec::new();
    for below in ["", "kinds/"] {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(ends) && name.contains(".pub.") == ends.contains(".pub.") {
                names.push(format!("{below}{name}"));
            }
        }
    }
    names.sort();
    names
}

#[test]
fn every_kind_of_key_and_hash() {
    for (key, signature, wanted) in [
        ("p256", "p256", ""),
        ("p256", "p256-sha384", ""),
        ("p384", "p384", ""),
        ("rsa", "rsa-sha256", ""),
        ("rsa", "rsa-sha384", ""),
        ("rsa", "rsa-sha512", ""),
        ("p256", "rsa-sha256", "not trusted"),
    ] {
        let key = file(&format!("kinds/{key}.pub.asc"));
        check(
            &key,
            &file(&format!("kinds/{signature}.asc")),
            "2025-07-01",
            wanted,
        );
    }
}

/// rpgp verifies these; here they fail with a sentence that says what is missing.
#[test]
fn what_is_not_verified_here_is_named() {
    for (key, signature, wanted) in [
        ("p256", "p256-sha512", "ECDSA on P-256 with another hash"),
        ("p521", "p521", "ECDSA on P-521"),
        ("dsa", "dsa", "DSA"),
        ("rsa", "rsa-sha224", "SHA224"),
        ("rsa1024", "rsa1024", "RSA with less than 2048 bits"),
        ("secp256k1", "secp256k1", "ECDSA on an unknown curve"),
        ("brainpool", "brainpool", "ECDSA on an unknown curve"),
    ] {
        let key = file(&format!("kinds/{key}.pub.asc"));
        let signature = file(&format!("kinds/{signature}.asc"));
        let (ours, _) = verdicts(&key, &signature, at("2025-07-01"));
        let Verdict::Failed(failure @ Failure::Unsupported(_)) = ours else {
            panic!("{ours:?}, wanted {wanted}");
        };
        let said = failure.to_string();
        assert!(said.contains(wanted), "{said}, wanted {wanted}");
    }
}

#[test]
fn every_fixture_with_every_other() {
    for key in files(".pub.asc").into_iter().chain(files(".pub.gpg")) {
        for signature in files(".asc").into_iter().chain(files(".sig")) {
            for day in ["2025-05-01", "2025-07-01", "2031-01-01"] {
                let (ours, theirs) = verdicts(&file(&key), &file(&signature), at(day));
                if !matches!(ours, Verdict::Failed(Failure::Unsupported(_))) {
                    let what = format!("{key} {signature} {day}");
                    assert_eq!(essence(&ours), essence(&theirs), "{what}");
                }
            }
        }
    }
}

/// One bit after the other: what we verify rpgp verifies, too, with the same answer, and hardly anything the other way round.
#[test]
fn every_broken_bit() {
    let mut differing = BTreeMap::new();
    // Some of all bits: rpgp without optimisation takes long. The steps meet every place of a byte.
    for (key, signature, step) in [
        ("good.pub.asc", "good.asc", 5),
        ("kinds/p256.pub.asc", "kinds/p256.asc", 97),
        ("kinds/rsa.pub.asc", "kinds/rsa-sha256.asc", 61),
        ("subkey.pub.asc", "subkey.asc", 293),
    ] {
        let key_bytes = tuermer_openpgp::keys(&file(key)).unwrap().remove(0).bytes;
        let signature_bytes = dearmoured(&file(signature));
        let (whole, _) = verdicts(&key_bytes, &signature_bytes, at("2025-07-01"));
        for bit in (0..key_bytes.len() * 8).step_by(step) {
            let mut broken = key_bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let found = verdicts(&broken, &signature_bytes, at("2025-07-01"));
            compare(&mut differing, format!("{key}, bit {bit}"), &whole, found);
        }
        for bit in (0..signature_bytes.len() * 8).step_by(step) {
            let mut broken = signature_bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let found = verdicts(&key_bytes, &broken, at("2025-07-01"));
            compare(
                &mut differing,
                format!("{signature}, bit {bit}"),
                &whole,
                found,
            );
        }
    }
    for (pair, (count, first)) in &differing {
        eprintln!("{count:6} × {pair}, first {first}");
    }
    let lost = differing
        .get("UnknownKey / Verified")
        .map_or(0, |(count, _)| *count);
    assert!(lost < 16, "{lost}");
}

type Differing = BTreeMap<String, (u32, String)>;

fn compare(
    differing: &mut Differing,
    place: String,
    whole: &Verdict,
    (ours, theirs): (Verdict, Verdict),
) {
    let (ours_said, theirs_said) = (essence(&ours), essence(&theirs));
    if ours_said == theirs_said {
        return;
    }
    let what = format!("{place}: {ours_said} / {theirs_said}");
    // rpgp reads a key for encryption to its last number, which plays no part here.
    let unread = ours == *whole && theirs_said == "unreadable";
    assert!(unread || !matches!(ours, Verdict::Verified(_)), "{what}");
    // rpgp writes the numbers of a key anew before it hashes them; RFC 9580 and GnuPG hash the bytes as they are.
    let renamed = ours_said.starts_with("UnknownKey");
    assert!(renamed || !matches!(theirs, Verdict::Verified(_)), "{what}");
    let word = |said: &str| {
        said.split(['(', ' '])
            .next()
            .unwrap_or_default()
            .to_string()
    };
    let pair = format!("{} / {}", word(&ours_said), word(&theirs_said));
    differing.entry(pair).or_insert((0, what)).0 += 1;
}

fn dearmoured(armoured: &[u8]) -> Vec<u8> {
    use pgp::composed::Deserializable as _;
    let (signature, _) = DetachedSignature::from_armor_single(armoured).unwrap();
    signature.to_bytes().unwrap()
}
