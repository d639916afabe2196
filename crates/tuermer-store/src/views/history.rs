//! What was stored when: revisions of a threat, words of the KEV catalogue, and everything one organisation was ever
//! known to have, show and say.

use crate::Store;
use crate::documents::threats::kept;
use crate::register::constituency::{
    ASSET_COLUMNS, SIGHTING_COLUMNS, SIGHTING_WIDTH, asset, sighting,
};
use crate::values;
use crate::warning::answers::{self, given};
use anyhow::{Result, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use tuermer_core::hindsight::{Past, Told};
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::threat::{Kev, Threat};

/// One revision of a threat that we took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRevision {
    /// Tracking version.
    pub revision: String,
    /// When its publisher released it.
    pub released_at: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
    /// The document it stands in.
    pub sha256: String,
}

/// A threat as it was known on an earlier day.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownThreat {
    /// The threat, with the KEV entries of that day.
    pub threat: Threat,
    /// When the first revision reached us.
    pub since: Timestamp,
    /// When KEV entries that stood on that day reached us, where that was later.
    pub kev_since: Option<Timestamp>,
}

/// What the KEV catalogue said of one flaw for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CatalogueWords {
    kev: Kev,
    listed: bool,
}

impl Store {
    /// The threat of the same publisher whose document lies at this address: the file is named after the tracking id (CSAF 5.1).
    pub async fn threat_at(&self, url: &str, publisher_of: &ThreatId) -> Result<Option<ThreatId>> {
        let namespace = |id: &str| {
            id.rsplit_once('|')
                .map(|(namespace, _)| namespace.to_string())
        };
        let file = url.rsplit('/').next().unwrap_or(url);
        let stem = file.strip_suffix(".json").unwrap_or(file);
        let rows = self
            .read(
                "SELECT id, tracking_id FROM threat WHERE LOWER(tracking_id) LIKE $1",
                values![stem.to_lowercase()],
            )
            .await?;
        for row in rows {
            let id = row.text(0)?;
            if file_stem(&row.text(1)?) == stem.to_lowercase()
                && namespace(&id) == namespace(publisher_of.as_str())
            {
                return Ok(Some(ThreatId(id)));
            }
        }
        Ok(None)
    }

    /// The revisions of a threat in the order in which they reached us.
    pub async fn revisions(&self, id: &ThreatId) -> Result<Vec<KeptRevision>> {
        let sql = "SELECT revision, released_at, received_at, document_sha256 FROM threat_revision WHERE threat_id = $1
                   ORDER BY received_at, released_at, CASE WHEN document_sha256 = (SELECT t.document_sha256 FROM threat t WHERE t.id = $1) THEN 1 ELSE 0 END, document_sha256";
        let rows = self.read(sql, values![id.as_str()]).await?;
        let revision = |row: &crate::ground::row::Row| {
            Ok(KeptRevision {
                revision: row.text(0)?,
                released_at: row.time(1)?,
                received_at: row.time(2)?,
                sha256: row.text(3)?,
            })
        };
        rows.iter().map(revision).collect()
    }

    /// The revision that stands now.
    pub async fn current_revision(&self, id: &ThreatId) -> Result<Option<String>> {
        self.read_one(
            "SELECT revision FROM threat WHERE id = $1",
            values![id.as_str()],
        )
        .await?
        .map(|row| row.text(0))
        .transpose()
    }

    /// Whether the current document is what its publisher signed: `verified`, `unsigned` or `failed`.
    pub async fn signature_state(&self, id: &ThreatId) -> Result<String> {
        let sql = "SELECT s.state FROM threat t JOIN signature s ON s.document_sha256 = t.document_sha256 WHERE t.id = $1";
        let row = self.read_one(sql, values![id.as_str()]).await?;
        row.map_or_else(|| Ok("unsigned".to_string()), |row| row.text(0))
    }

