//! Associations come and go; S1 Setup makes them cells (TS 36.413 8.7.3); Reset (8.7.1).

use core::time::Duration;
use std::net::SocketAddr;

use pumice_model::change::{Change, LearnedCell};
use pumice_model::event::{CellRefusal, Event};
use pumice_model::identity::{GlobalEnbId, Tai};
use pumice_model::rules::UserPlaneCommand;
use pumice_wire::s1ap::{
    Cause, CriticalityDiagnostics, Message, Reset, ResetAcknowledge, S1SetupFailure, S1SetupRequest,
    S1SetupResponse, ServedGummeis, SupportedTa, TimeToWait, UeConnection,
};

use super::dispatch::COMMON_STREAM;
use crate::Core;
use crate::cells::{Admittance, Association, Cell};
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::io::{AssociationId, Effect};
use crate::timers::Timer;

/// How long a refused cell waits when there are too many: the longest that can be said.
const TOO_MANY_WAIT: TimeToWait = TimeToWait::V60;
/// The same as a span.
const TOO_MANY_WAITS: Duration = Duration::from_secs(60);
/// How long an association stays whose cell is not admitted.
const NOT_ADMITTED_STAYS: Duration = Duration::from_secs(5);

impl Core {
    pub(crate) fn on_association_up(&mut self, id: AssociationId, peer: SocketAddr, outbound_streams: u16) {
        if outbound_streams < 2 {
            return self.refuse_association(id, peer, CellRefusal::TooFewStreams);
        }
        if self.config.pool.contains(peer.ip()) {
            // A phone, by the gateway's own routing. No cell is behind a phone.
            return self.refuse_association(id, peer, CellRefusal::NotAdmitted);
        }
        if !self.cells.add(id, peer, outbound_streams) {
            self.publish_full("associations");
            return self.refuse_association(id, peer, CellRefusal::TooMany);
        }
        self.timers.start(Timer::S1Setup(id), self.now + self.config.timers.s1_setup);
    }

    pub(crate) fn on_association_lost(&mut self, id: AssociationId) {
        self.timers.stop(Timer::S1Setup(id));
        self.cell_is_gone(id);
        self.cells.remove(id);
        self.has_room_again("associations");
    }

    /// The peer knows nothing of what was before: as if the association were new.
    pub(crate) fn on_association_restarted(&mut self, id: AssociationId, outbound_streams: u16) {
        let Some(peer) = self.cells.of(id).map(|association| association.peer) else { return };
        self.on_association_lost(id);
        self.on_association_up(id, peer, outbound_streams);
    }

    /// An association that does not begin S1 Setup takes a place that a cell may need.
    pub(super) fn on_s1_setup_expired(&mut self, id: AssociationId) {
        if self.cells.of(id).is_some_and(|association| association.cell.is_none()) {
            self.cells.remove(id);
            self.effects.push(Effect::Abort(id));
        }
    }

    pub(super) fn on_s1_setup_request(
        &mut self,
        id: AssociationId,
        request: S1SetupRequest,
        notify: Option<CriticalityDiagnostics>,
    ) {
        let Some(peer) = self.cells.of(id).map(|association| association.peer) else { return };
        let served = self.served(&request.supported_tas);
        let again = self.cells.of(id).is_some_and(|association| association.cell.is_some());
        let refusal = match self.cells.admits(peer.ip(), request.enb) {
            Admittance::Refused => Some(CellRefusal::NotAdmitted),
            Admittance::Known | Admittance::Learn if served.is_empty() => Some(CellRefusal::UnknownPlmnOrTac),
            Admittance::Known | Admittance::Learn if self.is_elsewhere(request.enb, id, peer) => {
                Some(CellRefusal::IdentityInUse)
            }
            Admittance::Known | Admittance::Learn if !again && self.has_no_room_for(request.enb) => {
                Some(CellRefusal::TooMany)
            }
            Admittance::Known | Admittance::Learn => None,
        };
        if let Some(reason) = refusal {
            return self.refuse_cell(id, peer, request.enb, reason, notify);
        }
        if let Some(before) = self.cells.of_enb(request.enb).filter(|before| *before != id) {
            // The cell has come again before its old association was noticed to be dead.
            self.on_association_lost(before);
            self.effects.push(Effect::Abort(before));
        }
        // A cell that sets up again has forgotten its phones (8.7.3.1).
        self.cell_is_gone(id);
        if self.cells.admits(peer.ip(), request.enb) == Admittance::Learn {
            self.learn(request.enb, peer);
        }
        self.accept_cell(id, peer, request, served, notify);
    }

    pub(super) fn on_reset(&mut self, association: AssociationId, reset: Reset) {
        let Some(connections) = reset.connections else {
            for key in self.connections.of_association(association) {
                self.lose_connection(key);
            }
            return self.send_reset_acknowledge(association, None);
        };
        for named in &connections {
            if let Some(key) = self.named_by(association, *named) {
                self.lose_connection(key);
            }
        }
        self.send_reset_acknowledge(association, Some(connections));
    }

    fn send_reset_acknowledge(&mut self, association: AssociationId, connections: Option<Vec<UeConnection>>) {
        // All that were named are listed, known or not (8.7.1.2.2).
        let message = Message::ResetAcknowledge(ResetAcknowledge { connections });
        self.send_s1ap(association, COMMON_STREAM, &message);
    }

