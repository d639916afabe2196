//! The pages of an analyst: which threats concern us, how a threat is known, and whether the feeds are heard.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::operator::Desk;
use jiff::Timestamp;
use tuermer::store::feeds::feed::{Attempted, Came};
use tuermer::store::people::notices::Notice;
use tuermer_core::feed::{Feed, FeedCounts, FeedKind};
use tuermer_core::rights::Role;
use tuermer_core::sentence::Sentence;

const GENERIC: &str = include_str!("../../../tuermer-formats/tests/fixtures/csaf-generic.json");
const EXCHANGE: &str = include_str!("../../../tuermer-formats/tests/fixtures/csaf-exchange.json");
const KEV: &str = include_str!("../../../tuermer-formats/tests/fixtures/kev-three.json");

const MEMBERS: &str = "external_id,name,street,postcode,city,country,language,contact_name,email,phone\n\
    M-1,<script>alert(1)</script> GmbH,Weg 1,57072,Siegen,DE,de,Anna Alt,anna@alt.example,\n\
    M-2,Beta AG,Weg 2,57072,Siegen,DE,en,Bea Beta,bea@beta.example,\n\
    M-3,Gamma KG,Weg 3,57462,Olpe,DE,de,,,\n";
const INVENTORY: &str = "external_id,vendor,product,version,build,hostname,source,observed_at,note\n\
    M-1,Beispiel GmbH,Gateway,4.1.0,,gw,provider,2021-02-20,\n\
    M-2,Beispiel GmbH,Gateway,,,gw,provider,2021-02-20,\n\
    M-3,Microsoft,Exchange Server 2016,CU19,15.1.2176.2,mail,provider,2021-02-20,\n";

/// An advisory whose words try to be markup, about a product nobody has.
fn hostile(number: u32) -> String {
    GENERIC
        .replace("BG-2026-0001", &format!("BG-2026-{number}"))
        .replace("Gateway", &format!("Werkbank {number}"))
        .replace("CVE-2026-1000", &format!("CVE-2026-{number}"))
        .replace("code execution", "<img src=x onerror=alert(1)>")
        .replace(
            "all builds before Easter",
            "<svg onload=alert(1)> before Easter",
        )
}

