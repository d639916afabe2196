//! Times as people read them, in their language and zone.

use crate::catalogue::{self, Catalogue};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use tuermer_core::locale::Language;

/// `5. März` / `5 March`.
pub fn day(date: Date, language: Language) -> String {
    day_in(date, catalogue::of(language))
}

/// `5. März 2021` / `5 March 2021`.
pub fn day_year(date: Date, language: Language) -> String {
    day_year_in(date, catalogue::of(language))
}

/// `Freitag` / `Friday`.
pub fn weekday(date: Date, language: Language) -> String {
    let number = date.weekday().to_monday_one_offset();
    let texts = catalogue::of(language);
    texts.get(&format!("time.weekday_{number}")).to_string()
}

/// `5. März, 14:10 Uhr` / `5 March, 14:10`.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = at.to_zoned(zone.clone());
    with_clock(&day(local.date(), language), &local, language)
}

/// When something was seen or said, read at `now`: with the year where it is another one, and without a clock
/// time where the source gave only a day (stored as midnight UTC).
pub fn seen(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    let year = |at: Timestamp| at.to_zoned(zone.clone()).year();
    let only_a_day = at.as_microsecond().rem_euclid(86_400_000_000) == 0;
    let date = at
        .to_zoned(if only_a_day {
            TimeZone::UTC
        } else {
            zone.clone()
        })
        .date();
    let named = if year(at) == year(now) {
        day(date, language)
    } else {
        day_year(date, language)
    };
    if only_a_day {
        return named;
    }
    with_clock(&named, &at.to_zoned(zone.clone()), language)
}

/// `Freitag, 5. März 2021, 18:30 Uhr` / `Friday, 5 March 2021, 18:30`.
pub fn full_moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = at.to_zoned(zone.clone());
    let date = catalogue::of(language).with(
        "time.weekday_day",
        &[
            ("weekday", &weekday(local.date(), language)),
            ("day", &day_year(local.date(), language)),
        ],
    );
    with_clock(&date, &local, language)
}

fn with_clock(date: &str, local: &Zoned, language: Language) -> String {
    let clock = format!("{}:{:02}", local.hour(), local.minute());
    catalogue::of(language).with("time.moment", &[("date", date), ("clock", &clock)])
}

fn day_in(date: Date, texts: &Catalogue) -> String {
    let (day, month) = (
        date.day().to_string(),
        format!("time.month_{}", date.month()),
    );
    texts.with("time.day", &[("day", &day), ("month", texts.get(&month))])
}

/// [`day_year`] from the texts of any language.
pub(crate) fn day_year_in(date: Date, texts: &Catalogue) -> String {
    let (day, year) = (day_in(date, texts), date.year().to_string());
    texts.with("time.day_year", &[("day", &day), ("year", &year)])
}

/// A moment as a person types it: RFC 3339, `2021-03-05 14:00` in the reader's zone, or a day, which means its last
/// moment ("what did we know on the fifth?").
pub fn typed(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(date) = text.parse::<Date>()
        && text.len() == "2021-03-05".len()
    {
        let next = date
            .tomorrow()
            .ok()?
            .to_zoned(zone.clone())
            .ok()?
            .timestamp();
        return next.checked_sub(SignedDuration::from_micros(1)).ok();
    }
    let local = text.parse::<DateTime>().ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_is_typed() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        for (text, wanted) in [
            ("2021-03-05T13:00:00Z", Some("2021-03-05T13:00:00Z")),
            ("2021-03-05T14:00:00+01:00", Some("2021-03-05T13:00:00Z")),
            ("2021-03-05 14:00", Some("2021-03-05T13:00:00Z")),
            ("2021-07-05T14:00", Some("2021-07-05T12:00:00Z")),
            ("2021-03-05", Some("2021-03-05T22:59:59.999999Z")),
            (" 2021-03-05 ", Some("2021-03-05T22:59:59.999999Z")),
            ("2021-03", None),
            ("yesterday", None),
            ("2021-02-30", None),
        ] {
            assert_eq!(
                typed(text, &zone),
                wanted.map(|text| text.parse().unwrap()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_was_seen_is_told_as_far_as_it_is_known() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2021-03-05T17:30:00Z");
        for (seen_at, language, told) in [
            (
                "2021-03-05T13:10:00Z",
                Language::German,
                "5. März, 14:10 Uhr",
            ),
            ("2021-03-05T13:10:00Z", Language::English, "5 March, 14:10"),
            ("2021-01-12T00:00:00Z", Language::German, "12. Januar"),
            ("2020-11-02T00:00:00Z", Language::German, "2. November 2020"),
            ("2020-12-31T23:30:00Z", Language::English, "1 January, 0:30"),
        ] {
            assert_eq!(seen(at(seen_at), now, &zone, language), told);
        }
    }
}
