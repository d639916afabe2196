//! An invented world in a temporary data directory: members, their assets, and records about them.

use crate::cli::Call;
use crate::clock::Clock;
use crate::config::{Config, Home};
use crate::context::Context;
use crate::random::Random;
use crate::values;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Different products beside the wanted one; each in 20 versions.
pub const PRODUCTS: u64 = 2_000;
/// Assets written in one transaction.
const STEP: u64 = 200_000;

/// How many there are.
#[derive(Debug, Clone, Copy)]
pub struct World {
    /// Members.
    pub members: u64,
    /// Assets, spread evenly.
    pub assets: u64,
    /// The first members, which have "Wanted Server" in one of 200 versions as one of their assets.
    pub concerned: u64,
}

/// A context on that world.
pub struct Ground {
    /// The running program.
    pub context: Context,
    /// Where everything lies.
    pub directory: PathBuf,
}

impl Ground {
    /// Makes the world. The figures are of the embedded database unless `--database` names another.
    pub async fn new(call: &Call, world: World) -> Result<Self> {
        let directory = std::env::temp_dir().join(format!(
            "tuermer-bench-{}",
            Random::System.id(Clock::System.now())?
        ));
        std::fs::create_dir(&directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        let mut config = Config::default();
        if let Some(url) = &call.database {
            config.store.url.clone_from(url);
        }
        let context = crate::cli::init::create(
            &Home(directory.join("data")),
            config,
            true,
            Clock::System,
            Random::seeded(1),
        )
        .await?;
        // What a program does once with a new table of spellings; here there is nothing to rename.
        context.store.follow_product_names(context.now()).await?;
        fill(&context, world).await?;
        Ok(Self { context, directory })
    }

    /// Removes it.
    pub async fn close(self) -> Result<()> {
        self.context.store.database.close().await;
        std::fs::remove_dir_all(&self.directory)
            .with_context(|| format!("cannot remove {}", self.directory.display()))
    }
}

/// The numbers from $1 up to, not including, $2 as column `i`.
const NUMBERS: &str = "WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CAST($2 AS BIGINT))";

async fn fill(
    context: &Context,
    World {
        members,
        assets,
        concerned,
    }: World,
) -> Result<()> {
    let id = |prefix: &str, number: &str| {
        format!("'{prefix}' || SUBSTR(CAST(100000000 + {number} AS TEXT), 2)")
    };
    let each = (assets / members.max(1)).max(1);
    let organisation = format!(
        "INSERT INTO organisation (id, kind, external_id, name, street, postcode, city, country, sector, size_class, language, changed_at, facts_revision,
            assessed_revision)
         {NUMBERS} SELECT {}, 'member', CAST(i AS TEXT), 'Firma ' || CAST(i AS TEXT) || ' GmbH', '', '', 'Siegen', 'DE', '', '', 'de', 0, 1, 1 FROM n",
        id("01KAQ0000000000000", "i")
    );
    // The first asset of those concerned is the wanted product; all others are spread over products and versions.
    let wanted = format!("i % {each} = 0 AND i / {each} < {concerned}");
    let number = format!("CAST((i * 7 + i / {each}) % {PRODUCTS} AS TEXT)");
    let asset = format!(
        "INSERT INTO asset (id, organisation_id, vendor, product, product_key, version, build, hostname, source, observed_at, note, presence, changed_at)
         {NUMBERS} SELECT {}, {}, 'Invented', CASE WHEN {wanted} THEN 'Wanted Server' ELSE 'Product ' || {number} END,
            CASE WHEN {wanted} THEN 'wanted server' ELSE 'product ' || {number} END,
            CASE WHEN {wanted} THEN '5.' || CAST((i / {each}) % 200 AS TEXT) ELSE '9.' || CAST(i % 20 AS TEXT) END,
            NULL, 'host' || CAST(i % {each} AS TEXT), 'provider', 1767225600000000, '', 'on_premises', 0 FROM n",
        id("01KAR0000000000000", "i"),
        id("01KAQ0000000000000", &format!("(i / {each})"))
    );
    for (sql, rows) in [
        (organisation, members),
        (asset, members.saturating_mul(each)),
    ] {
        let mut from = 0_u64;
        while from < rows {
            let until = rows.min(from.saturating_add(STEP));
            let mut open = context.store.begin().await?;
            open.run(&sql, values![i64::try_from(from)?, i64::try_from(until)?])
                .await?;
            open.commit().await?;
            from = until;
        }
    }
    Ok(())
}

/// An invented CVE record: `product` of the vendor "Invented" is affected below `below`.
pub fn record(number: u64, product: &str, below: &str) -> Vec<u8> {
    let organisation = "8254265b-2729-46b6-b9e3-3dfca2d5bfca";
    let at = "2026-01-02T00:00:00.000Z";
    json!({
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {"cveId": format!("CVE-2026-{:05}", 10_000 + number), "assignerOrgId": organisation, "state": "PUBLISHED", "datePublished": at, "dateUpdated": at},
        "containers": {"cna": {
            "providerMetadata": {"orgId": organisation, "dateUpdated": at},
            "title": format!("Invented flaw {number} in {product}"),
            "affected": [{"vendor": "Invented", "product": product, "defaultStatus": "unaffected",
                "versions": [{"status": "affected", "version": "0", "lessThan": below, "versionType": "semver"}]}],
            "descriptions": [{"lang": "en", "value": "An invented flaw."}],
            "references": [{"url": "https://example.org/"}]
        }}
    })
    .to_string()
    .into_bytes()
}

/// Records about all products, one a line.
pub fn write_records(path: &Path, records: u64) -> Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for number in 0..records {
        file.write_all(&record(
            number,
            &format!("Product {}", number % PRODUCTS),
            "9.10",
        ))?;
        file.write_all(b"\n")?;
    }
    file.flush().context("cannot write the invented records")
}
