//! Values on their way into the database and rows on their way out, the same for every engine.

use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;

/// A value on its way into or out of the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// NULL
    Null,
    /// TEXT
    Text(String),
    /// BIGINT
    Int(i64),
    /// BOOLEAN
    Bool(bool),
    /// BLOB or BYTEA
    Bytes(Vec<u8>),
}

macro_rules! value_from {
    ($($type:ty => $make:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let make: fn($type) -> Value = $make;
                make(value)
            }
        }
    )*};
}

value_from! {
    String => Value::Text,
    &str => |text| Value::Text(text.to_string()),
    &String => |text| Value::Text(text.clone()),
    i64 => Value::Int,
    bool => Value::Bool,
    Vec<u8> => Value::Bytes,
    Timestamp => |time| Value::Int(time.as_microsecond()),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Builds the list of values of a statement: `values![id, now, None::<&str>]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::ground::row::Value::from($value)),*] };
}

/// The error for a stored word that a list does not have: a newer program wrote it, or somebody by hand.
pub(crate) fn unknown(word: &str, column: &str) -> anyhow::Error {
    anyhow!("unknown word {word} in column {column}")
}

/// One row; columns by position. A wrong type is a defect of the statement and comes back as an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    fn at(&self, index: usize) -> Result<&Value> {
        self.0
            .get(index)
            .ok_or_else(|| anyhow!("column {index} is not in the row"))
    }

    /// TEXT that cannot be null.
    pub fn text(&self, index: usize) -> Result<String> {
        self.text_or_null(index)?
            .ok_or_else(|| anyhow!("column {index} is null"))
    }

    /// TEXT or NULL.
    pub fn text_or_null(&self, index: usize) -> Result<Option<String>> {
        match self.at(index)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.clone())),
            other => bail!("column {index} is not text: {other:?}"),
        }
    }

    /// A word of a closed list; `column` is named where the word is not of it.
    pub fn word<T>(&self, index: usize, column: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
        let word = self.text(index)?;
        parse(&word).ok_or_else(|| unknown(&word, column))
    }

    /// A word of a closed list, or NULL.
    pub fn word_or_null<T>(
        &self,
        index: usize,
        column: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.text_or_null(index)? {
            Some(word) => parse(&word).map(Some).ok_or_else(|| unknown(&word, column)),
            None => Ok(None),
        }
    }

    /// BIGINT that cannot be null.
    pub fn int(&self, index: usize) -> Result<i64> {
        self.int_or_null(index)?
            .ok_or_else(|| anyhow!("column {index} is null"))
    }

    /// BIGINT or NULL.
    pub fn int_or_null(&self, index: usize) -> Result<Option<i64>> {
        match self.at(index)? {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(*number)),
            other => bail!("column {index} is not a number: {other:?}"),
        }
    }

    /// A count (BIGINT ≥ 0).
    pub fn count(&self, index: usize) -> Result<u64> {
        Ok(u64::try_from(self.int(index)?)?)
    }

    /// BOOLEAN.
    pub fn bool(&self, index: usize) -> Result<bool> {
        self.bool_or_null(index)?
            .ok_or_else(|| anyhow!("column {index} is null"))
    }

    /// BOOLEAN or NULL.
    pub fn bool_or_null(&self, index: usize) -> Result<Option<bool>> {
        match self.at(index)? {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(*flag)),
            Value::Int(number) => Ok(Some(*number != 0)),
            other => bail!("column {index} is not a boolean: {other:?}"),
        }
    }

    /// BLOB or BYTEA.
    pub fn bytes(&self, index: usize) -> Result<Vec<u8>> {
        match self.at(index)? {
            Value::Bytes(bytes) => Ok(bytes.clone()),
            other => bail!("column {index} is not bytes: {other:?}"),
        }
    }

    /// A time in microseconds.
    pub fn time(&self, index: usize) -> Result<Timestamp> {
        Ok(Timestamp::from_microsecond(self.int(index)?)?)
    }

    /// A time or NULL.
    pub fn time_or_null(&self, index: usize) -> Result<Option<Timestamp>> {
        self.int_or_null(index)?
            .map(|at| Timestamp::from_microsecond(at).map_err(Into::into))
            .transpose()
    }
}
