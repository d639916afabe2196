//! The audience of a warning: who is open to its threat, and, once submitted, the frozen rows.

use super::Store;
use super::engine::{Row, Transaction};
use super::warnings::word;
use crate::keys::{Keys, sha256};
use crate::values;
use anyhow::{Result, anyhow};
use std::collections::HashMap;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::scale::{Certainty, Source, Status};
use tuermer_core::warning::{Channel, Recipient};

/// A delivery `d` that left or may have left.
pub const REACHED: &str =
    "(d.state IN ('sent', 'claimed', 'unsure', 'parked') OR d.unsure_count > 0)";

const COLUMNS: &str = "organisation_id, external_id, name, language, status, certainty, incident, reason, question, seen_at, provider_name, provider_phone, \
                       contact_name, email, phone, channels";

fn recipient(row: &Row) -> Result<Recipient> {
    let channels = row.text(15)?;
    Ok(Recipient {
        organisation: OrganisationId(row.text(0)?),
        external_id: row.text(1)?,
        name: row.text(2)?,
        language: word(Language::parse, &row.text(3)?)?,
        status: word(Status::parse, &row.text(4)?)?,
        certainty: word(Certainty::parse, &row.text(5)?)?,
        incident: row.bool(6)?,
        reason: row.text(7)?,
        question: row.text(8)?,
        seen_at: row.time(9)?,
        provider_name: row.text(10)?,
        provider_phone: row.text(11)?,
        contact_name: row.text(12)?,
        email: row.text(13)?,
        phone: row.text(14)?,
        channels: channels
            .split(',')
            .filter(|text| !text.is_empty())
            .map(|text| word(Channel::parse, text))
            .collect::<Result<_>>()?,
    })
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

    /// One page of those open to a threat, as they would be warned now; channels are still empty.
    pub async fn open_to(
        &self,
        threat: &ThreatId,
        providers: &Providers,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<Vec<OpenRecipient>> {
        let after = after.map_or("", OrganisationId::as_str);
        let sql = "SELECT o.id, o.external_id, o.name, o.language, e.status, e.certainty, e.incident,
                   CASE WHEN o.language = 'en' THEN e.reason_en ELSE e.reason_de END, CASE WHEN o.language = 'en' THEN e.question_en ELSE e.question_de END,
                   e.observed_at, COALESCE(o.provider_external_id, ''), e.version
                   FROM exposure e JOIN organisation o ON o.id = e.organisation_id
                   WHERE e.threat_id = $1 AND e.status IN ('affected', 'unknown') AND o.kind = 'member' AND o.id > $2 ORDER BY o.id LIMIT $3";
        let rows = self
            .read(sql, values![threat.as_str(), after, i64::try_from(limit)?])
            .await?;
        let Some(last) = rows.last().map(|row| row.text(0)).transpose()? else {
            return Ok(Vec::new());
        };
        let sql =
            "SELECT c.organisation_id, c.source, c.name, c.email, c.phone, c.mobile FROM contact c
                   JOIN exposure e ON e.organisation_id = c.organisation_id AND e.threat_id = $1
                   WHERE c.organisation_id > $2 AND c.organisation_id <= $3";
        let contacts = contacts(
            &self
                .read(sql, values![threat.as_str(), after, last])
                .await?,
        )?;
        rows.iter()
            .map(|row| {
                Ok(OpenRecipient {
                    recipient: open_recipient(row, &contacts, providers)?,
                    version: row.text(11)?,
                })
            })
            .collect()
    }

    /// All IT providers with name and telephone, by their external id.
    pub async fn providers(&self) -> Result<Providers> {
        let sql =
            "SELECT c.organisation_id, c.source, c.name, c.email, c.phone, c.mobile FROM contact c
                   JOIN organisation o ON o.id = c.organisation_id AND o.kind = 'provider'";
        let contacts = contacts(&self.read(sql, Vec::new()).await?)?;
        let rows = self
            .read(
                "SELECT external_id, name, id FROM organisation WHERE kind = 'provider'",
                Vec::new(),
            )
            .await?;
        let mut providers = HashMap::new();
        for row in &rows {
            let phone = contacts
                .get(&row.text(2)?)
                .map_or(String::new(), Person::telephone);
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

/// Somebody who would be warned now, with the version that decided the verdict.
pub struct OpenRecipient {
    /// The recipient; channels are still empty.
    pub recipient: Recipient,
    /// Build or version as told, may be empty.
    pub version: String,
}

/// Name and telephone of each provider, by external id.
pub struct Providers(HashMap<String, (String, String)>);

fn open_recipient(
    row: &Row,
    contacts: &HashMap<String, Person>,
    providers: &Providers,
) -> Result<Recipient> {
    let id = row.text(0)?;
    let person = contacts.get(&id);
    let (provider_name, provider_phone) =
        providers.0.get(&row.text(10)?).cloned().unwrap_or_default();
    Ok(Recipient {
        external_id: row.text(1)?,
        name: row.text(2)?,
        language: word(Language::parse, &row.text(3)?)?,
        status: word(Status::parse, &row.text(4)?)?,
        certainty: word(Certainty::parse, &row.text(5)?)?,
        incident: row.bool(6)?,
        reason: row.text(7)?,
        question: row.text(8)?,
        seen_at: row.time(9)?,
        provider_name,
        provider_phone,
        contact_name: person.map_or(String::new(), |person| person.name.clone()),
        email: person.map_or(String::new(), |person| person.email.clone()),
        phone: person.map_or(String::new(), Person::telephone),
        channels: Vec::new(),
        organisation: OrganisationId(id),
    })
}

/// What all sources together say about reaching an organisation: per field the strongest source that has it.
#[derive(Default)]
struct Person {
    name: String,
    email: String,
    phone: String,
    mobile: String,
}

impl Person {
    fn telephone(&self) -> String {
        if self.phone.is_empty() {
            self.mobile.clone()
        } else {
            self.phone.clone()
        }
    }
}

fn contacts(rows: &[Row]) -> Result<HashMap<String, Person>> {
    let mut layers = Vec::with_capacity(rows.len());
    for row in rows {
        let source = row.text(1)?;
        layers.push((
            Source::parse(&source).ok_or_else(|| anyhow!("unknown source {source}"))?,
            row,
        ));
    }
    layers.sort_by_key(|(source, _)| *source);
    let mut people: HashMap<String, Person> = HashMap::new();
    for (_, row) in layers {
        let person = people.entry(row.text(0)?).or_default();
        // Weak sources come first; a stronger one overwrites what it knows itself.
        let told = [
            Some(row.text(2)?),
            row.text_or_null(3)?,
            row.text_or_null(4)?,
            row.text_or_null(5)?,
        ];
        for (field, value) in [
            &mut person.name,
            &mut person.email,
            &mut person.phone,
            &mut person.mobile,
        ]
        .into_iter()
        .zip(told)
        {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                *field = value;
            }
        }
    }
    Ok(people)
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
            contact_name,
            email,
            phone,
            channels,
        } = recipient;
        let channels = channels
            .iter()
            .map(|channel| channel.as_str())
            .collect::<Vec<_>>()
            .join(",");
        let token_hash = sha256(keys.answer_token(number, organisation).as_bytes());
        values![
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
            contact_name,
            email,
            phone,
            channels,
            token_hash
        ]
    });
    open.insert_many(
        &format!("INSERT INTO recipient (warning_number, {COLUMNS}, token_hash)"),
        rows.collect(),
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
