//! The audience of a warning: who is open to its threat, and, once submitted, the frozen rows.

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::ground::row::unknown;
use crate::keys::{Keys, sha256};
use crate::values;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use tuermer_core::ids::{OrganisationId, PointId, ThreatId, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::organisation::ways as ways_to;
use tuermer_core::scale::{Certainty, Status};
use tuermer_core::warning::{Channel, Recipient, Way};
use tuermer_formats::facts;
use tuermer_formats::reasons;

/// A delivery `d` that left or may have left.
pub const REACHED: &str =
    "(d.state IN ('sent', 'claimed', 'unsure', 'parked') OR d.unsure_count > 0)";

const COLUMNS: &str = "organisation_id, external_id, name, language, status, certainty, incident, reason, question, seen_at, provider_name, provider_phone, ways";

fn recipient(row: &Row) -> Result<Recipient> {
    Ok(Recipient {
        organisation: OrganisationId(row.text(0)?),
        external_id: row.text(1)?,
        name: row.text(2)?,
        language: row.word(3, "recipient.language", Language::parse)?,
        status: row.word(4, "recipient.status", Status::parse)?,
        certainty: row.word(5, "recipient.certainty", Certainty::parse)?,
        incident: row.bool(6)?,
        reason: row.text(7)?,
        question: row.text(8)?,
        seen_at: row.time(9)?,
        provider_name: row.text(10)?,
        provider_phone: row.text(11)?,
        ways: ways(&row.text(12)?)?,
    })
}

/// A way as it is kept in the row of its recipient.
#[derive(Serialize, Deserialize)]
struct StoredWay<'a> {
    channel: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    point: Cow<'a, str>,
    address: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    name: Cow<'a, str>,
    planned: bool,
}

/// Reads the ways of a row.
///
/// # Errors
/// Somebody changed the row by hand.
pub(crate) fn ways(text: &str) -> Result<Vec<Way>> {
    let stored: Vec<StoredWay<'_>> =
        serde_json::from_str(text).context("the ways of a recipient cannot be read")?;
    stored
        .into_iter()
        .map(|way| {
            let StoredWay {
                channel,
                point,
                address,
                name,
                planned,
            } = way;
            Ok(Way {
                channel: Channel::parse(&channel)
                    .ok_or_else(|| unknown(&channel, "recipient.ways"))?,
                point: PointId(point.into_owned()),
                address: address.into_owned(),
                name: name.into_owned(),
                planned,
            })
        })
        .collect()
}

fn stored(ways: &[Way]) -> Result<String> {
    let stored: Vec<StoredWay<'_>> = ways
        .iter()
        .map(|way| {
            let Way {
                channel,
                point,
                address,
                name,
                planned,
            } = way;
            StoredWay {
                channel: channel.as_str().into(),
                point: point.as_str().into(),
                address: address.into(),
                name: name.into(),
                planned: *planned,
            }
        })
        .collect();
    Ok(serde_json::to_string(&stored)?)
}

