//! Products of a `product_identification_helper`: by purl and CPE, in addition to the branches.
//!
//! A CPE without a version names the product as such and says nothing about which versions are meant.

use super::document::Identification;
use super::plain;
use tuermer_core::cpe::{Cpe, CpeValue};
use tuermer_core::limits;
use tuermer_core::product::ProductKey;
use tuermer_core::purl::Purl;
use tuermer_core::version::VersionRule;

/// Most further names of one product that are kept.
const IDENTITIES: usize = 8;

/// A product as a purl or a CPE names it.
pub struct Identity {
    /// Whose product.
    pub key: ProductKey,
    /// Vendor as written; empty where there is none.
    pub vendor: String,
    /// Product as written.
    pub product: String,
    /// The version, where exactly one is named.
    pub versions: Option<VersionRule>,
    /// An operating system or firmware by its CPE.
    pub firmware: bool,
    /// Hardware by its CPE.
    pub hardware: bool,
}

/// All identities of a helper, purls first: a CPE is the coarser name.
pub fn identities(helper: &Identification) -> Vec<Identity> {
    let purls = helper
        .purl
        .iter()
        .chain(&helper.purls)
        .filter_map(|purl| by_purl(purl));
    let cpe = helper.cpe.iter().filter_map(|cpe| by_cpe(cpe));
    purls.chain(cpe).take(IDENTITIES).collect()
}

pub fn by_purl(text: &str) -> Option<Identity> {
    let purl = Purl::parse(text)?;
    Some(Identity {
        key: ProductKey::of_purl(&purl),
        vendor: plain(&purl.namespace, limits::FIELD_CHARACTERS),
        product: plain(&purl.name, limits::FIELD_CHARACTERS),
        versions: purl
            .version
            .map(|version| VersionRule::Exactly(plain(&version, limits::FIELD_CHARACTERS))),
        firmware: false,
        hardware: false,
    })
}

pub fn by_cpe(text: &str) -> Option<Identity> {
    let cpe = Cpe::parse(text)?;
    let versions = Some(cpe.versions()).filter(|versions| *versions != VersionRule::All);
    let vendor = match &cpe.vendor {
        CpeValue::Text { text, .. } => plain(text, limits::FIELD_CHARACTERS),
        _ => String::new(),
    };
    Some(Identity {
        key: cpe.key()?,
        vendor,
        product: plain(cpe.product.text()?, limits::FIELD_CHARACTERS),
        versions,
        firmware: cpe.part == 'o',
        hardware: cpe.part == 'h',
    })
}
