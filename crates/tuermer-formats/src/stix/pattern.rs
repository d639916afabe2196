//! Patterns of STIX indicators, as far as they are plain comparisons joined by OR: `[ipv4-addr:value = '192.0.2.1']`.
//!
//! What is joined by AND means less than each of its parts, so it is read only where one part is a hash, which says enough
//! alone. Everything else is named as not understood, never guessed. No recursion.

use tuermer_core::limits;
use tuermer_core::trace::{Trace, TraceKind};

/// What a pattern looks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    pub traces: Vec<Trace>,
    pub not_understood: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'a> {
    Open,
    Close,
    Parenthesis,
    Comma,
    Sign(&'a str),
    Text(String),
    Word(&'a str),
}

/// Reads a pattern.
pub(super) fn read(pattern: &str) -> Result<Pattern, &'static str> {
    if pattern.len() > limits::STIX_PATTERN_BYTES {
        return Err("the pattern is too long");
    }
    let tokens = tokens(pattern)?;
    let mut read = Pattern::default();
    for (index, part) in tokens.split(|token| *token == Token::Open).enumerate() {
        let (inside, behind) = match part.iter().position(|token| *token == Token::Close) {
            Some(end) => (
                part.get(..end).unwrap_or_default(),
                part.get(end.saturating_add(1)..).unwrap_or_default(),
            ),
            None if index == 0 => (&[][..], part),
            None => return Err("a bracket is not closed"),
        };
        // Between observations: OR, or nothing behind the last. AND, FOLLOWEDBY and qualifiers mean more than each part.
        if !behind.iter().all(|token| {
            matches!(token, Token::Parenthesis)
                || matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("OR"))
        }) {
            return Err("observations joined by more than OR");
        }
        if index > 0 {
            observation(inside, &mut read);
        }
    }
    if read.traces.is_empty() && read.not_understood.is_empty() {
        Err("no pattern")
    } else {
        Ok(read)
    }
}

/// One bracket.
fn observation(tokens: &[Token<'_>], read: &mut Pattern) {
    let is = |token: &Token<'_>, wanted: &str| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
    if tokens
        .iter()
        .filter(|token| matches!(token, Token::Sign(_)))
        .count()
        > limits::STIX_COMPARISONS
    {
        return read.not_understood.push("too many comparisons");
    }
    for alternative in tokens.split(|token| is(token, "OR")) {
        let parts: Vec<Result<Vec<Trace>, &'static str>> = alternative
            .split(|token| is(token, "AND"))
            .map(comparison)
            .collect();
        if let [one] = &parts[..] {
            match one {
                Ok(traces) => read.traces.extend(traces.iter().cloned()),
                Err(why) => read.not_understood.push(why),
            }
            continue;
        }
        let hashes: Vec<Trace> = parts
            .into_iter()
            .flatten()
            .flatten()
            .filter(|trace| trace.kind() == TraceKind::Hash)
            .collect();
        match hashes.is_empty() {
            true => read.not_understood.push("comparisons joined by AND"),
            false => read.traces.extend(hashes),
        }
    }
}

/// `path = 'value'`, `path IN ('a', 'b')`, `path ISSUBSET 'block'`.
fn comparison(tokens: &[Token<'_>]) -> Result<Vec<Trace>, &'static str> {
    let tokens: Vec<&Token<'_>> = tokens
        .iter()
        .filter(|token| !matches!(token, Token::Parenthesis | Token::Comma))
        .collect();
    let [Token::Word(path), operator, values @ ..] = &tokens[..] else {
        return Err("not a plain comparison");
    };
    let kind = kind(path).ok_or("a property we do not look for")?;
    let several = matches!(operator, Token::Word(word) if word.eq_ignore_ascii_case("IN"));
    let block = matches!(operator, Token::Word(word) if word.eq_ignore_ascii_case("ISSUBSET"))
        && *kind == [TraceKind::Address];
    if !(several || block || matches!(operator, Token::Sign("=" | "==")))
        || values.is_empty()
        || (values.len() > 1 && !several)
    {
        return Err("another comparison than =");
    }
    let one = |value: &&Token<'_>| match value {
        Token::Text(text) => kind
            .iter()
            .find_map(|kind| Trace::new(*kind, text))
            .ok_or("not a value of its property"),
        _ => Err("not a plain comparison"),
    };
    values.iter().map(one).collect()
}

/// Kinds of traces of an object path.
fn kind(path: &str) -> Option<&'static [TraceKind]> {
    match path {
        "ipv4-addr:value" | "ipv6-addr:value" => Some(&[TraceKind::Address]),
        "domain-name:value" => Some(&[TraceKind::Domain]),
        "url:value" => Some(&[TraceKind::Url]),
        "email-addr:value" | "email-message:from_ref.value" | "email-message:sender_ref.value" => {
            Some(&[TraceKind::Sender])
        }
        "network-traffic:dst_ref.value" | "network-traffic:src_ref.value" => {
            Some(&[TraceKind::Address, TraceKind::Domain])
        }
        "file:name" => Some(&[TraceKind::Path]),
        _ if path.starts_with("file:hashes.") => Some(&[TraceKind::Hash]),
        _ => None,
    }
}

fn tokens(pattern: &str) -> Result<Vec<Token<'_>>, &'static str> {
    let mut found = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '[' => (Token::Open, 1),
            ']' => (Token::Close, 1),
            '(' | ')' => (Token::Parenthesis, 1),
            ',' => (Token::Comma, 1),
            '\'' => quoted(rest)?,
            '=' | '!' | '<' | '>' => {
                let length = rest
                    .bytes()
                    .take_while(|byte| matches!(byte, b'=' | b'!' | b'<' | b'>'))
                    .count();
                (Token::Sign(rest.get(..length).unwrap_or_default()), length)
            }
            _ => path_or_keyword(rest)?,
        };
        found.push(token);
        rest = rest
            .get(length..)
            .ok_or("a text is not closed")?
            .trim_start();
    }
    Ok(found)
}

