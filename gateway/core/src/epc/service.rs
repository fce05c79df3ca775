//! Service request (TS 24.301 5.6.1): an idle phone comes back, by itself or because it was called.

use pumice_model::identity::Imsi;
use pumice_wire::nas::{EmmCause, EmmMessage, ExtendedServiceRequest, Plain, ServiceReject};
use pumice_wire::s1ap::Cause;

use super::nas::Received;
use super::state::{Attempt, Purpose};
use crate::Core;
use crate::connection::{ConnectionKey, S1State};
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::timers::Timer;

impl Core {
    /// The short message: it names its phone only through the S-TMSI that the cell was told.
    pub(super) fn on_service_request(
        &mut self,
        key: ConnectionKey,
        ksi: u8,
        sequence: u8,
        short_mac: u16,
        covered: [u8; 2],
    ) {
        self.count(Counter::ServiceRequested);
        let own = self.config.mme_code;
        let s_tmsi = self.connections.of(key).and_then(|connection| connection.s_tmsi);
        let named = s_tmsi
            .filter(|s_tmsi| s_tmsi.code == own)
            .and_then(|s_tmsi| self.phones.by_m_tmsi(s_tmsi.m_tmsi));
        // Whose context is not here, or does not fit, is to register anew: #9 makes it do so at once (5.6.1.5). The context
        // that it claims stays as it is: anybody could claim it.
        let Some(imsi) = named else {
            return self.reject_service(key, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED);
        };
        let verified = self.phones.of_mut(imsi).is_some_and(|phone| {
            phone.security.ksi() == ksi
                && phone.security.open_service_request(sequence, short_mac, covered).is_some()
        });
        if !verified {
            self.count(Counter::NasIntegrityFailed);
            return self.reject_service(key, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED);
        }
        if self.adopt(key, imsi) {
            self.request_service(key, imsi);
        }
    }

    /// With a connection already there, or for calls over another network, which there is none of.
    pub(super) fn on_extended_service_request(
        &mut self,
        key: ConnectionKey,
        request: &ExtendedServiceRequest,
        received: &Received<'_>,
    ) {
        self.count(Counter::ServiceRequested);
        if self.is_being_detached(key) {
            return self.count(Counter::NasUnexpected);
        }
        /// Packet services via S1 (9.9.3.27): 8 to 11.
        const PACKET_SERVICES: u8 = 8;
        match (self.proven(key).filter(|_| received.verified), request.service_type) {
            (None, _) => self.reject_service(key, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED),
            (Some(imsi), PACKET_SERVICES..=11) => self.request_service(key, imsi),
            // Its data goes on over the connection that it has (5.6.1.5).
            (Some(_), _) if self.has_context(key) => {
                self.refuse_service(key, EmmCause::CS_DOMAIN_NOT_AVAILABLE);
            }
            (Some(_), _) => self.reject_service(key, EmmCause::CS_DOMAIN_NOT_AVAILABLE),
        }
    }

    fn request_service(&mut self, key: ConnectionKey, imsi: Imsi) {
        let Some(phone) = self.phones.of(imsi).filter(|phone| phone.registered) else {
            return self.reject_service(key, EmmCause::IMPLICITLY_DETACHED);
        };
        let attempt = Attempt {
            purpose: Purpose::Service,
            imsi: Some(imsi),
            guti: None,
            capability: phone.capability.clone(),
            ksi: phone.security.ksi(),
            unprotected: None,
        };
        self.identify(key, attempt);
    }

    /// The bearers are set up; that is the answer (5.6.1.4).
    pub(super) fn serve(&mut self, key: ConnectionKey) {
        self.timers.stop(Timer::NasRetransmission(key));
        let Some(connection) = self.connections.of_mut(key) else { return };
        connection.emm = EmmState::Registered;
        if connection.s1 == S1State::Signalling {
            self.set_up_context(key, None);
        }
    }

    /// Service Reject, and the end of the connection.
    pub(super) fn reject_service(&mut self, key: ConnectionKey, cause: EmmCause) {
        self.refuse_service(key, cause);
        self.release(key, Cause::NAS_NORMAL_RELEASE);
    }

    fn refuse_service(&mut self, key: ConnectionKey, cause: EmmCause) {
        self.count(Counter::ServiceRejected);
        let t3346 = self.stay_away(cause);
        self.send_nas(key, &Plain::Emm(EmmMessage::ServiceReject(ServiceReject { cause, t3346 })));
    }

    /// Whether the cell has the phone's context, or is about to.
    fn has_context(&self, key: ConnectionKey) -> bool {
        self.connections
            .of(key)
            .is_some_and(|it| matches!(it.s1, S1State::ContextSetup | S1State::Established))
    }
}
