//! What every connection of a dispatch shares: the server or the folder, and which warnings may leave.

use super::gate::Gate;
use super::letter::{Letter, notice_mail};
use super::parcel::Parcel;
use crate::channels::folder;
use crate::channels::mime::{self, Outgoing};
use crate::channels::smtp::{Connection, Sent, Server, Unusable};
use crate::clock::Clock;
use crate::context::Context;
use crate::store::leases::Lease;
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
/// Longest sleep while the server is away, so that an end is noticed.
const NAP: Duration = Duration::from_millis(500);

/// Shared by all connections of one dispatch.
pub struct Post {
    lease: Arc<Lease>,
    server: Option<Server>,
    /// How the server is doing.
    pub gate: Gate,
    /// A connection could be made.
    proven: AtomicBool,
    first: tokio::sync::Mutex<()>,
    sending: RwLock<HashSet<WarningNumber>>,
    letters: RwLock<HashMap<WarningNumber, Arc<Letter>>>,
}

impl Post {
    /// In a drill or demo there is no server, whatever is given.
    pub fn new(context: &Context, lease: Arc<Lease>, server: Option<Server>) -> Self {
        // A simulated clock cannot wait for a server.
        let patience = match context.clock {
            Clock::System => Duration::from_secs(limits::SERVER_AWAY_SECONDS),
            Clock::Simulated(_) => Duration::ZERO,
        };
        Self {
            lease,
            server: server.filter(|_| !context.drill && !context.demo),
            gate: Gate::new(patience),
            proven: AtomicBool::new(false),
            first: tokio::sync::Mutex::default(),
            sending: RwLock::default(),
            letters: RwLock::default(),
        }
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

    /// From now on mails of this warning may leave.
    pub fn begin(&self, number: &WarningNumber, letter: Arc<Letter>) {
        let mut letters = self.letters.write().unwrap_or_else(PoisonError::into_inner);
        letters.insert(number.clone(), letter);
        let mut sending = self.sending.write().unwrap_or_else(PoisonError::into_inner);
        sending.insert(number.clone());
    }

    /// No mail of this warning leaves any more. One that is on its way keeps its words.
    pub fn end(&self, number: &WarningNumber) {
        let mut sending = self.sending.write().unwrap_or_else(PoisonError::into_inner);
        sending.remove(number);
    }

    /// Reads which warnings may leave; called at least every second.
    ///
    /// # Errors
    /// The database does not answer, or another process hands over by now.
    pub async fn look(&self, context: &Context) -> Result<()> {
        let looked = match self.lease.still_held().await {
            Ok(()) => context.store.warnings_sending().await,
            Err(error) => Err(error),
        };
        let now: HashSet<WarningNumber> = match looked {
            Ok(sending) => sending.into_iter().collect(),
            Err(error) => {
                self.sending
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clear();
                self.gate.give_up(&format!("{error:#}"));
                return Err(error);
            }
        };
        *self.sending.write().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    fn wanted(&self, number: &WarningNumber) -> bool {
        let sending = self.sending.read().unwrap_or_else(PoisonError::into_inner);
        sending.contains(number)
    }

    /// An open connection, waiting while the server is away. `None`: given up, at the end, or there is no server.
    pub async fn connect(&self, closing: &AtomicBool) -> Option<Connection> {
        let server = self.server.as_ref()?;
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

    /// Hands over one claimed message.
    ///
    /// # Errors
    /// It cannot be read; an unusable address is an outcome, not an error.
    pub async fn send(
        &self,
        context: &Context,
        parcel: &Parcel,
        connection: &mut Option<Connection>,
    ) -> Result<Sent> {
        let (outgoing, from) = match parcel {
            Parcel::Warning(delivery) => {
                let letter = self.letter(&delivery.warning)?;
                (
                    letter.to(context, delivery).await?,
                    return_path(context, delivery),
                )
            }
            Parcel::Notice(notice) => match notice_mail(context, notice).await? {
                Ok(outgoing) => (outgoing, context.config.mail.from.clone()),
                Err(why) => return Ok(Sent::Outcome(Outcome::Refused(why))),
            },
        };
        let bytes = match outgoing.bytes() {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Sent::Outcome(Outcome::Refused(format!("{error:#}")))),
        };
        let wanted = || match parcel {
            Parcel::Warning(delivery) => self.wanted(&delivery.warning),
            Parcel::Notice(_) => true,
        };
        let over_smtp = match parcel {
            Parcel::Warning(delivery) => delivery.channel == Channel::Email,
            Parcel::Notice(_) => true,
        };
        match &self.server {
            Some(server) if over_smtp => {
                self.over_smtp(server, &from, &outgoing, &bytes, connection, wanted)
                    .await
            }
            _ if !wanted() => Ok(Sent::Unwanted),
            _ => {
                folder::write(&context.home.outbox(), &outgoing.message_id, &bytes)?;
                Ok(Sent::Outcome(Outcome::Accepted))
            }
        }
    }

    fn letter(&self, number: &WarningNumber) -> Result<Arc<Letter>> {
        let letters = self.letters.read().unwrap_or_else(PoisonError::into_inner);
        letters
            .get(number)
            .cloned()
            .context("a delivery of a warning that is not being sent")
    }

    async fn over_smtp(
        &self,
        server: &Server,
        from: &str,
        outgoing: &Outgoing,
        bytes: &[u8],
        connection: &mut Option<Connection>,
        wanted: impl Fn() -> bool,
    ) -> Result<Sent> {
        let from =
            mime::address(from).context("mail.from or mail.bounce_domain in tuermer.toml")?;
        let to = mime::address(&outgoing.to)?;
        let mut reused = connection.as_ref().is_some_and(|open| open.used > 0);
        loop {
            let Some(open) = connection.as_mut() else {
                return Ok(Sent::Away("no connection".into()));
            };
            let sent = open.send(&from, &to, bytes, &wanted).await;
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
