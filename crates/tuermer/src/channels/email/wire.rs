//! The socket under a mail connection: hands nothing to the reader that came before TLS and belongs after it.
//!
//! Whoever sits on the line can append answers to the server's "go ahead" for STARTTLS. A reader that takes
//! more than it needs keeps them and believes them later, inside TLS. So between STARTTLS and the next
//! write only single bytes are handed over: what was smuggled in stays in the socket and breaks the handshake.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io::Result;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection on which STARTTLS may happen.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    /// STARTTLS was the last thing we wrote.
    upgrading: bool,
}

impl Wire {
    /// Nothing was written yet.
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            upgrading: false,
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        if !self.upgrading || buffer.remaining() <= 1 {
            return Pin::new(&mut self.stream).poll_read(task, buffer);
        }
        let mut byte = [0_u8; 1];
        let mut single = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(task, &mut single))?;
        buffer.put_slice(single.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        self.upgrading = bytes == b"STARTTLS\r\n";
        Pin::new(&mut self.stream).poll_write(task, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}
