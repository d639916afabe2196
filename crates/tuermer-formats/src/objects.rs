//! Events one by one: one JSON object a line, or a JSON list of objects, in memory that does not grow with either.
//!
//! A list that ends before its bracket is an error, not a short list: servers that fail in the middle just stop sending.

use crate::format::Event;
use crate::origin::Origin;
use crate::records::{Malformed, Records};
use std::io::{BufRead, BufReader, Read};
use tuermer_core::limits;
use tuermer_core::observation::Observation;

/// Why reading ends before the end.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The list was cut off.
    #[error("the list ends behind element {0} without its bracket; ask again for the whole")]
    Cut(u64),
    /// Something stands behind the list.
    #[error("something stands behind the end of the list")]
    Behind,
    /// The source cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// The signs of one event, with the event as it came.
#[derive(Debug)]
pub struct Signs<'a> {
    /// Line or element in the file, from 1.
    pub line: u64,
    /// The event.
    pub bytes: &'a [u8],
    /// Its observations.
    pub signs: Vec<Observation>,
}

/// The reader.
pub struct Objects<R: Read>(Form<R>);

enum Form<R: Read> {
    Lines(Box<Records<BufReader<R>>>),
    List(List<R>),
}

/// A list, or one object over several lines.
struct List<R> {
    source: BufReader<R>,
    bracket: Bracket,
    number: u64,
    element: Vec<u8>,
}

/// The bracket around all elements.
#[derive(PartialEq)]
enum Bracket {
    /// One object without a list.
    None,
    Open,
    Closed,
}

impl<R: Read> Objects<R> {
    /// Looks at the first bytes.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn new(source: R) -> Result<Self, ObjectsError> {
        let mut source = BufReader::with_capacity(64 * 1024, source);
        loop {
            let held = source.fill_buf()?;
            let blank = held
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf))
                .count();
            if blank == 0 {
                break;
            }
            source.consume(blank);
        }
        let held = source.fill_buf()?;
        let first = held
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default()
            .trim_ascii_end();
        let list = |source, bracket| {
            Form::List(List {
                source,
                bracket,
                number: 0,
                element: Vec::new(),
            })
        };
        Ok(Self(match held.first() {
            Some(b'[') => {
                source.consume(1);
                list(source, Bracket::Open)
            }
            Some(b'{') if held.contains(&b'\n') && !first.ends_with(b"}") => {
                list(source, Bracket::None)
            }
            _ => Form::Lines(Box::new(Records::of_lines(source))),
        }))
    }

    /// The next object with its number, or the next that is none; `None` at the end.
    ///
    /// # Errors
    /// The list was cut off, or the source cannot be read any further.
    pub fn next_object(&mut self) -> Result<Option<Result<(u64, &[u8]), Malformed>>, ObjectsError> {
        match &mut self.0 {
            Form::Lines(records) => Ok(records.next_record()?),
            Form::List(list) => list.next_object(),
        }
    }

    /// The signs of the next object as the reader of its format finds them, or the next object that cannot be used.
    ///
    /// # Errors
    /// A list was cut off, or the source cannot be read any further.
    pub fn next_signs(
        &mut self,
        read: Event,
        origin: &Origin,
    ) -> Result<Option<Result<Signs<'_>, Malformed>>, ObjectsError> {
        let signs = |(line, bytes)| match read(bytes, origin) {
            Ok(signs) => Ok(Signs { line, bytes, signs }),
            Err(reason) => Err(Malformed { line, reason }),
        };
        Ok(self.next_object()?.map(|object| object.and_then(signs)))
    }
}

/// Where in the element the scanner stands.
#[derive(Default)]
struct Scan {
    depth: usize,
    inside: bool,
    escaped: bool,
    begun: bool,
    length: usize,
}

enum Seen {
    Goes,
    /// The element is whole; its last byte was taken.
    Whole,
    /// The element ended before this byte.
    Before,
}

impl Scan {
    /// Takes bytes into the element until it is whole; how many were used, and whether it is.
    fn read(
        &mut self,
        held: &[u8],
        bracket: &mut Bracket,
        element: &mut Vec<u8>,
    ) -> Result<(usize, bool), ObjectsError> {
        for (used, byte) in held.iter().enumerate() {
            if !self.begun {
                match byte {
                    b',' => continue,
                    byte if byte.is_ascii_whitespace() => continue,
                    b']' if *bracket == Bracket::Open => {
                        *bracket = Bracket::Closed;
                        continue;
                    }
                    _ if *bracket == Bracket::Closed => return Err(ObjectsError::Behind),
                    // A bracket that nothing opened is taken as an element, or it would stand there for ever.
                    b']' => return Ok((used.saturating_add(1), true)),
                    _ => self.begun = true,
                }
            }
            let seen = self.see(*byte);
            if matches!(seen, Seen::Before) {
                return Ok((used, true));
            }
            if self.length <= limits::EVENT_BYTES {
                element.push(*byte);
            }
            if matches!(seen, Seen::Whole) {
                return Ok((used.saturating_add(1), true));
            }
        }
        Ok((held.len(), false))
    }

