//! Extended service request (8.2.15) and service reject (8.2.24).

use super::attach::read_octet;
use super::{Optional, Reader, Writer, bare, identity};
use crate::nas::{
    EmmCause, EmmMessage, ExtendedServiceRequest, GprsTimer, MobileIdentity, NasFaultKind, ServiceReject,
};

pub(super) fn read_extended_request(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let octet = reader.octet()?;
    let m_tmsi = match identity::read_mobile(reader.lv(1)?)? {
        MobileIdentity::Tmsi(m_tmsi) => Some(m_tmsi),
        _ => None,
    };
    let ksi = identity::read_ksi(octet >> 4);
    let request = ExtendedServiceRequest { service_type: octet & 0x0f, ksi, m_tmsi };
    bare(reader, EmmMessage::ExtendedServiceRequest(request))
}

pub(super) fn write_extended_request(request: &ExtendedServiceRequest, writer: &mut Writer) {
    writer.octet(identity::write_ksi(request.ksi) << 4 | request.service_type & 0x0f);
    match request.m_tmsi {
        Some(m_tmsi) => writer.lv(&identity::write_mobile(MobileIdentity::Tmsi(m_tmsi))),
        // No identity, in the only length that the IE has here.
        None => writer.lv(&[0; 5]),
    }
}

pub(super) fn read_reject(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut reject = ServiceReject { cause: EmmCause(reader.octet()?), t3346: None };
    let mut optional = Optional::new(reader, &[(0x5b, 1)]);
    while let Some((iei, value)) = optional.next()? {
        if iei == 0x5f {
            reject.t3346 = read_octet(value).map(GprsTimer);
        }
    }
    Ok(EmmMessage::ServiceReject(reject))
}

pub(super) fn write_reject(reject: &ServiceReject, writer: &mut Writer) {
    writer.octet(reject.cause.0);
    if let Some(timer) = reject.t3346 {
        writer.tlv(0x5f, &[timer.0]);
    }
}
