//! What the operators were told, or should have been.

use super::Moment;
use crate::store::people::notices::Notice;
use serde::Serialize;

/// One notice.
#[derive(Debug, Serialize)]
pub struct NoticeView<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is about, a word of the notices.
    pub kind: &'a str,
    /// Of what, for example the name of a feed.
    pub subject: &'a str,
    /// What it says, in the reader's language.
    pub text: &'a str,
    /// When it came up.
    pub created_at: Moment,
    /// When it was mailed to the operators.
    pub mailed_at: Option<Moment>,
}

impl<'a> NoticeView<'a> {
    /// A notice; `text` is its text in the reader's language.
    pub fn new(notice: &'a Notice, text: &'a str) -> Self {
        Self {
            id: &notice.id,
            kind: &notice.kind,
            subject: &notice.subject,
            text,
            created_at: Moment(notice.created_at),
            mailed_at: notice.mailed_at.map(Moment),
        }
    }
}
