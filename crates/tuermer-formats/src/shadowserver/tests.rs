//! Rows of real-shaped documents: what is read, what is refused and why.

use super::{Report, ReportError};
use crate::origin::tests::origin;
use std::io::Cursor;
use tuermer_core::observation::Observation;
use tuermer_core::taxonomy::IncidentType;

const EXCHANGE: &str = include_str!("../../tests/fixtures/2021-05-14-scan_exchange-siegen.csv");

pub(super) fn read(text: &[u8], name: &str) -> (Vec<Observation>, Vec<(u64, &'static str)>) {
    let mut report = Report::new(Cursor::new(text.to_vec()), name).unwrap();
    let (mut signs, mut malformed) = (Vec::new(), Vec::new());
    while let Some(line) = report.next(&origin()).unwrap() {
        match line {
            Ok(observation) => signs.push(observation),
            Err(line) => malformed.push((line.line, line.reason)),
        }
    }
    (signs, malformed)
}

#[test]
fn exchange_lines_say_what_was_proven() {
    let (signs, malformed) = read(EXCHANGE.as_bytes(), "2021-05-14-scan_exchange-siegen.csv");
    assert_eq!(malformed, [(5, "timestamp"), (6, "columns")]);
    let [proven, shell, plain, named] = &signs[..] else {
        panic!("{signs:?}")
    };
    assert_eq!(
        (proven.report.as_str(), proven.severity.as_str()),
        ("scan_exchange", "critical")
    );
    assert_eq!(proven.observed_at.to_string(), "2021-05-14T00:11:30Z");
    assert_eq!(
        (
            proven.vendor.as_str(),
            proven.product.as_str(),
            proven.version.as_deref()
        ),
        ("Microsoft", "Exchange Server", Some("15.2.721"))
    );
    assert_eq!(
        (proven.incident, proven.proven_cves.as_slice()),
        (
            IncidentType::VulnerableSystem,
            &["CVE-2021-26855".to_string()][..]
        )
    );
    assert_eq!(proven.hostname.as_deref(), Some("mail.walzwerk.example"));
    assert!(
        proven
            .extra
            .contains(&("a_new_column".into(), "kept, with a comma".into())),
        "{:?}",
        proven.extra
    );
    assert_eq!(
        (shell.incident, shell.proven_cves.len()),
        (IncidentType::SystemCompromise, 0)
    );
    assert_eq!(
        (
            plain.version.as_deref(),
            plain.asn,
            plain.hostname.as_deref()
        ),
        (None, None, None)
    );
    assert_eq!(
        (named.ip, named.hostname.as_deref()),
        (None, Some("xn--bcker-gra.example"))
    );
}

#[test]
fn the_order_of_columns_does_not_matter() {
    let (signs, _) = read(
        b"ip,timestamp\r\n192.0.2.1,2021-05-14T00:11:30Z\r\n2001:db8::1,2021-05-14 00:11:31\r\n",
        "scan_rdp.csv",
    );
    assert_eq!(signs.len(), 2);
    assert!(signs.iter().all(
        |sign| sign.incident == IncidentType::PotentiallyUnwantedAccessible
            && sign.product.is_empty()
    ));
}

#[test]
fn a_broken_line_costs_that_line() {
    let long = "x".repeat(10_000_000);
    let many = format!(
        "timestamp,ip,tag\n2021-05-14 00:00:00,192.0.2.1,\"{long}\"\n2021-05-14 00:00:00,192.0.2.2,a\n"
    );
    let (signs, malformed) = read(many.as_bytes(), "scan_x.csv");
    assert_eq!(
        (signs.len(), malformed.as_slice()),
        (1, &[(2, "line too long")][..])
    );

    let open = "timestamp,ip,tag\n2021-05-14 00:00:00,192.0.2.1,\"open\n2021-05-14 00:00:00,192.0.2.2,a\n2021-05-14 00:00:00,192.0.2.3,b\n";
    let (signs, malformed) = read(open.as_bytes(), "scan_x.csv");
    assert_eq!(
        (signs.len(), malformed.as_slice()),
        (2, &[(2, "open quote")][..])
    );

    let quoted = "timestamp,ip,banner\n2021-05-14 00:00:00,192.0.2.1,\"two\nlines\"\n\n2021-05-14 00:00:00,192.0.2.2,\n";
    let (signs, malformed) = read(quoted.as_bytes(), "scan_x.csv");
    assert_eq!((signs.len(), malformed.len()), (2, 0));
    assert_eq!(
        signs[0].extra,
        [("banner".to_string(), "two lines".to_string())]
    );

    let nul = b"timestamp,ip\n2021-05-14 00:00:00,192.0.2.1\0\n2021-05-14 00:00:00,192.0.2.999\n2021-05-14 00:00:00,0.0.0.0\n\xff\xfe,192.0.2.1\n";
    let (signs, malformed) = read(nul, "scan_x.csv");
    assert_eq!(
        (signs.len(), malformed.as_slice()),
        (0, &[(2, "NUL"), (3, "ip"), (4, "ip"), (5, "timestamp")][..])
    );
}

#[test]
fn reports_without_an_address_are_refused() {
    for (text, wanted) in [
        ("timestamp,account\n", "ip"),
        ("ip,port\n", "timestamp"),
        ("", "timestamp"),
    ] {
        match Report::new(Cursor::new(text.as_bytes()), "x.csv") {
            Err(ReportError::Column(column)) => assert_eq!(column, wanted),
            _ => panic!("{text:?} was taken"),
        }
    }
    let wide = vec!["c"; 1_000].join(",");
    assert!(matches!(
        Report::new(Cursor::new(wide.as_bytes()), "x.csv"),
        Err(ReportError::Header)
    ));
}

#[test]
fn the_file_name_tells_the_report() {
    for (file, report) in [
        ("2021-05-14-scan_exchange-germany-geo.csv", "scan_exchange"),
        ("/tmp/scan_exchange.csv", "scan_exchange"),
        (
            "2021-05-14-event4_sinkhole_http-x.csv",
            "event4_sinkhole_http",
        ),
        ("Bericht 1.CSV", "bericht_1"),
        (".csv", "unnamed"),
    ] {
        assert_eq!(super::report_name(file).report, report, "{file}");
    }
}

/// Every report the publisher shows as a sample: how many lines become signs of which type, and which do not.
#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_all_95_real_samples_are_read() {
    let corpus = std::env::var_os("TUERMER_CORPUS");
    let corpus = corpus.expect("TUERMER_CORPUS names a folder; scripts/corpus sets it");
    let shared = std::path::PathBuf::from(corpus);
    let files = std::fs::read_dir(shared.join("shadowserver/testdata")).unwrap();
    let (mut read_files, mut signs_read, mut lost, mut by_type) =
        (0, 0, Vec::new(), std::collections::BTreeMap::new());
    for path in files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
    {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let (signs, malformed) = read(&bytes, name);
        assert!(!signs.is_empty(), "{name}: {malformed:?}");
        read_files += 1;
        signs_read += signs.len();
        lost.extend(
            malformed
                .into_iter()
                .map(|(line, reason)| format!("{name}:{line} {reason}")),
        );
        for sign in signs {
            *by_type.entry(sign.incident.as_str()).or_insert(0) += 1;
        }
    }
    lost.sort();
    // 654 lines; one tells the address 37.120.178.9.10.
    assert_eq!(
        (read_files, signs_read, lost.as_slice()),
        (
            95,
            653,
            &["event4_honeypot_ddos_amp.csv:6 ip".to_string()][..]
        )
    );
    let wanted = [
        ("brute-force", 6),
        ("ddos", 13),
        ("ddos-amplifier", 133),
        ("infected-system", 25),
        ("malware-distribution", 14),
        ("misconfiguration", 6),
        ("other", 12),
        ("phishing", 3),
        ("potentially-unwanted-accessible", 317),
        ("scanner", 10),
        ("system-compromise", 11),
        ("vulnerable-system", 27),
        ("weak-crypto", 76),
    ];
    assert_eq!(by_type.into_iter().collect::<Vec<_>>(), wanted);
}
