//! Rights do not depend on the door: page and command line give one answer, and the journal names who has proven himself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::operator::{Desk, PASSWORD};
use crate::support::{Home, Run};
use crate::warn;
use tuermer::acts;
use tuermer::context::Context;
use tuermer::refusal::as_denied;
use tuermer::refusal::refusal_words;
use tuermer::store::ground::journal;
use tuermer::store::people::notices::Notice;
use tuermer::text::Texts;
use tuermer_core::ids::{OrganisationId, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::rights::{Act, Actor, Role, may};
use tuermer_core::sentence::Sentence;

/// Who stands in the columns of docs/rights.md.
fn columns() -> Vec<(String, Actor)> {
    let accounts = Role::ALL.map(|role| (role.as_str().to_string(), Actor::account("a.b", role)));
    let others = [
        ("shell", Actor::Shell),
        (
            "link",
            Actor::Link {
                organisation: OrganisationId("o".into()),
                warning: WarningNumber("W-1".into()),
            },
        ),
        (
            "anyone",
            Actor::Anyone {
                source: "/melden".into(),
            },
        ),
        ("station", Actor::Station("poll")),
    ];
    let others = others.map(|(name, actor)| (name.to_string(), actor));
    accounts.into_iter().chain(others).collect()
}

/// The page of the documentation, made of the table.
fn printed() -> String {
    let columns = columns();
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut page = format!(
        "# Who may do what\n\n\
         One table (`crates/tuermer-core/src/rights.rs`) answers for pages, command line and API; this page is written from it\n\
         by `TIDY_WRITE=1 cargo test -p tuermer --test it rights`.\n\n\
         - **officer**, **approver**, **administrator**: an account that has proven itself, on a page by signing in, on the\n  \
         command line with `--as NAME` and its password (asked for, or `--password-file FILE`). The journal names it.\n\
         - **shell**: somebody at the machine without `--as`. The journal says `shell`. It never counts as one of two people.\n\
         - **link**: whoever holds the link of one company in one warning; it answers for that company only.\n\
         - **anyone**: a visitor of a public page. **station**: the program by itself.\n\n\
         Set-up is open until a warning was released for the first time in this database, and always in a drill or demo.\n\
         Two people release a warning: the one who submits and another one who approves. Where the record names an author\n\
         (`warn draft`, `edit` and `cancel`, `report assign`, `match set`, `sign consent`, `threat remove`), the command line\n\
         asks for `--as` although the table would let the shell.\n\n\
         | act | {} |\n|---|{}\n",
        names.join(" | "),
        "---|".repeat(names.len())
    );
    for act in Act::ALL {
        let words = Texts(Language::English).get(&format!("rights.act_{}", act.as_str()));
        let cells: Vec<&str> = columns
            .iter()
            .map(|(_, actor)| if may(actor, *act) { "yes" } else { "–" })
            .collect();
        page += &format!("| {words} | {} |\n", cells.join(" | "));
    }
    page
}

#[test]
fn the_table_is_printed() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rights.md");
    if std::env::var_os("TIDY_WRITE").is_some() {
        std::fs::write(&path, printed()).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        printed(),
        "docs/rights.md is what the table says (TIDY_WRITE=1 writes it)"
    );
}

