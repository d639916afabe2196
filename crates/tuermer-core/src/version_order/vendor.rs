//! Makers with an order of their own: FortiOS, NetScaler, Ivanti Connect Secure, ScreenConnect and MOVEit.
//!
//! What a screen, a banner or an advisory shows is read; a number that is not complete decides nothing
//! that only its missing part could decide.

use super::digits::number;
use super::dotted::Build;
use std::cmp::Ordering;

/// Parts of a version that is three numbers, FortiOS among them.
pub(super) const THREE_PARTS: usize = 3;

/// Reads `7.4.3`, `v7.4.3 build2573`, `FortiOS 7.4.3,build2573 (GA)`. The build number is counted anew for
/// every version and says nothing about the order.
pub(super) fn fortios(text: &str) -> Option<Build> {
    let lower = text.to_ascii_lowercase();
    let words = lower
        .split([' ', ',', '(', ')', '-', '_'])
        .filter(|word| !word.is_empty());
    let mut version = None;
    for word in words {
        let bare = word.strip_prefix('v').unwrap_or(word);
        match (Build::parse(bare, THREE_PARTS), &version) {
            (Some(build), None) => version = Some(build),
            (None, _) if word.starts_with("forti") && version.is_none() => {}
            // Three-digit builds, day stamps and stages that follow the version.
            (_, Some(_))
                if word.starts_with("build")
                    || number(word).is_some()
                    || matches!(
                        word,
                        "ga" | "ga.f" | "ga.m" | "f" | "m" | "mature" | "feature"
                    ) => {}
            _ => return None,
        }
    }
    version
}

/// Reads `23.9.7` and `23.9.7.8804`. The fourth number counts builds of one release: 23.9.7.8804 is 23.9.7, whatever
/// its count, and fixes come with the third number (ConnectWise: fixed in 23.9.8; Progress: fixed in 15.0.1).
pub(super) fn three_and_build(text: &str) -> Option<Build> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    match bare.rsplit_once('.') {
        Some((release, count)) if release.matches('.').count() == 2 => {
            number(count).and_then(|_| Build::parse(release, THREE_PARTS))
        }
        _ => Build::parse(bare, THREE_PARTS),
    }
}

/// NetScaler: the release, the build and the certified branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NetScaler {
    branch: Branch,
    numbers: Build,
}

/// Certified branches are built apart: their numbers are not comparable with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    Main,
    Fips,
    Ndcpp,
}

/// Release 13.1, build 51.15: four numbers.
const NETSCALER_PARTS: usize = 4;

impl NetScaler {
    /// Reads `13.1-51.15`, `NS13.1: Build 51.15.nc, Date: …`, `13.1-FIPS 37.164`, `12.1-NDcPP-55.300`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let lower = lower
            .split_once(", date")
            .map_or(lower.as_str(), |(front, _)| front);
        let mut branch = Branch::Main;
        let mut numbers: Vec<u64> = Vec::new();
        for word in lower
            .split([' ', '-', ':', ',', '(', ')'])
            .filter(|word| !word.is_empty())
        {
            match word {
                "fips" => branch = Branch::Fips,
                "ndcpp" => branch = Branch::Ndcpp,
                "netscaler" | "citrix" | "adc" | "gateway" | "build" | "ns" | "release"
                | "version" => {}
                word => {
                    let bare = word.strip_prefix("ns").unwrap_or(word);
                    // ".nc" and ".cl" tell the make of the kernel.
                    let bare = bare
                        .strip_suffix(".nc")
                        .or_else(|| bare.strip_suffix(".cl"))
                        .unwrap_or(bare);
                    let pair = bare
                        .split('.')
                        .map(number)
                        .collect::<Option<Vec<u64>>>()
                        .filter(|pair| pair.len() <= 2)?;
                    numbers.extend(pair);
                }
            }
        }
        let shown = numbers
            .iter()
            .map(u64::to_string)
            .collect::<Vec<String>>()
            .join(".");
        Some(Self {
            branch,
            numbers: Build::parse(&shown, NETSCALER_PARTS)?,
        })
    }

    /// A bound names one point.
    pub(super) fn completed(self) -> Self {
        Self {
            numbers: self.numbers.completed(NETSCALER_PARTS),
            ..self
        }
    }

    /// Branches built apart have no common order.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        (self.branch == other.branch)
            .then(|| self.numbers.compare(&other.numbers))
            .flatten()
    }
}

/// Ivanti: `9.1R18.3`, `22.6R2.1`; the release after the R is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ivanti {
    version: Vec<u64>,
    release: Option<Vec<u64>>,
}

impl Ivanti {
    /// `None` for anything else, also for hot fixes: nobody says where they stand.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (version, release) = lower
            .split_once('r')
            .map_or((lower.as_str(), None), |(version, release)| {
                (version, Some(release))
            });
        let numbers = |text: &str| -> Option<Vec<u64>> {
            let mut numbers = text
                .trim()
                .split('.')
                .map(number)
                .collect::<Option<Vec<u64>>>()?;
            while numbers.last() == Some(&0) {
                numbers.pop();
            }
            Some(numbers)
        };
        let release = match release {
            Some(release) => Some(numbers(release)?),
            None => None,
        };
        Some(Self {
            version: numbers(version)?,
            release,
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (
            self.version.cmp(&other.version),
            &self.release,
            &other.release,
        ) {
            (Ordering::Equal, Some(mine), Some(theirs)) => Some(mine.cmp(theirs)),
            (Ordering::Equal, None, None) => Some(Ordering::Equal),
            (Ordering::Equal, _, _) => None,
            (decided, _, _) => Some(decided),
        }
    }
}
