//! CPE names (NIST IR 7695): `cpe:2.3:a:vendor:product:version:update:…` and the older `cpe:/a:vendor:product:version`.
//!
//! A CPE opens a question, it never closes a verdict: patched and unpatched servers may have the same name.

use crate::limits;
use crate::product::ProductKey;
use crate::vers::decoded;
use crate::version::VersionRule;

/// Vendor, product, version and update of a CPE; wildcards are told apart from "not applicable".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cpe {
    /// `a` application, `o` operating system, `h` hardware, `*` any.
    pub part: char,
    /// Vendor, underscores as written.
    pub vendor: CpeValue,
    /// Product, underscores as written.
    pub product: CpeValue,
    /// Version.
    pub version: CpeValue,
    /// Update, for example `cumulative_update_19`.
    pub update: CpeValue,
}

/// The value of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CpeValue {
    /// `*`, or not written.
    Any,
    /// `-`
    NotApplicable,
    /// Text without escapes; `wild` where it holds unescaped `*` or `?`.
    Text {
        /// Unescaped text.
        text: String,
        /// Whether it stands for many values.
        wild: bool,
    },
}

impl Cpe {
    /// Reads either form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > limits::IDENTIFIER_BYTES {
            return None;
        }
        let components = match text.strip_prefix("cpe:2.3:") {
            Some(rest) => formatted(rest)?,
            None => uri(text.strip_prefix("cpe:/")?)?,
        };
        let mut components = components.into_iter();
        let part = match components.next()? {
            CpeValue::Text { text, wild: false } => text
                .chars()
                .next()
                .filter(|part| text.len() == 1 && "aoh".contains(*part))?,
            CpeValue::Any => '*',
            _ => return None,
        };
        let mut next = || components.next().unwrap_or(CpeValue::Any);
        let this = Self {
            part,
            vendor: next(),
            product: next(),
            version: next(),
            update: next(),
        };
        Some(this)
    }

    /// Whose product it is; `None` where the name leaves the product open.
    pub fn key(&self) -> Option<ProductKey> {
        let product = self.product.text()?;
        Some(ProductKey::new(self.vendor.text().unwrap_or(""), product))
    }

    /// The versions it names. An update behind the version is a name and no number: it decides nothing.
    ///
    /// Without a version it names the product as such: that never says which versions are meant.
    pub fn versions(&self) -> VersionRule {
        match (&self.version, &self.update) {
            (CpeValue::Text { text, wild: false }, CpeValue::Any | CpeValue::NotApplicable) => {
                VersionRule::Exactly(text.clone())
            }
            (CpeValue::Any | CpeValue::NotApplicable, CpeValue::Any | CpeValue::NotApplicable) => {
                VersionRule::All
            }
            (version, update) => {
                VersionRule::NotUnderstood(format!("{} {}", version.shown(), update.shown()))
            }
        }
    }
}

impl CpeValue {
    /// The text where it stands for one value.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, wild: false } if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    fn shown(&self) -> &str {
        match self {
            Self::Any => "*",
            Self::NotApplicable => "-",
            Self::Text { text, .. } => text,
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "" | "*" | "ANY" => return Self::Any,
            "-" | "NA" => return Self::NotApplicable,
            _ => {}
        }
        let (mut plain, mut wild, mut escaped) = (String::with_capacity(text.len()), false, false);
        for c in text.chars() {
            match (escaped, c) {
                (false, '\\') => escaped = true,
                (was, c) => {
                    wild |= !was && matches!(c, '*' | '?');
                    escaped = false;
                    plain.push(c);
                }
            }
        }
        Self::Text { text: plain, wild }
    }
}

/// Eleven components between colons that are not escaped.
fn formatted(text: &str) -> Option<Vec<CpeValue>> {
    let (mut components, mut current, mut escaped) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        if c == ':' && !escaped {
            components.push(CpeValue::read(&current));
            current.clear();
            continue;
        }
        escaped = c == '\\' && !escaped;
        current.push(c);
    }
    components.push(CpeValue::read(&current));
    // Shortened names are common; more components than the standard has are not a CPE.
    (components.len() <= 11).then_some(components)
}

