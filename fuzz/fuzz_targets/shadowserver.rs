//! Shadowserver: a report is read to its end, line by line, whatever stands in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::shadowserver::Report;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut report) = Report::new(bytes, "2021-03-06-scan_exchange.csv") else { return };
    let mut lines = 0_usize;
    while let Ok(Some(_)) = report.next(|parts| parts.join("|")) {
        lines += 1;
        assert!(lines <= bytes.len(), "the report does not end");
    }
});
