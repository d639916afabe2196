//! Atom, RSS, JSON Feed: no HTML survives, links are https.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::atom;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(reading) = atom::read(bytes) {
        for entry in reading.entries {
            assert!(entry.url.starts_with("https://"));
            assert!(!entry.title.contains(['<', '>']) && !entry.summary.contains(['<', '>']));
        }
    }
});
