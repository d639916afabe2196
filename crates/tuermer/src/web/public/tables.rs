//! The table behind each picture: on the page under the drawing, and as CSV.

use crate::store::views::picture::PatchCurve;
use crate::text::Texts;
use crate::web::pictures::tiles::PublicCity;
use crate::web::pictures::{clock, curve, funnel, percent, public_count, shown};
use anyhow::{Result, anyhow};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::picture::{Clock, Picture};
use tuermer_formats::times;

/// Words of heads and cells; the first cell of a row names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Heads.
    pub head: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As CSV with semicolons, as offices here open it. A cell that a spreadsheet would compute is made text.
    pub fn csv(&self) -> Result<String> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .from_writer(Vec::new());
        writer.write_record(&self.head)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| {
                if cell.starts_with(['=', '+', '-', '@', '\t']) {
                    format!("'{cell}")
                } else {
                    cell.clone()
                }
            }))?;
        }
        let bytes = writer.into_inner().map_err(|error| anyhow!("{error}"))?;
        Ok(String::from_utf8(bytes)?)
    }
}

fn heads(texts: Texts, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| texts.get(key)).collect()
}

/// One row a day of the curve.
pub fn curve(curve: &PatchCurve, now: Timestamp, zone: &TimeZone, texts: Texts) -> Table {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for point in curve::sampled(curve, curve::until(curve, now)) {
        let day = times::day_year(point.at.to_zoned(zone.clone()).date(), texts.0);
        let cell = |count: u64| {
            format!(
                "{} ({}\u{a0}%)",
                shown(public_count(count), texts),
                percent(count, curve.base)
            )
        };
        let row = vec![day, cell(point.told), cell(point.measured)];
        match rows.last_mut() {
            // The last state of a day is its row.
            Some(last) if last.first() == row.first() => *last = row,
            _ => rows.push(row),
        }
    }
    Table {
        head: heads(
            texts,
            &[
                "public.day",
                "public.count_told",
                "public.count_fixed_measured",
            ],
        ),
        rows,
    }
}

/// The steps of the funnel.
pub fn funnel(picture: &Picture, texts: Texts) -> Table {
    let mut rows: Vec<Vec<String>> = funnel::steps(picture)
        .iter()
        .map(|(key, count, _)| vec![texts.get(key), shown(public_count(*count), texts)])
        .collect();
    for (key, count) in [
        ("public.count_fixed_measured", picture.fixed_measured),
        ("public.count_fixed_reported", picture.fixed_reported),
    ] {
        rows.push(vec![texts.get(key), shown(public_count(count), texts)]);
    }
    Table {
        head: heads(texts, &["public.step", "public.companies"]),
        rows,
    }
}

/// All municipalities.
pub fn cities(cities: &[PublicCity], texts: Texts) -> Table {
    let rows = cities
        .iter()
        .map(|city| {
            vec![
                city.city.clone(),
                shown(city.open, texts),
                shown(city.affected, texts),
            ]
        })
        .collect();
    Table {
        head: heads(
            texts,
            &["public.municipality", "public.open", "public.count_ever"],
        ),
        rows,
    }
}

/// The steps of the clock.
pub fn clock(clock: &Clock, zone: &TimeZone, texts: Texts) -> Table {
    let rows = clock::steps(clock)
        .into_iter()
        .map(|(key, at)| vec![texts.get(key), times::full_moment(at, zone, texts.0)])
        .collect();
    Table {
        head: heads(texts, &["public.step", "public.time"]),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn a_spreadsheet_computes_nothing() {
        let table = Table {
            head: vec!["Ort".into()],
            rows: vec![vec!["=1+1".into()], vec!["Au; \"oben\"".into()]],
        };
        assert_eq!(table.csv().unwrap(), "Ort\n'=1+1\n\"Au; \"\"oben\"\"\"\n");
    }
}
