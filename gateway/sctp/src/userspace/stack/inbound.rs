//! What becomes of a packet: whose it is, and the handshake's first half, which keeps no state.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use dcsctp::api::{DcSctpSocket, SocketEvent, SocketState};

use crate::wire::cookie::Path;
use crate::wire::init::{Init, replace_cookie_echo, replace_state_cookie, state_cookie};
use crate::wire::ootb::{self, Refusal};
use crate::wire::packet::{Malformed, Packet, chunk_type};
use crate::{AssociationId, Event, LostReason};

use super::Stack;
use super::peer::{self, Peer};

/// Octets of a COOKIE ECHO packet beside the cookie: the common header and the chunk's own.
const COOKIE_ECHO_OVERHEAD: usize = 12 + 4;

impl Stack {
    /// Takes one packet that came from `from` (its port is not looked at) to the local address `to`.
    pub(crate) fn receive(&mut self, now: Duration, from: SocketAddr, to: IpAddr, octets: &[u8]) {
        self.counters.packets_in.add_one();
        let packet = match Packet::parse(octets) {
            Ok(packet) => packet,
            Err(Malformed::Checksum) => return self.counters.bad_checksums.add_one(),
            Err(Malformed::Chunk | Malformed::Header) => return self.counters.malformed_packets.add_one(),
        };
        let local = SocketAddr::new(to, packet.destination_port);
        let is_ours = |ours: &SocketAddr| {
            ours.port() == local.port() && (ours.ip() == to || ours.ip().is_unspecified())
        };
        if !self.config.local.iter().any(is_ours) {
            return self.counters.other_port_packets.add_one();
        }
        if !ootb::is_unicast(from.ip()) || !ootb::is_unicast(to) {
            return self.counters.ootb_packets.add_one();
        }
        let mut peer = from;
        peer.set_port(packet.source_port);
        let path = Path { local, peer };
        let Some(first) = packet.first() else { return };
        match first.kind {
            chunk_type::INIT => self.receive_init(now, &path, &packet, octets),
            chunk_type::COOKIE_ECHO => self.receive_cookie_echo(now, &path, &packet, first.value),
            _ => match self.paths.get(&path).copied() {
                Some(id) => self.deliver(now, id, &packet, octets),
                None => self.receive_out_of_the_blue(now, &path, &packet),
            },
        }
    }

    /// A packet that one of our sockets gives out. A cookie never leaves unsealed.
    pub(super) fn transmit_of_peer(
        &mut self,
        now: Duration,
        id: AssociationId,
        path: &Path,
        packet: Vec<u8>,
    ) {
        if is_init_ack(&packet) {
            // An INIT that crossed ours (section 5.2.1): its COOKIE ECHO is the peer socket's to judge, so the cookie
            // names no life. An association on its way down doesn't begin anew: the peer's next INIT finds it gone.
            let starting = self.peers.get(&id).is_some_and(Peer::is_starting);
            if starting && let Some(sealed) = self.seal(now, path, 0, &packet) {
                self.transmit(path, sealed);
            }
            return;
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.observe_outgoing(&packet);
        }
        self.transmit(path, packet);
    }

    /// Hands a packet to the association it belongs to.
    fn deliver(&mut self, now: Duration, id: AssociationId, packet: &Packet<'_>, octets: &[u8]) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let authentic = packet.tag == peer.tag() && !peer.is_starting();
        if authentic && packet.strays_from(peer.inbound_streams) {
            self.counters.stream_violations.add_one();
            return self.abort_for(now, id, LostReason::ProtocolViolation);
        }
        if authentic && !peer.hold(packet.data_chunks()) {
            self.counters.chunk_floods.add_one();
            return self.abort_for(now, id, LostReason::ProtocolViolation);
        }
        if packet.tag == peer.tag() && peer.is_starting() && packet.has(chunk_type::ABORT) {
            // Refused. dcsctp overlooks an ABORT in COOKIE-WAIT.
            self.remove(id);
            return self.emit(Event::Lost { association: id, reason: LostReason::PeerAbort });
        }
        if let Some(first) = packet.first().filter(|chunk| chunk.kind == chunk_type::INIT_ACK) {
            // A cookie that fits in no packet of ours can't be echoed.
            let room = usize::from(self.config.mtu).saturating_sub(40 + COOKIE_ECHO_OVERHEAD);
            if state_cookie(first.value).is_some_and(|cookie| cookie.len() > room) {
                return self.counters.malformed_packets.add_one();
            }
            // The tie-tag is drawn now.
            if !self.reseed() {
                return;
            }
        }
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.handle(now, octets);
        self.drain(now, id);
    }

