//! Which scripts are Exchange's own: path, hash and build, from Microsoft's published baselines.
//!
//! The list (`data/baseline.txt`) is made by `examples/baseline.rs` and tells its source and date. It ends in March 2021: of later
//! builds the hash is unknown, the rule of names and places still holds.

use std::collections::{HashMap, HashSet};

/// The list of the program.
const EMBEDDED: &str = include_str!("../data/baseline.txt");

/// Bytes of a hash that are kept: 96 bits, which nobody can meet by trying.
pub const HASH_BYTES: usize = 12;

/// The genuine files.
#[derive(Debug, Clone, Default)]
pub struct Baseline<'t> {
    builds: Vec<&'t str>,
    /// For each path the hashes with the set of builds they belong to.
    paths: HashMap<&'t str, Vec<([u8; HASH_BYTES], usize)>>,
    sets: Vec<HashSet<usize>>,
    hashes: HashSet<[u8; HASH_BYTES]>,
}

/// What the list says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genuine {
    /// Path and hash fit together.
    Yes,
    /// The path is genuine, the hash is none of those known, and all of this build are known.
    Changed,
    /// The path is genuine, the hash unknown, and so is the build.
    Undecided,
    /// A genuine file's content in a place where it does not belong.
    Misplaced,
    /// No build has this path.
    Unknown,
}

impl Baseline<'static> {
    /// The list of the program.
    pub fn embedded() -> Self {
        Self::read(EMBEDDED)
    }
}

impl<'t> Baseline<'t> {
    /// Reads the list: `build <number>…`, `set <indexes>`, then a path and below it `<hash> <set>`.
    pub fn read(text: &'t str) -> Self {
        let mut baseline = Self::default();
        let mut path = "";
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(builds) = line.strip_prefix("build ") {
                baseline.builds.extend(builds.split(' '));
            } else if let Some(set) = line.strip_prefix("set ") {
                baseline.sets.push(ranges(set));
            } else if let Some(entry) = line.strip_prefix('\t') {
                let mut hash = [0; HASH_BYTES];
                let Some((digits, set)) = entry.split_once(' ') else {
                    continue;
                };
                if hex::decode_to_slice(digits, &mut hash).is_ok() {
                    baseline.hashes.insert(hash);
                    baseline
                        .paths
                        .entry(path)
                        .or_default()
                        .push((hash, set.parse().unwrap_or(usize::MAX)));
                }
            } else {
                path = line;
            }
        }
        baseline
    }

    /// Paths, pairs of path and hash, different hashes, builds.
    pub fn counts(&self) -> (usize, usize, usize, usize) {
        (
            self.paths.len(),
            self.paths.values().map(Vec::len).sum(),
            self.hashes.len(),
            self.builds.len(),
        )
    }

    /// Whether the list has the scripts of this build; without a build nobody can say.
    pub fn knows(&self, build: Option<&str>) -> bool {
        build.is_some_and(|build| self.builds.contains(&build))
    }

    /// Judges a file by key, hash and the build of the server, if that is known.
    pub fn judge(&self, key: &str, sha256: &[u8; 32], build: Option<&str>) -> Genuine {
        let mut short = [0; HASH_BYTES];
        short.copy_from_slice(
            sha256
                .first_chunk::<HASH_BYTES>()
                .unwrap_or(&[0; HASH_BYTES]),
        );
        let Some(known) = self.paths.get(key) else {
            return if self.hashes.contains(&short) {
                Genuine::Misplaced
            } else {
                Genuine::Unknown
            };
        };
        if known.iter().any(|(hash, _)| *hash == short) {
            return Genuine::Yes;
        }
        let build = build.and_then(|build| self.builds.iter().position(|known| *known == build));
        let complete = build.is_some_and(|build| {
            known
                .iter()
                .any(|(_, set)| self.sets.get(*set).is_some_and(|set| set.contains(&build)))
        });
        if complete {
            Genuine::Changed
        } else {
            Genuine::Undecided
        }
    }
}

/// `0-3,7` as numbers.
fn ranges(text: &str) -> HashSet<usize> {
    let mut numbers = HashSet::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse::<usize>()) {
            // No list has more builds than this.
            numbers.extend(from..=to.min(from.saturating_add(10_000)));
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_name_and_hash_must_fit() {
        let list = format!(
            "# made for this test\nbuild 15.1.2176.2 15.1.2176.9\nset 0-1\nset 1\nfrontend\\httpproxy\\owa\\auth\\logon.aspx\n\t{} 1\n",
            "ab".repeat(HASH_BYTES)
        );
        let baseline = Baseline::read(&list);
        assert_eq!(baseline.counts(), (1, 1, 1, 2));
        let logon = r"frontend\httpproxy\owa\auth\logon.aspx";
        for (key, hash, build, expected) in [
            (logon, [0xab; 32], None, Genuine::Yes),
            (logon, [0xcd; 32], None, Genuine::Undecided),
            (logon, [0xcd; 32], Some("15.1.2507.6"), Genuine::Undecided),
            (logon, [0xcd; 32], Some("15.1.2176.2"), Genuine::Undecided),
            (logon, [0xcd; 32], Some("15.1.2176.9"), Genuine::Changed),
            (
                r"frontend\httpproxy\owa\auth\x.aspx",
                [0xab; 32],
                None,
                Genuine::Misplaced,
            ),
            (
                r"frontend\httpproxy\owa\auth\x.aspx",
                [0xcd; 32],
                None,
                Genuine::Unknown,
            ),
        ] {
            assert_eq!(
                baseline.judge(key, &hash, build),
                expected,
                "{key} {build:?}"
            );
        }
    }

    #[test]
    fn the_list_of_the_program_is_whole() {
        let (paths, pairs, hashes, builds) = Baseline::embedded().counts();
        assert_eq!((paths, pairs, hashes, builds), (1040, 2183, 2114, 131));
    }
}
