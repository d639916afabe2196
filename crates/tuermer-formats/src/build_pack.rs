//! Build packs as files: `pack.toml` and `builds.csv`, those of the program (`packs/`) and those a chamber writes.
//!
//! The format stands in `docs/build-packs.md`. A file with one bad row is refused as a whole: half a table would call
//! open servers closed. A test holds our own files; should they ever be broken all the same, [`defect`] says so and the
//! program refuses to start.

mod error;
mod file;

pub use error::{Fault, PackError, Part};

use error::{Places, at};
use file::{AliasFile, ConditionFile, FixFile, LineFile, PackFile, PaidFile, RowFile};
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use toml::Spanned;
use tuermer_core::limits::{FIELD_CHARACTERS, PACK_BUILDS, PACK_BYTES, PACK_FLAWS, PACK_LINES};
use tuermer_core::pack::{
    Alias, BuildForm, BuildPack, BuildRow, Condition, EndOfLife, Fix, PackRule, PaidUpdates,
    ProductLine, Untold,
};
use tuermer_core::product::ProductKey;

/// Number of this format.
pub const FORMAT: u32 = 2;

/// Name, description and builds of every pack of the program; Exchange first.
const SHIPPED: [(&str, &str, &str); 4] = [
    (
        "exchange",
        include_str!("../packs/exchange/pack.toml"),
        include_str!("../packs/exchange/builds.csv"),
    ),
    (
        "netscaler",
        include_str!("../packs/netscaler/pack.toml"),
        include_str!("../packs/netscaler/builds.csv"),
    ),
    (
        "fortios",
        include_str!("../packs/fortios/pack.toml"),
        include_str!("../packs/fortios/builds.csv"),
    ),
    (
        "moveit",
        include_str!("../packs/moveit/pack.toml"),
        include_str!("../packs/moveit/builds.csv"),
    ),
];

static PACKS: LazyLock<Result<Vec<BuildPack>, PackError>> = LazyLock::new(|| {
    SHIPPED
        .iter()
        .map(|(_, pack, builds)| read(pack, builds))
        .collect()
});

/// All packs that come with the program; read once. Empty only where [`defect`] says why.
pub fn packs() -> &'static [BuildPack] {
    PACKS.as_deref().unwrap_or_default()
}

/// Why the packs of the program cannot be used; `None` in every program that passed its tests.
pub fn defect() -> Option<&'static PackError> {
    PACKS.as_ref().err()
}

/// The two files of a pack of the program, as a pattern for one's own.
pub fn files(name: &str) -> Option<(&'static str, &'static str)> {
    SHIPPED
        .iter()
        .find(|(own, _, _)| *own == name)
        .map(|(_, pack, builds)| (*pack, *builds))
}

