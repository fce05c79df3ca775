//! Detach (8.2.11).

use super::attach::read_octet;
use super::{Optional, Reader, Writer, bare, identity};
use crate::nas::{DetachRequestFromUe, DetachRequestToUe, EmmCause, EmmMessage, NasFaultKind};

pub(super) fn read_request(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let octet = reader.octet()?;
    // The phone's has the length of an identity next, which is less than any identifier of an optional IE.
    if reader.peek().is_none_or(|next| next >= 0x10) {
        return read_to_ue(octet, reader);
    }
    let request = DetachRequestFromUe {
        switch_off: octet & 0x08 != 0,
        detach_type: octet & 0x07,
        ksi: identity::read_ksi(octet >> 4),
        identity: identity::read_eps(reader.lv(1)?)?,
    };
    bare(reader, EmmMessage::DetachRequestFromUe(request))
}

fn read_to_ue(octet: u8, reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut request = DetachRequestToUe { detach_type: octet & 0x07, cause: None };
    let mut optional = Optional::new(reader, &[(0x53, 1)]);
    while let Some((iei, value)) = optional.next()? {
        if iei == 0x53 {
            request.cause = read_octet(value).map(EmmCause);
        }
    }
    Ok(EmmMessage::DetachRequestToUe(request))
}

pub(super) fn write_from_ue(request: &DetachRequestFromUe, writer: &mut Writer) {
    let switch_off = u8::from(request.switch_off) << 3;
    writer.octet(identity::write_ksi(request.ksi) << 4 | switch_off | request.detach_type & 0x07);
    writer.lv(&identity::write_eps(request.identity));
}

pub(super) fn write_to_ue(request: &DetachRequestToUe, writer: &mut Writer) {
    writer.octet(request.detach_type & 0x07);
    if let Some(cause) = request.cause {
        writer.tv(0x53, &[cause.0]);
    }
}
