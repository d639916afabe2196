//! E-mail over one server: the only channel with something between us and everybody.
//!
//! When that server is away the whole channel waits; no recipient pays for it with an attempt.

pub mod gate;
mod gone;
pub mod mime;
mod reply;
pub mod smtp;
pub mod wire;

use super::lanes::Lanes;
use super::{File, Message, Notice, Sent, Warned};
use crate::clock::Clock;
use crate::compose;
use crate::context::Context;
use crate::refusal::in_english;
use anyhow::{Context as _, Result};
use gate::Gate;
use mime::Outgoing;
use smtp::{Connection, Server, Unusable};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tuermer_core::delivery::{Delivery, Outcome};
use tuermer_core::limits;

/// Longest sleep while the server is away, so that an end is noticed.
const NAP: Duration = Duration::from_millis(500);

/// Shared by all connections to the mail server.
pub struct Email {
    server: Server,
    connections: usize,
    per_minute: u32,
    /// How the server is doing.
    pub gate: Gate,
    /// A connection could be made.
    proven: AtomicBool,
    first: tokio::sync::Mutex<()>,
}

impl Email {
    /// Towards the configured server.
    ///
    /// # Errors
    /// Its settings are wrong.
    pub fn new(context: &Context) -> Result<Self> {
        // A simulated clock cannot wait for a server.
        let patience = match context.clock {
            Clock::System => Duration::from_secs(limits::SERVER_AWAY_SECONDS),
            Clock::Simulated(_) => Duration::ZERO,
        };
        let mail = &context.config.mail;
        Ok(Self {
            server: Server::from_context(context)?,
            connections: mail.connections.clamp(1, limits::SMTP_CONNECTIONS_MOST),
            per_minute: mail.per_domain_per_minute,
            gate: Gate::new(patience),
            proven: AtomicBool::new(false),
            first: tokio::sync::Mutex::default(),
        })
    }

    /// Waits no longer than this for an answer of the server.
    pub fn shorten(&mut self, patience: Duration) {
        self.server = self.server.clone().with_patience(patience);
    }

    /// Begins anew where the rest is over: one connection first, sixteen wrong log-ins lock an account.
    pub fn try_again(&self) {
        if self.gate.try_again(Instant::now()) {
            self.proven.store(false, Ordering::Release);
        }
    }

    /// Mails on their way at once.
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// A lane for each destination domain.
    pub fn lanes<T>(&self) -> Lanes<T> {
        Lanes::new(limits::SMTP_CONNECTIONS_PER_DOMAIN, self.per_minute)
    }

    /// An open connection, waiting while the server is away. `None`: given up, or at the end.
    pub async fn connect(&self, closing: &AtomicBool) -> Option<Connection> {
        loop {
            if closing.load(Ordering::Acquire) {
                return None;
            }
            match self.gate.pause(Instant::now()) {
                Err(_) => return None,
                Ok(Duration::ZERO) => {}
                Ok(pause) => {
                    tokio::time::sleep(pause.min(NAP)).await;
                    continue;
                }
            }
            // Until one connection is known to work they are tried one by one: sixteen wrong log-ins lock an account.
            let turn = if self.proven.load(Ordering::Acquire) {
                None
            } else {
                Some(self.first.lock().await)
            };
            if turn.is_some() && self.gate.pause(Instant::now()) != Ok(Duration::ZERO) {
                continue;
            }
            match Connection::open(&self.server).await {
                Ok(connection) => {
                    self.proven.store(true, Ordering::Release);
                    return Some(connection);
                }
                Err(Unusable { why, lasting: true }) => self.gate.give_up(&why, Instant::now()),
                Err(Unusable {
                    why,
                    lasting: false,
                }) => self.gate.failed(&why, Instant::now()),
            }
        }
    }

