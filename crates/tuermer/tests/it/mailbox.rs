//! Reports by mail, read from a real IMAP server (Dovecot), and Shadowserver's API.

use crate::feeds_signs::region;
use crate::support::Home;
use crate::web_server::{Answer, Request, WebServer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn secret(home: &Home, text: &str) -> String {
    let path = home.file("secret", text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn signs(home: &Home) -> Vec<Value> {
    home.tuermer(&["sign", "list", "--json"]).lines()
}

fn pull(home: &Home, code: i32) -> Value {
    home.tuermer(&["feed", "pull", "source", "--json"])
        .expect(code)
        .line()
}

fn report(day: &str, ip: &str) -> String {
    format!(
        "\"timestamp\",\"ip\",\"port\",\"tag\",\"version\"\n\"{day} 06:00:00\",\"{ip}\",\"443\",\"exchange\",\"15.1.2176\"\n"
    )
}

/// A Dovecot of its own; its mails lie in a Maildir, so a mail arrives by being written.
struct Dovecot {
    child: Child,
    port: u16,
    mails: PathBuf,
    _folder: tempfile::TempDir,
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, or a loud word why this is not tested.
fn dovecot_program() -> Option<PathBuf> {
    let found = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"]
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists());
    if found.is_none() {
        eprintln!(
            "NOT TESTED: dovecot is not installed (Debian: dovecot-imapd); reading a mailbox over IMAP was left out"
        );
    }
    found
}

const NOBODY: u32 = 65_534;

fn id(flag: &str) -> String {
    String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout)
        .unwrap()
        .trim()
        .to_string()
}

impl Dovecot {
    fn start(home: &Home) -> Option<Self> {
        let program = dovecot_program()?;
        let folder = tempfile::tempdir().unwrap();
        // Started by root it works as users of its own, who must get there.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let base = folder.path().to_path_buf();
        let mails = base.join("Maildir");
        for folder in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(mails.join(folder)).unwrap();
        }
        if id("-u") == "0" {
            // Mails never belong to root.
            for folder in [
                &mails,
                &mails.join("cur"),
                &mails.join("new"),
                &mails.join("tmp"),
            ] {
                std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        Self::certificate(home, &base);
        let config = base.join("dovecot.conf");
        std::fs::write(&config, Self::config(&program, &base, port)).unwrap();
        let mut child = Command::new(&program)
            .arg("-F")
            .arg("-c")
            .arg(&config)
            .stderr(std::fs::File::create(base.join("log")).unwrap())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = child.try_wait().unwrap();
            assert!(
                ended.is_none() && begin.elapsed() < Duration::from_secs(30),
                "dovecot does not listen: {ended:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self {
            child,
            port,
            mails,
            _folder: folder,
        })
    }

    fn certificate(home: &Home, base: &Path) {
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_string()]).unwrap();
        std::fs::write(base.join("cert.pem"), certified.cert.pem()).unwrap();
        std::fs::write(base.join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
        let config = home.data().join("tuermer.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let roots = format!(
            "trusted_roots = {:?}",
            base.join("cert.pem").display().to_string()
        );
        let text = if text.contains("trusted_roots = \"\"") {
            text.replace("trusted_roots = \"\"", &roots)
        } else {
            format!("{text}\n[feeds]\n{roots}\n")
        };
        std::fs::write(config, text).unwrap();
    }

    /// One user, no privileges, nothing outside `base`. Dovecot 2.4 writes some settings in another way.
    fn config(program: &Path, base: &Path, port: u16) -> String {
        let version = Command::new(program).arg("--version").output().unwrap();
        let newer = !String::from_utf8_lossy(&version.stdout).starts_with("2.3");
        let (user, group, root, base) = (id("-un"), id("-gn"), id("-u") == "0", base.display());
        let (uid, gid) = if root {
            (NOBODY.to_string(), NOBODY.to_string())
        } else {
            (id("-u"), id("-g"))
        };
        let mail = if newer {
            format!(
                "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\nmail_driver = maildir\nmail_path = {base}/Maildir\nssl_server_cert_file = {base}/cert.pem\nssl_server_key_file = {base}/key.pem\n\
                passdb static {{\n  password = pencil\n}}\nuserdb static {{\n  fields {{\n    uid = {uid}\n    gid = {gid}\n    home = {base}\n  }}\n}}\n"
            )
        } else {
            format!(
                "mail_location = maildir:{base}/Maildir\nssl_cert = <{base}/cert.pem\nssl_key = <{base}/key.pem\n\
                passdb {{\n  driver = static\n  args = password=pencil\n}}\nuserdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={base}\n}}\n"
            )
        };
        let ours = if root {
            String::new()
        } else {
            format!(
                "default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\nservice anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n"
            )
        };
        let chroot = if root { "" } else { "  chroot =\n" };
        format!(
            "{mail}{ours}protocols = imap\nbase_dir = {base}/run\nstate_dir = {base}/run\nlog_path = /dev/stderr\nssl = required\nlisten = 127.0.0.1\nfirst_valid_uid = 0\nfirst_valid_gid = 0\n\
            service imap-login {{\n{chroot}  inet_listener imap {{\n    port = 0\n  }}\n  inet_listener imaps {{\n    port = {port}\n    ssl = yes\n  }}\n}}\n"
        )
    }

    fn url(&self) -> String {
        format!("imaps://localhost:{}/INBOX", self.port)
    }

    /// A mail arrives.
    fn deliver(&self, name: &str, mail: &str) {
        std::fs::write(
            self.mails.join("new").join(name),
            mail.replace('\n', "\r\n"),
        )
        .unwrap();
    }

    fn unread(&self) -> usize {
        std::fs::read_dir(self.mails.join("new")).unwrap().count()
            + std::fs::read_dir(self.mails.join("cur"))
                .unwrap()
                .filter(|entry| {
                    entry
                        .as_ref()
                        .is_ok_and(|entry| !entry.file_name().to_string_lossy().contains('S'))
                })
                .count()
    }
}

fn mail(from: &str, file: &str, content: &str, text: &str) -> String {
    format!(
        "From: Reports <{from}>\nTo: reports@ihk.example\nSubject: Report\nDate: Sat, 14 Mar 2026 06:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=\"{file}\"\n\n{content}\n--b--\n"
    )
}

#[test]
fn reports_come_out_of_a_mailbox_once_and_the_mails_stay_unread() {
    let home = region();
    let Some(server) = Dovecot::start(&home) else {
        return;
    };
    let good = "AutoReports@shadowserver.example";
    server.deliver(
        "1.a.host",
        &mail(
            good,
            "2026-03-14-scan_exchange-region.csv",
            &report("2026-03-14", "192.0.2.7"),
            "See https://127.0.0.1:1/never and https://evil.example/x",
        ),
    );
    server.deliver(
        "2.a.host",
        &mail(
            "stranger@evil.example",
            "2026-03-14-scan_exchange-region.csv",
            &report("2026-03-13", "192.0.2.9"),
            "hello",
        ),
    );
    let (kind, url) = ("mailbox", server.url());
    let add = |file: &str, more: &[&str]| {
        let mut call = vec![
            "feed",
            "add",
            kind,
            &url,
            "--name",
            "source",
            "--allow-private",
            "localhost",
            "--from",
            good,
        ];
        if !file.is_empty() {
            call.extend(["--secret-file", file]);
        }
        call.extend(more);
        home.tuermer(&call)
    };
    assert!(add("", &[]).expect(2).err.contains("user, password"));
    let open = home.file("open", "user = reports\npassword = pencil\n");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(add(&open, &[]).expect(1).err.contains("chmod 600"));
    let wrong = add(&secret(&home, "user = reports\npassword = wrong\n"), &[]).expect(1);
    assert!(wrong.err.contains("localhost"), "{}", wrong.err);
    assert!(
        !home.data().join("keys/feed-source.secret").exists(),
        "nothing of a source that was not added stays"
    );
    add(&secret(&home, "user = reports\npassword = pencil\n"), &[]).expect(0);
    assert_eq!(
        std::fs::metadata(home.data().join("keys/feed-source.secret"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );

    let first = pull(&home, 0);
    assert_eq!(
        (first["discovered"].as_u64(), first["new"].as_u64()),
        (Some(1), Some(1)),
        "{first}"
    );
    assert!(
        first["remarks"]
            .to_string()
            .contains("other senders that were passed over: 1."),
        "{first}"
    );
    assert_eq!(signs(&home)[0]["report"], "scan_exchange");
    assert_eq!(server.unread(), 2, "nothing in the mailbox changed");
    server.deliver(
        "3.a.host",
        &mail(
            good,
            "2026-03-15-scan_exchange-region.csv",
            &report("2026-03-15", "192.0.2.8"),
            "hello",
        ),
    );
    let second = pull(&home, 0);
    assert_eq!(
        (second["discovered"].as_u64(), second["new"].as_u64()),
        (Some(1), Some(1)),
        "only the new mail: {second}"
    );
    assert_eq!(
        (signs(&home).len(), pull(&home, 0)["discovered"].as_u64()),
        (2, Some(0))
    );
    let grades = stored(&home, "SELECT DISTINCT grade FROM sighting_kind");
    assert_eq!(
        grades,
        ["F6"],
        "anybody can write into a mailbox; what its mails say is not judged unless the chamber says so"
    );

    let list = r#"{"name": "all", "description": "all", "type": "cidr", "matching_attributes": ["ip-src"], "version": 1, "list": ["0.0.0.0/1", "128.0.0.0/1"]}"#;
    server.deliver("4.a.host", &mail(good, "list.json", list, "hello"));
    let refused = pull(&home, 5);
    assert!(
        refused["rejected"].to_string().contains("warninglist"),
        "a mail switches nothing off: {refused}"
    );
    let event = r#"{"feed.name": "Sensor", "time.source": "2026-03-16T06:00:00Z", "classification.type": "brute-force", "source.ip": "192.0.2.9", "extra.x": "1"}"#;
    server.deliver("5.a.host", &mail(good, "events.jsonl", event, "hello"));
    assert_eq!(pull(&home, 0)["new"], 1);
    let grades = stored(&home, "SELECT DISTINCT grade FROM sighting_kind");
    assert_eq!(grades, ["F6"]);
    let days = stored(&home, "SELECT CAST(COUNT(*) AS TEXT) FROM shelf");
    assert_eq!(
        days,
        ["0"],
        "what nobody vouches for counts as no day of a report"
    );

    home.account("k.weber", "officer");
    let other = secret(&home, "user = reports\npassword = other\n");
    let replace = ["feed", "secret", "source", "--secret-file", &other];
    home.tuermer(&replace).expect(2);
    home.tuermer_as("k.weber", &replace).expect(0);
    assert!(pull(&home, 1)["error"].to_string().contains("log-in"));
    home.tuermer(&["feed", "remove", "source"]).expect(0);
    assert!(!home.data().join("keys/feed-source.secret").exists());
}

fn stored(home: &Home, sql: &str) -> Vec<String> {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = home.store().await;
        let rows = store.read(sql, Vec::new()).await.unwrap();
        store.database.close().await;
        rows.iter().map(|row| row.text(0).unwrap()).collect()
    })
}

#[test]
fn a_mailbox_has_an_address_of_its_own_form() {
    let home = region();
    let file = secret(&home, "user = reports\npassword = pencil\n");
    for (url, word) in [
        ("https://mail.example/INBOX", "imaps://"),
        ("imaps://127.0.0.1/INBOX", "127.0.0.1"),
        ("imaps://a:b@mail.example/INBOX", "mail.example"),
    ] {
        let refused = home
            .tuermer(&["feed", "add", "mailbox", url, "--secret-file", &file])
            .expect(1);
        assert!(refused.err.contains(word), "{url}: {}", refused.err);
    }
    assert!(
        home.tuermer(&[
            "feed",
            "add",
            "mailbox",
            "imaps://mail.example",
            "--from",
            "no address",
            "--secret-file",
            &file
        ])
        .expect(2)
        .err
        .contains("no address")
    );
    for kind in ["kev", "csaf"] {
        assert!(
            home.tuermer(&[
                "feed",
                "add",
                kind,
                "https://feeds.example/",
                "--secret-file",
                &file
            ])
            .expect(2)
            .err
            .contains("shadowserver"),
            "{kind}"
        );
    }
}

fn signed(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

#[test]
fn reports_come_from_shadowservers_api() {
    let home = region();
    let server = WebServer::start(|request: &Request| match request.path.as_str() {
        "/api2/reports/list" if request.method != "POST" => Answer::status(405),
        "/api2/reports/list" => {
            let asked: Value = serde_json::from_slice(&request.body).unwrap();
            if request.header("hmac2") != signed(&request.body) || asked["apikey"] != "k3y" {
                return Answer::ok(json!({"error": "Invalid API key"}).to_string());
            }
            assert_eq!(
                asked["date"].as_str().unwrap().len(),
                "2026-03-01:2026-03-08".len(),
                "{asked}"
            );
            let mut reports = vec![
                json!({"timestamp": "2026-03-14", "type": "scan_exchange", "report": "region", "id": "aBc-1", "file": "2026-03-14-scan_exchange-region.csv"}),
            ];
            if request.before > 2 {
                reports.push(json!({"timestamp": "2026-03-15", "type": "scan_exchange", "report": "region", "id": "aBc-2", "file": "2026-03-15-scan_exchange-region.csv"}));
            }
            Answer::ok(Value::from(reports).to_string()).with("Content-Type", "application/json")
        }
        "/files/aBc-1" => Answer::ok(report("2026-03-14", "192.0.2.7")),
        "/files/aBc-2" => Answer::ok(report("2026-03-15", "192.0.2.8")),
        _ => Answer::status(404),
    });
    server.trust(&home);
    let url = server.url("/api2/");
    let wish = |text: &str, code: i32| {
        let file = secret(
            &home,
            &format!(
                "[api]\nkey = k3y\n{text}\ndownload = {}\n",
                server.url("/files/")
            ),
        );
        home.tuermer(&[
            "feed",
            "add",
            "shadowserver",
            &url,
            "--name",
            "source",
            "--allow-private",
            "localhost",
            "--secret-file",
            &file,
        ])
        .expect(code)
    };
    assert!(wish("", 1).err.contains("secret = "));
    assert!(wish("secret = wrong", 1).err.contains("Invalid API key"));
    wish("secret = s3cret", 0);
    let first = pull(&home, 0);
    assert_eq!(
        (first["discovered"].as_u64(), first["new"].as_u64()),
        (Some(1), Some(1)),
        "{first}"
    );
    let second = pull(&home, 0);
    assert_eq!(
        (
            second["discovered"].as_u64(),
            second["new"].as_u64(),
            second["same"].as_u64()
        ),
        (Some(2), Some(1), Some(1)),
        "{second}"
    );
    assert_eq!(
        server.count("/files/aBc-1"),
        1,
        "each report is fetched once"
    );
    let signs = signs(&home);
    assert_eq!(
        (signs.len(), signs[0]["report"].as_str()),
        (2, Some("scan_exchange"))
    );
    assert_eq!(
        stored(&home, "SELECT DISTINCT grade FROM sighting_kind"),
        ["B2"]
    );
}
