//! Every station until nobody finds a gap, in one go: `run --once`, and what tests and drills do between two moments.

use super::rules::{self, Rejudged};
use super::{assess, by_hand, correlate, deliver, forget, has_gap, matching, poll, revise, tell};
use crate::context::Context;
use crate::refusal::in_english;
use crate::store::people::notice_deliveries::NoticesRecorded;
use anyhow::{Error, Result};
use serde::Serialize;
use tuermer_core::limits::ONCE_PASSES;
use tuermer_core::station::Station;

/// What all rounds did together.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OnceReport {
    /// Feeds.
    pub poll: poll::PollReport,
    /// New revisions, weighed.
    pub revise: revise::ReviseReport,
    /// Campaigns among the signs.
    pub correlate: correlate::CorrelateReport,
    /// Verdicts.
    pub assess: assess::AssessReport,
    /// Messages.
    pub deliver: deliver::DeliverReport,
    /// What has served its time.
    pub forget: forget::ForgetReport,
    /// Notices.
    pub tell: tell::TellReport,
    /// What came of judging everything again, where the rules changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rejudged>,
    /// Stations that failed; the others were done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedStation>,
}

/// A station that failed.
#[derive(Debug, Clone, Serialize)]
pub struct FailedStation {
    /// Its name.
    pub station: &'static str,
    /// Why.
    pub error: String,
}

/// Every station of the main line until nobody finds a gap: what `run --once` does without asking the world.
///
/// # Errors
/// A station failed; the others were done before.
pub async fn run_all(context: &Context) -> Result<OnceReport> {
    let stations: Vec<Station> = without_poll().collect();
    let (report, mut errors) = passes(context, &stations).await;
    match errors.pop() {
        Some((station, error)) => Err(error.context(format!("station {}", station.as_str()))),
        None => Ok(report),
    }
}

fn without_poll() -> impl Iterator<Item = Station> {
    Station::ALL
        .iter()
        .copied()
        .filter(|station| *station != Station::Poll)
}

/// Every station until nobody finds a gap. A station that fails is named and left out; the others are done. Returns what
/// each failure was, too.
pub async fn run_once(context: &Context) -> (OnceReport, Vec<(Station, Error)>) {
    passes(context, Station::ALL).await
}

async fn passes(context: &Context, stations: &[Station]) -> (OnceReport, Vec<(Station, Error)>) {
    let mut report = OnceReport::default();
    let mut errors: Vec<(Station, Error)> = Vec::new();
    let before = rules::last(context).await.unwrap_or_default();
    for _ in 0..ONCE_PASSES {
        let mut moved = false;
        for station in stations {
            if errors.iter().any(|(failed, _)| failed == station) {
                continue;
            }
            match round(context, *station, &mut report).await {
                Ok(did) => moved |= did,
                Err(error) => {
                    report.failed.push(FailedStation {
                        station: station.as_str(),
                        error: in_english(&error),
                    });
                    errors.push((*station, error));
                }
            }
        }
        if !moved {
            break;
        }
    }
    let last = rules::last(context).await.unwrap_or_default();
    report.rules = last.filter(|last| before != Some(*last));
    (report, errors)
}

/// One round; true where it changed something, so that others may have a gap now.
async fn round(context: &Context, station: Station, report: &mut OnceReport) -> Result<bool> {
    match station {
        Station::Poll => {
            let polled = poll::run(context).await?;
            let moved = polled.asked > 0;
            report.poll.add(&polled);
            return Ok(moved);
        }
        // It looks itself, and takes the lease itself: beside another dispatcher it does nothing.
        Station::Deliver => return handed_over(context, report).await,
        _ if !has_gap(context, station).await? => return Ok(false),
        _ => {}
    }
    by_hand(context, station, async |context| {
        leased(context, station, report).await
    })
    .await
}

/// A round under the lease.
async fn leased(context: &Context, station: Station, report: &mut OnceReport) -> Result<bool> {
    match station {
        Station::Revise => {
            let revised = revise::run(context).await?;
            report.revise.add(&revised);
            Ok(revised.revisions > 0)
        }
        Station::Correlate => {
            let found = correlate::run(context).await?;
            report.correlate.add(&found);
            Ok(found.new > 0 || found.drafts > 0)
        }
        Station::Assess => {
            let judged = matching::automatic(context).await?;
            report.assess.add(&judged);
            Ok(judged.threats > 0 || judged.organisations > 0)
        }
        Station::Tell => Ok(tell::round(context).await? > 0),
        Station::Forget => {
            report.forget.add(&forget::run(context).await?);
            Ok(false)
        }
        Station::Poll | Station::Deliver => Ok(false),
    }
}

async fn handed_over(context: &Context, report: &mut OnceReport) -> Result<bool> {
    if report.deliver.away.is_some() {
        // A log-in that was refused is not tried again and again.
        return Ok(false);
    }
    let handed = deliver::run(context).await?;
    let moved = handed.moved();
    let notices = NoticesRecorded {
        sent: report.tell.sent.saturating_add(handed.notices.sent),
        refused: report.tell.refused.saturating_add(handed.notices.refused),
        later: 0,
    };
    report.tell = tell::report(context, notices, handed.away.clone()).await?;
    report.deliver.add(handed);
    Ok(moved && report.deliver.away.is_none())
}
