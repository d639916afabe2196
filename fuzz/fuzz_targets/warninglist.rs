//! Warninglists: whatever a list says, asking for an address does not break.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_core::harmless::Harmless;
use tuermer_core::trace::{Trace, TraceKind};
use tuermer_formats::warninglist;

fuzz_target!(|bytes: &[u8]| {
    let Ok(reading) = warninglist::read(bytes) else {
        return;
    };
    let mut harmless = Harmless::default();
    harmless.add(reading.list);
    for (kind, text) in [
        (TraceKind::Address, "192.0.2.1"),
        (TraceKind::Url, "http://a.b.example/x"),
    ] {
        let _ = Trace::new(kind, text).map(|trace| harmless.covers(&trace).is_some());
    }
});
