//! `tuermer member`: who is in the register, what each source says about them, and who cannot be reached.

mod contact;
mod people;

use super::{Call, Exit};
use crate::context::Context;
use crate::store::register::networks::StoredNetwork;
use crate::views::contact::ContactView;
use crate::views::member::{AssetView, LayerView, MemberSheetView, MemberView, NetworkView};
use anyhow::Result;
use jiff::Timestamp;
use people::told_contact;
use std::collections::HashSet;
use tuermer_core::asset::{Asset, Presence};
use tuermer_core::field::{Facts, Field};
use tuermer_core::ids::OrganisationId;
use tuermer_core::layer::Layer;
use tuermer_core::limits;
use tuermer_core::organisation::{Contact, Kind, Organisation};
use tuermer_core::scale::Source;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Verbs.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// All members, or all providers.
    List {
        /// member or provider.
        #[arg(long, value_enum, default_value_t = KindArgument::Member)]
        kind: KindArgument,
    },
    /// One organisation: each value, who said it and when; people, networks, products.
    Show {
        /// Number in the register, or a part of the name.
        text: String,
    },
    /// All people of members.
    Contacts,
    /// How the people of one member or provider are reached.
    Contact {
        /// What to do.
        #[command(subcommand)]
        verb: contact::Verb,
    },
    /// Members with neither mail address nor telephone number: only a letter reaches them.
    WhyNotReachable,
}

/// Member or provider.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum KindArgument {
    /// Member companies.
    Member,
    /// IT providers.
    Provider,
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let exit = match verb {
        Verb::List {
            kind: KindArgument::Member,
        } => list(call, &context, Page::Kind(Kind::Member)).await?,
        Verb::List {
            kind: KindArgument::Provider,
        } => list(call, &context, Page::Kind(Kind::Provider)).await?,
        Verb::Show { text } => show(call, &context, &text).await?,
        Verb::Contacts => people::list(call, &context).await?,
        Verb::Contact { verb } => contact::run(call, &context, verb).await?,
        Verb::WhyNotReachable => why_not_reachable(call, &context).await?,
    };
    context.store.database.close().await;
    Ok(exit)
}

/// Which organisations a list pages through.
#[derive(Clone, Copy)]
enum Page {
    Kind(Kind),
    Unreachable,
}

async fn list(call: &Call, context: &Context, page: Page) -> Result<Exit> {
    let mut after: Option<OrganisationId> = None;
    let mut any = false;
    loop {
        let organisations = match page {
            Page::Kind(kind) => {
                context
                    .store
                    .organisations_page(kind, after.as_ref(), limits::PAGE_ROWS)
                    .await?
            }
            Page::Unreachable => {
                context
                    .store
                    .unreachable_page(after.as_ref(), limits::PAGE_ROWS, context.now())
                    .await?
            }
        };
        let Some(last) = organisations.last() else {
            break;
        };
        after = Some(last.id.clone());
        any = true;
        for organisation in &organisations {
            if call.out.json {
                call.out.object(&MemberView::from(organisation))?;
            } else {
                call.out.line(&format!(
                    "{:<12}  {:<6} {:<22}  {}",
                    organisation.external_id,
                    organisation.fact(Field::Postcode),
                    organisation.city(),
                    organisation.name()
                ));
            }
        }
    }
    Ok(if any { Exit::Ok } else { Exit::NothingFound })
}

/// The facts of a layer that say something, by the names of the columns.
fn told(facts: &Facts) -> impl Iterator<Item = (&'static str, &str)> {
    facts.told().map(|(field, value)| (field.as_str(), value))
}

/// Everything that is known about one organisation.
struct Sheet {
    organisation: Organisation,
    layers: Vec<Layer>,
    contacts: Vec<Contact>,
    networks: Vec<StoredNetwork>,
    assets: Vec<Asset>,
}

