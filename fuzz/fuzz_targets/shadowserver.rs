//! Shadowserver: a report is read to its end, line by line, whatever stands in it; what a glance refuses is no sign.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::origin::Origin;
use tuermer_formats::shadowserver::Report;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut report) = Report::new(bytes, "2021-03-06-scan_exchange.csv") else {
        return;
    };
    let origin = Origin::unjudged(
        "fuzz",
        jiff::Timestamp::from_second(1_800_000_000).unwrap_or_default(),
        |parts| parts.join("|"),
    );
    let mut lines = 0_usize;
    while let Ok(Some(line)) = report.next_line() {
        if let Ok((line, glance)) = line.and_then(|line| Ok((line, line.glance()?))) {
            let _ = line.observation(glance, &origin);
        }
        lines += 1;
        assert!(lines <= bytes.len(), "the report does not end");
    }
});
