//! How far a warning has come: its audience, the answers over time, who is silent, whom to call.

use crate::Store;
use crate::values;
use crate::warning::recipients;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::acknowledgement::Answer;
use tuermer_core::ids::{OrganisationId, WarningNumber};
use tuermer_core::limits;
use tuermer_core::warning::Channel;

use crate::ground::engine::Row;

/// A company of the audience that has not answered, or must be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    /// Our id; also the key of the next page.
    pub organisation: OrganisationId,
    /// Register number.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Person there, may be empty.
    pub contact_name: String,
    /// Telephone, may be empty.
    pub phone: String,
    /// IT provider and its telephone, may be empty.
    pub provider: String,
    /// State of its deliveries: the best one reached.
    pub delivery: String,
    /// Why it is on the call list, may be empty.
    pub detail: String,
}

fn silent(row: &Row) -> Result<Silent> {
    let (provider, phone) = (row.text(4)?, row.text(5)?);
    let ways = recipients::ways(&row.text(3)?)?;
    let last = ways.iter().find(|way| way.channel == Channel::LAST);
    let person = last.or(ways.first());
    Ok(Silent {
        organisation: OrganisationId(row.text(0)?),
        external_id: row.text(1)?,
        name: row.text(2)?,
        contact_name: person.map_or(String::new(), |way| way.name.clone()),
        phone: last.map_or(String::new(), |way| way.address.clone()),
        provider: if phone.is_empty() {
            provider
        } else {
            format!("{provider} {phone}").trim().to_string()
        },
        delivery: row.text_or_null(6)?.unwrap_or_default(),
        detail: row.text_or_null(7)?.unwrap_or_default(),
    })
}

const WHO: &str =
    "r.organisation_id, r.external_id, r.name, r.ways, r.provider_name, r.provider_phone";

/// A call is left while nobody there answered since, the hole is open, and no later warning asks for the same call.
/// A correction is called in any case: whoever was wrongly warned has nothing open.
const CALL_LEFT: &str = "d.state = 'to_call'
    AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.organisation_id = d.organisation_id AND a.threat_id = w.threat_id AND a.undone_at IS NULL AND a.at >= w.approved_at)
    AND (w.message_type = 'cancel' OR NOT EXISTS (SELECT 1 FROM exposure e
        WHERE e.organisation_id = d.organisation_id AND e.threat_id = w.threat_id AND e.status IN ('fixed', 'not_affected')))
    AND NOT EXISTS (SELECT 1 FROM warning v CROSS JOIN delivery l WHERE v.threat_id = w.threat_id AND v.approved_at > w.approved_at
        AND l.warning_number = v.number AND l.organisation_id = d.organisation_id AND l.channel = d.channel AND l.state = 'to_call')";

impl Store {
    /// Companies of the audience that have not answered this threat, in order of their ids.
    pub async fn silent(
        &self,
        number: &WarningNumber,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<Vec<Silent>> {
        let sql = format!(
            "SELECT {WHO},
               (SELECT CASE WHEN MAX(CASE WHEN d.state = 'sent' THEN 1 ELSE 0 END) = 1 THEN 'sent' ELSE MAX(d.state) END
                FROM delivery d WHERE d.warning_number = r.warning_number AND d.organisation_id = r.organisation_id),
               ''
             FROM recipient r JOIN warning w ON w.number = r.warning_number
             WHERE r.warning_number = $1 AND r.organisation_id > $2
               AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.organisation_id = r.organisation_id AND a.threat_id = w.threat_id AND a.undone_at IS NULL)
             ORDER BY r.organisation_id LIMIT $3"
        );
        let after = after.map_or("", |id| id.as_str());
        self.read(&sql, values![number.as_str(), after, i64::try_from(limit)?])
            .await?
            .iter()
            .map(silent)
            .collect()
    }

