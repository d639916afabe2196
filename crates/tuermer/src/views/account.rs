//! Accounts of those who sign in, and what an act did to one.

use crate::store::people::accounts::Account;
use serde::Serialize;

/// An account.
#[derive(Debug, Serialize)]
pub struct AccountView<'a> {
    /// Its name.
    pub name: &'a str,
    /// A word of `Role`.
    pub role: &'static str,
    /// It has a password and may sign in.
    pub active: bool,
}

impl<'a> From<&'a Account> for AccountView<'a> {
    fn from(account: &'a Account) -> Self {
        let Account { name, role, active } = account;
        Self {
            name,
            role: role.as_str(),
            active: *active,
        }
    }
}

/// An account that was made.
#[derive(Debug, Serialize)]
pub struct AccountAddedView<'a> {
    /// Its name.
    pub name: &'a str,
    /// A word of `Role`.
    pub role: &'static str,
    /// Where its owner sets a password; `null` where it has one.
    pub setup_link: Option<&'a str>,
}

/// Another link for an account.
#[derive(Debug, Serialize)]
pub struct AccountLinkView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its owner sets a password.
    pub setup_link: &'a str,
}

/// An account that was disabled.
#[derive(Debug, Serialize)]
pub struct AccountDisabledView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Always `true`.
    pub disabled: bool,
}
