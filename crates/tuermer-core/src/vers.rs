//! The vers notation (`vers:type/constraints`), read as strictly as its standard asks: what is not
//! canonical is an error with a name, and nothing is repaired.
//!
//! Advisories often hold strings that break these rules and can still mean one thing only. Those are read
//! in [`crate::range_words`]; this module tells what is wrong with them.

use crate::limits;
use crate::version::VersionRange;
use crate::version_order::{Scheme, Version};
use std::cmp::Ordering;
use std::fmt;

/// A canonical vers string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vers {
    /// Type in lower case, for example `npm`.
    pub scheme: String,
    /// Constraints in ascending order; `*` stands alone, with an empty version.
    pub constraints: Vec<(Comparator, String)>,
}

/// How a version stands to the one in the constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// `=`, not written.
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `*`
    Any,
}

/// Why a string is not canonical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersFault {
    /// No `vers:type/constraints`.
    NotVers,
    /// The type is not made of letters, digits, dot and dash, or is `invalid`.
    Type,
    /// Longer or with more constraints than we read.
    TooLong,
    /// A blank, or a character that is not printable ASCII.
    Character,
    /// Nothing before, behind or between pipes.
    EmptyConstraint,
    /// A written `=`.
    EqualSign,
    /// A comparator without a version, or a character that must be encoded.
    Version(String),
    /// `*` beside other constraints or with a version.
    Star,
    /// A percent sign without two hexadecimal digits in capital letters.
    Encoding(String),
    /// A version that is none of this type.
    NotOfType(String),
    /// Constraints are not in ascending order.
    NotSorted(String),
    /// A version stands twice.
    Repeated(String),
    /// Two bounds of one direction follow each other, or a bound follows that can never hold.
    Sequence(String),
}

impl Comparator {
    /// As it is written; the equality is not.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Any => "*",
        }
    }

    /// Splits a written sign from what follows it; no sign is equality.
    pub(crate) fn split(text: &str) -> (Self, &str) {
        for sign in [
            Self::NotEqual,
            Self::LessOrEqual,
            Self::GreaterOrEqual,
            Self::Less,
            Self::Greater,
        ] {
            if let Some(rest) = text.strip_prefix(sign.sign()) {
                return (sign, rest);
            }
        }
        (Self::Equal, text)
    }

    fn lower(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual)
    }

    fn upper(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual)
    }
}

impl Vers {
    /// Reads a canonical string. The order is checked as far as the type's order is known to us.
    pub fn parse(text: &str) -> Result<Self, VersFault> {
        let rest = text.strip_prefix("vers:").ok_or(VersFault::NotVers)?;
        let (scheme, list) = rest.split_once('/').ok_or(VersFault::NotVers)?;
        let name = scheme.to_ascii_lowercase();
        let letters = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
        if !letters || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name == "invalid" {
            return Err(VersFault::Type);
        }
        if text.len() > limits::RANGE_INTERVALS * limits::VERSION_BYTES {
            return Err(VersFault::TooLong);
        }
        if !list.chars().all(|c| c.is_ascii_graphic() || !c.is_ascii()) {
            return Err(VersFault::Character);
        }
        if list == "*" {
            return Ok(Self {
                scheme: name,
                constraints: vec![(Comparator::Any, String::new())],
            });
        }
        let constraints = list
            .split('|')
            .map(constraint)
            .collect::<Result<Vec<_>, VersFault>>()?;
        if constraints.len() > limits::RANGE_INTERVALS {
            return Err(VersFault::TooLong);
        }
        let this = Self {
            scheme: name,
            constraints,
        };
        this.sorted()?;
        this.sequence()?;
        Ok(this)
    }

    /// The range it means; `None` where its order is not known to us.
    pub fn range(&self) -> Option<VersionRange> {
        crate::range_words::read(&self.to_string(), Scheme::Generic)
    }

    fn sorted(&self) -> Result<(), VersFault> {
        let Some(scheme) = Scheme::named(&self.scheme)
            .filter(|scheme| !matches!(scheme, Scheme::Generic | Scheme::Unordered))
        else {
            return self.unique();
        };
        // One version has nothing to be ordered against; only points in time say how they are written.
        if self.constraints.len() == 1 && scheme != Scheme::DateTime {
            return Ok(());
        }
        let mut before: Option<Version> = None;
        for (_, text) in &self.constraints {
            let version =
                Version::parse(scheme, text).ok_or_else(|| VersFault::NotOfType(text.clone()))?;
            match before
                .as_ref()
                .map_or(Some(Ordering::Less), |before| before.compare(&version))
            {
                Some(Ordering::Less) => {}
                Some(Ordering::Equal) => return Err(VersFault::Repeated(text.clone())),
                Some(Ordering::Greater) | None => return Err(VersFault::NotSorted(text.clone())),
            }
            before = Some(version);
        }
        Ok(())
    }

