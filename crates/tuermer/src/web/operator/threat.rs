//! `/meldung/<id>` – whom does it hit, how surely, why? And the one button that starts a warning.

use super::comments::{self, Desk};
use super::frame::{Frame, Trouble, page, see, segment};
use super::funnel::{Step, steps};
use super::keys;
use super::session::SignedIn;
use crate::context::Context;
use crate::store::feeds::signatures::Signature;
use crate::store::verdicts::exposures::{ExposureFilter, Verdict};
use crate::store::views::history::KeptRevision;
use crate::store::views::threat_detail::{DecidingRow, Provenance};
use crate::store::warning::warnings::WarningHead;
use crate::text::{Texts, decimal};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::rights::Act;
use tuermer_core::scale::{Certainty, Status, Urgency};
use tuermer_core::threat::{ProductStatus, Remedy, RemedyKind, Threat};
use tuermer_core::urgency::Input;

/// Verdicts on one page of the list.
const ROWS: usize = 100;

/// Something the publisher offers.
struct Offer {
    kind: &'static str,
    details: String,
    url: Option<String>,
}

/// Lines of a list that may be very long: the first ones, and how many more there are.
struct Cut {
    lines: Vec<String>,
    total: u64,
    more: u64,
}

impl Cut {
    fn new(mut lines: Vec<String>) -> Self {
        let count = |some: usize| u64::try_from(some).unwrap_or(u64::MAX);
        let total = count(lines.len());
        lines.truncate(limits::LINES_SHOWN);
        Self {
            total,
            more: total.saturating_sub(count(lines.len())),
            lines,
        }
    }
}

/// Which verdicts are listed.
struct Listed {
    status: Option<Status>,
    certainty: Option<Certainty>,
    statuses: Vec<(Status, u64)>,
    verdicts: Vec<Verdict>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "operator/threat.html")]
struct ThreatPage {
    frame: Frame,
    threat: Threat,
    id: String,
    urgency: Option<Urgency>,
    deciding: Vec<DecidingRow>,
    policy: String,
    steps: Vec<Step>,
    offers: Vec<Offer>,
    products: Cut,
    not_understood: Cut,
    provenance: Option<Provenance>,
    signature: Option<Signature>,
    warnings: Vec<WarningHead>,
    revisions: Vec<KeptRevision>,
    desk: Desk,
    listed: Listed,
    language: Language,
}

/// Which verdicts to list.
#[derive(Debug, Default, Deserialize)]
pub struct Listing {
    #[serde(default)]
    stand: String,
    #[serde(default)]
    sicher: String,
    #[serde(default)]
    nach: String,
}

/// The threat behind what stands in the address: its id, tracking id, a CVE or the number of a warning.
pub async fn find(context: &Context, text: &str) -> Result<(ThreatId, Threat), Trouble> {
    let id = context
        .store
        .resolve_threat(text)
        .await?
        .ok_or(Trouble::NotFound)?;
    let threat = context.store.threat(&id).await?.ok_or(Trouble::NotFound)?;
    Ok((id, threat))
}

/// The page of one threat.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Path(text): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Response, Trouble> {
    let (id, threat) = find(&context, &text).await?;
    let store = &context.store;
    let warnings = store
        .warnings()
        .await?
        .into_iter()
        .filter(|warning| warning.threat == id)
        .collect();
    let frame = who.frame(&context, "/meldungen", &threat.title);
    page(&ThreatPage {
        frame,
        urgency: store.worst_urgency(&id).await?,
        deciding: store.deciding_rows(&id, limits::LINES_SHOWN).await?,
        policy: format!("{} {}", context.policy.name, context.policy.version),
        steps: steps(&store.picture(&id).await?, &store.strengths(&id).await?),
        offers: offers(&threat),
        products: Cut::new(products(&threat)),
        not_understood: Cut::new(
            threat
                .not_understood()
                .into_iter()
                .map(str::to_string)
                .collect(),
        ),
        provenance: store.provenance(&id).await?,
        signature: store.signature_of(&id).await?,
        revisions: newest_first(store.revisions(&id).await?),
        desk: comments::desk(&context, &who, &id, &threat.revision).await?,
        listed: listed(&context, &id, &listing).await?,
        id: segment(id.as_str()),
        threat,
        warnings,
        language: who.t.0,
    })
}

