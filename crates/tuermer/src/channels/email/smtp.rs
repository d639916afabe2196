//! One connection to the mail server, with the phase of every failure known.
//!
//! ```text
//! connect, TLS, AUTH ─ fails ─▶ Away: nothing was said about any recipient
//! MAIL ─ broken, 421 ─▶ Away      4xx, 5xx ─▶ TryLater (it is not the recipient that is refused)
//! RCPT ─ 5.1.x or 550 ─▶ Gone
//! RCPT, DATA ─ 4xx, broken ─▶ TryLater      5xx ─▶ Refused
//! message and final dot ─ 2xx ─▶ Accepted   4xx ─▶ TryLater   5xx ─▶ Refused   broken, silent ─▶ Unsure
//! ```
//! A break while the text itself is written counts as unsure too: nobody can say how much arrived.
//! Never used in a drill directory: [`Server::from_context`] refuses there, whatever the configuration says.

mod server;

pub use server::Server;

use self::server::loopback;
use super::super::Sent;
use super::gone::is_gone;
use super::reply::{Reply, within, words};
use super::wire::Wire;
use crate::config::Tls;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use std::fmt::{self, Display};
use std::time::Duration;
use tokio::net::TcpStream;
use tuermer_core::delivery::Outcome;

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// One sentence, with the setting to look at where it is one.
    pub why: String,
    /// Settings and server do not fit: waiting changes nothing, and a log-in tried again may lock the account.
    pub lasting: bool,
}

impl Unusable {
    fn lasting(why: String) -> Self {
        Self { why, lasting: true }
    }

    fn passing(why: impl Display) -> Self {
        Self {
            why: why.to_string(),
            lasting: false,
        }
    }

    /// TLS did not come about. What the other side's bytes are wrong with stays wrong.
    fn encrypting(error: &Error) -> Self {
        let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| {
            error.source()
        });
        let mut wrong = causes
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .filter(|cause| cause.kind() == std::io::ErrorKind::InvalidData);
        match wrong.next() {
            Some(cause) => Self::lasting(format!(
                "TLS is refused ({cause}); check mail.host, mail.port, mail.tls and mail.ca_file"
            )),
            None => Self::passing(words(error)),
        }
    }

    /// The log-in failed; 4xx means later.
    fn logging_in(error: &Error) -> Self {
        let Self { why, .. } = Self::passing(words(error));
        if error.is_permanent() || error.is_client() {
            return Self::lasting(format!(
                "it refuses the log-in of mail.user ({why}); check mail.user and the password in mail.password_file"
            ));
        }
        Self::passing(format!("it does not take the log-in now ({why})"))
    }
}

/// One open connection.
pub struct Connection {
    wire: AsyncSmtpConnection,
    patience: Duration,
    /// Mails tried on it.
    pub used: u64,
}

impl Connection {
    /// Connects, encrypts and logs in.
    ///
    /// # Errors
    /// One sentence why the server cannot be used.
    pub async fn open(server: &Server) -> Result<Self, Unusable> {
        let patience = server.patience;
        let greeted = tokio::time::timeout(patience, Self::greeted(server)).await;
        match greeted.unwrap_or_else(|_| {
            Err(Unusable::passing(format!(
                "no answer in {} s",
                patience.as_secs()
            )))
        }) {
            Ok(wire) => Ok(Self {
                wire,
                patience,
                used: 0,
            }),
            Err(Unusable { why, lasting }) => Err(Unusable {
                why: format!("the mail server {} cannot be used: {why}", server.name()),
                lasting,
            }),
        }
    }

    async fn greeted(server: &Server) -> Result<AsyncSmtpConnection, Unusable> {
        let Server {
            host,
            port,
            tls,
            parameters,
            credentials,
            hello,
            patience,
        } = server;
        let mut wire = if *tls == Tls::Implicit {
            let opened = AsyncSmtpConnection::connect_tokio1(
                (host.as_str(), *port),
                Some(*patience),
                hello,
                parameters.clone(),
                None,
            )
            .await;
            opened.map_err(|error| Unusable::encrypting(&error))?
        } else {
            let stream = TcpStream::connect((host.as_str(), *port))
                .await
                .map_err(Unusable::passing)?;
            stream.set_nodelay(true).map_err(Unusable::passing)?;
            AsyncSmtpConnection::connect_with_transport(Box::new(Wire::new(stream)), hello)
                .await
                .map_err(Unusable::passing)?
        };
        match (tls, parameters) {
            (Tls::Starttls, Some(_)) if !wire.can_starttls() => {
                return Err(Unusable::lasting(
                    "it offers no STARTTLS, which mail.tls = \"starttls\" demands; set mail.tls and mail.port as its operator says".into(),
                ));
            }
            (Tls::Starttls | Tls::Opportunistic, Some(parameters)) if wire.can_starttls() => {
                wire.starttls(parameters.clone(), hello)
                    .await
                    .map_err(|error| Unusable::encrypting(&error))?;
            }
            _ => {}
        }
        if let Some(credentials) = credentials {
            if !wire.is_encrypted() && !loopback(host) {
                return Err(Unusable::lasting(
                    "it offers no TLS, and a password is never sent in the clear; see mail.tls"
                        .into(),
                ));
            }
            wire.auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await
                .map_err(|error| Unusable::logging_in(&error))?;
        }
        Ok(wire)
    }

