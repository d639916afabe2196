//! The report of 11 March 2021 about the region: what a scan of 9 March saw, in the columns of a Shadowserver report; and
//! what a sensor told on the evening of 5 March.
//!
//! Numbers have three parts, as scans see them; the tag tells what was proven. A web shell is an incident of its own.

use super::region::Member;
use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

const COLUMNS: [&str; 15] = [
    "timestamp",
    "ip",
    "port",
    "hostname",
    "tag",
    "asn",
    "geo",
    "region",
    "city",
    "naics",
    "sic",
    "sector",
    "version",
    "servername",
    "url",
];

/// The invented attacker of 5 March; an address for documentation (RFC 5737).
const ATTACKER: &str = "203.0.113.66";

/// What the scan found at one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The flaw was tried and is open.
    Open,
    /// Somebody else's program answers there.
    WebShell,
}

impl Finding {
    fn tag(self) -> &'static str {
        match self {
            Self::Open => "exchange;cve-2021-26855",
            Self::WebShell => "exchange;webshell",
        }
    }
}

/// The report; members without a line of their own are not in it, some lines carry no number or no name.
pub fn report(found: &[(&Member, Finding)], scanned: Timestamp) -> Result<Vec<u8>> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(COLUMNS)?;
    for (number, (member, finding)) in found.iter().enumerate() {
        if let Some(line) = report_line(number, member, *finding, scanned)? {
            file.write_record(line)?;
        }
    }
    Ok(file.into_inner()?)
}

/// One line in the order of [`COLUMNS`]; nothing for a member without a line or a server of its own.
fn report_line(
    number: usize,
    member: &Member,
    finding: Finding,
    scanned: Timestamp,
) -> Result<Option<[String; 15]>> {
    let (Some(network), Some([major, minor, third, _])) = (member.network, member.exchange) else {
        return Ok(None);
    };
    let [a, b, c, d] = network.octets();
    let seconds = jiff::SignedDuration::from_secs(i64::try_from(number).unwrap_or(0));
    let at = scanned.saturating_add(seconds)?;
    let host = match number % 4 {
        3 => String::new(),
        _ => format!("mail.{}", member.domain),
    };
    let version = match number % 6 {
        5 => String::new(),
        _ => format!("{major}.{minor}.{third}"),
    };
    let url = match finding {
        Finding::WebShell => "/aspnet_client/discover.aspx",
        Finding::Open => "",
    };
    Ok(Some([
        at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        format!("{a}.{b}.{c}.{}", d.saturating_add(2)),
        "443".into(),
        host,
        finding.tag().into(),
        "64496".into(),
        "DE".into(),
        "NORDRHEIN-WESTFALEN".into(),
        member.place.name.to_uppercase(),
        "0".into(),
        "0".into(),
        String::new(),
        version,
        String::new(),
        url.into(),
    ]))
}

/// What a sensor tells of an evening on which one attacker broke into several members' servers, as events of IntelMQ.
pub fn attacks(members: &[&Member], first: Timestamp) -> Result<Vec<u8>> {
    let mut lines = Vec::new();
    for (number, member) in (0_i64..).zip(members) {
        let Some(network) = member.network else {
            continue;
        };
        let [a, b, c, d] = network.octets();
        let at = first.saturating_add(jiff::SignedDuration::from_mins(number.saturating_mul(7)))?;
        let event = json!({
            "feed.name": "CERT-Verbund Sensor", "time.source": at.to_string(), "classification.type": "system-compromise", "tlp": "GREEN",
            "source.ip": format!("{a}.{b}.{c}.{}", d.saturating_add(2)), "destination.ip": ATTACKER,
            "product.vendor": "Microsoft", "product.name": "Exchange Server", "extra.path": "/aspnet_client/discover.aspx",
        });
        lines.extend_from_slice(event.to_string().as_bytes());
        lines.push(b'\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::super::region::invent;
    use super::{Finding, report};
    use tuermer_formats::build_pack::packs;

    #[test]
    fn the_report_never_says_more_than_three_numbers() {
        let region = invent(1, 2_000, packs().first());
        let servers: Vec<_> = region
            .members
            .iter()
            .filter(|member| member.exchange.is_some())
            .collect();
        let found: Vec<_> = servers
            .iter()
            .enumerate()
            .map(|(n, member)| {
                (
                    *member,
                    if n < 3 {
                        Finding::WebShell
                    } else {
                        Finding::Open
                    },
                )
            })
            .collect();
        let bytes = report(&found, "2021-03-09T12:00:00Z".parse().unwrap()).unwrap();
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(bytes.as_slice())
            .into_records()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            rows.len(),
            servers
                .iter()
                .filter(|member| member.network.is_some())
                .count()
        );
        assert!(
            rows.iter()
                .all(|row| row[12].is_empty() || row[12].split('.').count() == 3)
        );
        assert!(
            rows.iter().any(|row| row[12].is_empty()) && rows.iter().any(|row| row[3].is_empty())
        );
        assert_eq!(&rows[0][0], "2021-03-09 12:00:00");
    }
}
