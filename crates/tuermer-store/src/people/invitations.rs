//! One-time links: who they are for, and that each is used at most once and in time.

use crate::Store;
use crate::ground::journal;
use crate::keys::sha256;
use crate::refusal::refusal;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::rights::{Role, is_account_name};

/// Whom a valid link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invitation {
    /// The very first account: chooses its name, becomes administrator.
    First,
    /// An account that waits for its password.
    Of(String),
}

impl Store {
    /// The invitation behind a token; `None` when it is unknown, used or too old.
    pub async fn invitation(&self, now: Timestamp, token: &str) -> Result<Option<Invitation>> {
        let sql = "SELECT account FROM setup_link WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
        let Some(row) = self
            .read_one(sql, values![sha256(token.as_bytes()), now])
            .await?
        else {
            return Ok(None);
        };
        match row.text_or_null(0)? {
            Some(name) => Ok(Some(Invitation::Of(name))),
            // Whoever finds an old first link must not become a second administrator.
            None => Ok((!self.someone_can_sign_in().await?).then_some(Invitation::First)),
        }
    }

    async fn someone_can_sign_in(&self) -> Result<bool> {
        let row = self.read_one("SELECT COUNT(*) FROM account WHERE password_hash IS NOT NULL AND disabled_at IS NULL", Vec::new()).await?;
        Ok(row.map_or(Ok(0), |row| row.int(0))? > 0)
    }

    /// Uses a link up and sets the password; sessions opened with an older password end.
    /// False when the link was used meanwhile or is too old.
    pub async fn accept_invitation(
        &self,
        now: Timestamp,
        token: &str,
        name: &str,
        password_hash: &str,
    ) -> Result<bool> {
        let token_hash = sha256(token.as_bytes());
        let mut open = self.begin().await?;
        let sql = "UPDATE setup_link SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $3 AND (account IS NULL OR account = $4)";
        if open.run(sql, values![now, &token_hash, now, name]).await? != 1 {
            return Ok(false);
        }
        let first = open
            .read_one(
                "SELECT account FROM setup_link WHERE token_hash = $1",
                values![&token_hash],
            )
            .await?;
        let first = first.map_or(Ok(None), |row| row.text_or_null(0))?.is_none();
        if first {
            if !is_account_name(name) {
                return Err(refusal(
                    "general.account_name",
                    [("name", &format!("{name:?}"))],
                ));
            }
            let taken = open.read_one("SELECT COUNT(*) FROM account WHERE password_hash IS NOT NULL AND disabled_at IS NULL", Vec::new()).await?;
            if taken.map_or(Ok(0), |row| row.int(0))? > 0 {
                return Ok(false);
            }
            let sql = "INSERT INTO account (name, password_hash, role, created_at) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, role = excluded.role";
            open.run(
                sql,
                values![name, password_hash, Role::Administrator.as_str(), now],
            )
            .await?;
            journal::append(
                &mut open,
                now,
                name,
                "account.added",
                name,
                Role::Administrator.as_str(),
            )
            .await?;
        } else {
            open.run(
                "UPDATE account SET password_hash = $1 WHERE name = $2 AND disabled_at IS NULL",
                values![password_hash, name],
            )
            .await?;
            open.run("DELETE FROM session WHERE account = $1", values![name])
                .await?;
            journal::append(&mut open, now, name, "account.password_set", name, "").await?;
        }
        open.commit().await?;
        Ok(true)
    }
}
