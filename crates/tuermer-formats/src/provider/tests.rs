//! Both versions of the metadata, how long it is kept, and what is accepted, counted or refused.

use super::{Maintained, Provider, Role, read};
use jiff::Timestamp;

const V20: &str = include_str!("../../tests/fixtures/provider-2.0.json");
const V21: &str = include_str!("../../tests/fixtures/provider-2.1.json");
const BASE: &str = "https://vendor.example/.well-known/csaf/provider-metadata.json";

fn provider(text: &str) -> Provider {
    read(text.as_bytes(), BASE).unwrap()
}

#[test]
fn both_versions() {
    let old = provider(V20);
    assert_eq!(
        (old.role, old.namespace.as_str(), old.tolerated.total()),
        (Role::Trusted, "https://psirt.vendor.example", 0)
    );
    let lists: Vec<(&str, &str, bool)> = old
        .rolie
        .iter()
        .map(|place| (place.label.as_str(), place.url.as_str(), place.is_open()))
        .collect();
    assert_eq!(
        lists,
        [
            ("WHITE", "https://vendor.example/csaf/white.json", true),
            ("AMBER", "https://vendor.example/csaf/amber.json", false)
        ]
    );
    assert_eq!(old.directories[0].url, "https://vendor.example/csaf/white/");
    assert_eq!(
        old.keys[0].fingerprint.as_deref(),
        Some("AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE")
    );
    let new = provider(V21);
    assert_eq!(
        (new.role, new.directories[0].label.as_str(), new.rolie.len()),
        (Role::Provider, "CLEAR", 1)
    );
}

#[test]
fn how_long_it_is_kept() {
    let until = "2027-01-01T00:00:00Z";
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    for (now, wanted) in [
        ("2026-10-03T00:00:00Z", Maintained::Yes),
        ("2026-10-03T00:00:01Z", Maintained::EndsSoon(at(until))),
        ("2026-12-31T23:59:59Z", Maintained::EndsSoon(at(until))),
        (until, Maintained::Ended(at(until))),
    ] {
        assert_eq!(provider(V21).maintained(at(now)), wanted, "{now}");
    }
    let from = provider(&V21.replace("maintained_until", "maintained_from"));
    assert_eq!(
        from.maintained(at("2026-01-01T00:00:00Z")),
        Maintained::NotYet(at(until))
    );
    assert_eq!(
        provider(V20).maintained(at("2100-01-01T00:00:00Z")),
        Maintained::Yes
    );
}

/// Changes of the document, and a part of the refusal.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "csaf_trusted_provider",
        "csaf_king",
        "/role is not valid: csaf_king",
    ),
    (
        "https://psirt.vendor.example",
        "vendor",
        "/publisher/namespace is not valid: vendor",
    ),
    (
        "https://vendor.example/key.asc",
        "http://vendor.example/key.asc",
        "/public_openpgp_keys/url is not valid",
    ),
    ("\"role\"", "\"rolle\"", "missing field `role`"),
    (
        "\"role\"",
        "\"role\": \"csaf_provider\", \"role\"",
        "duplicate field `role`",
    ),
    ("{", "", "no provider-metadata.json"),
];

#[test]
fn what_is_accepted_and_counted_and_what_is_not() {
    let relative = provider(&V20.replace(
        "https://vendor.example/csaf/white.json",
        "../../csaf/white.json",
    ));
    assert_eq!(
        (relative.rolie[0].url.as_str(), relative.tolerated.total()),
        ("https://vendor.example/csaf/white.json", 1)
    );
    let bare = provider(
        r#"{"publisher": {"namespace": "https://a.example/"}, "role": "csaf_publisher", "new": {"x": [1]}}"#,
    );
    assert_eq!(
        (
            bare.namespace.as_str(),
            bare.tolerated.total(),
            bare.rolie.len()
        ),
        ("https://a.example", 2, 0)
    );
    let plain = provider(&V20.replace(
        "https://vendor.example/csaf/white.json",
        "http://vendor.example/csaf/white.json",
    ));
    assert_eq!((plain.rolie.len(), plain.tolerated.total()), (1, 1));
    for &(from, to, wanted) in REFUSED {
        let error = read(V20.replacen(from, to, 1).as_bytes(), BASE)
            .unwrap_err()
            .to_string();
        assert!(error.contains(wanted), "{error}");
    }
    let many = V20.replace(
        "\"public_openpgp_keys\": [",
        &format!(
            "\"public_openpgp_keys\": [{}",
            "{\"url\": \"https://a.example/k\"},".repeat(100)
        ),
    );
    assert!(
        read(many.as_bytes(), BASE)
            .unwrap_err()
            .to_string()
            .contains("more than 32 keys")
    );
}
