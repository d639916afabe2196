//! Organisations, their contacts, products and networks.

pub mod assets;
pub mod constituency;
pub mod contacts;
pub mod layers;
pub mod networks;
pub mod organisations;
pub mod owners;
pub mod product_names;
