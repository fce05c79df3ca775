//! A backup that another box can open: the whole database and the key that sealed it, encrypted with a key on paper.
//!
//! ```text
//!   magic 8 | memory 4 | passes 4 | lanes 4 | salt 16 | nonce 24 | ciphertext | tag 16
//!                                                                  version 1 | sealing key 32 | database
//! ```
//!
//! Numbers are little-endian. The cipher is XChaCha20-Poly1305, its key is derived by Argon2id; all before the ciphertext is
//! authenticated with it. It is one piece and not a stream: nothing of it is used before all of it is authentic.

#[cfg(test)]
mod tests;

use core::fmt;
use std::fs::File;
use std::io::{self, Read};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use pumice_model::control::Refusal;
use zeroize::Zeroizing;

use crate::{RecoveryKey, Store, StoreError, files};

/// What is larger is no backup of a box whose database has a bound below it.
pub const LARGEST_BACKUP: usize = 48 << 20;

/// Tells a backup from any other file, and says how it is made.
const MAGIC: &[u8; 8] = b"pumiceB1";
const VERSION: u8 = 1;
const KEY: usize = 32;
const SALT: usize = 16;
const NONCE: usize = 24;
const TAG: usize = 16;
const HEADER: usize = MAGIC.len() + 12 + SALT + NONCE;
/// What stands before the database.
const BEFORE: usize = 1 + KEY;

/// The paper has 115 random bits, which is what protects it: these cost a small box half a second, and no more memory than
/// it has.
const COST: Cost = Cost { memory_kib: 8_192, passes: 3, lanes: 1 };
/// The most that a file may ask for.
const MOST: Cost = Cost { memory_kib: 32_768, passes: 16, lanes: 4 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What another box needs to take this one's place. Wiped when dropped.
pub struct Portable {
    /// Room for the header, then the version, the key and the database: it is encrypted where it stands.
    octets: Zeroizing<Vec<u8>>,
}

impl Store {
    /// Takes a copy of all that is kept, with the key that seals it. Quick: what takes long is [`Portable::encrypt`], which
    /// is for another thread.
    pub fn carry_away(&mut self) -> Result<Portable, Refusal> {
        let Some(key) = self.sealer().key_to_carry() else {
            return Err(Refusal::NotHere { lacks: "a key that may leave it: it is bound to the board" });
        };
        let copy = files::exported(self.path());
        self.backup_to(&copy)?;
        let portable = File::open(&copy).and_then(|copy| {
            let length = copy.metadata()?.len();
            Portable::new(&key, length, copy)
        });
        files::remove(&copy).map_err(StoreError::from)?;
        Ok(portable.map_err(StoreError::from)?)
    }

    /// [`Self::carry_away`] and [`Portable::encrypt`] in one.
    pub fn export(&mut self, recovery_key: &str) -> Result<Vec<u8>, Refusal> {
        let Some(key) = RecoveryKey::parse(recovery_key) else {
            let mistake = ("recovery_key".to_owned(), "has a wrong or missing character".to_owned());
            return Err(Refusal::Wrong { mistakes: vec![mistake] });
        };
        self.carry_away()?.encrypt(&key)
    }
}

impl Portable {
    pub(crate) fn new(key: &[u8; KEY], length: u64, database: impl Read) -> io::Result<Self> {
        // At its final size from the start: growing would leave a copy behind, and take twice the memory.
        let size = usize::try_from(length).ok().and_then(|length| length.checked_add(HEADER + BEFORE + TAG));
        let size = size.filter(|size| *size <= LARGEST_BACKUP).ok_or(io::ErrorKind::FileTooLarge)?;
        let mut octets = Zeroizing::new(Vec::with_capacity(size));
        octets.resize(HEADER, 0);
        octets.push(VERSION);
        octets.extend_from_slice(key);
        database.take(length).read_to_end(&mut octets)?;
        Ok(Self { octets })
    }

    /// Encrypts it. Takes half a second and 8 MiB.
    pub fn encrypt(mut self, recovery_key: &RecoveryKey) -> Result<Vec<u8>, Refusal> {
        let mut random = [0; SALT + NONCE];
        getrandom::fill(&mut random).map_err(|error| failed(&error.to_string()))?;
        let (salt, nonce) = random.split_at(SALT);
        let header = COST.header(salt, nonce);
        let key = derive(recovery_key, salt, COST).ok_or_else(|| failed("no key could be derived"))?;
        let nonce = XNonce::try_from(nonce).map_err(|error| failed(&error.to_string()))?;
        let Some((place, plain)) = self.octets.split_at_mut_checked(HEADER) else {
            return Err(failed("there is no room for its header"));
        };
        let tag = XChaCha20Poly1305::new(&(*key).into())
            .encrypt_inout_detached(&nonce, &header, plain.into())
            .map_err(|error| failed(&error.to_string()))?;
        place.copy_from_slice(&header);
        self.octets.extend_from_slice(&tag);
        // All but its header is a ciphertext now.
        Ok(core::mem::take(&mut *self.octets))
    }

    /// Decrypts a backup; [`Refusal::BadBackup`] if it is none, was changed, or was encrypted with another key.
    pub fn decrypt(backup: Vec<u8>, recovery_key: &RecoveryKey) -> Result<Self, Refusal> {
        let mut octets = Zeroizing::new(backup);
        if octets.len() > LARGEST_BACKUP {
            return Err(Refusal::BadBackup);
        }
        open(&mut octets, recovery_key).ok_or(Refusal::BadBackup)?;
        let portable = Self { octets };
        match portable.parts() {
            Some(_) => Ok(portable),
            None => Err(Refusal::BadBackup),
        }
    }

    /// The sealing key and the database.
    pub(crate) fn parts(&self) -> Option<(&[u8; KEY], &[u8])> {
        match self.octets.get(HEADER..)?.split_first()? {
            (&VERSION, rest) => rest.split_first_chunk(),
            _ => None,
        }
    }
}

impl fmt::Debug for Portable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Portable(..)")
    }
}

