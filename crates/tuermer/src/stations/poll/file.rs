//! A feed that is one file: catalogue, estimates, records, news, signs, or a list of such files. Asked with the conditions of the copy we have.
//!
//! What comes must be of the kind of the feed: a source of estimates cannot slip in an advisory.

use super::entries;
use crate::acts::intake::{self, IngestReport, Remark};
use crate::context::Context;
use crate::feeds::{PullReport, Rejected};
use crate::outgoing::{Client, FetchError, Head, Wanted};
use crate::refusal::{Refusal, refusal};
use anyhow::{Context as _, Error, Result};
use std::fs::File;
use std::io::{Read as _, Seek as _};
use tempfile::NamedTempFile;
use tuermer_core::feed::{Asked, Brings, Feed, FeedKind};
use tuermer_core::limits;
use tuermer_core::rights::Actor;
use tuermer_formats::{cve_changes, recognise, sign_list};

/// Who the journal says did it.
const BY: Actor = Actor::Station("poll");

/// Fetches the file and takes it if it is of the right kind.
///
/// # Errors
/// It cannot be fetched, is something else, or is not believed (a truncated catalogue); then the last good copy stays.
pub async fn pull(context: &Context, client: &Client, feed: &Feed) -> Result<PullReport> {
    let Some((
        Head {
            url,
            etag,
            last_modified,
            ..
        },
        file,
    )) = fetch(context, client, feed).await?
    else {
        return Ok(PullReport {
            unchanged: true,
            ..PullReport::default()
        });
    };
    let head = peek(file.as_file())?;
    let listed = match feed.kind.nature().brings {
        Brings::Records if cve_changes::looks_like_changes(&head) => {
            Some(entries::records(context, client, feed, &list(&url, &file)?).await?)
        }
        Brings::Signs if is_list(&head) => {
            Some(entries::signs(context, client, feed, &url, &list(&url, &file)?).await?)
        }
        _ => None,
    };
    if let Some((report, whole)) = listed {
        // What is left is only named again where the list is not answered with "unchanged".
        let (etag, last_modified) = if whole {
            (etag, last_modified)
        } else {
            Default::default()
        };
        return Ok(PullReport {
            etag,
            last_modified,
            ..report
        });
    }
    let report = match feed.kind.nature().brings {
        Brings::Reading => {
            let bytes = std::fs::read(file.path())?;
            intake::ingest_reading(context, &BY, &feed.name, bytes).await?
        }
        Brings::Signs => intake::ingest_signs_file(context, &BY, feed, &url, file.path()).await?,
        Brings::Advisories | Brings::Records | Brings::Document { .. } => {
            intake::ingest(context, &BY, &url, file.path()).await?
        }
    };
    Ok(PullReport {
        etag,
        last_modified,
        ..taken(feed, report)?
    })
}

/// Fetches the file, says what it is, and takes nothing.
///
/// # Errors
/// It cannot be fetched or is something else.
pub async fn look(
    context: &Context,
    client: &Client,
    feed: &Feed,
    steps: &mut Vec<Refusal>,
) -> Result<()> {
    let whole = Feed {
        etag: String::new(),
        last_modified: String::new(),
        ..feed.clone()
    };
    let Some((head, file)) = fetch(context, client, &whole).await? else {
        return Ok(());
    };
    let size = file.as_file().metadata()?.len();
    if head.url != feed.url {
        steps.push(Refusal::new("feed.step_redirected", [("url", &head.url)]));
    }
    let kind = if head.content_type.is_empty() {
        "–"
    } else {
        &head.content_type
    };
    steps.push(Refusal::new(
        "feed.step_fetched",
        [("bytes", &size), ("type", &kind)],
    ));
    steps.push(Refusal::new(
        if head.etag.is_empty() && head.last_modified.is_empty() {
            "feed.step_whole"
        } else {
            "feed.step_conditions"
        },
        [],
    ));
    steps.push(Refusal::new(
        "feed.step_kind",
        [("kind", &feed.kind.as_str())],
    ));
    Ok(())
}

/// The file if it is of the right kind; `None` where the copy we have is the newest.
async fn fetch(
    context: &Context,
    client: &Client,
    feed: &Feed,
) -> Result<Option<(Head, NamedTempFile)>> {
    // Records come in archives larger than anybody wants in memory.
    let mut file =
        NamedTempFile::new_in(&context.home.0).context("no room for what a feed sends")?;
    let Some(found) = client
        .get_into(&feed.url, wanted(feed), file.as_file_mut())
        .await?
    else {
        return Ok(None);
    };
    if !fits(feed.kind, &peek(file.as_file())?) {
        return Err(refusal(
            "feed.error_other_kind",
            [("url", &found.url), ("kind", &feed.kind.as_str())],
        ));
    }
    Ok(Some((found, file)))
}

