//! Feeds as a stranger uses them: added, tried, asked, failing, silent, heard again; and every wrong way.

use crate::support::{Home, Run};
use crate::web_server::{Answer, Content, Request, WebServer};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub const KEV: &str = include_str!("../../../tuermer-formats/tests/fixtures/kev-three.json");

/// A newer catalogue: the due day of one entry moved.
fn newer() -> String {
    KEV.replace("2021-11-03T12:00", "2021-11-04T12:00")
        .replacen(
            "\"dueDate\": \"2021-04-16\"",
            "\"dueDate\": \"2022-05-03\"",
            1,
        )
}

/// A server whose answer to every path is chosen by a number that the test sets.
pub struct Switch {
    pub server: WebServer,
    now: Arc<AtomicUsize>,
}

impl Switch {
    pub fn new(answers: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        let now = Arc::new(AtomicUsize::new(0));
        let asked = Arc::clone(&now);
        Self {
            server: WebServer::start(move |request| answers(asked.load(Ordering::SeqCst), request)),
            now,
        }
    }

    pub fn set(&self, number: usize) {
        self.now.store(number, Ordering::SeqCst);
    }
}

fn json(bytes: impl Into<Vec<u8>>) -> Answer {
    Answer::ok(bytes).with("Content-Type", "application/json")
}

/// The answers of a catalogue in the course of its life.
fn catalogue(number: usize, request: &Request) -> Answer {
    match number {
        0 => json(KEV).tagged("\"one\"", request),
        1 => json(newer()).tagged("\"two\"", request),
        2 => json(&KEV[..900]).tagged("\"cut\"", request),
        3 => Answer::status(503).with("Retry-After", "7200"),
        4 => Answer::ok("<html>maintenance</html>").with("Content-Type", "text/html"),
        5 => json(r#"{"document": {"csaf_version": "2.0", "category": "csaf_base"}}"#),
        _ => Answer::strange(Content::Cut(b"{".to_vec())),
    }
}

fn at(home: &Home, time: &str, arguments: &[&str]) -> Run {
    home.tuermer(&[&["--at", time], arguments].concat())
}

fn feed(home: &Home, name: &str) -> Value {
    let feeds = home.tuermer(&["feed", "list", "--json"]).expect(0).lines();
    feeds
        .into_iter()
        .find(|feed| feed["feed"] == name)
        .unwrap_or_else(|| panic!("no feed {name}"))
}

fn numbers(pulled: &Value) -> [u64; 5] {
    ["discovered", "new", "changed", "same", "verified"].map(|key| {
        pulled[key]
            .as_u64()
            .unwrap_or_else(|| panic!("{key}: {pulled}"))
    })
}

#[test]
fn a_catalogue_is_asked_again_only_if_it_changed_and_the_last_good_copy_stays() {
    let home = Home::live();
    let source = Switch::new(catalogue);
    source.server.trust(&home);
    let url = source.server.url("/kev.json");
    home.tuermer(&[
        "feed",
        "add",
        "kev",
        &url,
        "--name",
        "kev",
        "--allow-private",
        "localhost",
    ])
    .expect(0);
    let pull = |code| {
        home.tuermer(&["feed", "pull", "kev", "--json"])
            .expect(code)
            .line()
    };
    let pulled = pull(0);
    assert_eq!(
        (numbers(&pulled), &pulled["rejected"], &pulled["error"]),
        ([3, 3, 0, 0, 0], &serde_json::json!([]), &Value::Null),
        "{pulled}"
    );
    assert!(feed(&home, "kev")["last_change"].is_string());
    let unchanged = pull(0);
    assert_eq!(
        (unchanged["unchanged"].as_bool(), numbers(&unchanged)),
        (Some(true), [0; 5])
    );
    assert_eq!(
        source
            .server
            .asked()
            .last()
            .unwrap()
            .header("if-none-match"),
        "\"one\""
    );
    assert_eq!(
        feed(&home, "kev")["discovered"],
        3,
        "an unchanged answer does not hide what the last one brought"
    );
    source.set(1);
    assert_eq!(numbers(&pull(0)), [3, 0, 1, 2, 0]);
    for (number, words) in [
        (2, "EOF"),
        (3, "status 503"),
        (4, "serves text/html"),
        (5, "something else than kev"),
        (6, "broke"),
        (0, "older"),
    ] {
        source.set(number);
        let failed = pull(1);
        assert!(
            failed["error"].as_str().unwrap().contains(words),
            "{words}: {failed}"
        );
        let listed = feed(&home, "kev");
        assert!(
            listed["last_error"].as_str().unwrap().contains(words) && listed["state"] == "failing",
            "{words}: {listed}"
        );
        assert_eq!(
            (&listed["discovered"], listed["silent_since"].is_null()),
            (&3.into(), true),
            "{words}: {listed}"
        );
    }
    source.set(1);
    assert_eq!(
        pull(0)["unchanged"],
        true,
        "the ETag of the last good copy is kept through all of it"
    );
    let listed = feed(&home, "kev");
    assert_eq!(
        (&listed["state"], &listed["last_error"], &listed["failures"]),
        (&"fresh".into(), &Value::Null, &0.into())
    );
    let german = std::process::Command::new(env!("CARGO_BIN_EXE_tuermer"))
        .arg("--data")
        .arg(home.data())
        .args(["--lang", "de", "feed", "list"])
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&german.stdout),
        String::from_utf8_lossy(&german.stderr),
    );
    assert!(
        out.contains("frisch") && err.contains("Niemand erfährt"),
        "{out} {err}"
    );
}

