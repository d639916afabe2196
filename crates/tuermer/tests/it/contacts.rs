//! The people of a company, told as scripts: imported, shown, changed by command and page, and reached on two ways.

use crate::operator::Desk;
use crate::sink::{Act, Sink};
use crate::support::Home;
use crate::web_server::{Answer, Request, WebServer};
use serde_json::Value;
use std::time::Duration;
use tuermer::context::Context;
use tuermer::values;
use tuermer_core::rights::Role;

const MEMBERS: &str = "external_id,name,contact_name,email,phone\n\
    M-1,Walzwerk GmbH,Anna Alt,anna@walzwerk.example,+4927111111\n\
    M-2,Praxis Zwei,,,\n";
const INVENTORY: &str = "external_id,vendor,product,version,source,observed_at\n\
    M-1,Fortinet,FortiOS,7.0.1,provider,2021-03-01\n";

/// A contact with a mail address and a telephone number, as a source told them.
pub async fn contact(context: &Context, id: &str, source: &str, email: &str, phone: Option<&str>) {
    let key = format!("{id}.{source}");
    let mut open = context.store.begin().await.unwrap();
    let sql = "INSERT INTO contact (id, organisation_id, source, name, role, said_at) VALUES ($1, $2, $3, '', '', 0)";
    open.run(sql, values![&key, id, source]).await.unwrap();
    let sql = "INSERT INTO contact_point (id, contact_id, kind, address, said_at, state, state_at, detail, generation)
               VALUES ($1, $2, $3, $4, 0, 'told', 0, '', 1)";
    for (kind, address) in [("email", Some(email)), ("phone", phone)] {
        if let Some(address) = address.filter(|text| !text.is_empty()) {
            let point = values![format!("{key}.{kind}"), &key, kind, address];
            open.run(sql, point).await.unwrap();
        }
    }
    open.commit().await.unwrap();
}

/// Kinds, addresses and states of the points of one contact line.
pub fn points(contact: &Value) -> Vec<(String, String, String)> {
    let word = |point: &Value, key: &str| point[key].as_str().unwrap().to_string();
    contact["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            (
                word(point, "kind"),
                word(point, "address"),
                word(point, "state"),
            )
        })
        .collect()
}

fn row(kind: &str, address: &str, state: &str) -> (String, String, String) {
    (kind.into(), address.into(), state.into())
}

/// Contacts of M-1.
pub fn listed(home: &Home) -> Vec<Value> {
    home.tuermer(&["member", "contact", "list", "M-1", "--json"])
        .expect(0)
        .lines()
}

#[test]
fn a_list_of_people_adds_to_a_company_and_every_bad_row_is_named() {
    let home = Home::live();
    let members = home.file("members.csv", MEMBERS);
    home.tuermer(&["import", "members", &members]).expect(0);
    let people = home.file(
        "people.csv",
        "Mitgliedsnummer;Ansprechpartner;Funktion;E-Mail;Handy;webhook;expires_at\n\
         M-1;Bernd Berg;IT;;0171 1234567;https://tickets.example/hook;31.12.2099\n\
         M-1;anna alt;;;;https://anna.example/hook;\n\
         M-2;Cora;;cora@praxis.example;;;01.01.2021\n",
    );
    let report = home
        .tuermer(&["import", "contacts", &people, "--json"])
        .expect(0)
        .line();
    assert_eq!(
        (report["new"].as_u64(), report["changed"].as_u64()),
        (Some(2), Some(1))
    );
    let again = home
        .tuermer(&["import", "contacts", &people, "--json"])
        .expect(0)
        .line();
    assert_eq!(again["same"].as_u64(), Some(3), "twice changes nothing");
    let contacts = listed(&home);
    assert_eq!(contacts[0]["name"], "anna alt");
    assert_eq!(contacts[1]["name"], "Bernd Berg");
    assert_eq!(
        points(&contacts[0]),
        [
            row("email", "anna@walzwerk.example", "told"),
            row("phone", "+4927111111", "told"),
            row("webhook", "https://anna.example/hook", "told"),
        ]
    );
    assert_eq!(
        points(&contacts[1]),
        [
            row("mobile", "+491711234567", "told"),
            row("webhook", "https://tickets.example/hook", "told"),
        ]
    );
    // Cora's address was good until New Year: nobody would be reached there.
    let unreachable = home
        .tuermer(&["member", "why-not-reachable", "--json"])
        .expect(0)
        .lines();
    assert_eq!(unreachable[0]["external_id"], "M-2");
}

