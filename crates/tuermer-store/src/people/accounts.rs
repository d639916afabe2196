//! People who sign in, their one-time links and sessions.

use crate::Store;
use crate::ground::journal;
use crate::keys::sha256;
use crate::random::Random;
use crate::refusal::refusal;
use crate::values;
use anyhow::{Result, bail};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use jiff::{SignedDuration, Timestamp};
use tuermer_core::limits;
use tuermer_core::rights::{Actor, Role, is_account_name};

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Name to sign in with, for example `k.weber`.
    pub name: String,
    /// Role.
    pub role: Role,
    /// A password is set (the link was used).
    pub active: bool,
}

impl Account {
    /// Whoever has proven to be this account.
    pub fn actor(&self) -> Actor {
        Actor::account(&self.name, self.role)
    }
}

/// Hashes a password with argon2id after checking its length.
pub fn hash_password(random: &Random, password: &str) -> Result<String> {
    if password.chars().count() < limits::PASSWORD_CHARACTERS {
        return Err(refusal(
            "general.short_password",
            [("least", &limits::PASSWORD_CHARACTERS)],
        ));
    }
    let mut salt = [0_u8; 16];
    random.fill(&mut salt)?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| anyhow::anyhow!("salt: {error}"))?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(hash.to_string())
}

impl Store {
    /// Stores the token of a one-time link until `expires`. `None`: the very first account, which becomes administrator
    /// and chooses its own name.
    pub async fn add_setup_link(
        &self,
        token: &str,
        account: Option<&str>,
        expires: Timestamp,
    ) -> Result<()> {
        let mut open = self.begin().await?;
        open.run(
            "INSERT INTO setup_link (token_hash, account, expires_at) VALUES ($1, $2, $3)",
            values![sha256(token.as_bytes()), account, expires],
        )
        .await?;
        open.commit().await
    }

    /// Adds an account; without password it waits for its one-time link.
    pub async fn add_account(
        &self,
        now: Timestamp,
        name: &str,
        role: Role,
        password_hash: Option<String>,
        actor: &str,
    ) -> Result<()> {
        if !is_account_name(name) {
            return Err(refusal(
                "general.account_name",
                [("name", &format!("{name:?}"))],
            ));
        }
        let mut open = self.begin().await?;
        let added = open
            .run(
                "INSERT INTO account (name, password_hash, role, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
                values![name, password_hash, role.as_str(), now],
            )
            .await?;
        if added == 0 {
            return Err(refusal("general.account_twice", [("name", &name)]));
        }
        journal::append(&mut open, now, actor, "account.added", name, role.as_str()).await?;
        open.commit().await
    }

