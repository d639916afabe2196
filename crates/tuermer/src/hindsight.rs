//! How somebody stood to a threat on an earlier day, put together from what was kept. Writes nothing.

use crate::context::Context;
use crate::store::verdicts::exposures::{ShownGround, Verdict};
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::assess::Case;
use tuermer_core::exposure::{Exposure, Match};
use tuermer_core::hindsight::judge;
use tuermer_core::ids::ThreatId;
use tuermer_core::organisation::Organisation;
use tuermer_core::urgency::Urgencies;

/// A verdict about an earlier day, as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Hindsight {
    /// The verdict.
    pub verdict: Verdict,
    /// Everything considered, strongest first.
    pub grounds: Vec<ShownGround>,
    /// Per asset and flaw.
    pub matches: Vec<Match>,
    /// The day that was asked about.
    pub as_of: Timestamp,
    /// When both the threat and the facts behind the verdict had reached us.
    pub known_since: Timestamp,
    /// What reached us only after that day and was taken all the same.
    pub late: Vec<Late>,
}

/// Knowledge that came too late for the day that was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// The threat reached us at this time.
    Threat(Timestamp),
    /// What the organisation runs, or a sign of it, reached us at this time.
    Facts(Timestamp),
    /// The catalogue of exploited flaws reached us at this time.
    Catalogue(Timestamp),
}

impl Late {
    /// Word of the machine's answer, and the time.
    pub fn parts(self) -> (&'static str, Timestamp) {
        match self {
            Self::Threat(at) => ("threat", at),
            Self::Facts(at) => ("facts", at),
            Self::Catalogue(at) => ("catalogue", at),
        }
    }
}

/// Judges one organisation with what was known at `at`; `None` where nothing of it ever had to do with the threat.
pub async fn explain(
    context: &Context,
    id: &ThreatId,
    organisation: &Organisation,
    at: Timestamp,
) -> Result<Option<Hindsight>> {
    let Some(known) = context.store.threat_as_of(id, at).await? else {
        return Ok(None);
    };
    let past = context.store.past(&organisation.id, id).await?;
    let packs = context.packs().await?;
    let urgencies = Urgencies::of(&context.policy, &known.threat);
    let reports = context.store.report_days(at).await?;
    let case = Case {
        threat: &known.threat,
        packs: &packs,
        urgencies: &urgencies,
        reports: &reports,
        now: at,
    };
    let Some(then) = judge(case, &organisation.id, &past) else {
        return Ok(None);
    };
    let mut late = Vec::new();
    late.extend((known.since > at).then_some(Late::Threat(known.since)));
    late.extend(then.late.then_some(Late::Facts(then.facts_since)));
    late.extend(known.kev_since.map(Late::Catalogue));
    Ok(Some(Hindsight {
        verdict: verdict(&then.exposure, organisation),
        grounds: then
            .exposure
            .grounds
            .iter()
            .map(ShownGround::from)
            .collect(),
        matches: then.exposure.matches,
        as_of: at,
        known_since: known.since.max(then.facts_since),
        late,
    }))
}

/// A verdict as a stored one is shown.
fn verdict(exposure: &Exposure, organisation: &Organisation) -> Verdict {
    let decisive = exposure.decisive.as_ref();
    Verdict {
        organisation: organisation.id.clone(),
        external_id: organisation.external_id.clone(),
        name: organisation.name().to_string(),
        city: organisation.city().to_string(),
        threat: exposure.threat.clone(),
        tracking_id: exposure.threat.tracking_id().to_string(),
        status: exposure.status,
        certainty: exposure.certainty,
        mitigated: exposure.mitigated,
        incident: exposure.incident,
        severity: exposure.severity,
        urgency: exposure.urgency,
        urgency_row: exposure.basis.row.to_string(),
        urgency_flaw: exposure.basis.flaw.to_string(),
        urgency_inputs: exposure.basis.inputs_text(),
        reason: exposure.reason.clone(),
        question: exposure.question.clone(),
        product: decisive.map_or_else(String::new, |decisive| decisive.product.clone()),
        version: decisive.map_or_else(String::new, |decisive| decisive.version.clone()),
        source: decisive.map_or_else(String::new, |decisive| decisive.source.clone()),
        observed_at: decisive.map_or(exposure.assessed_at, |decisive| decisive.observed_at),
        measured: exposure.measured,
        assessed_at: exposure.assessed_at,
    }
}
