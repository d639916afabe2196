//! Wraps plain text at [`COLUMNS`], so that a mail reads the same in every program.
//!
//! A word longer than a line (an address) is never cut. Numbered steps hang by three blanks.

/// Columns of a mail text (RFC 5322 advises at most 78; 71 leaves room for quoting).
pub const COLUMNS: usize = 71;

/// Wraps every line of `text`; more than one empty line becomes one.
pub fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(64));
    let mut empty = true;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            if !empty {
                out.push('\n');
            }
            empty = true;
            continue;
        }
        empty = false;
        wrap_line(line, &mut out);
    }
    out
}

fn wrap_line(line: &str, out: &mut String) {
    let width = line.chars().count();
    // "--" before the footer is a signature mark and has a blank behind it.
    if line == "--" {
        out.push_str("-- \n");
        return;
    }
    if width <= COLUMNS {
        out.push_str(line);
        out.push('\n');
        return;
    }
    let lead = line.chars().take_while(|c| *c == ' ').count();
    let numbered =
        line.chars().next().is_some_and(|c| c.is_ascii_digit()) && line.chars().nth(1) == Some('.');
    let hang = if numbered { 3 } else { lead };
    let mut column = lead;
    out.extend(std::iter::repeat_n(' ', lead));
    let mut first = true;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if first {
            first = false;
        } else if column.saturating_add(1).saturating_add(length) > COLUMNS {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', hang));
            column = hang;
        } else {
            out.push(' ');
            column = column.saturating_add(1);
        }
        out.push_str(word);
        column = column.saturating_add(length);
    }
    out.push('\n');
}

/// One line of visible text: control characters, line breaks and direction marks become blanks, runs of blanks one.
/// Company names come from outside and must not start a new line, a new header or turn the reading direction.
pub fn one_line(text: &str) -> String {
    let unsafe_mark = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let parts = text.split(|c: char| c.is_whitespace() && c != '\u{a0}' || unsafe_mark(c));
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_time_and_steps_hang() {
        let long = format!("1. {}", "Wort ".repeat(40));
        let wrapped = wrap(&long);
        assert!(wrapped.lines().all(|line| line.chars().count() <= COLUMNS));
        assert!(
            wrapped.lines().skip(1).all(|line| line.starts_with("   W")),
            "{wrapped}"
        );
        assert_eq!(wrap("a\n\n\n\nb\n--\n"), "a\n\nb\n-- \n");
        let address = format!("https://example.org/{}", "x".repeat(90));
        assert_eq!(wrap(&address), format!("{address}\n"));
    }

    #[test]
    fn a_name_stays_on_its_line() {
        for (text, line) in [
            ("A\r\nBcc: x@y", "A Bcc: x@y"),
            ("Müller\u{202e} GmbH", "Müller GmbH"),
            ("\u{1b}[31mrot", "[31mrot"),
            ("  a \t b ", "a b"),
        ] {
            assert_eq!(one_line(text), line);
        }
    }
}
