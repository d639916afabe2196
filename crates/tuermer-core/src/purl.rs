//! Package URLs (ECMA-427): `pkg:type/namespace/name@version?qualifiers#subpath`.
//!
//! Written here because the core decides which product is meant and has no other dependencies; checked
//! against the public suite (`crates/tuermer-formats/tests/purl_suite.rs`). Rules of single types are kept as
//! far as they change which package is meant; lists of permitted qualifiers are not.

use crate::limits;
use crate::vers::decoded;
use crate::version_order::Scheme;
use std::fmt;

/// A package of an ecosystem, in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purl {
    /// Type in lower case, for example `maven`.
    pub kind: String,
    /// Parts between type and name, for example `org.apache.commons`; empty where there is none.
    pub namespace: String,
    /// Name of the package.
    pub name: String,
    /// Version, where one is named.
    pub version: Option<String>,
    /// Keys and values in the order of the keys.
    pub qualifiers: Vec<(String, String)>,
    /// Path inside the package; may be empty.
    pub subpath: String,
}

/// Types whose namespace and name are not told apart by case.
const LOWER_CASE: [&str; 13] = [
    "alpm",
    "apk",
    "bitbucket",
    "bitnami",
    "composer",
    "deb",
    "github",
    "gitee",
    "golang",
    "hex",
    "otp",
    "pypi",
    "oci",
];
/// Types that are nothing without a namespace.
const WITH_NAMESPACE: [&str; 9] = [
    "maven",
    "swift",
    "composer",
    "github",
    "bitbucket",
    "alpm",
    "apk",
    "vscode-extension",
    "huggingface",
];
/// Types that never have one.
const WITHOUT_NAMESPACE: [&str; 10] = [
    "cargo", "gem", "nuget", "pypi", "conda", "cran", "hackage", "pub", "bitnami", "oci",
];

