//! Limits of what leaves: connections, patience, memory, tries.

/// SMTP connections of one dispatch.
pub const SMTP_CONNECTIONS: usize = 16;
/// Most of them that can be configured.
pub const SMTP_CONNECTIONS_MOST: usize = 256;
/// Connections to one destination domain at once (Postfix starts with 2).
pub const SMTP_CONNECTIONS_PER_DOMAIN: usize = 4;
/// Seconds an SMTP command may take.
pub const SMTP_SECONDS: u64 = 60;
/// Deliveries loaded in one batch; the approval is checked again before each.
pub const DISPATCH_BATCH: usize = 500;
/// Deliveries of one warning over one channel held in memory, so that a large one leaves room for others.
pub const DISPATCH_SHARE: usize = 25_000;
/// Deliveries of one channel held in memory by a dispatch; the rest is read when these have left.
pub const DISPATCH_QUEUE: usize = 100_000;
/// Seconds the mail server may be away before a round ends; the deliveries stay due.
pub const SERVER_AWAY_SECONDS: u64 = 120;
/// Seconds of rest after that, before it is tried again.
pub const SERVER_REST_SECONDS: u64 = 60;
/// Unsure attempts after which a delivery waits for a person.
pub const UNSURE_ATTEMPTS: i64 = 2;
/// Seconds between two tries to reach an operator, once the pauses of the channel are used up.
pub const NOTICE_PAUSE_SECONDS: i64 = 3_600;
/// Largest mail we compose, in bytes.
pub const MAIL_BYTES: usize = 20 * 1024;
/// Seconds a message to a machine may take in all (15 to 30 is what receivers expect).
pub const PUSH_SECONDS: u64 = 15;
/// Of those, until its connection must stand, name and TLS included.
pub const PUSH_CONNECT_SECONDS: u64 = 8;
/// Messages to machines on their way at once; each is one connection.
pub const PUSH_CONNECTIONS: usize = 128;
/// Of those to one host.
pub const PUSH_CONNECTIONS_PER_HOST: usize = 4;
/// Days for which the key before still signs after a new one was made.
pub const OLD_KEY_DAYS: i64 = 7;
/// Seconds for the words beside an answer; the status is what counts.
pub const PUSH_WORDS_SECONDS: u64 = 1;
/// Of those words at most so many bytes are looked at.
pub const PUSH_ANSWER_BYTES: usize = 4 * 1024;
/// Names looked up at once: a thread each, of the 512 there are.
pub const LOOKUPS: usize = 64;
