//! The nouns as rows, in rooms. Rows never leave this crate; what comes out are nouns of the core, or views.
//! One SQL text runs on SQLite and PostgreSQL; only [`ground::engine`] names an engine.

pub mod keys;
pub mod random;
pub mod refusal;
pub mod wake;

pub mod documents;
pub mod feeds;
pub mod ground;
pub mod people;
pub mod register;
pub mod signs;
pub mod verdicts;
pub mod views;
pub mod warning;

use crate::refusal::refusal;
use crate::wake::{Source, Wake};
use anyhow::Result;
use documents::packs;
use ground::engine::{self, Database, Transaction, Value};
use ground::leases;
use jiff::Timestamp;
use register::{constituency, owners};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::RwLock;
use tuermer_core::station::Station;

/// A new fact of organisations: a column of the table that is shown, and one of the words of each source.
macro_rules! fact {
    ($column:literal) => {
        concat!(
            "ALTER TABLE organisation ADD COLUMN ",
            $column,
            " TEXT NOT NULL DEFAULT ''; ALTER TABLE organisation_layer ADD COLUMN ",
            $column,
            " TEXT;"
        )
    };
}

/// Migrations in order; a landed one is never changed.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("schema/0001_spine.sql")),
    (2, include_str!("schema/0002_threats.sql")),
    (4, include_str!("schema/0004_witness.sql")),
    (5, include_str!("schema/0005_signs.sql")),
    (6, include_str!("schema/0006_indicators.sql")),
    (7, include_str!("schema/0007_campaigns.sql")),
    (8, include_str!("schema/0008_malformed.sql")),
    (9, include_str!("schema/0009_feed_word.sql")),
    (10, include_str!("schema/0010_mailbox.sql")),
    (11, include_str!("schema/0011_campaign_consent.sql")),
    (12, include_str!("schema/0012_sighting.sql")),
    (13, include_str!("schema/0013_stations.sql")),
    (14, include_str!("schema/0014_contact_points.sql")),
    (15, include_str!("schema/0015_facts.sql")),
    (16, include_str!("schema/0016_words.sql")),
    (17, fact!("vat_id")),
];

/// Tables whose rows can be added but neither changed nor removed.
const APPEND_ONLY: &[(i64, &str)] = &[(1, "journal")];

/// The migration after which no column has a list of allowed words; before it the lists that grew since do not matter,
/// because all migrations run in one transaction.
const WITHOUT_WORD_LISTS: i64 = 16;

/// The store: a database whose schema is the one of this program.
#[derive(Clone)]
pub struct Store {
    /// The database; statements stand beside the noun that owns the table.
    pub database: Database,
    snapshot: Arc<RwLock<constituency::Kept>>,
    /// Build packs as last read.
    packs: packs::Shelf,
    /// Networks and names as last read.
    owners: owners::Shelf,
    /// Who hears of commits.
    wake: Wake,
    /// This process, as holder of leases.
    holders: leases::HolderShelf,
    /// The lease under which everything is written, if any.
    fence: Option<leases::Fence>,
    /// Who writes.
    source: Source,
}

impl Store {
    /// Opens the embedded database of a data directory and brings its schema up to date.
    pub async fn open_file(path: &Path, create: bool, now: Timestamp) -> Result<Self> {
        Self::migrated(Database::open_file(path, create).await?, now).await
    }

    /// Opens PostgreSQL and brings its schema up to date.
    pub async fn open_url(url: &str, now: Timestamp) -> Result<Self> {
        Self::migrated(Database::open_url(url).await?, now).await
    }

    async fn migrated(database: Database, now: Timestamp) -> Result<Self> {
        let newest = MIGRATIONS.last().map_or(0, |(version, _)| *version);
        if database.has_table("schema_version").await? {
            let row = database
                .read_one("SELECT MAX(version) FROM schema_version", Vec::new())
                .await?;
            let found = row.map_or(Ok(None), |row| row.int_or_null(0))?.unwrap_or(0);
            if found > newest {
                return Err(refusal(
                    "general.newer_schema",
                    [("found", &found), ("newest", &newest)],
                ));
            }
            if found == newest {
                return Ok(Self::of(database));
            }
        }
        migrate(&database, newest, now).await?;
        Ok(Self::of(database))
    }

    fn of(database: Database) -> Self {
        Self {
            database,
            snapshot: Arc::default(),
            packs: packs::Shelf::default(),
            owners: owners::Shelf::default(),
            wake: Wake::default(),
            holders: Arc::default(),
            fence: None,
            source: Source::Act,
        }
    }

    /// The same store, whose commits are those of a station.
    #[must_use]
    pub fn of_station(&self, station: Station) -> Self {
        Self {
            source: Source::Station(station),
            ..self.clone()
        }
    }

    /// Begins a write transaction, under the lease of this store if it has one.
    pub async fn begin(&self) -> Result<Transaction> {
        let open = self.database.begin().await?;
        Ok(open.under(self.fence.clone(), self.source, self.wake.clone()))
    }

