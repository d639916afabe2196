//! While everything is judged again: whether a verdict says something else than before, however it is numbered.
//!
//! Numbers of verdicts may change with the program; what counts for people is what they read. So it is what is said that
//! is compared: status, certainty, urgency and the sentences, with what an earlier program wrote as it stands.

use super::signed;
use crate::Store;
use crate::ground::engine::{Cells, Value};
use crate::values;
use anyhow::Result;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use tuermer_core::exposure::{Exposure, Question, Reason};
use tuermer_core::ids::ThreatId;
use tuermer_core::locale::Language;
use tuermer_formats::{facts, reasons};

/// What stood, by organisation, and what is said now, by number of the verdict.
#[derive(Default)]
pub(super) struct Before {
    stood: HashMap<String, i64>,
    said: HashMap<i64, i64>,
}

impl Before {
    /// True where the organisation's verdict of this number says something else than the one before.
    pub(super) fn differs(&mut self, organisation: &str, number: i64, exposure: &Exposure) -> bool {
        let now = self.said.entry(number).or_insert_with(|| said(exposure));
        self.stood.get(organisation) != Some(now)
    }
}

impl Store {
    /// True where somebody was judged at all.
    pub async fn has_verdicts(&self) -> Result<bool> {
        let row = self.read_one("SELECT 1 FROM standing LIMIT 1", Vec::new());
        Ok(row.await?.is_some())
    }

    /// What stands of one threat, as it is said.
    pub(super) async fn said_before(&self, threat: &ThreatId) -> Result<Before> {
        let sql = "SELECT number, status, certainty, urgency, mitigated, incident, measured, reason, question FROM verdict WHERE threat_id = $1";
        let mut by_number = HashMap::new();
        for row in self.read(sql, values![threat.as_str()]).await? {
            let words = [row.text(1)?, row.text(2)?, row.text(3)?];
            let signs = [row.bool(4)?, row.bool(5)?, row.bool(6)?];
            let (reason, question) = (facts::reason(&row.text(7)?), facts::question(&row.text(8)?));
            let [status, certainty, urgency] = &words;
            let said = digest(
                [status, certainty, urgency],
                signs,
                &reason,
                question.as_ref(),
            );
            by_number.insert(row.int(0)?, said);
        }
        let sql = "SELECT organisation_id, verdict FROM standing WHERE threat_id = $1";
        let take = |(numbers, stood): &mut (HashMap<i64, i64>, HashMap<String, i64>),
                    row: &Cells<'_>| {
            let said = numbers.get(&row.int(1)?).copied().unwrap_or_default();
            stood.insert(row.text(0)?.to_string(), said);
            Ok(())
        };
        let kept = (by_number, HashMap::new());
        let values = vec![Value::from(threat.as_str())];
        let (_, stood) = self.database.read_into(sql, values, kept, take).await?;
        Ok(Before {
            stood,
            said: HashMap::new(),
        })
    }
}

fn said(exposure: &Exposure) -> i64 {
    let Exposure {
        status,
        certainty,
        urgency,
        mitigated,
        incident,
        measured,
        reason,
        question,
        ..
    } = exposure;
    digest(
        [status.as_str(), certainty.as_str(), urgency.as_str()],
        [*mitigated, *incident, *measured],
        reason,
        question.as_ref(),
    )
}

fn digest(words: [&str; 3], signs: [bool; 3], reason: &Reason, question: Option<&Question>) -> i64 {
    let language = Language::REGION;
    let question = question.map(|question| reasons::question(question, language));
    let mut hasher = DefaultHasher::new();
    (words, signs, reasons::reason(reason, language), question).hash(&mut hasher);
    signed(hasher.finish())
}
