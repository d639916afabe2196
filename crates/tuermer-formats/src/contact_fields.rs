//! Cells of people and addresses in canonical form: text, mail address, telephone number, postcode.

use crate::problem::Problem;
use email_address::{EmailAddress, Options};
use tuermer_core::channel::AddressForm;
use tuermer_core::limits;
use unicode_normalization::UnicodeNormalization as _;
use url::Url;

/// Longest mail address, in bytes (RFC 5321 4.5.3.1.3, path without brackets).
const MAIL_BYTES: usize = 254;
/// Longest text in which a telephone number is looked for, in characters.
const PHONE_CHARACTERS: usize = 40;

/// Text of a cell: NFC, trimmed, invisible direction and joining marks dropped; line breaks and other
/// control characters are refused. Empty, or only a dash: `None`.
pub fn text(cell: &str, most_characters: usize) -> Result<Option<String>, Problem> {
    if cell == crate::spreadsheet::CELL_ERROR {
        return Err(Problem::CellError);
    }
    if cell.len() > limits::CSV_FIELD_BYTES {
        return Err(Problem::TooLong);
    }
    let cell = cell.trim();
    if cell.is_empty() || matches!(cell, "-" | "--" | "–" | "—") {
        return Ok(None);
    }
    let visible = cell.chars().filter(|c| !is_invisible(*c)).map(|c| {
        if matches!(c, '\t' | '\u{a0}' | '\u{202f}') {
            ' '
        } else {
            c
        }
    });
    let clean: String = visible.nfc().collect();
    if clean.chars().any(char::is_control) {
        return Err(Problem::ControlCharacter);
    }
    if clean.chars().count() > most_characters {
        return Err(Problem::TooLong);
    }
    let clean = clean.trim();
    Ok((!clean.is_empty()).then(|| clean.to_string()))
}

/// Marks that change how other text is shown without being seen (bidirectional controls, zero width, soft hyphen).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A mail address with its domain in lower-case A-labels.
pub fn email(cell: &str) -> Result<Option<String>, Problem> {
    let Some(address) = text(cell, limits::FIELD_CHARACTERS)? else {
        return Ok(None);
    };
    let address = address.strip_prefix("mailto:").unwrap_or(&address);
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err(Problem::NoAt);
    };
    if local.contains('@') {
        return Err(Problem::TwoAts);
    }
    // Addresses beyond ASCII need SMTPUTF8 at every hop, quoted ones break in most systems.
    if local.is_empty()
        || local.len() > 64
        || !local.is_ascii()
        || local.contains(['"', ' ', '<', '>', '(', ')', ',', ';', ':', '\\'])
    {
        return Err(Problem::MailLocalPart);
    }
    let domain = idna::domain_to_ascii_strict(domain.trim_end_matches('.'))
        .map_err(|_| Problem::MailDomain)?
        .to_lowercase();
    let canonical = format!("{local}@{domain}");
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    match EmailAddress::parse_with_options(&canonical, options) {
        Ok(_) if canonical.len() <= MAIL_BYTES => Ok(Some(canonical)),
        Ok(_) => Err(Problem::TooLong),
        Err(_) if EmailAddress::parse_with_options(&format!("a@{domain}"), options).is_ok() => {
            Err(Problem::MailLocalPart)
        }
        Err(_) => Err(Problem::MailDomain),
    }
}

/// A telephone number as E.164; numbers without country code are German.
pub fn phone(cell: &str) -> Result<Option<String>, Problem> {
    let Some(number) = text(cell, limits::FIELD_CHARACTERS)? else {
        return Ok(None);
    };
    if number.chars().count() > PHONE_CHARACTERS {
        return Err(Problem::Phone);
    }
    let parsed = phonenumber::parse(Some(phonenumber::country::Id::DE), &number)
        .map_err(|_| Problem::Phone)?;
    if !parsed.is_valid() {
        return Err(Problem::Phone);
    }
    Ok(Some(
        parsed.format().mode(phonenumber::Mode::E164).to_string(),
    ))
}

/// The address of a contact point in canonical form.
pub fn address(form: AddressForm, cell: &str) -> Result<Option<String>, Problem> {
    match form {
        AddressForm::Mail => email(cell),
        AddressForm::Telephone => phone(cell),
        AddressForm::Text => text(cell, limits::FIELD_CHARACTERS),
        AddressForm::Url => url(cell),
    }
}

/// An https address without a password and without a part that never leaves the browser. Which hosts may be asked is
/// judged by whoever asks.
fn url(cell: &str) -> Result<Option<String>, Problem> {
    let Some(address) = text(cell, limits::URL_CHARACTERS)? else {
        return Ok(None);
    };
    let url = Url::parse(&address).map_err(|_| Problem::Url)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if url.scheme() != "https" || url.host_str().is_none() || !plain {
        return Err(Problem::Url);
    }
    if url.as_str().len() > limits::URL_CHARACTERS {
        return Err(Problem::TooLong);
    }
    Ok(Some(url.into()))
}

