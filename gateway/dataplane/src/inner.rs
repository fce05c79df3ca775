//! The user's packet inside a tunnel: what of its IP header decides where it goes.

use core::net::{IpAddr, Ipv6Addr};

use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv6Packet};

const IPV4_HEADER_LEN: u8 = 20;
const IPV6_HEADER_LEN: usize = 40;
const ROUTER_SOLICITATION: u8 = 133;

/// A header that says something else than the octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// What is read of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inner {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// Octets from the IP header to the end; what comes after is padding.
    pub(crate) length: usize,
    /// Time to live, or hop limit.
    pub(crate) hop_limit: u8,
    /// An IPv6 Router Solicitation, which phones send even over IPv4 bearers.
    pub(crate) router_solicitation: bool,
}

impl Inner {
    pub(crate) fn parse(packet: &[u8]) -> Result<Self, Malformed> {
        // smoltcp's own look at the version panics on no octets.
        match packet.first().map(|first| first >> 4) {
            Some(4) => Self::parse_ipv4(packet),
            Some(6) => Self::parse_ipv6(packet),
            _ => Err(Malformed),
        }
    }

    fn parse_ipv4(packet: &[u8]) -> Result<Self, Malformed> {
        let packet = Ipv4Packet::new_checked(packet).map_err(|_| Malformed)?;
        // The checksum comes last: it relies on the header's length.
        if packet.header_len() < IPV4_HEADER_LEN || !packet.verify_checksum() {
            return Err(Malformed);
        }
        Ok(Self {
            source: packet.src_addr().into(),
            destination: packet.dst_addr().into(),
            length: packet.total_len().into(),
            hop_limit: packet.hop_limit(),
            router_solicitation: false,
        })
    }

    fn parse_ipv6(packet: &[u8]) -> Result<Self, Malformed> {
        let packet = Ipv6Packet::new_checked(packet).map_err(|_| Malformed)?;
        let first = packet.payload().first().copied();
        Ok(Self {
            source: packet.src_addr().into(),
            destination: packet.dst_addr().into(),
            length: IPV6_HEADER_LEN + usize::from(packet.payload_len()),
            hop_limit: packet.hop_limit(),
            router_solicitation: packet.next_header() == IpProtocol::Icmpv6
                && first == Some(ROUTER_SOLICITATION),
        })
    }
}

/// Lowers the hop limit of a packet that [`Inner::parse`] took, as a router must. False if that ends its life.
pub(crate) fn hop(packet: &mut [u8], inner: &Inner) -> bool {
    let Some(hop_limit) = inner.hop_limit.checked_sub(1).filter(|limit| *limit > 0) else { return false };
    if inner.source.is_ipv4() {
        let mut packet = Ipv4Packet::new_unchecked(packet);
        packet.set_hop_limit(hop_limit);
        packet.fill_checksum();
    } else {
        Ipv6Packet::new_unchecked(packet).set_hop_limit(hop_limit);
    }
    true
}

/// What identifies a phone by an address: all of an IPv4 address, the /64 of an IPv6 address (TS 23.401 5.3.1.2.2: the
/// phone chooses the rest).
pub(crate) fn phone_prefix(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}
