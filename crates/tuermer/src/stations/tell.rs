//! Tell: makes a message to every operator of `[operators] mail` out of each notice. They go the road of warnings,
//! before all of these ([`super::deliver`]); the words of the mail are made when it leaves.
//!
//! A notice is told when every operator's server took it or refused it. Without an operator nothing is told here;
//! `status` and `feed list` then say so.

use super::deliver;
use crate::compose::message_domain;
use crate::context::Context;
use crate::keys::sha256;
use crate::store::people::notice_deliveries::{NoticeDelivery, NoticesRecorded};
use anyhow::Result;
use serde::Serialize;
use tuermer_core::ids::DeliveryId;
use tuermer_core::limits::NOTICES_SHOWN;

/// What one round did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TellReport {
    /// Mails that left.
    pub sent: u64,
    /// Mails refused for good: an address in `[operators] mail` is wrong.
    pub refused: u64,
    /// Notices that still must be told.
    pub waiting: u64,
    /// The mail server cannot be used: why.
    pub away: Option<String>,
}

/// True where a notice has no message to an operator yet.
///
/// # Errors
/// The database does not answer.
pub(super) async fn has_gap(context: &Context) -> Result<bool> {
    for address in &context.config.operators.mail {
        if !context.store.notices_to_mail(address, 1).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes what is missing; returns how many messages.
///
/// # Errors
/// The database does not answer.
pub(super) async fn round(context: &Context) -> Result<u64> {
    let mut planned = Vec::new();
    for address in &context.config.operators.mail {
        for notice in context
            .store
            .notices_to_mail(address, NOTICES_SHOWN)
            .await?
        {
            planned.push(message(context, notice, address));
        }
    }
    context.store.plan_notices(&planned, context.now()).await?;
    Ok(planned.len() as u64)
}

fn message(context: &Context, notice: String, address: &str) -> NoticeDelivery {
    let name = sha256(format!("{notice} {address}").as_bytes());
    let name = name.get(..32).unwrap_or(&name);
    NoticeDelivery {
        id: DeliveryId(format!("notice.{name}")),
        message_id: format!("notice.{name}@{}", message_domain(context)),
        notice,
        address: address.to_string(),
        attempts: 0,
    }
}

/// Makes what is missing and hands it over, with everything else that is due.
///
/// # Errors
/// The store cannot be read or written, or the settings of the mail server are wrong.
pub async fn run(context: &Context) -> Result<TellReport> {
    round(context).await?;
    let handed = deliver::run(context).await?;
    report(context, handed.notices, handed.away).await
}

/// What became of notices.
///
/// # Errors
/// The database does not answer.
pub(super) async fn report(
    context: &Context,
    recorded: NoticesRecorded,
    away: Option<String>,
) -> Result<TellReport> {
    let NoticesRecorded {
        sent,
        refused,
        later: _,
    } = recorded;
    let waiting = context.store.notices_unmailed().await?;
    let away = match away {
        Some(why) => Some(why),
        None if waiting > 0 => context.store.why_notices_wait().await?,
        None => None,
    };
    Ok(TellReport {
        sent,
        refused,
        waiting,
        away,
    })
}
