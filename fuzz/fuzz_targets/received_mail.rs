//! A mail into the mailbox of reports: bounded, and no name leads out of a folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tuermer_core::limits;
use tuermer_formats::received_mail;

fuzz_target!(|bytes: &[u8]| {
    let Some(mail) = received_mail::read(bytes) else {
        return;
    };
    assert!(
        mail.attached.len() <= limits::MAIL_ATTACHMENTS
            && mail.links.len() <= limits::MAIL_ATTACHMENTS
    );
    assert!(
        mail.attached
            .iter()
            .all(|one| !one.name.contains(['/', '\\', '\n', '\0'])),
        "{:?}",
        mail.attached
    );
    assert!(
        mail.links
            .iter()
            .all(|link| link.starts_with("https://") && !link.contains(char::is_whitespace)),
        "{:?}",
        mail.links
    );
});
