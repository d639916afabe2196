//! Which lines of a block are worth a look, found at the speed of memory.
//!
//! A line that holds none of the literals cannot be a sign, so it is never split into fields. Case does not matter to the rules, so
//! every spelling of a literal's first letters is searched. What is found is looked at once more where it stands: Exchange's own
//! pages and Outlook's own requests pass without being split either.

use crate::places::{self, Place};
use crate::text;
use aho_corasick::{AhoCorasick, MatchKind, packed};
use std::net::IpAddr;
use std::ops::Range;

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
    /// An address of a known attack.
    Address,
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
    addresses: Option<AhoCorasick>,
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
    pub fn web<'a>(addresses: impl Iterator<Item = &'a IpAddr>) -> Result<Self, aho_corasick::BuildError> {
        let mut literals: Vec<(Vec<u8>, Reason)> = Vec::new();
        let mut add = |word: &str, reason| literals.extend(spellings(word).into_iter().map(|spelling| (spelling, reason)));
        add("fo~", Reason::Anchor);
        add(".asp", Reason::Script);
        add(".ash", Reason::Script);
        add(".jso", Reason::Autodiscover);
        add("ejso", Reason::Autodiscover);
        add("/pow", Reason::PowerShell);
        add("\n#F", Reason::Head);
        let addresses: Vec<String> = addresses.map(IpAddr::to_string).collect();
        let addresses = if addresses.is_empty() { None } else { Some(AhoCorasick::new(addresses)?) };
        Self::new(literals, addresses)
    }

    /// For logs of which only lines with one of these words (lower case) matter.
    pub fn words(words: &[&str]) -> Result<Self, aho_corasick::BuildError> {
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words)?;
        Ok(Self { searcher: Searcher::Automaton(Box::new(automaton)), reasons: vec![Reason::Word; words.len()], addresses: None })
    }

    fn new(literals: Vec<(Vec<u8>, Reason)>, addresses: Option<AhoCorasick>) -> Result<Self, aho_corasick::BuildError> {
        let words: Vec<&[u8]> = literals.iter().map(|(word, _)| word.as_slice()).collect();
        let searcher = match packed::Config::new().builder().extend(&words).build() {
            Some(packed) => Searcher::Packed(Box::new(packed)),
            None => Searcher::Automaton(Box::new(AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&words)?)),
        };
        Ok(Self { searcher, reasons: literals.iter().map(|(_, reason)| *reason).collect(), addresses })
    }

    fn find(&self, block: &[u8], from: usize) -> Option<(usize, usize, Reason)> {
        let span = aho_corasick::Span { start: from, end: block.len() };
        let found = match &self.searcher {
            Searcher::Packed(packed) => packed.find_in(block, span),
            Searcher::Automaton(automaton) => automaton.find(aho_corasick::Input::new(block).span(span)),
        }?;
        let reason = self.reasons.get(found.pattern().as_usize()).copied()?;
        Some((found.start(), found.end(), reason))
    }

    /// Hands every line worth a look to `take`, in order. The block begins at the beginning of a line.
    pub fn candidates(&self, block: &[u8], mut take: impl FnMut(Candidate)) {
        let mut addresses = self.addresses.as_ref().map(|automaton| automaton.find_iter(block).map(|found| (found.start(), found.end(), Reason::Address)));
        let mut next_address = addresses.as_mut().and_then(Iterator::next);
        let mut at = 0;
        if block.starts_with(b"#F") {
            let end = memchr::memchr(b'\n', block).unwrap_or(block.len());
            take(Candidate { line: 0..end, is_head: true });
            at = end;
        }
        let mut next = self.find(block, at);
        loop {
            // The earlier of the two searches; an address inside a line that was taken is passed over.
            let (start, end, reason) = match (next, next_address) {
                (_, Some(found)) if found.0 < at => {
                    next_address = addresses.as_mut().and_then(Iterator::next);
                    continue;
                }
                (Some(found), Some(address)) if address.0 < found.0 => address,
                (Some(found), _) => found,
                (None, Some(address)) => address,
                (None, None) => return,
            };
            match worth(block, start, end, reason) {
                true => {
                    let start = if reason == Reason::Head { start + 1 } else { start };
                    let line = line_around(block, start);
                    at = line.end;
                    take(Candidate { line, is_head: reason == Reason::Head });
                }
                false => at = end,
            }
            match reason {
                Reason::Address => next_address = addresses.as_mut().and_then(Iterator::next),
                _ => next = None,
            }
            if next.is_none_or(|found| found.0 < at) {
                next = self.find(block, at);
            }
        }
    }
}

/// Every spelling in small and capital letters.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for byte in word.bytes() {
        let letters = if byte.is_ascii_lowercase() { vec![byte, byte.to_ascii_uppercase()] } else { vec![byte] };
        all = all.iter().flat_map(|start| letters.iter().map(move |letter| [start.as_slice(), &[*letter]].concat())).collect();
    }
    all
}

/// The line around a place in a block.
pub fn line_around(block: &[u8], at: usize) -> Range<usize> {
    let start = block.get(..at).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |newline| newline + 1);
    let end = block.get(at..).and_then(|after| memchr::memchr(b'\n', after)).map_or(block.len(), |newline| at + newline);
    start..end
}

