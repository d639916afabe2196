//! The public half through the router: what a reader with a link sees, what everybody sees, and what an answer changes.

mod report;

use crate::support::PostgresDatabase;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use jiff::Timestamp;
use std::path::Path;
use tower::ServiceExt as _;
use tuermer::clock::Clock;
use tuermer::config::{Config, Home, Tile, Transport};
use tuermer::context::Context;
use tuermer::keys::sha256;
use tuermer::random::Random;
use tuermer::values;
use tuermer_core::acknowledgement::Answer;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::rights::Actor;
use tuermer_core::scale::Source;

const TOKEN: &str = "c2VjcmV0LXRva2VuLW9mLXRoZS1zZWNvbmQtY29tcGFueQ";
const CITIES: [&str; 6] = [
    "Auberg",
    "Birkenau",
    "Dornfeld",
    "Eichtal",
    "Fichtenstadt",
    "Grünhain",
];
/// Companies per city that are still open; Dornfeld's three must not be seen, nor what gives them away.
const OPEN: [usize; 6] = [30, 12, 3, 9, 24, 0];

struct World {
    context: Context,
    _directory: tempfile::TempDir,
    _database: Option<PostgresDatabase>,
}

struct Page {
    status: StatusCode,
    headers: HeaderMap,
    bytes: usize,
    text: String,
}

