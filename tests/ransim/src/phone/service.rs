//! Service request (TS 24.301 5.6.1).

use pumice_wire::nas::{EmmMessage, ExtendedServiceRequest};

use super::{EmmState, NasAction, Phone, PhoneEventKind, PhoneOutput, PhoneTimer, Registered, rules, uplink};
use crate::crypto::Direction;

/// Who wants bearers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    MobileOriginated,
    MobileTerminated,
}

/// Attempts in a row before the phone gives up (5.6.1.6).
const ATTEMPTS: u8 = 5;
/// What logs and rules call the service request.
const NAME: &str = "Service request";

impl Phone {
    /// Asks for bearers as soon as the state allows it.
    pub(super) fn want_service(&mut self, wanted: Wanted, out: &mut Vec<PhoneOutput>) {
        let barred = wanted == Wanted::MobileOriginated && self.timers.end(PhoneTimer::T3346).is_some();
        match self.emm {
            EmmState::Registered(Registered::NormalService) if !self.connected && !barred => {
                let here = self.cell.is_some_and(|cell| self.tais.contains(&cell));
                if here { self.request_service(wanted, out) } else { self.update(true, out) }
            }
            // Without a normal area an update comes first, and it asks for bearers itself.
            EmmState::Registered(Registered::AttemptingToUpdate) if !self.connected && !barred => {
                self.update(true, out)
            }
            EmmState::Registered(_) if !self.bearers_up => self.service_wanted = Some(wanted),
            _ => {}
        }
    }

    fn request_service(&mut self, wanted: Wanted, out: &mut Vec<PhoneOutput>) {
        let Some(security) = &mut self.security else { return };
        self.k_enb_count = security.send_count;
        self.emm = EmmState::ServiceRequestInitiated;
        let action = rules::action(&mut self.rules, Direction::Uplink, NAME);
        if action == Some(NasAction::OldCount) {
            security.send_count = security.send_count.saturating_sub(1);
        }
        let mut octets = security.service_request();
        if let (Some(NasAction::WrongMac), Some(last)) = (&action, octets.last_mut()) {
            *last ^= 0x55;
            security.send_count = security.send_count.saturating_sub(1);
        }
        self.start(PhoneTimer::T3417);
        self.event(PhoneEventKind::Message { direction: Direction::Uplink, name: NAME, protected: true });
        if action == Some(NasAction::Ignore) {
            return;
        }
        let cause = match wanted {
            Wanted::MobileOriginated => uplink::MO_DATA,
            Wanted::MobileTerminated => uplink::MT_ACCESS,
        };
        self.push(octets, cause, out);
    }

    /// The cell has set up bearers: that ends a service request, and ends the bearers that it did not bring (5.6.1.4).
    pub(super) fn bearers_set_up(
        &mut self,
        ebis: &[pumice_model::identity::Ebi],
        out: &mut Vec<PhoneOutput>,
    ) {
        if self.scripted {
            self.bearers_up = true;
            return;
        }
        self.bearers_up = true;
        if self.emm == EmmState::ServiceRequestInitiated {
            self.timers.stop(PhoneTimer::T3417);
            self.emm = EmmState::Registered(Registered::NormalService);
            self.service_attempts = 0;
            self.service_wanted = None;
            self.counters.services += 1;
            self.bearers.retain(|bearer| ebis.contains(&bearer.ebi));
        }
        self.run_queue(out);
    }

    pub(super) fn service_timed_out(&mut self, out: &mut Vec<PhoneOutput>) {
        self.leave_quietly(out);
        self.service_failed(out);
    }

    pub(super) fn service_failed(&mut self, out: &mut Vec<PhoneOutput>) {
        self.timers.stop(PhoneTimer::T3417);
        self.emm = EmmState::Registered(Registered::NormalService);
        self.service_attempts += 1;
        if self.service_attempts < ATTEMPTS && !self.uplink_queue.is_empty() {
            return self.want_service(Wanted::MobileOriginated, out);
        }
        if self.service_attempts >= ATTEMPTS {
            self.service_attempts = 0;
            self.counters.packets_dropped += self.uplink_queue.len() as u64;
            self.uplink_queue.clear();
        }
        if let Some(span) = self.t3412 {
            self.start_for(PhoneTimer::T3412, span);
        }
    }

    /// Mobile originating CS fallback: service type 0 (9.9.3.27).
    pub(super) fn ask_cs_fallback(&mut self, out: &mut Vec<PhoneOutput>) {
        if !matches!(self.emm, EmmState::Registered(_)) {
            return;
        }
        self.emm = EmmState::ServiceRequestInitiated;
        self.start(PhoneTimer::T3417);
        let m_tmsi = self.guti.map(|guti| guti.m_tmsi.0);
        let request = ExtendedServiceRequest { service_type: 0, ksi: self.ksi(), m_tmsi };
        if self.connected {
            self.send_emm(EmmMessage::ExtendedServiceRequest(request), out);
        } else {
            self.send_initial(EmmMessage::ExtendedServiceRequest(request), out);
        }
    }
}