#[test]
fn every_wrong_way_is_told_and_changes_nothing() {
    let home = Home::live();
    let source = Switch::new(catalogue);
    source.server.trust(&home);
    let good = source.server.url("/kev.json");
    home.tuermer(&["feed", "list"]).expect(3);
    home.tuermer(&["feed", "pull", "--all"]).expect(3);
    home.tuermer(&[
        "feed",
        "add",
        "kev",
        &good,
        "--name",
        "first",
        "--allow-private",
        "localhost",
    ])
    .expect(0);
    let plain = good.replace("https://", "http://");
    let port = source.server.port;
    let literal = format!("https://127.0.0.1:{port}/kev.json");
    let password = format!("https://user:secret@localhost:{port}/kev.json");
    let long = "x".repeat(65);
    for (arguments, code, words) in [
        (
            vec!["add", "rss", &good],
            2,
            "no kind rss. Possible: csaf, kev, epss, cve, atom",
        ),
        (vec!["add", "csaf"], 2, "tuermer feed add csaf https://"),
        (vec!["add", "kev", &plain], 1, "only https:// is allowed"),
        (vec!["add", "kev", "kev.json"], 1, "kev.json is no address"),
        (
            vec!["add", "kev", "https://no-such-host.invalid/kev.json"],
            1,
            "no host no-such-host.invalid",
        ),
        (
            vec![
                "add",
                "kev",
                &source.server.url("/other.json"),
                "--name",
                "other",
            ],
            1,
            "allow it as a source with --allow-private",
        ),
        (
            vec![
                "add",
                "kev",
                &literal,
                "--allow-private",
                "localhost",
                "--name",
                "other",
            ],
            1,
            "not on the open internet",
        ),
        (
            vec!["add", "kev", &password, "--allow-private", "localhost"],
            1,
            "name or password",
        ),
        (
            vec![
                "add",
                "kev",
                "https://169.254.169.254/kev",
                "--allow-private",
                "169.254.169.254",
            ],
            1,
            "not on the open internet",
        ),
        (
            vec!["add", "kev", &good, "--allow-private", "https://localhost"],
            2,
            "is no host",
        ),
        (
            vec!["add", "kev", &good, "--allow-private", "localhost"],
            1,
            "asked already, as first",
        ),
        (
            vec![
                "add",
                "atom",
                &good,
                "--allow-private",
                "localhost",
                "--name",
                "first",
            ],
            1,
            "The name first belongs to",
        ),
        (
            vec![
                "add",
                "atom",
                &good,
                "--allow-private",
                "localhost",
                "--name",
                "news",
            ],
            1,
            "serves application/json instead",
        ),
        (
            vec!["add", "kev", "--name", "Ä Ö"],
            2,
            "does not do as a name",
        ),
        (
            vec!["add", "kev", "--name", &long],
            2,
            "does not do as a name",
        ),
        (
            vec!["add", "kev", "--period", "abc"],
            2,
            "abc is no span of time",
        ),
        (
            vec!["add", "kev", "--period", "1s"],
            2,
            "no span of time between 1m and 90d",
        ),
        (
            vec!["add", "kev", "--period", "1d", "--silent-after", "1h"],
            2,
            "shorter than the distance of pulls",
        ),
        (
            vec!["pull", "nobody"],
            3,
            "No feed is called nobody. There are: first",
        ),
        (vec!["pull"], 2, "required"),
        (vec!["pause", "nobody"], 3, "No feed is called nobody"),
        (vec!["remove", "nobody"], 3, "No feed is called nobody"),
        (vec!["test", "nobody"], 3, "No feed is called nobody"),
        (
            vec!["test", &plain, "--kind", "kev"],
            1,
            "only https:// is allowed",
        ),
    ] {
        let run = home.tuermer(&[&["feed"], arguments.as_slice()].concat());
        assert_eq!(run.code, code, "{arguments:?}: {} {}", run.out, run.err);
        assert!(
            format!("{} {}", run.out, run.err).contains(words),
            "{arguments:?}: {} {}",
            run.out,
            run.err
        );
        assert!(
            !run.err.contains("panicked") && !run.err.contains("feed."),
            "{arguments:?}: {}",
            run.err
        );
    }
    source.set(7);
    let other = source.server.url("/other.json");
    let refused = home
        .tuermer(&[
            "feed",
            "add",
            "kev",
            &other,
            "--name",
            "other",
            "--allow-private",
            "localhost",
        ])
        .expect(1);
    assert!(
        refused.err.contains("Not added") && refused.err.contains("--untested"),
        "{}",
        refused.err
    );
    assert_eq!(
        home.tuermer(&["feed", "list", "--json"])
            .expect(0)
            .lines()
            .len(),
        1,
        "something was added"
    );
    home.tuermer(&[
        "feed",
        "add",
        "kev",
        &other,
        "--name",
        "other",
        "--allow-private",
        "localhost",
        "--untested",
    ])
    .expect(0);
    assert_eq!(feed(&home, "other")["state"], "new");
}

