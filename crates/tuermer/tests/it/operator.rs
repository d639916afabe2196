//! The pages after sign-in, told as scripts: who may see and do what, and that nothing is done by looking.

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use jiff::SignedDuration;
use tower::ServiceExt as _;
use tuermer::clock::Clock;
use tuermer::config::{Config, Home, Transport};
use tuermer::context::Context;
use tuermer::random::Random;
use tuermer::store::accounts::{Role, hash_password, setup_link};

/// Password of every account of these tests.
const PASSWORD: &str = "vier zufaellige woerter";

/// A data directory with its pages, and the browser of one person.
struct Desk {
    context: Context,
    _directory: tempfile::TempDir,
}

/// What a page answered.
struct Page {
    status: StatusCode,
    location: String,
    cookie: String,
    text: String,
}

impl Page {
    #[track_caller]
    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    fn says(self, words: &str) -> Self {
        assert!(self.text.contains(words), "{words:?} is not in:\n{}", self.text);
        self
    }

    #[track_caller]
    fn leads_to(self, path: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.location.as_str()), (303, path), "{}", self.text);
        self
    }
}

impl Desk {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.mail.transport = Transport::Folder;
        let clock = Clock::simulated("2021-03-03T08:00:00Z".parse().unwrap());
        let home = Home(directory.path().join("data"));
        let context = tuermer::cli::init::create(&home, config, true, clock, Random::seeded(7)).await.unwrap();
        Self { context, _directory: directory }
    }

    async fn account(&self, name: &str, role: Role) {
        let hash = hash_password(&self.context, PASSWORD).unwrap();
        self.context.store.add_account(&self.context, name, role, Some(hash), "system").await.unwrap();
    }

    /// The cookie of a signed-in account.
    async fn signed_in(&self, name: &str) -> String {
        format!("tuermer_session={}", self.context.store.open_session(&self.context, name).await.unwrap())
    }

    async fn ask(&self, request: Request<Body>) -> Page {
        let response: Response<Body> = tuermer::web::router(self.context.clone()).oneshot(request).await.unwrap();
        let header = |name| response.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_string());
        let (status, location, cookie) = (response.status(), header(header::LOCATION), header(header::SET_COOKIE));
        let bytes = to_bytes(response.into_body(), 4 << 20).await.unwrap();
        Page { status, location, cookie, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str, cookie: &str) -> Page {
        let request = Request::get(path).header(header::COOKIE, cookie).header(header::ACCEPT_LANGUAGE, "en").body(Body::empty()).unwrap();
        self.ask(request).await
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Page {
        let form = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form))
            .unwrap();
        self.ask(request).await
    }

    fn pass(&self, minutes: i64) {
        self.context.clock.set(self.context.now().checked_add(SignedDuration::from_mins(minutes)).unwrap());
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn token_of(link: &str) -> &str {
    link.split_once('#').unwrap().1
}

#[tokio::test]
async fn a_set_up_link_works_once_and_for_an_hour() {
    let desk = Desk::new().await;
    let late = setup_link(&desk.context, None).await.unwrap();
    desk.pass(61);
    desk.post("/einrichten", "", &[("token", token_of(&late))]).await.expect(422).says("not valid");
    let link = setup_link(&desk.context, None).await.unwrap();
    desk.get("/einrichten", "").await.expect(200).says("/einrichten.js");
    desk.post("/einrichten", "", &[("token", &link)]).await.expect(200).says("The first account");
    let full = [("token", token_of(&link)), ("name", "k.weber"), ("password", PASSWORD), ("again", PASSWORD)];
    let mut short = full;
    short[2].1 = "kurz";
    desk.post("/einrichten", "", &short).await.expect(422).says("too short").says("differ");
    let page = desk.post("/einrichten", "", &full).await.leads_to("/heute");
    assert!(page.cookie.contains("HttpOnly; SameSite=Strict"), "{}", page.cookie);
    let session = page.cookie.split(';').next().unwrap();
    desk.get("/heute", session).await.expect(200).says("Nothing needs a decision");
    desk.post("/einrichten", "", &full).await.expect(422).says("not valid");
    assert_eq!(desk.context.store.accounts().await.unwrap()[0].role, Role::Administrator);
    // A second first link is worth nothing once somebody can sign in.
    let second = setup_link(&desk.context, None).await.unwrap();
    desk.post("/einrichten", "", &[("token", token_of(&second))]).await.expect(422);
}

#[tokio::test]
async fn an_invited_account_sets_its_password_and_old_sessions_end() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Administrator).await;
    desk.context.store.add_account(&desk.context, "m.klein", Role::Approver, None, "k.weber").await.unwrap();
    let link = setup_link(&desk.context, Some("m.klein")).await.unwrap();
    desk.post("/einrichten", "", &[("token", token_of(&link))]).await.expect(200).says("<strong>m.klein</strong>");
    let full = [("token", token_of(&link)), ("name", "k.weber"), ("password", PASSWORD), ("again", PASSWORD)];
    desk.post("/einrichten", "", &full).await.leads_to("/heute");
    assert!(desk.context.store.accounts().await.unwrap().iter().any(|a| a.name == "m.klein" && a.active && a.role == Role::Approver));
    let old = desk.signed_in("m.klein").await;
    let link = setup_link(&desk.context, Some("m.klein")).await.unwrap();
    let again = [("token", token_of(&link)), ("password", PASSWORD), ("again", PASSWORD)];
    desk.post("/einrichten", "", &again).await.leads_to("/heute");
    desk.get("/heute", &old).await.leads_to("/anmelden");
}

#[tokio::test]
async fn strangers_are_sent_to_the_door() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    for (path, door) in
        [("/heute", "/anmelden"), ("/warnung/W-2021-001", "/anmelden?weiter=%2Fwarnung%2FW-2021-001"), ("/mitglieder", "/anmelden?weiter=%2Fmitglieder")]
    {
        desk.get(path, "").await.leads_to(door);
        desk.get(path, "tuermer_session=wrong").await.leads_to(door);
    }
    let wrong = [("name", "k.weber"), ("password", "falsch falsch falsch")];
    desk.post("/anmelden", "", &wrong).await.expect(422).says("Name or password is wrong");
    desk.post("/anmelden", "", &[("name", "nobody"), ("password", PASSWORD)]).await.expect(422).says("Name or password is wrong");
    let right = [("name", "k.weber"), ("password", PASSWORD), ("weiter", "/warnung/W-2021-001")];
    let page = desk.post("/anmelden", "", &right).await.leads_to("/warnung/W-2021-001");
    let session = page.cookie.split(';').next().unwrap().to_string();
    let foreign = [("name", "k.weber"), ("password", PASSWORD), ("weiter", "//evil.example/")];
    desk.post("/anmelden", "", &foreign).await.leads_to("/heute");
    desk.get("/heute", &session).await.expect(200);
    desk.post("/abmelden", &session, &[]).await.leads_to("/anmelden");
    desk.get("/heute", &session).await.leads_to("/anmelden");
    // Somebody who guesses must wait, even with the right password at last.
    for _ in 0..10 {
        desk.post("/anmelden", "", &wrong).await.expect(422);
    }
    desk.post("/anmelden", "", &right).await.expect(422).says("Too many failed attempts");
    desk.pass(16);
    desk.post("/anmelden", "", &right).await.expect(303);
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    let session = desk.signed_in("k.weber").await;
    let request = Request::post("/abmelden").header(header::COOKIE, &session).header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert_eq!(desk.ask(request).await.status, StatusCode::FORBIDDEN);
    desk.get("/heute", &session).await.expect(200);
}
