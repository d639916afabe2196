//! Build packs: a pack that can be read answers any build, is checked without end, and says the same on every day it knew the same.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use tuermer_formats::build_pack;

fuzz_target!(|text: &str| {
    let (pack, builds) = text.split_once('\u{0}').unwrap_or((text, ""));
    let Ok(pack) = build_pack::read(pack, builds) else {
        return;
    };
    let today = date(2026, 8, 19);
    let _ = (pack.problems(today), pack.conflicts());
    for fix in pack.fixes.iter().take(8) {
        for row in pack.rows.iter().take(8) {
            let build = pack.form.write(row.build);
            assert_eq!(
                pack.judge(&build, &fix.cve, today),
                pack.judge(&build, &fix.cve, today)
            );
        }
        for build in [
            "",
            "15.1.2176",
            "13.1-51",
            "7.4",
            "NS13.1: Build 51.15.nc",
            text.get(..20).unwrap_or_default(),
        ] {
            let _ = (
                pack.judge(build, &fix.cve, today),
                pack.build_from_words(build),
            );
        }
    }
});
