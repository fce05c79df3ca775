//! Authentication (8.2.5 to 8.2.8).

use super::{Optional, Reader, Writer, attach, identity};
use crate::nas::{
    AuthenticationFailure, AuthenticationRequest, AuthenticationResponse, EmmCause, EmmMessage, NasFaultKind,
};

const WRONG: NasFaultKind = NasFaultKind::InvalidMandatoryInformation;

pub(super) fn read_request(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let ksi = identity::read_ksi(reader.octet()? & 0x0f);
    let rand = reader.array()?;
    let autn = *reader.lv(16)?.first_chunk().ok_or(WRONG)?;
    Optional::new(reader, &[]).skip_all()?;
    Ok(EmmMessage::AuthenticationRequest(AuthenticationRequest { ksi, rand, autn }))
}

pub(super) fn write_request(request: &AuthenticationRequest, writer: &mut Writer) {
    writer.octet(identity::write_ksi(request.ksi));
    writer.octets(&request.rand);
    writer.lv(&request.autn);
}

pub(super) fn read_response(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let res = attach::first_octets(reader.lv(4)?);
    Optional::new(reader, &[]).skip_all()?;
    Ok(EmmMessage::AuthenticationResponse(AuthenticationResponse { res }))
}

pub(super) fn read_failure(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut failure = AuthenticationFailure { cause: EmmCause(reader.octet()?), auts: None };
    let mut optional = Optional::new(reader, &[]);
    while let Some((iei, value)) = optional.next()? {
        if iei == 0x30 {
            failure.auts = value.first_chunk().copied();
        }
    }
    Ok(EmmMessage::AuthenticationFailure(failure))
}

pub(super) fn write_failure(failure: &AuthenticationFailure, writer: &mut Writer) {
    writer.octet(failure.cause.0);
    if let Some(auts) = failure.auts {
        writer.tlv(0x30, &auts);
    }
}
