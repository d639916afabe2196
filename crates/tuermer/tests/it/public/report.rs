//! `/melden` through the router: what is kept, whose it is, who hears of it, and what machines cannot do.

use super::{Page, TOKEN, World};
use jiff::SignedDuration;
use tuermer::notice::words;
use tuermer::text::Texts;
use tuermer_core::locale::Language;

/// The form with what somebody typed.
fn form(page: &Page, typed: &[(&str, &str)]) -> String {
    let hidden = |name: &str| {
        page.text
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap()
            .1
            .split_once('"')
            .unwrap()
            .0
            .to_string()
    };
    let mut fields = vec![
        ("gezeigt", hidden("gezeigt")),
        ("w", hidden("w")),
        ("t", hidden("t")),
        ("lang", hidden("lang")),
    ];
    fields.extend(
        typed
            .iter()
            .map(|(name, value)| (*name, (*value).to_string())),
    );
    fields
        .iter()
        .map(|(name, value)| format!("{name}={}", tuermer::web::layout::segment(value)))
        .collect::<Vec<_>>()
        .join("&")
}

const INTRUDER: &[(&str, &str)] = &[
    ("vorfall", "intruder"),
    ("produkt", "Exchange Server"),
    ("seit", "yesterday"),
    ("beleg", "ja"),
    ("worte", "Datei <b>x.aspx</b> im Ordner"),
    ("erreichbar", "0271 123456"),
];

impl World {
    pub(super) fn pass(&self, minutes: i64) {
        self.context.clock.set(
            self.context
                .now()
                .checked_add(SignedDuration::from_mins(minutes))
                .unwrap(),
        );
    }

    async fn reports(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM witness_report").await
    }

    /// Opens the form, waits a minute, sends it.
    async fn report(&self, path: &str, typed: &[(&str, &str)]) -> Page {
        let shown = self.get(path).await.is(200);
        self.pass(1);
        self.post("/melden", "same-origin", &form(&shown, typed))
            .await
    }
}

#[tokio::test]
async fn a_strangers_report_rings_the_operators_and_is_no_sign_yet() {
    let world = World::new().await;
    let before = world.rows().await;
    world.get("/melden").await.is(200).says(&[
        "0271 55500-7",
        "Was ist passiert?",
        "Wie erreichen wir Sie?",
    ]);
    assert_eq!(before, world.rows().await, "looking stored something");
    let sent = world.report("/melden", INTRUDER).await.is(303);
    assert!(
        sent.location().starts_with("/melden/danke?nr=M-"),
        "{}",
        sent.location()
    );
    world
        .get(sent.location())
        .await
        .is(200)
        .says(&["Ihre Meldung ist angekommen", "M-"])
        .never_says(&["x.aspx", "123456"]);
    assert_eq!(
        (
            world.reports().await,
            world.number("SELECT COUNT(*) FROM sighting").await
        ),
        (1, 0)
    );
    let notices = world.context.store.notices(10).await.unwrap();
    let [notice] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    assert_eq!(notice.kind, "witness.report");
    let [german, english] = [Language::German, Language::English]
        .map(|language| words(&world.context, notice, Texts(language)));
    assert!(
        german.contains("Fremde Dateien") && english.contains("Foreign files"),
        "{notice:?}"
    );
    assert!(
        !german.contains("x.aspx") && !german.contains("123456"),
        "the reporter's own words leave by mail: {notice:?}"
    );
}

#[tokio::test]
async fn the_link_of_a_warning_says_who_reports() {
    let world = World::new().await;
    let path = format!("/melden?w=W-2021-007&t={TOKEN}");
    let name = world.get(&path).await.is(200);
    assert!(name.text.contains("Sie melden für:"), "{}", name.text);
    world.report(&path, INTRUDER).await.is(303);
    let organisation = "(SELECT organisation_id FROM witness_report)";
    assert_eq!(world.number(&format!("SELECT COUNT(*) FROM sighting WHERE organisation_id = {organisation} AND attribution = 'told:link'")).await, 1);
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM sighting_kind WHERE class = 'system-compromise' AND report = 'witness' AND grade = 'B2' AND tlp = 'TLP:AMBER'")
            .await,
        1
    );
    assert_eq!(world.number(&format!("SELECT COUNT(*) FROM task WHERE kind = 'incident' AND organisation_id = {organisation}")).await, 1);
    assert_eq!(world.number(&format!("SELECT facts_revision - assessed_revision FROM organisation WHERE id = {organisation}")).await, 1);
    let constituency = world.context.store.constituency().await.unwrap();
    drop(constituency);
    // A wrong token is a stranger, and gives no hint.
    world
        .get("/melden?w=W-2021-007&t=x")
        .await
        .is(200)
        .never_says(&["Sie melden für"]);
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_typed_is_lost() {
    let world = World::new().await;
    for (without, words) in [("vorfall", "Frage 1"), ("erreichbar", "Frage 5")] {
        let typed: Vec<(&str, &str)> = INTRUDER
            .iter()
            .copied()
            .filter(|(name, _)| *name != without)
            .collect();
        let page = world
            .report("/melden", &typed)
            .await
            .is(400)
            .says(&[words, "x.aspx"]);
        assert!(
            !page.text.contains("<b>x.aspx"),
            "what was typed became markup"
        );
    }
    let long = "x".repeat(4_001);
    world
        .report(
            "/melden",
            &[
                ("vorfall", "mail"),
                ("erreichbar", "a@b.example"),
                ("worte", &long),
            ],
        )
        .await
        .is(400)
        .says(&["Frage 4"]);
    assert_eq!(world.reports().await, 0);
}

#[tokio::test]
async fn machines_are_stopped_and_told_to_call() {
    let world = World::new().await;
    let shown = world.get("/melden").await;
    world
        .post("/melden", "same-origin", &form(&shown, INTRUDER))
        .await
        .is(400)
        .says(&["noch einmal auf"]);
    let filled: Vec<(&str, &str)> = INTRUDER
        .iter()
        .copied()
        .chain([("website", "http://spam.example")])
        .collect();
    world
        .report("/melden", &filled)
        .await
        .is(400)
        .says(&["0271 55500-7"]);
    world
        .post(
            "/melden",
            "same-origin",
            "vorfall=mail&erreichbar=0271123456&gezeigt=1614945600.00",
        )
        .await
        .is(400);
    world
        .post("/melden", "cross-site", &form(&shown, INTRUDER))
        .await
        .is(403);
    world.pass(25 * 60);
    world
        .post("/melden", "same-origin", &form(&shown, INTRUDER))
        .await
        .is(400)
        .says(&["zu lange offen"]);
    assert_eq!(world.reports().await, 0);
    for number in 0..6 {
        world
            .report("/melden", INTRUDER)
            .await
            .is(if number < 5 { 303 } else { 429 });
    }
    assert_eq!(world.reports().await, 5);
    world.pass(61);
    world.report("/melden", INTRUDER).await.is(303);
}
