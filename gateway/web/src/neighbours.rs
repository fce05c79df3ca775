//! Who may connect at all: a page for the people around the box is for them, not for the internet, and not for its phones.

use core::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use crate::handshakes::Handshakes;
use crate::shared::{Shared, Tally};

#[cfg(test)]
mod tests;

/// A range of addresses: an address, and how many of its first bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    /// An address in it.
    pub address: IpAddr,
    /// Bits that its addresses share.
    pub prefix: u8,
}

impl Subnet {
    /// Whether an address is in it. An address of the other family never is.
    pub fn contains(self, address: IpAddr) -> bool {
        let share = |one: u128, other: u128, width: u32| {
            let dropped = width.saturating_sub(u32::from(self.prefix));
            one.checked_shr(dropped).unwrap_or(0) == other.checked_shr(dropped).unwrap_or(0)
        };
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                share(u128::from(ours.to_bits()), u128::from(theirs.to_bits()), 32)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => share(ours.to_bits(), theirs.to_bits(), 128),
            _ => false,
        }
    }
}

/// Decides of each connection, by its two addresses, before anything is read from it.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    local_only: bool,
    phones: Arc<[Subnet]>,
    refused: Tally,
    pub(crate) handshakes: Handshakes,
}

impl Neighbours {
    /// Everyone whom the socket's address lets in.
    pub fn everyone() -> Self {
        Self::default()
    }

    /// Only addresses that no router of the internet carries (loopback, private, link-local, unique local), and of these
    /// none that phones have or that the gateway has towards them.
    pub fn local(phones: impl Into<Vec<Subnet>>) -> Self {
        Self { local_only: true, phones: phones.into().into(), ..Self::default() }
    }

    /// The same, counted where the metrics are made of it, and with one bound on TLS handshakes for all listeners.
    #[must_use]
    pub fn counted_in(self, shared: &Shared) -> Self {
        Self { refused: shared.strangers.clone(), handshakes: shared.handshakes.clone(), ..self }
    }

    /// How many connections were refused.
    pub fn refused(&self) -> u64 {
        self.refused.total()
    }

    /// Whether a connection is let in; one that is not is counted.
    pub(crate) fn admits(&self, peer: SocketAddr, local: Option<SocketAddr>) -> bool {
        let of_phones = |address: IpAddr| self.phones.iter().any(|subnet| subnet.contains(address));
        let admitted = !self.local_only
            || is_local(peer.ip())
                && !of_phones(peer.ip())
                && !local.is_some_and(|local| of_phones(local.ip()));
        if !admitted {
            self.refused.count();
        }
        admitted
    }
}

/// Whether an address means something only near the box.
pub(crate) fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address == Ipv6Addr::LOCALHOST || is_link_local(address) || is_unique_local(address)
        }
    }
}

/// fe80::/10, RFC 4291 2.5.6.
const fn is_link_local(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xffc0 == 0xfe80
}

/// fc00::/7, RFC 4193.
const fn is_unique_local(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xfe00 == 0xfc00
}
