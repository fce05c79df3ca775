//! EPS AKA with Milenage (TS 33.401 6.1, TS 35.206).

use oxirush_security::Rand;
use oxirush_security::milenage::{Amf, Auts, K, Milenage, Op, Opc, Sqn, Xres};
use oxirush_security::nas_eps::derive_kasme;
use pumice_model::identity::Plmn;
use pumice_model::secret::{Key128, Key256};
use pumice_model::subscriber::{OperatorKey, SimKeys};

/// An EPS authentication vector. It serves one authentication run.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    /// The challenge.
    pub(crate) rand: [u8; 16],
    /// What proves the network to the SIM.
    pub(crate) autn: [u8; 16],
    /// What the SIM must answer.
    pub(crate) xres: Xres,
    /// The key that comes of it.
    pub(crate) k_asme: Key256,
}

/// What a SIM said of its sequence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resynchronised {
    /// SEQ of SQN_MS: the highest that it has accepted.
    pub(crate) seq: u64,
}

/// Computes a vector.
pub(crate) fn vector(keys: &SimKeys, plmn: Plmn, rand: [u8; 16], sqn: u64) -> Option<Vector> {
    let milenage = milenage(keys);
    let sqn = Sqn::try_from(sqn).ok()?;
    let vector = milenage.authentication_vector(&Rand::new(&rand), &sqn, &Amf::new(&keys.amf));
    let digits = plmn.digits();
    let (mcc, mnc) = digits.split_at_checked(3)?;
    let plmn = oxirush_security::Plmn::new(mcc, mnc).ok()?;
    let k_asme = derive_kasme(vector.ck(), vector.ik(), plmn, vector.autn());
    Some(Vector {
        rand,
        autn: *vector.autn().as_octets(),
        xres: vector.xres().clone(),
        k_asme: Key256::new(*k_asme.as_octets()),
    })
}

/// Verifies AUTS against the challenge that it answers (TS 33.102 6.3.5).
pub(crate) fn resynchronise(keys: &SimKeys, rand: [u8; 16], auts: [u8; 14]) -> Option<Resynchronised> {
    let sqn = milenage(keys).verify_auts(&Rand::new(&rand), &Auts::new(&auts)).ok()?;
    Some(Resynchronised { seq: sqn.get() >> 5 })
}

/// OPc of OP and K.
pub(crate) fn opc(k: &Key128, op: &Key128) -> Key128 {
    Key128::new(*Opc::from_op(&K::new(k.expose()), &Op::new(op.expose())).as_octets())
}

fn milenage(keys: &SimKeys) -> Milenage {
    let opc = match &keys.op {
        OperatorKey::Opc(opc) => Opc::new(opc.expose()),
        OperatorKey::Op(op) => Opc::from_op(&K::new(keys.k.expose()), &Op::new(op.expose())),
    };
    Milenage::new(&K::new(keys.k.expose()), &opc)
}
