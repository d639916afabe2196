//! The list of formats against the fixtures: each is recognised as what it is, read to its end, and survives damage.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::path::{Path, PathBuf};
use tuermer_formats::format::{Format, Intake};
use tuermer_formats::objects::Objects;
use tuermer_formats::origin::Origin;
use tuermer_formats::recognise;

/// Fixtures of a format: files whose name begins with its word.
fn fixtures(format: Format) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let start = format!("{}-", format.as_str());
    let mut found: Vec<(PathBuf, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&start))
        .map(|entry| (entry.path(), std::fs::read(entry.path()).unwrap()))
        .collect();
    found.sort();
    found
}

/// What intake takes these bytes for.
fn recognised(bytes: &[u8]) -> Format {
    if !recognise::looks_like_json(bytes) {
        return recognise::table(bytes);
    }
    let listed = recognise::is_lines(bytes) || recognise::is_list(bytes);
    match if listed {
        recognise::list(bytes)
    } else {
        Format::Unknown
    } {
        Format::Unknown => recognise::json(&tuermer_formats::json::check(bytes).unwrap()),
        format => format,
    }
}

/// How many signs and findings the reader of a format finds.
fn found(format: Format, bytes: &[u8]) -> usize {
    let now = "2026-06-01T00:00:00Z".parse().unwrap();
    let origin = Origin::unjudged("test", now, |parts| parts.join("|"));
    let mut count = 0_usize;
    match format.nature().intake {
        Intake::Events(signs) => {
            let Ok(mut events) = Objects::new(bytes) else {
                return 0;
            };
            while let Ok(Some(event)) = events.next_signs(signs, &origin) {
                count += event.map_or(0, |event| event.signs.len());
            }
        }
        Intake::Findings(read) => {
            let _ = read(&mut &*bytes, "test", &origin, &mut |_| count += 1);
        }
        Intake::Threat | Intake::Own(_) | Intake::Refused(_) => {}
    }
    count
}

#[test]
fn every_fixture_is_recognised_as_its_format() {
    for format in Format::ALL {
        if matches!(format, Format::Provider | Format::Firewall) {
            // Metadata of a provider is asked for, not sent; lines of a firewall need a template.
            continue;
        }
        for (path, bytes) in fixtures(*format) {
            assert_eq!(recognised(&bytes), *format, "{}", path.display());
        }
    }
}

#[test]
fn every_reader_of_the_list_has_a_fixture_and_survives_damage() {
    for format in Format::ALL {
        let intake = format.nature().intake;
        if !matches!(intake, Intake::Events(_) | Intake::Findings(_)) {
            continue;
        }
        let fixtures = fixtures(*format);
        assert!(
            !fixtures.is_empty(),
            "tests/fixtures/{}-… is missing",
            format.as_str()
        );
        for (path, bytes) in fixtures {
            assert!(found(*format, &bytes) > 0, "{}", path.display());
            for part in 1..32 {
                let end = bytes.len() * part / 32;
                let mut damaged = bytes.clone();
                damaged[end] ^= 0x15;
                found(*format, &bytes[..end]);
                found(*format, &damaged);
            }
        }
    }
}
