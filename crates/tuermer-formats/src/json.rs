//! Strict reading of JSON from outside: UTF-8, no key twice in one object, bounded depth, nothing after the end.
//!
//! A key that stands twice means two readers can see two documents, so it is refused (RFC 8259 §4 leaves it open).

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use std::collections::HashSet;
use std::fmt;
use tuermer_core::limits;

/// Why bytes are not JSON we accept; a sentence with line and column where there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not UTF-8.
    #[error("not UTF-8 (first wrong byte at {0}); JSON must be UTF-8 without byte order mark")]
    Encoding(usize),
    /// Not JSON, cut off, too deep, or a key twice.
    #[error("{0}")]
    Syntax(String),
    /// More values than [`limits::JSON_VALUES`].
    #[error("more than {} values", limits::JSON_VALUES)]
    Values,
}

/// Keys of the outermost object, in order. Nested values are checked and thrown away.
///
/// # Errors
/// Wrong encoding, wrong syntax, a key twice, deeper than [`limits::JSON_DEPTH`], more values than
/// [`limits::JSON_VALUES`], or text after the end.
pub fn check(bytes: &[u8]) -> Result<Vec<String>, JsonError> {
    let text = text(bytes)?;
    let mut source = serde_json::Deserializer::from_str(text);
    let keys = Strict::top()
        .deserialize(&mut source)
        .and_then(|keys| source.end().map(|()| keys));
    let keys = keys.map_err(|error| JsonError::Syntax(error.to_string()))?;
    if values(bytes) > limits::JSON_VALUES {
        Err(JsonError::Values)
    } else {
        Ok(keys)
    }
}

/// The bytes as text.
///
/// # Errors
/// A byte order mark, UTF-16 or any other encoding.
pub fn text(bytes: &[u8]) -> Result<&str, JsonError> {
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        return Err(JsonError::Encoding(0));
    }
    std::str::from_utf8(bytes).map_err(|error| JsonError::Encoding(error.valid_up_to()))
}

/// How many values there are at most: each one but the first stands behind a comma or an opening bracket.
fn values(bytes: &[u8]) -> usize {
    let (mut inside, mut escaped, mut count) = (false, false, 1_usize);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b',' | b'[' | b'{' if !inside => count = count.saturating_add(1),
            _ => {}
        }
    }
    count
}

/// Walks a value. serde_json counts the depth (128) while it walks.
struct Strict {
    /// True for the outermost value, whose keys are wanted.
    top: bool,
}

impl Strict {
    fn top() -> Self {
        Self { top: true }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_any(self)
    }
}

/// A nested value.
struct Nested;

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Strict { top: false }).map(|_| Self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Vec<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<Nested>()?.is_some() {}
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut seen: HashSet<String> = HashSet::new();
        let mut keys = Vec::new();
        while let Some(key) = object.next_key::<String>()? {
            object.next_value::<Nested>()?;
            if self.top {
                keys.push(key.clone());
            }
            let shown: String = key.chars().take(40).collect();
            if !seen.insert(key) {
                return Err(A::Error::custom(format!(
                    "the key \"{shown}\" stands twice in one object"
                )));
            }
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonError, check};

    #[test]
    fn accepts_and_refuses() {
        let deep = "[".repeat(100_000);
        let fits = format!("{}{}", "[".repeat(120), "]".repeat(120));
        for (text, wanted) in [
            (
                r#"{"a": 1, "b": {"a": [1.5, null, true, "ü\u00e9"]}}"#.as_bytes(),
                Ok(()),
            ),
            (fits.as_bytes(), Ok(())),
            (br#"{"a": 1, "a": 2}"#, Err("stands twice")),
            (br#"{"x": {"a": 1, "\u0061": 2}}"#, Err("stands twice")),
            (br#"{"a": [1, 2"#, Err("EOF")),
            (br#"{"a": 1} x"#, Err("trailing")),
            (br#"{"a": "\ud800"}"#, Err("hex escape")),
            (b"{\"a\": \"x\x00y\"}", Err("control character")),
            (deep.as_bytes(), Err("recursion limit")),
            (b"\xff\xfe{\0}\0", Err("not UTF-8")),
            (b"\xef\xbb\xbf{}", Err("not UTF-8")),
            (b"{\"a\": \"\xfc\"}", Err("not UTF-8")),
            (b"", Err("EOF")),
        ] {
            let outcome = check(text);
            match wanted {
                Ok(()) => assert!(outcome.is_ok(), "{outcome:?}"),
                Err(part) => {
                    let error = outcome.unwrap_err().to_string();
                    assert!(error.contains(part), "{error} does not say {part}");
                }
            }
        }
        assert_eq!(
            check(br#"{"document": {"x": 1}, "vulnerabilities": []}"#).unwrap(),
            ["document", "vulnerabilities"]
        );
        assert_eq!(check(b"\xff"), Err(JsonError::Encoding(0)));
    }

    #[test]
    fn a_flood_of_tiny_values_is_refused() {
        let list =
            |count: usize| format!("{{\"document\":[{}0]}}", "0,".repeat(count)).into_bytes();
        assert_eq!(
            check(&list(tuermer_core::limits::JSON_VALUES)),
            Err(JsonError::Values)
        );
        assert_eq!(
            check(&list(tuermer_core::limits::JSON_VALUES - 10)),
            Ok(vec!["document".into()])
        );
        // Commas inside words are no values.
        let words = format!(
            "[\"{}\\\",\"]",
            ",[".repeat(tuermer_core::limits::JSON_VALUES)
        );
        assert_eq!(check(words.as_bytes()), Ok(Vec::new()));
    }
}
