//! Versions that no bound of a product can tell apart share a place, and so every answer.
//!
//! Where numbers decide, a binary search finds the two bounds between which a version lies. Where they do not – at a
//! bound's own numbers, and in orders with gaps – each bound is asked, and the answers are the place.

use super::{Form, MICROSOFT_PARTS, Scheme, Version, vendor};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Bounds with the same numbers that are looked through for one that is already there.
const LOOKED_THROUGH: usize = 32;
/// Answers in one word of a place: three bits each.
const ANSWERS_PER_WORD: usize = 21;
/// The version is none of this order.
const NO_VERSION: u64 = u64::MAX;
/// It has no place among the bounds, so each of them is asked.
const NO_PLACE: u64 = u64::MAX - 1;

/// Bounds of one order.
pub(crate) struct Ladder {
    scheme: Scheme,
    marks: Marks,
    /// In order: versions of which any two are ordered, and texts of which only the same is the same.
    line: Vec<Version>,
    /// Asked one by one.
    odd: Vec<Version>,
}

/// Numbers in order, each with the bounds that have them.
struct Marks(Vec<(Vec<u64>, Vec<Version>)>);

impl Ladder {
    /// Bounds of one order; those of another are left out.
    pub(crate) fn new<'v>(scheme: Scheme, bounds: impl Iterator<Item = &'v Version>) -> Self {
        let (mut marks, mut line, mut odd): (
            BTreeMap<Vec<u64>, Vec<Version>>,
            Vec<Version>,
            Vec<Version>,
        ) = Default::default();
        for bound in bounds.filter(|bound| bound.scheme == scheme) {
            match (bound.numbers(), bound.end_of_extensions()) {
                (Some(numbers), Some(end)) => {
                    let same = marks.entry(numbers.to_vec()).or_default();
                    if same.len() > LOOKED_THROUGH || !same.contains(bound) {
                        same.push(bound.clone());
                    }
                    marks.entry(end).or_default();
                }
                (None, _) if bound.is_on_line() => {
                    if let Err(place) = line.binary_search_by(|rung: &Version| rung.on_line(bound))
                    {
                        line.insert(place, bound.clone());
                    }
                }
                _ => odd.push(bound.clone()),
            }
        }
        Self {
            scheme,
            marks: Marks(marks.into_iter().collect()),
            line,
            odd,
        }
    }

    /// Its order.
    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Adds the words of the version's place. Equal words mean that every bound compares alike with both versions.
    pub(crate) fn place(&self, version: Option<&Version>, words: &mut Vec<u64>) {
        let Some(version) = version else {
            return words.push(NO_VERSION);
        };
        if !self.marks.0.is_empty() {
            self.marks.place(version, words);
        }
        if !self.line.is_empty() && !version.is_on_line() {
            words.push(NO_PLACE);
            answers(version, self.line.iter(), words);
        } else if !self.line.is_empty() {
            words.push(
                match self.line.binary_search_by(|rung| rung.on_line(version)) {
                    Ok(place) => word(place).saturating_mul(2).saturating_add(1),
                    Err(_) if self.scheme == Scheme::Unordered => 0,
                    Err(place) => word(place).saturating_mul(2),
                },
            );
        }
        answers(version, self.odd.iter(), words);
    }
}

impl Marks {
    fn place(&self, version: &Version, words: &mut Vec<u64>) {
        let Some(numbers) = version.numbers() else {
            words.push(NO_PLACE);
            return answers(version, self.0.iter().flat_map(|(_, bounds)| bounds), words);
        };
        match self
            .0
            .binary_search_by(|(mark, _)| mark.as_slice().cmp(numbers))
        {
            Ok(place) => {
                words.push(word(place).saturating_mul(2).saturating_add(1));
                answers(
                    version,
                    self.0.get(place).into_iter().flat_map(|(_, bounds)| bounds),
                    words,
                );
            }
            Err(place) => words.push(word(place).saturating_mul(2)),
        }
    }
}

fn word(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(NO_VERSION)
}

/// What each bound says of a version, packed.
fn answers<'v>(version: &Version, bounds: impl Iterator<Item = &'v Version>, words: &mut Vec<u64>) {
    let mut packed = 0_u64;
    let mut rest = 0;
    for bound in bounds {
        let order = match version.compare(bound) {
            None => 0,
            Some(Ordering::Less) => 1,
            Some(Ordering::Equal) => 2,
            Some(Ordering::Greater) if version.extends(bound) => 4,
            Some(Ordering::Greater) => 3,
        };
        packed = (packed << 3) | order;
        rest += 1;
        if rest == ANSWERS_PER_WORD {
            words.push(std::mem::take(&mut packed));
            rest = 0;
        }
    }
    if rest > 0 {
        words.push(packed);
    }
}

impl Version {
    /// Numbers that decide wherever those of two versions differ, in their lexicographic order.
    fn numbers(&self) -> Option<&[u64]> {
        match &self.form {
            Form::Generic(version) => Some(version.numbers()),
            Form::IntDot(version) => Some(version.numbers()),
            Form::Semver(version) => Some(version.deciding_numbers()),
            Form::Build(build) => {
                let parts = if self.scheme == Scheme::FortiOs {
                    vendor::THREE_PARTS
                } else {
                    MICROSOFT_PARTS
                };
                Some(build.numbers()).filter(|numbers| numbers.len() == parts)
            }
            _ => None,
        }
    }

    /// Numbers from which on nothing higher extends this bound any more; its own where extensions mean nothing.
    fn end_of_extensions(&self) -> Option<Vec<u64>> {
        match &self.form {
            Form::Generic(version) => version.end_of_extensions(),
            _ => self.numbers().map(<[u64]>::to_vec),
        }
    }

    /// Any two of these are ordered, and their order is one line. With qualifiers, Maven's is a circle: 0 comes
    /// after 0--alpha, 0sp after 0, and 0--alpha after 0sp.
    fn is_on_line(&self) -> bool {
        match &self.form {
            Form::Maven(version) => version.is_plain(),
            Form::Rpm(_) => self.scheme == Scheme::Alpm,
            Form::Pypi(_)
            | Form::Gem(_)
            | Form::Composer(_)
            | Form::Alpine(_)
            | Form::Debian(_)
            | Form::Instant(_)
            | Form::Text(_) => true,
            Form::Generic(_)
            | Form::IntDot(_)
            | Form::Semver(_)
            | Form::OpenSsl(_)
            | Form::Build(_)
            | Form::NetScaler(_)
            | Form::Ivanti(_) => false,
        }
    }

    fn on_line(&self, other: &Self) -> Ordering {
        match (&self.form, &other.form) {
            (Form::Text(mine), Form::Text(theirs)) => mine.cmp(theirs),
            // The orders on a line leave nothing open.
            _ => self.compare(other).unwrap_or(Ordering::Equal),
        }
    }
}

#[cfg(test)]
#[path = "ladder_tests.rs"]
mod tests;
