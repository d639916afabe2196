//! What a warning says in one language, made from the threat and the build pack as of the day.
//!
//! Identifiers, versions, dates and product names are facts and come from there; the words come from
//! `templates/<language>/content.txt`. A person may change the words afterwards, never the facts.

use crate::catalogue;
use crate::times;
use crate::wrap::one_line;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use tuermer_core::ids::WarningNumber;
use tuermer_core::locale::Language;
use tuermer_core::pack::{BuildPack, BuildRow, Condition, PackRule, PackState, PaidUpdates};
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Urgency;
use tuermer_core::threat::{ProductStatus, RemedyKind, Statement, Threat};
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
    /// Now: the deadline counts from it, and nothing newer is told.
    pub now: Timestamp,
    /// Zone in which days are told.
    pub zone: &'a TimeZone,
}

/// Most identifiers told in one line.
const IDENTIFIERS: usize = 8;
/// Longest product name in a headline, in characters.
const PRODUCT_CHARACTERS: usize = 60;
/// Longest vendor text in a mail, in characters.
const REMEDY_CHARACTERS: usize = 280;

/// `document.category` of attacks that are seen, whatever hole they use.
pub(crate) const INCIDENT: &str = "csaf_security_incident_response";

impl Occasion<'_> {
    /// The text of a first warning.
    pub fn alert(&self, language: Language) -> WarningText {
        let words = Words(language);
        if self.threat.category == INCIDENT {
            return self.campaign(words);
        }
        match self.pack_fix() {
            Some(fix) if fix.pack.rule == PackRule::ExchangeCuSu => self.exchange(words, &fix),
            fix => self.generic(words, fix.as_ref()),
        }
    }

    /// The text for those still open.
    pub fn update(&self, language: Language) -> WarningText {
        let alert = self.alert(language);
        let date = times::day(self.today(), language);
        let headline = Words(language).with(
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
        let words = Words(language);
        let alert = self.alert(language);
        WarningText {
            language,
            headline: words.with(
                "cancel.headline",
                &[("product", &alert.product), ("number", corrected.as_str())],
            ),
            preheader: words.get("cancel.preheader").to_string(),
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
            .then(|| Words(language).get("advice.end_of_life"))
    }

    fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// A day as told: with its year only where that is not this one.
    fn day(&self, date: Date, language: Language) -> String {
        if date.year() == self.today().year() {
            times::day(date, language)
        } else {
            times::day_year(date, language)
        }
    }

    /// The deadline in words; `key` is `by` (inside a sentence) or `headline`.
    fn deadline(&self, words: Words, key: &str) -> String {
        match self.urgency.days() {
            Some(0) => words.get(&format!("{key}.today")).to_string(),
            None => words.get(&format!("{key}.none")).to_string(),
            Some(days) => {
                let date = self.today().saturating_add(jiff::Span::new().days(days));
                let told = self.day(date, words.0);
                let told = if days <= 14 {
                    format!("{}, {told}", times::weekday(date, words.0))
                } else {
                    told
                };
                words.with(&format!("{key}.date"), &[("date", &told)])
            }
        }
    }

    /// The newest update of a pack that this threat needs, with the builds that can be had today.
    fn pack_fix(&self) -> Option<PackFix<'_>> {
        let cves = self.threat.cves();
        let mut best: Option<PackFix<'_>> = None;
        for pack in self.packs {
            for fix in pack
                .fixes
                .iter()
                .filter(|fix| cves.contains(&fix.cve.as_str()))
            {
                let available = |row: &&BuildRow| {
                    row.update.as_deref() == Some(fix.update.as_str())
                        && row.available().is_some_and(|day| day <= self.today())
                };
                let rows: Vec<&BuildRow> = pack.rows.iter().filter(available).collect();
                let Some(day) = rows.iter().filter_map(|row| row.available()).min() else {
                    continue;
                };
                if best.as_ref().is_none_or(|best| day > best.day) {
                    let conditions = fix
                        .conditions
                        .iter()
                        .map(AsRef::as_ref)
                        .filter(|condition: &&Condition| condition.asked(self.today()))
                        .collect();
                    let paid = pack
                        .paid
                        .iter()
                        .find(|paid| paid.updates.contains(&fix.update))
                        .map(AsRef::as_ref);
                    best = Some(PackFix {
                        pack,
                        rows,
                        day,
                        conditions,
                        paid,
                    });
                }
            }
        }
        best
    }

    fn exchange(&self, words: Words, fix: &PackFix<'_>) -> WarningText {
        let traces = self.urgency.search_for_traces();
        let date = self.day(fix.day, words.0);
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
            language: words.0,
            headline: words.with(
                "exchange.headline",
                &[("deadline", &self.deadline(words, "headline"))],
            ),
            preheader: words.with("exchange.preheader", &[("steps", words.steps(traces))]),
            product: words.get("exchange.product").to_string(),
            say: fix.with_paid(
                words,
                words.with(say, &[("by", &self.deadline(words, "by")), ("date", &date)]),
            ),
            otherwise: self.otherwise(words, "exchange.otherwise"),
            afterwards: if traces {
                words.get("afterwards.update").to_string()
            } else {
                String::new()
            },
            not_affected: words.get("exchange.not_affected").to_string(),
            what_happened: words.with(happened, &[("date", &date)]),
            identifiers: identifiers(words, self.threat, &fix.articles()),
            versions: fix.versions(words, self.today()),
            talk: String::new(),
        }
    }

    fn generic(&self, words: Words, fix: Option<&PackFix<'_>>) -> WarningText {
        let Threat {
            publisher,
            published_at,
            ..
        } = self.threat;
        let product = product_name(words, self.threat);
        let (kind, told) = best_remedy(self.threat);
        // A table of builds knows the update where the advisory names none.
        let kind = if fix.is_some() && matches!(kind, "ask" | "none") {
            "fix"
        } else {
            kind
        };
        let versions = fix.map_or(told, |fix| {
            words.with("generic.builds", &[("builds", &fix.builds())])
        });
        let traces = self.urgency.search_for_traces();
        let by = self.deadline(words, "by");
        let deadline = self.deadline(words, "headline");
        let mut say = words.with(
            &format!("{kind}.say"),
            &[("by", &by), ("product", &product)],
        );
        if let Some(fix) = fix {
            say = fix.with_paid(words, say);
            let steps: Vec<&str> = fix
                .conditions
                .iter()
                .map(|condition| condition.step.text(words.0))
                .collect();
            if !steps.is_empty() {
                say = format!(
                    "{say} {}",
                    words.with("generic.second_step", &[("step", &steps.join("; "))])
                );
            }
        }
        if traces {
            say = format!("{say} {}", words.get("generic.traces"));
        }
        let happened = if self.threat.is_exploited() {
            "generic.happened_exploited"
        } else {
            "generic.happened"
        };
        let date = self.day(published_at.to_zoned(self.zone.clone()).date(), words.0);
        // Where blocking the access is the remedy itself, there is no second way.
        let blocks = matches!(kind, "none" | "replace");
        let afterwards = if kind == "fix" {
            "afterwards.update"
        } else {
            "afterwards.other"
        };
        WarningText {
            language: words.0,
            headline: words.with(
                &format!("{kind}.headline"),
                &[("product", &product), ("deadline", &deadline)],
            ),
            preheader: words.with(
                "generic.preheader",
                &[
                    ("product", &product),
                    (
                        "steps",
                        words.count(1 + usize::from(!blocks) + usize::from(traces)),
                    ),
                ],
            ),
            say,
            otherwise: if blocks {
                String::new()
            } else {
                self.otherwise(words, "generic.otherwise")
            },
            afterwards: if traces {
                words.get(afterwards).to_string()
            } else {
                String::new()
            },
            not_affected: words.with("generic.not_affected", &[("product", &product)]),
            what_happened: words.with(
                happened,
                &[
                    ("product", &product),
                    ("publisher", &one_line(publisher)),
                    ("date", &date),
                ],
            ),
            identifiers: identifiers(words, self.threat, &[one_line(&self.threat.tracking_id)]),
            versions,
            product,
            talk: String::new(),
        }
    }

    /// Attacks on a product: whether a hole is known is not said, nor who is hit.
    fn campaign(&self, words: Words) -> WarningText {
        let Threat {
            publisher,
            published_at,
            tracking_id,
            ..
        } = self.threat;
        let product = product_name(words, self.threat);
        let date = self.day(published_at.to_zoned(self.zone.clone()).date(), words.0);
        WarningText {
            language: words.0,
            headline: words.with(
                "campaign.headline",
                &[
                    ("product", &product),
                    ("deadline", &self.deadline(words, "headline")),
                ],
            ),
            preheader: words.with(
                "generic.preheader",
                &[("product", &product), ("steps", words.count(2))],
            ),
            say: words.with(
                "campaign.say",
                &[("product", &product), ("by", &self.deadline(words, "by"))],
            ),
            otherwise: self.otherwise(words, "generic.otherwise"),
            afterwards: String::new(),
            not_affected: words.with("generic.not_affected", &[("product", &product)]),
            what_happened: words.with(
                "campaign.happened",
                &[
                    ("product", &product),
                    ("publisher", &one_line(publisher)),
                    ("date", &date),
                ],
            ),
            identifiers: identifiers(words, self.threat, &[one_line(tracking_id)]),
            versions: String::new(),
            product,
            talk: String::new(),
        }
    }

    fn otherwise(&self, words: Words, key: &str) -> String {
        let question = if self.urgency == Urgency::Today {
            "question.today"
        } else {
            "question.later"
        };
        format!("{} {}", words.get(question), words.get(key))
    }
}

