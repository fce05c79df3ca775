//! The user plane: GTP-U (TS 29.281) by hand, so that it shares nothing with the gateway's.

use core::net::IpAddr;

use pumice_model::identity::{Ebi, Teid};
use pumice_wire::s1ap::Cause;

use super::contexts::fteid;
use super::{Enb, EnbOutput, PhoneId};
use crate::phone::PhoneInput;

const ECHO_REQUEST: u8 = 1;
const ECHO_RESPONSE: u8 = 2;
const ERROR_INDICATION: u8 = 26;
const G_PDU: u8 = 255;

/// What an eNB's user plane has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserPlaneCounters {
    /// Packets from phones.
    pub uplink: u64,
    /// Packets to phones.
    pub downlink: u64,
    /// Packets for tunnels that are not known: an Error Indication was sent for each.
    pub unknown_teid: u64,
    /// Error Indications of the gateway.
    pub error_indications: u64,
    /// Datagrams that are no GTP-U.
    pub malformed: u64,
    /// Echo Requests that were answered.
    pub echoes: u64,
}

impl Enb {
    pub(super) fn uplink_packet(
        &mut self,
        phone: PhoneId,
        ebi: Ebi,
        packet: &[u8],
        out: &mut Vec<EnbOutput>,
    ) {
        let Some(enb_ue) = self.contexts.of_phone(phone) else { return };
        let Some(context) = self.contexts.get(enb_ue) else { return };
        let Some(erab) = context.erabs.iter().find(|erab| erab.ebi == ebi).copied() else { return };
        self.contexts.touch(enb_ue, self.now);
        self.user_plane.uplink += 1;
        out.push(EnbOutput::Datagram { to: erab.remote.address, octets: g_pdu(erab.remote.teid, packet) });
    }

    pub(super) fn datagram(&mut self, from: IpAddr, octets: &[u8], out: &mut Vec<EnbOutput>) {
        let Some(message) = Gtpu::parse(octets) else {
            self.user_plane.malformed += 1;
            return;
        };
        match message.kind {
            ECHO_REQUEST => {
                self.user_plane.echoes += 1;
                let [high, low] = message.sequence.to_be_bytes();
                // Recovery, always zero (8.2).
                let octets = vec![0x32, ECHO_RESPONSE, 0, 6, 0, 0, 0, 0, high, low, 0, 0, 14, 0];
                out.push(EnbOutput::Datagram { to: from, octets });
            }
            ERROR_INDICATION => self.gateway_forgot(from, message.body, out),
            G_PDU => self.downlink_packet(from, &message, out),
            _ => {}
        }
    }

    fn downlink_packet(&mut self, from: IpAddr, message: &Gtpu<'_>, out: &mut Vec<EnbOutput>) {
        let Some((enb_ue, _)) = self.contexts.of_teid(message.teid) else {
            self.user_plane.unknown_teid += 1;
            let octets = error_indication(message.teid, self.config.address);
            out.push(EnbOutput::Datagram { to: from, octets });
            return;
        };
        self.contexts.touch(enb_ue, self.now);
        self.user_plane.downlink += 1;
        if let Some(phone) = self.contexts.get(enb_ue).and_then(|context| context.phone) {
            out.push(EnbOutput::Phone { phone, input: PhoneInput::Packet(message.body.to_vec()) });
        }
    }

    /// The gateway does not know a tunnel any more: the phone's connection is of no use (TS 23.007 22).
    fn gateway_forgot(&mut self, from: IpAddr, body: &[u8], out: &mut Vec<EnbOutput>) {
        self.user_plane.error_indications += 1;
        // Tunnel Endpoint Identifier Data I comes first, as its type is the lowest.
        let [16, a, b, c, d, ..] = *body else { return };
        let remote = fteid(from, Teid(u32::from_be_bytes([a, b, c, d])));
        if let Some(enb_ue) = self.contexts.of_remote(remote) {
            self.ask_release(enb_ue, Cause::TRANSPORT_RESOURCE_UNAVAILABLE, out);
        }
    }
}

/// A GTP-U message (5.1).
struct Gtpu<'a> {
    kind: u8,
    teid: Teid,
    sequence: u16,
    body: &'a [u8],
}

impl<'a> Gtpu<'a> {
    fn parse(octets: &'a [u8]) -> Option<Self> {
        let [flags, kind, l0, l1, a, b, c, d, rest @ ..] = octets else { return None };
        // Version 1, protocol type GTP.
        if flags & 0xf0 != 0x30 {
            return None;
        }
        let mut rest = rest.get(..usize::from(u16::from_be_bytes([*l0, *l1])))?;
        let mut sequence = 0;
        if flags & 0x07 != 0 {
            let [s0, s1, _, next, after @ ..] = rest else { return None };
            sequence = u16::from_be_bytes([*s0, *s1]);
            rest = match flags & 0x04 {
                0 => after,
                _ => skip_extensions(*next, after)?,
            };
        }
        let teid = Teid(u32::from_be_bytes([*a, *b, *c, *d]));
        Some(Self { kind: *kind, teid, sequence, body: rest })
    }
}

/// Steps over extension headers (5.2), each of which takes at least four octets.
fn skip_extensions(mut kind: u8, mut rest: &[u8]) -> Option<&[u8]> {
    while kind != 0 {
        let length = usize::from(*rest.first()?) * 4;
        let (header, after) = rest.split_at_checked(length).filter(|(header, _)| !header.is_empty())?;
        kind = *header.last()?;
        rest = after;
    }
    Some(rest)
}

fn g_pdu(teid: Teid, packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(packet.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut octets = Vec::with_capacity(packet.len() + 8);
    octets.extend_from_slice(&[0x30, G_PDU]);
    octets.extend_from_slice(&length);
    octets.extend_from_slice(&teid.0.to_be_bytes());
    octets.extend_from_slice(packet);
    octets
}

/// Error Indication (7.3.1): the tunnel that is not known, and where it is not known.
fn error_indication(teid: Teid, own: IpAddr) -> Vec<u8> {
    let address = match own {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    let length = u8::try_from(address.len()).unwrap_or(0);
    // Sequence number, N-PDU number and next extension type count as length.
    let mut octets = vec![0x32, ERROR_INDICATION, 0, 4 + 5 + 3 + length, 0, 0, 0, 0, 0, 0, 0, 0, 16];
    octets.extend_from_slice(&teid.0.to_be_bytes());
    octets.extend_from_slice(&[133, 0, length]);
    octets.extend_from_slice(&address);
    octets
}
