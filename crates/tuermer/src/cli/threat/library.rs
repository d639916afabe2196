//! `tuermer threat list|show`.

use super::tell::told;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::store::documents::threats::ThreatHead;
use crate::views::threat::{Library, ThreatView};
use anyhow::{Error, Result, anyhow};
use std::collections::HashMap;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits::SEARCH_TERMS;
use tuermer_core::query::{self, Field, QueryError, Sort};

/// Lists all threats or those that fit.
pub async fn list(
    call: &Call,
    context: &Context,
    search: &str,
    sort: Option<&str>,
    descending: bool,
) -> Result<Exit> {
    let terms = query::parse(search).map_err(refused)?;
    let order = match sort {
        None => Sort::Released,
        Some(text) => Sort::parse(text).ok_or_else(|| {
            wrong_call(
                "threat.sort",
                [
                    ("text", &text),
                    ("known", &words(Sort::ALL.iter().map(|sort| sort.as_str()))),
                ],
            )
        })?,
    };
    let wanted = context
        .store
        .search_threats(&terms, order, descending || sort.is_none(), &context.zone())
        .await?;
    let mut heads: HashMap<ThreatId, ThreatHead> = context
        .store
        .threats()
        .await?
        .into_iter()
        .map(|head| (head.id.clone(), head))
        .collect();
    let texts = call.out.texts;
    if wanted.is_empty() && !call.out.json {
        call.out.say(&texts.get(if terms.is_empty() {
            "threat.none"
        } else {
            "threat.search_none"
        }));
    }
    for id in &wanted {
        let Some(head) = heads.remove(id) else {
            continue;
        };
        if call.out.json {
            let threat = context
                .store
                .threat(id)
                .await?
                .ok_or_else(|| anyhow!("{id} is not there any more"))?;
            let library = library(context, id).await?;
            let view = ThreatView::new(&threat, &head, &library, &context.policy);
            call.out.object(&view)?;
            continue;
        }
        let exploited = if head.exploited {
            texts.get("threat.exploited")
        } else {
            String::new()
        };
        let values = [
            ("tracking", head.tracking_id.as_str()),
            ("level", head.level.as_str()),
            ("exploited", &exploited),
            ("title", &head.title),
            ("cves", &head.cves.join(", ")),
        ];
        call.out.line(&texts.with("threat.list_line", &values));
    }
    Ok(if wanted.is_empty() {
        Exit::NothingFound
    } else {
        Exit::Ok
    })
}

/// Shows one threat.
pub async fn show(call: &Call, context: &Context, text: &str) -> Result<Exit> {
    let Some(id) = super::find(call, context, text).await? else {
        return Ok(Exit::NothingFound);
    };
    let threat = context
        .store
        .threat(&id)
        .await?
        .ok_or_else(|| anyhow!("{id} is not there any more"))?;
    let heads = context.store.threats().await?;
    let head = heads
        .iter()
        .find(|head| head.id == id)
        .ok_or_else(|| anyhow!("{id} is not there any more"))?;
    let library = library(context, &id).await?;
    if call.out.json {
        let view = ThreatView::new(&threat, head, &library, &context.policy);
        call.out.object(&view)?;
    } else {
        for line in told(&threat, &library, call.out.texts, &context.zone()) {
            call.out.line(&line);
        }
    }
    Ok(Exit::Ok)
}

/// What the store knows beside the document.
async fn library(context: &Context, id: &ThreatId) -> Result<Library> {
    let store = &context.store;
    Ok(Library {
        signature: store.signature_state(id).await?,
        revisions: store.revisions(id).await?,
        comments: store.comments(id).await?,
        readers: store.readers(id).await?,
    })
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// A search that cannot be read, with what would be possible.
fn refused(error: QueryError) -> Error {
    match error {
        QueryError::Field(text) => wrong_call(
            "threat.search_field",
            [
                ("text", &text),
                (
                    "known",
                    &words(Field::ALL.iter().map(|field| field.as_str())),
                ),
            ],
        ),
        QueryError::Value { field, value } => wrong_call(
            "threat.search_value",
            [("field_name", &field), ("value", &value)],
        ),
        QueryError::TooMany => wrong_call("threat.search_terms", [("limit", &SEARCH_TERMS)]),
    }
}
