//! What an IMAP server answers (RFC 3501 7), read strictly: a line with bytes in it, taken apart into words, and what these
//! tell of a mailbox and of its mails.

use super::ImapError;

/// What a server tells of one mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Its number.
    pub uid: Option<u32>,
    /// Bytes, as the server says.
    pub size: Option<u64>,
    /// The mail, whole.
    pub body: Option<Vec<u8>>,
}

/// What a server tells of an opened mailbox.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Which numbering holds; 0 where it does not say.
    pub validity: u32,
    /// How many mails lie in it.
    pub mails: u32,
}

/// An answer of the server.
pub struct Line(pub Vec<Piece>);

/// A piece of an answer.
pub enum Piece {
    /// A line, or what is left of it behind bytes.
    Text(Vec<u8>),
    /// Bytes whose number the line before them told.
    Literal(Vec<u8>),
}

impl Line {
    /// Its beginning, up to the first bytes with a length.
    pub fn text(&self) -> &[u8] {
        match self.0.first() {
            Some(Piece::Text(text)) => text,
            _ => &[],
        }
    }
}

/// `… {123}` at the end of a line: so many bytes follow.
pub fn literal_length(text: &[u8]) -> Option<u64> {
    let digits = text.strip_suffix(b"}")?;
    let begin = digits.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(digits.get(begin.saturating_add(1)..)?).ok()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// Begins with a word, in capitals or not.
pub fn starts_with(text: &[u8], word: &[u8]) -> bool {
    let head = text.get(..word.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(word))
        && text.get(word.len()).is_none_or(|next| *next == b' ')
}

/// What the server says to people: without the codes for programs before it.
pub fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches("* ");
    text.split_once(' ')
        .map_or(text, |(_, words)| words)
        .trim()
        .to_string()
}

impl Opened {
    /// `* 12 EXISTS` and `* OK [UIDVALIDITY 7] …`.
    pub fn hear(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text).to_ascii_uppercase();
        let mut words = text
            .split([' ', '[', ']'])
            .filter(|word| !word.is_empty())
            .skip(1);
        let (first, second, third) = (words.next(), words.next(), words.next());
        let number = |word: Option<&str>| word.and_then(|word| word.parse().ok());
        match (first, second) {
            (Some(count), Some("EXISTS")) => self.mails = number(Some(count)).unwrap_or(self.mails),
            (Some("OK"), Some("UIDVALIDITY")) => {
                self.validity = number(third).unwrap_or(self.validity);
            }
            _ => {}
        }
    }
}

/// A part of an answer.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Open,
    Close,
    Word(&'a [u8]),
    Bytes(Vec<u8>),
}

impl Fetched {
    /// `* 7 FETCH (UID 5 RFC822.SIZE 2048)`; `None` where the line tells of something else.
    pub fn read(line: &Line) -> Result<Option<Self>, ImapError> {
        let mut tokens = tokens(line)?.into_iter();
        let head = [tokens.next(), tokens.next(), tokens.next()];
        let [
            Some(Token::Word(b"*")),
            Some(Token::Word(_)),
            Some(Token::Word(kind)),
        ] = head
        else {
            return Ok(None);
        };
        if !kind.eq_ignore_ascii_case(b"FETCH") {
            return Ok(None);
        }
        let strange = || ImapError::Strange("the answer to FETCH is no list");
        if tokens.next() != Some(Token::Open) {
            return Err(strange());
        }
        let mut fetched = Self::default();
        loop {
            match tokens.next() {
                Some(Token::Close) => return Ok(Some(fetched)),
                Some(Token::Word(name)) => {
                    fetched.read_value(name, &mut tokens).ok_or_else(strange)?
                }
                _ => return Err(strange()),
            }
        }
    }

    /// The value of one item; `None` where it ends too early.
    fn read_value<'a>(
        &mut self,
        name: &[u8],
        tokens: &mut impl Iterator<Item = Token<'a>>,
    ) -> Option<()> {
        let name = name.to_ascii_uppercase();
        match (name.as_slice(), tokens.next()?) {
            (b"UID", Token::Word(word)) => self.uid = number(word),
            (b"RFC822.SIZE", Token::Word(word)) => self.size = number(word),
            (b"BODY[]", Token::Bytes(bytes)) => self.body = Some(bytes),
            (_, Token::Word(_) | Token::Bytes(_)) => {}
            (_, Token::Close) => return None,
            (_, Token::Open) => {
                let mut depth = 1_u32;
                while depth > 0 {
                    match tokens.next()? {
                        Token::Open => depth = depth.saturating_add(1),
                        Token::Close => depth = depth.saturating_sub(1),
                        Token::Word(_) | Token::Bytes(_) => {}
                    }
                }
            }
        }
        Some(())
    }
}

fn number<N: std::str::FromStr>(word: &[u8]) -> Option<N> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

fn tokens(line: &Line) -> Result<Vec<Token<'_>>, ImapError> {
    let mut tokens = Vec::new();
    let mut pieces = line.0.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Literal(bytes) => tokens.push(Token::Bytes(bytes.clone())),
            Piece::Text(text) => {
                let mut text = text.as_slice();
                // The length of the bytes that follow is no part of the answer.
                if pieces.peek().is_some() {
                    let end = text
                        .iter()
                        .rposition(|byte| *byte == b'{')
                        .unwrap_or(text.len());
                    text = text.get(..end).unwrap_or_default();
                }
                push_words(text, &mut tokens)?;
            }
        }
    }
    Ok(tokens)
}

fn push_words<'a>(mut text: &'a [u8], tokens: &mut Vec<Token<'a>>) -> Result<(), ImapError> {
    while let Some((first, rest)) = text.split_first() {
        text = match first {
            b' ' => rest,
            b'(' => {
                tokens.push(Token::Open);
                rest
            }
            b')' => {
                tokens.push(Token::Close);
                rest
            }
            b'"' => {
                let (bytes, rest) =
                    unquoted(rest).ok_or(ImapError::Strange("a string has no end"))?;
                tokens.push(Token::Bytes(bytes));
                rest
            }
            _ => {
                let end = text.iter().position(|byte| b" ()\"".contains(byte));
                let (word, rest) = text.split_at(end.unwrap_or(text.len()));
                tokens.push(Token::Word(word));
                rest
            }
        };
    }
    Ok(())
}

/// The string up to its closing quote, and what follows.
fn unquoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut bytes = Vec::new();
    let mut rest = text.iter();
    loop {
        match rest.next()? {
            b'"' => return Some((bytes, rest.as_slice())),
            b'\\' => bytes.push(*rest.next()?),
            byte => bytes.push(*byte),
        }
    }
}
