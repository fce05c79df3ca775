//! Security mode control (8.2.20 to 8.2.22).

use super::attach::{first_octets, read_additional_capability, read_nibble};
use super::{Optional, Reader, Writer, bare, identity};
use crate::nas::{
    EmmCause, EmmMessage, NasFaultKind, SecurityModeCommand, SecurityModeComplete, SecurityModeReject,
};

pub(super) fn read_command(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let algorithms = reader.octet()?;
    let mut command = SecurityModeCommand {
        eea: algorithms >> 4 & 0x07,
        eia: algorithms & 0x07,
        ksi: identity::read_ksi(reader.octet()? & 0x0f),
        replayed_capability: first_octets(reader.lv(2)?),
        imeisv_requested: false,
        hash_mme: None,
        replayed_additional_capability: None,
    };
    let mut optional = Optional::new(reader, &[(0x55, 4), (0x56, 4)]);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x4f => command.hash_mme = value.first_chunk().copied(),
            0x6f => command.replayed_additional_capability = read_additional_capability(value),
            0xc0 => command.imeisv_requested = read_nibble(value).is_some_and(|request| request & 0x07 == 1),
            _ => {}
        }
    }
    Ok(EmmMessage::SecurityModeCommand(command))
}

pub(super) fn write_command(command: &SecurityModeCommand, writer: &mut Writer) {
    writer.octet((command.eea & 0x07) << 4 | command.eia & 0x07);
    writer.octet(identity::write_ksi(command.ksi));
    writer.lv(&command.replayed_capability);
    if command.imeisv_requested {
        writer.tv_nibble(0xc0, 1);
    }
    if let Some(hash) = command.hash_mme {
        writer.tlv(0x4f, &hash);
    }
    if let Some(capability) = &command.replayed_additional_capability {
        writer.tlv(0x6f, &capability.0);
    }
}

pub(super) fn read_complete(reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut complete = SecurityModeComplete::default();
    let mut optional = Optional::new(reader, &[]);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x23 => complete.imeisv = identity::read_imeisv(value).ok(),
            0x79 => complete.replayed_request = Some(value.to_vec()),
            _ => {}
        }
    }
    Ok(EmmMessage::SecurityModeComplete(complete))
}

pub(super) fn write_complete(complete: &SecurityModeComplete, writer: &mut Writer) {
    if let Some(imeisv) = complete.imeisv {
        writer.tlv(0x23, &identity::write_imeisv(imeisv));
    }
    if let Some(request) = &complete.replayed_request {
        writer.tlv_e(0x79, request);
    }
}

pub(super) fn read_reject(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let cause = EmmCause(reader.octet()?);
    bare(reader, EmmMessage::SecurityModeReject(SecurityModeReject { cause }))
}
