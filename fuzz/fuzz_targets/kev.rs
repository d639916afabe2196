//! KEV: a catalogue is read whole or not at all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::kev;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(catalogue) = kev::read(bytes) {
        assert!(!catalogue.entries.is_empty());
    }
});
