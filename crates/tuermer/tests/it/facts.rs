//! Every fact of an organisation goes the whole way: from a column of a list to its layer, to JSON and to the page.

use crate::operator::Desk;
use crate::support::Home;
use serde_json::Value;
use tuermer::text::Texts;
use tuermer_core::field::Field;
use tuermer_core::locale::Language;
use tuermer_core::rights::Role;
use tuermer_formats::problem::Problem;

/// A list with a column for each fact, named as registers name it.
fn list() -> String {
    let row = |first: &'static str, cell: fn(&Field) -> &'static str| {
        let cells = std::iter::once(first).chain(Field::ALL.iter().map(cell));
        cells.collect::<Vec<_>>().join(";")
    };
    let header = row("external_id", |field| {
        field.nature().headers.last().unwrap()
    });
    format!("{header}\n{}\n", row("M-1", |field| field.nature().example))
}

/// What the example becomes.
fn stored(field: Field) -> String {
    let example = field.nature().example;
    field.rule().map_or_else(
        || example.to_string(),
        |rule| (rule.parse)(example).unwrap(),
    )
}

#[test]
fn every_fact_is_imported_kept_in_its_layer_and_shown() {
    let home = Home::live();
    let file = home.file("members.csv", list());
    home.tuermer(&["import", "members", &file]).expect(0);
    let shown = home
        .tuermer(&["member", "show", "M-1", "--json"])
        .expect(0)
        .line();
    let sheet = home.tuermer(&["member", "show", "M-1"]).expect(0).out;
    for field in Field::ALL {
        let (key, value) = (field.as_str(), stored(*field));
        assert_eq!(shown[key], value.as_str(), "{key}");
        assert_eq!(shown["layers"][0]["values"][key], value.as_str(), "{key}");
        assert!(sheet.contains(key) && sheet.contains(&value), "{key}");
    }
    let again = home
        .tuermer(&["import", "members", &file, "--json"])
        .expect(0);
    assert_eq!(again.line()["same"], 1, "nothing new is told");
}

#[test]
fn a_cell_that_a_rule_refuses_is_named() {
    let home = Home::live();
    for field in Field::ALL {
        if field.rule().is_none() {
            continue;
        }
        let list = format!("external_id;name;{}\nM-1;Walzwerk;?!\n", field.as_str());
        let file = home.file("members.csv", list);
        // The list of errors is written where the command runs.
        let output = home
            .command(&["import", "members", &file, "--json"])
            .current_dir(home.data())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{field:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let error = &report["errors"][0];
        let told = |key: &str| error[key].as_str().unwrap().to_string();
        assert_eq!(
            (told("column"), told("value")),
            (field.as_str().into(), "?!".into())
        );
        assert_eq!(error["row"], Value::from(2));
    }
}

#[test]
fn every_reason_and_every_fact_has_its_words_in_both_languages() {
    let facts = Field::ALL.iter().map(|field| Problem::Fact(*field).key());
    let reasons = Problem::ALL.iter().map(|problem| problem.key());
    let labels = Field::ALL
        .iter()
        .map(|field| format!("field.{}", field.as_str()));
    for key in reasons.chain(facts).map(str::to_string).chain(labels) {
        for language in Language::ALL {
            assert_ne!(Texts(language).get(&key), key, "{language:?}");
        }
    }
}

#[tokio::test]
async fn the_page_shows_every_fact_by_its_label() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    desk.import("members", &list());
    let officer = desk.signed_in("k.weber").await;
    let page = desk.get("/mitglieder/M-1", &officer).await.expect(200);
    for field in Field::ALL {
        assert!(
            page.text.contains(&stored(*field)),
            "{field:?}\n{}",
            page.text
        );
    }
    assert!(
        !page.text.contains("field."),
        "a label is missing\n{}",
        page.text
    );
}
