//! From a delivery to its mail: the warning is read once, the recipient's row when the mail leaves.

use crate::acts::warn;
use crate::channels::mime::Outgoing;
use crate::context::Context;
use anyhow::{Context as _, Result};
use tuermer_core::delivery::Delivery;
use tuermer_core::ids::WarningNumber;
use tuermer_core::warning::Warning;

/// What all mails of one warning share.
pub struct Letter(Warning);

impl Letter {
    /// Reads a warning.
    ///
    /// # Errors
    /// There is none of this number.
    pub async fn load(context: &Context, number: &WarningNumber) -> Result<Self> {
        Ok(Self(context.store.warning(number).await?.with_context(
            || format!("there is no warning {number}"),
        )?))
    }

    /// The mail of one recipient. The address is the one two people released with the content, not the
    /// one beside the delivery.
    ///
    /// # Errors
    /// The delivery has no recipient, or the warning no text in the recipient's language.
    pub async fn to(&self, context: &Context, delivery: &Delivery) -> Result<Outgoing> {
        let Self(warning) = self;
        let recipient = context
            .store
            .recipient(&warning.number, &delivery.organisation)
            .await?;
        let recipient =
            recipient.with_context(|| format!("delivery {} has no recipient", delivery.id))?;
        let mail = warn::mail(context, warning, &recipient)?;
        let later = warning.replaces.is_some() || delivery.round > 1;
        let references = if later {
            context.store.first_message_id(delivery).await?
        } else {
            None
        };
        Ok(Outgoing {
            from: context.config.mail.from.clone(),
            from_name: context.config.mail.from_name.clone(),
            to: recipient.email,
            to_name: recipient.contact_name,
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            language: recipient.language,
            message_id: delivery.message_id.clone(),
            references,
            date: context.now(),
        })
    }
}
