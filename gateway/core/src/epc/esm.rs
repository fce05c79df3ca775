//! ESM of a phone that is connected (TS 24.301 6): what is asked in the course of an attach, and the answers to what this
//! network does not give.

use pumice_wire::nas::{EsmBody, EsmCause, EsmMessage, Plain, encode};

use super::state::{AttachRequested, AwaitEsmInformation, Protection, Repeat};
use crate::Core;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::timers::Timer;

/// T3489 expires three times (6.6.1.2.6).
const REPEATS: u8 = 2;

impl Core {
    /// ESM information request (6.6.1.2): the phone did not want to name its APN in the clear. T3489 begins.
    pub(super) fn ask_esm_information(&mut self, key: ConnectionKey, attach: AttachRequested) {
        let request = EsmMessage { ebi: 0, pti: attach.pdn.pti, body: EsmBody::EsmInformationRequest };
        let repeat = Repeat {
            plain: encode(&Plain::Esm(request)),
            protection: Protection::AsConnection,
            left: REPEATS,
        };
        self.expect(key, self.config.timers.t3489, repeat, |repeat| {
            EmmState::AwaitEsmInformation(Box::new(AwaitEsmInformation { attach, repeat }))
        });
    }

    pub(super) fn on_esm(&mut self, key: ConnectionKey, message: &EsmMessage) {
        let (ebi, pti) = (message.ebi, message.pti);
        match &message.body {
            EsmBody::EsmInformationResponse { apn, pco } => {
                let Some(connection) = self.connections.of_mut(key) else { return };
                match core::mem::take(&mut connection.emm) {
                    EmmState::AwaitEsmInformation(mut state) if state.attach.pdn.pti == pti => {
                        self.timers.stop(Timer::NasRetransmission(key));
                        let pdn = &mut state.attach.pdn;
                        pdn.apn =
                            apn.clone().map(pumice_wire::nas::ApnChoice::Named).or_else(|| pdn.apn.take());
                        pdn.pco = pco.clone().or_else(|| pdn.pco.take());
                        self.accept_attach(key, state.attach);
                    }
                    other => {
                        connection.emm = other;
                        let cause =
                            if is_transaction(pti) { EsmCause::PTI_MISMATCH } else { EsmCause::INVALID_PTI };
                        self.refuse_esm(key, ebi, pti, cause);
                    }
                }
            }
            // The answers to an activation that came in an attach come in its completion; others have no activation.
            EsmBody::ActivateDefaultBearerAccept { .. } | EsmBody::ActivateDefaultBearerReject { .. } => {
                self.refuse_esm(key, ebi, pti, EsmCause::INVALID_EPS_BEARER_IDENTITY);
            }
            EsmBody::DeactivateBearerAccept => {
                self.refuse_esm(key, ebi, pti, EsmCause::INVALID_EPS_BEARER_IDENTITY)
            }
            EsmBody::BearerResourceAllocationRequest => {
                let reject = |cause| EsmBody::BearerResourceAllocationReject { cause };
                self.answer_esm(key, pti, EsmCause::SERVICE_OPTION_NOT_SUPPORTED, reject);
            }
            EsmBody::BearerResourceModificationRequest => {
                let reject = |cause| EsmBody::BearerResourceModificationReject { cause };
                self.answer_esm(key, pti, EsmCause::SERVICE_OPTION_NOT_SUPPORTED, reject);
            }
            EsmBody::PdnConnectivityRequest(_) => {
                self.answer_esm(key, pti, EsmCause::SERVICE_OPTION_NOT_SUPPORTED, connectivity_reject);
            }
            EsmBody::PdnDisconnectRequest { linked } => {
                let cause = match self.has_bearer(key, linked.get()) {
                    true => EsmCause::LAST_PDN_DISCONNECTION_NOT_ALLOWED,
                    false => EsmCause::PDN_CONNECTION_DOES_NOT_EXIST,
                };
                self.answer_esm(key, pti, cause, disconnect_reject);
            }
            EsmBody::EsmStatus { .. } => self.count(Counter::NasUnexpected),
            EsmBody::ActivateDefaultBearerRequest(_)
            | EsmBody::BearerResourceAllocationReject { .. }
            | EsmBody::BearerResourceModificationReject { .. }
            | EsmBody::DeactivateBearerRequest { .. }
            | EsmBody::EsmInformationRequest
            | EsmBody::PdnConnectivityReject { .. }
            | EsmBody::PdnDisconnectReject { .. } => {
                self.refuse_esm(key, ebi, pti, EsmCause::MESSAGE_TYPE_NON_EXISTENT);
            }
        }
    }

