//! Each report names address, host and flaw in columns of its own.

use super::tests::read;

/// Report and header; address, host and type.
const COLUMNS: &[(&str, &str, &str, Option<&str>, &str)] = &[
    (
        "event4_honeypot_brute_force.csv",
        "timestamp,src_ip,dst_ip,src_hostname,src_asn,family",
        "192.0.2.1",
        Some("mail.example"),
        "brute-force",
    ),
    (
        "event4_honeypot_ddos_target.csv",
        "timestamp,src_ip,dst_ip,dst_hostname,dst_asn,family",
        "198.51.100.2",
        Some("mail.example"),
        "ddos",
    ),
    (
        "event6_sinkhole_http_referer.csv",
        "timestamp,http_referer_ip,dst_ip,http_referer_hostname,x,tag",
        "192.0.2.1",
        Some("mail.example"),
        "malware-distribution",
    ),
    (
        "never_heard.csv",
        "timestamp,dst_ip,other_ip,dst_hostname,dst_asn,tag",
        "192.0.2.1",
        Some("mail.example"),
        "undetermined",
    ),
    (
        "malware_url.csv",
        "timestamp,ip,source,host,asn,tag",
        "192.0.2.1",
        Some("mail.example"),
        "malware-distribution",
    ),
];

/// Report, tag and CVE column; type, proven flaws, and how many traces.
const PROOFS: &[(&str, &str, &str, &str, &[&str], usize)] = &[
    (
        "scan_http_vulnerable.csv",
        "http",
        "CVE-2024-1709",
        "vulnerable-system",
        &["CVE-2024-1709"],
        0,
    ),
    (
        "scan_http.csv",
        "http;cve-2024-1709",
        "",
        "vulnerable-system",
        &["CVE-2024-1709"],
        0,
    ),
    (
        "scan_exchange.csv",
        "exchange;webshell",
        "",
        "system-compromise",
        &[],
        1,
    ),
    (
        "special.csv",
        "cyclops-blink",
        "",
        "system-compromise",
        &[],
        1,
    ),
    (
        "special.csv",
        "cve-2021-26855",
        "",
        "vulnerable-system",
        &["CVE-2021-26855"],
        0,
    ),
    (
        "malware_url.csv",
        "CVE-2016-10372",
        "",
        "malware-distribution",
        &[],
        1,
    ),
    ("device_id.csv", "vpn", "", "other", &[], 0),
];

#[test]
fn whose_it_is_stands_in_other_columns_in_each_report() {
    let line = "2026-01-02 03:04:05,192.0.2.1,198.51.100.2,Mail.Example.,64496,mirai";
    for &(file, header, ip, host, incident) in COLUMNS {
        let (signs, malformed) = read(format!("{header}\n{line}\n").as_bytes(), file);
        let [sign] = &signs[..] else {
            panic!("{file}: {malformed:?}")
        };
        assert_eq!(
            (
                sign.ip.unwrap().to_string().as_str(),
                sign.hostname.as_deref(),
                sign.incident.as_str()
            ),
            (ip, host, incident),
            "{file}"
        );
    }
    let (signs, _) = read(
        format!("timestamp,src_ip,dst_ip,dst_hostname,dst_asn,family\n{line}\n").as_bytes(),
        "event4_honeypot_ddos_target.csv",
    );
    assert_eq!(signs[0].side.as_str(), "destination");
    let traces: Vec<String> = signs[0]
        .traces
        .iter()
        .map(|trace| trace.to_text())
        .collect();
    assert_eq!(
        traces,
        ["address:192.0.2.1", "malware:mirai"],
        "the one who commands the attack, and with what"
    );
}

#[test]
fn values_that_are_none_and_blocks_of_addresses() {
    let head = "timestamp,ip,hostname,asn,port,tag,cve\n2026-01-02 03:04:05,";
    for (rest, wanted) in [
        (
            "192.0.2.0/24,,0,0,,",
            Ok((None, Some("192.0.2.0/24"), None, None)),
        ),
        (
            "0.0.0.0,mail.example,64496,443,,",
            Ok((None, None, Some("mail.example"), Some(64496))),
        ),
        (
            "::ffff:192.0.2.1,unknown,AS64496,,,",
            Ok((Some("192.0.2.1"), None, None, Some(64496))),
        ),
        ("0.0.0.0,unknown,0,0,,", Err("ip")),
        ("192.0.2.0/40,,,,,", Err("ip")),
        ("192.0.2.1,,,99999,,", Err("port")),
        ("192.0.2.1,,", Err("columns")),
        ("192.0.2.1,,,,,,,", Err("columns")),
    ] {
        let (signs, malformed) = read(format!("{head}{rest}\n").as_bytes(), "scan_x.csv");
        let told = signs.first().ok_or_else(|| malformed[0].1);
        let ip = told
            .as_ref()
            .ok()
            .and_then(|sign| sign.ip)
            .map(|ip| ip.to_string());
        let network = told
            .as_ref()
            .ok()
            .and_then(|sign| sign.network)
            .map(|network| network.to_string());
        let told = told.map(|sign| {
            (
                ip.as_deref(),
                network.as_deref(),
                sign.hostname.as_deref(),
                sign.asn,
            )
        });
        assert_eq!(told, wanted, "{rest}");
    }
    for (time, reason) in [
        ("1601-01-01 00:00:00", "timestamp too old"),
        ("2099-01-01 00:00:00", "timestamp in the future"),
        ("2026-02-30 00:00:00", "timestamp"),
    ] {
        let (_, malformed) = read(
            format!("timestamp,ip\n{time},192.0.2.1\n").as_bytes(),
            "scan_x.csv",
        );
        assert_eq!(malformed[0].1, reason);
    }
}

#[test]
fn a_flaw_is_proven_by_tag_or_column_and_only_where_it_is_open() {
    let line = |tag: &str, cve: &str| {
        format!(
            "timestamp,ip,tag,cve,url\n2026-01-02 03:04:05,192.0.2.1,{tag},{cve},/a/Shell.aspx\n"
        )
    };
    for &(file, tag, cve, incident, proven, traces) in PROOFS {
        let (signs, malformed) = read(line(tag, cve).as_bytes(), file);
        let [sign] = &signs[..] else {
            panic!("{file}: {malformed:?}")
        };
        assert_eq!(
            (
                sign.incident.as_str(),
                sign.proven_cves
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
            ),
            (incident, proven.to_vec()),
            "{file} {tag}"
        );
        assert_eq!(sign.traces.len(), traces, "{file} {tag}: {:?}", sign.traces);
    }
}
