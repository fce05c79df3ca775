//! What reject causes do to a phone (TS 24.301 5.5.1.2.5, 5.5.2.3.2, 5.5.3.2.5, 5.6.1.5). The phone obeys causes that come
//! without protection too, as phones before Rel-14 do: the worst case for a stranger.

use pumice_wire::nas::{
    self, AttachReject, EmmCause, EsmBody, GprsTimer, Plain, ServiceReject, TrackingAreaUpdateReject,
};

use super::{Deregistered, Discard, EmmState, Phone, PhoneOutput, PhoneTimer, Registered, attach};

impl Phone {
    pub(super) fn attach_rejected(
        &mut self,
        reject: &AttachReject<'_>,
        protected: bool,
        out: &mut Vec<PhoneOutput>,
    ) {
        if self.emm != EmmState::RegisteredInitiated {
            return self.discard(Discard::Unexpected);
        }
        self.causes.emm = Some(reject.cause);
        if let Some(Ok(Plain::Esm(message))) = reject.esm.map(nas::decode)
            && let EsmBody::PdnConnectivityReject { cause, .. } = message.body
        {
            self.causes.esm = Some(cause);
        }
        self.timers.stop(PhoneTimer::T3410);
        self.emm = EmmState::Deregistered(Deregistered::NormalService);
        if self.punished(reject.cause, true) {
            self.start(PhoneTimer::T3440);
            return;
        }
        if self.congested(reject.cause, reject.t3346, protected) {
            self.emm = EmmState::Deregistered(Deregistered::AttemptingToAttach);
            self.start(PhoneTimer::T3440);
            return;
        }
        // 5.5.1.2.6 d: a protocol error is not tried again before T3402.
        let protocol_error = matches!(reject.cause.0, 95..=97 | 99 | 111);
        self.attempts = if protocol_error { attach::ATTEMPTS } else { self.attempts.saturating_add(1) };
        self.leave_quietly(out);
        self.wait_to_attach();
    }

    pub(super) fn update_rejected(
        &mut self,
        reject: &TrackingAreaUpdateReject,
        protected: bool,
        out: &mut Vec<PhoneOutput>,
    ) {
        if self.emm != EmmState::TrackingAreaUpdatingInitiated {
            return self.discard(Discard::Unexpected);
        }
        self.causes.emm = Some(reject.cause);
        self.timers.stop(PhoneTimer::T3430);
        self.emm = EmmState::Registered(Registered::NormalService);
        if self.punished(reject.cause, false) || self.must_attach(reject.cause) {
            self.start(PhoneTimer::T3440);
        } else if self.congested(reject.cause, reject.t3346, protected) {
            self.emm = EmmState::Registered(Registered::AttemptingToUpdate);
            self.start(PhoneTimer::T3440);
        } else {
            self.leave_quietly(out);
            self.update_failed();
        }
    }

    pub(super) fn service_rejected(
        &mut self,
        reject: &ServiceReject,
        protected: bool,
        out: &mut Vec<PhoneOutput>,
    ) {
        if self.emm != EmmState::ServiceRequestInitiated {
            return self.discard(Discard::Unexpected);
        }
        self.causes.emm = Some(reject.cause);
        self.timers.stop(PhoneTimer::T3417);
        self.emm = EmmState::Registered(Registered::NormalService);
        let harmless = reject.cause == EmmCause::CS_DOMAIN_NOT_AVAILABLE
            || self.punished(reject.cause, false)
            || self.must_attach(reject.cause)
            || self.congested(reject.cause, reject.t3346, protected);
        if harmless && !self.bearers_up {
            self.start(PhoneTimer::T3440);
        } else if !harmless {
            self.leave_quietly(out);
            self.service_failed(out);
        }
    }

    /// A detach by the network that asks for no new attach.
    pub(super) fn detached_for(&mut self, cause: Option<EmmCause>) {
        self.causes.emm = cause;
        self.emm = EmmState::Deregistered(Deregistered::NormalService);
        if cause.is_some_and(|cause| self.punished(cause, true)) {
            return;
        }
        // 5.5.2.3.4 b
        self.forget_registration();
        self.emm = EmmState::Deregistered(Deregistered::AttemptingToAttach);
        self.start_for(PhoneTimer::T3402, self.t3402);
    }

