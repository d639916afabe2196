//! The text form of OpenPGP data (RFC 9580 6.2) back to bytes. The checksum is not looked at, as the RFC wants it:
//! a signature proves more.

use crate::bytes::Unreadable;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::borrow::Cow;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const BEGIN: &[u8] = b"-----BEGIN PGP ";
const END: &[u8] = b"-----END PGP ";

/// The bytes of a file that is binary already or holds one block of the given kinds; of several blocks the first.
pub fn binary<'a>(file: &'a [u8], kinds: &[&str]) -> Result<Cow<'a, [u8]>, Unreadable> {
    match file.first() {
        None => Err("it is empty"),
        // Every packet begins with this bit, and no text of ASCII does.
        Some(first) if first & 0x80 != 0 => Ok(Cow::Borrowed(file)),
        Some(_) => block(file, kinds).map(Cow::Owned),
    }
}

fn block(file: &[u8], kinds: &[&str]) -> Result<Vec<u8>, Unreadable> {
    let begin = file.windows(BEGIN.len()).position(|part| part == BEGIN);
    let text = begin
        .and_then(|begin| file.get(begin..))
        .and_then(|text| text.strip_prefix(BEGIN));
    let mut lines = text
        .ok_or("there is no block of OpenPGP in it")?
        .split(|byte| *byte == b'\n');
    let title = lines.next().unwrap_or_default().trim_ascii_end();
    let kind = title.strip_suffix(b"-----").unwrap_or_default();
    if !kinds.iter().any(|wanted| wanted.as_bytes() == kind) {
        return Err("it is a block of another kind");
    }
    let headers = lines
        .by_ref()
        .take_while(|line| !line.trim_ascii().is_empty());
    if !headers.into_iter().all(|line| line.contains(&b':')) {
        return Err("a line before the data is no header");
    }
    let mut text = Vec::new();
    for line in lines {
        let line = line.trim_ascii();
        if let Some(end) = line.strip_prefix(END) {
            return match end.strip_suffix(b"-----") == Some(kind) {
                true => BASE64.decode(text).map_err(|_| "its text is no base64"),
                false => Err("the block ends as one of another kind"),
            };
        }
        // The checksum: a sign for padding and four more.
        if !(line.starts_with(b"=") && line.len() == 5) {
            text.extend_from_slice(line);
        }
    }
    Err("the block has no end")
}
