//! Where tunnels end (TS 36.414 5.3): 32 bits are an IPv4 address, 128 an IPv6 address, 160 are both in this order.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use oxirush_s1ap::BitString;
use oxirush_s1ap::s1ap as asn1;
use pumice_model::identity::Teid;

/// The address to use, and the second one of two; nothing if it has no size of an address.
pub(super) fn read_address(address: &asn1::TransportLayerAddress<'_>) -> Option<(IpAddr, Option<IpAddr>)> {
    let octets = address.0.as_octets();
    if octets.len() * 8 != address.0.len() {
        return None;
    }
    let (first, second) = octets.split_at(octets.len().min(4));
    match (<[u8; 4]>::try_from(first), <[u8; 16]>::try_from(second), second) {
        (Ok(first), Err(_), []) => Some((Ipv4Addr::from(first).into(), None)),
        (Ok(first), Ok(second), _) => {
            Some((Ipv4Addr::from(first).into(), Some(Ipv6Addr::from(second).into())))
        }
        _ => <[u8; 16]>::try_from(octets).ok().map(|only| (Ipv6Addr::from(only).into(), None)),
    }
}

pub(super) fn write_address(address: IpAddr, second: Option<IpAddr>) -> asn1::TransportLayerAddress<'static> {
    let mut octets = Vec::with_capacity(20);
    match (address, second) {
        (IpAddr::V4(first), Some(IpAddr::V6(second))) | (IpAddr::V6(second), Some(IpAddr::V4(first))) => {
            octets.extend_from_slice(&first.octets());
            octets.extend_from_slice(&second.octets());
        }
        (IpAddr::V4(only), _) => octets.extend_from_slice(&only.octets()),
        (IpAddr::V6(only), _) => octets.extend_from_slice(&only.octets()),
    }
    asn1::TransportLayerAddress(BitString::from_octets(octets))
}

pub(super) fn read_teid(teid: asn1::GTPTEID) -> Teid {
    Teid(u32::from_be_bytes(teid.0))
}

pub(super) fn write_teid(teid: Teid) -> asn1::GTPTEID {
    asn1::GTPTEID(teid.0.to_be_bytes())
}
