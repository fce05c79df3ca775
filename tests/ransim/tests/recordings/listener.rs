//! Someone who has the SIM's keys and hears everything.

use pumice_model::identity::Tai;
use pumice_ransim::crypto;
use pumice_ransim::security::{NasSecurity, Side};
use pumice_ransim::sim::{Authentication, SimProfile, Usim};
use pumice_wire::nas::{self, EmmMessage, Outer, Plain, SecurityHeader};
use pumice_wire::s1ap::{self, Message};

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) vectors: usize,
    pub(crate) verified_up: usize,
    pub(crate) verified_down: usize,
    /// Protected with a context from before the recording.
    pub(crate) foreign: usize,
    pub(crate) keys: usize,
    pub(crate) eea: Option<u8>,
    pub(crate) eia: Option<u8>,
}

pub(crate) struct Listener {
    pub(crate) heard: Heard,
    usim: Usim,
    tai: Option<Tai>,
    challenge: Option<(u8, [u8; 32], [u8; 8])>,
    // Each opens what the other side sends.
    phone: Option<NasSecurity>,
    network: Option<NasSecurity>,
    k_enb_count: u32,
}

impl Listener {
    pub(crate) fn new() -> Self {
        let usim = Usim::new(SimProfile::srsran().unwrap());
        let heard = Heard::default();
        Self { heard, usim, tai: None, challenge: None, phone: None, network: None, k_enb_count: 0 }
    }

    pub(crate) fn hear(&mut self, from_cell: bool, octets: &[u8]) {
        let decoded = s1ap::decode(octets).unwrap();
        match decoded.message {
            Message::InitialUeMessage(message) => {
                assert!(from_cell);
                self.tai = Some(message.tai);
                self.uplink(message.nas, true);
            }
            Message::UplinkNasTransport(message) => self.uplink(message.nas, false),
            Message::DownlinkNasTransport(message) => self.downlink(message.nas),
            Message::InitialContextSetupRequest(request) => {
                let security = self.network.as_ref().unwrap();
                let k_enb = security.k_enb(self.k_enb_count);
                assert_eq!(request.security_key.expose(), &k_enb, "K_eNB of COUNT {}", self.k_enb_count);
                self.heard.keys += 1;
                request
                    .erabs
                    .iter()
                    .filter_map(|erab| erab.nas.as_deref())
                    .for_each(|nas| self.downlink(nas));
            }
            _ => {}
        }
    }

    fn uplink(&mut self, octets: &[u8], initial: bool) {
        let outer = nas::open(octets).unwrap();
        let plain = match (&outer, &mut self.network) {
            (Outer::Plain(plain), _) => plain.to_vec(),
            (_, None) => {
                self.heard.foreign += 1;
                return;
            }
            (_, Some(network)) => {
                let (_, count) =
                    network.open(&outer).unwrap_or_else(|fault| panic!("{fault}: {octets:02x?}"));
                let plain = network.unprotect(&outer).unwrap();
                let completes =
                    matches!(outer, Outer::Protected { header: SecurityHeader::NewContextCiphered, .. });
                if initial || completes {
                    self.k_enb_count = count;
                }
                self.heard.verified_up += 1;
                if let Outer::ServiceRequest { ksi, .. } = outer {
                    assert_eq!(ksi, network.ksi);
                    return;
                }
                plain
            }
        };
        if let Plain::Emm(EmmMessage::AuthenticationResponse(response)) = nas::decode(&plain).unwrap() {
            assert_eq!(&*response.res, self.challenge.unwrap().2);
        }
    }

    fn downlink(&mut self, octets: &[u8]) {
        let outer = nas::open(octets).unwrap();
        if let Outer::Protected { header: SecurityHeader::NewContext, covered, .. } = outer {
            let Plain::Emm(EmmMessage::SecurityModeCommand(command)) = nas::decode(&covered[1..]).unwrap()
            else {
                panic!("a new context is for a security mode command");
            };
            let (ksi, k_asme, _) = self.challenge.unwrap();
            assert_eq!(command.ksi.value, ksi);
            self.phone = Some(NasSecurity::new(Side::Phone, ksi, k_asme, command.eea, command.eia));
            self.network = Some(NasSecurity::new(Side::Network, ksi, k_asme, command.eea, command.eia));
            self.heard.eea = Some(command.eea);
            self.heard.eia = Some(command.eia);
        }
        let plain = match (&outer, &mut self.phone) {
            (Outer::Plain(plain), _) => plain.to_vec(),
            (_, phone) => {
                self.heard.verified_down += 1;
                phone.as_mut().unwrap().unprotect(&outer).unwrap()
            }
        };
        if let Plain::Emm(EmmMessage::AuthenticationRequest(request)) = nas::decode(&plain).unwrap() {
            let outcome = self.usim.authenticate(&request.rand, &request.autn);
            let Authentication::Accepted(vector) = outcome else { panic!("the SIM refuses: {outcome:?}") };
            let plmn = self.tai.unwrap().plmn;
            let k_asme = crypto::k_asme(&vector.ck, &vector.ik, plmn, vector.sqn_xor_ak);
            self.challenge = Some((request.ksi.value, k_asme, vector.res));
            self.heard.vectors += 1;
        }
    }
}
