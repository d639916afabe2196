//! Documents, catalogues and reports come in through the binary: what is taken, what is refused, what is said.

use crate::support::{Home, corpus};
use serde_json::Value;

const GENERIC: &str = include_str!("../../../tuermer-formats/tests/fixtures/csaf-generic.json");
const EXCHANGE: &str = include_str!("../../../tuermer-formats/tests/fixtures/csaf-exchange.json");
const KEV: &str = include_str!("../../../tuermer-formats/tests/fixtures/kev-three.json");
const SIGNS: &str =
    include_str!("../../../tuermer-formats/tests/fixtures/2021-05-14-scan_exchange-siegen.csv");
const SIGNS_NAME: &str = "2021-05-14-scan_exchange-siegen.csv";

/// Ingests one file and returns its line; `code` is the exit code it must end with.
#[track_caller]
fn ingest(home: &Home, name: &str, content: impl AsRef<[u8]>, code: i32) -> Value {
    let path = home.file(name, content);
    home.tuermer(&["ingest", &path, "--json"])
        .expect(code)
        .line()
}

fn numbers<const N: usize>(line: &Value, keys: [&str; N]) -> [i64; N] {
    keys.map(|key| {
        line[key]
            .as_i64()
            .unwrap_or_else(|| panic!("{key} in {line}"))
    })
}

fn reason(line: &Value) -> String {
    line["rejected"][0]["reason"]
        .as_str()
        .unwrap_or_else(|| panic!("not rejected: {line}"))
        .to_string()
}

const COUNTS: [&str; 3] = ["new", "changed", "same"];

/// What the store holds, as seen from outside.
fn threats(home: &Home) -> Vec<Value> {
    let run = home.tuermer(&["threat", "list", "--json"]);
    assert!(run.code == 0 || run.code == 3, "{}", run.err);
    run.lines()
}

