//! ROLIE: every entry has an https address.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::rolie;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(rolie) = rolie::read(bytes, "https://a.example/csaf/white/feed.json") {
        assert!(
            rolie
                .entries
                .iter()
                .all(|entry| entry.url.starts_with("https://"))
        );
    }
});
