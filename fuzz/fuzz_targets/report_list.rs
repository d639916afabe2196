//! The list of reports that Shadowserver's API answers: an id is always part of an address and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::report_list;

fuzz_target!(|bytes: &[u8]| {
    let Ok(listed) = report_list::read(bytes) else {
        return;
    };
    for one in listed {
        assert!(
            !one.id.is_empty()
                && one
                    .id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
            "{one:?}"
        );
        assert!(
            !one.file.is_empty() && !one.file.contains(['/', '\\']),
            "{one:?}"
        );
    }
});