/// A path or keyword; keys in quotes belong to a path: `file:hashes.'SHA-256'`.
fn path_or_keyword(rest: &str) -> Result<(Token<'_>, usize), &'static str> {
    let mut inside = None;
    for (at, c) in rest.char_indices() {
        match (inside, c) {
            (Some(quote), c) if c == quote => inside = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if at > 0 => inside = Some(c),
            (None, c)
                if c.is_alphanumeric()
                    || matches!(c, ':' | '.' | '-' | '_' | '*')
                    || (c == '[' && rest.get(..at).is_some_and(|path| path.contains(':'))) => {}
            (None, ']') if rest.get(..at).is_some_and(|path| path.contains('[')) => {}
            _ if at == 0 => return Err("a sign we do not know"),
            _ => return Ok((Token::Word(rest.get(..at).unwrap_or_default()), at)),
        }
    }
    match inside {
        Some(_) => Err("a text is not closed"),
        None => Ok((Token::Word(rest), rest.len())),
    }
}

/// A text; `\'` and `\\` stand for what they hide.
fn quoted(rest: &str) -> Result<(Token<'_>, usize), &'static str> {
    let (mut text, mut hidden) = (String::new(), false);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if hidden => {
                text.push(c);
                hidden = false;
            }
            '\\' => hidden = true,
            '\'' => return Ok((Token::Text(text), at.saturating_add(1))),
            _ => text.push(c),
        }
    }
    Err("a text is not closed")
}

#[cfg(test)]
mod tests {
    use super::read;

    /// Patterns, and the traces they ask for.
    const PATTERNS: &[(&str, Result<&str, &str>)] = &[
        ("[ipv4-addr:value = '192.0.2.1']", Ok("address:192.0.2.1")),
        (
            "[ipv4-addr:value='192.0.2.1' OR domain-name:value = 'Evil.example']",
            Ok("address:192.0.2.1 domain:evil.example"),
        ),
        (
            "[ipv4-addr:value = '192.0.2.1'] OR [url:value = 'http://evil.example/a']",
            Ok("address:192.0.2.1 url:http://evil.example/a"),
        ),
        (
            "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
            Ok("hash:d41d8cd98f00b204e9800998ecf8427e"),
        ),
        (
            "[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
            Ok("hash:da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ),
        (
            "[file:name = 'a.exe' AND file:hashes.\"MD5\" = 'd41d8cd98f00b204e9800998ecf8427e']",
            Ok("hash:d41d8cd98f00b204e9800998ecf8427e"),
        ),
        (
            "[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]",
            Ok("address:192.0.2.1 address:192.0.2.2"),
        ),
        (
            "[ipv4-addr:value ISSUBSET '192.0.2.0/24']",
            Ok("address:192.0.2.0/24"),
        ),
        ("[(ipv4-addr:value = '192.0.2.1')]", Ok("address:192.0.2.1")),
        ("[file:name = 'it\\'s.exe']", Ok("path:it's.exe")),
        (
            "[network-traffic:dst_ref.value = 'evil.example']",
            Ok("domain:evil.example"),
        ),
        (
            "[ipv4-addr:value = '192.0.2.1' AND network-traffic:dst_port = 80]",
            Ok("! comparisons joined by AND"),
        ),
        (
            "[ipv4-addr:value != '192.0.2.1']",
            Ok("! another comparison than ="),
        ),
        (
            "[file:name MATCHES '^a+$']",
            Ok("! another comparison than ="),
        ),
        (
            "[NOT ipv4-addr:value = '192.0.2.1']",
            Ok("! a property we do not look for"),
        ),
        (
            "[ipv4-addr:value = 'nothing']",
            Ok("! not a value of its property"),
        ),
        (
            "[process:pid = 1 OR ipv4-addr:value = '192.0.2.1']",
            Ok("address:192.0.2.1! a property we do not look for"),
        ),
        (
            "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [url:value = 'http://a.example/']",
            Err("observations joined by more than OR"),
        ),
        (
            "[ipv4-addr:value = '192.0.2.1'] WITHIN 5 SECONDS",
            Err("observations joined by more than OR"),
        ),
        (
            "[ipv4-addr:value = '192.0.2.1'",
            Err("a bracket is not closed"),
        ),
        (
            "[ipv4-addr:value = '192.0.2.1]",
            Err("a text is not closed"),
        ),
        ("", Err("no pattern")),
        ("§", Err("a sign we do not know")),
    ];

    #[test]
    fn plain_comparisons_and_what_is_more_than_that() {
        for &(pattern, wanted) in PATTERNS {
            let told = read(pattern).map(|pattern| {
                let traces: Vec<String> =
                    pattern.traces.iter().map(|trace| trace.to_text()).collect();
                let not: String = pattern
                    .not_understood
                    .iter()
                    .map(|why| format!("! {why}"))
                    .collect();
                traces.join(" ") + &not
            });
            assert_eq!(
                told.as_deref(),
                wanted.as_ref().map(|text| *text),
                "{pattern}"
            );
        }
        assert!(read(&"[".repeat(60_000)).is_err() && read(&"(".repeat(60_000)).is_err());
        assert_eq!(read(&"x".repeat(70_000)), Err("the pattern is too long"));
    }
}
