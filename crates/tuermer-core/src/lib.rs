//! Nouns and decisions of Türmer.
//!
//! Nothing here reads a file, a clock or a network; `now` is an argument and doubt is a value.
//! Read in this order: [`organisation`] and [`asset`] (whom we protect), [`threat`] (what we warn
//! about), [`observation`] (signs), [`correlate`] (which signs at several members belong together),
//! [`assess`] (who is affected and how surely), [`warning`] and [`approval`] (what two people release),
//! [`channel`] and [`delivery`] (how it reaches a person), [`acknowledgement`] (what they say), [`remeasure`] (whether
//! it is true), [`picture`] (what the region looks like).

pub mod acknowledgement;
pub mod admiralty;
pub mod approval;
pub mod assess;
pub mod asset;
pub mod channel;
pub mod compact;
pub mod constituency;
pub mod correlate;
pub mod cpe;
pub mod delivery;
pub mod exposure;
pub mod feed;
pub mod golden;
pub mod harmless;
pub mod hindsight;
pub mod ids;
pub mod internet_address;
pub mod layer;
pub mod limits;
pub mod locale;
pub mod observation;
pub mod organisation;
pub mod owners;
pub mod pack;
pub mod pack_check;
pub mod pack_conflict;
pub mod picture;
pub mod plan;
pub mod product;
pub mod provenance;
pub mod purl;
pub mod query;
mod range_words;
pub mod remeasure;
pub mod revision;
pub mod rights;
pub mod scale;
pub mod sentence;
pub mod station;
pub mod taxonomy;
pub mod threat;
pub mod tlp;
pub mod trace;
pub mod urgency;
pub mod vers;
pub mod version;
pub mod version_order;
pub mod vouched;
pub mod warning;
pub mod witness;
