//! Tracking area update (TS 24.301 5.5.3): a phone has moved, or says that it is still there.

use pumice_model::identity::Imsi;
use pumice_model::ue::UeCapability;
use pumice_wire::nas::{
    EmmCause, EmmMessage, EpsResult, GprsTimer, Plain, TrackingAreaUpdateAccept, TrackingAreaUpdateReject,
    TrackingAreaUpdateRequest, UpdateType,
};
use pumice_wire::s1ap::Cause;

use super::nas::Received;
use super::registration::not_combined;
use super::state::{Attempt, Purpose, TauRequested};
use crate::Core;
use crate::connection::{ConnectionKey, S1State};
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::timers::Timer;

impl Core {
    pub(super) fn on_tau_request(
        &mut self,
        key: ConnectionKey,
        request: &TrackingAreaUpdateRequest,
        received: &Received<'_>,
    ) {
        self.count(Counter::TauRequested);
        if self.is_being_detached(key) {
            return self.count(Counter::NasUnexpected);
        }
        let Some(imsi) = self.proven(key).filter(|_| received.verified) else {
            // Its GUTI is not ours, or somebody claims one that is: it registers anew, and nothing changes here.
            return self.reject_tau(key, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED);
        };
        let Some(phone) = self.phones.of(imsi).filter(|phone| phone.registered) else {
            return self.reject_tau(key, EmmCause::IMPLICITLY_DETACHED);
        };
        if !self.serves_area(key) {
            // It could not be called there.
            return self.reject_tau(key, EmmCause::NO_SUITABLE_CELLS);
        }
        let capability = updated_capability(&phone.capability, request);
        let attempt = Attempt {
            purpose: Purpose::Tau(TauRequested {
                combined: matches!(
                    request.update_type,
                    UpdateType::CombinedTaLa | UpdateType::CombinedTaLaWithImsiAttach
                ),
                active: request.active,
                bearer_status: request.bearer_status,
                drx: request.drx,
                radio_capability_update: request.radio_capability_update_needed,
            }),
            imsi: Some(imsi),
            guti: None,
            capability,
            ksi: phone.security.ksi(),
            unprotected: None,
        };
        self.identify(key, attempt);
    }

    pub(super) fn accept_tau(&mut self, key: ConnectionKey, tau: &TauRequested) {
        let Some(imsi) = self.proven(key) else { return };
        if !self.shares_a_bearer(imsi, tau.bearer_status) {
            // Nothing is left in common (5.5.3.2.4): it attaches anew.
            self.reject_tau(key, EmmCause::NO_EPS_BEARER_CONTEXT_ACTIVATED);
            return self.deregister(imsi, pumice_model::event::DetachReason::ByPhone);
        }
        if tau.radio_capability_update {
            self.drop_radio_capability(imsi);
        }
        let Some(phone) = self.phones.of_mut(imsi) else { return };
        phone.combined = tau.combined;
        phone.drx = tau.drx.or(phone.drx);
        let bearer_status = tau.bearer_status.map(|_| phone.bearer_status());
        self.count(Counter::TauAccepted);
        let accept = TrackingAreaUpdateAccept {
            result: EpsResult::Eps,
            t3412: Some(GprsTimer::at_least(self.config.timers.t3412)),
            guti: None,
            tais: Some(self.registration_area(key)),
            bearer_status,
            emm_cause: not_combined(tau.combined),
            feature_support: Some(self.feature_support(key)),
            t3412_extended: None,
        };
        self.send_nas(key, &Plain::Emm(EmmMessage::TrackingAreaUpdateAccept(accept)));
        self.checkpoint(imsi);
        self.timers.stop(Timer::NasRetransmission(key));
        let Some(connection) = self.connections.of_mut(key) else { return };
        connection.emm = EmmState::Registered;
        match (connection.s1, tau.active) {
            (S1State::Signalling, true) => self.set_up_context(key, None),
            // Nothing more is to be said, and nothing runs over it.
            (S1State::Signalling, false) => self.release(key, Cause::NAS_NORMAL_RELEASE),
            (S1State::ContextSetup | S1State::Established | S1State::Releasing, _) => {}
        }
    }

    /// TAU Reject, and the end of the connection.
    pub(super) fn reject_tau(&mut self, key: ConnectionKey, cause: EmmCause) {
        self.count(Counter::TauRejected);
        let t3346 = self.stay_away(cause);
        let reject = TrackingAreaUpdateReject { cause, t3346 };
        self.send_nas(key, &Plain::Emm(EmmMessage::TrackingAreaUpdateReject(reject)));
        self.release(key, Cause::NAS_NORMAL_RELEASE);
    }

    /// Whether phone and network have a bearer in common. With one bearer a phone there is nothing else to end.
    fn shares_a_bearer(&self, imsi: Imsi, status: Option<u16>) -> bool {
        let here = self.phones.of(imsi).map_or(0, crate::phone::Phone::bearer_status);
        status.is_none_or(|status| status & here != 0)
    }
}

/// What the phone says anew of what it can do replaces what it said before.
fn updated_capability(before: &UeCapability, request: &TrackingAreaUpdateRequest) -> UeCapability {
    let mut capability = before.clone();
    if let Some(network) = &request.capability {
        capability.network = network.0.clone();
    }
    if let Some(ms_network) = &request.ms_network_capability {
        capability.ms_network = Some(ms_network.0.clone());
    }
    if let Some(additional) = &request.additional_security_capability {
        capability.additional_security = Some(additional.0.clone());
    }
    capability
}