/// Looks once more where the literal stands.
fn worth(block: &[u8], start: usize, end: usize, reason: Reason) -> bool {
    let before = |length: usize| block.get(start.saturating_sub(length)..start).unwrap_or_default();
    match reason {
        Reason::Head | Reason::Word => true,
        Reason::Anchor => before(8).eq_ignore_ascii_case(b"serverin"),
        Reason::Script => foreign_script(block, start),
        Reason::Autodiscover => autodiscover(block, start, end),
        // A request to PowerShell itself begins with it; behind another path it is a door.
        Reason::PowerShell => {
            let rest = block.get(start..start + 11).is_some_and(|word| word.eq_ignore_ascii_case(b"/powershell"));
            rest && !before(1).first().is_none_or(|byte| matches!(byte, b',' | b' ' | b'"' | b'\n'))
        }
        Reason::Address => {
            let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
            !is_part(before(1).first()) && !is_part(block.get(end))
        }
    }
}

/// Whether the path that ends here is a script in a folder of shells that is none of Exchange's.
fn foreign_script(block: &[u8], dot: usize) -> bool {
    let window = block.get(dot.saturating_sub(512)..dot).unwrap_or_default();
    let from = window.iter().rposition(|byte| matches!(byte, b',' | b' ' | b'"' | b'\t' | b'\n' | b'=' | b'?' | b'&')).map_or(0, |at| at + 1);
    let to =
        block.get(dot..).map_or(0, |rest| rest.iter().take(8).position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'.').unwrap_or(rest.len().min(8)));
    let Some(path) = block.get(dot - (window.len() - from)..dot + to) else { return false };
    if !path.starts_with(b"/") || memchr::memchr(b'%', path).is_some() {
        // An address with its host, or an encoded one: the columns decide.
        return !path.starts_with(b"http");
    }
    let lower = String::from_utf8_lossy(path).to_lowercase();
    places::is_script(&lower) && places::of_address(&lower) == Place::Foreign
}

/// Whether something that Outlook never asks for stands near `autodiscover.json`.
fn autodiscover(block: &[u8], start: usize, end: usize) -> bool {
    let name = block.get(start.saturating_sub(14)..start).unwrap_or_default();
    if text::find(name, "autodiscover").is_none() {
        return false;
    }
    let line = line_around(block, start);
    let rest = block.get(end..line.end).unwrap_or_default();
    ["@", "%40"].iter().any(|sign| text::contains(rest, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(block: &str) -> Vec<(String, bool)> {
        let address: IpAddr = "192.0.2.219".parse().unwrap();
        let triage = Triage::web([address].iter()).unwrap();
        let mut found = Vec::new();
        triage.candidates(block.as_bytes(), |candidate| found.push((block[candidate.line.clone()].to_string(), candidate.is_head)));
        found
    }

    #[test]
    fn only_lines_worth_a_look() {
        let lines = [
            ("t,/owa/auth/logon.aspx,200", false),
            ("t,/OWA/auth/Shell.ASPX,200", true),
            ("t,/owa/auth/redirsuiteserverproxy.aspx,200", true),
            ("t,/aspnet_client/x.ashx,200", true),
            ("t,/ecp/default.aspx,200", false),
            ("t,/EWS/Exchange.asmx,200", false),
            ("t,/x,ServerInfo~a]@m:444/y,200", true),
            ("t,/x,SERVERINFO~a]@m:444/y,200", true),
            ("t,/x,foo~bar", false),
            ("t,/autodiscover/autodiscover.json,?@x/powershell", true),
            ("t,/autodiscover/autodiscover.json,?Protocol=Ews", false),
            ("t,/powershell,200", false),
            ("t,/owa/a@b/powershell,200", true),
            ("t,/x,192.0.2.219,200", true),
            ("t,/x,192.0.2.2190,200", false),
            ("t,/x,1192.0.2.219,200", false),
        ];
        let block: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
        let expected: Vec<_> = lines.iter().filter(|(_, taken)| *taken).map(|(line, _)| (line.to_string(), false)).collect();
        assert_eq!(taken(&block), expected);
        for (line, expected) in lines {
            assert_eq!(taken(line).len(), usize::from(expected), "{line}");
        }
    }

    #[test]
    fn heads_inside_a_file() {
        let found = taken("#Fields: a\nx,ServerInfo~a/b ServerInfo~c\n#Fields: b\n#Fields: c\ny,ServerInfo~d/e");
        let expected =
            [("#Fields: a", true), ("x,ServerInfo~a/b ServerInfo~c", false), ("#Fields: b", true), ("#Fields: c", true), ("y,ServerInfo~d/e", false)];
        assert_eq!(found, expected.map(|(line, head)| (line.to_string(), head)));
    }

    proptest::proptest! {
        #[test]
        fn no_line_with_a_sign_is_missed(before in "[ -~\n]{0,200}", after in "[ -~\n]{0,200}", which in 0_usize..4) {
            let sign = ["x,sErVeRiNfO~a]@b:444/mapi", "x,/owa/auth/Zz.aSpX,200", "x,/owa/a/PowerShell,1", "x 192.0.2.219 y"][which];
            let block = format!("{before}\n{sign}\n{after}");
            proptest::prop_assert!(taken(&block).iter().any(|(line, _)| line == sign), "{block:?}");
        }
    }
}
