//! People who sign in: adding them, their one-time links, taking access away, and the proof that somebody is who he says.
//!
//! Set-up is open until a warning was released for the first time in this database, and always in a drill or demo:
//! so long somebody at the machine may add people and print links for those who wait. After that an administrator does.
//! Where nobody can sign in as administrator, the machine may make one, which is told to the operators.

use super::allow;
use crate::context::Context;
use crate::notice::notice;
use crate::store::people::accounts::{self, Account};
use crate::store::people::notices::Notice;
use anyhow::Result;
use jiff::SignedDuration;
use tuermer_core::limits;
use tuermer_core::rights::{Act, Actor, Role};
use tuermer_core::sentence::Sentence;

/// Hashes a password with argon2id after checking its length.
///
/// # Errors
/// It is too short, or there is no randomness.
pub fn hash_password(context: &Context, password: &str) -> Result<String> {
    accounts::hash_password(&context.random, password)
}

/// Makes a one-time link. `None`: the very first account, which becomes administrator and chooses its own name.
async fn setup_link(context: &Context, account: Option<&str>) -> Result<String> {
    let token = context.random.token()?;
    let expires = context
        .now()
        .checked_add(SignedDuration::from_mins(limits::SETUP_LINK_MINUTES))?;
    context
        .store
        .add_setup_link(&token, account, expires)
        .await?;
    // The token stands behind `#`, so that it is in no server's or proxy's log.
    Ok(format!(
        "{}/einrichten#{token}",
        context.config.chamber.base_url
    ))
}

/// What somebody wants to do with an account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Add it, or let somebody in who never was.
    LetIn(Role),
    /// Give somebody who can sign in another password, or take access away.
    TakeOver,
}

/// Which act managing accounts is now.
async fn managing(context: &Context, wish: Wish) -> Result<Act> {
    if context.drill || context.demo {
        return Ok(Act::SetUpAccounts);
    }
    let administered = context.store.has_administrator().await?;
    let set_up = match wish {
        Wish::LetIn(Role::Administrator) if !administered => true,
        Wish::LetIn(_) => !context.store.released_before().await?,
        Wish::TakeOver => !administered && !context.store.released_before().await?,
    };
    Ok(if set_up {
        Act::SetUpAccounts
    } else {
        Act::ManageAccounts
    })
}

/// Adds a person; without a password the account waits for the one-time link that is returned.
///
/// # Errors
/// The actor may not, or the name is taken or no name for an account.
pub async fn add(
    context: &Context,
    actor: &Actor,
    name: &str,
    role: Role,
    password_hash: Option<String>,
) -> Result<Option<String>> {
    allow(actor, managing(context, Wish::LetIn(role)).await?)?;
    let waits = password_hash.is_none();
    let late = role == Role::Administrator && context.store.released_before().await?;
    context
        .store
        .add_account(context.now(), name, role, password_hash, actor.name())
        .await?;
    if late {
        context
            .store
            .raise_notice(&made(context, actor, name)?)
            .await?;
    }
    if !waits {
        return Ok(None);
    }
    setup_link(context, Some(name)).await.map(Some)
}

/// What the operators are told of a new administrator.
fn made(context: &Context, actor: &Actor, name: &str) -> Result<Notice> {
    let values = [("name", name.into()), ("by", actor.name().into())];
    let text = Sentence::new("notice.administrator_made", values);
    notice(context, "account.administrator", name, text)
}

/// A one-time link for a person; `None` where there is no such account.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn link(context: &Context, actor: &Actor, name: &str) -> Result<Option<String>> {
    let accounts = context.store.accounts().await?;
    let Some(account) = accounts.iter().find(|account| account.name == name) else {
        allow(actor, managing(context, Wish::TakeOver).await?)?;
        return Ok(None);
    };
    let wish = if account.active {
        Wish::TakeOver
    } else {
        Wish::LetIn(account.role)
    };
    allow(actor, managing(context, wish).await?)?;
    context
        .store
        .note_link(name, actor.name(), context.now())
        .await?;
    setup_link(context, Some(name)).await.map(Some)
}

/// The link of the very first account, which becomes administrator and chooses its own name. It opens nothing where
/// somebody can sign in already.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn first_link(context: &Context, actor: &Actor) -> Result<String> {
    allow(actor, Act::SetUp)?;
    setup_link(context, None).await
}

/// Takes a person's access away; `false` where there is no such account.
///
/// # Errors
/// The actor may not, or it is the only administrator.
pub async fn disable(context: &Context, actor: &Actor, name: &str) -> Result<bool> {
    allow(actor, managing(context, Wish::TakeOver).await?)?;
    context
        .store
        .disable_account(context.now(), name, actor.name())
        .await
}

/// Uses a one-time link up and sets the password; `false` where the link was used meanwhile or is too old.
///
/// # Errors
/// The name is none for an account, or the database refused.
pub async fn accept(
    context: &Context,
    actor: &Actor,
    token: &str,
    name: &str,
    password_hash: &str,
) -> Result<bool> {
    allow(actor, Act::AcceptInvitation)?;
    context
        .store
        .accept_invitation(context.now(), token, name, password_hash)
        .await
}

/// The account, if name and password fit.
///
/// # Errors
/// Too many failures: the name waits.
pub async fn sign_in(
    context: &Context,
    actor: &Actor,
    name: &str,
    password: &str,
) -> Result<Option<Account>> {
    allow(actor, Act::SignIn)?;
    context.store.sign_in(context.now(), name, password).await
}

/// Opens a session for an account that was proven, and gives its token.
///
/// # Errors
/// The database refused.
pub async fn open_session(context: &Context, actor: &Actor, account: &str) -> Result<String> {
    allow(actor, Act::SignIn)?;
    let token = context.random.token()?;
    context
        .store
        .open_session(context.now(), &token, account)
        .await?;
    Ok(token)
}

/// Ends a session.
///
/// # Errors
/// The database refused.
pub async fn close_session(context: &Context, actor: &Actor, token: &str) -> Result<()> {
    allow(actor, Act::SignOut)?;
    context.store.close_session(token).await
}
