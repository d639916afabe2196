//! Whom can we reach, and how? Half of the work before the first warning.

use crate::Store;
use crate::register::contacts::USABLE;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::acknowledgement::Answer;
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits;

/// How well a member can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Neither e-mail nor telephone: only a letter.
    None,
    /// Only by telephone.
    PhoneOnly,
    /// Only by e-mail.
    EmailOnly,
    /// By e-mail and telephone.
    Both,
}

impl Reach {
    /// Worst first.
    pub const ALL: [Self; 4] = [Self::None, Self::PhoneOnly, Self::EmailOnly, Self::Both];

    /// Word in addresses and text keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PhoneOnly => "phone",
            Self::EmailOnly => "email",
            Self::Both => "both",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reach| reach.as_str() == text)
    }

    fn new(email: bool, phone: bool) -> Self {
        match (email, phone) {
            (false, false) => Self::None,
            (false, true) => Self::PhoneOnly,
            (true, false) => Self::EmailOnly,
            (true, true) => Self::Both,
        }
    }

    fn parts(self) -> (i64, i64) {
        match self {
            Self::None => (0, 0),
            Self::PhoneOnly => (0, 1),
            Self::EmailOnly => (1, 0),
            Self::Both => (1, 1),
        }
    }
}

/// A member as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reachable {
    /// Our id; also the key of the next page.
    pub id: OrganisationId,
    /// Register number.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Municipality.
    pub city: String,
    /// How it is reached.
    pub reach: Reach,
    /// Somebody looks after its IT, as far as we know.
    pub has_provider: bool,
    /// When its contacts were last told.
    pub told_at: Option<Timestamp>,
}

/// One answer of one organisation, also those taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    /// Warning it answers.
    pub warning: String,
    /// What.
    pub answer: Answer,
    /// `member` or `provider`.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Taken back within ten minutes.
    pub taken_back: bool,
}

/// Members with whether any of their contacts has a mail address and a telephone that may be used at `$1`.
fn reach(more: &str) -> String {
    format!(
        "SELECT o.id AS id, o.external_id AS external_id, o.name AS name, o.city AS city, o.provider_external_id AS provider,
      CAST(MAX(CASE WHEN p.kind = 'email' THEN 1 ELSE 0 END) AS BIGINT) AS email,
      CAST(MAX(CASE WHEN p.kind IN ('phone', 'mobile') THEN 1 ELSE 0 END) AS BIGINT) AS phone,
      MAX(c.said_at) AS told_at
    FROM organisation o LEFT JOIN contact c ON c.organisation_id = o.id LEFT JOIN contact_point p ON p.contact_id = c.id AND {USABLE}
    WHERE o.kind = 'member' {more} GROUP BY o.id, o.external_id, o.name, o.city, o.provider_external_id"
    )
}

impl Store {
    /// The member with a register number.
    pub async fn member_by_number(&self, external_id: &str) -> Result<Option<OrganisationId>> {
        let sql = "SELECT id FROM organisation WHERE kind = 'member' AND external_id = $1";
        self.read_one(sql, values![external_id])
            .await?
            .map(|row| Ok(OrganisationId(row.text(0)?)))
            .transpose()
    }

    /// Answers of one organisation, newest first.
    pub async fn answers_of(&self, organisation: &OrganisationId) -> Result<Vec<GivenAnswer>> {
        let sql = "SELECT warning_number, answer, said_by, at, undone_at FROM answer WHERE organisation_id = $1 ORDER BY at DESC, id DESC LIMIT $2";
        let rows = self
            .read(
                sql,
                values![organisation.as_str(), i64::try_from(limits::PAGE_ROWS)?],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let answer = row.word(1, "answer.answer", Answer::parse)?;
                Ok(GivenAnswer {
                    warning: row.text(0)?,
                    answer,
                    by: row.text(2)?,
                    at: row.time(3)?,
                    taken_back: row.time_or_null(4)?.is_some(),
                })
            })
            .collect()
    }

    /// How many members are reached how, worst first.
    pub async fn reach_counts(&self, now: Timestamp) -> Result<Vec<(Reach, u64)>> {
        let sql = format!(
            "SELECT m.email, m.phone, COUNT(*) FROM ({}) m GROUP BY m.email, m.phone",
            reach("")
        );
        let rows = self.read(&sql, values![now]).await?;
        let found = rows
            .iter()
            .map(|row| {
                Ok((
                    Reach::new(row.int(0)? == 1, row.int(1)? == 1),
                    row.count(2)?,
                ))
            })
            .collect::<Result<Vec<_>>>()?;
        let count = |reach: Reach| {
            found
                .iter()
                .find(|(one, _)| *one == reach)
                .map_or(0, |(_, count)| *count)
        };
        Ok(Reach::ALL
            .into_iter()
            .map(|reach| (reach, count(reach)))
            .collect())
    }

    /// Members in order of their names, at most `limit`, after the member `after`; `search` looks in name, number and place.
    pub async fn reachable(
        &self,
        reach_wanted: Option<Reach>,
        search: &str,
        after: Option<&OrganisationId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Reachable>> {
        let pattern = format!(
            "%{}%",
            search
                .trim()
                .to_lowercase()
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_")
        );
        let (email, phone) = reach_wanted.map_or((-1, -1), Reach::parts);
        // Without a filter and a search the page is known before anybody's contacts are read.
        let only = if reach_wanted.is_none() && search.trim().is_empty() {
            "AND o.id IN (SELECT q.id FROM organisation q WHERE q.kind = 'member'
               AND ($5 = '' OR q.name > (SELECT a.name FROM organisation a WHERE a.id = $5) OR (q.name = (SELECT a.name FROM organisation a WHERE a.id = $5) AND q.id > $5))
               ORDER BY q.name, q.id LIMIT $6)"
        } else {
            ""
        };
        let members = reach(&format!(
            "AND (LOWER(o.name) LIKE $2 ESCAPE '\\' OR LOWER(o.external_id) LIKE $2 ESCAPE '\\' OR LOWER(o.city) LIKE $2 ESCAPE '\\') {only}"
        ));
        let sql = format!(
            "SELECT m.id, m.external_id, m.name, m.city, m.provider, m.email, m.phone, m.told_at FROM ({members}) m
             WHERE ($3 < 0 OR (m.email = $3 AND m.phone = $4))
               AND ($5 = '' OR m.name > (SELECT a.name FROM organisation a WHERE a.id = $5) OR (m.name = (SELECT a.name FROM organisation a WHERE a.id = $5) AND m.id > $5))
             ORDER BY m.name, m.id LIMIT $6"
        );
        let after = after.map_or("", |id| id.as_str());
        let rows = self
            .read(
                &sql,
                values![now, pattern, email, phone, after, i64::try_from(limit)?],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Reachable {
                    id: OrganisationId(row.text(0)?),
                    external_id: row.text(1)?,
                    name: row.text(2)?,
                    city: row.text(3)?,
                    has_provider: row.text_or_null(4)?.is_some(),
                    reach: Reach::new(row.int(5)? == 1, row.int(6)? == 1),
                    told_at: row.time_or_null(7)?,
                })
            })
            .collect()
    }
}
