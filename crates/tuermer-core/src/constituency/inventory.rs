//! Ten million assets in memory: equal kinds are kept once, an asset is forty bytes beside its host name.
//!
//! From a kind one reaches its owners, from an organisation its assets. What is forgotten stays behind as an empty
//! place until the snapshot is loaded anew.

use super::kind::Kind;
use crate::asset::{Asset, AssetKind};
use crate::compact::CompactIds;
use crate::ids::{AssetId, OrganisationId};
use crate::product::ProductKey;
use jiff::Timestamp;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// No asset, no kind.
const NONE: u32 = u32::MAX;

/// All assets of all organisations.
#[derive(Default)]
pub(crate) struct Inventory {
    ids: CompactIds,
    organisations: Vec<Owner>,
    numbers: HashMap<u128, u32>,
    /// The organisation that was asked for last: its assets mostly come one after the other.
    latest: u32,
    kinds: Vec<Kind>,
    by_words: HashMap<u64, u32>,
    by_product: HashMap<String, Vec<u32>>,
    assets: Vec<Placed>,
    /// Host names, each behind its length in two bytes; place 0 is the empty name.
    hosts: Vec<u8>,
    forgotten: usize,
}

/// An organisation, the revision of its facts (-1: not noted), and the last of its assets.
struct Owner {
    id: u128,
    revision: i64,
    newest: u32,
}

/// One asset beside its kind.
struct Placed {
    id: [u64; 2],
    observed_at: i64,
    organisation: u32,
    kind: u32,
    host: u32,
    /// The asset of the same organisation that came before.
    previous: u32,
}

/// An asset of an organisation; in order of organisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit(u64);

impl Hit {
    fn new(organisation: u32, asset: u32) -> Self {
        Self((u64::from(organisation) << 32) | u64::from(asset))
    }

    /// Number of the organisation.
    pub(crate) fn organisation(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or(NONE)
    }

    /// Number of the asset.
    pub(crate) fn asset(self) -> u32 {
        u32::try_from(self.0 & u64::from(u32::MAX)).unwrap_or(NONE)
    }
}

/// What stands beside the kind of an asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Its id.
    pub id: AssetId,
    /// Number of its kind.
    pub kind: u32,
    /// Host, may be empty.
    pub host: String,
    /// When it was seen or said.
    pub observed_at: Timestamp,
}

/// How many, in the numbers used here.
fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(NONE)
}

fn at<T>(list: &[T], index: u32) -> Option<&T> {
    list.get(usize::try_from(index).ok()?)
}

fn at_mut<T>(list: &mut [T], index: u32) -> Option<&mut T> {
    list.get_mut(usize::try_from(index).ok()?)
}

impl Inventory {
    /// Makes room at once, because growing by doubling would need twice the memory.
    pub(crate) fn reserve(&mut self, organisations: usize, assets: usize) {
        self.organisations.reserve_exact(organisations);
        self.numbers.reserve(organisations);
        self.assets.reserve_exact(assets);
    }

