//! What a warning says in one language, made from the threat and the build pack as of the day.
//!
//! Identifiers, versions, dates and product names are facts and come from there; the words come from
//! `templates/<language>/content.txt`. A person may change the words afterwards, never the facts.

mod facts;
mod pack_fix;
mod phrases;

use crate::times;
use crate::wrap::one_line;
use facts::{best_remedy, identifiers, product_name};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use pack_fix::PackFix;
use phrases::Phrases;
use tuermer_core::ids::WarningNumber;
use tuermer_core::locale::Language;
use tuermer_core::pack::{BuildPack, PackRule, PackState};
use tuermer_core::scale::Urgency;
use tuermer_core::threat::Threat;
use tuermer_core::warning::WarningText;

/// What the words are made from.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// What we warn about.
    pub threat: &'a Threat,
    /// The packs of the program.
    pub packs: &'a [BuildPack],
    /// Until when.
    pub urgency: Urgency,
    /// Now: the deadline counts from it, and nothing newer is mentioned.
    pub now: Timestamp,
    /// Zone of the days in the text.
    pub zone: &'a TimeZone,
}

/// `document.category` of attacks that are seen, whatever hole they use.
pub(crate) const INCIDENT: &str = "csaf_security_incident_response";

impl Occasion<'_> {
    /// The text of a first warning.
    pub fn alert(&self, language: Language) -> WarningText {
        let phrases = Phrases(language);
        if self.threat.category == INCIDENT {
            return self.campaign(phrases);
        }
        match PackFix::newest(self.packs, &self.threat.cves(), self.today()) {
            Some(fix) if fix.pack.rule == PackRule::ExchangeCuSu => self.exchange(phrases, &fix),
            fix => self.generic(phrases, fix.as_ref()),
        }
    }

    /// The text for those still open.
    pub fn update(&self, language: Language) -> WarningText {
        let alert = self.alert(language);
        let date = times::day(self.today(), language);
        let headline = Phrases(language).with(
            "update.headline",
            &[("product", &alert.product), ("date", &date)],
        );
        WarningText { headline, ..alert }
    }

    /// The text of a correction; `reason` says what was wrong.
    pub fn cancel(
        &self,
        language: Language,
        corrected: &WarningNumber,
        reason: &str,
    ) -> WarningText {
        let phrases = Phrases(language);
        let alert = self.alert(language);
        WarningText {
            language,
            headline: phrases.with(
                "cancel.headline",
                &[("product", &alert.product), ("number", corrected.as_str())],
            ),
            preheader: phrases.get("cancel.preheader").to_string(),
            product: alert.product,
            say: String::new(),
            otherwise: String::new(),
            afterwards: String::new(),
            not_affected: String::new(),
            what_happened: reason.to_string(),
            identifiers: alert.identifiers,
            versions: String::new(),
            talk: String::new(),
        }
    }

    /// What is said to somebody whose build gets no update any more; `None` where there may be one.
    pub fn end_of_life_advice(&self, version: &str, language: Language) -> Option<&'static str> {
        let cves = self.threat.cves();
        let ended = |pack: &BuildPack| {
            let mut known = cves.iter().filter(|cve| pack.knows(cve));
            known.any(|cve| pack.judge(version, cve, self.today()).state == PackState::EndOfLife)
        };
        self.packs
            .iter()
            .any(ended)
            .then(|| Phrases(language).get("advice.end_of_life"))
    }

    fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// A day, with its year only where that is not this one.
    fn day(&self, date: Date, language: Language) -> String {
        if date.year() == self.today().year() {
            times::day(date, language)
        } else {
            times::day_year(date, language)
        }
    }

    /// The deadline in words; `key` is `by` (inside a sentence) or `headline`.
    fn deadline(&self, phrases: Phrases, key: &str) -> String {
        match self.urgency.days() {
            Some(0) => phrases.get(&format!("{key}.today")).to_string(),
            None => phrases.get(&format!("{key}.none")).to_string(),
            Some(days) => {
                let date = self.today().saturating_add(jiff::Span::new().days(days));
                let mut day = self.day(date, phrases.0);
                if days <= 14 {
                    day = format!("{}, {day}", times::weekday(date, phrases.0));
                }
                phrases.with(&format!("{key}.date"), &[("date", &day)])
            }
        }
    }

    fn exchange(&self, phrases: Phrases, fix: &PackFix<'_>) -> WarningText {
        let traces = self.urgency.search_for_traces();
        let date = self.day(fix.day, phrases.0);
        let say = if traces {
            "exchange.say_traces"
        } else {
            "exchange.say"
        };
        let happened = if self.threat.is_exploited() {
            "exchange.happened_exploited"
        } else {
            "exchange.happened"
        };
        WarningText {
            language: phrases.0,
            headline: phrases.with(
                "exchange.headline",
                &[("deadline", &self.deadline(phrases, "headline"))],
            ),
            preheader: phrases.with("exchange.preheader", &[("steps", phrases.steps(traces))]),
            product: phrases.get("exchange.product").to_string(),
            say: fix.with_paid(
                phrases,
                phrases.with(
                    say,
                    &[("by", &self.deadline(phrases, "by")), ("date", &date)],
                ),
            ),
            otherwise: self.otherwise(phrases, "exchange.otherwise"),
            afterwards: if traces {
                phrases.get("afterwards.update").to_string()
            } else {
                String::new()
            },
            not_affected: phrases.get("exchange.not_affected").to_string(),
            what_happened: phrases.with(happened, &[("date", &date)]),
            identifiers: identifiers(phrases, self.threat, &fix.articles()),
            versions: fix.versions(phrases, self.today()),
            talk: String::new(),
        }
    }

    fn generic(&self, phrases: Phrases, fix: Option<&PackFix<'_>>) -> WarningText {
        let product = product_name(phrases, self.threat);
        let (remedy, vendor_text) = best_remedy(self.threat);
        // A table of builds knows the update where the advisory names none.
        let remedy = if fix.is_some() && matches!(remedy, "ask" | "none") {
            "fix"
        } else {
            remedy
        };
        let versions = fix.map_or(vendor_text, |fix| {
            phrases.with("generic.builds", &[("builds", &fix.builds())])
        });
        let traces = self.urgency.search_for_traces();
        let deadline = self.deadline(phrases, "headline");
        let happened = if self.threat.is_exploited() {
            "generic.happened_exploited"
        } else {
            "generic.happened"
        };
        // Where blocking the access is the remedy itself, there is no second way.
        let blocks = matches!(remedy, "none" | "replace");
        let afterwards = match (traces, remedy) {
            (false, _) => "",
            (true, "fix") => phrases.get("afterwards.update"),
            (true, _) => phrases.get("afterwards.other"),
        };
        let steps = phrases.count(1 + usize::from(!blocks) + usize::from(traces));
        WarningText {
            language: phrases.0,
            headline: phrases.with(
                &format!("{remedy}.headline"),
                &[("product", &product), ("deadline", &deadline)],
            ),
            preheader: phrases.with(
                "generic.preheader",
                &[("product", &product), ("steps", steps)],
            ),
            say: self.generic_say(phrases, remedy, &product, fix),
            otherwise: if blocks {
                String::new()
            } else {
                self.otherwise(phrases, "generic.otherwise")
            },
            afterwards: afterwards.to_string(),
            not_affected: phrases.with("generic.not_affected", &[("product", &product)]),
            what_happened: self.what_happened(phrases, happened, &product),
            identifiers: identifiers(phrases, self.threat, &[one_line(&self.threat.tracking_id)]),
            versions,
            product,
            talk: String::new(),
        }
    }

    /// What is to be done: the remedy, what it needs beside the update, and the search for traces.
    fn generic_say(
        &self,
        phrases: Phrases,
        remedy: &str,
        product: &str,
        fix: Option<&PackFix<'_>>,
    ) -> String {
        let by = self.deadline(phrases, "by");
        let mut say = phrases.with(
            &format!("{remedy}.say"),
            &[("by", &by), ("product", product)],
        );
        if let Some(fix) = fix {
            say = fix.with_paid(phrases, say);
            say = fix.with_second_step(phrases, say);
        }
        if self.urgency.search_for_traces() {
            say = format!("{say} {}", phrases.get("generic.traces"));
        }
        say
    }

    /// Who published it and when, in the sentence of `key`.
    fn what_happened(&self, phrases: Phrases, key: &str, product: &str) -> String {
        let Threat {
            publisher,
            published_at,
            ..
        } = self.threat;
        let date = self.day(published_at.to_zoned(self.zone.clone()).date(), phrases.0);
        phrases.with(
            key,
            &[
                ("product", product),
                ("publisher", &one_line(publisher)),
                ("date", &date),
            ],
        )
    }

    /// Attacks on a product: whether a hole is known is not said, nor who is hit.
    fn campaign(&self, phrases: Phrases) -> WarningText {
        let product = product_name(phrases, self.threat);
        WarningText {
            language: phrases.0,
            headline: phrases.with(
                "campaign.headline",
                &[
                    ("product", &product),
                    ("deadline", &self.deadline(phrases, "headline")),
                ],
            ),
            preheader: phrases.with(
                "generic.preheader",
                &[("product", &product), ("steps", phrases.count(2))],
            ),
            say: phrases.with(
                "campaign.say",
                &[("product", &product), ("by", &self.deadline(phrases, "by"))],
            ),
            otherwise: self.otherwise(phrases, "generic.otherwise"),
            afterwards: String::new(),
            not_affected: phrases.with("generic.not_affected", &[("product", &product)]),
            what_happened: self.what_happened(phrases, "campaign.happened", &product),
            identifiers: identifiers(phrases, self.threat, &[one_line(&self.threat.tracking_id)]),
            versions: String::new(),
            product,
            talk: String::new(),
        }
    }

    fn otherwise(&self, phrases: Phrases, key: &str) -> String {
        let question = if self.urgency == Urgency::Today {
            "question.today"
        } else {
            "question.later"
        };
        format!("{} {}", phrases.get(question), phrases.get(key))
    }
}

#[cfg(test)]
mod tests;