/// A reader of German gets German words, also where the request was never made.
#[test]
fn a_refused_address_is_told_in_german() {
    let home = Home::drill();
    for (url, words) in [
        ("http://hersteller.example", "nur https:// ist erlaubt"),
        ("https://127.0.0.1", "nicht ins offene Internet"),
    ] {
        // As a person types it, without `--lang`: the language of the terminal counts.
        let mut command = std::process::Command::new(home.command(&[]).get_program());
        command
            .arg("--data")
            .arg(home.data())
            .args(["feed", "add", "csaf", url])
            .env("LC_ALL", "de_DE.UTF-8")
            .env("LANG", "de_DE.UTF-8");
        if let Some(database) = home.postgres() {
            command.args(["--database", &database.url()]);
        }
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(words), "{told}");
    }
}

#[test]
fn a_test_shows_its_steps_and_stores_nothing() {
    let home = Home::live();
    let source = Switch::new(|_, request| match request.path.as_str() {
        "/old.json" => Answer::redirect("/kev.json"),
        "/kev.json" => json(KEV).tagged("\"one\"", request),
        _ => Answer::status(404),
    });
    source.server.trust(&home);
    let (old, none) = (
        source.server.url("/old.json"),
        source.server.url("/none.json"),
    );
    let tested = home
        .tuermer(&[
            "feed",
            "test",
            &old,
            "--kind",
            "kev",
            "--allow-private",
            "localhost",
        ])
        .expect(0);
    for words in [
        "redirected to",
        "only if modified",
        "looks like kev",
        "can be added",
    ] {
        assert!(tested.out.contains(words), "{words}: {}", tested.out);
    }
    let failed = home
        .tuermer(&[
            "feed",
            "test",
            &none,
            "--kind",
            "kev",
            "--allow-private",
            "localhost",
            "--json",
        ])
        .expect(1)
        .line();
    assert!(
        failed["error"]
            .as_str()
            .unwrap()
            .contains("nothing (any more) under"),
        "{failed}"
    );
    home.tuermer(&["feed", "list"]).expect(3);
    assert_eq!(
        home.tuermer(&["status", "--json"]).expect(0).line()["threats"],
        0
    );
}

