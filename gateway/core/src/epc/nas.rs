//! NAS from phones: the envelope is opened, what may not come without protection is dropped (TS 24.301 4.4.4.3), and the rest
//! goes to its procedure.

use pumice_model::identity::Imsi;
use pumice_wire::nas::{
    EmmCause, EmmMessage, EpsMobileIdentity, NasFault, NasKsi, Outer, Plain, SecurityHeader, decode, open,
};
use pumice_wire::s1ap::{Cause, InitialUeMessage, Message, UeContextReleaseCommand, UplinkNasTransport};

use crate::Core;
use crate::connection::{Connection, ConnectionKey, S1State};
use crate::counters::Counter;
use crate::epc::EmmState;
use crate::io::AssociationId;

/// A message whose protection has been looked at.
#[derive(Debug)]
pub(super) struct Received<'a> {
    /// The plain message.
    pub(super) plain: &'a [u8],
    /// Whether its protection was verified.
    pub(super) verified: bool,
}

/// The protection of an initial message, which names by its contents who can verify it.
#[derive(Debug, Clone, Copy)]
struct Claimed<'a> {
    header: SecurityHeader,
    mac: u32,
    sequence: u8,
    covered: &'a [u8],
}

impl Core {
    pub(super) fn on_initial_ue_message(
        &mut self,
        association: AssociationId,
        message: &InitialUeMessage<'_>,
    ) {
        if let Some(before) = self.connections.by_enb(association, message.enb_ue) {
            // The cell uses the identity anew: what had it is gone.
            self.lose_connection(before);
        }
        let key = self.draw_connection_key();
        if self.connections.is_full()
            && let Some(oldest) = self.connections.oldest_unproven()
        {
            // Who has not proven anything yet makes room: phones without a SIM must not keep others out.
            self.publish_full("connections");
            self.release(oldest, Cause::CONTROL_PROCESSING_OVERLOAD);
            self.lose_connection(oldest);
        }
        if self.connections.is_full() {
            self.publish_full("connections");
            let refusal = UeContextReleaseCommand {
                mme_ue: key.0,
                enb_ue: Some(message.enb_ue),
                cause: Cause::CONTROL_PROCESSING_OVERLOAD,
            };
            let stream = self.cells.of_mut(association).map_or(1, crate::cells::Association::draw_stream);
            return self.send_s1ap(association, stream, &Message::UeContextReleaseCommand(refusal));
        }
        let Some(stream) = self.cells.of_mut(association).map(crate::cells::Association::draw_stream) else {
            return;
        };
        self.connections.insert(
            key,
            Connection {
                association,
                enb_ue: message.enb_ue,
                stream,
                tai: message.tai,
                ecgi: message.ecgi,
                s_tmsi: message.s_tmsi,
                began: self.now,
                s1: S1State::Signalling,
                emm: EmmState::Quiet,
                phone: None,
                secured: false,
            },
        );
        self.count(Counter::NasReceived);
        self.on_initial_nas(key, message.nas);
        self.release_if_nothing_came_of_it(key);
    }

    pub(super) fn on_uplink_nas_transport(&mut self, key: ConnectionKey, message: &UplinkNasTransport<'_>) {
        self.count(Counter::NasReceived);
        let Some(connection) = self.connections.of_mut(key) else { return };
        if connection.s1 == S1State::Releasing {
            return self.count(Counter::NasUnexpected);
        }
        connection.tai = message.tai.unwrap_or(connection.tai);
        connection.ecgi = message.ecgi.or(connection.ecgi);
        let Ok(outer) = open(message.nas) else { return self.count(Counter::NasFaults) };
        match outer {
            Outer::Plain(plain) => self.on_nas(key, &Received { plain, verified: false }),
            Outer::Protected { header, mac, sequence, covered } => {
                self.on_protected(key, Claimed { header, mac, sequence, covered });
            }
            // It is an initial message: a phone that has a connection does not send it.
            Outer::ServiceRequest { .. } => self.count(Counter::NasUnexpected),
        }
    }

    fn draw_connection_key(&mut self) -> ConnectionKey {
        loop {
            let key = ConnectionKey(self.choices.mme_ue.mme_ue());
            // Ends: there are far fewer connections than identities.
            if self.connections.of(key).is_none() {
                return key;
            }
        }
    }