    /// T3489 has expired for the last time: the attach goes nowhere.
    pub(super) fn esm_information_not_received(&mut self, key: ConnectionKey, attach: &AttachRequested) {
        let cause = EsmCause::ESM_INFORMATION_NOT_RECEIVED;
        let body = EsmBody::PdnConnectivityReject { cause, pco: None, back_off: None };
        let reject = EsmMessage { ebi: 0, pti: attach.pdn.pti, body };
        let imsi = self.proven(key);
        self.reject_attach(key, pumice_wire::nas::EmmCause::ESM_FAILURE, imsi, Some(&reject));
    }

    pub(super) fn send_esm_status(&mut self, key: ConnectionKey, ebi: u8, pti: u8, cause: EsmCause) {
        if self.connections.of(key).is_some_and(|connection| connection.secured) {
            let status = EsmMessage { ebi, pti, body: EsmBody::EsmStatus { cause } };
            self.send_nas(key, &Plain::Esm(status));
        }
    }

    fn refuse_esm(&mut self, key: ConnectionKey, ebi: u8, pti: u8, cause: EsmCause) {
        self.count(Counter::NasUnexpected);
        self.send_esm_status(key, ebi, pti, cause);
    }

    /// A message that lacks what it must have (7.5.3): a request is rejected, anything else is answered by a status.
    pub(super) fn refuse_faulty_esm(
        &mut self,
        key: ConnectionKey,
        (ebi, pti): (u8, u8),
        message_type: Option<u8>,
        cause: EsmCause,
    ) {
        /// TS 24.301 table 9.8.2.
        const PDN_CONNECTIVITY_REQUEST: u8 = 0xd0;
        const PDN_DISCONNECT_REQUEST: u8 = 0xd2;
        let body = match message_type {
            Some(PDN_CONNECTIVITY_REQUEST) => connectivity_reject(cause),
            Some(PDN_DISCONNECT_REQUEST) => disconnect_reject(cause),
            _ => return self.send_esm_status(key, ebi, pti, cause),
        };
        if self.connections.of(key).is_some_and(|connection| connection.secured) {
            self.send_nas(key, &Plain::Esm(EsmMessage { ebi: 0, pti, body }));
        }
    }

    /// Rejects a request of a registered phone. One whose PTI can name no transaction is rejected for that (7.3.1).
    fn answer_esm(
        &mut self,
        key: ConnectionKey,
        pti: u8,
        cause: EsmCause,
        reject: impl FnOnce(EsmCause) -> EsmBody,
    ) {
        let registered =
            self.connections.of(key).is_some_and(|connection| matches!(connection.emm, EmmState::Registered));
        let body = match (is_transaction(pti), registered) {
            (false, _) => {
                self.count(Counter::NasUnexpected);
                reject(EsmCause::INVALID_PTI)
            }
            (true, false) => return self.refuse_esm(key, 0, pti, EsmCause::MESSAGE_TYPE_NOT_COMPATIBLE),
            (true, true) => reject(cause),
        };
        self.send_nas(key, &Plain::Esm(EsmMessage { ebi: 0, pti, body }));
    }

    fn has_bearer(&self, key: ConnectionKey, ebi: u8) -> bool {
        let phone = self.proven(key).and_then(|imsi| self.phones.of(imsi));
        phone.is_some_and(|phone| phone.bearers.iter().any(|bearer| bearer.record.ebi.get() == ebi))
    }
}

/// Whether a procedure transaction identity can name a transaction: 0 is none, 255 is reserved.
const fn is_transaction(pti: u8) -> bool {
    !matches!(pti, 0 | 255)
}

const fn connectivity_reject(cause: EsmCause) -> EsmBody {
    EsmBody::PdnConnectivityReject { cause, pco: None, back_off: None }
}

const fn disconnect_reject(cause: EsmCause) -> EsmBody {
    EsmBody::PdnDisconnectReject { cause }
}
