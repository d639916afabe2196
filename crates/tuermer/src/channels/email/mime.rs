//! One mail as bytes on the wire: `multipart/alternative`, text first, UTF-8 as quoted-printable.
//!
//! Headers are those of a warning that people approved: no `Auto-Submitted` and no `List-*`, because we
//! want out-of-office answers; `X-Auto-Response-Suppress: RN, NRN` suppresses read receipts only.
//! Never writes a bare CR or LF; what comes from a register goes through typed builders.

use anyhow::{Context as _, Result, anyhow, bail};
use jiff::Timestamp;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, MultiPartKind, SinglePart};
use std::time::SystemTime;
use tuermer_core::limits;
use tuermer_core::locale::Language;

/// Everything one mail is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Fixed sender address; replies go there too.
    pub from: String,
    /// Fixed sender name.
    pub from_name: String,
    /// Recipient's address.
    pub to: String,
    /// Recipient's name, may be empty.
    pub to_name: String,
    /// Subject without encoding.
    pub subject: String,
    /// Complete plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Language of both.
    pub language: Language,
    /// The same on every try, with or without `<>`.
    pub message_id: String,
    /// First message of this warning to this recipient, where this is a later one.
    pub references: Option<String>,
    /// When it is handed over.
    pub date: Timestamp,
}

impl Outgoing {
    /// The bytes as they are handed over, without dot-stuffing.
    ///
    /// # Errors
    /// An address that cannot stand in a mail, or a mail larger than [`limits::MAIL_BYTES`].
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let Self {
            from,
            from_name,
            to,
            to_name,
            subject,
            text,
            html,
            language,
            message_id,
            references,
            date,
        } = self;
        let sender = Mailbox::new(
            named(from_name),
            address(from).context("mail.from in tuermer.toml")?,
        );
        let identity = bracketed(message_id)?;
        let mut builder = Message::builder()
            .from(sender.clone())
            .reply_to(sender)
            .to(Mailbox::new(named(to_name), address(to)?))
            .subject(one_line(subject))
            .date(SystemTime::from(*date))
            .message_id(Some(identity.clone()))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Content-Language"),
                language.code().to_string(),
            ))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
                "RN, NRN".to_string(),
            ));
        if let Some(first) = references {
            builder = builder.references(bracketed(first)?);
        }
        let parts = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(boundary(&identity))
            .singlepart(part(text, ContentType::TEXT_PLAIN)?)
            .singlepart(part(html, ContentType::TEXT_HTML)?);
        let bytes = builder
            .multipart(parts)
            .context("the mail cannot be built")?
            .formatted();
        if bytes.len() > limits::MAIL_BYTES.saturating_mul(2) {
            bail!(
                "the mail has {} bytes; at most {} are sent",
                bytes.len(),
                limits::MAIL_BYTES.saturating_mul(2)
            );
        }
        Ok(bytes)
    }
}

/// An address that may stand in a header and in an SMTP command.
///
/// # Errors
/// Anything that is not `local@domain`, above all with line breaks or control characters.
pub fn address(text: &str) -> Result<Address> {
    if text
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>'))
    {
        bail!("the mail address contains blanks, angle brackets or control characters");
    }
    text.parse()
        .map_err(|error| anyhow!("not a mail address: {error}"))
}

fn part(content: &str, kind: ContentType) -> Result<SinglePart> {
    let body = Body::new_with_encoding(
        unix_lines(content),
        ContentTransferEncoding::QuotedPrintable,
    );
    let body = body.map_err(|_| anyhow!("the mail's text cannot be encoded"))?;
    Ok(SinglePart::builder().header(kind).body(body))
}

/// One kind of line end and no control characters but tabs: a lone CR would become a bare CR on the wire.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// Header text on one line, without control characters.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect::<String>()
        .trim()
        .to_string()
}

fn named(name: &str) -> Option<String> {
    Some(one_line(name)).filter(|name| !name.is_empty())
}

/// `<id@domain>`; ids are our own, so anything strange is a defect and is not sent.
fn bracketed(id: &str) -> Result<String> {
    let bare = id.trim().trim_start_matches('<').trim_end_matches('>');
    let fine = bare.contains('@')
        && bare
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'));
    if !fine {
        bail!("{id:?} is not a Message-ID");
    }
    Ok(format!("<{bare}>"))
}

