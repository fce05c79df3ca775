//! What a phone is told beside its address: DNS servers and MTU, by the containers that it asked with (TS 24.008 10.5.6.3).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use pumice_wire::nas::{Ipcp, IpcpCode, IpcpOption, Pco, PcoUnit};

/// The most units that an answer has: what is asked more often is not answered more often.
const UNITS: usize = 16;

/// Answers what was asked; nothing is said that was not asked for.
pub(crate) fn answer(request: &Pco, dns: &[IpAddr], mtu: u16) -> Option<Pco> {
    let v4: Vec<Ipv4Addr> = dns
        .iter()
        .filter_map(|address| if let IpAddr::V4(v4) = address { Some(*v4) } else { None })
        .collect();
    let v6: Vec<Ipv6Addr> = dns
        .iter()
        .filter_map(|address| if let IpAddr::V6(v6) = address { Some(*v6) } else { None })
        .collect();
    let mut units: Vec<PcoUnit> = Vec::new();
    for asked in &request.units {
        if units.len() >= UNITS {
            break;
        }
        let again = units.iter().any(|unit| unit.id == asked.id);
        match asked.id {
            _ if again => {}
            PcoUnit::DNS_IPV4 => {
                units.extend(v4.iter().take(2).map(|v4| unit(asked.id, v4.octets().to_vec())))
            }
            PcoUnit::DNS_IPV6 => {
                units.extend(v6.iter().take(2).map(|v6| unit(asked.id, v6.octets().to_vec())))
            }
            PcoUnit::IPV4_LINK_MTU => units.push(unit(asked.id, mtu.to_be_bytes().to_vec())),
            PcoUnit::IPCP => {
                units.extend(ipcp(&asked.contents, &v4).map(|packet| unit(asked.id, packet.encode())))
            }
            PcoUnit::PAP => units.extend(pap(&asked.contents).map(|packet| unit(asked.id, packet))),
            _ => {}
        }
    }
    (!units.is_empty()).then_some(Pco { units })
}

const fn unit(id: u16, contents: Vec<u8>) -> PcoUnit {
    PcoUnit { id, contents }
}

/// Answers IPCP (RFC 1332, RFC 1877): servers that were asked for by zeros are named in a Nak, which GPRS phones take as their
/// configuration (TS 27.060 annex A); options that are unknown are rejected.
fn ipcp(packet: &[u8], dns: &[Ipv4Addr]) -> Option<Ipcp> {
    let request = Ipcp::decode(packet).filter(|packet| packet.code == IpcpCode::ConfigureRequest)?;
    let (mut nak, mut reject, mut ack) = (heapless::Vec::new(), heapless::Vec::new(), heapless::Vec::new());
    let mut servers = dns.iter().copied();
    for option in request.options {
        let wanted = match option {
            IpcpOption::PrimaryDns(asked) => {
                servers.next().map(|server| (asked, IpcpOption::PrimaryDns(server)))
            }
            IpcpOption::SecondaryDns(asked) => {
                servers.next().map(|server| (asked, IpcpOption::SecondaryDns(server)))
            }
            IpcpOption::Address(_) | IpcpOption::Other { .. } => None,
        };
        // Each list holds as many as the request had.
        let _ = match wanted {
            Some((Ipv4Addr::UNSPECIFIED, named)) => nak.push(named),
            Some((asked, named)) if named == same_kind(&named, asked) => ack.push(named),
            Some((_, named)) => nak.push(named),
            None => reject.push(option),
        };
    }
    let (code, options) = match (reject.is_empty(), nak.is_empty()) {
        // What phones need is the Nak; a reject would make them ask again, which they cannot in NAS.
        (_, false) => (IpcpCode::ConfigureNak, nak),
        (false, true) => (IpcpCode::ConfigureReject, reject),
        (true, true) => (IpcpCode::ConfigureAck, ack),
    };
    Some(Ipcp { code, identifier: request.identifier, options })
}

fn same_kind(option: &IpcpOption, address: Ipv4Addr) -> IpcpOption {
    match option {
        IpcpOption::PrimaryDns(_) => IpcpOption::PrimaryDns(address),
        IpcpOption::SecondaryDns(_) => IpcpOption::SecondaryDns(address),
        IpcpOption::Address(_) => IpcpOption::Address(address),
        IpcpOption::Other { .. } => option.clone(),
    }
}

/// Acknowledges a PAP request (RFC 1334): APN passwords mean nothing here, and some phones insist on an answer.
fn pap(packet: &[u8]) -> Option<Vec<u8>> {
    match packet {
        [1, identifier, ..] => Some(vec![2, *identifier, 0, 5, 0]),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
