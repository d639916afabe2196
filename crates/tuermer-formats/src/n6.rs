//! n6 events of CERT Polska and its kind: JSON lines (`sjson`) or one list (`docs/src/usage/restapi.md`).
//!
//! One event may name several addresses; each of them is a sign. A list that was cut off is an error, not an empty day.

use crate::csaf::{cve_id, plain};
use crate::event::{Event, ip, scalar_text, tidy};
use crate::origin::{Origin, host, host_of_url, tags};
use std::net::IpAddr;
use tuermer_core::admiralty::{Credibility, Grade};
use tuermer_core::limits;
use tuermer_core::observation::{Observation, Side};
use tuermer_core::taxonomy::{IncidentClass, IncidentType};
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::{Trace, TraceKind};

/// Fields with a meaning of their own.
const KNOWN: &[&str] = &[
    "id",
    "time",
    "until",
    "category",
    "restriction",
    "confidence",
    "address",
    "fqdn",
    "source",
];

/// RSIT types of n6's categories.
fn incident(category: &str) -> IncidentType {
    match category {
        "amplifier" => IncidentType::DdosAmplifier,
        "backdoor" => IncidentType::SystemCompromise,
        "bots" => IncidentType::InfectedSystem,
        "cnc" => IncidentType::C2Server,
        "deface" => IncidentType::UnauthorisedInformationModification,
        "dos-attacker" | "dos-victim" => IncidentType::Ddos,
        "exposed" => IncidentType::PotentiallyUnwantedAccessible,
        "fraud" | "scam" => IncidentType::Masquerade,
        "leak" => IncidentType::DataLeak,
        "malurl" | "sandbox-url" => IncidentType::MalwareDistribution,
        "malware-action" | "webinject" => IncidentType::MalwareConfiguration,
        "phish" => IncidentType::Phishing,
        "scanning" => IncidentType::Scanner,
        "server-exploit" => IncidentType::IdsAlert,
        "spam" | "spam-url" => IncidentType::Spam,
        "vulnerable" => IncidentType::VulnerableSystem,
        "flow" | "flow-anomaly" | "proxy" | "tor" | "whitelist" => IncidentType::Other,
        _ => IncidentType::Undetermined,
    }
}

/// `internal` must not leave the organisation, `need-to-know` may reach those it is about.
fn label(restriction: &str) -> Tlp {
    match restriction {
        "public" => Tlp::Clear,
        "need-to-know" => Tlp::Amber,
        _ => Tlp::AmberStrict,
    }
}

fn credibility(confidence: &str) -> Credibility {
    match confidence {
        "high" => Credibility::Probable,
        "medium" => Credibility::Possible,
        "low" => Credibility::Doubtful,
        _ => Credibility::Unjudged,
    }
}

///
/// # Errors
/// Why the event cannot be used.
pub fn signs(bytes: &[u8], origin: &Origin) -> Result<Vec<Observation>, &'static str> {
    let event = Event::read(bytes)?;
    let common = common(&event, origin)?;
    let port = event.number(port_key(common.incident));
    let places = places(&event)?;
    if places.is_empty() && common.hostname.is_none() {
        return Err("ip");
    }
    let alone = places.is_empty().then(|| common.clone());
    let each = places.into_iter().map(|(ip, asn)| Observation {
        ip: Some(ip),
        asn,
        port,
        ..common.clone()
    });
    Ok(alone
        .into_iter()
        .chain(each)
        .map(|sign| sign.identified(origin.key))
        .collect())
}

/// What holds for all addresses of an event.
fn common(event: &Event, origin: &Origin) -> Result<Observation, &'static str> {
    let text = |key: &str| event.field(key);
    let observed_at = origin.seen_at(&text("time").ok_or("timestamp")?)?;
    let category = text("category").ok_or("category")?;
    let incident = incident(&category);
    let last = text("until")
        .and_then(|until| origin.seen_at(&until).ok())
        .filter(|last| *last >= observed_at);
    let name = text("name").unwrap_or_default();
    let feed = match text("source") {
        None => origin.feed.clone(),
        Some(source) => plain(&source, limits::FEED_NAME_CHARACTERS),
    };
    Ok(Observation {
        origin_id: plain(&text("id").ok_or("id")?, limits::TAG_CHARACTERS),
        last_seen_at: last.unwrap_or(observed_at),
        side: if category == "dos-victim" {
            Side::Destination
        } else {
            Side::Source
        },
        tlp: text("restriction").map_or(origin.tlp, |restriction| label(&restriction)),
        grade: Grade {
            credibility: credibility(&text("confidence").unwrap_or_default()),
            ..origin.grade
        },
        hostname: text("fqdn")
            .and_then(|name| host(&name))
            .or_else(|| host_of_url(&text("url")?)),
        tags: tags([name.as_str()].into_iter()),
        proven_cves: cve_id(&name)
            .filter(|_| incident.class() == IncidentClass::Vulnerable)
            .into_iter()
            .collect(),
        traces: tidy(traces(event, incident)),
        extra: event.rest(KNOWN),
        ..Observation::new(feed, observed_at, incident)
    })
}