/// The update of a pack a threat needs, as it can be had on the day.
struct PackFix<'a> {
    pack: &'a BuildPack,
    rows: Vec<&'a BuildRow>,
    day: Date,
    conditions: Vec<&'a Condition>,
    paid: Option<&'a PaidUpdates>,
}

impl PackFix<'_> {
    /// What is to be done, and for which lines it is so only with a paid programme.
    fn with_paid(&self, words: Words, say: String) -> String {
        let Some(PaidUpdates {
            programme,
            lines,
            condition,
            ..
        }) = self.paid
        else {
            return say;
        };
        let lines = lines.join(&format!(" {} ", words.get("generic.and")));
        let more = words.with(
            "paid.say",
            &[
                ("lines", &lines),
                ("programme", programme),
                ("step", condition.step.text(words.0)),
            ],
        );
        format!("{say} {more}")
    }

    fn articles(&self) -> Vec<String> {
        let mut articles: Vec<String> = self.rows.iter().filter_map(|row| row.kb.clone()).collect();
        articles.sort_unstable();
        articles.dedup();
        articles
    }

    /// `13.1-59.22, 14.1-47.48`: the first fixed build of each branch.
    fn builds(&self) -> String {
        let mut builds: Vec<[u32; 4]> = self.rows.iter().map(|row| row.build).collect();
        builds.sort_unstable();
        builds.dedup();
        builds
            .into_iter()
            .map(|build| self.pack.form.write(build))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// `Exchange 2013 CU23, 2016 CU18/CU19` and what has no update any more.
    fn versions(&self, words: Words, today: Date) -> String {
        let short = |line: &str| line.rsplit("Server ").next().unwrap_or(line).to_string();
        let mut told: Vec<String> = Vec::new();
        for line in &self.pack.lines {
            let mut updates: Vec<&str> = self
                .rows
                .iter()
                .filter(|row| row.line == line.name)
                .map(|row| row.cumulative_update.as_str())
                .collect();
            updates.sort_by_key(|name| (name.len(), name.to_string()));
            updates.dedup();
            if !updates.is_empty() {
                told.push(format!("{} {}", short(&line.name), updates.join("/")));
            }
        }
        let mut text = if told.is_empty() {
            String::new()
        } else {
            format!("Exchange {}", told.join(", "))
        };
        let with_update = |name: &str| self.rows.iter().any(|row| row.line == name);
        let ended = self.pack.lines.iter().filter(|line| {
            line.end_of_life.day().is_some_and(|day| day <= today) && !with_update(&line.name)
        });
        let ended: Vec<String> = ended.map(|line| short(&line.name)).collect();
        if !ended.is_empty() {
            text = format!(
                "{text} · {}",
                words.with(
                    "exchange.end_of_life",
                    &[("lines", &format!("Exchange {}", ended.join(", ")))]
                )
            );
        }
        text
    }
}