/// Up to seven components, percent-encoded; `%01` and `%02` are wildcards.
fn uri(text: &str) -> Option<Vec<CpeValue>> {
    let component = |part: &str| {
        let wild = part.contains("%01") || part.contains("%02");
        let text = decoded(&part.replace("%01", "?").replace("%02", "*"), false)?;
        Some(match text.as_str() {
            "" => CpeValue::Any,
            "-" => CpeValue::NotApplicable,
            _ => CpeValue::Text { text, wild },
        })
    };
    let components = text
        .split(':')
        .map(component)
        .collect::<Option<Vec<CpeValue>>>()?;
    (components.len() <= 7).then_some(components)
}

#[cfg(test)]
mod tests {
    use super::Cpe;
    use crate::product::ProductKey;
    use crate::version::VersionRule;

    #[test]
    fn both_forms_name_product_and_version() {
        let exactly = |text: &str| VersionRule::Exactly(text.to_string());
        for (cpe, vendor, product, versions) in [
            (
                "cpe:2.3:a:microsoft:exchange_server:2016:cumulative_update_19:*:*:*:*:*:*",
                "Microsoft",
                "Exchange Server",
                VersionRule::NotUnderstood("2016 cumulative_update_19".into()),
            ),
            (
                "cpe:2.3:o:fortinet:fortios:7.4.2:*:*:*:*:*:*:*",
                "Fortinet",
                "FortiOS",
                exactly("7.4.2"),
            ),
            (
                "cpe:2.3:a:citrix:netscaler_application_delivery_controller:*:*:*:*:-:*:*:*",
                "Citrix",
                "NetScaler ADC",
                VersionRule::All,
            ),
            (
                "cpe:2.3:a:exa\\:mple:pro\\*duct:1.0\\:rc1:-:*:*:*:*:*:*",
                "exa:mple",
                "pro*duct",
                exactly("1.0:rc1"),
            ),
            (
                "cpe:/a:apache:http_server:2.4.49",
                "Apache",
                "HTTP Server",
                exactly("2.4.49"),
            ),
            ("cpe:/o:cisco:ios_xe", "Cisco", "IOS XE", VersionRule::All),
            (
                "cpe:/a:foo%7ebar:big%24money:1.0",
                "foo~bar",
                "big$money",
                exactly("1.0"),
            ),
            (
                "cpe:2.3:a:x:y:1.*:*:*:*:*:*:*:*",
                "x",
                "y",
                VersionRule::NotUnderstood("1.* *".into()),
            ),
            ("cpe:2.3:a:x:y:-:*:*:*:*:*:*:*", "x", "y", VersionRule::All),
            ("cpe:2.3:a:x:y", "x", "y", VersionRule::All),
        ] {
            let read = Cpe::parse(cpe).unwrap_or_else(|| panic!("{cpe}"));
            assert_eq!(read.key(), Some(ProductKey::new(vendor, product)), "{cpe}");
            assert_eq!(read.versions(), versions, "{cpe}");
        }
        for text in [
            "",
            "cpe:",
            "cpe:2.3:x:a:b",
            "cpe:2.3",
            "cpe:/aa:b",
            "cpe:2.3:a:b:c:d:e:f:g:h:i:j:k:l",
            "cpe:/a:b%zz:c",
        ] {
            assert_eq!(Cpe::parse(text), None, "{text}");
        }
        assert_eq!(
            Cpe::parse("cpe:2.3:a:microsoft:*:*").and_then(|cpe| cpe.key()),
            None
        );
    }

    /// A patched and an unpatched server carry the same CPE: no version number is decided by one.
    #[test]
    fn a_wildcard_opens_a_question_and_closes_none() {
        let wildcard =
            Cpe::parse("cpe:2.3:a:microsoft:exchange_server:2016:cumulative_update_19:*:*:*:*:*:*")
                .unwrap()
                .versions();
        assert_eq!(wildcard.contains("15.1.2176.9"), None);
        let some = Cpe::parse("cpe:2.3:a:x:y:1.*:*:*:*:*:*:*:*")
            .unwrap()
            .versions();
        assert_eq!(some.contains("1.5"), None);
    }
}
