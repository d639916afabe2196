//! Nouns and decisions of Türmer.
//!
//! Nothing here reads a file, a clock or a network; `now` is an argument and doubt is a value.
//! Read in this order: [`organisation`] and [`asset`] (whom we protect), [`threat`] (what we warn
//! about), [`observation`] (signs), [`correlate`] (which signs at several members belong together),
//! [`assess`] (who is affected and how surely), [`warning`] and [`approval`] (what two people release),
//! [`channel`] and [`delivery`] (how it reaches a person), [`acknowledgement`] (what they say), [`remeasure`] (whether
//! it is true), [`picture`] (what the region looks like).

// Whom we protect: companies, their people, what they run, and which source said so.
pub mod asset;
pub mod compact;
pub mod constituency;
pub mod field;
pub mod layer;
pub mod organisation;
pub mod owners;

// What we warn about: advisories with their flaws, products and revisions, and where each comes from.
pub mod feed;
pub mod provenance;
pub mod query;
pub mod revision;
pub mod threat;

// Names of products and orders of versions, from which "is this one inside?" is answered.
pub mod cpe;
pub mod pack;
pub mod pack_check;
pub mod pack_conflict;
pub mod product;
pub mod purl;
mod range_words;
pub mod vers;
pub mod version;
pub mod version_order;

// Signs of attack: what was seen, what to look for, and when several are more than usual.
pub mod admiralty;
pub mod correlate;
pub mod harmless;
pub mod observation;
pub mod taxonomy;
pub mod trace;
pub mod vouched;
pub mod witness;

// Who is affected, how surely, until when, and what was known on an earlier day.
pub mod assess;
pub mod exposure;
pub mod golden;
pub mod hindsight;
pub mod remeasure;
pub mod scale;
pub mod urgency;

// Warning people: what two of them release, over which ways it goes, and what comes back.
pub mod acknowledgement;
pub mod approval;
pub mod channel;
pub mod delivery;
pub mod picture;
pub mod plan;
pub mod task;
pub mod tlp;
pub mod warning;

// What holds for all: who may do what, what runs by itself, ids, limits, languages, addresses.
pub mod ids;
pub mod internet_address;
pub mod limits;
pub mod locale;
pub mod rights;
pub mod sentence;
pub mod station;
