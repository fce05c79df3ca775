//! What carries the packets: raw sockets, or a descriptor of whole IP packets.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;

use socket2::SockRef;

use super::raw::{RawSockets, RawSocketsReady};
use super::stack::Transmit;
use super::tunnel::Tunnel;

/// IP protocol number of SCTP.
pub(super) const SCTP: u8 = 132;
/// Enough for the largest IP packet.
pub(super) const LARGEST_PACKET: usize = 1 << 16;

/// A link as it is made by the owner.
#[derive(Debug)]
pub(super) enum Link {
    Raw(RawSockets),
    Tunnel(OwnedFd),
}

impl Link {
    pub(super) fn raw(local: &[SocketAddr]) -> io::Result<Self> {
        Ok(Self::Raw(RawSockets::new(local)?))
    }

    pub(super) fn tunnel(packets: OwnedFd) -> io::Result<Self> {
        SockRef::from(&packets).set_nonblocking(true)?;
        Ok(Self::Tunnel(packets))
    }

    /// Registers it with the running thread's reactor.
    pub(super) fn open(self) -> io::Result<OpenLink> {
        Ok(match self {
            Self::Raw(sockets) => OpenLink::Raw(sockets.register()?),
            Self::Tunnel(packets) => OpenLink::Tunnel(Tunnel::new(packets)?),
        })
    }
}

/// A link in use.
pub(super) enum OpenLink {
    Raw(RawSocketsReady),
    Tunnel(Tunnel),
}

impl OpenLink {
    pub(super) async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Raw(sockets) => sockets.readable().await,
            Self::Tunnel(tunnel) => tunnel.readable().await,
        }
    }

    /// Hands over at most `batch` packets that have come: source, destination, octets without IP header.
    pub(super) fn receive(&mut self, batch: usize, mut packet: impl FnMut(SocketAddr, IpAddr, &[u8])) {
        match self {
            Self::Raw(sockets) => sockets.receive(batch, &mut packet),
            Self::Tunnel(tunnel) => tunnel.receive(batch, &mut packet),
        }
    }

    pub(super) fn send(&mut self, transmit: &Transmit) -> io::Result<()> {
        match self {
            Self::Raw(sockets) => sockets.send(transmit),
            Self::Tunnel(tunnel) => tunnel.send(transmit),
        }
    }
}
