//! What a channel costs: how many files of the program name it.

use super::{built_from, no_complaints};
use std::collections::BTreeMap;
use tuermer_core::channel::Channel;

/// Its entry in the core's list, its entry in the shell's list, its own file, and its words in two languages.
const FILES: usize = 5;

/// Words that name a channel and nothing else. Mail, folder and telephone were there before there was a list, and are
/// words of other things, too.
const NAMES: &[&str] = &["webhook"];

#[test]
fn a_channel_is_named_in_five_files() {
    let sources = built_from();
    let mut complaints = Vec::new();
    for name in NAMES {
        let named: Vec<&str> = sources
            .iter()
            .filter(|source| !source.is_test())
            .filter(|source| {
                if source.is_rust() {
                    let mut code = source.code();
                    code.any(|(_, line)| line.to_lowercase().contains(name))
                } else {
                    source.text.to_lowercase().contains(name)
                }
            })
            .map(|source| source.path.as_str())
            .collect();
        assert!(named.len() >= 3, "the rule must see {name}: {named:?}");
        if named.len() > FILES {
            complaints.push(format!("{name} is named in {}", named.join(", ")));
        }
    }
    no_complaints("A channel costs five files", &complaints);
}

#[test]
fn a_variant_is_named_in_five_files() {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in built_from() {
        if !source.is_rust() || source.is_test() {
            continue;
        }
        for channel in Channel::ALL {
            let variant = format!("Channel::{channel:?}");
            if source.code().any(|(_, line)| line.contains(&variant)) {
                named.entry(variant).or_default().push(source.path.clone());
            }
        }
    }
    // The list itself says `Self`; whoever sends says the whole name.
    assert!(named.len() >= 3, "the rule must see variants: {named:?}");
    let complaints: Vec<String> = named
        .iter()
        .filter(|(_, files)| files.len() > FILES)
        .map(|(variant, files)| format!("{variant} is named in {}", files.join(", ")))
        .collect();
    no_complaints("Who sends asks what a channel is, not which", &complaints);
}
