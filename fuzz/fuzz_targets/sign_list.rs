//! Lists of files of signs: whatever the page or manifest says, what comes out is https on the same server and beneath the list.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::sign_list::{manifest, page};

const BASE: &str = "https://reports.example/member/";

fuzz_target!(|bytes: &[u8]| {
    for entries in [page(bytes, BASE), manifest(bytes, BASE)]
        .into_iter()
        .flatten()
    {
        for entry in entries {
            assert!(
                entry.url.starts_with("https://reports.example/member/"),
                "{}",
                entry.url
            );
        }
    }
});
