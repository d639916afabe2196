//! One asset or one sign against one threat.
//!
//! A build pack decides where it knows the flaw; otherwise the publisher's version ranges do.

use super::rules::{Answer, FlawRules, Prepared, Rules, flaws};
use super::{Case, Finding};
use crate::asset::{AssetKind, Presence};
use crate::exposure::{Decisive, Ground, Match, Paid, Question, Reason, RemediationState};
use crate::observation::{Observation, Sighting};
use crate::pack::{BuildPack, Condition, PackJudgement, PackState, PaidUpdates, Untold};
use crate::product::ProductKey;
use crate::scale::{Certainty, Source, Status};
use crate::threat::{ProductStatus, Statement};
use crate::version::{ParsedVersion, VersionRule};
use jiff::Timestamp;
use std::borrow::Cow;

/// What one flaw means for one product in one version.
#[derive(Debug, Clone)]
struct Verdict {
    status: Status,
    certainty: Certainty,
    reason: Reason,
    question: Option<Question>,
}

/// A product in a version, whoever told it.
struct Subject<'a> {
    /// Name for people.
    name: String,
    /// Build or version; empty when not told.
    version: String,
    /// The line alone is known ("2016"), or nothing.
    words: &'a str,
    /// What was written beside it; may settle what no build shows.
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

    /// The version as it was told.
    fn told(&self) -> &str {
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
        told_version(asset).into_owned(),
        asset.version,
        asset.note,
    );
    let absent = (asset.presence != Presence::OnPremises).then(|| {
        let reason = Reason::NotInUse {
            product: name.clone(),
            cloud: asset.presence == Presence::Cloud,
        };
        Verdict {
            status: Status::NotAffected,
            certainty: Certainty::Observed,
            reason,
            question: None,
        }
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
        exposed: told_exposed(asset.note),
        ..finding(verdicts, decisive, origin, is_mitigated(asset.note))
    }
}

