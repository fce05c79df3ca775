//! Key derivation (TS 33.401 annex A over TS 33.220 annex B).

use hmac::{Hmac, KeyInit, Mac};
use pumice_model::identity::Plmn;
use sha2::Sha256;

/// K_ASME (A.2) of CK, IK, the serving network and the concealed sequence number.
pub fn k_asme(ck: &[u8; 16], ik: &[u8; 16], plmn: Plmn, sqn_xor_ak: [u8; 6]) -> [u8; 32] {
    let mut key = [0; 32];
    let (left, right) = key.split_at_mut(16);
    left.copy_from_slice(ck);
    right.copy_from_slice(ik);
    derive(&key, 0x10, &[&plmn.octets(), &sqn_xor_ak])
}

/// K_eNB (A.3) of K_ASME and the uplink NAS COUNT that began it.
pub fn k_enb(k_asme: &[u8; 32], uplink_count: u32) -> [u8; 32] {
    derive(k_asme, 0x11, &[&uplink_count.to_be_bytes()])
}

/// A NAS key (A.7): `distinguisher` 1 is for ciphering, 2 for integrity.
pub fn nas_key(k_asme: &[u8; 32], distinguisher: u8, algorithm: u8) -> [u8; 16] {
    let key = derive(k_asme, 0x15, &[&[distinguisher], &[algorithm]]);
    let mut low = [0; 16];
    low.iter_mut().zip(key.iter().skip(16)).for_each(|(to, from)| *to = *from);
    low
}

/// HASH_MME (annex I.2): the low 64 bits under a key of zeros.
pub fn hash_mme(message: &[u8]) -> [u8; 8] {
    let whole = hmac_sha256(&[0; 32], &[message]);
    let mut low = [0; 8];
    low.iter_mut().zip(whole.iter().skip(24)).for_each(|(to, from)| *to = *from);
    low
}

fn derive(key: &[u8; 32], fc: u8, parameters: &[&[u8]]) -> [u8; 32] {
    let mut text = vec![fc];
    for parameter in parameters {
        text.extend_from_slice(parameter);
        text.push(0);
        // No parameter here is longer than six octets.
        text.push(u8::try_from(parameter.len()).unwrap_or(u8::MAX));
    }
    hmac_sha256(key, &[&text])
}

fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than the block of the hash is padded with zeros (RFC 2104).
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
