//! What the analyst's feeds brought to read.

use super::Moment;
use crate::store::feeds::reading::Reading;
use serde::Serialize;

/// One entry of a feed.
#[derive(Debug, Serialize)]
pub struct ReadingView<'a> {
    /// Name of the feed.
    pub feed: &'a str,
    /// Its id in the feed.
    pub entry: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Where it stands.
    pub url: &'a str,
    /// Its first sentences; may be empty.
    pub summary: &'a str,
    /// When it was published.
    pub published_at: Moment,
    /// When somebody read it.
    pub read_at: Option<Moment>,
    /// Who read it.
    pub read_by: Option<&'a str>,
}

impl<'a> From<&'a Reading> for ReadingView<'a> {
    fn from(reading: &'a Reading) -> Self {
        let Reading {
            feed,
            entry,
            title,
            url,
            summary,
            published_at,
            read_at,
            read_by,
        } = reading;
        Self {
            feed,
            entry,
            title,
            url,
            summary,
            published_at: Moment(*published_at),
            read_at: read_at.map(Moment),
            read_by: read_by.as_deref(),
        }
    }
}
