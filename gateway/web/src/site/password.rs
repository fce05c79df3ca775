//! Passwords: what is one, and how it is kept.

mod hasher;

use pumice_model::people::AccountName;
use zeroize::Zeroizing;

pub(crate) use self::hasher::{Crowded, Hasher};

#[cfg(test)]
mod tests;

/// Characters of a password at least. No kinds of characters are asked for: length is what counts (NIST SP 800-63B 3.1.1).
pub(crate) const SHORTEST: usize = 10;

/// Octets of a password at most, so that hashing it costs what it costs.
const LONGEST: usize = 256;

/// What people choose when they must have ten characters. Compared without regard to case.
const COMMON: [&str; 48] = [
    "0000000000",
    "0123456789",
    "0987654321",
    "1111111111",
    "1122334455",
    "1212121212",
    "1234512345",
    "1234554321",
    "12345678910",
    "1234567890",
    "123456789a",
    "1234567891",
    "123456789q",
    "123123123123",
    "1231231231",
    "147258369a",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "9876543210",
    "aaaaaaaaaa",
    "abcdefghij",
    "abcdefghijk",
    "abc1234567",
    "administrator",
    "adminadmin",
    "admin12345",
    "asdfghjkl;",
    "asdfghjkl1",
    "asdfasdfasdf",
    "changemenow",
    "football12",
    "iloveyou12",
    "internet12",
    "letmein123",
    "letmeinplease",
    "password01",
    "password10",
    "password12",
    "password123",
    "password1234",
    "passwordpassword",
    "pumicepumice",
    "q1w2e3r4t5",
    "qwerty1234",
    "qwerty12345",
    "qwertyuiop",
    "welcome123",
];

/// Why a text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weak {
    /// It is too short.
    Short,
    /// It is too long.
    Long,
    /// It is the name, or hardly more.
    Name,
    /// Everybody tries it first.
    Common,
}

/// Whether a text is good enough a password.
pub(crate) fn check(password: &str, name: &AccountName) -> Result<(), Weak> {
    let folded = Zeroizing::new(password.to_lowercase());
    let distinct = folded.chars().collect::<std::collections::BTreeSet<_>>().len();
    if password.chars().count() < SHORTEST {
        Err(Weak::Short)
    } else if password.len() > LONGEST {
        Err(Weak::Long)
    } else if folded.replace(name.as_str(), "").chars().count() < 4 {
        Err(Weak::Name)
    } else if distinct < 3 || COMMON.contains(&folded.as_str()) {
        Err(Weak::Common)
    } else {
        Ok(())
    }
}