#[test]
fn a_document_is_taken_once_and_replaced_only_by_a_newer_one() {
    let home = Home::drill();
    let line = ingest(&home, "a.json", GENERIC, 0);
    assert_eq!(
        (line["kind"].as_str(), numbers(&line, COUNTS)),
        (Some("csaf"), [1, 0, 0])
    );
    assert_eq!(
        numbers(&ingest(&home, "b.json", GENERIC, 0), COUNTS),
        [0, 0, 1]
    );

    let revision = |number: &str| {
        GENERIC
            .replace(
                r#""version": "1.1.0""#,
                &format!(r#""version": "{number}""#),
            )
            .replace(r#""number": "1.1.0""#, &format!(r#""number": "{number}""#))
    };
    assert_eq!(
        numbers(&ingest(&home, "c.json", revision("1.10.0"), 0), COUNTS),
        [0, 1, 0]
    );
    assert!(
        reason(&ingest(&home, "d.json", revision("1.9.0"), 1))
            .contains("revision 1.9.0 is older than the stored revision 1.10.0")
    );
    assert!(reason(&ingest(&home, "e.json", GENERIC, 1)).contains("older"));
    let changed = revision("1.10.0").replace("Filter port 8443", "Filter port 8444");
    assert!(reason(&ingest(&home, "f.json", changed, 1)).contains("with other content"));

    let [threat] = &threats(&home)[..] else {
        panic!("one threat")
    };
    assert_eq!(
        (
            threat["revision"].as_str(),
            threat["signature"].as_str(),
            threat["cvss"].as_f64()
        ),
        (Some("1.10.0"), Some("unsigned"), Some(9.8))
    );
    assert_eq!(threat["not_understood"][0], "all builds before Easter");
    for text in [
        "bg-2026-0001",
        "CVE-2026-10002",
        "https://psirt.beispiel.example|BG-2026-0001",
    ] {
        assert_eq!(
            home.tuermer(&["threat", "show", text, "--json"])
                .expect(0)
                .line()["threat"],
            "BG-2026-0001"
        );
    }
    home.tuermer(&["threat", "show", "CVE-1999-0001"]).expect(3);
    let shown = home
        .tuermer(&["threat", "show", "BG-2026-0001"])
        .expect(0)
        .out;
    assert!(
        shown.contains("Install <b>4.2.0</b> https://psirt.beispiel.example/4.2.0"),
        "{shown}"
    );
}

#[test]
fn a_document_that_fails_a_mandatory_test_is_kept_and_explained_but_not_used() {
    let home = Home::drill();
    for (change, with, wanted) in [
        (
            r#""fixed": ["GW-420"]"#,
            r#""fixed": ["GW-999"]"#,
            "6.1.1 /vulnerabilities/0/product_status/fixed/0",
        ),
        (r#""baseScore": 9.8"#, r#""baseScore": 9.7"#, "6.1.9"),
        (r#""category": "csaf_security_advisory","#, "", "schema"),
        (r#""status": "final""#, r#""status": "draft""#, "draft"),
        (
            r#""csaf_version": "2.0""#,
            r#""csaf_version": "1.2""#,
            "1.2 is not known",
        ),
    ] {
        let broken = GENERIC.replace(change, with);
        assert_ne!(broken, GENERIC);
        let line = ingest(&home, "x.json", &broken, 1);
        assert!(reason(&line).contains(wanted), "{wanted}: {line}");
    }
    assert!(threats(&home).is_empty());
    // The same document, corrected, is taken.
    assert_eq!(
        numbers(&ingest(&home, "x.json", GENERIC, 0), COUNTS),
        [1, 0, 0]
    );
}

#[test]
fn bad_input_is_one_sentence_and_changes_nothing() {
    let home = Home::drill();
    ingest(&home, "good.json", EXCHANGE, 0);
    let before = threats(&home);
    let deep = "[".repeat(900_000);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(EXCHANGE.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let latin: Vec<u8> = GENERIC
        .replace("Invented too.", "Erfunden f\u{fc}r Tests")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect();
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "cut.json",
            GENERIC.as_bytes()[..2_000].to_vec(),
            "EOF while parsing",
        ),
        (
            "deep.json",
            deep.clone().into_bytes(),
            "recursion limit exceeded at line 1 column",
        ),
        (
            "deeper.json",
            format!("{{\"document\": {deep}").into_bytes(),
            "recursion limit",
        ),
        (
            "twice.json",
            GENERIC
                .replacen("\"title\"", "\"lang\": \"de\", \"title\"", 1)
                .into_bytes(),
            "the key \"lang\" stands twice",
        ),
        (
            "nul.json",
            GENERIC.replace("Invented.", "In\u{0}vented.").into_bytes(),
            "control character",
        ),
        ("latin.json", latin, "not UTF-8"),
        ("utf16.json", utf16, "UTF-16"),
        ("empty.json", Vec::new(), "empty"),
        ("array.json", b"[1, 2]".to_vec(), "not recognised"),
        (
            "trailing.json",
            format!("{GENERIC} garbage").into_bytes(),
            "trailing characters",
        ),
        ("words.txt", b"Dear colleagues".to_vec(), "not recognised"),
        (
            "rubbish.csv",
            b"timestamp,ip\nnope,192.0.2.1\n".to_vec(),
            "None of the 1 lines",
        ),
        (
            "flood.json",
            format!("{{\"document\": [{}0]}}", "0,".repeat(1_000_000)).into_bytes(),
            "more than 1000000 single values",
        ),
        (
            "noip.csv",
            b"timestamp,port\n2021-01-01 00:00:00,443\n".to_vec(),
            "not recognised",
        ),
    ];
    for (name, content, wanted) in rows {
        let line = ingest(&home, name, content, 1);
        assert!(reason(&line).contains(wanted), "{name}: {line}");
    }
    let missing = home
        .tuermer(&["ingest", "/nowhere/at/all.json", "--json"])
        .expect(1)
        .line();
    assert!(reason(&missing).contains("No such file"), "{missing}");
    assert_eq!(threats(&home), before);

    let too_big = home.file("big.json", b"{\"document\": 1}");
    std::fs::OpenOptions::new()
        .write(true)
        .open(&too_big)
        .unwrap()
        .set_len(100 << 20)
        .unwrap();
    assert!(
        reason(
            &home
                .tuermer(&["ingest", &too_big, "--json"])
                .expect(1)
                .line()
        )
        .contains("100 MB")
    );
}

#[test]
fn a_directory_is_read_in_order_and_part_of_it_may_fail() {
    let home = Home::drill();
    let directory = home.data().parent().unwrap().join("feed");
    std::fs::create_dir(&directory).unwrap();
    for (name, content) in [
        ("2.json", "{"),
        ("1.json", GENERIC),
        ("3.json", EXCHANGE),
        ("3.json.sha512", "abc  3.json"),
    ] {
        std::fs::write(directory.join(name), content).unwrap();
    }
    let run = home
        .tuermer(&["ingest", directory.to_str().unwrap(), "--json"])
        .expect(5);
    let files: Vec<String> = run
        .lines()
        .iter()
        .map(|line| {
            line["file"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_string()
        })
        .collect();
    assert_eq!(files, ["1.json", "2.json", "3.json"]);
    let german = home
        .tuermer(&[
            "ingest",
            directory.join("2.json").to_str().unwrap(),
            "--lang",
            "de",
        ])
        .expect(1);
    assert!(
        german.out.contains("2.json: abgelehnt. Kein gültiges JSON"),
        "{}",
        german.out
    );
}

#[test]
fn the_catalogue_is_whole_newer_and_joined() {
    let home = Home::drill();
    ingest(&home, "exchange.json", EXCHANGE, 0);
    let keys = ["new", "changed", "same", "withdrawn", "due_dates_moved"];
    assert_eq!(
        numbers(&ingest(&home, "kev.json", KEV, 0), keys),
        [3, 0, 0, 0, 0]
    );
    assert_eq!(
        numbers(&ingest(&home, "kev.json", KEV, 0), keys),
        [0, 0, 3, 0, 0]
    );
    let advisory = || {
        threats(&home)
            .into_iter()
            .find(|threat| threat["threat"] == "TC-2021-0001")
            .unwrap()
    };
    let threat = advisory();
    assert_eq!(
        (
            threat["kev"]["added"].as_str(),
            threat["kev"]["due"].as_str(),
            threat["level"].as_i64()
        ),
        (Some("2021-11-03"), Some("2021-04-16"), Some(4))
    );

    assert!(reason(&ingest(&home, "cut.json", &KEV[..900], 1)).contains("EOF"));
    assert!(
        reason(&ingest(
            &home,
            "count.json",
            KEV.replace("\"count\": 3", "\"count\": 1404"),
            1
        ))
        .contains("says 1404 entries, the list has 3")
    );
    let older = KEV.replace("2021-11-03T12:00", "2021-11-02T12:00");
    assert!(reason(&ingest(&home, "older.json", older, 1)).contains("older than the stored one"));

    // Due date moved for one, another one taken off the list.
    let at = KEV.rfind("    {").unwrap();
    let newer = format!("{}\n  ]\n}}", KEV[..at].trim_end().trim_end_matches(','));
    let newer = newer
        .replace("\"count\": 3", "\"count\": 2")
        .replace("2021-11-03T12:00", "2025-12-18T12:00")
        .replacen("2021-04-16", "2022-05-03", 1);
    assert_eq!(
        numbers(&ingest(&home, "newer.json", newer, 0), keys),
        [0, 1, 1, 1, 1]
    );
    let flaws = &advisory()["vulnerabilities"];
    assert_eq!(
        (
            flaws[0]["kev"]["due"].as_str(),
            flaws[1]["kev"]["due"].as_str()
        ),
        (Some("2022-05-03"), Some("2021-04-16"))
    );
}

#[test]
fn signs_are_attributed_or_counted_and_reading_again_changes_nothing() {
    let home = Home::drill();
    let keys = [
        "lines",
        "attributed",
        "unattributed",
        "malformed",
        "new",
        "same",
    ];
    let line = ingest(&home, SIGNS_NAME, SIGNS, 0);
    assert_eq!(numbers(&line, keys), [6, 0, 4, 2, 0, 0]);
    assert!(
        line["remarks"][0]
            .as_str()
            .unwrap()
            .contains("line 5 (timestamp), 6 (columns)"),
        "{line}"
    );
    assert_eq!(
        numbers(&ingest(&home, SIGNS_NAME, SIGNS, 0), keys),
        [6, 0, 4, 2, 0, 0]
    );
    let shelf = home.tuermer(&["sign", "shelf", "--json"]).expect(0).line();
    assert_eq!(
        (
            shelf["report"].as_str(),
            shelf["day"].as_str(),
            shelf["signs"].as_i64()
        ),
        (Some("scan_exchange"), Some("2021-05-14"), Some(4))
    );
    home.tuermer(&["sign", "list", "--json"]).expect(3);
}

#[test]
fn signs_find_their_members() {
    let home = Home::drill();
    let members = home.file(
        "members.csv",
        "external_id,name,postcode,city\nM1,Walzwerk GmbH,57072,Siegen\nM2,Bäcker Gra,57462,Olpe\n",
    );
    let networks = home.file(
        "networks.csv",
        "external_id,kind,value\nM1,network,192.0.2.0/24\nM2,domain,bäcker.example\n",
    );
    home.tuermer(&["import", "members", &members]).expect(0);
    home.tuermer(&["import", "networks", &networks]).expect(0);
    let keys = [
        "lines",
        "attributed",
        "unattributed",
        "malformed",
        "new",
        "same",
    ];
    assert_eq!(
        numbers(&ingest(&home, SIGNS_NAME, SIGNS, 0), keys),
        [6, 3, 1, 2, 3, 0]
    );
    assert_eq!(
        numbers(&ingest(&home, SIGNS_NAME, SIGNS, 0), keys),
        [6, 3, 1, 2, 0, 3]
    );
    let signs = home.tuermer(&["sign", "list", "--json"]).expect(0).lines();
    let told: Vec<_> = signs
        .iter()
        .map(|sign| {
            (
                sign["organisation"].as_str().unwrap(),
                sign["class"].as_str().unwrap(),
                sign["attribution"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("M2", "vulnerable-system", "host:xn--bcker-gra.example"),
            ("M1", "system-compromise", "network:192.0.2.0/24"),
            ("M1", "vulnerable-system", "network:192.0.2.0/24"),
        ]
    );
}

/// A break-in is one call, however many threats name the product and however often they are judged;
/// made, it is asked for again only by a later sign.
#[test]
fn a_break_in_is_one_call() {
    let home = Home::drill();
    let members = home.file(
        "members.csv",
        "external_id,name,postcode,city,phone\nM1,Walzwerk GmbH,57072,Siegen,0271 555000\n",
    );
    let networks = home.file(
        "networks.csv",
        "external_id,kind,value\nM1,network,192.0.2.0/24\n",
    );
    home.tuermer(&["import", "members", &members]).expect(0);
    home.tuermer(&["import", "networks", &networks]).expect(0);
    let state = |cve: &str| {
        let threat = [
            "threat",
            "new",
            "--title",
            cve,
            "--product",
            "Microsoft Exchange Server",
            "--cve",
            cve,
            "--level",
            "4",
            "--url",
            "https://example.org/x",
        ];
        home.tuermer(&threat).expect(0);
    };
    let shell = |day: &str| {
        let name = format!("{day}-scan_exchange.csv");
        let line = format!(
            "timestamp,ip,hostname,tag,version\n{day} 00:00:00,192.0.2.7,mail.m1.example,exchange;webshell,15.0.847\n"
        );
        ingest(&home, &name, line, 0);
        home.tuermer(&["run", "--once"]).expect(0);
    };
    let open = || home.tuermer(&["task", "list", "--json"]).lines();
    state("CVE-2021-26855");
    state("CVE-2021-34473");
    shell("2021-05-14");
    let tasks = open();
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(
        (tasks[0]["kind"].as_str(), tasks[0]["phone"].as_str()),
        (Some("incident"), Some("+49271555000"))
    );
    home.account("k.weber", "officer");
    home.tuermer_as(
        "k.weber",
        &["task", "done", tasks[0]["id"].as_str().unwrap()],
    )
    .expect(0);
    state("CVE-2021-31207");
    home.tuermer(&["run", "--once"]).expect(0);
    assert!(open().is_empty(), "{:?}", open());
    shell("2021-05-15");
    assert_eq!(open().len(), 1);
}

/// A wrong call is told apart from a failed one, in the reader's language.
#[test]
fn a_wrong_call_ends_with_2() {
    let home = Home::drill();
    for (call, code, german, english) in [
        (
            vec!["user", "add", "k.weber", "--role", "king"],
            2,
            "Die Rolle king gibt es nicht",
            "no role king",
        ),
        (vec!["run"], 2, "--once", "--once"),
        (
            vec!["init"],
            1,
            "ist schon ein Datenverzeichnis",
            "is already a data directory",
        ),
        (
            vec!["user", "add", "k", "--role", "officer"],
            1,
            "Als Kontoname geht",
            "does not do",
        ),
    ] {
        for (lang, wanted) in [("de", german), ("en", english)] {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_tuermer"))
                .arg("--data")
                .arg(home.data())
                .args(["--lang", lang, "--json"])
                .args(&call)
                .output()
                .unwrap();
            let told = String::from_utf8(output.stdout).unwrap();
            assert!(
                output.status.code() == Some(code)
                    && told.contains("\"error\"")
                    && told.contains(wanted),
                "{call:?} {lang}: {told}"
            );
        }
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tuermer"))
        .args(["--lang", "fr", "status"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

const STATE: [&str; 24] = [
    "threat",
    "new",
    "--title",
    "Microsoft Exchange: four flaws are exploited",
    "--product",
    "Microsoft Exchange Server",
    "--cve",
    "CVE-2021-26855",
    "--cve",
    "CVE-2021-27065",
    "--remedy",
    "Install KB5000871",
    "--remedy-url",
    "https://example.org/kb5000871",
    "--url",
    "https://example.org/notice",
    "--source-time",
    "2021-03-02T22:00:00Z",
    "--level",
    "4",
    "--exploited",
    "--at",
    "2021-03-02T22:30:00Z",
    "--json",
];

#[test]
fn a_threat_by_hand_is_a_document_like_any_other() {
    let home = Home::drill();
    let stated = home.tuermer(&STATE).expect(0).line();
    assert_eq!(
        (stated["threat"].as_str(), stated["revision"].as_str()),
        (Some("TUERMER-2021-0001"), Some("1"))
    );
    assert_eq!(
        home.tuermer(&STATE).expect(0).line()["threat"],
        "TUERMER-2021-0002"
    );
    let again: Vec<&str> = STATE
        .iter()
        .copied()
        .chain(["--restate", "tuermer-2021-0001"])
        .collect();
    let restated = home.tuermer(&again).expect(0).line();
    assert_eq!(
        (restated["threat"].as_str(), restated["revision"].as_str()),
        (stated["threat"].as_str(), Some("2"))
    );

    let shown = home
        .tuermer(&["threat", "show", "TUERMER-2021-0001", "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (
            shown["level"].as_i64(),
            shown["exploited"].as_bool(),
            shown["category"].as_str()
        ),
        (Some(4), Some(true), Some("csaf_base"))
    );
    assert_eq!(
        (shown["published_at"].as_str(), shown["seen_at"].as_str()),
        (Some("2021-03-02T22:00:00Z"), Some("2021-03-02T22:30:00Z"))
    );

    for (change, with, wanted) in [
        (
            "CVE-2021-26855",
            "ProxyLogon",
            "cve: \"ProxyLogon\" is not valid",
        ),
        (
            "https://example.org/notice",
            "http://example.org/notice",
            "source_url",
        ),
        ("Microsoft Exchange Server", " ", "product: missing"),
    ] {
        let arguments: Vec<&str> = STATE
            .iter()
            .map(|part| if *part == change { with } else { part })
            .collect();
        let run = home.tuermer(&arguments).expect(1);
        assert!(run.err.contains(wanted), "{}", run.err);
    }
    assert_eq!(threats(&home).len(), 2);
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_real_documents_are_taken() {
    let (home, shared) = (Home::drill(), corpus());
    let path = |part: &str| shared.join(part).to_str().unwrap().to_string();
    for (part, counts) in [
        ("csaf/bsi-sample/bsi-2022-0001.json", [1, 0, 0]),
        ("csaf/csaf_files/IT/white/2024/va-24-254-01.json", [1, 0, 0]),
        (
            "csaf/trustify/etc/test-data/csaf/rhsa-2024_2049.json",
            [1, 0, 0],
        ),
        (
            "csaf/trustify/etc/test-data/csaf/issues/cvss_1/ssa-054046.json",
            [1, 0, 0],
        ),
        (
            "kev/known_exploited_vulnerabilities-2025-08-25.json",
            [1_404, 0, 0],
        ),
        (
            "kev/known_exploited_vulnerabilities-2026-08-08.json",
            [258, 40, 1_364],
        ),
    ] {
        let line = home
            .tuermer(&["ingest", &path(part), "--json"])
            .expect(0)
            .line();
        assert_eq!(numbers(&line, COUNTS), counts, "{line}");
    }
    let line = home
        .tuermer(&[
            "ingest",
            &path("shadowserver/testdata/scan_exchange.csv"),
            "--json",
        ])
        .expect(0)
        .line();
    assert_eq!(
        numbers(&line, ["lines", "unattributed", "malformed"]),
        [7, 7, 0]
    );
    let older = home
        .tuermer(&[
            "ingest",
            &path("kev/known_exploited_vulnerabilities-2025-08-25.json"),
            "--json",
        ])
        .expect(1)
        .line();
    assert!(reason(&older).contains("older"), "{older}");
}
