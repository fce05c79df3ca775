//! Switching on and off, finding cells, and what becomes of procedures when the connection goes.

use pumice_model::identity::Tai;

use super::{
    Deregistered, EmmState, Page, Phone, PhoneEventKind, PhoneOutput, PhoneTimer, Registered, service,
};

impl Phone {
    pub(super) fn power_on(&mut self, out: &mut Vec<PhoneOutput>) {
        if self.emm != EmmState::Null {
            return;
        }
        // The cell may still hold the connection of the detach.
        self.leave_quietly(out);
        self.sim_state.power_cycle();
        self.attempts = 0;
        self.emm = EmmState::Deregistered(match self.cell {
            Some(_) => Deregistered::NormalService,
            None => Deregistered::NoCellAvailable,
        });
        if self.config.attaches && !self.scripted {
            self.attach(out);
        }
    }

    /// What a phone keeps without power: SIM, GUTI, security context (TS 24.301 annex C).
    pub(super) fn power_off(&mut self) {
        self.emm = EmmState::Null;
        self.timers.stop_all();
        self.bearers.clear();
        self.stack = None;
        self.uplink_queue.clear();
        self.attach_wanted = false;
        self.update_wanted = false;
        self.service_wanted = None;
        self.switch_off_follows = false;
        self.authenticated = None;
    }

    pub(super) fn pull_battery(&mut self, out: &mut Vec<PhoneOutput>) {
        self.power_off();
        self.leave_quietly(out);
    }

    pub(super) fn camp(&mut self, cell: Option<Tai>, out: &mut Vec<PhoneOutput>) {
        let moved = self.cell != cell;
        self.cell = cell;
        if self.scripted {
            return;
        }
        if self.connected {
            // There is no handover: the connection stays behind, in another cell of the same area too.
            self.forget_connection();
            self.event(PhoneEventKind::Released);
            match (self.emm, self.t3412) {
                (EmmState::Registered(_), Some(span)) if moved => self.start_for(PhoneTimer::T3412, span),
                (EmmState::Registered(_), None) if moved => {}
                _ => self.after_connection(out),
            }
        }
        if !moved {
            return;
        }
        match (cell, self.emm) {
            (None, EmmState::Registered(_)) => self.emm = EmmState::Registered(Registered::NoCellAvailable),
            (None, EmmState::Deregistered(_)) => {
                self.emm = EmmState::Deregistered(Deregistered::NoCellAvailable)
            }
            (Some(tai), EmmState::Registered(_)) => self.reselected(tai, out),
            (Some(tai), EmmState::Deregistered(why)) => self.found_cell(tai, why, out),
            // A running procedure has its own timer.
            _ => {}
        }
    }

    fn reselected(&mut self, tai: Tai, out: &mut Vec<PhoneOutput>) {
        if !self.sim_state.allows(tai) {
            self.emm = EmmState::Registered(Registered::LimitedService);
            return;
        }
        self.emm = EmmState::Registered(Registered::NormalService);
        if !self.tais.contains(&tai) || self.update_wanted {
            self.attempts = 0;
            self.update_wanted = false;
            self.update(!self.uplink_queue.is_empty(), out);
        } else if !self.connected {
            self.now_idle(out);
        }
    }

    fn found_cell(&mut self, tai: Tai, why: Deregistered, out: &mut Vec<PhoneOutput>) {
        if why == Deregistered::NoImsi || !self.sim_state.allows(tai) {
            return;
        }
        self.emm = EmmState::Deregistered(Deregistered::NormalService);
        self.attempts = 0;
        if self.config.attaches || self.attach_wanted {
            self.attach(out);
        }
    }

    pub(super) fn paged(&mut self, page: Page, out: &mut Vec<PhoneOutput>) {
        if !self.is_called(page.s_tmsi) || self.connected || self.scripted {
            return;
        }
        let listening = matches!(self.emm, EmmState::Registered(_)) && self.hears(page);
        self.event(PhoneEventKind::Paged { answered: listening });
        if listening {
            self.counters.pages += 1;
            self.want_service(service::Wanted::MobileTerminated, out);
        }
    }

