//! provider-metadata.json: https addresses only, and a namespace with a host.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::{links, provider};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(provider) = provider::read(
        bytes,
        "https://a.example/.well-known/csaf/provider-metadata.json",
    ) {
        let places = provider.rolie.iter().chain(&provider.directories);
        assert!(
            places
                .map(|place| &place.url)
                .chain(provider.keys.iter().map(|key| &key.url))
                .all(|url| url.starts_with("https://"))
        );
        assert!(links::registered_name(&provider.namespace).is_some());
    }
});