    /// The causes that take something from the SIM, the network or the area. `deregisters`: also those that leave a
    /// registered phone registered elsewhere.
    fn punished(&mut self, cause: EmmCause, deregisters: bool) -> bool {
        let Some(cell) = self.cell else { return false };
        let sim = &mut self.sim_state;
        let state = match cause {
            EmmCause::ILLEGAL_UE | EmmCause::ILLEGAL_ME | EmmCause::EPS_AND_NON_EPS_SERVICES_NOT_ALLOWED => {
                sim.invalid_for_eps = true;
                sim.invalid_for_non_eps = true;
                Deregistered::NoImsi
            }
            EmmCause::EPS_SERVICES_NOT_ALLOWED => {
                sim.invalid_for_eps = true;
                Deregistered::NoImsi
            }
            EmmCause::PLMN_NOT_ALLOWED => {
                remember(&mut sim.forbidden_plmns, cell.plmn);
                Deregistered::PlmnSearch
            }
            EmmCause::EPS_SERVICES_NOT_ALLOWED_IN_PLMN => {
                remember(&mut sim.forbidden_plmns_for_gprs, cell.plmn);
                Deregistered::PlmnSearch
            }
            EmmCause::TRACKING_AREA_NOT_ALLOWED => {
                remember(&mut sim.forbidden_areas_regional, cell);
                Deregistered::LimitedService
            }
            EmmCause::ROAMING_NOT_ALLOWED | EmmCause::NO_SUITABLE_CELLS => {
                remember(&mut sim.forbidden_areas_roaming, cell);
                if !deregisters {
                    return self.stays_registered_elsewhere(cause);
                }
                match cause {
                    EmmCause::ROAMING_NOT_ALLOWED => Deregistered::PlmnSearch,
                    _ => Deregistered::LimitedService,
                }
            }
            _ => return false,
        };
        self.start_for(PhoneTimer::ForbiddenAreas, self.config.forbidden_areas_kept);
        self.attempts = 0;
        self.forget_registration();
        self.drop_bearers();
        self.emm = EmmState::Deregistered(state);
        true
    }

    fn stays_registered_elsewhere(&mut self, cause: EmmCause) -> bool {
        let cell = self.cell;
        self.tais.retain(|tai| Some(*tai) != cell);
        self.attempts = 0;
        self.start_for(PhoneTimer::ForbiddenAreas, self.config.forbidden_areas_kept);
        self.emm = EmmState::Registered(match cause {
            EmmCause::ROAMING_NOT_ALLOWED => Registered::PlmnSearch,
            _ => Registered::LimitedService,
        });
        true
    }

    /// The causes after which a registered phone attaches anew, as soon as the connection is gone.
    fn must_attach(&mut self, cause: EmmCause) -> bool {
        match cause {
            EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED => self.forget_registration(),
            EmmCause::IMPLICITLY_DETACHED | EmmCause::NO_EPS_BEARER_CONTEXT_ACTIVATED => {}
            _ => return false,
        }
        self.drop_bearers();
        self.emm = EmmState::Deregistered(Deregistered::NormalService);
        self.attach_wanted = true;
        true
    }

    /// #22 with T3346: the phone stays away and asks again by itself.
    fn congested(&mut self, cause: EmmCause, t3346: Option<GprsTimer>, protected: bool) -> bool {
        if cause != EmmCause::CONGESTION || t3346.and_then(GprsTimer::span).is_none_or(|span| span.is_zero())
        {
            return false;
        }
        self.attempts = 0;
        self.start_t3346(t3346, protected);
        true
    }
}

/// Keeps at most 32 of what is forbidden, the newest.
fn remember<T: PartialEq>(list: &mut Vec<T>, entry: T) {
    if list.contains(&entry) {
        return;
    }
    if list.len() >= 32 {
        list.remove(0);
    }
    list.push(entry);
}
