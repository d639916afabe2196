//! Firewall: a template or a log, whatever stands in it; every sign has an attacker.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tuermer_formats::firewall::{Log, Template};
use tuermer_formats::origin::Origin;

const TEMPLATE: &str =
    include_str!("../../crates/tuermer-formats/tests/fixtures/firewall-template.toml");

static READ: LazyLock<Option<Template>> = LazyLock::new(|| Template::read(TEMPLATE).ok());

fuzz_target!(|bytes: &[u8]| {
    let origin = Origin::unjudged(
        "fuzz",
        jiff::Timestamp::from_second(1_800_000_000).unwrap_or_default(),
        |parts| parts.join("|"),
    );
    let _ = std::str::from_utf8(bytes).map(Template::read);
    let Some(template) = &*READ else { return };
    let mut log = Log::new(bytes, template);
    while let Ok(Some(line)) = log.next(&origin) {
        assert!(line.is_err() || line.is_ok_and(|line| !line.sign.traces.is_empty()));
    }
});
