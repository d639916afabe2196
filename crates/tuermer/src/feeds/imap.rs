//! The five commands of IMAP (RFC 3501) that reading a mailbox takes: LOGIN, EXAMINE, UID FETCH of sizes and of one mail,
//! LOGOUT. What a server says is read strictly and in bounds; a refusal is never taken for an empty answer.
//!
//! ```text
//! a1 UID FETCH 5:* RFC822.SIZE ─▶
//!                              ◀─ * 7 FETCH (UID 5 RFC822.SIZE 2048)      untagged, one for each mail
//!                              ◀─ a1 OK done                              the end: OK, NO or BAD
//! ```

mod answer;

use answer::{Fetched, Line, Opened, Piece, literal_length, shown, starts_with};
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

#[cfg(test)]
mod tests;
