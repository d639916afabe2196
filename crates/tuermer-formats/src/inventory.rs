//! Cells of an inventory: who said so, where it runs, which build, and when it was seen.

use crate::contact_fields::text;
use crate::problem::Problem;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tuermer_core::asset::Presence;
use tuermer_core::limits;
use tuermer_core::scale::Source;

/// Who said so; another text ("RMM", "Get-ExchangeServer") names the tool of a provider and is kept beside.
pub fn source(cell: &str) -> Result<Option<(Source, Option<String>)>, Problem> {
    let Some(word) = text(cell, limits::FIELD_CHARACTERS)? else {
        return Ok(None);
    };
    let source = match word.to_lowercase().as_str() {
        "register" | "kammer" | "ihk" | "chamber" => Source::Register,
        "provider" | "it-partner" | "itpartner" | "it-betreuer" | "betreuer"
        | "it-dienstleister" | "systemhaus" => Source::Provider,
        "member" | "mitglied" | "firma" | "selbstauskunft" | "company" => Source::Member,
        "observation" | "messung" | "scan" | "beobachtung" => Source::Observation,
        _ => return Ok(Some((Source::Provider, Some(word)))),
    };
    Ok(Some((source, None)))
}

/// Where it runs, told in the column of the version, and the version itself.
pub fn version(cell: &str) -> Result<(Presence, String), Problem> {
    let version = text(cell, limits::FIELD_CHARACTERS)?.unwrap_or_default();
    Ok(match version.to_lowercase().as_str() {
        "cloud" | "saas" | "microsoft 365" | "m365" | "office 365" | "o365" | "exchange online"
        | "online" => (Presence::Cloud, String::new()),
        "none" | "no" | "keine" | "keiner" | "kein" | "keins" | "nein" | "nicht vorhanden"
        | "not present" => (Presence::Absent, String::new()),
        _ => (Presence::OnPremises, version),
    })
}

/// A build as told: groups of digits joined by `.` or `-`, or the form of Get-ExchangeServer,
/// `Version 15.1 (Build 2176.2)`. Nothing is normalised here; padding is the packs' business.
pub fn build(cell: &str) -> Result<Option<String>, Problem> {
    let Some(build) = text(cell, limits::FIELD_CHARACTERS)? else {
        return Ok(None);
    };
    let lower = build.to_lowercase();
    let fine = match lower
        .strip_prefix("version ")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|rest| rest.split_once("(build "))
    {
        Some((version, number)) => is_numeric(version.trim()) && is_numeric(number.trim()),
        None => is_numeric(lower.strip_prefix('v').unwrap_or(&lower)),
    };
    if fine {
        Ok(Some(build))
    } else {
        Err(Problem::Build)
    }
}

