//! The files by which the system's network programs make the way to the internet and the box's own networks.
//!
//! The gateway writes and never runs them: a path unit of the image sees `generation` change and applies the rest as root.
//!
//! | file | for |
//! |---|---|
//! | `10-pumice-backhaul.network`, `20-pumice-lan.network`, `30-pumice-setup.network` | systemd-networkd |
//! | `pppoe.peer` | pppd, as `pppd file pppoe.peer` |
//! | `modem.conf` | the image's modem unit: `KEY="value"`, which sh and `EnvironmentFile=` read alike |
//! | `wpa_supplicant.conf` | somebody's WiFi |
//! | `hostapd.conf` | the box's own setup WiFi |
//! | `generation` | written last: a number that goes up |
//!
//! Values come from a form. Each format has its own quoting, and what it cannot carry is refused here ([`Unfit`]): no value makes
//! a line of its own.

mod quoting;
mod render;
mod writing;

use std::net::Ipv4Addr;

pub(crate) use render::render;
pub(crate) use writing::{Written, write};

#[cfg(test)]
mod tests;

/// The interfaces, by what they serve for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Roles {
    /// The cable to the internet.
    pub(crate) backhaul: Option<String>,
    /// The WiFi.
    pub(crate) wifi: Option<String>,
    /// The modem's network interface.
    pub(crate) modem: Option<String>,
    /// Where the cell, or the shop's computer, is. May be the same as `backhaul` on a board with one socket.
    pub(crate) lan: Option<String>,
    /// The WiFi that can be opened for setup.
    pub(crate) setup: Option<String>,
    /// The page's address there, whatever else is configured, and how many bits of it are the network's.
    pub(crate) fallback: (Ipv4Addr, u8),
}

/// The box's own WiFi, for setup.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SetupAccessPoint {
    /// The interface.
    pub(crate) interface: String,
    /// Its name in the air, 1 to 32 octets.
    pub(crate) ssid: String,
    /// From the label.
    pub(crate) passphrase: String,
    /// The box's address there, and how many bits of it are the network's.
    pub(crate) address: (Ipv4Addr, u8),
    /// Of 2.4 GHz.
    pub(crate) channel: u8,
}

impl std::fmt::Debug for SetupAccessPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetupAccessPoint").field("interface", &self.interface).finish_non_exhaustive()
    }
}

/// A file for the network's programs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NetworkFile {
    /// Its name in the folder: one of [`NAMES`].
    pub(crate) name: &'static str,
    /// Who may read it.
    pub(crate) mode: u32,
    /// What is in it.
    pub(crate) text: String,
}

impl std::fmt::Debug for NetworkFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Every name that is ever written, and so removed when its way is left.
pub(crate) const NAMES: [&str; 7] = [
    "10-pumice-backhaul.network",
    "20-pumice-lan.network",
    "30-pumice-setup.network",
    "hostapd.conf",
    "modem.conf",
    "pppoe.peer",
    "wpa_supplicant.conf",
];

/// Why no files can be made of settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// The board has nothing for this way.
    #[error("this board has no interface for {way}")]
    NoInterface {
        /// The way, in the word of the configuration.
        way: &'static str,
    },
    /// An interface has a name that a file cannot carry.
    #[error("the interface {name:?} has a name that network files cannot carry")]
    Interface {
        /// Its name.
        name: String,
    },
    /// A value is too long, too short, or has characters that its file cannot carry. The value itself is not told: it may be
    /// a password.
    #[error("{what} {problem}")]
    Value {
        /// Which.
        what: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}
