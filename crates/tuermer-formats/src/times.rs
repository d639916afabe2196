//! Times as people read them, in their language and zone.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use tuermer_core::locale::Language;

const MONTHS_DE: [&str; 12] = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
const MONTHS_EN: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

fn month(date: Date, language: Language) -> &'static str {
    let months = match language {
        Language::German => &MONTHS_DE,
        Language::English => &MONTHS_EN,
    };
    let index = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
    months.get(index).copied().unwrap_or("")
}

/// `5. März` / `5 March`.
pub fn day(date: Date, language: Language) -> String {
    match language {
        Language::German => format!("{}. {}", date.day(), month(date, language)),
        Language::English => format!("{} {}", date.day(), month(date, language)),
    }
}

/// `5. März 2021` / `5 March 2021`.
pub fn day_year(date: Date, language: Language) -> String {
    format!("{} {}", day(date, language), date.year())
}

/// `Freitag` / `Friday`.
pub fn weekday(date: Date, language: Language) -> &'static str {
    match (date.weekday(), language) {
        (Weekday::Monday, Language::German) => "Montag",
        (Weekday::Tuesday, Language::German) => "Dienstag",
        (Weekday::Wednesday, Language::German) => "Mittwoch",
        (Weekday::Thursday, Language::German) => "Donnerstag",
        (Weekday::Friday, Language::German) => "Freitag",
        (Weekday::Saturday, Language::German) => "Samstag",
        (Weekday::Sunday, Language::German) => "Sonntag",
        (Weekday::Monday, Language::English) => "Monday",
        (Weekday::Tuesday, Language::English) => "Tuesday",
        (Weekday::Wednesday, Language::English) => "Wednesday",
        (Weekday::Thursday, Language::English) => "Thursday",
        (Weekday::Friday, Language::English) => "Friday",
        (Weekday::Saturday, Language::English) => "Saturday",
        (Weekday::Sunday, Language::English) => "Sunday",
    }
}

/// `5. März, 14:10 Uhr` / `5 March, 14:10`.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = at.to_zoned(zone.clone());
    let clock = format!("{}:{:02}", local.hour(), local.minute());
    match language {
        Language::German => format!("{}, {clock} Uhr", day(local.date(), language)),
        Language::English => format!("{}, {clock}", day(local.date(), language)),
    }
}

/// `Freitag, 5. März 2021, 18:30 Uhr` / `Friday, 5 March 2021, 18:30`.
pub fn full_moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = at.to_zoned(zone.clone());
    let clock = format!("{}:{:02}", local.hour(), local.minute());
    let date = format!("{}, {}", weekday(local.date(), language), day_year(local.date(), language));
    match language {
        Language::German => format!("{date}, {clock} Uhr"),
        Language::English => format!("{date}, {clock}"),
    }
}
