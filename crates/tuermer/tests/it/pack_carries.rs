//! Packs without builds: they are listed, shown, checked and brought in like others, and judge nothing.

use crate::support::Home;

#[test]
fn a_pack_without_builds_says_what_it_is() {
    let home = Home::embedded();
    for (arguments, code, says) in [
        (&["pack", "list"][..], 0, "no builds: judges nothing"),
        (&["pack", "list"], 0, "carries for the company: mail"),
        (&["pack", "show", "mail-servers"], 0, "fortimail"),
        (&["pack", "check", "mail-servers"], 0, ""),
        (
            &["pack", "judge", "mail-servers", "7.4.3"],
            3,
            "has no builds and judges nothing",
        ),
    ] {
        for (language, says) in [("en", says), ("de", "")] {
            let ran = home
                .tuermer(&[arguments, &["--lang", language]].concat())
                .expect(code);
            assert!(ran.out.contains(says), "{arguments:?}: {}", ran.out);
            assert!(
                !ran.out.contains("pack.") && !ran.out.contains('{'),
                "{arguments:?}: {}",
                ran.out
            );
        }
    }
    let list = home.tuermer(&["pack", "list", "--json"]).expect(0).lines();
    let told: Vec<(&str, &str)> = list
        .iter()
        .filter(|pack| pack["carries"] == serde_json::json!(["mail"]))
        .map(|pack| {
            (
                pack["name"].as_str().unwrap(),
                pack["rule"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("exchange", "exchange-cu-su"), ("mail-servers", "none")]
    );
}

/// As one file or as a folder that holds nothing but pack.toml.
#[test]
fn a_chamber_brings_a_pack_without_builds() {
    let fixture = include_str!("../../../tuermer-formats/tests/fixtures/build_pack-mail.toml");
    let home = Home::drill();
    let file = home.file("mail.toml", fixture);
    let first = home
        .tuermer(&["pack", "import", &file, "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (&first["products"], &first["builds"], &first["threats"]),
        (&2.into(), &0.into(), &0.into()),
        "{first}"
    );
    let again = home.tuermer(&["pack", "import", &file]).expect(0).out;
    assert!(again.contains("beispiel-mail"), "{again}");
    let folder = home.data().with_file_name("exported");
    let folder = folder.to_str().unwrap();
    home.tuermer(&["pack", "export", "beispiel-mail", folder])
        .expect(0);
    home.tuermer(&["pack", "check", folder]).expect(0);
    home.tuermer(&["pack", "import", folder]).expect(0);
    for (from, to, says) in [
        ("[\"mail\"]", "[\"post\"]", "pack.toml:7 carries"),
        ("rule = \"none\"", "rule = \"branch-fixed-build\"", "form"),
    ] {
        let wrong = home.file("wrong.toml", fixture.replace(from, to));
        for language in ["de", "en"] {
            let ran = home
                .tuermer(&["pack", "import", &wrong, "--lang", language])
                .expect(1);
            assert!(
                ran.err.contains(says) && !ran.err.contains("pack.fault"),
                "{}",
                ran.err
            );
        }
    }
}

/// An exchange table from before `carries` does not take away that Exchange carries mail.
#[test]
fn an_older_table_in_place_of_ours_leaves_what_it_does_not_tell() {
    let (home, folder) = (Home::drill(), "exported");
    let folder = home.data().with_file_name(folder);
    let path = folder.to_str().unwrap();
    home.tuermer(&["pack", "export", "exchange", path])
        .expect(0);
    let description = folder.join("pack.toml");
    let told = std::fs::read_to_string(&description).unwrap();
    for (carries, expected) in [
        ("", serde_json::json!(["mail"])),
        ("carries = []\n", serde_json::json!([])),
    ] {
        let text = told.replace("carries = [\"mail\"]\n", carries);
        std::fs::write(&description, text).unwrap();
        home.tuermer(&["pack", "import", path]).expect(0);
        let list = home.tuermer(&["pack", "list", "--json"]).expect(0).lines();
        let pack = list.iter().find(|pack| pack["name"] == "exchange").unwrap();
        assert_eq!(pack["carries"], expected, "{pack}");
    }
}
