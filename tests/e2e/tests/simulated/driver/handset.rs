//! A phone that a test holds in its hand: it has keys and identities, and says what it is told to.

use pumice_core::AssociationId;
use pumice_model::identity::{EnbUeS1apId, Guti, Imsi, MTmsi, MmeUeS1apId};
use pumice_ransim::crypto::{Milenage, k_asme};
use pumice_ransim::security::{NasSecurity, Side};
use pumice_ransim::sim::SimProfile;
use pumice_wire::nas::{AuthenticationRequest, SecurityModeCommand};

use super::{CELL, plmn, profile};

/// A phone, and the connection that it has or had last.
#[derive(Clone)]
pub(crate) struct Handset {
    pub(crate) sim: SimProfile,
    pub(crate) association: AssociationId,
    /// A stream for its messages.
    pub(crate) stream: u16,
    pub(crate) enb_ue: EnbUeS1apId,
    pub(crate) mme_ue: MmeUeS1apId,
    pub(crate) guti: Option<Guti>,
    /// The context in use.
    pub(crate) security: Option<NasSecurity>,
    /// What the last challenge made; the next security mode command takes it into use.
    pub(crate) challenged: Option<Challenged>,
    /// The context before, while a security mode command waits for its answer.
    pub(crate) before: Option<NasSecurity>,
    /// UE network capability.
    pub(crate) capability: Vec<u8>,
    /// Whether the cell has released its connection, or was asked to.
    pub(crate) released: bool,
}

/// The answer to a challenge, and what comes of it.
#[derive(Clone)]
pub(crate) struct Challenged {
    pub(crate) rand: [u8; 16],
    pub(crate) res: [u8; 8],
    pub(crate) k_asme: [u8; 32],
    pub(crate) ksi: u8,
}

impl Handset {
    /// The phone with the SIM of this number, on the first cell.
    pub(crate) fn new(number: u64) -> Self {
        // Two bits apart, at least, and no octet that a sweep writes.
        let id = 0x31_0001 + u32::try_from(number).expect("a small number") * 0x0304;
        Self {
            sim: profile(number),
            association: CELL,
            stream: 1,
            enb_ue: EnbUeS1apId::new(id).expect("24 bits"),
            mme_ue: MmeUeS1apId(0),
            guti: None,
            security: None,
            challenged: None,
            before: None,
            capability: vec![0xf0, 0x70],
            released: false,
        }
    }

    pub(crate) fn on(mut self, association: AssociationId) -> Self {
        self.association = association;
        self
    }

    pub(crate) fn imsi(&self) -> Imsi {
        self.sim.imsi
    }

    /// A GUTI of this network that nobody has.
    pub(crate) fn strange_guti(&self) -> Guti {
        let gummei = super::config(2, 2).gummei();
        Guti { gummei, m_tmsi: MTmsi(0xdead_0001) }
    }

    /// A challenge: the answer is made and the keys that follow. Sequence numbers are not checked: a test holds this card.
    pub(crate) fn take_challenge(&mut self, request: &AuthenticationRequest) {
        let milenage = Milenage::new(&self.sim.k, &self.sim.opc);
        let rand = request.rand;
        let (res, _) = milenage.f2_f5(&rand);
        let concealed = request.autn[..6].try_into().expect("six octets");
        let key = k_asme(&milenage.f3(&rand), &milenage.f4(&rand), plmn(), concealed);
        self.challenged = Some(Challenged { rand, res, k_asme: key, ksi: request.ksi.value });
    }

    /// A security mode command takes what the challenge made into use.
    pub(super) fn take_command(&mut self, command: &SecurityModeCommand) -> Option<NasSecurity> {
        let challenged = self.challenged.as_ref()?;
        Some(NasSecurity::new(Side::Phone, challenged.ksi, challenged.k_asme, command.eea, command.eia))
    }

    /// AUTS of this card, which has seen a sequence number far ahead of the network's.
    pub(crate) fn auts(&self, ahead: u64) -> [u8; 14] {
        let milenage = Milenage::new(&self.sim.k, &self.sim.opc);
        let rand = self.challenged.as_ref().map_or([0; 16], |challenged| challenged.rand);
        let [_, _, sqn @ ..] = (ahead << 5).to_be_bytes();
        let ak = milenage.f5_star(&rand);
        let (_, mac_s) = milenage.f1(&rand, sqn, [0, 0]);
        let concealed = sqn.iter().zip(ak).map(|(a, b)| a ^ b);
        concealed.chain(mac_s).collect::<Vec<u8>>().try_into().expect("fourteen octets")
    }
}
