//! Functions fit a screen, files a reading: lines at the width that rustfmt keeps, tokens as a Rust tokenizer yields
//! them. What is longer today stands in `tidy_ratchet.txt`, whose numbers may only fall: `TIDY_WRITE=1` lowers them and
//! strikes out what is short enough, and never raises one. The figures are printed (`--no-capture` shows them).

use super::{Source, no_complaints, root, rust};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeMap;

/// Longest function, from `fn` to its closing brace.
const FUNCTION_LINES: usize = 60;
/// Longest body of a function apart from tests.
const FUNCTION_TOKENS: usize = 500;
/// Half of the functions apart from tests are to be no longer.
const MEDIAN_TOKENS: usize = 70;
/// Name of the median in the ratchet. Every change moves it, so it may lie below what the ratchet says.
const MEDIAN: &str = "median tokens";
/// Longest file.
const FILE_LINES: usize = 400;
/// What is longer today: `place number`.
const RATCHET: &str = "crates/tuermer/tests/it/tidy_ratchet.txt";

/// A function with its size.
#[derive(Debug, PartialEq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) first_line: usize,
    /// From `fn` to the closing brace.
    pub(super) lines: usize,
    /// Between the braces.
    tokens: usize,
    is_test: bool,
}

/// All functions of a file, those inside of others too.
pub(super) fn functions(source: &Source) -> Vec<Function> {
    let stream: TokenStream = source
        .text
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", source.path));
    let mut functions = Vec::new();
    collect(stream, source.is_test(), &mut functions);
    functions
}

fn collect(stream: TokenStream, is_test: bool, functions: &mut Vec<Function>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut test_until = 0;
    for (position, tree) in trees.iter().enumerate() {
        let rest = &trees[position..];
        if is_test_attribute(rest) {
            test_until = position + 2 + item_length(&rest[2..]);
        }
        let is_test = is_test || position < test_until;
        functions.extend(function(rest, is_test));
        if let TokenTree::Group(group) = tree {
            collect(group.stream(), is_test, functions);
        }
    }
}

/// `fn name … { body }` at the start of `trees`; a declaration without a body and a type `fn(…)` are none.
fn function(trees: &[TokenTree], is_test: bool) -> Option<Function> {
    let [TokenTree::Ident(keyword), TokenTree::Ident(name), ..] = trees else {
        return None;
    };
    let TokenTree::Group(body) = &trees[item_length(trees) - 1] else {
        return None;
    };
    let first_line = keyword.span().start().line;
    (keyword == "fn").then(|| Function {
        name: name.to_string(),
        first_line,
        lines: body.span_close().end().line + 1 - first_line,
        tokens: count(body.stream()),
        is_test,
    })
}

/// Up to and with the `;` or the braces that end an item.
fn item_length(trees: &[TokenTree]) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    };
    let end = trees.iter().position(ends);
    end.map_or(trees.len(), |end| end + 1)
}

/// `#[cfg(test)]` and `#[test]`.
fn is_test_attribute(trees: &[TokenTree]) -> bool {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = trees else {
        return false;
    };
    let attribute = group.stream().to_string().replace(' ', "");
    hash.as_char() == '#' && ["cfg(test)", "test"].contains(&attribute.as_str())
}

/// Every character of an operator is a token, a pair of brackets is two; comments are none.
fn count(stream: TokenStream) -> usize {
    let tokens = |tree| match tree {
        TokenTree::Group(group) => 2 + count(group.stream()),
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => 1,
    };
    stream.into_iter().map(tokens).sum()
}

/// Of sorted numbers the one below which `percent` of them lie.
fn percentile(sorted: &[usize], percent: usize) -> usize {
    sorted[(sorted.len() - 1) * percent / 100]
}

/// What is measured of the whole workspace.
#[derive(Default)]
struct Figures {
    /// Of every function apart from tests.
    tokens: Vec<usize>,
    long_functions: usize,
    long_files: usize,
    long_test_functions: usize,
    long_test_files: usize,
    /// What is longer than its rule allows, with its number, as the ratchet names it.
    long: BTreeMap<String, usize>,
}

impl Figures {
    fn add(&mut self, source: &Source) {
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            self.note(source.path.clone(), lines);
            match source.is_test() {
                true => self.long_test_files += 1,
                false => self.long_files += 1,
            }
        }
        for function in functions(source) {
            self.add_function(&format!("{}::{}", source.path, function.name), &function);
        }
    }

    fn add_function(&mut self, place: &str, function: &Function) {
        if function.lines > FUNCTION_LINES {
            self.note(place.to_string(), function.lines);
            match function.is_test {
                true => self.long_test_functions += 1,
                false => self.long_functions += 1,
            }
        }
        if function.is_test {
            return;
        }
        self.tokens.push(function.tokens);
        if function.tokens > FUNCTION_TOKENS {
            self.note(format!("{place} tokens"), function.tokens);
        }
    }

    /// Of two functions with one name in one file the longer one counts.
    fn note(&mut self, place: String, number: usize) {
        let noted = self.long.entry(place).or_default();
        *noted = number.max(*noted);
    }

    /// Sorts the tokens, notes a median that is too high, and prints what was measured.
    #[expect(clippy::print_stdout, reason = "the figures of a run")]
    fn finish(&mut self) {
        self.tokens.sort_unstable();
        let median = percentile(&self.tokens, 50);
        if median > MEDIAN_TOKENS {
            self.note(MEDIAN.into(), median);
        }
        println!(
            "{} functions apart from tests: {median} tokens at the median, {} at the 99th percentile, {} at most; \
             {} over {FUNCTION_LINES} lines (and {} of tests); {} files over {FILE_LINES} lines (and {} of tests)",
            self.tokens.len(),
            percentile(&self.tokens, 99),
            percentile(&self.tokens, 100),
            self.long_functions,
            self.long_test_functions,
            self.long_files,
            self.long_test_files,
        );
    }
}

