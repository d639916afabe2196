//! Lists as they really come: every encoding and separator, spreadsheets, slips of the pen and attacks.

use crate::support::{Home, Run};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;

const HEADER: &str = "external_id;name;street;postcode;city;email;phone\n";

/// Runs the binary beside its data, where the error file may lie.
fn run(home: &Home, arguments: &[&str]) -> Run {
    let output = home
        .command(arguments)
        .current_dir(home.data())
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Imports a list and returns the report.
#[track_caller]
fn import(home: &Home, kind: &str, list: impl AsRef<[u8]>, flags: &[&str], code: i32) -> Value {
    let file = home.file("list", list);
    run(home, &[&["import", kind, &file, "--json"], flags].concat())
        .expect(code)
        .line()
}

/// `[new, changed, same, rows with errors]` of a report.
fn counts(report: &Value) -> [u64; 4] {
    ["new", "changed", "same", "error_rows"].map(|key| report[key].as_u64().unwrap())
}

/// `row column: reason` of each error.
fn errors(report: &Value) -> Vec<String> {
    let text = |error: &Value| {
        format!(
            "{} {}: {}",
            error["row"],
            error["column"].as_str().unwrap(),
            error["reason"].as_str().unwrap()
        )
    };
    report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect()
}

#[track_caller]
fn show(home: &Home, member: &str) -> Value {
    run(home, &["member", "show", member, "--json"])
        .expect(0)
        .line()
}

fn names(home: &Home) -> Vec<String> {
    let mut names: Vec<String> = run(home, &["member", "list", "--json"])
        .lines()
        .iter()
        .map(|member| member["name"].as_str().unwrap().to_string())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn every_encoding_and_separator_gives_the_same_register() {
    let text = |separator: &str| {
        let rows = [
            "Mitgliedsnummer;Firma;Straße;PLZ;Ort;E-Mail",
            "M1;Müller & Söhne;Grüner Weg 1;57072;Siegen;info@müller.example.de",
            "M2;Größe;Öhr 2;57462;Olpe;",
        ];
        rows.join("\r\n").replace(';', separator)
    };
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff_u16).chain(text.encode_utf16());
        units
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    };
    // Every character of these lists has one byte in Windows-1252, equal to its code point.
    let windows = |text: &str| -> Vec<u8> {
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    };
    let files: [(&str, Vec<u8>); 7] = [
        ("UTF-8 ;", text(";").into_bytes()),
        ("UTF-8 ,", text(",").into_bytes()),
        ("UTF-8 tab", text("\t").into_bytes()),
        (
            "UTF-8 BOM",
            [b"\xef\xbb\xbf".to_vec(), text(";").into_bytes()].concat(),
        ),
        ("Windows-1252", windows(&text(";"))),
        ("UTF-16 LE", utf16(&text("\t"), true)),
        ("UTF-16 BE", utf16(&text(";"), false)),
    ];
    let home = Home::drill();
    for (index, (name, bytes)) in files.into_iter().enumerate() {
        let report = import(&home, "members", bytes, &[], 0);
        let expected = if index == 0 {
            [2, 0, 0, 0]
        } else {
            [0, 0, 2, 0]
        };
        assert_eq!(counts(&report), expected, "{name}: {report}");
    }
    let member = show(&home, "M1");
    assert_eq!(member["name"], "Müller & Söhne");
    assert_eq!(
        member["contacts"][0]["email"],
        "info@xn--mller-kva.example.de"
    );
}

