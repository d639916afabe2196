//! What every connection of a dispatch shares: the server or the folder, and which warnings may leave.

use super::gate::Gate;
use super::lock::Lock;
use crate::channels::folder;
use crate::channels::mime::{self, Outgoing};
use crate::channels::smtp::{Connection, Sent, Server, Unusable};
use crate::clock::Clock;
use crate::context::Context;
use anyhow::{Context as _, Result};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tuermer_core::delivery::{Delivery, Outcome};
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits;
use tuermer_core::warning::Channel;

/// Writers into the folder at once: the more, the fewer commits.
const FOLDER_WRITERS: usize = 256;

/// Shared by all connections of one dispatch.
pub struct Post {
    lock: Arc<Lock>,
    server: Option<Server>,
    /// How the server is doing.
    pub gate: Gate,
    /// A connection could be made.
    proven: AtomicBool,
    first: tokio::sync::Mutex<()>,
    sending: RwLock<HashSet<WarningNumber>>,
    letters: HashMap<WarningNumber, super::letter::Letter>,
}

impl Post {
    /// Loads what is the same for every mail. In a drill or demo there is no server, whatever is given.
    pub async fn new(
        context: &Context,
        lock: Arc<Lock>,
        server: Option<Server>,
        open: &[WarningNumber],
    ) -> Result<Self> {
        // A simulated clock cannot wait for a server.
        let patience = match context.clock {
            Clock::System => Duration::from_secs(limits::SERVER_AWAY_SECONDS),
            Clock::Simulated(_) => Duration::ZERO,
        };
        let mut letters = HashMap::new();
        for number in open {
            letters.insert(
                number.clone(),
                super::letter::Letter::load(context, number).await?,
            );
        }
        let server = server.filter(|_| !context.drill && !context.demo);
        Ok(Self {
            lock,
            server,
            gate: Gate::new(patience),
            proven: AtomicBool::new(false),
            first: tokio::sync::Mutex::default(),
            sending: RwLock::new(open.iter().cloned().collect()),
            letters,
        })
    }

    /// How many mails are on their way at once.
    pub fn connections(&self, context: &Context) -> usize {
        if self.server.is_some() {
            context.config.mail.connections.clamp(1, 256)
        } else {
            FOLDER_WRITERS
        }
    }

    /// True where mails leave over the network.
    pub fn over_network(&self) -> bool {
        self.server.is_some()
    }

    /// Reads which warnings may leave; called at least every second.
    ///
    /// # Errors
    /// The database does not answer, or nobody vouches any more that we are the only ones.
    pub async fn look(&self, context: &Context) -> Result<()> {
        if let Err(error) = self.lock.still_held().await {
            self.sending
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
            self.gate.give_up(&format!("{error:#}"));
            return Err(error);
        }
        let now: HashSet<_> = context
            .store
            .warnings_sending()
            .await?
            .into_iter()
            .collect();
        *self.sending.write().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    fn wanted(&self, number: &WarningNumber) -> bool {
        self.sending
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(number)
    }

    /// An open connection, waiting while the server is away. `None`: given up, or there is no server.
    pub async fn connect(&self) -> Option<Connection> {
        let server = self.server.as_ref()?;
        loop {
            match self.gate.pause(Instant::now()) {
                Err(_) => return None,
                Ok(Duration::ZERO) => {}
                Ok(pause) => {
                    tokio::time::sleep(pause).await;
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
            match Connection::open(server).await {
                Ok(connection) => {
                    self.proven.store(true, Ordering::Release);
                    return Some(connection);
                }
                Err(Unusable { why, lasting: true }) => self.gate.give_up(&why),
                Err(Unusable {
                    why,
                    lasting: false,
                }) => self.gate.failed(&why, Instant::now()),
            }
        }
    }

    /// Hands over one claimed delivery.
    ///
    /// # Errors
    /// The delivery cannot be read; an unusable address is an outcome, not an error.
    pub async fn send(
        &self,
        context: &Context,
        delivery: &Delivery,
        connection: &mut Option<Connection>,
    ) -> Result<Sent> {
        let letter = self
            .letters
            .get(&delivery.warning)
            .context("a delivery of a warning that is not being sent")?;
        let outgoing = letter.to(context, delivery).await?;
        let bytes = match outgoing.bytes() {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Sent::Outcome(Outcome::Refused(format!("{error:#}")))),
        };
        match &self.server {
            Some(server) if delivery.channel == Channel::Email => {
                self.over_smtp(context, server, delivery, &outgoing, &bytes, connection)
                    .await
            }
            _ if !self.wanted(&delivery.warning) => Ok(Sent::Unwanted),
            _ => {
                folder::write(&context.home.outbox(), &delivery.message_id, &bytes)?;
                Ok(Sent::Outcome(Outcome::Accepted))
            }
        }
    }

    async fn over_smtp(
        &self,
        context: &Context,
        server: &Server,
        delivery: &Delivery,
        outgoing: &Outgoing,
        bytes: &[u8],
        connection: &mut Option<Connection>,
    ) -> Result<Sent> {
        let from = mime::address(&return_path(context, delivery))
            .context("mail.bounce_domain in tuermer.toml")?;
        let to = mime::address(&outgoing.to)?;
        let mut reused = connection.as_ref().is_some_and(|open| open.used > 0);
        loop {
            let Some(open) = connection.as_mut() else {
                return Ok(Sent::Away("no connection".into()));
            };
            let sent = open
                .send(&from, &to, bytes, || self.wanted(&delivery.warning))
                .await;
            if open.broken() {
                *connection = None;
            }
            match sent {
                // Servers close connections they have had for long; that says nothing.
                Sent::Away(_) if reused => {
                    reused = false;
                    *connection = Connection::open(server).await.ok();
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

/// Where bounces go: names its delivery by a keyed hash nobody can guess (VERP).
pub fn return_path(context: &Context, delivery: &Delivery) -> String {
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