    fn on_initial_nas(&mut self, key: ConnectionKey, octets: &[u8]) {
        match open(octets) {
            Err(_) => self.count(Counter::NasFaults),
            Ok(Outer::ServiceRequest { ksi, sequence, short_mac, covered }) => {
                self.on_service_request(key, ksi, sequence, short_mac, covered);
            }
            Ok(Outer::Plain(plain)) => self.on_initial_message(key, plain, None),
            Ok(Outer::Protected { header, .. }) if header.is_ciphered() => {
                self.count(Counter::NasIntegrityFailed)
            }
            Ok(Outer::Protected { header, mac, sequence, covered }) => {
                let plain = covered.get(1..).unwrap_or_default();
                self.on_initial_message(key, plain, Some(Claimed { header, mac, sequence, covered }));
            }
        }
    }

    /// An initial message tells who it is from; if it is protected, that phone's context must verify it.
    fn on_initial_message(&mut self, key: ConnectionKey, plain: &[u8], claimed: Option<Claimed<'_>>) {
        let claim = match decode(plain) {
            Ok(Plain::Emm(message)) => claim_of(&message),
            Ok(Plain::Esm(_)) => return self.count(Counter::NasUnexpected),
            Err(_) => return self.count(Counter::NasFaults),
        };
        let by_name = claim.and_then(|(identity, ksi)| Some((self.phone_named(key, identity)?, ksi)));
        let verified = match (claimed, by_name) {
            (Some(claimed), Some((imsi, ksi))) => self.verify_claim(key, imsi, ksi, claimed),
            (Some(_) | None, _) => false,
        };
        if claimed.is_some() && !verified {
            self.count(Counter::NasIntegrityFailed);
        }
        self.on_nas(key, &Received { plain, verified });
    }

    /// The phone that a message names, by GUTI or, in an extended service request, by the S-TMSI that the cell was told.
    fn phone_named(&self, key: ConnectionKey, identity: Option<EpsMobileIdentity>) -> Option<Imsi> {
        match identity {
            Some(EpsMobileIdentity::Guti(guti)) => self.phones.by_guti(guti),
            Some(EpsMobileIdentity::Imsi(imsi)) => self.phones.of(imsi).map(|phone| phone.imsi),
            Some(EpsMobileIdentity::Imei(_)) => None,
            None => {
                let s_tmsi = self.connections.of(key)?.s_tmsi?;
                self.phones.by_m_tmsi(s_tmsi.m_tmsi).filter(|_| s_tmsi.code == self.config.mme_code)
            }
        }
    }

    fn verify_claim(&mut self, key: ConnectionKey, imsi: Imsi, ksi: NasKsi, claimed: Claimed<'_>) -> bool {
        let Some(phone) = self.phones.of_mut(imsi) else { return false };
        let named = !ksi.mapped && ksi.value == phone.security.ksi();
        let Claimed { header, mac, sequence, covered } = claimed;
        if !named || phone.security.open(header, mac, sequence, covered).is_none() {
            return false;
        }
        phone.security.take_key_count();
        self.adopt(key, imsi)
    }

    fn on_protected(&mut self, key: ConnectionKey, claimed: Claimed<'_>) {
        let Claimed { header, mac, sequence, covered } = claimed;
        let Some(connection) = self.connections.of_mut(key) else { return };
        let candidate = match &mut connection.emm {
            EmmState::AwaitSecurityMode(state) => state.candidate.open(header, mac, sequence, covered),
            EmmState::Quiet
            | EmmState::AwaitIdentity(_)
            | EmmState::AwaitAuthentication(_)
            | EmmState::AwaitEsmInformation(_)
            | EmmState::AwaitAttachComplete(_)
            | EmmState::AwaitDetachAccept(_)
            | EmmState::Registered => None,
        };
        let phone = connection.phone.filter(|_| connection.secured);
        if let Some(opened) = candidate {
            return self.on_candidate(key, &opened.message);
        }
        let opened =
            phone.and_then(|phone| self.phones.of_mut(phone)?.security.open(header, mac, sequence, covered));
        match opened {
            Some(opened) => self.on_nas(key, &Received { plain: &opened.message, verified: true }),
            // A phone that has a context which is not known here protects by it what it may also send without (4.4.4.3).
            None if phone.is_none() && !header.is_ciphered() => {
                let plain = covered.get(1..).unwrap_or_default();
                self.on_nas(key, &Received { plain, verified: false });
            }
            None => self.count(Counter::NasIntegrityFailed),
        }
    }

