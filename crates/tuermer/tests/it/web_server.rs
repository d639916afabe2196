//! A web server of the tests: https with a certificate made on the spot, a tree of files, and every way to misbehave.
#![allow(dead_code)]

use crate::support::Home;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// With the query, without the host: `/a/b.json`.
    pub path: String,
    /// What was sent.
    pub body: Vec<u8>,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    /// How often this path was asked before.
    pub before: usize,
}

impl Request {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// How the body leaves.
#[derive(Debug, Clone)]
pub enum Content {
    Bytes(Vec<u8>),
    /// Bytes without end and without a length.
    Endless,
    /// One byte each so often, for ever.
    Slow(Duration),
    /// Zeros, packed with gzip: unpacked this many bytes.
    Bomb(u64),
    /// The length is said to be ten bytes more than what comes.
    Cut(Vec<u8>),
    /// Nothing at all, not even a status.
    Silence,
    /// A length nobody would wait for, and nothing else.
    Length(u64),
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub content: Content,
}

impl Answer {
    /// 200 with these bytes.
    pub fn ok(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            content: Content::Bytes(bytes.into()),
        }
    }

    /// A status with an empty body.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::ok("")
        }
    }

    /// 302 to somewhere.
    pub fn redirect(target: &str) -> Self {
        Self::status(302).with("Location", target)
    }

    /// 200 with a strange body.
    pub fn strange(content: Content) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            content,
        }
    }

    /// One header more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_string(), value.to_string()));
        self
    }

    /// The same with an ETag; 304 where the request has it already.
    pub fn tagged(self, etag: &str, request: &Request) -> Self {
        if request.header("if-none-match") == etag {
            Self::status(304).with("ETag", etag)
        } else {
            self.with("ETag", etag)
        }
    }
}

/// Files by path: `/a/b.json` → bytes. `None` = 404.
pub type Tree = HashMap<String, Vec<u8>>;

/// All files beneath a folder as a tree; `{{.URL}}` in text files stands for the address of the server.
pub fn tree(folder: &Path) -> Tree {
    let mut files = Tree::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = format!("/{}", path.strip_prefix(folder).unwrap().to_str().unwrap());
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// What a server says a file is, by its name.
pub fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("json") => "application/json",
        Some("txt" | "csv" | "asc" | "sha256" | "sha512") => "text/plain",
        Some("html") => "text/html",
        Some("gz") => "application/gzip",
        Some("zip") => "application/zip",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}

type Script = dyn Fn(&Request) -> Answer + Send + Sync;

struct Shared {
    script: Box<Script>,
    asked: Mutex<Vec<Request>>,
}

/// A running server; it lives as long as the test.
pub struct WebServer {
    pub port: u16,
    /// The authority that signed its certificate, as PEM.
    pub authority: String,
    shared: Arc<Shared>,
}

impl WebServer {
    /// Starts it on a thread of its own; good for `localhost` and `127.0.0.1`.
    pub fn start(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::named(&["localhost", "127.0.0.1"], 4000, script)
    }

    /// A certificate for other names, or one that ended with `year`.
    pub fn named(
        names: &[&str],
        year: i32,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let (authority, acceptor) = certificate(names, year);
        let shared = Arc::new(Shared {
            script: Box::new(script),
            asked: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap().port()).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    let (acceptor, shared) = (acceptor.clone(), Arc::clone(&serving));
                    // A client that leaves in the middle ends its conversation with an error; that is the point.
                    tokio::spawn(async move { converse(stream, acceptor, shared).await.ok() });
                }
            });
        });
        Self {
            port: told.recv().unwrap(),
            authority,
            shared,
        }
    }

    /// Serves files; `{{.URL}}` in JSON, CSV and text files becomes the address of the server.
    pub fn tree(files: Tree) -> Self {
        Self::start(move |request| serve_file(&files, request))
    }

    /// `https://localhost:PORT` with this path.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// How often a path was asked.
    pub fn count(&self, path: &str) -> usize {
        self.shared
            .asked
            .lock()
            .unwrap()
            .iter()
            .filter(|request| request.path == path)
            .count()
    }

    /// Makes a data directory trust this server's authority, and lets messages go to it.
    pub fn trust(&self, home: &Home) {
        let path = home.file(&format!("authority-{}.pem", self.port), &self.authority);
        let config = home.data().join("tuermer.toml");
        let mut table: toml::Table = std::fs::read_to_string(&config).unwrap().parse().unwrap();
        for (section, key, value) in [
            ("feeds", "trusted_roots", path.into()),
            ("outgoing", "private_hosts", vec!["localhost"].into()),
        ] {
            let new = || toml::Value::Table(toml::Table::new());
            let entry = table.entry(section).or_insert_with(new);
            entry.as_table_mut().unwrap().insert(key.into(), value);
        }
        std::fs::write(&config, table.to_string()).unwrap();
    }
}

