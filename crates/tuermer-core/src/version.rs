//! Is this version inside that range? Where an order is not certain, the answer is "cannot say".
//!
//! How the words of an advisory become intervals is told in [`crate::range_words`], the standard notation
//! in [`crate::vers`], the orders in [`crate::version_order`].

use crate::range_words;
use crate::version_order::{Scheme, Version};
use std::cmp::Ordering;

/// Which versions of a product a statement speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum VersionRule {
    /// No version named: the product as such.
    All,
    /// Exactly this version (CSAF `product_version`).
    Exactly(String),
    /// A range we understood.
    Range(VersionRange),
    /// A range in words we do not trust ourselves to read; kept, counted and shown.
    NotUnderstood(String),
}

/// One or more intervals of versions, read from left to right, and the order that applies to them.
///
/// The bounds are read once, when the range is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// The text it was read from.
    pub text: String,
    scheme: Scheme,
    intervals: Vec<Interval>,
    bounds: Vec<Bounds>,
    everything: bool,
    /// Whether a bound counts by years, and whether one does not.
    years: [bool; 2],
}

/// An interval of versions; `None` is unbounded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interval {
    /// Lower bound and whether it is inside.
    pub from: Option<(String, bool)>,
    /// Upper bound and whether it is inside.
    pub to: Option<(String, bool)>,
}

/// The bounds of an interval as versions of the range's order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bounds {
    from: Option<(Version, bool)>,
    to: Option<(Version, bool)>,
}

/// A version of a product in use, read once for many questions.
#[derive(Debug, Clone)]
pub struct ParsedVersion {
    text: String,
    /// The order of its product.
    own: Scheme,
    /// Whether it counts by years; `None` = it may be either.
    years: Option<bool>,
    /// The orders it was read under before anybody asked, with the result.
    forms: Vec<(Scheme, Option<Version>)>,
}

/// A rule made ready for many versions.
#[derive(Debug, Clone)]
pub struct CompiledRule<'a> {
    rule: &'a VersionRule,
    /// The one version it names, under the order that needs no knowledge of the product.
    exact: Option<Version>,
    /// The same under the order of its product, where it has one.
    own: Option<(Scheme, Option<Version>)>,
}

impl ParsedVersion {
    /// Reads a version under the order that needs no knowledge of the product.
    pub fn new(text: &str) -> Self {
        Self::in_scheme(text, Scheme::Generic)
    }

    /// Reads a version also under the order of its product.
    pub fn in_scheme(text: &str, scheme: Scheme) -> Self {
        let mut this = Self {
            text: text.trim().to_string(),
            own: scheme,
            years: counts_by_years(text),
            forms: Vec::with_capacity(2),
        };
        this.read_in(Scheme::Generic);
        this.read_in(scheme);
        this
    }

    /// Reads it under one more order, because many will ask for it.
    pub fn read_in(&mut self, scheme: Scheme) {
        if !self.forms.iter().any(|(known, _)| *known == scheme) {
            self.forms
                .push((scheme, Version::parse(scheme, &self.text)));
        }
    }

    /// What was written, without blanks around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The version under an order, where it was read so and is one.
    pub(crate) fn form(&self, scheme: Scheme) -> Option<&Version> {
        self.forms
            .iter()
            .find(|(known, _)| *known == scheme)?
            .1
            .as_ref()
    }

    /// Asks with the version under an order; one that was not foreseen is read for this question only.
    fn with<T>(&self, scheme: Scheme, ask: impl FnOnce(&Version) -> Option<T>) -> Option<T> {
        match self.forms.iter().find(|(known, _)| *known == scheme) {
            Some((_, version)) => ask(version.as_ref()?),
            None => ask(&Version::parse(scheme, &self.text)?),
        }
    }
}

impl VersionRule {
    /// Reads a CSAF `product_version_range`: `vers:…`, bare constraints, and plain words that have one meaning only.
    ///
    /// A single number without a sign is not read: in a field for ranges it may mean "up to" as well.
    pub fn parse_range(text: &str) -> Self {
        Self::parse_range_in(text, Scheme::Generic)
    }