    /// How many of the audience have not answered.
    pub async fn silent_count(&self, number: &WarningNumber) -> Result<u64> {
        let sql = "SELECT COUNT(*) FROM recipient r JOIN warning w ON w.number = r.warning_number WHERE r.warning_number = $1
                   AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.organisation_id = r.organisation_id AND a.threat_id = w.threat_id AND a.undone_at IS NULL)";
        self.read_one(sql, values![number.as_str()])
            .await?
            .map_or(Ok(0), |row| row.count(0))
    }

    /// How many companies of a warning somebody still must call.
    pub async fn calls_left(&self, number: &WarningNumber) -> Result<u64> {
        let sql = format!(
            "SELECT COUNT(*) FROM delivery d JOIN warning w ON w.number = d.warning_number WHERE d.warning_number = $1 AND {CALL_LEFT}"
        );
        self.read_one(&sql, values![number.as_str()])
            .await?
            .map_or(Ok(0), |row| row.count(0))
    }

    /// Companies of a warning that somebody still must call, in order of their ids.
    pub async fn calls(
        &self,
        number: &WarningNumber,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<Vec<Silent>> {
        let sql = format!(
            "SELECT {WHO}, d.state, d.detail FROM delivery d JOIN recipient r ON r.warning_number = d.warning_number AND r.organisation_id = d.organisation_id
             JOIN warning w ON w.number = d.warning_number
             WHERE d.warning_number = $1 AND {CALL_LEFT} AND r.organisation_id > $2 ORDER BY r.organisation_id LIMIT $3"
        );
        let after = after.map_or("", |id| id.as_str());
        self.read(&sql, values![number.as_str(), after, i64::try_from(limit)?])
            .await?
            .iter()
            .map(silent)
            .collect()
    }

    /// Deliveries of a warning that did not arrive or may not have: company, state, the server's words.
    pub async fn not_reached(&self, number: &WarningNumber, limit: usize) -> Result<Vec<Silent>> {
        let sql = format!(
            "SELECT {WHO}, d.state, d.detail FROM delivery d JOIN recipient r ON r.warning_number = d.warning_number AND r.organisation_id = d.organisation_id
             WHERE d.warning_number = $1 AND d.state IN ('unsure', 'parked', 'refused', 'failed') ORDER BY d.state, r.organisation_id LIMIT $2"
        );
        self.read(&sql, values![number.as_str(), i64::try_from(limit)?])
            .await?
            .iter()
            .map(silent)
            .collect()
    }

    /// The last answer of each company of the audience: how many gave which one.
    pub async fn answers_by_word(&self, number: &WarningNumber) -> Result<Vec<(Answer, u64)>> {
        let sql = "SELECT a.answer, COUNT(*) FROM recipient r JOIN warning w ON w.number = r.warning_number
                   JOIN answer a ON a.organisation_id = r.organisation_id AND a.threat_id = w.threat_id
                   WHERE r.warning_number = $1 AND a.undone_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM answer b WHERE b.threat_id = a.threat_id AND b.organisation_id = a.organisation_id AND b.undone_at IS NULL
                     AND (b.at > a.at OR (b.at = a.at AND b.id > a.id)))
                   GROUP BY a.answer";
        let rows = self.read(sql, values![number.as_str()]).await?;
        let given = rows
            .iter()
            .map(|row| Ok((row.text(0)?, row.count(1)?)))
            .collect::<Result<Vec<_>>>()?;
        let count = |answer: Answer| {
            given
                .iter()
                .find(|(word, _)| word == answer.as_str())
                .map_or(0, |(_, count)| *count)
        };
        Ok([
            Answer::Done,
            Answer::InProgress,
            Answer::NotUs,
            Answer::Help,
        ]
        .into_iter()
        .map(|answer| (answer, count(answer)))
        .collect())
    }

    /// First answers of the audience since the first hand-over, counted per hour: hour and answers in it.
    pub async fn answer_curve(&self, number: &WarningNumber) -> Result<Vec<(Timestamp, u64)>> {
        let sql = "SELECT f.hour, COUNT(*) FROM (
                     SELECT MIN(a.at) / 3600000000 AS hour FROM answer a JOIN recipient r ON r.organisation_id = a.organisation_id
                       JOIN warning w ON w.number = r.warning_number AND w.threat_id = a.threat_id
                     WHERE r.warning_number = $1 AND a.undone_at IS NULL GROUP BY a.organisation_id) f
                   GROUP BY f.hour ORDER BY f.hour LIMIT $2";
        let rows = self
            .read(
                sql,
                values![number.as_str(), i64::try_from(limits::PAGE_ROWS)?],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    Timestamp::from_second(row.int(0)?.saturating_add(1).saturating_mul(3_600))?,
                    row.count(1)?,
                ))
            })
            .collect()
    }
}
