//! One newtype per noun, so that an organisation's id can never stand where a threat's is wanted.

/// Declares id newtypes over text.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            /// The id as stored.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )*};
}

impl ThreatId {
    /// The tracking id, as people write it; the part before it names the publisher.
    pub fn tracking_id(&self) -> &str {
        self.0
            .rsplit_once('|')
            .map_or(self.0.as_str(), |(_, tracking_id)| tracking_id)
    }
}

ids! {
    /// A member or an IT provider.
    OrganisationId,
    /// A product, with its build, of one organisation as one source told it.
    AssetId,
    /// What we warn about; for an advisory `publisher namespace + tracking id`.
    ThreatId,
    /// The number people see on a warning: `W-2021-001`.
    WarningNumber,
    /// One message of one warning to one contact over one channel in one round.
    DeliveryId,
    /// A person of an organisation, as one source told it.
    ContactId,
    /// An address of a contact.
    PointId,
    /// One sign of attack.
    ObservationId,
    /// A person who signs in.
    UserName,
}
