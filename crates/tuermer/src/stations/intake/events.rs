//! Events of other pipelines (IntelMQ, n6), one by one: each is a sign, or one for each side of an attack.

use super::gather::{self, File, Gatherer};
use super::source::Content;
use super::{IngestReport, Word};
use crate::context::Context;
use anyhow::Result;
use std::io::Read;
use tuermer_formats::objects::{ObjectsError, Signs};
use tuermer_formats::origin::Origin;
use tuermer_formats::recognise::Kind;
use tuermer_formats::records::Malformed;
use tuermer_formats::{intelmq, n6};

/// Takes a file of events.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest(context: &Context, name: &str, kind: Kind, content: Content, word: Word) -> Result<IngestReport> {
    let origin = word.origin(context, name);
    gather::take(context, File { name, kind, content, whole: false }, move |source, gatherer| {
        read(kind, source, &origin, gatherer).map_err(|error| error.to_string())
    })
    .await
}

fn read(kind: Kind, source: Box<dyn Read + Send>, origin: &Origin, gatherer: &mut Gatherer<'_>) -> Result<(), ObjectsError> {
    if kind == Kind::N6 {
        let mut events = n6::Events::new(source)?;
        while let Some(next) = events.next(origin)? {
            if !sort(next, gatherer) {
                break;
            }
        }
        return Ok(());
    }
    let mut events = intelmq::Events::new(source)?;
    while let Some(next) = events.next(origin)? {
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