#[test]
fn a_spreadsheet_is_a_list_too() {
    let home = Home::drill();
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Leer").unwrap();
    let sheet = book.add_worksheet().set_name("Mitglieder").unwrap();
    for (column, name) in ["Mitgliedsnummer", "Firma", "PLZ", "Telefon"]
        .iter()
        .enumerate()
    {
        sheet
            .write_string(0, u16::try_from(column).unwrap(), *name)
            .unwrap();
    }
    // Spreadsheets hold numbers and postcodes as numbers.
    sheet.write_number(1, 0, 4711.0).unwrap();
    sheet.write_string(1, 1, "Bäckerei Öhm").unwrap();
    sheet.write_number(1, 2, 57072.0).unwrap();
    sheet.write_string(1, 3, "0271/55500-7").unwrap();
    sheet.write_number(3, 0, 4712.0).unwrap();
    sheet.write_string(3, 1, "Kaputt").unwrap();
    sheet.write_number(3, 2, 5722.0).unwrap();
    let file = home.file("kammer.xlsx", book.save_to_buffer().unwrap());
    let report = run(
        &home,
        &["import", "members", &file, "--json", "--skip-errors"],
    )
    .expect(5)
    .line();
    assert_eq!(counts(&report), [1, 0, 0, 1], "{report}");
    assert_eq!(errors(&report), ["4 PLZ: 4 digits, leading zero lost?"]);
    let member = show(&home, "4711");
    assert_eq!(
        (
            member["postcode"].as_str(),
            member["contacts"][0]["phone"].as_str()
        ),
        (Some("57072"), Some("+49271555007"))
    );

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["external_id", "product", "observed_at"].iter().enumerate() {
        sheet
            .write_string(0, u16::try_from(column).unwrap(), *name)
            .unwrap();
    }
    sheet.write_string(1, 0, "4711").unwrap();
    sheet.write_string(1, 1, "Exchange").unwrap();
    let day = ExcelDateTime::from_ymd(2021, 1, 12).unwrap();
    sheet
        .write_datetime_with_format(1, 2, &day, &Format::new().set_num_format("dd.mm.yyyy"))
        .unwrap();
    import(&home, "inventory", book.save_to_buffer().unwrap(), &[], 0);
    assert_eq!(
        show(&home, "4711")["assets"][0]["observed_at"],
        "2021-01-12T00:00:00Z"
    );
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let home = Home::drill();
    let members = format!(
        "{HEADER}M1;Bau;Weg 1;57072;Siegen;info@bau.example.de;0271 55500-7\nM2;Holz;;;;;\n"
    );
    let inventory = "external_id;product;version;build;source;observed_at\nM1;Exchange Server;2016;15.1.2176.2;RMM;12.01.2021\nM2;Exchange;Cloud;;Mitglied;\n";
    let networks = "external_id;kind;value\nM1;network;192.0.2.77/24\nM1;domain;WWW.Bäcker.example.de\nM2;asn;AS3320\n";
    for (kind, list, new) in [
        ("members", members.as_str(), 2),
        ("inventory", inventory, 2),
        ("networks", networks, 3),
    ] {
        assert_eq!(
            counts(&import(&home, kind, list, &[], 0)),
            [new, 0, 0, 0],
            "{kind}"
        );
    }
    let before = (show(&home, "M1"), show(&home, "M2"));
    assert_eq!(before.0["networks"][0]["value"], "xn--bcker-gra.example.de");
    assert_eq!(before.0["networks"][1]["value"], "192.0.2.0/24");
    assert_eq!(
        (
            before.0["assets"][0]["note"].as_str(),
            before.0["assets"][0]["source"].as_str()
        ),
        (Some("RMM"), Some("provider"))
    );
    assert_eq!(
        (
            before.1["assets"][0]["presence"].as_str(),
            before.1["assets"][0]["source"].as_str()
        ),
        (Some("cloud"), Some("member"))
    );
    for (kind, list, same) in [
        ("members", members.as_str(), 2),
        ("inventory", inventory, 2),
        ("networks", networks, 3),
    ] {
        let report = import(&home, kind, list, &[], 0);
        assert_eq!(counts(&report), [0, 0, same, 0], "{kind}");
        assert_eq!(report["written"], false, "{kind}");
    }
    assert_eq!((show(&home, "M1"), show(&home, "M2")), before);
}

