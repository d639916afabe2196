//! Sources that are asked by themselves: how each stands, what one pull brought, and what a try gave.

use super::Moment;
use crate::feeds::{PullReport, Rejected};
use crate::refusal::{Refusal, refusal_words};
use crate::text::Texts;
use serde::Serialize;
use tuermer_core::admiralty::Grade;
use tuermer_core::feed::{Feed, FeedCounts};
use tuermer_core::tlp::Tlp;

/// A source.
#[derive(Debug, Serialize)]
pub struct FeedView<'a> {
    /// Its name.
    pub feed: &'a str,
    /// A word of `FeedKind`.
    pub kind: &'static str,
    /// Its address.
    pub url: &'a str,
    /// `paused`, `silent`, `failing`, `fresh` or `new`.
    pub state: &'static str,
    /// How often it is asked, in seconds.
    pub period_seconds: i64,
    /// After how many seconds without anything new it counts as silent.
    pub silent_after_seconds: i64,
    /// It is not asked.
    pub paused: bool,
    /// Hosts in the own house it may lead to.
    pub private_hosts: &'a [String],
    /// How far it is to be believed, `A1` to `F6`.
    pub grade: Option<String>,
    /// Who may see what it brings.
    pub tlp: Option<&'static str>,
    /// Senders it takes mails from.
    pub senders: &'a [String],
    /// When it is asked next.
    pub next: Moment,
    /// How often in a row it failed.
    pub failures: i64,
    /// When it was last asked.
    pub last_attempt: Option<Moment>,
    /// When it last answered.
    pub last_success: Option<Moment>,
    /// When it last brought something new.
    pub last_change: Option<Moment>,
    /// Why it failed, in the reader's language.
    pub last_error: Option<String>,
    /// Since when it is silent.
    pub silent_since: Option<Moment>,
    /// Documents the last pull found.
    pub discovered: u64,
    /// Of them new.
    pub new: u64,
    /// Of them changed.
    pub changed: u64,
    /// Of them with a good signature.
    pub verified: u64,
    /// Of them refused.
    pub rejected: u64,
    /// Of them taken in spite of a flaw.
    pub tolerated: u64,
}

impl<'a> FeedView<'a> {
    /// A source; `error` says why it failed, in the reader's language, and is empty where it did not.
    pub fn new(feed: &'a Feed, error: String) -> Self {
        let FeedCounts {
            discovered,
            new,
            changed,
            verified,
            rejected,
            tolerated,
        } = feed.counts;
        Self {
            feed: &feed.name,
            kind: feed.kind.as_str(),
            url: &feed.url,
            state: FeedStanding::from(feed).as_str(),
            period_seconds: feed.period_seconds,
            silent_after_seconds: feed.silent_after_seconds,
            paused: feed.paused,
            private_hosts: &feed.private_hosts,
            grade: feed.grade.map(Grade::to_text),
            tlp: feed.tlp.map(Tlp::as_str),
            senders: &feed.senders,
            next: Moment(feed.next_at),
            failures: feed.failures,
            last_attempt: feed.last_attempt_at.map(Moment),
            last_success: feed.last_success_at.map(Moment),
            last_change: feed.last_change_at.map(Moment),
            last_error: (!error.is_empty()).then_some(error),
            silent_since: feed.silent_since.map(Moment),
            discovered,
            new,
            changed,
            verified,
            rejected,
            tolerated,
        }
    }
}

/// How a source stands, in one word; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedStanding {
    /// Not heard for longer than its own rule; the operators were told.
    Silent,
    /// The last attempt brought nothing.
    Failing,
    /// Nobody asked it yet.
    New,
    /// Heard as it should be.
    Fresh,
    /// Not asked until somebody resumes it.
    Paused,
}

impl From<&Feed> for FeedStanding {
    fn from(feed: &Feed) -> Self {
        match feed {
            Feed { paused: true, .. } => Self::Paused,
            Feed {
                silent_since: Some(_),
                ..
            } => Self::Silent,
            Feed {
                last_error: Some(_),
                ..
            } => Self::Failing,
            Feed {
                last_success_at: Some(_),
                ..
            } => Self::Fresh,
            _ => Self::New,
        }
    }
}