/// Reads a pack from its two files; `builds` is empty where the description holds them itself.
///
/// # Errors
/// File, line and field of the first mistake.
pub fn read(pack: &str, builds: &str) -> Result<BuildPack, PackError> {
    for (part, text) in [(Part::Pack, pack), (Part::Builds, builds)] {
        if text.len() as u64 > PACK_BYTES {
            return Err(PackError::whole(
                part,
                Fault::TooLarge,
                PACK_BYTES.to_string(),
            ));
        }
    }
    let places = Places(pack);
    let file: PackFile = toml::from_str(pack).map_err(|error| places.syntax(&error))?;
    let PackFile {
        format,
        name,
        title,
        source,
        as_of,
        rule,
        form,
        products,
        compared,
        builds: inline,
        line,
        alias,
        condition,
        paid,
        fix,
    } = file;
    if *format.get_ref() != FORMAT {
        return Err(places.fault(
            format.span(),
            "format",
            &format.get_ref().to_string(),
            Fault::Format,
        ));
    }
    if !is_name(name.get_ref()) {
        return Err(places.of(&name, "name", Fault::Name));
    }
    let rule_word =
        PackRule::parse(rule.get_ref()).ok_or_else(|| places.of(&rule, "rule", Fault::Rule))?;
    let form_word =
        BuildForm::parse(form.get_ref()).ok_or_else(|| places.of(&form, "form", Fault::Form))?;
    let reader = Reader {
        places,
        form: form_word,
        rule: rule_word,
        titles: line
            .iter()
            .map(|line| (line.name.get_ref().clone(), line.title.clone()))
            .collect(),
    };
    reader.limit(line.len(), PACK_LINES, "line")?;
    let conditions = condition
        .into_iter()
        .map(|file| reader.condition(file))
        .collect::<Result<Vec<_>, _>>()?;
    let paid = paid
        .into_iter()
        .map(|paid| reader.paid(paid, &conditions))
        .collect::<Result<Vec<_>, _>>()?;
    let aliases = alias
        .into_iter()
        .map(|alias| reader.alias(alias))
        .collect::<Result<Vec<Alias>, _>>()?;
    let mut fixes = Vec::new();
    for file in fix {
        fixes.extend(reader.fixes(file, &conditions)?);
        reader.limit(fixes.len(), PACK_FLAWS, "fix")?;
    }
    let lines = line
        .into_iter()
        .map(|line| reader.line(line))
        .collect::<Result<Vec<ProductLine>, _>>()?;
    let rows = match &inline {
        Some(inline) => reader
            .rows(inline.get_ref(), &aliases)
            .map_err(|error| places.inside(inline, error))?,
        None => reader.rows(builds, &aliases)?,
    };
    let mut keys: Vec<ProductKey> = products
        .iter()
        .map(|[vendor, product]| ProductKey::new(vendor, product))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Err(PackError::whole(
            Part::Pack,
            Fault::NoProduct,
            String::new(),
        ));
    }
    let as_of = reader.day(&as_of, "as_of")?;
    let (name, title) = (name.into_inner(), short(&title));
    let pack = BuildPack {
        name,
        products: keys,
        title,
        source: short(&source),
        as_of,
        rule: rule_word,
        form: form_word,
        lines,
        rows,
        fixes,
        paid,
        aliases,
        compared,
    };
    if rule_word == PackRule::ExchangeCuSu {
        every_fix_has_builds(&pack)?;
    }
    Ok(pack)
}

/// A word of letters, digits and hyphens: it is typed, and stands in file names.
fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn short(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(FIELD_CHARACTERS)
        .collect()
}

/// An update nobody carries is a slip of the pen: every server would count as open.
fn every_fix_has_builds(pack: &BuildPack) -> Result<(), PackError> {
    let lost = pack.fixes.iter().find(|fix| {
        !pack
            .rows
            .iter()
            .any(|row| row.update.as_ref() == Some(&fix.update))
    });
    lost.map_or(Ok(()), |fix| {
        Err(PackError {
            field: "update".into(),
            ..PackError::whole(Part::Pack, Fault::NoBuilds, fix.update.clone())
        })
    })
}

/// What is needed to read the parts of one pack.
struct Reader<'a> {
    places: Places<'a>,
    form: BuildForm,
    rule: PackRule,
    /// Name of a line as in the files → its title for people.
    titles: HashMap<String, String>,
}

