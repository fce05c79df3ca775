//! The choices of the recorded MME, read from its messages with the phone's own keys.

use std::collections::VecDeque;

use pumice_core::choose::{
    Choices, ChooseKsi, ChooseMTmsi, ChooseMmeUe, ChooseRand, ChooseSpread, ChooseSqn, ChooseTeid,
};
use pumice_model::identity::{MTmsi, MmeUeS1apId, Plmn, Teid};
use pumice_ransim::crypto::{Milenage, k_asme};
use pumice_ransim::security::{NasSecurity, Side};
use pumice_wire::nas::{self, EmmMessage, Outer, Plain, SecurityHeader};
use pumice_wire::s1ap::{self, Message};

use crate::recording::Recorded;

/// K of the recorded phone.
pub(super) const K: [u8; 16] = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes();
/// Its OPc.
pub(super) const OPC: [u8; 16] = 0x63bf_a50e_e652_3365_ff14_c1f4_5f88_737d_u128.to_be_bytes();

/// What the recorded MME chose, in the order in which it chose.
#[derive(Debug, Default)]
pub(super) struct Script {
    ksi: VecDeque<u8>,
    rand: VecDeque<[u8; 16]>,
    sqn: VecDeque<u64>,
    m_tmsi: VecDeque<MTmsi>,
    mme_ue: VecDeque<MmeUeS1apId>,
    teid: VecDeque<Teid>,
    /// The security of the recorded network's side, as the phone sees it: opens the recorded downlink.
    pub(super) phone: Option<NasSecurity>,
}

impl Script {
    /// Reads the choices from what the MME sent.
    pub(super) fn read(downlink: &[&Recorded], eea: u8, eia: u8) -> Self {
        let mut script = Self::default();
        for recorded in downlink {
            let decoded = s1ap::decode(&recorded.octets).expect("a recorded message decodes");
            match decoded.message {
                Message::DownlinkNasTransport(message) => {
                    script.note_connection(message.mme_ue);
                    script.note_nas(message.nas, eea, eia);
                }
                Message::InitialContextSetupRequest(message) => {
                    script.note_connection(message.mme_ue);
                    let erab = &message.erabs[0];
                    if !script.teid.contains(&erab.teid) {
                        script.teid.push_back(erab.teid);
                    }
                    if let Some(nas) = &erab.nas {
                        script.note_nas(nas, eea, eia);
                    }
                }
                _ => {}
            }
        }
        if let Some(phone) = &mut script.phone {
            phone.receive_count = 0;
        }
        script
    }

    /// The choices, to be made again.
    pub(super) fn choices(&self) -> Choices {
        Choices {
            rand: Box::new(Scripted(self.rand.clone())),
            sqn: Box::new(Scripted(self.sqn.clone())),
            m_tmsi: Box::new(Scripted(self.m_tmsi.clone())),
            mme_ue: Box::new(Scripted(self.mme_ue.clone())),
            teid: Box::new(Scripted(self.teid.clone())),
            ksi: Box::new(Scripted(self.ksi.clone())),
            spread: Box::new(Scripted(VecDeque::from([0_u32]))),
        }
    }

    fn note_connection(&mut self, mme_ue: MmeUeS1apId) {
        if !self.mme_ue.contains(&mme_ue) {
            self.mme_ue.push_back(mme_ue);
        }
    }

    fn note_nas(&mut self, octets: &[u8], eea: u8, eia: u8) {
        let outer = nas::open(octets).expect("recorded NAS has an envelope");
        let plain = match outer {
            Outer::Plain(plain) => plain.to_vec(),
            Outer::Protected { header: SecurityHeader::NewContext, covered, .. } => {
                let phone = self.phone.as_mut().expect("an authentication came before");
                *phone = phone.with_algorithms(eea, eia);
                phone.unprotect(&outer).expect("the recorded command's code is right");
                covered[1..].to_vec()
            }
            Outer::Protected { .. } => {
                let phone = self.phone.as_mut().expect("a security mode came before");
                phone.unprotect(&outer).expect("the recorded message's code is right")
            }
            Outer::ServiceRequest { .. } => unreachable!("a service request goes up"),
        };
        match nas::decode(&plain).expect("recorded NAS decodes") {
            Plain::Emm(EmmMessage::AuthenticationRequest(message)) => {
                self.note_challenge(message.ksi.value, message.rand, message.autn)
            }
            Plain::Emm(EmmMessage::AttachAccept(message)) => {
                self.m_tmsi.push_back(message.guti.expect("an attach accept gives a GUTI").m_tmsi);
            }
            _ => {}
        }
    }

    fn note_challenge(&mut self, ksi: u8, rand: [u8; 16], autn: [u8; 16]) {
        let milenage = Milenage::new(&K, &OPC);
        let (_, ak) = milenage.f2_f5(&rand);
        let mut sqn = [0; 8];
        for at in 0..6 {
            sqn[at + 2] = autn[at] ^ ak[at];
        }
        self.ksi.push_back(ksi);
        self.rand.push_back(rand);
        self.sqn.push_back(u64::from_be_bytes(sqn));
        let plmn = Plmn::parse("00101").expect("a PLMN");
        let concealed = autn[..6].try_into().expect("six octets");
        let key = k_asme(&milenage.f3(&rand), &milenage.f4(&rand), plmn, concealed);
        self.phone = Some(NasSecurity::new(Side::Phone, ksi, key, 0, 2));
    }
}

/// Gives what was recorded, one after the other.
struct Scripted<T>(VecDeque<T>);

impl<T> Scripted<T> {
    fn next(&mut self) -> T {
        self.0.pop_front().expect("the recorded MME chose as often")
    }
}

impl ChooseRand for Scripted<[u8; 16]> {
    fn rand(&mut self) -> [u8; 16] {
        self.next()
    }
}

impl ChooseSqn for Scripted<u64> {
    fn sqn(&mut self, _: u64, _: u8) -> u64 {
        self.next()
    }
}

impl ChooseMTmsi for Scripted<MTmsi> {
    fn m_tmsi(&mut self, _: u64) -> MTmsi {
        self.next()
    }
}

impl ChooseMmeUe for Scripted<MmeUeS1apId> {
    fn mme_ue(&mut self) -> MmeUeS1apId {
        self.next()
    }
}

impl ChooseTeid for Scripted<Teid> {
    fn teid(&mut self) -> Teid {
        self.next()
    }
}

impl ChooseKsi for Scripted<u8> {
    fn ksi(&mut self, _: u8, _: Option<u8>) -> u8 {
        self.next()
    }
}

impl ChooseSpread for Scripted<u32> {
    fn spread(&mut self) -> u32 {
        0
    }
}
