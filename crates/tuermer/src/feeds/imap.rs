//! The five commands of IMAP (RFC 3501) that reading a mailbox takes: LOGIN, EXAMINE, UID FETCH of sizes and of one mail,
//! LOGOUT. What a server says is read strictly and in bounds; a refusal is never taken for an empty answer.
//!
//! ```text
//! a1 UID FETCH 5:* RFC822.SIZE ─▶
//!                              ◀─ * 7 FETCH (UID 5 RFC822.SIZE 2048)      untagged, one for each mail
//!                              ◀─ a1 OK done                              the end: OK, NO or BAD
//! ```

use std::io;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
};
use tokio::io::{BufReader, ReadHalf, WriteHalf};
use tuermer_core::limits;

/// Longest line outside of mails, in bytes; real ones have some hundred.
const LINE_BYTES: u64 = 64 * 1024;

/// Why a command brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// The server understood and refuses; its words.
    #[error("{0}")]
    Refused(String),
    /// What came is no IMAP.
    #[error("{0}")]
    Strange(&'static str),
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] io::Error),
}

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

/// A session over something that is secret already.
pub struct Imap<W> {
    reading: BufReader<tokio::io::Take<ReadHalf<W>>>,
    writing: WriteHalf<W>,
    commands: u32,
}

impl<W: AsyncRead + AsyncWrite> Imap<W> {
    /// Waits for the greeting. The whole session may bring [`limits::MAILBOX_BYTES`].
    pub async fn greeted(wire: W) -> Result<Self, ImapError> {
        let (reading, writing) = tokio::io::split(wire);
        let mut this = Self {
            reading: BufReader::new(reading.take(limits::MAILBOX_BYTES)),
            writing,
            commands: 0,
        };
        match this.line().await?.text() {
            text if starts_with(text, b"* OK") => Ok(this),
            text if starts_with(text, b"* BYE") => Err(ImapError::Refused(shown(text))),
            _ => Err(ImapError::Strange("no greeting")),
        }
    }

    /// Says who asks.
    pub async fn log_in(&mut self, user: &str, password: &str) -> Result<(), ImapError> {
        let command = format!("LOGIN {} {}", quoted(user)?, quoted(password)?);
        self.command(&command, |_| Ok(())).await
    }

    /// Opens a mailbox for reading only.
    pub async fn examine(&mut self, folder: &str) -> Result<Opened, ImapError> {
        let mut opened = Opened::default();
        let command = format!("EXAMINE {}", quoted(folder)?);
        self.command(&command, |line| {
            opened.hear(line.text());
            Ok(())
        })
        .await?;
        Ok(opened)
    }

    /// Asks for `items` of the mails in `range`, and hands on what comes of each.
    pub async fn fetch(
        &mut self,
        range: &str,
        items: &str,
        mut each: impl FnMut(Fetched),
    ) -> Result<(), ImapError> {
        self.command(&format!("UID FETCH {range} {items}"), |line| {
            if let Some(fetched) = Fetched::read(line)? {
                each(fetched);
            }
            Ok(())
        })
        .await
    }

    /// Takes leave.
    pub async fn log_out(&mut self) -> Result<(), ImapError> {
        self.command("LOGOUT", |_| Ok(())).await
    }

    /// Sends a command and reads until its end; `each` gets what comes before that.
    async fn command(
        &mut self,
        command: &str,
        mut each: impl FnMut(&Line) -> Result<(), ImapError>,
    ) -> Result<(), ImapError> {
        self.commands = self.commands.saturating_add(1);
        let tag = format!("a{} ", self.commands);
        self.writing
            .write_all(format!("{tag}{command}\r\n").as_bytes())
            .await?;
        self.writing.flush().await?;
        loop {
            let line = self.line().await?;
            let text = line.text();
            match text.strip_prefix(tag.as_bytes()) {
                Some(end) if starts_with(end, b"OK") => return Ok(()),
                Some(end) if starts_with(end, b"NO") => return Err(ImapError::Refused(shown(end))),
                Some(_) => {
                    return Err(ImapError::Strange(
                        "the server does not understand a command",
                    ));
                }
                // Before it ends a session a server may say why.
                None if starts_with(text, b"* BYE") && !command.starts_with("LOGOUT") => {
                    return Err(ImapError::Refused(shown(text)));
                }
                None if text.starts_with(b"* ") => each(&line)?,
                None => return Err(ImapError::Strange("an answer belongs to no command")),
            }
        }
    }

