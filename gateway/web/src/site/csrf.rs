//! What shows that a form came from a page that this box gave to this browser.
//!
//! The proof is made of the browser's own token, which no other page can read, and it is masked anew for each page: pages are
//! compressed, and the length of a compressed page tells about what repeats in it (BREACH). A foreign page can send a form here,
//! and with it the cookie, but has no way to the proof.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::token::{Token, hex, unhex};

#[cfg(test)]
mod tests;

const PURPOSE: &[u8] = b"pumice page form\0";

/// The proof for a token, masked.
pub(crate) fn proof(token: &Token, mask: [u8; 32]) -> String {
    let plain = plain(token);
    let masked: Vec<u8> = mask.iter().zip(plain).map(|(mask, octet)| mask ^ octet).collect();
    format!("{}{}", hex(&mask), hex(&masked))
}

/// Whether a text is a proof for this token.
pub(crate) fn is_proof(text: &str, token: &Token) -> bool {
    let Some((mask, masked)) = text.split_at_checked(64) else { return false };
    let (Some(mask), Some(masked)) = (unhex(mask), unhex(masked)) else { return false };
    let given: Vec<u8> = mask.iter().zip(masked).map(|(mask, octet)| mask ^ octet).collect();
    given.ct_eq(&plain(token)).into()
}

fn plain(token: &Token) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(PURPOSE);
    hash.update(token.expose());
    hash.finalize().into()
}
