//! `pumice backup`, `pumice restore`, `pumice diagnostics`

use std::path::Path;

use hyper::Method;
use pumice_model::recovery_key::RecoveryKey;
use pumice_web::dto::{BackupOrder, SecretText};
use zeroize::Zeroizing;

use super::client::{Body, Client};
use super::file::{self, FileError, NewFile};
use super::text::size;
use super::{Console, OperateError};
use crate::command_line::{BackupArgs, RestoreArgs};

/// Octets of a backup: what the gateway takes.
const LARGEST: u64 = 48 << 20;

const RECOVERY_KEY: &str = "the recovery key";

/// The key is made here and told once the backup is on the disk: nobody writes down a key that opens nothing.
pub(super) async fn make(
    client: &Client,
    args: &BackupArgs,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let (key, made) = match &args.recovery_key_from {
        Some(path) => (given(path, console)?, false),
        None => (drawn()?, true),
    };
    let file = NewFile::create(&args.file)?;
    let body = Body::json(&BackupOrder { recovery_key: SecretText::new(key.to_string()) })?;
    let answer = client.request(Method::POST, "/api/v1/backup", Some(body)).await;
    let octets = file.fill(answer.map_err(OperateError::from), console.out)?;
    let octets = size(u64::try_from(octets).unwrap_or(u64::MAX));
    writeln!(console.notes, "wrote {octets} to {}", args.file.display())?;
    if made {
        writeln!(
            console.notes,
            "the recovery key, without which nobody opens it, and which is shown this once:\n\n    {}\n",
            *key
        )?;
    }
    Ok(())
}

pub(super) async fn restore(
    client: &Client,
    args: &RestoreArgs,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    if file::is_standard(&args.file) && file::is_standard(&args.recovery_key_from) {
        return Err(OperateError::TwoInputs);
    }
    let mut octets = file::read(&args.file, console.input, LARGEST, "; no backup is as large")?;
    let key = given(&args.recovery_key_from, console)?;
    let body = Body::new("application/octet-stream", core::mem::take(&mut *octets));
    let empty = || FileError::Empty { path: args.recovery_key_from.clone(), what: RECOVERY_KEY };
    let body = body.with_secret("x-recovery-key", &key).ok_or_else(empty)?;
    client.request(Method::POST, "/api/v1/restore", Some(body)).await?;
    writeln!(console.out, "restored; the gateway starts anew in a moment")?;
    Ok(())
}

/// A key that somebody has, as the gateway reads it.
fn given(path: &Path, console: &mut Console<'_>) -> Result<Zeroizing<String>, OperateError> {
    let text = file::secret(path, console.input, RECOVERY_KEY)?;
    RecoveryKey::parse(&text).map(|key| key.text()).ok_or(OperateError::NoRecoveryKey)
}

fn drawn() -> Result<Zeroizing<String>, OperateError> {
    let mut entropy = Zeroizing::new([0; 16]);
    getrandom::fill(entropy.as_mut_slice()).map_err(|error| OperateError::Randomness(error.to_string()))?;
    Ok(RecoveryKey::from_entropy(&entropy).text())
}

pub(super) async fn diagnostics(
    client: &Client,
    path: &Path,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let file = NewFile::create(path)?;
    let answer = client.json("/api/v1/diagnostics").await;
    let octets = file.fill(answer.map_err(OperateError::from), console.out)?;
    let octets = size(u64::try_from(octets).unwrap_or(u64::MAX));
    writeln!(console.notes, "wrote {octets} to {}", path.display())?;
    Ok(())
}
