//! Initial Context Setup (TS 36.413 8.3.1) and UE context release (8.3.2, 8.3.3).

use pumice_model::identity::EnbUeS1apId;
use pumice_wire::s1ap::{
    Cause, ErabSetUp, InitialContextSetupFailure, InitialContextSetupRequest, InitialContextSetupResponse,
    Message, UeCapabilityInfoIndication, UeContextReleaseCommand, UeContextReleaseComplete,
    UeContextReleaseRequest,
};

use super::contexts::{PendingSetup, fteid};
use super::{CapabilityInfo, Enb, EnbOutput, PhoneId};
use crate::phone::PhoneInput;

impl Enb {
    /// Security first: the phone must have derived the same key.
    pub(super) fn set_up_context(
        &mut self,
        request: &InitialContextSetupRequest<'_>,
        out: &mut Vec<EnbOutput>,
    ) {
        if !self.pair(request.mme_ue, request.enb_ue, out) {
            return;
        }
        self.contexts.touch(request.enb_ue, self.now);
        if let Some(cause) = self.config.context_setup_fails {
            return self.setup_fails(request.enb_ue, cause, out);
        }
        let Some(context) = self.contexts.get_mut(request.enb_ue) else { return };
        let Some(phone) = context.phone else {
            return self.setup_fails(request.enb_ue, Cause::RADIO_CONNECTION_WITH_UE_LOST, out);
        };
        match &request.radio_capability {
            Some(told) if **told == *context.radio_capability => self.capability_checks.same += 1,
            Some(_) => self.capability_checks.different += 1,
            None => self.capability_checks.absent += 1,
        }
        context.setup = Some(PendingSetup {
            erabs: request
                .erabs
                .iter()
                .map(|erab| (erab.ebi, fteid(erab.transport_address, erab.teid)))
                .collect(),
            nas: request.erabs.iter().filter_map(|erab| erab.nas.as_deref().map(<[u8]>::to_vec)).collect(),
            capability_known: request.radio_capability.is_some(),
        });
        out.push(EnbOutput::Phone { phone, input: PhoneInput::SecurityKey(*request.security_key.expose()) });
    }

    pub(super) fn security_checked(&mut self, phone: PhoneId, agrees: bool, out: &mut Vec<EnbOutput>) {
        let Some(enb_ue) = self.contexts.of_phone(phone) else { return };
        let Some(context) = self.contexts.get_mut(enb_ue) else { return };
        let (Some(setup), Some(mme_ue)) = (context.setup.take(), context.mme_ue) else { return };
        if !agrees {
            return self.setup_fails(enb_ue, Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE, out);
        }
        let ebis = setup.erabs.iter().map(|(ebi, _)| *ebi).collect();
        out.push(EnbOutput::Phone { phone, input: PhoneInput::BearersSetUp(ebis) });
        out.extend(setup.nas.into_iter().map(|nas| EnbOutput::Phone { phone, input: PhoneInput::Nas(nas) }));
        let mut erabs = heapless::Vec::new();
        let mut failed = heapless::Vec::new();
        for (ebi, remote) in setup.erabs {
            let known = erabs.iter().any(|erab: &ErabSetUp| erab.ebi == ebi);
            // Both lists have room for all that were asked for.
            match self.contexts.add_erab(enb_ue, ebi, remote).filter(|_| !known) {
                Some(teid) => {
                    let (transport_address, second_address) = (self.config.address, None);
                    let _ = erabs.push(ErabSetUp { ebi, transport_address, second_address, teid });
                }
                None => {
                    let _ = failed.push((ebi, Cause::MULTIPLE_ERAB_ID_INSTANCES));
                }
            }
        }
        let stream = self.stream_of(enb_ue);
        let tells = match self.config.capability_info {
            CapabilityInfo::Always => true,
            CapabilityInfo::WhenUnknown => !setup.capability_known,
            CapabilityInfo::Never => false,
        };
        let capability = self.contexts.get(enb_ue).map(|context| context.radio_capability.clone());
        if let (true, Some(capability)) = (tells, capability) {
            let indication = UeCapabilityInfoIndication {
                mme_ue,
                enb_ue,
                radio_capability: (&*capability).into(),
                paging_capability: None,
            };
            self.send(stream, &Message::UeCapabilityInfoIndication(indication), out);
        }
        let response = InitialContextSetupResponse { mme_ue, enb_ue, erabs, failed };
        self.send(stream, &Message::InitialContextSetupResponse(response), out);
    }

    fn setup_fails(&mut self, enb_ue: EnbUeS1apId, cause: Cause, out: &mut Vec<EnbOutput>) {
        let Some(mme_ue) = self.contexts.get(enb_ue).and_then(|context| context.mme_ue) else { return };
        let stream = self.stream_of(enb_ue);
        let failure = InitialContextSetupFailure { mme_ue, enb_ue, cause };
        self.send(stream, &Message::InitialContextSetupFailure(failure), out);
    }

    pub(super) fn release_context(&mut self, command: &UeContextReleaseCommand, out: &mut Vec<EnbOutput>) {
        let known = match command.enb_ue {
            Some(enb_ue) => {
                if !self.pair(command.mme_ue, enb_ue, out) {
                    return;
                }
                Some(enb_ue)
            }
            None => self.contexts.of_mme(command.mme_ue),
        };
        let Some(enb_ue) = known else { return };
        let stream = self.stream_of(enb_ue);
        self.drop_context(enb_ue, out);
        let complete = UeContextReleaseComplete { mme_ue: command.mme_ue, enb_ue };
        self.send(stream, &Message::UeContextReleaseComplete(complete), out);
    }

    pub(super) fn request_release(&mut self, phone: PhoneId, cause: Cause, out: &mut Vec<EnbOutput>) {
        if let Some(enb_ue) = self.contexts.of_phone(phone) {
            self.ask_release(enb_ue, cause, out);
        }
    }

    /// The phone is gone: the MME is asked to release what is left; before it has answered there is nothing to release.
    pub(super) fn lose_radio(&mut self, phone: PhoneId, out: &mut Vec<EnbOutput>) {
        let Some(enb_ue) = self.contexts.of_phone(phone) else { return };
        self.contexts.detach_phone(enb_ue);
        if self.contexts.get(enb_ue).is_some_and(|context| context.mme_ue.is_some()) {
            self.ask_release(enb_ue, Cause::RADIO_CONNECTION_WITH_UE_LOST, out);
        } else {
            self.contexts.close(enb_ue);
        }
    }

    pub(super) fn ask_release(&mut self, enb_ue: EnbUeS1apId, cause: Cause, out: &mut Vec<EnbOutput>) {
        let Some(context) = self.contexts.get(enb_ue) else { return };
        let (Some(mme_ue), false) = (context.mme_ue, context.release_asked) else { return };
        self.contexts.rest(enb_ue);
        let stream = self.stream_of(enb_ue);
        let request = UeContextReleaseRequest { mme_ue, enb_ue, cause };
        self.send(stream, &Message::UeContextReleaseRequest(request), out);
    }

    pub(super) fn release_inactive(&mut self, out: &mut Vec<EnbOutput>) {
        let Some(span) = self.config.inactivity else { return };
        while let Some((at, enb_ue)) = self.contexts.oldest() {
            if at + span > self.now {
                return;
            }
            if self.contexts.get(enb_ue).is_some_and(|context| context.mme_ue.is_none()) {
                // The MME has never answered: the radio connection is given up.
                self.drop_context(enb_ue, out);
            } else {
                self.ask_release(enb_ue, Cause::USER_INACTIVITY, out);
                self.contexts.rest(enb_ue);
            }
        }
    }
}
