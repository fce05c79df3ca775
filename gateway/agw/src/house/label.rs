//! What is printed on the box: the one-time code that makes its first owner, and the authority that signs for its page. Made at
//! the first start, and never again: a label cannot be changed from inside. So it lies apart from what a factory reset takes.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use pumice_web::site::certificate::{self, CertificateError, Certified};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

const CODE: &str = "code";
const AUTHORITY: &str = "authority";
const PAGE_KEY: &str = "page.key";
const WIFI: &str = "wifi";

/// Files larger than this are not of a label.
const LARGEST: u64 = 16 << 10;

/// Letters of the code: Crockford's, of which none is taken for another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Letters between dashes.
const GROUP: usize = 4;

/// Letters in the code: 40 bits, of which nobody tries many while guesses are slowed down.
const CODE_LETTERS: usize = 8;

/// Letters of the WiFi's password: 60 bits, which somebody in the street cannot try in a lifetime.
const WIFI_LETTERS: usize = 12;

/// Why there is no label.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LabelError {
    /// A certificate cannot be made.
    #[error("the certificate of the page: {0}")]
    Certificate(#[from] CertificateError),
    /// The system gives no randomness.
    #[error("drawing the label's code: {0}")]
    Randomness(getrandom::Error),
}

/// A label.
pub(crate) struct Label {
    /// Makes the first owner, as long as there is none.
    pub(crate) code: Zeroizing<String>,
    /// The password of the WiFi that the box opens to be set up.
    pub(crate) wifi_password: Zeroizing<String>,
    authority: Certified,
    page_key: Zeroizing<String>,
}

impl Label {
    /// Reads the label in a folder, and makes what is missing. `name` tells this box's authority from another's. A disk that
    /// takes nothing, or a damaged file, keeps no phone from being served: the page then has what is made now, which no label
    /// has, and the log says so.
    pub(crate) fn open_or_make(folder: &Path, name: &str, unix_seconds: u64) -> Result<Self, LabelError> {
        if let Err(error) = DirBuilder::new().recursive(true).mode(0o700).create(folder) {
            tracing::error!(%error, folder = %folder.display(), "the label's folder cannot be made");
        }
        let text = |text: &str| Some(Zeroizing::new(text.trim().to_owned())).filter(|text| !text.is_empty());
        let code = kept(&folder.join(CODE), text, || draw(CODE_LETTERS))?;
        let wifi_password = kept(&folder.join(WIFI), text, || draw(WIFI_LETTERS))?;
        let authority = kept(
            &folder.join(AUTHORITY),
            |text| Certified::from_text(text).ok().filter(|found| can_sign(found, unix_seconds)),
            || Ok(certificate::authority(&certificate::new_key()?, name, unix_seconds)?.to_text()),
        )?;
        let page_key = kept(
            &folder.join(PAGE_KEY),
            |text| {
                let usable = certificate::issue(&authority, text, &[], unix_seconds).is_ok();
                usable.then(|| Zeroizing::new(text.to_owned()))
            },
            || Ok(certificate::new_key()?),
        )?;
        Ok(Self { code, wifi_password, authority, page_key })
    }

    /// A certificate of the page for these names and addresses.
    pub(crate) fn certificate(&self, names: &[String], unix_seconds: u64) -> Result<Certified, LabelError> {
        Ok(certificate::issue(&self.authority, &self.page_key, names, unix_seconds)?)
    }

    /// The authority: what phones may install.
    pub(crate) fn authority(&self) -> &Certified {
        &self.authority
    }

    /// The fingerprint that is on the label.
    pub(crate) fn fingerprint(&self) -> Result<[u8; 32], LabelError> {
        Ok(certificate::fingerprint(&self.authority.certificate_pem)?)
    }
}

impl std::fmt::Debug for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Label(..)")
    }
}

/// Whether something can be signed with an authority.
fn can_sign(authority: &Certified, unix_seconds: u64) -> bool {
    let issued =
        certificate::new_key().and_then(|key| certificate::issue(authority, &key, &[], unix_seconds));
    issued.is_ok() && certificate::fingerprint(&authority.certificate_pem).is_ok()
}

/// What a file holds, as `read` understands it; it is made if it is not there, or is damaged, which is set aside.
fn kept<T>(
    path: &Path,
    read: impl Fn(&str) -> Option<T>,
    make: impl FnOnce() -> Result<Zeroizing<String>, LabelError>,
) -> Result<T, LabelError> {
    let shown = path.display();
    let mut text = Zeroizing::new(String::new());
    match File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text)) {
        Ok(_) => {
            if let Some(found) = read(&text) {
                return Ok(found);
            }
            tracing::error!(
                "{shown} is damaged: another is made, and the label on the box is not true any more"
            );
            set_aside(path);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            tracing::error!(
                "{shown} is damaged: another is made, and the label on the box is not true any more"
            );
            set_aside(path);
        }
        Err(error) => {
            tracing::error!(%error, "{shown} cannot be read: the page has another one until it can be")
        }
    }
    let text = make()?;
    if let Err(error) = write(path, &text) {
        tracing::error!(%error, "{shown} is not kept: the next start makes another one");
    }
    read(&text).ok_or_else(|| CertificateError::Unusable(format!("{shown} cannot be made")).into())
}

fn set_aside(path: &Path) {
    if let Err(error) = fs::rename(path, path.with_extension("damaged")) {
        tracing::error!(%error, "{} stays", path.display());
    }
}

/// All of a file or nothing, for this user alone.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Letters in groups of four, as `K7QF-2M9X`.
fn draw(letters: usize) -> Result<Zeroizing<String>, LabelError> {
    let mut octets = Zeroizing::new(vec![0_u8; letters]);
    getrandom::fill(&mut octets).map_err(LabelError::Randomness)?;
    let letters = octets.iter().filter_map(|octet| LETTERS.get(usize::from(octet % 32)));
    let mut code = Zeroizing::new(String::new());
    for (at, letter) in letters.enumerate() {
        if at > 0 && at.is_multiple_of(GROUP) {
            code.push('-');
        }
        code.push(char::from(*letter));
    }
    Ok(code)
}