impl Desk {
    /// Takes a document through the binary, beside the open pages.
    fn ingest(&self, name: &str, content: &str) {
        let file = self.context.home.0.with_file_name(name);
        std::fs::write(&file, content).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tuermer"))
            .arg("--data")
            .arg(&self.context.home.0)
            .args(["--at", "2021-03-03T08:00:00Z", "--lang", "en", "ingest"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A desk with an officer, an approver, three members and advisories that concern two of them and nobody.
    pub(crate) async fn with_advisories() -> Self {
        let desk = Self::new().await;
        desk.account("k.weber", Role::Officer).await;
        desk.account("m.klein", Role::Approver).await;
        desk.import("members", MEMBERS);
        desk.import("inventory", INVENTORY);
        for number in 2_001..2_004 {
            desk.ingest(&format!("{number}.json"), &hostile(number));
        }
        desk.ingest("generic.json", GENERIC);
        desk.ingest("exchange.json", EXCHANGE);
        desk.ingest("kev.json", KEV);
        tuermer::stations::run_all(&desk.context).await.unwrap();
        desk
    }
}

#[tokio::test]
async fn what_concerns_members_stands_first_and_everything_is_found() {
    let desk = Desk::with_advisories().await;
    let cookie = desk.signed_in("m.klein").await;
    let first = desk
        .get("/meldungen", &cookie)
        .await
        .expect(200)
        .says("Concern members (3)")
        .says("BG-2026-0001")
        .says("TC-2021-0001")
        .says("filtered");
    assert!(!first.text.contains("Werkbank"), "{}", first.text);
    let all = desk.get("/meldungen?nur=all", &cookie).await.expect(200);
    let place = |words: &str| {
        all.text
            .find(words)
            .unwrap_or_else(|| panic!("{words} is not in:\n{}", all.text))
    };
    assert!(
        place("BG-2026-0001") < place("BG-2026-2001")
            && place("TC-2021-0001") < place("BG-2026-2001"),
        "members first"
    );
    for (query, found, missing) in [
        ("suche=cve-2026-20011", "BG-2026-2001", "BG-2026-2002"),
        ("suche=WERKBANK", "BG-2026-2003", "TC-2021-0001"),
        ("suche=test+cert", "TC-2021-0001", "BG-2026-0001"),
        ("nur=exploited", "TC-2021-0001", "BG-2026-2001"),
        ("nur=not_understood", "BG-2026-2001", "TC-2021-0001"),
        ("suche=%25", "No threat fits", "BG-2026-0001"),
        ("suche=_G-2026-0001", "No threat fits", "Beispiel Gateway"),
        ("nur=withdrawn", "No threat fits", "BG-2026-0001"),
        (
            "nur=all&ordnung=newest&seite=99",
            "BG-2026-0001",
            "No threat fits",
        ),
        ("nur='&ordnung=;&seite=-1", "BG-2026-0001", "Werkbank"),
    ] {
        let page = desk
            .get(&format!("/meldungen?{query}"), &cookie)
            .await
            .expect(200)
            .says(found);
        assert!(!page.text.contains(missing), "{query} shows {missing}");
    }
}

#[tokio::test]
async fn a_threat_page_says_what_is_known_how_surely_and_from_where() {
    let desk = Desk::with_advisories().await;
    let cookie = desk.signed_in("m.klein").await;
    let page = desk.get("/meldung/BG-2026-0001", &cookie).await.expect(200);
    let page = page
        .says("Highest CVSS score 9.8. Exploitation is not known.")
        .says("1 surely affected")
        .says("CVE-2026-10001")
        .says("not listed");
    let page = page
        .says("Not understood: 1 of 1 version ranges")
        .says("all builds before Easter")
        .says("not checked")
        .says("generic.json");
    page.says("BOD2604-")
        .says("assumed")
        .says("Install &#60;b&#62;4.2.0")
        .says("Reachable from the internet");
    let listed = desk
        .get("/meldung/TC-2021-0001", &cookie)
        .await
        .expect(200)
        .says("already exploited")
        .says("listed by CISA since 3 November 2021");
    listed
        .says("US agencies: by 16 April 2021")
        .says("also by extortionists");
    desk.get("/meldung/BG-2026-0001?stand=unknown#firmen", &cookie)
        .await
        .says("Beta AG");
    let narrow = desk
        .get(
            "/meldung/BG-2026-0001?stand=affected&sicher=possible",
            &cookie,
        )
        .await
        .says("No company stands in this list")
        .says("filtered");
    assert!(!narrow.text.contains("M-1"));
    desk.get("/meldung/BG-2026-0001/firma/M-1", &cookie)
        .await
        .expect(200)
        .says("BOD2604-")
        .says("4.1.0")
        .says("IT provider");
    let then = desk
        .get("/meldung/BG-2026-0001/firma/M-1?am=2021-03-02", &cookie)
        .await
        .expect(200)
        .says("what we knew then");
    then.says("reached us only").says("Back to today");
    for day in ["2031-01-01", "%3Cb%3E", "2021-02-30"] {
        desk.get(
            &format!("/meldung/BG-2026-0001/firma/M-1?am={day}"),
            &cookie,
        )
        .await
        .expect(200)
        .says("Choose a past day");
    }
    desk.get("/meldung/BG-2026-0001/firma/M-9", &cookie)
        .await
        .expect(404);
    desk.get("/meldung/BG-9999", &cookie).await.expect(404);
    let officer = desk.signed_in("k.weber").await;
    desk.get("/meldung/BG-2026-0001", &officer)
        .await
        .says("Draft a warning");
}

#[tokio::test]
async fn words_of_publishers_are_text_and_never_markup() {
    let desk = Desk::with_advisories().await;
    let cookie = desk.signed_in("k.weber").await;
    for path in [
        "/meldungen?nur=all",
        "/meldungen?suche=%3Cimg",
        "/meldung/BG-2026-2001",
        "/meldung/BG-2026-0001",
        "/quellen",
        "/heute",
    ] {
        let page = desk.get(path, &cookie).await.expect(200);
        for markup in ["<img", "<svg onload", "<script>alert", "<b>4.2.0"] {
            assert!(!page.text.contains(markup), "{path} holds {markup}");
        }
    }
    desk.get("/meldung/BG-2026-2001", &cookie)
        .await
        .says("&#60;img src=x")
        .says("&#60;svg onload");
}

fn feed(name: &str, kind: FeedKind, now: Timestamp) -> Feed {
    Feed {
        name: name.into(),
        kind,
        url: format!("https://{name}.example/<b>"),
        period_seconds: 900,
        silent_after_seconds: 86_400,
        private_hosts: Vec::new(),
        paused: false,
        added_at: now,
        next_at: now,
        etag: String::new(),
        last_modified: String::new(),
        last_attempt_at: None,
        last_success_at: None,
        last_change_at: None,
        last_error: None,
        failures: 0,
        silent_since: None,
        told_at: None,
        grade: None,
        tlp: None,
        senders: Vec::new(),
        counts: FeedCounts::default(),
    }
}

#[tokio::test]
async fn feeds_are_shown_as_they_stand_and_asked_or_paused_by_form() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    desk.account("m.klein", Role::Approver).await;
    let (officer, approver) = (
        desk.signed_in("k.weber").await,
        desk.signed_in("m.klein").await,
    );
    desk.get("/quellen", &approver)
        .await
        .expect(200)
        .says("No feed yet")
        .says("Everything that came was taken");
    let (store, now) = (&desk.context.store, desk.context.now());
    for (name, kind) in [
        ("kev", FeedKind::Kev),
        ("psirt", FeedKind::Csaf),
        ("news", FeedKind::Atom),
    ] {
        assert!(
            store
                .add_feed(&feed(name, kind, now), "k.weber")
                .await
                .unwrap()
        );
    }
    let counts = FeedCounts {
        discovered: 1_604,
        new: 3,
        rejected: 1,
        ..FeedCounts::default()
    };
    let came = Came::Read {
        counts,
        etag: String::new(),
        last_modified: String::new(),
    };
    store
        .record_attempt(
            "kev",
            &Attempted {
                at: now,
                next_at: now,
                came,
            },
        )
        .await
        .unwrap();
    let came = Came::Failed {
        error: Sentence::verbatim("No <connection>."),
    };
    store
        .record_attempt(
            "psirt",
            &Attempted {
                at: now,
                next_at: now,
                came,
            },
        )
        .await
        .unwrap();
    let notice = |id: &str| Notice {
        id: id.into(),
        kind: "feed.silent".into(),
        subject: "psirt".into(),
        text: Sentence::verbatim("The feed psirt has been silent since 3 March.\nLast error: <b>"),
        written: String::new(),
        created_at: now,
        mailed_at: None,
    };
    assert!(
        store
            .feed_fell_silent("psirt", now, &notice("n-1"))
            .await
            .unwrap()
    );
    let page = desk
        .get("/quellen", &approver)
        .await
        .expect(200)
        .says("1 silent, 1 never asked yet, 1 fresh")
        .says("No &#60;connection&#62;.");
    let page = page
        .says("1,604 listed · 3 new · 1 rejected")
        .says("[operators] mail");
    assert!(
        !page.text.contains("Pull now") && !page.text.contains("example/<b>"),
        "{}",
        page.text
    );
    for path in [
        "/quellen/kev/pause",
        "/quellen/kev/holen",
        "/quellen/kev/weiter",
    ] {
        desk.post(path, &approver, &[]).await.expect(403);
        desk.get(path, &officer).await.expect(405);
    }
    desk.post("/quellen/kev/pause", &officer, &[])
        .await
        .leads_to("/quellen");
    desk.get("/quellen", &officer)
        .await
        .says("1 paused")
        .says("Ask again");
    assert!(store.feed("kev").await.unwrap().unwrap().paused);
    desk.post("/quellen/kev/holen", &officer, &[])
        .await
        .expect(404);
    desk.post("/quellen/kev/weiter", &officer, &[])
        .await
        .leads_to("/quellen");
    desk.pass(60);
    desk.post("/quellen/psirt/holen", &officer, &[])
        .await
        .leads_to("/quellen");
    assert_eq!(
        store.feed("psirt").await.unwrap().unwrap().next_at,
        desk.context.now()
    );
    desk.post("/quellen/nobody/holen", &officer, &[])
        .await
        .expect(404);
    added_by_form(&desk, &officer, &approver).await;
}

/// A new one is added by form; what is typed wrong is said at its field.
async fn added_by_form(desk: &Desk, officer: &str, approver: &str) {
    let typed = |kind: &'static str, url: &'static str| [("kind", kind), ("url", url)];
    desk.post("/quellen", approver, &typed("epss", ""))
        .await
        .expect(403);
    for (kind, url, words) in [
        ("csaf", "", "csaf"),
        ("csaf", "http://vendor.example/", "https"),
        ("atom", "https://127.0.0.1/<i>", "127.0.0.1"),
        ("floppy", "https://vendor.example/", "floppy"),
    ] {
        let page = desk
            .post("/quellen", officer, &typed(kind, url))
            .await
            .expect(422)
            .says("href=\"#url\"")
            .says(words);
        assert!(!page.text.contains("<i>"), "{url}");
    }
    desk.post("/quellen", officer, &typed("csaf", "vendor.example"))
        .await
        .leads_to("/quellen");
    desk.get("/quellen", officer)
        .await
        .says("vendor.example")
        .says("never asked yet");
    desk.post("/quellen/vendor.example/entfernen", approver, &[])
        .await
        .expect(403);
    desk.post("/quellen/vendor.example/entfernen", officer, &[])
        .await
        .leads_to("/quellen");
    let store = &desk.context.store;
    assert!(store.feed("vendor.example").await.unwrap().is_none());
    // The notice stands on top of the day until somebody is done with it.
    let today = desk
        .get("/heute", officer)
        .await
        .expect(200)
        .says("The feed psirt has been silent since")
        .says("Last error: &#60;b&#62;")
        .says("not told by mail yet");
    assert!(!today.text.contains("Nothing needs a decision"));
    desk.post("/hinweis/n-1/erledigt", officer, &[])
        .await
        .leads_to("/heute");
    desk.get("/heute", officer)
        .await
        .says("Nothing needs a decision");
}

#[tokio::test]
async fn what_was_not_taken_is_shown_with_its_reason() {
    let desk = Desk::new().await;
    desk.account("k.weber", Role::Officer).await;
    let cookie = desk.signed_in("k.weber").await;
    let file = desk.context.home.0.with_file_name("broken.json");
    std::fs::write(
        &file,
        GENERIC.replace("\"baseScore\": 9.8", "\"baseScore\": 9.7"),
    )
    .unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tuermer"));
    let output = command
        .arg("--data")
        .arg(&desk.context.home.0)
        .args(["--at", "2021-03-03T08:00:00Z", "ingest"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(!output.status.success());
    desk.get("/quellen", &cookie)
        .await
        .expect(200)
        .says("broken.json")
        .says("does not pass the mandatory tests")
        .says("6.1.9")
        .says("by hand");
}

#[tokio::test]
async fn revisions_are_compared_side_by_side() {
    let desk = Desk::with_advisories().await;
    let cookie = desk.signed_in("m.klein").await;
    desk.get("/meldung/BG-2026-0001/fassungen", &cookie)
        .await
        .expect(200)
        .says("There is only one revision");
    let newer = GENERIC
        .replace("\"1.1.0\"", "\"1.2.0\"")
        .replace("Filter port 8443", "Filter <i>ports</i> 8443 and 8444")
        .replace("Install <b>4.2.0</b>", "Install <b>4.2.1</b>")
        .replace("\"baseScore\": 9.8", "\"baseScore\": 9.8 ");
    desk.ingest("newer.json", &newer);
    tuermer::stations::run_all(&desk.context).await.unwrap();
    let page = desk
        .get("/meldung/BG-2026-0001/fassungen", &cookie)
        .await
        .expect(200)
        .says("revision 1.1.0")
        .says("revision 1.2.0");
    let page = page
        .says("Remedy")
        .says("<del>vendor_fix: Install &#60;b&#62;4.2.0")
        .says("<ins>vendor_fix: Install &#60;b&#62;4.2.1")
        .says("To be matched again");
    assert!(!page.text.contains("<i>ports"));
    let sha256 = page
        .text
        .split("<option value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    desk.get(
        &format!("/meldung/BG-2026-0001/fassungen?alt={sha256}&neu={sha256}"),
        &cookie,
    )
    .await
    .expect(200)
    .says("Choose two different revisions");
    desk.get("/meldung/BG-2026-0001/fassungen?alt=%27&neu=x", &cookie)
        .await
        .expect(200)
        .says("To be matched again");
    desk.get("/meldung/BG-2026-0001", &cookie)
        .await
        .says("1.2.0")
        .says("See the last two side by side");
}

#[tokio::test]
async fn everybody_may_comment_and_mark_as_read() {
    let desk = Desk::with_advisories().await;
    let approver = desk.signed_in("m.klein").await;
    let page = desk
        .get("/meldung/BG-2026-0001", &approver)
        .await
        .says("Nobody has commented yet")
        .says("nobody yet")
        .says("Mark as read");
    let id = page
        .text
        .split("/anmerkung\"")
        .next()
        .unwrap()
        .rsplit("/meldung/")
        .next()
        .unwrap()
        .to_string();
    let path = format!("/meldung/{id}");
    desk.post(&format!("{path}/anmerkung"), &approver, &[("worte", " ")])
        .await
        .expect(409)
        .says("10000");
    desk.get(&format!("{path}/anmerkung"), &approver)
        .await
        .expect(405);
    desk.post(&format!("{path}/anmerkung"), "", &[("worte", "x")])
        .await
        .expect(303);
    desk.post(
        &format!("{path}/anmerkung"),
        &approver,
        &[("worte", "<b>Wer</b> nutzt das noch?")],
    )
    .await
    .leads_to(&format!("{path}#anmerkungen"));
    desk.post(&format!("{path}/gelesen"), &approver, &[])
        .await
        .leads_to(&format!("{path}#anmerkungen"));
    let page = desk
        .get("/meldung/BG-2026-0001", &approver)
        .await
        .says("nutzt das noch?")
        .says("m.klein (revision 1.1.0");
    assert!(
        !page.text.contains("<b>Wer") && !page.text.contains("Mark as read"),
        "{}",
        page.text
    );
    desk.get("/meldungen", &approver).await.says("· read");
    let officer = desk.signed_in("k.weber").await;
    desk.get("/meldung/BG-2026-0001", &officer)
        .await
        .says("Mark as read");
    assert!(
        !desk
            .get("/meldungen", &officer)
            .await
            .text
            .contains("· read")
    );
    desk.post("/meldung/BG-9/gelesen", &officer, &[])
        .await
        .expect(404);
}

const NEWS: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title>\
    <item><title>Gateway &lt;b&gt;attacked&lt;/b&gt;</title><link>https://news.example/1</link><guid>n-1</guid>\
    <pubDate>Tue, 02 Mar 2021 10:00:00 GMT</pubDate><description>&lt;script&gt;alert(1)&lt;/script&gt;Look now.</description></item>\
    </channel></rss>";

#[tokio::test]
async fn news_are_read_once_as_plain_text() {
    let desk = Desk::new().await;
    desk.account("m.klein", Role::Approver).await;
    let cookie = desk.signed_in("m.klein").await;
    desk.get("/leseliste", &cookie)
        .await
        .expect(200)
        .says("Nothing to read");
    let now = desk.context.now();
    assert!(
        desk.context
            .store
            .add_feed(&feed("news", FeedKind::Atom, now), "system")
            .await
            .unwrap()
    );
    let entries = tuermer_formats::atom::read(NEWS.as_bytes()).unwrap();
    let mut open = desk.context.store.begin().await.unwrap();
    tuermer::store::feeds::reading::keep(&mut open, "news", &entries.entries, now)
        .await
        .unwrap();
    open.commit().await.unwrap();
    let page = desk
        .get("/leseliste", &cookie)
        .await
        .expect(200)
        .says("attacked")
        .says("Look now.")
        .says("https://news.example/1");
    assert!(
        !page.text.contains("<script>") && !page.text.contains("<b>attacked"),
        "{}",
        page.text
    );
    let entry = page
        .text
        .split("name=\"eintrag\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_string();
    desk.post("/leseliste/gelesen", &cookie, &[("eintrag", &entry)])
        .await
        .leads_to("/leseliste");
    desk.get("/leseliste", &cookie)
        .await
        .says("Nothing to read");
    desk.get("/leseliste?alles=ja", &cookie)
        .await
        .says("Read by: m.klein");
    desk.post("/leseliste/gelesen", &cookie, &[("eintrag", "nothing")])
        .await
        .expect(404);
}