/// Which port is the member's.
fn port_key(incident: IncidentType) -> &'static str {
    if incident == IncidentType::DdosAmplifier || incident.class() == IncidentClass::Vulnerable {
        "dport"
    } else {
        "sport"
    }
}

/// Addresses with their autonomous systems, each once.
fn places(event: &Event) -> Result<Vec<(IpAddr, Option<u32>)>, &'static str> {
    let mut places: Vec<(IpAddr, Option<u32>)> = Vec::new();
    for object in event.objects("address").take(limits::EVENT_ADDRESSES) {
        let Some(ip) = ip(&object.get("ip").and_then(scalar_text).unwrap_or_default())? else {
            continue;
        };
        let asn = object
            .get("asn")
            .and_then(scalar_text)
            .and_then(|asn| asn.parse().ok())
            .filter(|asn| *asn != 0);
        if !places.iter().any(|(known, _)| *known == ip) {
            places.push((ip, asn));
        }
    }
    Ok(places)
}

fn traces(event: &Event, incident: IncidentType) -> Vec<Trace> {
    let mut traces = event.traces(&[
        ("md5", TraceKind::Hash),
        ("sha1", TraceKind::Hash),
        ("sha256", TraceKind::Hash),
    ]);
    if matches!(
        incident.class(),
        IncidentClass::MaliciousCode | IncidentClass::Intrusions | IncidentClass::Fraud
    ) {
        traces.extend(event.traces(&[("url", TraceKind::Url)]));
    }
    if incident.class() == IncidentClass::MaliciousCode {
        traces.extend(event.traces(&[("name", TraceKind::Malware)]));
    }
    if incident == IncidentType::InfectedSystem {
        traces.extend(event.traces(&[("dip", TraceKind::Address)]));
    }
    traces
}

#[cfg(test)]
mod tests {
    use crate::objects::Objects;
    use crate::origin::tests::origin;

    const FIXTURE: &str = include_str!("../tests/fixtures/n6-events.jsonl");

    type Row = (&'static str, String, &'static str, String, String);

    fn read(text: &str) -> Result<(Vec<Row>, Vec<(u64, &'static str)>), String> {
        let (mut signs, mut malformed) = (Vec::new(), Vec::new());
        let mut events = Objects::new(text.as_bytes()).unwrap();
        loop {
            match events.next_signs(super::signs, &origin()) {
                Ok(Some(Ok(more))) => signs.extend(more.signs.into_iter().map(|sign| {
                    let place = sign
                        .ip
                        .map(|ip| ip.to_string())
                        .or(sign.hostname)
                        .unwrap_or_default();
                    let traces: Vec<String> =
                        sign.traces.iter().map(|trace| trace.to_text()).collect();
                    (
                        sign.incident.as_str(),
                        place,
                        sign.tlp.as_str(),
                        sign.grade.to_text(),
                        traces.join(" "),
                    )
                })),
                Ok(Some(Err(event))) => malformed.push((event.line, event.reason)),
                Ok(None) => return Ok((signs, malformed)),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    #[test]
    fn every_address_is_a_sign() {
        let (signs, malformed) = read(FIXTURE).unwrap();
        let row = |incident, place: &str, tlp, grade: &str, traces: &str| {
            (
                incident,
                place.to_string(),
                tlp,
                grade.to_string(),
                traces.to_string(),
            )
        };
        assert_eq!(
            signs,
            [
                row(
                    "infected-system",
                    "192.0.2.5",
                    "TLP:AMBER",
                    "F3",
                    "address:198.51.100.4 malware:avalanche"
                ),
                row(
                    "infected-system",
                    "2001:db8::5",
                    "TLP:AMBER",
                    "F3",
                    "address:198.51.100.4 malware:avalanche"
                ),
                row(
                    "system-compromise",
                    "shop.example",
                    "TLP:AMBER+STRICT",
                    "F2",
                    "url:http://shop.example/Shell.php"
                ),
                row(
                    "potentially-unwanted-accessible",
                    "192.0.2.6",
                    "TLP:CLEAR",
                    "F4",
                    ""
                ),
            ]
        );
        assert_eq!(malformed, [(4, "ip"), (5, "category")]);
        let cut = format!("[{}", FIXTURE.lines().next().unwrap());
        assert!(read(&cut).unwrap_err().contains("ends behind element 1"));
    }
}
