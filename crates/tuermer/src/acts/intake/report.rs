//! A Shadowserver report, line by line: of each line only day, address and host are looked at, and only what concerns
//! members is made into signs.

use super::content::Content;
use super::gather::{self, File, Gatherer, key};
use super::{IngestReport, Word};
use crate::context::Context;
use anyhow::Result;
use std::io::Read;
use tuermer_core::admiralty::{Credibility, Grade, Reliability};
use tuermer_core::tlp::Tlp;
use tuermer_formats::format::Format;
use tuermer_formats::origin::Origin;
use tuermer_formats::shadowserver::{Line, Malformed, Report, ReportError};

/// Shadowserver scans the whole net, every day, and has for many years: usually reliable, and probably true. What it tells
/// is for the owner of a network and those who look after it. What whoever brings it says of the source counts instead.
fn origin(context: &Context, name: &str, word: &Word) -> Origin {
    let grade = Grade {
        reliability: Reliability::Usual,
        credibility: Credibility::Probable,
    };
    Origin {
        feed: name.to_string(),
        tlp: word.tlp.unwrap_or(Tlp::Amber),
        grade: word.grade.unwrap_or(grade),
        now: context.now(),
        key,
    }
}

/// Takes one report.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest(
    context: &Context,
    name: &str,
    content: Content,
    word: &Word,
) -> Result<IngestReport> {
    // The type stands in the name of the report, of one in an archive behind the name of that.
    let (origin, title) = (
        origin(context, name, word),
        name.rsplit(['#', '/']).next().unwrap_or(name).to_string(),
    );
    let file = File {
        name,
        kind: Format::Shadowserver,
        content,
        whole: false,
        word,
    };
    gather::ingest_signs(context, file, move |source, gatherer| {
        read(source, &title, &origin, gatherer).map_err(|error| error.to_string())
    })
    .await
}

fn read(
    source: impl Read,
    name: &str,
    origin: &Origin,
    gatherer: &mut Gatherer<'_>,
) -> Result<(), ReportError> {
    let mut lines = Report::new(source, name)?;
    while let Some(line) = lines.next_line()? {
        gatherer.count(1);
        if let Err(malformed) = line.and_then(|line| sort(&line, origin, gatherer)) {
            gatherer.malformed(&malformed);
        }
        if gatherer.is_over() {
            break;
        }
    }
    Ok(())
}

/// Whose is this line?
fn sort(line: &Line<'_>, origin: &Origin, gatherer: &mut Gatherer<'_>) -> Result<(), Malformed> {
    let glance = line.glance()?;
    if gatherer.owners().is_known(&glance.whereabouts) {
        if gatherer.of_member(line.observation(glance, origin)?) {
            gatherer.keep_line(line.number(), line.bytes());
        }
    } else {
        gatherer.stranger(line.report(), &glance.day);
    }
    Ok(())
}
