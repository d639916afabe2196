//! Until when? A decision table answers: the policy. Which one is data; the default is that of CISA BOD 26-04.
//!
//! Four yes/no questions are asked of every open flaw. Unknown counts as the worse value and is marked as assumed. Rows
//! are read from top to bottom, the first that fits decides; lifts come after them and only shorten the deadline, and
//! so does a due day of KEV that leaves less time. Severity and certainty are other questions and stay apart.

use crate::limits::{DAYS_OF_ON_UPGRADE, DAYS_OF_TODAY};
use crate::scale::{Level, Status, Urgency, words};
use crate::threat::{Exploitation, Threat, Vulnerability};
use std::collections::HashMap;
use std::sync::Arc;

/// A decision table with its name and version.
#[derive(Debug, Clone, PartialEq)]
pub struct UrgencyPolicy {
    /// Name, for example `cisa:DT_BOD2604`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from.
    pub source: String,
    /// The table; the first row that fits decides. Every combination of the four inputs has one.
    pub rows: Vec<PolicyRow>,
    /// Rules on top; each that fits may only shorten the deadline.
    pub lifts: Vec<PolicyRow>,
    /// A due day of KEV that leaves fewer days than the table counts.
    pub due_dates: bool,
}

/// One row: when everything it names holds, this is the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRow {
    /// Name of the row, shown by `explain`.
    pub id: Arc<str>,
    /// The four inputs in the order of [`Input::ALL`]; `None` = any.
    pub inputs: [Option<bool>; 4],
    /// Only for threats of at least this level.
    pub level_at_least: Option<Level>,
    /// Only for flaws of at least this probability (EPSS), in millionths.
    pub epss_at_least: Option<u32>,
    /// Until when.
    pub outcome: Urgency,
}

words! {
    /// The four questions of the table.
    Input {
        /// In KEV, or equal evidence of exploitation.
        Exploited = "exploited",
        /// Reachable from public networks.
        Exposed = "exposed",
        /// Attackers can automate it.
        Automatable = "automatable",
        /// Full control of the system, or everything on it disclosed.
        TotalImpact = "total_impact",
    }
}

/// One answered question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The answer that was used.
    pub yes: bool,
    /// Nobody said so: it is the worse value.
    pub assumed: bool,
}

/// The row that decided and what it was asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Row of the table, `+` and the lift where one shortened the deadline; `closed` where nothing is open.
    pub row: Arc<str>,
    /// The answers in the order of [`Input::ALL`]; empty where nothing is open.
    pub inputs: Vec<Answered>,
    /// The flaw that decided; empty where the threat names none.
    pub flaw: Arc<str>,
}

/// Until when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Until when.
    pub urgency: Urgency,
    /// Why.
    pub basis: Basis,
}

/// What is known of one flaw when the table is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlawFacts {
    /// Answers in the order of [`Input::ALL`]; `None` = unknown.
    pub inputs: [Option<bool>; 4],
    /// Level of the threat.
    pub level: Level,
    /// EPSS probability in millionths.
    pub epss: Option<u32>,
    /// Days CISA gave from listing to the due day.
    pub granted_days: Option<i64>,
}

impl Basis {
    /// Nothing is open, so no row was asked.
    pub fn closed() -> Self {
        Self {
            row: Arc::from("closed"),
            inputs: Vec::new(),
            flaw: Arc::from(""),
        }
    }

