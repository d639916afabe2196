//! Who was reached: every recipient in exactly one true state.

use crate::Store;
use crate::ground::engine::Row;
use crate::values;
use crate::warning::recipients;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::channel::PointKind;
use tuermer_core::delivery::DeliveryState;
use tuermer_core::ids::DeliveryId;
use tuermer_core::limits;
use tuermer_core::warning::Channel;

/// Which recipients are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this warning.
    pub warning: Option<String>,
    /// Only in this state.
    pub state: Option<DeliveryState>,
    /// Only those whom nothing reached.
    pub unreached: bool,
}

/// One recipient of one warning: the delivery that says most about whether they were reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The deciding delivery.
    pub id: DeliveryId,
    /// `W-2021-001`
    pub warning: String,
    /// Register number.
    pub organisation: String,
    /// Company name.
    pub name: String,
    /// Contact's name, may be empty.
    pub contact: String,
    /// Address or number that was used.
    pub address: String,
    /// Which way.
    pub channel: Channel,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: i64,
    /// Tries whose end nobody knows; duplicates can only be here.
    pub unsure_count: i64,
    /// The same on every try.
    pub message_id: String,
    /// Last change.
    pub at: Timestamp,
    /// Last words of the server, or why.
    pub detail: String,
    /// The other ways that were or will be tried.
    pub tried: Vec<Tried>,
}

/// Another delivery to the same recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Its id.
    pub id: DeliveryId,
    /// Which way.
    pub channel: Channel,
    /// How that stands.
    pub state: DeliveryState,
    /// Its tries.
    pub attempts: i64,
    /// Its Message-ID.
    pub message_id: String,
    /// Its detail.
    pub detail: String,
}

/// The lower, the more it says: what reached somebody first, then what may still, then why not.
fn weight(state: DeliveryState) -> u8 {
    match state {
        DeliveryState::Sent => 0,
        DeliveryState::Claimed => 1,
        DeliveryState::Unsure => 2,
        DeliveryState::Due => 3,
        DeliveryState::Parked => 4,
        DeliveryState::ToCall => 5,
        DeliveryState::Failed => 6,
        DeliveryState::Refused => 7,
        DeliveryState::Stopped => 8,
    }
}

const SQL: &str = "SELECT d.id, d.warning_number, r.external_id, r.name, r.ways, d.address, d.channel, d.state, d.attempts, d.unsure_count,
        d.message_id, d.at, d.detail, r.organisation_id
    FROM recipient r JOIN delivery d ON d.warning_number = r.warning_number AND d.organisation_id = r.organisation_id
    WHERE r.warning_number = $1 AND r.organisation_id > $2 AND r.organisation_id <= $3
    ORDER BY r.organisation_id, d.round, d.channel";

fn line(row: &Row) -> Result<Line> {
    let channel = row.word(6, "delivery.channel", Channel::parse)?;
    let ways = recipients::ways(&row.text(4)?)?;
    let way = ways.iter().find(|way| way.channel == channel);
    Ok(Line {
        id: DeliveryId(row.text(0)?),
        warning: row.text(1)?,
        organisation: row.text(2)?,
        name: row.text(3)?,
        contact: way
            .or(ways.first())
            .map_or(String::new(), |way| way.name.clone()),
        address: row.text(5)?,
        channel,
        state: row.word(7, "delivery.state", DeliveryState::parse)?,
        attempts: row.int(8)?,
        unsure_count: row.int(9)?,
        message_id: row.text(10)?,
        at: row.time(11)?,
        detail: row.text(12)?,
        tried: Vec::new(),
    })
}

impl Line {
    /// Takes in another delivery of the same recipient; the one that says more leads.
    fn join(&mut self, mut other: Self) {
        if weight(other.state) < weight(self.state) {
            std::mem::swap(self, &mut other);
            self.tried = std::mem::take(&mut other.tried);
        }
        let Self {
            id,
            channel,
            state,
            attempts,
            message_id,
            detail,
            ..
        } = other;
        self.tried.push(Tried {
            id,
            channel,
            state,
            attempts,
            message_id,
            detail,
        });
    }

    /// Somebody there, or their server, has it.
    pub fn reached(&self) -> bool {
        self.state == DeliveryState::Sent
    }
}