#[test]
fn paused_is_not_asked_resumed_is_and_removed_is_forgotten() {
    let home = Home::drill();
    let source = Switch::new(catalogue);
    source.server.trust(&home);
    home.tuermer(&[
        "feed",
        "add",
        "kev",
        &source.server.url("/k"),
        "--name",
        "kev",
        "--allow-private",
        "localhost",
        "--untested",
    ])
    .expect(0);
    home.tuermer(&["feed", "pause", "kev"]).expect(0);
    at(&home, "2030-01-01T00:00:00Z", &["run", "--once"]).expect(0);
    home.tuermer(&["feed", "pull", "--all"]).expect(3);
    assert_eq!(source.server.asked().len(), 0);
    home.tuermer(&["feed", "resume", "kev"]).expect(0);
    at(&home, "2030-01-01T00:00:00Z", &["run", "--once"]).expect(0);
    assert_eq!(source.server.asked().len(), 1);
    home.tuermer(&["feed", "remove", "kev"]).expect(0);
    home.tuermer(&["feed", "list"]).expect(3);
    let journal = home.tuermer(&["audit", "verify"]).expect(0);
    assert!(!journal.out.is_empty());
}

/// Sets `[operators] mail` of a data directory.
fn operators(home: &Home, addresses: &[&str]) {
    let config = home.data().join("tuermer.toml");
    let mut table: toml::Table = std::fs::read_to_string(&config).unwrap().parse().unwrap();
    let addresses = addresses
        .iter()
        .map(|address| toml::Value::from(*address))
        .collect::<Vec<_>>();
    table["operators"]
        .as_table_mut()
        .unwrap()
        .insert("mail".into(), addresses.into());
    std::fs::write(&config, table.to_string()).unwrap();
}

/// Mails of the folder with this word in their subject (quoted-printable leaves ASCII words alone).
fn mails(home: &Home, words: &str) -> usize {
    let outbox = home.data().join("outbox");
    let files = std::fs::read_dir(outbox)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    files
        .filter(|mail| mail.replace("\r\n ", " ").contains(words))
        .count()
}

