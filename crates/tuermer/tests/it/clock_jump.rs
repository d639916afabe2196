//! The machine's clock jumps while `serve` runs: a feed is asked once more, never in a storm, and never forgotten.

use crate::feeds::KEV;
use crate::support::Home;
use crate::web_server::{Answer, WebServer};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Longer than `serve` takes to look again which feeds are due, a few times over.
const WATCHED: Duration = Duration::from_secs(5);

/// libfaketime for programs with threads.
pub fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    folders
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists())
        .expect("libfaketime is installed (./test programs)")
}

/// `serve` on a clock that a file moves. What measures spans of time stays as it is, as in a real jump.
fn serve(home: &Home, library: &Path, moved: &str) -> Child {
    let mut command = home.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", moved)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the server was asked `wanted` times.
fn until(server: &WebServer, wanted: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.asked().len() < wanted && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_clock_that_jumps_neither_skips_nor_repeats_a_poll() {
    let library = library();
    let home = Home::live();
    let server = WebServer::start(|request| {
        Answer::ok(KEV)
            .with("Content-Type", "application/json")
            .tagged("\"one\"", request)
    });
    server.trust(&home);
    home.tuermer(&[
        "feed",
        "add",
        "kev",
        &server.url("/k"),
        "--name",
        "kev",
        "--period",
        "30m",
        "--allow-private",
        "localhost",
        "--untested",
    ])
    .expect(0);
    let moved = home.file("moved", "+0");
    let mut serving = serve(&home, &library, &moved);
    until(&server, 1);
    // What came of it is noted before the clock jumps.
    std::thread::sleep(WATCHED);
    let mut asked = vec![server.asked().len()];
    // One hour and ten days on, back to before the first attempt, past 2038, and back to today.
    for jump in ["+1h", "+10d", "-10d", "+13y", "+0"] {
        std::fs::write(&moved, jump).unwrap();
        until(&server, asked.len() + 1);
        std::thread::sleep(WATCHED);
        asked.push(server.asked().len());
    }
    let alive = serving.try_wait().unwrap().is_none();
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(alive, "serve ended while the clock jumped");
    assert_eq!(
        asked,
        [1, 2, 3, 4, 5, 6],
        "requests after the start and after each jump"
    );
    let feed = home.tuermer(&["feed", "list", "--json"]).expect(0).line();
    assert_eq!(
        (&feed["state"], &feed["failures"]),
        (&"fresh".into(), &0.into()),
        "{feed}"
    );
}
