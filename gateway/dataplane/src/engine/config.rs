use core::net::IpAddr;

use pumice_model::limits::Limits;

use crate::error::DataplaneError;
use crate::forwarder::PhoneToPhone;

const IPV4_LEAST_MTU: u16 = 576;
const IPV6_LEAST_MTU: u16 = 1_280;
const LONGEST_INTERFACE_NAME: usize = 15;

/// What the portable engine needs to know.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The S1-U addresses. Of several of one family the first is the source of what goes to cells.
    pub listen: Vec<IpAddr>,
    /// The name of the TUN device, 1 to 15 octets.
    pub tun: String,
    /// The networks in which phones have their addresses.
    pub pools: Vec<Pool>,
    /// The largest packet to and from a phone, in octets. With 36 octets of tunnel (56 over IPv6) it should fit the link to
    /// the cells; what does not is sent in IP fragments.
    pub mtu: u16,
    /// Sizes every table.
    pub limits: Limits,
    /// How phones reach the internet.
    pub nat: NatMode,
    /// Whether phones reach each other.
    pub phone_to_phone: PhoneToPhone,
}

/// A network of phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// The gateway's own address in it.
    pub gateway: IpAddr,
    /// The length of its prefix, in bits.
    pub prefix_length: u8,
}

/// How phones reach the internet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NatMode {
    /// Behind this gateway's address, IPv4 and IPv6 alike.
    Masquerade {
        /// The interface on which it happens; any but the TUN device if absent.
        outside: Option<String>,
    },
    /// With their own addresses, which the network outside must route here.
    Routed,
}

impl EngineConfig {
    pub(super) fn check(&self) -> Result<(), DataplaneError> {
        if self.listen.is_empty() {
            return Err(DataplaneError::NoListenAddress);
        }
        if let Some(address) =
            self.listen.iter().find(|address| address.is_unspecified() || address.is_multicast())
        {
            return Err(DataplaneError::ListenAddress(*address));
        }
        check_interface_name(&self.tun)?;
        if let NatMode::Masquerade { outside: Some(outside) } = &self.nat {
            check_interface_name(outside)?;
        }
        if self.pools.is_empty() {
            return Err(DataplaneError::NoPool);
        }
        self.pools.iter().try_for_each(Pool::check)?;
        let has_ipv6 = self.pools.iter().any(|pool| pool.gateway.is_ipv6());
        if self.mtu < if has_ipv6 { IPV6_LEAST_MTU } else { IPV4_LEAST_MTU } {
            return Err(DataplaneError::Mtu(self.mtu));
        }
        Ok(())
    }
}

impl Pool {
    fn check(&self) -> Result<(), DataplaneError> {
        let Self { gateway, prefix_length } = *self;
        let bits = if gateway.is_ipv4() { 32 } else { 128 };
        if prefix_length > bits || gateway.is_unspecified() {
            return Err(DataplaneError::Pool { gateway, prefix_length });
        }
        Ok(())
    }
}

fn check_interface_name(name: &str) -> Result<(), DataplaneError> {
    let legal = |octet: u8| octet.is_ascii_graphic() && octet != b'/' && octet != b':' && octet != b'%';
    let is_dots = name == "." || name == "..";
    if name.is_empty() || name.len() > LONGEST_INTERFACE_NAME || is_dots || !name.bytes().all(legal) {
        return Err(DataplaneError::InterfaceName(name.to_owned()));
    }
    Ok(())
}
