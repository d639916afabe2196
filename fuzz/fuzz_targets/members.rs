//! Member, provider, inventory and network lists: any bytes in any encoding end, and every row is read or complained about.
#![no_main]

use jiff::{Timestamp, tz::TimeZone};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use tuermer_formats::members::{self, Kind, Rules};

const KINDS: [Kind; 4] = [
    Kind::Members,
    Kind::Providers,
    Kind::Inventory,
    Kind::Networks,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, file)) = bytes.split_first() else {
        return;
    };
    let kind = KINDS[usize::from(*first) % KINDS.len()];
    let rules = Rules {
        kind,
        mapping: Default::default(),
        now: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
    };
    let mut readings = 0_usize;
    let _ = members::read(&rules, Cursor::new(file), &mut |_| {
        readings += 1;
        readings < 10_000
    });
});
