//! Python versions: PEP 440 with its normal forms (`1.0-alpha1` is `1.0a1`, `1.0-1` is `1.0.post1`).

use super::digits;
use std::cmp::Ordering;

/// The parts of a Python version that have an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pypi {
    epoch: String,
    /// Without trailing zeros.
    release: Vec<String>,
    pre: Option<(char, String)>,
    post: Option<String>,
    dev: Option<String>,
    local: Vec<String>,
}

impl Pypi {
    /// `None` where PEP 440 does not allow the text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let text = lower.strip_prefix('v').unwrap_or(&lower);
        let (text, local) = text
            .split_once('+')
            .map_or((text, None), |(text, local)| (text, Some(local)));
        let (epoch, text) = match text.split_once('!') {
            Some((epoch, rest)) if is_number(epoch) => (epoch, rest),
            Some(_) => return None,
            None => ("0", text),
        };
        let (release, mut rest) = release(text)?;
        let pre = tagged(
            &mut rest,
            &[
                ("alpha", 'a'),
                ("beta", 'b'),
                ("preview", 'r'),
                ("pre", 'r'),
                ("rc", 'r'),
                ("a", 'a'),
                ("b", 'b'),
                ("c", 'r'),
            ],
        );
        let post = bare_post(&mut rest).or_else(|| {
            tagged(&mut rest, &[("post", 'p'), ("rev", 'p'), ("r", 'p')]).map(|(_, number)| number)
        });
        let dev = tagged(&mut rest, &[("dev", 'd')]).map(|(_, number)| number);
        let local = match local {
            Some(local) => local
                .split(['.', '-', '_'])
                .map(alphanumeric)
                .collect::<Option<Vec<String>>>()?,
            None => Vec::new(),
        };
        rest.is_empty().then(|| Self {
            epoch: epoch.to_string(),
            release,
            pre,
            post,
            dev,
            local,
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        digits::compare(&self.epoch, &other.epoch)
            .then_with(|| releases(&self.release, &other.release))
            .then_with(|| self.phase().cmp(&other.phase()))
            .then_with(|| {
                tagged_numbers(
                    self.pre.as_ref().map(|(_, number)| number),
                    other.pre.as_ref().map(|(_, number)| number),
                    Ordering::Less,
                )
            })
            .then_with(|| tagged_numbers(self.post.as_ref(), other.post.as_ref(), Ordering::Less))
            .then_with(|| tagged_numbers(self.dev.as_ref(), other.dev.as_ref(), Ordering::Greater))
            .then_with(|| locals(&self.local, &other.local))
    }

    /// A development version without pre- or post-release comes before everything of its number.
    fn phase(&self) -> char {
        match (&self.pre, &self.post, &self.dev) {
            (Some((phase, _)), _, _) => *phase,
            (None, None, Some(_)) => ' ',
            (None, _, _) => '~',
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn release(text: &str) -> Option<(Vec<String>, &str)> {
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let (number, after) = digits::run(rest, |byte| byte.is_ascii_digit());
        if number.is_empty() {
            return None;
        }
        numbers.push(number.trim_start_matches('0').to_string());
        rest = after;
        match after.strip_prefix('.') {
            Some(next)
                if next
                    .bytes()
                    .next()
                    .is_some_and(|byte| byte.is_ascii_digit()) =>
            {
                rest = next
            }
            _ => break,
        }
    }
    while numbers.last().is_some_and(String::is_empty) {
        numbers.pop();
    }
    Some((numbers, rest))
}

/// Takes `[-_.]?word[-_.]?number?` from the front.
fn tagged(rest: &mut &str, words: &[(&str, char)]) -> Option<(char, String)> {
    let text = rest.strip_prefix(['-', '_', '.']).unwrap_or(rest);
    let (after, tag) = words
        .iter()
        .find_map(|(word, tag)| text.strip_prefix(word).map(|after| (after, *tag)))?;
    let spaced = after.strip_prefix(['-', '_', '.']).filter(|next| {
        next.bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit())
    });
    let (number, after) = digits::run(spaced.unwrap_or(after), |byte| byte.is_ascii_digit());
    *rest = after;
    Some((tag, number.to_string()))
}

/// `1.0-1` is the first post-release.
fn bare_post(rest: &mut &str) -> Option<String> {
    let (number, after) = digits::run(rest.strip_prefix('-')?, |byte| byte.is_ascii_digit());
    (!number.is_empty()).then(|| *rest = after)?;
    Some(number.to_string())
}

fn alphanumeric(text: &str) -> Option<String> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .then(|| text.to_string())
}

fn releases(left: &[String], right: &[String]) -> Ordering {
    let order = left
        .iter()
        .zip(right)
        .map(|(mine, theirs)| digits::compare(mine, theirs))
        .find(|order| order.is_ne());
    order.unwrap_or_else(|| left.len().cmp(&right.len()))
}

/// `absent` is where a version without the part stands against one with it.
fn tagged_numbers(left: Option<&String>, right: Option<&String>, absent: Ordering) -> Ordering {
    match (left, right) {
        (Some(mine), Some(theirs)) => digits::compare(mine, theirs),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => absent,
        (Some(_), None) => absent.reverse(),
    }
}

/// Numbers after words, more parts after fewer, none first.
fn locals(left: &[String], right: &[String]) -> Ordering {
    let part = |mine: &String, theirs: &String| match (is_number(mine), is_number(theirs)) {
        (true, true) => digits::compare(mine, theirs),
        (false, false) => mine.cmp(theirs),
        (mine, theirs) => mine.cmp(&theirs),
    };
    let order = left
        .iter()
        .zip(right)
        .map(|(mine, theirs)| part(mine, theirs))
        .find(|order| order.is_ne());
    order.unwrap_or_else(|| left.len().cmp(&right.len()))
}
