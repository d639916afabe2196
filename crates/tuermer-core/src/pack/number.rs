//! Build numbers in the vendor's form: how they are written, and what a partial one leaves open.

use crate::scale::words;

words! {
    /// How a vendor writes its builds.
    BuildForm {
        /// `15.1.2176.9`
        FourDotted = "four-dotted",
        /// `7.4.3`; what follows (`build2573`) is not part of the order.
        ThreeDotted = "three-dotted",
        /// `15.0.1`, also `15.0.1.37`: the fourth number counts builds and is not part of the order.
        ThreeDottedBuild = "three-dotted-build",
        /// `13.1-51.15`, also `NS13.1: Build 51.15.nc` and `13.1-FIPS 13.1-37.164`
        NetScaler = "netscaler",
    }
}

/// A number as it was told: the builds it can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Lowest build.
    pub low: [u32; 4],
    /// Highest build.
    pub high: [u32; 4],
}

impl Span {
    /// True where one build only can be meant.
    pub fn is_exact(self) -> bool {
        self.low == self.high
    }

    /// Completes missing parts to the range of all values they can have.
    fn of(parts: &[u32], length: usize) -> Option<Self> {
        if parts.len() < 2 || parts.len() > length {
            return None;
        }
        let told = |index: usize, open: u32| {
            parts
                .get(index)
                .copied()
                .unwrap_or(if index < length { open } else { 0 })
        };
        let fill = |open: u32| [0, 1, 2, 3].map(|index| told(index, open));
        Some(Self {
            low: fill(0),
            high: fill(u32::MAX),
        })
    }
}

impl BuildForm {
    /// Reads what a person or a banner says; `None` where it is no number of this form.
    pub fn read(self, text: &str) -> Option<Span> {
        match self {
            Self::FourDotted => Span::of(&dotted(text.trim())?, 4),
            Self::ThreeDotted => Span::of(&leading(text)?, 3),
            Self::ThreeDottedBuild => {
                let mut parts = leading(text)?;
                if parts.len() == 4 {
                    parts.truncate(3);
                }
                Span::of(&parts, 3)
            }
            Self::NetScaler => Span::of(&netscaler(text)?, 4),
        }
    }

    /// Reads a complete build, as the files of a pack must name it.
    pub fn read_exact(self, text: &str) -> Option<[u32; 4]> {
        self.read(text)
            .filter(|span| span.is_exact())
            .map(|span| span.low)
    }

    /// Writes a build as the vendor does.
    pub fn write(self, [first, second, third, fourth]: [u32; 4]) -> String {
        match self {
            Self::FourDotted => format!("{first}.{second}.{third}.{fourth}"),
            Self::ThreeDotted | Self::ThreeDottedBuild => format!("{first}.{second}.{third}"),
            Self::NetScaler => format!("{first}.{second}-{third}.{fourth}"),
        }
    }
}

/// Decimal numbers between dots; leading zeros mean nothing.
pub(super) fn dotted(text: &str) -> Option<Vec<u32>> {
    let part = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())
            .flatten()
    };
    text.split('.').map(part).collect()
}

/// `FortiOS v7.2.5,build1517 (GA)`: the first run of digits and dots.
fn leading(text: &str) -> Option<Vec<u32>> {
    let from = text.find(|c: char| c.is_ascii_digit())?;
    let (before, rest) = text.split_at(from);
    // A word of letters only may stand in front; `-7.4.3` and `60F` are something else.
    let fine = before.chars().all(|c| c.is_alphabetic() || c == ' ');
    let run: &str = rest
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .next()?;
    let after = rest.strip_prefix(run)?;
    let ends = after.is_empty() || after.starts_with([' ', ',', '-', '(']);
    if fine && ends {
        dotted(run.trim_end_matches('.'))
    } else {
        None
    }
}

