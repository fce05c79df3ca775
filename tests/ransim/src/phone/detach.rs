//! Detach (TS 24.301 5.5.2).

use pumice_wire::nas::{AttachType, DetachRequestFromUe, DetachRequestToUe, EmmMessage};

use super::{Deregistered, Discard, EmmState, Phone, PhoneOutput, PhoneTimer};

/// Attempts before the phone thinks itself detached.
const ATTEMPTS: u8 = 5;
/// Types of detach from the network (9.9.3.7).
const REATTACH: u8 = 1;
const IMSI_DETACH: u8 = 3;

impl Phone {
    pub(super) fn detach(&mut self, switch_off: bool, out: &mut Vec<PhoneOutput>) {
        match self.emm {
            EmmState::Null => {}
            EmmState::Deregistered(_) | EmmState::RegisteredInitiated if switch_off => self.pull_battery(out),
            EmmState::Deregistered(_) => {
                self.attach_wanted = false;
                self.timers.stop(PhoneTimer::T3411);
                self.timers.stop(PhoneTimer::T3402);
            }
            _ => {
                self.detach_attempts = 0;
                self.request_detach(switch_off, out);
            }
        }
    }

    fn request_detach(&mut self, switch_off: bool, out: &mut Vec<PhoneOutput>) {
        [PhoneTimer::T3410, PhoneTimer::T3417, PhoneTimer::T3430]
            .into_iter()
            .for_each(|timer| self.timers.stop(timer));
        let combined = self.config.attach_type == AttachType::Combined;
        let request = DetachRequestFromUe {
            switch_off,
            detach_type: if combined { 3 } else { 1 },
            ksi: self.ksi(),
            identity: self.identity(),
        };
        if self.connected && (self.config.ciphers_detach || !self.secure_exchange) {
            self.send_emm(EmmMessage::DetachRequestFromUe(request), out);
        } else {
            self.send_initial(EmmMessage::DetachRequestFromUe(request), out);
        }
        if switch_off {
            // Nothing is answered: the phone is dark once the message is out.
            return self.power_off();
        }
        self.emm = EmmState::DeregisteredInitiated;
        self.start(PhoneTimer::T3421);
    }

    pub(super) fn detach_timed_out(&mut self, out: &mut Vec<PhoneOutput>) {
        self.detach_attempts += 1;
        if self.detach_attempts >= ATTEMPTS {
            self.leave_quietly(out);
            return self.detached();
        }
        self.request_detach(false, out);
    }

    pub(super) fn detach_accepted(&mut self) {
        if self.emm != EmmState::DeregisteredInitiated {
            return self.discard(Discard::Unexpected);
        }
        self.detached();
        self.start(PhoneTimer::T3440);
    }

    /// The phone is detached; it keeps GUTI and security context.
    pub(super) fn detached(&mut self) {
        self.timers.stop(PhoneTimer::T3421);
        self.emm = EmmState::Deregistered(Deregistered::NormalService);
        self.drop_bearers();
    }

    pub(super) fn detach_ordered(&mut self, request: &DetachRequestToUe, out: &mut Vec<PhoneOutput>) {
        if !self.emm.is_registered() && self.emm != EmmState::RegisteredInitiated {
            return self.discard(Discard::Unexpected);
        }
        self.send_emm(EmmMessage::DetachAccept, out);
        if request.detach_type == IMSI_DETACH {
            return;
        }
        [PhoneTimer::T3410, PhoneTimer::T3417, PhoneTimer::T3430]
            .into_iter()
            .for_each(|timer| self.timers.stop(timer));
        self.drop_bearers();
        self.start(PhoneTimer::T3440);
        if request.detach_type == REATTACH {
            self.emm = EmmState::Deregistered(Deregistered::NormalService);
            self.attach_wanted = true;
            return;
        }
        self.detached_for(request.cause);
    }
}
