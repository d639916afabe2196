//! changes.csv and index.txt: every entry is the https address of a JSON file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::changes;

fuzz_target!(|bytes: &[u8]| {
    for read in [changes::changes, changes::index] {
        if let Ok(listing) = read(bytes, "https://a.example/csaf/white/changes.csv") {
            assert!(
                listing
                    .entries
                    .iter()
                    .all(|entry| entry.url.starts_with("https://") && entry.url.ends_with(".json"))
            );
        }
    }
});
