//! What a browser holds: 256 random bits in a cookie. The box keeps only what they hash to.

use core::fmt;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A browser's token.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Token([u8; 32]);

impl Token {
    #[cfg(test)]
    pub(crate) const fn new(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// A new one; nothing if the system has no randomness.
    pub(crate) fn random() -> Option<Self> {
        random().map(Self)
    }

    pub(crate) const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// As it is in a cookie.
    pub(crate) fn text(&self) -> String {
        hex(&self.0)
    }

    /// From a cookie.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// 256 random bits.
pub(crate) fn random() -> Option<[u8; 32]> {
    let mut octets = [0; 32];
    getrandom::fill(&mut octets).ok()?;
    Some(octets)
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Reads lower case digits, as [`hex`] writes them.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut octets = [0; 32];
    for (at, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(octets)
}
