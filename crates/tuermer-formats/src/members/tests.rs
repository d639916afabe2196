//! Every bad cell is named with its place, and what a provider says of its tool is kept.

use super::{Kind, Reading, RowError, Rules, Told, read};
use crate::headers::Mapping;
use crate::problem::Problem;
use jiff::tz::TimeZone;
use std::io::Cursor;

fn rows(kind: Kind, list: &str) -> Vec<Result<super::Record, Vec<RowError>>> {
    let rules = Rules {
        kind,
        mapping: Mapping::default(),
        now: "2021-03-05T12:00:00Z".parse().unwrap(),
        zone: TimeZone::UTC,
    };
    let mut rows = Vec::new();
    read(
        &rules,
        Cursor::new(list.as_bytes().to_vec()),
        &mut |piece| {
            if let Reading::Row(row) = piece {
                rows.push(row);
            }
            true
        },
    )
    .unwrap();
    rows
}

#[test]
fn every_bad_cell_is_named() {
    let list = "Mitgliedsnummer;Firma;PLZ;E-Mail\nM1;Bau;5722;info@@bau.de\n;Ohne Nummer;57072;\nM2;Gut;57072;a@b.de\nM3;Zu;57072;a@b.de;viel\n";
    let got = rows(Kind::Members, list);
    let bad = |index: usize| -> Vec<(u64, String, String, Problem)> {
        got[index]
            .clone()
            .unwrap_err()
            .into_iter()
            .map(|error| (error.row, error.column, error.value, error.problem))
            .collect()
    };
    assert_eq!(
        bad(0),
        [
            (2, "PLZ".into(), "5722".into(), Problem::PostcodeFourDigits),
            (2, "E-Mail".into(), "info@@bau.de".into(), Problem::TwoAts)
        ]
    );
    assert_eq!(
        bad(1),
        [(3, "Mitgliedsnummer".into(), String::new(), Problem::Missing)]
    );
    assert_eq!(got[2].as_ref().unwrap().external_id, "M2");
    assert_eq!(
        bad(3),
        [(5, String::new(), "viel".into(), Problem::ExtraCells)]
    );
}

#[test]
fn the_tool_of_a_provider_is_kept_in_the_note() {
    let got = rows(
        Kind::Inventory,
        "external_id;product;source;note;version\nM1;Exchange;Get-ExchangeServer;Export;Cloud\n",
    );
    let Told::Asset(asset) = &got[0].as_ref().unwrap().told else {
        panic!("no asset")
    };
    assert_eq!(
        (asset.note.as_str(), asset.source),
        (
            "Get-ExchangeServer; Export",
            Some(tuermer_core::scale::Source::Provider)
        )
    );
    assert_eq!(asset.presence, tuermer_core::asset::Presence::Cloud);
}