impl Store {
    /// One page of a frozen audience in order of ids.
    pub async fn recipients(
        &self,
        number: &WarningNumber,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<Vec<Recipient>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM recipient WHERE warning_number = $1 AND organisation_id > $2 ORDER BY organisation_id LIMIT $3"
        );
        let after = after.map_or("", OrganisationId::as_str);
        self.read(&sql, values![number.as_str(), after, i64::try_from(limit)?])
            .await?
            .iter()
            .map(recipient)
            .collect()
    }

    /// One organisation of a frozen audience.
    pub async fn recipient(
        &self,
        number: &WarningNumber,
        organisation: &OrganisationId,
    ) -> Result<Option<Recipient>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM recipient WHERE warning_number = $1 AND organisation_id = $2"
        );
        self.read_one(&sql, values![number.as_str(), organisation.as_str()])
            .await?
            .as_ref()
            .map(recipient)
            .transpose()
    }

    /// The organisation to which an answer link was given. Only the hash of a token is stored.
    pub async fn recipient_by_token(
        &self,
        number: &WarningNumber,
        token: &str,
    ) -> Result<Option<Recipient>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM recipient WHERE warning_number = $1 AND token_hash = $2"
        );
        self.read_one(&sql, values![number.as_str(), sha256(token.as_bytes())])
            .await?
            .as_ref()
            .map(recipient)
            .transpose()
    }

    /// One page of those open to a threat, as they would be warned now; no way is planned yet.
    /// `folder`: mails are written as files.
    pub async fn open_to(
        &self,
        threat: &ThreatId,
        providers: &Providers,
        after: Option<&OrganisationId>,
        limit: usize,
        (folder, now): (bool, Timestamp),
    ) -> Result<Vec<OpenRecipient>> {
        let after = after.map_or("", OrganisationId::as_str);
        let sql = "SELECT o.id, o.external_id, o.name, o.language, e.status, e.certainty, e.incident,
                   e.reason, e.question,
                   e.observed_at, COALESCE(o.provider_external_id, ''), e.version, e.product
                   FROM exposure e JOIN organisation o ON o.id = e.organisation_id
                   WHERE e.threat_id = $1 AND e.status IN ('affected', 'unknown') AND o.kind = 'member' AND o.id > $2 ORDER BY o.id LIMIT $3";
        let rows = self
            .read(sql, values![threat.as_str(), after, i64::try_from(limit)?])
            .await?;
        let Some(last) = rows.last().map(|row| row.text(0)).transpose()? else {
            return Ok(Vec::new());
        };
        let whose = "JOIN exposure e ON e.organisation_id = c.organisation_id AND e.threat_id = $1
                   WHERE c.organisation_id > $2 AND c.organisation_id <= $3";
        let contacts = self
            .contacts_where(whose, values![threat.as_str(), after, last])
            .await?;
        rows.iter()
            .map(|row| {
                let id = OrganisationId(row.text(0)?);
                let people = contacts.get(&id).map_or(&[][..], Vec::as_slice);
                Ok(OpenRecipient {
                    version: row.text(11)?,
                    product: row.text(12)?,
                    recipient: open_recipient(row, id, providers, ways_to(people, folder, now))?,
                })
            })
            .collect()
    }

    /// All IT providers with name and telephone, by their external id.
    pub async fn providers(&self, now: Timestamp) -> Result<Providers> {
        let whose = "JOIN organisation o ON o.id = c.organisation_id AND o.kind = 'provider'";
        let contacts = self.contacts_where(whose, Vec::new()).await?;
        let rows = self
            .read(
                "SELECT external_id, name, id FROM organisation WHERE kind = 'provider'",
                Vec::new(),
            )
            .await?;
        let mut providers = HashMap::new();
        for row in &rows {
            let people = contacts.get(&OrganisationId(row.text(2)?));
            let ways = people.map_or_else(Vec::new, |people| ways_to(people, false, now));
            let phone = ways
                .into_iter()
                .find(|way| way.channel == Channel::LAST)
                .map_or(String::new(), |way| way.address);
            providers.insert(row.text(0)?, (row.text(1)?, phone));
        }
        Ok(Providers(providers))
    }

    /// Those a warning reached, or may have reached, as its frozen audience has them.
    pub async fn reached(&self, number: &WarningNumber) -> Result<Vec<Recipient>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM recipient r WHERE r.warning_number = $1 AND EXISTS
             (SELECT 1 FROM delivery d WHERE d.warning_number = r.warning_number AND d.organisation_id = r.organisation_id AND {REACHED})
             ORDER BY r.organisation_id"
        );
        self.read(&sql, values![number.as_str()])
            .await?
            .iter()
            .map(recipient)
            .collect()
    }
}

/// Somebody who would be warned now, with what decided the verdict.
pub struct OpenRecipient {
    /// The recipient; no way is planned yet.
    pub recipient: Recipient,
    /// Build or version as told, may be empty.
    pub version: String,
    /// Product as told, may be empty.
    pub product: String,
}

/// Name and telephone of each provider, by external id.
pub struct Providers(HashMap<String, (String, String)>);

fn open_recipient(
    row: &Row,
    organisation: OrganisationId,
    providers: &Providers,
    ways: Vec<Way>,
) -> Result<Recipient> {
    let (provider_name, provider_phone) =
        providers.0.get(&row.text(10)?).cloned().unwrap_or_default();
    let language = row.word(3, "recipient.language", Language::parse)?;
    // From here on the words are frozen: they are what two people release.
    let reason = reasons::reason(&facts::reason(&row.text(7)?), language);
    let question = facts::question(&row.text(8)?);
    let question = question.map_or_else(String::new, |question| {
        reasons::question(&question, language)
    });
    Ok(Recipient {
        organisation,
        external_id: row.text(1)?,
        name: row.text(2)?,
        language,
        status: row.word(4, "recipient.status", Status::parse)?,
        certainty: row.word(5, "recipient.certainty", Certainty::parse)?,
        incident: row.bool(6)?,
        reason,
        question,
        seen_at: row.time(9)?,
        provider_name,
        provider_phone,
        ways,
    })
}

/// Writes the audience of a warning.
pub async fn insert(
    open: &mut Transaction,
    keys: &Keys,
    number: &WarningNumber,
    recipients: &[Recipient],
) -> Result<()> {
    let rows = recipients.iter().map(|recipient| {
        let Recipient {
            organisation,
            external_id,
            name,
            language,
            status,
            certainty,
            incident,
            reason,
            question,
            seen_at,
            provider_name,
            provider_phone,
            ways,
        } = recipient;
        let token_hash = sha256(keys.answer_token(number, organisation).as_bytes());
        Ok(values![
            number.as_str(),
            organisation.as_str(),
            external_id,
            name,
            language.code(),
            status.as_str(),
            certainty.as_str(),
            *incident,
            reason,
            question,
            *seen_at,
            provider_name,
            provider_phone,
            stored(ways)?,
            token_hash
        ])
    });
    open.insert_many(
        &format!("INSERT INTO recipient (warning_number, {COLUMNS}, token_hash)"),
        rows.collect::<Result<_>>()?,
        "",
    )
    .await?;
    Ok(())
}

/// Removes the audience of a warning that is written again.
pub async fn remove(open: &mut Transaction, number: &WarningNumber) -> Result<()> {
    open.run(
        "DELETE FROM recipient WHERE warning_number = $1",
        values![number.as_str()],
    )
    .await?;
    Ok(())
}
