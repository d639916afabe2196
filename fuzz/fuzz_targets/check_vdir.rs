//! The log check looks into files: dumps of virtual directories, configurations of IIS, versions of programs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_check::{content, fuzzing::is_harmless, places, program};

fuzz_target!(|bytes: &[u8]| {
    content::is_directory_dump(bytes);
    program::file_version(bytes);
    let text = String::from_utf8_lossy(bytes);
    assert!(
        content::odd_folders(&text)
            .iter()
            .all(|(_, sign)| is_harmless(sign))
    );
    let key = places::key(&text);
    assert!(!key.contains('/'));
    if let Some(script) = places::script_of(&text) {
        places::of_address(&script);
    }
});