impl World {
    /// March 2021 in six towns: a released warning, its audience, deliveries and some who fixed it.
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = PostgresDatabase::migrated();
        let url = database
            .as_ref()
            .map_or(String::new(), PostgresDatabase::url);
        let context = filled(&directory.path().join("data"), url).await;
        Self {
            context,
            _directory: directory,
            _database: database,
        }
    }

    async fn ask(&self, request: Request<Body>) -> Page {
        let response = tuermer::web::router(self.context.clone())
            .oneshot(request)
            .await
            .unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 4 << 20).await.unwrap();
        Page {
            status,
            headers,
            bytes: bytes.len(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&self, path: &str) -> Page {
        self.ask(
            Request::get(path)
                .header(header::ACCEPT_LANGUAGE, "de")
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// Bytes on the wire.
    async fn gzipped(&self, path: &str) -> usize {
        self.ask(
            Request::get(path)
                .header(header::ACCEPT_ENCODING, "gzip")
                .body(Body::empty())
                .unwrap(),
        )
        .await
        .bytes
    }

    async fn post(&self, path: &str, site: &str, form: &str) -> Page {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        self.ask(request.body(Body::from(form.to_string())).unwrap())
            .await
    }

    async fn number(&self, sql: &str) -> i64 {
        self.context
            .store
            .read_one(sql, Vec::new())
            .await
            .unwrap()
            .unwrap()
            .int(0)
            .unwrap()
    }

    /// Rows of every table.
    async fn rows(&self) -> Vec<(String, i64)> {
        let mut tables: Vec<String> = self
            .context
            .store
            .database
            .columns()
            .await
            .unwrap()
            .into_iter()
            .map(|(table, _)| table)
            .collect();
        tables.dedup();
        let mut rows = Vec::new();
        for table in tables {
            rows.push((
                table.clone(),
                self.number(&format!("SELECT COUNT(*) FROM {table}")).await,
            ));
        }
        rows
    }

    async fn last(&self) -> Option<(Answer, Option<bool>)> {
        let given = self
            .context
            .store
            .last_answer(&ThreatId("t".into()), &OrganisationId("o0001".into()))
            .await
            .unwrap();
        given.map(|given| (given.said.answer, given.said.cloud))
    }
}

impl Page {
    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(
                self.text.contains(word),
                "{word:?} is not in:\n{}",
                self.text
            );
        }
        self
    }

    #[track_caller]
    fn never_says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(!self.text.contains(word), "{word:?} is in:\n{}", self.text);
        }
        self
    }

    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn filled(data: &Path, url: String) -> Context {
    let mut config = Config::default();
    config.mail.transport = Transport::Folder;
    config.store.url = url;
    config.tiles = CITIES
        .iter()
        .zip(0_u32..)
        .map(|(name, index)| Tile {
            name: (*name).into(),
            column: index % 3,
            row: index / 3,
        })
        .collect();
    let clock = Clock::simulated(at("2021-03-08T09:00:00Z"));
    let context = tuermer::cli::init::create(
        &Home(data.to_path_buf()),
        config,
        false,
        clock,
        Random::seeded(9),
    )
    .await
    .unwrap();
    let mut open = context.store.begin().await.unwrap();
    for statement in [
        "INSERT INTO account (name, role, created_at) VALUES ('k.weber', 'officer', 0), ('m.lang', 'approver', 0)",
        "INSERT INTO threat (id, tracking_id, revision, title, publisher, category, published_at, released_at, seen_at, matched_at, tlp, level, withdrawn, exploited, document_sha256, changed_at, facts_revision, assessed_revision)
         VALUES ('t', 'T-1', '1', 'Exchange', 'Microsoft', 'csaf_base', 1614722400000000, 1614722400000000, 1614755520000000, 1614755640000000, 'TLP:CLEAR', '4', FALSE, TRUE, 'd', 0, 1, 1)",
        "INSERT INTO approval (warning_number, content_hash, submitted_by, approved_by, audience, approved_at, mac) VALUES ('W-2021-007', 'h', 'k.weber', 'm.lang', 1, 1614757260000000, '')",
        "INSERT INTO warning (number, year, sequence, threat_id, threat_revision, message_type, level, urgency, state, submitted_by, approved_by, content_hash, approved_hash, audience, drafted_at, submitted_at, approved_at, started_at)
         VALUES ('W-2021-007', 2021, 7, 't', '1', 'alert', '4', 'today', 'done', 'k.weber', 'm.lang', 'h', 'h', 1, 1614755700000000, 1614755700000000, 1614757260000000, 1614757320000000)",
        "INSERT INTO warning (number, year, sequence, threat_id, threat_revision, message_type, level, urgency, state, audience, drafted_at)
         VALUES ('W-2021-008', 2021, 8, 't', '1', 'update', '4', 'today', 'draft', 0, 1614957260000000)",
    ] {
        if statement.starts_with("INSERT INTO threat") {
            let document = "INSERT INTO document (sha256, kind, source, received_at, size, bytes, state, reason) VALUES ('d', 'csaf', '', 0, 2, $1, 'accepted', '')";
            open.run(document, values![b"{}".to_vec()]).await.unwrap();
        }
        open.run(statement, Vec::new()).await.unwrap();
    }
    let text = "INSERT INTO warning_text (warning_number, language, headline, preheader, product, say, otherwise, afterwards, not_affected, what_happened, identifiers, versions, talk)
        VALUES ($1, $2, $3, '', 'Microsoft Exchange', $4, $5, $6, $7, $8, 'CVE-2021-26855, CVE-2021-26857, CVE-2021-26858, CVE-2021-27065 · KB5000871', 'Exchange 2013 CU23, 2016 CU18/CU19, 2019 CU7/CU8', $9)";
    for number in ["W-2021-007", "W-2021-008"] {
        let de = values![
            number,
            "de",
            "Microsoft Exchange: heute noch Update einspielen lassen",
            "Bitte spielen Sie heute das Exchange-Update vom 2. März ein und suchen Sie nach Einbruchsspuren.",
            "Geht das heute nicht? Dann lassen Sie den Zugang aus dem Internet sperren. E-Mails kommen weiter an. Nur der Zugriff von außen (Handy, Web, Outlook zu Hause) fällt so lange aus.",
            "Lassen Sie auch nach dem Update nach Spuren suchen. Das Update schließt die Tür. Wer schon im Haus ist, bleibt drin.",
            "Nicht betroffen sind Sie, wenn Ihre Postfächer nur bei Microsoft 365 oder bei einem Mail-Anbieter liegen.",
            "Angreifer nutzen Sicherheitslücken in Microsoft Exchange aus. Microsoft hat am 2. März ein Update veröffentlicht.",
            "IT-Sicherheitstalk, online, Donnerstag, 11. März, 14:00 Uhr, kostenlos."
        ];
        let en = values![
            number,
            "en",
            "Microsoft Exchange: have the update installed today",
            "Please install the Exchange update of 2 March today and look for traces of a break-in.",
            "Not possible today? Then have the access from the internet blocked.",
            "Have them look for traces after the update, too.",
            "You are not affected if your mailboxes are only at Microsoft 365.",
            "Attackers use holes in Microsoft Exchange.",
            ""
        ];
        open.run(text, de).await.unwrap();
        open.run(text, en).await.unwrap();
    }
    companies(&mut open).await;
    open.commit().await.unwrap();
    context
}