#[test]
fn silence_is_told_once_outside_the_pages_and_its_end_too() {
    let home = Home::drill();
    let source = Switch::new(catalogue);
    source.server.trust(&home);
    let add = [
        "feed",
        "add",
        "kev",
        &source.server.url("/k"),
        "--name",
        "kev",
        "--allow-private",
        "localhost",
        "--period",
        "1h",
        "--silent-after",
        "6h",
    ];
    at(&home, "2026-03-01T00:00:00Z", &add).expect(0);
    at(&home, "2026-03-01T00:00:00Z", &["run", "--once"]).expect(0);
    source.set(3);
    at(&home, "2026-03-01T01:00:00Z", &["run", "--once"]).expect(5);
    at(&home, "2026-03-01T05:59:00Z", &["run", "--once"]).expect(5);
    assert!(
        at(&home, "2026-03-01T05:59:00Z", &["notice", "list"]).code == 3,
        "five hours are within its rule"
    );
    at(&home, "2026-03-01T08:00:00Z", &["run", "--once"]).expect(5);
    let silent = feed(&home, "kev");
    assert_eq!(
        (&silent["state"], &silent["silent_since"]),
        (&"silent".into(), &"2026-03-01T00:00:00Z".into()),
        "{silent}"
    );
    let status = home.tuermer(&["status", "--json"]).expect(0).line();
    assert_eq!(
        (
            &status["feeds"]["silent"],
            &status["notices"]["unmailed"],
            &status["operators"]
        ),
        (&1.into(), &1.into(), &0.into()),
        "{status}"
    );
    assert!(
        home.tuermer(&["status"])
            .expect(0)
            .err
            .contains("nobody hears of it")
    );
    // Nobody could be told yet; as soon as there is an operator he hears of it, once, however often the program starts.
    operators(&home, &["a@operator.example", "b@operator.example"]);
    for time in [
        "2026-03-01T08:01:00Z",
        "2026-03-01T20:00:00Z",
        "2026-03-02T08:00:00Z",
    ] {
        at(&home, time, &["run", "--once"]);
        assert_eq!(
            (
                mails(&home, "silent") + mails(&home, "schweigt"),
                std::fs::read_dir(home.data().join("outbox"))
                    .unwrap()
                    .count()
            ),
            (2, 2),
            "{time}"
        );
    }
    let notices = home
        .tuermer(&["notice", "list", "--json"])
        .expect(0)
        .lines();
    assert_eq!(
        (
            notices.len(),
            &notices[0]["kind"],
            notices[0]["mailed_at"].is_string()
        ),
        (1, &"feed.silent".into(), true),
        "{notices:?}"
    );
    assert!(
        notices[0]["text"].as_str().unwrap().contains("status 503"),
        "{notices:?}"
    );
    source.set(1);
    for time in ["2026-03-02T12:00:00Z", "2026-03-02T14:00:00Z"] {
        at(&home, time, &["run", "--once"]).expect(0);
        assert_eq!(
            std::fs::read_dir(home.data().join("outbox"))
                .unwrap()
                .count(),
            4,
            "one more for each operator at {time}"
        );
    }
    assert_eq!(feed(&home, "kev")["silent_since"], Value::Null);
    let notices = home
        .tuermer(&["notice", "list", "--json"])
        .expect(0)
        .lines();
    assert_eq!(
        (notices.len(), &notices[0]["kind"]),
        (1, &"feed.recovered".into()),
        "the alarm is over by itself: {notices:?}"
    );
    // A second silence is told again.
    source.set(3);
    at(&home, "2026-03-03T00:00:00Z", &["run", "--once"]).expect(5);
    assert_eq!(
        std::fs::read_dir(home.data().join("outbox"))
            .unwrap()
            .count(),
        6
    );
}

