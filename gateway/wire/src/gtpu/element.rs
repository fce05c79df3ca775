//! Information elements of the signalling messages (TS 29.281 8).

use core::net::IpAddr;

use pumice_model::identity::Teid;

use super::GtpuError;

pub(super) const RECOVERY: u8 = 14;
pub(super) const TEID_DATA_I: u8 = 16;
pub(super) const PEER_ADDRESS: u8 = 133;
pub(super) const EXTENSION_HEADER_TYPE_LIST: u8 = 141;

const CAUSE: u8 = 1;

/// Types from here on state their length.
const FIRST_WITH_LENGTH: u8 = 0x80;

/// The first element of type `wanted`.
pub(super) fn find(mut rest: &[u8], wanted: u8) -> Result<&[u8], GtpuError> {
    while let Some((kind, after)) = rest.split_first() {
        let (value, after) = split_value(*kind, after)?;
        if *kind == wanted {
            return Ok(value);
        }
        rest = after;
    }
    Err(GtpuError::MissingElement(wanted))
}

fn split_value(kind: u8, rest: &[u8]) -> Result<(&[u8], &[u8]), GtpuError> {
    let (length, rest) = match kind {
        CAUSE | RECOVERY => (1, rest),
        TEID_DATA_I => (4, rest),
        // The only one whose length is a single octet (TS 29.281 8.5).
        EXTENSION_HEADER_TYPE_LIST => {
            let (length, rest) = rest.split_first().ok_or(GtpuError::Truncated)?;
            (usize::from(*length), rest)
        }
        FIRST_WITH_LENGTH.. => {
            let (length, rest) = rest.split_first_chunk::<2>().ok_or(GtpuError::Truncated)?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return Err(GtpuError::ElementType(kind)),
    };
    rest.split_at_checked(length).ok_or(GtpuError::Truncated)
}

pub(super) fn teid(value: &[u8]) -> Result<Teid, GtpuError> {
    let octets = <[u8; 4]>::try_from(value)
        .map_err(|_| GtpuError::ElementLength { element: TEID_DATA_I, length: value.len() })?;
    Ok(Teid(u32::from_be_bytes(octets)))
}

pub(super) fn address(value: &[u8]) -> Result<IpAddr, GtpuError> {
    if let Ok(octets) = <[u8; 4]>::try_from(value) {
        return Ok(IpAddr::from(octets));
    }
    <[u8; 16]>::try_from(value)
        .map(IpAddr::from)
        .map_err(|_| GtpuError::ElementLength { element: PEER_ADDRESS, length: value.len() })
}

pub(super) fn emit_teid(teid: Teid, out: &mut Vec<u8>) {
    out.push(TEID_DATA_I);
    out.extend_from_slice(&teid.0.to_be_bytes());
}

pub(super) fn emit_address(address: IpAddr, out: &mut Vec<u8>) {
    out.push(PEER_ADDRESS);
    match address {
        IpAddr::V4(address) => {
            out.extend_from_slice(&4_u16.to_be_bytes());
            out.extend_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            out.extend_from_slice(&16_u16.to_be_bytes());
            out.extend_from_slice(&address.octets());
        }
    }
}
