//! The one error of this crate.

use std::io;
use std::net::SocketAddr;

/// Why an endpoint could not be made or a connection not begun.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// A value of the configuration is not allowed.
    #[error("configuration of SCTP: {field}: {reason}")]
    Config {
        /// The field of [`crate::Config`].
        field: &'static str,
        /// What is allowed.
        reason: &'static str,
    },
    /// The endpoint's thread or descriptor is gone.
    #[error("the SCTP endpoint is closed")]
    Closed,
    /// The kernel has no SCTP, and it was asked for.
    #[error("this kernel has no SCTP (load the module sctp, or use the back end in user space): {0}")]
    NoKernelSctp(#[source] io::Error),
    /// Every association is taken.
    #[error("all {limit} SCTP associations are in use")]
    NoRoom {
        /// The configured limit.
        limit: usize,
    },
    /// No local address has the family of the peer's.
    #[error("no local address can reach {peer}")]
    NoRoute {
        /// Whom to connect to.
        peer: SocketAddr,
    },
    /// The operating system refused.
    #[error("SCTP: {doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// Its reason.
        source: io::Error,
    },
}

impl EndpointError {
    /// For `map_err`: wraps what the operating system said while `doing`.
    pub(crate) fn system<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::System { doing, source: source.into() }
    }
}

/// Why a message was not taken. Nothing of it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// SCTP carries no empty message.
    #[error("an empty message")]
    Empty,
    /// The association's stream count, as negotiated, is smaller.
    #[error("stream {stream} of {outbound_streams}")]
    NoSuchStream {
        /// The stream asked for.
        stream: u16,
        /// How many there are.
        outbound_streams: u16,
    },
    /// The peer doesn't take what already waits.
    #[error("the association's send queue is full")]
    QueueFull,
    /// Longer than `max_message`.
    #[error("a message of {len} octets, the limit is {limit}")]
    TooLarge {
        /// Its length in octets.
        len: usize,
        /// The longest allowed.
        limit: usize,
    },
    /// The association is not up, is shutting down, or never was.
    #[error("no such association")]
    Unknown,
}