    /// One answer: a line, and where it says so bytes and another piece of line, again and again.
    async fn line(&mut self) -> Result<Line, ImapError> {
        let mut line = Line(Vec::new());
        loop {
            let text = self.text().await?;
            let literal = literal_length(&text);
            line.0.push(Piece::Text(text));
            let Some(length) = literal else {
                return Ok(line);
            };
            if length > limits::MAILBOX_BYTES {
                return Err(ImapError::Strange(
                    "a mail is larger than one look may bring",
                ));
            }
            let mut literal = Vec::new();
            let read = (&mut self.reading)
                .take(length)
                .read_to_end(&mut literal)
                .await?;
            if u64::try_from(read).ok() != Some(length) {
                return Err(ImapError::Broken(io::ErrorKind::UnexpectedEof.into()));
            }
            line.0.push(Piece::Literal(literal));
        }
    }

    async fn text(&mut self) -> Result<Vec<u8>, ImapError> {
        let mut text = Vec::new();
        (&mut self.reading)
            .take(LINE_BYTES)
            .read_until(b'\n', &mut text)
            .await?;
        match text.pop() {
            Some(b'\n') => {
                let end = text.trim_ascii_end().len();
                text.truncate(end);
                Ok(text)
            }
            Some(_) if text.len() as u64 >= LINE_BYTES.saturating_sub(1) => {
                Err(ImapError::Strange("a line has no end"))
            }
            _ => Err(ImapError::Broken(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// An answer of the server.
struct Line(Vec<Piece>);

enum Piece {
    Text(Vec<u8>),
    Literal(Vec<u8>),
}

impl Line {
    /// Its beginning, up to the first bytes with a length.
    fn text(&self) -> &[u8] {
        match self.0.first() {
            Some(Piece::Text(text)) => text,
            _ => &[],
        }
    }
}

/// `… {123}` at the end of a line: so many bytes follow.
fn literal_length(text: &[u8]) -> Option<u64> {
    let digits = text.strip_suffix(b"}")?;
    let begin = digits.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(digits.get(begin.saturating_add(1)..)?).ok()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    let head = text.get(..word.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(word))
        && text.get(word.len()).is_none_or(|next| *next == b' ')
}

/// What the server says to people: without the codes for programs before it.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches("* ");
    text.split_once(' ')
        .map_or(text, |(_, words)| words)
        .trim()
        .to_string()
}

/// A string as a command takes it. Line ends would begin another command.
fn quoted(text: &str) -> Result<String, ImapError> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(ImapError::Strange("a name or password holds a line end"));
    }
    Ok(format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

impl Opened {
    /// `* 12 EXISTS` and `* OK [UIDVALIDITY 7] …`.
    fn hear(&mut self, text: &[u8]) {
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
    fn read(line: &Line) -> Result<Option<Self>, ImapError> {
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
                Some(Token::Word(name)) => fetched.take(name, &mut tokens).ok_or_else(strange)?,
                _ => return Err(strange()),
            }
        }
    }

    /// The value of one item; `None` where it ends too early.
    fn take<'a>(
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
                words(text, &mut tokens)?;
            }
        }
    }
    Ok(tokens)
}

fn words<'a>(mut text: &'a [u8], tokens: &mut Vec<Token<'a>>) -> Result<(), ImapError> {
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

#[cfg(test)]
mod tests;