/// `CVE-2021-26855, -26857 · KB5000871`.
fn identifiers(words: Words, threat: &Threat, others: &[String]) -> String {
    let cves = threat.cves();
    let mut year = "";
    let mut told: Vec<String> = Vec::new();
    for cve in cves.iter().take(IDENTIFIERS) {
        let (head, tail) = cve.rsplit_once('-').unwrap_or((cve, ""));
        told.push(if head == year {
            format!("-{tail}")
        } else {
            (*cve).to_string()
        });
        year = head;
    }
    let mut line = told.join(", ");
    if cves.len() > IDENTIFIERS {
        let more = cves.len().saturating_sub(IDENTIFIERS).to_string();
        line = format!("{line} {}", words.with("generic.more", &[("count", &more)]));
    }
    let parts = std::iter::once(line.as_str()).chain(others.iter().map(String::as_str));
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn affected(threat: &Threat) -> impl Iterator<Item = &Statement> {
    threat
        .statements
        .iter()
        .filter(|statement| statement.status == ProductStatus::Affected)
}

/// The affected products as a person says them: the shortest name of each, two at most.
fn product_name(words: Words, threat: &Threat) -> String {
    let mut names: Vec<(&ProductKey, &str)> = Vec::new();
    for statement in affected(threat) {
        match names.iter_mut().find(|(key, _)| *key == &statement.product) {
            Some((_, name)) if statement.product_name.len() < name.len() => {
                *name = &statement.product_name
            }
            Some(_) => {}
            None => names.push((&statement.product, &statement.product_name)),
        }
    }
    let name = match names.as_slice() {
        [] => threat.title.clone(),
        [(_, one)] => (*one).to_string(),
        [(_, one), (_, two)] => format!("{one} {} {two}", words.get("generic.and")),
        [(_, one), ..] => format!("{one} {}", words.get("generic.others")),
    };
    cut(&one_line(&name), PRODUCT_CHARACTERS)
}

/// What helps most, as the key of its words, and the vendor's own text.
fn best_remedy(threat: &Threat) -> (&'static str, String) {
    let best = affected(threat)
        .filter_map(|statement| statement.remedy.as_ref())
        .max_by_key(|remedy| remedy.kind);
    let Some(remedy) = best else {
        let fixed = threat
            .statements
            .iter()
            .any(|statement| statement.status == ProductStatus::Fixed);
        return (if fixed { "fix" } else { "ask" }, String::new());
    };
    let key = match remedy.kind {
        RemedyKind::VendorFix => "fix",
        RemedyKind::Mitigation | RemedyKind::Workaround => "mitigation",
        RemedyKind::NoneAvailable => "none",
        RemedyKind::NoFixPlanned => "replace",
    };
    let text = cut(&one_line(&remedy.details), REMEDY_CHARACTERS);
    let parts = [text.as_str(), remedy.url.as_deref().unwrap_or("")];
    (
        key,
        parts
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

fn cut(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_string();
    }
    let head: String = text.chars().take(characters.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}

/// The words of one language.
#[derive(Debug, Clone, Copy)]
struct Words(Language);

impl Words {
    fn get(self, key: &str) -> &'static str {
        catalogue::of(self.0).find(key).unwrap_or_default()
    }

    fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        catalogue::fill(self.get(key), values)
    }

    fn steps(self, traces: bool) -> &'static str {
        self.count(if traces { 3 } else { 2 })
    }

    fn count(self, steps: usize) -> &'static str {
        self.get(match steps {
            1 => "steps.1",
            2 => "steps.2",
            _ => "steps.3",
        })
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
