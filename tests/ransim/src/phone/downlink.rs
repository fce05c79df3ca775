//! What a phone makes of NAS messages from the network (TS 24.301 4.4.4.2, 7).

use pumice_wire::nas::{
    self, EmmCause, EmmMessage, EmmStatus, EsmBody, EsmMessage, IdentityType, MobileIdentity, Outer, Plain,
    SecurityHeader,
};

use super::{Discard, KEPT, NasAction, Phone, PhoneEventKind, PhoneOutput, Received, rules};
use crate::crypto::Direction;
use crate::security::SecurityFault;

impl Phone {
    pub(super) fn receive(&mut self, octets: &[u8], out: &mut Vec<PhoneOutput>) {
        if self.scripted {
            self.receive_scripted(octets);
            return;
        }
        let Ok(outer) = nas::open(octets) else { return self.discard(Discard::Undecodable) };
        match outer {
            Outer::Plain(plain) if self.secure_exchange || !is_accepted_plain(plain) => {
                self.discard(Discard::NotProtected);
            }
            Outer::Plain(plain) => self.dispatch(plain, false, out),
            Outer::Protected { header: SecurityHeader::NewContext, .. } => {
                self.receive_new_context(&outer, out)
            }
            Outer::Protected { .. } => match self.unprotect(&outer) {
                Ok(plain) => {
                    self.secure_exchange = true;
                    self.dispatch(&plain, true, out);
                }
                Err(why) => self.discard(why),
            },
            Outer::ServiceRequest { .. } => self.discard(Discard::Undecodable),
        }
    }

    fn unprotect(&mut self, outer: &Outer<'_>) -> Result<Vec<u8>, Discard> {
        let security = self.security.as_mut().ok_or(Discard::WrongMac)?;
        security.unprotect(outer).map_err(discard_of)
    }

    fn receive_scripted(&mut self, octets: &[u8]) {
        let outer = nas::open(octets).ok();
        let plain = match outer {
            Some(Outer::Plain(plain)) => Some(plain.to_vec()),
            // A security mode command is never ciphered: the script makes the context.
            Some(Outer::Protected { header: SecurityHeader::NewContext, covered, .. }) => {
                Some(covered.iter().skip(1).copied().collect())
            }
            Some(outer) => self.unprotect(&outer).ok(),
            None => None,
        };
        if self.inbox.len() >= KEPT {
            self.inbox.pop_front();
        }
        self.inbox.push_back(Received { octets: octets.to_vec(), plain });
    }

    /// A plain message that has passed security.
    fn dispatch(&mut self, plain: &[u8], protected: bool, out: &mut Vec<PhoneOutput>) {
        let message = match nas::decode(plain) {
            Ok(message) => message,
            Err(fault) => return self.answer_fault(fault, protected, out),
        };
        if !self.admits(message.name(), protected) {
            return;
        }
        match message {
            Plain::Emm(message) => self.dispatch_emm(message, protected, out),
            Plain::Esm(message) => self.dispatch_esm(message, out),
        }
    }

    /// Logs a message, unless a rule hides it.
    pub(super) fn admits(&mut self, name: &'static str, protected: bool) -> bool {
        if rules::action(&mut self.rules, Direction::Downlink, name) == Some(NasAction::Ignore) {
            self.discard(Discard::Rule);
            return false;
        }
        self.event(PhoneEventKind::Message { direction: Direction::Downlink, name, protected });
        true
    }

    fn answer_fault(&mut self, fault: nas::NasFault, protected: bool, out: &mut Vec<PhoneOutput>) {
        self.discard(Discard::Undecodable);
        if !protected {
            return;
        }
        match (fault.esm, fault.kind.emm_cause(), fault.kind.esm_cause()) {
            (Some((ebi, pti)), _, Some(cause)) => {
                self.send_esm(EsmMessage { ebi, pti, body: EsmBody::EsmStatus { cause } }, out);
            }
            (None, Some(cause), _) => self.send_emm(EmmMessage::EmmStatus(EmmStatus { cause }), out),
            _ => {}
        }
    }

