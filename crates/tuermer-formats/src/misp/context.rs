//! What tags and galaxies say of an event or an attribute: label, grade, RSIT type, names; the stricter label counts.

use super::Event;
use crate::csaf::plain;
use crate::loose::{Word, each};
use crate::origin::Origin;
use serde::Deserialize;
use serde_json::value::RawValue;
use tuermer_core::admiralty::{Credibility, Grade, Reliability};
use tuermer_core::limits;
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::tlp::{Tlp, hides_source};
use tuermer_core::trace::{Trace, TraceKind};

/// Galaxies whose clusters are names of malware.
const MALWARE_GALAXIES: &[&str] = &[
    "malpedia",
    "tool",
    "ransomware",
    "rat",
    "backdoor",
    "botnet",
    "mitre-malware",
    "stealer",
    "banker",
];

#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    name: Word,
}

#[derive(Deserialize)]
struct Galaxy<'a> {
    #[serde(borrow, default, rename = "GalaxyCluster")]
    clusters: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(default)]
    tag_name: Word,
}

/// What holds for all attributes of an event, or for one of them.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) tlp: Option<Tlp>,
    pub(super) grade: Grade,
    pub(super) incident: Option<IncidentType>,
    pub(super) names: Vec<Trace>,
    pub(super) hidden: bool,
    pub(super) source: String,
    pub(super) title: String,
}

impl Context {
    /// What an event says of itself.
    pub(super) fn of_event(event: &Event<'_>, origin: &Origin) -> Result<Self, serde_json::Error> {
        let creator = event.creator.as_ref();
        let creator = creator.map_or("", |creator| creator.name.text());
        // "Your organisation only" and "this community only" name nobody whom we could warn.
        let by_distribution = matches!(event.distribution.text(), "0").then_some(Tlp::AmberStrict);
        let context = Self {
            tlp: by_distribution,
            grade: origin.grade,
            incident: None,
            names: Vec::new(),
            hidden: false,
            source: plain(creator, limits::FIELD_CHARACTERS),
            title: plain(event.info.text(), limits::FIELD_CHARACTERS),
        };
        Ok(context
            .with(&tag_names(event.tags)?)
            .with(&cluster_names(event.galaxies)?))
    }

    /// With what these tags say; the stricter label counts.
    pub(super) fn with(mut self, tags: &[String]) -> Self {
        for tag in tags {
            if let Some(rest) = tag.strip_prefix("tlp:") {
                self.hidden |= hides_source(tag);
                let label = (!hides_source(tag)).then(|| Tlp::read(rest));
                self.tlp = self.tlp.into_iter().chain(label).max();
            } else if let Some(word) = value_of(tag, "admiralty-scale:source-reliability") {
                self.grade.reliability =
                    Reliability::parse(&word.to_uppercase()).unwrap_or(self.grade.reliability);
            } else if let Some(word) = value_of(tag, "admiralty-scale:information-credibility") {
                self.grade.credibility = Credibility::parse(word).unwrap_or(self.grade.credibility);
            } else if tag.starts_with("rsit:") {
                self.incident = IncidentType::read(tag).or(self.incident);
            } else if let Some(word) = tag.strip_prefix("misp-galaxy:mitre-attack-pattern=") {
                let number = word
                    .trim_matches('"')
                    .rsplit(" - ")
                    .next()
                    .unwrap_or_default();
                self.names.extend(Trace::new(TraceKind::Technique, number));
            } else if let Some((galaxy, name)) = tag
                .strip_prefix("misp-galaxy:")
                .and_then(|rest| rest.split_once('='))
                && MALWARE_GALAXIES.contains(&galaxy)
            {
                self.names.extend(Trace::new(
                    TraceKind::Malware,
                    name.trim_matches('"')
                        .split(" - ")
                        .next()
                        .unwrap_or_default(),
                ));
            }
        }
        self
    }
}

/// `b` of `admiralty-scale:source-reliability="b"`.
fn value_of<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.strip_prefix(name)?
        .strip_prefix('=')
        .map(|word| word.trim_matches('"'))
}

pub(super) fn tag_names(tags: Option<&RawValue>) -> Result<Vec<String>, serde_json::Error> {
    let mut names = Vec::new();
    each(tags, &mut |tag| {
        if let Ok(Tag { name }) = serde_json::from_str(tag.get())
            && names.len() < limits::TAGS
        {
            names.push(plain(&name.text().to_lowercase(), limits::FIELD_CHARACTERS));
        }
    })?;
    Ok(names)
}

/// Clusters of galaxies as the tags they stand for.
fn cluster_names(galaxies: Option<&RawValue>) -> Result<Vec<String>, serde_json::Error> {
    let (mut names, mut failed) = (Vec::new(), None);
    each(galaxies, &mut |galaxy| {
        let Ok(Galaxy { clusters }) = serde_json::from_str::<Galaxy<'_>>(galaxy.get()) else {
            return;
        };
        let read = each(clusters, &mut |cluster| {
            if let Ok(Cluster { tag_name }) = serde_json::from_str(cluster.get())
                && names.len() < limits::TAGS
            {
                names.push(plain(
                    &tag_name.text().to_lowercase(),
                    limits::FIELD_CHARACTERS,
                ));
            }
        });
        failed = read.err().or(failed.take());
    })?;
    failed.map_or(Ok(names), Err)
}
