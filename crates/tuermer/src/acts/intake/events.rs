//! Events of other pipelines and lines of firewalls, one by one: each is a sign, or one for each side of an attack.

use super::content::Content;
use super::gather::{self, File, Gatherer};
use super::{IngestReport, Word};
use crate::context::Context;
use anyhow::Result;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tuermer_formats::firewall::{Log, Template};
use tuermer_formats::format::{Event, Format};
use tuermer_formats::objects::{Objects, ObjectsError, Signs};
use tuermer_formats::origin::Origin;
use tuermer_formats::records::Malformed;

/// Takes a file of events.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest(
    context: &Context,
    name: &str,
    kind: Format,
    signs: Event,
    content: Content,
    word: &Word,
) -> Result<IngestReport> {
    let origin = word.origin(context, name);
    gather::ingest_signs(
        context,
        File {
            name,
            kind,
            content,
            whole: false,
            word,
        },
        move |source, gatherer| {
            read(signs, source, &origin, gatherer).map_err(|error| error.to_string())
        },
    )
    .await
}

/// Takes the lines of a firewall that the template asks for; what no rule asks for is passed over and counted.
///
/// # Errors
/// The store cannot be read or written.
pub async fn firewall(
    context: &Context,
    name: &str,
    content: Content,
    template: Arc<Template>,
    word: &Word,
) -> Result<IngestReport> {
    let origin = word.origin(context, name);
    let passed = Arc::new(AtomicU64::new(0));
    let counted = passed.clone();
    let file = File {
        name,
        kind: Format::Firewall,
        content,
        whole: false,
        word,
    };
    let mut report = gather::ingest_signs(context, file, move |source, gatherer| {
        let mut log = Log::new(source, &template);
        while let Some(next) = log.next(&origin).map_err(|error| error.to_string())? {
            gatherer.count(1);
            match next {
                Ok(line) => {
                    if gatherer.sign(line.sign) {
                        gatherer.keep_line(line.number, &line.bytes);
                    }
                }
                Err(malformed) => gatherer.malformed(&malformed),
            }
            if gatherer.is_over() {
                break;
            }
        }
        counted.store(log.passed(), Ordering::Relaxed);
        Ok(())
    })
    .await?;
    let passed = passed.load(Ordering::Relaxed);
    report.lines = report.lines.saturating_add(passed);
    report.passed = passed;
    Ok(report)
}

fn read(
    signs: Event,
    source: Box<dyn Read + Send>,
    origin: &Origin,
    gatherer: &mut Gatherer<'_>,
) -> Result<(), ObjectsError> {
    let mut events = Objects::new(source)?;
    while let Some(next) = events.next_signs(signs, origin)? {
        if !sort(next, gatherer) {
            break;
        }
    }
    Ok(())
}

/// Sorts one event; false where reading on is of no use.
fn sort(next: Result<Signs<'_>, Malformed>, gatherer: &mut Gatherer<'_>) -> bool {
    gatherer.count(1);
    match next {
        Ok(Signs { line, bytes, signs }) => {
            let mut ours = false;
            for sign in signs {
                ours |= gatherer.sign(sign);
            }
            if ours {
                gatherer.keep_line(line, bytes);
            }
        }
        Err(malformed) => gatherer.malformed(&malformed),
    }
    !gatherer.is_over()
}
