//! The pages after sign-in, told as scripts: who may see and do what, and that nothing is done by looking.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::support;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use jiff::SignedDuration;
use tower::ServiceExt as _;
use tuermer::acts::account::hash_password;
use tuermer::config::{Config, Home, Transport};
use tuermer::random::Random;
use tuermer::{clock::Clock, context::Context};
use tuermer_core::rights::Role;

/// Password of every account of these tests.
pub(crate) const PASSWORD: &str = "vier zufaellige woerter";

/// A data directory with its pages, and the browser of one person.
pub(crate) struct Desk {
    pub(crate) context: Context,
    _directory: tempfile::TempDir,
}

/// What a page answered.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) cookie: String,
    pub(crate) text: String,
}

impl Page {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(
            self.text.contains(words),
            "{words:?} is not in:\n{}",
            self.text
        );
        self
    }

    #[track_caller]
    pub(crate) fn leads_to(self, path: &str) -> Self {
        assert_eq!(
            (self.status.as_u16(), self.location.as_str()),
            (303, path),
            "{}",
            self.text
        );
        self
    }
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.mail.transport = Transport::Folder;
        let clock = Clock::simulated("2021-03-03T08:00:00Z".parse().unwrap());
        let home = Home(directory.path().join("data"));
        let context = tuermer::cli::init::create(&home, config, true, clock, Random::seeded(7))
            .await
            .unwrap();
        Self {
            context,
            _directory: directory,
        }
    }

    pub(crate) async fn account(&self, name: &str, role: Role) {
        let hash = hash_password(&self.context, PASSWORD).unwrap();
        self.context
            .store
            .add_account(self.context.now(), name, role, Some(hash), "system")
            .await
            .unwrap();
    }

    /// The cookie of a signed-in account.
    pub(crate) async fn signed_in(&self, name: &str) -> String {
        support::signed_in(&self.context, name).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Page {
        let response: Response<Body> = tuermer::web::router(self.context.clone())
            .oneshot(request)
            .await
            .unwrap();
        let header = |name| {
            response
                .headers()
                .get(name)
                .map_or(String::new(), |value| value.to_str().unwrap().to_string())
        };
        let (status, location, cookie) = (
            response.status(),
            header(header::LOCATION),
            header(header::SET_COOKIE),
        );
        let bytes = to_bytes(response.into_body(), 4 << 20).await.unwrap();
        Page {
            status,
            location,
            cookie,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Page {
        let request = Request::get(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT_LANGUAGE, "en")
            .body(Body::empty())
            .unwrap();
        self.ask(request).await
    }

    pub(crate) async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Page {
        let form = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form))
            .unwrap();
        self.ask(request).await
    }

    pub(crate) fn pass(&self, minutes: i64) {
        self.context.clock.set(
            self.context
                .now()
                .checked_add(SignedDuration::from_mins(minutes))
                .unwrap(),
        );
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn token_of(link: &str) -> &str {
    link.split_once('#').unwrap().1
}

#[tokio::test]
async fn a_set_up_link_works_once_and_for_an_hour() {
    let desk = Desk::new().await;
    let late = support::setup_link(&desk.context, None).await;
    desk.pass(61);
    desk.post("/einrichten", "", &[("token", token_of(&late))])
        .await
        .expect(422)
        .says("not valid");
    let link = support::setup_link(&desk.context, None).await;
    desk.get("/einrichten", "")
        .await
        .expect(200)
        .says("/einrichten.js");
    desk.post("/einrichten", "", &[("token", &link)])
        .await
        .expect(200)
        .says("The first account");
    let full = [
        ("token", token_of(&link)),
        ("name", "k.weber"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let mut short = full;
    short[2].1 = "kurz";
    desk.post("/einrichten", "", &short)
        .await
        .expect(422)
        .says("too short")
        .says("differ");
    let page = desk.post("/einrichten", "", &full).await.leads_to("/heute");
    assert!(
        page.cookie.contains("HttpOnly; SameSite=Strict"),
        "{}",
        page.cookie
    );
    let session = page.cookie.split(';').next().unwrap();
    desk.get("/heute", session)
        .await
        .expect(200)
        .says("Nothing needs a decision");
    desk.post("/einrichten", "", &full)
        .await
        .expect(422)
        .says("not valid");
    assert_eq!(
        desk.context.store.accounts().await.unwrap()[0].role,
        Role::Administrator
    );
    // A second first link is worth nothing once somebody can sign in.
    let second = support::setup_link(&desk.context, None).await;
    desk.post("/einrichten", "", &[("token", token_of(&second))])
        .await
        .expect(422);
}

#[tokio::test]
async fn an_invited_account_sets_its_password_and_old_sessions_end() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Administrator).await;
    desk.context
        .store
        .add_account(
            desk.context.now(),
            "m.klein",
            Role::Approver,
            None,
            "k.weber",
        )
        .await
        .unwrap();
    let link = support::setup_link(&desk.context, Some("m.klein")).await;
    desk.post("/einrichten", "", &[("token", token_of(&link))])
        .await
        .expect(200)
        .says("<strong>m.klein</strong>");
    let full = [
        ("token", token_of(&link)),
        ("name", "k.weber"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    desk.post("/einrichten", "", &full).await.leads_to("/heute");
    assert!(
        desk.context
            .store
            .accounts()
            .await
            .unwrap()
            .iter()
            .any(|a| a.name == "m.klein" && a.active && a.role == Role::Approver)
    );
    let old = desk.signed_in("m.klein").await;
    let link = support::setup_link(&desk.context, Some("m.klein")).await;
    let again = [
        ("token", token_of(&link)),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    desk.post("/einrichten", "", &again)
        .await
        .leads_to("/heute");
    desk.get("/heute", &old).await.leads_to("/anmelden");
}

#[tokio::test]
async fn strangers_are_sent_to_the_door() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    for (path, door) in [
        ("/heute", "/anmelden"),
        (
            "/warnung/W-2021-001",
            "/anmelden?weiter=%2Fwarnung%2FW-2021-001",
        ),
        ("/mitglieder", "/anmelden?weiter=%2Fmitglieder"),
    ] {
        desk.get(path, "").await.leads_to(door);
        desk.get(path, "tuermer_session=wrong").await.leads_to(door);
    }
    let wrong = [("name", "k.weber"), ("password", "falsch falsch falsch")];
    desk.post("/anmelden", "", &wrong)
        .await
        .expect(422)
        .says("Name or password is wrong");
    desk.post(
        "/anmelden",
        "",
        &[("name", "nobody"), ("password", PASSWORD)],
    )
    .await
    .expect(422)
    .says("Name or password is wrong");
    let right = [
        ("name", "k.weber"),
        ("password", PASSWORD),
        ("weiter", "/warnung/W-2021-001"),
    ];
    let page = desk
        .post("/anmelden", "", &right)
        .await
        .leads_to("/warnung/W-2021-001");
    let session = page.cookie.split(';').next().unwrap().to_string();
    let foreign = [
        ("name", "k.weber"),
        ("password", PASSWORD),
        ("weiter", "//evil.example/"),
    ];
    desk.post("/anmelden", "", &foreign)
        .await
        .leads_to("/heute");
    desk.get("/heute", &session).await.expect(200);
    desk.post("/abmelden", &session, &[])
        .await
        .leads_to("/anmelden");
    desk.get("/heute", &session).await.leads_to("/anmelden");
    // Somebody who guesses must wait, even with the right password at last.
    for _ in 0..10 {
        desk.post("/anmelden", "", &wrong).await.expect(422);
    }
    desk.post("/anmelden", "", &right)
        .await
        .expect(422)
        .says("Too many failed attempts");
    desk.pass(16);
    desk.post("/anmelden", "", &right).await.expect(303);
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    let session = desk.signed_in("k.weber").await;
    let request = Request::post("/abmelden")
        .header(header::COOKIE, &session)
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty())
        .unwrap();
    assert_eq!(desk.ask(request).await.status, StatusCode::FORBIDDEN);
    desk.get("/heute", &session).await.expect(200);
}

/// Members with an Exchange build each; the first one's name tries to be a script.
const MEMBERS: &str = "external_id,name,street,postcode,city,country,language,contact_name,email,phone\n\
    M-1,<script>alert(1)</script> GmbH,Weg 1,57072,Siegen,DE,de,Anna Alt,anna@alt.example,+49 271 1234567\n\
    M-2,Beta <b>AG</b>,Weg 2,57072,Siegen,DE,en,Bea Beta,bea@beta.example,+49 271 1234568\n\
    M-3,Gamma KG,Weg 3,57462,Olpe,DE,de,,,\n\
    M-4,Delta OHG,Weg 4,57462,Olpe,DE,de,Dora Delta,dora@delta.example,\n";
const INVENTORY: &str = "external_id,vendor,product,version,build,hostname,source,observed_at,note\n\
    M-1,Microsoft,Exchange Server 2016,CU19,15.1.2176.2,mail,provider,2021-02-20,\n\
    M-2,Microsoft,Exchange Server 2016,CU19,15.1.2176.2,mail,provider,2021-02-20,\n\
    M-3,Microsoft,Exchange Server 2016,,,mail,provider,2021-02-20,\n\
    M-4,Microsoft,Exchange Server 2016,CU19,15.1.2176.9,mail,provider,2021-03-03,\n";

/// What the officer types on 3 March 2021.
const STATEMENT: [(&str, &str); 8] = [
    (
        "title",
        "Microsoft Exchange Server: Lücken werden angegriffen",
    ),
    ("product", "Microsoft Exchange Server"),
    ("vendor", "Microsoft"),
    ("cves", "CVE-2021-26855, CVE-2021-27065"),
    ("source_url", "https://msrc.example/blog"),
    ("source_time", "2021-03-02T23:00"),
    ("level", "4"),
    ("exploited", "ja"),
];

/// What an approver sends.
fn release<'a>(count: &'a str, hash: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("count", count),
        ("content_hash", hash),
        ("password", password),
    ]
}

impl Desk {
    /// A desk with an officer, a second officer, an approver, four members and a threat stated by form.
    pub(crate) async fn with_threat() -> (Self, String) {
        let desk = Self::new().await;
        desk.account("k.weber", Role::Officer).await;
        desk.account("j.brandt", Role::Officer).await;
        desk.account("m.klein", Role::Approver).await;
        desk.import("members", MEMBERS);
        desk.import("inventory", INVENTORY);
        let officer = desk.signed_in("k.weber").await;
        let page = desk
            .post("/meldung/neu", &officer, &STATEMENT)
            .await
            .expect(303);
        tuermer::stations::run_all(&desk.context).await.unwrap();
        (desk, page.location)
    }

    /// Imports through the binary, beside the open pages, as an administrator does.
    pub(crate) fn import(&self, kind: &str, content: &str) {
        let file = self.context.home.0.with_file_name(format!("{kind}.csv"));
        std::fs::write(&file, content).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tuermer"))
            .arg("--data")
            .arg(&self.context.home.0)
            .args([
                "--at",
                "2021-03-03T08:00:00Z",
                "--lang",
                "en",
                "import",
                kind,
            ])
            .arg(&file)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// The threat drafted and submitted by `k.weber`: path of the warning, and the hash on its page.
    pub(crate) async fn submitted(&self, threat: &str) -> (String, String) {
        let officer = self.signed_in("k.weber").await;
        let warning = self
            .post(&format!("{threat}/entwurf"), &officer, &[])
            .await
            .expect(303)
            .location;
        self.post(&format!("{warning}/einreichen"), &officer, &[])
            .await
            .leads_to(&warning);
        (warning.clone(), self.hash(&warning).await)
    }

    /// The hash of what an approver sees.
    pub(crate) async fn hash(&self, warning: &str) -> String {
        let approver = self.signed_in("m.klein").await;
        let page = self.get(warning, &approver).await.expect(200);
        let mark = "name=\"content_hash\" value=\"";
        page.text
            .split_once(mark)
            .map_or(String::new(), |(_, rest)| {
                rest.split('"').next().unwrap().to_string()
            })
    }
}

#[tokio::test]
async fn a_threat_is_stated_by_form_and_errors_stand_at_their_fields() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    desk.account("m.klein", Role::Approver).await;
    let (officer, approver) = (
        desk.signed_in("k.weber").await,
        desk.signed_in("m.klein").await,
    );
    desk.get("/meldung/neu", &officer)
        .await
        .expect(200)
        .says("2021-03-03T09:00");
    desk.get("/meldung/neu", &approver).await.expect(403);
    desk.post("/meldung/neu", &approver, &STATEMENT)
        .await
        .expect(403);
    let empty = desk
        .post(
            "/meldung/neu",
            &officer,
            &[
                ("title", " "),
                ("source_time", "2031-01-01T00:00"),
                ("level", "9"),
            ],
        )
        .await
        .expect(422);
    empty
        .says("href=\"#title\"")
        .says("href=\"#product\"")
        .says("href=\"#source_url\"")
        .says("lie in the future")
        .says("href=\"#level-4\"");
    for (field, value, words) in [
        ("cves", "CVE-2021", "not a CVE number: CVE-2021"),
        ("source_url", "javascript:alert(1)", "must begin with https"),
        ("title", "", "in one line"),
    ] {
        let mut form = STATEMENT.to_vec();
        form.iter_mut()
            .filter(|(name, _)| *name == field)
            .for_each(|(_, old)| *old = value);
        desk.post("/meldung/neu", &officer, &form)
            .await
            .expect(422)
            .says(words)
            .says(&format!("href=\"#{field}\""))
            .says("Microsoft Exchange Server");
    }
    let threat = desk
        .post("/meldung/neu", &officer, &STATEMENT)
        .await
        .expect(303)
        .location;
    desk.get(&threat, &officer)
        .await
        .expect(200)
        .says("CVE-2021-26855")
        .says("Level 4")
        .says("already exploited");
    desk.get("/meldungen", &approver)
        .await
        .expect(200)
        .says("angegriffen");
}

#[tokio::test]
async fn names_from_files_are_text_and_never_markup() {
    let (desk, threat) = Desk::with_threat().await;
    let officer = desk.signed_in("k.weber").await;
    let (warning, _) = desk.submitted(&threat).await;
    let (why, progress) = (format!("{threat}/firma/M-1"), format!("{warning}/verlauf"));
    for path in [
        "/mitglieder",
        "/mitglieder?suche=%3Cscript%3E",
        "/mitglieder/M-1",
        &threat,
        &why,
        &warning,
        &progress,
        "/heute",
    ] {
        let page = desk.get(path, &officer).await.expect(200);
        assert!(!page.text.contains("<script>alert"), "{path}");
        assert!(!page.text.contains("Beta <b>"), "{path}");
    }
    desk.get("/mitglieder/M-1", &officer)
        .await
        .says("script&#62;alert(1)");
    desk.get(&format!("{threat}/firma/M-1"), &officer)
        .await
        .says("15.1.2176.2")
        .says("IT provider");
    let sample = desk
        .get(&format!("{warning}/muster/M-2"), &officer)
        .await
        .expect(200);
    assert!(!sample.text.contains("Beta <b>"), "{}", sample.text);
}

#[tokio::test]
async fn two_people_release_and_the_second_types_the_number() {
    let (desk, threat) = Desk::with_threat().await;
    let (officer, approver) = (
        desk.signed_in("k.weber").await,
        desk.signed_in("m.klein").await,
    );
    desk.get("/heute", &officer)
        .await
        .says("Threats without a warning")
        .says("2 affected · 1 undecided");
    desk.post(&format!("{threat}/entwurf"), &approver, &[])
        .await
        .expect(403);
    let (warning, hash) = desk.submitted(&threat).await;
    desk.get("/heute", &approver)
        .await
        .says("Waiting for your approval")
        .says("submitted by k.weber · 3 companies");
    desk.get("/heute", &officer)
        .await
        .says("Waiting for a second person");
    desk.get(&warning, &approver)
        .await
        .says("Real samples")
        .says("anna@alt.example")
        .says("is affected: <strong>2</strong>");
    let hash = hash.as_str();
    let path = format!("{warning}/freigeben");
    desk.post(&path, &officer, &release("3", hash, PASSWORD))
        .await
        .expect(422)
        .says("Whoever submits cannot approve");
    desk.post(&path, &approver, &release("4", hash, PASSWORD))
        .await
        .expect(422)
        .says("not the number of companies");
    desk.post(&path, &approver, &release("three", hash, PASSWORD))
        .await
        .expect(422)
        .says("not the number of companies");
    desk.post(
        &path,
        &approver,
        &release("3", hash, "falsch falsch falsch"),
    )
    .await
    .expect(422)
    .says("The password is wrong");
    desk.post(&path, &approver, &release("3", "0", PASSWORD))
        .await
        .expect(422)
        .says("have changed since");
    desk.get(&path, &approver).await.expect(405);
    desk.post(&path, &approver, &release("3", hash, PASSWORD))
        .await
        .leads_to(&format!("{warning}/verlauf"));
    desk.get(&warning, &officer)
        .await
        .says("Approved by m.klein");
    tuermer::stations::run_all(&desk.context).await.unwrap();
    desk.get(&format!("{warning}/verlauf"), &approver)
        .await
        .expect(200)
        .says("handed over")
        .says("Gamma KG")
        .says("no number")
        .says("Call list");
}

#[tokio::test]
async fn any_edit_voids_and_a_returned_warning_says_why() {
    let (desk, threat) = Desk::with_threat().await;
    let (officer, approver) = (
        desk.signed_in("k.weber").await,
        desk.signed_in("m.klein").await,
    );
    let (warning, hash) = desk.submitted(&threat).await;
    desk.post(
        &format!("{warning}/zurueckgeben"),
        &approver,
        &[("reason", " ")],
    )
    .await
    .expect(422)
    .says("what should be different");
    desk.post(
        &format!("{warning}/zurueckgeben"),
        &approver,
        &[("reason", "Bitte <kürzer>")],
    )
    .await
    .leads_to("/heute");
    desk.get(&warning, &officer)
        .await
        .says("Bitte &#60;kürzer&#62;");
    desk.get("/heute", &officer).await.says("Sent back");
    let mut words = vec![
        ("language", "de"),
        ("headline", "Exchange: heute Update"),
        ("say", "Bitte spielen Sie heute das Update ein."),
    ];
    desk.post(&format!("{warning}/text"), &approver, &words)
        .await
        .expect(403);
    desk.post(&format!("{warning}/text"), &officer, &words)
        .await
        .leads_to(&warning);
    desk.post(&format!("{warning}/einreichen"), &officer, &[])
        .await
        .leads_to(&warning);
    let second = desk.hash(&warning).await;
    assert_ne!(second, hash);
    words[1].1 = "Exchange: heute noch Update";
    desk.post(&format!("{warning}/text"), &officer, &words)
        .await
        .leads_to(&warning);
    assert_eq!(
        desk.hash(&warning).await,
        "",
        "an edited warning cannot be approved"
    );
    desk.post(
        &format!("{warning}/freigeben"),
        &approver,
        &release("3", &second, PASSWORD),
    )
    .await
    .expect(422)
    .says("does not wait for approval");
    let long = "x".repeat(400);
    words[1].1 = &long;
    desk.post(&format!("{warning}/text"), &officer, &words)
        .await
        .expect(422)
        .says("longer than")
        .says(&long);
}

#[tokio::test]
async fn one_person_stops() {
    let (desk, threat) = Desk::with_threat().await;
    let approver = desk.signed_in("m.klein").await;
    let (warning, hash) = desk.submitted(&threat).await;
    desk.post(
        &format!("{warning}/freigeben"),
        &approver,
        &release("3", &hash, PASSWORD),
    )
    .await
    .expect(303);
    desk.get(&format!("{warning}/stop"), &approver)
        .await
        .expect(405);
    desk.post(&format!("{warning}/stop"), &approver, &[])
        .await
        .leads_to(&warning);
    desk.get(&warning, &approver)
        .await
        .says("Stopped. Nothing leaves any more.");
    tuermer::stations::run_all(&desk.context).await.unwrap();
    assert_eq!(
        std::fs::read_dir(desk.context.home.outbox())
            .unwrap()
            .count(),
        0,
        "a stopped warning left"
    );
}

#[tokio::test]
async fn samples_do_not_carry_the_key_of_the_member() {
    let (desk, threat) = Desk::with_threat().await;
    let officer = desk.signed_in("k.weber").await;
    let (warning, _) = desk.submitted(&threat).await;
    let number = tuermer_core::ids::WarningNumber("Ü-2021-001".into());
    let member = desk
        .context
        .store
        .member_by_number("M-1")
        .await
        .unwrap()
        .unwrap();
    let token = desk.context.keys.answer_token(&number, &member);
    for path in [warning.clone(), format!("{warning}/muster/M-1")] {
        let page = desk.get(&path, &officer).await.expect(200);
        assert!(
            page.text.contains("2021-001") && !page.text.contains(&token),
            "{path}"
        );
    }
}

#[tokio::test]
async fn members_are_listed_by_how_they_are_reached() {
    let (desk, _) = Desk::with_threat().await;
    let approver = desk.signed_in("m.klein").await;
    let none = desk
        .get("/mitglieder?weg=none", &approver)
        .await
        .expect(200)
        .says("Gamma KG")
        .says("filtered");
    assert!(!none.text.contains("Delta OHG"));
    let email = desk
        .get("/mitglieder?weg=email", &approver)
        .await
        .says("Delta OHG");
    assert!(!email.text.contains("Gamma KG"));
    let found = desk
        .get("/mitglieder?suche=olpe", &approver)
        .await
        .says("Gamma KG")
        .says("Delta OHG");
    assert!(!found.text.contains("M-2"));
    desk.get("/mitglieder?suche=%25", &approver)
        .await
        .says("No company fits");
    desk.get("/mitglieder/M-3", &approver)
        .await
        .expect(200)
        .says("Only a letter reaches this company");
    desk.get("/mitglieder/M-99", &approver)
        .await
        .expect(404)
        .says("There is no such thing here");
    desk.get("/betrieb", &approver)
        .await
        .expect(200)
        .says("4 members");
}
