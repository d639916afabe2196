//! From a delivery to its message: the warning is read once, the recipient's row when the message leaves.
//!
//! A notice is read when it leaves, and goes only to addresses that stand in `[operators] mail` at that moment.

use crate::channels::{Message, Notice, PointKeys, Warned};
use crate::context::Context;
use crate::notice::words;
use crate::store::people::notice_deliveries::NoticeDelivery;
use crate::text::Texts;
use anyhow::{Context as _, Result};
use std::sync::Arc;
use tuermer_core::delivery::Delivery;
use tuermer_core::ids::WarningNumber;
use tuermer_core::locale::Language;
use tuermer_core::warning::{MessageType, Warning};

/// What all messages of one warning share.
pub struct Letter(Arc<Warning>);

impl Letter {
    /// Reads a warning.
    ///
    /// # Errors
    /// There is none of this number.
    pub async fn load(context: &Context, number: &WarningNumber) -> Result<Self> {
        let warning = context.store.warning(number).await?;
        let warning = warning.with_context(|| format!("there is no warning {number}"))?;
        Ok(Self(Arc::new(warning)))
    }

    /// Alert, update or correction.
    pub fn message_type(&self) -> MessageType {
        self.0.message_type
    }

    /// The message to one recipient, with the keys of its contact point where it is `keyed`. The address is the one two
    /// people released with the content, not the one beside the delivery.
    ///
    /// # Errors
    /// The database does not answer. What nobody released is told inside.
    pub async fn to(
        &self,
        context: &Context,
        delivery: &Delivery,
        keyed: bool,
    ) -> Result<Result<Message, String>> {
        let Self(warning) = self;
        let recipient = context
            .store
            .recipient(&warning.number, &delivery.organisation)
            .await?;
        // A row that fits no release must not stop the others.
        let Some(recipient) = recipient else {
            return Ok(Err("nobody released this delivery".into()));
        };
        let Some(way) = recipient.way(delivery.channel).filter(|way| way.planned) else {
            return Ok(Err("nobody released this way to the recipient".into()));
        };
        let (address, name) = (way.address.clone(), way.name.clone());
        let keys = if keyed {
            context.store.point_keys(&way.point, &way.address).await?
        } else {
            None
        };
        let later = warning.replaces.is_some() || delivery.round > 1;
        let references = if later {
            context.store.first_message_id(delivery).await?
        } else {
            None
        };
        Ok(Ok(Message::Warning(Box::new(Warned {
            warning: Arc::clone(warning),
            recipient,
            delivery: delivery.clone(),
            address,
            name,
            references,
            keys: keys.map(|(generation, renewed_at)| PointKeys {
                generation,
                renewed_at,
            }),
        }))))
    }
}

/// A notice to one operator, or why it goes to nobody; every try has the same Message-ID.
///
/// # Errors
/// The database does not answer, or the notice is gone.
pub async fn notice(
    context: &Context,
    delivery: &NoticeDelivery,
) -> Result<Result<Message, String>> {
    let NoticeDelivery {
        id: _,
        notice,
        address,
        attempts: _,
        message_id,
    } = delivery;
    if !context.config.operators.mail.contains(address) {
        return Ok(Err(
            "the address does not stand in [operators] mail any more".into(),
        ));
    }
    let notice = context
        .store
        .notice(notice)
        .await?
        .with_context(|| format!("there is no notice {notice}"))?;
    let language = Language::parse(&context.config.operators.language).unwrap_or_default();
    let texts = Texts(language);
    let words = words(context, &notice, texts);
    let key = match notice.kind.as_str() {
        "feed.silent" => "feed.subject_silent",
        "feed.recovered" => "feed.subject_recovered",
        _ => "feed.subject_other",
    };
    let drill = if context.drill && !context.demo {
        texts.get("feed.subject_drill")
    } else {
        String::new()
    };
    let subject = format!(
        "{drill} {}",
        texts.with(key, &[("subject", &notice.subject)])
    );
    let page = format!("{}/heute", context.config.chamber.base_url);
    Ok(Ok(Message::Notice(Notice {
        address: address.clone(),
        message_id: message_id.clone(),
        subject: subject.trim().to_string(),
        words,
        page,
        language,
    })))
}
