//! Pins: which signing keys a provider may use, and from which domain a publisher speaks. Set on first use, changed by people.
//!
//! ```text
//! first key of a provider ─▶ trusted ──revoked, or a person──▶ refused
//! another key ─▶ waiting ──a person──▶ trusted or refused
//! ```

use crate::Store;
use crate::feeds::signatures;
use crate::ground::engine::{Row, Transaction};
use crate::ground::journal;
use crate::people::notices;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::provenance::KeyState;

/// Who decided about a key that its owner revoked.
const OWNER: &str = "owner";

/// One key of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedKey {
    /// The domain under which the provider's owner is registered.
    pub provider: String,
    /// Fingerprint of the primary key, hexadecimal, upper case.
    pub fingerprint: String,
    /// What it counts for.
    pub state: KeyState,
    /// Where it was fetched.
    pub url: String,
    /// The key in binary form.
    pub key_bytes: Vec<u8>,
    /// When it was seen first.
    pub seen_at: Timestamp,
    /// Account that decided, `owner` for a revocation, empty for a key nobody decided about.
    pub decided_by: String,
}

/// From where a publisher speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedPublisher {
    /// Registered name of its namespace: `vendor.example`.
    pub namespace: String,
    /// Registered name of the host its metadata lies on.
    pub domain: String,
    /// The most it ever promised: `csaf_publisher`, `csaf_provider`, `csaf_trusted_provider`.
    pub role: String,
    /// Since when.
    pub pinned_at: Timestamp,
}

fn pinned_key(row: &Row) -> Result<PinnedKey> {
    Ok(PinnedKey {
        provider: row.text(0)?,
        fingerprint: row.text(1)?,
        state: row.word(2, "pinned_key.state", KeyState::parse)?,
        url: row.text(3)?,
        key_bytes: row.bytes(4)?,
        seen_at: row.time(5)?,
        decided_by: row.text(6)?,
    })
}

fn pinned_publisher(row: &Row) -> Result<PinnedPublisher> {
    Ok(PinnedPublisher {
        namespace: row.text(0)?,
        domain: row.text(1)?,
        role: row.text(2)?,
        pinned_at: row.time(3)?,
    })
}

/// Pins a key as it was seen. One that is known keeps its state; only its bytes (new subkeys, a longer validity) are taken
/// over. True where it was not known.
pub async fn pin_key(open: &mut Transaction, key: &PinnedKey) -> Result<bool> {
    let PinnedKey {
        provider,
        fingerprint,
        state,
        url,
        key_bytes,
        seen_at,
        decided_by,
    } = key;
    let sql = "INSERT INTO pinned_key (provider, fingerprint, state, url, key_bytes, seen_at, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (provider, fingerprint) DO NOTHING";
    let values = values![
        provider,
        fingerprint,
        state.as_str(),
        url,
        key_bytes.clone(),
        *seen_at,
        decided_by
    ];
    if open.run(sql, values).await? > 0 {
        journal::append(
            open,
            *seen_at,
            "system",
            "key.pinned",
            provider,
            &format!("{fingerprint} {}", state.as_str()),
        )
        .await?;
        return Ok(true);
    }
    let sql = "UPDATE pinned_key SET key_bytes = $3, url = $4 WHERE provider = $1 AND fingerprint = $2 AND state <> 'refused'";
    open.run(sql, values![provider, fingerprint, key_bytes.clone(), url])
        .await?;
    Ok(false)
}

/// Its owner revoked a key: it counts for nothing any more, and neither does what it proved. True where that is news.
pub async fn key_revoked(
    open: &mut Transaction,
    provider: &str,
    fingerprint: &str,
    detail: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE pinned_key SET state = 'refused', decided_by = $3 WHERE provider = $1 AND fingerprint = $2 AND state <> 'refused'";
    let news = open.run(sql, values![provider, fingerprint, OWNER]).await? > 0;
    if news {
        let documents = signatures::distrust(open, fingerprint, detail).await?;
        journal::append(
            open,
            now,
            "system",
            "key.revoked",
            provider,
            &format!("{fingerprint}, {documents} documents"),
        )
        .await?;
    }
    Ok(news)
}

