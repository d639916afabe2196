//! From a delivery to its mail: the warning is read once, the recipient's row when the mail leaves.

use crate::channels::mime::Outgoing;
use crate::context::Context;
use anyhow::{Context as _, Result};
use tuermer_core::delivery::Delivery;
use tuermer_core::ids::WarningNumber;
use tuermer_core::locale::Language;

/// What all mails of one warning share.
pub struct Letter {
    number: WarningNumber,
    later: bool,
    headlines: Vec<(String, String)>,
}

impl Letter {
    /// Reads a warning.
    pub async fn load(context: &Context, number: &WarningNumber) -> Result<Self> {
        let sql = "SELECT t.language, t.headline, w.replaces FROM warning_text t JOIN warning w ON w.number = t.warning_number WHERE w.number = $1";
        let rows = context.store.read(sql, crate::values![number.as_str()]).await?;
        let headlines = rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Result<_>>()?;
        let later = rows.first().map_or(Ok(None), |row| row.text_or_null(2))?.is_some();
        Ok(Self { number: number.clone(), later, headlines })
    }

    /// The mail of one recipient.
    pub async fn to(&self, context: &Context, delivery: &Delivery) -> Result<Outgoing> {
        let sql = "SELECT language, name, reason, contact_name FROM recipient WHERE warning_number = $1 AND organisation_id = $2";
        let row = context.store.read_one(sql, crate::values![self.number.as_str(), delivery.organisation.as_str()]).await?;
        let row = row.context("a delivery without its recipient")?;
        let code = row.text(0)?;
        let headline = self.headlines.iter().find(|(language, _)| *language == code).map_or("", |(_, headline)| headline);
        let text = format!("{}\n\n{headline}\n\n{}\n", row.text(1)?, row.text(2)?);
        let references = if self.later || delivery.round > 1 { context.store.first_message_id(delivery).await? } else { None };
        let mail = &context.config.mail;
        Ok(Outgoing {
            from: mail.from.clone(),
            from_name: mail.from_name.clone(),
            to: delivery.address.clone(),
            to_name: row.text(3)?,
            subject: format!("{headline} [{}]", self.number),
            html: format!("<pre>{}</pre>", text.replace('&', "&amp;").replace('<', "&lt;")),
            text,
            language: Language::parse(&code).unwrap_or_default(),
            message_id: delivery.message_id.clone(),
            references,
            date: context.now(),
        })
    }
}
