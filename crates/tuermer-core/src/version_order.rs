//! Which version comes first? A closed list of orders, each for what its owners define.
//!
//! Where an order does not decide, or the text is no version of it, the answer is "cannot say". Sources:
//! the vers standard, PEP 440, semver.org, the manuals of the package systems; checked against the public
//! vers suite (`scripts/corpus`). Not known here: conan, and ecosystems without a suite.

mod alpine;
mod composer;
mod debian;
mod digits;
mod dotted;
mod gem;
mod generic;
mod instant;
mod ladder;
mod maven;
mod openssl;
mod pypi;
mod rpm;
mod semver;
mod vendor;

use crate::limits;
pub(crate) use ladder::Ladder;
use std::cmp::Ordering;

/// How versions of a product are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Unknown order: dotted numbers are compared; versions that could be read in two ways are not.
    Generic,
    /// No order at all (commits): only the same text is the same version.
    Unordered,
    /// Integers with dots.
    IntDot,
    /// Semantic versions, also npm, cargo and Go.
    Semver,
    /// Python, PEP 440.
    Pypi,
    /// Maven.
    Maven,
    /// NuGet: four numbers.
    Nuget,
    /// RubyGems.
    Gem,
    /// Composer (PHP).
    Composer,
    /// Alpine and Gentoo.
    Alpine,
    /// Debian and its children.
    Debian,
    /// RPM: Red Hat, SUSE and others.
    Rpm,
    /// Arch Linux.
    Alpm,
    /// OpenSSL with its letters.
    OpenSsl,
    /// Points in time.
    DateTime,
    /// Byte by byte.
    Lexicographic,
    /// Microsoft builds: four numbers, padded in many ways.
    MicrosoftBuild,
    /// Fortinet: three numbers and a build.
    FortiOs,
    /// NetScaler: release, build, certified branch.
    NetScaler,
    /// Ivanti Connect Secure: `22.6R2.1`.
    Ivanti,
    /// Three numbers and a count of builds: ScreenConnect `23.9.7.8804`, MOVEit `15.0.1.37`.
    ThreeAndBuild,
}

/// Names of orders: types of vers and purl, and our own (`microsoft-build` and behind it).
const NAMES: [(&str, Scheme); 41] = [
    ("generic", Scheme::Generic),
    ("git", Scheme::Unordered),
    ("intdot", Scheme::IntDot),
    ("semver", Scheme::Semver),
    ("npm", Scheme::Semver),
    ("cargo", Scheme::Semver),
    ("golang", Scheme::Semver),
    ("hex", Scheme::Semver),
    ("pub", Scheme::Semver),
    ("nginx", Scheme::Semver),
    ("swift", Scheme::Semver),
    ("pypi", Scheme::Pypi),
    ("maven", Scheme::Maven),
    ("nuget", Scheme::Nuget),
    ("gem", Scheme::Gem),
    ("composer", Scheme::Composer),
    ("apk", Scheme::Alpine),
    ("alpine", Scheme::Alpine),
    ("gentoo", Scheme::Alpine),
    ("ebuild", Scheme::Alpine),
    ("deb", Scheme::Debian),
    ("debian", Scheme::Debian),
    ("rpm", Scheme::Rpm),
    ("alpm", Scheme::Alpm),
    ("arch", Scheme::Alpm),
    ("openssl", Scheme::OpenSsl),
    ("datetime", Scheme::DateTime),
    ("lexicographic", Scheme::Lexicographic),
    ("microsoft-build", Scheme::MicrosoftBuild),
    ("fortios", Scheme::FortiOs),
    ("netscaler", Scheme::NetScaler),
    ("ivanti", Scheme::Ivanti),
    ("three-and-build", Scheme::ThreeAndBuild),
    // Other words of CVE records (`versionType`).
    ("python", Scheme::Pypi),
    ("rubygems", Scheme::Gem),
    ("crates", Scheme::Semver),
    ("crates.io", Scheme::Semver),
    ("go", Scheme::Semver),
    ("dpkg", Scheme::Debian),
    ("date", Scheme::DateTime),
    ("packagist", Scheme::Composer),
];

/// Parts of a Microsoft build.
const MICROSOFT_PARTS: usize = 4;

impl Scheme {
    /// The order of a vers or purl type or of our own names; `None` where we know none.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, scheme)| *scheme)
    }

    /// The order a CVE record names (`versionType`). "custom" and everything unknown say nothing.
    pub fn from_cve_version_type(text: &str) -> Self {
        Self::named(text).unwrap_or(Self::Generic)
    }
}

/// A version read under one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    scheme: Scheme,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Generic(generic::Generic),
    IntDot(dotted::IntDot),
    Semver(semver::Semver),
    Pypi(pypi::Pypi),
    Maven(maven::Maven),
    Gem(gem::Gem),
    Composer(composer::Composer),
    Alpine(alpine::Alpine),
    Debian(debian::Debian),
    Rpm(rpm::Rpm),
    OpenSsl(openssl::OpenSsl),
    Instant(instant::Instant),
    Build(dotted::Build),
    NetScaler(vendor::NetScaler),
    Ivanti(vendor::Ivanti),
    Text(String),
}

