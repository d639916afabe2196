//! A mail server that notes every mail before it answers: the only honest way to count copies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

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

type Script = dyn Fn(&str, usize) -> Act + Send + Sync;

struct Shared {
    taken: Mutex<Vec<Taken>>,
    seen: Mutex<HashMap<String, usize>>,
    script: Box<Script>,
    delay: Duration,
    count: watch::Sender<usize>,
    /// At this many mails nobody is answered any more, until it is raised.
    hold_at: watch::Sender<usize>,
}

pub struct Sink {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Sink {
    /// Starts it. `script` gets the recipient and how often it was named before.
    pub async fn start(delay: Duration, script: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            taken: Mutex::default(),
            seen: Mutex::default(),
            script: Box::new(script),
            delay,
            count: watch::Sender::new(0),
            hold_at: watch::Sender::new(usize::MAX),
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
        self.shared.count.subscribe().wait_for(|now| *now >= count).await.unwrap();
    }

    /// From this many mails on nobody is answered any more.
    pub fn hold_at(&self, count: usize) {
        self.shared.hold_at.send_replace(count);
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"220 sink ESMTP\r\n").await?;
    let (mut from, mut to, mut act) = (String::new(), String::new(), Act::Take);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_string();
        match command.get(..4).unwrap_or("").to_uppercase().as_str() {
            "EHLO" => writer.write_all(b"250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n").await?,
            "AUTH" => writer.write_all(if command == AUTH { b"235 ok\r\n" } else { b"535 no\r\n" }).await?,
            "MAIL" => {
                from = inside(&command);
                writer.write_all(b"250 ok\r\n").await?;
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
                writer.write_all(answer).await?;
                if act == Act::Leave {
                    return Ok(());
                }
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                if !take(&mut reader, &mut writer, &shared, &from, &to, act).await? {
                    return Ok(());
                }
            }
            "QUIT" => return writer.write_all(b"221 bye\r\n").await,
            _ => writer.write_all(b"250 ok\r\n").await?,
        }
    }
}

/// `tuermer` / `secret`
const AUTH: &str = "AUTH PLAIN AHR1ZXJtZXIAc2VjcmV0";

fn inside(command: &str) -> String {
    command.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inside, _)| inside.to_string()).unwrap_or_default()
}

fn decide(shared: &Shared, to: &str) -> Act {
    let mut seen = shared.seen.lock().unwrap();
    let times = seen.entry(to.to_string()).or_default();
    *times += 1;
    (shared.script)(to, *times - 1)
}

/// Reads the text, keeps it, then answers. False: the conversation is over.
async fn take(reader: &mut BufReader<OwnedReadHalf>, writer: &mut OwnedWriteHalf, shared: &Shared, from: &str, to: &str, act: Act) -> std::io::Result<bool> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).await? == 0 || act == Act::CutInText {
            return Ok(false);
        }
        if line == b".\r\n" {
            break;
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let message_id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or("").trim().to_string();
    let count = {
        let mut taken = shared.taken.lock().unwrap();
        taken.push(Taken { message_id, from: from.to_string(), to: to.to_string(), bytes, at: Instant::now() });
        taken.len()
    };
    shared.count.send_replace(count);
    match act {
        Act::CutAfterText => return Ok(false),
        Act::Stall => std::future::pending().await,
        _ => {}
    }
    shared.hold_at.subscribe().wait_for(|limit| count < *limit).await.ok();
    if !shared.delay.is_zero() {
        tokio::time::sleep(shared.delay).await;
    }
    writer.write_all(b"250 kept\r\n").await?;
    Ok(true)
}
