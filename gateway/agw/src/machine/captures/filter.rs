//! Whether a packet concerns an address: as sender or receiver, also inside of GTP-U.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::pcap::LinkType;

/// EtherTypes.
const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;
const VLAN: [u16; 2] = [0x8100, 0x88a8];

/// IP protocols: UDP, and the IPv6 headers that are stepped over.
const UDP: u8 = 17;
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION: u8 = 60;

const GTP_U: u16 = 2152;
/// The message that carries a packet (TS 29.281 table 6.1-1).
const G_PDU: u8 = 255;

/// Tags and headers that are stepped over one after another; nobody sends more.
const STEPS: usize = 8;

/// Whether the address is one of a packet's.
pub(super) fn concerns(link: LinkType, packet: &[u8], address: IpAddr) -> bool {
    match link {
        LinkType::Ethernet => ethernet(packet, address),
        LinkType::Raw => ip(packet, address),
    }
    .unwrap_or(false)
}

fn ethernet(frame: &[u8], address: IpAddr) -> Option<bool> {
    let mut at = 12;
    for _ in 0..STEPS {
        let kind = word(frame, at)?;
        at += 2;
        if VLAN.contains(&kind) {
            at += 2;
            continue;
        }
        let payload = frame.get(at..)?;
        return match kind {
            IPV4 | IPV6 => ip(payload, address),
            ARP => arp(payload, address),
            _ => Some(false),
        };
    }
    None
}

/// Sender and target of ARP for IPv4 over Ethernet.
fn arp(payload: &[u8], address: IpAddr) -> Option<bool> {
    let is_it = |at| Some(IpAddr::V4(v4(payload, at)?) == address);
    Some(is_it(14)? || is_it(24)?)
}

fn ip(packet: &[u8], address: IpAddr) -> Option<bool> {
    let outer = Header::read(packet)?;
    if outer.concerns(address) {
        return Some(true);
    }
    let inner = Header::read(tunnelled(outer.udp?)?)?;
    Some(inner.concerns(address))
}

/// An IP header, and the UDP datagram after it.
struct Header<'a> {
    source: IpAddr,
    destination: IpAddr,
    udp: Option<&'a [u8]>,
}

impl<'a> Header<'a> {
    fn read(packet: &'a [u8]) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => Self::read_v4(packet),
            6 => Self::read_v6(packet),
            _ => None,
        }
    }

    fn read_v4(packet: &'a [u8]) -> Option<Self> {
        let length = usize::from(packet.first()? & 0x0f) * 4;
        // Only the first fragment has the ports.
        let is_first = word(packet, 6)? & 0x1fff == 0;
        let is_udp = *packet.get(9)? == UDP && is_first && length >= 20;
        Some(Self {
            source: v4(packet, 12)?.into(),
            destination: v4(packet, 16)?.into(),
            udp: is_udp.then(|| packet.get(length..)).flatten(),
        })
    }

    fn read_v6(packet: &'a [u8]) -> Option<Self> {
        Some(Self {
            source: v6(packet, 8)?.into(),
            destination: v6(packet, 24)?.into(),
            udp: udp_of_v6(*packet.get(6)?, packet.get(40..)?),
        })
    }

    fn concerns(&self, address: IpAddr) -> bool {
        self.source == address || self.destination == address
    }
}

fn udp_of_v6(mut next: u8, mut rest: &[u8]) -> Option<&[u8]> {
    for _ in 0..STEPS {
        let length = match next {
            UDP => return Some(rest),
            HOP_BY_HOP | ROUTING | DESTINATION => 8 + usize::from(*rest.get(1)?) * 8,
            FRAGMENT if word(rest, 2)? & 0xfff8 == 0 => 8,
            _ => return None,
        };
        next = *rest.first()?;
        rest = rest.get(length..)?;
    }
    None
}

/// The packet in a GTP-U datagram (TS 29.281 5.1).
fn tunnelled(udp: &[u8]) -> Option<&[u8]> {
    if word(udp, 0)? != GTP_U && word(udp, 2)? != GTP_U {
        return None;
    }
    let gtp = udp.get(8..)?;
    let flags = *gtp.first()?;
    // Version 1 of GTP, not of GTP'.
    if flags & 0xf0 != 0x30 || *gtp.get(1)? != G_PDU {
        return None;
    }
    if flags & 0x07 == 0 {
        return gtp.get(8..);
    }
    let mut next = *gtp.get(11)?;
    let mut rest = gtp.get(12..)?;
    if flags & 0x04 == 0 {
        return Some(rest);
    }
    for _ in 0..STEPS {
        if next == 0 {
            return Some(rest);
        }
        // In units of four octets, with the length and the next type in it.
        let length = usize::from(*rest.first()?) * 4;
        next = *rest.get(length.checked_sub(1)?)?;
        rest = rest.get(length..)?;
    }
    None
}

fn array<const N: usize>(octets: &[u8], at: usize) -> Option<[u8; N]> {
    octets.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn word(octets: &[u8], at: usize) -> Option<u16> {
    array(octets, at).map(u16::from_be_bytes)
}

fn v4(octets: &[u8], at: usize) -> Option<Ipv4Addr> {
    array::<4>(octets, at).map(Ipv4Addr::from)
}

fn v6(octets: &[u8], at: usize) -> Option<Ipv6Addr> {
    array::<16>(octets, at).map(Ipv6Addr::from)
}
