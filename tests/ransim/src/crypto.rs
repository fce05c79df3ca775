//! The algorithms of the phone: Milenage (TS 35.206), the key derivations of TS 33.401 annex A and the NAS algorithms of
//! its annex B. Written from the standards and not shared with the gateway, so that the two can find each other's mistakes.

mod aes_modes;
mod kdf;
mod milenage;
mod nas_algorithms;
mod snow3g;
mod zuc;

#[cfg(test)]
mod tests;

pub use kdf::{hash_mme, k_asme, k_enb, nas_key};
pub use milenage::{Milenage, opc};
pub use nas_algorithms::{Direction, cipher, mac};
