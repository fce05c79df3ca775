//! The village network of the demo and the journeys.
//!
//! ```text
//!  radio                gateway                          internet
//!  enb0 10.90.0.2/24 -- s1 10.90.0.1/24
//!                       sgi 203.0.113.1/24 ------------- web0 203.0.113.80/24
//! ```
//!
//! The gateway's default route leads to the internet's server; the internet has no route back to any phone, so a
//! phone is answered only where the gateway translates its address. Forwarding and NAT are the gateway's own affair.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{LabError, Namespace};

/// The first eNB's address, in the namespace `radio`.
pub const ENB_V4: Ipv4Addr = Ipv4Addr::new(10, 90, 0, 2);
/// The first eNB's IPv6 address.
pub const ENB_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x90, 0, 0, 0, 0, 0, 2);
/// The gateway's address towards the radio side (S1-MME and S1-U).
pub const GATEWAY_S1_V4: Ipv4Addr = Ipv4Addr::new(10, 90, 0, 1);
/// The gateway's IPv6 address towards the radio side.
pub const GATEWAY_S1_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x90, 0, 0, 0, 0, 0, 1);
/// The gateway's address towards the internet (SGi), of TEST-NET-3 (RFC 5737).
pub const GATEWAY_SGI_V4: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
/// The gateway's IPv6 address towards the internet, of the documentation prefix (RFC 3849).
pub const GATEWAY_SGI_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0x113, 0, 0, 0, 0, 1);
/// The server in the internet.
pub const SERVER_V4: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 80);
/// The server's IPv6 address.
pub const SERVER_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0x113, 0, 0, 0, 0, 0x80);

/// The radio side's link to the gateway, in `radio`.
pub const ENB_LINK: &str = "enb0";
/// The gateway's link to the radio side.
pub const S1_LINK: &str = "s1";
/// The gateway's link to the internet.
pub const SGI_LINK: &str = "sgi";
/// The server's link to the gateway, in `internet`.
pub const SERVER_LINK: &str = "web0";

const V4_PREFIX: u8 = 24;
const V6_PREFIX: u8 = 64;
const MTU: u32 = 1500;

/// Three namespaces joined by two veth pairs.
#[derive(Debug)]
pub struct Topology {
    /// The eNBs and the phones behind them.
    pub radio: Namespace,
    /// The gateway.
    pub gateway: Namespace,
    /// A server that phones want to reach.
    pub internet: Namespace,
}

impl Topology {
    /// Makes the namespaces, links, addresses and the gateway's default routes.
    ///
    /// # Errors
    /// The process may not make namespaces, or the kernel refused.
    pub fn build() -> Result<Self, LabError> {
        let radio = Namespace::new("radio")?;
        let gateway = Namespace::new("gateway")?;
        let internet = Namespace::new("internet")?;

        gateway.veth(S1_LINK, (&radio, ENB_LINK), MTU)?;
        gateway.veth(SGI_LINK, (&internet, SERVER_LINK), MTU)?;
        address(&radio, ENB_LINK, ENB_V4, ENB_V6)?;
        address(&gateway, S1_LINK, GATEWAY_S1_V4, GATEWAY_S1_V6)?;
        address(&gateway, SGI_LINK, GATEWAY_SGI_V4, GATEWAY_SGI_V6)?;
        address(&internet, SERVER_LINK, SERVER_V4, SERVER_V6)?;

        gateway.add_route(Ipv4Addr::UNSPECIFIED.into(), 0, SERVER_V4.into())?;
        gateway.add_route(Ipv6Addr::UNSPECIFIED.into(), 0, SERVER_V6.into())?;
        Ok(Self { radio, gateway, internet })
    }

    /// Gives the radio side a further address, 10.90.0.`host`, for one more eNB.
    ///
    /// # Errors
    /// The address is in use, or the kernel refused.
    pub fn add_enb(&self, host: u8) -> Result<Ipv4Addr, LabError> {
        let [a, b, c, _] = GATEWAY_S1_V4.octets();
        let enb = Ipv4Addr::new(a, b, c, host);
        self.radio.link(ENB_LINK)?.add_address(enb.into(), V4_PREFIX)?;
        Ok(enb)
    }
}

fn address(namespace: &Namespace, link: &str, v4: Ipv4Addr, v6: Ipv6Addr) -> Result<(), LabError> {
    let link = namespace.link(link)?;
    link.add_address(IpAddr::V4(v4), V4_PREFIX)?;
    link.add_address(IpAddr::V6(v6), V6_PREFIX)
}