#[test]
fn jumping_clocks_neither_skip_nor_storm() {
    let home = Home::drill();
    let source = Switch::new(catalogue);
    source.server.trust(&home);
    let add = [
        "feed",
        "add",
        "kev",
        &source.server.url("/k"),
        "--name",
        "kev",
        "--allow-private",
        "localhost",
        "--period",
        "1h",
        "--untested",
    ];
    at(&home, "2026-03-01T00:00:00Z", &add).expect(0);
    for (time, asked, why) in [
        ("2026-03-01T00:00:00Z", 1, "new"),
        ("2026-03-01T00:00:01Z", 1, "a second later"),
        ("2026-03-01T00:50:00Z", 1, "within the period"),
        ("2026-03-01T01:00:00Z", 2, "after it"),
        (
            "2036-03-01T00:00:00Z",
            3,
            "ten years ahead: once, not 87,600 times",
        ),
        ("2036-03-01T00:00:02Z", 3, "and not again"),
        (
            "2026-03-01T02:00:00Z",
            4,
            "back again: at once, not in ten years",
        ),
        ("2026-03-01T02:00:02Z", 4, "and not again"),
        ("2026-03-01T01:59:50Z", 4, "ten seconds back"),
        ("2026-03-01T03:00:01Z", 5, "and in its rhythm again"),
    ] {
        at(&home, time, &["run", "--once"]).expect(0);
        assert_eq!(source.server.asked().len(), asked, "{time}: {why}");
    }
    // Failing: the distances grow, up to one period, and the server's own wish is honoured.
    source.set(6);
    at(&home, "2026-03-01T05:00:00Z", &["run", "--once"]).expect(5);
    let first = feed(&home, "kev")["next"].as_str().unwrap().to_string();
    assert!(
        ("2026-03-01T05:00:30Z".."2026-03-01T05:01:01Z").contains(&first.as_str()),
        "{first}"
    );
    source.set(3);
    at(&home, "2026-03-01T06:00:00Z", &["run", "--once"]).expect(5);
    assert_eq!(
        feed(&home, "kev")["next"],
        "2026-03-01T08:00:00Z",
        "Retry-After: 7200"
    );
}

#[test]
fn a_slow_source_holds_up_nobody_while_the_program_serves() {
    let home = Home::live();
    let slow = WebServer::start(|_| Answer::strange(Content::Slow(Duration::from_millis(200))));
    let fast = Switch::new(catalogue);
    let both = home.file(
        "both.pem",
        format!("{}{}", slow.authority, fast.server.authority),
    );
    slow.trust(&home);
    let config = home.data().join("tuermer.toml");
    let mut table: toml::Table = std::fs::read_to_string(&config).unwrap().parse().unwrap();
    table["feeds"]
        .as_table_mut()
        .unwrap()
        .insert("trusted_roots".into(), both.into());
    std::fs::write(&config, table.to_string()).unwrap();
    for (name, url) in [("slow", slow.url("/k")), ("fast", fast.server.url("/k"))] {
        home.tuermer(&[
            "feed",
            "add",
            "kev",
            &url,
            "--name",
            name,
            "--allow-private",
            "localhost",
            "--untested",
        ])
        .expect(0);
    }
    let mut serving = home
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while feed(&home, "fast")["state"] != "fresh" && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
    }
    let (fast_state, slow_state) = (feed(&home, "fast"), feed(&home, "slow"));
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert_eq!(
        (&fast_state["state"], &fast_state["new"]),
        (&"fresh".into(), &3.into()),
        "{fast_state}"
    );
    assert_eq!(
        (&slow_state["state"], &slow_state["failures"]),
        (&"new".into(), &1.into()),
        "claimed and still under way: {slow_state}"
    );
    assert_eq!(
        fast.server.asked().len(),
        1,
        "asked more than once within its period"
    );
}

const CVE: &str = include_str!("../../../tuermer-formats/tests/fixtures/cve-file-transfer.json");
const EPSS: &str = include_str!("../../../tuermer-formats/tests/fixtures/epss-four.csv");
const ATOM: &str = include_str!("../../../tuermer-formats/tests/fixtures/atom-cert.xml");

/// The id the fixture of a record has.
fn fixture_id() -> String {
    let record: Value = serde_json::from_str(CVE).unwrap();
    record["cveMetadata"]["cveId"].as_str().unwrap().to_string()
}