/// Every third company is closed: half of those measured, half by their own word.
async fn companies(open: &mut tuermer::store::ground::engine::Transaction) {
    let mut number = 0_i64;
    let start = at("2021-03-03T07:42:00Z").as_microsecond();
    for (city, still) in CITIES.iter().zip(OPEN) {
        for index in 0..still + 14 {
            number += 1;
            let id = format!("o{number:04}");
            let name = if number == 1 {
                "Müller & <b>Söhne</b> GmbH".to_string()
            } else {
                format!("Firma {number} GmbH")
            };
            let organisation = "INSERT INTO organisation (id, kind, external_id, name, street, postcode, city, country, sector, size_class, language, changed_at, facts_revision, assessed_revision)
                VALUES ($1, 'member', $2, $3, '', '', $4, 'DE', '', '', 'de', 0, 1, 1)";
            open.run(
                organisation,
                values![&id, format!("M{number}"), &name, *city],
            )
            .await
            .unwrap();
            let asset =
                "INSERT INTO asset (id, organisation_id, vendor, product, product_key, version, hostname, source, observed_at, note, presence, changed_at)
                VALUES ($1, $2, 'Microsoft', 'Exchange Server 2016', 'microsoft/exchange server', '', '', 'register', 0, '', 'on_premises', 0)";
            open.run(asset, values![format!("a{number}"), &id])
                .await
                .unwrap();
            let closed_at = start + i64::try_from(index).unwrap() * 6 * 3_600_000_000;
            let (status, measured, seen) = if index < still {
                ("affected", false, 1_614_949_800_000_000)
            } else {
                ("fixed", index % 2 == 0, closed_at)
            };
            let verdict = "INSERT INTO verdict (threat_id, number, status, certainty, mitigated, incident, severity, urgency, urgency_row, urgency_flaw, urgency_inputs, reason, question, product, version, source, measured)
                VALUES ('t', $1, $2, 'likely', FALSE, FALSE, '4', 'today', '', '', '', '', '', 'Exchange Server 2016', '', '', $3)";
            open.run(verdict, values![number, status, measured])
                .await
                .unwrap();
            let flaw = "INSERT INTO verdict_match (threat_id, number, position, vulnerability, status, certainty, remediation) VALUES ('t', $1, 0, 'CVE-2021-26855', 'affected', 'likely', 'not_remediated')";
            open.run(flaw, values![number]).await.unwrap();
            let standing = "INSERT INTO standing (threat_id, organisation_id, verdict, asset_id, observed_at, assessed_at, digest) VALUES ('t', $1, $2, $3, $4, 0, 0)";
            open.run(standing, values![&id, number, format!("a{number}"), seen])
                .await
                .unwrap();
            let token = if number == 1 {
                TOKEN.to_string()
            } else {
                format!("token {number}")
            };
            let recipient = "INSERT INTO recipient (warning_number, organisation_id, external_id, name, language, status, certainty, incident, reason, question, seen_at, provider_name, provider_phone, ways, token_hash)
                VALUES ($1, $2, $3, $4, 'de', 'affected', 'likely', FALSE, 'Unter mail.musterbau.example antwortet ein Exchange-Server ohne das Update vom 2. März.', '', 1614949800000000, 'Muster-IT GmbH', '+4927100000', '[]', $5)";
            open.run(
                recipient,
                values![
                    "W-2021-007",
                    &id,
                    format!("M{number}"),
                    &name,
                    sha256(token.as_bytes())
                ],
            )
            .await
            .unwrap();
            if number == 1 {
                open.run(
                    recipient,
                    values!["W-2021-008", &id, "M1", &name, sha256(b"draft token")],
                )
                .await
                .unwrap();
            }
            let delivery = "INSERT INTO delivery (id, warning_number, organisation_id, channel, round, point_id, address, state, attempts, unsure_count, hold_until, message_id, at, detail)
                VALUES ($1, 'W-2021-007', $2, 'folder', 1, '', '', 'sent', 1, 0, 0, $1, $3, '')";
            open.run(
                delivery,
                values![format!("d{number}"), &id, start + number * 20_000_000],
            )
            .await
            .unwrap();
            if status == "fixed" && !measured {
                let answer = "INSERT INTO answer (id, warning_number, threat_id, organisation_id, answer, said_by, at) VALUES ($1, 'W-2021-007', 't', $2, 'done', 'member', $3)";
                open.run(answer, values![format!("x{number}"), &id, closed_at])
                    .await
                    .unwrap();
            }
        }
    }
}

