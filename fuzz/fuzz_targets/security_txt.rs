//! security.txt: https addresses only, in bounded number.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::security_txt;

fuzz_target!(|bytes: &[u8]| {
    let found = security_txt::read(bytes, "https://a.example/.well-known/security.txt");
    assert!(found.csaf.len() <= 64 && found.csaf.iter().all(|url| url.starts_with("https://")));
});
