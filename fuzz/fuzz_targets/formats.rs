//! Every format of the list: each event and each finding is told once, whatever bytes come.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_formats::format::{Format, Intake};
use tuermer_formats::objects::Objects;
use tuermer_formats::origin::Origin;
use tuermer_formats::recognise;

fuzz_target!(|bytes: &[u8]| {
    let origin = Origin::unjudged(
        "fuzz",
        jiff::Timestamp::from_second(1_800_000_000).unwrap_or_default(),
        |parts| parts.join("|"),
    );
    let _ = (
        recognise::table(bytes),
        recognise::list(bytes),
        recognise::broken_json(bytes),
    );
    for format in Format::ALL {
        match format.nature().intake {
            Intake::Events(signs) => {
                let Ok(mut events) = Objects::new(bytes) else {
                    continue;
                };
                let mut count = 0_usize;
                while let Ok(Some(_)) = events.next_signs(signs, &origin) {
                    count += 1;
                    assert!(count <= bytes.len(), "{format:?} does not end");
                }
            }
            Intake::Findings(read) => {
                let mut told = 0_u64;
                let summary = read(&mut &*bytes, "fuzz", &origin, &mut |_| told += 1);
                if let Ok(summary) = summary {
                    assert!(
                        summary.indicators + summary.observations <= told,
                        "{format:?}"
                    );
                }
            }
            Intake::Threat | Intake::Own(_) | Intake::Refused(_) => {}
        }
    }
});