    /// A message under the context that a security mode command takes into use. Its completion comes first (5.4.3.3): what comes
    /// before is answered by nothing that the phone could read, and the command is sent again.
    fn on_candidate(&mut self, key: ConnectionKey, plain: &[u8]) {
        match decode(plain) {
            Ok(Plain::Emm(EmmMessage::SecurityModeComplete(message))) => {
                self.on_security_mode_complete(key, message)
            }
            Ok(_) => self.count(Counter::NasUnexpected),
            Err(_) => self.count(Counter::NasFaults),
        }
    }

    /// A message that is plain by now, to its procedure.
    fn on_nas(&mut self, key: ConnectionKey, received: &Received<'_>) {
        let secured = self.connections.of(key).is_some_and(|connection| connection.secured);
        let decoded = match decode(received.plain) {
            Ok(decoded) => decoded,
            Err(fault) => return self.on_nas_fault(key, received, fault),
        };
        if !received.verified && (secured || !may_come_unprotected(&decoded)) {
            return self.count(Counter::NasIntegrityFailed);
        }
        match decoded {
            Plain::Emm(message) => self.on_emm(key, message, received),
            Plain::Esm(message) => self.on_esm(key, &message),
        }
    }

    fn on_emm(&mut self, key: ConnectionKey, message: EmmMessage<'_>, received: &Received<'_>) {
        match message {
            EmmMessage::AttachComplete(message) => self.on_attach_complete(key, &message),
            EmmMessage::AttachRequest(message) => self.on_attach_request(key, &message, received),
            EmmMessage::AuthenticationFailure(message) => self.on_authentication_failure(key, &message),
            EmmMessage::AuthenticationResponse(message) => self.on_authentication_response(key, &message),
            EmmMessage::DetachAccept => self.on_detach_accept(key),
            EmmMessage::DetachRequestFromUe(message) => self.on_detach_request(key, &message, received),
            EmmMessage::EmmStatus(_) => self.count(Counter::NasUnexpected),
            EmmMessage::ExtendedServiceRequest(message) => {
                self.on_extended_service_request(key, &message, received)
            }
            EmmMessage::IdentityResponse(message) => self.on_identity_response(key, &message),
            EmmMessage::SecurityModeComplete(message) => self.on_security_mode_complete(key, message),
            EmmMessage::SecurityModeReject(message) => self.on_security_mode_reject(key, &message),
            EmmMessage::TrackingAreaUpdateRequest(message) => self.on_tau_request(key, &message, received),
            // Nobody asked for them: no GUTI is given outside of an attach, and SMS has a room of its own to come.
            EmmMessage::GutiReallocationComplete
            | EmmMessage::TrackingAreaUpdateComplete
            | EmmMessage::UplinkNasTransport(_) => {
                self.count(Counter::NasUnexpected);
                self.send_emm_status(key, EmmCause::MESSAGE_NOT_COMPATIBLE);
            }
            EmmMessage::AttachAccept(_)
            | EmmMessage::AttachReject(_)
            | EmmMessage::AuthenticationReject
            | EmmMessage::AuthenticationRequest(_)
            | EmmMessage::DetachRequestToUe(_)
            | EmmMessage::DownlinkNasTransport(_)
            | EmmMessage::EmmInformation(_)
            | EmmMessage::GutiReallocationCommand(_)
            | EmmMessage::IdentityRequest(_)
            | EmmMessage::SecurityModeCommand(_)
            | EmmMessage::ServiceReject(_)
            | EmmMessage::TrackingAreaUpdateAccept(_)
            | EmmMessage::TrackingAreaUpdateReject(_) => {
                self.count(Counter::NasUnexpected);
                self.send_emm_status(key, EmmCause::MESSAGE_TYPE_NON_EXISTENT);
            }
        }
    }

    fn on_nas_fault(&mut self, key: ConnectionKey, received: &Received<'_>, fault: NasFault) {
        self.count(Counter::NasFaults);
        if !received.verified {
            return;
        }
        match fault.esm {
            Some(ids) => {
                if let Some(cause) = fault.kind.esm_cause() {
                    self.refuse_faulty_esm(key, ids, fault.message_type, cause);
                }
            }
            None => {
                if let Some(cause) = fault.kind.emm_cause() {
                    self.send_emm_status(key, cause);
                }
            }
        }
    }

