//! Makes `data/baseline.txt` from a table `path,sha256,builds` (builds with blanks between) of Microsoft's published baselines.
//!
//! `cargo run -p tuermer-check --example baseline < table.csv > crates/tuermer-check/data/baseline.txt`

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use tuermer_check::{baseline::HASH_BYTES, places};

/// What every reader of the list must know.
const HEAD: &str = "\
# Genuine scripts of Exchange Server: path, hash, builds. Facts from the baselines that Microsoft published for
# CompareExchangeHashes.ps1 (microsoft/CSS-Exchange, MIT licence, Copyright (c) Microsoft Corporation), state of 2021-03.
# Only .aspx .ashx .asmx .asax .ascx .svc .asp. Paths in lower case from `frontend\\httpproxy` or `clientaccess` on.
# Hashes are the first 12 bytes of the SHA-256. `build` lists the builds, `set` the indexes of those that share a file;
# below each path stand its hashes, each with the number of its set.
";

fn main() -> std::io::Result<()> {
    let mut table = String::new();
    std::io::stdin().read_to_string(&mut table)?;
    let mut rows: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let mut fields = line.splitn(3, ',');
        let (Some(path), Some(hash), Some(builds)) = (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let hash = hash.get(..HASH_BYTES * 2).unwrap_or(hash).to_lowercase();
        rows.entry((full_key(path), hash))
            .or_default()
            .extend(builds.split_whitespace());
    }
    let mut builds: Vec<&str> = rows
        .values()
        .flatten()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    builds.sort_by_key(|build| {
        build
            .split('.')
            .map(|part| part.parse::<u32>().unwrap_or(0))
            .collect::<Vec<_>>()
    });
    let sets: Vec<String> = rows
        .values()
        .map(|set| ranges(set, &builds))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut out = std::io::stdout().lock();
    write!(
        out,
        "{HEAD}build {}\n{}",
        builds.join(" "),
        sets.iter()
            .map(|set| format!("set {set}\n"))
            .collect::<String>()
    )?;
    let mut last = String::new();
    for ((path, hash), set) in &rows {
        if *path != last {
            writeln!(out, "{path}")?;
            last.clone_from(path);
        }
        let number = sets
            .binary_search(&ranges(set, &builds))
            .unwrap_or_default();
        writeln!(out, "\t{hash} {number}")?;
    }
    Ok(())
}

/// The baselines write some paths without their first folder.
fn full_key(path: &str) -> String {
    let key = places::key(path);
    let whole = key.starts_with("frontend\\") || key.starts_with("clientaccess\\");
    if whole {
        key
    } else {
        format!("clientaccess\\{key}")
    }
}

/// Indexes as `0-3,7`.
fn ranges(set: &BTreeSet<&str>, builds: &[&str]) -> String {
    let indexes: Vec<usize> = builds
        .iter()
        .enumerate()
        .filter(|(_, build)| set.contains(**build))
        .map(|(index, _)| index)
        .collect();
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for index in indexes {
        match parts.last_mut() {
            Some((_, end)) if *end + 1 == index => *end = index,
            _ => parts.push((index, index)),
        }
    }
    parts
        .iter()
        .map(|(from, to)| {
            if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            }
        })
        .collect::<Vec<_>>()
        .join(",")
}