    /// All accounts by name.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows = self.read("SELECT name, role, password_hash IS NOT NULL FROM account WHERE disabled_at IS NULL ORDER BY name", Vec::new()).await?;
        rows.iter()
            .map(|row| {
                Ok(Account {
                    name: row.text(0)?,
                    role: row.word(1, "account.role", Role::parse)?,
                    active: row.bool(2)?,
                })
            })
            .collect()
    }

    /// Takes an account's access away at once: no password, session or link of it works any more. `false`: there is none.
    pub async fn disable_account(&self, now: Timestamp, name: &str, actor: &str) -> Result<bool> {
        let mut open = self.begin().await?;
        let administrators = "SELECT COUNT(*) FROM account WHERE role = 'administrator' AND disabled_at IS NULL AND password_hash IS NOT NULL AND name <> $1";
        let others = open
            .read_one(administrators, values![name])
            .await?
            .map_or(Ok(0), |row| row.int(0))?;
        let row = open
            .read_one(
                "SELECT role FROM account WHERE name = $1 AND disabled_at IS NULL",
                values![name],
            )
            .await?;
        let Some(row) = row else { return Ok(false) };
        if row.text(0)? == Role::Administrator.as_str() && others == 0 {
            bail!("{name} is the only administrator; add another one first");
        }
        open.run(
            "UPDATE account SET disabled_at = $1 WHERE name = $2",
            values![now, name],
        )
        .await?;
        open.run("DELETE FROM session WHERE account = $1", values![name])
            .await?;
        open.run("DELETE FROM setup_link WHERE account = $1", values![name])
            .await?;
        journal::append(&mut open, now, actor, "account.disabled", name, "").await?;
        open.commit().await?;
        Ok(true)
    }

    /// True where somebody can sign in as administrator.
    pub async fn has_administrator(&self) -> Result<bool> {
        let sql = "SELECT 1 FROM account WHERE role = 'administrator' AND disabled_at IS NULL AND password_hash IS NOT NULL LIMIT 1";
        Ok(self.read_one(sql, Vec::new()).await?.is_some())
    }

    /// Notes in the journal that somebody got a new one-time link for an account.
    pub async fn note_link(&self, name: &str, actor: &str, now: Timestamp) -> Result<()> {
        let mut open = self.begin().await?;
        journal::append(&mut open, now, actor, "account.link_made", name, "").await?;
        open.commit().await
    }

    /// The account, if name and password fit. Too many failures make the name wait, whoever asks.
    pub async fn sign_in(
        &self,
        now: Timestamp,
        name: &str,
        password: &str,
    ) -> Result<Option<Account>> {
        let since = now.checked_sub(SignedDuration::from_mins(limits::SIGN_IN_WINDOW_MINUTES))?;
        let failures = self
            .read_one(
                "SELECT COUNT(*) FROM sign_in_failure WHERE account = $1 AND at > $2",
                values![name, since],
            )
            .await?;
        if failures.map_or(Ok(0), |row| row.int(0))? >= limits::SIGN_IN_FAILURES {
            return Err(refusal(
                "operator.sign_in_wait",
                [("minutes", &limits::SIGN_IN_WINDOW_MINUTES)],
            ));
        }
        let row = self
            .read_one(
                "SELECT password_hash, role FROM account WHERE name = $1 AND disabled_at IS NULL",
                values![name],
            )
            .await?;
        let (stored, role) = match &row {
            Some(row) => (
                row.text_or_null(0)?,
                Some(row.word(1, "account.role", Role::parse)?),
            ),
            None => (None, None),
        };
        // An unknown name costs the same time as a wrong password.
        let stored = stored.unwrap_or_else(|| UNKNOWN_ACCOUNT.to_string());
        let parsed = PasswordHash::new(&stored)
            .map_err(|error| anyhow::anyhow!("stored password: {error}"))?;
        let fits = Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok();
        match role {
            Some(role) if fits => Ok(Some(Account {
                name: name.to_string(),
                role,
                active: true,
            })),
            _ => {
                let mut open = self.begin().await?;
                open.run(
                    "INSERT INTO sign_in_failure (account, at) VALUES ($1, $2)",
                    values![name, now],
                )
                .await?;
                open.commit().await?;
                Ok(None)
            }
        }
    }

    /// Opens a session under a new token.
    pub async fn open_session(&self, now: Timestamp, token: &str, account: &str) -> Result<()> {
        let expires = now.checked_add(SignedDuration::from_hours(limits::SESSION_HOURS))?;
        let mut open = self.begin().await?;
        open.run(
            "INSERT INTO session (token_hash, account, created_at, expires_at) VALUES ($1, $2, $3, $4)",
            values![sha256(token.as_bytes()), account, now, expires],
        )
        .await?;
        journal::append(&mut open, now, account, "account.signed_in", account, "").await?;
        open.commit().await
    }

    /// The account of a session.
    pub async fn session(&self, now: Timestamp, token: &str) -> Result<Option<Account>> {
        let sql = "SELECT a.name, a.role FROM session s JOIN account a ON a.name = s.account WHERE s.token_hash = $1 AND s.expires_at > $2 AND a.disabled_at IS NULL";
        let Some(row) = self
            .read_one(sql, values![sha256(token.as_bytes()), now])
            .await?
        else {
            return Ok(None);
        };
        Ok(Some(Account {
            name: row.text(0)?,
            role: row.word(1, "account.role", Role::parse)?,
            active: true,
        }))
    }

    /// Ends a session.
    pub async fn close_session(&self, token: &str) -> Result<()> {
        let mut open = self.begin().await?;
        open.run(
            "DELETE FROM session WHERE token_hash = $1",
            values![sha256(token.as_bytes())],
        )
        .await?;
        open.commit().await
    }
}

/// An argon2id hash that no password has, with the parameters of real ones.
const UNKNOWN_ACCOUNT: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
