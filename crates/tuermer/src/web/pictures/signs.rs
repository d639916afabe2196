//! Signs of the last weeks, day by day: attacks below, weaknesses on top.

use super::{Drawing, Size};
use crate::store::signs::counts::SignDay;
use crate::text::{Texts, grouped};
use tuermer_formats::times;

/// Where the bars stand.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Signs of the day with the most.
    most: u64,
}

/// Draws one bar for each day; `days` are complete and in order.
pub fn draw(days: &[SignDay], texts: Texts, size: Size) -> String {
    let (area, left, right) = match size {
        Size::Wide => ((680, 220), 52.0, 672.0),
        Size::Narrow => ((340, 220), 44.0, 336.0),
    };
    let plot = Plot {
        left,
        right,
        top: 18.0,
        bottom: 150.0,
        most: days.iter().map(SignDay::all).max().unwrap_or(0),
    };
    let mut drawing = Drawing::new(
        "signs",
        size,
        "",
        area,
        &texts.get("operator.signs_picture"),
        &description(days, plot.most, texts),
    );
    for (n, y) in [(plot.most, plot.top), (0, plot.bottom)] {
        drawing.path("ax", &format!("M{left:.0} {y:.0}H{right:.0}"));
        drawing.text("m", (left - 6.0, y + 5.0), "end", &grouped(n, texts.0));
    }
    plot.draw_days(&mut drawing, days);
    for (day, x, anchor) in [(days.first(), left, "start"), (days.last(), right, "end")] {
        if let Some(day) = day {
            let day = times::day(day.day, texts.0);
            drawing.text("m", (x, plot.bottom + 22.0), anchor, &day);
        }
    }
    plot.draw_legend(&mut drawing, texts, size);
    drawing.done()
}

fn description(days: &[SignDay], most: u64, texts: Texts) -> String {
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
    texts.with("operator.signs_picture_says", &values)
}

impl Plot {
    /// Attacks below, weaknesses on top; a single sign is still seen.
    fn draw_days(&self, drawing: &mut Drawing, days: &[SignDay]) {
        let height = |n: u64| (self.bottom - self.top) * super::share(n, self.most.max(1));
        let count = u32::try_from(days.len().max(1)).unwrap_or(1);
        let step = (self.right - self.left) / f64::from(count);
        for (place, day) in (0_u32..).zip(days) {
            let x = self.left + step * f64::from(place) + 1.0;
            let (low, high) = (height(day.attacks), height(day.weaknesses));
            if day.attacks > 0 {
                let tall = low.max(2.0);
                drawing.rect("fl", (x, self.bottom - tall), (step - 2.0, tall), 100);
            }
            if day.weaknesses > 0 {
                let tall = high.max(2.0);
                let y = self.bottom - low - tall;
                drawing.rect("fl", (x, y), (step - 2.0, tall), 35);
            }
        }
    }

    fn draw_legend(&self, drawing: &mut Drawing, texts: Texts, size: Size) {
        let (second, row) = match size {
            Size::Wide => (self.left + 220.0, 0.0),
            Size::Narrow => (self.left, 20.0),
        };
        let y = self.bottom + 34.0;
        let attacks = texts.get("operator.signs_attacks");
        drawing.rect("fl", (self.left, y), (14.0, 14.0), 100);
        drawing.text("", (self.left + 22.0, y + 12.0), "start", &attacks);
        let weaknesses = texts.get("operator.signs_weaknesses");
        drawing.rect("fl", (second, y + row), (14.0, 14.0), 35);
        drawing.text("", (second + 22.0, y + 12.0 + row), "start", &weaknesses);
    }
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
