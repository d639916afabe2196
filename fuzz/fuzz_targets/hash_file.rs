//! Hash files: lower-case digits of the right number, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::hash_file::{self, Hash};

fuzz_target!(|bytes: &[u8]| {
    for (hash, digits) in [(Hash::Sha256, 64), (Hash::Sha512, 128)] {
        if let Ok(hex) = hash_file::read(bytes, hash) {
            assert!(
                hex.len() == digits
                    && hex
                        .bytes()
                        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            );
        }
    }
});