async fn show(call: &Call, context: &Context, text: &str) -> Result<Exit> {
    let texts = call.out.texts;
    let mut found = context
        .store
        .find_organisations(text, limits::IMPORT_ERRORS_SHOWN)
        .await?;
    if found.len() > 1 {
        call.out
            .say(&texts.with("import.member_several", &[("text", text)]));
        for organisation in found {
            call.out.say(&format!(
                "  {:<12} {:<9} {}",
                organisation.external_id,
                organisation.kind.as_str(),
                organisation.name()
            ));
        }
        return Ok(Exit::NothingFound);
    }
    let Some(organisation) = found.pop() else {
        call.out
            .say(&texts.with("import.member_not_found", &[("text", text)]));
        return Ok(Exit::NothingFound);
    };
    let (store, id) = (&context.store, organisation.id.clone());
    let sheet = Sheet {
        organisation,
        layers: store.layers(&id).await?,
        contacts: store.contacts(&id).await?,
        networks: store.networks(&id).await?,
        assets: store.assets(&id).await?,
    };
    if call.out.json {
        call.out.object(&sheet_view(&sheet, context.now()))?;
    } else {
        show_sheet(call, context, &sheet);
    }
    Ok(Exit::Ok)
}

fn sheet_view(sheet: &Sheet, now: Timestamp) -> MemberSheetView<'_> {
    let Sheet {
        organisation,
        layers,
        contacts,
        networks,
        assets,
    } = sheet;
    let contacts = contacts.iter();
    MemberSheetView {
        member: MemberView::from(organisation),
        layers: layers.iter().map(LayerView::from).collect(),
        contacts: contacts
            .map(|contact| ContactView::new(contact, now))
            .collect(),
        networks: networks.iter().map(NetworkView::from).collect(),
        assets: assets.iter().map(AssetView::from).collect(),
    }
}

fn show_sheet(call: &Call, context: &Context, sheet: &Sheet) {
    let Sheet {
        organisation,
        layers,
        contacts,
        networks,
        assets,
    } = sheet;
    let zone = context.zone();
    let line = |mark: &str, field: &str, value: &str, source: Source, at: Timestamp| {
        let day = at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
        call.out.line(&format!(
            "  {mark} {field:<20} {value:<36} {:<12} {day}",
            call.out.texts.get(source_key(source))
        ));
    };
    call.out.line(&format!(
        "{} · {} · {}",
        organisation.name(),
        organisation.external_id,
        organisation.kind.as_str()
    ));
    let facts = layers.iter().flat_map(|layer| {
        told(&layer.facts).map(move |(field, value)| (field, value, layer.source, layer.said_at))
    });
    let people = contacts.iter().flat_map(|contact| {
        told_contact(contact, context.now())
            .into_iter()
            .map(move |(field, value)| (field, value, contact.source, contact.said_at))
    });
    let mut shown = HashSet::new();
    for (field, value, source, said_at) in facts.chain(people) {
        // Strongest first: the first word about a field is the one that counts.
        line(
            if shown.insert(field) { "✓" } else { " " },
            field,
            value,
            source,
            said_at,
        );
    }
    for network in networks {
        line(
            " ",
            network.kind.as_str(),
            &network.value,
            network.source,
            network.said_at,
        );
    }
    for asset in assets {
        let told = [
            asset.version.as_str(),
            asset.build.as_deref().unwrap_or(""),
            asset.hostname.as_str(),
        ];
        let told = told
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        let told = if asset.presence == Presence::OnPremises {
            told
        } else {
            asset.presence.as_str().to_string()
        };
        line(" ", &asset.product, &told, asset.source, asset.observed_at);
    }
}

fn source_key(source: Source) -> &'static str {
    match source {
        Source::Register => "import.source_register",
        Source::Observation => "import.source_observation",
        Source::Provider => "import.source_provider",
        Source::Member => "import.source_member",
    }
}

async fn why_not_reachable(call: &Call, context: &Context) -> Result<Exit> {
    let found = context.store.reachability(context.now()).await?;
    let counts =
        [found.letter_only, found.one_channel, found.two_channels].map(|count| count.to_string());
    let [none, one, two] = counts.each_ref().map(String::as_str);
    // The counts are talk; the list is the result.
    call.out.say(&call.out.texts.with(
        "import.reachable_now",
        &[("none", none), ("one", one), ("two", two)],
    ));
    list(call, context, Page::Unreachable).await
}