    fn see(&mut self, byte: u8) -> Seen {
        self.length = self.length.saturating_add(1);
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.inside => self.escaped = true,
            b'"' => self.inside = !self.inside,
            _ if self.inside => {}
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b']' | b',' if self.depth == 0 => return Seen::Before,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Seen::Whole;
                }
            }
            _ => {}
        }
        Seen::Goes
    }
}

impl<R: Read> List<R> {
    fn next_object(&mut self) -> Result<Option<Result<(u64, &[u8]), Malformed>>, ObjectsError> {
        self.element.clear();
        let mut scan = Scan::default();
        loop {
            let held = self.source.fill_buf()?;
            if held.is_empty() {
                return if scan.begun || self.bracket == Bracket::Open {
                    Err(ObjectsError::Cut(self.number))
                } else {
                    Ok(None)
                };
            }
            let (used, done) = scan.read(held, &mut self.bracket, &mut self.element)?;
            self.source.consume(used);
            if done {
                return Ok(Some(self.whole(&scan)));
            }
        }
    }

    /// The element that was read to its end, or why it is none.
    fn whole(&mut self, scan: &Scan) -> Result<(u64, &[u8]), Malformed> {
        self.number = self.number.saturating_add(1);
        let malformed = |reason| Malformed {
            line: self.number,
            reason,
        };
        match self.element.first() {
            _ if scan.length > limits::EVENT_BYTES => Err(malformed("event too long")),
            Some(b'{') => Ok((self.number, &self.element)),
            _ => Err(malformed("no object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Objects;

    fn read(text: &str) -> (Vec<String>, Option<String>) {
        let mut objects = Objects::new(text.as_bytes()).unwrap();
        let mut all = Vec::new();
        loop {
            match objects.next_object() {
                Ok(Some(Ok((number, bytes)))) => {
                    all.push(format!("{number} {}", String::from_utf8_lossy(bytes)))
                }
                Ok(Some(Err(malformed))) => {
                    all.push(format!("{} ! {}", malformed.line, malformed.reason))
                }
                Ok(None) => return (all, None),
                Err(error) => return (all, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn lines_lists_and_what_was_cut_off() {
        for (text, wanted, error) in [
            (
                "{\"a\":1}\n{\"a\":2}\n",
                vec!["1 {\"a\":1}", "2 {\"a\":2}"],
                None,
            ),
            (
                "[{\"a\":\"]},\"},\n {\"b\":[{}]}]",
                vec!["1 {\"a\":\"]},\"}", "2 {\"b\":[{}]}"],
                None,
            ),
            ("[{\"a\":\"\\\"]\"}]", vec!["1 {\"a\":\"\\\"]\"}"], None),
            ("[]", vec![], None),
            (
                "{\n\"a\": 1\n}]],{\"b\":2}",
                vec![
                    "1 {\n\"a\": 1\n}",
                    "2 ! no object",
                    "3 ! no object",
                    "4 {\"b\":2}",
                ],
                None,
            ),
            ("", vec![], None),
            ("{\n\"a\": 1\n}\n", vec!["1 {\n\"a\": 1\n}"], None),
            ("[1, {\"a\":1}]", vec!["1 ! no object", "2 {\"a\":1}"], None),
            (
                "[{\"a\":1},",
                vec!["1 {\"a\":1}"],
                Some("the list ends behind element 1"),
            ),
            ("[{\"a\":1}", vec!["1 {\"a\":1}"], Some("the list ends")),
            ("[{\"a\":", vec![], Some("the list ends behind element 0")),
            (
                "[{\"a\":1}] x",
                vec!["1 {\"a\":1}"],
                Some("something stands behind"),
            ),
            ("\u{feff}[{}]", vec!["1 {}"], None),
        ] {
            let (all, failed) = read(text);
            assert_eq!(all, wanted, "{text:?}");
            assert_eq!(failed.is_some(), error.is_some(), "{text:?} {failed:?}");
            assert!(
                failed
                    .unwrap_or_default()
                    .contains(error.unwrap_or_default()),
                "{text:?}"
            );
        }
        let long = format!("[{{\"a\":\"{}\"}},{{}}]", "x".repeat(5 * 1024 * 1024));
        assert_eq!(read(&long).0, ["1 ! event too long", "2 {}"]);
    }
}
