//! A small MME: enough of the network to see what phones and eNBs do. It answers at once and forgets nothing.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use pumice_model::identity::{
    Apn, Ebi, EnbUeS1apId, Gummei, Guti, Imsi, MTmsi, MmeCode, MmeGroupId, MmeUeS1apId, Tai, Teid,
};
use pumice_model::secret::Key256;
use pumice_ransim::crypto::{self, Milenage};
use pumice_ransim::ran::EnbIndex;
use pumice_ransim::security::{NasSecurity, Side};
use pumice_ransim::sim::SimProfile;
use pumice_wire::nas::{
    self, ActivateDefaultBearerRequest, AttachAccept, AttachReject, AttachType, AuthenticationRequest,
    DetachRequestToUe, EmmCause, EmmMessage, EpsMobileIdentity, EpsResult, EsmBody, EsmMessage, GprsTimer,
    IdentityRequest, IdentityType, MobileIdentity, NasKsi, Outer, PdnAddress, Plain, SecurityHeader,
    SecurityModeCommand, ServiceReject, TrackingAreaUpdateAccept, TrackingAreaUpdateReject,
};
use pumice_wire::s1ap::{
    self, Cause, DownlinkNasTransport, ErabToSetup, InitialContextSetupRequest, Message, Paging,
    S1SetupFailure, S1SetupResponse, ServedGummeis, UeContextReleaseCommand,
};

use crate::world::{GATEWAY, plmn};

/// What it answers to the requests that begin a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mood {
    #[default]
    Serves,
    Rejects(u8, Option<GprsTimer>),
    RejectsAuthentication,
    Silent,
    /// Nothing after the authentication response.
    StopsAfterAuthentication,
    WrongAutn,
    WrongReplay,
    WrongHash,
    WrongKey,
}

#[derive(Debug)]
pub(crate) struct Ue {
    pub(crate) imsi: Option<Imsi>,
    pub(crate) enb: EnbIndex,
    pub(crate) enb_ue: Option<EnbUeS1apId>,
    pub(crate) mme_ue: MmeUeS1apId,
    pub(crate) tai: Tai,
    pub(crate) guti: Option<Guti>,
    pub(crate) security: Option<NasSecurity>,
    pub(crate) enb_teid: Option<Teid>,
    challenge: Option<([u8; 32], [u8; 8])>,
    request: Vec<u8>,
    capability: Vec<u8>,
    combined: bool,
    k_enb_count: u32,
    pti: u8,
    esm_wanted: bool,
    apn: Option<Apn>,
}

pub(crate) struct FakeMme {
    pub(crate) mood: Mood,
    pub(crate) eea: u8,
    pub(crate) eia: u8,
    pub(crate) t3412: GprsTimer,
    pub(crate) asks_identity: bool,
    pub(crate) refuses_setup: Option<Cause>,
    pub(crate) ues: BTreeMap<u32, Ue>,
    /// Names of all that was heard: S1AP, and NAS where it could be read.
    pub(crate) heard: Vec<&'static str>,
    pub(crate) mac_failures: usize,
    sims: BTreeMap<Imsi, (SimProfile, u64)>,
    next_id: u32,
}

type Said = Vec<(EnbIndex, Vec<u8>)>;

impl FakeMme {
    pub(crate) fn new() -> Self {
        Self {
            mood: Mood::Serves,
            eea: 2,
            eia: 2,
            t3412: GprsTimer::at_least(std::time::Duration::from_secs(600)),
            asks_identity: false,
            refuses_setup: None,
            ues: BTreeMap::new(),
            heard: Vec::new(),
            mac_failures: 0,
            sims: BTreeMap::new(),
            next_id: 1,
        }
    }

    pub(crate) fn know(&mut self, sim: SimProfile) {
        self.sims.insert(sim.imsi, (sim, 0));
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.heard.iter().filter(|heard| **heard == name).count()
    }

    pub(crate) fn ue(&self, imsi: Imsi) -> &Ue {
        self.ues.values().find(|ue| ue.imsi == Some(imsi)).unwrap()
    }