    /// A connection on which nothing is expected and nobody is registered serves nobody.
    fn release_if_nothing_came_of_it(&mut self, key: ConnectionKey) {
        let idle = |connection: &Connection| {
            matches!(connection.emm, EmmState::Quiet) && connection.s1 == S1State::Signalling
        };
        if self.connections.of(key).is_some_and(idle) {
            self.release(key, Cause::NAS_UNSPECIFIED);
        }
    }

    /// The phone is proven to be on this connection; if it was on another, that one is over. `false`: with it went the phone,
    /// which the operator has removed.
    pub(super) fn adopt(&mut self, key: ConnectionKey, imsi: Imsi) -> bool {
        let before = self.phones.of(imsi).and_then(|phone| phone.connection).filter(|before| *before != key);
        if let Some(before) = before {
            self.release(before, Cause::NAS_NORMAL_RELEASE);
        }
        // A device may prove two SIMs on one connection: the last one counts.
        let other = self.connections.of(key).and_then(|connection| connection.phone).filter(|it| *it != imsi);
        if let Some(other) = other {
            self.phone_goes_idle(other, key);
        }
        let Some(connection) = self.connections.of_mut(key) else { return false };
        let Some(phone) = self.phones.of_mut(imsi) else { return false };
        connection.phone = Some(imsi);
        connection.secured = true;
        phone.connection = Some(key);
        phone.heard = self.now;
        phone.tai = connection.tai;
        phone.ecgi = connection.ecgi.or(phone.ecgi);
        self.stop_calling(imsi);
        true
    }
}

/// Who an initial message says that it is from, and by which key set; an extended service request says only the latter.
fn claim_of(message: &EmmMessage<'_>) -> Option<(Option<EpsMobileIdentity>, NasKsi)> {
    match message {
        EmmMessage::AttachRequest(message) => Some((Some(message.identity), message.ksi)),
        EmmMessage::TrackingAreaUpdateRequest(message) => Some((Some(message.old_guti), message.ksi)),
        EmmMessage::DetachRequestFromUe(message) => Some((Some(message.identity), message.ksi)),
        EmmMessage::ExtendedServiceRequest(message) => Some((None, message.ksi)),
        EmmMessage::AttachAccept(_)
        | EmmMessage::AttachComplete(_)
        | EmmMessage::AttachReject(_)
        | EmmMessage::AuthenticationFailure(_)
        | EmmMessage::AuthenticationReject
        | EmmMessage::AuthenticationRequest(_)
        | EmmMessage::AuthenticationResponse(_)
        | EmmMessage::DetachAccept
        | EmmMessage::DetachRequestToUe(_)
        | EmmMessage::DownlinkNasTransport(_)
        | EmmMessage::EmmInformation(_)
        | EmmMessage::EmmStatus(_)
        | EmmMessage::GutiReallocationCommand(_)
        | EmmMessage::GutiReallocationComplete
        | EmmMessage::IdentityRequest(_)
        | EmmMessage::IdentityResponse(_)
        | EmmMessage::SecurityModeCommand(_)
        | EmmMessage::SecurityModeComplete(_)
        | EmmMessage::SecurityModeReject(_)
        | EmmMessage::ServiceReject(_)
        | EmmMessage::TrackingAreaUpdateAccept(_)
        | EmmMessage::TrackingAreaUpdateComplete
        | EmmMessage::TrackingAreaUpdateReject(_)
        | EmmMessage::UplinkNasTransport(_) => None,
    }
}

/// What is handled although its protection is missing or cannot be verified (TS 24.301 4.4.4.3), as long as the connection is
/// not secured. Each of these changes nothing of any phone before somebody is authenticated.
fn may_come_unprotected(message: &Plain<'_>) -> bool {
    let Plain::Emm(message) = message else { return false };
    matches!(
        message,
        EmmMessage::AttachRequest(_)
            | EmmMessage::AuthenticationFailure(_)
            | EmmMessage::AuthenticationResponse(_)
            | EmmMessage::DetachAccept
            | EmmMessage::DetachRequestFromUe(_)
            | EmmMessage::ExtendedServiceRequest(_)
            | EmmMessage::IdentityResponse(_)
            | EmmMessage::SecurityModeReject(_)
            | EmmMessage::TrackingAreaUpdateRequest(_)
    )
}
