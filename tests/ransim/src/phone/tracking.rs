//! Tracking area update (TS 24.301 5.5.3).

use pumice_wire::nas::{
    AttachType, EmmMessage, EpsMobileIdentity, TrackingAreaUpdateAccept, TrackingAreaUpdateRequest,
    UpdateType,
};

use super::{Discard, EmmState, Phone, PhoneOutput, PhoneTimer, Registered, attach};

impl Phone {
    /// A normal update, or a combined one of a phone that attached so.
    pub(super) fn update(&mut self, active: bool, out: &mut Vec<PhoneOutput>) {
        let update_type = match self.config.attach_type {
            AttachType::Combined => UpdateType::CombinedTaLa,
            AttachType::Eps | AttachType::Emergency => UpdateType::Ta,
        };
        self.request_update(update_type, active, out);
    }

    pub(super) fn periodic_update(&mut self, out: &mut Vec<PhoneOutput>) {
        match self.emm {
            EmmState::Registered(Registered::NormalService) => {
                self.request_update(UpdateType::Periodic, false, out)
            }
            // Without a cell the update waits for one (5.3.5).
            EmmState::Registered(_) => self.update_wanted = true,
            _ => {}
        }
    }

    fn request_update(&mut self, update_type: UpdateType, active: bool, out: &mut Vec<PhoneOutput>) {
        let (EmmState::Registered(_), Some(guti)) = (self.emm, self.guti) else { return };
        let served = self.cell.is_some_and(|cell| self.sim_state.allows(cell));
        if !served || self.timers.end(PhoneTimer::T3346).is_some() {
            self.update_wanted = true;
            return;
        }
        self.timers.stop(PhoneTimer::T3411);
        self.timers.stop(PhoneTimer::T3402);
        self.emm = EmmState::TrackingAreaUpdatingInitiated;
        self.start(PhoneTimer::T3430);
        let status = self.bearers.iter().fold(0_u16, |bits, bearer| bits | 1 << bearer.ebi.get());
        let request = TrackingAreaUpdateRequest {
            update_type,
            active,
            ksi: self.ksi(),
            old_guti: EpsMobileIdentity::Guti(guti),
            capability: (update_type != UpdateType::Periodic).then(|| self.config.capability.clone()),
            last_visited_tai: self.last_visited,
            drx: self.config.drx,
            radio_capability_update_needed: false,
            bearer_status: Some(status),
            ms_network_capability: self.config.ms_network_capability.clone(),
            additional_update_type: None,
            additional_security_capability: self.config.additional_security_capability.clone(),
        };
        self.send_initial(EmmMessage::TrackingAreaUpdateRequest(request), out);
    }

    pub(super) fn update_accepted(&mut self, accept: &TrackingAreaUpdateAccept, out: &mut Vec<PhoneOutput>) {
        let again = matches!(self.emm, EmmState::Registered(_)) && accept.guti.is_some();
        if self.emm != EmmState::TrackingAreaUpdatingInitiated && !again {
            return self.discard(Discard::Unexpected);
        }
        self.take_identity(accept.guti, accept.tais.as_ref());
        self.take_t3412(accept.t3412, accept.t3412_extended);
        self.features = accept.feature_support.unwrap_or_default();
        self.causes.partial = accept.emm_cause;
        if let Some(status) = accept.bearer_status {
            self.bearers.retain(|bearer| status & 1 << bearer.ebi.get() != 0);
        }
        self.registered();
        self.update_wanted = false;
        if !again {
            self.counters.updates += 1;
        }
        if accept.guti.is_some() {
            self.send_emm(EmmMessage::TrackingAreaUpdateComplete, out);
        }
        // The network is expected to release the connection unless bearers come (5.3.1.2).
        if !self.bearers_up {
            self.start(PhoneTimer::T3440);
        }
    }

    pub(super) fn update_timed_out(&mut self, out: &mut Vec<PhoneOutput>) {
        self.leave_quietly(out);
        self.update_failed();
    }

    /// An update came to nothing (5.5.3.2.6).
    pub(super) fn update_failed(&mut self) {
        self.timers.stop(PhoneTimer::T3430);
        self.attempts = self.attempts.saturating_add(1);
        self.emm = EmmState::Registered(Registered::AttemptingToUpdate);
        if self.attempts < attach::ATTEMPTS {
            self.start(PhoneTimer::T3411);
        } else {
            self.attempts = 0;
            self.start_for(PhoneTimer::T3402, self.t3402);
        }
    }
}
