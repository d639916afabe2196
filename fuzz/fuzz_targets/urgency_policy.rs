//! Policies of deadlines: a table that can be read answers every combination of the four questions with one of its rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use tuermer_core::scale::Level;
use tuermer_core::urgency::FlawFacts;
use tuermer_formats::urgency_policy;

fuzz_target!(|bytes: &[u8]| {
    let Ok(policy) = urgency_policy::read(bytes) else {
        return;
    };
    for combination in 0..81_u32 {
        let answer = |place: u32| {
            [Some(true), Some(false), None][(combination / 3_u32.pow(place) % 3) as usize]
        };
        let facts = FlawFacts {
            inputs: [0, 1, 2, 3].map(answer),
            level: Level::Serious,
            epss: None,
            granted_days: None,
        };
        let decision = policy.decide(facts, &Arc::from("CVE-2021-26855"));
        let row = decision
            .basis
            .row
            .split('+')
            .next()
            .unwrap_or_default()
            .to_string();
        assert!(policy.rows.iter().any(|known| *known.id == *row), "{row}");
    }
});
