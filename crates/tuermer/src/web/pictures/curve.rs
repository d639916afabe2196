//! How fast the hole is closed: solid = measured again, dashed = by their own word; the area between is unproven.

use super::{Drawing, Size, percent, share};
use crate::store::views::picture::{CurvePoint, PatchCurve};
use crate::text::Texts;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;
use tuermer_core::limits::{CURVE_POINTS, HIDDEN_BELOW};
use tuermer_formats::times;

/// The curve without counts that could point at single companies: fewer than five are drawn as none.
pub fn public(curve: &PatchCurve) -> PatchCurve {
    let hide = |count: u64| if count < HIDDEN_BELOW { 0 } else { count };
    let points = curve
        .points
        .iter()
        .map(|p| CurvePoint {
            at: p.at,
            measured: hide(p.measured),
            told: hide(p.told),
        })
        .collect();
    PatchCurve {
        points,
        warnings: curve.warnings.clone(),
        ..*curve
    }
}

/// Until when the curve is drawn: now, but not far beyond the last thing that happened.
pub fn until(curve: &PatchCurve, now: Timestamp) -> Timestamp {
    let later = |at: Timestamp, days: i64| {
        at.checked_add(SignedDuration::from_hours(days.saturating_mul(24)))
            .unwrap_or(at)
    };
    let last = curve
        .points
        .iter()
        .map(|p| p.at)
        .chain(curve.warnings.iter().copied())
        .max()
        .unwrap_or(curve.from);
    now.clamp(
        later(curve.from, 1),
        later(last, 7).max(later(curve.from, 14)),
    )
}

/// The state at even steps from the beginning to `until`, at most [`CURVE_POINTS`] of them.
pub fn sampled(curve: &PatchCurve, until: Timestamp) -> Vec<CurvePoint> {
    let steps = i64::try_from(CURVE_POINTS).unwrap_or(1);
    let (first, last) = (curve.from.as_microsecond(), until.as_microsecond());
    (0..=steps)
        .filter_map(|step| {
            let at = last
                .saturating_sub(first)
                .checked_div(steps)?
                .checked_mul(step)?
                .checked_add(first)?;
            let at = Timestamp::from_microsecond(at).ok()?;
            let state = curve.points.iter().take_while(|p| p.at <= at).last();
            Some(CurvePoint {
                at,
                measured: state.map_or(0, |p| p.measured),
                told: state.map_or(0, |p| p.told),
            })
        })
        .collect()
}

/// Width of the longest word beside a vertical line.
const WORD: f64 = 64.0;

/// Where the plot lies.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    from: Timestamp,
    until: Timestamp,
}

impl Plot {
    #[allow(clippy::cast_precision_loss)] // microseconds of a few weeks are far below 2^52
    fn x(&self, at: Timestamp) -> f64 {
        let span = self
            .until
            .as_microsecond()
            .saturating_sub(self.from.as_microsecond())
            .max(1) as f64;
        let here = at
            .as_microsecond()
            .saturating_sub(self.from.as_microsecond()) as f64;
        self.left + (here / span).clamp(0.0, 1.0) * (self.right - self.left)
    }

    fn y(&self, share: f64) -> f64 {
        self.bottom - share * (self.bottom - self.top)
    }

    /// `M… L…` through `values`, `backwards` to close an area.
    fn line(
        &self,
        points: &[CurvePoint],
        value: impl Fn(&CurvePoint) -> f64,
        backwards: bool,
    ) -> String {
        let mut d = String::new();
        let mut draw = |p: &CurvePoint| {
            let letter = if d.is_empty() && !backwards { 'M' } else { 'L' };
            let _ = write!(d, "{letter}{:.1} {:.1}", self.x(p.at), self.y(value(p)));
        };
        if backwards {
            points.iter().rev().for_each(&mut draw)
        } else {
            points.iter().for_each(&mut draw)
        }
        d
    }
}

/// Draws it.
pub fn draw(
    curve: &PatchCurve,
    now: Timestamp,
    zone: &TimeZone,
    texts: Texts,
    size: Size,
) -> String {
    let until = until(curve, now);
    let points = sampled(curve, until);
    let end = points.last().copied().unwrap_or(CurvePoint {
        at: until,
        measured: 0,
        told: 0,
    });
    let legend = Legend::new(curve, &end, until, zone, texts);
    let (area, right, bottom) = match size {
        Size::Wide => ((680, 300), 496.0, 264.0),
        Size::Narrow => ((340, 320), 326.0, 230.0),
    };
    let plot = Plot {
        left: 52.0,
        right,
        top: 18.0,
        bottom,
        from: curve.from,
        until,
    };
    let mut drawing = Drawing::new(
        "curve",
        size,
        "",
        area,
        &texts.get("public.curve_title"),
        &legend.description,
    );
    axes(&mut drawing, &plot, zone, texts, size);
    for (index, at) in curve.warnings.iter().enumerate() {
        draw_warning(&mut drawing, &plot, index, *at, texts);
    }
    let solid = |p: &CurvePoint| share(p.measured, curve.base);
    let dashed = |p: &CurvePoint| share(p.told, curve.base);
    let (there, back) = (
        plot.line(&points, dashed, false),
        plot.line(&points, solid, true),
    );
    drawing.path("ar", &format!("{there}{back}Z"));
    drawing.path("ds", &plot.line(&points, dashed, false));
    drawing.path("ln", &plot.line(&points, solid, false));
    match size {
        Size::Wide => legend.draw_at_end(&mut drawing, &plot, (solid(&end), dashed(&end))),
        Size::Narrow => legend.draw_below(&mut drawing),
    }
    drawing.done()
}

