//! Keys and signatures that rpgp makes on the spot, in versions 4 and 6, with everything an owner and a signer may say.

use crate::{DOCUMENT, check};
use pgp::composed::{
    DetachedSignature, KeyType, SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::packet::{
    KeyFlags, Notation, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData,
};
use pgp::ser::Serialize as _;
use pgp::types::{Duration, KeyDetails as _, KeyVersion, Password, Timestamp as Seconds};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// 1 January 2025, when the keys were made, and five months later, when they signed.
const MADE_AT: u32 = 1_735_689_600;
const SIGNED_AT: u32 = 1_748_736_000;

/// A key made on the spot, in version 4 or 6, with a subkey that signs.
fn made(version: KeyVersion, seed: u64) -> SignedSecretKey {
    let kind = match version {
        KeyVersion::V6 => KeyType::Ed25519,
        _ => KeyType::Ed25519Legacy,
    };
    let subkey = SubkeyParamsBuilder::default()
        .version(version)
        .key_type(kind.clone())
        .can_sign(true)
        .created_at(Seconds::from_secs(MADE_AT))
        .build();
    SecretKeyParamsBuilder::default()
        .version(version)
        .key_type(kind)
        .can_certify(true)
        .can_sign(true)
        .created_at(Seconds::from_secs(MADE_AT))
        .primary_user_id("Publisher <psirt@test.example>".into())
        .subkey(subkey.unwrap())
        .build()
        .unwrap()
        .generate(ChaCha8Rng::seed_from_u64(seed))
        .unwrap()
}

/// What a signature says beside who made it and when.
fn signed(key: &SignedSecretKey, by_subkey: bool, more: Vec<Subpacket>) -> Vec<u8> {
    signed_as(key, by_subkey, SignatureType::Binary, more)
}

fn signed_as(
    key: &SignedSecretKey,
    by_subkey: bool,
    kind: SignatureType,
    more: Vec<Subpacket>,
) -> Vec<u8> {
    let rng = ChaCha8Rng::seed_from_u64(9);
    let none = Password::empty();
    let subkey = &key.secret_subkeys[0].key;
    let fingerprint = if by_subkey {
        subkey.fingerprint()
    } else {
        key.primary_key.fingerprint()
    };
    let mut config = match by_subkey {
        true => SignatureConfig::from_key(rng, subkey, kind),
        false => SignatureConfig::from_key(rng, &key.primary_key, kind),
    }
    .unwrap();
    config.hashed_subpackets = [
        SubpacketData::IssuerFingerprint(fingerprint),
        SubpacketData::SignatureCreationTime(Seconds::from_secs(SIGNED_AT)),
    ]
    .map(|data| Subpacket::regular(data).unwrap())
    .into_iter()
    .chain(more)
    .collect();
    let signature = match by_subkey {
        true => config.sign(subkey, &none, DOCUMENT),
        false => config.sign(&key.primary_key, &none, DOCUMENT),
    };
    DetachedSignature::new(signature.unwrap())
        .to_bytes()
        .unwrap()
}

fn public(key: &SignedSecretKey) -> SignedPublicKey {
    key.to_public_key()
}

#[test]
fn keys_of_version_4_and_6() {
    for version in [KeyVersion::V4, KeyVersion::V6] {
        let key = made(version, 1);
        let file = public(&key).to_bytes().unwrap();
        let stranger = public(&made(version, 2)).to_bytes().unwrap();
        for by_subkey in [false, true] {
            let signature = signed(&key, by_subkey, Vec::new());
            check(&file, &signature, "2030-01-01", "");
            check(&stranger, &signature, "2030-01-01", "not trusted");
            check(&file, &signature, "2025-05-01", "impossible time");
            let text = signed_as(&key, by_subkey, SignatureType::Text, Vec::new());
            check(&file, &text, "2030-01-01", "");
            let binding = bound_again(&key, SignatureType::SubkeyBinding, Vec::new());
            let binding = DetachedSignature::new(binding).to_bytes().unwrap();
            check(
                &file,
                &binding,
                "2030-01-01",
                "of a kind that proves nothing",
            );
        }
    }
}

#[test]
fn what_a_signature_says_of_itself() {
    let seconds = Duration::from_secs;
    let notation = || {
        SubpacketData::Notation(Notation {
            readable: true,
            name: "word@test.example".into(),
            value: "x".into(),
        })
    };
    let unknown = || SubpacketData::Other(99, b"?".to_vec().into());
    let regular = |data| Subpacket::regular(data).unwrap();
    let critical = |data| Subpacket::critical(data).unwrap();
    for version in [KeyVersion::V4, KeyVersion::V6] {
        let key = made(version, 1);
        let file = public(&key).to_bytes().unwrap();
        for (part, wanted) in [
            (regular(notation()), ""),
            (critical(notation()), "of a kind that proves nothing"),
            (regular(unknown()), ""),
            (
                critical(SubpacketData::Experimental(101, b"?".to_vec().into())),
                "of a kind that proves nothing",
            ),
            (
                critical(SubpacketData::PolicyURI("https://test.example".into())),
                "",
            ),
            (
                regular(SubpacketData::SignatureExpirationTime(seconds(0))),
                "",
            ),
            (
                regular(SubpacketData::SignatureExpirationTime(seconds(3600))),
                "valid only until 2025-06-01",
            ),
        ] {
            let signature = signed(&key, true, vec![part]);
            check(&file, &signature, "2030-01-01", wanted);
        }
        // rpgp does not sign an unknown critical part, so the bit is set afterwards; it is looked at first.
        let mut signature = signed(&key, true, vec![regular(unknown())]);
        let part = signature
            .windows(3)
            .position(|bytes| bytes == [2, 99, b'?']);
        signature[part.unwrap() + 1] |= 0x80;
        check(
            &file,
            &signature,
            "2030-01-01",
            "of a kind that proves nothing",
        );
    }
}

/// A binding of the first subkey with these parts, after what is there.
fn bound_again(key: &SignedSecretKey, kind: SignatureType, parts: Vec<SubpacketData>) -> Signature {
    let rng = ChaCha8Rng::seed_from_u64(5);
    let mut config = SignatureConfig::from_key(rng, &key.primary_key, kind).unwrap();
    let later = SubpacketData::SignatureCreationTime(Seconds::from_secs(u32::MAX));
    let parts = [later].into_iter().chain(parts);
    config.hashed_subpackets = parts
        .map(|data| Subpacket::regular(data).unwrap())
        .collect();
    let subkey = key.secret_subkeys[0].key.public_key();
    let primary = key.primary_key.public_key();
    let bound = config.sign_subkey_binding(&key.primary_key, primary, &Password::empty(), subkey);
    bound.unwrap()
}

/// The key flag that allows to sign.
fn may_sign() -> SubpacketData {
    let mut flags = KeyFlags::default();
    flags.set_sign(true);
    SubpacketData::KeyFlags(flags)
}

/// The signature by which the subkey took its primary key.
fn back(key: &SignedSecretKey) -> SubpacketData {
    let binding = public(key).public_subkeys[0].signatures[0].clone();
    SubpacketData::EmbeddedSignature(Box::new(binding.embedded_signature().unwrap().clone()))
}

#[test]
fn what_a_primary_key_says_of_its_subkey() {
    const BINDING: SignatureType = SignatureType::SubkeyBinding;
    for version in [KeyVersion::V4, KeyVersion::V6] {
        let (key, other) = (made(version, 1), made(version, 2));
        let signature = signed(&key, true, Vec::new());
        let ends = SubpacketData::KeyExpirationTime(Duration::from_secs(86_400));
        let (back, stolen) = (|| back(&key), back(&other));
        for (kind, parts, wanted) in [
            (BINDING, vec![may_sign(), back()], ""),
            (BINDING, vec![may_sign()], "not meant for signing"),
            (BINDING, vec![back()], "not meant for signing"),
            (BINDING, vec![may_sign(), stolen], "not meant for signing"),
            (
                BINDING,
                vec![may_sign(), back(), ends],
                "expired on 2025-01-02",
            ),
            (
                SignatureType::SubkeyRevocation,
                vec![],
                "revoked by its owner",
            ),
        ] {
            let mut changed = public(&key);
            let bound = bound_again(&key, kind, parts);
            changed.public_subkeys[0].signatures.push(bound);
            let file = changed.to_bytes().unwrap();
            check(&file, &signature, "2030-01-01", wanted);
        }
        let mut unbound = public(&key);
        let by_another = bound_again(&other, BINDING, vec![may_sign(), back()]);
        unbound.public_subkeys[0].signatures = vec![by_another];
        let file = unbound.to_bytes().unwrap();
        check(&file, &signature, "2030-01-01", "not meant for signing");
    }
}

/// A direct signature of the primary key with these parts, after what is there.
fn said_again(key: &SignedSecretKey, kind: SignatureType, parts: Vec<SubpacketData>) -> Signature {
    let rng = ChaCha8Rng::seed_from_u64(6);
    let mut config = SignatureConfig::from_key(rng, &key.primary_key, kind).unwrap();
    let later = SubpacketData::SignatureCreationTime(Seconds::from_secs(u32::MAX));
    let issuer = SubpacketData::IssuerFingerprint(key.primary_key.fingerprint());
    let parts = [later, issuer].into_iter().chain(parts);
    config.hashed_subpackets = parts
        .map(|data| Subpacket::regular(data).unwrap())
        .collect();
    let primary = key.primary_key.public_key();
    config
        .sign_key(&key.primary_key, &Password::empty(), primary)
        .unwrap()
}

#[test]
fn what_a_primary_key_says_of_itself() {
    for version in [KeyVersion::V4, KeyVersion::V6] {
        let (key, other) = (made(version, 1), made(version, 2));
        let signature = signed(&key, false, Vec::new());
        let ends = |days: u32| SubpacketData::KeyExpirationTime(Duration::from_secs(days * 86_400));
        for (word, wanted) in [
            (said_again(&key, SignatureType::Key, vec![may_sign()]), ""),
            (said_again(&key, SignatureType::Key, vec![]), ""),
            (
                said_again(
                    &key,
                    SignatureType::Key,
                    vec![SubpacketData::KeyFlags(KeyFlags::default())],
                ),
                "not meant for signing",
            ),
            (
                said_again(&key, SignatureType::Key, vec![ends(7)]),
                "expired on 2025-01-08",
            ),
            (
                said_again(&key, SignatureType::Key, vec![ends(1830)]),
                "less than 30 days away",
            ),
            (said_again(&other, SignatureType::Key, vec![ends(7)]), ""),
            (said_again(&other, SignatureType::KeyRevocation, vec![]), ""),
            (
                said_again(&key, SignatureType::KeyRevocation, vec![]),
                "revoked by its owner",
            ),
        ] {
            let mut changed = public(&key);
            match word.typ() {
                Some(SignatureType::Key) => changed.details.direct_signatures.push(word),
                _ => changed.details.revocation_signatures.push(word),
            }
            check(
                &changed.to_bytes().unwrap(),
                &signature,
                "2030-01-01",
                wanted,
            );
        }
        let mut without_name = public(&key);
        without_name.details.users.clear();
        without_name.details.direct_signatures.clear();
        check(
            &without_name.to_bytes().unwrap(),
            &signature,
            "2030-01-01",
            "not meant for signing",
        );
    }
}

#[test]
fn a_signature_of_version_3_proves_nothing() {
    let key = made(KeyVersion::V4, 1);
    let file = public(&key).to_bytes().unwrap();
    let primary = &key.primary_key;
    // RFC 9580 5.2.2: what is hashed, key, algorithms, first bytes, two numbers.
    let mut old = vec![0xc2, 25, 3, 5, 0];
    old.extend_from_slice(&SIGNED_AT.to_be_bytes());
    old.extend_from_slice(primary.legacy_key_id().as_ref());
    old.extend_from_slice(&[22, 8, 0, 0, 0, 8, 0xff, 0, 8, 0xff]);
    old[1] = u8::try_from(old.len() - 2).unwrap();
    check(&file, &old, "2030-01-01", "of a kind that proves nothing");
}
