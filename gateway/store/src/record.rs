//! Records: one octet of version, then a sealed postcard. A version is frozen: `tests/store/schema.rs` holds its octets, so that a
//! change of the model that changes them is noticed and gets a version of its own.

#[cfg(test)]
mod tests;

use pumice_model::identity::Imsi;
use pumice_model::subscriber::Subscriber;
use pumice_model::ue::UeRecord;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{Place, Sealer, StoreError};

/// The table of subscribers.
pub(crate) const SUBSCRIBERS: &str = "subscribers";
/// The table of phones.
pub(crate) const UES: &str = "ues";

/// Records are written in this version.
const VERSION: u8 = 1;
/// A phone with eleven bearers and the longest names takes about 2,000 octets.
const LONGEST: usize = 4_096;

/// Seals a subscriber.
pub(crate) fn seal_subscriber(sealer: &dyn Sealer, subscriber: &Subscriber) -> Result<Vec<u8>, StoreError> {
    seal(sealer, SUBSCRIBERS, &subscriber.imsi.digits(), subscriber)
}

/// Seals a phone.
pub(crate) fn seal_ue(sealer: &dyn Sealer, ue: &UeRecord) -> Result<Vec<u8>, StoreError> {
    seal(sealer, UES, &ue.imsi.digits(), ue)
}

/// Opens a subscriber.
pub(crate) fn open_subscriber(
    sealer: &dyn Sealer,
    imsi: &str,
    record: &[u8],
) -> Result<Subscriber, StoreError> {
    let subscriber: Subscriber = open(sealer, SUBSCRIBERS, imsi, record)?;
    belongs(imsi, subscriber.imsi).map(|()| subscriber)
}

/// Opens a phone.
pub(crate) fn open_ue(sealer: &dyn Sealer, imsi: &str, record: &[u8]) -> Result<UeRecord, StoreError> {
    let ue: UeRecord = open(sealer, UES, imsi, record)?;
    belongs(imsi, ue.imsi).map(|()| ue)
}

/// Seals a value for its row.
pub(crate) fn seal<T: Serialize>(
    sealer: &dyn Sealer,
    table: &'static str,
    key: &str,
    value: &T,
) -> Result<Vec<u8>, StoreError> {
    let mut buffer = Zeroizing::new([0; LONGEST]);
    let plain = postcard::to_slice(value, buffer.as_mut_slice()).map_err(|_| StoreError::RecordTooLarge)?;
    let sealed = sealer.seal(&Place { table, key, version: VERSION }, plain)?;
    Ok([&[VERSION], sealed.as_slice()].concat())
}

/// Opens what was sealed for a row.
pub(crate) fn open<T: DeserializeOwned>(
    sealer: &dyn Sealer,
    table: &'static str,
    key: &str,
    record: &[u8],
) -> Result<T, StoreError> {
    match record.split_first() {
        Some((&VERSION, sealed)) => {
            let plain = sealer.open(&Place { table, key, version: VERSION }, sealed)?;
            match postcard::take_from_bytes(&plain) {
                Ok((value, [])) => Ok(value),
                _ => Err(StoreError::Malformed),
            }
        }
        Some((&version, _)) => Err(StoreError::UnknownVersion(version)),
        None => Err(StoreError::Malformed),
    }
}

/// A record that holds no secret: one octet of version, then a postcard.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(value, vec![VERSION]).map_err(|_| StoreError::RecordTooLarge)
}

/// Reads a record that is not sealed.
pub(crate) fn decode<T: DeserializeOwned>(record: &[u8]) -> Result<T, StoreError> {
    match record.split_first() {
        Some((&VERSION, plain)) => match postcard::take_from_bytes(plain) {
            Ok((value, [])) => Ok(value),
            _ => Err(StoreError::Malformed),
        },
        Some((&version, _)) => Err(StoreError::UnknownVersion(version)),
        None => Err(StoreError::Malformed),
    }
}

/// The seal binds a record to its row; a sealer that does not is caught here.
fn belongs(key: &str, imsi: Imsi) -> Result<(), StoreError> {
    if imsi.digits() == key { Ok(()) } else { Err(StoreError::NotAuthentic) }
}
