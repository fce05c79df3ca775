//! Security mode control (TS 24.301 5.4.3): the context that an authentication made is taken into use, and with it the phone is
//! proven.

use pumice_model::event::Event;
use pumice_model::identity::{Imeisv, Imsi};
use pumice_wire::nas::{
    AdditionalSecurityCapability, AttachReject, EmmCause, EmmMessage, NasKsi, Plain, SecurityHeader,
    SecurityModeCommand, SecurityModeComplete, SecurityModeReject, ServiceReject, TrackingAreaUpdateReject,
    decode, encode,
};

use super::attach::{attach_requested, capability_of};
use super::identification::REPEATS;
use super::state::{Attempt, AwaitAuthentication, AwaitSecurityMode, Protection, Purpose, Repeat};
use crate::Core;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::security::{SecurityContext, replayed_capability, select};
use crate::timers::Timer;
use pumice_wire::s1ap::Cause;

impl Core {
    /// T3460 begins.
    pub(super) fn command_security_mode(
        &mut self,
        key: ConnectionKey,
        state: AwaitAuthentication,
        imsi: Imsi,
    ) {
        let AwaitAuthentication { attempt, vector, ksi, .. } = state;
        let Some(algorithms) = select(&attempt.capability, &self.config.eea, &self.config.eia) else {
            return self.refuse(key, &attempt, EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH);
        };
        let candidate = SecurityContext::fresh(ksi, vector.k_asme, algorithms);
        let command = SecurityModeCommand {
            eea: algorithms.eea,
            eia: algorithms.eia,
            ksi: NasKsi::native(ksi),
            replayed_capability: replayed_capability(&attempt.capability),
            imeisv_requested: true,
            hash_mme: attempt.unprotected,
            replayed_additional_capability: attempt
                .capability
                .additional_security
                .clone()
                .map(AdditionalSecurityCapability),
        };
        let plain = encode(&Plain::Emm(EmmMessage::SecurityModeCommand(command)));
        let protection = Protection::Candidate(SecurityHeader::NewContext);
        let repeat = Repeat { plain, protection, left: REPEATS };
        self.expect(key, self.config.timers.t3460, repeat, |repeat| {
            EmmState::AwaitSecurityMode(Box::new(AwaitSecurityMode { attempt, imsi, candidate, repeat }))
        });
    }

    /// The message was verified by the candidate context: only the SIM has its key.
    pub(super) fn on_security_mode_complete(&mut self, key: ConnectionKey, complete: SecurityModeComplete) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match core::mem::take(&mut connection.emm) {
            EmmState::AwaitSecurityMode(state) if state.candidate.was_heard() => {
                self.timers.stop(Timer::NasRetransmission(key));
                if !self.phones.has_room_for(state.imsi) {
                    return self.refuse_for_room(key, state);
                }
                let AwaitSecurityMode { attempt, imsi, candidate, .. } = *state;
                let attempt = match complete.replayed_request {
                    Some(request) => replaced(attempt, &request),
                    None => attempt,
                };
                if !self.register_context(key, imsi, candidate, &attempt, complete.imeisv) {
                    return self.refuse(key, &attempt, EmmCause::CONGESTION);
                }
                self.identify(key, Attempt { unprotected: None, ..attempt });
            }
            other => self.unexpected(key, other),
        }
    }

    /// Another has taken the last place while this phone proved itself. By now it believes only what its new context protects.
    fn refuse_for_room(&mut self, key: ConnectionKey, state: Box<AwaitSecurityMode>) {
        self.publish_full("phones");
        let cause = EmmCause::CONGESTION;
        let t3346 = self.stay_away(cause);
        let message = match state.attempt.purpose {
            Purpose::Attach(_) => {
                self.count(Counter::AttachRejected);
                EmmMessage::AttachReject(AttachReject { cause, esm: None, t3346 })
            }
            Purpose::Service => {
                self.count(Counter::ServiceRejected);
                EmmMessage::ServiceReject(ServiceReject { cause, t3346 })
            }
            Purpose::Tau(_) => {
                self.count(Counter::TauRejected);
                EmmMessage::TrackingAreaUpdateReject(TrackingAreaUpdateReject { cause, t3346 })
            }
        };
        self.publish(Event::PhoneRefused { imsi: Some(state.imsi), cause: cause.0 });
        let plain = encode(&Plain::Emm(message));
        if let Some(connection) = self.connections.of_mut(key) {
            connection.emm = EmmState::AwaitSecurityMode(state);
        }
        let protection = Protection::Candidate(SecurityHeader::IntegrityProtectedAndCiphered);
        self.send_nas_octets(key, &plain, protection);
        self.release(key, Cause::NAS_NORMAL_RELEASE);
    }

    pub(super) fn on_security_mode_reject(&mut self, key: ConnectionKey, reject: &SecurityModeReject) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match core::mem::take(&mut connection.emm) {
            EmmState::AwaitSecurityMode(state) => {
                self.timers.stop(Timer::NasRetransmission(key));
                self.count(Counter::SecurityModeRejected);
                // 5.4.3.5: the procedure that caused it ends; the context before, if any, stays in use.
                let imsi = Some(state.imsi);
                self.publish(Event::PhoneRefused { imsi, cause: reject.cause.0 });
                self.release(key, Cause::NAS_UNSPECIFIED);
            }
            other => self.unexpected(key, other),
        }
    }

    /// The phone is proven: its context is the one that it has just used. `false`: there is no room for another phone.
    fn register_context(
        &mut self,
        key: ConnectionKey,
        imsi: Imsi,
        mut context: SecurityContext,
        attempt: &Attempt,
        imeisv: Option<Imeisv>,
    ) -> bool {
        context.take_key_count();
        if self.phones.of(imsi).is_none() && !self.add_phone(key, imsi, context.clone(), attempt) {
            return false;
        }
        if let Some(phone) = self.phones.of_mut(imsi) {
            phone.security = context;
            phone.capability = attempt.capability.clone();
            phone.imeisv = imeisv.or(phone.imeisv);
        }
        self.checkpoint(imsi);
        self.adopt(key, imsi)
    }
}

/// The phone has found that its request did not arrive as it was sent, and sends it again in secret (5.4.3.3): it counts
/// instead.
fn replaced(attempt: Attempt, request: &[u8]) -> Attempt {
    let Ok(Plain::Emm(message)) = decode(request) else { return attempt };
    match (message, attempt.purpose) {
        (EmmMessage::AttachRequest(message), Purpose::Attach(before)) => {
            let attach = attach_requested(&message, request).unwrap_or(before);
            Attempt { purpose: Purpose::Attach(attach), capability: capability_of(&message), ..attempt }
        }
        (_, purpose) => Attempt { purpose, ..attempt },
    }
}
