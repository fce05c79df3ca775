//! Keys that sign updates and boot files. Those of a development machine are made here and worth nothing; a maker's lie in the folder
//! that PUMICE_KEYS names (docs/image.md).

use std::env;
use std::path::{Path, PathBuf};

use super::make_folder;
use crate::workspace::{program, succeed, target};

/// Where keys and certificates are.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// What a box believes of updates.
    pub(super) update_authority: PathBuf,
    pub(super) update_certificate: PathBuf,
    pub(super) update_key: PathBuf,
    /// What a box's firmware believes of boot files.
    pub(super) boot_certificate: PathBuf,
    pub(super) boot_key: PathBuf,
}

/// The certificate that a firmware has to believe for it to start our boot files.
pub(crate) fn boot_certificate() -> Result<PathBuf, String> {
    provide().map(|keys| keys.boot_certificate)
}

pub(super) fn provide() -> Result<Keys, String> {
    let (folder, is_own) = match env::var_os("PUMICE_KEYS") {
        Some(folder) => (PathBuf::from(folder), false),
        None => (target().join("image/keys"), true),
    };
    let keys = Keys {
        update_authority: folder.join("update-authority.pem"),
        update_certificate: folder.join("update.pem"),
        update_key: folder.join("update.key"),
        boot_certificate: folder.join("boot.pem"),
        boot_key: folder.join("boot.key"),
    };
    if is_own {
        make_folder(&folder)?;
        if !keys.update_authority.exists() {
            certificate("Pumice development updates", &keys.update_key, &keys.update_certificate)?;
            super::files::copy(&keys.update_certificate, &keys.update_authority)?;
        }
        if !keys.boot_certificate.exists() {
            certificate("Pumice development boot files", &keys.boot_key, &keys.boot_certificate)?;
        }
    }
    for file in [
        &keys.update_authority,
        &keys.update_certificate,
        &keys.update_key,
        &keys.boot_certificate,
        &keys.boot_key,
    ] {
        if !file.exists() {
            return Err(format!("{} is missing: docs/image.md says what PUMICE_KEYS holds", file.display()));
        }
    }
    Ok(keys)
}

fn certificate(name: &str, key: &Path, certificate: &Path) -> Result<(), String> {
    succeed(
        program("openssl")
            .args(["req", "-x509", "-newkey", "rsa:3072", "-nodes", "-sha256", "-days", "36500", "-batch"])
            .args(["-subj", &format!("/CN={name}"), "-addext", "keyUsage=digitalSignature,keyCertSign"])
            .args(["-addext", "extendedKeyUsage=codeSigning,emailProtection"])
            .arg("-keyout")
            .arg(key)
            .arg("-out")
            .arg(certificate)
            .stderr(std::process::Stdio::null()),
    )
}