/// The numbers of the ratchet by place.
fn allowed(ratchet: &str) -> BTreeMap<String, usize> {
    let entry = |line: &str| {
        let (place, number) = line.rsplit_once(' ')?;
        Some((place.to_string(), number.parse().ok()?))
    };
    let lines = ratchet
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| entry(line).unwrap_or_else(|| panic!("{RATCHET}: `place number`: {line}")))
        .collect()
}

/// What stands between the numbers of today and those allowed.
fn complaints(long: &BTreeMap<String, usize>, allowed: &BTreeMap<String, usize>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (place, number) in long {
        match allowed.get(place) {
            None => complaints.push(format!("{place} is too long: {number}")),
            Some(allowed) if number > allowed => {
                complaints.push(format!("{place} grew from {allowed} to {number}"));
            }
            Some(allowed) if number < allowed && place != MEDIAN => {
                complaints.push(format!("lower {place} from {allowed} to {number}"));
            }
            Some(_) => {}
        }
    }
    let short = allowed.keys().filter(|place| !long.contains_key(*place));
    complaints.extend(short.map(|place| format!("strike out {place}, it is short enough")));
    complaints
}

/// The ratchet without what is short enough, every other number no higher than it was.
fn lowered(ratchet: &str, long: &BTreeMap<String, usize>) -> String {
    let mut text = String::new();
    for line in ratchet.lines() {
        let place = line.rsplit_once(' ').map_or("", |(place, _)| place);
        let number = allowed(line).get(place).copied();
        match (number, long.get(place)) {
            (None, _) => text += &format!("{line}\n"),
            (Some(allowed), Some(today)) => text += &format!("{place} {}\n", allowed.min(*today)),
            (Some(_), None) => {}
        }
    }
    text
}

#[test]
fn functions_fit_a_screen_and_files_a_reading() {
    let mut figures = Figures::default();
    for source in rust() {
        figures.add(&source);
    }
    figures.finish();
    let path = root().join(RATCHET);
    let mut ratchet = std::fs::read_to_string(&path).unwrap();
    if std::env::var_os("TIDY_WRITE").is_some() {
        ratchet = lowered(&ratchet, &figures.long);
        std::fs::write(&path, &ratchet).unwrap();
    }
    no_complaints(
        "Functions fit a screen, files rarely over 400 lines (TIDY_WRITE=1 lowers tidy_ratchet.txt)",
        &complaints(&figures.long, &allowed(&ratchet)),
    );
}

#[test]
fn lines_and_tokens_are_counted_apart_from_tests() {
    let text = "//! x\nfn short() {}\nimpl X {\n    /// y\n    pub(crate) async fn long(&self) -> [u8; 2] {\n        a::b(\"c d\"); // e\n    }\n}\n\
                trait Y {\n    fn declared();\n}\n#[cfg(test)]\nmod tests {\n    fn helper() {\n        f()\n    }\n}\n";
    let source = Source {
        path: "x.rs".into(),
        text: text.into(),
    };
    let counted: Vec<_> = functions(&source)
        .into_iter()
        .map(|function| {
            (
                function.name,
                function.first_line,
                function.lines,
                function.tokens,
                function.is_test,
            )
        })
        .collect();
    let expected = [
        ("short", 2, 1, 0, false),
        ("long", 5, 3, 8, false),
        ("helper", 14, 3, 3, true),
    ];
    assert_eq!(
        counted,
        expected.map(|(name, line, lines, tokens, is_test)| (
            name.to_string(),
            line,
            lines,
            tokens,
            is_test
        ))
    );
}

#[test]
fn the_ratchet_only_falls() {
    let ratchet = "# aim\na.rs 500\na.rs::grown 70\na.rs::shorter 80\na.rs::gone 90\n";
    let long = [
        ("a.rs", 500),
        ("a.rs::grown", 71),
        ("a.rs::shorter", 79),
        ("b.rs", 401),
    ];
    let long: BTreeMap<String, usize> = long
        .iter()
        .map(|(place, number)| (place.to_string(), *number))
        .collect();
    assert_eq!(
        complaints(&long, &allowed(ratchet)),
        [
            "a.rs::grown grew from 70 to 71",
            "lower a.rs::shorter from 80 to 79",
            "b.rs is too long: 401",
            "strike out a.rs::gone, it is short enough",
        ]
    );
    assert_eq!(
        lowered(ratchet, &long),
        "# aim\na.rs 500\na.rs::grown 70\na.rs::shorter 79\n"
    );
}
