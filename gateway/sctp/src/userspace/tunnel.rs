//! Whole IP packets through one descriptor: a TUN device without packet information, or one end of a datagram socket
//! pair. The addresses behind it need not be the kernel's, so this also works beside a kernel that has SCTP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

use nix::unistd::{read, write};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::reactor::watch;

use super::link::{LARGEST_PACKET, SCTP};
use super::stack::Transmit;

const HOP_LIMIT: u8 = 64;

pub(super) struct Tunnel {
    packets: AsyncFd<OwnedFd>,
    buffer: Vec<u8>,
}

impl Tunnel {
    pub(super) fn new(packets: OwnedFd) -> io::Result<Self> {
        Ok(Self { packets: watch(packets)?, buffer: vec![0; LARGEST_PACKET] })
    }

    pub(super) async fn readable(&self) -> io::Result<()> {
        self.packets.readable().await?.retain_ready();
        Ok(())
    }

    pub(super) fn receive(&mut self, batch: usize, packet: &mut impl FnMut(SocketAddr, IpAddr, &[u8])) {
        for _ in 0..batch {
            let buffer = &mut self.buffer;
            let read = self.packets.try_io(Interest::READABLE, |fd| Ok(read(fd, buffer)?));
            let Ok(length) = read else { return };
            let Some(octets) = self.buffer.get(..length) else { return };
            if let Some((from, to, payload)) = unwrap_ip(octets) {
                packet(SocketAddr::new(from, 0), to, payload);
            }
        }
    }

    pub(super) fn send(&self, transmit: &Transmit) -> io::Result<()> {
        let packet = wrap_ip(transmit.local, transmit.peer.ip(), &transmit.packet)
            .ok_or(io::ErrorKind::InvalidInput)?;
        write(self.packets.get_ref(), &packet)?;
        Ok(())
    }
}

/// Source, destination and payload of an IP packet that carries a whole SCTP packet.
pub(super) fn unwrap_ip(packet: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    match packet.first()? >> 4 {
        4 => unwrap_ipv4(packet),
        6 => unwrap_ipv6(packet),
        _ => None,
    }
}

fn unwrap_ipv4(packet: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    let &[version, _, l0, l1, _, _, f0, f1, _, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3, ..] = packet
    else {
        return None;
    };
    let header = usize::from(version & 0x0F) * 4;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    // More fragments, or a fragment offset: SCTP packets that don't fit are for the kernel to put together.
    let fragment = u16::from_be_bytes([f0, f1]) & 0x3FFF != 0;
    if protocol != SCTP || fragment || header < 20 {
        return None;
    }
    let payload = packet.get(header..length)?;
    Some((Ipv4Addr::new(s0, s1, s2, s3).into(), Ipv4Addr::new(d0, d1, d2, d3).into(), payload))
}

fn unwrap_ipv6(packet: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    let &[_, _, _, _, l0, l1, next_header, ..] = packet else { return None };
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if next_header != SCTP {
        return None;
    }
    let source = *packet.get(8..)?.first_chunk::<16>()?;
    let destination = *packet.get(24..)?.first_chunk::<16>()?;
    let payload = packet.get(40..)?.get(..length)?;
    Some((Ipv6Addr::from(source).into(), Ipv6Addr::from(destination).into(), payload))
}

pub(super) fn wrap_ip(from: IpAddr, to: IpAddr, payload: &[u8]) -> Option<Vec<u8>> {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => wrap_ipv4(from, to, payload),
        (IpAddr::V6(from), IpAddr::V6(to)) => wrap_ipv6(from, to, payload),
        _ => None,
    }
}

fn wrap_ipv4(from: Ipv4Addr, to: Ipv4Addr, payload: &[u8]) -> Option<Vec<u8>> {
    let [l0, l1] = u16::try_from(payload.len() + 20).ok()?.to_be_bytes();
    let mut packet = Vec::with_capacity(payload.len() + 20);
    // Version and header length; no fragment has an identifier, because DF is set.
    packet.extend([0x45, 0, l0, l1, 0, 0, 0x40, 0, HOP_LIMIT, SCTP, 0, 0]);
    packet.extend(from.octets());
    packet.extend(to.octets());
    let sum = header_checksum(&packet);
    if let Some(field) = packet.get_mut(10..12) {
        field.copy_from_slice(&sum);
    }
    packet.extend(payload);
    Some(packet)
}

fn wrap_ipv6(from: Ipv6Addr, to: Ipv6Addr, payload: &[u8]) -> Option<Vec<u8>> {
    let [l0, l1] = u16::try_from(payload.len()).ok()?.to_be_bytes();
    let mut packet = Vec::with_capacity(payload.len() + 40);
    packet.extend([0x60, 0, 0, 0, l0, l1, SCTP, HOP_LIMIT]);
    packet.extend(from.octets());
    packet.extend(to.octets());
    packet.extend(payload);
    Some(packet)
}

/// RFC 1071 over a header whose checksum field is zero.
fn header_checksum(header: &[u8]) -> [u8; 2] {
    let words = header.chunks_exact(2).filter_map(|pair| pair.first_chunk::<2>().copied());
    let mut sum: u32 = words.map(|word| u32::from(u16::from_be_bytes(word))).sum();
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    let [_, _, high, low] = (!sum).to_be_bytes();
    [high, low]
}
