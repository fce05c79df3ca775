//! The end of a connection: UE Context Release (TS 36.413 8.3.2, 8.3.3), and what it leaves of a phone: ECM-IDLE.

use pumice_model::identity::Imsi;
use pumice_model::rules::UserPlaneCommand;
use pumice_wire::s1ap::{
    Cause, Message, UeContextReleaseCommand, UeContextReleaseComplete, UeContextReleaseRequest,
};

use crate::Core;
use crate::connection::{ConnectionKey, S1State};
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::io::{AssociationId, Effect};
use crate::session::downlink_far;
use crate::timers::Timer;

impl Core {
    /// Releases a connection: the cell is told, the phone is idle from now on.
    pub(crate) fn release(&mut self, key: ConnectionKey, cause: Cause) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        if connection.s1 == S1State::Releasing {
            return;
        }
        let enb_ue = Some(connection.enb_ue);
        self.send_on(
            key,
            &Message::UeContextReleaseCommand(UeContextReleaseCommand { mme_ue: key.0, enb_ue, cause }),
        );
        if let Some(connection) = self.connections.of_mut(key) {
            connection.s1 = S1State::Releasing;
        }
        self.leave(key);
        self.timers.start(Timer::ContextRelease(key), self.now + self.config.timers.context_release);
    }

    /// A connection is gone without a word to its cell, which knows or cannot be told.
    pub(super) fn lose_connection(&mut self, key: ConnectionKey) {
        self.leave(key);
        self.forget_connection(key);
    }

    pub(super) fn on_release_request(&mut self, key: ConnectionKey, message: &UeContextReleaseRequest) {
        self.release(key, message.cause);
    }

    pub(super) fn on_release_complete(
        &mut self,
        association: AssociationId,
        message: &UeContextReleaseComplete,
    ) {
        let key = ConnectionKey(message.mme_ue);
        let named = self.connections.of(key).filter(|connection| {
            connection.association == association && connection.enb_ue == message.enb_ue
        });
        match named.map(|connection| connection.s1) {
            Some(S1State::Releasing) => self.forget_connection(key),
            // Nobody asked: the cell has forgotten the connection, so it is lost.
            Some(S1State::Signalling | S1State::ContextSetup | S1State::Established) => {
                self.count(Counter::S1apUnexpected);
                self.lose_connection(key);
            }
            // The completion of a release that timed out, or of a phone that was turned away without a context.
            None => self.count(Counter::S1apUnknownId),
        }
    }

    pub(super) fn on_release_expired(&mut self, key: ConnectionKey) {
        self.count(Counter::ReleaseTimedOut);
        self.forget_connection(key);
    }

    fn forget_connection(&mut self, key: ConnectionKey) {
        self.timers.stop(Timer::ContextRelease(key));
        self.connections.remove(key);
        self.has_room_again("connections");
    }

    /// Takes the phone off its connection and stops what ran on it.
    fn leave(&mut self, key: ConnectionKey) {
        self.timers.stop(Timer::NasRetransmission(key));
        self.timers.stop(Timer::ContextSetup(key));
        let Some(connection) = self.connections.of_mut(key) else { return };
        let emm = core::mem::take(&mut connection.emm);
        let phone = connection.phone.take();
        connection.secured = false;
        let Some(imsi) = phone else { return };
        self.phone_goes_idle(imsi, key);
        match emm {
            EmmState::AwaitDetachAccept(state) => self.finish_network_detach(imsi, state.afterwards),
            // The phone may have the accept and both GUTIs stay valid, but what it does not complete is no registration
            // (5.5.1.2.7 a): it attaches again.
            EmmState::AwaitAttachComplete(_) => {
                self.end_bearers(imsi);
                self.checkpoint(imsi);
            }
            EmmState::Quiet
            | EmmState::AwaitIdentity(_)
            | EmmState::AwaitAuthentication(_)
            | EmmState::AwaitSecurityMode(_)
            | EmmState::AwaitEsmInformation(_)
            | EmmState::Registered => {}
        }
    }

    /// ECM-IDLE: packets for the phone are kept, and it must be heard of in time (TS 23.401 4.3.5.2).
    pub(super) fn phone_goes_idle(&mut self, imsi: Imsi, key: ConnectionKey) {
        let buffered = self.config.limits.buffered_packets;
        let Some(phone) = self.phones.of_mut(imsi) else { return };
        if phone.connection != Some(key) {
            return;
        }
        phone.connection = None;
        phone.heard = self.now;
        for bearer in &mut phone.bearers {
            bearer.tunnel = None;
            let far = downlink_far(None, buffered);
            self.effects.push(Effect::Program(UserPlaneCommand::Modify { session: bearer.session, far }));
        }
        if phone.registered {
            let silent = self.config.timers.t3412 + self.config.timers.reachable_grace;
            self.timers.start(Timer::MobileReachable(imsi), self.now + silent);
            self.checkpoint(imsi);
        }
    }
}