    /// One revision of a threat as its document says it, without KEV and scores from elsewhere.
    pub async fn threat_in_revision(
        &self,
        id: &ThreatId,
        kept_revision: &KeptRevision,
    ) -> Result<Threat> {
        let row = self
            .read_one(
                "SELECT kind, bytes, encoding, source FROM document WHERE sha256 = $1",
                values![&kept_revision.sha256],
            )
            .await?;
        let row = row.ok_or_else(|| {
            anyhow!(
                "the document {} of {id} is not kept any more",
                kept_revision.sha256
            )
        })?;
        let threat = kept(id, &row, 0, 1, 2)?;
        // The level in a document is believed only where we wrote it ourselves.
        let level = threat
            .level
            .filter(|_| row.text(3).is_ok_and(|source| source == "stated"));
        Ok(Threat { level, ..threat })
    }

    /// A threat as it was known at `at`: the revision that had reached us, else the first one that did.
    /// What was not kept over time (EPSS) is left out.
    pub async fn threat_as_of(&self, id: &ThreatId, at: Timestamp) -> Result<Option<KnownThreat>> {
        let revisions = self.revisions(id).await?;
        let Some(first) = revisions.first() else {
            return Ok(None);
        };
        let then = revisions
            .iter()
            .rfind(|revision| revision.received_at <= at)
            .unwrap_or(first);
        let mut threat = self.threat_in_revision(id, then).await?;
        let mut kev_since = None;
        for flaw in &mut threat.vulnerabilities {
            let Some((kev, late)) = self.kev_as_of(&flaw.id, at).await? else {
                continue;
            };
            flaw.kev = Some(kev);
            kev_since = kev_since.max(late);
        }
        Ok(Some(KnownThreat {
            threat,
            since: first.received_at,
            kev_since,
        }))
    }

    /// The catalogue's entry as it was known at `at`. Where the catalogue reached us only later, the first words we have
    /// count if the entry itself is older, with the time at which they reached us.
    async fn kev_as_of(
        &self,
        cve: &str,
        at: Timestamp,
    ) -> Result<Option<(Kev, Option<Timestamp>)>> {
        let words = self.kev_words(cve).await?;
        if let Some(told) = words.iter().rfind(|told| told.stood(at)) {
            return Ok(told.what.listed.then(|| (told.what.kev.clone(), None)));
        }
        let Some(first) = words
            .first()
            .filter(|first| first.since > at && first.what.listed)
        else {
            return Ok(None);
        };
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        Ok((first.what.kev.added <= day).then(|| (first.what.kev.clone(), Some(first.since))))
    }

    /// All words of the catalogue on one flaw, oldest first; the last ones still stand.
    async fn kev_words(&self, cve: &str) -> Result<Vec<Told<CatalogueWords>>> {
        let sql = "SELECT added, due, ransomware, listed, since_at, until_at FROM kev_history WHERE cve = $1 ORDER BY until_at";
        let mut words = Vec::new();
        for row in self.read(sql, values![cve]).await? {
            let what = CatalogueWords {
                kev: kev(&row.text(0)?, &row.text(1)?, row.bool(2)?)?,
                listed: row.bool(3)?,
            };
            words.push(Told {
                what,
                since: row.time(4)?,
                until: Some(row.time(5)?),
            });
        }
        let sql = "SELECT added, due, ransomware, seen_at, withdrawn_at FROM kev WHERE cve = $1";
        if let Some(row) = self.read_one(sql, values![cve]).await? {
            let what = CatalogueWords {
                kev: kev(&row.text(0)?, &row.text(1)?, row.bool(2)?)?,
                listed: true,
            };
            // The words of now stand since the ones before them ended.
            let since = words
                .last()
                .and_then(|told: &Told<CatalogueWords>| told.until)
                .unwrap_or(row.time(3)?);
            words.push(Told {
                what,
                since,
                until: row.time_or_null(4)?,
            });
        }
        Ok(words)
    }

