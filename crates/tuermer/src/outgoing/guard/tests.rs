//! Tests of the judge of addresses.

use super::*;

/// What becomes of a spelling: taken, or refused because of an address (`addr`), a local name, the scheme, a password, or as no URL.
#[track_caller]
fn check(guard: &Guard, rows: &[(&str, &str)]) {
    for (url, expected) in rows {
        let found = match guard.read(url) {
            Ok(_) => "ok",
            Err(FetchError::AddressRefused {
                address: Some(_), ..
            }) => "addr",
            Err(FetchError::AddressRefused { address: None, .. }) => "name",
            Err(FetchError::NotHttps { .. }) => "scheme",
            Err(FetchError::Credentials { .. }) => "password",
            Err(FetchError::NotAUrl { .. }) => "url",
            Err(other) => panic!("{url}: {other:?}"),
        };
        assert_eq!(found, *expected, "{url}");
    }
}

#[test]
fn every_spelling_of_a_forbidden_address_is_refused() {
    check(
        &Guard::default(),
        &[
            ("https://127.0.0.1/", "addr"),
            ("https://127.1/", "addr"),
            ("https://127.0.1/", "addr"),
            ("https://2130706433/", "addr"),
            ("https://0x7f000001/", "addr"),
            ("https://0x7f.1/", "addr"),
            ("https://0x7f.0x0.0x0.0x1/", "addr"),
            ("https://0177.0.0.1/", "addr"),
            ("https://017700000001/", "addr"),
            ("https://0177.0x0.1/", "addr"),
            ("https://127.0.0.1./", "addr"),
            ("https://127.0.0.1:8443/", "addr"),
            ("https://１２７.０.０.１/", "addr"),
            ("https://127。0。0。1/", "addr"),
            ("https://①②⑦.⓪.⓪.①/", "addr"),
            ("https://%31%32%37.0.0.1/", "addr"),
            ("https:\\\\127.0.0.1\\", "addr"),
            ("https:127.0.0.1", "addr"),
            ("https:///127.0.0.1", "addr"),
            ("  https://127.0.0.1/  ", "addr"),
            ("ht\ntps://127.0.0.1/", "addr"),
            ("https://0/", "addr"),
            ("https://0.0.0.0/", "addr"),
            ("https://10.0.0.1/", "addr"),
            ("https://172.16.0.1/", "addr"),
            ("https://192.168.1.1/", "addr"),
            ("https://100.64.0.1/", "addr"),
            ("https://169.254.169.254/latest/meta-data/", "addr"),
            ("https://2852039166/", "addr"),
            ("https://0xa9fea9fe/", "addr"),
            ("https://0251.0376.0251.0376/", "addr"),
            ("https://224.0.0.1/", "addr"),
            ("https://255.255.255.255/", "addr"),
            ("https://[::1]/", "addr"),
            ("https://[::]/", "addr"),
            ("https://[0:0:0:0:0:0:0:1]/", "addr"),
            ("https://[::ffff:127.0.0.1]/", "addr"),
            ("https://[::ffff:7f00:1]/", "addr"),
            ("https://[::ffff:a9fe:a9fe]/", "addr"),
            ("https://[::127.0.0.1]/", "addr"),
            ("https://[64:ff9b::7f00:1]/", "addr"),
            ("https://[2002:7f00:1::]/", "addr"),
            ("https://[2001:0:7f00:1::]/", "addr"),
            ("https://[fc00::1]/", "addr"),
            ("https://[fd00:ec2::254]/", "addr"),
            ("https://[fe80::1]/", "addr"),
            ("https://[ff02::1]/", "addr"),
            ("https://localhost/", "name"),
            ("https://LOCALHOST./", "name"),
            ("https://ｌｏｃａｌｈｏｓｔ/", "name"),
            ("https://x.localhost/", "name"),
        ],
    );
}

#[test]
fn other_wrong_addresses_are_refused_and_right_ones_taken() {
    check(
        &Guard::default(),
        &[
            ("http://example.org/", "scheme"),
            ("file:///etc/passwd", "scheme"),
            ("gopher://example.org/", "scheme"),
            ("ftp://example.org/", "scheme"),
            ("data:text/plain,x", "scheme"),
            ("//example.org/", "url"),
            ("example.org", "url"),
            ("", "url"),
            ("https://", "url"),
            ("https://[fe80::1%25eth0]/", "url"),
            ("https://1.2.3.4.5/", "url"),
            ("https://256.0.0.1/", "url"),
            ("https://user:secret@example.org/", "password"),
            ("https://user@127.0.0.1/", "password"),
            ("https://example.org@127.0.0.1/", "password"),
            ("https://127.0.0.1#@example.org/", "addr"),
            ("https://127.0.0.1\\@example.org/", "addr"),
            ("https://example.org/", "ok"),
            ("https://8.8.8.8/", "ok"),
            ("https://[2606:4700::1]/", "ok"),
            ("https://müller.example/", "ok"),
        ],
    );
    assert!(
        Guard::default()
            .read(&format!(
                "https://example.org/{}",
                "x".repeat(limits::URL_CHARACTERS)
            ))
            .is_err()
    );
}

#[test]
fn what_the_operator_allowed_is_taken_but_never_everything() {
    let guard = Guard::new(
        &[
            "LocalHost".into(),
            "10.1.2.3".into(),
            "169.254.169.254".into(),
            "[fd00::7]".into(),
        ],
        vec!["proxy.example".into()],
    );
    check(
        &guard,
        &[
            ("https://localhost:8443/x", "ok"),
            ("https://localhost./x", "ok"),
            ("https://10.1.2.3/", "ok"),
            ("https://0x0a010203/", "ok"),
            ("https://[fd00::7]/", "ok"),
            ("https://127.0.0.1/", "addr"),
            ("https://10.1.2.4/", "addr"),
            ("https://169.254.169.254/", "addr"),
            ("https://sub.localhost/", "name"),
            ("https://proxy.example/", "name"),
            ("http://localhost/", "scheme"),
        ],
    );
}

#[test]
fn a_name_is_judged_by_its_addresses() {
    let guard = Guard::new(&["inside.example".into()], vec!["proxy.example".into()]);
    for (name, found, expected) in [
        (
            "example.org",
            "8.8.8.8:0 10.0.0.1:0 [::1]:0",
            Some("8.8.8.8:0"),
        ),
        ("example.org", "10.0.0.1:0", None),
        (
            "example.org",
            "[::ffff:127.0.0.1]:0 169.254.169.254:0",
            None,
        ),
        ("example.org", "", Some("")),
        (
            "inside.example",
            "10.0.0.1:0 169.254.169.254:0",
            Some("10.0.0.1:0"),
        ),
        ("inside.example", "169.254.169.254:0", None),
        ("not.inside.example", "10.0.0.1:0", None),
        ("proxy.example", "10.0.0.1:0", Some("10.0.0.1:0")),
    ] {
        let sockets = |text: &str| {
            text.split_whitespace()
                .map(|address| address.parse().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            guard.allowed(name, sockets(found)).ok(),
            expected.map(sockets),
            "{name} {found}"
        );
    }
}
