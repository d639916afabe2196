//! A mailbox of reports: every new mail once, its attached files handed to intake, and the reports its text names where
//! they lie at Shadowserver.
//!
//! How far the mailbox was read is kept after each mail, so a look that broke off goes on there. A mail of somebody else is
//! passed over and counted; so is one that is too large. Nothing is changed in the mailbox.

use super::{rules, secret};
use crate::acts::intake::{self, IngestReport};
use crate::context::Context;
use crate::feeds::{Mailbox, PullReport, Rejected};
use crate::outgoing::{Client, Wanted};
use crate::refusal::Refusal;
use crate::store::feeds::feed_entries::{self, SeenEntry};
use anyhow::{Context as _, Result};
use tempfile::NamedTempFile;
use tuermer_core::feed::Feed;
use tuermer_core::limits;
use tuermer_core::provenance::EntryState;
use tuermer_core::rights::Actor;
use tuermer_formats::received_mail::{self, ReceivedMail};
use url::Url;

/// Who the journal says did it.
const BY: Actor = Actor::Station("poll");

/// Whose links are followed: reports too large for a mail lie there.
const DOWNLOAD_HOST: &str = "dl.shadowserver.org";

/// Takes what new mails bring.
///
/// # Errors
/// The mailbox cannot be opened or read.
pub async fn pull(context: &Context, client: &Client, feed: &Feed) -> Result<PullReport> {
    let secret = secret(context, feed)?;
    let mut mailbox =
        Mailbox::open(&feed.url, &rules(context, &feed.private_hosts), &secret).await?;
    // Another user has another mailbox under the same address.
    let place = format!(
        "{};UIDVALIDITY={};USER={}",
        feed.url,
        mailbox.validity,
        secret.get("user")
    );
    let seen = context.store.feed_entries(&feed.name).await?;
    let after = seen
        .get(&place)
        .and_then(|seen| seen.updated.parse().ok())
        .unwrap_or(0);
    let (waiting, more) = mailbox.waiting(after).await?;
    let mut report = PullReport::default();
    let (mut left, mut strangers) = (limits::MAILBOX_BYTES / 2, 0_u64);
    let mut rest = more;
    for mail in waiting {
        if mail.size > limits::MAILBOX_MAIL_BYTES {
            let reason = Refusal::new(
                "feed.mail_too_big",
                [
                    ("size", &(mail.size >> 20)),
                    ("limit", &(limits::MAILBOX_MAIL_BYTES >> 20)),
                ],
            );
            reject(&mut report, mail.uid.to_string(), reason);
        } else if mail.size > left {
            rest = true;
            break;
        } else if let Some(bytes) = mailbox.mail(mail.uid).await? {
            left = left.saturating_sub(mail.size);
            match received_mail::read(&bytes) {
                Some(mail) if is_welcome(feed, &mail) => {
                    ingest_mail(context, client, feed, mail, &mut report).await?
                }
                Some(_) => strangers = strangers.saturating_add(1),
                None => reject(
                    &mut report,
                    mail.uid.to_string(),
                    Refusal::new("feed.mail_unreadable", []),
                ),
            }
        }
        keep(context, feed, &place, mail.uid).await?;
    }
    mailbox.close().await;
    report.remarks.extend(
        (strangers > 0).then(|| Refusal::new("feed.mail_strangers", [("count", &strangers)])),
    );
    report
        .remarks
        .extend(rest.then(|| Refusal::new("feed.mail_more", [])));
    report.unchanged = report.discovered == 0 && report.rejected.is_empty();
    Ok(report)
}

/// Opens the mailbox, says what lies in it, and takes nothing.
///
/// # Errors
/// The mailbox cannot be opened.
pub async fn look(context: &Context, feed: &Feed, steps: &mut Vec<Refusal>) -> Result<()> {
    let mailbox = Mailbox::open(
        &feed.url,
        &rules(context, &feed.private_hosts),
        &secret(context, feed)?,
    )
    .await?;
    steps.push(Refusal::new("feed.step_mails", [("count", &mailbox.mails)]));
    mailbox.close().await;
    Ok(())
}

fn is_welcome(feed: &Feed, mail: &ReceivedMail) -> bool {
    feed.senders.is_empty() || feed.senders.contains(&mail.sender)
}

/// Hands what one mail brings to intake.
async fn ingest_mail(
    context: &Context,
    client: &Client,
    feed: &Feed,
    mail: ReceivedMail,
    report: &mut PullReport,
) -> Result<()> {
    let ReceivedMail {
        sender,
        subject,
        attached,
        links,
    } = mail;
    for (number, one) in attached.into_iter().enumerate() {
        let name = if one.name.is_empty() {
            format!("{subject} ({})", number.saturating_add(1))
        } else {
            one.name
        };
        let taken = intake::ingest_signs(context, &BY, feed, &name, one.bytes).await?;
        count(report, &format!("{sender}: {name}"), taken);
    }
    for link in links.into_iter().filter(|link| is_shadowservers(link)) {
        let mut file =
            NamedTempFile::new_in(&context.home.0).context("no room for what a mail names")?;
        let wanted = Wanted {
            limit_bytes: limits::ARCHIVE_BYTES,
            seconds: limits::ARCHIVE_SECONDS,
            ..Wanted::DOCUMENT
        };
        match client.get_into(&link, wanted, file.as_file_mut()).await {
            Ok(Some(head)) if !is_shadowservers(&head.url) => reject(
                report,
                link,
                Refusal::new("feed.mail_led_away", [("url", &head.url)]),
            ),
            Ok(_) => count(
                report,
                &link,
                intake::ingest_signs_file(context, &BY, feed, &link, file.path()).await?,
            ),
            Err(error) if error.is_not_found() => reject(report, link, error.sentence()),
            // The mail is read again with the next look; what it brought until here changes nothing then.
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A stranger's mail must not make us ask whom it likes.
fn is_shadowservers(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| url.host_str() == Some(DOWNLOAD_HOST) && url.port().is_none())
}

fn count(report: &mut PullReport, document: &str, taken: IngestReport) {
    report.discovered = report.discovered.saturating_add(1);
    report.new = report.new.saturating_add(taken.new);
    report.same = report.same.saturating_add(taken.same);
    for remark in taken.rejected {
        reject(report, document.to_string(), Refusal::from(remark));
    }
}

fn reject(report: &mut PullReport, document: String, reason: Refusal) {
    if report.rejected.len() < limits::REJECTED_SHOWN {
        report.rejected.push(Rejected { document, reason });
    }
}

/// Notes that the mailbox was read up to this mail.
async fn keep(context: &Context, feed: &Feed, place: &str, uid: u32) -> Result<()> {
    let mut open = context.store.begin().await?;
    let entry = SeenEntry {
        updated: uid.to_string(),
        state: EntryState::Taken,
        at: context.now(),
    };
    feed_entries::keep(&mut open, &feed.name, place, &entry, "", "").await?;
    open.commit().await
}
