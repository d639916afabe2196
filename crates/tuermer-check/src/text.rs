//! Words from hostile logs, made harmless: no control characters, no bidirectional tricks, bounded.

use tuermer_core::limits;

/// Printable words: control and direction characters become `\x1b`, `\u202e`; more than the limit is cut with `…`.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(limits::CHECK_DETAIL_CHARACTERS));
    let mut characters = text.chars();
    for character in characters.by_ref().take(limits::CHECK_DETAIL_CHARACTERS) {
        match character {
            '\t' => clean.push(' '),
            character if character.is_control() && (character as u32) < 256 => {
                clean += &format!("\\x{:02x}", character as u32)
            }
            character if is_trick(character) => clean += &format!("\\u{:04x}", character as u32),
            character => clean.push(character),
        }
    }
    if characters.next().is_some() {
        clean.push('…');
    }
    clean
}

/// The same for bytes of unknown encoding.
pub fn clean_bytes(bytes: &[u8]) -> String {
    // Four bytes are the longest character; the rest would be cut anyway.
    let bytes = bytes
        .get(..limits::CHECK_DETAIL_CHARACTERS * 4 + 4)
        .unwrap_or(bytes);
    clean(&String::from_utf8_lossy(bytes))
}

/// Direction marks, zero-width characters and line separators.
fn is_trick(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
        || character.is_control()
}

/// For a page: the five characters that mean something in HTML.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            character => escaped.push(character),
        }
    }
    escaped
}

/// Whether `text` contains `part`, both ASCII without regard to case; `part` is given in lower case.
pub fn contains(text: &[u8], part: &str) -> bool {
    find(text, part).is_some()
}

/// Where `part` (lower case) begins in `text`, ignoring ASCII case.
pub fn find(text: &[u8], part: &str) -> Option<usize> {
    let part = part.as_bytes();
    let first = *part.first()?;
    let mut from = 0;
    while let Some(found) = text
        .get(from..)
        .and_then(|rest| memchr::memchr2(first, first.to_ascii_uppercase(), rest))
    {
        let at = from + found;
        if text.get(at..at + part.len())?.eq_ignore_ascii_case(part) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// Undoes `%41`; what is no such sequence stays.
pub fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes
            .get(at + 1..at + 3)
            .filter(|_| byte == b'%')
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_words_become_harmless() {
        for (text, expected) in [
            ("plain Ümlaut", "plain Ümlaut"),
            ("\u{1b}[31mred\u{7}", "\\x1b[31mred\\x07"),
            ("a\r\nb\0c", "a\\x0d\\x0ab\\x00c"),
            ("x\u{202e}y\u{9b}z", "x\\u202ey\\x9bz"),
        ] {
            assert_eq!(clean(text), expected);
        }
        assert_eq!(
            clean(&"ä".repeat(1_000)).chars().count(),
            limits::CHECK_DETAIL_CHARACTERS + 1
        );
        assert_eq!(
            html("<a href=\"x\">'&"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }

    #[test]
    fn search_ignores_case() {
        assert_eq!(find(b"xx/ECP/Ddi", "/ecp/"), Some(2));
        assert_eq!(find(b"/ec", "/ecp/"), None);
        assert_eq!(percent_decoded("a%40b%2fc%zz%4"), "a@b/c%zz%4");
    }
}
