//! Timers that expire.

use pumice_model::event::DetachReason;
use pumice_model::identity::Imsi;
use pumice_wire::s1ap::Cause;

use crate::Core;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::timers::Timer;

impl Core {
    /// Handles all timers that are due.
    pub(crate) fn expire_timers(&mut self) {
        while let Some(timer) = self.timers.expire(self.now) {
            match timer {
                Timer::S1Setup(association) => self.on_s1_setup_expired(association),
                Timer::NasRetransmission(key) => self.on_nas_retransmission(key),
                Timer::ContextSetup(key) => self.on_context_setup_expired(key),
                Timer::ContextRelease(key) => self.on_release_expired(key),
                Timer::T3413(imsi) => self.on_t3413_expired(imsi),
                Timer::MobileReachable(imsi) => self.on_mobile_reachable_expired(imsi),
                Timer::ImplicitDetach(imsi) => self.on_implicit_detach(imsi),
            }
        }
    }

    /// Sends again what was not answered, or gives up.
    fn on_nas_retransmission(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        let span = match &connection.emm {
            EmmState::Quiet | EmmState::Registered => return,
            EmmState::AwaitIdentity(_) => self.config.timers.t3470,
            EmmState::AwaitAuthentication(_) | EmmState::AwaitSecurityMode(_) => self.config.timers.t3460,
            EmmState::AwaitEsmInformation(_) => self.config.timers.t3489,
            EmmState::AwaitAttachComplete(_) => self.config.timers.t3450,
            EmmState::AwaitDetachAccept(_) => self.config.timers.t3422,
        };
        let again = connection.emm.repeat_mut().filter(|repeat| repeat.left > 0);
        let Some(repeat) = again else { return self.give_up_waiting(key) };
        repeat.left -= 1;
        let (plain, protection) = (repeat.plain.clone(), repeat.protection);
        self.count(Counter::NasRetransmitted);
        self.timers.start(Timer::NasRetransmission(key), self.now + span);
        self.send_nas_octets(key, &plain, protection);
    }

    fn give_up_waiting(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match core::mem::take(&mut connection.emm) {
            EmmState::Quiet | EmmState::Registered => {}
            // 5.4.2.7 b, 5.4.3.7 b, 5.4.4.6 b: the procedure ends, and any procedure that it was part of.
            EmmState::AwaitIdentity(_)
            | EmmState::AwaitAuthentication(_)
            | EmmState::AwaitSecurityMode(_) => {
                self.release(key, Cause::NAS_UNSPECIFIED);
            }
            EmmState::AwaitEsmInformation(state) => self.esm_information_not_received(key, &state.attach),
            EmmState::AwaitAttachComplete(_) => self.attach_not_completed(key),
            EmmState::AwaitDetachAccept(state) => {
                let phone = self.proven(key);
                self.release(key, Cause::NAS_DETACH);
                if let Some(imsi) = phone {
                    self.finish_network_detach(imsi, state.afterwards);
                }
            }
        }
    }

    /// The phone has missed its periodic update (TS 23.401 4.3.5.2): it is not called any more, and detached if it stays
    /// silent.
    fn on_mobile_reachable_expired(&mut self, imsi: Imsi) {
        let span = self.config.timers.reachable_grace;
        self.timers.start(Timer::ImplicitDetach(imsi), self.now + span);
    }

    fn on_implicit_detach(&mut self, imsi: Imsi) {
        self.count(Counter::ImplicitDetach);
        self.deregister(imsi, DetachReason::Implicit);
    }
}
