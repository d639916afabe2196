//! Signs of the last weeks, day by day: attacks below, weaknesses on top.

use super::{Drawing, Size};
use crate::store::signs::signs::SignDay;
use crate::text::{Texts, grouped};
use tuermer_formats::times;

/// Draws one bar for each day; `days` are complete and in order.
pub fn draw(days: &[SignDay], texts: Texts, size: Size) -> String {
    let (area, left, right, bottom) = match size {
        Size::Wide => ((680, 220), 52.0, 672.0, 150.0),
        Size::Narrow => ((340, 220), 44.0, 336.0, 150.0),
    };
    let most = days.iter().map(SignDay::all).max().unwrap_or(0);
    let (attacks, weaknesses) = days.iter().fold((0_u64, 0_u64), |sum, day| {
        (
            sum.0.saturating_add(day.attacks),
            sum.1.saturating_add(day.weaknesses),
        )
    });
    let number = |n: u64| grouped(n, texts.0);
    let values: [(&str, &str); 3] = [
        ("attacks", &number(attacks)),
        ("weaknesses", &number(weaknesses)),
        ("most", &number(most)),
    ];
    let mut drawing = Drawing::new(
        "signs",
        size,
        "",
        area,
        &texts.get("operator.signs_picture"),
        &texts.with("operator.signs_picture_says", &values),
    );
    let top = 18.0;
    let height = |n: u64| (bottom - top) * super::share(n, most.max(1));
    for (n, y) in [(most, top), (0, bottom)] {
        drawing.path("ax", &format!("M{left:.0} {y:.0}H{right:.0}"));
        drawing.text("m", (left - 6.0, y + 5.0), "end", &number(n));
    }
    let step = (right - left) / f64::from(u32::try_from(days.len().max(1)).unwrap_or(1));
    for (place, day) in (0_u32..).zip(days) {
        let x = left + step * f64::from(place);
        let (low, high) = (height(day.attacks), height(day.weaknesses));
        if day.attacks > 0 {
            drawing.rect(
                "fl",
                (x + 1.0, bottom - low.max(2.0)),
                (step - 2.0, low.max(2.0)),
                100,
            );
        }
        if day.weaknesses > 0 {
            drawing.rect(
                "fl",
                (x + 1.0, bottom - low - high.max(2.0)),
                (step - 2.0, high.max(2.0)),
                35,
            );
        }
    }
    for (day, x, anchor) in [(days.first(), left, "start"), (days.last(), right, "end")] {
        if let Some(day) = day {
            drawing.text(
                "m",
                (x, bottom + 22.0),
                anchor,
                &times::day(day.day, texts.0),
            );
        }
    }
    let (second, row) = if size == Size::Wide {
        (left + 220.0, 0.0)
    } else {
        (left, 20.0)
    };
    drawing.rect("fl", (left, bottom + 34.0), (14.0, 14.0), 100);
    drawing.text(
        "",
        (left + 22.0, bottom + 46.0),
        "start",
        &texts.get("operator.signs_attacks"),
    );
    drawing.rect("fl", (second, bottom + 34.0 + row), (14.0, 14.0), 35);
    drawing.text(
        "",
        (second + 22.0, bottom + 46.0 + row),
        "start",
        &texts.get("operator.signs_weaknesses"),
    );
    drawing.done()
}

#[cfg(test)]
mod tests {
    use super::{SignDay, draw, grouped};
    use crate::text::Texts;
    use crate::web::pictures::Size;
    use jiff::civil::date;
    use tuermer_core::locale::Language;

    #[test]
    fn a_day_with_one_sign_is_seen_beside_one_with_thousands() {
        let days =
            [(1, 0, 5_000), (2, 1, 0), (3, 0, 0)].map(|(day, attacks, weaknesses)| SignDay {
                day: date(2021, 3, day),
                attacks,
                weaknesses,
            });
        for size in [Size::Wide, Size::Narrow] {
            let svg = draw(&days, Texts(Language::German), size);
            assert_eq!(
                svg.matches("<rect").count(),
                4,
                "two bars and two keys: {svg}"
            );
            assert!(
                svg.contains(&grouped(5_000, Language::German)) && !svg.contains("height=\"0\""),
                "{svg}"
            );
        }
    }
}
