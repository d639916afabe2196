//! Real-shaped documents of every format: what they yield, and that no damage to them does more than end in a reason.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

use jiff::{Timestamp, tz::TimeZone};
use std::io::Cursor;
use tuermer_formats::members::{self, Kind, Reading, Rules, Told};
use tuermer_formats::origin::Origin;
use tuermer_formats::shadowserver::Report;
use tuermer_formats::{atom, csaf, cve, epss, kev, sbom};

const CSAF: &[u8] = include_bytes!("fixtures/csaf-mail-server.json");
const KEV: &[u8] = include_bytes!("fixtures/kev-three.json");
const SHADOWSERVER: &[u8] = include_bytes!("fixtures/shadowserver-scan_exchange.csv");
const MEMBERS: [&[u8]; 2] = [include_bytes!("fixtures/members-windows-1252.csv"), include_bytes!("fixtures/members-utf-16.csv")];

const CVE: &[u8] = include_bytes!("fixtures/cve-file-transfer.json");
const EPSS: &[u8] = include_bytes!("fixtures/epss-four.csv");
const ATOM: [&[u8]; 2] = [include_bytes!("fixtures/atom-cert.xml"), include_bytes!("fixtures/atom-rss.xml")];
const SBOM: [&[u8]; 4] = [
    include_bytes!("fixtures/sbom-cyclonedx.json"),
    include_bytes!("fixtures/sbom-cyclonedx.xml"),
    include_bytes!("fixtures/sbom-spdx.json"),
    include_bytes!("fixtures/sbom-spdx.spdx"),
];

/// Names of the organisations of a list.
fn names(bytes: &[u8]) -> Vec<String> {
    let rules = Rules { kind: Kind::Members, mapping: Default::default(), now: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC };
    let mut names = Vec::new();
    let ended = members::read(&rules, Cursor::new(bytes), &mut |reading| {
        if let Reading::Row(Ok(record)) = reading
            && let Told::Organisation(told) = record.told
        {
            names.push(told.0.name.unwrap_or_default());
        }
        true
    });
    ended.map_or(Vec::new(), |()| names)
}

/// Tags of the signs of a report; lines that cannot be used are left out.
fn tags(bytes: &[u8]) -> Vec<String> {
    let Ok(mut report) = Report::new(bytes, "2021-03-06-scan_exchange.csv") else { return Vec::new() };
    let origin = Origin::unjudged("test", "2026-06-01T00:00:00Z".parse().unwrap(), |parts| parts.join("|"));
    let mut tags = Vec::new();
    while let Ok(Some(sign)) = report.next(&origin) {
        tags.extend(sign.map(|sign| sign.tags.join(";")));
    }
    tags
}

/// A pack in one file, and a policy.
const PACK: &[u8] = include_bytes!("fixtures/build_pack-gateway.toml");
const POLICY: &[u8] = include_bytes!("fixtures/urgency_policy-two-rows.json");

/// The pack where the bytes are text and a pack.
fn pack(bytes: &[u8]) -> Option<tuermer_core::pack::BuildPack> {
    tuermer_formats::build_pack::read(std::str::from_utf8(bytes).ok()?, "").ok()
}

#[test]
fn every_fixture_is_read() {
    assert!(pack(PACK).unwrap().problems("2024-03-01".parse().unwrap()).is_empty());
    assert_eq!(tuermer_formats::urgency_policy::read(POLICY).unwrap().rows.len(), 2);
    let reading = csaf::read(CSAF).unwrap();
    assert!(format!("{reading:?}").contains("CVE-2021-26855"));
    assert_eq!(kev::read(KEV).unwrap().entries.len(), 3);
    let record = cve::read(CVE).unwrap();
    assert_eq!((record.threat.statements.len(), record.threat.not_understood()), (3, vec!["2023.0.0 < see the article"]));
    assert_eq!(epss::read(EPSS).unwrap().scores.len(), 4);
    assert!(ATOM.iter().all(|feed| !atom::read(feed).unwrap().entries.is_empty()));
    assert!(SBOM.iter().all(|bill| sbom::read(bill).unwrap().components.len() == 4));
    assert_eq!(tags(SHADOWSERVER), ["exchange;cve-2021-26855", "exchange;webshell", "exchange"]);
    for list in MEMBERS {
        assert_eq!(names(list), ["Müller & Söhne Gießerei GmbH", "Bäckerei Größer, Inh. Änne Größer"]);
    }
}

/// The same document, damaged in every place: cut off, a byte changed, a piece doubled.
fn damaged(document: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..document.len()).step_by(7).flat_map(move |at| {
        let (before, after) = document.split_at(at);
        let mut changed = document.to_vec();
        changed[at] ^= 0x5a;
        let zero = [before, &[0], after].concat();
        [before.to_vec(), after.to_vec(), changed, zero, [before, before, after].concat()]
    })
}

#[test]
fn damage_ends_in_a_reason() {
    let mut read = 0_usize;
    for bytes in damaged(CSAF) {
        read += usize::from(csaf::read(&bytes).is_ok());
    }
    for bytes in damaged(KEV) {
        read += usize::from(kev::read(&bytes).is_ok_and(|catalogue| !catalogue.entries.is_empty()));
    }
    for bytes in damaged(CVE) {
        read += usize::from(cve::read(&bytes).is_ok());
    }
    for bytes in damaged(EPSS) {
        read += usize::from(epss::read(&bytes).is_ok());
    }
    for bytes in ATOM.into_iter().flat_map(damaged) {
        read += usize::from(atom::read(&bytes).is_ok());
    }
    for bytes in SBOM.into_iter().flat_map(damaged) {
        read += usize::from(sbom::read(&bytes).is_ok());
    }
    for bytes in damaged(SHADOWSERVER) {
        read += usize::from(!tags(&bytes).is_empty());
    }
    for bytes in MEMBERS.into_iter().flat_map(damaged) {
        read += usize::from(!names(&bytes).is_empty());
    }
    for bytes in damaged(PACK) {
        read += usize::from(
            pack(&bytes).is_some_and(|pack| pack.judge("4.2.5", "CVE-2024-90001", pack.as_of).status() != tuermer_core::scale::Status::NotAffected),
        );
    }
    for bytes in damaged(POLICY) {
        read += usize::from(tuermer_formats::urgency_policy::read(&bytes).is_ok());
    }
    assert!(read > 0, "damage in a text field leaves a document readable");
}
