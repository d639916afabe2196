//! Which lines of a block are worth a look, found at the speed of memory.
//!
//! A line that holds none of the literals cannot be a sign, so it is never split into fields. Case does not matter to the rules, so
//! every spelling of a literal's first letters is searched. What is found is looked at once more where it stands: Exchange's own
//! pages and Outlook's own requests pass without being split either.

use crate::fields::Columns;
use crate::indicators::Indicators;
use crate::places::{self, Place};
use crate::text;
use aho_corasick::{AhoCorasick, MatchKind, packed};
use std::ops::Range;

/// So many literals are searched thirty-two bytes at a step; more are searched sixteen at a step.
const MOST_LITERALS: usize = 32;

/// Why a line is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// `ServerInfo~`.
    Anchor,
    /// `.asp`, `.ash`: a script.
    Script,
    /// `autodiscover.json`.
    Autodiscover,
    /// `/powershell`.
    PowerShell,
    /// A new head inside the file.
    Head,
    /// A word of a log that is small anyway.
    Word,
}

/// A line that is worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands in the block, without its line end.
    pub line: Range<usize>,
    /// It names the columns of what follows.
    pub is_head: bool,
}

/// The literals of one kind of log.
#[derive(Debug)]
pub struct Triage {
    searcher: Searcher,
    reasons: Vec<Reason>,
}

#[derive(Debug)]
enum Searcher {
    /// Sixteen bytes at a step.
    Packed(Box<packed::Searcher>),
    /// Where the processor cannot.
    Automaton(Box<AhoCorasick>),
}

impl Triage {
    /// For HttpProxy, EWS, IIS and the output of Microsoft's script.
    pub fn web() -> Result<Self, aho_corasick::BuildError> {
        let mut literals: Vec<(Vec<u8>, Reason)> = Vec::new();
        let mut add = |word: &str, reason| {
            literals.extend(
                spellings(word)
                    .into_iter()
                    .map(|spelling| (spelling, reason)),
            )
        };
        // Three letters each: no more than MOST_LITERALS spellings are worth more than the lines that a fourth would spare.
        add("fo~", Reason::Anchor);
        add(".as", Reason::Script);
        add(".js", Reason::Autodiscover);
        add("ejs", Reason::Autodiscover);
        add("/po", Reason::PowerShell);
        add("\n#F", Reason::Head);
        let words: Vec<&[u8]> = literals.iter().map(|(word, _)| word.as_slice()).collect();
        let searcher = match packed::Config::new().builder().extend(&words).build() {
            Some(packed) => Searcher::Packed(Box::new(packed)),
            None => Searcher::Automaton(Box::new(
                AhoCorasick::builder()
                    .match_kind(MatchKind::LeftmostFirst)
                    .build(&words)?,
            )),
        };
        Ok(Self {
            searcher,
            reasons: literals.iter().map(|(_, reason)| *reason).collect(),
        })
    }

    /// For logs of which only lines with one of these words (lower case) matter.
    pub fn for_words(words: &[&str]) -> Result<Self, aho_corasick::BuildError> {
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words)?;
        Ok(Self {
            searcher: Searcher::Automaton(Box::new(automaton)),
            reasons: vec![Reason::Word; words.len()],
        })
    }

    fn find(&self, block: &[u8], from: usize) -> Option<(usize, usize, Reason)> {
        let span = aho_corasick::Span {
            start: from,
            end: block.len(),
        };
        let found = match &self.searcher {
            Searcher::Packed(packed) => packed.find_in(block, span),
            Searcher::Automaton(automaton) => {
                automaton.find(aho_corasick::Input::new(block).span(span))
            }
        }?;
        let reason = self.reasons.get(found.pattern().as_usize()).copied()?;
        Some((found.start(), found.end(), reason))
    }

    /// Hands every line worth a look to `take`, in order. The block begins at the beginning of a line.
    pub fn candidates(&self, block: &[u8], mut take: impl FnMut(Candidate)) {
        let mut at = 0;
        if block.starts_with(b"#F") {
            let end = memchr::memchr(b'\n', block).unwrap_or(block.len());
            take(Candidate {
                line: 0..end,
                is_head: true,
            });
            at = end;
        }
        while let Some((start, end, reason)) = self.find(block, at) {
            if !worth(block, start, end, reason) {
                at = end;
                continue;
            }
            let line = line_around(
                block,
                if reason == Reason::Head {
                    start + 1
                } else {
                    start
                },
            );
            at = line.end;
            take(Candidate {
                line,
                is_head: reason == Reason::Head,
            });
        }
    }
}

/// Looks once more where the literal stands.
fn worth(block: &[u8], start: usize, end: usize, reason: Reason) -> bool {
    let before = |length: usize| {
        block
            .get(start.saturating_sub(length)..start)
            .unwrap_or_default()
    };
    match reason {
        Reason::Head | Reason::Word => true,
        Reason::Anchor => before(8).eq_ignore_ascii_case(b"serverin"),
        Reason::Script => foreign_script(block, start),
        Reason::Autodiscover => autodiscover(block, start, end),
        // A request to PowerShell itself begins with it; behind another path it is a door.
        Reason::PowerShell => {
            let rest = block
                .get(start..start + 11)
                .is_some_and(|word| word.eq_ignore_ascii_case(b"/powershell"));
            rest && !before(1)
                .first()
                .is_none_or(|byte| matches!(byte, b',' | b' ' | b'"' | b'\n'))
        }
    }
}