    fn named_by(&self, association: AssociationId, named: UeConnection) -> Option<ConnectionKey> {
        let here =
            |key: &ConnectionKey| self.connections.of(*key).is_some_and(|it| it.association == association);
        match (named.mme_ue, named.enb_ue) {
            (Some(mme_ue), _) => Some(ConnectionKey(mme_ue)).filter(here),
            (None, Some(enb_ue)) => self.connections.by_enb(association, enb_ue),
            (None, None) => None,
        }
    }

    /// The areas of a cell that are served here.
    fn served(&self, supported: &[SupportedTa]) -> Vec<Tai> {
        let mut tais = Vec::new();
        for ta in supported {
            if self.config.tacs.contains(&ta.tac) && ta.broadcast_plmns.contains(&self.config.plmn) {
                tais.push(Tai { plmn: self.config.plmn, tac: ta.tac });
            }
        }
        tais.dedup();
        tais
    }

    /// Whether a cell of this identity is here by another association that this one does not replace: one from another address.
    fn is_elsewhere(&self, enb: GlobalEnbId, id: AssociationId, peer: SocketAddr) -> bool {
        let other =
            self.cells.of_enb(enb).filter(|other| *other != id).and_then(|other| self.cells.of(other));
        other.is_some_and(|other| other.peer.ip() != peer.ip())
    }

    fn has_no_room_for(&self, enb: GlobalEnbId) -> bool {
        self.cells.is_full() && self.cells.of_enb(enb).is_none()
    }

    fn learn(&mut self, enb: GlobalEnbId, peer: SocketAddr) {
        let cell = LearnedCell { enb, address: peer.ip() };
        self.cells.learn(cell);
        self.persist(Change::LearnCell(cell), false);
        self.publish(Event::CellLearned { enb, address: peer.ip() });
    }

    fn accept_cell(
        &mut self,
        id: AssociationId,
        peer: SocketAddr,
        request: S1SetupRequest,
        tais: Vec<Tai>,
        diagnostics: Option<CriticalityDiagnostics>,
    ) {
        let Some(association) = self.cells.of_mut(id) else { return };
        association.refused = false;
        let enb = request.enb;
        let name = request.name.unwrap_or_default();
        association.cell = Some(Cell { enb, name, tais, tunnel_addresses: Vec::new() });
        self.timers.stop(Timer::S1Setup(id));
        self.count(Counter::S1SetupAccepted);
        self.effects.push(Effect::Program(UserPlaneCommand::AdmitPeer(peer.ip())));
        self.publish(Event::CellUp { enb, peer });
        let served = ServedGummeis {
            plmns: heapless::Vec::from_iter([self.config.plmn]),
            groups: heapless::Vec::from_iter([self.config.mme_group]),
            codes: heapless::Vec::from_iter([self.config.mme_code]),
        };
        let response = S1SetupResponse {
            name: Some(self.config.mme_name.clone()),
            served,
            relative_capacity: 255,
            diagnostics,
        };
        self.send_s1ap(id, COMMON_STREAM, &Message::S1SetupResponse(response));
    }

    fn refuse_cell(
        &mut self,
        id: AssociationId,
        peer: SocketAddr,
        enb: GlobalEnbId,
        reason: CellRefusal,
        diagnostics: Option<CriticalityDiagnostics>,
    ) {
        self.count(Counter::S1SetupRefused);
        if reason == CellRefusal::TooMany {
            self.publish_full("cells");
        }
        self.publish(Event::CellRefused { enb: Some(enb), peer, reason });
        let (cause, time_to_wait) = match reason {
            CellRefusal::UnknownPlmnOrTac => (Cause::UNKNOWN_PLMN, None),
            CellRefusal::TooMany => (Cause::CONTROL_PROCESSING_OVERLOAD, Some(TOO_MANY_WAIT)),
            CellRefusal::NotAdmitted | CellRefusal::IdentityInUse | CellRefusal::TooFewStreams => {
                (Cause::MISC_UNSPECIFIED, Some(TOO_MANY_WAIT))
            }
        };
        let failure = S1SetupFailure { cause, time_to_wait, diagnostics };
        self.send_s1ap(id, COMMON_STREAM, &Message::S1SetupFailure(failure));
        self.cell_is_gone(id);
        let Some(association) = self.cells.of_mut(id) else { return };
        if core::mem::replace(&mut association.refused, true) {
            // Its time runs: asking again does not keep it a place that a cell may need.
            return;
        }
        // It may try again after the time it was told to wait; one that is not admitted is only left the time to read that.
        let stays = match (reason, time_to_wait) {
            (CellRefusal::NotAdmitted, _) => NOT_ADMITTED_STAYS,
            (_, Some(_)) => TOO_MANY_WAITS + self.config.timers.s1_setup,
            (_, None) => self.config.timers.s1_setup,
        };
        self.timers.start(Timer::S1Setup(id), self.now + stays);
    }

    fn refuse_association(&mut self, id: AssociationId, peer: SocketAddr, reason: CellRefusal) {
        self.publish(Event::CellRefused { enb: None, peer, reason });
        self.effects.push(Effect::Abort(id));
    }

    /// What was a cell is none any more: its connections are lost, its addresses send nothing.
    fn cell_is_gone(&mut self, id: AssociationId) {
        for key in self.connections.of_association(id) {
            self.lose_connection(key);
        }
        let Some(association) = self.cells.of_mut(id) else { return };
        let Association { peer, cell, .. } = association;
        let peer = peer.ip();
        let Some(cell) = cell.take() else { return };
        for address in [peer].into_iter().chain(cell.tunnel_addresses) {
            self.effects.push(Effect::Program(UserPlaneCommand::RetirePeer(address)));
        }
        self.publish(Event::CellDown { enb: cell.enb });
        self.has_room_again("cells");
    }
}
