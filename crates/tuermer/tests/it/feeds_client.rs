//! The client against a server that misbehaves in every way: one clear sentence, nothing taken, nobody asked who must not be.

use crate::web_server::{Answer, Content, WebServer};
use std::time::{Duration, Instant};
use tuermer::outgoing::{Client, ClientRules, FetchError, Fetched, RetryAfter, Wanted};

const LIMIT: u64 = 256 * 1024;
const WANTED: Wanted<'static> = Wanted {
    limit_bytes: LIMIT,
    seconds: 2,
    ..Wanted::JSON
};

fn client(server: &WebServer, private: &[&str]) -> Client {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &server.authority).unwrap();
    let rules = ClientRules {
        private_hosts: private.iter().map(ToString::to_string).collect(),
        trusted_roots: file.path().to_str().unwrap().to_string(),
        base_url: "https://warnung.example".into(),
    };
    Client::new(&rules).unwrap()
}

fn misbehaving() -> WebServer {
    WebServer::start(|request| match request.path.as_str() {
        "/fine.json" => Answer::ok("{}")
            .with("Content-Type", "application/json; charset=utf-8")
            .with("Last-Modified", "Mon, 02 Mar 2026 00:00:00 GMT")
            .tagged("\"1\"", request),
        "/there" => Answer::redirect("/fine.json"),
        "/to-literal" => Answer::redirect("https://127.0.0.1/x"),
        "/to-hex" => Answer::redirect("https://0x7f000001/x"),
        "/to-metadata" => Answer::redirect("https://169.254.169.254/latest/meta-data/"),
        "/to-mapped" => Answer::redirect("https://[::ffff:127.0.0.1]/x"),
        "/to-http" => Answer::redirect("http://localhost/x"),
        "/to-file" => Answer::redirect("file:///etc/passwd"),
        "/to-password" => Answer::redirect("https://user:word@localhost/x"),
        "/loop" => Answer::redirect("/loop"),
        "/endless" => Answer::strange(Content::Endless),
        "/slow" => Answer::strange(Content::Slow(Duration::from_millis(50))),
        "/bomb" => Answer::strange(Content::Bomb(2 << 20)),
        "/cut" => Answer::strange(Content::Cut(b"{\"half\":".to_vec())),
        "/long" => Answer::strange(Content::Length(LIMIT + 1)),
        "/page" => Answer::ok("<html>").with("Content-Type", "text/html"),
        "/busy" => Answer::status(429).with("Retry-After", "77"),
        "/away" => Answer::status(503),
        "/304" => Answer::status(304),
        _ => Answer::status(404),
    })
}

#[tokio::test]
async fn a_body_and_what_is_kept_for_the_next_time() {
    let server = misbehaving();
    let client = client(&server, &["localhost"]);
    let Fetched::Body(body) = client.get(&server.url("/there"), WANTED).await.unwrap() else {
        panic!("no body")
    };
    assert_eq!(
        (body.bytes.as_slice(), body.url),
        (b"{}".as_slice(), server.url("/fine.json"))
    );
    assert_eq!(
        (
            body.etag.as_str(),
            body.last_modified.as_str(),
            body.content_type.as_str()
        ),
        ("\"1\"", "Mon, 02 Mar 2026 00:00:00 GMT", "application/json")
    );
    let again = Wanted {
        etag: &body.etag,
        last_modified: &body.last_modified,
        ..WANTED
    };
    assert_eq!(
        client.get(&server.url("/fine.json"), again).await.unwrap(),
        Fetched::NotModified
    );
    let asked = server.asked();
    let last = asked.last().unwrap();
    assert_eq!(
        (
            last.header("if-none-match"),
            last.header("if-modified-since")
        ),
        ("\"1\"", "Mon, 02 Mar 2026 00:00:00 GMT")
    );
    let us = format!(
        "tuermer/{} (+https://warnung.example)",
        env!("CARGO_PKG_VERSION")
    );
    assert!(
        asked
            .iter()
            .all(|request| request.header("user-agent") == us),
        "{asked:?}"
    );
    assert!(
        asked
            .iter()
            .all(|request| request.header("referer").is_empty()
                && request.header("cookie").is_empty())
    );
}

