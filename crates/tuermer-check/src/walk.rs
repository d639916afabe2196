//! The files below the given folders, in order, bounded; links and junctions are not followed, and that is said.

use std::path::{Path, PathBuf};
use tuermer_core::limits;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its size when it was found.
    pub bytes: u64,
}

/// What the walk yields.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files, ordered by path.
    pub files: Vec<FoundFile>,
    /// Places that were not entered, with the reason.
    pub left_out: Vec<(PathBuf, Reason)>,
}

/// Why a place was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A symbolic link or a junction.
    Link,
    /// Deeper than the limit.
    TooDeep,
    /// More files than the limit.
    TooMany,
    /// The text of the system.
    Failed(String),
}

/// All files below a folder; a file given by name is itself.
pub fn below(root: &Path) -> Walk {
    let mut walk = Walk::default();
    match std::fs::metadata(root) {
        Ok(metadata) if metadata.is_file() => walk.files.push(FoundFile {
            path: root.to_path_buf(),
            bytes: metadata.len(),
        }),
        Ok(_) => walk.folder(root),
        Err(error) => walk
            .left_out
            .push((root.to_path_buf(), Reason::Failed(error.to_string()))),
    }
    walk.files.sort_by(|one, other| one.path.cmp(&other.path));
    walk
}

impl Walk {
    fn folder(&mut self, root: &Path) {
        let mut waiting = vec![(root.to_path_buf(), 0)];
        while let Some((folder, depth)) = waiting.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.left_out
                        .push((folder, Reason::Failed(error.to_string())));
                    continue;
                }
            };
            for entry in entries {
                if self.files.len() >= limits::CHECK_FILES {
                    return self.left_out.push((folder, Reason::TooMany));
                }
                let Ok(entry) = entry.map_err(|error| {
                    self.left_out
                        .push((folder.clone(), Reason::Failed(error.to_string())))
                }) else {
                    continue;
                };
                // Of the entry itself, not of what a link points to.
                match entry.metadata() {
                    Ok(metadata) if metadata.is_symlink() => {
                        self.left_out.push((entry.path(), Reason::Link))
                    }
                    Ok(metadata) if metadata.is_dir() && depth >= limits::CHECK_DEPTH => {
                        self.left_out.push((entry.path(), Reason::TooDeep))
                    }
                    Ok(metadata) if metadata.is_dir() => waiting.push((entry.path(), depth + 1)),
                    Ok(metadata) => self.files.push(FoundFile {
                        path: entry.path(),
                        bytes: metadata.len(),
                    }),
                    Err(error) => self
                        .left_out
                        .push((entry.path(), Reason::Failed(error.to_string()))),
                }
            }
        }
    }
}
