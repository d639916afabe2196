//! Lists of indicators: no trace is told twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;
use tuermer_formats::{findings::Found, indicators, origin::Origin};

fuzz_target!(|bytes: &[u8]| {
    let origin = Origin::unjudged(
        "fuzz",
        jiff::Timestamp::from_second(1_800_000_000).unwrap_or_default(),
        |parts| parts.join("|"),
    );
    let mut told = HashSet::new();
    let mut take = |found| {
        if let Found::Indicator(indicator) = found {
            assert!(told.insert(indicator.trace.to_text()), "told twice");
        }
    };
    let _ = indicators::read(bytes, "fuzz", &origin, &mut take);
});
