//! IntelMQ: events are read to their end, and each sign has a place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::intelmq::signs;
use tuermer_formats::objects::Objects;
use tuermer_formats::origin::Origin;

fuzz_target!(|bytes: &[u8]| {
    let origin = Origin::unjudged(
        "fuzz",
        jiff::Timestamp::from_second(1_800_000_000).unwrap_or_default(),
        |parts| parts.join("|"),
    );
    let Ok(mut events) = Objects::new(bytes) else {
        return;
    };
    let mut count = 0_usize;
    while let Ok(Some(event)) = events.next_signs(signs, &origin) {
        if let Ok(event) = event {
            assert!(event.signs.iter().all(|sign| sign.ip.is_some()
                || sign.network.is_some()
                || sign.hostname.is_some()));
        }
        count += 1;
        assert!(count <= bytes.len(), "the feed does not end");
    }
});