/// A list of changes that names the fixture, another record under a foreign name, and one that is away.
fn change_log(request: &Request, updated: &str) -> Answer {
    let id = fixture_id();
    let host = request.header("host");
    let entry = |cve: &str, updated: &str| {
        format!(
            r#"{{"cveId": "{cve}", "githubLink": "https://{host}/{cve}.json", "dateUpdated": "{updated}"}}"#
        )
    };
    let day = "2026-03-01T00:00:00.000Z";
    let list = [
        entry(&id, updated),
        entry("CVE-2026-0001", day),
        entry("CVE-2026-0002", day),
    ]
    .join(",");
    json(format!(r#"[{{"fetchTime": "2026-03-02T00:00:00.000Z", "numberOfChanges": 3, "new": [{list}], "updated": []}}]"#))
        .tagged(&format!("\"{updated}\""), request)
}

#[test]
fn records_that_moved_are_fetched_once_and_must_be_what_the_list_names() {
    let home = Home::live();
    let source = Switch::new(|number, request| match request.path.as_str() {
        "/deltaLog.json" => change_log(
            request,
            if number < 2 {
                "2026-03-01T10:00:00.000Z"
            } else {
                "2026-03-03T10:00:00.000Z"
            },
        ),
        "/CVE-2026-0001.json" => json(CVE),
        "/CVE-2026-0002.json" if number == 0 => Answer::status(503),
        "/CVE-2026-0002.json" => json("{}"),
        _ => json(CVE),
    });
    source.server.trust(&home);
    home.tuermer(&[
        "feed",
        "add",
        "cve",
        &source.server.url("/deltaLog.json"),
        "--name",
        "cve",
        "--allow-private",
        "localhost",
    ])
    .expect(0);
    let pull = |code| {
        home.tuermer(&["feed", "pull", "cve", "--json"])
            .expect(code)
            .line()
    };
    let rejected = |pulled: &Value| {
        pulled["rejected"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["document"].as_str().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    let mut first = pull(5);
    assert_eq!(numbers(&first), [3, 1, 0, 0, 0], "{first}");
    first["rejected"]
        .as_array_mut()
        .unwrap()
        .sort_by_key(|one| one["document"].to_string());
    assert_eq!(rejected(&first), ["CVE-2026-0001", "CVE-2026-0002"]);
    assert!(
        first["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("Another record"),
        "{first}"
    );
    // What was away is asked for again although the list has not moved; the rest is not.
    source.set(1);
    let second = pull(5);
    assert_eq!(
        (numbers(&second), rejected(&second)),
        ([3, 0, 0, 2, 0], vec!["CVE-2026-0002".to_string()]),
        "{second}"
    );
    assert_eq!(pull(0)["unchanged"], true);
    source.set(2);
    assert_eq!(
        numbers(&pull(0)),
        [3, 0, 0, 3, 0],
        "the same bytes under a new time are no news"
    );
    let id = fixture_id();
    assert_eq!(
        (
            source.server.count(&format!("/{id}.json")),
            source.server.count("/CVE-2026-0001.json"),
            source.server.count("/CVE-2026-0002.json")
        ),
        (2, 1, 2)
    );
    assert_eq!(
        home.tuermer(&["status", "--json"]).expect(0).line()["threats"],
        1
    );
}

#[test]
fn estimates_and_news_have_their_own_place() {
    let home = Home::drill();
    let source = Switch::new(|_, request| match request.path.as_str() {
        "/epss.csv" => Answer::ok(EPSS).with("Content-Type", "text/csv"),
        _ => Answer::ok(ATOM).with("Content-Type", "application/atom+xml; charset=utf-8"),
    });
    source.server.trust(&home);
    for (kind, path) in [("epss", "/epss.csv"), ("atom", "/news.xml")] {
        at(
            &home,
            "2021-03-04T00:00:00Z",
            &[
                "feed",
                "add",
                kind,
                &source.server.url(path),
                "--name",
                kind,
                "--allow-private",
                "localhost",
            ],
        )
        .expect(0);
        let pulled = at(
            &home,
            "2021-03-04T00:00:00Z",
            &["feed", "pull", kind, "--json"],
        )
        .expect(0)
        .line();
        assert!(
            pulled["new"].as_u64().unwrap() > 0 && pulled["error"].is_null(),
            "{kind}: {pulled}"
        );
    }
    assert!(
        !at(
            &home,
            "2021-03-04T00:00:00Z",
            &["reading", "list", "--json"]
        )
        .expect(0)
        .lines()
        .is_empty()
    );
}
