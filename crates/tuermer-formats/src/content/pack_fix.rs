//! The update of a build pack that a threat needs: which builds can be had on the day, and how a mail names them.

use super::phrases::Phrases;
use jiff::civil::Date;
use tuermer_core::pack::{BuildPack, BuildRow, Condition, Fix, PaidUpdates};

/// The update of a pack a threat needs, as it can be had on the day.
pub(super) struct PackFix<'a> {
    pub(super) pack: &'a BuildPack,
    /// Builds with the update that can be had.
    rows: Vec<&'a BuildRow>,
    /// The first day on which one could be had.
    pub(super) day: Date,
    conditions: Vec<&'a Condition>,
    paid: Option<&'a PaidUpdates>,
}

impl<'a> PackFix<'a> {
    /// Of all updates that these flaws need, the one that came last.
    pub(super) fn newest(packs: &'a [BuildPack], cves: &[&str], today: Date) -> Option<Self> {
        let mut newest: Option<Self> = None;
        for pack in packs {
            let needed = pack
                .fixes
                .iter()
                .filter(|fix| cves.contains(&fix.cve.as_str()));
            for fix in needed.filter_map(|fix| Self::available(pack, fix, today)) {
                if newest.as_ref().is_none_or(|newest| fix.day > newest.day) {
                    newest = Some(fix);
                }
            }
        }
        newest
    }

    /// An update with the builds that can be had today; `None` where there are none yet.
    fn available(pack: &'a BuildPack, fix: &'a Fix, today: Date) -> Option<Self> {
        let can_be_had = |row: &&BuildRow| {
            row.update.as_deref() == Some(fix.update.as_str())
                && row.available().is_some_and(|day| day <= today)
        };
        let rows: Vec<&BuildRow> = pack.rows.iter().filter(can_be_had).collect();
        let day = rows.iter().filter_map(|row| row.available()).min()?;
        let conditions = fix
            .conditions
            .iter()
            .map(AsRef::as_ref)
            .filter(|condition: &&Condition| condition.asked(today));
        let mut paid = pack.paid.iter();
        Some(Self {
            pack,
            rows,
            day,
            conditions: conditions.collect(),
            paid: paid
                .find(|paid| paid.updates.contains(&fix.update))
                .map(AsRef::as_ref),
        })
    }

    /// Adds the steps beside the update.
    pub(super) fn with_second_step(&self, phrases: Phrases, say: String) -> String {
        let conditions = self.conditions.iter();
        let steps: Vec<&str> = conditions
            .map(|condition| condition.step.text(phrases.0))
            .collect();
        if steps.is_empty() {
            return say;
        }
        let second = phrases.with("generic.second_step", &[("step", &steps.join("; "))]);
        format!("{say} {second}")
    }

    /// What is to be done, and for which lines it is so only with a paid programme.
    pub(super) fn with_paid(&self, phrases: Phrases, say: String) -> String {
        let Some(PaidUpdates {
            programme,
            lines,
            condition,
            ..
        }) = self.paid
        else {
            return say;
        };
        let lines = lines.join(&format!(" {} ", phrases.get("generic.and")));
        let more = phrases.with(
            "paid.say",
            &[
                ("lines", &lines),
                ("programme", programme),
                ("step", condition.step.text(phrases.0)),
            ],
        );
        format!("{say} {more}")
    }

    pub(super) fn articles(&self) -> Vec<String> {
        let mut articles: Vec<String> = self.rows.iter().filter_map(|row| row.kb.clone()).collect();
        articles.sort_unstable();
        articles.dedup();
        articles
    }

    /// `13.1-59.22, 14.1-47.48`: the first fixed build of each branch.
    pub(super) fn builds(&self) -> String {
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
    pub(super) fn versions(&self, phrases: Phrases, today: Date) -> String {
        let lines = self.pack.lines.iter();
        let updated: Vec<String> = lines
            .clone()
            .filter_map(|line| self.updates_of(&line.name))
            .collect();
        let mut text = if updated.is_empty() {
            String::new()
        } else {
            format!("Exchange {}", updated.join(", "))
        };
        let with_update = |name: &str| self.rows.iter().any(|row| row.line == name);
        let ended = lines.filter(|line| {
            line.end_of_life.day().is_some_and(|day| day <= today) && !with_update(&line.name)
        });
        let ended: Vec<&str> = ended.map(|line| short_line(&line.name)).collect();
        if !ended.is_empty() {
            let lines = format!("Exchange {}", ended.join(", "));
            let end = phrases.with("exchange.end_of_life", &[("lines", &lines)]);
            text = format!("{text} · {end}");
        }
        text
    }

    /// `2016 CU18/CU19`: the cumulative updates of a line that have the update.
    fn updates_of(&self, line: &str) -> Option<String> {
        let rows = self.rows.iter().filter(|row| row.line == line);
        let mut updates: Vec<&str> = rows.map(|row| row.cumulative_update.as_str()).collect();
        updates.sort_by_key(|name| (name.len(), name.to_string()));
        updates.dedup();
        (!updates.is_empty()).then(|| format!("{} {}", short_line(line), updates.join("/")))
    }
}

/// `2016` of `Exchange Server 2016`.
fn short_line(line: &str) -> &str {
    line.rsplit("Server ").next().unwrap_or(line)
}