impl Store {
    /// Calls `each` with every recipient that fits, warnings in order, page by page.
    pub async fn delivery_lines(
        &self,
        filter: &Filter,
        mut each: impl FnMut(Line) -> Result<()>,
    ) -> Result<u64> {
        let rows = self
            .read(
                "SELECT number FROM warning ORDER BY year, sequence",
                Vec::new(),
            )
            .await?;
        let mut count = 0_u64;
        for row in rows {
            let number = row.text(0)?;
            if filter
                .warning
                .as_ref()
                .is_some_and(|wanted| *wanted != number)
            {
                continue;
            }
            let mut after = String::new();
            while let Some(upto) = self.page_end(&number, &after).await? {
                for line in self.recipients_between(&number, &after, &upto).await? {
                    let fits = filter.state.is_none_or(|state| state == line.state)
                        && !(filter.unreached && line.reached());
                    if fits {
                        count = count.saturating_add(1);
                        each(line)?;
                    }
                }
                after = upto;
            }
        }
        Ok(count)
    }

    /// Last organisation of the page after `after`, so that no recipient is cut in two.
    async fn page_end(&self, number: &str, after: &str) -> Result<Option<String>> {
        let sql = "SELECT MAX(id) FROM (SELECT organisation_id AS id FROM recipient WHERE warning_number = $1 AND organisation_id > $2 ORDER BY organisation_id LIMIT $3) AS page";
        self.read_one(
            sql,
            values![number, after, i64::try_from(limits::PAGE_ROWS)?],
        )
        .await?
        .map_or(Ok(None), |row| row.text_or_null(0))
    }

    async fn recipients_between(&self, number: &str, after: &str, upto: &str) -> Result<Vec<Line>> {
        let mut lines: Vec<Line> = Vec::new();
        let mut last = String::new();
        for row in self.read(SQL, values![number, after, upto]).await? {
            let organisation = row.text(13)?;
            let next = line(&row)?;
            match lines.last_mut().filter(|_| organisation == last) {
                Some(line) => line.join(next),
                None => lines.push(next),
            }
            last = organisation;
        }
        Ok(lines)
    }
}

/// One call a person must make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The delivery that the call settles.
    pub id: DeliveryId,
    /// `W-2021-001`
    pub warning: String,
    /// Register number.
    pub organisation: String,
    /// Company name.
    pub name: String,
    /// Contact's name, may be empty.
    pub contact: String,
    /// E.164, empty where none is known.
    pub phone: String,
    /// Language to speak.
    pub language: String,
    /// Signs of a break-in: call these first.
    pub incident: bool,
    /// What to say, one sentence.
    pub reason: String,
    /// What was noted at the delivery; empty where it was planned as a call from the start.
    pub detail: String,
    /// Mail address, may be empty.
    pub email: String,
}

impl Store {
    /// Everybody to be called, those with signs of a break-in first; `warning` narrows it to one.
    pub async fn call_list(
        &self,
        warning: Option<&str>,
        mut each: impl FnMut(Call) -> Result<()>,
    ) -> Result<u64> {
        let sql = "SELECT d.id, d.warning_number, r.external_id, r.name, r.ways, d.address, r.language, r.incident, r.reason, d.detail
            FROM delivery d JOIN recipient r ON r.warning_number = d.warning_number AND r.organisation_id = d.organisation_id
            WHERE d.state = 'to_call' AND r.incident = $1 AND d.id > $2 AND (d.warning_number = $3 OR $3 = '')
            ORDER BY d.id LIMIT $4";
        let mut count = 0_u64;
        for incident in [true, false] {
            let mut after = String::new();
            loop {
                let rows = self
                    .read(
                        sql,
                        values![
                            incident,
                            &after,
                            warning.unwrap_or(""),
                            i64::try_from(limits::PAGE_ROWS)?
                        ],
                    )
                    .await?;
                for row in &rows {
                    after = row.text(0)?;
                    count = count.saturating_add(1);
                    let ways = recipients::ways(&row.text(4)?)?;
                    let last = ways.iter().find(|way| way.channel == Channel::LAST);
                    let mail = ways.iter().find(|way| way.channel.uses(PointKind::Email));
                    each(Call {
                        id: DeliveryId(row.text(0)?),
                        warning: row.text(1)?,
                        organisation: row.text(2)?,
                        name: row.text(3)?,
                        contact: last
                            .or(ways.first())
                            .map_or(String::new(), |way| way.name.clone()),
                        phone: row.text(5)?,
                        language: row.text(6)?,
                        incident: row.bool(7)?,
                        reason: row.text(8)?,
                        detail: row.text(9)?,
                        email: mail.map_or(String::new(), |way| way.address.clone()),
                    })?;
                }
                if rows.is_empty() {
                    break;
                }
            }
        }
        Ok(count)
    }
}
