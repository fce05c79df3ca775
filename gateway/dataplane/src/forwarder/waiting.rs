//! Packets that wait for an idle phone: kept, counted against both bounds, sent on or freed when the rule changes.

use pumice_model::identity::Fteid;
use pumice_model::rules::{Action, RuleId, SessionId, UserPlaneEvent};
use pumice_wire::gtpu;

use super::{Datagram, Forwarder};
use crate::cause::Cause;
use crate::kept::KeptPacket;
use crate::session::{Direction, FarState};
use crate::table::Slot;

impl Forwarder {
    /// Keeps a frame for the rule `far`, at most `packets` of them. The oldest makes room: of this rule when it has its
    /// number, of all when octets run out.
    pub(super) fn keep(
        &mut self,
        slot: Slot,
        far: RuleId,
        urrs: heapless::Vec<RuleId, 2>,
        packets: usize,
        frame: &[u8],
    ) -> Result<(), Cause> {
        let each = self.kept_each.min(packets);
        if each == 0 || !self.kept.could_hold(frame.len()) {
            return Err(Cause::KeptFull);
        }
        let rule = self.rule(slot, far).ok_or(Cause::NoRule)?;
        let surplus = (rule.kept.len() + 1).saturating_sub(each);
        let dropped: Vec<u64> = rule.kept.drain(..surplus).collect();
        self.discard(dropped, Cause::KeptFull);
        while !self.kept.has_room(frame.len()) {
            let Some(oldest) = self.kept.oldest() else { break };
            self.evict(oldest);
        }
        let number = self.kept.push(KeptPacket { slot, far, urrs, frame: frame.to_vec() });
        if let Some(rule) = self.rule(slot, far) {
            rule.kept.push_back(number);
        }
        Ok(())
    }

    fn evict(&mut self, number: u64) {
        let Some(packet) = self.kept.take(number) else { return };
        self.counters.drop(Cause::KeptFull);
        if let Some(rule) = self.rule(packet.slot, packet.far) {
            // Oldest of all, so oldest of its rule.
            rule.kept.pop_front();
        }
    }

    /// Brings the packets that wait for a rule in line with what it now says.
    pub(super) fn settle(&mut self, slot: Slot, far: RuleId) {
        let each = self.kept_each;
        let Some(state) = self.session_mut(slot) else { return };
        let session = state.id;
        let Some(rule) = state.far_named(far) else { return };
        match rule.action {
            Action::ForwardToAccess { tunnel } if !rule.tunnel_gone => {
                let waiting: Vec<u64> = rule.kept.drain(..).collect();
                for number in waiting {
                    if let Some(packet) = self.kept.take(number) {
                        self.send_kept(slot, packet, tunnel);
                    }
                }
            }
            Action::ForwardToAccess { .. } => {}
            Action::BufferAndNotify { packets } => {
                let surplus = rule.kept.len().saturating_sub(each.min(packets.into()));
                let dropped: Vec<u64> = rule.kept.drain(..surplus).collect();
                let waits = !rule.kept.is_empty() && !rule.notified;
                self.discard(dropped, Cause::KeptFull);
                if waits {
                    self.notify(slot, far, session);
                }
            }
            Action::Drop | Action::ForwardToCore => {
                let waiting: Vec<u64> = rule.kept.drain(..).collect();
                self.discard(waiting, Cause::KeptFreed);
            }
        }
    }

    /// Tells the core, once, that packets wait.
    pub(super) fn notify(&mut self, slot: Slot, far: RuleId, session: SessionId) {
        let told = self.tell(UserPlaneEvent::DownlinkData { session });
        if let Some(rule) = self.rule(slot, far) {
            rule.notified = told;
        }
    }

    pub(super) fn rule(&mut self, slot: Slot, far: RuleId) -> Option<&mut FarState> {
        self.session_mut(slot)?.far_named(far)
    }

    fn send_kept(&mut self, slot: Slot, mut packet: KeptPacket, tunnel: Fteid) {
        let inner = packet.frame.len().saturating_sub(Self::HEADROOM);
        let Some(from) = self.address_towards(tunnel.address) else {
            return self.counters.drop(Cause::NoLocalAddress);
        };
        let Ok(length) = u16::try_from(inner) else { return self.counters.drop(Cause::InnerMalformed) };
        if let Some(header) = packet.frame.first_chunk_mut() {
            *header = gtpu::g_pdu_header(tunnel.teid, length);
        }
        if let Some(state) = self.session_mut(slot) {
            state.measure(&packet.urrs, Direction::Downlink, length.into());
        }
        self.counters.downlink.add(length.into());
        self.send(Datagram { from, to: (tunnel.address, gtpu::PORT).into(), octets: packet.frame });
    }

    pub(super) fn discard(&mut self, numbers: Vec<u64>, cause: Cause) {
        for number in numbers {
            if self.kept.take(number).is_some() {
                self.counters.drop(cause);
            }
        }
    }
}