/// A file of a tree as an answer; 404 where there is none.
pub fn serve_file(files: &Tree, request: &Request) -> Answer {
    let path = request.path.split('?').next().unwrap();
    let Some(bytes) = files.get(path) else {
        return Answer::status(404);
    };
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.contains("{{.URL}}"));
    let bytes = text.map_or_else(
        || bytes.clone(),
        |text| {
            text.replace("{{.URL}}", &format!("https://{}", request.header("host")))
                .into_bytes()
        },
    );
    Answer::ok(bytes).with("Content-Type", content_type(path))
}

fn certificate(names: &[&str], year: i32) -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params =
        CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    params.not_after = rcgen::date_time_ymd(year, 12, 31);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = config
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn converse(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
) -> std::io::Result<()> {
    let mut wire = BufReader::new(acceptor.accept(stream).await?);
    loop {
        let mut line = String::new();
        if wire.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mut words = line.split(' ').map(str::to_string);
        let (method, path) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_else(|| "/".to_string()),
        );
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            if wire.read_line(&mut line).await? == 0 || line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.insert(name.trim().to_lowercase(), value.trim().to_string());
            }
        }
        let mut body = vec![
            0;
            headers
                .get("content-length")
                .and_then(|length| length.parse().ok())
                .unwrap_or(0)
        ];
        wire.read_exact(&mut body).await?;
        let request = {
            let mut asked = shared.asked.lock().unwrap();
            let before = asked.iter().filter(|request| request.path == path).count();
            let request = Request {
                method,
                path,
                body,
                headers,
                before,
            };
            asked.push(request.clone());
            request
        };
        if !answer(&mut wire, (shared.script)(&request)).await? {
            return Ok(());
        }
    }
}

/// Writes one answer; `false` where the connection ends with it.
async fn answer<S: AsyncReadExt + AsyncWriteExt + Unpin>(
    wire: &mut S,
    Answer {
        status,
        headers,
        content,
    }: Answer,
) -> std::io::Result<bool> {
    if matches!(content, Content::Silence) {
        std::future::pending::<()>().await;
    }
    let (bytes, length, packed) = match &content {
        Content::Bytes(bytes) => (bytes.clone(), Some(bytes.len() as u64), false),
        Content::Cut(bytes) => (bytes.clone(), Some(bytes.len() as u64 + 10), false),
        Content::Length(length) => (Vec::new(), Some(*length), false),
        Content::Bomb(size) => (bomb(*size), None, true),
        Content::Endless | Content::Slow(_) | Content::Silence => (Vec::new(), None, false),
    };
    let mut head = format!("HTTP/1.1 {status} Words\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(if packed {
        "Content-Encoding: gzip\r\n"
    } else {
        ""
    });
    match length {
        Some(_) if status == 304 => head.push_str("\r\n"),
        Some(length) => head.push_str(&format!("Content-Length: {length}\r\n\r\n")),
        None => head.push_str("Connection: close\r\n\r\n"),
    }
    wire.write_all(head.as_bytes()).await?;
    wire.write_all(&bytes).await?;
    wire.flush().await?;
    match content {
        Content::Bytes(_) => return Ok(true),
        Content::Endless => loop {
            wire.write_all(&[b' '; 16 * 1024]).await?;
        },
        Content::Slow(pause) => loop {
            wire.write_all(b" ").await?;
            wire.flush().await?;
            tokio::time::sleep(pause).await;
        },
        Content::Length(_) => tokio::time::sleep(Duration::from_secs(3600)).await,
        Content::Bomb(_) | Content::Cut(_) | Content::Silence => {}
    }
    wire.shutdown().await?;
    Ok(false)
}

/// Zeros packed with gzip, made piece by piece.
fn bomb(size: u64) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let piece = vec![0_u8; 1 << 20];
    for _ in 0..size.div_ceil(1 << 20) {
        packer.write_all(&piece).unwrap();
    }
    packer.finish().unwrap()
}
