//! EPSS: a day is read whole or not at all, and every estimate lies between 0 and 1.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::epss;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(day) = epss::read(bytes) {
        assert!(
            day.scores
                .iter()
                .all(|(_, score)| score.probability <= 1_000_000 && score.percentile <= 1_000_000)
        );
    }
});
