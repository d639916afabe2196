//! Makes notices: what happened as a sentence without words, for every operator in the own language.

use crate::context::Context;
use crate::store::people::notices::Notice;
use crate::text::Texts;
use anyhow::Result;
use tuermer_core::locale::Language;
use tuermer_core::sentence::{AS_WRITTEN, Part, Sentence};
use tuermer_formats::facts;

/// A notice of now, to be raised.
///
/// # Errors
/// There is no randomness for its id.
pub fn notice(context: &Context, kind: &str, subject: &str, text: Sentence) -> Result<Notice> {
    let zone = context.zone();
    let told = |language: Language| {
        let words = Texts(language).sentence(&text, &zone);
        (language.code().to_string(), Part::Text(words))
    };
    let written = Sentence {
        key: AS_WRITTEN.to_string(),
        values: Language::ALL.map(told).to_vec(),
    };
    Ok(Notice {
        id: context.id()?,
        kind: kind.to_string(),
        subject: subject.to_string(),
        written: facts::stored(&written),
        text,
        created_at: context.now(),
        mailed_at: None,
    })
}

/// What a notice says to a reader.
pub fn words(context: &Context, notice: &Notice, texts: Texts) -> String {
    texts.sentence(&notice.text, &context.zone())
}
