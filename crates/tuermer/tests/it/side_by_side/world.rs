//! A chamber with 300 companies at one hoster and 3 elsewhere, its running service, and what is asked of it in time.

use crate::sink::{Act, Sink};
use crate::support::Home;
use crate::web_server::WebServer;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tuermer::values;
use tuermer_core::station::Station;

/// Mails of the paced warning.
const PACED: usize = 300;

/// A running `serve`; ended with the test.
pub struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

pub struct World {
    pub home: Home,
    password: String,
    pub port: u16,
    sink: Sink,
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl World {
    /// 300 companies at one hoster, 3 at another and one alone, three threats that hit them, two people; nothing released yet.
    pub async fn new() -> Self {
        Self::with(|_| Act::Take).await
    }

    /// The same towards a mail server that does with each recipient what `script` says.
    pub async fn with(script: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        let sink = Sink::start(Duration::ZERO, move |to, _| script(to)).await;
        let home = Home::live();
        let port = free_port();
        configure(&home, sink.port, port);
        let password = home.file("password", "correct horse battery staple\n");
        for (name, role) in [("k.weber", "officer"), ("m.stein", "approver")] {
            let add = [
                "user",
                "add",
                name,
                "--role",
                role,
                "--password-file",
                &password,
            ];
            home.tuermer(&add).expect(0);
        }
        register(&home);
        for (cve, product) in [
            ("CVE-2026-0001", "Foo Gateway"),
            ("CVE-2026-0002", "Bar Server"),
            ("CVE-2026-0003", "Baz Proxy"),
        ] {
            state(&home, cve, product);
        }
        home.tuermer(&["run", "--once"]).expect(0);
        Self {
            home,
            password,
            port,
            sink,
        }
    }

    /// Every tenth company of the paced warning, and all of the small one, have a machine at `server`.
    pub fn machines(&self, server: &WebServer) {
        let mut list = String::from("external_id,contact_name,email,webhook\n");
        for n in (0..PACED).step_by(10) {
            let url = server.url(&format!("/hook/B-{n}"));
            list += &format!("B-{n},Frau {n},mail{n}@big.example,{url}\n");
        }
        for n in 0..3 {
            let url = server.url(&format!("/hook/S-{n}"));
            list += &format!("S-{n},Herr {n},mail{n}@small.example,{url}\n");
        }
        let file = self.home.file("contacts.csv", list);
        self.home.tuermer(&["import", "contacts", &file]).expect(0);
    }

    fn warn(&self, arguments: &[&str], name: &str) -> serde_json::Value {
        let proof = ["--as", name, "--password-file", &self.password, "--json"];
        self.home
            .tuermer(&[&["warn"], arguments, &proof].concat())
            .expect(0)
            .line()
    }

    /// Two people release a warning; returns its number.
    pub fn release(&self, cve: &str) -> String {
        let number = self.warn(&["draft", cve], "k.weber")["number"]
            .as_str()
            .unwrap()
            .to_string();
        let audience = self.warn(&["submit", &number], "k.weber")["audience"].to_string();
        self.warn(&["approve", &number, "--count", &audience], "m.stein");
        number
    }

    pub fn serve(&self, arguments: &[&str]) -> Serving {
        let mut command = self.home.command(&[&["serve"], arguments].concat());
        Serving(
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }

    /// Waits until `there` finds something; fails after `seconds`.
    pub async fn within<T>(
        &self,
        what: &str,
        seconds: u64,
        mut there: impl AsyncFnMut(&Self) -> Option<T>,
    ) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = there(self).await {
                return found;
            }
            let waited = began.elapsed();
            assert!(
                waited < Duration::from_secs(seconds),
                "{what}: not there after {waited:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The first mail to an address.
    pub fn mail_to(&self, domain: &str) -> Option<String> {
        let taken = self.sink.taken();
        let mail = taken.iter().find(|taken| taken.to.ends_with(domain))?;
        Some(
            String::from_utf8(mail.bytes.clone())
                .unwrap()
                .replace("=\r\n", "")
                .replace("=3D", "="),
        )
    }

    /// One request to the pages: status and body.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return (0, String::new());
        };
        let host = format!("127.0.0.1:{}", self.port);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
        (status.unwrap_or(0), answer)
    }

    /// Somebody reports ransomware; a person needs some seconds for the form.
    pub async fn report(&self) {
        let (_, form) = self.ask("GET", "/melden", "");
        let hidden = |name: &str| {
            let (_, rest) = form
                .split_once(&format!("name=\"{name}\" value=\""))
                .unwrap();
            tuermer::web::layout::segment(rest.split_once('"').unwrap().0)
        };
        let body = format!(
            "gezeigt={}&w=&t=&lang=de&vorfall=encrypted&erreichbar=0271%20123456",
            hidden("gezeigt")
        );
        tokio::time::sleep(Duration::from_secs(4)).await;
        let (status, answer) = self.ask("POST", "/melden", &body);
        assert_eq!(status, 303, "{answer}");
    }

    /// The reader of a mail says that the hole is closed; returns the member's number.
    pub fn answer(&self, mail: &str) -> String {
        let (_, link) = mail.split_once("/w/").unwrap();
        let link = link.split(['\r', '\n', '"', ' ']).next().unwrap();
        let (number, token) = link.split_once("?t=").unwrap();
        let body = format!("t={token}&antwort=done");
        let (status, answer) = self.ask("POST", &format!("/w/{number}/antwort"), &body);
        assert_eq!(status, 303, "{answer}");
        let (_, to) = mail.split_once("To: ").unwrap();
        let (_, digits) = to.split_once("mail").unwrap();
        format!("B-{}", digits.split_once('@').unwrap().0)
    }

    /// True once the answer of a member counts in the verdict.
    pub async fn judged(&self, member: &str) -> bool {
        let store = self.home.store().await;
        let sql = "SELECT 1 FROM exposure e JOIN organisation o ON o.id = e.organisation_id WHERE o.external_id = $1 AND e.status = 'fixed'";
        let found = store.read_one(sql, values![member]).await.unwrap();
        store.database.close().await;
        found.is_some()
    }

    /// How a station is doing, in the words of `tuermer status`.
    pub fn station(&self, station: Station) -> serde_json::Value {
        let status = self.home.tuermer(&["status", "--json"]).expect(0).line();
        let stations = status["stations"].as_array().unwrap().clone();
        let found = stations
            .into_iter()
            .find(|found| found["station"] == station.as_str());
        found.unwrap_or(serde_json::Value::Null)
    }

    /// The paced warning is under way; returns one of its mails.
    pub async fn paced(&self) -> String {
        self.release("CVE-2026-0001");
        self.within("the first mail of the paced warning", 20, async |world| {
            world.mail_to("big.example")
        })
        .await
    }

    /// What must hold whatever is stuck: second warning, notice, and, where verdicts can be made, an answer.
    pub async fn side_by_side(&self, answers: bool) {
        let mail = self.paced().await;
        self.release("CVE-2026-0002");
        self.within("the second warning", 5, async |world| {
            world.mail_to("small.example")
        })
        .await;
        self.report().await;
        self.within("the notice", 10, async |world| world.mail_to("op.example"))
            .await;
        if answers {
            let member = self.answer(&mail);
            self.within("the verdict on the answer", 5, async |world| {
                world.judged(&member).await.then_some(())
            })
            .await;
        }
        let left = self
            .sink
            .taken()
            .iter()
            .filter(|taken| taken.to.ends_with("big.example"))
            .count();
        assert!(
            left < PACED,
            "the paced warning was over already, so nothing was beside it"
        );
    }
}

pub fn configure(home: &Home, smtp: u16, web: u16) {
    let path = home.data().join("tuermer.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let set = |line: &str| match line.split_once(" = ") {
        Some(("host", _)) => "host = \"127.0.0.1\"".into(),
        Some(("port", _)) => format!("port = {smtp}"),
        Some(("tls", _)) => "tls = \"none\"".into(),
        Some(("per_domain_per_minute", _)) => "per_domain_per_minute = 60".into(),
        Some(("listen", _)) => format!("listen = \"127.0.0.1:{web}\""),
        Some(("base_url", _)) => format!("base_url = \"http://127.0.0.1:{web}\""),
        Some(("mail", _)) => "mail = [\"watch@op.example\"]".into(),
        _ => line.to_string(),
    };
    let text: Vec<String> = text.lines().map(set).collect();
    std::fs::write(&path, text.join("\n")).unwrap();
}

fn register(home: &Home) {
    let mut members = String::from("external_id,name,contact_name,email\n");
    let mut inventory = String::from("external_id,vendor,product,version,source,observed_at\n");
    for n in 0..PACED {
        members += &format!("B-{n},Firma {n} GmbH,Frau {n},mail{n}@big.example\n");
        inventory += &format!("B-{n},Acme,Foo Gateway,1.0,register,2026-01-01\n");
    }
    for n in 0..3 {
        members += &format!("S-{n},Klein {n} KG,Herr {n},mail{n}@small.example\n");
        inventory += &format!("S-{n},Acme,Bar Server,1.0,register,2026-01-01\n");
    }
    members += "T-0,Winzig KG,Frau Klein,mail0@tiny.example\n";
    inventory += "T-0,Acme,Baz Proxy,1.0,register,2026-01-01\n";
    let (members, inventory) = (
        home.file("members.csv", members),
        home.file("inventory.csv", inventory),
    );
    home.tuermer(&["import", "members", &members]).expect(0);
    home.tuermer(&["import", "inventory", &inventory]).expect(0);
}

fn state(home: &Home, cve: &str, product: &str) {
    let stated = [
        "threat",
        "new",
        "--title",
        cve,
        "--vendor",
        "Acme",
        "--product",
        product,
        "--range",
        "<2.0",
        "--cve",
        cve,
        "--level",
        "4",
        "--url",
        "https://example.org/notice",
    ];
    home.tuermer(&stated).expect(0);
}
