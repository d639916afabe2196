//! IntelMQ events: flat JSON, one object a line or a list (`docs/dev/data-format.md`).
//!
//! `source.*` is where the trouble is, `destination.*` whom it hits; where somebody was attacked, both are told. Old type
//! names are mapped. `raw` stays where it is: everything in it stands in the fields, too.

use crate::csaf::{cve_id, plain};
use crate::event::{Event, block, tidy};
use crate::origin::{Origin, host, host_of_url, tags};
use tuermer_core::limits;
use tuermer_core::observation::{Observation, Side};
use tuermer_core::taxonomy::{IncidentClass, IncidentType};
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::{Trace, TraceKind};

/// Fields with a meaning of their own, and those not worth keeping.
const KNOWN: &[&str] = &[
    "raw",
    "__type",
    "time.source",
    "classification.type",
    "classification.taxonomy",
    "source.ip",
    "source.port",
    "source.fqdn",
    "source.asn",
    "source.network",
    "tlp",
    "severity",
    "product.vendor",
    "product.name",
    "product.version",
    "feed.name",
];

/// The signs of one event.
///
/// # Errors
/// Why the event cannot be used.
pub fn signs(bytes: &[u8], origin: &Origin) -> Result<Vec<Observation>, &'static str> {
    let event = Event::read(bytes)?;
    let time = event
        .field("time.source")
        .or_else(|| event.field("time.observation"))
        .ok_or("timestamp")?;
    let observed_at = origin.seen_at(&time)?;
    let word = event.field("classification.type").unwrap_or_default();
    let incident = IncidentType::read(&word).unwrap_or(IncidentType::Undetermined);
    let report = event.field("feed.name").map_or_else(
        || origin.feed.clone(),
        |name| plain(&name, limits::FEED_NAME_CHARACTERS),
    );
    let common = Observation {
        tlp: event
            .field("tlp")
            .map_or(origin.tlp, |label| Tlp::read(&label)),
        grade: origin.grade,
        severity: event
            .field("severity")
            .map(|text| plain(&text.to_lowercase(), 20))
            .unwrap_or_default(),
        tags: feed_tags(&event),
        extra: event.rest(KNOWN),
        ..Observation::new(report, observed_at, incident)
    };
    let mut signs = Vec::new();
    if let Some(sign) = at(&event, "source", &common)? {
        signs.push(Observation {
            traces: tidy(traces_of_source(&event, incident)),
            ..with_product(&event, sign)
        });
    }
    if let Some(sign) = attacked(&event, &common)? {
        signs.push(sign);
    }
    match signs.is_empty() {
        true => Err("ip"),
        false => Ok(signs
            .into_iter()
            .map(|sign| sign.identified(origin.key))
            .collect()),
    }
}

/// The observation at one side of the event; `None` where the event does not name that side.
fn at(
    event: &Event,
    side: &str,
    common: &Observation,
) -> Result<Option<Observation>, &'static str> {
    let key = |name: &str| format!("{side}.{name}");
    let ip = event.ip(&key("ip"))?;
    let network = event
        .field(&key("network"))
        .filter(|_| ip.is_none())
        .map(|text| block(&text))
        .transpose()?;
    let by_name = event.field(&key("fqdn")).and_then(|name| host(&name));
    let hostname = by_name.or_else(|| event.field(&key("url")).and_then(|url| host_of_url(&url)));
    if ip.is_none() && network.is_none() && hostname.is_none() {
        return Ok(None);
    }
    let (port, asn) = (
        event.number(&key("port")),
        event.number(&key("asn")).filter(|asn| *asn != 0),
    );
    Ok(Some(Observation {
        ip,
        network,
        hostname,
        port,
        asn,
        ..common.clone()
    }))
}

/// The other side of an attack: who was attacked, by whom.
fn attacked(event: &Event, common: &Observation) -> Result<Option<Observation>, &'static str> {
    if !matches!(
        common.incident.class(),
        IncidentClass::InformationGathering
            | IncidentClass::IntrusionAttempts
            | IncidentClass::Availability
    ) {
        return Ok(None);
    }
    let traces = event.traces(&[
        ("source.ip", TraceKind::Address),
        ("source.network", TraceKind::Address),
        ("malware.name", TraceKind::Malware),
    ]);
    Ok(at(event, "destination", common)?.map(|sign| Observation {
        side: Side::Destination,
        traces: tidy(traces),
        ..sign
    }))
}

/// What was left at the source, and with whom it talks.
fn traces_of_source(event: &Event, incident: IncidentType) -> Vec<Trace> {
    let mut traces = event.traces(&[
        ("malware.name", TraceKind::Malware),
        ("malware.hash.md5", TraceKind::Hash),
        ("malware.hash.sha1", TraceKind::Hash),
        ("malware.hash.sha256", TraceKind::Hash),
    ]);
    if matches!(
        incident.class(),
        IncidentClass::Intrusions | IncidentClass::MaliciousCode | IncidentClass::Fraud
    ) {
        traces.extend(event.traces(&[("source.url", TraceKind::Url)]));
    }
    if incident == IncidentType::InfectedSystem {
        traces.extend(event.traces(&[
            ("destination.ip", TraceKind::Address),
            ("destination.fqdn", TraceKind::Domain),
            ("destination.url", TraceKind::Url),
        ]));
    }
    traces
}

