//! Both languages say the same: same keys, same placeholders; every key that is used exists, every key that exists is used.

use super::{Source, built_from, files, no_complaints, root};
use std::collections::{BTreeMap, BTreeSet, HashSet};

const FOLDER: &str = "crates/tuermer/src/texts";

/// Key → (text, place) of one language.
type Catalogue = BTreeMap<String, (String, String)>;

fn catalogue(language: &str, complaints: &mut Vec<String>) -> Catalogue {
    let mut texts = Catalogue::new();
    for source in files(&format!("{FOLDER}/{language}")) {
        let area = source
            .path
            .rsplit('/')
            .next()
            .unwrap()
            .trim_end_matches(".txt");
        for (number, line) in source.text.lines().enumerate() {
            let place = format!("{}:{}", source.path, number + 1);
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((key, text)) = line.split_once('=') else {
                complaints.push(format!("{place}: not `key = text`"));
                continue;
            };
            let (key, text) = (key.trim().to_string(), text.trim().to_string());
            let other = key.split('.').next().filter(|other| {
                *other != area
                    && root()
                        .join(format!("{FOLDER}/{language}/{other}.txt"))
                        .exists()
            });
            if other.is_some() {
                complaints.push(format!("{place}: {key} belongs in another file"));
            }
            if text.is_empty() {
                complaints.push(format!("{place}: {key} is empty"));
            }
            if texts.insert(key.clone(), (text, place.clone())).is_some() {
                complaints.push(format!("{place}: {key} stands here twice"));
            }
        }
    }
    texts
}

/// Names in braces.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let is_name = |name: &&str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
    };
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .filter(is_name)
        .collect()
}

#[test]
fn both_languages_say_the_same() {
    let mut complaints = Vec::new();
    let (german, english) = (
        catalogue("de", &mut complaints),
        catalogue("en", &mut complaints),
    );
    assert!(!german.is_empty(), "{FOLDER}/de holds no texts");
    for (one, other, name) in [
        (&german, &english, "English"),
        (&english, &german, "German"),
    ] {
        complaints.extend(
            one.iter()
                .filter(|(key, _)| !other.contains_key(*key))
                .map(|(key, (_, place))| format!("{place}: {key} has no {name} text")),
        );
    }
    for (key, (text, place)) in &german {
        if let Some((other, _)) = english
            .get(key)
            .filter(|(other, _)| placeholders(text) != placeholders(other))
        {
            complaints.push(format!(
                "{place}: {key} has {:?}, English has {:?}",
                placeholders(text),
                placeholders(other)
            ));
        }
    }
    no_complaints(
        "Both languages have the same keys and placeholders",
        &complaints,
    );
}

/// Templates of a mail stand in a folder for each language.
#[test]
fn both_languages_have_the_same_templates() {
    let folder = "crates/tuermer-formats/templates";
    let names = |language: &str| {
        files(&format!("{folder}/{language}"))
            .into_iter()
            .map(|source| source.path.rsplit('/').next().unwrap().to_string())
            .collect()
    };
    let (german, english): (Vec<String>, Vec<String>) = (names("de"), names("en"));
    assert!(!german.is_empty(), "{folder}/de holds no templates");
    assert_eq!(german, english);
}

/// A quoted word like a key in a file: (line, literal, asked for its text right there).
fn literals<'s>(source: &'s Source, areas: &BTreeSet<String>) -> Vec<(usize, &'s str, bool)> {
    let mut found = Vec::new();
    for (start, _) in source.text.match_indices('"') {
        let rest = &source.text[start + 1..];
        let Some(end) = rest.find('"') else { continue };
        let literal = &rest[..end];
        let fits = literal.split_once('.').is_some_and(|(area, key)| {
            areas.contains(area)
                && !key.is_empty()
                && key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.{}".contains(c))
        });
        if fits {
            let before = source.text[..start].trim_end();
            let asked = ["get(", "with(", ".text(", ".say(", "word("]
                .iter()
                .any(|call| before.ends_with(call));
            found.push((source.text[..start].lines().count(), literal, asked));
        }
    }
    found
}

/// `operator.state_{}` stands for every key that begins and ends like it.
fn covers(literal: &str, key: &str) -> bool {
    match (literal.split_once('{'), literal.rsplit_once('}')) {
        (Some((start, _)), Some((_, end))) => {
            key.len() >= start.len() + end.len() && key.starts_with(start) && key.ends_with(end)
        }
        _ => literal == key,
    }
}

