//! What a phone says: the messages of a phone that behaves, the way to each state, and any octets.

use pumice_model::identity::{Ebi, Ecgi, Guti, STmsi, Teid};
use pumice_wire::nas::{
    self, AttachComplete, AttachRequest, AttachType, AuthenticationResponse, DetachRequestFromUe, EmmMessage,
    EpsMobileIdentity, EsmBody, EsmMessage, NasKsi, PdnConnectivityRequest, PdnType, Plain, RequestType,
    SecurityHeader, SecurityModeComplete, TrackingAreaUpdateRequest, UeNetworkCapability, UpdateType,
};
use pumice_wire::s1ap::{
    ErabSetUp, InitialContextSetupResponse, InitialUeMessage, Message, UeContextReleaseComplete,
    UplinkNasTransport,
};

use super::{Driver, Handset, Heard, Outcome, hear, tai};

/// The procedure transaction identity of an attach.
pub(crate) const PTI: u8 = 1;

impl Handset {
    /// Says octets of NAS: the first message of a connection.
    pub(crate) fn begin(&mut self, driver: &mut Driver, nas: &[u8]) -> Outcome {
        let before = driver.last_mme_ue();
        let message = self.initial(nas);
        self.released = false;
        let outcome = driver.say(self.association, self.stream, &Message::InitialUeMessage(message));
        if driver.last_mme_ue() != before {
            self.mme_ue = driver.last_mme_ue();
        }
        outcome
    }

