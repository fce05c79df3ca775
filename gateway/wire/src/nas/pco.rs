//! Protocol configuration options (TS 24.008 10.5.6.3) and the IPCP inside (RFC 1332, RFC 1877).

use core::net::Ipv4Addr;

/// Protocol configuration options: a list of protocols and containers. At most 32 are kept of what a phone sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pco {
    /// In their order.
    pub units: Vec<PcoUnit>,
}

/// A protocol's packet or a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcoUnit {
    /// Which.
    pub id: u16,
    /// What is in it; empty in a request that only asks.
    pub contents: Vec<u8>,
}

impl PcoUnit {
    /// DNS server IPv6 address.
    pub const DNS_IPV6: u16 = 0x0003;
    /// IM CN subsystem signalling flag.
    pub const IM_SIGNALLING_FLAG: u16 = 0x0002;
    /// Address allocation through NAS signalling.
    pub const ADDRESS_THROUGH_NAS: u16 = 0x000a;
    /// DNS server IPv4 address.
    pub const DNS_IPV4: u16 = 0x000d;
    /// IPv4 link MTU.
    pub const IPV4_LINK_MTU: u16 = 0x0010;
    /// Internet protocol control protocol.
    pub const IPCP: u16 = 0x8021;
    /// Password authentication protocol.
    pub const PAP: u16 = 0xc023;
    /// Challenge handshake authentication protocol.
    pub const CHAP: u16 = 0xc223;
}

/// An IPCP packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ipcp {
    /// What it is.
    pub code: IpcpCode,
    /// Which exchange it belongs to.
    pub identifier: u8,
    /// What is asked or answered: at most 8 are kept.
    pub options: heapless::Vec<IpcpOption, 8>,
}

/// The kinds of IPCP packet that occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IpcpCode {
    /// 1
    ConfigureRequest,
    /// 2
    ConfigureAck,
    /// 3
    ConfigureNak,
    /// 4
    ConfigureReject,
}

/// An option of IPCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IpcpOption {
    /// 3: the peer's address.
    Address(Ipv4Addr),
    /// 129: primary DNS server.
    PrimaryDns(Ipv4Addr),
    /// 131: secondary DNS server.
    SecondaryDns(Ipv4Addr),
    /// Any other, kept to be rejected: at most 32 octets of it.
    Other {
        /// Its number.
        kind: u8,
        /// What is in it.
        contents: heapless::Vec<u8, 32>,
    },
}

impl Ipcp {
    /// Reads a packet; `None` if it is cut, or no packet that occurs here.
    pub fn decode(octets: &[u8]) -> Option<Self> {
        let [code, identifier, high, low, rest @ ..] = octets else { return None };
        let code = match code {
            1 => IpcpCode::ConfigureRequest,
            2 => IpcpCode::ConfigureAck,
            3 => IpcpCode::ConfigureNak,
            4 => IpcpCode::ConfigureReject,
            _ => return None,
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let mut rest = rest.get(..length.checked_sub(4)?)?;
        let mut options = heapless::Vec::new();
        while let [kind, length, after @ ..] = rest {
            let (contents, next) = after.split_at_checked(usize::from(*length).checked_sub(2)?)?;
            options.push(IpcpOption::read(*kind, contents)?).ok()?;
            rest = next;
        }
        rest.is_empty().then_some(Self { code, identifier: *identifier, options })
    }

    /// The octets of the packet.
    pub fn encode(&self) -> Vec<u8> {
        let code = match self.code {
            IpcpCode::ConfigureRequest => 1,
            IpcpCode::ConfigureAck => 2,
            IpcpCode::ConfigureNak => 3,
            IpcpCode::ConfigureReject => 4,
        };
        let mut body = Vec::new();
        for option in &self.options {
            option.write(&mut body);
        }
        // Eight options of at most 34 octets fit in any length.
        let length = u16::try_from(body.len() + 4).unwrap_or(u16::MAX).to_be_bytes();
        let mut octets = vec![code, self.identifier];
        octets.extend_from_slice(&length);
        octets.extend_from_slice(&body);
        octets
    }
}

impl IpcpOption {
    fn read(kind: u8, contents: &[u8]) -> Option<Self> {
        let address = <[u8; 4]>::try_from(contents).map(Ipv4Addr::from);
        Some(match (kind, address) {
            (3, Ok(address)) => Self::Address(address),
            (129, Ok(address)) => Self::PrimaryDns(address),
            (131, Ok(address)) => Self::SecondaryDns(address),
            _ => Self::Other { kind, contents: heapless::Vec::from_slice(contents).ok()? },
        })
    }

    fn write(&self, octets: &mut Vec<u8>) {
        let mut put = |kind: u8, contents: &[u8]| {
            octets.push(kind);
            octets.push(u8::try_from(contents.len() + 2).unwrap_or(u8::MAX));
            octets.extend_from_slice(contents);
        };
        match self {
            Self::Address(address) => put(3, &address.octets()),
            Self::PrimaryDns(address) => put(129, &address.octets()),
            Self::SecondaryDns(address) => put(131, &address.octets()),
            Self::Other { kind, contents } => put(*kind, contents),
        }
    }
}
