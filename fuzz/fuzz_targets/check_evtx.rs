//! The log check reads event logs of Windows: no panic, and nothing that a terminal would obey.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use tuermer_check::fuzzing::{Bench, is_harmless};

thread_local!(static BENCH: RefCell<Bench> = RefCell::new(Bench::new().unwrap()));

fuzz_target!(|bytes: &[u8]| {
    BENCH.with_borrow_mut(|bench| assert!(bench.evtx(bytes).1.iter().all(is_harmless)));
});