#[test]
fn a_weaker_source_does_not_erase_a_stronger_one() {
    let home = Home::drill();
    let list = |name: &str, city: &str, email: &str| {
        format!("external_id;name;city;email\nM1;{name};{city};{email}\n")
    };
    import(
        &home,
        "members",
        list("Register", "Siegen", "r@example.de"),
        &[],
        0,
    );
    let report = import(
        &home,
        "members",
        list("Mitglied", "", "m@example.de"),
        &["--source", "member"],
        0,
    );
    assert_eq!(counts(&report), [0, 1, 0, 0]);
    let report = import(
        &home,
        "members",
        list("Register neu", "Olpe", "r2@example.de"),
        &[],
        0,
    );
    assert_eq!(counts(&report), [0, 1, 0, 0]);
    let member = show(&home, "M1");
    // The member's word about its name stands; about the town only the register spoke.
    assert_eq!(
        (member["name"].as_str(), member["city"].as_str()),
        (Some("Mitglied"), Some("Olpe"))
    );
    assert_eq!(member["contacts"][0]["email"], "m@example.de");
    assert_eq!(member["contacts"][1]["email"], "r2@example.de");
    let layers: Vec<(&str, &str)> = member["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| {
            (
                layer["source"].as_str().unwrap(),
                layer["values"]["name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        layers,
        [("member", "Mitglied"), ("register", "Register neu")]
    );
    // A blank does not erase.
    let report = import(&home, "members", list("", "", ""), &[], 0);
    assert_eq!(counts(&report), [0, 0, 1, 0]);
}

#[test]
fn the_newer_statement_of_a_source_counts() {
    let home = Home::drill();
    import(&home, "members", format!("{HEADER}M1;Bau;;;;;\n"), &[], 0);
    let row = |build: &str, day: &str| {
        format!(
            "external_id;product;build;source;observed_at\nM1;Exchange;{build};provider;{day}\n"
        )
    };
    for (build, day, expected, stored) in [
        ("15.1.2176.2", "2021-02-01", [1, 0, 0, 0], "15.1.2176.2"),
        ("15.1.2106.2", "2021-01-01", [0, 0, 1, 0], "15.1.2176.2"),
        ("15.1.2176.9", "2021-03-01", [0, 1, 0, 0], "15.1.2176.9"),
    ] {
        let report = import(&home, "inventory", row(build, day), &[], 0);
        assert_eq!(counts(&report), expected, "{build}");
        assert_eq!(show(&home, "M1")["assets"][0]["build"], stored);
    }
}

#[test]
fn bad_rows_are_named_and_leave_the_store_as_it_was() {
    let home = Home::drill();
    import(&home, "members", format!("{HEADER}M1;Bau;;;;;\n"), &[], 0);
    let list = format!(
        "{HEADER}M2;Gut;;57072;Siegen;a@example.de;\nM3;Zwei;;;;info@@mueller.de;\nM4;Zeile;;;;\"a@example.de\r\nBcc: b@example.de\";\nM5;Kurz;;5722;;;\n\
         M6;Telefon;;;;;nach Vereinbarung\n;Ohne Nummer;;;;;\nM2;Anders;;;;;\nM2;Gut;;57072;Siegen;a@example.de;\nM7;\"Nul\u{1b}[31m\";;;;;\n"
    );
    let report = import(&home, "members", &list, &[], 1);
    assert_eq!(
        errors(&report),
        [
            "3 email: two @ signs",
            "4 email: line break or control character",
            "6 postcode: 4 digits, leading zero lost?",
            "7 phone: not a telephone number",
            "8 external_id: missing",
            "9 external_id: row 2 has the same number with other values",
            "11 name: line break or control character",
        ]
    );
    assert_eq!(
        (counts(&report), report["written"].as_bool()),
        ([1, 0, 1, 7], Some(false))
    );
    assert_eq!(names(&home), ["Bau"]);
    let table = std::fs::read_to_string(home.data().join("import-fehler.csv")).unwrap();
    assert_eq!(table.lines().count(), 8, "{table}");
    // The same with consent: the good rows are written, the call says that it was not all.
    let report = import(&home, "members", &list, &["--skip-errors"], 5);
    assert_eq!(report["written"], true);
    assert_eq!(names(&home), ["Bau", "Gut"]);

    let inventory = "external_id;product;build;hostname\nM1;Exchange;16.x banana;\nM99;Exchange;15.1.1;\nM1;Exchange;15.1.1;\nM1;Exchange;15.1.2;\nM1;;;\n";
    let report = import(&home, "inventory", inventory, &[], 1);
    assert_eq!(
        errors(&report),
        [
            "2 build: not a build number (for example 15.1.2176.9)",
            "3 external_id: nobody has this number; import the members first",
            "5 hostname: row 4 has the same product with other values; name each server with hostname",
            "6 product: missing",
        ]
    );
    assert_eq!(show(&home, "M1")["assets"].as_array().unwrap().len(), 0);
}

#[test]
fn a_file_that_is_no_list_is_refused_with_one_sentence() {
    let home = Home::drill();
    let huge = format!("{HEADER}M1;{};;;;;\n", "x".repeat(10 * 1024 * 1024));
    let open = format!(
        "{HEADER}M1;Bau;;;;;\nM2;\"{}",
        "x\n".repeat(2 * 1024 * 1024)
    );
    let rubbish: Vec<u8> = (0..20_000_u32)
        .map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap())
        .collect();
    let rows: [(&str, Vec<u8>, &str); 7] = [
        (
            "a field of 10 MB",
            huge.into_bytes(),
            "line 2: the row is longer than 1 MB",
        ),
        (
            "a quote never closed",
            open.into_bytes(),
            "line 3: the row is longer than 1 MB",
        ),
        ("rubbish", rubbish, "not a table of text"),
        ("nothing", Vec::new(), "has no row"),
        ("no known column", b"a;b\n1;2\n".to_vec(), "found: a, b"),
        (
            "old spreadsheet",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            "old Excel format",
        ),
        (
            "broken spreadsheet",
            b"PK\x03\x04rubbish".to_vec(),
            "is damaged",
        ),
    ];
    for (name, bytes, sentence) in rows {
        let file = home.file("list.csv", bytes);
        let answer = run(&home, &["import", "members", &file]).expect(1);
        assert!(
            answer.err.contains(sentence) && answer.err.contains("list.csv"),
            "{name}: {}",
            answer.err
        );
        assert!(answer.err.len() < 500, "{name}: {}", answer.err);
    }
    run(&home, &["member", "list"]).expect(3);
    run(&home, &["import", "planets", "list.csv"]).expect(2);
}

#[test]
fn html_and_invisible_marks_in_names_are_text() {
    let home = Home::drill();
    import(
        &home,
        "members",
        format!(
            "{HEADER}M1;<script>alert(1)</script> & Söhne;;;;;\nM2;Bau\u{202e}\u{200b}haus;;;;;\n"
        ),
        &[],
        0,
    );
    assert_eq!(
        names(&home),
        ["<script>alert(1)</script> & Söhne", "Bauhaus"]
    );
}

#[test]
fn a_dry_run_says_everything_and_writes_nothing() {
    let home = Home::drill();
    let list = "Mitgliedsnummer;Firma;E-Mail;Telefon;IT-Partner;Kz2\nM1;Bau;a@example.de;0271 55500-7;P1;x\nM2;Holz;;;;\n";
    let file = home.file("kammer.csv", list);
    let answer = run(&home, &["import", "members", &file, "--dry-run"]).expect(0);
    for part in [
        "Firma→name",
        "(unknown: \"Kz2\")",
        "new 2 · changed 0",
        "letter only 1 (50 %)",
        "two channels 1 (50 %)",
        "no provider has this number",
    ] {
        assert!(
            answer.out.replace(['«', '»'], "\"").contains(part),
            "{part}: {}",
            answer.out
        );
    }
    assert!(
        answer.err.contains("Nothing written") && answer.err.contains("tuermer import members"),
        "{}",
        answer.err
    );
    run(&home, &["member", "list"]).expect(3);
    // The mapping file names what we do not know.
    let map = home.file("map.toml", "\"Kz2\" = \"sector\"\n");
    let report = run(
        &home,
        &["import", "members", &file, "--map", &map, "--json"],
    )
    .expect(0)
    .line();
    assert_eq!(report["unknown_columns"].as_array().unwrap().len(), 0);
    assert_eq!(show(&home, "M1")["sector"], "x");
    let unreachable = run(&home, &["member", "why-not-reachable", "--json"])
        .expect(0)
        .line();
    assert_eq!(unreachable["external_id"], "M2");
}

#[test]
fn overlapping_networks_are_reported_not_refused() {
    let home = Home::drill();
    import(
        &home,
        "members",
        format!("{HEADER}M1;Bau;;;;;\nM2;Holz;;;;;\n"),
        &[],
        0,
    );
    import(
        &home,
        "networks",
        "external_id;kind;value\nM1;network;192.0.2.0/24\nM1;domain;example.de\n",
        &[],
        0,
    );
    let report = import(
        &home,
        "networks",
        "external_id;kind;value\nM2;network;192.0.2.7\nM2;domain;mail.example.de\nM2;domain;andere.de\n",
        &[],
        0,
    );
    assert_eq!(counts(&report), [3, 0, 0, 0]);
    let warnings: Vec<(u64, &str)> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| {
            (
                warning["row"].as_u64().unwrap(),
                warning["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        warnings,
        [
            (2, "overlaps with M1 (192.0.2.0/24)"),
            (3, "overlaps with M1 (example.de)")
        ]
    );
}

#[test]
fn exported_cells_are_no_formulas() {
    let home = Home::drill();
    import(
        &home,
        "members",
        format!("{HEADER}M1;Bau;;;;=HYPERLINK(1)@@x;\n"),
        &[],
        1,
    );
    let table = std::fs::read_to_string(home.data().join("import-fehler.csv")).unwrap();
    assert!(table.contains(";'=HYPERLINK(1)@@x;"), "{table}");
}

/// How often the facts under a member's verdicts have changed.
async fn facts_revision(home: &Home, member: &str) -> i64 {
    let store = home.store().await;
    let row = store
        .read_one(
            "SELECT facts_revision FROM organisation WHERE external_id = $1",
            tuermer::values![member],
        )
        .await
        .unwrap();
    store.database.close().await;
    row.unwrap().int(0).unwrap()
}

#[tokio::test]
async fn only_new_facts_ask_for_a_new_verdict() {
    let home = Home::drill();
    let members = format!("{HEADER}M1;Bau;;;;;\nM2;Holz;;;;;\n");
    let renamed = format!("{HEADER}M1;Hochbau;;;;;\n");
    let asset = "external_id;product;build\nM1;Exchange;15.1.2176.2\n";
    let patched = "external_id;product;build\nM1;Exchange;15.1.2176.9\n";
    let network = "external_id;kind;value\nM1;network;192.0.2.0/24\n";
    let steps = [
        ("members", members.as_str(), 0),
        ("members", renamed.as_str(), 0),
        ("inventory", asset, 1),
        ("inventory", asset, 1),
        ("inventory", patched, 2),
        ("networks", network, 3),
        ("networks", network, 3),
    ];
    for (step, (kind, list, revision)) in steps.into_iter().enumerate() {
        import(&home, kind, list, &[], 0);
        assert_eq!(facts_revision(&home, "M1").await, revision, "step {step}");
    }
    assert_eq!(facts_revision(&home, "M2").await, 0);
}
