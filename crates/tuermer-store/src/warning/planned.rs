//! Writes the deliveries of a released warning; what becomes of them is told in [`crate::warning::deliveries`].

use crate::ground::engine::Transaction;
use crate::values;
use anyhow::Result;
use tuermer_core::delivery::Delivery;

/// Writes planned deliveries; one that is already there stays as it is.
pub async fn insert(open: &mut Transaction, deliveries: &[Delivery]) -> Result<()> {
    let rows = deliveries.iter().map(|delivery| {
        let Delivery {
            id,
            warning,
            organisation,
            channel,
            round,
            point,
            address,
            state,
            attempts,
            unsure_count,
            hold_until,
            message_id,
            at,
            detail,
        } = delivery;
        values![
            id.as_str(),
            warning.as_str(),
            organisation.as_str(),
            channel.as_str(),
            *round,
            point.as_str(),
            address,
            state.as_str(),
            *attempts,
            *unsure_count,
            *hold_until,
            message_id,
            *at,
            detail
        ]
    });
    let head = "INSERT INTO delivery (id, warning_number, organisation_id, channel, round, point_id, address, state, attempts, unsure_count, hold_until, message_id, at, detail)";
    open.insert_many(
        head,
        rows.collect(),
        "ON CONFLICT (warning_number, organisation_id, channel, round) DO NOTHING",
    )
    .await?;
    Ok(())
}
