//! One asset or one sign against one threat.
//!
//! A build pack decides where it knows the flaw; otherwise the publisher's version ranges do.

mod by_pack;
mod by_ranges;

use super::rules::{FlawRules, Prepared, Rules, flaws};
use super::{Case, Finding};
use crate::asset::{AssetKind, Presence};
use crate::exposure::{Decisive, Ground, Match, Question, Reason, RemediationState};
use crate::observation::{Observation, Sighting};
use crate::product::ProductKey;
use crate::scale::{Certainty, Source, Status};
use crate::version::ParsedVersion;
use by_pack::by_pack;
use by_ranges::by_ranges;
use jiff::Timestamp;
use std::borrow::Cow;

/// What one flaw means for one product in one version.
#[derive(Debug, Clone)]
struct FlawVerdict {
    status: Status,
    certainty: Certainty,
    reason: Reason,
    question: Option<Question>,
}

impl FlawVerdict {
    fn new(
        status: Status,
        certainty: Certainty,
        reason: Reason,
        question: Option<Question>,
    ) -> Self {
        Self {
            status,
            certainty,
            reason,
            question,
        }
    }
}

/// A product in a version, from an asset or a sign.
struct Subject<'a> {
    /// Name for people.
    name: String,
    /// Build or version; empty when unknown.
    version: String,
    /// The line alone is known ("2016"), or nothing.
    words: &'a str,
    /// The note beside it; may settle what no build shows.
    note: &'a str,
    /// Version or words, read under the order of the product; `None` where there are none.
    read: Option<ParsedVersion>,
}

impl<'a> Subject<'a> {
    fn new(key: &ProductKey, name: String, version: String, words: &'a str, note: &'a str) -> Self {
        let read =
            Some(if version.is_empty() { words } else { &version }).filter(|text| !text.is_empty());
        let read = read.map(|text| ParsedVersion::in_scheme(text, key.scheme()));
        Self {
            name,
            version,
            words,
            note,
            read,
        }
    }

    /// The version as it was reported.
    fn reported_version(&self) -> &str {
        if self.version.is_empty() {
            self.words
        } else {
            &self.version
        }
    }
}

/// Judges an asset by its kind; which asset, where and when is said by [`Finding::at`].
pub(super) fn asset(
    case: Case<'_>,
    rules: &Rules<'_>,
    key: &ProductKey,
    asset: AssetKind<'_>,
) -> Finding {
    let name = display_name(asset.vendor, asset.product);
    let subject = Subject::new(
        key,
        name.clone(),
        build_of(asset).into_owned(),
        asset.version,
        asset.note,
    );
    let absent = (asset.presence != Presence::OnPremises).then(|| {
        let reason = Reason::NotInUse {
            product: name.clone(),
            cloud: asset.presence == Presence::Cloud,
        };
        FlawVerdict::new(Status::NotAffected, Certainty::Observed, reason, None)
    });
    let verdict = |flaw: &FlawRules<'_>| {
        absent
            .clone()
            .unwrap_or_else(|| judge(case, flaw, &subject))
    };
    let verdicts = rules
        .flaws
        .iter()
        .map(|flaw| (flaw.id.to_string(), verdict(flaw)))
        .collect();
    let version = if subject.version.is_empty() {
        asset.version.to_string()
    } else {
        subject.version.clone()
    };
    let decisive = Decisive {
        product: name,
        version,
        source: asset.source.as_str().to_string(),
        observed_at: Timestamp::UNIX_EPOCH,
    };
    let origin = Origin {
        sign: false,
        source: asset.source,
        place: asset.note.to_string(),
        host: String::new(),
        observed_at: Timestamp::UNIX_EPOCH,
    };
    Finding {
        exposed: exposed_by_note(asset.note),
        ..finding(verdicts, decisive, origin, is_mitigated(asset.note))
    }
}

