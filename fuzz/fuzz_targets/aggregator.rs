//! aggregator.json: a list of https addresses or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::aggregator;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(list) = aggregator::read(
        bytes,
        "https://a.example/.well-known/csaf-aggregator/aggregator.json",
    ) {
        assert!(
            list.listed
                .iter()
                .all(|listed| listed.url.starts_with("https://"))
        );
    }
});