/// The verdicts that were asked for. Without a wish the list begins with those who are hit, or with the open questions
/// if nobody surely is.
async fn listed(context: &Context, id: &ThreatId, listing: &Listing) -> Result<Listed, Trouble> {
    let statuses = context.store.exposures_by_status(id).await?;
    let first = || {
        [Status::Affected, Status::Unknown, Status::Fixed]
            .into_iter()
            .find(|s| statuses.iter().any(|(found, n)| found == s && *n > 0))
    };
    let status = Status::parse(&listing.stand).or_else(first);
    let certainty = Certainty::parse(&listing.sicher);
    let filter = ExposureFilter {
        threat: Some(id.clone()),
        status,
        certainty,
        ..ExposureFilter::default()
    };
    let after = (!listing.nach.is_empty()).then(|| OrganisationId(listing.nach.clone()));
    let mut verdicts = context
        .store
        .exposures(
            &filter,
            after.as_ref().map(|organisation| (organisation, id)),
            ROWS.saturating_add(1),
        )
        .await?;
    let more = verdicts.len() > ROWS;
    verdicts.truncate(ROWS);
    let (stand, sicher) = (
        status.map_or("", Status::as_str),
        certainty.map_or("", Certainty::as_str),
    );
    let next = verdicts.last().filter(|_| more).map(|last| {
        format!(
            "stand={stand}&sicher={sicher}&nach={}",
            segment(last.organisation.as_str())
        )
    });
    Ok(Listed {
        status,
        certainty,
        statuses,
        verdicts,
        next,
    })
}

/// The newest revisions of a threat, the last one first.
fn newest_first(mut revisions: Vec<KeptRevision>) -> Vec<KeptRevision> {
    revisions.reverse();
    revisions.truncate(limits::LINES_SHOWN);
    revisions
}

/// What helps, the best first, each once.
fn offers(threat: &Threat) -> Vec<Offer> {
    let mut remedies: Vec<&Remedy> = threat
        .statements
        .iter()
        .filter_map(|statement| statement.remedy.as_ref())
        .collect();
    remedies.sort_by(|a, b| b.kind.cmp(&a.kind).then_with(|| a.details.cmp(&b.details)));
    remedies.dedup();
    let offer = |remedy: &Remedy| Offer {
        kind: RemedyKind::as_str(remedy.kind),
        details: remedy.details.clone(),
        url: remedy.url.clone(),
    };
    remedies.into_iter().map(offer).collect()
}

