//! The people of a company on its page: how each is reached, what became of every way, and ways added or ended by hand.

use super::frame::{Frame, Trouble, see, segment};
use super::member::{organisation, sheet};
use super::session::SignedIn;
use crate::acts::contact::{self, Changed, NewPoint};
use crate::context::Context;
use crate::refusal::{refusal, refused};
use anyhow::Result;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::channel::PointKind;
use tuermer_core::ids::{OrganisationId, PointId};
use tuermer_core::limits;
use tuermer_core::organisation::{Contact, Point};
use tuermer_core::rights::Act;
use tuermer_core::scale::Source;
use tuermer_formats::inventory;

/// What the page shows of people.
pub struct People {
    /// As each source told them.
    pub contacts: Vec<Contact>,
    /// What was typed for a new way.
    pub form: NewWay,
    /// What is wrong with it.
    pub error: Option<String>,
    /// A key, shown this once.
    pub secret: Option<Changed>,
}

/// The form for a new way.
#[derive(Debug, Default, Deserialize)]
pub struct NewWay {
    #[serde(default)]
    pub art: String,
    #[serde(default)]
    pub adresse: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub funktion: String,
    #[serde(default)]
    pub wer: String,
    #[serde(default)]
    pub bis: String,
}

/// The form to end a way.
#[derive(Debug, Default, Deserialize)]
pub struct Ending {
    #[serde(default)]
    grund: String,
}

/// What was just done on the page, to be shown on it.
#[derive(Default)]
pub struct Done {
    /// What was typed.
    pub form: NewWay,
    /// What is wrong with it.
    pub error: Option<String>,
    /// A key, shown this once.
    pub secret: Option<Changed>,
}

impl People {
    /// Of one organisation.
    pub async fn of(context: &Context, id: &OrganisationId, done: Done) -> Result<Self> {
        let Done {
            form,
            error,
            secret,
        } = done;
        Ok(Self {
            contacts: context.store.contacts(id).await?,
            form,
            error,
            secret,
        })
    }

    /// Kinds of addresses.
    pub fn kinds(&self) -> &'static [PointKind] {
        PointKind::ALL
    }

    /// Who may have said so.
    pub fn sources(&self) -> [Source; 3] {
        [Source::Register, Source::Provider, Source::Member]
    }

    /// The word for what we know of a point.
    pub fn standing(&self, frame: &Frame, point: &Point) -> String {
        frame.t(&format!("contact.state_{}", point.standing(frame.now())))
    }

    /// For how long the key before is good.
    pub fn old_key(&self, frame: &Frame) -> String {
        let days = limits::OLD_KEY_DAYS.to_string();
        frame.texts.with("contact.renewed", &[("days", &days)])
    }

    /// True where the point can be ended.
    pub fn is_open(&self, point: &Point) -> bool {
        point.state != tuermer_core::organisation::PointState::Ended
    }
}

/// Adds a way; a key that belongs to it is shown once.
pub async fn add(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
    Form(form): Form<NewWay>,
) -> Result<Response, Trouble> {
    who.must(Act::ChangeContact)?;
    let id = organisation(&context, &number).await?.id;
    let added = match read(&context, &form) {
        Ok(new) => contact::add(&context, &who.actor(), &id, new).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(Changed { secret: None, .. }) => Ok(back(&number)),
        Ok(changed) => keyed(&context, &who, &number, changed).await,
        Err(error) => {
            let sentence = refused(&error, who.t).ok_or(error)?;
            let done = Done {
                form,
                error: Some(sentence),
                secret: None,
            };
            sheet(&context, &who, &number, done).await
        }
    }
}

fn read(context: &Context, form: &NewWay) -> Result<NewPoint> {
    let kind = PointKind::parse(&form.art).unwrap_or(PointKind::Email);
    let expires_at =
        inventory::day(&form.bis, &context.zone()).map_err(|problem| refusal(problem.key(), []))?;
    Ok(NewPoint {
        kind,
        address: form.adresse.clone(),
        name: form.name.clone(),
        role: form.funktion.clone(),
        source: Source::parse(&form.wer).unwrap_or(Source::Register),
        expires_at,
    })
}

/// Ends a way.
pub async fn end(
    State(context): State<Context>,
    who: SignedIn,
    Path((number, point)): Path<(String, String)>,
    Form(Ending { grund }): Form<Ending>,
) -> Result<Response, Trouble> {
    who.must(Act::ChangeContact)?;
    let point = its_own(&context, &number, point).await?;
    contact::end(&context, &who.actor(), &point, &grund)
        .await
        .map_err(|error| trouble(error, &who))?;
    Ok(back(&number))
}

/// Gives a way another key.
pub async fn renew(
    State(context): State<Context>,
    who: SignedIn,
    Path((number, point)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    who.must(Act::ChangeContact)?;
    let point = its_own(&context, &number, point).await?;
    let changed = contact::renew_key(&context, &who.actor(), &point)
        .await
        .map_err(|error| trouble(error, &who))?;
    keyed(&context, &who, &number, changed).await
}

/// The point, if it belongs to the company of the page.
async fn its_own(context: &Context, number: &str, point: String) -> Result<PointId, Trouble> {
    let id = PointId(point);
    let company = organisation(context, number).await?.id;
    match context.store.point(&id).await? {
        Some((contact, _)) if contact.organisation == company => Ok(id),
        _ => Err(Trouble::NotFound),
    }
}

async fn keyed(
    context: &Context,
    who: &SignedIn,
    number: &str,
    changed: Changed,
) -> Result<Response, Trouble> {
    let done = Done {
        secret: Some(changed),
        ..Done::default()
    };
    sheet(context, who, number, done).await
}

fn trouble(error: anyhow::Error, who: &SignedIn) -> Trouble {
    match refused(&error, who.t) {
        Some(sentence) => Trouble::Refused(sentence),
        None => error.into(),
    }
}

fn back(number: &str) -> Response {
    see(&format!("/mitglieder/{}#personen", segment(number)))
}
