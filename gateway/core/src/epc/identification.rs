//! Identification (TS 24.301 5.4.4), and where a request goes once it is known whose it is said to be.

use pumice_model::identity::Imsi;
use pumice_wire::nas::{
    EmmCause, EmmMessage, IdentityRequest, IdentityResponse, IdentityType, MobileIdentity, Plain, encode,
};

use super::state::{Attempt, AwaitIdentity, Protection, Purpose, Repeat};
use crate::Core;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::timers::Timer;

/// How often a message is sent again before the fifth expiry ends its procedure (TS 24.301 10.2).
pub(super) const REPEATS: u8 = 4;

impl Core {
    /// Goes on with a request: to the services it asks for if it is proven, to authentication if it says who it is, and to
    /// identification otherwise.
    pub(super) fn identify(&mut self, key: ConnectionKey, attempt: Attempt) {
        let Some(imsi) = attempt.imsi else { return self.ask_identity(key, attempt) };
        if let Some(cause) = self.refusal_of(imsi) {
            return self.turn_away(key, &attempt, imsi, cause);
        }
        let proven = self.proven(key) == Some(imsi) && attempt.unprotected.is_none();
        let usable = self
            .phones
            .of(imsi)
            .is_some_and(|phone| !phone.security.must_renew() && phone.capability == attempt.capability);
        match (proven && usable, attempt.purpose) {
            (true, Purpose::Attach(attach)) => self.continue_attach(key, attach),
            (true, Purpose::Service) => self.serve(key),
            (true, Purpose::Tau(tau)) => self.accept_tau(key, &tau),
            (false, purpose) => self.authenticate(key, Attempt { purpose, ..attempt }),
        }
    }

    /// A phone whose subscriber was removed while it was being proven leaves nothing behind.
    fn turn_away(&mut self, key: ConnectionKey, attempt: &Attempt, imsi: Imsi, cause: EmmCause) {
        let proven = self.proven(key) == Some(imsi);
        self.refuse(key, attempt, cause);
        if proven && self.hss.subscriber(imsi).is_none() {
            self.forget_phone(imsi);
        }
    }

    /// T3470 begins.
    pub(super) fn ask_identity(&mut self, key: ConnectionKey, attempt: Attempt) {
        let request = IdentityRequest { identity_type: IdentityType::Imsi };
        let plain = encode(&Plain::Emm(EmmMessage::IdentityRequest(request)));
        let repeat = Repeat { plain, protection: Protection::AsConnection, left: REPEATS };
        self.expect(key, self.config.timers.t3470, repeat, |repeat| {
            EmmState::AwaitIdentity(Box::new(AwaitIdentity { attempt, repeat }))
        });
    }

    pub(super) fn on_identity_response(&mut self, key: ConnectionKey, response: &IdentityResponse) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match core::mem::take(&mut connection.emm) {
            EmmState::AwaitIdentity(state) => {
                self.timers.stop(Timer::NasRetransmission(key));
                match response.identity {
                    MobileIdentity::Imsi(imsi) => {
                        // Who it is, is what it says now; what its GUTI was is of no account any more.
                        self.identify(key, Attempt { imsi: Some(imsi), guti: None, ..state.attempt });
                    }
                    MobileIdentity::Imei(_)
                    | MobileIdentity::Imeisv(_)
                    | MobileIdentity::Tmsi(_)
                    | MobileIdentity::None => {
                        self.refuse(key, &state.attempt, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED);
                    }
                }
            }
            other => self.unexpected(key, other),
        }
    }

    /// Sends a message and waits for its answer.
    pub(super) fn expect(
        &mut self,
        key: ConnectionKey,
        timer: core::time::Duration,
        repeat: Repeat,
        state: impl FnOnce(Repeat) -> EmmState,
    ) {
        let (plain, protection) = (repeat.plain.clone(), repeat.protection);
        let Some(connection) = self.connections.of_mut(key) else { return };
        connection.emm = state(repeat);
        self.timers.start(Timer::NasRetransmission(key), self.now + timer);
        self.send_nas_octets(key, &plain, protection);
    }

    /// A message that the state does not expect: the state stays, the phone is told if it would believe it (7.4).
    pub(super) fn unexpected(&mut self, key: ConnectionKey, state: EmmState) {
        self.count(Counter::NasUnexpected);
        if let Some(connection) = self.connections.of_mut(key) {
            connection.emm = state;
        }
        self.send_emm_status(key, EmmCause::MESSAGE_TYPE_NOT_COMPATIBLE);
    }
}
