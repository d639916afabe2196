//! The one sentence a director understands, and the one question that would decide, in the reader's language.
//!
//! Facts come from the verdict, words from `texts/<language>/reason.txt`.

use crate::catalogue::{self, Catalogue};
use crate::times;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::exposure::{Paid, Question, Reason};
use tuermer_core::locale::Language;
use tuermer_core::scale::Source;

/// The reason as one sentence.
pub fn reason(reason: &Reason, language: Language) -> String {
    Words::of(language).reason(reason)
}

/// The question as one sentence.
pub fn question(question: &Question, language: Language) -> String {
    Words::of(language).question(question)
}

/// Texts with the language in which the phrases of a build pack are told.
struct Words<'c> {
    texts: &'c Catalogue,
    language: Language,
}

/// Name of a gap and what stands in it.
type Gap<'v> = (&'v str, &'v str);

impl Words<'_> {
    fn of(language: Language) -> Self {
        Self {
            texts: catalogue::of(language),
            language,
        }
    }

    fn say(&self, key: &str, gaps: &[Gap<'_>]) -> String {
        self.texts.with(key, gaps)
    }

    fn reason(&self, reason: &Reason) -> String {
        match reason {
            Reason::BuildBelowFix { .. } => self.below_fix(reason),
            Reason::SecondStep { .. } | Reason::UpdateUnknown { .. } => {
                self.not_surely_closed(reason)
            }
            Reason::BuildHasFix { .. }
            | Reason::BranchWithoutFix { .. }
            | Reason::EndOfLife { .. }
            | Reason::NoStatement { .. }
            | Reason::UnknownBuild { .. } => self.by_build(reason),
            Reason::ProductOnly { .. }
            | Reason::NoVersionsNamed { .. }
            | Reason::VersionInRange { .. }
            | Reason::VersionNotAffected { .. }
            | Reason::NotComparable { .. } => self.by_version(reason),
            Reason::NoLongerListed { .. }
            | Reason::SeenAgain { .. }
            | Reason::ReportedFixed { .. } => self.told(reason),
            Reason::ProvenByScan { host, cve } => {
                self.say("reason.proven_by_scan", &[("cve", cve), ("host", host)])
            }
            Reason::SeenFromOutside {
                product,
                host,
                version,
            } => {
                let version = spaced(version);
                let gaps = [
                    ("host", host.as_str()),
                    ("product", product),
                    ("version", &version),
                ];
                self.say("reason.seen_from_outside", &gaps)
            }
            Reason::BreakIn { host, sign } => {
                self.say("reason.break_in", &[("host", host), ("sign", sign)])
            }
            Reason::NotInUse { product, cloud } => {
                let gaps = [("product", product.as_str())];
                if *cloud {
                    self.say("reason.cloud", &gaps)
                } else {
                    self.say("reason.not_in_use", &gaps)
                }
            }
            Reason::Withdrawn => self.say("reason.withdrawn", &[]),
            Reason::AsWritten { words } => words.text(self.language).to_string(),
            Reason::NotKnown { name } => self.say("reason.not_known", &[("name", name)]),
        }
    }

    /// The update is missing: which, what must come first, who gets it.
    fn below_fix(&self, reason: &Reason) -> String {
        let Reason::BuildBelowFix {
            product,
            build,
            fix,
            kb,
            cumulative_update,
            cumulative_update_first,
            paid,
        } = reason
        else {
            return String::new();
        };
        let kb = in_brackets(kb);
        let gaps = [
            ("product", product.as_str()),
            ("build", build),
            ("fix", fix),
            ("kb", &kb),
        ];
        if fix.is_empty() {
            return self.say("reason.no_update_yet", &gaps);
        }
        let mut sentences = vec![self.say("reason.build_below_fix", &gaps)];
        sentences.extend(paid.as_ref().map(|paid| self.paid(paid)));
        if *cumulative_update_first && cumulative_update.is_empty() {
            sentences.push(self.say("reason.newer_build_first", &[]));
        } else if *cumulative_update_first {
            let gaps = [("cumulative_update", cumulative_update.as_str())];
            sentences.push(self.say("reason.cumulative_update_first", &gaps));
        }
        sentences.join(" ")
    }

    /// Who gets the update, and what those do who do not.
    fn paid(&self, paid: &Paid) -> String {
        let Paid {
            programme,
            until,
            instead,
            has,
        } = paid;
        let until = times::day_year_in(*until, self.texts);
        let gaps = [
            ("programme", programme.as_str()),
            ("instead", instead.text(self.language)),
            ("until", &until),
        ];
        match has {
            Some(true) => self.say("reason.paid", &gaps),
            Some(false) => self.say("reason.not_paid", &gaps),
            None => self.say("reason.paid_unknown", &gaps),
        }
    }

    /// What a table of builds says beside a missing update.
    fn by_build(&self, reason: &Reason) -> String {
        match reason {
            Reason::BuildHasFix {
                product,
                build,
                fix,
            } => self.say(
                "reason.build_has_fix",
                &[("product", product), ("build", build), ("fix", fix)],
            ),
            Reason::BranchWithoutFix {
                product,
                build,
                advisory,
            } => {
                let advisory = in_brackets(advisory);
                let gaps = [
                    ("product", product.as_str()),
                    ("build", build),
                    ("advisory", &advisory),
                ];
                self.say("reason.branch_without_fix", &gaps)
            }
            Reason::EndOfLife { product, build } => self.say(
                "reason.end_of_life",
                &[("product", product), ("build", build)],
            ),
            Reason::NoStatement { product, build } => self.say(
                "reason.no_statement",
                &[("product", product), ("build", build)],
            ),
            Reason::UnknownBuild { product, build } => self.say(
                "reason.unknown_build",
                &[("product", product), ("build", build)],
            ),
            _ => String::new(),
        }
    }

    /// The update is in, or may be; whether the hole is closed is not sure.
    fn not_surely_closed(&self, reason: &Reason) -> String {
        match reason {
            Reason::SecondStep {
                product,
                build,
                fix,
                step,
                told_open,
            } => {
                let step = step.text(self.language);
                let gaps = [
                    ("product", product.as_str()),
                    ("build", build),
                    ("fix", fix),
                    ("step", step),
                ];
                if *told_open {
                    self.say("reason.second_step_open", &gaps)
                } else {
                    self.say("reason.second_step_unknown", &gaps)
                }
            }
            Reason::UpdateUnknown {
                product,
                version,
                fix,
            } => {
                let gaps = [
                    ("product", product.as_str()),
                    ("version", version),
                    ("fix", fix),
                ];
                if fix.is_empty() {
                    self.say("reason.closed_unknown", &gaps)
                } else {
                    self.say("reason.update_unknown", &gaps)
                }
            }
            _ => String::new(),
        }
    }

    /// What the publisher's statements say of a version.
    fn by_version(&self, reason: &Reason) -> String {
        match reason {
            Reason::ProductOnly { product } => {
                self.say("reason.product_only", &[("product", product)])
            }
            Reason::NoVersionsNamed { product, version } => self.say(
                "reason.no_versions_named",
                &[("product", product), ("version", version)],
            ),
            Reason::VersionInRange {
                product,
                version,
                range,
            } => {
                let gaps = [
                    ("product", product.as_str()),
                    ("version", version),
                    ("range", range),
                ];
                if range.is_empty() {
                    self.say("reason.every_version", &gaps)
                } else {
                    self.say("reason.version_in_range", &gaps)
                }
            }
            Reason::VersionNotAffected {
                product,
                version,
                justification,
            } => {
                let gaps = [
                    ("product", product.as_str()),
                    ("version", version),
                    ("justification", justification),
                ];
                if justification.is_empty() {
                    self.say("reason.version_not_affected", &gaps)
                } else {
                    self.say("reason.version_not_affected_because", &gaps)
                }
            }
            Reason::NotComparable {
                product,
                version,
                range,
            } => {
                let range = in_brackets(range);
                let gaps = [
                    ("product", product.as_str()),
                    ("version", version),
                    ("range", &range),
                ];
                self.say("reason.not_comparable", &gaps)
            }
            _ => String::new(),
        }
    }

    /// What was said of the hole, and what was measured since.
    fn told(&self, reason: &Reason) -> String {
        match reason {
            Reason::NoLongerListed {
                by,
                report,
                reports,
                days,
            } => {
                let (said, reports, days) = (self.said(*by), reports.to_string(), days.to_string());
                let gaps = [
                    ("said", said.as_str()),
                    ("reports", &reports),
                    ("report", report),
                    ("days", &days),
                ];
                self.say("reason.no_longer_listed", &gaps)
            }
            Reason::SeenAgain { by, said_at, now } => {
                let (said, day, now) = (self.said(*by), self.day(*said_at), self.reason(now));
                self.say(
                    "reason.seen_again",
                    &[("day", &day), ("now", &now), ("said", &said)],
                )
            }
            Reason::ReportedFixed { by } => self.said(*by),
            _ => String::new(),
        }
    }

    fn said(&self, by: Source) -> String {
        match by {
            Source::Provider => self.say("reason.said_by_provider", &[]),
            Source::Register => self.say("reason.said_by_register", &[]),
            _ => self.say("reason.said_by_member", &[]),
        }
    }

    fn day(&self, at: Timestamp) -> String {
        times::day_year_in(at.to_zoned(TimeZone::UTC).date(), self.texts)
    }

    fn question(&self, question: &Question) -> String {
        match question {
            Question::RunsProduct { product } => {
                self.say("question.runs_product", &[("product", product)])
            }
            // A report without a CVE may tell of attacks as well as of a hole.
            Question::FlawClosed { product, flaw } if !flaw.starts_with("CVE-") => self.say(
                "question.advice_followed",
                &[("product", product), ("flaw", flaw)],
            ),
            Question::FlawClosed { product, flaw } => self.say(
                "question.flaw_closed",
                &[("product", product), ("flaw", flaw)],
            ),
            Question::WhichBuild { product } => {
                self.say("question.which_build", &[("product", product)])
            }
            Question::UpdateInstalled { product, fix, kb } => {
                let kb = in_brackets(kb);
                let gaps = [("product", product.as_str()), ("fix", fix), ("kb", &kb)];
                self.say("question.update_installed", &gaps)
            }
            Question::VendorStatement { product } => {
                self.say("question.vendor_statement", &[("product", product)])
            }
            Question::Replacement { product } => {
                self.say("question.replacement", &[("product", product)])
            }
            Question::Condition {
                condition: _,
                words,
            }
            | Question::AsWritten { words } => words.text(self.language).to_string(),
            Question::NotKnown { name } => self.say("reason.not_known", &[("name", name)]),
        }
    }
}

/// ` (KB5000871)` or nothing.
fn in_brackets(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" ({text})")
    }
}

/// ` 15.1` or nothing.
fn spaced(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" {text}")
    }
}

#[cfg(test)]
#[path = "reasons_tests.rs"]
mod tests;