/// Pins from where a publisher speaks, and the most it ever promised.
pub async fn pin_publisher(open: &mut Transaction, pin: &PinnedPublisher) -> Result<()> {
    let PinnedPublisher {
        namespace,
        domain,
        role,
        pinned_at,
    } = pin;
    let sql =
        "INSERT INTO pinned_publisher (namespace, domain, role, pinned_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (namespace) DO UPDATE SET domain = excluded.domain, role = excluded.role
        WHERE pinned_publisher.domain <> excluded.domain OR pinned_publisher.role <> excluded.role";
    if open
        .run(sql, values![namespace, domain, role, *pinned_at])
        .await?
        > 0
    {
        journal::append(
            open,
            *pinned_at,
            "system",
            "publisher.pinned",
            namespace,
            &format!("{domain} {role}"),
        )
        .await?;
    }
    Ok(())
}

impl Store {
    /// All keys, or those of one provider, waiting ones first.
    pub async fn pinned_keys(&self, provider: Option<&str>) -> Result<Vec<PinnedKey>> {
        let sql = "SELECT provider, fingerprint, state, url, key_bytes, seen_at, decided_by FROM pinned_key
            WHERE $1 = '' OR provider = $1 ORDER BY CASE state WHEN 'waiting' THEN 0 WHEN 'trusted' THEN 1 ELSE 2 END, provider, seen_at, fingerprint";
        self.read(sql, values![provider.unwrap_or_default()])
            .await?
            .iter()
            .map(pinned_key)
            .collect()
    }

    /// A person decides about a key, wherever it is used. What was rejected is fetched again at the next pull; what a
    /// refused key proved counts no more. False where no provider uses such a key.
    pub async fn decide_key(
        &self,
        fingerprint: &str,
        state: KeyState,
        by: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut open = self.begin().await?;
        let sql = "UPDATE pinned_key SET state = $2, decided_by = $3 WHERE fingerprint = $1";
        let known = open
            .run(sql, values![fingerprint, state.as_str(), by])
            .await?
            > 0;
        if known {
            let documents = match state {
                KeyState::Trusted => {
                    open.run(
                        "UPDATE feed_entry SET at = 0 WHERE state = 'rejected'",
                        Vec::new(),
                    )
                    .await?
                }
                KeyState::Refused | KeyState::Waiting => {
                    signatures::distrust(&mut open, fingerprint, detail).await?
                }
            };
            notices::settle(&mut open, "provider.key", fingerprint, now).await?;
            journal::append(
                &mut open,
                now,
                by,
                &format!("key.{}", state.as_str()),
                fingerprint,
                &format!("{documents} documents"),
            )
            .await?;
        }
        open.commit().await?;
        Ok(known)
    }

    /// From where a publisher speaks, by the registered name of its namespace.
    pub async fn pinned_publisher(&self, namespace: &str) -> Result<Option<PinnedPublisher>> {
        let sql =
            "SELECT namespace, domain, role, pinned_at FROM pinned_publisher WHERE namespace = $1";
        self.read_one(sql, values![namespace])
            .await?
            .as_ref()
            .map(pinned_publisher)
            .transpose()
    }

    /// All publishers by name.
    pub async fn pinned_publishers(&self) -> Result<Vec<PinnedPublisher>> {
        let sql =
            "SELECT namespace, domain, role, pinned_at FROM pinned_publisher ORDER BY namespace";
        self.read(sql, Vec::new())
            .await?
            .iter()
            .map(pinned_publisher)
            .collect()
    }

    /// A person lets a publisher be pinned anew at the next pull; false where it is not pinned.
    pub async fn forget_publisher(
        &self,
        namespace: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut open = self.begin().await?;
        let known = open
            .run(
                "DELETE FROM pinned_publisher WHERE namespace = $1",
                values![namespace],
            )
            .await?
            > 0;
        if known {
            journal::append(&mut open, now, by, "publisher.forgotten", namespace, "").await?;
        }
        open.commit().await?;
        Ok(known)
    }
}
