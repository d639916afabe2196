//! The log check reads lists of indicators: what is counted is held, and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_check::indicators::Indicators;

fuzz_target!(|bytes: &[u8]| {
    let mut indicators = Indicators::default();
    if let Ok(read) = indicators.add(bytes, "fuzz") {
        let (addresses, hashes, paths) = indicators.counts();
        assert_eq!(read.added, addresses + hashes + paths);
    }
});
