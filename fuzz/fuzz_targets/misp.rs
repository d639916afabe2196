//! MISP: every finding that is told is counted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::{misp, origin::Origin};

fuzz_target!(|bytes: &[u8]| {
    let origin = Origin::unjudged(
        "fuzz",
        jiff::Timestamp::from_second(1_800_000_000).unwrap_or_default(),
        |parts| parts.join("|"),
    );
    let mut told = 0_u64;
    if let Ok(summary) = misp::read(bytes, &origin, &mut |_| told += 1) {
        assert!(summary.indicators + summary.observations <= told);
    }
    let _ = misp::manifest(bytes);
});