#[test]
fn every_bad_row_of_a_list_of_people_is_named_and_nothing_is_written() {
    let home = Home::live();
    let members = home.file("members.csv", MEMBERS);
    home.tuermer(&["import", "members", &members]).expect(0);
    let before = listed(&home);
    let bad = home.file(
        "bad.csv",
        "Mitgliedsnummer;Ansprechpartner;E-Mail;webhook\n\
         M-1;Dora;;http://tickets.example/hook\n\
         M-1;Emil;;https://127.0.0.1/hook\n\
         M-9;Fritz;fritz@example.org;\n\
         M-1;Gerd;;\n\
         M-1;Bernd Berg;b@walzwerk.example;\n\
         M-1;bernd berg;c@walzwerk.example;\n",
    );
    let mut import = home.command(&["import", "contacts", &bad, "--json"]);
    let output = import.current_dir(home.data()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows: Vec<(u64, &str)> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["row"].as_u64().unwrap(),
                error["column"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (2, "webhook"),
            (3, "webhook"),
            (4, "Mitgliedsnummer"),
            (5, "Ansprechpartner"),
            (7, "Ansprechpartner"),
        ]
    );
    let now = listed(&home);
    assert_eq!(now, before, "a list with errors changes nothing");
}

#[test]
fn a_way_is_added_by_command_and_its_key_is_told_once() {
    let home = Home::live();
    let members = home.file("members.csv", MEMBERS);
    home.tuermer(&["import", "members", &members]).expect(0);
    let hook = "https://tickets.example/hook";
    let add = ["member", "contact", "add", "M-1"];
    let bernd = ["--name", "Bernd Berg", "--role", "IT", "--source", "member"];
    let new = [&add[..], &["webhook", hook, "--json"], &bernd].concat();
    let added = home.tuermer(&new).expect(0).line();
    let secret = added["secret"].as_str().unwrap().to_string();
    assert!(secret.starts_with("whsec_"), "{secret}");
    // Nothing that can be asked for later tells the key.
    let shown = format!("{:?}", listed(&home));
    assert!(shown.contains(hook) && !shown.contains("whsec_"));
    home.tuermer(&new).expect(1);
    for (kind, address) in [
        ("email", "nobody"),
        ("phone", "12"),
        ("webhook", "https://169.254.169.254/latest"),
        ("webhook", "https://user:word@tickets.example/"),
    ] {
        home.tuermer(&[&add[..], &[kind, address]].concat())
            .expect(1);
    }
    home.tuermer(&["member", "contact", "add", "M-9", "email", "a@b.example"])
        .expect(1);
}

#[test]
fn a_key_is_renewed_and_an_ended_way_is_said_again_by_a_person_only() {
    let home = Home::live();
    let members = home.file("members.csv", MEMBERS);
    home.tuermer(&["import", "members", &members]).expect(0);
    let hook = "https://tickets.example/hook";
    let add = ["member", "contact", "add", "M-1", "webhook", hook, "--json"];
    let new = [&add[..], &["--name", "Bernd Berg", "--source", "member"]].concat();
    let added = home.tuermer(&new).expect(0).line();
    let (secret, id) = (&added["secret"], added["id"].as_str().unwrap());
    let renew = ["member", "contact", "renew", id, "--json"];
    let renewed = home.tuermer(&renew).expect(0).line();
    assert_ne!(&renewed["secret"], secret);
    assert!(renewed["key_renewed_at"].is_string());
    let end = ["member", "contact", "end", id, "--reason", "verkauft"];
    home.tuermer(&end).expect(0);
    home.tuermer(&end).expect(1);
    let state = |contacts: &[Value]| points(&contacts[0])[0].2.clone();
    assert_eq!(state(&listed(&home)), "ended");
    // A list that still names the old address revives nothing; a person does.
    let list = home.file(
        "people.csv",
        format!("external_id,contact_name,webhook\nM-1,Bernd Berg,{hook}\n"),
    );
    home.tuermer(&["import", "contacts", &list, "--source", "member"])
        .expect(0);
    assert_eq!(state(&listed(&home)), "ended");
    home.tuermer(&new).expect(0);
    assert_eq!(state(&listed(&home)), "told");
    let journal = home
        .tuermer(&["audit", "list", "--json"])
        .expect(0)
        .lines()
        .iter()
        .filter_map(|entry| entry["action"].as_str().map(str::to_string))
        .filter(|action| action.starts_with("contact."))
        .collect::<Vec<_>>();
    let mut sorted = journal;
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "contact.added",
            "contact.added",
            "contact.ended",
            "contact.key_renewed",
        ]
    );
}

#[tokio::test]
async fn the_page_shows_adds_and_ends_ways() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    desk.account("m.lang", Role::Approver).await;
    desk.import("members", MEMBERS);
    let officer = desk.signed_in("k.weber").await;
    let approver = desk.signed_in("m.lang").await;
    let page = "/mitglieder/M-1";
    desk.get(page, &officer)
        .await
        .expect(200)
        .says("anna@walzwerk.example")
        .says("Add an address");
    let form = |kind: &'static str, address: &'static str| {
        [
            ("art", kind),
            ("adresse", address),
            ("name", "Bernd <b>Berg</b>"),
            ("funktion", "IT"),
            ("wer", "member"),
            ("bis", ""),
        ]
    };
    let add = format!("{page}/adresse");
    desk.post(&add, &approver, &form("email", "b@walzwerk.example"))
        .await
        .expect(403);
    desk.post(&add, &officer, &form("email", "b@@walzwerk.example"))
        .await
        .expect(422)
        .says("is no mail address")
        .says("b@@walzwerk.example");
    desk.post(&add, &officer, &form("email", "b@walzwerk.example"))
        .await
        .leads_to("/mitglieder/M-1#personen");
    let keyed = desk
        .post(
            &add,
            &officer,
            &form("webhook", "https://tickets.example/h"),
        )
        .await
        .expect(200)
        .says("whsec_");
    assert!(!keyed.text.contains("<b>Berg"), "{}", keyed.text);
    let shown = desk.get(page, &officer).await.expect(200);
    assert!(!shown.text.contains("whsec_"));
}

