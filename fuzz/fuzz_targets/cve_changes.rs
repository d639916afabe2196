//! Lists of changed CVE records: every address is https and named like its record, and no record stands twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;
use tuermer_formats::cve_changes;

fuzz_target!(|bytes: &[u8]| {
    let _ = cve_changes::record_id(bytes);
    if let Ok(changes) = cve_changes::read(bytes) {
        let mut seen = HashSet::new();
        for change in &changes.records {
            assert!(
                change.url.starts_with("https://")
                    && change.url.ends_with(&format!("/{}.json", change.cve))
            );
            assert!(seen.insert(&change.cve));
        }
    }
});
