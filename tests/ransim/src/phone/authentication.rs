//! Authentication (TS 24.301 5.4.2).

use pumice_wire::nas::{
    AuthenticationFailure, AuthenticationRequest, AuthenticationResponse, EmmCause, EmmMessage,
};

use super::{Deregistered, EmmState, NasAction, Phone, PhoneEventKind, PhoneOutput, PhoneTimer};
use crate::crypto::{self, Direction};
use crate::sim::Authentication;

/// A challenge that the SIM has accepted: its key waits for a security mode command.
#[derive(Debug, Clone)]
pub(super) struct Authenticated {
    pub(super) ksi: u8,
    pub(super) k_asme: [u8; 32],
    /// RAND and RES, as long as the same challenge may come again (T3416).
    pub(super) answered: Option<([u8; 16], [u8; 8])>,
}

/// Failures in a row after which the network is taken for a false one (TS 24.301 5.4.2.7).
const FAILURES: u8 = 3;
/// The codec's name of the message that carries RES.
const RESPONSE: &str = "Authentication response";

impl Phone {
    pub(super) fn challenged(&mut self, request: &AuthenticationRequest, out: &mut Vec<PhoneOutput>) {
        // The same challenge again is answered again without the SIM (5.4.2.3).
        let answered = self.authenticated.as_ref().and_then(|known| known.answered);
        if let Some((_, res)) = answered.filter(|(rand, _)| *rand == request.rand) {
            return self.respond(res, out);
        }
        let Some(cell) = self.cell else { return };
        match self.usim.authenticate(&request.rand, &request.autn) {
            Authentication::Accepted(vector) => {
                let k_asme = crypto::k_asme(&vector.ck, &vector.ik, cell.plmn, vector.sqn_xor_ak);
                let res = vector.res;
                let answered = Some((request.rand, res));
                self.authenticated = Some(Authenticated { ksi: request.ksi.value, k_asme, answered });
                self.authentication_failures = 0;
                self.timers.stop(PhoneTimer::T3418);
                self.timers.stop(PhoneTimer::T3420);
                self.start(PhoneTimer::T3416);
                self.restart_procedure_timer();
                self.respond(res, out);
            }
            Authentication::MacFailure => self.refuse(EmmCause::MAC_FAILURE, None, PhoneTimer::T3418, out),
            Authentication::NotForEps => {
                self.refuse(EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE, None, PhoneTimer::T3418, out);
            }
            Authentication::SynchFailure { auts } => {
                self.refuse(EmmCause::SYNCH_FAILURE, Some(auts), PhoneTimer::T3420, out);
            }
        }
    }

    fn respond(&mut self, res: [u8; 8], out: &mut Vec<PhoneOutput>) {
        let mut res = heapless::Vec::from_slice(&res).unwrap_or_default();
        if self
            .rules
            .iter_mut()
            .any(|rule| rule.action == NasAction::WrongRes && rule.hit(Direction::Uplink, RESPONSE))
        {
            res.iter_mut().for_each(|octet| *octet ^= 0xff);
        }
        self.send_emm(EmmMessage::AuthenticationResponse(AuthenticationResponse { res }), out);
    }

    fn refuse(
        &mut self,
        cause: EmmCause,
        auts: Option<[u8; 14]>,
        timer: PhoneTimer,
        out: &mut Vec<PhoneOutput>,
    ) {
        self.authentication_failures += 1;
        // The guard of the procedure stops until the network has proved itself (5.4.2.6).
        [PhoneTimer::T3410, PhoneTimer::T3417, PhoneTimer::T3421, PhoneTimer::T3430]
            .into_iter()
            .for_each(|guard| self.timers.stop(guard));
        self.send_emm(EmmMessage::AuthenticationFailure(AuthenticationFailure { cause, auts }), out);
        if self.authentication_failures >= FAILURES {
            return self.network_not_authentic(out);
        }
        self.start(timer);
    }

    fn restart_procedure_timer(&mut self) {
        let guard = match self.emm {
            EmmState::RegisteredInitiated => PhoneTimer::T3410,
            EmmState::ServiceRequestInitiated => PhoneTimer::T3417,
            EmmState::DeregisteredInitiated => PhoneTimer::T3421,
            EmmState::TrackingAreaUpdatingInitiated => PhoneTimer::T3430,
            _ => return,
        };
        if self.timers.end(guard).is_none() {
            self.start(guard);
        }
    }

    /// T3416 is over, or the connection: RAND and RES are forgotten, the key is not.
    pub(super) fn forget_challenge(&mut self) {
        self.timers.stop(PhoneTimer::T3416);
        if let Some(authenticated) = &mut self.authenticated {
            authenticated.answered = None;
        }
    }

    /// The network is taken for a false one: the phone leaves the cell (5.4.2.7 f, TS 36.304 5.3.1).
    pub(super) fn network_not_authentic(&mut self, out: &mut Vec<PhoneOutput>) {
        self.event(PhoneEventKind::NetworkNotAuthentic);
        self.authentication_failures = 0;
        self.leave(out);
    }

    /// 5.4.2.5: the SIM is of no use until the phone is switched off.
    pub(super) fn authentication_rejected(&mut self) {
        self.timers.stop_all();
        self.sim_state.invalid_for_eps = true;
        self.sim_state.invalid_for_non_eps = true;
        self.forget_registration();
        self.drop_bearers();
        self.authenticated = None;
        self.emm = EmmState::Deregistered(Deregistered::NoImsi);
        self.start(PhoneTimer::T3440);
    }
}