/// Finds the lines whose address is one of a known attack.
#[derive(Debug)]
pub struct KnownAddresses {
    /// Few addresses are searched as they are written; what is found is looked at in its column. `None`: every line is.
    literals: Option<packed::Searcher>,
}

/// IPv4 in an IPv6 address may be written in hexadecimal digits.
const MAPPED: [&str; 2] = ["ffff:", "FFFF:"];

impl KnownAddresses {
    /// For these indicators.
    pub fn new(indicators: &Indicators) -> Self {
        let literals = indicators
            .few_ipv4(MOST_LITERALS - MAPPED.len())
            .and_then(|addresses| {
                let texts: Vec<String> = addresses
                    .iter()
                    .map(ToString::to_string)
                    .chain(MAPPED.map(String::from))
                    .collect();
                packed::Config::new().builder().extend(&texts).build()
            });
        Self { literals }
    }

    /// These lines of a block, in order. `columns` counts until a head says otherwise.
    pub fn lines(
        &self,
        block: &[u8],
        columns: Option<&Columns>,
        indicators: &Indicators,
    ) -> Vec<Range<usize>> {
        let Some(literals) = &self.literals else {
            return looked_up(block, columns, indicators);
        };
        let (mut found, mut at, mut looked, mut head) = (Vec::new(), 0, 0, None);
        while let Some(literal) = literals.find_in(
            block,
            aho_corasick::Span {
                start: at,
                end: block.len(),
            },
        ) {
            let line = line_around(block, literal.start());
            at = line.end;
            head = block.get(looked..line.start).and_then(last_head).or(head);
            looked = line.start;
            let named = block
                .get(line.clone())
                .zip(head.as_ref().or(columns))
                .and_then(|(line, columns)| columns.address(line));
            if named.is_some_and(|address| indicators.has_address(address))
                && block.get(line.start) != Some(&b'#')
            {
                found.push(line);
            }
        }
        found
    }
}

/// The last head among these lines.
fn last_head(lines: &[u8]) -> Option<Columns> {
    let mut before = lines;
    while let Some(at) = memchr::memrchr(b'#', before) {
        let starts_line = at == 0 || before.get(at - 1) == Some(&b'\n');
        let head = starts_line
            .then(|| lines.get(line_around(lines, at)))
            .flatten()
            .and_then(Columns::read);
        if head.is_some() {
            return head;
        }
        before = before.get(..at)?;
    }
    None
}

/// The same by a look at the column of every line.
fn looked_up(
    block: &[u8],
    columns: Option<&Columns>,
    indicators: &Indicators,
) -> Vec<Range<usize>> {
    let (mut found, mut at, mut new) = (Vec::new(), 0, None);
    while let Some(rest) = block.get(at..).filter(|rest| !rest.is_empty()) {
        let end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = block.get(at..end).unwrap_or_default();
        if line.first() == Some(&b'#') {
            new = Columns::read(line).or(new);
        } else if new
            .as_ref()
            .or(columns)
            .and_then(|columns| columns.address(line))
            .is_some_and(|address| indicators.has_address(address))
        {
            found.push(at..end);
        }
        at = end + 1;
    }
    found
}

/// Every spelling in small and capital letters.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for byte in word.bytes() {
        let letters = if byte.is_ascii_lowercase() {
            vec![byte, byte.to_ascii_uppercase()]
        } else {
            vec![byte]
        };
        all = all
            .iter()
            .flat_map(|start| {
                letters
                    .iter()
                    .map(move |letter| [start.as_slice(), &[*letter]].concat())
            })
            .collect();
    }
    all
}

/// The line around a place in a block.
pub fn line_around(block: &[u8], at: usize) -> Range<usize> {
    let start = block
        .get(..at)
        .and_then(|before| memchr::memrchr(b'\n', before))
        .map_or(0, |newline| newline + 1);
    let end = block
        .get(at..)
        .and_then(|after| memchr::memchr(b'\n', after))
        .map_or(block.len(), |newline| at + newline);
    start..end
}

/// Whether the path that ends here is a script in a folder of shells that is none of Exchange's.
fn foreign_script(block: &[u8], dot: usize) -> bool {
    let window = block.get(dot.saturating_sub(512)..dot).unwrap_or_default();
    let from = window
        .iter()
        .rposition(|byte| {
            matches!(
                byte,
                b',' | b' ' | b'"' | b'\t' | b'\n' | b'=' | b'?' | b'&'
            )
        })
        .map_or(0, |at| at + 1);
    let to = block.get(dot..).map_or(0, |rest| {
        rest.iter()
            .take(8)
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'.')
            .unwrap_or(rest.len().min(8))
    });
    let Some(path) = block.get(dot - (window.len() - from)..dot + to) else {
        return false;
    };
    if !path.starts_with(b"/") || memchr::memchr(b'%', path).is_some() {
        // An address with its host, or an encoded one: the columns decide.
        return !path.starts_with(b"http");
    }
    let lower = String::from_utf8_lossy(path).to_lowercase();
    places::is_script(&lower) && places::of_address(&lower) == Place::Foreign
}

/// Whether something that Outlook never asks for stands near `autodiscover.json`.
fn autodiscover(block: &[u8], start: usize, end: usize) -> bool {
    let name = block
        .get(start.saturating_sub(14)..start)
        .unwrap_or_default();
    if text::find(name, "autodiscover").is_none() {
        return false;
    }
    let line = line_around(block, start);
    let rest = block.get(end..line.end).unwrap_or_default();
    ["@", "%40"].iter().any(|sign| text::contains(rest, sign))
}

#[cfg(test)]
mod tests;