#[tokio::test]
async fn every_way_to_misbehave_has_its_sentence() {
    let server = misbehaving();
    let client = client(&server, &["localhost"]);
    let shown = |path: &str| server.url(path);
    for (path, is_right, words) in [
        (
            "/to-literal",
            (|e| matches!(e, FetchError::RedirectRefused { why, .. } if matches!(**why, FetchError::AddressRefused { .. })))
                as fn(&FetchError) -> bool,
            "not on the open internet",
        ),
        (
            "/to-hex",
            |e| matches!(e, FetchError::RedirectRefused { .. }),
            "redirects to https://127.0.0.1/x",
        ),
        (
            "/to-metadata",
            |e| matches!(e, FetchError::RedirectRefused { .. }),
            "169.254.169.254",
        ),
        (
            "/to-mapped",
            |e| matches!(e, FetchError::RedirectRefused { .. }),
            "not on the open internet",
        ),
        (
            "/to-http",
            |e| matches!(e, FetchError::RedirectRefused { why, .. } if matches!(**why, FetchError::NotHttps { .. })),
            "that is not https://",
        ),
        (
            "/to-file",
            |e| matches!(e, FetchError::RedirectRefused { .. }),
            "that is not https://",
        ),
        (
            "/to-password",
            |e| matches!(e, FetchError::RedirectRefused { .. }),
            "that is not followed",
        ),
        (
            "/loop",
            |e| matches!(e, FetchError::TooManyRedirects { .. }),
            "more than 10 times",
        ),
        (
            "/endless",
            |e| matches!(e, FetchError::TooBig { .. }),
            "larger than allowed (256 KiB)",
        ),
        (
            "/slow",
            |e| matches!(e, FetchError::TooSlow { .. }),
            "given up after 2 seconds",
        ),
        (
            "/bomb",
            |e| matches!(e, FetchError::TooBig { .. }),
            "larger than allowed",
        ),
        ("/cut", |e| matches!(e, FetchError::Broken { .. }), "broke"),
        (
            "/long",
            |e| matches!(e, FetchError::TooBig { .. }),
            "larger than allowed",
        ),
        (
            "/page",
            |e| matches!(e, FetchError::ContentType { .. }),
            "serves text/html",
        ),
        (
            "/busy",
            |e| {
                matches!(
                    e,
                    FetchError::Status {
                        code: 429,
                        retry_after: Some(RetryAfter::Seconds(77)),
                        ..
                    }
                )
            },
            "asked too often",
        ),
        (
            "/away",
            |e| {
                matches!(
                    e,
                    FetchError::Status {
                        code: 503,
                        retry_after: None,
                        ..
                    }
                )
            },
            "status 503",
        ),
        (
            "/304",
            |e| matches!(e, FetchError::Status { code: 304, .. }),
            "status 304",
        ),
        ("/none", |e| e.is_not_found(), "nothing (any more) under"),
    ] {
        let started = Instant::now();
        let error = client.get(&shown(path), WANTED).await.unwrap_err();
        assert!(is_right(&error), "{path}: {error:?}");
        let sentence = error.to_string();
        assert!(
            sentence.contains(words) && !sentence.contains('{') && !sentence.contains("word@"),
            "{path}: {sentence}"
        );
        assert!(
            started.elapsed() < Duration::from_secs(4),
            "{path} took {:?}",
            started.elapsed()
        );
    }
    assert_eq!(server.count("/loop"), 11, "the first and ten redirects");
    assert_eq!(server.count("/x"), 0, "somebody was asked who must not be");
}

#[tokio::test]
async fn hosts_of_our_own_are_asked_only_if_allowed_and_by_the_name_that_is_allowed() {
    let server = misbehaving();
    let strict = client(&server, &[]);
    let port = server.port;
    for url in [
        server.url("/fine.json"),
        format!("https://127.0.0.1:{port}/fine.json"),
        format!("https://2130706433:{port}/fine.json"),
    ] {
        let error = strict.get(&url, WANTED).await.unwrap_err();
        assert!(
            matches!(error, FetchError::AddressRefused { .. }),
            "{url}: {error:?}"
        );
    }
    let by_name = client(&server, &["localhost"]);
    let error = by_name
        .get(&format!("https://127.0.0.1:{port}/fine.json"), WANTED)
        .await
        .unwrap_err();
    assert!(
        matches!(error, FetchError::AddressRefused { .. }),
        "{error:?}"
    );
    assert!(
        client(&server, &["127.0.0.1"])
            .get(&format!("https://127.0.0.1:{port}/fine.json"), WANTED)
            .await
            .is_ok()
    );
    assert_eq!(
        server.asked().len(),
        1,
        "only the last one reached the server"
    );
}