/// All numbers of the text; the branch may stand there twice (`13.1-FIPS 13.1-37.164`).
fn netscaler(text: &str) -> Option<Vec<u32>> {
    let known = |word: &str| {
        matches!(
            word,
            "ns" | "build"
                | "nc"
                | "fips"
                | "ndcpp"
                | "and"
                | "netscaler"
                | "adc"
                | "gateway"
                | "cl"
                | "v"
        )
    };
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    if !words.into_iter().all(known) {
        return None;
    }
    let numbers = lower
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let mut parts = numbers
        .map(|part| part.parse().ok())
        .collect::<Option<Vec<u32>>>()?;
    if let [first, second, third, fourth, ..] = parts.as_slice()
        && parts.len() > 4
        && (first, second) == (third, fourth)
    {
        parts.drain(..2);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::{BuildForm, Span};

    const ALL: u32 = u32::MAX;

    fn check(form: BuildForm, rows: &[(&str, Option<([u32; 4], [u32; 4])>)]) {
        for (text, expected) in rows {
            assert_eq!(
                form.read(text),
                expected.map(|(low, high)| Span { low, high }),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_are_read_as_vendors_write_them() {
        let exactly = |build: [u32; 4]| Some((build, build));
        check(
            BuildForm::NetScaler,
            &[
                ("13.1-51.15", exactly([13, 1, 51, 15])),
                ("NS13.1: Build 51.15.nc", exactly([13, 1, 51, 15])),
                ("NetScaler NS13.1: Build 51.15.nc", exactly([13, 1, 51, 15])),
                ("13.1.51.15", exactly([13, 1, 51, 15])),
                ("13.1 Build 51.15", exactly([13, 1, 51, 15])),
                ("13.1-FIPS 13.1-37.164", exactly([13, 1, 37, 164])),
                ("13.1-37.164 FIPS and NDcPP", exactly([13, 1, 37, 164])),
                ("14.1", Some(([14, 1, 0, 0], [14, 1, ALL, ALL]))),
                ("13.1-51", Some(([13, 1, 51, 0], [13, 1, 51, ALL]))),
                ("14", None),
                ("13.1-51.15.7", None),
                ("CU19 13.1", None),
                ("13.1-51.99999999999", None),
                ("", None),
            ],
        );
        check(
            BuildForm::ThreeDotted,
            &[
                ("7.4.3", exactly([7, 4, 3, 0])),
                ("v7.2.5", exactly([7, 2, 5, 0])),
                ("FortiOS v7.2.5,build1517 (GA)", exactly([7, 2, 5, 0])),
                ("7.2.5-build1517", exactly([7, 2, 5, 0])),
                ("7.2", Some(([7, 2, 0, 0], [7, 2, ALL, 0]))),
                ("7.2.5.1", None),
                ("60F", None),
                ("7.4.x", None),
                ("latest", None),
            ],
        );
        check(
            BuildForm::ThreeDottedBuild,
            &[
                ("15.0.1", exactly([15, 0, 1, 0])),
                ("15.0.1.37", exactly([15, 0, 1, 0])),
                ("2023.0.1 (15.0.1)", exactly([2023, 0, 1, 0])),
                ("15.0", Some(([15, 0, 0, 0], [15, 0, ALL, 0]))),
                ("15.0.1.37.2", None),
            ],
        );
        check(
            BuildForm::FourDotted,
            &[
                ("23.9.8.8811", exactly([23, 9, 8, 8811])),
                ("23.9", Some(([23, 9, 0, 0], [23, 9, ALL, ALL]))),
                ("23", None),
            ],
        );
        for (form, text) in [
            (BuildForm::NetScaler, "13.1-51.15"),
            (BuildForm::ThreeDotted, "7.4.3"),
            (BuildForm::FourDotted, "15.1.2176.9"),
        ] {
            assert_eq!(form.write(form.read_exact(text).unwrap()), text);
        }
        assert_eq!(BuildForm::NetScaler.read_exact("13.1"), None);
    }
}
