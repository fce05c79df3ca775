//! Attach (TS 24.301 5.5.1), from the request to the accept.

use pumice_model::event::{DetachReason, Event};
use pumice_model::identity::{Imsi, Tai};
use pumice_model::ue::UeCapability;
use pumice_wire::nas::{
    AttachReject, AttachRequest, AttachType, EmmCause, EmmMessage, EpsMobileIdentity, EsmBody, EsmCause,
    EsmMessage, GprsTimer, Plain, decode, encode,
};
use pumice_wire::s1ap::Cause;

use super::nas::Received;
use super::state::{AttachRequested, Attempt, Protection, Purpose};
use crate::Core;
use crate::config::OwnRefusal;
use crate::connection::{Connection, ConnectionKey, S1State};
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::hss::Standing;
use crate::security::hash_mme;
use crate::session::PdnRequest;
use crate::timers::Timer;

impl Core {
    pub(super) fn on_attach_request(
        &mut self,
        key: ConnectionKey,
        request: &AttachRequest<'_>,
        received: &Received<'_>,
    ) {
        self.count(Counter::AttachRequested);
        if self.is_repetition(key, received.plain) {
            return;
        }
        let bound = |connection: &Connection| {
            connection.s1 != S1State::Signalling || matches!(connection.emm, EmmState::AwaitDetachAccept(_))
        };
        if self.connections.of(key).is_some_and(bound) {
            // The cell has bearers and keys of what was before, or the network ends what was before; on a connection of its own
            // the attach meets neither.
            return self.release(key, Cause::NAS_UNSPECIFIED);
        }
        self.abandon(key);
        let attach = match attach_requested(request, received.plain) {
            Ok(attach) => attach,
            Err(no_pdn) => {
                return self.reject_attach(key, EmmCause::ESM_FAILURE, None, Some(&no_pdn.reject()));
            }
        };
        if request.attach_type == AttachType::Emergency {
            return self.reject_attach(key, EmmCause::NETWORK_FAILURE, None, None);
        }
        if !self.serves_area(key) {
            return self.reject_attach(key, EmmCause::NO_SUITABLE_CELLS, None, None);
        }
        let proven = self.proven(key).filter(|_| received.verified);
        let (imsi, guti) = match request.identity {
            EpsMobileIdentity::Imsi(imsi) => (Some(imsi), None),
            EpsMobileIdentity::Guti(guti) => (proven.or_else(|| self.phones.by_guti(guti)), Some(guti)),
            EpsMobileIdentity::Imei(_) => (None, None),
        };
        let attempt = Attempt {
            purpose: Purpose::Attach(attach),
            imsi,
            guti,
            capability: capability_of(request),
            ksi: request.ksi.value,
            unprotected: (!received.verified).then(|| hash_mme(received.plain)),
        };
        self.identify(key, attempt);
    }

    /// Who the connection is proven to be.
    pub(super) fn proven(&self, key: ConnectionKey) -> Option<Imsi> {
        self.connections.of(key).filter(|connection| connection.secured)?.phone
    }

    /// The same request on the same connection (5.5.1.2.7 d, e): the accept is sent again if there is one, otherwise what runs
    /// goes on. Another request ends what runs.
    fn is_repetition(&mut self, key: ConnectionKey, octets: &[u8]) -> bool {
        let Some(connection) = self.connections.of(key) else { return true };
        let before = match &connection.emm {
            EmmState::Quiet | EmmState::Registered | EmmState::AwaitDetachAccept(_) => None,
            EmmState::AwaitIdentity(_)
            | EmmState::AwaitAuthentication(_)
            | EmmState::AwaitSecurityMode(_) => connection.emm.attempt().and_then(attach_digest),
            EmmState::AwaitEsmInformation(state) => Some(state.attach.digest),
            EmmState::AwaitAttachComplete(state) => Some(state.attach.digest),
        };
        if before != Some(hash_mme(octets)) {
            return false;
        }
        if let EmmState::AwaitAttachComplete(state) = &connection.emm {
            let accept = state.repeat.plain.clone();
            self.timers.start(Timer::NasRetransmission(key), self.now + self.config.timers.t3450);
            self.send_nas_octets(key, &accept, Protection::AsConnection);
        }
        true
    }

    /// What runs on the connection ends without a word: another request takes its place.
    fn abandon(&mut self, key: ConnectionKey) {
        self.timers.stop(Timer::NasRetransmission(key));
        if let Some(connection) = self.connections.of_mut(key) {
            connection.emm = EmmState::Quiet;
        }
    }

    pub(super) fn serves_area(&self, key: ConnectionKey) -> bool {
        let serves = |tai: Tai| tai.plmn == self.config.plmn && self.config.tacs.contains(&tai.tac);
        self.connections.of(key).is_some_and(|connection| serves(connection.tai))
    }

    /// Whether the subscriber may be served here, and otherwise the cause that says so without hurting the SIM.
    pub(super) fn refusal_of(&self, imsi: Imsi) -> Option<EmmCause> {
        match self.hss.standing(imsi, self.config.plmn) {
            Standing::Served => None,
            Standing::OwnRefused => Some(self.own_refusal()),
            Standing::Foreign => Some(EmmCause::PLMN_NOT_ALLOWED),
        }
    }

