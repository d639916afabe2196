//! What a list holds and who says so, as words of the command line.

use crate::acts::register::ImportKind;
use tuermer_core::scale::Source;

/// Kinds of lists.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum KindArgument {
    /// Member companies.
    Members,
    /// IT providers.
    Providers,
    /// Products of members.
    Inventory,
    /// Networks and domains of members.
    Networks,
    /// People of members and providers, a row for each person.
    Contacts,
    /// A bill of materials as the inventory of one member.
    Sbom,
}

/// Who says so.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum SourceArgument {
    /// The chamber's own register.
    Register,
    /// An IT provider.
    Provider,
    /// The member itself.
    Member,
    /// A measurement.
    Observation,
}

impl From<KindArgument> for ImportKind {
    fn from(kind: KindArgument) -> Self {
        match kind {
            KindArgument::Members => Self::Members,
            KindArgument::Providers => Self::Providers,
            KindArgument::Inventory | KindArgument::Sbom => Self::Inventory,
            KindArgument::Networks => Self::Networks,
            KindArgument::Contacts => Self::Contacts,
        }
    }
}

impl From<SourceArgument> for Source {
    fn from(source: SourceArgument) -> Self {
        match source {
            SourceArgument::Register => Self::Register,
            SourceArgument::Provider => Self::Provider,
            SourceArgument::Member => Self::Member,
            SourceArgument::Observation => Self::Observation,
        }
    }
}
