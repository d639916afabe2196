//! A mail server that notes every mail before it answers: the only honest way to count copies.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// What the server does with one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Take,
    /// 451 to RCPT.
    TryLater,
    /// 550 to RCPT.
    Refuse,
    /// 421 to RCPT, then the connection ends.
    Leave,
    /// The connection ends in the middle of the text; nothing is kept.
    CutInText,
    /// Keeps the mail, then the connection ends instead of 250.
    CutAfterText,
    /// Keeps the mail and never answers.
    Stall,
}

/// One mail that was kept.
#[derive(Debug, Clone)]
pub struct Taken {
    pub message_id: String,
    pub from: String,
    pub to: String,
    /// Without dot-stuffing and final dot.
    pub bytes: Vec<u8>,
    pub at: Instant,
}

/// How the server protects its conversations.
pub enum Guard {
    None,
    Implicit(TlsAcceptor),
    /// `smuggle` is what somebody on the line appends in the clear to the answer to STARTTLS.
    Starttls {
        acceptor: TlsAcceptor,
        smuggle: &'static str,
    },
}

type Script = dyn Fn(&str, usize) -> Act + Send + Sync;

struct Shared {
    taken: Mutex<Vec<Taken>>,
    seen: Mutex<HashMap<String, usize>>,
    script: Box<Script>,
    delay: Duration,
    count: watch::Sender<usize>,
    /// At this many mails nobody is answered any more, until it is raised.
    hold_at: watch::Sender<usize>,
    guard: Guard,
    /// The one way to log in.
    mechanism: &'static str,
    log_ins: AtomicUsize,
    /// Commands heard, and whether inside TLS.
    spoken: Mutex<BTreeSet<(String, bool)>>,
}

pub struct Sink {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Sink {
    /// Starts it in the clear. `script` gets the recipient and how often it was named before.
    pub async fn start(
        delay: Duration,
        script: impl Fn(&str, usize) -> Act + Send + Sync + 'static,
    ) -> Self {
        Self::guarded(Guard::None, "PLAIN", delay, script).await
    }

    /// Starts it with TLS; `mechanism` is the way to log in that it offers.
    pub async fn guarded(
        guard: Guard,
        mechanism: &'static str,
        delay: Duration,
        script: impl Fn(&str, usize) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            taken: Mutex::default(),
            seen: Mutex::default(),
            script: Box::new(script),
            delay,
            count: watch::Sender::new(0),
            hold_at: watch::Sender::new(usize::MAX),
            guard,
            mechanism,
            log_ins: AtomicUsize::new(0),
            spoken: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                // A client that is killed ends its conversation with an error; that is the point.
                tokio::spawn(async move { converse(stream, shared).await.ok() });
            }
        });
        Self { port, shared }
    }

    /// Everything kept so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.shared.taken.lock().unwrap().len()
    }

    /// How often somebody tried to log in.
    pub fn log_ins(&self) -> usize {
        self.shared.log_ins.load(Ordering::SeqCst)
    }

    /// True where this command (four letters) was heard, inside TLS or in the clear.
    pub fn heard(&self, verb: &str, secure: bool) -> bool {
        self.shared
            .spoken
            .lock()
            .unwrap()
            .contains(&(verb.to_string(), secure))
    }

    /// Copies by recipient.
    pub fn copies(&self) -> HashMap<String, usize> {
        let mut copies = HashMap::new();
        for taken in self.shared.taken.lock().unwrap().iter() {
            *copies.entry(taken.to.clone()).or_default() += 1;
        }
        copies
    }

    /// Returns when this many mails were kept.
    pub async fn until(&self, count: usize) {
        self.shared
            .count
            .subscribe()
            .wait_for(|now| *now >= count)
            .await
            .unwrap();
    }

    /// From this many mails on nobody is answered any more.
    pub fn hold_at(&self, count: usize) {
        self.shared.hold_at.send_replace(count);
    }
}

/// What a conversation runs over.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

type Line = BufReader<Box<dyn Wire>>;