#[tokio::test]
async fn a_name_that_leads_into_the_own_house_is_refused_when_the_connection_is_made() {
    let (name, addresses) = crate::support::name_of_the_own_house().await;
    let server = misbehaving();
    let error = client(&server, &["localhost"])
        .get(&format!("https://{name}:{}/fine.json", server.port), WANTED)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            FetchError::AddressRefused {
                address: Some(_),
                ..
            }
        ),
        "{addresses:?}: {error:?}"
    );
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn whoever_cannot_prove_himself_is_not_believed() {
    let fine = misbehaving();
    let other = WebServer::named(&["other.example"], 4000, |_| Answer::ok("{}"));
    let expired = WebServer::named(&["localhost"], 2000, |_| Answer::ok("{}"));
    for (server, trusted, words) in [
        (&other, &other, "not valid for name"),
        (&expired, &expired, "expired"),
        (&fine, &other, "BadSignature"),
    ] {
        let error = client(trusted, &["localhost"])
            .get(&server.url("/fine.json"), WANTED)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, FetchError::Tls { why, .. } if why.contains(words)),
            "{words}: {error:?}"
        );
        assert!(server.asked().is_empty());
    }
    let nobody = client(&fine, &["localhost"])
        .get("https://localhost:1/x", WANTED)
        .await
        .unwrap_err();
    assert!(
        matches!(nobody, FetchError::NoConnection { .. }),
        "{nobody:?}"
    );
    let nowhere = client(&fine, &[])
        .get("https://no-such-host.invalid/x", WANTED)
        .await
        .unwrap_err();
    assert!(
        matches!(nowhere, FetchError::NoSuchHost { .. }),
        "{nowhere:?}"
    );
}

/// A proxy that notes whom it was asked for and connects to the port of `server`, whatever the name.
fn proxy(server: &WebServer) -> (u16, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, target) = (
        std::sync::Arc::new(std::sync::Mutex::new(Vec::new())),
        server.port,
    );
    let noted = std::sync::Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, noted) = (stream.unwrap(), std::sync::Arc::clone(&noted));
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                noted.lock().unwrap().push(line.trim().to_string());
                while reader.read_line(&mut String::new()).unwrap() > 2 {}
                let mut behind = std::net::TcpStream::connect(("127.0.0.1", target)).unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
                let (mut from, mut to) = (behind.try_clone().unwrap(), stream.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut to).ok());
                std::io::copy(&mut stream, &mut behind).ok();
            });
        }
    });
    (port, asked)
}

#[test]
fn a_proxy_of_the_environment_is_used_and_is_no_door_into_the_house() {
    let server = WebServer::named(&["feeds.example", "localhost"], 4000, |_| {
        Answer::ok("{}").with("Content-Type", "application/json")
    });
    let (port, asked) = proxy(&server);
    let home = crate::support::Home::live();
    server.trust(&home);
    let test = |url: &str, no_proxy: &str| {
        let mut command = home.command(&["feed", "test", url, "--kind", "kev", "--json"]);
        command
            .env("HTTPS_PROXY", format!("localhost:{port}"))
            .env("NO_PROXY", no_proxy);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    // The proxy itself lies in the own house, resolves the name, and is only asked for hosts that may be asked.
    let through = test("https://feeds.example/kev.json", "");
    assert!(
        through.contains("something else than kev"),
        "it was fetched, through the proxy: {through}"
    );
    assert_eq!(
        asked.lock().unwrap().as_slice(),
        ["CONNECT feeds.example:443 HTTP/1.1"]
    );
    for url in [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/x",
    ] {
        let refused = test(url, "");
        assert!(refused.contains("is not asked"), "{url}: {refused}");
    }
    let beside = test("https://feeds.example/kev.json", "feeds.example");
    assert!(
        beside.contains("no host feeds.example"),
        "NO_PROXY means asking directly: {beside}"
    );
    assert_eq!(
        asked.lock().unwrap().len(),
        1,
        "the proxy was asked for somebody else"
    );
    let mut wrong = home.command(&[
        "feed",
        "test",
        "https://feeds.example/kev.json",
        "--kind",
        "kev",
    ]);
    let wrong = wrong.env("HTTPS_PROXY", "socks5://x").output().unwrap();
    assert!(
        String::from_utf8_lossy(&wrong.stderr).contains("HTTPS_PROXY names no usable proxy"),
        "{wrong:?}"
    );
}
