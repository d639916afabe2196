//! What becomes of people and addresses that change: blank names, addresses that are over, corrections after a change.

use crate::contacts::{listed, points, world};
use crate::support::Home;
use crate::web_server::Answer;
use serde_json::Value;

fn warnings(home: &Home, number: &str) -> Vec<Value> {
    let mut all = home.tuermer(&["warn", "list", "--json"]).expect(0).lines();
    all.retain(|warning| warning["number"] == number);
    all
}

/// Drafted, submitted and approved by two people.
fn released(home: &Home, draft: &[&str], count: &str) -> String {
    home.tuermer_as("k.weber", draft).expect(0);
    let list = home.tuermer(&["warn", "list", "--json"]).expect(0).lines();
    let number = list[0]["number"].as_str().unwrap().to_string();
    home.tuermer_as("k.weber", &["warn", "submit", &number])
        .expect(0);
    home.tuermer_as("m.lang", &["warn", "approve", &number, "--count", count])
        .expect(0);
    number
}

/// A machine that was away would get the false alarm after its correction; a way that was ended would get the correction.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_ends_what_it_corrects_and_takes_the_ways_of_today() {
    let (home, sink, server) = world(|_| Answer::status(503)).await;
    let alert = released(&home, &["warn", "draft", "CVE-2021-0001"], "1");
    home.tuermer(&["run", "--once"]).expect(0);
    assert_eq!((sink.count(), server.asked().len()), (1, 1));
    assert_eq!(warnings(&home, &alert)[0]["state"], "sending");
    let bernd = &listed(&home)[1];
    let id = bernd["points"][0]["id"].as_str().unwrap();
    home.tuermer(&["member", "contact", "end", id]).expect(0);
    let cancel = ["warn", "cancel", &alert, "--reason", "We were wrong."];
    home.tuermer_as("k.weber", &cancel).expect(0);
    assert_eq!(warnings(&home, &alert)[0]["state"], "sending");
    let correction = released(&home, &cancel, "1");
    assert_eq!(warnings(&home, &alert)[0]["state"], "stopped");
    home.tuermer(&["run", "--once"]).expect(0);
    assert_eq!((sink.count(), server.asked().len()), (2, 1));
    assert_eq!(warnings(&home, &correction)[0]["state"], "done");
    home.tuermer(&["audit", "verify"]).expect(0);
}

#[test]
fn an_address_without_a_name_takes_nobodys_place() {
    let home = Home::live();
    let members = home.file(
        "members.csv",
        "external_id,name,contact_name,email\nM-1,Walzwerk GmbH,Anna Alt,anna@walzwerk.example\n",
    );
    home.tuermer(&["import", "members", &members]).expect(0);
    let people = home.file(
        "people.csv",
        "external_id,contact_name,email\nM-1,,info@walzwerk.example\nM-1,Anna Alt,a.alt@walzwerk.example\n",
    );
    home.tuermer(&["import", "contacts", &people]).expect(0);
    let phone = ["member", "contact", "add", "M-1", "phone", "0271 55500-7"];
    home.tuermer(&phone).expect(0);
    let mut shown: Vec<(String, Vec<String>)> = listed(&home)
        .iter()
        .map(|contact| {
            let addresses = points(contact).into_iter().map(|(_, address, _)| address);
            (
                contact["name"].as_str().unwrap().into(),
                addresses.collect(),
            )
        })
        .collect();
    shown.sort();
    let row = |name: &str, addresses: &[&str]| {
        (
            name.to_string(),
            addresses.iter().map(ToString::to_string).collect(),
        )
    };
    assert_eq!(
        shown,
        [
            row("", &["info@walzwerk.example", "+49271555007"]),
            row("Anna Alt", &["a.alt@walzwerk.example"]),
        ]
    );
}

#[test]
fn a_list_says_which_of_its_addresses_are_not_used_and_whose_key_is_untold() {
    let home = Home::live();
    let list = home.file(
        "members.csv",
        "external_id,name,contact_name,email,webhook\nM-1,Walzwerk GmbH,Anna,anna@walzwerk.example,https://tickets.example/h\n",
    );
    let import = || {
        let report = home.tuermer(&["import", "members", &list, "--json"]);
        let report = report.expect(0).line();
        let warnings = report["warnings"].as_array().unwrap().clone();
        warnings
            .iter()
            .map(|warning| warning["column"].as_str().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(import(), ["webhook"]);
    let id = listed(&home)[0]["points"][0]["id"]
        .as_str()
        .unwrap()
        .to_string();
    home.tuermer(&["member", "contact", "end", &id]).expect(0);
    assert_eq!(import(), ["email"], "known again, ended by a person");
}