impl FeedStanding {
    /// The word of page, terminal and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Failing => "failing",
            Self::New => "new",
            Self::Fresh => "fresh",
            Self::Paused => "paused",
        }
    }
}

/// What one pull brought.
#[derive(Debug, Serialize)]
pub struct PullView<'a> {
    /// Name of the source.
    pub feed: &'a str,
    /// A word of `FeedKind`.
    pub kind: &'static str,
    /// Always `null`.
    pub error: Option<&'a str>,
    /// The source had nothing new to say.
    pub unchanged: bool,
    /// Documents it found.
    pub discovered: u64,
    /// Of them new.
    pub new: u64,
    /// Of them changed.
    pub changed: u64,
    /// Of them known.
    pub same: u64,
    /// Of them with a good signature.
    pub verified: u64,
    /// Of them taken in spite of a flaw.
    pub tolerated: u64,
    /// Documents that were refused, and why.
    pub rejected: Vec<RejectedView<'a>>,
    /// What else is to be known, in the reader's language.
    pub remarks: Vec<String>,
    /// When it is asked next.
    pub next: Moment,
}

/// A document that was refused.
#[derive(Debug, Serialize)]
pub struct RejectedView<'a> {
    /// Its address.
    pub document: &'a str,
    /// Why, in the reader's language.
    pub reason: String,
}

impl<'a> PullView<'a> {
    /// A pull that went well.
    pub fn new(feed: &'a Feed, report: &'a PullReport, texts: Texts) -> Self {
        let PullReport {
            unchanged,
            discovered,
            new,
            changed,
            same,
            verified,
            tolerated,
            rejected,
            remarks,
            etag: _,
            last_modified: _,
        } = report;
        let say = |refusal: &Refusal| refusal_words(refusal, texts);
        let rejected = rejected.iter();
        let rejected = rejected.map(|Rejected { document, reason }| RejectedView {
            document,
            reason: say(reason),
        });
        Self {
            feed: &feed.name,
            kind: feed.kind.as_str(),
            error: None,
            unchanged: *unchanged,
            discovered: *discovered,
            new: *new,
            changed: *changed,
            same: *same,
            verified: *verified,
            tolerated: *tolerated,
            rejected: rejected.collect(),
            remarks: remarks.iter().map(say).collect(),
            next: Moment(feed.next_at),
        }
    }
}

/// A pull that failed: the counts are zero and the lists empty, so that readers need no other case.
#[derive(Debug, Serialize)]
pub struct FailedPullView<'a> {
    /// Name of the source.
    pub feed: &'a str,
    /// A word of `FeedKind`.
    pub kind: &'static str,
    /// Why, in the reader's language.
    pub error: &'a str,
    /// When it is asked next.
    pub next: Moment,
    /// 0.
    pub discovered: u64,
    /// 0.
    pub new: u64,
    /// 0.
    pub changed: u64,
    /// 0.
    pub same: u64,
    /// 0.
    pub verified: u64,
    /// 0.
    pub tolerated: u64,
    /// Empty.
    pub rejected: [&'a str; 0],
    /// Empty.
    pub remarks: [&'a str; 0],
}

impl<'a> FailedPullView<'a> {
    /// A pull that failed; `error` says why, in the reader's language.
    pub fn new(feed: &'a Feed, error: &'a str) -> Self {
        Self {
            feed: &feed.name,
            kind: feed.kind.as_str(),
            error,
            next: Moment(feed.next_at),
            discovered: 0,
            new: 0,
            changed: 0,
            same: 0,
            verified: 0,
            tolerated: 0,
            rejected: [],
            remarks: [],
        }
    }
}

/// What the try of a name or an address gave.
#[derive(Debug, Serialize)]
pub struct FeedTestView<'a> {
    /// The address.
    pub url: &'a str,
    /// A word of `FeedKind`.
    pub kind: &'static str,
    /// What was done, step by step, in the reader's language.
    pub steps: &'a [String],
    /// Why it failed, in the reader's language.
    pub error: Option<&'a str>,
}
