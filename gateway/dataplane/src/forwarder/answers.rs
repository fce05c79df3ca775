//! The signalling of GTP-U: what a cell is answered, and what it says of its own end of a tunnel.

use core::net::{IpAddr, SocketAddr};

use pumice_model::identity::{Fteid, Teid};
use pumice_model::rules::{Action, UserPlaneEvent};
use pumice_wire::gtpu::{self, ExtensionType, Message, MessageType};

use super::{Datagram, Forwarder};
use crate::cause::Cause;

/// [`Forwarder::UNDERSTOOD`] on the wire.
const UNDERSTOOD_TYPES: &[u8] = &[ExtensionType::UDP_PORT.0, ExtensionType::PDU_SESSION_CONTAINER.0];

impl Forwarder {
    /// The extension headers that are understood: nothing in them changes where a packet goes, so they are stepped over.
    pub(super) const UNDERSTOOD: &[ExtensionType] =
        &[ExtensionType::UDP_PORT, ExtensionType::PDU_SESSION_CONTAINER];

    /// To the port that asked (TS 29.281 4.4.2.2).
    pub(super) fn answer_echo(&mut self, local: IpAddr, source: SocketAddr, sequence: u16) {
        self.counters.echo_requests += 1;
        self.answer(local, source, Message::EchoResponse { sequence });
    }

    /// To the registered port (TS 29.281 4.4.2.3), with our address: that is where the tunnel is not (7.3.1).
    pub(super) fn answer_unknown_teid(&mut self, local: IpAddr, peer: IpAddr, teid: Teid) {
        if self.answer_fault(local, peer, Message::ErrorIndication { teid, peer: local }) {
            self.counters.error_indications_sent += 1;
        }
    }

    /// Says what is understood (TS 29.281 7.2.3), but never in answer to a message that is itself the answer to a fault.
    pub(super) fn answer_not_understood(&mut self, local: IpAddr, peer: IpAddr, answered: MessageType) {
        let is_answer = matches!(
            answered,
            MessageType::ErrorIndication | MessageType::SupportedExtensionHeadersNotification
        );
        let message = Message::SupportedExtensionHeaders { types: UNDERSTOOD_TYPES };
        if !is_answer && self.answer_fault(local, peer, message) {
            self.counters.extension_notifications_sent += 1;
        }
    }

    /// The cell does not know a tunnel. If the cell is the one to which it leads, its F-TEID is not used any more, while the
    /// session stays (TS 23.007 22.1): packets wait until the core says what is to be done.
    pub(super) fn error_indicated(&mut self, source: IpAddr, teid: Teid, peer: IpAddr) -> Result<(), Cause> {
        let tunnel = Fteid { address: peer.to_canonical(), teid };
        let slot = self.by_tunnel.owner(tunnel).ok_or(Cause::ErrorIndicationUnknown)?;
        if tunnel.address != source {
            return Err(Cause::ErrorIndicationForged);
        }
        self.counters.error_indications_received += 1;
        let leads_there = Action::ForwardToAccess { tunnel };
        let state = self.session_mut(slot).ok_or(Cause::ErrorIndicationUnknown)?;
        let session = state.id;
        let is_news = state.fars().any(|far| far.action == leads_there && !far.tunnel_gone);
        if is_news && self.tell(UserPlaneEvent::ErrorIndication { session, tunnel }) {
            let state = self.session_mut(slot).ok_or(Cause::ErrorIndicationUnknown)?;
            for far in state.fars().filter(|far| far.action == leads_there) {
                far.tunnel_gone = true;
            }
        }
        Ok(())
    }

    /// Answers a fault, unless the peer has had its share of answers.
    fn answer_fault(&mut self, local: IpAddr, peer: IpAddr, message: Message<'_>) -> bool {
        /// The most that these answers take with an IPv6 address.
        const OCTETS: usize = 36;
        let may = self.peers.may_answer(peer, self.now, OCTETS);
        if may {
            self.answer(local, SocketAddr::new(peer, gtpu::PORT), message);
        }
        may
    }

    fn answer(&mut self, from: IpAddr, to: SocketAddr, message: Message<'_>) {
        let mut octets = Vec::new();
        // These messages are far below the length that a header can say.
        if message.emit(&mut octets).is_ok() {
            self.send(Datagram { from, to, octets });
        }
    }
}