async fn converse(stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (wire, mut secure): (Box<dyn Wire>, bool) = match &shared.guard {
        Guard::Implicit(acceptor) => (Box::new(acceptor.accept(stream).await?), true),
        _ => (Box::new(stream), false),
    };
    let mut wire = BufReader::new(wire);
    wire.write_all(b"220 sink ESMTP\r\n").await?;
    let (mut from, mut to, mut act) = (String::new(), String::new(), Act::Take);
    loop {
        let mut line = String::new();
        if wire.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_string();
        let verb = command.get(..4).unwrap_or("").to_uppercase();
        shared.spoken.lock().unwrap().insert((verb.clone(), secure));
        match verb.as_str() {
            "EHLO" => wire.write_all(hello(&shared, secure).as_bytes()).await?,
            "STAR" => {
                let Guard::Starttls { acceptor, smuggle } = &shared.guard else {
                    return Ok(());
                };
                wire.write_all(format!("220 go\r\n{smuggle}").as_bytes())
                    .await?;
                wire = BufReader::new(Box::new(acceptor.accept(wire.into_inner()).await?));
                secure = true;
            }
            "AUTH" => log_in(&mut wire, &shared, &command).await?,
            "MAIL" => {
                from = inside(&command);
                wire.write_all(b"250 ok\r\n").await?;
            }
            "RCPT" => {
                to = inside(&command);
                act = decide(&shared, &to);
                let answer: &[u8] = match act {
                    Act::TryLater => b"451 4.3.0 come back\r\n",
                    Act::Refuse => b"550 5.1.1 no such person\r\n",
                    Act::Leave => b"421 4.3.2 closing\r\n",
                    _ => b"250 ok\r\n",
                };
                wire.write_all(answer).await?;
                if act == Act::Leave {
                    return Ok(());
                }
            }
            "DATA" => {
                wire.write_all(b"354 go on\r\n").await?;
                if !take(&mut wire, &shared, &from, &to, act).await? {
                    return Ok(());
                }
            }
            "QUIT" => return wire.write_all(b"221 bye\r\n").await,
            _ => wire.write_all(b"250 ok\r\n").await?,
        }
    }
}

fn hello(shared: &Shared, secure: bool) -> String {
    let offer = matches!(shared.guard, Guard::Starttls { .. }) && !secure;
    format!(
        "250-sink\r\n{}250-8BITMIME\r\n250 AUTH {}\r\n",
        if offer { "250-STARTTLS\r\n" } else { "" },
        shared.mechanism
    )
}

/// `tuermer` / `secret`, in one go or one after the other.
async fn log_in(wire: &mut Line, shared: &Shared, command: &str) -> std::io::Result<()> {
    shared.log_ins.fetch_add(1, Ordering::SeqCst);
    let mut right = command == "AUTH PLAIN AHR1ZXJtZXIAc2VjcmV0" && shared.mechanism == "PLAIN";
    if command == "AUTH LOGIN" {
        right = shared.mechanism == "LOGIN";
        for (question, expected) in [
            ("VXNlcm5hbWU6", "dHVlcm1lcg=="),
            ("UGFzc3dvcmQ6", "c2VjcmV0"),
        ] {
            wire.write_all(format!("334 {question}\r\n").as_bytes())
                .await?;
            let mut answer = String::new();
            wire.read_line(&mut answer).await?;
            right &= answer.trim_end() == expected;
        }
    }
    wire.write_all(if right {
        b"235 ok\r\n"
    } else {
        b"535 5.7.8 no\r\n"
    })
    .await
}

fn inside(command: &str) -> String {
    command
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(inside, _)| inside.to_string())
        .unwrap_or_default()
}

fn decide(shared: &Shared, to: &str) -> Act {
    let mut seen = shared.seen.lock().unwrap();
    let times = seen.entry(to.to_string()).or_default();
    *times += 1;
    (shared.script)(to, *times - 1)
}

/// Reads the text, keeps it, then answers. False: the conversation is over.
async fn take(
    wire: &mut Line,
    shared: &Shared,
    from: &str,
    to: &str,
    act: Act,
) -> std::io::Result<bool> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if wire.read_until(b'\n', &mut line).await? == 0 || act == Act::CutInText {
            return Ok(false);
        }
        if line == b".\r\n" {
            break;
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let message_id = text
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: "))
        .unwrap_or("")
        .trim()
        .to_string();
    let count = {
        let mut taken = shared.taken.lock().unwrap();
        taken.push(Taken {
            message_id,
            from: from.to_string(),
            to: to.to_string(),
            bytes,
            at: Instant::now(),
        });
        taken.len()
    };
    shared.count.send_replace(count);
    match act {
        Act::CutAfterText => return Ok(false),
        Act::Stall => std::future::pending().await,
        _ => {}
    }
    shared
        .hold_at
        .subscribe()
        .wait_for(|limit| count < *limit)
        .await
        .ok();
    if !shared.delay.is_zero() {
        tokio::time::sleep(shared.delay).await;
    }
    wire.write_all(b"250 kept\r\n").await?;
    Ok(true)
}
