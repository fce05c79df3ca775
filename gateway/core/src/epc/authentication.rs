//! Authentication (TS 24.301 5.4.2) by EPS AKA.

use oxirush_security::milenage::Res;
use pumice_model::change::Change;
use pumice_model::event::{AuthenticationFailure as Failure, Event};
use pumice_model::identity::Imsi;
use pumice_model::query::StoreHealth;
use pumice_wire::nas::{
    AuthenticationFailure, AuthenticationRequest, AuthenticationResponse, EmmCause, EmmMessage, NasKsi,
    Plain, encode,
};
use pumice_wire::s1ap::Cause;

use super::identification::REPEATS;
use super::state::{Attempt, AwaitAuthentication, Protection, Repeat};
use crate::Core;
use crate::ceiling::Raise;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::hss::{self, Vector};
use crate::timers::Timer;

impl Core {
    /// T3460 begins. The phone's context, if it has one, is not touched before it has answered rightly.
    pub(super) fn authenticate(&mut self, key: ConnectionKey, attempt: Attempt) {
        let Some(imsi) = attempt.imsi else { return self.ask_identity(key, attempt) };
        if !self.phones.has_room_for(imsi) {
            self.publish_full("phones");
            return self.refuse(key, &attempt, EmmCause::CONGESTION);
        }
        self.challenge(key, attempt, imsi, false);
    }

    fn challenge(&mut self, key: ConnectionKey, attempt: Attempt, imsi: Imsi, resynchronised: bool) {
        let Some(vector) = self.draw_vector(imsi) else {
            let cause = self.own_refusal();
            return self.refuse(key, &attempt, cause);
        };
        self.count(Counter::AuthenticationSent);
        let here = self.phones.of(imsi).map(|phone| phone.security.ksi());
        let ksi = self.choices.ksi.ksi(attempt.ksi, here);
        let request =
            AuthenticationRequest { ksi: NasKsi::native(ksi), rand: vector.rand, autn: vector.autn };
        let plain = encode(&Plain::Emm(EmmMessage::AuthenticationRequest(request)));
        let repeat = Repeat { plain, protection: Protection::AsConnection, left: REPEATS };
        self.expect(key, self.config.timers.t3460, repeat, |repeat| {
            EmmState::AwaitAuthentication(Box::new(AwaitAuthentication {
                attempt,
                vector,
                ksi,
                resynchronised,
                repeat,
            }))
        });
    }

    fn draw_vector(&mut self, imsi: Imsi) -> Option<Vector> {
        let plmn = self.config.plmn;
        let (vector, raise) = self.hss.draw(imsi, plmn, &mut self.choices, self.durable_through)?;
        match raise {
            Raise::None => {}
            Raise::Ahead(ceiling) => self.raise_seq(ceiling, false),
            Raise::Now(ceiling) => {
                if self.store != StoreHealth::Good {
                    self.count(Counter::SqnOverdrawn);
                }
                self.raise_seq(ceiling, true);
            }
        }
        Some(vector)
    }

    pub(super) fn on_authentication_response(
        &mut self,
        key: ConnectionKey,
        response: &AuthenticationResponse,
    ) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match core::mem::take(&mut connection.emm) {
            EmmState::AwaitAuthentication(state) => {
                self.timers.stop(Timer::NasRetransmission(key));
                let accepted =
                    Res::from_slice(&response.res).is_ok_and(|res| state.vector.xres.accepts(&res));
                match (accepted, state.attempt.imsi) {
                    (true, Some(imsi)) => self.command_security_mode(key, *state, imsi),
                    (true, None) | (false, _) => self.on_wrong_response(key, *state),
                }
            }
            other => self.unexpected(key, other),
        }
    }

    /// 5.4.2.5: a phone that came with a GUTI may have been taken for another, so it is asked for its IMSI; otherwise it is not
    /// who it says it is.
    fn on_wrong_response(&mut self, key: ConnectionKey, state: AwaitAuthentication) {
        self.authentication_failed(&state.attempt, Failure::WrongResponse);
        if state.attempt.guti.is_some() {
            return self.ask_identity(key, Attempt { imsi: None, guti: None, ..state.attempt });
        }
        self.send_nas(key, &Plain::Emm(EmmMessage::AuthenticationReject));
        self.release(key, Cause::NAS_AUTHENTICATION_FAILURE);
    }

    pub(super) fn on_authentication_failure(&mut self, key: ConnectionKey, failure: &AuthenticationFailure) {
        let Some(connection) = self.connections.of_mut(key) else { return };
        match core::mem::take(&mut connection.emm) {
            EmmState::AwaitAuthentication(state) => {
                self.timers.stop(Timer::NasRetransmission(key));
                match (failure.cause, failure.auts) {
                    (EmmCause::SYNCH_FAILURE, Some(auts)) if !state.resynchronised => {
                        self.resynchronise(key, *state, auts)
                    }
                    (EmmCause::SYNCH_FAILURE, _) => {
                        self.give_up(key, &state.attempt, Failure::ResynchronisationFailed)
                    }
                    (EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE, _) => {
                        self.on_not_accepted(key, *state, Failure::NonEps);
                    }
                    (_, _) => self.on_not_accepted(key, *state, Failure::MacFailure),
                }
            }
            other => self.unexpected(key, other),
        }
    }

    /// The SIM does not take the network for its own (5.4.2.7 c, d): it may be another SIM than its GUTI says. If not, our key
    /// is not its key, which is no fault of the SIM: it is refused like one that is not provisioned.
    fn on_not_accepted(&mut self, key: ConnectionKey, state: AwaitAuthentication, failure: Failure) {
        if state.attempt.guti.is_some() {
            self.authentication_failed(&state.attempt, failure);
            return self.ask_identity(key, Attempt { imsi: None, guti: None, ..state.attempt });
        }
        self.give_up(key, &state.attempt, failure);
    }

    fn give_up(&mut self, key: ConnectionKey, attempt: &Attempt, failure: Failure) {
        self.authentication_failed(attempt, failure);
        let cause = self.own_refusal();
        self.refuse(key, attempt, cause);
    }

    fn authentication_failed(&mut self, attempt: &Attempt, failure: Failure) {
        self.count(Counter::AuthenticationFailed);
        if let Some(imsi) = attempt.imsi {
            self.publish(Event::AuthenticationFailed { imsi, failure });
        }
    }

    /// 5.4.2.7 e: the SIM says which sequence numbers it has seen. What is learned of it is durable before the next challenge
    /// is sent, so that no number is drawn twice.
    fn resynchronise(&mut self, key: ConnectionKey, state: AwaitAuthentication, auts: [u8; 14]) {
        if state.attempt.imsi.is_some_and(|imsi| self.has_pending_order(imsi)) {
            // What is learned would be written over what the operator has ordered; the phone comes again.
            return self.release(key, Cause::NAS_UNSPECIFIED);
        }
        let sim = state.attempt.imsi.and_then(|imsi| {
            let subscriber = self.hss.subscriber(imsi)?;
            Some((imsi, hss::resynchronise(&subscriber.keys, state.vector.rand, auts)?))
        });
        let Some((imsi, sim)) = sim else {
            return self.give_up(key, &state.attempt, Failure::ResynchronisationFailed);
        };
        self.count(Counter::AuthenticationResynchronised);
        if let Some(subscriber) = self.hss.resynchronise(imsi, sim) {
            let change = Change::PutSubscriber(Box::new(subscriber.clone()));
            self.persist(change, true);
        }
        self.challenge(key, state.attempt, imsi, true);
    }
}