    /// Everything that was ever known of one organisation, with its answers to one threat.
    pub async fn past(&self, organisation: &OrganisationId, threat: &ThreatId) -> Result<Past> {
        let mut past = Past::default();
        self.add_past_assets(&mut past, organisation).await?;
        self.add_past_sightings(&mut past, organisation).await?;
        self.add_past_answers(&mut past, organisation, threat)
            .await?;
        Ok(past)
    }

    /// Assets as they are, then as they were.
    async fn add_past_assets(&self, past: &mut Past, organisation: &OrganisationId) -> Result<()> {
        let sql = format!(
            "SELECT {ASSET_COLUMNS}, changed_at FROM asset WHERE organisation_id = $1 ORDER BY id"
        );
        for row in self.read(&sql, values![organisation.as_str()]).await? {
            past.assets.push(Told {
                what: asset(&row)?,
                since: row.time(11)?,
                until: None,
            });
        }
        let columns = ASSET_COLUMNS.replacen("id,", "asset_id,", 1);
        let sql = format!(
            "SELECT {columns}, since_at, until_at FROM asset_history WHERE organisation_id = $1 ORDER BY until_at, asset_id"
        );
        for row in self.read(&sql, values![organisation.as_str()]).await? {
            past.assets.push(Told {
                what: asset(&row)?,
                since: row.time(11)?,
                until: Some(row.time(12)?),
            });
        }
        Ok(())
    }

    async fn add_past_sightings(
        &self,
        past: &mut Past,
        organisation: &OrganisationId,
    ) -> Result<()> {
        let sql = format!(
            "SELECT {SIGHTING_COLUMNS}, k.received_at FROM sighting s JOIN sighting_kind k ON k.key = s.kind WHERE s.organisation_id = $1"
        );
        for row in self.read(&sql, values![organisation.as_str()]).await? {
            past.sightings.push(Told {
                what: sighting(&row.cells())?,
                since: row.time(SIGHTING_WIDTH)?,
                until: None,
            });
        }
        Ok(())
    }

    /// Answers until they were taken back or overtaken, then marks of the company's own people as answers.
    async fn add_past_answers(
        &self,
        past: &mut Past,
        organisation: &OrganisationId,
        threat: &ThreatId,
    ) -> Result<()> {
        let columns = format!(
            "{}, a.undone_at, {}",
            answers::COLUMNS,
            answers::OVERTAKEN_AT
        );
        let sql = format!(
            "SELECT {columns} FROM answer a WHERE a.organisation_id = $1 AND a.threat_id = $2"
        );
        let values = values![organisation.as_str(), threat.as_str()];
        for row in self.read(&sql, values).await? {
            let said = given(&row)?.said;
            let until = [row.time_or_null(8)?, row.time_or_null(9)?]
                .into_iter()
                .flatten()
                .min();
            past.answers.push(Told {
                since: said.at,
                what: said,
                until,
            });
        }
        let marks = self.marks_as_answers(threat).await?.into_iter();
        let own = marks.filter(|said| said.organisation == *organisation);
        past.answers.extend(own.map(|said| Told {
            since: said.at,
            what: said,
            until: None,
        }));
        Ok(())
    }
}

/// A tracking id as the name of a file: lower case, everything but letters, digits, `+` and `-` as `_`, runs of it once.
fn file_stem(tracking_id: &str) -> String {
    let mut stem = String::new();
    for letter in tracking_id.to_lowercase().chars() {
        let kept =
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '+' | '-');
        match kept {
            true => stem.push(letter),
            false if stem.ends_with('_') => {}
            false => stem.push('_'),
        }
    }
    stem
}

fn kev(added: &str, due: &str, ransomware: bool) -> Result<Kev> {
    let day = |text: &str| {
        text.parse::<Date>()
            .map_err(|error| anyhow!("stored day {text}: {error}"))
    };
    Ok(Kev {
        added: day(added)?,
        due: day(due)?,
        ransomware,
    })
}
