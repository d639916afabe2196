//! What hostile and damaged logs do: named, counted, survived.

use super::{check, json, short};
use std::io::Write as _;

const HEAD: &str =
    "#Fields: DateTime,UrlStem,AnchorMailbox,ClientIpAddress,HttpStatus,UserAgent\r\n";

fn folder(name: &str, text: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("HttpProxy").join("Ecp");
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join(name), text).unwrap();
    folder
}

#[test]
fn a_line_of_a_hundred_megabytes() {
    let folder = folder("long.LOG", HEAD.as_bytes());
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(folder.path().join("HttpProxy/Ecp/long.LOG"))
        .unwrap();
    file.write_all(b"2021-03-03T00:00:00.000Z,/x,").unwrap();
    for _ in 0..100 {
        file.write_all(&vec![b'A'; 1_000_000]).unwrap();
    }
    file.write_all(
        b"\n2021-03-03T01:00:00.000Z,/ecp/y.js,ServerInfo~a]@m:444/mapi/emsmdb#,192.0.2.7,200,x\n",
    )
    .unwrap();
    let (findings, rest, _) = json(&["--logs", folder.path().to_str().unwrap()]);
    assert_eq!(
        (short(&findings), findings[0]["line"].as_u64()),
        (vec!["ssrf 2 incident".to_string()], Some(3))
    );
    assert_eq!(
        (
            rest["unreadable"][0]["reason"].as_str(),
            rest["unreadable"][0]["line"].as_u64()
        ),
        (Some("overlong"), Some(2))
    );
}

#[test]
fn control_characters_reach_no_terminal() {
    let line = "2021-03-03T01:00:00.000Z,/owa/auth/\u{1b}]0;x\u{7}\u{202e}.aspx,,192.0.2.7\u{1b}[2J,200,\u{1b}[31m\0\n2021-03-03T01:00:00.000Z,/x,ServerInfo~a]@m:444/ecp/\u{1b}[2J\u{9b}x#,192.0.2.7,200,x\n";
    let folder = folder("x.LOG", format!("{HEAD}{line}").as_bytes());
    let output = check(&["--logs", folder.path().to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\\x1b[2J"), "{text}");
    assert!(
        !text
            .chars()
            .any(|character| (character.is_control() && character != '\n')
                || character == '\u{202e}'),
        "{text:?}"
    );
}

#[test]
fn odd_times_unclosed_quotes_cut_lines() {
    let lines = "1601-01-01T00:00:00.000Z,/x,,192.0.2.7,200,x\n2021-03-03T00:00:00.000Z,/x,\"ServerInfo~a]@m:444/mapi/emsmdb#,192.0.2.7,200,x\n2021-03-03T00:00:00.000Z,/x,ServerInfo~a\n2099-01-01T00:00:00.000Z,/x,ServerInfo~a]@m:444/mapi/emsmdb#,192.0.2.7,200,x\n";
    let folder = folder("x.LOG", format!("{HEAD}{lines}").as_bytes());
    let (findings, rest, _) = json(&["--logs", folder.path().to_str().unwrap()]);
    assert_eq!(
        (short(&findings), findings[0]["at"].as_str()),
        (vec!["ssrf 2 incident".to_string()], None),
        "{rest}"
    );
    let mut reasons: Vec<_> = rest["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| format!("{} {}", place["line"], place["reason"].as_str().unwrap()))
        .collect();
    reasons.sort();
    assert_eq!(
        reasons,
        [
            "1 odd_time",
            "3 malformed",
            "4 malformed",
            "5 odd_time",
            "5 odd_time"
        ]
    );
    assert_eq!(
        (
            rest["coverage"][0]["from"].as_str(),
            rest["coverage"][0]["to"].as_str()
        ),
        (None, None),
        "impossible times cover nothing"
    );
}

#[test]
fn broken_event_logs() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = b"ElfFile\0".to_vec();
    bytes.resize(70_000, 0x41);
    std::fs::write(folder.path().join("x.evtx"), &bytes).unwrap();
    std::fs::write(
        folder.path().join("y.json"),
        "{\"Message\": \"w3wp.exe\", \n{\"EventID\": 1}\nnot json w3wp.exe\n",
    )
    .unwrap();
    let (findings, rest, code) = json(&["--events", folder.path().to_str().unwrap()]);
    assert_eq!((findings.len(), code), (0, 5));
    let reasons: Vec<_> = rest["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["reason"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(reasons, ["broken_record", "malformed", "malformed"]);
}

#[test]
fn files_of_no_known_kind_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.zip"), b"PK\x03\x04").unwrap();
    let (_, rest, code) = json(&["--logs", folder.path().to_str().unwrap()]);
    assert_eq!((rest["unrecognised"]["files"].as_u64(), code), (Some(1), 5));
}