/// The build or version of an asset that is compared with statements; empty where none is known.
pub(super) fn compared_version(asset: AssetKind<'_>) -> Cow<'_, str> {
    let build = build_of(asset);
    if build.is_empty() {
        Cow::Borrowed(asset.version)
    } else {
        build
    }
}

/// Judges a sign; `None` where it has nothing to do with the threat.
pub(super) fn sighting(prepared: &Prepared<'_>, sighting: &Sighting) -> Option<Finding> {
    let Sighting { observation, .. } = sighting;
    let case = prepared.case;
    let key = ProductKey::new(&observation.vendor, &observation.product);
    let rules = prepared.rules(&key);
    let about_product = !observation.product.is_empty() && rules.is_some();
    let mut flaws_of_threat = case.threat.vulnerabilities.iter();
    if !about_product && !flaws_of_threat.any(|flaw| proves(observation, &flaw.id)) {
        return None;
    }
    let name = display_name(&observation.vendor, &observation.product);
    let version = observation.version.clone().unwrap_or_default();
    let seen = Seen {
        observation,
        host: host_or_address(observation),
        subject: Subject::new(&key, name.clone(), version.clone(), "", ""),
        break_in: observation.incident.is_incident() && about_product,
    };
    let verdicts = flaws(case.threat).enumerate().map(|(place, id)| {
        let rules = rules.as_ref().and_then(|rules| rules.flaws.get(place));
        (id.to_string(), seen.verdict(case, rules, id))
    });
    let verdicts = verdicts.collect();
    let decisive = Decisive {
        product: name,
        version,
        source: observation.report.clone(),
        observed_at: observation.observed_at,
    };
    let place = match seen.host.as_str() {
        "" => observation.report.clone(),
        host => host.to_string(),
    };
    let origin = Origin {
        sign: true,
        source: Source::Observation,
        place,
        host: seen.host,
        observed_at: observation.observed_at,
    };
    Some(Finding {
        incident: seen.break_in,
        ..finding(verdicts, decisive, origin, false)
    })
}

/// A sign, ready to be judged for each flaw.
struct Seen<'a> {
    observation: &'a Observation,
    host: String,
    subject: Subject<'a>,
    break_in: bool,
}

impl Seen<'_> {
    /// A break-in says nothing about the hole: the status comes from the version beside it, the words from the break-in.
    fn verdict(&self, case: Case<'_>, rules: Option<&FlawRules<'_>>, id: &str) -> FlawVerdict {
        let verdict = self.without_break_in(case, rules, id);
        if !self.break_in {
            return verdict;
        }
        FlawVerdict {
            reason: Reason::BreakIn {
                host: self.host.clone(),
                sign: sign_word(self.observation),
            },
            ..verdict
        }
    }

    fn without_break_in(
        &self,
        case: Case<'_>,
        rules: Option<&FlawRules<'_>>,
        id: &str,
    ) -> FlawVerdict {
        let host = self.host.clone();
        if proves(self.observation, id) {
            let cve = id.to_string();
            let reason = Reason::ProvenByScan { host, cve };
            return FlawVerdict::new(Status::Affected, Certainty::Observed, reason, None);
        }
        if !self.subject.version.is_empty() {
            return rules.map_or_else(
                || product_only(&self.subject.name),
                |flaw| judge(case, flaw, &self.subject),
            );
        }
        let product = self.subject.name.clone();
        let question = which_build(&product);
        let reason = Reason::SeenFromOutside {
            product,
            host,
            version: String::new(),
        };
        FlawVerdict::new(Status::Unknown, Certainty::Possible, reason, question)
    }
}

fn proves(observation: &Observation, id: &str) -> bool {
    observation.proven_cves.iter().any(|cve| cve == id)
}

fn host_or_address(observation: &Observation) -> String {
    let host = observation.hostname.clone();
    host.or_else(|| observation.ip.map(|ip| ip.to_string()))
        .unwrap_or_default()
}

struct Origin {
    sign: bool,
    source: Source,
    place: String,
    host: String,
    observed_at: Timestamp,
}

