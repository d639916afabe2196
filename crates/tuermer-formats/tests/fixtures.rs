//! Real-shaped documents of every format: what they yield, and that no damage to them does more than end in a reason.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

use jiff::{Timestamp, tz::TimeZone};
use std::io::Cursor;
use tuermer_core::field::Field;
use tuermer_formats::firewall::{Log, Template};
use tuermer_formats::members::{self, Kind, Reading, Rules, Told};
use tuermer_formats::objects::Objects;
use tuermer_formats::origin::Origin;
use tuermer_formats::shadowserver::Report;
use tuermer_formats::{
    atom, csaf, cve, epss, indicators, intelmq, kev, misp, n6, sbom, stix, warninglist,
};

const CSAF: &[u8] = include_bytes!("fixtures/csaf-mail-server.json");
const KEV: &[u8] = include_bytes!("fixtures/kev-three.json");
const SHADOWSERVER: &[u8] = include_bytes!("fixtures/shadowserver-scan_exchange.csv");
const MEMBERS: [&[u8]; 2] = [
    include_bytes!("fixtures/members-windows-1252.csv"),
    include_bytes!("fixtures/members-utf-16.csv"),
];

const CVE: &[u8] = include_bytes!("fixtures/cve-file-transfer.json");
const EPSS: &[u8] = include_bytes!("fixtures/epss-four.csv");
const ATOM: [&[u8]; 2] = [
    include_bytes!("fixtures/atom-cert.xml"),
    include_bytes!("fixtures/atom-rss.xml"),
];
const SBOM: [&[u8]; 4] = [
    include_bytes!("fixtures/sbom-cyclonedx.json"),
    include_bytes!("fixtures/sbom-cyclonedx.xml"),
    include_bytes!("fixtures/sbom-spdx.json"),
    include_bytes!("fixtures/sbom-spdx.spdx"),
];

/// Names of the organisations of a list.
fn names(bytes: &[u8]) -> Vec<String> {
    let rules = Rules {
        kind: Kind::Members,
        mapping: Default::default(),
        now: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
    };
    let mut names = Vec::new();
    let ended = members::read(&rules, Cursor::new(bytes), &mut |reading| {
        if let Reading::Row(Ok(record)) = reading
            && let Told::Organisation(told) = record.told
        {
            names.push(told.0.get(Field::Name).unwrap_or_default().to_string());
        }
        true
    });
    ended.map_or(Vec::new(), |()| names)
}

/// Tags of the signs of a report; lines that cannot be used are left out.
fn tags(bytes: &[u8]) -> Vec<String> {
    let Ok(mut report) = Report::new(bytes, "2021-03-06-scan_exchange.csv") else {
        return Vec::new();
    };
    let mut tags = Vec::new();
    while let Ok(Some(sign)) = report.next(&origin()) {
        tags.extend(sign.map(|sign| sign.tags.join(";")));
    }
    tags
}

/// Documents about attacks: how many findings they tell.
const INTELLIGENCE: [(&[u8], &str); 4] = [
    (include_bytes!("fixtures/misp-event.json"), "misp"),
    (include_bytes!("fixtures/stix-bundle.json"), "stix"),
    (include_bytes!("fixtures/taxii-page.json"), "stix"),
    (include_bytes!("fixtures/indicators-list.csv"), "indicators"),
];
const INTELMQ: &[u8] = include_bytes!("fixtures/intelmq-events.jsonl");
const N6: &[u8] = include_bytes!("fixtures/n6-events.jsonl");
const FIREWALL: (&str, &[u8]) = (
    include_str!("fixtures/firewall-template.toml"),
    include_bytes!("fixtures/firewall-log.txt"),
);
const WARNINGLIST: &[u8] = include_bytes!("fixtures/warninglist-cloud.json");

fn origin() -> Origin {
    Origin::unjudged("test", "2026-06-01T00:00:00Z".parse().unwrap(), |parts| {
        parts.join("|")
    })
}

fn findings(bytes: &[u8], format: &str) -> usize {
    let mut told = 0_usize;
    let mut take = |_| told += 1;
    let read = match format {
        "misp" => misp::read(bytes, &origin(), &mut take),
        "stix" => stix::read(bytes, &origin(), &mut take),
        _ => indicators::read(bytes, "test", &origin(), &mut take),
    };
    read.map_or(0, |_| told)
}

/// Signs of a feed of events; what cannot be used is left out.
fn signs(bytes: &[u8]) -> usize {
    let (mut count, origin) = (0, origin());
    for signs in [intelmq::signs, n6::signs] {
        let Ok(mut events) = Objects::new(bytes) else {
            continue;
        };
        while let Ok(Some(event)) = events.next_signs(signs, &origin) {
            count += event.map_or(0, |event| event.signs.len());
        }
    }
    count
}