fn own_page() -> String {
    format!("/w/W-2021-007?t={TOKEN}")
}

#[tokio::test]
async fn the_own_link_says_who_why_and_what_to_do() {
    let world = World::new().await;
    let page = world.get(&own_page()).await.is(200);
    let page = page.says(&[
        "Stufe 4 von 4 · rot",
        "<h1>Microsoft Exchange: heute noch Update einspielen lassen</h1>",
        "Die Müller &#38; &#60;b&#62;Söhne&#60;/b&#62; GmbH ist vermutlich betroffen.",
        "Grund: Unter mail.musterbau.example antwortet ein Exchange-Server ohne das Update vom 2. März. Gesehen: 5. März, 14:10 Uhr.",
        "Was Sie heute tun sollten",
        "href=\"tel:+4927100000\"",
        "<strong>Geht das heute nicht?</strong> Dann",
        "value=\"done\"",
        "value=\"in_progress\"",
        "value=\"not_us\"",
        "value=\"help\"",
        "Nicht betroffen sind Sie",
        "IT-Sicherheitstalk",
    ]);
    assert_eq!(page.text.matches("<details>").count(), 4);
    let page = page.never_says(&["<script", "<b>Söhne", "style=", "http://", "https://"]);
    let policy = page.headers.get(header::CONTENT_SECURITY_POLICY).unwrap();
    assert_eq!(
        policy,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        assert_eq!(page.headers.get(&name).unwrap(), value, "{name}");
    }
    let css = page
        .text
        .split('"')
        .find(|part| part.starts_with("/app-"))
        .unwrap()
        .to_string();
    let style = world.get(&css).await.is(200);
    assert!(
        style
            .headers
            .get(header::CACHE_CONTROL)
            .unwrap()
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

#[tokio::test]
async fn without_a_valid_link_there_are_no_names_and_no_hint() {
    let world = World::new().await;
    let public = world
        .get("/w/W-2021-007")
        .await
        .is(200)
        .says(&["Sind Sie betroffen?"])
        .never_says(&["Söhne", "Muster-IT", "mail.musterbau", "<form"]);
    for wrong in [
        "?t=wrong",
        "?t=",
        &format!("?t={TOKEN}x"),
        "?t=token%202%27%20OR%201=1",
        &format!("?t={}", "a".repeat(5000)),
    ] {
        let page = world.get(&format!("/w/W-2021-007{wrong}")).await;
        assert_eq!(
            (page.status, &page.text),
            (public.status, &public.text),
            "{wrong}"
        );
    }
    world
        .get("/w/W-2021-007?haus=nein")
        .await
        .is(200)
        .says(&["Sie sind nicht betroffen."]);
    world
        .get("/w/W-2021-007?haus=ja&update=offen")
        .await
        .is(200)
        .says(&["Sie sind vermutlich betroffen."]);
    world
        .get("/w/W-2021-007?lang=en")
        .await
        .is(200)
        .says(&["lang=\"en\"", "Are you affected?"]);
}

#[tokio::test]
async fn what_two_people_have_not_released_does_not_exist() {
    let world = World::new().await;
    for path in [
        "/w/W-2021-008",
        "/w/W-2021-008?t=draft%20token",
        "/w/W-2021-008/antwort?t=draft%20token",
        "/w/W-1999-001",
        "/w/%27",
        "/nirgends",
        "/demo/post",
    ] {
        world
            .get(path)
            .await
            .is(404)
            .says(&["Diese Seite gibt es nicht"])
            .never_says(&["Söhne"]);
    }
    world
        .post(
            "/w/W-2021-008/antwort",
            "same-origin",
            "t=draft%20token&antwort=done",
        )
        .await
        .is(404);
    assert_eq!(world.last().await, None);
    // A warning that is only for named readers has no public page, but its own links work.
    let mut open = world.context.store.begin().await.unwrap();
    open.run(
        "UPDATE threat SET tlp = 'TLP:AMBER' WHERE id = 't'",
        Vec::new(),
    )
    .await
    .unwrap();
    open.commit().await.unwrap();
    world.get("/w/W-2021-007").await.is(404);
    world.get(&own_page()).await.is(200);
    world
        .get("/lage")
        .await
        .is(200)
        .says(&["Zurzeit keine Warnung"])
        .never_says(&["Microsoft"]);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let world = World::new().await;
    let before = world.rows().await;
    assert!(
        before
            .iter()
            .any(|(table, rows)| table == "recipient" && *rows > 100),
        "{before:?}"
    );
    let revision = world
        .number("SELECT CAST(SUM(facts_revision) AS BIGINT) FROM organisation")
        .await;
    for path in [
        own_page().as_str(),
        &format!("/w/W-2021-007/antwort?t={TOKEN}"),
        &format!("/w/W-2021-007/antwort?t={TOKEN}&antwort=done"),
        &format!("{}&antwort=done&a=done", own_page()),
        &format!("/w/W-2021-007/zurueck?t={TOKEN}"),
        "/lage",
        "/lage/kurve.svg",
        "/lage/gemeinden.csv",
        "/hilfe",
        "/impressum",
        "/datenschutz",
        "/barrierefreiheit",
        "/gesund",
        "/",
        "/warnung",
    ] {
        world.get(path).await;
        world
            .ask(Request::head(path).body(Body::empty()).unwrap())
            .await;
    }
    assert_eq!(world.rows().await, before);
    assert_eq!(
        world
            .number("SELECT CAST(SUM(facts_revision) AS BIGINT) FROM organisation")
            .await,
        revision
    );
}

#[tokio::test]
async fn an_answer_arrives_once_and_can_be_taken_back_for_ten_minutes() {
    let world = World::new().await;
    let form = format!("t={TOKEN}&antwort=done");
    for _ in 0..2 {
        let page = world
            .post("/w/W-2021-007/antwort", "same-origin", &form)
            .await
            .is(303);
        assert_eq!(page.location(), format!("/w/W-2021-007/antwort?t={TOKEN}"));
        world.pass(1);
    }
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM answer WHERE organisation_id = 'o0001'")
            .await,
        1
    );
    assert_eq!(
        world
            .number("SELECT facts_revision FROM organisation WHERE id = 'o0001'")
            .await,
        2
    );
    let page = world
        .get(&format!("/w/W-2021-007/antwort?t={TOKEN}"))
        .await
        .is(200)
        .says(&["Ihre Antwort ist angekommen", "Erledigt", "zurücknehmen"]);
    world
        .get(&own_page())
        .await
        .says(&["Ihre letzte Antwort: Erledigt"]);
    let id = page
        .text
        .split("name=\"id\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_string();
    let undo = format!("t={TOKEN}&id={id}");
    // Another company's link cannot take it back.
    world
        .post(
            "/w/W-2021-007/zurueck",
            "same-origin",
            &format!("t=token%202&id={id}"),
        )
        .await;
    assert_eq!(world.last().await, Some((Answer::Done, None)));
    for _ in 0..2 {
        world
            .post("/w/W-2021-007/zurueck", "same-origin", &undo)
            .await
            .is(303);
        assert_eq!(world.last().await, None);
    }
    assert_eq!(
        world
            .number("SELECT facts_revision FROM organisation WHERE id = 'o0001'")
            .await,
        3
    );
    world
        .post("/w/W-2021-007/antwort", "same-origin", &form)
        .await
        .is(303);
    let given = world
        .context
        .store
        .last_answer(&ThreatId("t".into()), &OrganisationId("o0001".into()))
        .await
        .unwrap()
        .unwrap();
    world.pass(11);
    world
        .get(&format!("/w/W-2021-007/antwort?t={TOKEN}"))
        .await
        .never_says(&["zurücknehmen</button>"]);
    world
        .post(
            "/w/W-2021-007/zurueck",
            "same-origin",
            &format!("t={TOKEN}&id={}", given.id),
        )
        .await
        .is(409)
        .says(&["Das geht nicht mehr"]);
    assert_eq!(world.last().await, Some((Answer::Done, None)));
}

#[tokio::test]
async fn not_us_becomes_a_fact_and_help_becomes_a_task() {
    let world = World::new().await;
    let cloud = "SELECT COUNT(*) FROM asset WHERE organisation_id = 'o0001' AND presence = 'cloud' AND source = 'member' AND product_key = 'microsoft/exchange server'";
    let tasks = "SELECT COUNT(*) FROM task WHERE kind = 'help' AND organisation_id = 'o0001' AND done_at IS NULL";
    world
        .post(
            "/w/W-2021-007/antwort",
            "same-origin",
            &format!("t={TOKEN}&antwort=not_us"),
        )
        .await
        .is(303);
    assert_eq!(world.number(cloud).await, 0);
    world
        .get(&format!("/w/W-2021-007/antwort?t={TOKEN}"))
        .await
        .says(&["Wir nutzen den Cloud-Dienst", "Das haben wir nicht"]);
    world.pass(1);
    world
        .post(
            "/w/W-2021-007/antwort",
            "same-origin",
            &format!("t={TOKEN}&antwort=not_us&cloud=ja"),
        )
        .await
        .is(303);
    assert_eq!(
        (world.number(cloud).await, world.last().await),
        (1, Some((Answer::NotUs, Some(true))))
    );
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM answer WHERE organisation_id = 'o0001'")
            .await,
        1
    );
    // Another answer contradicts the fact, so the fact goes.
    world
        .post(
            "/w/W-2021-007/antwort",
            "same-origin",
            &format!("t={TOKEN}&antwort=help"),
        )
        .await
        .is(303);
    assert_eq!(
        (world.number(cloud).await, world.number(tasks).await),
        (0, 1)
    );
    world
        .get(&format!("/w/W-2021-007/antwort?t={TOKEN}"))
        .await
        .says(&["Wir rufen Sie an", "tel:"]);
    let given = world
        .context
        .store
        .last_answer(&ThreatId("t".into()), &OrganisationId("o0001".into()))
        .await
        .unwrap()
        .unwrap();
    world
        .post(
            "/w/W-2021-007/zurueck",
            "same-origin",
            &format!("t={TOKEN}&id={}", given.id),
        )
        .await
        .is(303);
    assert_eq!(
        (world.number(cloud).await, world.number(tasks).await),
        (1, 0),
        "the answer before counts again"
    );
}

#[tokio::test]
async fn a_provider_may_answer_and_foreign_sites_may_not() {
    let world = World::new().await;
    for (site, form, status) in [
        ("cross-site", format!("t={TOKEN}&antwort=done"), 403),
        ("same-origin", format!("t={TOKEN}&antwort=maybe"), 400),
        ("same-origin", "antwort=done".into(), 404),
    ] {
        world
            .post("/w/W-2021-007/antwort", site, &form)
            .await
            .is(status);
        assert_eq!(world.last().await, None, "{site} {form}");
    }
    let long = format!("t={TOKEN}&antwort={}", "x".repeat(300_000));
    world
        .post("/w/W-2021-007/antwort", "same-origin", &long)
        .await
        .is(413);
    let link = Actor::Link {
        organisation: OrganisationId("o0001".into()),
        warning: WarningNumber("W-2021-007".into()),
    };
    tuermer::acts::answer::record(
        &world.context,
        &link,
        Answer::InProgress,
        None,
        Source::Provider,
    )
    .await
    .unwrap();
    world
        .get(&own_page())
        .await
        .says(&["Laut Ihrem IT-Betreuer: Wird gerade gemacht"]);
    let all = world
        .context
        .store
        .answers_for(&ThreatId("t".into()))
        .await
        .unwrap();
    assert_eq!(
        all.iter()
            .filter(|said| said.by == Source::Provider)
            .count(),
        1
    );
}

#[tokio::test]
async fn the_situation_counts_and_hides() {
    let world = World::new().await;
    let page = world.get("/lage").await.is(200);
    let page = page.says(&[
        "Lage am Montag, 8. März 2021",
        "W-2021-007",
        "role=\"img\"",
        "<desc",
        "unter 5",
        "von 44 offen",
    ]);
    // Dornfeld's 3 and, because the total would give it away, the next smallest, Eichtal's 9.
    let page = page.never_says(&[">3<", ">9<", "Söhne", "<script", "style="]);
    assert!(page.text.contains("<th scope=\"row\">Dornfeld</th><td class=\"num\">unter 5</td><td class=\"num\">unter 5</td>"), "{}", page.text);
    let csv = world.get("/lage/gemeinden.csv").await.is(200).says(&[
        "Auberg;30;44\n",
        "Dornfeld;unter 5;unter 5\n",
        "Eichtal;unter 5;unter 5\n",
    ]);
    assert_eq!(
        csv.headers.get(header::CONTENT_TYPE).unwrap(),
        "text/csv; charset=utf-8"
    );
    for file in ["kurve", "trichter", "gemeinden", "zeit"] {
        world
            .get(&format!("/lage/{file}.svg?lang=en"))
            .await
            .is(200)
            .says(&[
                "<svg xmlns=\"http://www.w3.org/2000/svg\"",
                "<title",
                "<style>",
                "</svg>",
            ]);
    }
    world.get("/lage/andere.svg").await.is(404);
    world.get("/lage/kurve.exe").await.is(404);
    let picture = world
        .context
        .store
        .picture(&ThreatId("t".into()))
        .await
        .unwrap();
    let counts = [
        picture.members,
        picture.with_product,
        picture.affected,
        picture.warned,
        picture.delivered,
        picture.answered,
        picture.fixed_reported,
        picture.fixed_measured,
        picture.needs_help,
    ];
    // Fourteen closed in each of six towns, every second one measured.
    assert_eq!(counts, [162, 162, 78, 162, 162, 42, 42, 42, 0]);
    let clock = picture.clock;
    assert_eq!(clock.first_sent.unwrap(), at("2021-03-03T07:42:20Z"));
    assert_eq!(clock.p50_delivered.unwrap(), at("2021-03-03T08:09:00Z"));
    assert_eq!(clock.p90_delivered.unwrap(), at("2021-03-03T08:30:40Z"));
    let curve = world
        .context
        .store
        .patch_curve(&ThreatId("t".into()))
        .await
        .unwrap();
    assert_eq!(
        (
            curve.base,
            curve.warnings.len(),
            curve.points.last().unwrap().measured,
            curve.points.last().unwrap().told
        ),
        (162, 1, 42, 84)
    );
    assert!(
        curve
            .points
            .is_sorted_by(|a, b| a.at < b.at && a.measured <= b.measured && a.told <= b.told)
    );
}

#[tokio::test]
async fn pages_are_small() {
    let world = World::new().await;
    let css = world.gzipped(&tuermer::web::layout::STYLESHEET_PATH).await;
    for (path, most) in [
        (own_page().as_str(), 14_000),
        ("/w/W-2021-007", 14_000),
        ("/lage", 25_000),
        (format!("/w/W-2021-007/antwort?t={TOKEN}").as_str(), 14_000),
    ] {
        let page = world.gzipped(path).await;
        println!("{path}: {page} B + {css} B of style");
        assert!(page + css <= most, "{path}: {page} + {css} bytes");
    }
    // One stylesheet and no other thing to fetch.
    let page = world.get(&own_page()).await;
    assert_eq!(
        (
            page.text.matches("<link rel=\"stylesheet\"").count(),
            page.text.matches("src=").count()
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn the_demo_says_so_and_shows_its_mails() {
    let mut world = World::new().await;
    world.context.demo = true;
    std::fs::write(
        world.context.home.outbox().join("0af3.eml"),
        "To: a@example.org\r\nSubject: x\r\n\r\n<b>Hallo</b>",
    )
    .unwrap();
    for path in ["/lage", "/hilfe", "/nirgends", &own_page()] {
        world
            .get(path)
            .await
            .says(&["DEMO – nichts wird verschickt"]);
    }
    world
        .get("/demo/post")
        .await
        .is(200)
        .says(&["a@example.org", "/demo/post/0af3.eml"]);
    world
        .get("/demo/post/0af3.eml")
        .await
        .is(200)
        .says(&["&#60;b&#62;Hallo"]);
    for path in [
        "/demo/post/..%2Ftuermer.toml",
        "/demo/post/..%2Fkeys%2Finstance.key",
        "/demo/post/ffff.eml",
        "/demo/post/.eml",
    ] {
        world.get(path).await.is(404);
    }
    world.context.demo = false;
    world.context.drill = true;
    world.get("/lage").await.says(&["ÜBUNG", "class=\"drill\""]);
}