/// A warning as a vertical line with its word.
fn draw_warning(drawing: &mut Drawing, plot: &Plot, index: usize, at: Timestamp, texts: Texts) {
    let x = plot.x(at);
    drawing.path("ev", &format!("M{x:.0} {:.0}V{:.0}", plot.top, plot.bottom));
    let key = match index {
        0 => "public.curve_warning",
        _ => "public.curve_update",
    };
    // Words that would run out of the drawing stand before their line.
    let (at, anchor) = match x > plot.right - WORD {
        true => (x - 4.0, "end"),
        false => (x + 4.0, "start"),
    };
    let row = f64::from(u32::try_from(index % 3).unwrap_or(0));
    let y = plot.top + 12.0 + 16.0 * row;
    drawing.text("", (at, y), anchor, &texts.get(key));
}

/// What the lines are, in words.
struct Legend {
    description: String,
    told: String,
    measured: String,
}

impl Legend {
    fn new(
        curve: &PatchCurve,
        end: &CurvePoint,
        until: Timestamp,
        zone: &TimeZone,
        texts: Texts,
    ) -> Self {
        let base = crate::text::grouped(curve.base, texts.0);
        let measured = percent(end.measured, curve.base).to_string();
        let told = percent(end.told, curve.base).to_string();
        let day = times::day_year(until.to_zoned(zone.clone()).date(), texts.0);
        let values: [(&str, &str); 4] = [
            ("base", &base),
            ("measured", &measured),
            ("told", &told),
            ("day", &day),
        ];
        Self {
            description: texts.with("public.curve_description", &values),
            told: texts.with("public.curve_told", &values),
            measured: texts.with("public.curve_measured", &values),
        }
    }

    /// Beside the ends of the lines, never one over the other.
    fn draw_at_end(&self, drawing: &mut Drawing, plot: &Plot, (solid, dashed): (f64, f64)) {
        let low = plot.y(solid).max(plot.top + 20.0) + 5.0;
        let high = (plot.y(dashed) + 5.0).min(low - 18.0);
        drawing.text("", (plot.right + 8.0, high), "start", &self.told);
        drawing.text("b", (plot.right + 8.0, low), "start", &self.measured);
    }

    fn draw_below(&self, drawing: &mut Drawing) {
        drawing.path("ds", "M52 276H84");
        drawing.text("", (92.0, 281.0), "start", &self.told);
        drawing.path("ln", "M52 302H84");
        drawing.text("b", (92.0, 307.0), "start", &self.measured);
    }
}

fn axes(drawing: &mut Drawing, plot: &Plot, zone: &TimeZone, texts: Texts, size: Size) {
    for quarter in 0..=4_u32 {
        let y = plot.y(f64::from(quarter) / 4.0);
        drawing.path("ax", &format!("M{:.0} {y:.0}H{:.0}", plot.left, plot.right));
        drawing.text(
            "m",
            (plot.left - 6.0, y + 5.0),
            "end",
            &format!("{}\u{a0}%", quarter.saturating_mul(25)),
        );
    }
    let span = plot
        .until
        .as_microsecond()
        .saturating_sub(plot.from.as_microsecond());
    let days = span / (24 * 3_600_000_000);
    let ticks = match size {
        Size::Wide => days.clamp(1, 3),
        Size::Narrow => days.clamp(1, 2),
    };
    for tick in 0..=ticks {
        let at = span
            .saturating_mul(tick)
            .checked_div(ticks)
            .and_then(|passed| plot.from.as_microsecond().checked_add(passed));
        let Some(at) = at.and_then(|at| Timestamp::from_microsecond(at).ok()) else {
            continue;
        };
        let anchor = match tick {
            0 => "start",
            tick if tick == ticks => "end",
            _ => "middle",
        };
        drawing.text(
            "m",
            (plot.x(at), plot.bottom + 22.0),
            anchor,
            &times::day(at.to_zoned(zone.clone()).date(), texts.0),
        );
    }
}
