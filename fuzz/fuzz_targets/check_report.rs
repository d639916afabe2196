//! Reports of checks as the chamber takes them in: whatever stands in one, its signs lie in time and hold no control characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_check::received::{Received, Vouched};
use tuermer_core::admiralty::Grade;
use tuermer_core::tlp::Tlp;

fuzz_target!(|bytes: &[u8]| {
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap_or_default();
    let Ok(report) = Received::read(bytes, now) else {
        return;
    };
    for known in [true, false] {
        for sign in report.signs(Vouched {
            known,
            grade: Grade::UNJUDGED,
            tlp: Tlp::Amber,
            key: |parts| parts.join("|"),
        }) {
            assert!(sign.observed_at <= report.created_at && (known || sign.version.is_none()));
            assert!(
                !sign
                    .hostname
                    .is_some_and(|host| host.chars().any(char::is_control))
            );
        }
    }
});
