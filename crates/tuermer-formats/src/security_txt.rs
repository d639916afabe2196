//! `security.txt` (RFC 9116), plain or in a signed frame: the `CSAF:` lines, in order.
//!
//! Its signature is not asked for: an address found here is trusted no more than the host it was found on.

use crate::links;
use tuermer_core::limits;

/// What the file says about CSAF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityTxt {
    /// Addresses of provider-metadata.json, in order, each once.
    pub csaf: Vec<String>,
    /// `CSAF:` lines that hold no https address.
    pub unusable: u64,
}

/// Reads the file that was found at `base`; a line that is no field is passed over.
pub fn read(bytes: &[u8], base: &str) -> SecurityTxt {
    let text = String::from_utf8_lossy(bytes);
    let mut found = SecurityTxt::default();
    for line in text.lines().take(limits::SECURITY_TXT_LINES) {
        if line.starts_with("-----BEGIN PGP SIGNATURE-----") {
            break;
        }
        // In a signed frame a line that begins with a dash is written with "- " before it.
        let line = line.strip_prefix("- ").unwrap_or(line);
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if !name
            .trim_start_matches('\u{feff}')
            .trim()
            .eq_ignore_ascii_case("csaf")
        {
            continue;
        }
        match links::resolve(base, value) {
            Some((url, _)) if found.csaf.contains(&url) => {}
            Some((url, _)) if found.csaf.len() < limits::PROVIDER_LISTS => found.csaf.push(url),
            _ => found.unusable = found.unusable.saturating_add(1),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::read;

    const SIGNED: &str = include_str!("../tests/fixtures/security_txt-signed.txt");
    const BASE: &str = "https://vendor.example/.well-known/security.txt";

    #[test]
    fn lines_in_order_in_both_forms() {
        let wanted = [
            "https://vendor.example/.well-known/csaf/provider-metadata.json",
            "https://other.example/csaf/provider-metadata.json",
        ];
        assert_eq!(read(SIGNED.as_bytes(), BASE).csaf, wanted);
        for (text, csaf, unusable) in [
            (
                "Contact: mailto:a@b.example\nCSAF: https://a.example/p.json\r\n",
                vec!["https://a.example/p.json"],
                0,
            ),
            (
                "\u{feff}csaf:https://a.example/p.json\nCSAF: https://a.example/p.json",
                vec!["https://a.example/p.json"],
                0,
            ),
            (
                "CSAF: /provider-metadata.json",
                vec!["https://vendor.example/provider-metadata.json"],
                0,
            ),
            (
                "# CSAF: https://a.example/p.json\nCSAF: http://a.example/p.json\nCSAF:\n",
                vec![],
                2,
            ),
            (
                "CSAF: https://a.example/p.json\n-----BEGIN PGP SIGNATURE-----\nCSAF: https://evil.example/p.json\n",
                vec!["https://a.example/p.json"],
                0,
            ),
            ("<html><body>CSAF: x</body></html>", vec![], 0),
            ("", vec![], 0),
        ] {
            let found = read(text.as_bytes(), BASE);
            assert_eq!(
                (found.csaf, found.unusable),
                (csaf.iter().map(ToString::to_string).collect(), unusable),
                "{text}"
            );
        }
        let endless = format!("{}CSAF: https://a.example/p.json\n", "x\n".repeat(100_000));
        assert_eq!(read(endless.as_bytes(), BASE).csaf.len(), 0);
    }
}
