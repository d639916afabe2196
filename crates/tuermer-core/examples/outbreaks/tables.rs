//! The figures of all runs: one row for each detector, setting and size, and the tables of the document.

use super::run::{BUDGETS, Case, DETECTORS, MEMBERS, Outcome, SIZES, SPREADS, kind_name};
use std::collections::BTreeMap;
use std::fmt::Write;
use tuermer_core::correlate::Detector;

/// How outbreaks of one sort were met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Met {
    pub outbreaks: usize,
    /// Share that was found at all.
    pub found: f64,
    /// Victims hit before the alarm (all of them where there was none): median and 90th percentile.
    pub hit: (f64, f64),
    /// Mean share of the victims hit before the alarm.
    pub hit_share: f64,
    /// Hours from the first victim to the alarm: median and 90th percentile; infinite where it was never found.
    pub hours: (f64, f64),
}

/// One detector with one setting.
pub struct Row {
    pub detector: Detector,
    pub setting: String,
    pub budget: f64,
    /// False alarms of a month: mean, and the 95th percentile of months.
    pub false_alarms: (f64, f64),
    pub by_kind: BTreeMap<&'static str, f64>,
    /// By size.
    pub met: Vec<Met>,
    /// Of outbreaks of ten: by hours of spread, by quiet and busy product, with and without a shared network.
    pub sorts: Vec<(String, Met)>,
}

impl Row {
    /// The setting of the product, and the simple rule as everybody states it.
    pub fn is_default_setting(&self) -> bool {
        if self.detector == Detector::Three {
            self.setting.starts_with("3 ")
        } else {
            self.budget == 1.0
        }
    }
}

pub struct Summary {
    pub runs: usize,
    pub rows: Vec<Row>,
}

pub fn summarise(outcomes: &[Outcome]) -> Summary {
    let mut rows = Vec::new();
    for (detector, name) in DETECTORS.iter().enumerate() {
        for (setting, budget) in BUDGETS.iter().enumerate() {
            let mut months: Vec<f64> = Vec::new();
            let mut by_kind: BTreeMap<&'static str, f64> = BTreeMap::new();
            for outcome in outcomes {
                let here = outcome
                    .false_alarms
                    .iter()
                    .filter(|((d, s, _), _)| (*d, *s) == (detector, setting));
                let mut month = 0.0;
                for ((_, _, kind), count) in here {
                    month += f64::from(*count);
                    *by_kind.entry(kind_name(*kind)).or_default() +=
                        f64::from(*count) / outcomes.len() as f64;
                }
                months.push(month);
            }
            let cases: Vec<&Case> = outcomes
                .iter()
                .flat_map(|outcome| &outcome.cases)
                .filter(|case| (case.detector, case.setting) == (detector, setting))
                .collect();
            let three = *name == Detector::Three;
            rows.push(Row {
                detector: *name,
                setting: if three {
                    format!("{} in 24 h", MEMBERS[setting])
                } else {
                    format!("{budget} a month")
                },
                budget: *budget,
                false_alarms: (
                    months.iter().sum::<f64>() / months.len() as f64,
                    quantile(&mut months, 0.95),
                ),
                by_kind,
                met: SIZES
                    .map(|size| met(&cases, |case| case.size == size))
                    .to_vec(),
                sorts: sorts(&cases),
            });
        }
    }
    Summary {
        runs: outcomes.len(),
        rows,
    }
}

fn sorts(cases: &[&Case]) -> Vec<(String, Met)> {
    let ten: Vec<&Case> = cases
        .iter()
        .copied()
        .filter(|case| case.size == 10)
        .collect();
    let mut sorts: Vec<(String, Met)> = SPREADS
        .iter()
        .map(|hours| {
            (
                format!("within {hours} h"),
                met(&ten, |case| case.spread_hours == *hours),
            )
        })
        .collect();
    sorts.push((
        "product quieter than 0.2 signs a day".into(),
        met(&ten, |case| case.per_day < 0.2),
    ));
    sorts.push((
        "product with 0.2 to 2 signs a day".into(),
        met(&ten, |case| (0.2..2.0).contains(&case.per_day)),
    ));
    sorts.push((
        "product with more than 2 signs a day".into(),
        met(&ten, |case| case.per_day >= 2.0),
    ));
    sorts.push((
        "one source network".into(),
        met(&ten, |case| case.one_network),
    ));
    sorts.push((
        "no network in common".into(),
        met(&ten, |case| !case.one_network),
    ));
    sorts
}

