//! From cells: G-PDUs of phones, and the signalling of GTP-U.

use core::net::{IpAddr, SocketAddr};

use pumice_model::identity::Teid;
use pumice_model::rules::{Action, Interface};
use pumice_model::time::Instant;
use pumice_wire::gtpu::{GtpuError, Message, MessageType, Packet};

use super::{Forward, Forwarder, PhoneToPhone};
use crate::cause::Cause;
use crate::inner::{self, Inner, phone_prefix};
use crate::session::{Direction, NoMatch};
use crate::table::Slot;

impl Forwarder {
    /// Takes a datagram that came from `source` to our address `local`, UDP port 2152.
    pub fn from_access<'a>(
        &mut self,
        now: Instant,
        local: IpAddr,
        source: SocketAddr,
        datagram: &'a mut [u8],
    ) -> Option<Forward<'a>> {
        self.now = self.now.max(now);
        let source = SocketAddr::new(source.ip().to_canonical(), source.port());
        self.admit(local, source, datagram).unwrap_or_else(|cause| {
            self.counters.drop(cause);
            None
        })
    }

    fn admit<'a>(
        &mut self,
        local: IpAddr,
        source: SocketAddr,
        datagram: &'a mut [u8],
    ) -> Result<Option<Forward<'a>>, Cause> {
        // Before anything is read: a stranger gets no work and no answer.
        if !self.peers.contains(source.ip()) {
            return Err(Cause::UnknownPeer);
        }
        let packet = Packet::new_checked(datagram).map_err(header_cause)?;
        if packet.not_understood(Self::UNDERSTOOD).is_some() {
            self.answer_not_understood(local, source.ip(), packet.message_type());
            return Err(Cause::ExtensionNotUnderstood);
        }
        if packet.message_type() == MessageType::GPdu {
            let (teid, range) = (packet.teid(), packet.payload_range());
            let Some(slot) = self.by_teid.owner(teid) else {
                self.answer_unknown_teid(local, source.ip(), teid);
                return Err(Cause::UnknownTeid);
            };
            // The tunnel's header is in front of the payload: there is always headroom for another.
            let start = range.start.checked_sub(Self::HEADROOM).ok_or(Cause::Truncated)?;
            let frame = datagram.get_mut(start..range.end).ok_or(Cause::Truncated)?;
            return self.user_packet(slot, teid, frame);
        }
        let message = Message::parse(&packet).map_err(|error| match error {
            GtpuError::MessageType(_) => Cause::MessageType,
            _ => Cause::SignallingMalformed,
        })?;
        match message {
            Message::EchoRequest { sequence } => self.answer_echo(local, source, sequence),
            Message::ErrorIndication { teid, peer } => self.error_indicated(source.ip(), teid, peer)?,
            Message::EndMarker { .. } => self.counters.end_markers += 1,
            Message::EchoResponse { .. } | Message::SupportedExtensionHeaders { .. } => {
                return Err(Cause::Unsolicited);
            }
            Message::GPdu { .. } => {}
        }
        Ok(None)
    }

    /// `frame` is headroom and then what the phone sent.
    fn user_packet<'a>(
        &mut self,
        slot: Slot,
        teid: Teid,
        frame: &'a mut [u8],
    ) -> Result<Option<Forward<'a>>, Cause> {
        let packet = frame.get(Self::HEADROOM..).unwrap_or_default();
        let inner = Inner::parse(packet).map_err(|_| Cause::InnerMalformed)?;
        let now = self.now;
        let state = self.session_mut(slot).ok_or(Cause::UnknownTeid)?;
        let pdr =
            state.detect(Interface::Access, Some(teid), inner.source).map_err(|nearest| match nearest {
                NoMatch::Family if inner.router_solicitation => Cause::RouterSolicitation,
                NoMatch::Family => Cause::OtherFamily,
                NoMatch::Address => Cause::SpoofedSource,
            })?;
        let place = pdr.far.ok_or(Cause::NoRule)?;
        let (qers, urrs) = (pdr.qers.clone(), pdr.urrs.clone());
        if !state.gates_open(&qers, Direction::Uplink) {
            return Err(Cause::GateClosed);
        }
        let far = state.far_at(place).ok_or(Cause::NoRule)?;
        let tunnel = match far.action {
            Action::Drop => return Err(Cause::ForwardingDrop),
            Action::ForwardToCore => None,
            Action::ForwardToAccess { tunnel } if !far.tunnel_gone => Some(tunnel),
            // Only packets to phones wait.
            Action::ForwardToAccess { .. } | Action::BufferAndNotify { .. } => return Err(Cause::NoRule),
        };
        let to_phone = tunnel.is_none() && self.by_phone.owner(phone_prefix(inner.destination)).is_some();
        if to_phone && self.phone_to_phone == PhoneToPhone::Dropped {
            return Err(Cause::PhoneToPhone);
        }
        // Behind NAT the packet would bear this gateway's address, and a phone could speak GTP-U to a cell.
        if tunnel.is_none() && self.peers.contains(inner.destination) {
            return Err(Cause::TowardsCell);
        }
        // S1AP listens on this address too: a phone that reached it could introduce itself as a cell.
        if tunnel.is_none() && self.addresses.contains(&inner.destination) {
            return Err(Cause::TowardsGateway);
        }
        let state = self.session_mut(slot).ok_or(Cause::UnknownTeid)?;
        if !state.conforms(&qers, Direction::Uplink, now, inner.length) {
            return Err(Cause::Rate);
        }
        let octets = u64::try_from(inner.length).unwrap_or(u64::MAX);
        state.measure(&urrs, Direction::Uplink, octets);
        self.counters.uplink.add(octets);

        let frame = frame.get_mut(..Self::HEADROOM + inner.length).ok_or(Cause::InnerMalformed)?;
        if let Some(tunnel) = tunnel {
            return self.encapsulate(slot, &[], tunnel, frame).map(Some);
        }
        let packet = frame.get_mut(Self::HEADROOM..).unwrap_or_default();
        if to_phone && inner.length <= self.mtu && inner::hop(packet, &inner) {
            self.counters.phone_to_phone.add(octets);
            return self.deliver(frame, inner.destination, inner.length);
        }
        Ok(frame.get(Self::HEADROOM..).map(Forward::ToCore))
    }
}

const fn header_cause(error: GtpuError) -> Cause {
    match error {
        GtpuError::Version(_) | GtpuError::ProtocolType => Cause::Version,
        GtpuError::ExtensionLength | GtpuError::TooManyExtensions => Cause::ExtensionMalformed,
        _ => Cause::Truncated,
    }
}
