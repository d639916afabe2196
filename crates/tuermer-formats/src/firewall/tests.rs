//! Lines of firewalls: by pairs, by pattern, hostile ones.

use super::{Log, Template};
use crate::origin::tests::origin;
use tuermer_core::observation::Observation;

const TEMPLATE: &str = include_str!("../../tests/fixtures/firewall-template.toml");
const LOG: &[u8] = include_bytes!("../../tests/fixtures/firewall-log.txt");

fn read(template: &str, log: &[u8]) -> (Vec<Observation>, Vec<(u64, &'static str)>, u64) {
    let template = Template::read(template).unwrap();
    let mut reader = Log::new(log, &template);
    let (mut signs, mut malformed) = (Vec::new(), Vec::new());
    while let Some(line) = reader.next(&origin()).unwrap() {
        match line {
            Ok(line) => signs.push(line.sign),
            Err(line) => malformed.push((line.line, line.reason)),
        }
    }
    (signs, malformed, reader.passed())
}

#[test]
fn lines_of_the_fixture() {
    let (signs, malformed, passed) = read(TEMPLATE, LOG);
    let told: Vec<_> = signs
        .iter()
        .map(|sign| {
            (
                sign.incident.as_str(),
                sign.ip.unwrap().to_string(),
                sign.port,
                sign.traces[0].to_text(),
                sign.observed_at.to_string(),
            )
        })
        .collect();
    let row = |incident, ip: &str, port, trace: &str, at: &str| {
        (
            incident,
            ip.to_string(),
            port,
            trace.to_string(),
            at.to_string(),
        )
    };
    assert_eq!(
        told,
        [
            row(
                "ids-alert",
                "192.0.2.10",
                Some(443),
                "address:198.51.100.7",
                "2026-03-05T09:00:01Z"
            ),
            row(
                "brute-force",
                "203.0.113.1",
                Some(22),
                "address:198.51.100.8",
                "2026-03-05T10:00:02Z"
            ),
            row(
                "scanner",
                "192.0.2.11",
                Some(3389),
                "address:198.51.100.9",
                "2026-03-05T09:00:03Z"
            ),
            row(
                "scanner",
                "192.0.2.11",
                Some(25),
                "address:198.51.100.9",
                "2025-12-24T22:00:00Z"
            ),
        ]
    );
    assert_eq!(malformed, [(6, "attacker"), (7, "port")]);
    assert_eq!(passed, 2, "an allowed connection and a private attacker");
    assert_eq!(
        signs[0].extra,
        [(
            "signature".to_string(),
            "MS.Exchange.ProxyLogon [31mred".to_string()
        )],
        "no escape sequence is left"
    );
}

#[test]
fn a_pattern_takes_other_lines_apart() {
    let template = "name = \"Filter\"\npattern = \"blocked {protocol} from {attacker} port {x} to {member}:{port} \"\n[[rule]]\nincident = \"scanner\"\nwhen = {protocol = [\"TCP\"]}\n";
    let log =
        b"2026-03-05T10:00:01Z fw filter: blocked TCP from 198.51.100.7 port 4711 to 192.0.2.10:445 rule 7\n2026-03-05T10:00:01Z fw filter: other words\n";
    let (signs, malformed, passed) = read(template, log);
    assert_eq!((signs.len(), malformed.len(), passed), (1, 0, 1));
    assert_eq!(
        (signs[0].port, signs[0].report.as_str()),
        (Some(445), "filter")
    );
}

#[test]
fn hostile_lines_cost_themselves() {
    let long = [
        b"x".repeat(1_000_000),
        b"\nSRC=\0\n\xff\xfe\n<<<>>>1 1 1\n".to_vec(),
    ]
    .concat();
    let (signs, malformed, passed) = read(TEMPLATE, &long);
    assert_eq!(
        (signs.len(), malformed, passed),
        (0, vec![(1, "line too long"), (2, "NUL")], 2)
    );
}

#[test]
fn what_is_wrong_with_a_template() {
    for (text, wanted) in [
        ("", "missing field"),
        ("name = \"x\"\n", "missing field `rule`"),
        ("name = \"x\"\nnam = 1\nrule = []", "unknown field `nam`"),
        ("name = \"\"\nrule = []", "name"),
        ("name = \"x\"\nzone = \"Mars\"\nrule = []", "Europe/Berlin"),
        (
            "name = \"x\"\nplace = \"a b\"\nrule = []",
            "an address or host name",
        ),
        (
            "name = \"x\"\npattern = \"{a}{b}\"\nrule = []",
            "between two fields",
        ),
        ("name = \"x\"\npattern = \"{a\"\nrule = []", "not closed"),
        (
            "name = \"x\"\n[[rule]]\nincident = \"evil\"\nwhen = {}",
            "a type of RSIT",
        ),
    ] {
        let error = Template::read(text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
    assert!(Template::read(&"#".repeat(100_000)).is_err());
}
