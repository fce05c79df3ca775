//! Raw sockets of IP protocol 132: one for IPv4, whose packets come with their header, one for IPv6, whose don't.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
use nix::sys::socket::sockopt::Ipv6RecvPacketInfo;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, SockaddrIn6, recvmsg, sendmsg, setsockopt,
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::reactor::watch;

use super::link::{LARGEST_PACKET, SCTP};
use super::stack::Transmit;
use super::tunnel::unwrap_ip;

/// A burst of the largest messages from every cell; the kernel may give less.
const RECEIVE_BUFFER: usize = 1 << 20;

/// Open sockets that no reactor watches yet.
#[derive(Debug)]
pub(super) struct RawSockets {
    v4: Option<Socket>,
    v6: Option<Socket>,
}

impl RawSockets {
    pub(super) fn new(local: &[SocketAddr]) -> io::Result<Self> {
        let v4: Vec<_> = local.iter().filter(|local| local.is_ipv4()).collect();
        let v6: Vec<_> = local.iter().filter(|local| local.is_ipv6()).collect();
        let sockets = Self { v4: open(Domain::IPV4, &v4)?, v6: open(Domain::IPV6, &v6)? };
        if let Some(v6) = &sockets.v6 {
            // The header isn't there to tell which of our addresses was meant.
            setsockopt(v6, Ipv6RecvPacketInfo, &true)?;
        }
        Ok(sockets)
    }

    pub(super) fn register(self) -> io::Result<RawSocketsReady> {
        Ok(RawSocketsReady {
            v4: self.v4.map(|socket| watch(socket.into())).transpose()?,
            v6: self.v6.map(|socket| watch(socket.into())).transpose()?,
            buffer: vec![0; LARGEST_PACKET],
        })
    }
}

/// Bound where there is just one address: the kernel then filters for us.
fn open(domain: Domain, local: &[&SocketAddr]) -> io::Result<Option<Socket>> {
    let Some(first) = local.first() else { return Ok(None) };
    let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(i32::from(SCTP))))?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    if local.iter().all(|other| other.ip() == first.ip()) {
        let mut address = **first;
        address.set_port(0);
        socket.bind(&address.into())?;
    }
    Ok(Some(socket))
}

pub(super) struct RawSocketsReady {
    v4: Option<AsyncFd<OwnedFd>>,
    v6: Option<AsyncFd<OwnedFd>>,
    buffer: Vec<u8>,
}

impl RawSocketsReady {
    pub(super) async fn readable(&self) -> io::Result<()> {
        tokio::select! {
            ready = readable(self.v4.as_ref()) => ready,
            ready = readable(self.v6.as_ref()) => ready,
        }
    }

    pub(super) fn receive(&mut self, batch: usize, packet: &mut impl FnMut(SocketAddr, IpAddr, &[u8])) {
        let buffer = &mut self.buffer;
        if let Some(v4) = &self.v4 {
            for _ in 0..batch {
                let Ok(length) = v4.try_io(Interest::READABLE, |socket| {
                    Ok(nix::sys::socket::recv(socket.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT)?)
                }) else {
                    break;
                };
                if let Some((from, to, payload)) = buffer.get(..length).and_then(unwrap_ip) {
                    packet(SocketAddr::new(from, 0), to, payload);
                }
            }
        }
        if let Some(v6) = &self.v6 {
            for _ in 0..batch {
                let Ok((length, ends)) = v6.try_io(Interest::READABLE, |socket| receive_v6(socket, buffer))
                else {
                    break;
                };
                if let Some((from, to)) = ends
                    && let Some(payload) = buffer.get(..length)
                {
                    packet(from.into(), to.into(), payload);
                }
            }
        }
    }

    pub(super) fn send(&self, transmit: &Transmit) -> io::Result<()> {
        match (transmit.local, transmit.peer) {
            (IpAddr::V4(local), SocketAddr::V4(peer)) => {
                let socket = self.v4.as_ref().ok_or(io::ErrorKind::AddrNotAvailable)?;
                send_v4(socket.get_ref(), local, *peer.ip(), &transmit.packet)
            }
            (IpAddr::V6(local), SocketAddr::V6(peer)) => {
                let socket = self.v6.as_ref().ok_or(io::ErrorKind::AddrNotAvailable)?;
                send_v6(socket.get_ref(), local, peer, &transmit.packet)
            }
            _ => Err(io::ErrorKind::AddrNotAvailable.into()),
        }
    }
}

async fn readable(socket: Option<&AsyncFd<OwnedFd>>) -> io::Result<()> {
    match socket {
        Some(socket) => {
            socket.readable().await?.retain_ready();
            Ok(())
        }
        None => std::future::pending().await,
    }
}

/// A packet's length, its source, and which of our addresses it was sent to.
fn receive_v6(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<(usize, Option<(SocketAddrV6, Ipv6Addr)>)> {
    let mut control = nix::cmsg_space!(in6_pktinfo);
    let mut parts = [IoSliceMut::new(buffer)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let received = recvmsg::<SockaddrIn6>(socket.as_raw_fd(), &mut parts, Some(&mut control), flags)?;
    let to = received.cmsgs()?.find_map(|message| match message {
        ControlMessageOwned::Ipv6PacketInfo(info) => Some(Ipv6Addr::from(info.ipi6_addr.s6_addr)),
        _ => None,
    });
    let from = received.address.map(|from| SocketAddrV6::new(from.ip(), 0, 0, from.scope_id()));
    Ok((received.bytes, from.zip(to)))
}

fn send_v4(socket: &OwnedFd, local: Ipv4Addr, peer: Ipv4Addr, packet: &[u8]) -> io::Result<()> {
    let local = in_addr { s_addr: u32::from_ne_bytes(local.octets()) };
    let info = in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: local, ipi_addr: in_addr { s_addr: 0 } };
    let peer = SockaddrIn::from(std::net::SocketAddrV4::new(peer, 0));
    let control = [ControlMessage::Ipv4PacketInfo(&info)];
    sendmsg(socket.as_raw_fd(), &[IoSlice::new(packet)], &control, MsgFlags::MSG_DONTWAIT, Some(&peer))?;
    Ok(())
}

fn send_v6(socket: &OwnedFd, local: Ipv6Addr, peer: SocketAddrV6, packet: &[u8]) -> io::Result<()> {
    let info = in6_pktinfo { ipi6_addr: in6_addr { s6_addr: local.octets() }, ipi6_ifindex: peer.scope_id() };
    // The port of a raw IPv6 address is the protocol, or 0.
    let peer = SockaddrIn6::from(SocketAddrV6::new(*peer.ip(), 0, 0, peer.scope_id()));
    let control = [ControlMessage::Ipv6PacketInfo(&info)];
    sendmsg(socket.as_raw_fd(), &[IoSlice::new(packet)], &control, MsgFlags::MSG_DONTWAIT, Some(&peer))?;
    Ok(())
}