impl Reader<'_> {
    fn limit(&self, count: usize, most: usize, field: &str) -> Result<(), PackError> {
        if count <= most {
            Ok(())
        } else {
            Err(PackError {
                field: field.into(),
                ..PackError::whole(Part::Pack, Fault::TooMany, most.to_string())
            })
        }
    }

    fn title(&self, name: &Spanned<String>, field: &'static str) -> Result<String, PackError> {
        self.titles
            .get(name.get_ref())
            .cloned()
            .ok_or_else(|| self.places.of(name, field, Fault::Line))
    }

    fn day(&self, text: &Spanned<String>, field: &'static str) -> Result<Date, PackError> {
        text.get_ref()
            .parse()
            .map_err(|_| self.places.of(text, field, Fault::Day))
    }

    fn optional_day(
        &self,
        text: &Option<Spanned<String>>,
        field: &'static str,
    ) -> Result<Option<Date>, PackError> {
        text.as_ref().map(|text| self.day(text, field)).transpose()
    }

    /// All of a branch, or from one number to another; a part of a number stands for everything it can be.
    fn line(&self, file: LineFile) -> Result<ProductLine, PackError> {
        let LineFile {
            name,
            title,
            branch,
            from,
            to,
            end_of_life,
        } = file;
        let span = |text: &Spanned<String>, field| {
            self.form
                .read(text.get_ref())
                .ok_or_else(|| self.places.of(text, field, Fault::Number))
        };
        let branch = branch.map(|text| span(&text, "branch")).transpose()?;
        let low = from
            .map(|text| span(&text, "from"))
            .transpose()?
            .or(branch)
            .map(|span| span.low);
        let high = to
            .map(|text| span(&text, "to"))
            .transpose()?
            .or(branch)
            .map(|span| span.high);
        match (low, high) {
            (Some(from), Some(to)) if from <= to => {
                let end_of_life = match end_of_life {
                    None => EndOfLife::Open,
                    Some(text) if text.get_ref() == "unknown" => EndOfLife::NotKnown,
                    Some(text) => EndOfLife::Day(
                        text.get_ref()
                            .parse()
                            .map_err(|_| self.places.of(&text, "end_of_life", Fault::EndOfLife))?,
                    ),
                };
                Ok(ProductLine {
                    name: short(&title),
                    from,
                    to,
                    end_of_life,
                })
            }
            _ => Err(self.places.of(&name, "line", Fault::NoRange)),
        }
    }

    fn alias(
        &self,
        AliasFile {
            line,
            cumulative_update,
            also,
            source,
        }: AliasFile,
    ) -> Result<Alias, PackError> {
        Ok(Alias {
            line: self.title(&line, "alias.line")?,
            cumulative_update,
            also,
            source,
        })
    }

    fn condition(&self, file: ConditionFile) -> Result<Arc<Condition>, PackError> {
        let ConditionFile {
            key,
            question_de,
            question_en,
            step_de,
            step_en,
            untold,
            settled_by,
            open_by,
            settled_from_update,
            since,
        } = file;
        if !is_name(key.get_ref()) {
            return Err(self.places.of(&key, "condition.key", Fault::Name));
        }
        Ok(Arc::new(Condition {
            untold: Untold::parse(untold.get_ref())
                .ok_or_else(|| self.places.of(&untold, "condition.untold", Fault::Untold))?,
            since: self.optional_day(&since, "condition.since")?,
            key: key.into_inner(),
            question: [short(&question_de), short(&question_en)],
            step: [short(&step_de), short(&step_en)],
            settled_by,
            open_by,
            settled_from_update,
        }))
    }

    fn paid(
        &self,
        file: PaidFile,
        conditions: &[Arc<Condition>],
    ) -> Result<Arc<PaidUpdates>, PackError> {
        let PaidFile {
            programme,
            lines,
            updates,
            until,
            condition,
        } = file;
        Ok(Arc::new(PaidUpdates {
            programme: short(&programme),
            lines: self.lines(&lines, "paid.lines")?,
            updates,
            until: self.day(&until, "paid.until")?,
            condition: self.known(&condition, conditions, "paid.condition")?,
        }))
    }

    fn lines(
        &self,
        names: &[Spanned<String>],
        field: &'static str,
    ) -> Result<Vec<String>, PackError> {
        names.iter().map(|line| self.title(line, field)).collect()
    }

    fn known(
        &self,
        key: &Spanned<String>,
        conditions: &[Arc<Condition>],
        field: &'static str,
    ) -> Result<Arc<Condition>, PackError> {
        let found = conditions
            .iter()
            .find(|condition| condition.key == *key.get_ref())
            .cloned();
        found.ok_or_else(|| self.places.of(key, field, Fault::Condition))
    }

    fn fixes(&self, file: FixFile, conditions: &[Arc<Condition>]) -> Result<Vec<Fix>, PackError> {
        let FixFile {
            update,
            lines,
            flaws,
            condition,
            conditions: several,
            published,
            url,
        } = file;
        let lines = self.lines(&lines, "fix.lines")?;
        let named = condition
            .iter()
            .chain(&several)
            .map(|key| self.known(key, conditions, "fix.condition"));
        let conditions = named.collect::<Result<Vec<_>, _>>()?;
        let published = self.optional_day(&published, "fix.published")?;
        if let Some(url) = url
            .as_ref()
            .filter(|url| !url.get_ref().starts_with("https://"))
        {
            return Err(self.places.of(url, "fix.url", Fault::Url));
        }
        let url = url.map(Spanned::into_inner).unwrap_or_default();
        let fix = |cve: Spanned<String>| {
            if !is_flaw(cve.get_ref()) {
                return Err(self.places.of(&cve, "fix.flaws", Fault::Flaw));
            }
            let (update, lines, conditions, url) = (
                update.clone(),
                lines.clone(),
                conditions.clone(),
                url.clone(),
            );
            Ok(Fix {
                cve: cve.into_inner(),
                update,
                lines,
                conditions,
                published,
                url,
            })
        };
        flaws.into_iter().map(fix).collect()
    }

    fn rows(&self, builds: &str, aliases: &[Alias]) -> Result<Vec<BuildRow>, PackError> {
        let mut rows = Vec::new();
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(builds.as_bytes());
        let headers = reader.headers().map_err(|error| at::csv(&error))?.clone();
        for record in reader.into_records() {
            let record = record.map_err(|error| at::csv(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let row: RowFile = record
                .deserialize(Some(&headers))
                .map_err(|error| PackError {
                    line,
                    ..at::csv(&error)
                })?;
            rows.push(self.row(row, aliases, line)?);
            self.limit(rows.len(), PACK_BUILDS, "builds")?;
        }
        Ok(rows)
    }

    fn row(&self, file: RowFile, aliases: &[Alias], at: u64) -> Result<BuildRow, PackError> {
        let RowFile {
            build,
            line,
            cu,
            update,
            affected_from,
            released,
            available_from,
            kb,
            source,
        } = file;
        let wrong = |field: &str, value: &str, fault| PackError {
            part: Part::Builds,
            line: at,
            field: field.into(),
            value: short(value),
            fault,
        };
        let number = |text: &str, field| {
            self.form
                .read_exact(text)
                .ok_or_else(|| wrong(field, text, Fault::Build))
        };
        let title = self
            .titles
            .get(&line)
            .cloned()
            .ok_or_else(|| wrong("line", &line, Fault::Line))?;
        let day = |text: &str, field| {
            if text.is_empty() {
                Ok(None)
            } else {
                text.parse()
                    .map(Some)
                    .map_err(|_| wrong(field, text, Fault::Day))
            }
        };
        if self.rule == PackRule::BranchFixedBuild && update.is_empty() {
            return Err(wrong("update", "", Fault::NoUpdate));
        }
        let alias = aliases
            .iter()
            .find(|alias| alias.line == title && alias.also == cu);
        Ok(BuildRow {
            build: number(&build, "build")?,
            cumulative_update: alias.map_or(cu, |alias| alias.cumulative_update.clone()),
            affected_from: Some(affected_from.as_str())
                .filter(|text| !text.is_empty())
                .map(|text| number(text, "affected_from"))
                .transpose()?,
            released: day(&released, "released")?,
            available_from: day(&available_from, "available_from")?,
            line: title,
            update: Some(update).filter(|text| !text.is_empty()),
            kb: Some(kb).filter(|text| !text.is_empty()),
            source,
        })
    }
}

/// `CVE-2021-26855`, or the id a vendor gives where there is no CVE yet.
fn is_flaw(id: &str) -> bool {
    (4..=60).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

#[cfg(test)]
#[path = "build_pack_tests.rs"]
mod tests;
#[cfg(test)]
mod vendors_tests;
