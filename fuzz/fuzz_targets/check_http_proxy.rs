//! The log check reads HttpProxy logs: no panic, nothing that a terminal would obey, every line counted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use tuermer_check::fuzzing::{Bench, is_harmless};
use tuermer_check::kind::LogKind;

thread_local!(static BENCH: RefCell<Bench> = RefCell::new(Bench::new().unwrap()));

fuzz_target!(|bytes: &[u8]| {
    BENCH.with_borrow_mut(|bench| {
        let (read, found) = bench.text(LogKind::HttpProxy, bytes);
        assert!(
            found
                .iter()
                .all(|sign| is_harmless(sign)
                    && sign.line.is_some_and(|line| line <= read.lines + 1))
        );
    });
});
