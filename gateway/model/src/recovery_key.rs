//! The key that opens a backup, for paper: six groups of four characters.
//!
//! Crockford's base32, which has no letters that look like digits; the last character is a check by Luhn's algorithm with
//! 32 digits, which notices every wrong character and nearly every two that were swapped. 115 bits are left: more than
//! anybody can try.

#[cfg(test)]
mod tests;

use core::fmt;

use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters that are drawn.
const DRAWN: usize = 23;
const GROUP: usize = 4;

/// A recovery key. It prints only where it is asked to: [`RecoveryKey::text`].
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey(Zeroizing<[u8; DRAWN]>);

impl RecoveryKey {
    /// Makes a key of 128 random bits, of which it keeps 115.
    pub fn from_entropy(entropy: &[u8; 16]) -> Self {
        let mut bits = Zeroizing::new(u128::from_be_bytes(*entropy));
        let mut digits = Zeroizing::new([0; DRAWN]);
        for digit in digits.iter_mut() {
            *digit = u8::try_from(*bits & 0x1f).unwrap_or_default();
            *bits >>= 5;
        }
        Self(digits)
    }

    /// Reads what somebody typed: small letters, spaces and dashes anywhere, the letter O for 0, I and L for 1. Nothing if
    /// a character is wrong or missing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = Zeroizing::new([0; DRAWN]);
        let mut typed = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        for digit in digits.iter_mut() {
            *digit = digit_of(typed.next()?)?;
        }
        let key = Self(digits);
        let check = digit_of(typed.next()?)?;
        (typed.next().is_none() && check == key.check()).then_some(key)
    }

    /// As it is printed: `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`.
    pub fn text(&self) -> Zeroizing<String> {
        // At its final size from the start: growing would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(32));
        for (at, digit) in self.0.iter().copied().chain([self.check()]).enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push('-');
            }
            text.push(ALPHABET.get(usize::from(digit)).map_or('0', |letter| char::from(*letter)));
        }
        text
    }

    /// What the cipher's key is derived from.
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Every second digit from the right is doubled, and the digits of the double are added.
    fn check(&self) -> u8 {
        let sum: u32 = (self.0.iter().rev().enumerate())
            .map(|(at, digit)| {
                let weighted = u32::from(*digit) * if at % 2 == 0 { 2 } else { 1 };
                weighted / 32 + weighted % 32
            })
            .sum();
        u8::try_from((32 - sum % 32) % 32).unwrap_or_default()
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(..)")
    }
}

fn digit_of(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(at).ok()
}