/// A postcode; for Germany exactly five digits, because spreadsheets eat leading zeros.
pub fn postcode(cell: &str, country: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(code) = text(cell, 20)? else {
        return Ok(None);
    };
    if country.is_some_and(|country| country != "DE") {
        return Ok(Some(code));
    }
    let code = code
        .strip_prefix("DE-")
        .or_else(|| code.strip_prefix("D-"))
        .unwrap_or(&code);
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    match code.len() {
        5 if digits => Ok(Some(code.to_string())),
        4 if digits => Err(Problem::PostcodeFourDigits),
        _ => Err(Problem::Postcode),
    }
}

#[cfg(test)]
mod tests {
    use super::{email, phone, postcode, text, url};
    use crate::problem::Problem;

    type Parsed<'a> = Result<Option<&'a str>, Problem>;

    fn check(parse: impl Fn(&str) -> Result<Option<String>, Problem>, rows: &[(&str, Parsed<'_>)]) {
        for (cell, expected) in rows {
            let got = parse(cell);
            assert_eq!(
                got.as_ref()
                    .map(Option::as_deref)
                    .map_err(|problem| *problem),
                *expected,
                "{cell:?}"
            );
        }
    }

    #[test]
    fn texts() {
        check(
            |cell| text(cell, 300),
            &[
                ("  Mu\u{308}ller GmbH ", Ok(Some("Müller GmbH"))),
                ("<b>Bau</b> & Söhne", Ok(Some("<b>Bau</b> & Söhne"))),
                ("abc\u{202e}fdp.exe", Ok(Some("abcfdp.exe"))),
                ("\u{feff}\u{200b}", Ok(None)),
                (" - ", Ok(None)),
                ("a\nb", Err(Problem::ControlCharacter)),
                ("a\0b", Err(Problem::ControlCharacter)),
                ("a\u{1b}[31mb", Err(Problem::ControlCharacter)),
                (&"x".repeat(301), Err(Problem::TooLong)),
            ],
        );
    }

    #[test]
    fn mail_addresses() {
        check(
            email,
            &[
                ("Info@Mueller.DE", Ok(Some("Info@mueller.de"))),
                ("info@müller.de", Ok(Some("info@xn--mller-kva.de"))),
                ("a.b+c@sub.example.com.", Ok(Some("a.b+c@sub.example.com"))),
                ("info@@mueller.de", Err(Problem::TwoAts)),
                ("a@b.de; c@d.de", Err(Problem::TwoAts)),
                ("info.mueller.de", Err(Problem::NoAt)),
                (
                    "info@mueller.de\r\nBcc: all@example.com",
                    Err(Problem::ControlCharacter),
                ),
                ("info@localhost", Err(Problem::MailDomain)),
                ("info@-x-.de", Err(Problem::MailDomain)),
                ("info@[127.0.0.1]", Err(Problem::MailDomain)),
                ("müller@example.de", Err(Problem::MailLocalPart)),
                ("Max Müller <max@example.de>", Err(Problem::MailLocalPart)),
                ("a..b@example.de", Err(Problem::MailLocalPart)),
                ("", Ok(None)),
            ],
        );
    }

    #[test]
    fn telephone_numbers() {
        check(
            phone,
            &[
                ("0271 55500-7", Ok(Some("+49271555007"))),
                ("(0271) 3302-0", Ok(Some("+4927133020"))),
                ("+49 (0) 271 / 3302-310", Ok(Some("+492713302310"))),
                ("0049 171 1234567", Ok(Some("+491711234567"))),
                ("+43 1 5123456", Ok(Some("+4315123456"))),
                ("12", Err(Problem::Phone)),
                ("nach Vereinbarung", Err(Problem::Phone)),
                ("0271\n123456", Err(Problem::ControlCharacter)),
            ],
        );
    }

    #[test]
    fn urls() {
        check(
            url,
            &[
                (
                    "https://Tickets.Example/hook?x=1",
                    Ok(Some("https://tickets.example/hook?x=1")),
                ),
                (
                    "https://müller.example",
                    Ok(Some("https://xn--mller-kva.example/")),
                ),
                ("http://tickets.example/", Err(Problem::Url)),
                ("https://user:secret@tickets.example/", Err(Problem::Url)),
                ("https://tickets.example/#part", Err(Problem::Url)),
                ("tickets.example", Err(Problem::Url)),
                ("", Ok(None)),
            ],
        );
    }

    #[test]
    fn postcodes() {
        check(
            |cell| postcode(cell, None),
            &[
                ("57072", Ok(Some("57072"))),
                ("D-57072", Ok(Some("57072"))),
                ("5722", Err(Problem::PostcodeFourDigits)),
                ("570722", Err(Problem::Postcode)),
                ("5707x", Err(Problem::Postcode)),
            ],
        );
        assert_eq!(postcode("1010", Some("AT")), Ok(Some("1010".to_string())));
    }
}
