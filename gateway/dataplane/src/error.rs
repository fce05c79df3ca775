use core::net::IpAddr;
use std::io;

/// Why the user plane cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataplaneError {
    /// The configuration names no address for GTP-U.
    #[error("no user-plane address to listen on")]
    NoListenAddress,
    /// The wildcard address: a cell must be told one address, and Error Indications must name it.
    #[error("{0} is no address that a cell can send to")]
    ListenAddress(IpAddr),
    /// The configuration has no addresses for phones.
    #[error("no address pool for phones")]
    NoPool,
    /// More bits than the address has.
    #[error("{gateway}/{prefix_length} is no network")]
    Pool {
        /// The gateway's address in it.
        gateway: IpAddr,
        /// The length of its prefix.
        prefix_length: u8,
    },
    /// The kernel takes 1 to 15 octets without slash or space.
    #[error("`{0}` is no name for a network interface")]
    InterfaceName(String),
    /// Less than IP wants: 576 octets for IPv4, 1,280 for IPv6.
    #[error("an MTU of {0} octets is too small")]
    Mtu(u16),
    /// The TUN device could not be made.
    #[error("making the TUN device {name} (needs /dev/net/tun and CAP_NET_ADMIN): {source}")]
    Tun {
        /// Its name.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
    /// GTP-U cannot be received on an address.
    #[error("binding UDP port 2152 of {address}: {source}")]
    Bind {
        /// The address.
        address: IpAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The TUN device's link, addresses or routes could not be set.
    #[error("netlink, {action}: {source}")]
    Netlink {
        /// What was being done.
        action: &'static str,
        /// The kernel's reason.
        source: Box<rtnetlink::Error>,
    },
    /// A nftables change was refused.
    #[error("nftables, {action}: {source}")]
    Nftables {
        /// What was being done.
        action: &'static str,
        /// The kernel's reason.
        source: io::Error,
    },
    /// A kernel setting could not be written.
    #[error("setting {setting}: {source}")]
    Setting {
        /// Its path below /proc/sys.
        setting: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A thread, pipe or runtime could not be made.
    #[error("{action}: {source}")]
    System {
        /// What was being done.
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}

impl DataplaneError {
    pub(crate) fn system(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { action, source }
    }

    pub(crate) fn netlink(action: &'static str) -> impl FnOnce(rtnetlink::Error) -> Self {
        move |source| Self::Netlink { action, source: Box::new(source) }
    }

    pub(crate) fn nftables(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Nftables { action, source }
    }
}
