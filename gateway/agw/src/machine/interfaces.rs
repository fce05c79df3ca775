//! The box's network interfaces and its way out, as the kernel tells.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrStorage;
use pumice_model::machine::InterfaceView;

#[cfg(test)]
mod tests;

/// Interfaces that are shown; a board has a handful.
const INTERFACES: usize = 32;

/// Addresses of one interface that are shown.
const ADDRESSES: usize = 16;

/// Octets that are read of a table of routes.
const ROUTES: u64 = 256 * 1024;

/// Flags of a route (linux/route.h): it is usable; it refuses.
const RTF_UP: u32 = 0x1;
const RTF_REJECT: u32 = 0x200;

/// Where the kernel tells of its network.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Normally `/sys/class/net`.
    pub(crate) links: PathBuf,
    /// Normally `/proc/net`.
    pub(crate) routes: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self { links: "/sys/class/net".into(), routes: "/proc/net".into() }
    }
}

/// An address and the interface that has it.
pub(crate) type Addressed = (String, IpAddr);

/// The addresses of all interfaces; none if the kernel does not say.
pub(crate) fn addresses() -> Vec<Addressed> {
    let Ok(found) = getifaddrs() else { return Vec::new() };
    found
        .filter_map(|entry| Some((entry.interface_name, ip_address(&entry.address?)?)))
        .take(INTERFACES * ADDRESSES)
        .collect()
}

fn ip_address(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| v4.ip().into());
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| v6.ip().into()))
}

/// The interfaces in order of their names, without loopback and the phones' own. `roles` is what the board says that they are
/// for.
pub(crate) fn list(
    places: &Places,
    addresses: &[Addressed],
    roles: &BTreeMap<String, &'static str>,
    phones: &str,
) -> Vec<InterfaceView> {
    let Ok(folder) = fs::read_dir(&places.links) else { return Vec::new() };
    let names = folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter(|name| name != "lo" && name != phones)
        // A folder of the bonding driver's files is among the links.
        .filter(|name| places.links.join(name).is_dir())
        .collect();
    names.sort_unstable();
    names.truncate(INTERFACES);
    names
        .into_iter()
        .map(|name| InterfaceView {
            role: roles.get(&name).copied().unwrap_or_default(),
            up: has_carrier(&places.links.join(&name)),
            addresses: addresses
                .iter()
                .filter(|(interface, _)| *interface == name)
                .map(|(_, address)| *address)
                .take(ADDRESSES)
                .collect(),
            name,
        })
        .collect()
}

/// The kernel refuses to say of an interface that is switched off.
fn has_carrier(link: &Path) -> bool {
    read_start(&link.join("carrier"), 8).is_some_and(|text| text.trim() == "1")
}

/// The interface of the default route: IPv4's, else IPv6's; the one with the least metric. Never the phones' own.
pub(crate) fn default_route(places: &Places, phones: &str) -> Option<String> {
    let table = |name: &str| read_start(&places.routes.join(name), ROUTES).unwrap_or_default();
    best(table("route").lines().filter_map(v4_default), phones)
        .or_else(|| best(table("ipv6_route").lines().filter_map(v6_default), phones))
}

fn best<'a>(routes: impl Iterator<Item = (u32, &'a str)>, phones: &str) -> Option<String> {
    let ours = routes.filter(|(_, interface)| *interface != "lo" && *interface != phones);
    ours.min_by_key(|(metric, _)| *metric).map(|(_, interface)| interface.to_owned())
}

/// A line of `/proc/net/route`: interface, destination, gateway, flags, references, uses, metric, mask.
fn v4_default(line: &str) -> Option<(u32, &str)> {
    let mut words = line.split_ascii_whitespace();
    let interface = words.next()?;
    let destination = words.next()?;
    let flags = u32::from_str_radix(words.nth(1)?, 16).ok()?;
    let metric = words.nth(2)?.parse().ok()?;
    let mask = words.next()?;
    let is_default = destination == "00000000" && mask == "00000000";
    (is_default && is_usable(flags)).then_some((metric, interface))
}

/// A line of `/proc/net/ipv6_route`: destination and its length, source and its length, next hop, metric, references, uses,
/// flags, interface.
fn v6_default(line: &str) -> Option<(u32, &str)> {
    let mut words = line.split_ascii_whitespace();
    let destination = words.next()?;
    let length = words.next()?;
    let metric = u32::from_str_radix(words.nth(3)?, 16).ok()?;
    let flags = u32::from_str_radix(words.nth(2)?, 16).ok()?;
    let interface = words.next()?;
    let is_default = length == "00" && destination.bytes().all(|digit| digit == b'0');
    (is_default && is_usable(flags)).then_some((metric, interface))
}

const fn is_usable(flags: u32) -> bool {
    flags & RTF_UP != 0 && flags & RTF_REJECT == 0
}

/// The first octets of a file, as text; nothing if there is no such file.
pub(super) fn read_start(path: &Path, octets: u64) -> Option<String> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(octets).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}
