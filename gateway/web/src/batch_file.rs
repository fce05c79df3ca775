//! An encrypted file of a batch of SIMs: what a vendor of cards sends, so that a card's keys never have to be typed or read aloud.
//! Who adds a phone needs only the number printed on its card.
//!
//! ```text
//! "PUMBATCH1"  9 octets
//! memory       4 octets, KiB, big-endian: the cost of Argon2id
//! passes       4 octets
//! lanes        4 octets
//! salt        16 octets
//! nonce       12 octets
//! the rest     ChaCha20-Poly1305 (RFC 8439) of a CSV file, with all of the above as additional data
//! ```
//!
//! The key is Argon2id of the passphrase. The CSV has a column `iccid`, and those of an import of subscribers: `imsi`, `k`, `opc`
//! or `op`; if wanted `amf`, `name`, `state`, `apn`, `qci`, `priority`, `ambr_uplink`, `ambr_downlink`, `ims_voice`.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use pumice_model::keeper::BATCH;
use pumice_model::machine::BatchSim;
use zeroize::Zeroizing;

use crate::argon::Memory;
use crate::config::{SubscriberDefaults, WebLimits};
use crate::error::{FieldErrors, WebError};
use crate::subscriber_table::Table;

#[cfg(test)]
mod tests;

const MAGIC: &[u8; 9] = b"PUMBATCH1";
const HEADER: usize = MAGIC.len() + 12 + SALT + NONCE;
const SALT: usize = 16;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Octets of a file at most: 4,000 rows of 500 octets.
pub const BATCH_OCTETS: usize = 2 << 20;

/// What is asked of Argon2id: 64 MiB would be better for a file that travels, and is more than a small board has to give.
const COST: Cost = Cost { memory_kib: 19_456, passes: 3, lanes: 1 };

/// What a file may ask for: one of somebody else's making must not take the box's memory or hours.
const MOST: Cost = Cost { memory_kib: 32_768, passes: 16, lanes: 4 };

/// Characters of a passphrase at least.
pub const PASSPHRASE: usize = 12;

/// Why a file is not sealed or does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchFileError {
    /// It is something else.
    #[error("this is no batch file")]
    NotABatch,
    /// It is larger than it may be.
    #[error("a batch file has {BATCH_OCTETS} octets at most; split it")]
    TooLarge,
    /// It asks for more work than this box does.
    #[error("the batch file asks for more memory or work than allowed")]
    TooCostly,
    /// The passphrase is another one, or the file is damaged.
    #[error("the batch file does not open: check the passphrase; if it is right, the file is damaged")]
    WrongPassphrase,
    /// The passphrase is too short to protect keys.
    #[error("a passphrase has at least {PASSPHRASE} characters")]
    ShortPassphrase,
    /// The system has no memory or randomness.
    #[error("the system has no memory or randomness for this now")]
    NoRoom,
    /// What is in it is wrong.
    #[error(transparent)]
    Content(#[from] WebError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What makes one sealing differ from another: random, and never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchEntropy {
    /// Salt of the key.
    pub salt: [u8; SALT],
    /// Nonce of the encryption.
    pub nonce: [u8; NONCE],
}

impl BatchEntropy {
    /// From the system's randomness.
    pub fn random() -> Result<Self, BatchFileError> {
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        getrandom::fill(&mut salt).map_err(|_| BatchFileError::NoRoom)?;
        getrandom::fill(&mut nonce).map_err(|_| BatchFileError::NoRoom)?;
        Ok(Self { salt, nonce })
    }
}

/// Seals a CSV file, once it was checked that a box would take it.
pub fn seal(
    csv: &[u8],
    passphrase: &str,
    entropy: BatchEntropy,
    defaults: &SubscriberDefaults,
) -> Result<Vec<u8>, BatchFileError> {
    if passphrase.chars().count() < PASSPHRASE {
        return Err(BatchFileError::ShortPassphrase);
    }
    if csv.len() > BATCH_OCTETS - HEADER - TAG {
        return Err(BatchFileError::TooLarge);
    }
    sims(csv, defaults)?;
    let header = header(COST, entropy);
    let cipher = cipher(&mut Memory::default(), passphrase, &entropy.salt, COST)?;
    let sealed = cipher
        .encrypt(&Nonce::from(entropy.nonce), Payload { msg: csv, aad: &header })
        .map_err(|_| BatchFileError::NoRoom)?;
    Ok([header, sealed].concat())
}

/// Opens a file: the SIMs in it, each checked. Takes a second, and the memory that [`seal`] asked for: not for a thread that
/// serves others.
pub fn open(
    file: &[u8],
    passphrase: &str,
    defaults: &SubscriberDefaults,
) -> Result<Vec<BatchSim>, BatchFileError> {
    open_in(&mut Memory::default(), file, passphrase, defaults)
}

