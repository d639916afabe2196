//! Maven versions: numbers, qualifiers and the lists that a dash or a change between them opens.
//!
//! The rules are those of the public vers suite (`ComparableVersion` before Maven 3.9). A list can only
//! open at the end of another one, so the nesting is a row of levels and nothing has to recurse.

use super::digits;
use std::cmp::Ordering;

/// Levels from the outermost to the innermost list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Maven {
    levels: Vec<Vec<Item>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// Without leading zeros; empty is zero.
    Number(String),
    Qualifier(String),
}

/// Known qualifiers, oldest to newest; others come after all of them, by letters.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

impl Maven {
    /// Every text that is not blank is a Maven version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let lower = text.to_lowercase();
        let mut this = Self {
            levels: vec![Vec::new()],
        };
        let mut rest = lower.as_str();
        let mut token_expected = true;
        while let Some(first) = rest.bytes().next() {
            match first {
                b'.' | b'-' => {
                    // Nothing between two separators is a zero.
                    if token_expected {
                        this.push(Item::Number(String::new()));
                    }
                    if first == b'-' {
                        this.open();
                    }
                    token_expected = true;
                    rest = rest.get(1..).unwrap_or("");
                }
                first => {
                    if !token_expected {
                        this.open();
                    }
                    rest = this.token(rest, first.is_ascii_digit());
                    token_expected = false;
                }
            }
        }
        this.trim();
        Some(this)
    }

    /// Numbers with dots and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        self.levels.len() == 1
            && self
                .levels
                .iter()
                .flatten()
                .all(|item| matches!(item, Item::Number(_)))
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        for level in 0..self.levels.len().max(other.levels.len()) {
            let (mine, theirs) = (self.level(level), other.level(level));
            let longest = mine.len().max(theirs.len());
            for place in 0..longest {
                // Behind the last item of a level stands the next list, if there is one.
                let order = match (mine.get(place), theirs.get(place)) {
                    (Some(one), Some(two)) => one.compare(two),
                    (Some(one), None) => other
                        .list_behind(level)
                        .map_or_else(|| one.against_nothing(), |_| one.against_list()),
                    (None, Some(two)) => self
                        .list_behind(level)
                        .map_or_else(|| two.against_nothing(), |_| two.against_list())
                        .reverse(),
                    (None, None) => Ordering::Equal,
                };
                if order.is_ne() {
                    return order;
                }
                if mine.get(place).is_none() || theirs.get(place).is_none() {
                    // One list has ended, and the rest of the other was equal to an empty list.
                    continue;
                }
            }
            match (self.list_behind(level), other.list_behind(level)) {
                (Some(_), Some(_)) if mine.len() == theirs.len() => {}
                (Some(_), None) => return self.against_nothing(level + 1),
                (None, Some(_)) => return other.against_nothing(level + 1).reverse(),
                _ => return Ordering::Equal,
            }
        }
        Ordering::Equal
    }

    fn level(&self, level: usize) -> &[Item] {
        self.levels.get(level).map_or(&[], Vec::as_slice)
    }

    fn list_behind(&self, level: usize) -> Option<&Vec<Item>> {
        self.levels.get(level + 1)
    }

    /// A list against nothing is decided by its first item.
    fn against_nothing(&self, level: usize) -> Ordering {
        let first = self
            .levels
            .get(level..)
            .unwrap_or_default()
            .iter()
            .find_map(|items| items.first());
        first.map_or(Ordering::Equal, Item::against_nothing)
    }

    fn push(&mut self, item: Item) {
        if let Some(level) = self.levels.last_mut() {
            level.push(item);
        }
    }

    fn open(&mut self) {
        self.trim_level();
        self.levels.push(Vec::new());
    }

    /// Zeros and empty qualifiers at the end of a list are nothing.
    fn trim_level(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            while level.last().is_some_and(Item::is_nothing) {
                level.pop();
            }
        }
    }

    fn trim(&mut self) {
        self.trim_level();
        while self.levels.len() > 1 && self.levels.last().is_some_and(Vec::is_empty) {
            self.levels.pop();
        }
    }

    /// Takes one run of digits or of other characters.
    fn token<'a>(&mut self, rest: &'a str, digit: bool) -> &'a str {
        let (run, after) = digits::run(rest, |byte| {
            byte.is_ascii_digit() == digit && byte != b'.' && byte != b'-'
        });
        let digit_follows = after
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit());
        let item = if digit {
            Item::Number(run.trim_start_matches('0').to_string())
        } else {
            Item::Qualifier(qualifier(run, digit_follows).to_string())
        };
        self.push(item);
        after
    }
}

/// `a1` is `alpha-1`; `ga` and `final` are the release itself.
fn qualifier(run: &str, digit_follows: bool) -> &str {
    match (run, digit_follows) {
        ("a", true) => "alpha",
        ("b", true) => "beta",
        ("m", true) => "milestone",
        ("ga" | "final", _) => "",
        ("cr", _) => "rc",
        (other, _) => other,
    }
}

impl Item {
    fn is_nothing(&self) -> bool {
        matches!(self, Self::Number(text) | Self::Qualifier(text) if text.is_empty())
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(mine), Self::Number(theirs)) => digits::compare(mine, theirs),
            (Self::Qualifier(mine), Self::Qualifier(theirs)) => qualifiers(mine, theirs),
            (Self::Number(_), Self::Qualifier(_)) => Ordering::Greater,
            (Self::Qualifier(_), Self::Number(_)) => Ordering::Less,
        }
    }

    fn against_nothing(&self) -> Ordering {
        match self {
            Self::Number(number) => (!number.is_empty()).cmp(&false),
            Self::Qualifier(word) => qualifiers(word, ""),
        }
    }

    fn against_list(&self) -> Ordering {
        match self {
            Self::Number(_) => Ordering::Greater,
            Self::Qualifier(_) => Ordering::Less,
        }
    }
}

fn qualifiers(left: &str, right: &str) -> Ordering {
    let rank = |word: &str| {
        QUALIFIERS
            .iter()
            .position(|known| *known == word)
            .unwrap_or(QUALIFIERS.len())
    };
    rank(left).cmp(&rank(right)).then_with(|| {
        if rank(left) == QUALIFIERS.len() {
            left.cmp(right)
        } else {
            Ordering::Equal
        }
    })
}
