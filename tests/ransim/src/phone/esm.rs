//! ESM (TS 24.301 6): bearers come and go.

use pumice_model::identity::{Apn, Ebi};
use pumice_wire::nas::{
    ActivateDefaultBearerRequest, ApnChoice, EsmBody, EsmCause, EsmMessage, PdnConnectivityRequest,
    RequestType,
};

use super::{Bearer, Discard, Phone, PhoneOutput};
use crate::ip_stack::IpStack;

impl Phone {
    pub(super) fn dispatch_esm(&mut self, message: EsmMessage, out: &mut Vec<PhoneOutput>) {
        let EsmMessage { ebi, pti, body } = message;
        match body {
            EsmBody::ActivateDefaultBearerRequest(request) => {
                let body = match self.activate(ebi, &request) {
                    Ok(()) => EsmBody::ActivateDefaultBearerAccept { pco: None },
                    Err(cause) => EsmBody::ActivateDefaultBearerReject { cause, pco: None },
                };
                self.send_esm(EsmMessage { ebi, pti: 0, body }, out);
            }
            EsmBody::DeactivateBearerRequest { cause } => {
                self.causes.esm = Some(cause);
                self.bearers.retain(|bearer| bearer.ebi.get() != ebi);
                self.send_esm(EsmMessage { ebi, pti: 0, body: EsmBody::DeactivateBearerAccept }, out);
            }
            EsmBody::EsmInformationRequest => {
                let (apn, pco) = (self.config.apn.clone(), self.config.pco.clone());
                self.send_esm(
                    EsmMessage { ebi: 0, pti, body: EsmBody::EsmInformationResponse { apn, pco } },
                    out,
                );
            }
            EsmBody::EsmStatus { cause } => self.causes.status = Some(cause.0),
            EsmBody::BearerResourceAllocationReject { cause }
            | EsmBody::BearerResourceModificationReject { cause }
            | EsmBody::PdnConnectivityReject { cause, .. }
            | EsmBody::PdnDisconnectReject { cause } => self.causes.esm = Some(cause),
            // What only a phone may say.
            _ => {
                self.discard(Discard::Unexpected);
                let cause = EsmCause::MESSAGE_TYPE_NOT_COMPATIBLE;
                self.send_esm(EsmMessage { ebi, pti, body: EsmBody::EsmStatus { cause } }, out);
            }
        }
    }

    /// Takes a default bearer; one that it has already is taken again (a retransmission).
    pub(super) fn activate(
        &mut self,
        ebi: u8,
        request: &ActivateDefaultBearerRequest,
    ) -> Result<(), EsmCause> {
        let ebi = Ebi::new(ebi).map_err(|_| EsmCause::INVALID_EPS_BEARER_IDENTITY)?;
        self.bearers.retain(|bearer| bearer.ebi != ebi);
        let bearer = Bearer {
            ebi,
            apn: request.apn.clone(),
            address: request.address,
            qci: request.qci,
            ambr_uplink: request.ambr_uplink,
            ambr_downlink: request.ambr_downlink,
            cause: request.cause,
            pco: request.pco.clone(),
        };
        self.bearers.push(bearer).map_err(|_| EsmCause::INSUFFICIENT_RESOURCES)?;
        self.causes.esm = request.cause;
        let first = self.bearers.first().is_some_and(|bearer| bearer.ebi == ebi);
        let fits = self.stack.as_ref().is_some_and(|stack| !first || stack.pdn_address() == request.address);
        if self.config.ip_stack && !fits {
            self.stack = Some(Box::new(IpStack::new(self.now, request.address, self.config.seed)));
        }
        Ok(())
    }

    pub(super) fn drop_bearers(&mut self) {
        self.bearers.clear();
        self.stack = None;
        self.bearers_up = false;
        self.uplink_queue.clear();
    }

    pub(super) fn connect_pdn(&mut self, apn: Apn, out: &mut Vec<PhoneOutput>) {
        let body = EsmBody::PdnConnectivityRequest(Box::new(PdnConnectivityRequest {
            request_type: RequestType::Initial,
            pdn_type: self.config.pdn_type,
            esm_information_transfer: false,
            apn: Some(ApnChoice::Named(apn)),
            pco: self.config.pco.clone(),
        }));
        let pti = self.take_pti();
        self.send_esm(EsmMessage { ebi: 0, pti, body }, out);
    }

    pub(super) fn disconnect_pdn(&mut self, linked: Ebi, out: &mut Vec<PhoneOutput>) {
        let pti = self.take_pti();
        self.send_esm(EsmMessage { ebi: 0, pti, body: EsmBody::PdnDisconnectRequest { linked } }, out);
    }
}