impl Purl {
    /// Reads a purl; `None` where a part is missing or wrong.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > limits::IDENTIFIER_BYTES {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return None;
        }
        let (rest, subpath) = rest.rsplit_once('#').unwrap_or((rest, ""));
        let (rest, qualifiers) = rest.rsplit_once('?').unwrap_or((rest, ""));
        let (kind, path) = rest.trim_matches('/').split_once('/')?;
        let kind = kind.to_ascii_lowercase();
        let letters = kind
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
        if !letters || !kind.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let (path, version) = versioned(path);
        let mut parts = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| decoded(part, false))
            .collect::<Option<Vec<String>>>()?;
        let name = parts.pop()?;
        let version = match version {
            Some(version) => Some(decoded(version, false)?).filter(|version| !version.is_empty()),
            None => None,
        };
        let this = Self {
            kind,
            namespace: parts.join("/"),
            name,
            version,
            qualifiers: pairs(qualifiers)?,
            subpath: inside(subpath)?,
        };
        this.normalised()
    }

    /// The package a CVE record means by `collectionURL` and `packageName`; `None` for collections we do not know.
    pub fn of_collection(collection: &str, package: &str) -> Option<Self> {
        let host = collection.trim().trim_end_matches('/').to_ascii_lowercase();
        let host = host
            .strip_prefix("https://")
            .or_else(|| host.strip_prefix("http://"))
            .unwrap_or(&host);
        let (kind, separator) = match host {
            "repo.maven.apache.org/maven2"
            | "repo.maven.apache.org"
            | "repo1.maven.org/maven2"
            | "central.sonatype.com" => ("maven", ':'),
            "registry.npmjs.org" | "www.npmjs.com" | "npmjs.com" | "www.npmjs.com/package" => {
                ("npm", '/')
            }
            "pypi.org" | "pypi.org/project" | "pypi.python.org" | "pypi.org/simple" => {
                ("pypi", '/')
            }
            "packagist.org" => ("composer", '/'),
            "rubygems.org" | "rubygems.org/gems" => ("gem", '/'),
            "nuget.org" | "www.nuget.org" | "www.nuget.org/packages" => ("nuget", '/'),
            "crates.io" | "crates.io/crates" => ("cargo", '/'),
            "pkg.go.dev" | "proxy.golang.org" => ("golang", '/'),
            "hex.pm" | "hex.pm/packages" => ("hex", '/'),
            _ => return None,
        };
        let (namespace, name) = package
            .trim()
            .rsplit_once(separator)
            .unwrap_or(("", package.trim()));
        let this = Self {
            kind: kind.to_string(),
            namespace: namespace.to_string(),
            name: name.to_string(),
            version: None,
            qualifiers: Vec::new(),
            subpath: String::new(),
        };
        (!this.name.is_empty()).then(|| this.normalised()).flatten()
    }

    /// The order of versions of this ecosystem.
    pub fn scheme(&self) -> Scheme {
        Scheme::named(&self.kind).unwrap_or(Scheme::Generic)
    }

    /// `type/namespace/name`: the package without version and place.
    pub fn package(&self) -> String {
        if self.namespace.is_empty() {
            format!("{}/{}", self.kind, self.name)
        } else {
            format!("{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }

    /// The rules of the types.
    fn normalised(mut self) -> Option<Self> {
        let kind = self.kind.as_str();
        if (WITH_NAMESPACE.contains(&kind) && self.namespace.is_empty())
            || (WITHOUT_NAMESPACE.contains(&kind) && !self.namespace.is_empty())
        {
            return None;
        }
        if LOWER_CASE.contains(&kind) {
            self.name = self.name.to_lowercase();
            self.namespace = self.namespace.to_lowercase();
        }
        match self.kind.as_str() {
            "pypi" => self.name = self.name.replace('_', "-"),
            "pub" => self.name = self.name.to_lowercase().replace('-', "_"),
            "rpm" | "qpkg" => self.namespace = self.namespace.to_lowercase(),
            "huggingface" => self.version = self.version.map(|version| version.to_lowercase()),
            "mlflow"
                if self.qualifiers.iter().any(|(key, value)| {
                    key == "repository_url" && value.contains("azuredatabricks")
                }) =>
            {
                self.name = self.name.to_lowercase();
            }
            "cran" if self.version.is_none() => return None,
            _ => {}
        }
        Some(self)
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}", self.kind)?;
        for part in self.namespace.split('/').filter(|part| !part.is_empty()) {
            write!(f, "/{}", encoded(part))?;
        }
        write!(f, "/{}", encoded(&self.name))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", encoded(version))?;
        }
        for (place, (key, value)) in self.qualifiers.iter().enumerate() {
            // A slash needs no encoding there.
            write!(
                f,
                "{}{key}={}",
                if place == 0 { '?' } else { '&' },
                encoded(value).replace("%2F", "/")
            )?;
        }
        if !self.subpath.is_empty() {
            let parts: Vec<String> = self.subpath.split('/').map(encoded).collect();
            write!(f, "#{}", parts.join("/"))?;
        }
        Ok(())
    }
}

/// Splits the version from the path: an `@` behind the last slash that is not the first sign of the name.
fn versioned(path: &str) -> (&str, Option<&str>) {
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    let at = path
        .get(start..)
        .and_then(|name| name.find('@'))
        .filter(|at| *at > 0)
        .map(|at| start + at);
    match at.and_then(|at| Some((path.get(..at)?, path.get(at + 1..)?))) {
        Some((path, version)) => (path, Some(version)),
        // `pkg:maven/@1.3.4` names no package at all.
        None => (path.strip_suffix('@').unwrap_or(path), None),
    }
}

fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=')?;
        let key = key.to_ascii_lowercase();
        let letters = key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        if !letters || !key.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let value = decoded(value, false)?;
        if !value.is_empty() {
            pairs.push((key, value));
        }
    }
    pairs.sort();
    let twice = pairs
        .iter()
        .zip(pairs.iter().skip(1))
        .any(|(one, next)| one.0 == next.0);
    (!twice).then_some(pairs)
}

fn inside(text: &str) -> Option<String> {
    let parts = text
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(|part| decoded(part, false))
        .collect::<Option<Vec<String>>>()?;
    Some(parts.join("/"))
}

fn encoded(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

#[cfg(test)]
#[path = "purl_tests.rs"]
mod tests;
