//! A mail of the outbox as a person sees it: our own files only, so this knows just what our writer writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quoted_printable::{ParseMode, decode};

/// One mail, decoded.
pub struct Letter {
    /// Sender.
    pub from: String,
    /// Addressee.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The file as it is.
    pub source: String,
}

/// Reads a mail; a part that cannot be decoded stands as it is.
pub fn read(bytes: &[u8]) -> Letter {
    let source = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (head, body) = source.split_once("\n\n").unwrap_or((&source, ""));
    let head = unfolded(head);
    let boundary = field(&head, "content-type").and_then(|kind| {
        kind.split_once("boundary=\"")
            .and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_string()))
    });
    let text = match boundary {
        Some(boundary) => body
            .split(&format!("--{boundary}"))
            .find_map(plain)
            .unwrap_or_default(),
        None => body.to_string(),
    };
    let words = |name| encoded_words(&field(&head, name).unwrap_or_default());
    Letter {
        from: words("from"),
        to: words("to"),
        subject: words("subject"),
        text,
        source: source.clone(),
    }
}

fn unfolded(head: &str) -> String {
    head.replace("\n ", " ").replace("\n\t", " ")
}

fn field(head: &str, name: &str) -> Option<String> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_string())
}

/// The text of a part, if it is the plain one.
fn plain(part: &str) -> Option<String> {
    let (head, body) = part.trim_start_matches('\n').split_once("\n\n")?;
    let head = unfolded(head);
    if !field(&head, "content-type")?.starts_with("text/plain") {
        return None;
    }
    let quoted = field(&head, "content-transfer-encoding")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("quoted-printable"));
    let decoded = if quoted {
        decode(body, ParseMode::Robust).ok()
    } else {
        None
    };
    Some(decoded.map_or_else(
        || body.to_string(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    ))
}

/// `=?utf-8?b?…?=` as text.
fn encoded_words(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let Some((word, behind)) = after.split_once("?=") else {
            break;
        };
        // A blank between two encoded words only joins them.
        text.push_str(if before.trim().is_empty() { "" } else { before });
        text.push_str(&STANDARD.decode(word).map_or_else(
            |_| word.to_string(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        ));
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_plain_part_and_the_names_are_decoded() {
        let mail = "From: =?utf-8?b?SUhLIE11c3Rlcg==?= <w@ihk.example>\r\nTo: \"A\" <a@b.example>\r\nSubject: =?utf-8?b?w5w=?=\r\n =?utf-8?b?YnVuZw==?=\r\nContent-Type: multipart/alternative;\r\n boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>\r\n--x--";
        let letter = read(mail.as_bytes());
        assert_eq!(
            (
                letter.from.as_str(),
                letter.to.as_str(),
                letter.subject.as_str()
            ),
            ("IHK Muster <w@ihk.example>", "\"A\" <a@b.example>", "Übung")
        );
        assert_eq!(letter.text.trim(), "Grüße");
        assert_eq!(read(b"To: a@example.org\r\n\r\nHallo").text, "Hallo");
    }
}
