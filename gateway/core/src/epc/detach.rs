//! Detach (TS 24.301 5.5.2): by the phone, by the network.

use pumice_model::event::DetachReason;
use pumice_model::identity::Imsi;
use pumice_wire::nas::{DetachRequestFromUe, DetachRequestToUe, EmmMessage, Plain, encode};
use pumice_wire::s1ap::Cause;

use super::identification::REPEATS;
use super::nas::Received;
use super::state::{AwaitDetachAccept, Protection, Repeat};
use crate::Core;
use crate::connection::{ConnectionKey, S1State};
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::timers::Timer;

/// What is left of a phone that the network detaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// Its security context: its subscriber is still here.
    Remember,
    /// Nothing.
    Forget,
}

/// Detach type of a network: re-attach not required (9.9.3.7).
const REATTACH_NOT_REQUIRED: u8 = 2;
/// Detach type of a phone: IMSI detach, which leaves EPS as it is.
const IMSI_DETACH: u8 = 2;

impl Core {
    pub(super) fn on_detach_request(
        &mut self,
        key: ConnectionKey,
        request: &DetachRequestFromUe,
        received: &Received<'_>,
    ) {
        self.count(Counter::DetachRequested);
        let Some(imsi) = self.proven(key).filter(|_| received.verified) else {
            // Anybody could say so. The phone that means it is found silent by and by (5.5.2.2.1, malformed input).
            self.count(Counter::NasIntegrityFailed);
            return self.release(key, Cause::NAS_DETACH);
        };
        if request.detach_type == IMSI_DETACH && !request.switch_off {
            // From calls only, which it does not have here; it stays for data.
            return self.send_nas(key, &Plain::Emm(EmmMessage::DetachAccept));
        }
        let reason = if request.switch_off { DetachReason::SwitchOff } else { DetachReason::ByPhone };
        if !request.switch_off {
            self.send_nas(key, &Plain::Emm(EmmMessage::DetachAccept));
        }
        self.deregister(imsi, reason);
        // What ran on the connection ends with it, a detach by the network too.
        self.release(key, Cause::NAS_DETACH);
    }

    /// The operator wants the phone gone. A connected one is told (5.5.2.3); T3422 begins. An idle one finds out when it comes.
    pub(crate) fn detach_by_network(&mut self, imsi: Imsi, afterwards: Afterwards) {
        let Some(phone) = self.phones.of(imsi) else { return };
        let reachable = phone.connection.filter(|key| {
            self.connections
                .of(*key)
                .is_some_and(|connection| connection.secured && connection.s1 != S1State::Releasing)
        });
        let Some(key) = reachable else { return self.finish_network_detach(imsi, afterwards) };
        let request = DetachRequestToUe { detach_type: REATTACH_NOT_REQUIRED, cause: None };
        let plain = encode(&Plain::Emm(EmmMessage::DetachRequestToUe(request)));
        let repeat = Repeat { plain, protection: Protection::AsConnection, left: REPEATS };
        self.expect(key, self.config.timers.t3422, repeat, |repeat| {
            EmmState::AwaitDetachAccept(Box::new(AwaitDetachAccept { afterwards, repeat }))
        });
    }

    /// Whether the network is detaching the phone of a connection: what it asks for meanwhile is not answered (5.5.2.3.4 d, e).
    pub(super) fn is_being_detached(&self, key: ConnectionKey) -> bool {
        self.connections.of(key).is_some_and(|it| matches!(it.emm, EmmState::AwaitDetachAccept(_)))
    }

    pub(super) fn on_detach_accept(&mut self, key: ConnectionKey) {
        let proven = self.proven(key);
        let Some(connection) = self.connections.of_mut(key) else { return };
        match (core::mem::take(&mut connection.emm), proven) {
            (EmmState::AwaitDetachAccept(state), Some(imsi)) => {
                self.timers.stop(Timer::NasRetransmission(key));
                self.deregister(imsi, DetachReason::ByOperator);
                self.release(key, Cause::NAS_DETACH);
                self.finish_network_detach(imsi, state.afterwards);
            }
            (other, _) => self.unexpected(key, other),
        }
    }

    /// The phone is detached, whether it knows or not.
    pub(super) fn finish_network_detach(&mut self, imsi: Imsi, afterwards: Afterwards) {
        match afterwards {
            Afterwards::Remember => self.deregister(imsi, DetachReason::ByOperator),
            Afterwards::Forget => self.forget_phone(imsi),
        }
    }
}
