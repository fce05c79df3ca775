//! From the internet, or from another phone, to a phone.

use core::net::IpAddr;

use pumice_model::identity::Fteid;
use pumice_model::rules::{Action, Interface, RuleId};
use pumice_model::time::Instant;
use pumice_wire::gtpu;

use super::{Forward, Forwarder};
use crate::cause::Cause;
use crate::inner::{Inner, phone_prefix};
use crate::session::Direction;
use crate::table::Slot;

/// What a session's rules make of a packet.
struct Decision {
    far: RuleId,
    urrs: heapless::Vec<RuleId, 2>,
    path: Path,
}

enum Path {
    Tunnel(Fteid),
    Keep { packets: usize, notify: bool },
}

impl Forwarder {
    /// Takes a packet from the TUN device. `frame` is [`Self::HEADROOM`] free octets and then the packet.
    pub fn from_core<'a>(&mut self, now: Instant, frame: &'a mut [u8]) -> Option<Forward<'a>> {
        self.now = self.now.max(now);
        let packet = frame.get(Self::HEADROOM..).unwrap_or_default();
        let outcome = match Inner::parse(packet) {
            Ok(inner) if inner.destination.is_multicast() => Err(Cause::Multicast),
            Ok(inner) => self.deliver(frame, inner.destination, inner.length),
            Err(_) => Err(Cause::InnerMalformed),
        };
        outcome.unwrap_or_else(|cause| {
            self.counters.drop(cause);
            None
        })
    }

    /// Sends the packet of `length` octets that starts [`Self::HEADROOM`] octets into `frame` to the phone that has the
    /// address, or keeps it.
    pub(super) fn deliver<'a>(
        &mut self,
        frame: &'a mut [u8],
        phone: IpAddr,
        length: usize,
    ) -> Result<Option<Forward<'a>>, Cause> {
        let slot = self.by_phone.owner(phone_prefix(phone)).ok_or(Cause::NoSession)?;
        let decision = self.decide(slot, phone, length)?;
        let frame = frame.get_mut(..Self::HEADROOM + length).ok_or(Cause::InnerMalformed)?;
        match decision.path {
            Path::Tunnel(tunnel) => self.encapsulate(slot, &decision.urrs, tunnel, frame).map(Some),
            Path::Keep { packets, notify } => {
                let far = decision.far;
                self.keep(slot, far, decision.urrs, packets, frame)?;
                if notify && let Some(session) = self.session(slot).map(|state| state.id) {
                    self.notify(slot, far, session);
                }
                Ok(None)
            }
        }
    }

    fn decide(&mut self, slot: Slot, phone: IpAddr, length: usize) -> Result<Decision, Cause> {
        let now = self.now;
        let state = self.session_mut(slot).ok_or(Cause::NoSession)?;
        let pdr = state.detect(Interface::Core, None, phone).map_err(|_| Cause::NoRule)?;
        let place = pdr.far.ok_or(Cause::NoRule)?;
        let (qers, urrs) = (pdr.qers.clone(), pdr.urrs.clone());
        if !state.gates_open(&qers, Direction::Downlink) {
            return Err(Cause::GateClosed);
        }
        let far = state.far_at(place).ok_or(Cause::NoRule)?;
        let path = match far.action {
            Action::Drop => return Err(Cause::ForwardingDrop),
            // Back to where it came from: a loop.
            Action::ForwardToCore => return Err(Cause::NoRule),
            Action::ForwardToAccess { tunnel } if !far.tunnel_gone => Path::Tunnel(tunnel),
            // The core has been told by the Error Indication.
            Action::ForwardToAccess { .. } => Path::Keep { packets: usize::MAX, notify: false },
            Action::BufferAndNotify { packets } => {
                Path::Keep { packets: packets.into(), notify: !far.notified }
            }
        };
        let far = far.id;
        if !state.conforms(&qers, Direction::Downlink, now, length) {
            return Err(Cause::Rate);
        }
        Ok(Decision { far, urrs, path })
    }

    /// Puts the tunnel header into the headroom of a frame.
    pub(super) fn encapsulate<'a>(
        &mut self,
        slot: Slot,
        urrs: &[RuleId],
        tunnel: Fteid,
        frame: &'a mut [u8],
    ) -> Result<Forward<'a>, Cause> {
        let from = self.address_towards(tunnel.address).ok_or(Cause::NoLocalAddress)?;
        let (header, packet) = frame.split_first_chunk_mut().ok_or(Cause::InnerMalformed)?;
        let length = u16::try_from(packet.len()).map_err(|_| Cause::InnerMalformed)?;
        *header = gtpu::g_pdu_header(tunnel.teid, length);
        if let Some(state) = self.session_mut(slot) {
            state.measure(urrs, Direction::Downlink, length.into());
        }
        self.counters.downlink.add(length.into());
        Ok(Forward::ToAccess { from, to: (tunnel.address, gtpu::PORT).into(), datagram: frame })
    }
}
