//! A mail that brings reports: who sent it, what is attached, which addresses its text names. Whoever writes into a mailbox
//! is a stranger: names are cut and cleaned, counts are bounded, nothing is fetched here.

use crate::csaf::plain;
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};
use tuermer_core::limits;

/// What a mail brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceivedMail {
    /// Address in `From`, in lower case; empty if there is none. Anybody can write any.
    pub sender: String,
    /// What it is about.
    pub subject: String,
    /// What is attached, also to mails that are attached.
    pub attached: Vec<Attached>,
    /// Addresses (`https://…`) in its text, each once.
    pub links: Vec<String>,
}

/// One attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its name, without folders; empty if it has none.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads a mail (RFC 5322, MIME). `None` where it is none.
pub fn read(bytes: &[u8]) -> Option<ReceivedMail> {
    let message = MessageParser::default().parse(bytes)?;
    let mut mail = ReceivedMail {
        sender: sender(&message),
        subject: plain(
            message.subject().unwrap_or_default(),
            limits::FIELD_CHARACTERS,
        ),
        ..ReceivedMail::default()
    };
    collect(&message, &mut mail, 0);
    Some(mail)
}

fn sender(message: &Message<'_>) -> String {
    let address = message
        .from()
        .and_then(|from| from.first())
        .and_then(|first| first.address());
    plain(address.unwrap_or_default(), limits::FIELD_CHARACTERS).to_lowercase()
}

fn collect(message: &Message<'_>, mail: &mut ReceivedMail, depth: usize) {
    for part in 0..message.text_body_count() {
        if let Some(text) = message.body_text(part) {
            links(&text, &mut mail.links);
        }
    }
    for part in message.attachments() {
        match &part.body {
            PartType::Message(inside) if depth < limits::MAIL_DEPTH => {
                collect(inside, mail, depth.saturating_add(1))
            }
            PartType::Message(_) => {}
            _ if mail.attached.len() < limits::MAIL_ATTACHMENTS => {
                let name = part
                    .attachment_name()
                    .unwrap_or_default()
                    .rsplit(['/', '\\'])
                    .next()
                    .unwrap_or_default();
                mail.attached.push(Attached {
                    name: plain(name, limits::FIELD_CHARACTERS),
                    bytes: part.contents().to_vec(),
                });
            }
            _ => {}
        }
    }
}

/// Adds the addresses that stand in a text.
fn links(text: &str, found: &mut Vec<String>) {
    const BEGIN: &str = "https://";
    for (at, _) in text.match_indices(BEGIN) {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest
            .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'()[]{}|\\^`".contains(c))
            .unwrap_or(rest.len());
        let link = rest
            .get(..end)
            .unwrap_or_default()
            .trim_end_matches(['.', ',', ';', '!']);
        let known = found.iter().any(|known| known == link);
        if link.len() > BEGIN.len()
            && link.len() <= limits::URL_CHARACTERS
            && !known
            && found.len() < limits::MAIL_ATTACHMENTS
        {
            found.push(link.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "From: \"Reports\" <AutoReports@Shadowserver.example>\r\nTo: x@example.org\r\nSubject: Exchange\r\nMIME-Version: 1.0\r\n";

    fn check(rest: &str, attached: &[(&str, &str)], links: &[&str]) {
        let mail = read(format!("{HEAD}{rest}").as_bytes()).unwrap();
        assert_eq!(
            (mail.sender.as_str(), mail.subject.as_str()),
            ("autoreports@shadowserver.example", "Exchange"),
            "{rest}"
        );
        let found: Vec<(&str, &str)> = mail
            .attached
            .iter()
            .map(|one| (one.name.as_str(), std::str::from_utf8(&one.bytes).unwrap()))
            .collect();
        assert_eq!(found, attached, "{rest}");
        assert_eq!(mail.links, links, "{rest}");
    }

    #[test]
    fn what_a_mail_brings() {
        check(
            "\r\nSee https://dl.example/aBc-1_x. And <https://dl.example/2>, https://dl.example/2\r\n",
            &[],
            &["https://dl.example/aBc-1_x", "https://dl.example/2"],
        );
        check(
            "Content-Type: text/html\r\n\r\n<p><a href=\"https://dl.example/1\">https://dl.example/1</a></p>\r\n",
            &[],
            &["https://dl.example/1"],
        );
        let body = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: text/csv; name=\"../../2021-03-14-scan_exchange-x.csv\"\r\n\
            Content-Disposition: attachment; filename=\"../../2021-03-14-scan_exchange-x.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxiCg==\r\n--b--\r\n";
        check(body, &[("2021-03-14-scan_exchange-x.csv", "a,b\n")], &[]);
        let forwarded = format!(
            "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n{HEAD}{body}\r\n--o--\r\n"
        );
        check(
            &forwarded,
            &[("2021-03-14-scan_exchange-x.csv", "a,b\n")],
            &[],
        );
        assert_eq!(read(b""), None);
    }
}
