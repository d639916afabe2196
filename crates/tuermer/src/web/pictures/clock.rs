//! How long the warning took: vertical steps, the first with its date, then what was added, and one bracket
//! "official notice → first message".

use super::{Drawing, Size};
use crate::text::Texts;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::picture::Clock;
use tuermer_formats::times;

/// Minutes from the notice to the first message that we aim at.
pub const TARGET_MINUTES: i64 = 60;

/// The steps that have happened, in order of time as they should come.
pub fn steps(clock: &Clock) -> Vec<(&'static str, Timestamp)> {
    let Clock {
        published,
        seen,
        matched,
        drafted,
        approved,
        first_sent,
        p50_delivered,
        p90_delivered,
    } = clock;
    let steps = [
        ("public.clock_published", published),
        ("public.clock_seen", seen),
        ("public.clock_matched", matched),
        ("public.clock_drafted", drafted),
        ("public.clock_approved", approved),
        ("public.clock_first_sent", first_sent),
        ("public.clock_p50_delivered", p50_delivered),
        ("public.clock_p90_delivered", p90_delivered),
    ];
    steps
        .into_iter()
        .filter_map(|(key, at)| at.map(|at| (key, at)))
        .collect()
}

/// Minutes from the notice to the first message.
pub fn minutes_to_warn(clock: &Clock) -> Option<i64> {
    let (Some(published), Some(sent)) = (clock.published, clock.first_sent) else {
        return None;
    };
    Some(sent.duration_since(published).as_mins().max(0))
}

/// `34 min`, `3 h 5 min`, `2 d 4 h`.
pub fn span(minutes: i64) -> String {
    let (hours, days) = (minutes / 60, minutes / 1440);
    match minutes {
        ..60 => format!("{minutes} min"),
        60..1440 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// What stands before a step: its date for the first and after a long pause, else what was added.
pub fn added(before: Option<Timestamp>, at: Timestamp, zone: &TimeZone, texts: Texts) -> String {
    match before.map(|before| at.duration_since(before)) {
        Some(passed) if passed.as_secs() < 0 => times::moment(at, zone, texts.0),
        Some(passed) if passed.as_secs() < 60 => format!("+ {} s", passed.as_secs()),
        Some(passed) if passed.as_hours() < 24 => format!("+ {}", span(passed.as_mins())),
        _ => times::moment(at, zone, texts.0),
    }
}

/// Distance between two steps.
const STEP: f64 = 46.0;

/// Where the first and the last step of the bracket stand.
#[derive(Default)]
struct Bracket {
    first: Option<f64>,
    sent: Option<f64>,
}

/// Draws it.
pub fn draw(clock: &Clock, zone: &TimeZone, texts: Texts, size: Size) -> String {
    let steps = steps(clock);
    let width = match size {
        Size::Wide => 680,
        Size::Narrow => 340,
    };
    let count = u32::try_from(steps.len()).unwrap_or(0);
    let below = if size == Size::Narrow { 56 } else { 0 };
    let height = count.saturating_mul(46).saturating_add(below).max(46);
    let minutes = minutes_to_warn(clock);
    let mut drawing = Drawing::new(
        "clock",
        size,
        "",
        (width, height),
        &texts.get("public.clock_title"),
        &description(minutes, texts),
    );
    let (bracket, below) = draw_steps(&mut drawing, &steps, zone, texts, size);
    if let (Some(minutes), Some(first), Some(sent)) = (minutes, bracket.first, bracket.sent) {
        match size {
            Size::Wide => bracket_beside(&mut drawing, (first, sent), minutes, texts),
            Size::Narrow => span_below(&mut drawing, below, minutes, texts),
        }
    }
    drawing.done()
}

fn description(minutes: Option<i64>, texts: Texts) -> String {
    match minutes {
        Some(minutes) => texts.with(
            "public.clock_description",
            &[
                ("span", &span(minutes)),
                ("target", &TARGET_MINUTES.to_string()),
            ],
        ),
        None => texts.get("public.clock_open"),
    }
}

/// Draws the steps below each other; gives where the bracket goes and where the next step would stand.
fn draw_steps(
    drawing: &mut Drawing,
    steps: &[(&'static str, Timestamp)],
    zone: &TimeZone,
    texts: Texts,
    size: Size,
) -> (Bracket, f64) {
    let axis = match size {
        Size::Wide => 190.0,
        Size::Narrow => 158.0,
    };
    let mut y = 22.0;
    let mut before = None;
    let mut bracket = Bracket::default();
    for (index, (key, at)) in steps.iter().enumerate() {
        if index > 0 {
            drawing.path("ax", &format!("M{axis:.0} {:.0}V{:.0}", y - 40.0, y - 6.0));
        }
        drawing.dot(axis, y);
        drawing.text(
            "m",
            (axis - 12.0, y + 5.0),
            "end",
            &added(before, *at, zone, texts),
        );
        drawing.text("", (axis + 16.0, y + 5.0), "start", &texts.get(key));
        bracket.first = bracket.first.or(Some(y));
        if *key == "public.clock_first_sent" {
            bracket.sent = Some(y);
        }
        before = Some(*at);
        y += STEP;
    }
    (bracket, y)
}

/// The bracket beside the steps, with the time it spans.
fn bracket_beside(drawing: &mut Drawing, (first, sent): (f64, f64), minutes: i64, texts: Texts) {
    drawing.path(
        "ln",
        &format!("M432 {first:.0}H448M440 {first:.0}V{sent:.0}M432 {sent:.0}H448"),
    );
    let middle = f64::midpoint(first, sent);
    drawing.text("h", (458.0, middle + 2.0), "start", &span(minutes));
    drawing.text("m", (458.0, middle + 22.0), "start", &target(texts));
}

/// On a phone the time stands below the steps.
fn span_below(drawing: &mut Drawing, y: f64, minutes: i64, texts: Texts) {
    let took = texts.with("public.clock_took", &[("span", &span(minutes))]);
    drawing.text("h", (0.0, y + 10.0), "start", &took);
    drawing.text("m", (0.0, y + 30.0), "start", &target(texts));
}

fn target(texts: Texts) -> String {
    let minutes = TARGET_MINUTES.to_string();
    texts.with("public.clock_target", &[("target", &minutes)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_people_say_them() {
        for (minutes, words) in [
            (0, "0 min"),
            (59, "59 min"),
            (60, "1 h 0 min"),
            (215, "3 h 35 min"),
            (3_000, "2 d 2 h"),
        ] {
            assert_eq!(span(minutes), words);
        }
    }
}
