//! Who is affected, how surely, and why: one verdict in a list, and one with its whole ground.

use super::{Keyed, Moment};
use crate::store::verdicts::exposures::{ShownGround, Verdict};
use jiff::Timestamp;
use serde::Serialize;
use tuermer_core::locale::Language;
use tuermer_core::urgency::{Answered, Basis};

/// A verdict in the list.
#[derive(Debug, Serialize)]
pub struct ExposureView<'a> {
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Tracking id of the document.
    pub threat: &'a str,
    /// Id of the threat: publisher and tracking id.
    pub threat_id: &'a str,
    /// The flaws it names.
    pub cves: &'a [String],
    /// `affected`, `fixed`, `not_affected` or `unknown`.
    pub status: &'static str,
    /// A word of `Certainty`.
    pub certainty: &'static str,
    /// A workaround is in place.
    pub mitigated: bool,
    /// Attackers are at work there already.
    pub incident: bool,
    /// Severity of CAP.
    pub severity: &'static str,
    /// A word of `Urgency`: until when.
    pub urgency: &'static str,
    /// The product that decided.
    pub asset: JudgedAssetView<'a>,
    /// Why, in the reader's language.
    pub reason: String,
    /// The question that would settle it, in the reader's language.
    pub question: Option<String>,
    /// It rests on something that was measured, not said.
    pub measured: bool,
    /// When it was judged.
    pub assessed_at: Moment,
}

/// The product a verdict rests on.
#[derive(Debug, Serialize)]
pub struct JudgedAssetView<'a> {
    /// Its name.
    pub product: &'a str,
    /// Its version; may be empty.
    pub version: &'a str,
    /// Who said so.
    pub source: &'a str,
    /// When it was seen.
    pub observed_at: Moment,
}

impl<'a> ExposureView<'a> {
    /// A verdict with the flaws of its threat.
    pub fn new(verdict: &'a Verdict, cves: &'a [String], language: Language) -> Self {
        Self {
            organisation: &verdict.external_id,
            name: &verdict.name,
            threat: &verdict.tracking_id,
            threat_id: verdict.threat.as_str(),
            cves,
            status: verdict.status.as_str(),
            certainty: verdict.certainty.as_str(),
            mitigated: verdict.mitigated,
            incident: verdict.incident,
            severity: verdict.severity.severity(),
            urgency: verdict.urgency.as_str(),
            asset: JudgedAssetView {
                product: &verdict.product,
                version: &verdict.version,
                source: &verdict.source,
                observed_at: Moment(verdict.observed_at),
            },
            reason: verdict.reason(language).to_string(),
            question: question(verdict, language),
            measured: verdict.measured,
            assessed_at: Moment(verdict.assessed_at),
        }
    }
}

/// The question that would settle a verdict; `None` where there is nothing to ask.
fn question(verdict: &Verdict, language: Language) -> Option<String> {
    let question = verdict.question(language);
    (!question.is_empty()).then(|| question.to_string())
}

/// A verdict with its whole ground, of today or of an earlier day.
#[derive(Debug, Serialize)]
pub struct ExplainedView<'a> {
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Tracking id of the document.
    pub threat: &'a str,
    /// Id of the threat: publisher and tracking id.
    pub threat_id: &'a str,
    /// `affected`, `fixed`, `not_affected` or `unknown`.
    pub status: &'static str,
    /// A word of `Certainty`.
    pub certainty: &'static str,
    /// A workaround is in place.
    pub mitigated: bool,
    /// Attackers are at work there already.
    pub incident: bool,
    /// Severity of CAP.
    pub severity: &'static str,
    /// A word of `Urgency`: until when.
    pub urgency: &'static str,
    /// Which row of the policy set the deadline.
    pub decision: DecisionView<'a>,
    /// Why, in the reader's language.
    pub reason: String,
    /// The question that would settle it, in the reader's language.
    pub question: Option<String>,
    /// Everything that was weighed.
    pub grounds: Vec<GroundView<'a>>,
    /// Each product and flaw.
    pub matches: Vec<AssetMatchView<'a>>,
    /// It rests on something that was measured, not said.
    pub measured: bool,
    /// When it was judged.
    pub assessed_at: Moment,
    /// Only for an earlier day: that day, and what came too late for it.
    #[serde(flatten)]
    pub past: Option<PastView>,
}

