//! Whom we protect: members and their IT providers, and how a person there is reached.

use crate::ids::OrganisationId;
use crate::locale::Language;
use crate::scale::{Source, words};
use jiff::Timestamp;

words! {
    /// What an organisation is to the chamber.
    Kind {
        /// A member company.
        Member = "member",
        /// An IT provider that looks after members.
        Provider = "provider",
    }
}

/// A member or provider, as the strongest source tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Our id.
    pub id: OrganisationId,
    /// Member or provider.
    pub kind: Kind,
    /// The number in the register that the file came from.
    pub external_id: String,
    /// Name as written by its source, NFC.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Branch, free text of the register.
    pub sector: String,
    /// Size class, free text of the register.
    pub size_class: String,
    /// Language of the reader there.
    pub language: Language,
    /// The provider that looks after it, by its external id.
    pub provider: Option<String>,
}

/// A postal address; empty strings where the register has nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Postal code, text because of leading zeros.
    pub postcode: String,
    /// Municipality; the unit of the situation map.
    pub city: String,
    /// ISO 3166 code, `DE` unless told.
    pub country: String,
}

/// One person of an organisation, as one source told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Whose contact.
    pub organisation: OrganisationId,
    /// Name of the person.
    pub name: String,
    /// Role in the company.
    pub role: String,
    /// Canonical address, lower-case domain in A-labels.
    pub email: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// E.164.
    pub mobile: Option<String>,
    /// Who said so.
    pub source: Source,
    /// When they said so.
    pub said_at: Timestamp,
}
