//! What an organisation runs, in whose words and since when.

use crate::ids::{AssetId, OrganisationId};
use crate::scale::{Source, words};
use jiff::Timestamp;

words! {
    /// Where the product runs; `version` of an inventory row may say so.
    Presence {
        /// Told not to exist there.
        Absent = "none",
        /// Used as somebody else's cloud service.
        Cloud = "cloud",
        /// In the house.
        OnPremises = "on_premises",
    }
}

/// One product of one organisation as one source told it.
///
/// Sources are layers: the same product told by provider and member is two assets, and
/// [`crate::assess`] says which of them it believed.
///
/// What a verdict depends on is the [kind](AssetKind): whoever runs the same in the same words is judged once.
///
/// ```
/// use tuermer_core::asset::{Asset, Presence};
/// use tuermer_core::scale::Source;
///
/// let musterbau = Asset {
///     id: "a1".to_string().into(),
///     organisation: "o1".to_string().into(),
///     vendor: "Microsoft".into(),
///     product: "Exchange Server".into(),
///     version: "2016".into(),
///     build: Some("15.1.2176.4".into()),
///     hostname: "MAIL01".into(),
///     source: Source::Provider,
///     observed_at: "2021-01-12T00:00:00Z".parse()?,
///     note: String::new(),
///     presence: Presence::OnPremises,
/// };
/// let walzwerk = Asset { organisation: "o2".to_string().into(), hostname: "EX1".into(), ..musterbau.clone() };
/// assert_eq!(musterbau.kind(), walzwerk.kind());
/// let patched = Asset { build: Some("15.1.2176.9".into()), ..musterbau.clone() };
/// assert_ne!(musterbau.kind(), patched.kind());
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Our id.
    pub id: AssetId,
    /// Who runs it.
    pub organisation: OrganisationId,
    /// Vendor as told.
    pub vendor: String,
    /// Product as told.
    pub product: String,
    /// Version in the words of the source ("2016", "CU19", "14.1"); may be empty.
    pub version: String,
    /// Build number where known ("15.1.2176.9").
    pub build: Option<String>,
    /// Host it runs on, empty when not told.
    pub hostname: String,
    /// Who said so.
    pub source: Source,
    /// When it was seen or said.
    pub observed_at: Timestamp,
    /// How it was read ("ExSetup.exe", "Get-ExchangeServer", …), free text.
    pub note: String,
    /// In the house, in the cloud, or not there.
    pub presence: Presence,
}

/// Everything of an asset on which a verdict may depend. Id, owner, host and time only stand beside it, so all
/// assets of one kind are judged once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AssetKind<'a> {
    /// Vendor as told.
    pub vendor: &'a str,
    /// Product as told.
    pub product: &'a str,
    /// Version in the words of the source.
    pub version: &'a str,
    /// Build number where known.
    pub build: Option<&'a str>,
    /// Who said so.
    pub source: Source,
    /// How it was read.
    pub note: &'a str,
    /// In the house, in the cloud, or not there.
    pub presence: Presence,
}

impl Asset {
    /// Its kind.
    pub fn kind(&self) -> AssetKind<'_> {
        let Self {
            id: _,
            organisation: _,
            vendor,
            product,
            version,
            build,
            hostname: _,
            source,
            observed_at: _,
            note,
            presence,
        } = self;
        AssetKind {
            vendor,
            product,
            version,
            build: build.as_deref(),
            source: *source,
            note,
            presence: *presence,
        }
    }
}