    /// The same for a product whose order is known; a `vers:` string names its own.
    pub fn parse_range_in(text: &str, scheme: Scheme) -> Self {
        match range_words::read(text.trim(), scheme) {
            Some(range) => Self::Range(VersionRange {
                text: text.to_string(),
                ..range
            }),
            None => Self::NotUnderstood(text.to_string()),
        }
    }

    /// Whether `version` is meant; `None` where the two cannot be compared with certainty.
    ///
    /// ```
    /// use tuermer_core::version::VersionRule;
    ///
    /// let rule = VersionRule::parse_range("vers:generic/>=2.0|<2.4");
    /// assert_eq!(rule.contains("2.3.1"), Some(true));
    /// assert_eq!(rule.contains("2.4"), Some(false));
    /// assert_eq!(rule.contains("the newest one"), None);
    /// ```
    pub fn contains(&self, version: &str) -> Option<bool> {
        self.compiled().contains(&ParsedVersion::new(version))
    }

    /// The rule with everything read that can be read without knowing the product.
    pub fn compiled(&self) -> CompiledRule<'_> {
        self.compiled_in(Scheme::Generic)
    }

    /// The rule with everything read beforehand, for versions of a product with this order.
    pub fn compiled_in(&self, scheme: Scheme) -> CompiledRule<'_> {
        let Self::Exactly(exact) = self else {
            return CompiledRule {
                rule: self,
                exact: None,
                own: None,
            };
        };
        let own = (scheme != Scheme::Generic).then(|| (scheme, Version::parse(scheme, exact)));
        CompiledRule {
            rule: self,
            exact: Version::parse(Scheme::Generic, exact),
            own,
        }
    }
}

impl CompiledRule<'_> {
    /// Whether `version` is meant; `None` where the two cannot be compared with certainty.
    pub fn contains(&self, version: &ParsedVersion) -> Option<bool> {
        match self.rule {
            VersionRule::All => Some(true),
            VersionRule::Exactly(exact) if exact.trim() == version.text => Some(true),
            VersionRule::Exactly(exact) => self.equals(exact, version),
            VersionRule::Range(range) => range.contains(version),
            VersionRule::NotUnderstood(_) => None,
        }
    }

    /// Every version it is compared with.
    pub(crate) fn bounds(&self) -> impl Iterator<Item = &Version> {
        let range = if let VersionRule::Range(range) = self.rule {
            range.bounds.as_slice()
        } else {
            &[]
        };
        let of_range = range
            .iter()
            .flat_map(|bounds| bounds.from.iter().chain(&bounds.to))
            .map(|(bound, _)| bound);
        let own = self.own.as_ref().and_then(|(_, exact)| exact.as_ref());
        of_range.chain(&self.exact).chain(own)
    }

    /// The one text it names.
    pub(crate) fn exact_text(&self) -> Option<&str> {
        if let VersionRule::Exactly(text) = self.rule {
            Some(text.trim())
        } else {
            None
        }
    }

    /// The same version in other words, first without and then with what the product's own order knows.
    fn equals(&self, text: &str, version: &ParsedVersion) -> Option<bool> {
        let generic = || {
            version.with(Scheme::Generic, |version| {
                version.compare(self.exact.as_ref()?)
            })
        };
        let own = || {
            let scheme = Some(version.own).filter(|scheme| *scheme != Scheme::Generic)?;
            version.with(scheme, |version| match &self.own {
                Some((known, exact)) if *known == scheme => version.compare(exact.as_ref()?),
                _ => version.compare(&Version::parse(scheme, text)?),
            })
        };
        own().or_else(generic).map(|order| order == Ordering::Equal)
    }
}