    /// Hands over one mail.
    ///
    /// # Errors
    /// The warning has no text in the recipient's language, or our own address is none.
    pub async fn send(
        &self,
        context: &Context,
        message: &Message,
        connection: &mut Option<Connection>,
        wanted: impl Fn() -> bool,
    ) -> Result<Sent> {
        let outgoing = outgoing(context, message)?;
        let made = outgoing
            .bytes()
            .and_then(|bytes| Ok((mime::address(&outgoing.to)?, bytes)));
        let (to, bytes) = match made {
            Ok(made) => made,
            Err(error) => return Ok(Sent::outcome(Outcome::Refused(in_english(&error)))),
        };
        let from = mime::address(&return_path(context, message))
            .context("mail.from or mail.bounce_domain in tuermer.toml")?;
        let mut reused = connection.as_ref().is_some_and(|open| open.used > 0);
        loop {
            let Some(open) = connection.as_mut() else {
                return Ok(Sent::Away("no connection".into()));
            };
            let sent = open.send(&from, &to, &bytes, &wanted).await;
            if open.broken() {
                *connection = None;
            }
            match sent {
                // Servers close connections they have had for long; that says nothing.
                Sent::Away(_) if reused => {
                    reused = false;
                    *connection = Connection::open(&self.server).await.ok();
                }
                Sent::Away(why) => {
                    self.gate.failed(&why, Instant::now());
                    return Ok(Sent::Away(why));
                }
                sent => {
                    self.gate.fine();
                    return Ok(sent);
                }
            }
        }
    }
}

/// Destination of an address.
pub fn domain(address: &str) -> String {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    domain.to_lowercase()
}

/// The mail as a file.
///
/// # Errors
/// The warning has no text in the recipient's language; an unusable address is told inside.
pub fn file(context: &Context, message: &Message) -> Result<Result<File, String>> {
    let made = outgoing(context, message)?.bytes();
    Ok(made
        .map(|bytes| File {
            extension: "eml",
            bytes,
        })
        .map_err(|error| in_english(&error)))
}

fn outgoing(context: &Context, message: &Message) -> Result<Outgoing> {
    match message {
        Message::Warning(warned) => of_warning(context, warned),
        Message::Notice(notice) => Ok(of_notice(context, notice)),
    }
}

fn of_warning(context: &Context, warned: &Warned) -> Result<Outgoing> {
    let Warned {
        warning,
        recipient,
        delivery,
        address,
        name,
        references,
        keys: _,
    } = warned;
    let mail = compose::mail(context, warning, recipient)?;
    Ok(Outgoing {
        from: context.config.mail.from.clone(),
        from_name: context.config.mail.from_name.clone(),
        to: address.clone(),
        to_name: name.clone(),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        language: recipient.language,
        message_id: delivery.message_id.clone(),
        references: references.clone(),
        date: context.now(),
    })
}

fn of_notice(context: &Context, notice: &Notice) -> Outgoing {
    let Notice {
        address,
        message_id,
        subject,
        words,
        page,
        language,
    } = notice;
    let mail = tuermer_formats::notice_mail::compose(subject, words, page, *language);
    Outgoing {
        from: context.config.mail.from.clone(),
        from_name: context.config.mail.from_name.clone(),
        to: address.clone(),
        to_name: String::new(),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        language: *language,
        message_id: message_id.clone(),
        references: None,
        date: context.now(),
    }
}

/// Bounces of a warning name their delivery; those of a notice come to the sender.
fn return_path(context: &Context, message: &Message) -> String {
    match message {
        Message::Warning(warned) => bounce_address(context, &warned.delivery),
        Message::Notice(_) => context.config.mail.from.clone(),
    }
}

/// Where bounces go: names its delivery by a keyed hash nobody can guess (VERP).
fn bounce_address(context: &Context, delivery: &Delivery) -> String {
    let mail = &context.config.mail;
    let domain = match mail.bounce_domain.as_str() {
        "" => mail
            .from
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain),
        domain => domain,
    };
    let token = context.keys.mac("bounce", &[delivery.id.as_str()]);
    format!("b+{}@{domain}", token.get(..32).unwrap_or(&token))
}
