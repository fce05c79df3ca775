//! Sealing: what holds a key is encrypted before it reaches the disk, and bound to its place there.
//!
//! What this is worth with a [`FileSealer`] whose key lies on the same flash: a database, a backup or a log that leaves the
//! box alone gives no key away, and a record moved or changed by hand is noticed. Whoever takes the whole card, or is root
//! on the box, has the key file too, and opens everything. Only a key that cannot leave the board (a TPM, one-time
//! programmable fuses, a secure element) is worth more: [`Sealer`] is the door for it.

mod file;

use zeroize::Zeroizing;

use crate::StoreError;

pub use file::FileSealer;
pub(crate) use file::key_file;

/// Seals and opens records. Both are called from the thread that has the store; neither may panic on hostile octets.
pub trait Sealer: Send {
    /// Encrypts and authenticates `plain`, bound to `place`. Equal records give different octets every time.
    fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Gives back what was sealed for `place`, or [`StoreError::NotAuthentic`].
    fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError>;

    /// The key, for a backup that another box can open. Nothing from a key that cannot leave the board.
    fn key_to_carry(&self) -> Option<Zeroizing<[u8; 32]>> {
        None
    }
}

/// Where a record stands. A record sealed for one place does not open in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: &'a str,
    /// The version of the record.
    pub version: u8,
}

impl Place<'_> {
    /// The associated data: no two places give the same octets, because names of tables hold no zero.
    pub fn associated_data(&self) -> Vec<u8> {
        [b"pumice-store\0", self.table.as_bytes(), &[0, self.version], self.key.as_bytes()].concat()
    }
}