#[tokio::test]
async fn the_page_renews_a_key_and_ends_a_way_once() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    desk.account("m.lang", Role::Approver).await;
    desk.import(
        "members",
        "external_id,name,contact_name,webhook\nM-1,Walzwerk GmbH,Bernd,https://tickets.example/h\n",
    );
    let officer = desk.signed_in("k.weber").await;
    let approver = desk.signed_in("m.lang").await;
    let page = "/mitglieder/M-1";
    let shown = desk.get(page, &officer).await.expect(200);
    let marker = "/schluessel";
    let end = shown.text.find(marker).unwrap();
    let begin = shown.text[..end].rfind("/mitglieder/").unwrap();
    let point = shown.text[begin..end].to_string();
    desk.post(&format!("{point}/ende"), &approver, &[])
        .await
        .expect(403);
    desk.post(&format!("{point}/schluessel"), &officer, &[])
        .await
        .expect(200)
        .says("whsec_");
    desk.post(&format!("{point}/ende"), &officer, &[("grund", "")])
        .await
        .leads_to("/mitglieder/M-1#personen");
    desk.post(&format!("{point}/ende"), &officer, &[("grund", "")])
        .await
        .expect(409);
    desk.get(page, &officer).await.says("ended");
}

/// A company with two contacts and three points, a judged threat that does not touch its mail, and who takes messages.
pub async fn world(
    script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> (Home, Sink, WebServer) {
    let sink = Sink::start(Duration::ZERO, |_, _| Act::Take).await;
    let server = WebServer::start(script);
    let home = Home::empty();
    let authority = home.file("authority.pem", &server.authority);
    let settings = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n[feeds]\ntrusted_roots = \"{authority}\"\n[outgoing]\nprivate_hosts = [\"localhost\"]\n",
        sink.port
    );
    home.tuermer(&["init"]).expect(0);
    std::fs::write(home.data().join("tuermer.toml"), settings).unwrap();
    for (name, role) in [("k.weber", "officer"), ("m.lang", "approver")] {
        home.account(name, role);
    }
    let members = home.file("members.csv", MEMBERS);
    let people = home.file(
        "people.csv",
        format!(
            "external_id,contact_name,webhook\nM-1,Bernd Berg,{}\n",
            server.url("/hook")
        ),
    );
    let inventory = home.file("inventory.csv", INVENTORY);
    home.tuermer(&["import", "members", &members]).expect(0);
    home.tuermer(&["import", "contacts", &people]).expect(0);
    home.tuermer(&["import", "inventory", &inventory]).expect(0);
    let threat = [
        "threat",
        "new",
        "--title",
        "Hole in FortiOS",
        "--product",
        "Fortinet FortiOS",
        "--cve",
        "CVE-2021-0001",
        "--level",
        "4",
        "--url",
        "https://example.org/notice",
    ];
    home.tuermer(&threat).expect(0);
    home.tuermer(&["run", "--once"]).expect(0);
    (home, sink, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_and_three_ways_are_reached_by_mail_and_machine() {
    let (home, sink, server) = world(|_| Answer::status(204)).await;
    home.tuermer_as("k.weber", &["warn", "draft", "CVE-2021-0001"])
        .expect(0);
    let number = home.tuermer(&["warn", "list", "--json"]).expect(0).line()["number"]
        .as_str()
        .unwrap()
        .to_string();
    home.tuermer_as("k.weber", &["warn", "submit", &number])
        .expect(0);
    let preview = home
        .tuermer(&["warn", "preview", &number, "--json"])
        .expect(0)
        .line();
    assert_eq!(preview["channels"], serde_json::json!(["email", "webhook"]));
    home.tuermer_as("m.lang", &["warn", "approve", &number, "--count", "1"])
        .expect(0);
    home.tuermer(&["run", "--once"]).expect(0);
    let copies: Vec<(String, usize)> = sink.copies().into_iter().collect();
    assert_eq!(copies, [("anna@walzwerk.example".to_string(), 1)]);
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/hook"));
    // What took it is proven; the mail server only said that it will try.
    let states: Vec<String> = listed(&home)
        .iter()
        .flat_map(points)
        .map(|(_, _, state)| state)
        .collect();
    assert_eq!(states, ["told", "told", "proven"]);
}