/// A list of files, in memory: it is no larger than a document.
fn list(url: &str, file: &NamedTempFile) -> Result<Vec<u8>> {
    if file.as_file().metadata()?.len() > limits::DOCUMENT_BYTES {
        return Err(Error::new(FetchError::TooBig {
            url: url.to_string(),
            limit_bytes: limits::DOCUMENT_BYTES,
        }));
    }
    Ok(std::fs::read(file.path())?)
}

/// The beginning of the file.
fn peek(mut file: &File) -> Result<Vec<u8>> {
    file.rewind()?;
    let mut head = Vec::new();
    file.take(limits::PEEK_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

fn wanted(feed: &Feed) -> Wanted<'_> {
    let nature = feed.kind.nature();
    let (limit_bytes, seconds) = match nature.brings {
        Brings::Records | Brings::Signs => (limits::ARCHIVE_BYTES, limits::ARCHIVE_SECONDS),
        Brings::Advisories | Brings::Reading | Brings::Document { .. } => {
            (limits::DOCUMENT_BYTES, limits::FETCH_SECONDS)
        }
    };
    let accept = match nature.asked {
        Asked::File(types) => types,
        Asked::Provider | Asked::Taxii | Asked::Shadowserver | Asked::Mailbox => &[],
    };
    Wanted {
        etag: &feed.etag,
        last_modified: &feed.last_modified,
        limit_bytes,
        seconds,
        accept,
    }
}

/// Is this what the feed is there for? Only the door: intake reads it closely.
fn fits(kind: FeedKind, head: &[u8]) -> bool {
    let has = |word: &str| {
        head.windows(word.len())
            .any(|window| window == word.as_bytes())
    };
    let (packed, archive) = (head.starts_with(&[0x1f, 0x8b]), head.starts_with(b"PK"));
    let advisory = has("\"csaf_version\"") || has("\"document\"");
    match kind.nature().brings {
        Brings::Advisories => advisory,
        Brings::Document { mark, packed: may } => (may && packed) || (has(mark) && !advisory),
        Brings::Records => {
            packed
                || archive
                || ((has("CVE-") || cve_changes::looks_like_changes(head))
                    && !advisory
                    && !has("\"catalogVersion\""))
        }
        Brings::Signs => is_list(head) || packed || archive || is_signs(head),
        Brings::Reading => has("<feed") || has("<rss") || has("<rdf:RDF"),
    }
}

/// A folder or a manifest that names files.
fn is_list(head: &[u8]) -> bool {
    sign_list::is_page(head) || sign_list::is_manifest(head)
}

/// A table of signs, or JSON, which intake knows to be signs or not.
fn is_signs(head: &[u8]) -> bool {
    recognise::looks_like_json(head) || recognise::table(head).nature().from_sources
}

/// What intake made of it. A file of which nothing could be used is a failure of the feed.
fn taken(feed: &Feed, report: IngestReport) -> Result<PullReport> {
    let IngestReport {
        new,
        changed,
        same,
        mut rejected,
        remarks,
        ..
    } = report;
    let listed = new.saturating_add(changed).saturating_add(same);
    if listed == 0 && !rejected.is_empty() {
        return Err(Error::new(Refusal::from(rejected.swap_remove(0))));
    }
    let discovered = listed.saturating_add(rejected.len() as u64);
    let named = |remark: Remark| Rejected {
        document: if remark.document.is_empty() {
            feed.url.clone()
        } else {
            remark.document.clone()
        },
        reason: Refusal::from(remark),
    };
    let rejected = rejected
        .into_iter()
        .take(limits::REJECTED_SHOWN)
        .map(named)
        .collect();
    Ok(PullReport {
        discovered,
        new,
        changed,
        same,
        rejected,
        remarks: remarks.into_iter().map(Refusal::from).collect(),
        ..PullReport::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_feed_is_there_for() {
        use FeedKind::{Atom, Cve, Epss, Kev};
        let kev = r#"{"title": "x", "catalogVersion": "2026.03.02", "vulnerabilities": [{"cveID": "CVE-2021-26855"}]}"#;
        let csaf = r#"{"document": {"category": "csaf_security_advisory", "csaf_version": "2.0", "title": "catalogVersion CVE-2021-26855"}}"#;
        let cve = r#"{"dataType": "CVE_RECORD", "cveMetadata": {"cveId": "CVE-2021-26855"}}"#;
        let epss =
            "#model_version:v2025.03.14,score_date:2026-03-02T12:55:00Z\ncve,epss,percentile\n";
        let atom = "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">";
        for (text, kinds) in [
            (kev, vec![Kev]),
            (csaf, vec![]),
            (cve, vec![Cve]),
            (epss, vec![Epss]),
            (atom, vec![Atom]),
            ("<html>", vec![]),
            ("", vec![]),
        ] {
            for kind in [Kev, Epss, Cve, Atom] {
                assert_eq!(
                    fits(kind, text.as_bytes()),
                    kinds.contains(&kind),
                    "{kind:?} {text}"
                );
            }
        }
        assert!(
            fits(Epss, &[0x1f, 0x8b, 8]) && fits(Cve, b"PK\x03\x04") && !fits(Kev, b"PK\x03\x04")
        );
    }
}
