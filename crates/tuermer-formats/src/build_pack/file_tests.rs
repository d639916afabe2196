//! The files of a pack: whole, or refused with the place of the fault.

use super::tests::pack;
use super::{defect, files, read};
use tuermer_core::pack::EndOfLife;

#[test]
fn the_files_are_whole() {
    assert!(defect().is_none(), "{:?}", defect());
    let pack = pack();
    assert_eq!(
        pack.rows
            .iter()
            .map(|row| row.build)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        300
    );
    assert_eq!(pack.rows.len(), 303);
    assert_eq!(pack.fixes.len(), 124);
    assert!(
        pack.lines
            .iter()
            .any(|line| line.name == "Exchange Server SE" && line.end_of_life == EndOfLife::Open)
    );
}

/// A change of `pack.toml` or `builds.csv`, wherever the old text stands, and a part of the refusal.
const BAD_CHANGES: &[(&str, &str, &str)] = &[
    (
        "format = 2",
        "format = 3",
        "pack.toml line {line}, field format: \"3\"",
    ),
    (
        "15.1.2176.9,",
        "15.1.2176.x,",
        "builds.csv line {line}, field build: \"15.1.2176.x\"",
    ),
    (
        "2021-04-13",
        "13.04.2021",
        "builds.csv line {line}, field released: \"13.04.2021\"",
    ),
    (
        "15.1.2176.9,2016",
        "15.1.2176.9,2017",
        "builds.csv line {line}, field line: \"2017\"",
    ),
    (
        "\"Jan22SU\"",
        "\"Jan32SU\"",
        "\"Jan32SU\" is an update no build carries",
    ),
    ("build,line,cu", "build,line,cv", "unknown field `cv`"),
    (
        "name = \"exchange\"",
        "name = \"Ex change\"",
        "field name: \"Ex change\"",
    ),
    ("exchange-cu-su", "exchange", "field rule: \"exchange\""),
    ("four-dotted", "dots", "field form: \"dots\""),
    (
        "branch = \"15.0\"",
        "branch = \"15.x\"",
        "field branch: \"15.x\"",
    ),
    ("branch = \"15.0\"\n", "", "field line: \"2013\""),
    (
        "as_of = \"2026-08-19\"",
        "as_of = \"19.08.2026\"",
        "field as_of",
    ),
    (
        "\"hybrid-app\"\nflaws",
        "\"hybrid\"\nflaws",
        "field fix.condition: \"hybrid\"",
    ),
    (
        "\"CVE-2021-42321\"",
        "\"CVE 2021\"",
        "field fix.flaws: \"CVE 2021\"",
    ),
    (
        "untold = \"holds\"",
        "untold = \"maybe\"",
        "field condition.untold: \"maybe\"",
    ),
    (
        "[[alias]]\nline = \"2013\"",
        "[[alias]]\nline = \"2014\"",
        "field alias.line: \"2014\"",
    ),
    (
        "products = [[\"Microsoft\", \"Exchange Server\"]]",
        "products = []",
        "names no product",
    ),
    ("title = \"Microsoft", "titel = \"Microsoft", "titel"),
];

#[test]
fn one_bad_row_refuses_the_file_and_names_the_place() {
    let (pack, builds) = files("exchange").unwrap();
    for (from, to, says) in BAD_CHANGES {
        let file = if pack.contains(from) { pack } else { builds };
        let line = file.lines().position(|line| line.contains(from));
        let line = line.map_or(0, |line| line + 1).to_string();
        let says = says.replace("{line}", &line);
        assert_ne!(file.replace(from, to), *file, "{from}");
        let read = match pack.contains(from) {
            true => read(&pack.replace(from, to), builds),
            false => read(pack, &builds.replace(from, to)),
        };
        let error = read.expect_err(&says).to_string();
        assert!(error.contains(&says), "{error} / {says}");
    }
    let error = read(&"x".repeat(5_000_000), builds).unwrap_err();
    assert!(error.to_string().contains("4194304"), "{error}");
}

#[test]
fn a_pack_may_stand_in_one_file() {
    let (pack, builds) = files("netscaler").unwrap();
    let one = pack.replace("as_of =", &format!("builds = '''\n{builds}'''\nas_of ="));
    assert_eq!(read(&one, "").unwrap(), read(pack, builds).unwrap());
}