/// The identifier and the tags of the feed.
fn feed_tags(event: &Event) -> Vec<String> {
    let told: Vec<String> = ["classification.identifier", "extra.tag", "extra.tags"]
        .iter()
        .filter_map(|key| event.field(key))
        .collect();
    tags(told.iter().flat_map(|text| text.split([';', ','])))
}

/// Product, and flaws that were tried where the event tells of a weakness.
fn with_product(event: &Event, sign: Observation) -> Observation {
    let text = |key: &str| {
        event
            .field(key)
            .map(|text| plain(&text, limits::FIELD_CHARACTERS))
            .unwrap_or_default()
    };
    let told = event.field("extra.cve").unwrap_or_default();
    let weak = sign.incident.class() == IncidentClass::Vulnerable;
    let flaws = sign
        .tags
        .iter()
        .map(String::as_str)
        .chain(told.split([';', ',', ' ']))
        .filter(|_| weak)
        .filter_map(cve_id);
    let mut proven_cves: Vec<String> = flaws.collect();
    proven_cves.sort_unstable();
    proven_cves.dedup();
    let version = Some(text("product.version")).filter(|version| !version.is_empty());
    Observation {
        vendor: text("product.vendor"),
        product: text("product.name"),
        version,
        proven_cves,
        ..sign
    }
}

#[cfg(test)]
mod tests {
    use crate::objects::Objects;
    use crate::origin::tests::origin;
    use tuermer_core::observation::Observation;
    use tuermer_core::tlp::Tlp;

    const FIXTURE: &str = include_str!("../tests/fixtures/intelmq-events.jsonl");

    fn read(text: &str) -> Result<(Vec<Observation>, Vec<(u64, &'static str)>), String> {
        let (mut signs, mut malformed) = (Vec::new(), Vec::new());
        let mut events = Objects::new(text.as_bytes()).unwrap();
        loop {
            match events.next_signs(super::signs, &origin()) {
                Ok(Some(Ok(more))) => signs.extend(more.signs),
                Ok(Some(Err(event))) => malformed.push((event.line, event.reason)),
                Ok(None) => return Ok((signs, malformed)),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    #[test]
    fn events_of_a_feed() {
        let (signs, malformed) = read(FIXTURE).unwrap();
        assert_eq!(
            malformed,
            [(4, "not JSON"), (5, "ip"), (6, "timestamp too old")]
        );
        let told: Vec<_> = signs
            .iter()
            .map(|sign| {
                let traces: Vec<String> = sign.traces.iter().map(|trace| trace.to_text()).collect();
                (
                    sign.incident.as_str(),
                    sign.ip.map(|ip| ip.to_string()).unwrap_or_default(),
                    sign.tlp,
                    traces.join(" "),
                )
            })
            .collect();
        let row = |incident, ip: &str, tlp, traces: &str| {
            (incident, ip.to_string(), tlp, traces.to_string())
        };
        assert_eq!(
            told,
            [
                row("vulnerable-system", "192.0.2.10", Tlp::Amber, ""),
                row(
                    "infected-system",
                    "192.0.2.20",
                    Tlp::AmberStrict,
                    "address:198.51.100.9 domain:c2.example malware:emotet"
                ),
                row("brute-force", "198.51.100.7", Tlp::Clear, ""),
                row(
                    "brute-force",
                    "192.0.2.30",
                    Tlp::Clear,
                    "address:198.51.100.7"
                ),
            ]
        );
        let [exchange, infected, attacker, attacked] = &signs[..] else {
            panic!()
        };
        assert_eq!(
            (attacker.side.as_str(), attacked.side.as_str()),
            ("source", "destination")
        );
        assert_eq!(
            (
                exchange.product.as_str(),
                exchange.version.as_deref(),
                exchange.report.as_str()
            ),
            ("Exchange Server", Some("15.1.2176"), "Vulnerable-Exchange")
        );
        assert_eq!(exchange.proven_cves, ["CVE-2021-26855"]);
        assert_eq!(
            (infected.hostname.as_deref(), infected.asn),
            (Some("pc.walzwerk.example"), Some(64496))
        );
        assert!(
            exchange.extra.iter().all(|(key, _)| key != "raw")
                && exchange
                    .extra
                    .contains(&("extra.servername".into(), "MAIL01".into()))
        );
    }

    #[test]
    fn a_list_is_read_like_lines_and_must_be_whole() {
        let lines: Vec<&str> = FIXTURE.lines().take(3).collect();
        let list = format!("[{}]", lines.join(",\n"));
        assert_eq!(read(&list).unwrap().0, read(&lines.join("\n")).unwrap().0);
        assert!(
            read(list.trim_end_matches(']'))
                .unwrap_err()
                .contains("the list ends behind element 3")
        );
    }
}