    fn unique(&self) -> Result<(), VersFault> {
        let mut texts: Vec<&String> = self.constraints.iter().map(|(_, text)| text).collect();
        texts.sort_unstable();
        let twice = texts
            .iter()
            .zip(texts.iter().skip(1))
            .find(|(one, next)| one == next);
        twice.map_or(Ok(()), |(text, _)| {
            Err(VersFault::Repeated((*text).clone()))
        })
    }

    /// The rules for neighbours, clause 5.4 of the standard.
    fn sequence(&self) -> Result<(), VersFault> {
        let mut before: Option<Comparator> = None;
        let mut bound: Option<Comparator> = None;
        for (comparator, text) in self
            .constraints
            .iter()
            .filter(|(comparator, _)| *comparator != Comparator::NotEqual)
        {
            let after_equal = before == Some(Comparator::Equal) && comparator.upper();
            let same_direction = bound.is_some_and(|bound| {
                (bound.lower() && comparator.lower()) || (bound.upper() && comparator.upper())
            });
            if after_equal || same_direction {
                return Err(VersFault::Sequence(text.clone()));
            }
            before = Some(*comparator);
            if *comparator != Comparator::Equal {
                bound = Some(*comparator);
            }
        }
        Ok(())
    }
}

impl fmt::Display for Vers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vers:{}/", self.scheme)?;
        for (place, (comparator, version)) in self.constraints.iter().enumerate() {
            let pipe = if place == 0 { "" } else { "|" };
            write!(f, "{pipe}{}{}", comparator.sign(), encoded(version))?;
        }
        Ok(())
    }
}

impl fmt::Display for VersFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVers => write!(f, "this is not written as vers:type/constraints"),
            Self::Type => write!(
                f,
                "the type must begin with a letter and hold letters, digits, dots and dashes only"
            ),
            Self::TooLong => write!(f, "this is longer than any range we read"),
            Self::Character => write!(
                f,
                "blanks and characters that are not printable are not allowed"
            ),
            Self::EmptyConstraint => {
                write!(f, "a constraint is missing before, behind or between pipes")
            }
            Self::EqualSign => write!(f, "equality is written without a sign"),
            Self::Version(text) => write!(f, "{text:?} is not a version behind a comparator"),
            Self::Star => write!(f, "the asterisk must stand alone"),
            Self::Encoding(text) => write!(f, "the percent-encoding of {text:?} is not valid"),
            Self::NotOfType(text) => write!(f, "{text:?} is not a version of this type"),
            Self::NotSorted(text) => write!(f, "{text:?} is not in ascending order"),
            Self::Repeated(text) => write!(f, "{text:?} stands twice"),
            Self::Sequence(text) => write!(f, "the bound {text:?} cannot follow the one before it"),
        }
    }
}

fn constraint(part: &str) -> Result<(Comparator, String), VersFault> {
    match part {
        "" => return Err(VersFault::EmptyConstraint),
        part if part.starts_with('=') => return Err(VersFault::EqualSign),
        part if part.contains('*') => return Err(VersFault::Star),
        _ => {}
    }
    let (comparator, version) = Comparator::split(part);
    if version.is_empty()
        || version.len() > limits::VERSION_BYTES
        || version.contains(['<', '>', '=', '!'])
    {
        return Err(VersFault::Version(version.to_string()));
    }
    Ok((
        comparator,
        decoded(version, true).ok_or_else(|| VersFault::Encoding(version.to_string()))?,
    ))
}

/// Characters of a version that must be encoded.
const RESERVED: &[u8] = b"><=!*|%";

/// Decodes `%xx`; `strict` wants capital digits and only what has to be encoded, `None` where it is wrong.
pub(crate) fn decoded(text: &str, strict: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let pair = std::str::from_utf8(after.get(..2)?).ok()?;
        if !pair.bytes().all(|digit| digit.is_ascii_hexdigit())
            || (strict && pair.bytes().any(|digit| digit.is_ascii_lowercase()))
        {
            return None;
        }
        let value = u8::from_str_radix(pair, 16).ok()?;
        if strict && value.is_ascii_graphic() && !RESERVED.contains(&value) {
            return None;
        }
        bytes.push(value);
        rest = after.get(2..)?;
    }
    String::from_utf8(bytes).ok()
}

fn encoded(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !RESERVED.contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

#[cfg(test)]
#[path = "vers_tests.rs"]
mod tests;
