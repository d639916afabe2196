//! The picture: for each size of outbreak what a detector costs in false alarms and what it gains, as SVG without a library.
//!
//! Lines differ in colour, dash and mark, so that they can be told apart in print and by the colour-blind (Okabe–Ito).

use super::run::SIZES;
use super::tables::{Row, Summary};
use std::fmt::Write;
use tuermer_core::correlate::Detector;

const WIDTH: f64 = 1_180.0;
const HEIGHT: f64 = 640.0;
const LEFT: f64 = 74.0;
const TOP: f64 = 92.0;
const PANEL: (f64, f64) = (196.0, 190.0);
const GAP: (f64, f64) = (24.0, 62.0);
/// False alarms a month at both ends of an axis, as powers of ten.
const ALARMS: (f64, f64) = (-2.0, 2.5);

fn style(detector: Detector) -> (&'static str, &'static str, &'static str) {
    match detector {
        Detector::Three => ("#555555", "2 3", "n members in 24 h (simple rule)"),
        Detector::Exceedance => ("#0072b2", "7 3", "exceedance"),
        Detector::Cusum => ("#d55e00", "7 3 2 3", "CUSUM"),
        Detector::Scan => ("#009e73", "none", "scan (default)"),
    }
}

/// Place of a number of false alarms on the axis.
fn across(false_alarms: f64, left: f64) -> f64 {
    let share = (false_alarms.max(1e-9).log10() - ALARMS.0) / (ALARMS.1 - ALARMS.0);
    left + share.clamp(0.0, 1.0) * PANEL.0
}

pub fn draw(summary: &Summary) -> String {
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13" fill="#222">
<title>Outbreaks found, and victims hit before the alarm, against false alarms a month</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
<text x="{LEFT}" y="26" font-size="18" font-weight="bold">How many are hit before somebody notices?</text>
<text x="{LEFT}" y="46">{} invented regions with 25,000 members and 90 days of usual signs. Up and to the left is better above, down and to the left below.</text>
"##,
        summary.runs
    );
    legend(&mut svg);
    for (column, size) in (1..SIZES.len()).enumerate() {
        panels(&mut svg, summary, column, size);
    }
    axis_names(&mut svg);
    svg + "</svg>\n"
}

/// Both panels of one size of outbreak: what was found, and who was hit before.
fn panels(svg: &mut String, summary: &Summary, column: usize, size: usize) {
    let left = LEFT + column as f64 * (PANEL.0 + GAP.0);
    let (middle, victims) = (left + PANEL.0 / 2.0, SIZES[size]);
    writeln!(svg, r#"<text x="{middle:.1}" y="{}" text-anchor="middle" font-weight="bold">{victims} victims</text>"#, TOP + 18.0).unwrap();
    let top = TOP + 26.0;
    let below = top + PANEL.1 + GAP.1;
    let shares = |all| {
        [
            (0.0, "0 %"),
            (0.25, "25 %"),
            (0.5, "50 %"),
            (0.75, "75 %"),
            (1.0, all),
        ]
    };
    frame(svg, left, top, column == 0, &shares("100 %"));
    lines(svg, summary, left, top, |row| row.met[size].found);
    frame(svg, left, below, column == 0, &shares("all"));
    lines(svg, summary, left, below, |row| row.met[size].hit_share);
}

fn axis_names(svg: &mut String) {
    let middle = TOP + 26.0 + PANEL.1 / 2.0;
    for (y, words) in [
        (middle, "outbreaks found"),
        (
            middle + PANEL.1 + GAP.1,
            "victims hit before the alarm (mean)",
        ),
    ] {
        writeln!(svg, r#"<text transform="translate(18 {y:.1}) rotate(-90)" text-anchor="middle">{words}</text>"#).unwrap();
    }
    let bottom = HEIGHT - 16.0;
    writeln!(
        svg,
        r#"<text x="{:.1}" y="{bottom}" text-anchor="middle">false alarms a month, measured, over all kinds of signs (○ the setting "1 a month", or "3 in 24 h")</text>"#,
        WIDTH / 2.0
    )
    .unwrap();
}

fn legend(svg: &mut String) {
    let mut x = LEFT;
    for detector in [
        Detector::Scan,
        Detector::Exceedance,
        Detector::Cusum,
        Detector::Three,
    ] {
        let (colour, dash, name) = style(detector);
        writeln!(svg, r#"<line x1="{x:.1}" y1="70" x2="{:.1}" y2="70" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>"#, x + 40.0).unwrap();
        writeln!(svg, r#"<text x="{:.1}" y="75">{name}</text>"#, x + 48.0).unwrap();
        x += 80.0 + 8.0 * name.len() as f64;
    }
}

/// A panel with its grid; `named`: with the words of the upright axis.
fn frame(svg: &mut String, left: f64, top: f64, named: bool, marks: &[(f64, &str)]) {
    let (right, bottom) = (left + PANEL.0, top + PANEL.1);
    for (share, words) in marks {
        let y = bottom - share * PANEL.1;
        writeln!(
            svg,
            r##"<line x1="{left:.1}" y1="{y:.1}" x2="{right:.1}" y2="{y:.1}" stroke="#ddd"/>"##
        )
        .unwrap();
        if named {
            writeln!(
                svg,
                r#"<text x="{:.1}" y="{:.1}" text-anchor="end" font-size="12">{words}</text>"#,
                left - 6.0,
                y + 4.0
            )
            .unwrap();
        }
    }
    for (alarms, words) in [
        (0.01, "0.01"),
        (0.1, "0.1"),
        (1.0, "1"),
        (10.0, "10"),
        (100.0, "100"),
    ] {
        let x = across(alarms, left);
        writeln!(
            svg,
            r##"<line x1="{x:.1}" y1="{top:.1}" x2="{x:.1}" y2="{bottom:.1}" stroke="#ddd"/>"##
        )
        .unwrap();
        writeln!(
            svg,
            r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle" font-size="11">{words}</text>"#,
            bottom + 15.0
        )
        .unwrap();
    }
    writeln!(
        svg,
        r##"<rect x="{left:.1}" y="{top:.1}" width="{}" height="{}" fill="none" stroke="#888"/>"##,
        PANEL.0, PANEL.1
    )
    .unwrap();
}

fn lines(svg: &mut String, summary: &Summary, left: f64, top: f64, share: impl Fn(&Row) -> f64) {
    for detector in [
        Detector::Three,
        Detector::Cusum,
        Detector::Exceedance,
        Detector::Scan,
    ] {
        let (colour, dash, _) = style(detector);
        let rows: Vec<&Row> = summary
            .rows
            .iter()
            .filter(|row| row.detector == detector)
            .collect();
        let place = |row: &Row| {
            (
                across(row.false_alarms.0, left),
                top + PANEL.1 - share(row) * PANEL.1,
            )
        };
        let points: Vec<String> = rows
            .iter()
            .map(|row| place(row))
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        writeln!(svg, r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dash}"/>"#, points.join(" ")).unwrap();
        for row in rows {
            let (x, y) = place(row);
            let (radius, fill) = if row.is_default_setting() {
                (5.0, "#fff")
            } else {
                (2.2, colour)
            };
            writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" fill="{fill}" stroke="{colour}" stroke-width="2"/>"#).unwrap();
        }
    }
}