    pub(crate) fn initial<'a>(&self, nas: &'a [u8]) -> InitialUeMessage<'a> {
        let s_tmsi: Option<STmsi> = self.guti.map(Guti::s_tmsi);
        InitialUeMessage {
            enb_ue: self.enb_ue,
            nas,
            tai: tai(),
            ecgi: Some(ecgi()),
            establishment_cause: 3,
            s_tmsi,
            gummei: None,
        }
    }

    /// Says octets of NAS on its connection.
    pub(crate) fn say(&self, driver: &mut Driver, nas: &[u8]) -> Outcome {
        let message = UplinkNasTransport {
            mme_ue: self.mme_ue,
            enb_ue: self.enb_ue,
            nas,
            ecgi: Some(ecgi()),
            tai: Some(tai()),
        };
        driver.say(self.association, self.stream, &Message::UplinkNasTransport(message))
    }

    /// Protects a message; plain, if the phone has no context.
    pub(crate) fn protect(&mut self, header: SecurityHeader, plain: &[u8]) -> Vec<u8> {
        match &mut self.security {
            Some(security) => security.protect(header, plain),
            None => plain.to_vec(),
        }
    }

    /// Says a message on a secured connection.
    pub(crate) fn tell(&mut self, driver: &mut Driver, message: &Plain<'_>) -> Vec<Heard> {
        let nas = self.protect(SecurityHeader::IntegrityProtectedAndCiphered, &nas::encode(message));
        let outcome = self.say(driver, &nas);
        hear(self, &outcome)
    }

    /// Begins a connection with a message that its context protects, if it has one.
    pub(crate) fn call(&mut self, driver: &mut Driver, message: &Plain<'_>) -> Vec<Heard> {
        let nas = self.protect(SecurityHeader::IntegrityProtected, &nas::encode(message));
        let outcome = self.begin(driver, &nas);
        hear(self, &outcome)
    }

    /// Begins a connection with a message in the clear.
    pub(crate) fn shout(&mut self, driver: &mut Driver, message: &Plain<'_>) -> Vec<Heard> {
        let outcome = self.begin(driver, &nas::encode(message));
        hear(self, &outcome)
    }

    pub(crate) fn identity(&self) -> EpsMobileIdentity {
        self.guti.map_or_else(|| EpsMobileIdentity::Imsi(self.imsi()), EpsMobileIdentity::Guti)
    }

    pub(crate) fn ksi(&self) -> NasKsi {
        self.security.as_ref().map_or(NasKsi::NONE, |security| NasKsi::native(security.ksi))
    }

    pub(crate) fn network_capability(&self) -> UeNetworkCapability {
        UeNetworkCapability(heapless::Vec::from_slice(&self.capability).expect("at most 13 octets"))
    }

    /// An attach request under this identity. With `secretive` the phone has an APN to say in secret.
    pub(crate) fn attach_request<'a>(&self, identity: EpsMobileIdentity, esm: &'a [u8]) -> AttachRequest<'a> {
        AttachRequest {
            attach_type: AttachType::Eps,
            ksi: self.ksi(),
            identity,
            capability: self.network_capability(),
            esm,
            last_visited_tai: Some(tai()),
            drx: None,
            ms_network_capability: None,
            additional_guti: None,
            additional_update_type: None,
            additional_security_capability: None,
        }
    }

    pub(crate) fn tau_request(&self, active: bool) -> TrackingAreaUpdateRequest {
        TrackingAreaUpdateRequest {
            update_type: UpdateType::Periodic,
            active,
            ksi: self.ksi(),
            old_guti: self.identity(),
            capability: None,
            last_visited_tai: Some(tai()),
            drx: None,
            radio_capability_update_needed: false,
            bearer_status: None,
            ms_network_capability: None,
            additional_update_type: None,
            additional_security_capability: None,
        }
    }

    pub(crate) fn detach_request(&self, switch_off: bool) -> DetachRequestFromUe {
        DetachRequestFromUe { switch_off, detach_type: 1, ksi: self.ksi(), identity: self.identity() }
    }

    pub(crate) fn authentication_response(&self) -> AuthenticationResponse {
        let res = self.challenged.as_ref().map_or([0; 8], |challenged| challenged.res);
        AuthenticationResponse { res: heapless::Vec::from_slice(&res).expect("at most 16 octets") }
    }

    /// Answers a challenge in the clear.
    pub(crate) fn answer_challenge(&mut self, driver: &mut Driver) -> Vec<Heard> {
        let response = EmmMessage::AuthenticationResponse(self.authentication_response());
        let outcome = self.say(driver, &nas::encode(&Plain::Emm(response)));
        hear(self, &outcome)
    }

    /// Answers a security mode command.
    pub(crate) fn complete_security_mode(&mut self, driver: &mut Driver) -> Vec<Heard> {
        let complete = EmmMessage::SecurityModeComplete(SecurityModeComplete::default());
        let nas = self.protect(SecurityHeader::NewContextCiphered, &nas::encode(&Plain::Emm(complete)));
        self.before = None;
        let outcome = self.say(driver, &nas);
        hear(self, &outcome)
    }

    /// The cell says that the phone's bearer stands.
    pub(crate) fn stand(&mut self, driver: &mut Driver) -> Vec<Heard> {
        let message = Message::InitialContextSetupResponse(self.context_setup_response());
        let outcome = driver.say(self.association, self.stream, &message);
        hear(self, &outcome)
    }

    pub(crate) fn context_setup_response(&self) -> InitialContextSetupResponse {
        let erab = ErabSetUp {
            ebi: Ebi::FIRST,
            transport_address: "127.0.1.1".parse().expect("an address"),
            second_address: None,
            teid: Teid(self.enb_ue.get()),
        };
        InitialContextSetupResponse {
            mme_ue: self.mme_ue,
            enb_ue: self.enb_ue,
            erabs: [erab].into_iter().collect(),
            failed: heapless::Vec::new(),
        }
    }

    pub(crate) fn attach_complete(&mut self, driver: &mut Driver) -> Vec<Heard> {
        let esm = bearer_accept();
        self.tell(driver, &Plain::Emm(EmmMessage::AttachComplete(AttachComplete { esm: &esm })))
    }

    /// Attaches from the beginning to the end.
    pub(crate) fn attach(&mut self, driver: &mut Driver) {
        let esm = connectivity_request(false);
        let identity = EpsMobileIdentity::Imsi(self.imsi());
        self.security = None;
        let request = EmmMessage::AttachRequest(self.attach_request(identity, &esm));
        self.shout(driver, &Plain::Emm(request));
        self.answer_challenge(driver);
        self.complete_security_mode(driver);
        self.stand(driver);
        self.attach_complete(driver);
        assert_eq!(driver.state(self.mme_ue), Some(("established", "registered")), "{:?}", self.sim);
    }

    /// The short service request, to the end: the phone is connected again.
    pub(crate) fn request_service(&mut self, driver: &mut Driver) -> Vec<Heard> {
        let nas = self.security.as_mut().expect("it was registered").service_request();
        let outcome = self.begin(driver, &nas);
        let mut heard = hear(self, &outcome);
        heard.extend(self.stand(driver));
        heard
    }

    /// The connection ends as it does when nothing happens for a while.
    pub(crate) fn go_idle(&mut self, driver: &mut Driver) {
        let request = Message::UeContextReleaseRequest(s1ap_release_request(self));
        let outcome = driver.say(self.association, self.stream, &request);
        hear(self, &outcome);
        self.release_complete(driver);
    }

    pub(crate) fn release_complete(&mut self, driver: &mut Driver) -> Outcome {
        let complete = UeContextReleaseComplete { mme_ue: self.mme_ue, enb_ue: self.enb_ue };
        driver.say(self.association, self.stream, &Message::UeContextReleaseComplete(complete))
    }
}

fn s1ap_release_request(phone: &Handset) -> pumice_wire::s1ap::UeContextReleaseRequest {
    pumice_wire::s1ap::UeContextReleaseRequest {
        mme_ue: phone.mme_ue,
        enb_ue: phone.enb_ue,
        cause: pumice_wire::s1ap::Cause::USER_INACTIVITY,
    }
}

pub(crate) fn ecgi() -> Ecgi {
    Ecgi { plmn: super::plmn(), cell: pumice_model::identity::CellIdentity(0x19b01) }
}

/// PDN connectivity request, as it is in an attach request.
pub(crate) fn connectivity_request(secretive: bool) -> Vec<u8> {
    let request = PdnConnectivityRequest {
        request_type: RequestType::Initial,
        pdn_type: PdnType::Ipv4,
        esm_information_transfer: secretive,
        apn: None,
        pco: None,
    };
    let body = EsmBody::PdnConnectivityRequest(Box::new(request));
    nas::encode(&Plain::Esm(EsmMessage { ebi: 0, pti: PTI, body }))
}

/// Activate default EPS bearer context accept, as it is in an attach complete.
pub(crate) fn bearer_accept() -> Vec<u8> {
    let body = EsmBody::ActivateDefaultBearerAccept { pco: None };
    nas::encode(&Plain::Esm(EsmMessage { ebi: Ebi::FIRST.get(), pti: 0, body }))
}