    pub(super) const fn own_refusal(&self) -> EmmCause {
        match self.config.refusal {
            OwnRefusal::NoSuitableCells => EmmCause::NO_SUITABLE_CELLS,
            OwnRefusal::Congestion => EmmCause::CONGESTION,
        }
    }

    /// The request is from who it says: on to what else it needs.
    pub(super) fn continue_attach(&mut self, key: ConnectionKey, attach: AttachRequested) {
        if attach.pdn.esm_information_transfer {
            return self.ask_esm_information(key, attach);
        }
        self.accept_attach(key, attach);
    }

    /// Refuses whatever runs on a connection, in the way of the procedure that runs.
    pub(super) fn refuse(&mut self, key: ConnectionKey, attempt: &Attempt, cause: EmmCause) {
        match &attempt.purpose {
            Purpose::Attach(_) => self.reject_attach(key, cause, attempt.imsi, None),
            Purpose::Service => self.reject_service(key, cause),
            Purpose::Tau(_) => self.reject_tau(key, cause),
        }
    }

    /// Attach Reject, and the end of the connection. With #22 the phone is told to stay away for a while (T3346), each for
    /// another while, so that they do not come back together.
    pub(super) fn reject_attach(
        &mut self,
        key: ConnectionKey,
        cause: EmmCause,
        imsi: Option<Imsi>,
        esm: Option<&EsmMessage>,
    ) {
        self.count(Counter::AttachRejected);
        if let Some(proven) = self.proven(key) {
            // The phone counts itself as deregistered (5.5.1.2.5), so it is.
            self.deregister(proven, DetachReason::Replaced);
        }
        self.publish(Event::PhoneRefused { imsi, cause: cause.0 });
        let t3346 = self.stay_away(cause);
        let esm = esm.map(|esm| encode(&Plain::Esm(esm.clone())));
        let reject = AttachReject { cause, esm: esm.as_deref(), t3346 };
        self.send_nas(key, &Plain::Emm(EmmMessage::AttachReject(reject)));
        self.release(key, Cause::NAS_NORMAL_RELEASE);
    }

    /// T3346 for the causes that have it: between one and two times what is configured.
    pub(super) fn stay_away(&mut self, cause: EmmCause) -> Option<GprsTimer> {
        if cause != EmmCause::CONGESTION {
            return None;
        }
        let least = self.config.timers.t3346;
        let spread = least.mul_f64(f64::from(self.choices.spread.spread()) / f64::from(u32::MAX));
        Some(GprsTimer::at_least(least + spread))
    }
}

/// What an attach request says that the phone can do.
pub(super) fn capability_of(request: &AttachRequest<'_>) -> UeCapability {
    UeCapability {
        network: request.capability.0.clone(),
        ms_network: request.ms_network_capability.as_ref().map(|capability| capability.0.clone()),
        additional_security: request
            .additional_security_capability
            .as_ref()
            .map(|capability| capability.0.clone()),
    }
}

/// What an attach request asks for, or why it asks for no PDN connection.
pub(super) fn attach_requested(request: &AttachRequest<'_>, octets: &[u8]) -> Result<AttachRequested, NoPdn> {
    Ok(AttachRequested {
        combined: request.attach_type == AttachType::Combined,
        drx: request.drx,
        pdn: pdn_request(request.esm)?,
        digest: hash_mme(octets),
    })
}

fn attach_digest(attempt: &Attempt) -> Option<[u8; 8]> {
    match &attempt.purpose {
        Purpose::Attach(attach) => Some(attach.digest),
        Purpose::Service | Purpose::Tau(_) => None,
    }
}

/// Why an attach request asks for no PDN connection, and the procedure transaction identity to say it under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoPdn {
    pti: u8,
    cause: EsmCause,
}

impl NoPdn {
    fn reject(self) -> EsmMessage {
        let body = EsmBody::PdnConnectivityReject { cause: self.cause, pco: None, back_off: None };
        EsmMessage { ebi: 0, pti: self.pti, body }
    }
}

/// The PDN connectivity request in an attach request.
fn pdn_request(esm: &[u8]) -> Result<PdnRequest, NoPdn> {
    match decode(esm) {
        // A PTI of 0 or 255 is none that could be answered (7.3.1).
        Ok(Plain::Esm(EsmMessage { pti: pti @ (0 | 255), .. })) => {
            Err(NoPdn { pti, cause: EsmCause::INVALID_PTI })
        }
        Ok(Plain::Esm(EsmMessage { pti, body: EsmBody::PdnConnectivityRequest(request), .. })) => {
            Ok(PdnRequest::new(pti, &request))
        }
        Ok(Plain::Esm(EsmMessage { pti, .. })) => {
            Err(NoPdn { pti, cause: EsmCause::MESSAGE_TYPE_NOT_COMPATIBLE })
        }
        Ok(Plain::Emm(_)) => Err(NoPdn { pti: 0, cause: EsmCause::INVALID_MANDATORY_INFORMATION }),
        Err(fault) => {
            let cause = fault.kind.esm_cause().unwrap_or(EsmCause::INVALID_MANDATORY_INFORMATION);
            Err(NoPdn { pti: fault.esm.map_or(0, |(_, pti)| pti), cause })
        }
    }
}