/// Fixed by the Message-ID, so that every try writes the same body; `=_` never occurs in quoted-printable.
fn boundary(message_id: &str) -> String {
    let hash = crate::keys::sha256(message_id.as_bytes());
    format!("=_{}", hash.get(..32).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Outgoing {
        Outgoing {
            from: "warnung@ihk-musterstadt.example".into(),
            from_name: "IHK Musterstadt Frühwarnung".into(),
            to: "info@musterbau.example".into(),
            to_name: "Jörg Müller".into(),
            subject: "Microsoft Exchange: heute noch Update einspielen lassen – für Müller & Söhne [W-2021-007]".into(),
            text: "Guten Tag,\n.\n..\nÄöü = 1\n.\r\nEnde".into(),
            html: "<p>Guten Tag</p>".into(),
            language: Language::German,
            message_id: "abc123@ihk-musterstadt.example".into(),
            references: None,
            date: Timestamp::UNIX_EPOCH,
        }
    }

    /// Header fields of real bytes, unfolded, names in lower case.
    fn headers(bytes: &[u8]) -> Vec<(String, String)> {
        let text = std::str::from_utf8(bytes).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded
            .split("\r\n")
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_string()))
            .collect()
    }

    fn assert_no_bare_line_ends(bytes: &[u8]) {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\r' => assert_eq!(bytes.get(at + 1), Some(&b'\n'), "bare CR at {at}"),
                b'\n' => assert_eq!(
                    bytes.get(at.wrapping_sub(1)),
                    Some(&b'\r'),
                    "bare LF at {at}"
                ),
                _ => {}
            }
        }
    }

    #[test]
    fn headers_of_an_approved_warning() {
        let bytes = Outgoing {
            references: Some("<first@ihk-musterstadt.example>".into()),
            ..mail()
        }
        .bytes()
        .unwrap();
        assert_no_bare_line_ends(&bytes);
        let headers = headers(&bytes);
        let of = |name: &str| {
            headers
                .iter()
                .filter(|(found, _)| found == name)
                .map(|(_, value)| value.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(of("message-id"), ["<abc123@ihk-musterstadt.example>"]);
        assert_eq!(of("references"), ["<first@ihk-musterstadt.example>"]);
        assert_eq!(of("x-auto-response-suppress"), ["RN, NRN"]);
        assert_eq!(of("content-language"), ["de"]);
        assert_eq!(of("mime-version"), ["1.0"]);
        assert_eq!(of("reply-to"), of("from"));
        assert_eq!(of("from").len(), 1);
        assert!(
            of("date")
                .first()
                .unwrap()
                .starts_with("Thu, 01 Jan 1970 00:00:00"),
            "{headers:?}"
        );
        assert!(
            of("content-type")
                .first()
                .unwrap()
                .starts_with("multipart/alternative")
        );
        assert!(!headers.iter().any(|(name, _)| name.starts_with("list-")
            || name == "auto-submitted"
            || name == "user-agent"));
        assert!(bytes.is_ascii());
        assert!(
            bytes
                .split(|byte| *byte == b'\n')
                .all(|line| line.len() <= 998)
        );
    }

    #[test]
    fn text_part_comes_first_and_every_try_is_equal() {
        let bytes = mail().bytes().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.find("text/plain").unwrap() < text.find("text/html").unwrap());
        assert_eq!(
            text.matches("Content-Transfer-Encoding: quoted-printable")
                .count(),
            2
        );
        assert_eq!(bytes, mail().bytes().unwrap());
    }

    #[test]
    fn hostile_names_and_subjects_stay_in_their_header() {
        for evil in [
            "a\r\nBcc: all@example.org",
            "a\n.\nMAIL FROM:<x>",
            "\r\n.\r\n",
            "a\u{2028}b\0c",
            "\"quoted\" <x@y>, z",
            "=?utf-8?q?x?=",
        ] {
            let bytes = Outgoing {
                to_name: evil.into(),
                subject: evil.into(),
                from_name: evil.into(),
                text: evil.into(),
                html: evil.into(),
                ..mail()
            };
            let bytes = bytes.bytes().unwrap();
            assert_no_bare_line_ends(&bytes);
            let names: Vec<String> = headers(&bytes).into_iter().map(|(name, _)| name).collect();
            assert!(
                !names
                    .iter()
                    .any(|name| name == "bcc" || name.starts_with("mail from")),
                "{evil:?}: {names:?}"
            );
            assert_eq!(names.iter().filter(|name| *name == "to").count(), 1);
        }
    }

    #[test]
    fn hostile_addresses_and_ids_are_refused() {
        for evil in [
            "a@b.example\r\nRCPT TO:<c@d.example>",
            "a@b.example>",
            "<a@b.example>",
            "a b@c.example",
            "nobody",
            "a@",
            "@b.example",
            "a@b.example\0",
        ] {
            assert!(
                Outgoing {
                    to: evil.into(),
                    ..mail()
                }
                .bytes()
                .is_err(),
                "{evil:?}"
            );
        }
        for evil in ["x\r\ny@z", "no-at-sign", "a b@c", ""] {
            assert!(
                Outgoing {
                    message_id: evil.into(),
                    ..mail()
                }
                .bytes()
                .is_err(),
                "{evil:?}"
            );
        }
    }
}