    /// Section 5.1 (A) and, for an association that stands, section 5.2.
    fn receive_init(&mut self, now: Duration, path: &Path, packet: &Packet<'_>, octets: &[u8]) {
        // Alone in its packet and under tag 0, or not at all (sections 6.10 and 8.5.1 A).
        let alone = packet.tag == 0 && packet.chunks().count() == 1;
        let init = packet.first().and_then(|chunk| Init::parse(chunk.value));
        let Some(init) = init.filter(|init| alone && init.initiate_tag != 0) else {
            return self.counters.malformed_packets.add_one();
        };
        if init.outbound_streams == 0 || init.inbound_streams == 0 {
            self.counters.malformed_packets.add_one();
            return self.refuse(now, path, packet, init.initiate_tag, Refusal::ZeroStreams);
        }
        let known = self.paths.get(path).and_then(|id| Some((*id, self.peers.get(id)?)));
        let instance = match known {
            Some((id, peer)) if peer.is_starting() || peer.is_ending() => {
                return self.deliver(now, id, packet, octets);
            }
            Some((_, peer)) => peer.instance,
            None if !self.config.listen => {
                self.counters.refused_not_listening.add_one();
                return self.refuse(now, path, packet, init.initiate_tag, Refusal::NotListening);
            }
            None if self.peers.len() >= self.config.max_associations => {
                self.counters.refused_no_room.add_one();
                return self.refuse(now, path, packet, init.initiate_tag, Refusal::NoRoom);
            }
            None => 0,
        };
        self.answer_init(now, path, instance, octets);
    }

    /// Sends INIT ACK and forgets.
    fn answer_init(&mut self, now: Duration, path: &Path, instance: u64, octets: &[u8]) {
        if !self.reseed() {
            return;
        }
        let mut socket = peer::socket(&self.config, path, now);
        socket.handle_input(octets);
        while let Some(event) = socket.poll_event() {
            if let SocketEvent::SendPacket(packet) = event
                && let Some(sealed) = self.seal(now, path, instance, &packet)
            {
                self.transmit(path, sealed);
            }
        }
    }

    /// An INIT ACK of dcsctp's with its cookie sealed.
    fn seal(&self, now: Duration, path: &Path, instance: u64, octets: &[u8]) -> Option<Vec<u8>> {
        let packet = Packet::parse(octets).ok()?;
        // INIT ACK goes out under the peer's Initiate Tag.
        replace_state_cookie(&packet, |cookie| self.sealer.seal(now, path, instance, packet.tag, cookie))
    }

    /// Section 5.1 (C) and 5.2.4.
    fn receive_cookie_echo(&mut self, now: Duration, path: &Path, packet: &Packet<'_>, sealed: &[u8]) {
        let Some(opened) = self.sealer.open(now, path, sealed) else {
            return self.counters.bad_cookies.add_one();
        };
        let plain = replace_cookie_echo(packet, opened.cookie);
        let known = self.paths.get(path).and_then(|id| Some((*id, self.peers.get(id)?)));
        // The peer repeats itself because our COOKIE ACK was lost; even late that is no new association.
        if let Some((id, peer)) = known
            && peer.tag() == packet.tag
        {
            let Ok(packet) = Packet::parse(&plain) else { return };
            return self.deliver(now, id, &packet, &plain);
        }
        if let Some(stale_by) = opened.stale_by {
            self.counters.stale_cookies.add_one();
            if self.replies.take(now) {
                self.transmit(path, ootb::stale_cookie(packet, opened.peer_tag, stale_by));
            }
            return;
        }
        match known {
            Some((id, peer))
                if !peer.is_starting() && !peer.is_ending() && opened.instance == peer.instance =>
            {
                self.restart(now, id, path, &plain);
            }
            Some((id, _)) => {
                let Ok(packet) = Packet::parse(&plain) else { return };
                self.deliver(now, id, &packet, &plain);
            }
            None if !self.config.listen => {
                self.counters.refused_not_listening.add_one();
                self.refuse(now, path, packet, opened.peer_tag, Refusal::NotListening);
            }
            None if self.peers.len() >= self.config.max_associations => {
                self.counters.refused_no_room.add_one();
                self.refuse(now, path, packet, opened.peer_tag, Refusal::NoRoom);
            }
            None => self.accept(now, path, &plain),
        }
    }