/// The worst flaw speaks for the asset; every flaw keeps its own row.
fn finding(
    verdicts: Vec<(String, FlawVerdict)>,
    decisive: Decisive,
    origin: Origin,
    mitigated: bool,
) -> Finding {
    let Origin {
        sign,
        source,
        place,
        host,
        observed_at,
    } = origin;
    let matches = verdicts.iter().map(|(id, verdict)| Match {
        asset: None,
        vulnerability: id.clone(),
        status: verdict.status,
        certainty: verdict.certainty,
        remediation: RemediationState::NotRemediated,
    });
    let matches = matches.collect();
    let worst = verdicts
        .into_iter()
        .map(|(_, verdict)| verdict)
        .max_by_key(|verdict| (verdict.status, verdict.certainty));
    let worst = worst.unwrap_or_else(|| product_only(&decisive.product));
    let FlawVerdict {
        status,
        certainty,
        reason,
        question,
    } = worst;
    let conclusive = certainty == Certainty::Observed;
    let ground = Ground {
        status,
        certainty,
        reason,
        asset: None,
        source,
        place,
        observed_at,
    };
    Finding {
        ground,
        question,
        matches,
        decisive,
        host,
        sign,
        incident: false,
        mitigated,
        exposed: None,
        conclusive,
    }
}

fn judge(case: Case<'_>, flaw: &FlawRules<'_>, subject: &Subject<'_>) -> FlawVerdict {
    let by_pack = flaw
        .pack
        .and_then(|pack| by_pack(case, pack, flaw.id, subject));
    by_pack.unwrap_or_else(|| by_ranges(flaw, subject))
}

fn product_only(name: &str) -> FlawVerdict {
    let reason = Reason::ProductOnly {
        product: name.to_string(),
    };
    let question = which_build(name);
    FlawVerdict::new(Status::Unknown, Certainty::Possible, reason, question)
}

fn which_build(product: &str) -> Option<Question> {
    Some(Question::WhichBuild {
        product: product.to_string(),
    })
}

/// The build, or a version that looks like one. `Get-ExchangeServer` shows the cumulative update only,
/// whatever is installed on top: its fourth part is cut off.
fn build_of(asset: AssetKind<'_>) -> Cow<'_, str> {
    let looks_like_build = |text: &str| {
        text.split('.').count() >= 3
            && text
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let build = match asset.build {
        Some(build) => build,
        None if looks_like_build(asset.version) => asset.version,
        None => return Cow::Borrowed(""),
    };
    let note = asset.note.to_lowercase();
    let cumulative_only =
        note.contains("get-exchangeserver") || note.contains("admindisplayversion");
    if cumulative_only && build.split('.').count() > 3 {
        return Cow::Owned(build.split('.').take(3).collect::<Vec<_>>().join("."));
    }
    Cow::Borrowed(build)
}

/// Words in a note that say that a stop-gap is in place.
fn is_mitigated(note: &str) -> bool {
    let note = note.to_lowercase();
    ["mitigated", "mitigiert", "eomt", "workaround"]
        .iter()
        .any(|word| note.contains(word))
}

/// Whether the server answers in public networks, by its note: `internal` or `internet`.
fn exposed_by_note(note: &str) -> Option<bool> {
    let words = || {
        note.split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .map(str::to_lowercase)
    };
    if words().any(|word| matches!(word.as_str(), "internet" | "public")) {
        return Some(true);
    }
    words()
        .any(|word| matches!(word.as_str(), "internal" | "intern"))
        .then_some(false)
}

fn sign_word(observation: &Observation) -> String {
    let known = observation
        .tags
        .iter()
        .find(|tag| tag.contains("shell") || tag.contains("compromised"));
    known
        .cloned()
        .unwrap_or_else(|| observation.incident.as_str().to_string())
}

/// `Microsoft Exchange Server`, without saying the vendor twice.
fn display_name(vendor: &str, product: &str) -> String {
    if vendor.is_empty() || product.to_lowercase().starts_with(&vendor.to_lowercase()) {
        product.to_string()
    } else {
        format!("{vendor} {product}")
    }
}
