//! Addresses of a name, asked of the resolver of the machine.

use std::net::{SocketAddr, ToSocketAddrs as _};
use tokio::sync::Semaphore;
use tuermer_core::limits;

/// Names that are looked up at once. Each takes a thread until the resolver answers, also when nobody waits any more, and
/// the embedded database runs on the same threads.
static LOOKUPS: Semaphore = Semaphore::const_new(limits::LOOKUPS);

/// The addresses of a name.
///
/// # Errors
/// The resolver knows none, or does not answer.
pub(super) async fn looked_up(name: String) -> std::io::Result<Vec<SocketAddr>> {
    let turn = LOOKUPS.acquire().await.map_err(std::io::Error::other)?;
    let looking = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        (name.as_str(), 0).to_socket_addrs().map(Iterator::collect)
    });
    looking.await.map_err(std::io::Error::other)?
}
