//! Fields of one line of a CSV, lent from the line; nothing is copied unless a quote stands inside a quoted field.

use std::borrow::Cow;

/// The fields in order.
pub struct Fields<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Fields<'a> {
    /// Fields of a line without its line end.
    pub fn of(line: &'a [u8]) -> Self {
        Self {
            rest: Some(line),
            separator: b',',
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let line = self.rest?;
        // Behind the closing quote, or from the beginning where there is none.
        let from = if line.first() == Some(&b'"') {
            closing(line)
        } else {
            0
        };
        let end =
            memchr::memchr(self.separator, line.get(from..)?).map(|at| at.saturating_add(from));
        self.rest = end.and_then(|end| line.get(end.saturating_add(1)..));
        Some(Field(line.get(..end.unwrap_or(line.len()))?))
    }
}

/// Where the quote that opens the line is closed: one behind it. Two quotes are one that belongs to the text.
fn closing(line: &[u8]) -> usize {
    let mut from = 1;
    while let Some(at) = line.get(from..).and_then(|rest| memchr::memchr(b'"', rest)) {
        from = from.saturating_add(at).saturating_add(1);
        if line.get(from) != Some(&b'"') {
            return from;
        }
        from = from.saturating_add(1);
    }
    line.len()
}

/// One field as it stands in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a>(&'a [u8]);

impl<'a> Field<'a> {
    /// What it says, without quotes around it and blanks at its ends. Other encodings than UTF-8 must not cost the line.
    pub fn text(self) -> Cow<'a, str> {
        let Some(inner) = self.0.strip_prefix(b"\"") else {
            return lossy(self.0.trim_ascii());
        };
        let inner = inner.trim_ascii_end();
        let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
        let text = lossy(inner.trim_ascii());
        if memchr::memchr(b'"', inner).is_some() {
            Cow::Owned(text.replace("\"\"", "\""))
        } else {
            text
        }
    }

    /// What it says, where it says something: empty, `0` and `unknown` mean "no value".
    pub fn value(self) -> Option<Cow<'a, str>> {
        let text = self.text();
        (!matches!(text.as_bytes(), b"" | b"0") && !text.eq_ignore_ascii_case("unknown"))
            .then_some(text)
    }
}

/// The library's own looks at every byte by itself, before it says that all of them are right.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn fields_of_lines() {
        for (line, wanted) in [
            ("a,b,c", vec!["a", "b", "c"]),
            ("", vec![""]),
            ("a,", vec!["a", ""]),
            (",,", vec!["", "", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"say \"\"x\"\"\",2", vec!["say \"x\"", "2"]),
            ("\"a\nb\",c", vec!["a\nb", "c"]),
            ("a\"b,c", vec!["a\"b", "c"]),
            ("\"\",\"\"\"\"", vec!["", "\""]),
            ("\"open,b", vec!["open,b"]),
            ("\"a\"x,b", vec!["a\"x", "b"]),
            (" a , b ", vec!["a", "b"]),
        ] {
            let fields: Vec<String> = Fields::of(line.as_bytes())
                .map(|field| field.text().into_owned())
                .collect();
            assert_eq!(fields, wanted, "{line}");
        }
        let values: Vec<bool> = Fields::of(b"0,unknown,UNKNOWN,,\"\",00,x")
            .map(|field| field.value().is_some())
            .collect();
        assert_eq!(values, [false, false, false, false, false, true, true]);
        assert_eq!(Fields::of(b"caf\xe9").next().unwrap().text(), "caf\u{fffd}");
    }

    #[test]
    fn the_library_reads_the_same() {
        for line in [
            "a,\"b,c\",\"d\"\"e\",",
            "\"\",x,\"y\"",
            "1,\"two\nlines\",3",
        ] {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(line.as_bytes());
            let theirs: Vec<String> = reader
                .records()
                .next()
                .unwrap()
                .unwrap()
                .iter()
                .map(str::to_string)
                .collect();
            let ours: Vec<String> = Fields::of(line.as_bytes())
                .map(|field| field.text().into_owned())
                .collect();
            assert_eq!(ours, theirs, "{line}");
        }
    }
}
