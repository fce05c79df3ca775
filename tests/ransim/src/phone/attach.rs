//! Attach (TS 24.301 5.5.1).

use pumice_model::identity::{Guti, Tai};
use pumice_wire::nas::{
    self, ApnChoice, AttachAccept, AttachComplete, AttachRequest, EmmMessage, EsmBody, EsmMessage, GprsTimer,
    GprsTimer3, PdnConnectivityRequest, Plain, RequestType,
};

use super::{Deregistered, Discard, EmmState, Phone, PhoneOutput, PhoneTimer, Registered};

/// Attempts before the phone waits for T3402.
pub(super) const ATTEMPTS: u8 = 5;

impl Phone {
    /// Attaches, if the phone is on, has a cell that serves it, and is not told to stay away.
    pub(super) fn attach(&mut self, out: &mut Vec<PhoneOutput>) {
        if !matches!(self.emm, EmmState::Deregistered(_)) {
            return;
        }
        let served = self.cell.is_some_and(|cell| self.sim_state.allows(cell));
        self.attach_wanted = self.connected;
        if self.connected || !served || self.timers.end(PhoneTimer::T3346).is_some() {
            return;
        }
        self.timers.stop(PhoneTimer::T3402);
        self.timers.stop(PhoneTimer::T3411);
        self.emm = EmmState::RegisteredInitiated;
        self.start(PhoneTimer::T3410);
        let pti = self.take_pti();
        let esm = nas::encode(&Plain::Esm(self.connectivity_request(pti)));
        let request = AttachRequest {
            attach_type: self.config.attach_type,
            ksi: self.ksi(),
            identity: self.identity(),
            capability: self.config.capability.clone(),
            esm: &esm,
            last_visited_tai: self.last_visited,
            drx: self.config.drx,
            ms_network_capability: self.config.ms_network_capability.clone(),
            additional_guti: None,
            additional_update_type: None,
            additional_security_capability: self.config.additional_security_capability.clone(),
        };
        self.send_initial(EmmMessage::AttachRequest(request), out);
    }

    fn connectivity_request(&self, pti: u8) -> EsmMessage {
        let secretive = self.config.esm_information_transfer;
        let body = EsmBody::PdnConnectivityRequest(Box::new(PdnConnectivityRequest {
            request_type: RequestType::Initial,
            pdn_type: self.config.pdn_type,
            esm_information_transfer: secretive,
            apn: self.config.apn.clone().filter(|_| !secretive).map(ApnChoice::Named),
            pco: self.config.pco.clone().filter(|_| !secretive),
        }));
        EsmMessage { ebi: 0, pti, body }
    }

    pub(super) fn attach_accepted(&mut self, accept: &AttachAccept<'_>, out: &mut Vec<PhoneOutput>) {
        let again = self.emm == EmmState::Registered(Registered::NormalService);
        if self.emm != EmmState::RegisteredInitiated && !again {
            return self.discard(Discard::Unexpected);
        }
        let Some(answer) = self.activate_with_attach(accept.esm) else {
            return self.discard(Discard::Undecodable);
        };
        self.take_identity(accept.guti, Some(&accept.tais));
        self.take_t3412(Some(accept.t3412), accept.t3412_extended);
        if let Some(span) = accept.t3402.and_then(GprsTimer::span) {
            self.t3402 = span;
        }
        self.features = accept.feature_support.unwrap_or_default();
        self.causes.partial = accept.emm_cause;
        self.registered();
        if !again {
            self.counters.attaches += 1;
        }
        let esm = nas::encode(&Plain::Esm(answer));
        self.send_emm(EmmMessage::AttachComplete(AttachComplete { esm: &esm }), out);
        self.run_queue(out);
    }

    /// The bearer inside an attach accept, and the answer that goes into the attach complete.
    fn activate_with_attach(&mut self, esm: &[u8]) -> Option<EsmMessage> {
        match nas::decode(esm) {
            Ok(Plain::Esm(EsmMessage {
                ebi, body: EsmBody::ActivateDefaultBearerRequest(request), ..
            })) => {
                self.admits("Activate default EPS bearer context request", true);
                self.activate(ebi, &request).ok()?;
                Some(EsmMessage { ebi, pti: 0, body: EsmBody::ActivateDefaultBearerAccept { pco: None } })
            }
            _ => None,
        }
    }

    /// What every accept does to the phone.
    pub(super) fn registered(&mut self) {
        self.timers.stop(PhoneTimer::T3410);
        self.timers.stop(PhoneTimer::T3430);
        self.timers.stop(PhoneTimer::T3411);
        self.timers.stop(PhoneTimer::T3402);
        self.emm = EmmState::Registered(Registered::NormalService);
        self.attempts = 0;
        self.last_visited = self.cell;
    }

    pub(super) fn take_identity(&mut self, guti: Option<Guti>, tais: Option<&heapless::Vec<Tai, 16>>) {
        if guti.is_some() {
            self.guti = guti;
        }
        if let Some(tais) = tais {
            self.tais.clone_from(tais);
        }
    }

    /// The extended value counts where there is one (TS 24.301 5.3.5).
    pub(super) fn take_t3412(&mut self, short: Option<GprsTimer>, extended: Option<GprsTimer3>) {
        if let Some(extended) = extended {
            self.t3412 = extended.span();
        } else if let Some(short) = short {
            self.t3412 = short.span().filter(|span| !span.is_zero());
        }
    }

    pub(super) fn attach_timed_out(&mut self, out: &mut Vec<PhoneOutput>) {
        self.leave_quietly(out);
        self.attach_failed();
    }

    /// An attach came to nothing (TS 24.301 5.5.1.2.6).
    pub(super) fn attach_failed(&mut self) {
        self.timers.stop(PhoneTimer::T3410);
        self.attempts = self.attempts.saturating_add(1);
        self.wait_to_attach();
    }

    pub(super) fn wait_to_attach(&mut self) {
        self.emm = EmmState::Deregistered(Deregistered::AttemptingToAttach);
        if self.attempts < ATTEMPTS {
            self.start(PhoneTimer::T3411);
            return;
        }
        self.forget_registration();
        self.attempts = 0;
        self.start_for(PhoneTimer::T3402, self.t3402);
    }

    /// GUTI, areas and key set are deleted.
    pub(super) fn forget_registration(&mut self) {
        self.guti = None;
        self.tais.clear();
        self.last_visited = None;
        self.security = None;
        self.secure_exchange = false;
    }

    pub(super) const fn take_pti(&mut self) -> u8 {
        let pti = self.next_pti;
        self.next_pti = if pti >= 254 { 1 } else { pti + 1 };
        pti
    }
}
