//! Parses the parts of a pack field by field into the types that the core judges by.

use super::error::{Fault, PackError, Part, Places};
use super::file::{AliasFile, ConditionFile, FixFile, LineFile, PackFile, PaidFile};
use super::{both, is_name, short};
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::Arc;
use toml::Spanned;
use tuermer_core::channel::Service;
use tuermer_core::limits::{PACK_FLAWS, PACK_LINES};
use tuermer_core::pack::{
    Alias, BuildForm, BuildPack, Condition, EndOfLife, Fix, PackRule, PaidUpdates, ProductLine,
    Untold,
};
use tuermer_core::product::ProductKey;

/// What is needed to read the parts of one pack.
pub(super) struct Reader<'a> {
    places: Places<'a>,
    pub(super) form: BuildForm,
    pub(super) rule: PackRule,
    /// Name of a line as in the files → its title for people.
    pub(super) titles: HashMap<String, String>,
}

impl<'a> Reader<'a> {
    /// Reads what the other parts are read by; a pack without builds has none of a table.
    pub fn new(places: Places<'a>, file: &PackFile) -> Result<Self, PackError> {
        let rule = PackRule::parse(file.rule.get_ref())
            .ok_or_else(|| places.of(&file.rule, "rule", Fault::Rule))?;
        let form = match (&file.form, rule) {
            (Some(form), PackRule::NoBuilds) => {
                return Err(places.of(form, "form", Fault::NoTable));
            }
            // Nothing is written in it.
            (None, PackRule::NoBuilds) => BuildForm::FourDotted,
            (None, _) => return Err(places.fault(file.rule.span(), "form", "", Fault::Form)),
            (Some(form), _) => BuildForm::parse(form.get_ref())
                .ok_or_else(|| places.of(form, "form", Fault::Form))?,
        };
        let titles = file
            .line
            .iter()
            .flatten()
            .map(|line| (line.name.get_ref().clone(), line.title.clone()))
            .collect();
        let reader = Self {
            places,
            form,
            rule,
            titles,
        };
        if rule == PackRule::NoBuilds {
            reader.no_table(file)?;
        } else if file.line.is_none() || file.fix.is_none() {
            return Err(places.of(&file.rule, "rule", Fault::NoLines));
        }
        Ok(reader)
    }

    /// Rows of `builds.csv` are refused where they are read.
    fn no_table(&self, file: &PackFile) -> Result<(), PackError> {
        let lines = file.line.iter().flatten().map(|line| ("line", &line.name));
        let aliases = file.alias.iter().map(|alias| ("alias", &alias.line));
        let conditions = file.condition.iter().map(|one| ("condition", &one.key));
        let paid = file.paid.iter().map(|paid| ("paid", &paid.condition));
        let fixes = file.fix.iter().flatten().map(|fix| ("fix", &fix.update));
        let compared = file.compared.iter().map(|source| ("compared", source));
        let mut table = lines
            .chain(aliases)
            .chain(conditions)
            .chain(paid)
            .chain(fixes)
            .chain(compared);
        if let Some((field, value)) = table.next() {
            return Err(self.places.of(value, field, Fault::NoTable));
        }
        if file.carries.as_ref().is_none_or(Vec::is_empty) {
            let at = file.rule.span();
            return Err(self.places.fault(at, "carries", "", Fault::SaysNothing));
        }
        Ok(())
    }

    /// All of it.
    pub fn pack(&self, file: PackFile, builds: &str) -> Result<BuildPack, PackError> {
        let PackFile {
            format: _,
            name,
            title,
            source,
            as_of,
            rule: _,
            form: _,
            products,
            carries,
            compared,
            builds: inline,
            line,
            alias,
            condition,
            paid,
            fix,
        } = file;
        let lines = line.unwrap_or_default();
        self.limit(lines.len(), PACK_LINES, "line")?;
        let conditions = all(condition, |file| self.condition(file))?;
        let paid = all(paid, |file| self.paid(file, &conditions))?;
        let aliases = all(alias, |file| self.alias(file))?;
        let mut fixes = Vec::new();
        for file in fix.unwrap_or_default() {
            fixes.extend(self.fixes(file, &conditions)?);
            self.limit(fixes.len(), PACK_FLAWS, "fix")?;
        }
        let lines = all(lines, |file| self.line(file))?;
        let rows = match &inline {
            Some(inline) => self
                .rows(inline.get_ref(), &aliases)
                .map_err(|error| self.places.inside(inline, error))?,
            None => self.rows(builds, &aliases)?,
        };
        Ok(BuildPack {
            products: self.products(&products)?,
            carries: carries.map(|words| self.services(&words)).transpose()?,
            as_of: self.day(&as_of, "as_of")?,
            name: name.into_inner(),
            title: short(&title),
            source: short(&source),
            rule: self.rule,
            form: self.form,
            lines,
            rows,
            fixes,
            paid,
            aliases,
            compared: compared.into_iter().map(Spanned::into_inner).collect(),
        })
    }

    /// Every product once.
    fn products(&self, names: &[[String; 2]]) -> Result<Vec<ProductKey>, PackError> {
        self.limit(names.len(), PACK_FLAWS, "products")?;
        let mut keys: Vec<ProductKey> = names
            .iter()
            .map(|[vendor, product]| ProductKey::new(vendor, product))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Err(PackError::whole(Part::Pack, Fault::NoProduct, "".into()));
        }
        Ok(keys)
    }

    /// Every service once.
    fn services(&self, words: &[Spanned<String>]) -> Result<Vec<Service>, PackError> {
        let mut services = Vec::new();
        for word in words {
            let service = Service::parse(word.get_ref())
                .ok_or_else(|| self.places.of(word, "carries", Fault::Service))?;
            if !services.contains(&service) {
                services.push(service);
            }
        }
        Ok(services)
    }

    /// At most so many.
    pub(super) fn limit(&self, count: usize, most: usize, field: &str) -> Result<(), PackError> {
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
            question: both(&question_de, &question_en),
            step: both(&step_de, &step_en),
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
        let update = update.into_inner();
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
}

/// Each of a list, or the first mistake.
fn all<File, Part>(
    files: Vec<File>,
    read: impl FnMut(File) -> Result<Part, PackError>,
) -> Result<Vec<Part>, PackError> {
    files.into_iter().map(read).collect()
}

/// `CVE-2021-26855`, or the id a vendor gives where there is no CVE yet.
fn is_flaw(id: &str) -> bool {
    (4..=60).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}