/// `operator.{key}` covers everything; then the rest of the key must stand in the same file.
fn is_whole_area(literal: &str) -> bool {
    literal
        .split_once('.')
        .is_some_and(|(_, rest)| rest.starts_with('{') && rest.ends_with('}'))
}

/// Words in quotes, and the lists of closed words: `word("state", …)` and `"state_{}"`.
struct Quoted<'s> {
    words: HashSet<&'s str>,
    lists: HashSet<&'s str>,
}

impl<'s> Quoted<'s> {
    fn new(sources: &'s [Source]) -> Self {
        let (mut words, mut lists) = (HashSet::new(), HashSet::new());
        for source in sources {
            for (start, _) in source.text.match_indices('"') {
                let rest = &source.text[start + 1..];
                let Some(end) = rest.find(['"', '\n']) else {
                    continue;
                };
                words.insert(&rest[..end]);
                lists.extend(rest[..end].split_once("_{").map(|(list, _)| list));
                lists.extend(
                    source.text[..start]
                        .ends_with("word(")
                        .then_some(&rest[..end]),
                );
            }
        }
        Self { words, lists }
    }

    /// The rest of the key stands somewhere by itself or belongs to a closed list.
    fn names_rest(&self, key: &str) -> bool {
        let Some((_, rest)) = key.split_once('.') else {
            return false;
        };
        self.words.contains(rest)
            || rest
                .match_indices('_')
                .any(|(end, _)| self.lists.contains(&rest[..end]))
    }
}

/// Keys of the operator pages are asked for without their area: `frame.text("sign_out")`.
fn asked_by_operator_pages(source: &Source) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for call in ["frame.text(\"", "frame.count(\"", "frame.by_at(\""] {
        for (start, _) in source.text.match_indices(call) {
            let rest = &source.text[start + call.len()..];
            found.extend(
                rest.split_once('"')
                    .map(|(key, _)| (source.text[..start].lines().count(), key)),
            );
        }
    }
    found
}

#[test]
fn keys_and_their_use_fit() {
    let german = catalogue("de", &mut Vec::new());
    let areas: BTreeSet<String> = german
        .keys()
        .filter_map(|key| key.split_once('.').map(|(area, _)| area.to_string()))
        .collect();
    let sources: Vec<Source> = built_from()
        .into_iter()
        .filter(|source| !source.path.starts_with(FOLDER))
        .collect();
    let literals: Vec<_> = sources
        .iter()
        .flat_map(|source| {
            literals(source, &areas)
                .into_iter()
                .map(move |literal| (source, literal))
        })
        .collect();
    let quoted = Quoted::new(&sources);
    let mut complaints = Vec::new();
    for (source, (line, literal, asked)) in &literals {
        if *asked && !german.keys().any(|key| covers(literal, key)) {
            complaints.push(format!("{}:{line}: {literal} has no text", source.path));
        }
    }
    for source in sources
        .iter()
        .filter(|source| source.path.contains("/operator/"))
    {
        for (line, key) in asked_by_operator_pages(source)
            .into_iter()
            .filter(|(_, key)| !german.contains_key(&format!("operator.{key}")))
        {
            complaints.push(format!(
                "{}:{line}: operator.{key} has no text",
                source.path
            ));
        }
    }
    for (key, (_, place)) in &german {
        if !literals.iter().any(|(_, (_, literal, _))| {
            covers(literal, key) && (!is_whole_area(literal) || quoted.names_rest(key))
        }) {
            complaints.push(format!("{place}: nothing uses {key}"));
        }
    }
    no_complaints(
        "Every key that is used exists, every key that exists is used",
        &complaints,
    );
}

#[test]
fn the_rules_can_fail() {
    let rows = [
        ("general.a", "general.a", true),
        ("general.a", "general.ab", false),
        ("general.state_{}", "general.state_x", true),
        ("general.{state}_short", "general.x_short", true),
        ("general.state_{}", "general.other", false),
    ];
    for (literal, key, expected) in rows {
        assert_eq!(covers(literal, key), expected, "{literal} {key}");
    }
    assert_eq!(
        placeholders("a {b} {not this} {} {c_2}"),
        BTreeSet::from(["b", "c_2"])
    );
}
