//! Which attributes of MISP are which traces.

use crate::loose::Word;
use serde::Deserialize;
use serde_json::value::RawValue;
use tuermer_core::trace::{Trace, TraceKind};

/// One attribute.
#[derive(Deserialize)]
pub(super) struct Attribute<'a> {
    #[serde(default)]
    pub uuid: Word,
    #[serde(default, rename = "type")]
    pub kind: Word,
    #[serde(default)]
    pub value: Word,
    #[serde(default)]
    pub to_ids: Word,
    #[serde(default)]
    pub deleted: Word,
    #[serde(default)]
    pub timestamp: Word,
    #[serde(default)]
    pub first_seen: Word,
    #[serde(borrow, default, rename = "Tag")]
    pub tags: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "Sighting")]
    pub sightings: Option<&'a RawValue>,
}

/// Somebody's word about an attribute.
#[derive(Deserialize)]
pub(super) struct Sighting {
    #[serde(default)]
    pub uuid: Word,
    #[serde(default, rename = "type")]
    pub kind: Word,
    #[serde(default, rename = "date_sighting")]
    pub date: Word,
}

/// Traces of an attribute. Of a name with a hash only the hash counts: names such as `setup.exe` are everybody's.
pub(super) fn traces(kind: &str, value: &str) -> Result<Vec<Trace>, &'static str> {
    let (first, second) = value.split_once('|').unwrap_or((value, ""));
    let one = |kind, text: &str| {
        Trace::new(kind, text)
            .map(|trace| vec![trace])
            .ok_or("not a value of its type")
    };
    match kind {
        "ip-src" | "ip-dst" => one(TraceKind::Address, value),
        "ip-src|port" | "ip-dst|port" => one(TraceKind::Address, first),
        "domain" | "hostname" => one(TraceKind::Domain, value),
        "hostname|port" => one(TraceKind::Domain, first),
        "domain|ip" => Ok([
            one(TraceKind::Domain, first)?,
            one(TraceKind::Address, second)?,
        ]
        .concat()),
        "url" | "uri" | "link" => one(TraceKind::Url, value).or_else(|why| {
            if value.starts_with('/') {
                one(TraceKind::Path, value)
            } else {
                Err(why)
            }
        }),
        "md5" | "sha1" | "sha256" | "sha512" => one(TraceKind::Hash, value),
        "filename|md5" | "filename|sha1" | "filename|sha256" | "filename|sha512" => {
            one(TraceKind::Hash, second)
        }
        "malware-sample" => one(TraceKind::Hash, second),
        "filename" => one(TraceKind::Path, value),
        "malware-type" => one(TraceKind::Malware, value),
        "email" | "email-src" | "email-reply-to" => one(TraceKind::Sender, value),
        _ => Err("a type that is nothing to look for in reports and logs"),
    }
}

/// Kinds of traces that attributes of a type stand for; for lists that speak of types.
pub(crate) fn kinds_of(kind: &str) -> &'static [TraceKind] {
    match kind {
        "ip-src" | "ip-dst" | "ip-src|port" | "ip-dst|port" => &[TraceKind::Address],
        "domain" | "hostname" | "hostname|port" => &[TraceKind::Domain],
        "domain|ip" => &[TraceKind::Domain, TraceKind::Address],
        "url" | "uri" | "link" => &[TraceKind::Url],
        "filename" => &[TraceKind::Path],
        "email"
        | "email-src"
        | "email-dst"
        | "target-email"
        | "email-reply-to"
        | "whois-registrant-email" => &[TraceKind::Sender],
        "md5" | "sha1" | "sha256" | "sha512" | "filename|md5" | "filename|sha1"
        | "filename|sha256" | "malware-sample" => &[TraceKind::Hash],
        _ => &[],
    }
}