impl<'a> ExplainedView<'a> {
    /// A verdict as it stands, without grounds and matches.
    pub fn new(verdict: &'a Verdict, language: Language) -> Self {
        Self {
            organisation: &verdict.external_id,
            name: &verdict.name,
            threat: &verdict.tracking_id,
            threat_id: verdict.threat.as_str(),
            status: verdict.status.as_str(),
            certainty: verdict.certainty.as_str(),
            mitigated: verdict.mitigated,
            incident: verdict.incident,
            severity: verdict.severity.severity(),
            urgency: verdict.urgency.as_str(),
            decision: DecisionView::from(verdict),
            reason: verdict.reason(language).to_string(),
            question: question(verdict, language),
            grounds: Vec::new(),
            matches: Vec::new(),
            measured: verdict.measured,
            assessed_at: Moment(verdict.assessed_at),
            past: None,
        }
    }
}

/// One thing that was weighed.
#[derive(Debug, Serialize)]
pub struct GroundView<'a> {
    /// What it says: `affected`, `fixed`, `not_affected` or `unknown`.
    pub status: &'static str,
    /// A word of `Certainty`.
    pub certainty: &'static str,
    /// Why it says so, in the reader's language.
    pub reason: String,
    /// Who says so.
    pub source: &'a str,
    /// Where it was seen; may be empty.
    pub place: &'a str,
    /// When it was seen.
    pub date: Moment,
    /// The day whose knowledge was asked for when it was weighed.
    pub as_of: Moment,
}

impl<'a> GroundView<'a> {
    /// A ground; `reason` is its reason in the reader's language.
    pub fn new(ground: &'a ShownGround, reason: String, as_of: Timestamp) -> Self {
        Self {
            status: ground.status.as_str(),
            certainty: ground.certainty.as_str(),
            reason,
            source: &ground.source,
            place: &ground.place,
            date: Moment(ground.observed_at),
            as_of: Moment(as_of),
        }
    }
}

/// One product and one flaw.
#[derive(Debug, Serialize)]
pub struct AssetMatchView<'a> {
    /// Id of the product; empty where only a sign fits.
    pub asset: &'a str,
    /// The flaw.
    pub vulnerability: &'a str,
    /// `affected`, `fixed`, `not_affected` or `unknown`.
    pub status: &'a str,
    /// A word of `RemediationState`.
    pub remediation: &'a str,
}

/// An earlier day.
#[derive(Debug, Serialize)]
pub struct PastView {
    /// The day whose knowledge was asked for.
    pub as_of: Moment,
    /// Since when it was known.
    pub known_since: Moment,
    /// What came after that day and was used all the same.
    pub hindsight: Vec<LateView>,
}

/// What came too late.
#[derive(Debug, Serialize)]
pub struct LateView {
    /// `threat`, `catalogue` or the like.
    pub what: &'static str,
    /// When it came.
    pub since: Moment,
    /// The same as a sentence, in the reader's language.
    pub sentence: String,
}

/// Which row of the policy set a deadline, asked with which answers.
#[derive(Debug, Serialize)]
pub struct DecisionView<'a> {
    /// A word of `Urgency`.
    pub deadline: &'static str,
    /// Traces of a break-in must be searched for as well.
    pub search_for_traces: bool,
    /// Id of the row, `+` and the lift where one shortened the deadline.
    pub row: &'a str,
    /// The flaw that decided.
    pub flaw: Option<&'a str>,
    /// The answers by their questions.
    pub inputs: Keyed<&'static str, AnswerView>,
}

/// One answer.
#[derive(Debug, Serialize)]
pub struct AnswerView {
    /// The answer that was used.
    pub yes: bool,
    /// Nobody said so: it is the worse value.
    pub assumed: bool,
}

impl<'a> From<&'a Verdict> for DecisionView<'a> {
    fn from(verdict: &'a Verdict) -> Self {
        let inputs = Basis::parse_inputs(&verdict.urgency_inputs).into_iter();
        let inputs = inputs.map(|(input, Answered { yes, assumed })| {
            let answer = AnswerView { yes, assumed };
            (input.as_str(), answer)
        });
        let flaw = verdict.urgency_flaw.as_str();
        Self {
            deadline: verdict.urgency.as_str(),
            search_for_traces: verdict.urgency.search_for_traces(),
            row: &verdict.urgency_row,
            flaw: (!flaw.is_empty()).then_some(flaw),
            inputs: Keyed(inputs.collect()),
        }
    }
}
