//! The key or password of a source: lines `name = value` in a file that only its owner may read, never in the database.
//!
//! The file that Shadowserver's own programs read (`[api]`, `key`, `secret`, `uri`) is taken as it is.

use crate::refusal::refusal;
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::Path;
use tuermer_core::limits;

/// What a file of this kind says.
pub struct Secret(BTreeMap<String, String>);

impl Secret {
    /// Reads a file; every name in `needed` must stand in it.
    ///
    /// # Errors
    /// The file cannot be read, others may read it, or a name is missing.
    pub fn read(path: &Path, needed: &[&str]) -> Result<Self> {
        let shown = path.display();
        let file = std::fs::File::open(path)
            .with_context(|| refusal("feed.secret_unreadable", [("path", &shown)]).to_string())?;
        if is_open(&file)? {
            return Err(refusal("feed.secret_open", [("path", &shown)]));
        }
        let mut text = String::new();
        file.take(limits::SECRET_BYTES)
            .read_to_string(&mut text)
            .with_context(|| refusal("feed.secret_unreadable", [("path", &shown)]).to_string())?;
        let secret = Self::parse(&text);
        match needed.iter().find(|name| secret.get(name).is_empty()) {
            Some(name) => Err(refusal(
                "feed.secret_lacks",
                [("path", &shown), ("name", name)],
            )),
            None => Ok(secret),
        }
    }

    /// Puts a copy of `from` at `to`, for its owner alone.
    ///
    /// # Errors
    /// As [`Secret::read`], or it cannot be written.
    pub fn keep(from: &Path, to: &Path, needed: &[&str]) -> Result<()> {
        Self::read(from, needed)?;
        let text = std::fs::read(from)?;
        let cannot = || format!("cannot write {}", to.display());
        // Made for its owner alone; whoever reads meanwhile finds the old one or the new one, never half of one.
        let mut file = tempfile::NamedTempFile::new_in(to.parent().unwrap_or(Path::new(".")))
            .with_context(cannot)?;
        file.write_all(&text)
            .and_then(|()| file.as_file().sync_all())
            .with_context(cannot)?;
        file.persist(to).with_context(cannot)?;
        Ok(())
    }

    fn parse(text: &str) -> Self {
        let pair = |line: &str| {
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_string()))
        };
        Self(
            text.lines()
                .filter(|line| !line.trim_start().starts_with(['#', ';', '[']))
                .filter_map(pair)
                .collect(),
        )
    }

    /// What stands under this name; empty if nothing does.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        into.debug_list().entries(self.0.keys()).finish()
    }
}

/// Others than the owner may read it.
fn is_open(file: &std::fs::File) -> Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let secret = Secret::parse(
            "# ours\n[api]\nkey = abc\n Secret=  x=y \nuri =https://transform.shadowserver.org/api2/\nnothing\n",
        );
        for (name, expected) in [
            ("key", "abc"),
            ("secret", "x=y"),
            ("uri", "https://transform.shadowserver.org/api2/"),
            ("nothing", ""),
            ("password", ""),
        ] {
            assert_eq!(secret.get(name), expected, "{name}");
        }
        assert_eq!(
            format!("{secret:?}"),
            r#"["key", "secret", "uri"]"#,
            "values are never shown"
        );
    }
}