/// Names of the affected products, each once.
fn products(threat: &Threat) -> Vec<String> {
    let affected = threat
        .statements
        .iter()
        .filter(|statement| statement.status == ProductStatus::Affected);
    let mut names: Vec<String> = affected
        .map(|statement| statement.product_name.clone())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Starts a warning, or leads to the one that was begun.
pub async fn draft(
    State(context): State<Context>,
    who: SignedIn,
    Path(text): Path<String>,
) -> Result<Response, Trouble> {
    who.must(Act::DraftWarning)?;
    let (id, _) = find(&context, &text).await?;
    let number = crate::acts::warn::draft(&context, &id, &who.actor())
        .await
        .map_err(|error| Trouble::Refused(crate::refusal::told(&error, who.t)))?;
    Ok(see(&format!("/warnung/{}", segment(number.as_str()))))
}

impl ThreatPage {
    /// From what the level follows, in a sentence.
    fn severity_because(&self) -> String {
        let worst = self
            .threat
            .vulnerabilities
            .iter()
            .filter_map(|flaw| flaw.cvss_tenths)
            .max();
        let key = match (self.threat.level, worst, self.threat.is_exploited()) {
            (Some(_), _, _) => "operator.severity_stated",
            (None, Some(_), true) => "operator.severity_score_exploited",
            (None, Some(_), false) => "operator.severity_score",
            (None, None, true) => "operator.severity_exploited",
            (None, None, false) => "operator.severity_unrated",
        };
        self.frame.texts.with(
            key,
            &[(
                "score",
                &worst.map_or_else(String::new, |tenths| score(&tenths, &self.language)),
            )],
        )
    }

    /// Which row of the policy set the shortest deadline.
    fn deadline_because(&self) -> String {
        let row = self.deciding.first().map_or("", |row| row.row.as_str());
        self.frame.texts.with(
            "operator.deadline_because",
            &[("row", row), ("policy", &self.policy)],
        )
    }

    /// What to say of the signature: `verified`, `unsigned`, `failed`, `stated` for our own words, `unchecked` for a file
    /// brought by hand.
    fn signed(&self) -> &'static str {
        match (&self.signature, &self.provenance) {
            (Some(signature), _) => signature.state.as_str(),
            (None, Some(Provenance { source, .. })) if source == "stated" => "stated",
            (None, _) => "unchecked",
        }
    }

    /// How many of the version ranges were not understood.
    fn ranges_read(&self) -> String {
        let ranges = self
            .provenance
            .as_ref()
            .map_or(self.not_understood.total, |provenance| provenance.ranges);
        let [n, of] = [self.not_understood.total, ranges].map(|n| self.frame.number(&n));
        self.frame
            .texts
            .with("operator.ranges_read", &[("n", &n), ("of", &of)])
    }

    /// Companies of one step of the funnel.
    fn count(&self, key: &str) -> &u64 {
        self.steps
            .iter()
            .find(|step| step.key == key)
            .map_or(&0, |step| &step.count)
    }

    /// Somebody was judged at all.
    fn has_verdicts(&self) -> bool {
        self.listed.statuses.iter().any(|(_, count)| *count > 0)
    }

    /// Shown when the verdicts are narrowed by certainty, which no tab tells.
    fn narrowed(&self) -> Option<&'static str> {
        self.listed.certainty.map(Certainty::as_str)
    }
}

/// CVSS in tenths as people read it, with the decimal sign of the language.
pub fn score(tenths: &u8, language: &Language) -> String {
    decimal(&format!("{}.{}", tenths / 10, tenths % 10), *language)
}

/// A share in millionths as percent with one place: `97,5 %`; what is not zero is never shown as zero.
pub fn percent(millionths: &u32, language: &Language) -> String {
    let tenths = millionths.saturating_add(500) / 1_000;
    let number = match tenths {
        0 if *millionths > 0 => "< 0.1".to_string(),
        _ => format!("{}.{}", tenths / 10, tenths % 10),
    };
    let number = decimal(&number, *language);
    Texts(*language).with("general.percent", &[("number", &number)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_use_the_sign_of_the_language() {
        assert_eq!(
            (
                score(&98, &Language::German),
                score(&100, &Language::English)
            ),
            ("9,8".to_string(), "10.0".to_string())
        );
    }

    #[test]
    fn a_small_share_is_not_nothing() {
        for (millionths, german, english) in [
            (975_310, "97,5\u{202f}%", "97.5%"),
            (1_000_000, "100,0\u{202f}%", "100.0%"),
            (40, "< 0,1\u{202f}%", "< 0.1%"),
            (0, "0,0\u{202f}%", "0.0%"),
        ] {
            assert_eq!(
                (
                    percent(&millionths, &Language::German).as_str(),
                    percent(&millionths, &Language::English).as_str()
                ),
                (german, english)
            );
        }
    }

    #[test]
    fn long_lists_say_how_much_they_leave_out() {
        let cut = Cut::new(vec![String::new(); limits::LINES_SHOWN + 7]);
        assert_eq!((cut.lines.len(), cut.more), (limits::LINES_SHOWN, 7));
        assert_eq!(Cut::new(Vec::new()).more, 0);
    }
}
