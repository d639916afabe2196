//! CVE records: any bytes end in a reading or a reason; the same bytes always in the same one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::cve;

fuzz_target!(|bytes: &[u8]| {
    let one = format!("{:?}", cve::read(bytes));
    assert_eq!(one, format!("{:?}", cve::read(bytes)));
    if let Ok(reading) = cve::read(bytes) {
        assert!(
            reading
                .threat
                .references
                .iter()
                .all(|url| url.starts_with("https://"))
        );
    }
});