    fn dispatch_emm(&mut self, message: EmmMessage<'_>, protected: bool, out: &mut Vec<PhoneOutput>) {
        match message {
            EmmMessage::AttachAccept(accept) => self.attach_accepted(&accept, out),
            EmmMessage::AttachReject(reject) => self.attach_rejected(&reject, protected, out),
            EmmMessage::AuthenticationReject => self.authentication_rejected(),
            EmmMessage::AuthenticationRequest(request) => self.challenged(&request, out),
            EmmMessage::DetachAccept => self.detach_accepted(),
            EmmMessage::DetachRequestToUe(request) => self.detach_ordered(&request, out),
            EmmMessage::DownlinkNasTransport(container) => {
                if self.containers.len() >= KEPT {
                    self.containers.pop_front();
                }
                self.containers.push_back(container.contents);
            }
            EmmMessage::EmmInformation(information) => self.information = Some(information),
            EmmMessage::EmmStatus(status) => self.causes.status = Some(status.cause.0),
            EmmMessage::GutiReallocationCommand(command) => {
                self.take_identity(Some(command.guti), command.tais.as_ref());
                self.send_emm(EmmMessage::GutiReallocationComplete, out);
            }
            EmmMessage::IdentityRequest(request) => self.identify(request.identity_type, protected, out),
            EmmMessage::ServiceReject(reject) => self.service_rejected(&reject, protected, out),
            EmmMessage::TrackingAreaUpdateAccept(accept) => self.update_accepted(&accept, out),
            EmmMessage::TrackingAreaUpdateReject(reject) => self.update_rejected(&reject, protected, out),
            // A security mode command under the wrong header, and what only a phone may say.
            _ => {
                self.discard(Discard::Unexpected);
                if protected {
                    let cause = EmmCause::MESSAGE_TYPE_NOT_COMPATIBLE;
                    self.send_emm(EmmMessage::EmmStatus(EmmStatus { cause }), out);
                }
            }
        }
    }

    /// Without protection only the IMSI is said (TS 24.301 4.4.4.2).
    fn identify(&mut self, wanted: IdentityType, protected: bool, out: &mut Vec<PhoneOutput>) {
        let identity = match wanted {
            IdentityType::Imsi => MobileIdentity::Imsi(self.config.sim.imsi),
            _ if !protected => return self.discard(Discard::NotProtected),
            IdentityType::Imei => MobileIdentity::Imei(self.config.imei),
            IdentityType::Imeisv => MobileIdentity::Imeisv(self.config.imeisv),
            IdentityType::Tmsi => {
                self.guti.map_or(MobileIdentity::None, |guti| MobileIdentity::Tmsi(guti.m_tmsi.0))
            }
        };
        self.send_emm(EmmMessage::IdentityResponse(nas::IdentityResponse { identity }), out);
    }
}

pub(super) fn discard_of(fault: SecurityFault) -> Discard {
    match fault {
        SecurityFault::Mac { .. } => Discard::WrongMac,
        SecurityFault::NotProtected => Discard::NotProtected,
        SecurityFault::Replay { .. } => Discard::Replay,
    }
}

/// What a phone takes without protection before security is set up (TS 24.301 4.4.4.2).
fn is_accepted_plain(plain: &[u8]) -> bool {
    matches!(
        nas::decode(plain),
        Ok(Plain::Emm(
            EmmMessage::IdentityRequest(_)
                | EmmMessage::AuthenticationRequest(_)
                | EmmMessage::AuthenticationReject
                | EmmMessage::AttachReject(_)
                | EmmMessage::DetachAccept
                | EmmMessage::TrackingAreaUpdateReject(_)
                | EmmMessage::ServiceReject(_)
        ))
    )
}
