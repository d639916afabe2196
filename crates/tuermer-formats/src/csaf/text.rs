//! Words of a document made harmless: plain text, https links, CVE ids.

/// Plain text of at most `limit` characters: control characters become blanks, characters that turn the
/// reading direction or hide themselves are dropped.
pub fn plain(text: &str, limit: usize) -> String {
    if text.len() <= limit && is_plain(text) {
        return text.to_string();
    }
    let visible = text.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'));
    let blank = visible.map(|c| if c.is_control() { ' ' } else { c });
    let short: String = blank.take(limit).collect();
    short
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Nothing is to be done, as with most fields of most reports: visible ASCII with single blanks between.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
}

/// The address if it is an https address without anything odd in it.
pub fn https(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url
        .get(..8)
        .filter(|scheme| scheme.eq_ignore_ascii_case("https://"))
        .and_then(|_| url.get(8..))?;
    let odd = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '`' | '\\')
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    (url.len() <= 2_000 && !host.is_empty() && !host.contains('@') && !rest.contains(odd))
        .then(|| format!("https://{rest}"))
}

/// A CVE id in upper case, or nothing.
pub fn cve_id(text: &str) -> Option<String> {
    let upper = text.trim().to_ascii_uppercase();
    let (year, number) = upper.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && (4..=19).contains(&number.len()) && digits(year) && digits(number))
        .then(|| upper.clone())
}

#[cfg(test)]
mod tests {
    use super::{cve_id, https, plain};

    #[test]
    fn words_are_harmless() {
        for (text, wanted) in [
            ("  a\r\n b\tc ", "a b c"),
            ("<b>x</b>", "<b>x</b>"),
            ("ab\u{202e}cd\u{0}", "abcd"),
            ("Größe", "Größe"),
            (" a", "a"),
            ("a ", "a"),
            ("a  b", "a b"),
            ("a b", "a b"),
            ("a\u{7f}", "a"),
            ("", ""),
        ] {
            assert_eq!(plain(text, 100), wanted);
        }
        assert_eq!(plain("abcdef", 3), "abc");
        for (url, wanted) in [
            (
                "https://example.org/a?b=1#c",
                Some("https://example.org/a?b=1#c"),
            ),
            ("HTTPS://example.org", Some("https://example.org")),
            ("http://example.org", None),
            ("javascript:alert(1)", None),
            ("https://", None),
            ("https://user@example.org/", None),
            ("https://example.org/\"onclick=x", None),
            ("https://example.org/a b", None),
        ] {
            assert_eq!(https(url).as_deref(), wanted, "{url}");
        }
        for (text, wanted) in [
            ("cve-2021-26855", Some("CVE-2021-26855")),
            ("CVE-2021-123", None),
            ("CVE-21-12345", None),
            ("CVE-2021-1234x", None),
        ] {
            assert_eq!(cve_id(text).as_deref(), wanted, "{text}");
        }
    }
}
