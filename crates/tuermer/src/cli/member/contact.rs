//! `tuermer member contact list|add|end|renew`: how the people of a member or provider are reached.

use super::super::import::SourceArgument;
use super::super::sign_in::ActorOrShell;
use super::super::{Call, Exit};
use crate::acts::contact::{self, Changed, NewPoint};
use crate::context::Context;
use crate::refusal::{refusal, wrong_call};
use crate::views::StateView;
use crate::views::contact::{ChangedPointView, ContactView, PointView};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tuermer_core::channel::PointKind;
use tuermer_core::ids::PointId;
use tuermer_core::limits;
use tuermer_core::organisation::{Contact, Organisation, Point};
use tuermer_core::scale::Source;
use tuermer_formats::{inventory, times};

/// Verbs.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// People of one member or provider, and every way to them with its id.
    List {
        /// Number in the register.
        number: String,
    },
    /// One more way to a person.
    Add(Box<Add>),
    /// A way is not used any more.
    End {
        /// Id as shown by `member contact list`.
        id: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Another key for an address that has one; the key before is good for some days more.
    Renew {
        /// Id as shown by `member contact list`.
        id: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
}

/// Arguments of `add`.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Number in the register.
    number: String,
    /// What the address is: email, phone, mobile, postal or a kind that machines use.
    kind: String,
    /// The address.
    address: String,
    /// The person; without it the company's general address.
    #[arg(long, default_value = "")]
    name: String,
    /// Role in the company.
    #[arg(long, default_value = "")]
    role: String,
    /// Who says so.
    #[arg(long, value_enum, default_value_t = SourceArgument::Register)]
    source: SourceArgument,
    /// Last day on which it is good (2026-12-31 or 31.12.2026).
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    #[command(flatten)]
    actor: ActorOrShell,
}

/// Runs it.
pub async fn run(call: &Call, context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::List { number } => list(call, context, &number).await,
        Verb::Add(arguments) => add(call, context, *arguments).await,
        Verb::End { id, reason, actor } => {
            let actor = actor.prove(call, context).await?;
            contact::end(context, &actor, &PointId(id.clone()), &reason).await?;
            if call.out.json {
                call.out.object(&StateView {
                    id: &id,
                    state: "ended",
                })?;
            } else {
                call.out
                    .line(&call.out.texts.with("contact.ended", &[("id", &id)]));
            }
            Ok(Exit::Ok)
        }
        Verb::Renew { id, actor } => {
            let actor = actor.prove(call, context).await?;
            let changed = contact::renew_key(context, &actor, &PointId(id)).await?;
            show(call, &changed)?;
            let days = limits::OLD_KEY_DAYS.to_string();
            call.out
                .say(&call.out.texts.with("contact.renewed", &[("days", &days)]));
            Ok(Exit::Ok)
        }
    }
}

async fn organisation(context: &Context, number: &str) -> Result<Organisation> {
    let found = context.store.organisation_by_number(number).await?;
    found.ok_or_else(|| refusal("contact.refused_no_member", [("number", &number)]))
}

async fn list(call: &Call, context: &Context, number: &str) -> Result<Exit> {
    let organisation = organisation(context, number).await?;
    let contacts = context.store.contacts(&organisation.id).await?;
    let now = context.now();
    if contacts.is_empty() {
        call.out.say(&call.out.texts.get("contact.none"));
        return Ok(Exit::NothingFound);
    }
    for contact in &contacts {
        if call.out.json {
            call.out.object(&ContactView::new(contact, now))?;
        } else {
            lines(call, context, contact, now);
        }
    }
    Ok(Exit::Ok)
}

fn lines(call: &Call, context: &Context, contact: &Contact, now: Timestamp) {
    let Contact {
        name, role, points, ..
    } = contact;
    let source = call.out.texts.get(super::source_key(contact.source));
    let who = [name.as_str(), role, &source]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    call.out.line(&who);
    for point in points {
        call.out.line(&point_line(call, context, point, now));
    }
}

fn point_line(call: &Call, context: &Context, point: &Point, now: Timestamp) -> String {
    let texts = call.out.texts;
    // It ends with that day, so the last day is the one before.
    let day = |end: Timestamp| {
        let last = end
            .saturating_sub(SignedDuration::from_secs(1))
            .unwrap_or(end);
        times::day_year(last.to_zoned(context.zone()).date(), texts.0)
    };
    let mut state = texts.get(&format!("contact.state_{}", point.standing(now)));
    if let Some(end) = point.expires_at.filter(|_| point.is_usable(now)) {
        let until = texts.with("contact.until", &[("day", &day(end))]);
        state = format!("{state}, {until}");
    }
    let kind = texts.get(&format!("delivery.point.{}", point.kind.as_str()));
    let Point {
        id,
        address,
        detail,
        ..
    } = point;
    let line = format!("  {kind:<26} {address:<40} {state:<22} {id}  {detail}");
    line.trim_end().to_string()
}

async fn add(call: &Call, context: &Context, arguments: Add) -> Result<Exit> {
    let Add {
        number,
        kind,
        address,
        name,
        role,
        source,
        until,
        actor,
    } = arguments;
    let kinds: Vec<&str> = PointKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let Some(known) = PointKind::parse(&kind) else {
        let kinds = kinds.join(", ");
        let values: [(&'static str, &dyn std::fmt::Display); 2] =
            [("kind", &kind), ("kinds", &kinds)];
        return Err(wrong_call("contact.refused_kind", values));
    };
    let until = until.as_deref().unwrap_or_default();
    let expires_at =
        inventory::day(until, &context.zone()).map_err(|problem| wrong_call(problem.key(), []))?;
    let actor = actor.prove(call, context).await?;
    let organisation = organisation(context, &number).await?;
    let new = NewPoint {
        kind: known,
        address,
        name,
        role,
        source: Source::from(source),
        expires_at,
    };
    let changed = contact::add(context, &actor, &organisation.id, new).await?;
    show(call, &changed)?;
    Ok(Exit::Ok)
}

/// The point, and its key this once.
fn show(call: &Call, changed: &Changed) -> Result<()> {
    let Changed { point, secret } = changed;
    let texts = call.out.texts;
    if call.out.json {
        return call.out.object(&ChangedPointView {
            point: PointView::from(point),
            secret: secret.as_deref(),
        });
    }
    let (address, id) = (point.address.as_str(), point.id.as_str());
    call.out
        .line(&texts.with("contact.added", &[("address", address), ("id", id)]));
    if let Some(secret) = secret {
        let values = [("address", address), ("secret", secret.as_str())];
        call.out.line(&texts.with("contact.secret", &values));
        call.out.say(&texts.get("contact.secret_once"));
    }
    Ok(())
}
