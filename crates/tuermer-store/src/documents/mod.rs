//! Documents as they came, and the threats, packs and catalogues read from them.

pub mod comments;
pub mod document;
pub mod epss;
pub mod kev;
pub mod packs;
pub mod products;
pub mod revisions;
pub mod threats;