    /// Stored form of the answers: `exploited=yes exposed=yes? automatable=no total_impact=yes?`, `?` = assumed.
    pub fn inputs_text(&self) -> String {
        let word = |(input, answer): (&Input, &Answered)| {
            format!(
                "{}={}{}",
                input.as_str(),
                if answer.yes { "yes" } else { "no" },
                if answer.assumed { "?" } else { "" }
            )
        };
        Input::ALL
            .iter()
            .zip(&self.inputs)
            .map(word)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Reads the stored form back; words it does not know are left out.
    pub fn parse_inputs(text: &str) -> Vec<(Input, Answered)> {
        let one = |word: &str| {
            let (input, answer) = word.split_once('=')?;
            let yes = answer.trim_end_matches('?') == "yes";
            Some((
                Input::parse(input)?,
                Answered {
                    yes,
                    assumed: answer.ends_with('?'),
                },
            ))
        };
        text.split(' ').filter_map(one).collect()
    }
}

impl UrgencyPolicy {
    /// Asks the table about one flaw. Every unknown answer is tried both ways, and the worse outcome counts.
    pub fn decide(&self, facts: FlawFacts, flaw: &Arc<str>) -> Decision {
        let mut worst: Option<Decision> = None;
        // Yes first: where both ways lead to the same deadline, "yes" is shown.
        for combination in 0..16_u8 {
            let tried = [0, 1, 2, 3].map(|bit| combination & (1 << bit) == 0);
            let possible = facts
                .inputs
                .iter()
                .zip(tried)
                .all(|(known, tried)| known.is_none_or(|known| known == tried));
            if !possible {
                continue;
            }
            let (urgency, row) = self.outcome(tried, facts);
            if worst.as_ref().is_none_or(|worst| urgency > worst.urgency) {
                let inputs = tried
                    .iter()
                    .zip(facts.inputs)
                    .map(|(yes, known)| Answered {
                        yes: *yes,
                        assumed: known.is_none(),
                    })
                    .collect();
                worst = Some(Decision {
                    urgency,
                    basis: Basis {
                        row,
                        inputs,
                        flaw: Arc::clone(flaw),
                    },
                });
            }
        }
        worst.unwrap_or_else(|| Decision {
            urgency: Urgency::Today,
            basis: Basis::closed(),
        })
    }

    fn outcome(&self, inputs: [bool; 4], facts: FlawFacts) -> (Urgency, Arc<str>) {
        let fits = |row: &&PolicyRow| row.fits(inputs, facts);
        // A table with a hole is refused when it is read; should there be one all the same, the worst is assumed.
        let (mut urgency, mut row) = self
            .rows
            .iter()
            .find(fits)
            .map_or((Urgency::Today, Arc::from("none")), |row| {
                (row.outcome, Arc::clone(&row.id))
            });
        let due = facts
            .granted_days
            .filter(|_| self.due_dates)
            .and_then(|days| step_within(days, urgency));
        let lifts = self
            .lifts
            .iter()
            .filter(fits)
            .map(|lift| (lift.outcome, &*lift.id));
        for (lifted, id) in due
            .map(|urgency| (urgency, DUE_DATE))
            .into_iter()
            .chain(lifts)
        {
            if lifted > urgency {
                urgency = lifted;
                row = Arc::from(format!(
                    "{}+{id}",
                    row.split('+').next().unwrap_or_default()
                ));
            }
        }
        (urgency, row)
    }
}

/// Name of the lift by a due day of KEV.
pub const DUE_DATE: &str = "due-date";

/// The longest deadline that ends within so many days; whoever had to search for traces still has to.
fn step_within(days: i64, before: Urgency) -> Option<Urgency> {
    let step = match days {
        // A due day before the day of listing was a mistake of the catalogue (until December 2025).
        i64::MIN..0 => return None,
        0..=DAYS_OF_TODAY => Urgency::Today,
        2..14 if before.search_for_traces() => Urgency::Days3AndTraces,
        2..14 => Urgency::Days3,
        14..60 => Urgency::Days14,
        60..DAYS_OF_ON_UPGRADE => Urgency::Days60,
        _ => return None,
    };
    let earlier = before
        .days()
        .is_none_or(|own| step.days().is_some_and(|days| days < own));
    earlier.then_some(step)
}

impl PolicyRow {
    fn fits(&self, inputs: [bool; 4], facts: FlawFacts) -> bool {
        let named = self
            .inputs
            .iter()
            .zip(inputs)
            .all(|(wanted, is)| wanted.is_none_or(|wanted| wanted == is));
        let level = self.level_at_least.is_none_or(|level| facts.level >= level);
        let epss = self
            .epss_at_least
            .is_none_or(|least| facts.epss.is_some_and(|epss| epss >= least));
        named && level && epss
    }
}

/// The decisions about every flaw of one threat, made once and asked for each organisation.
#[derive(Debug, Clone)]
pub struct Urgencies {
    /// Per flaw: not exposed, exposed, not known.
    by_flaw: Vec<[Decision; 3]>,
    index: HashMap<Arc<str>, usize>,
}

impl Urgencies {
    /// Asks the policy about every flaw; a threat without flaws counts as one of which only the threat itself tells.
    pub fn of(policy: &UrgencyPolicy, threat: &Threat) -> Self {
        let level = threat.level();
        let nameless = [Vulnerability::default()];
        let flaws = if threat.vulnerabilities.is_empty() {
            &nameless[..]
        } else {
            &threat.vulnerabilities[..]
        };
        let mut index = HashMap::new();
        let mut by_flaw = Vec::with_capacity(flaws.len());
        for flaw in flaws {
            let name: Arc<str> = Arc::from(flaw.id.as_str());
            index.insert(Arc::clone(&name), by_flaw.len());
            let decide = |exposed| policy.decide(facts(threat, level, flaw, exposed), &name);
            by_flaw.push([Some(false), Some(true), None].map(decide));
        }
        Self { by_flaw, index }
    }