    /// Hands over one mail. `wanted` is asked last thing before the text leaves.
    /// Afterwards the connection may be used again unless [`Connection::broken`].
    pub async fn send(
        &mut self,
        from: &Address,
        to: &Address,
        bytes: &[u8],
        wanted: impl Fn() -> bool,
    ) -> Sent {
        self.used = self.used.saturating_add(1);
        let utf8 = !AsRef::<str>::as_ref(to).is_ascii();
        if utf8
            && !self
                .wire
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
        {
            return Sent::outcome(Outcome::Refused(
                "the address has letters outside ASCII and the mail server does not offer SMTPUTF8"
                    .into(),
            ));
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Sent::outcome(Outcome::Refused(
                "the mail is not text; this is a defect of the program".into(),
            ));
        };
        if let Err(sent) = self.name_sender(from, utf8).await {
            return sent;
        }
        let recipient = Rcpt::new(to.clone(), Vec::new());
        match within(self.patience, self.wire.command(recipient)).await {
            Reply::Yes => {}
            no => return self.no_recipient(no).await,
        }
        if !wanted() {
            self.wire.abort_quietly(self.patience).await;
            return Sent::Unwanted;
        }
        match within(self.patience, self.wire.command(Data)).await {
            Reply::Yes => self.hand_over_text(text).await,
            no => self.refused(no).await,
        }
    }

    /// `MAIL`: nothing is said about the recipient yet.
    async fn name_sender(&mut self, from: &Address, utf8: bool) -> Result<(), Sent> {
        let options = match utf8 {
            true => vec![MailParameter::SmtpUtfEight],
            false => Vec::new(),
        };
        let mail = Mail::new(Some(from.clone()), options);
        match within(self.patience, self.wire.command(mail)).await {
            Reply::Yes => Ok(()),
            Reply::No {
                code: 421, words, ..
            }
            | Reply::Broken(words) => {
                self.wire.abort_quietly(self.patience).await;
                Err(Sent::Away(words))
            }
            Reply::No { words, .. } => Err(self.reset(later(words)).await),
        }
    }

    /// The text with its final dot. A break from here on leaves it unsure whether the mail arrived.
    async fn hand_over_text(&mut self, text: &str) -> Sent {
        match within(self.patience, self.wire.command(Text(text))).await {
            Reply::Yes => Sent::outcome(Outcome::Accepted),
            Reply::No {
                permanent: true,
                words,
                ..
            } => Sent::outcome(Outcome::Refused(words)),
            Reply::No { code, words, .. } => {
                if code == 421 {
                    self.wire.abort_quietly(self.patience).await;
                }
                Sent::outcome(later(words))
            }
            Reply::Broken(words) => {
                self.wire.abort_quietly(Duration::ZERO).await;
                Sent::outcome(Outcome::Unsure(format!("after the text: {words}")))
            }
        }
    }

    /// An answer other than yes to the recipient.
    async fn no_recipient(&mut self, reply: Reply) -> Sent {
        match reply {
            Reply::No {
                permanent: true,
                words,
                ..
            } if is_gone(&words) => self.reset(Outcome::Gone(words)).await,
            other => self.refused(other).await,
        }
    }

    /// An answer other than yes before the text left.
    async fn refused(&mut self, reply: Reply) -> Sent {
        match reply {
            // 503 and 530 speak about our side of the conversation, not about the recipient.
            Reply::No {
                code,
                permanent: true,
                words,
            } if !matches!(code, 503 | 530) => self.reset(Outcome::Refused(words)).await,
            Reply::No {
                code: 421, words, ..
            }
            | Reply::Broken(words) => {
                self.wire.abort_quietly(Duration::ZERO).await;
                Sent::outcome(later(words))
            }
            Reply::No { words, .. } => self.reset(later(words)).await,
            Reply::Yes => Sent::outcome(Outcome::Unsure(String::new())),
        }
    }

    /// Ends the transaction but keeps the connection where the server agrees.
    async fn reset(&mut self, outcome: Outcome) -> Sent {
        if !matches!(
            within(self.patience, self.wire.command(Rset)).await,
            Reply::Yes
        ) {
            self.wire.abort_quietly(Duration::ZERO).await;
        }
        Sent::outcome(outcome)
    }

    /// True where the next mail needs a new connection.
    pub fn broken(&self) -> bool {
        self.wire.has_broken()
    }

    /// Says goodbye.
    pub async fn quit(mut self) {
        // The mails are recorded already; whether the goodbye is heard changes nothing.
        let _ = tokio::time::timeout(self.patience, self.wire.quit()).await;
    }
}

/// The text with its final dot as one write: a dot of its own would wait for the delayed ACK of the text.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.strip_suffix("\r\n").unwrap_or(self.0);
        for line in text.split("\r\n") {
            into.write_str(if line.starts_with('.') { "." } else { "" })?;
            into.write_str(line)?;
            into.write_str("\r\n")?;
        }
        into.write_str(".\r\n")
    }
}

/// Ends a connection without waiting long for a peer that may be dead.
trait AbortQuietly {
    async fn abort_quietly(&mut self, patience: Duration);
}

impl AbortQuietly for AsyncSmtpConnection {
    async fn abort_quietly(&mut self, patience: Duration) {
        let longest = patience.min(Duration::from_secs(1));
        // `abort` marks the connection as broken before it writes QUIT.
        let _ = tokio::time::timeout(longest, self.abort()).await;
    }
}

fn later(why: String) -> Outcome {
    Outcome::TryLater { why, pause: None }
}
