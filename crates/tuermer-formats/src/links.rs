//! Addresses as listings write them – absolute, relative, from the root, with half of the path twice – and what they mean.
//!
//! Nothing is fetched here. An address that comes out is https, without user name, and at most [`limits::URL_CHARACTERS`] long.

use std::collections::BTreeMap;
use tuermer_core::limits;
use url::Url;

/// What we accepted although the standard says otherwise, by name and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tolerated(pub BTreeMap<&'static str, u64>);

impl Tolerated {
    /// One more of this kind.
    pub fn count(&mut self, name: &'static str) {
        let number = self.0.entry(name).or_default();
        *number = number.saturating_add(1);
    }

    /// All of `other` as well.
    pub fn add(&mut self, other: &Self) {
        for (name, more) in &other.0 {
            let number = self.0.entry(name).or_default();
            *number = number.saturating_add(*more);
        }
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.0
            .values()
            .fold(0, |sum, number| sum.saturating_add(*number))
    }
}

/// How an address was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// With scheme and host.
    Absolute,
    /// Seen from the listing it stands in.
    Relative,
    /// Seen from the root of the server or of the repository, which no standard foresees.
    FromRoot,
}

/// The full address of what a listing at `base` calls `text`; `None` where it is no https address.
pub fn resolve(base: &str, text: &str) -> Option<(String, Written)> {
    let text = text.trim();
    let odd = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '`' | '\\')
    };
    if text.is_empty() || text.len() > limits::URL_CHARACTERS || text.contains(odd) {
        return None;
    }
    let (mut url, written) = match Url::parse(text) {
        Ok(url) => (url, Written::Absolute),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let base = Url::parse(base).ok()?;
            let rest = without_overlap(&base, text);
            let written = if text.starts_with('/') || rest.len() < text.len() {
                Written::FromRoot
            } else {
                Written::Relative
            };
            (base.join(rest).ok()?, written)
        }
        Err(_) => return None,
    };
    url.set_fragment(None);
    let plain = url.scheme() == "https"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    let address = String::from(url);
    (plain && address.len() <= limits::URL_CHARACTERS).then_some((address, written))
}

/// `a/b/2024/x.json` in a listing that lies in `…/a/b/` means `2024/x.json`: what the path repeats of its folder is left out.
fn without_overlap<'a>(base: &Url, text: &'a str) -> &'a str {
    let folder: Vec<&str> = base
        .path_segments()
        .map(Iterator::collect)
        .unwrap_or_default();
    let folder = folder.split_last().map_or(&[][..], |(_, folder)| folder);
    let written: Vec<&str> = text.split('/').collect();
    let most = folder.len().min(written.len().saturating_sub(1));
    let overlap = (1..=most).rev().find(|count| {
        folder
            .iter()
            .rev()
            .take(*count)
            .rev()
            .eq(written.iter().take(*count))
    });
    let Some(overlap) = overlap else { return text };
    let length = written.iter().take(overlap).fold(0_usize, |sum, part| {
        sum.saturating_add(part.len()).saturating_add(1)
    });
    text.get(length..).unwrap_or(text)
}

/// The host of an address, lower case; `None` where it has none.
pub fn host(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    url.host_str()
        .map(|host| host.trim_end_matches('.').to_lowercase())
}

/// The name under which the owner of an address is registered: `psirt.example.co.uk` → `example.co.uk`. An IP
/// address, a name without a dot and a name that is itself a public suffix stand for themselves.
pub fn registered_name(address: &str) -> Option<String> {
    let host = host(address)?;
    let literal = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    let name = (!literal)
        .then(|| psl::domain_str(&host).map(str::to_string))
        .flatten();
    Some(name.unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::{Written, host, registered_name, resolve};

    /// Addresses as listings write them, resolved.
    const LISTED: &[(&str, Option<(&str, Written)>)] = &[
        (
            "2024/a.json",
            Some((
                "https://v.example/repo/csaf_files/IT/white/2024/a.json",
                Written::Relative,
            )),
        ),
        (
            "./2024/a.json",
            Some((
                "https://v.example/repo/csaf_files/IT/white/2024/a.json",
                Written::Relative,
            )),
        ),
        (
            "csaf_files/IT/white/2024/a.json",
            Some((
                "https://v.example/repo/csaf_files/IT/white/2024/a.json",
                Written::FromRoot,
            )),
        ),
        (
            "white/2024/a.json",
            Some((
                "https://v.example/repo/csaf_files/IT/white/2024/a.json",
                Written::FromRoot,
            )),
        ),
        (
            "/white/a.json",
            Some(("https://v.example/white/a.json", Written::FromRoot)),
        ),
        (
            "https://cdn.example/a.json#x",
            Some(("https://cdn.example/a.json", Written::Absolute)),
        ),
        (
            "//cdn.example/a.json",
            Some(("https://cdn.example/a.json", Written::FromRoot)),
        ),
        (
            "../../a.json",
            Some((
                "https://v.example/repo/csaf_files/a.json",
                Written::Relative,
            )),
        ),
        ("http://v.example/a.json", None),
        ("ftp://v.example/a.json", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("https://user:x@v.example/a.json", None),
        ("a b.json", None),
        ("", None),
    ];

    #[test]
    fn addresses_as_listings_write_them() {
        let base = "https://v.example/repo/csaf_files/IT/white/index.txt";
        for &(text, wanted) in LISTED {
            assert_eq!(
                resolve(base, text)
                    .as_ref()
                    .map(|(url, written)| (url.as_str(), *written)),
                wanted,
                "{text}"
            );
        }
        assert_eq!(resolve(base, &"a/".repeat(5_000)), None);
        assert_eq!(resolve("no address", "a.json"), None);
    }

    #[test]
    fn whose_address_is_it() {
        for (address, wanted) in [
            ("https://psirt.example.com/x", Some("example.com")),
            ("https://Example.COM.", Some("example.com")),
            ("https://cert.bund.de", Some("bund.de")),
            ("https://a.b.example.co.uk:8443/", Some("example.co.uk")),
            ("https://one.github.io/", Some("one.github.io")),
            ("https://github.io/", Some("github.io")),
            ("https://127.0.0.1:1234/x", Some("127.0.0.1")),
            ("https://localhost/x", Some("localhost")),
            ("example.com", None),
            ("urn:x", None),
        ] {
            assert_eq!(registered_name(address).as_deref(), wanted, "{address}");
        }
        assert_eq!(host("https://A.example/x").as_deref(), Some("a.example"));
    }
}
