//! Nothing waits for what it has nothing to do with, told in time: beside a warning of 300 mails that is paced to one a
//! second, a second warning, a notice to the operators and an answer go their own way; also while something is stuck.

mod world;

use crate::sink::Act;
use crate::web_server::{Answer, Content, Request, WebServer};
use std::time::Duration;
use tuermer_core::station::Station;
use world::{World, configure, free_port};

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_paced_warning_everything_else_goes_its_way() {
    let world = World::new().await;
    let _serving = world.serve(&[]);
    world.side_by_side(true).await;
    let (status, text) = world.ask("GET", "/gesund", "");
    assert!(status == 200 && text.contains("\ndeliver good "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_mail_server_that_is_away_an_answer_is_judged() {
    let world = World::new().await;
    let serving = world.serve(&[]);
    let mail = world.paced().await;
    drop(serving);
    configure(&world.home, free_port(), world.port);
    let _serving = world.serve(&[]);
    world
        .within("the pages", 10, async |world| {
            (world.ask("GET", "/gesund", "").0 == 200).then_some(())
        })
        .await;
    let member = world.answer(&mail);
    world
        .within("the verdict on the answer", 5, async |world| {
            world.judged(&member).await.then_some(())
        })
        .await;
    world.report().await;
    let store = world.home.store().await;
    let waiting = store.notices_unmailed().await.unwrap();
    assert_eq!(
        waiting, 1,
        "the notice waits for the mail server, on the pages it stands at once"
    );
    store.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_mails_that_hang_in_the_middle() {
    // It takes the mail and never says so.
    let stuck = |to: &str| {
        if to.ends_with("small.example") {
            Act::Stall
        } else {
            Act::Take
        }
    };
    let world = World::with(stuck).await;
    let _serving = world.serve(&[]);
    world.release("CVE-2026-0002");
    let hangs = async |world: &World| world.mail_to("small.example");
    world.within("a mail that hangs", 10, hangs).await;
    // One company only: as many connections hang as it would take.
    world.release("CVE-2026-0003");
    let arrives = async |world: &World| world.mail_to("tiny.example");
    world.within("the second warning", 5, arrives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_machines_that_never_answer() {
    let world = World::new().await;
    let server = WebServer::start(|_: &Request| Answer::strange(Content::Silence));
    server.trust(&world.home);
    world.machines(&server);
    let _serving = world.serve(&[]);
    world.side_by_side(true).await;
    assert!(
        !server.asked().is_empty(),
        "no machine was told, so nothing hung"
    );
    let (status, text) = world.ask("GET", "/gesund", "");
    assert!(status == 200 && text.contains("\ndeliver good "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_feed_that_never_ends() {
    let world = World::new().await;
    let server =
        WebServer::start(|_: &Request| Answer::strange(Content::Slow(Duration::from_millis(200))));
    server.trust(&world.home);
    let url = format!("https://localhost:{}/kev.json", server.port);
    let add = [
        "feed",
        "add",
        "kev",
        &url,
        "--name",
        "endless",
        "--untested",
        "--allow-private",
        "localhost",
    ];
    world.home.tuermer(&add).expect(0);
    let _serving = world.serve(&[]);
    world
        .within("the feed to be asked", 10, async |_| {
            server.asked().first().map(drop)
        })
        .await;
    world.side_by_side(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_judge_who_is_busy() {
    let world = World::new().await;
    // Somebody judges all the time, and holds what a judge holds.
    let store = world.home.store().await;
    let lease = store
        .take_lease(Station::Assess, 0)
        .await
        .unwrap()
        .expect("nobody judges yet");
    let _serving = world.serve(&[]);
    world.side_by_side(false).await;
    lease.give_back().await;
    store.database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_station_that_fails_every_round() {
    let world = World::new().await;
    let store = world.home.store().await;
    let mut open = store.begin().await.unwrap();
    open.run("DELETE FROM meta WHERE key = 'forget.day'", Vec::new())
        .await
        .unwrap();
    open.run("ALTER TABLE malformed RENAME TO gone", Vec::new())
        .await
        .unwrap();
    open.commit().await.unwrap();
    store.database.close().await;
    let _serving = world.serve(&[]);
    world.side_by_side(true).await;
    let forget = world.within("the failure in the status", 10, async |world| {
        Some(world.station(Station::Forget)).filter(|forget| forget["failures"].as_i64() > Some(0))
    });
    let forget = forget.await;
    assert!(
        forget["error"].as_str().unwrap().contains("malformed"),
        "{forget}"
    );
    assert_eq!(world.station(Station::Deliver)["failures"], 0);
    let once = world.home.tuermer(&["run", "--once", "--json"]).expect(5);
    let report = once.line();
    assert_eq!(report["failed"][0]["station"], "forget", "{report}");
    assert!(once.err.contains("Keep retention"), "{}", once.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_dispatch_may_be_two_processes() {
    let world = World::new().await;
    let _pages = world.serve(&["--only", "pages,poll,revise,correlate,assess,tell,forget"]);
    let _dispatch = world.serve(&["--only", "deliver"]);
    world.side_by_side(true).await;
    world
        .home
        .tuermer(&["serve", "--only", "delivery"])
        .expect(2);
    let deaf = ["serve", "--only", "deliver", "--listen", "127.0.0.1:0"];
    world.home.tuermer(&deaf).expect(2);
}
