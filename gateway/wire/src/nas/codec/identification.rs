//! Identification (8.2.18, 8.2.19) and GUTI reallocation (8.2.16).

use super::{Optional, Reader, Writer, identity};
use crate::nas::{
    EmmMessage, GutiReallocationCommand, IdentityRequest, IdentityResponse, IdentityType, NasFaultKind,
};

pub(super) fn read_request(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let identity_type = match reader.octet()? & 0x07 {
        2 => IdentityType::Imei,
        3 => IdentityType::Imeisv,
        4 => IdentityType::Tmsi,
        // What is reserved is interpreted as IMSI (TS 24.008 10.5.5.9).
        _ => IdentityType::Imsi,
    };
    Optional::new(reader, &[]).skip_all()?;
    Ok(EmmMessage::IdentityRequest(IdentityRequest { identity_type }))
}

pub(super) fn write_request(request: &IdentityRequest, writer: &mut Writer) {
    writer.octet(match request.identity_type {
        IdentityType::Imsi => 1,
        IdentityType::Imei => 2,
        IdentityType::Imeisv => 3,
        IdentityType::Tmsi => 4,
    });
}

pub(super) fn read_response(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let identity = identity::read_mobile(reader.lv(1)?)?;
    Optional::new(reader, &[]).skip_all()?;
    Ok(EmmMessage::IdentityResponse(IdentityResponse { identity }))
}

pub(super) fn read_guti_reallocation(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut command = GutiReallocationCommand { guti: identity::read_guti(reader.lv(11)?)?, tais: None };
    let mut optional = Optional::new(reader, &[]);
    while let Some((iei, value)) = optional.next()? {
        if iei == 0x54 {
            command.tais = identity::read_tai_list(value).ok();
        }
    }
    Ok(EmmMessage::GutiReallocationCommand(command))
}

pub(super) fn write_guti_reallocation(command: &GutiReallocationCommand, writer: &mut Writer) {
    writer.lv(&identity::write_guti(command.guti));
    if let Some(tais) = &command.tais {
        writer.tlv(0x54, &identity::write_tai_list(tais));
    }
}