impl Version {
    /// Reads a version under an order; `None` where it is none of it or longer than any version.
    pub fn parse(scheme: Scheme, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > limits::VERSION_BYTES {
            return None;
        }
        let form = match scheme {
            Scheme::Generic => Form::Generic(generic::Generic::parse(text)?),
            Scheme::Unordered | Scheme::Lexicographic => Form::Text(text.to_string()),
            Scheme::IntDot => Form::IntDot(dotted::IntDot::parse(text)?),
            Scheme::Semver | Scheme::Nuget => {
                Form::Semver(semver::Semver::parse(text, scheme == Scheme::Nuget)?)
            }
            Scheme::Pypi => Form::Pypi(pypi::Pypi::parse(text)?),
            Scheme::Maven => Form::Maven(maven::Maven::parse(text)?),
            Scheme::Gem => Form::Gem(gem::Gem::parse(text)?),
            Scheme::Composer => Form::Composer(composer::Composer::parse(text)?),
            Scheme::Alpine => Form::Alpine(alpine::Alpine::parse(text)?),
            Scheme::Debian => Form::Debian(debian::Debian::parse(text)?),
            Scheme::Rpm | Scheme::Alpm => Form::Rpm(rpm::Rpm::parse(text)?),
            Scheme::OpenSsl => Form::OpenSsl(openssl::OpenSsl::parse(text)?),
            Scheme::DateTime => Form::Instant(instant::Instant::parse(text)?),
            Scheme::MicrosoftBuild => Form::Build(dotted::Build::parse(text, MICROSOFT_PARTS)?),
            Scheme::FortiOs => Form::Build(vendor::fortios(text)?),
            Scheme::NetScaler => Form::NetScaler(vendor::NetScaler::parse(text)?),
            Scheme::Ivanti => Form::Ivanti(vendor::Ivanti::parse(text)?),
            Scheme::ThreeAndBuild => Form::Build(vendor::three_and_build(text)?),
        };
        Some(Self { scheme, form })
    }

    /// Reads a bound, which names one point: parts that are not written are zero.
    pub fn bound(scheme: Scheme, text: &str) -> Option<Self> {
        Self::parse(scheme, text).map(Self::completed)
    }

    /// The order it was read under.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// A bound that begins or ends a range at one point: parts that are not written are zero.
    fn completed(self) -> Self {
        let form = match (self.scheme, self.form) {
            (Scheme::MicrosoftBuild, Form::Build(build)) => {
                Form::Build(build.completed(MICROSOFT_PARTS))
            }
            (Scheme::FortiOs | Scheme::ThreeAndBuild, Form::Build(build)) => {
                Form::Build(build.completed(vendor::THREE_PARTS))
            }
            (_, Form::NetScaler(version)) => Form::NetScaler(version.completed()),
            (_, form) => form,
        };
        Self { form, ..self }
    }

    /// Which comes first; `None` where the order does not say, or the two are of different orders.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.scheme != other.scheme {
            return None;
        }
        match (&self.form, &other.form) {
            (Form::Generic(mine), Form::Generic(theirs)) => mine.compare(theirs),
            (Form::IntDot(mine), Form::IntDot(theirs)) => Some(mine.compare(theirs)),
            (Form::Rpm(mine), Form::Rpm(theirs)) if self.scheme == Scheme::Alpm => {
                Some(mine.compare_alpm(theirs))
            }
            (Form::Rpm(mine), Form::Rpm(theirs)) => mine.compare(theirs),
            (Form::OpenSsl(mine), Form::OpenSsl(theirs)) => mine.compare(theirs),
            (Form::Instant(mine), Form::Instant(theirs)) => Some(mine.cmp(theirs)),
            (Form::Build(mine), Form::Build(theirs)) => mine.compare(theirs),
            (Form::NetScaler(mine), Form::NetScaler(theirs)) => mine.compare(theirs),
            (Form::Ivanti(mine), Form::Ivanti(theirs)) => mine.compare(theirs),
            (Form::Text(mine), Form::Text(theirs)) if mine == theirs => Some(Ordering::Equal),
            (Form::Text(mine), Form::Text(theirs)) => {
                (self.scheme == Scheme::Lexicographic).then(|| mine.cmp(theirs))
            }
            (mine, theirs) => mine.compare_package(theirs),
        }
    }

    /// Whether this may be meant by "up to `bound`" although its number is higher: 23.9.7.8804 and 23.9.7.
    pub(crate) fn extends(&self, bound: &Self) -> bool {
        matches!((&self.form, &bound.form), (Form::Generic(mine), Form::Generic(theirs)) if mine.extends(theirs))
    }
}

impl Form {
    /// The orders of package systems.
    fn compare_package(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Semver(mine), Self::Semver(theirs)) => mine.compare(theirs),
            (Self::Pypi(mine), Self::Pypi(theirs)) => Some(mine.compare(theirs)),
            (Self::Maven(mine), Self::Maven(theirs)) => Some(mine.compare(theirs)),
            (Self::Gem(mine), Self::Gem(theirs)) => Some(mine.compare(theirs)),
            (Self::Composer(mine), Self::Composer(theirs)) => Some(mine.compare(theirs)),
            (Self::Alpine(mine), Self::Alpine(theirs)) => Some(mine.compare(theirs)),
            (Self::Debian(mine), Self::Debian(theirs)) => Some(mine.compare(theirs)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod law_tests;
#[cfg(test)]
mod package_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vendor_tests;