    fn accept(&mut self, now: Duration, path: &Path, plain: &[u8]) {
        let Some(peer) = self.establish(now, path, plain) else { return };
        let id = AssociationId::next();
        self.paths.insert(*path, id);
        self.peers.insert(id, peer);
        self.drain(now, id);
        self.check_streams(now, id, plain);
    }

    /// The peer has lost its memory and proved with our cookie that it is there: section 5.2.4, case A.
    fn restart(&mut self, now: Duration, id: AssociationId, path: &Path, plain: &[u8]) {
        let Some(mut fresh) = self.establish(now, path, plain) else { return };
        let mut packets = Vec::new();
        let mut streams = None;
        while let Some(output) = fresh.poll() {
            match output {
                peer::Output::Packet(packet) => packets.push(packet),
                peer::Output::Connected { outbound_streams, inbound_streams } => {
                    streams = Some((outbound_streams, inbound_streams));
                }
                peer::Output::Closed(_) => return,
            }
        }
        let Some((outbound_streams, inbound_streams)) = streams else { return };
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.restart(fresh);
        self.counters.restarts.add_one();
        self.emit(Event::Restarted { association: id, outbound_streams, inbound_streams });
        for packet in packets {
            self.transmit(path, packet);
        }
        self.drain(now, id);
        self.check_streams(now, id, plain);
    }

    /// A peer whose socket has taken the COOKIE ECHO.
    fn establish(&mut self, now: Duration, path: &Path, plain: &[u8]) -> Option<Peer> {
        if !self.reseed() {
            return None;
        }
        let instance = self.next_instance();
        let mut peer = Peer::new(&self.config, *path, instance, now);
        peer.handle(now, plain);
        if peer.state() != SocketState::Connected {
            // The packet's tag isn't the one in the cookie.
            self.counters.bad_cookies.add_one();
            return None;
        }
        Some(peer)
    }

    /// DATA that came with the COOKIE ECHO was read before the number of streams was known.
    fn check_streams(&mut self, now: Duration, id: AssociationId, plain: &[u8]) {
        let Ok(packet) = Packet::parse(plain) else { return };
        if self.peers.get(&id).is_some_and(|peer| packet.strays_from(peer.inbound_streams)) {
            self.counters.stream_violations.add_one();
            self.abort_for(now, id, LostReason::ProtocolViolation);
        }
    }

    fn receive_out_of_the_blue(&mut self, now: Duration, path: &Path, packet: &Packet<'_>) {
        self.counters.ootb_packets.add_one();
        // A peer with several addresses may send from one that we don't know. Its tag gives it away, and an ABORT
        // would end its association.
        let ours = |peer: &Peer| peer.path.peer.port() == path.peer.port() && peer.tag() == packet.tag;
        if self.peers.values().any(ours) {
            return;
        }
        if let Some(reply) = ootb::reply(packet)
            && self.replies.take(now)
        {
            self.transmit(path, reply);
        }
    }

    fn refuse(&mut self, now: Duration, path: &Path, packet: &Packet<'_>, peer_tag: u32, refusal: Refusal) {
        if self.replies.take(now) {
            self.transmit(path, ootb::refuse(packet, peer_tag, refusal));
        }
    }
}

fn is_init_ack(packet: &[u8]) -> bool {
    packet.get(12) == Some(&chunk_type::INIT_ACK)
}