fn met(cases: &[&Case], which: impl Fn(&Case) -> bool) -> Met {
    let of = || cases.iter().filter(|case| which(case));
    let mut hit: Vec<f64> = of()
        .map(|case| f64::from(case.found.map_or(case.size, |(hit, _)| hit)))
        .collect();
    let mut hours: Vec<f64> = of()
        .map(|case| case.found.map_or(f64::INFINITY, |(_, hours)| hours))
        .collect();
    let found = of().filter(|case| case.found.is_some()).count();
    let share = of()
        .map(|case| f64::from(case.found.map_or(case.size, |(hit, _)| hit)) / f64::from(case.size))
        .sum::<f64>();
    Met {
        hit_share: share / hit.len().max(1) as f64,
        outbreaks: hit.len(),
        found: found as f64 / hit.len().max(1) as f64,
        hit: (quantile(&mut hit, 0.5), quantile(&mut hit, 0.9)),
        hours: (quantile(&mut hours, 0.5), quantile(&mut hours, 0.9)),
    }
}

/// The smallest value that at least this share does not exceed.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = ((values.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(place).copied().unwrap_or(f64::NAN)
}

pub fn csv(summary: &Summary) -> String {
    let mut text = String::from(
        "detector,setting,false_alarms_per_month,false_alarms_95,victims,outbreaks,found,hit_median,hit_90,hit_share,hours_median,hours_90\n",
    );
    for row in &summary.rows {
        for (size, met) in SIZES.iter().zip(&row.met) {
            let Met {
                outbreaks,
                found,
                hit,
                hit_share,
                hours,
            } = met;
            let alarms = row.false_alarms;
            writeln!(
                text,
                "{},{},{:.3},{},{size},{outbreaks},{found:.4},{},{},{hit_share:.4},{},{}",
                row.detector.as_str(),
                row.setting,
                alarms.0,
                alarms.1,
                hit.0,
                hit.1,
                hours_text(hours.0),
                hours_text(hours.1)
            )
            .unwrap();
        }
    }
    text
}

fn hours_text(hours: f64) -> String {
    if hours.is_finite() {
        format!("{hours:.1}")
    } else {
        "never".into()
    }
}

fn cell(met: &Met) -> String {
    format!(
        "{:.0} % · {}/{} · {}",
        met.found * 100.0,
        met.hit.0,
        met.hit.1,
        hours_text(met.hours.0)
    )
}

/// The tables of the document.
pub fn markdown(summary: &Summary) -> String {
    let mut text = format!(
        "{} runs. A cell: found · victims hit before the alarm, median/90 % · hours to the alarm, median.\n\n",
        summary.runs
    );
    text += "| detector | set to | false alarms a month (95 % of months) | 2 | 3 | 5 | 10 | 20 | 50 victims |\n|---|---|---|---|---|---|---|---|---|\n";
    for row in &summary.rows {
        let cells: Vec<String> = row.met.iter().map(cell).collect();
        writeln!(
            text,
            "| {} | {} | {:.2} (≤ {}) | {} |",
            row.detector.as_str(),
            row.setting,
            row.false_alarms.0,
            row.false_alarms.1,
            cells.join(" | ")
        )
        .unwrap();
    }
    text += "\n| detector, 1 a month | false alarms by kind |\n|---|---|\n";
    for row in summary.rows.iter().filter(|row| row.is_default_setting()) {
        let kinds: Vec<String> = row
            .by_kind
            .iter()
            .map(|(kind, count)| format!("{kind} {count:.2}"))
            .collect();
        writeln!(
            text,
            "| {} ({}) | {} |",
            row.detector.as_str(),
            row.setting,
            kinds.join(", ")
        )
        .unwrap();
    }
    text += "\n| outbreaks of ten | three (3 in 24 h) | exceedance | cusum | scan |\n|---|---|---|---|---|\n";
    let columns: Vec<&Row> = summary
        .rows
        .iter()
        .filter(|row| row.is_default_setting())
        .collect();
    for place in 0..columns[0].sorts.len() {
        let cells: Vec<String> = columns
            .iter()
            .map(|row| cell(&row.sorts[place].1))
            .collect();
        writeln!(
            text,
            "| {} | {} |",
            columns[0].sorts[place].0,
            cells.join(" | ")
        )
        .unwrap();
    }
    text
}