/// Signs of a firewall.
fn attacks(log: &[u8]) -> usize {
    let (template, origin) = (Template::read(FIREWALL.0).unwrap(), origin());
    let mut log = Log::new(log, &template);
    std::iter::from_fn(|| log.next(&origin).unwrap())
        .filter(|line| line.is_ok())
        .count()
}

/// Packs in one file, and a policy.
const PACK: &[u8] = include_bytes!("fixtures/build_pack-gateway.toml");
const PACK_WITHOUT_BUILDS: &[u8] = include_bytes!("fixtures/build_pack-mail.toml");
const POLICY: &[u8] = include_bytes!("fixtures/urgency_policy-two-rows.json");

/// The pack where the bytes are text and a pack.
fn pack(bytes: &[u8]) -> Option<tuermer_core::pack::BuildPack> {
    tuermer_formats::build_pack::read(std::str::from_utf8(bytes).ok()?, "").ok()
}

#[test]
fn every_fixture_is_read() {
    for bytes in [PACK, PACK_WITHOUT_BUILDS] {
        let today = "2024-03-01".parse().unwrap();
        assert!(pack(bytes).unwrap().problems(today).is_empty());
    }
    assert_eq!(
        tuermer_formats::urgency_policy::read(POLICY)
            .unwrap()
            .rows
            .len(),
        2
    );
    let reading = csaf::read(CSAF).unwrap();
    assert!(format!("{reading:?}").contains("CVE-2021-26855"));
    assert_eq!(kev::read(KEV).unwrap().entries.len(), 3);
    let record = cve::read(CVE).unwrap();
    assert_eq!(
        (
            record.threat.statements.len(),
            record.threat.not_understood()
        ),
        (3, vec!["2023.0.0 < see the article"])
    );
    assert_eq!(epss::read(EPSS).unwrap().scores.len(), 4);
    assert!(
        ATOM.iter()
            .all(|feed| !atom::read(feed).unwrap().entries.is_empty())
    );
    assert!(
        SBOM.iter()
            .all(|bill| sbom::read(bill).unwrap().components.len() == 4)
    );
    assert_eq!(
        INTELLIGENCE.map(|(bytes, format)| findings(bytes, format)),
        [7, 9, 2, 3]
    );
    assert_eq!((signs(INTELMQ), signs(N6), attacks(FIREWALL.1)), (4, 4, 4));
    assert_eq!(
        warninglist::read(WARNINGLIST).unwrap().list.entries.len(),
        3
    );
    assert_eq!(
        tags(SHADOWSERVER),
        ["exchange;cve-2021-26855", "exchange;webshell", "exchange"]
    );
    for list in MEMBERS {
        assert_eq!(
            names(list),
            [
                "Müller & Söhne Gießerei GmbH",
                "Bäckerei Größer, Inh. Änne Größer"
            ]
        );
    }
}

/// The same document, damaged in every place: cut off, a byte changed, a piece doubled.
fn damaged(document: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..document.len()).step_by(7).flat_map(move |at| {
        let (before, after) = document.split_at(at);
        let mut changed = document.to_vec();
        changed[at] ^= 0x5a;
        let zero = [before, &[0], after].concat();
        [
            before.to_vec(),
            after.to_vec(),
            changed,
            zero,
            [before, before, after].concat(),
        ]
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
    for (document, format) in INTELLIGENCE {
        read += damaged(document)
            .filter(|bytes| findings(bytes, format) > 0)
            .count();
    }
    read += [INTELMQ, N6]
        .into_iter()
        .flat_map(damaged)
        .filter(|bytes| signs(bytes) > 0)
        .count();
    read += damaged(FIREWALL.1).filter(|log| attacks(log) > 0).count();
    read += damaged(WARNINGLIST)
        .filter(|list| warninglist::read(list).is_ok())
        .count();
    for bytes in damaged(SHADOWSERVER) {
        read += usize::from(!tags(&bytes).is_empty());
    }
    for bytes in MEMBERS.into_iter().flat_map(damaged) {
        read += usize::from(!names(&bytes).is_empty());
    }
    for bytes in damaged(PACK) {
        read += usize::from(pack(&bytes).is_some_and(|pack| {
            pack.judge("4.2.5", "CVE-2024-90001", pack.as_of).status()
                != tuermer_core::scale::Status::NotAffected
        }));
    }
    for bytes in damaged(POLICY) {
        read += usize::from(tuermer_formats::urgency_policy::read(&bytes).is_ok());
    }
    assert!(
        read > 0,
        "damage in a text field leaves a document readable"
    );
}