impl VersionRange {
    /// A range of known bounds; `None` where a bound is no version of the order, or an interval is empty or
    /// the wrong way round.
    pub fn new(text: &str, scheme: Scheme, intervals: Vec<Interval>) -> Option<Self> {
        if intervals.len() > crate::limits::RANGE_INTERVALS {
            return None;
        }
        let bounds = intervals
            .iter()
            .map(|interval| Bounds::read(interval, scheme))
            .collect::<Option<Vec<Bounds>>>()?;
        let everything = bounds
            .iter()
            .any(|bounds| bounds.from.is_none() && bounds.to.is_none());
        let told: Vec<bool> = intervals
            .iter()
            .flat_map(|interval| [&interval.from, &interval.to])
            .flatten()
            .filter_map(|(text, _)| counts_by_years(text))
            .collect();
        Some(Self {
            text: text.to_string(),
            scheme,
            intervals,
            bounds,
            everything,
            years: [told.contains(&true), told.contains(&false)],
        })
    }

    /// The order that applies.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Intervals; a version is inside when it is inside any of them.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// True where one of the intervals holds every version.
    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// Inside one of the intervals; outside only where it is outside all of them with certainty.
    pub fn contains(&self, version: &ParsedVersion) -> Option<bool> {
        if self.everything {
            return Some(true);
        }
        let inside = version.with(self.scheme, |version| self.decide(version));
        // 13.0.9 lies outside of "2021.0 < 2021.0.7" only if it is not the same release under its other number.
        inside.filter(|inside| *inside || !self.numbered_otherwise(version))
    }

    /// Some makers number one release twice, by years and by counting (MOVEit 2021.0.6 = 13.0.6). Packages have one order.
    fn numbered_otherwise(&self, version: &ParsedVersion) -> bool {
        let [by_years, counted] = self.years;
        let other = version.years.is_some_and(|years| {
            if years {
                counted && !by_years
            } else {
                by_years && !counted
            }
        });
        other
            && matches!(
                self.scheme,
                Scheme::Generic | Scheme::Semver | Scheme::ThreeAndBuild
            )
    }

    fn decide(&self, version: &Version) -> Option<bool> {
        let mut outside = true;
        for bounds in &self.bounds {
            match bounds.contain(version) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => outside = false,
            }
        }
        outside.then_some(false)
    }
}

impl Bounds {
    fn read(interval: &Interval, scheme: Scheme) -> Option<Self> {
        let from = match &interval.from {
            // ">= 7.4" and "< 7.4" divide at 7.4.0; "> 7.4" may mean that all of 7.4 is outside.
            Some((text, true)) => Some((Version::bound(scheme, text)?, true)),
            Some((text, false)) => Some((Version::parse(scheme, text)?, false)),
            None => None,
        };
        let to = match &interval.to {
            Some((text, false)) => Some((Version::bound(scheme, text)?, false)),
            Some((text, true)) => Some((Version::parse(scheme, text)?, true)),
            None => None,
        };
        if let (Some((from, lower)), Some((to, upper))) = (&from, &to) {
            match from.compare(to) {
                Some(Ordering::Greater) => return None,
                Some(Ordering::Equal) if !(*lower && *upper) => return None,
                _ => {}
            }
        }
        Some(Self { from, to })
    }

    fn contain(&self, version: &Version) -> Option<bool> {
        let from = side(&self.from, version, Ordering::Greater);
        let to = side(&self.to, version, Ordering::Less);
        match (from, to) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

/// True for 2021.0.6, false for 13.0.6; a number without dots, or a zero in front, tells nothing.
fn counts_by_years(text: &str) -> Option<bool> {
    let (first, _) = text.trim().trim_start_matches(['v', 'V']).split_once('.')?;
    let first: u32 = first.parse().ok().filter(|first| *first > 0)?;
    Some((2000..2100).contains(&first))
}

/// Whether `version` lies on the `inside` side of the bound.
///
/// Without a known order "up to 23.9.7" may or may not mean 23.9.7.8804, and so may "after".
fn side(bound: &Option<(Version, bool)>, version: &Version, inside: Ordering) -> Option<bool> {
    let Some((bound, included)) = bound else {
        return Some(true);
    };
    let order = version.compare(bound)?;
    let doubtful = if inside == Ordering::Less {
        *included
    } else {
        !*included
    };
    if order == Ordering::Greater && doubtful && version.extends(bound) {
        return None;
    }
    Some(order == inside || (*included && order == Ordering::Equal))
}

#[cfg(test)]
mod tests;