    /// Number of an organisation; a new one where it was not known.
    pub(crate) fn organisation(&mut self, id: &str) -> u32 {
        let id = self.ids.number(id);
        if at(&self.organisations, self.latest).is_some_and(|owner| owner.id == id) {
            return self.latest;
        }
        let next = count(&self.organisations);
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.organisations.push(Owner {
                id,
                revision: -1,
                newest: NONE,
            });
        }
        self.latest = number;
        number
    }

    /// Notes the revision of an organisation's facts.
    pub(crate) fn note_revision(&mut self, organisation: &str, revision: i64) {
        let number = self.organisation(organisation);
        if let Some(owner) = at_mut(&mut self.organisations, number) {
            owner.revision = revision;
        }
    }

    /// Revision of an organisation's facts, where it was noted.
    pub(crate) fn revision(&self, organisation: &OrganisationId) -> Option<i64> {
        at(&self.organisations, self.find(organisation)?)
            .map(|owner| owner.revision)
            .filter(|revision| *revision >= 0)
    }

    /// How many organisations are known.
    pub(crate) fn organisations(&self) -> usize {
        self.organisations.len()
    }

    /// Number of an organisation, if it is known.
    pub(crate) fn find(&self, id: &OrganisationId) -> Option<u32> {
        self.numbers.get(&self.ids.find(id.as_str())?).copied()
    }

    /// Id of an organisation.
    pub(crate) fn organisation_id(&self, number: u32) -> OrganisationId {
        OrganisationId(
            at(&self.organisations, number)
                .map(|owner| self.ids.text(owner.id))
                .unwrap_or_default(),
        )
    }

    /// Adds an asset. False where there is no room for more: four billion assets, or four gigabytes of host names.
    pub(crate) fn add(
        &mut self,
        organisation: &str,
        id: &str,
        kind: AssetKind<'_>,
        host: &str,
        observed_at: i64,
    ) -> bool {
        let (number, asset) = (self.organisation(organisation), count(&self.assets));
        let (kind, id) = (self.kind(kind), self.ids.number(id));
        let Some(host) = self.host(number, host) else {
            return false;
        };
        let Some(owner) = at_mut(&mut self.organisations, number).filter(|_| asset != NONE) else {
            return false;
        };
        let previous = std::mem::replace(&mut owner.newest, asset);
        let halves = [
            u64::try_from(id >> 64).unwrap_or(0),
            u64::try_from(id & u128::from(u64::MAX)).unwrap_or(0),
        ];
        self.assets.push(Placed {
            id: halves,
            observed_at,
            organisation: number,
            kind,
            host,
            previous,
        });
        if let Some(kind) = at_mut(&mut self.kinds, kind) {
            kind.hits.push(Hit::new(number, asset));
        }
        true
    }

    /// Number of a kind.
    fn kind(&mut self, words: AssetKind<'_>) -> u32 {
        let mut hasher = DefaultHasher::new();
        words.hash(&mut hasher);
        let mut hash = hasher.finish();
        while let Some(&number) = self.by_words.get(&hash) {
            if at(&self.kinds, number).is_some_and(|kind| kind.asset_kind() == words) {
                return number;
            }
            hash = hash.wrapping_add(1);
        }
        let number = count(&self.kinds);
        let key = ProductKey::new(words.vendor, words.product);
        self.by_product
            .entry(key.product.clone())
            .or_default()
            .push(number);
        self.by_words.insert(hash, number);
        self.kinds.push(Kind::new(words, key));
        number
    }

    /// Place of a host name; the name of the asset before is not kept twice.
    fn host(&mut self, organisation: u32, host: &str) -> Option<u32> {
        if self.hosts.is_empty() {
            self.hosts.extend([0, 0]);
        }
        if host.is_empty() {
            return Some(0);
        }
        let before = at(&self.organisations, organisation)
            .and_then(|owner| at(&self.assets, owner.newest))
            .map(|asset| asset.host);
        if let Some(before) = before.filter(|&before| self.host_name(before) == host) {
            return Some(before);
        }
        let place = u32::try_from(self.hosts.len()).ok()?;
        let length = u16::try_from(host.len()).ok()?;
        self.hosts.extend(length.to_le_bytes());
        self.hosts.extend(host.as_bytes());
        Some(place)
    }

    fn host_name(&self, place: u32) -> &str {
        let name = || {
            let start = usize::try_from(place).ok()?;
            let length = u16::from_le_bytes(
                self.hosts
                    .get(start..start.checked_add(2)?)?
                    .try_into()
                    .ok()?,
            );
            let text = self.hosts.get(
                start.checked_add(2)?..start.checked_add(2)?.checked_add(usize::from(length))?,
            )?;
            std::str::from_utf8(text).ok()
        };
        name().unwrap_or_default()
    }

    /// Takes all assets of an organisation out.
    pub(crate) fn forget(&mut self, organisation: u32) {
        let Some(owner) = at_mut(&mut self.organisations, organisation) else {
            return;
        };
        let mut next = std::mem::replace(&mut owner.newest, NONE);
        while let Some(asset) = at_mut(&mut self.assets, next) {
            asset.kind = NONE;
            next = asset.previous;
            self.forgotten = self.forgotten.saturating_add(1);
        }
    }

    /// How many assets there are, and how many empty places beside them.
    pub(crate) fn len(&self) -> (usize, usize) {
        (
            self.assets.len().saturating_sub(self.forgotten),
            self.forgotten,
        )
    }

    /// Kinds of a product word.
    pub(crate) fn kinds_of(&self, product: &str) -> &[u32] {
        self.by_product.get(product).map_or(&[], Vec::as_slice)
    }

    /// All kinds with their comparable product names and how many assets are, or were, of each.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&ProductKey, AssetKind<'_>, usize)> {
        self.kinds
            .iter()
            .map(|kind| (&kind.key, kind.asset_kind(), kind.hits.len()))
    }

    /// A kind with its comparable product name.
    pub(crate) fn asset_kind(&self, kind: u32) -> Option<(&ProductKey, AssetKind<'_>)> {
        at(&self.kinds, kind).map(|kind| (&kind.key, kind.asset_kind()))
    }

    /// Everybody who has, or had, something of this kind; see [`Inventory::place`].
    pub(crate) fn hits(&self, kind: u32) -> &[Hit] {
        at(&self.kinds, kind).map_or(&[], |kind| kind.hits.as_slice())
    }

    /// What stands beside the kind of an asset; `None` where it was forgotten.
    pub(crate) fn place(&self, hit: Hit) -> Option<Place> {
        let Placed {
            id: [high, low],
            observed_at,
            organisation: _,
            kind,
            host,
            previous: _,
        } = at(&self.assets, hit.asset()).filter(|asset| asset.kind != NONE)?;
        Some(Place {
            id: AssetId(self.ids.text((u128::from(*high) << 64) | u128::from(*low))),
            kind: *kind,
            host: self.host_name(*host).to_string(),
            observed_at: Timestamp::from_microsecond(*observed_at).unwrap_or_default(),
        })
    }

    /// Number of the kind of an asset; `None` where it was forgotten.
    pub(crate) fn kind_of(&self, hit: Hit) -> Option<u32> {
        at(&self.assets, hit.asset())
            .map(|asset| asset.kind)
            .filter(|kind| *kind != NONE)
    }

    /// All assets of one organisation as hits, in no order.
    pub(crate) fn hits_of(&self, organisation: u32) -> impl Iterator<Item = Hit> {
        let mut next = at(&self.organisations, organisation).map_or(NONE, |owner| owner.newest);
        std::iter::from_fn(move || {
            let asset = at(&self.assets, next)?;
            let hit = Hit::new(asset.organisation, next);
            next = asset.previous;
            Some(hit)
        })
    }

    /// An asset as the noun it is.
    pub(crate) fn asset(&self, hit: Hit) -> Option<Asset> {
        let Place {
            id,
            kind,
            host,
            observed_at,
        } = self.place(hit)?;
        let (
            _,
            AssetKind {
                vendor,
                product,
                version,
                build,
                source,
                note,
                presence,
            },
        ) = self.asset_kind(kind)?;
        Some(Asset {
            id,
            organisation: self.organisation_id(hit.organisation()),
            vendor: vendor.to_string(),
            product: product.to_string(),
            version: version.to_string(),
            build: build.map(str::to_string),
            hostname: host,
            source,
            observed_at,
            note: note.to_string(),
            presence,
        })
    }
}