    /// The phone listens at frames that follow from its IMSI and the shorter of its own and the cell's cycle (TS 36.304 7).
    fn hears(&self, page: Page) -> bool {
        let digits = self.config.sim.imsi.digits();
        let index = digits.parse::<u64>().unwrap_or(0) % 1024;
        let cycle = |told| shorter(told, page.default_drx as u8);
        u64::from(page.ue_identity_index) == index
            && cycle(self.own_drx()) == cycle(page.drx.map(|drx| drx as u8))
    }

    /// The cycle of the DRX parameter (TS 24.008 10.5.5.6), in the order of the S1AP type.
    fn own_drx(&self) -> Option<u8> {
        let [_, octet] = self.config.drx?.to_be_bytes();
        (octet >> 4).checked_sub(6).filter(|cycle| *cycle < 4)
    }

    /// The network or the cell has released the connection, or taken none.
    pub(super) fn released(&mut self, out: &mut Vec<PhoneOutput>) {
        if !self.connected {
            return;
        }
        self.forget_connection();
        self.event(PhoneEventKind::Released);
        if !self.scripted {
            self.after_connection(out);
        }
    }

    /// The phone releases the connection itself.
    pub(super) fn leave(&mut self, out: &mut Vec<PhoneOutput>) {
        if self.connected {
            out.push(PhoneOutput::Leave);
            self.released(out);
        }
    }

    pub(super) fn leave_quietly(&mut self, out: &mut Vec<PhoneOutput>) {
        if self.connected {
            out.push(PhoneOutput::Leave);
            self.forget_connection();
        }
    }

    fn forget_connection(&mut self) {
        self.connected = false;
        self.secure_exchange = false;
        self.bearers_up = false;
        self.initial_request = None;
        self.authentication_failures = 0;
        self.forget_challenge();
        [PhoneTimer::T3418, PhoneTimer::T3420, PhoneTimer::T3440]
            .into_iter()
            .for_each(|timer| self.timers.stop(timer));
    }

    fn after_connection(&mut self, out: &mut Vec<PhoneOutput>) {
        match self.emm {
            EmmState::Null => {}
            EmmState::RegisteredInitiated => self.attach_failed(),
            EmmState::TrackingAreaUpdatingInitiated => self.update_failed(),
            EmmState::ServiceRequestInitiated => self.service_failed(out),
            EmmState::DeregisteredInitiated => self.detached(),
            EmmState::Deregistered(_) => {
                if self.attach_wanted {
                    self.attach(out);
                }
            }
            EmmState::Registered(_) => self.now_idle(out),
        }
    }

    fn now_idle(&mut self, out: &mut Vec<PhoneOutput>) {
        if let Some(span) = self.t3412 {
            self.start_for(PhoneTimer::T3412, span);
        }
        if core::mem::take(&mut self.update_wanted) {
            self.update(!self.uplink_queue.is_empty(), out);
        } else if let Some(wanted) = self.service_wanted.take() {
            self.want_service(wanted, out);
        } else if !self.uplink_queue.is_empty() {
            self.want_service(service::Wanted::MobileOriginated, out);
        }
    }

    /// A back-off is over: what was put off is tried again.
    pub(super) fn try_again(&mut self, out: &mut Vec<PhoneOutput>) {
        match self.emm {
            EmmState::Deregistered(Deregistered::AttemptingToAttach) => self.attach(out),
            EmmState::Registered(Registered::AttemptingToUpdate) => {
                self.update(!self.uplink_queue.is_empty(), out)
            }
            EmmState::Registered(_) if !self.connected => self.now_idle_again(out),
            _ => {}
        }
    }

    fn now_idle_again(&mut self, out: &mut Vec<PhoneOutput>) {
        if self.service_wanted.take().is_some() || !self.uplink_queue.is_empty() {
            self.want_service(service::Wanted::MobileOriginated, out);
        }
    }

    pub(super) fn forget_areas(&mut self, out: &mut Vec<PhoneOutput>) {
        self.sim_state.forbidden_areas_regional.clear();
        self.sim_state.forbidden_areas_roaming.clear();
        match (self.cell, self.emm) {
            (Some(tai), EmmState::Deregistered(why)) => self.found_cell(tai, why, out),
            (Some(tai), EmmState::Registered(Registered::LimitedService)) => {
                self.update_wanted = true;
                self.reselected(tai, out);
            }
            _ => {}
        }
    }
}

fn shorter(told: Option<u8>, default: u8) -> u8 {
    told.map_or(default, |told| told.min(default))
}
