//! Real CVE records: every one is read, and how many of their version statements are understood.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use tuermer_core::threat::Exploitation;
use tuermer_core::version::VersionRule;
use tuermer_formats::cve;

/// The folder of public documents that `scripts/corpus` names.
fn corpus() -> PathBuf {
    let named = std::env::var_os("TUERMER_CORPUS")
        .expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
    PathBuf::from(named)
}

fn records(folder: &Path) -> Vec<PathBuf> {
    let mut waiting = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => waiting.push(path),
                false
                    if path
                        .extension()
                        .is_some_and(|extension| extension == "json") =>
                {
                    found.push(path)
                }
                false => {}
            }
        }
    }
    found
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_three_single_records() {
    let data = corpus();
    let read = |name: &str| {
        cve::read(&std::fs::read(data.join("cve").join(name)).unwrap())
            .unwrap()
            .threat
    };
    let exchange = read("CVE-2024-21410.json");
    assert_eq!(
        (exchange.vulnerabilities[0].cvss_tenths, exchange.exploited),
        (Some(98), true)
    );
    assert_eq!(
        (
            exchange.vulnerabilities[0].ssvc.exploitation,
            exchange.not_understood()
        ),
        (Some(Exploitation::Active), vec!["N/A"])
    );
    assert!(
        exchange
            .statements
            .iter()
            .all(|s| (s.product.vendor.as_str(), s.product.product.as_str())
                == ("microsoft", "exchange server"))
    );
    let inside = |version: &str| {
        exchange
            .statements
            .iter()
            .any(|s| s.versions.contains(version) == Some(true))
    };
    assert!(
        inside("15.2.1258.12")
            && !inside("15.2.1544.4")
            && !inside("15.02.1544.004")
            && !inside("15.1.2507.35")
    );
    let fortios = read("CVE-2024-21762.json");
    let inside = |version: &str| {
        fortios
            .statements
            .iter()
            .any(|s| s.product.product == "fortios" && s.versions.contains(version) == Some(true))
    };
    assert!(inside("7.4.2") && !inside("7.4.3") && inside("6.0.17"));
    let screenconnect = read("CVE-2024-1709.json");
    assert!(
        screenconnect
            .statements
            .iter()
            .any(|s| s.versions.contains("23.9.7") == Some(true))
    );
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_nineteen_thousand_records_are_read_and_their_ranges_counted() {
    let data = corpus();
    let archive = data.join("cve/vulnrichment-2021-2024-part.tar.zst");
    let folder = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar")
        .arg("--zstd")
        .arg("-xf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(
        unpacked.is_ok_and(|status| status.success()),
        "tar --zstd cannot unpack {}; install zstd",
        archive.display()
    );
    let (
        mut all,
        mut withdrawn,
        mut nameless,
        mut statements,
        mut ranges,
        mut exact,
        mut not_understood,
    ) = (0, 0, 0, 0, 0, 0, 0);
    for path in records(folder.path()) {
        let reading = cve::read(&std::fs::read(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        all += 1;
        withdrawn += usize::from(reading.threat.withdrawn);
        nameless += usize::from(reading.remarks.contains(&cve::Remark::NoProduct));
        for statement in &reading.threat.statements {
            statements += 1;
            match statement.versions {
                VersionRule::Range(_) => ranges += 1,
                VersionRule::Exactly(_) => exact += 1,
                VersionRule::NotUnderstood(_) => not_understood += 1,
                VersionRule::All => {}
            }
        }
    }
    eprintln!(
        "{all} records, {withdrawn} withdrawn, {nameless} without product, {statements} statements: {ranges} ranges, {exact} single, {not_understood} not understood"
    );
    assert_eq!((all, withdrawn), (19_298, 40));
    assert!(nameless < 1_800, "{nameless} records name no product");
    assert!(
        ranges > 60_000 && exact > 40_000,
        "{ranges} ranges, {exact} single versions"
    );
    assert!(
        not_understood * 100 < statements * 9,
        "{not_understood} of {statements} not understood"
    );
}