/// The terminal beside the pages of a desk.
fn terminal(desk: &Desk, name: Option<&str>, password: &str, call: &[&str]) -> Run {
    let file = desk.context.home.0.with_file_name("password");
    std::fs::write(&file, password).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tuermer"));
    command
        .arg("--data")
        .arg(&desk.context.home.0)
        .args(["--at", "2021-03-03T08:00:00Z", "--lang", "en", "--no-input"])
        .args(call);
    if let Some(name) = name {
        command.args(["--as", name, "--password-file"]).arg(&file);
    }
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

async fn told(context: &Context, id: &str) {
    let notice = Notice {
        id: id.into(),
        kind: "feed.silent".into(),
        subject: id.into(),
        text: Sentence::verbatim("The feed is silent."),
        written: String::new(),
        created_at: context.now(),
        mailed_at: None,
    };
    assert!(context.store.raise_notice(&notice).await.unwrap());
}

/// Who did it last, and what.
async fn last(context: &Context) -> (String, String) {
    let entry = context
        .store
        .journal(0, 1_000)
        .await
        .unwrap()
        .pop()
        .unwrap();
    (entry.actor, entry.action)
}

/// One act on both doors, and whether an approver may. An officer may do all of them.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str], bool);

const ROWS: &[Row<'_>] = &[
    (
        "/hinweis/n-1/erledigt",
        &[],
        &["notice", "done", "n-1"],
        true,
    ),
    (
        "/mitglieder/M-1/aufgabe/t",
        &[],
        &["task", "done", "t"],
        true,
    ),
    (
        "/meldung/BG-2026-0001/anmerkung",
        &[("worte", "Only at two of us")],
        &["threat", "comment", "BG-2026-0001", "Only at two of us"],
        true,
    ),
    (
        "/meldung/BG-2026-0001/gelesen",
        &[],
        &["threat", "read", "BG-2026-0001"],
        true,
    ),
    (
        "/leseliste/gelesen",
        &[("eintrag", "none")],
        &["reading", "read", "none"],
        true,
    ),
    (
        "/meldung/BG-2026-0001/entwurf",
        &[],
        &["warn", "draft", "BG-2026-0001"],
        false,
    ),
    (
        "/meldung/neu",
        &[],
        &[
            "threat",
            "new",
            "--title",
            "T",
            "--product",
            "P",
            "--url",
            "https://a.example/",
            "--level",
            "3",
            "--range",
            "<2",
        ],
        false,
    ),
    (
        "/quellen",
        &[("kind", "epss")],
        &["feed", "add", "epss", "--untested"],
        false,
    ),
    ("/quellen/x/pause", &[], &["feed", "pause", "x"], false),
    ("/quellen/x/weiter", &[], &["feed", "resume", "x"], false),
    ("/quellen/x/entfernen", &[], &["feed", "remove", "x"], false),
    (
        "/quellen/schluessel/ABCD",
        &[("urteil", "trusted")],
        &["feed", "key", "trust", "ABCD"],
        false,
    ),
];

#[tokio::test]
async fn page_and_command_line_answer_alike() {
    const NO: &str = "may not do this";
    let desk = Desk::with_advisories().await;
    told(&desk.context, "n-1").await;
    for (name, writes) in [("m.klein", false), ("k.weber", true)] {
        let cookie = desk.signed_in(name).await;
        for (path, form, call, everybody) in ROWS {
            let allowed = writes || *everybody;
            let page = desk.post(path, &cookie, form).await;
            assert_eq!(page.status.as_u16() != 403, allowed, "{name} {path}");
            assert_eq!(
                page.text.contains(NO),
                !allowed,
                "{name} {path}: {}",
                page.text
            );
            let run = terminal(&desk, Some(name), PASSWORD, call);
            assert_eq!(
                run.err.contains(NO),
                !allowed,
                "{name} {call:?}: {}",
                run.err
            );
            assert!(allowed || run.code == 1, "{name} {call:?}: {}", run.code);
        }
    }
}

/// Whatever is journalled as a person has proven that person.
#[tokio::test]
async fn the_journal_names_who_has_proven_himself() {
    let desk = Desk::new().await;
    desk.account("m.klein", Role::Approver).await;
    let context = &desk.context;
    for id in ["n-1", "n-2", "n-3"] {
        told(context, id).await;
    }
    let before = last(context).await;
    for (name, password, words) in [
        ("m.klein", "not the password", "not right"),
        ("nobody", PASSWORD, "not right"),
    ] {
        let run = terminal(&desk, Some(name), password, &["notice", "done", "n-1"]).expect(1);
        assert!(run.err.contains(words), "{}", run.err);
        assert_eq!(last(context).await, before, "nothing was done");
    }
    let done = |name: &str| (name.to_string(), "notice.done".to_string());
    terminal(&desk, Some("m.klein"), PASSWORD, &["notice", "done", "n-1"]).expect(0);
    assert_eq!(last(context).await, done("m.klein"));
    terminal(&desk, None, "", &["notice", "done", "n-2"]).expect(0);
    assert_eq!(last(context).await, done("shell"));
    let cookie = desk.signed_in("m.klein").await;
    desk.post("/hinweis/n-3/erledigt", &cookie, &[])
        .await
        .leads_to("/heute");
    assert_eq!(last(context).await, done("m.klein"));
    let refused = terminal(
        &desk,
        None,
        "",
        &["user", "add", "shell", "--role", "officer"],
    );
    assert_eq!(refused.code, 1, "nobody is called like the shell");
}

/// The shell is not one of two people, and one press of anybody stops.
#[tokio::test]
async fn the_shell_releases_nothing_and_may_stop() {
    warn::on_both(async |context| {
        let (number, hash) = warn::submitted(&context).await;
        let shell = Actor::Shell;
        for (act, error) in [
            (
                Act::ApproveWarning,
                acts::warn::approve(&context, &number, &shell, 5, &hash)
                    .await
                    .unwrap_err(),
            ),
            (
                Act::ReturnWarning,
                acts::warn::send_back(&context, &number, &shell, "no")
                    .await
                    .unwrap_err(),
            ),
            (
                Act::SubmitWarning,
                acts::warn::submit(&context, &number, &shell)
                    .await
                    .unwrap_err(),
            ),
        ] {
            let refusal = as_denied(&error).unwrap_or_else(|| panic!("{act:?}: {error:#}"));
            for (language, words) in [(Language::German, "Konto"), (Language::English, "account")] {
                assert!(
                    refusal_words(refusal, Texts(language)).contains(words),
                    "{refusal}"
                );
            }
        }
        assert_eq!(last(&context).await.1, "warning.submitted");
        acts::warn::stop(&context, &number, &shell).await.unwrap();
        let stopped = ("shell".to_string(), "warning.stopped".to_string());
        assert_eq!(last(&context).await, stopped);
    })
    .await;
}

/// Set-up ends with the first release; then only an administrator lets people in.
#[tokio::test]
async fn people_are_let_in_by_the_shell_until_the_first_release() {
    warn::on_both(async |context| {
        let add = async |actor: &Actor, name: &str| {
            acts::account::add(&context, actor, name, Role::Officer, None).await
        };
        add(&Actor::Shell, "a.first").await.unwrap();
        assert!(add(&warn::officer(), "a.second").await.is_err());
        warn::approved(&context).await;
        let administrator = Actor::account("r.adm", Role::Administrator);
        for (actor, allowed) in [
            (&Actor::Shell, false),
            (&warn::officer(), false),
            (&administrator, true),
        ] {
            let who = actor.name();
            let found = [
                add(actor, &format!("b.{who}")).await.is_ok(),
                acts::account::link(&context, actor, "a.first")
                    .await
                    .is_ok(),
                acts::account::disable(&context, actor, "a.first")
                    .await
                    .is_ok(),
            ];
            assert_eq!(found, [allowed; 3], "{who}");
        }
    })
    .await;
}

/// The same on the command line, where the journal already tells of a release.
#[test]
fn the_command_line_asks_for_an_administrator_after_the_first_release() {
    let home = Home::live();
    home.account("a.dmin", "administrator");
    home.account("k.weber", "officer");
    let add = ["user", "add", "n.eu", "--role", "approver"];
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = home.store().await;
        let mut open = store.begin().await.unwrap();
        let at = jiff::Timestamp::UNIX_EPOCH;
        journal::append(&mut open, at, "a.dmin", "warning.approved", "W-1", "")
            .await
            .unwrap();
        open.commit().await.unwrap();
        store.database.close().await;
    });
    for call in [
        &add[..],
        &["user", "link", "k.weber"],
        &["user", "disable", "k.weber"],
    ] {
        let refused = home.tuermer(call).expect(1);
        assert!(refused.err.contains("administrator"), "{}", refused.err);
        home.tuermer_as("k.weber", call).expect(1);
    }
    let added = home.tuermer_as("a.dmin", &add).expect(0);
    assert!(added.out.contains("/einrichten#"), "{}", added.out);
    home.tuermer_as("a.dmin", &["user", "disable", "k.weber"])
        .expect(0);
    // The shell still does what touches neither accounts nor keys.
    home.tuermer(&["feed", "add", "kev", "--untested"])
        .expect(0);
    home.tuermer(&["check", "key"]).expect(0);
}
