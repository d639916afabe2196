//! CSAF: any bytes end in a reading or a reason; the same bytes always in the same one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::csaf;

fuzz_target!(|bytes: &[u8]| {
    let one = format!("{:?}", csaf::read(bytes));
    assert_eq!(one, format!("{:?}", csaf::read(bytes)));
});