    pub(crate) fn hear(&mut self, enb: EnbIndex, octets: &[u8]) -> Said {
        let Ok(decoded) = s1ap::decode(octets) else {
            self.heard.push("undecodable");
            return Vec::new();
        };
        self.heard.push(decoded.message.name());
        match decoded.message {
            Message::S1SetupRequest(_) => vec![(enb, self.answer_setup())],
            Message::InitialUeMessage(message) => {
                let id = self.open(enb, &message);
                self.uplink(id, message.nas)
            }
            Message::UplinkNasTransport(message) => self.uplink(message.mme_ue.0, message.nas),
            Message::InitialContextSetupResponse(response) => {
                let ue = self.ues.get_mut(&response.mme_ue.0).unwrap();
                ue.enb_teid = response.erabs.first().map(|erab| erab.teid);
                Vec::new()
            }
            Message::InitialContextSetupFailure(failure) => {
                self.release(failure.mme_ue.0, Cause::NAS_UNSPECIFIED)
            }
            Message::UeContextReleaseRequest(request) => {
                self.release(request.mme_ue.0, Cause::NAS_NORMAL_RELEASE)
            }
            Message::UeContextReleaseComplete(complete) => {
                if let Some(ue) = self.ues.get_mut(&complete.mme_ue.0) {
                    ue.enb_ue = None;
                    ue.enb_teid = None;
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn answer_setup(&self) -> Vec<u8> {
        let message = match self.refuses_setup {
            Some(cause) => {
                Message::S1SetupFailure(S1SetupFailure { cause, time_to_wait: None, diagnostics: None })
            }
            None => Message::S1SetupResponse(S1SetupResponse {
                name: None,
                served: ServedGummeis {
                    plmns: [plmn()].into_iter().collect(),
                    groups: [MmeGroupId(1)].into_iter().collect(),
                    codes: [MmeCode(26)].into_iter().collect(),
                },
                relative_capacity: 255,
                diagnostics: None,
            }),
        };
        s1ap::encode(&message).ok().unwrap()
    }

    /// A phone that says its S-TMSI keeps its context; any other gets a new one.
    fn open(&mut self, enb: EnbIndex, message: &s1ap::InitialUeMessage<'_>) -> u32 {
        let known = message.s_tmsi.and_then(|s_tmsi| {
            self.ues
                .values()
                .find(|ue| ue.guti.is_some_and(|guti| guti.s_tmsi() == s_tmsi))
                .map(|ue| ue.mme_ue.0)
        });
        let known = known.or_else(|| self.by_guti(message.nas));
        let id = known.unwrap_or_else(|| {
            self.next_id += 1;
            self.next_id
        });
        let ue = self.ues.entry(id).or_insert_with(|| Ue {
            imsi: None,
            enb,
            enb_ue: None,
            mme_ue: MmeUeS1apId(id),
            tai: message.tai,
            guti: None,
            security: None,
            enb_teid: None,
            challenge: None,
            request: Vec::new(),
            capability: Vec::new(),
            combined: false,
            k_enb_count: 0,
            pti: 0,
            esm_wanted: false,
            apn: None,
        });
        (ue.enb, ue.enb_ue, ue.tai) = (enb, Some(message.enb_ue), message.tai);
        id
    }

    fn by_guti(&self, octets: &[u8]) -> Option<u32> {
        let plain = match nas::open(octets).ok()? {
            Outer::Plain(plain) => plain,
            Outer::Protected { covered, .. } => &covered[1..],
            Outer::ServiceRequest { .. } => return None,
        };
        let guti = match nas::decode(plain).ok()? {
            Plain::Emm(EmmMessage::AttachRequest(request)) => request.identity,
            Plain::Emm(EmmMessage::TrackingAreaUpdateRequest(request)) => request.old_guti,
            Plain::Emm(EmmMessage::DetachRequestFromUe(request)) => request.identity,
            _ => return None,
        };
        let EpsMobileIdentity::Guti(guti) = guti else { return None };
        self.ues.values().find(|ue| ue.guti == Some(guti)).map(|ue| ue.mme_ue.0)
    }

    fn uplink(&mut self, id: u32, octets: &[u8]) -> Said {
        let Some(ue) = self.ues.get_mut(&id) else { return Vec::new() };
        let outer = nas::open(octets).unwrap();
        let plain = match (&outer, &mut ue.security) {
            (Outer::Plain(plain), _) => plain.to_vec(),
            (Outer::Protected { covered, header, .. }, None) if !header.is_ciphered() => {
                covered[1..].to_vec()
            }
            (_, None) => return Vec::new(),
            (_, Some(security)) => match security.open(&outer) {
                Ok((plain, count)) => {
                    security.unprotect(&outer).unwrap();
                    if !matches!(outer, Outer::Protected { header, .. } if header == SecurityHeader::IntegrityProtectedAndCiphered)
                    {
                        ue.k_enb_count = count;
                    }
                    plain
                }
                Err(_) => {
                    self.mac_failures += 1;
                    return Vec::new();
                }
            },
        };
        if let Outer::ServiceRequest { .. } = outer {
            self.heard.push("Service request");
            return self.serve(id);
        }
        let message = nas::decode(&plain).unwrap();
        self.heard.push(message.name());
        match message {
            Plain::Emm(message) => self.emm(id, &message, &plain),
            Plain::Esm(message) => self.esm(id, &message),
        }
    }

    fn serve(&mut self, id: u32) -> Said {
        match self.mood {
            Mood::Silent => Vec::new(),
            Mood::Rejects(cause, t3346) => {
                let reject = ServiceReject { cause: EmmCause(cause), t3346 };
                self.say(id, EmmMessage::ServiceReject(reject))
            }
            _ => self.set_up(id, None),
        }
    }

    fn emm(&mut self, id: u32, message: &EmmMessage<'_>, plain: &[u8]) -> Said {
        let mood = self.mood;
        let ue = self.ues.get_mut(&id).unwrap();
        match message {
            EmmMessage::AttachRequest(request) => {
                ue.request = plain.to_vec();
                ue.capability = request.capability.0.to_vec();
                ue.combined = request.attach_type == AttachType::Combined;
                if let Ok(Plain::Esm(EsmMessage {
                    pti,
                    body: EsmBody::PdnConnectivityRequest(request),
                    ..
                })) = nas::decode(request.esm)
                {
                    ue.pti = pti;
                    ue.esm_wanted = request.esm_information_transfer;
                }
                match mood {
                    Mood::Silent => return Vec::new(),
                    Mood::Rejects(cause, t3346) => {
                        let reject = AttachReject { cause: EmmCause(cause), esm: None, t3346 };
                        return self.say_plain(id, EmmMessage::AttachReject(reject));
                    }
                    _ => {}
                }
                match request.identity {
                    EpsMobileIdentity::Imsi(imsi) if !self.asks_identity => {
                        ue.imsi = Some(imsi);
                        self.challenge(id)
                    }
                    EpsMobileIdentity::Guti(_) if ue.security.is_some() && !self.asks_identity => {
                        self.accept(id)
                    }
                    _ => self.say_plain(
                        id,
                        EmmMessage::IdentityRequest(IdentityRequest { identity_type: IdentityType::Imsi }),
                    ),
                }
            }
            EmmMessage::IdentityResponse(response) => {
                let MobileIdentity::Imsi(imsi) = response.identity else { panic!("the IMSI was asked for") };
                ue.imsi = Some(imsi);
                self.challenge(id)
            }
            EmmMessage::AuthenticationResponse(response) => match mood {
                Mood::RejectsAuthentication => self.say_plain(id, EmmMessage::AuthenticationReject),
                Mood::StopsAfterAuthentication => Vec::new(),
                _ if *response.res == ue.challenge.unwrap().1 => self.command_security(id),
                _ => self.say_plain(id, EmmMessage::AuthenticationReject),
            },
            EmmMessage::AuthenticationFailure(failure) => match failure.auts {
                Some(auts) => self.resynchronise(id, auts),
                None => Vec::new(),
            },
            EmmMessage::SecurityModeComplete(_) if ue.esm_wanted => {
                let esm = EsmMessage { ebi: 0, pti: ue.pti, body: EsmBody::EsmInformationRequest };
                self.say_message(id, &Plain::Esm(esm))
            }
            EmmMessage::SecurityModeComplete(_) => self.accept(id),
            EmmMessage::TrackingAreaUpdateRequest(request) => {
                let active = request.active;
                match mood {
                    Mood::Silent => return Vec::new(),
                    Mood::Rejects(cause, t3346) => {
                        let reject = TrackingAreaUpdateReject { cause: EmmCause(cause), t3346 };
                        return self.say(id, EmmMessage::TrackingAreaUpdateReject(reject));
                    }
                    _ => {}
                }
                let tai = ue.tai;
                let accept = TrackingAreaUpdateAccept {
                    result: EpsResult::Eps,
                    t3412: Some(self.t3412),
                    guti: None,
                    tais: Some([tai].into_iter().collect()),
                    bearer_status: Some(1 << 5),
                    emm_cause: None,
                    feature_support: None,
                    t3412_extended: None,
                };
                let mut said = self.say(id, EmmMessage::TrackingAreaUpdateAccept(accept));
                said.extend(if active {
                    self.set_up(id, None)
                } else {
                    self.release(id, Cause::NAS_NORMAL_RELEASE)
                });
                said
            }
            EmmMessage::DetachRequestFromUe(_) if mood == Mood::Silent => Vec::new(),
            EmmMessage::DetachRequestFromUe(request) => {
                let mut said =
                    if request.switch_off { Vec::new() } else { self.say(id, EmmMessage::DetachAccept) };
                said.extend(self.release(id, Cause::NAS_DETACH));
                said
            }
            EmmMessage::DetachAccept => self.release(id, Cause::NAS_DETACH),
            _ => Vec::new(),
        }
    }

    fn esm(&mut self, id: u32, message: &EsmMessage) -> Said {
        let ue = self.ues.get_mut(&id).unwrap();
        match &message.body {
            EsmBody::EsmInformationResponse { apn, .. } => {
                ue.apn.clone_from(apn);
                self.accept(id)
            }
            _ => Vec::new(),
        }
    }

    fn challenge(&mut self, id: u32) -> Said {
        let ue = self.ues.get_mut(&id).unwrap();
        let (sim, sqn) = self.sims.get_mut(&ue.imsi.unwrap()).unwrap();
        *sqn += 32;
        let rand: [u8; 16] = (u128::from(*sqn) << 64 | u128::from(id)).to_be_bytes();
        let milenage = Milenage::new(&sim.k, &sim.opc);
        let (res, ak) = milenage.f2_f5(&rand);
        let sqn: [u8; 6] = sqn.to_be_bytes()[2..].try_into().unwrap();
        let (mac, _) = milenage.f1(&rand, sqn, [0x80, 0]);
        let concealed: [u8; 6] = std::array::from_fn(|at| sqn[at] ^ ak[at]);
        let mut autn: [u8; 16] = [&concealed[..], &[0x80, 0], &mac].concat().try_into().unwrap();
        if self.mood == Mood::WrongAutn {
            autn[15] ^= 1;
        }
        ue.challenge =
            Some((crypto::k_asme(&milenage.f3(&rand), &milenage.f4(&rand), ue.tai.plmn, concealed), res));
        self.say_plain(
            id,
            EmmMessage::AuthenticationRequest(AuthenticationRequest { ksi: NasKsi::native(1), rand, autn }),
        )
    }

    fn resynchronise(&mut self, id: u32, auts: [u8; 14]) -> Said {
        let ue = self.ues.get(&id).unwrap();
        let (sim, sqn) = self.sims.get_mut(&ue.imsi.unwrap()).unwrap();
        let rand: [u8; 16] = (u128::from(*sqn) << 64 | u128::from(id)).to_be_bytes();
        let ak = Milenage::new(&sim.k, &sim.opc).f5_star(&rand);
        *sqn = (0..6).fold(0, |sqn, at| sqn << 8 | u64::from(auts[at] ^ ak[at]));
        self.challenge(id)
    }

    fn command_security(&mut self, id: u32) -> Said {
        let ue = self.ues.get_mut(&id).unwrap();
        let (k_asme, _) = ue.challenge.unwrap();
        ue.security = Some(NasSecurity::new(Side::Network, 1, k_asme, self.eea, self.eia));
        let mut replayed: heapless::Vec<u8, 5> = ue.capability.iter().take(4).copied().collect();
        if let Some(uia) = replayed.get_mut(3) {
            *uia &= 0x7f;
        }
        if self.mood == Mood::WrongReplay {
            replayed[1] ^= 0x40;
        }
        let mut hash = crypto::hash_mme(&ue.request);
        if self.mood == Mood::WrongHash {
            hash[0] ^= 1;
        }
        let command = SecurityModeCommand {
            eea: self.eea,
            eia: self.eia,
            ksi: NasKsi::native(1),
            replayed_capability: replayed,
            imeisv_requested: true,
            hash_mme: Some(hash),
            replayed_additional_capability: None,
        };
        let plain = nas::encode(&Plain::Emm(EmmMessage::SecurityModeCommand(command)));
        let octets = ue.security.as_mut().unwrap().protect(SecurityHeader::NewContext, &plain);
        self.transport(id, &octets)
    }

    fn accept(&mut self, id: u32) -> Said {
        let t3412 = self.t3412;
        let ue = self.ues.get_mut(&id).unwrap();
        let gummei = Gummei { plmn: plmn(), group: MmeGroupId(1), code: MmeCode(26) };
        let guti = Guti { gummei, m_tmsi: MTmsi(0x1000 + id) };
        ue.guti = Some(guti);
        let bearer = ActivateDefaultBearerRequest {
            qci: 9,
            apn: ue.apn.clone().unwrap_or_else(|| "internet".parse().unwrap()),
            address: PdnAddress::Ipv4(Ipv4Addr::from(0x0a01_0000 + id)),
            ambr_uplink: 1_000_000,
            ambr_downlink: 2_000_000,
            cause: None,
            pco: None,
        };
        let body = EsmBody::ActivateDefaultBearerRequest(Box::new(bearer));
        let esm = nas::encode(&Plain::Esm(EsmMessage { ebi: 5, pti: ue.pti, body }));
        let accept = AttachAccept {
            result: EpsResult::Eps,
            t3412,
            tais: [ue.tai].into_iter().collect(),
            esm: &esm,
            guti: Some(guti),
            emm_cause: ue.combined.then_some(EmmCause::CS_DOMAIN_NOT_AVAILABLE),
            t3402: None,
            equivalent_plmns: heapless::Vec::new(),
            feature_support: None,
            t3412_extended: None,
        };
        let plain = nas::encode(&Plain::Emm(EmmMessage::AttachAccept(accept)));
        let nas =
            ue.security.as_mut().unwrap().protect(SecurityHeader::IntegrityProtectedAndCiphered, &plain);
        self.set_up(id, Some(nas))
    }

    fn set_up(&mut self, id: u32, nas: Option<Vec<u8>>) -> Said {
        let ue = self.ues.get_mut(&id).unwrap();
        let mut key = ue.security.as_ref().unwrap().k_enb(ue.k_enb_count);
        if self.mood == Mood::WrongKey {
            key[0] ^= 1;
        }
        let erab = ErabToSetup {
            ebi: Ebi::FIRST,
            qci: 9,
            priority: 15,
            transport_address: GATEWAY,
            teid: Teid(id),
            nas: nas.map(Into::into),
        };
        let request = InitialContextSetupRequest {
            mme_ue: ue.mme_ue,
            enb_ue: ue.enb_ue.unwrap(),
            ue_ambr_uplink: 1_000_000,
            ue_ambr_downlink: 1_000_000,
            erabs: [erab].into_iter().collect(),
            encryption_algorithms: 0xe000,
            integrity_algorithms: 0xe000,
            security_key: Key256::new(key),
            radio_capability: None,
        };
        vec![(ue.enb, s1ap::encode(&Message::InitialContextSetupRequest(request)).ok().unwrap())]
    }

    pub(crate) fn release(&mut self, id: u32, cause: Cause) -> Said {
        let ue = self.ues.get(&id).unwrap();
        let command = UeContextReleaseCommand { mme_ue: ue.mme_ue, enb_ue: ue.enb_ue, cause };
        vec![(ue.enb, s1ap::encode(&Message::UeContextReleaseCommand(command)).ok().unwrap())]
    }

    pub(crate) fn page(&self, imsi: Imsi, index: u16) -> Said {
        let ue = self.ue(imsi);
        let paging = Paging {
            ue_identity_index: index,
            s_tmsi: ue.guti.unwrap().s_tmsi(),
            paging_drx: None,
            tais: [ue.tai].into_iter().collect(),
        };
        vec![(ue.enb, s1ap::encode(&Message::Paging(paging)).ok().unwrap())]
    }

    pub(crate) fn detach(&mut self, imsi: Imsi, detach_type: u8, cause: Option<EmmCause>) -> Said {
        let id = self.ue(imsi).mme_ue.0;
        self.say(id, EmmMessage::DetachRequestToUe(DetachRequestToUe { detach_type, cause }))
    }

    /// Under protection.
    pub(crate) fn say(&mut self, id: u32, message: EmmMessage<'_>) -> Said {
        self.say_message(id, &Plain::Emm(message))
    }

    fn say_message(&mut self, id: u32, message: &Plain<'_>) -> Said {
        let plain = nas::encode(message);
        let ue = self.ues.get_mut(&id).unwrap();
        let octets =
            ue.security.as_mut().unwrap().protect(SecurityHeader::IntegrityProtectedAndCiphered, &plain);
        self.transport(id, &octets)
    }

    pub(crate) fn say_plain(&mut self, id: u32, message: EmmMessage<'_>) -> Said {
        let plain = nas::encode(&Plain::Emm(message));
        self.transport(id, &plain)
    }

    pub(crate) fn transport(&mut self, id: u32, nas: &[u8]) -> Said {
        let ue = self.ues.get(&id).unwrap();
        let transport = DownlinkNasTransport { mme_ue: ue.mme_ue, enb_ue: ue.enb_ue.unwrap(), nas };
        vec![(ue.enb, s1ap::encode(&Message::DownlinkNasTransport(transport)).ok().unwrap())]
    }
}