    /// Until when for one organisation: the worst of its open flaws; of all where none is named.
    pub fn decide<'a>(
        &self,
        status: Status,
        exposed: Option<bool>,
        open: impl Iterator<Item = &'a str>,
    ) -> Decision {
        if matches!(status, Status::Fixed | Status::NotAffected) {
            return Decision {
                urgency: Urgency::Past,
                basis: Basis::closed(),
            };
        }
        let of = |[hidden, open, unknown]: &[Decision; 3]| match exposed {
            Some(false) => hidden.clone(),
            Some(true) => open.clone(),
            None => unknown.clone(),
        };
        if let [only] = self.by_flaw.as_slice() {
            return of(only);
        }
        // Equal deadlines: the flaw named first is told.
        let worst = |decisions: &mut dyn Iterator<Item = &[Decision; 3]>| {
            decisions
                .map(of)
                .fold(None, |worst: Option<Decision>, next| match worst {
                    Some(worst) if worst.urgency >= next.urgency => Some(worst),
                    _ => Some(next),
                })
        };
        let named = worst(&mut open.filter_map(|flaw| self.by_flaw.get(*self.index.get(flaw)?)));
        let decision = named.or_else(|| worst(&mut self.by_flaw.iter()));
        decision.unwrap_or_else(|| Decision {
            urgency: Urgency::Today,
            basis: Basis::closed(),
        })
    }
}

/// Answers about a flaw: Vulnrichment's answers first, else the score's vector, else nothing.
fn facts(threat: &Threat, level: Level, flaw: &Vulnerability, exposed: Option<bool>) -> FlawFacts {
    let Vulnerability {
        id: _,
        title: _,
        cvss_tenths: _,
        cvss_vector,
        kev,
        epss,
        ssvc,
    } = flaw;
    let exploited =
        threat.exploited || kev.is_some() || ssvc.exploitation == Some(Exploitation::Active);
    let vector = from_cvss_vector(cvss_vector);
    let automatable = ssvc
        .automatable
        .or_else(|| vector.map(|(automatable, _)| automatable));
    let total_impact = ssvc.total_impact.or_else(|| vector.map(|(_, total)| total));
    let granted_days = kev
        .as_ref()
        .and_then(|kev| kev.added.until(kev.due).ok())
        .map(|span| i64::from(span.get_days()));
    let epss = epss.map(|epss| epss.probability);
    FlawFacts {
        inputs: [Some(exploited), exposed, automatable, total_impact],
        level,
        epss,
        granted_days,
    }
}

/// Reads automatability and impact from a CVSS vector (our rule): over the network, without privileges and without
/// interaction = automatable; high (version 2: complete) impact on confidentiality or integrity = total.
pub fn from_cvss_vector(vector: &str) -> Option<(bool, bool)> {
    if vector.is_empty() {
        return None;
    }
    let has = |metric: &str| vector.split('/').any(|part| part == metric);
    let automatable = has("AV:N") && ((has("PR:N") && has("UI:N")) || has("Au:N"));
    let total = has("C:H") || has("I:H") || has("VC:H") || has("VI:H") || has("C:C") || has("I:C");
    Some((automatable, total))
}

#[cfg(test)]
#[path = "urgency_tests.rs"]
pub(crate) mod tests;