/// [`open`] in memory that is there.
pub(crate) fn open_in(
    memory: &mut Memory,
    file: &[u8],
    passphrase: &str,
    defaults: &SubscriberDefaults,
) -> Result<Vec<BatchSim>, BatchFileError> {
    if file.len() > BATCH_OCTETS {
        return Err(BatchFileError::TooLarge);
    }
    let (header, sealed) = file.split_at_checked(HEADER).ok_or(BatchFileError::NotABatch)?;
    let (cost, entropy) = parse_header(header).ok_or(BatchFileError::NotABatch)?;
    let modest = cost.memory_kib <= MOST.memory_kib && cost.passes <= MOST.passes && cost.lanes <= MOST.lanes;
    if !modest {
        return Err(BatchFileError::TooCostly);
    }
    let csv = cipher(memory, passphrase, &entropy.salt, cost)?
        .decrypt(&Nonce::from(entropy.nonce), Payload { msg: sealed, aad: header })
        .map_err(|_| BatchFileError::WrongPassphrase)?;
    sims(&Zeroizing::new(csv), defaults)
}

/// Whether a text is the number of a SIM card (ITU-T E.118 as cards carry it): 18 to 20 digits that begin with 89, the last one
/// by the rule of Luhn. Some vendors' 20 digits have no check digit but a filler, so that of 20 the first 19 may be right.
pub fn is_iccid(text: &str) -> bool {
    let digits = (18..=20).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    let shorter = || text.len() == 20 && text.get(..19).is_some_and(is_luhn);
    digits && text.starts_with("89") && (is_luhn(text) || shorter())
}

fn is_luhn(text: &str) -> bool {
    let sum: u32 = text
        .bytes()
        .rev()
        .map(|digit| u32::from(digit.wrapping_sub(b'0')))
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn sims(csv: &[u8], defaults: &SubscriberDefaults) -> Result<Vec<BatchSim>, BatchFileError> {
    let rows = usize::try_from(BATCH).unwrap_or(usize::MAX);
    let limits = WebLimits { import_rows: rows, ..WebLimits::default() };
    let table = Table::parse_batch(csv, defaults, &limits)?;
    let mut sims = Vec::with_capacity(table.subscribers.len());
    let mut errors = FieldErrors::default();
    let mut known = std::collections::BTreeSet::new();
    for subscriber in table.subscribers {
        let line = table.lines.get(&subscriber.imsi).copied().unwrap_or_default();
        let mut wrong = |detail: &str| errors.in_table(line, "iccid", detail);
        match table.iccids.get(&subscriber.imsi) {
            Some(iccid) if !is_iccid(iccid) => {
                wrong("wanted are the 18 to 20 digits of a SIM card, the last one right")
            }
            Some(iccid) if !known.insert(iccid.clone()) => wrong("this card is in the file already"),
            Some(iccid) => sims.push(BatchSim { iccid: iccid.clone(), subscriber }),
            None => wrong("the number of the card is wanted"),
        }
    }
    if errors.is_empty() { Ok(sims) } else { Err(WebError::Invalid(errors).into()) }
}

fn cipher(
    memory: &mut Memory,
    passphrase: &str,
    salt: &[u8; SALT],
    cost: Cost,
) -> Result<ChaCha20Poly1305, BatchFileError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| BatchFileError::NotABatch)?;
    let mut key = Zeroizing::new([0; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    memory
        .derive(&argon2, passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| BatchFileError::NoRoom)?;
    Ok(ChaCha20Poly1305::new(&Key::from(*key)))
}

fn header(cost: Cost, entropy: BatchEntropy) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        header.extend(number.to_be_bytes());
    }
    header.extend(entropy.salt);
    header.extend(entropy.nonce);
    header
}

fn parse_header(header: &[u8]) -> Option<(Cost, BatchEntropy)> {
    let rest = header.strip_prefix(MAGIC)?;
    let (memory_kib, rest) = rest.split_first_chunk()?;
    let (passes, rest) = rest.split_first_chunk()?;
    let (lanes, rest) = rest.split_first_chunk()?;
    let (salt, rest) = rest.split_first_chunk()?;
    let (nonce, _) = rest.split_first_chunk()?;
    let number = |octets: &[u8; 4]| u32::from_be_bytes(*octets);
    let cost = Cost { memory_kib: number(memory_kib), passes: number(passes), lanes: number(lanes) };
    Some((cost, BatchEntropy { salt: *salt, nonce: *nonce }))
}