    /// Who hears of commits.
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Reads rows.
    pub async fn read(&self, sql: &str, values: Vec<Value>) -> Result<Vec<engine::Row>> {
        self.database.read(sql, values).await
    }

    /// Reads at most one row.
    pub async fn read_one(&self, sql: &str, values: Vec<Value>) -> Result<Option<engine::Row>> {
        self.database.read_one(sql, values).await
    }
}

/// Runs what is missing up to `newest`, under a lock, in one transaction.
async fn migrate(database: &Database, newest: i64, now: Timestamp) -> Result<()> {
    let mut transaction = database.begin_migration().await?;
    transaction.run_script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)").await?;
    let row = transaction
        .read_one("SELECT MAX(version) FROM schema_version", Vec::new())
        .await?;
    let found = row.map_or(Ok(None), |row| row.int_or_null(0))?.unwrap_or(0);
    for (version, sql) in MIGRATIONS
        .iter()
        .filter(|(version, _)| (found.saturating_add(1)..=newest).contains(version))
    {
        transaction.run_script(&database.dialect(sql)).await?;
        for (_, table) in APPEND_ONLY.iter().filter(|(since, _)| since == version) {
            transaction.run_script(&database.append_only(table)).await?;
        }
        if *version == WITHOUT_WORD_LISTS {
            transaction.drop_word_lists().await?;
        }
        transaction
            .run(
                "INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)",
                crate::values![*version, now],
            )
            .await?;
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(database: &Database, statements: &[&str]) {
        let mut open = database.begin().await.unwrap();
        for sql in statements {
            open.run(sql, Vec::new()).await.unwrap();
        }
        open.commit().await.unwrap();
    }

    /// Signs of a database from before migration 12 are the same afterwards, and a file read again finds them.
    #[tokio::test]
    async fn signs_survive_their_new_form() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tuermer.db");
        let database = Database::open_file(&path, true).await.unwrap();
        migrate(&database, 11, Timestamp::UNIX_EPOCH).await.unwrap();
        let hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let organisation = |id: &str| {
            format!("INSERT INTO organisation (id, kind, external_id, name, street, postcode, city, country, sector, size_class, language, changed_at, facts_revision, assessed_revision)
                VALUES ('{id}', 'member', '{id}', 'x', '', '', '', '', '', '', 'de', 0, 0, 0)")
        };
        let sign = |id: &str| {
            format!(
                "INSERT INTO observation (id, report, observed_at, ip, port, class, severity, tags, vendor, product, version, extra, document_sha256, received_at, tlp, grade)
                 VALUES ('{id}', 'scan_exchange', 1615680000000000, '192.0.2.7', 443, 'vulnerable-system', 'high', 'a;b', 'v', 'p', '1', '{{}}', 'd', 7, 'TLP:AMBER', 'B2')"
            )
        };
        run(
            &database,
            &[
                "INSERT INTO document (sha256, kind, source, received_at, size, bytes, state, reason) VALUES ('d', 'shadowserver', 'x', 7, 0, x'', 'accepted', '')",
                &organisation("o1"),
                &organisation("o2"),
                &sign(hash),
                &sign("witness|M-1"),
                &format!("INSERT INTO sighting (observation_id, organisation_id, attribution) VALUES ('{hash}', 'o1', 'network:192.0.2.0/24'), ('{hash}', 'o2', 'host:x'), ('witness|M-1', 'o1', 'told:link')"),
                &format!("INSERT INTO observation_trace (observation_id, trace) VALUES ('{hash}', 'address:203.0.113.9')"),
            ],
        )
        .await;
        database.close().await;
        let store = Store::open_file(&path, false, Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        let sql = "SELECT s.id, s.organisation_id, s.attribution, k.report, s.ip, k.grade, k.document_sha256 FROM sighting s JOIN sighting_kind k ON k.key = s.kind ORDER BY 1, 2";
        let rows = store.read(sql, Vec::new()).await.unwrap();
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                (0..7)
                    .map(|column| row.text(column).unwrap())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let id = "18700-0123456789abcdef0123456789";
        assert_eq!(
            rows,
            [
                format!("{id} o1 network:192.0.2.0/24 scan_exchange 192.0.2.7 B2 d"),
                format!("{id} o2 host:x scan_exchange 192.0.2.7 B2 d"),
                "witness|M-1 o1 told:link scan_exchange 192.0.2.7 B2 d".to_string(),
            ]
        );
        let traces = store
            .read("SELECT sighting_id, trace FROM sighting_trace", Vec::new())
            .await
            .unwrap();
        assert_eq!(traces.len(), 2, "one for each organisation");
        assert_eq!(traces[0].text(0).unwrap(), id);
        store.database.close().await;
        let observation = tuermer_core::observation::Observation::new(
            "x",
            "2021-03-14T00:00:00Z".parse().unwrap(),
            tuermer_core::taxonomy::IncidentType::Undetermined,
        );
        assert_eq!(
            observation.identified(|_| hash.to_string()).id.as_str(),
            id,
            "a sign read again has the id that its old row got"
        );
    }
}
