use pumice_model::ModelError;
use pumice_model::identity::{Imsi, Plmn};
use sha2::{Digest, Sha256};

use crate::crypto::opc;

/// What is on a SIM: the identity and the keys that the HSS must know as well.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SimProfile {
    /// The identity.
    pub imsi: Imsi,
    /// K.
    pub k: [u8; 16],
    /// OPc.
    pub opc: [u8; 16],
}

impl SimProfile {
    /// The SIM with this number in a network: number 1 of 001/01 is 001010000000001. K and OPc follow from the IMSI, so
    /// that every SIM has its own and every run the same.
    pub fn numbered(plmn: Plmn, number: u64) -> Result<Self, ModelError> {
        let network = plmn.digits();
        let imsi = Imsi::parse(&format!("{network}{number:0width$}", width = 15 - network.len()))?;
        let k = derive(&imsi, b"K");
        Ok(Self { imsi, k, opc: opc(&k, &derive(&imsi, b"OP")) })
    }

    /// The SIM of srsRAN's phone in the recordings (tests/vectors/README.md).
    pub fn srsran() -> Result<Self, ModelError> {
        Ok(Self {
            imsi: Imsi::parse("001010123456780")?,
            k: 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes(),
            opc: 0x63bf_a50e_e652_3365_ff14_c1f4_5f88_737d_u128.to_be_bytes(),
        })
    }
}

impl core::fmt::Debug for SimProfile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SimProfile({})", self.imsi)
    }
}

fn derive(imsi: &Imsi, label: &[u8]) -> [u8; 16] {
    let whole: [u8; 32] =
        Sha256::new().chain_update(imsi.digits().as_bytes()).chain_update(label).finalize().into();
    let mut half = [0; 16];
    half.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    half
}
