//! TAXII: reading a collection ends, whatever its server answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::taxii::{self, Progress, Step};

fuzz_target!(|bytes: &[u8]| {
    let _ = (taxii::discovery(bytes), taxii::collections(bytes));
    let Ok(page) = taxii::page(bytes) else { return };
    let mut progress = Progress::default();
    let pages = (0..10)
        .take_while(|_| progress.advance(&page, None) == Step::Ask)
        .count();
    assert!(pages <= 1, "the same page is never asked for again");
});