fn is_numeric(text: &str) -> bool {
    text.split(['.', '-']).all(|group| {
        (1..=9).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// When it was seen; a day without a time is its midnight in UTC, so that the day stays the day;
/// a time without a zone is the chamber's.
pub fn observed_at(
    cell: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Option<Timestamp>, Problem> {
    let Some(told) = text(cell, 60)? else {
        return Ok(None);
    };
    let at = told
        .parse::<Timestamp>()
        .ok()
        .or_else(|| local(&told, zone))
        .ok_or(Problem::Time)?;
    // A day of grace for clocks and zones.
    let latest = now
        .saturating_add(SignedDuration::from_hours(24))
        .unwrap_or(Timestamp::MAX);
    if at > latest {
        return Err(Problem::Future);
    }
    // Stored in microseconds; what is compared must be cut alike.
    Timestamp::from_microsecond(at.as_microsecond())
        .map(Some)
        .map_err(|_| Problem::Time)
}

/// The end of a day in the chamber's zone, or a moment: until then something is good.
pub fn day(cell: &str, zone: &TimeZone) -> Result<Option<Timestamp>, Problem> {
    let Some(told) = text(cell, 60)? else {
        return Ok(None);
    };
    let formats = ["%Y-%m-%d", "%d.%m.%Y"];
    let mut dates = formats
        .iter()
        .filter_map(|format| Date::strptime(format, &told).ok());
    let at = match dates.next() {
        Some(date) => date
            .tomorrow()
            .and_then(|date| date.to_zoned(zone.clone()))
            .map(|at| at.timestamp())
            .ok(),
        None => told.parse::<Timestamp>().ok(),
    };
    let at = at.ok_or(Problem::Time)?;
    Timestamp::from_microsecond(at.as_microsecond())
        .map(Some)
        .map_err(|_| Problem::Time)
}

fn local(told: &str, zone: &TimeZone) -> Option<Timestamp> {
    let day = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    let moment = |at: DateTime| at.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    for format in ["%Y-%m-%d", "%d.%m.%Y"] {
        if let Ok(date) = Date::strptime(format, told) {
            return day(date);
        }
    }
    let formats = [
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y %H:%M",
    ];
    formats
        .iter()
        .find_map(|format| DateTime::strptime(format, told).ok())
        .and_then(moment)
}

#[cfg(test)]
mod tests {
    use super::{build, observed_at, source, version};
    use crate::problem::Problem;
    use jiff::tz::TimeZone;
    use tuermer_core::asset::Presence;
    use tuermer_core::scale::Source;

    #[test]
    fn times() {
        let now = "2021-03-05T12:00:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let rows: &[(&str, Result<Option<&str>, Problem>)] = &[
            ("2021-01-12", Ok(Some("2021-01-12T00:00:00Z"))),
            ("12.01.2021", Ok(Some("2021-01-12T00:00:00Z"))),
            ("12.01.2021 14:30", Ok(Some("2021-01-12T13:30:00Z"))),
            (
                "2021-01-12T14:30:00+01:00",
                Ok(Some("2021-01-12T13:30:00Z")),
            ),
            ("2021-01-12T14:30:00", Ok(Some("2021-01-12T13:30:00Z"))),
            ("", Ok(None)),
            ("2099-01-01", Err(Problem::Future)),
            ("31.02.2021", Err(Problem::Time)),
            ("gestern", Err(Problem::Time)),
        ];
        for (cell, expected) in rows {
            let expected = expected.map(|at| at.map(|at| at.parse().unwrap()));
            assert_eq!(observed_at(cell, now, &zone), expected, "{cell}");
        }
    }

    #[test]
    fn builds_and_versions() {
        for fine in [
            "15.1.2176.2",
            "15.01.2176.002",
            "13.1-49.13",
            "v7.2.5",
            "Version 15.1 (Build 2176.2)",
            "1517",
        ] {
            assert_eq!(build(fine), Ok(Some(fine.to_string())));
        }
        for wrong in [
            "16.x banana",
            "15..1",
            "1.2.",
            "cu19",
            "15.1.21769999999999",
        ] {
            assert_eq!(build(wrong), Err(Problem::Build), "{wrong}");
        }
        let rows = [
            ("Cloud", Presence::Cloud, ""),
            ("Microsoft 365", Presence::Cloud, ""),
            ("keine", Presence::Absent, ""),
            ("2016 CU19", Presence::OnPremises, "2016 CU19"),
        ];
        for (cell, presence, told) in rows {
            assert_eq!(version(cell), Ok((presence, told.to_string())), "{cell}");
        }
    }

    #[test]
    fn sources() {
        let rows = [
            ("Kammer", Source::Register, None),
            ("member", Source::Member, None),
            ("Scan", Source::Observation, None),
            ("RMM", Source::Provider, Some("RMM")),
        ];
        for (cell, expected, kept) in rows {
            assert_eq!(
                source(cell),
                Ok(Some((expected, kept.map(str::to_string)))),
                "{cell}"
            );
        }
        assert_eq!(source(""), Ok(None));
    }
}
