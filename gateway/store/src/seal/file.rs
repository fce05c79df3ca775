//! Sealing with a key in a file.

use core::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{Place, Sealer};
use crate::error::KeyFileFault;
use crate::{StoreError, files};

const KEY: usize = 32;
const NONCE: usize = 24;
const TAG: usize = 16;
/// Tells a key file from any other, and says which cipher it is for.
const MAGIC: &[u8; 8] = b"pumice1\n";

/// Seals with XChaCha20-Poly1305 and a random key of 256 bits in a file that only its owner may read.
///
/// The extended nonce has 192 bits, so that random ones never meet in the life of a box: with the 96 bits of RFC 8439 they
/// might, after the thousands of millions of checkpoints that 600 phones make in some years.
pub struct FileSealer {
    cipher: XChaCha20Poly1305,
    key: Zeroizing<[u8; KEY]>,
}

impl FileSealer {
    /// Reads the key, or draws one when there is no file. The last directory of the path is made (0700) if it is
    /// missing. When this returns, the file is on the
    /// disk: nothing is ever sealed with a key that a power cut takes.
    ///
    /// A file that is there but holds no key is an error, and is left as it is: it may be a card that is dying.
    pub fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        let fault = |why| StoreError::KeyFile { path: path.to_path_buf(), why };
        let system = |error: io::Error| fault(KeyFileFault::System(error.to_string()));
        let key = match read(path).map_err(system)? {
            Found::Key(key) => key,
            Found::Nothing => {
                create(path).map_err(system)?;
                match read(path).map_err(system)? {
                    Found::Key(key) => key,
                    Found::Nothing | Found::SomethingElse => return Err(fault(KeyFileFault::NoKey)),
                }
            }
            Found::SomethingElse => return Err(fault(KeyFileFault::NoKey)),
        };
        Ok(Self::new(&key))
    }

    /// Seals with this key: for keys that come from elsewhere.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&(*key).into()), key: Zeroizing::new(*key) }
    }
}

impl Sealer for FileSealer {
    fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let failed = |what: String| StoreError::Sealer { what };
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| failed(error.to_string()))?;
        // At its final size from the start: growing would leave a copy of the plain text behind.
        let mut sealed = Vec::with_capacity(NONCE + plain.len() + TAG);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let text = sealed.get_mut(NONCE..).unwrap_or_default();
        let tag = self
            .cipher
            .encrypt_inout_detached(&XNonce::from(nonce), &place.associated_data(), text.into())
            .map_err(|error| failed(error.to_string()))?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(StoreError::NotAuthentic)?;
        let (text, tag) = rest.split_last_chunk::<TAG>().ok_or(StoreError::NotAuthentic)?;
        let mut plain = Zeroizing::new(text.to_vec());
        self.cipher
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                &place.associated_data(),
                plain.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .map_err(|_| StoreError::NotAuthentic)?;
        Ok(plain)
    }

    fn key_to_carry(&self) -> Option<Zeroizing<[u8; KEY]>> {
        Some(self.key.clone())
    }
}

/// A key file's content.
pub(crate) fn key_file(key: &[u8; KEY]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([MAGIC.as_slice(), key].concat())
}

impl fmt::Debug for FileSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSealer(..)")
    }
}

enum Found {
    Key(Zeroizing<[u8; KEY]>),
    Nothing,
    SomethingElse,
}

fn read(path: &Path) -> io::Result<Found> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others could read the key file; its permissions are tightened");
        if let Err(error) = file.set_permissions(Permissions::from_mode(0o600)) {
            tracing::warn!(%error, "its permissions stay as they are");
        }
    }
    // One octet more than a key file has, so that a longer one is seen.
    let mut content = Zeroizing::new([0; MAGIC.len() + KEY + 1]);
    let mut length = 0;
    while let Some(rest) = content.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            octets => length += octets,
        }
    }
    let key = content.get(..length).and_then(|content| content.strip_prefix(MAGIC));
    match key.and_then(|key| <[u8; KEY]>::try_from(key).ok()) {
        Some(key) => Ok(Found::Key(Zeroizing::new(key))),
        None => Ok(Found::SomethingElse),
    }
}

fn create(path: &Path) -> io::Result<()> {
    files::make_directory_of(path)?;
    let mut key = Zeroizing::new([0; KEY]);
    getrandom::fill(key.as_mut_slice()).map_err(io::Error::other)?;
    let draft = files::beside(path, ".new");
    // A draft that a power cut left was never used.
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(MAGIC)?;
    file.write_all(key.as_slice())?;
    file.sync_all()?;
    // A link, not a renaming: it never replaces a key that another process put there meanwhile.
    match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    fs::remove_file(&draft)?;
    files::sync_directory_of(path)
}
