//! Members and providers: their facts, and on one sheet everything that is known of one of them.

use super::contact::ContactView;
use super::{Keyed, Moment};
use crate::store::register::networks::StoredNetwork;
use serde::Serialize;
use tuermer_core::asset::Asset;
use tuermer_core::field::Field;
use tuermer_core::layer::Layer;
use tuermer_core::organisation::Organisation;

/// A member or provider.
#[derive(Debug, Serialize)]
pub struct MemberView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Number in the register.
    pub external_id: &'a str,
    /// `member` or `provider`.
    pub kind: &'static str,
    /// Every field of the register by its column; `null` where nobody said it.
    #[serde(flatten)]
    pub facts: Keyed<&'static str, Option<&'a str>>,
}

impl<'a> From<&'a Organisation> for MemberView<'a> {
    fn from(organisation: &'a Organisation) -> Self {
        let Organisation {
            id,
            kind,
            external_id,
            facts,
        } = organisation;
        let facts = Field::ALL
            .iter()
            .map(|field| (field.as_str(), facts.get(*field)));
        Self {
            id: id.as_str(),
            external_id,
            kind: kind.as_str(),
            facts: Keyed(facts.collect()),
        }
    }
}

/// A member or provider with who said what of it, its people, networks and products.
#[derive(Debug, Serialize)]
pub struct MemberSheetView<'a> {
    /// The organisation, each field by its strongest source.
    #[serde(flatten)]
    pub member: MemberView<'a>,
    /// What each source says, strongest first.
    pub layers: Vec<LayerView<'a>>,
    /// Its people.
    pub contacts: Vec<ContactView<'a>>,
    /// Its networks.
    pub networks: Vec<NetworkView<'a>>,
    /// Its products.
    pub assets: Vec<AssetView<'a>>,
}

/// What one source says of an organisation.
#[derive(Debug, Serialize)]
pub struct LayerView<'a> {
    /// `register`, `provider`, `member` or `observation`.
    pub source: &'static str,
    /// When it was said.
    pub said_at: Moment,
    /// The fields it says something of, by their columns.
    pub values: Keyed<&'static str, &'a str>,
}

impl<'a> From<&'a Layer> for LayerView<'a> {
    fn from(layer: &'a Layer) -> Self {
        let Layer {
            source,
            said_at,
            facts,
        } = layer;
        let values = facts.told().map(|(field, value)| (field.as_str(), value));
        Self {
            source: source.as_str(),
            said_at: Moment(*said_at),
            values: Keyed(values.collect()),
        }
    }
}

/// A network, domain or the like that belongs to an organisation.
#[derive(Debug, Serialize)]
pub struct NetworkView<'a> {
    /// A word of `NetworkKind`.
    pub kind: &'static str,
    /// `192.0.2.0/24`, `walzwerk.example`, `AS64496`.
    pub value: &'a str,
    /// Who said so.
    pub source: &'static str,
    /// When it was said.
    pub said_at: Moment,
}

impl<'a> From<&'a StoredNetwork> for NetworkView<'a> {
    fn from(network: &'a StoredNetwork) -> Self {
        let StoredNetwork {
            kind,
            value,
            source,
            said_at,
        } = network;
        Self {
            kind: kind.as_str(),
            value,
            source: source.as_str(),
            said_at: Moment(*said_at),
        }
    }
}

/// A product in use.
#[derive(Debug, Serialize)]
pub struct AssetView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its vendor; may be empty.
    pub vendor: &'a str,
    /// Its name.
    pub product: &'a str,
    /// Its version as it was said; may be empty.
    pub version: &'a str,
    /// Its exact build.
    pub build: Option<&'a str>,
    /// The machine it runs on; may be empty.
    pub hostname: &'a str,
    /// Who said so.
    pub source: &'static str,
    /// When it was seen.
    pub observed_at: Moment,
    /// What else was said; may be empty.
    pub note: &'a str,
    /// A word of `Presence`.
    pub presence: &'static str,
}

impl<'a> From<&'a Asset> for AssetView<'a> {
    fn from(asset: &'a Asset) -> Self {
        let Asset {
            id,
            organisation: _,
            vendor,
            product,
            version,
            build,
            hostname,
            source,
            observed_at,
            note,
            presence,
        } = asset;
        Self {
            id: id.as_str(),
            vendor,
            product,
            version,
            build: build.as_deref(),
            hostname,
            source: source.as_str(),
            observed_at: Moment(*observed_at),
            note,
            presence: presence.as_str(),
        }
    }
}
