//! IP packets, made and looked at.

use core::net::Ipv4Addr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    Icmpv4Packet, Icmpv4Repr, IpAddress, IpProtocol, Ipv4Packet, Ipv4Repr, UdpPacket, UdpRepr,
};

/// An ICMP echo request.
pub fn echo_request(from: Ipv4Addr, to: Ipv4Addr, identifier: u16, data: &[u8]) -> Vec<u8> {
    let icmp = Icmpv4Repr::EchoRequest { ident: identifier, seq_no: 1, data };
    around(from, to, IpProtocol::Icmp, icmp.buffer_len(), |payload| {
        icmp.emit(&mut Icmpv4Packet::new_unchecked(payload), &ChecksumCapabilities::default());
    })
}

/// Whether a packet is the answer to an echo request with this identifier.
pub fn is_echo_reply(packet: &[u8], identifier: u16) -> bool {
    let Ok(ip) = Ipv4Packet::new_checked(packet) else { return false };
    let Ok(icmp) = Icmpv4Packet::new_checked(ip.payload()) else { return false };
    let reply = Icmpv4Repr::parse(&icmp, &ChecksumCapabilities::default());
    matches!(reply, Ok(Icmpv4Repr::EchoReply { ident, .. }) if ident == identifier)
}

/// A UDP datagram.
pub fn udp(from: (Ipv4Addr, u16), to: (Ipv4Addr, u16), payload: &[u8]) -> Vec<u8> {
    let udp = UdpRepr { src_port: from.1, dst_port: to.1 };
    around(from.0, to.0, IpProtocol::Udp, udp.header_len() + payload.len(), |buffer| {
        udp.emit(
            &mut UdpPacket::new_unchecked(buffer),
            &IpAddress::Ipv4(from.0),
            &IpAddress::Ipv4(to.0),
            payload.len(),
            |buffer| buffer.copy_from_slice(payload),
            &ChecksumCapabilities::default(),
        );
    })
}

fn around(
    from: Ipv4Addr,
    to: Ipv4Addr,
    next_header: IpProtocol,
    payload_len: usize,
    emit: impl FnOnce(&mut [u8]),
) -> Vec<u8> {
    let ip = Ipv4Repr { src_addr: from, dst_addr: to, next_header, payload_len, hop_limit: 64 };
    let mut packet = vec![0; ip.buffer_len() + payload_len];
    let (header, payload) = packet.split_at_mut(ip.buffer_len());
    emit(payload);
    let _ = header;
    ip.emit(&mut Ipv4Packet::new_unchecked(&mut packet), &ChecksumCapabilities::default());
    packet
}