/// Decrypts in place, and cuts the tag off.
fn open(octets: &mut Vec<u8>, recovery_key: &RecoveryKey) -> Option<()> {
    let length = octets.len().checked_sub(TAG)?;
    let (header, rest) = octets.split_at_mut_checked(HEADER)?;
    let (text, tag) = rest.split_last_chunk_mut::<TAG>()?;
    let (cost, salt, nonce) = Cost::read(header)?;
    let key = derive(recovery_key, salt, cost)?;
    XChaCha20Poly1305::new(&(*key).into())
        .decrypt_inout_detached(&XNonce::from(*nonce), header, text.into(), &Tag::from(*tag))
        .ok()?;
    octets.truncate(length);
    Some(())
}

impl Cost {
    fn header(self, salt: &[u8], nonce: &[u8]) -> Vec<u8> {
        let numbers = [self.memory_kib, self.passes, self.lanes].map(u32::to_le_bytes);
        [MAGIC.as_slice(), numbers.as_flattened(), salt, nonce].concat()
    }

    /// The cost, the salt and the nonce of a header that asks for no more than a box can give.
    fn read(header: &[u8]) -> Option<(Self, &[u8], &[u8; NONCE])> {
        let rest = header.strip_prefix(MAGIC)?;
        let (numbers, rest) = rest.split_first_chunk::<12>()?;
        let (salt, rest) = rest.split_first_chunk::<SALT>()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
        let mut numbers = numbers.as_chunks::<4>().0.iter().map(|octets| u32::from_le_bytes(*octets));
        let cost = Self { memory_kib: numbers.next()?, passes: numbers.next()?, lanes: numbers.next()? };
        let bearable =
            cost.memory_kib <= MOST.memory_kib && cost.passes <= MOST.passes && cost.lanes <= MOST.lanes;
        (bearable && rest.is_empty()).then_some((cost, salt, nonce))
    }
}

fn derive(recovery_key: &RecoveryKey, salt: &[u8], cost: Cost) -> Option<Zeroizing<[u8; KEY]>> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(KEY)).ok()?;
    let mut key = Zeroizing::new([0; KEY]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(recovery_key.expose(), salt, key.as_mut_slice())
        .ok()?;
    Some(key)
}

fn failed(what: &str) -> Refusal {
    Refusal::Store { reason: what.to_owned() }
}