/// The build or version of an asset as statements are asked with it, empty where none is told.
pub(super) fn told(asset: AssetKind<'_>) -> Cow<'_, str> {
    let told = told_version(asset);
    if told.is_empty() {
        Cow::Borrowed(asset.version)
    } else {
        told
    }
}

/// Judges a sign; `None` where it has nothing to do with the threat.
pub(super) fn sighting(prepared: &Prepared<'_>, sighting: &Sighting) -> Option<Finding> {
    let Sighting { observation, .. } = sighting;
    let case = prepared.case;
    let key = ProductKey::new(&observation.vendor, &observation.product);
    let proven = |id: &str| observation.proven_cves.iter().any(|cve| cve == id);
    let rules = prepared.rules(&key);
    let about_product = !observation.product.is_empty() && rules.is_some();
    if !about_product
        && !case
            .threat
            .vulnerabilities
            .iter()
            .any(|flaw| proven(&flaw.id))
    {
        return None;
    }
    let name = display_name(&observation.vendor, &observation.product);
    let host = observation
        .hostname
        .clone()
        .or_else(|| observation.ip.map(|ip| ip.to_string()))
        .unwrap_or_default();
    let version = observation.version.clone().unwrap_or_default();
    let subject = Subject::new(&key, name.clone(), version.clone(), "", "");
    let incident = observation.incident.is_incident() && about_product;
    let verdicts = flaws(case.threat).enumerate().map(|(place, id)| {
        let verdict = if proven(id) {
            let reason = Reason::ProvenByScan {
                host: host.clone(),
                cve: id.to_string(),
            };
            Verdict {
                status: Status::Affected,
                certainty: Certainty::Observed,
                reason,
                question: None,
            }
        } else if version.is_empty() {
            let reason = Reason::SeenFromOutside {
                product: name.clone(),
                host: host.clone(),
                version: String::new(),
            };
            Verdict {
                status: Status::Unknown,
                certainty: Certainty::Possible,
                reason,
                question: Some(Question::WhichBuild {
                    product: name.clone(),
                }),
            }
        } else {
            rules
                .as_ref()
                .and_then(|rules| rules.flaws.get(place))
                .map_or_else(|| product_only(&name), |flaw| judge(case, flaw, &subject))
        };
        // A break-in says nothing about the hole: the status comes from the version beside it, the words from the break-in.
        let verdict = if incident {
            Verdict {
                reason: Reason::BreakIn {
                    host: host.clone(),
                    sign: sign_word(observation),
                },
                ..verdict
            }
        } else {
            verdict
        };
        (id.to_string(), verdict)
    });
    let verdicts = verdicts.collect();
    let decisive = Decisive {
        product: name,
        version,
        source: observation.report.clone(),
        observed_at: observation.observed_at,
    };
    let place = if host.is_empty() {
        observation.report.clone()
    } else {
        host.clone()
    };
    let origin = Origin {
        sign: true,
        source: Source::Observation,
        place,
        host,
        observed_at: observation.observed_at,
    };
    Some(Finding {
        incident,
        ..finding(verdicts, decisive, origin, false)
    })
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
    verdicts: Vec<(String, Verdict)>,
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
    let Verdict {
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

fn judge(case: Case<'_>, flaw: &FlawRules<'_>, subject: &Subject<'_>) -> Verdict {
    let by_pack = flaw
        .pack
        .and_then(|pack| by_pack(case, pack, flaw.id, subject));
    by_pack.unwrap_or_else(|| by_ranges(flaw, subject))
}

/// The pack's answer in the product's words; `None` where the pack has nothing to say.
fn by_pack(case: Case<'_>, pack: &BuildPack, cve: &str, subject: &Subject<'_>) -> Option<Verdict> {
    let as_of = case.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let build = if subject.version.is_empty() {
        pack.build_from_words(subject.words)
    } else {
        Some(subject.version.clone())
    };
    let Some(build) = build else {
        return Some(product_only(&subject.name));
    };
    let judgement = pack.judge(&build, cve, as_of);
    if judgement.state == PackState::Fixed {
        return Some(second_step(pack, judgement, build, subject.note));
    }
    // Who is no customer of the paid updates cannot have one, whatever of the build is not known.
    let never = judgement.state == PackState::UpdateUnknown
        && judgement
            .paid
            .as_ref()
            .is_some_and(|paid| paid.condition.told(subject.note) == Some(false));
    if never || (judgement.state == PackState::Affected && !judgement.branch_without_fix) {
        return Some(below_fix(pack, judgement, build, subject.note));
    }
    let PackJudgement {
        state,
        line,
        fix,
        kb,
        ..
    } = judgement;
    let product = line.unwrap_or_else(|| pack.title.clone());
    let (fix, kb) = (fix.unwrap_or_default(), kb.unwrap_or_default());
    let verdict = |status, certainty, reason, question| {
        Some(Verdict {
            status,
            certainty,
            reason,
            question,
        })
    };
    match state {
        PackState::Affected => verdict(
            Status::Affected,
            Certainty::Observed,
            Reason::BranchWithoutFix {
                product,
                build,
                advisory: kb,
            },
            None,
        ),
        PackState::UpdateUnknown => {
            let installed = Question::UpdateInstalled {
                product: product.clone(),
                fix: fix.clone(),
                kb,
            };
            let question = if fix.is_empty() {
                Question::WhichBuild {
                    product: product.clone(),
                }
            } else {
                installed
            };
            verdict(
                Status::Unknown,
                Certainty::Possible,
                Reason::UpdateUnknown {
                    product,
                    version: build,
                    fix,
                },
                Some(question),
            )
        }
        PackState::NotApplicable => {
            let justification = String::new();
            verdict(
                Status::NotAffected,
                Certainty::Observed,
                Reason::VersionNotAffected {
                    product,
                    version: build,
                    justification,
                },
                None,
            )
        }
        PackState::EndOfLife => {
            let question = Question::Replacement {
                product: product.clone(),
            };
            verdict(
                Status::Unknown,
                Certainty::Likely,
                Reason::EndOfLife { product, build },
                Some(question),
            )
        }
        PackState::NoStatement => {
            let question = Question::VendorStatement {
                product: product.clone(),
            };
            verdict(
                Status::Unknown,
                Certainty::Possible,
                Reason::NoStatement { product, build },
                Some(question),
            )
        }
        PackState::UnknownBuild | PackState::UnknownProduct => {
            let question = Question::WhichBuild {
                product: subject.name.clone(),
            };
            verdict(
                Status::Unknown,
                Certainty::Possible,
                Reason::UnknownBuild {
                    product: subject.name.clone(),
                    build,
                },
                Some(question),
            )
        }
        PackState::Fixed | PackState::NoRule => None,
    }
}

/// The update is missing; where only a paid programme brings it, whether this company is a customer is the question.
fn below_fix(pack: &BuildPack, judgement: PackJudgement, build: String, note: &str) -> Verdict {
    let PackJudgement {
        state,
        line,
        cumulative_update,
        fix,
        kb,
        cumulative_update_first,
        paid,
        ..
    } = judgement;
    let words = |paid: &PaidUpdates| Paid {
        programme: paid.programme.clone(),
        until: paid.until,
        instead: paid.condition.step.clone(),
        has: paid.condition.told(note),
    };
    let told = paid.as_deref().map(words);
    let question = paid
        .filter(|_| told.as_ref().is_some_and(|told| told.has.is_none()))
        .map(|paid| asked(&paid.condition));
    let reason = Reason::BuildBelowFix {
        product: line.unwrap_or_else(|| pack.title.clone()),
        build,
        cumulative_update: cumulative_update.unwrap_or_default(),
        fix: fix.unwrap_or_default(),
        kb: kb.unwrap_or_default(),
        cumulative_update_first,
        paid: told,
    };
    let certainty = if state == PackState::Affected {
        Certainty::Observed
    } else {
        Certainty::Likely
    };
    Verdict {
        status: Status::Affected,
        certainty,
        reason,
        question,
    }
}

/// The update is in: is that all? Each step is asked for by itself, and the worst answer decides: a step told open, then
/// one that counts as open in silence, then one that is likely not theirs to do.
fn second_step(pack: &BuildPack, judgement: PackJudgement, build: String, note: &str) -> Verdict {
    let PackJudgement {
        line,
        fix,
        conditions,
        ..
    } = judgement;
    let product = line.unwrap_or_else(|| pack.title.clone());
    let fix = fix.unwrap_or_default();
    let steps = conditions.into_iter().filter_map(|condition| {
        let (status, certainty) = match (condition.told(note), condition.untold) {
            (Some(false), _) => (Status::Affected, Certainty::Observed),
            (None, Untold::Unknown) => (Status::Unknown, Certainty::Possible),
            (None, Untold::Fixed) => (Status::Fixed, Certainty::Likely),
            (Some(true), _) | (None, Untold::Holds) => return None,
        };
        Some((status, certainty, condition))
    });
    // Of equals the first counts.
    let open = steps.reduce(|one, other| if other.0 > one.0 { other } else { one });
    let Some((status, certainty, condition)) = open else {
        return Verdict {
            status: Status::Fixed,
            certainty: Certainty::Observed,
            reason: Reason::BuildHasFix {
                product,
                build,
                fix,
            },
            question: None,
        };
    };
    let told_open = status == Status::Affected;
    let reason = Reason::SecondStep {
        product,
        build,
        fix,
        step: condition.step.clone(),
        told_open,
    };
    Verdict {
        status,
        certainty,
        reason,
        question: (!told_open).then(|| asked(&condition)),
    }
}

fn asked(condition: &Condition) -> Question {
    Question::Condition {
        condition: condition.key.clone(),
        words: condition.question.clone(),
    }
}

fn product_only(name: &str) -> Verdict {
    let product = name.to_string();
    let question = Some(Question::WhichBuild {
        product: product.clone(),
    });
    Verdict {
        status: Status::Unknown,
        certainty: Certainty::Possible,
        reason: Reason::ProductOnly { product },
        question,
    }
}

/// The publisher's version statements in words.
fn by_ranges(flaw: &FlawRules<'_>, subject: &Subject<'_>) -> Verdict {
    let answer = flaw.ask(subject.read.as_ref());
    let (status, certainty) = answer.standing();
    let (product, version) = (subject.name.clone(), subject.told().to_string());
    let which = || {
        Some(Question::WhichBuild {
            product: subject.name.clone(),
        })
    };
    let (reason, question) = match answer {
        Answer::ProductOnly if version.is_empty() => return product_only(&subject.name),
        Answer::ProductOnly => (
            Reason::NoVersionsNamed {
                product: product.clone(),
                version,
            },
            Some(Question::FlawClosed {
                product,
                flaw: flaw.id.to_string(),
            }),
        ),
        Answer::Doubtful(statement) => (
            Reason::NotComparable {
                product,
                version,
                range: range_text(statement),
            },
            which(),
        ),
        Answer::Outside => (
            Reason::VersionNotAffected {
                product,
                version,
                justification: String::new(),
            },
            None,
        ),
        Answer::Inside(statement) => match statement.status {
            ProductStatus::Affected => (
                Reason::VersionInRange {
                    product,
                    version,
                    range: range_text(statement),
                },
                None,
            ),
            ProductStatus::Fixed => (
                Reason::BuildHasFix {
                    product,
                    build: version,
                    fix: range_text(statement),
                },
                None,
            ),
            ProductStatus::NotAffected => (
                Reason::VersionNotAffected {
                    product,
                    version,
                    justification: statement.justification.clone().unwrap_or_default(),
                },
                None,
            ),
            ProductStatus::UnderInvestigation
            | ProductStatus::Unknown
            | ProductStatus::Recommended => (
                Reason::NotComparable {
                    product,
                    version,
                    range: range_text(statement),
                },
                which(),
            ),
        },
    };
    Verdict {
        status,
        certainty,
        reason,
        question,
    }
}

fn range_text(statement: &Statement) -> String {
    match &statement.versions {
        VersionRule::All => String::new(),
        VersionRule::Exactly(text) | VersionRule::NotUnderstood(text) => text.clone(),
        VersionRule::Range(range) => range.text.clone(),
    }
}

/// The build, or a version that looks like one. `Get-ExchangeServer` shows the cumulative update only,
/// whatever is installed on top: its fourth part is cut off.
fn told_version(asset: AssetKind<'_>) -> Cow<'_, str> {
    let looks_like_build = |text: &str| {
        text.split('.').count() >= 3
            && text
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let told = match asset.build {
        Some(build) => build,
        None if looks_like_build(asset.version) => asset.version,
        None => return Cow::Borrowed(""),
    };
    let note = asset.note.to_lowercase();
    let cumulative_only =
        note.contains("get-exchangeserver") || note.contains("admindisplayversion");
    if cumulative_only && told.split('.').count() > 3 {
        return Cow::Owned(told.split('.').take(3).collect::<Vec<_>>().join("."));
    }
    Cow::Borrowed(told)
}

/// Words in a note that say that a stop-gap is in place.
fn is_mitigated(note: &str) -> bool {
    let note = note.to_lowercase();
    ["mitigated", "mitigiert", "eomt", "workaround"]
        .iter()
        .any(|word| note.contains(word))
}

/// Whether the server answers in public networks, as a note tells it: `internal` or `internet`.
fn told_exposed(note: &str) -> Option<bool> {
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
