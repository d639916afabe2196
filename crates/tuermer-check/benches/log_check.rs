//! How fast a log is checked: a generated HttpProxy log, without hits, and every field of every line forced.
//!
//! `cargo bench -p tuermer-check` measures; `… --bench log_check -- write FILE MEGABYTES` writes the log for other programs.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs
)]

use std::io::Write as _;
use std::time::Instant;
use tuermer_check::fields::{Fields, HTTP_PROXY};
use tuermer_check::indicators::Indicators;
use tuermer_check::kind::LogKind;
use tuermer_check::logs::{self, Detectors};

/// Protocol, address, method, anchor and query of requests.
const REQUESTS: [(&str, &str, &str, &str, &str); 8] = [
    (
        "Owa",
        "/owa/auth/logon.aspx",
        "GET",
        "",
        "url=https%3a%2f%2fmail.example%2fowa%2f&reason=0",
    ),
    (
        "Eas",
        "/Microsoft-Server-ActiveSync/default.eas",
        "POST",
        "Sid~S-1-5-21-1-2-3-1142",
        "?Cmd=Sync&User=x%5Canna&DeviceId=1234567890&DeviceType=iPhone",
    ),
    (
        "Mapi",
        "/mapi/emsmdb/",
        "POST",
        "MailboxGuid~1234567-4444-1234-4567-123456789987",
        "?mailboxId=1234567-4444-1234-4567-123456789987@example.test",
    ),
    (
        "Ews",
        "/EWS/Exchange.asmx",
        "POST",
        "Sid~S-1-5-21-1-2-3-1143",
        "",
    ),
    (
        "PowerShell",
        "/powershell",
        "POST",
        "ServerVersion~Version 15.1 (Build 2374.0)",
        "?clientApplication=ActiveMonitor;PSVersion=5.1.14393.5582",
    ),
    (
        "Autodiscover",
        "/autodiscover/autodiscover.xml",
        "POST",
        "Sid~S-1-5-21-1-2-3-1144",
        "",
    ),
    ("RpcHttp", "/rpc", "GET", "", ""),
    (
        "Owa",
        "/owa/service.svc",
        "POST",
        "Sid~S-1-5-21-1-2-3-1145",
        "?action=GetItem&EP=1&ID=-71&AC=1",
    ),
];

/// How long each part of a request took.
const TIMINGS: &str = "BeginRequest=2023-01-06T01:00:04.107Z;CorrelationID=<empty>;ProxyState-Run=None;FEAuth=BEVersion-1942063431;RoutingEntry=DatabaseGuid:fb7adba2-51f4-47e3-b170-fd39f85aaf35%40example.test%40example.test Server:MAIL01.example.test+1942063431@638070367506148886;NewConnection=fe80::1234:5678:123abc:245e%3&0;BeginGetRequestStream=2023-01-06T01:00:04.110Z;OnRequestStreamReady=2023-01-06T01:00:04.111Z;BeginGetResponse=2023-01-06T01:00:04.111Z;OnResponseReady=2023-01-06T01:00:04.123Z;EndGetResponse=2023-01-06T01:00:04.123Z;ProxyState-Complete=ProxyResponseData;SharedCacheGuard=0;EndRequest=2023-01-06T01:00:04.123Z;";

/// Lines as a genuine server writes them: web mail, phones, Outlook, the health check; with what looks like a sign and is none.
fn log(megabytes: usize) -> Vec<u8> {
    let mut text = format!(
        "{HTTP_PROXY}\r\n#Software: Microsoft Exchange Server\r\n#Log-type: HttpProxy Logs\r\n"
    )
    .into_bytes();
    let mut number = 0_u64;
    while text.len() < megabytes * 1_000_000 {
        let (protocol, stem, method, anchor, query) =
            REQUESTS[(number.wrapping_mul(7) % 8) as usize];
        let (second, milli) = (number / 20 % 60, number % 1_000);
        write!(text, "2023-01-06T{:02}:{:02}:{second:02}.{milli:03}Z,{number:08x}-e7ca-4d09-9d50-{:012x},15,1,2375,7,R:{number:x}:1;RT:Connect,{protocol},mail.example.test,{stem},,Negotiate,true,EXAMPLE\\user{},example.test,{anchor},Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML  like Gecko) Chrome/107.0.0.0 Safari/537.36,10.{}.{}.{},MAIL01,200,200,,{method},Proxy,mail01.example.test,15.01.2375.000,IntraForest,MailboxGuidWithDomain,Database~fb7adba2-51f4-47e3-b170-fd39f85aaf35~~2023-02-05T01:00:04,,,273,{},,,0,0,,0,,0,,0,0,,0,{},0,0,1,0,7,0,0,0,0,0,13,0,8,5,6,6,13,,{query},,{TIMINGS},,,|RoutingDB:fb7adba2-51f4-47e3-b170-fd39f85aaf35,,,CafeV1\r\n", number / 72_000 % 24, number / 1_200 % 60, number.wrapping_mul(0x9e37_79b9) & 0xffff_ffff_ffff, number % 250, number % 256, number / 256 % 256, number % 199, number % 5_000, number % 97).unwrap();
        number += 1;
    }
    text
}

fn best(bytes: usize, mut run: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..7 {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    bytes as f64 / best / 1e9
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some([_, file, megabytes]) = arguments
        .iter()
        .position(|word| word == "write")
        .and_then(|at| arguments.get(at..at + 3))
    {
        std::fs::write(file, log(megabytes.parse().unwrap())).unwrap();
        return;
    }
    let text = log(256);
    let now = "2026-08-20T00:00:00Z".parse().unwrap();
    let mut plain = check(Indicators::default(), now);
    show("check without addresses", &text, || plain(&text));
    let mut whole = check(Indicators::embedded(), now);
    show("check with 13 addresses", &text, || whole(&text));
    let mut long = Indicators::default();
    let list: String = (0..1_000_u32)
        .map(|number| format!("{}\n", std::net::Ipv4Addr::from(0xc633_6400 + number * 7)))
        .collect();
    long.add(list.as_bytes(), "bench").unwrap();
    let mut long = check(long, now);
    show("check with 1,000", &text, || long(&text));
    show("every field forced", &text, || {
        let lines = text.split(|byte| *byte == b'\n');
        let sum: usize = lines
            .flat_map(|line| Fields::new(line, b','))
            .map(<[u8]>::len)
            .sum();
        assert!(sum > text.len() / 2);
    });
}

/// A check that must find nothing and read everything.
fn check(indicators: Indicators, now: jiff::Timestamp) -> impl FnMut(&[u8]) {
    let detectors = Detectors::new(indicators, "C:\\", now).unwrap();
    let mut buffer = Vec::new();
    move |text: &[u8]| {
        let mut signs = 0;
        let read = logs::read(
            LogKind::HttpProxy,
            &text[..16],
            text,
            &mut buffer,
            &detectors,
            |_| signs += 1,
            |_| {},
        );
        assert_eq!((signs, read.bytes), (0, text.len() as u64));
    }
}

fn show(name: &str, text: &[u8], run: impl FnMut()) {
    println!("{name:24} {:6.2} GB/s", best(text.len(), run));
}
