//! Tracking area update (8.2.26 to 8.2.29).

use super::attach::{
    read_additional_capability, read_feature_support, read_ms_network_capability, read_nibble, read_number,
    read_octet, read_ue_network_capability, write_feature_support,
};
use super::{Optional, Reader, Writer, identity};
use crate::nas::{
    EmmCause, EmmMessage, EpsResult, GprsTimer, GprsTimer3, NasFaultKind, TrackingAreaUpdateAccept,
    TrackingAreaUpdateReject, TrackingAreaUpdateRequest, UpdateType,
};

pub(super) fn read_request(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let octet = reader.octet()?;
    let mut request = TrackingAreaUpdateRequest {
        update_type: match octet & 0x07 {
            1 => UpdateType::CombinedTaLa,
            2 => UpdateType::CombinedTaLaWithImsiAttach,
            3 => UpdateType::Periodic,
            // What is unused is interpreted as TA updating (9.9.3.14).
            _ => UpdateType::Ta,
        },
        active: octet & 0x08 != 0,
        ksi: identity::read_ksi(octet >> 4),
        old_guti: identity::read_eps(reader.lv(1)?)?,
        capability: None,
        last_visited_tai: None,
        drx: None,
        radio_capability_update_needed: false,
        bearer_status: None,
        ms_network_capability: None,
        additional_update_type: None,
        additional_security_capability: None,
    };
    let fixed = &[(0x13, 5), (0x17, 1), (0x19, 3), (0x52, 5), (0x55, 4), (0x5c, 2)];
    let mut optional = Optional::new(reader, fixed);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x31 => request.ms_network_capability = read_ms_network_capability(value),
            0x52 => request.last_visited_tai = identity::read_tai(&mut Reader::new(value)).ok(),
            0x57 => request.bearer_status = read_bearer_status(value),
            0x58 => request.capability = read_ue_network_capability(value),
            0x5c => request.drx = read_number(value),
            0x6f => request.additional_security_capability = read_additional_capability(value),
            0xa0 => {
                request.radio_capability_update_needed = read_nibble(value).is_some_and(|bits| bits & 1 != 0)
            }
            0xf0 => request.additional_update_type = read_nibble(value),
            _ => {}
        }
    }
    Ok(EmmMessage::TrackingAreaUpdateRequest(request))
}

pub(super) fn write_request(request: &TrackingAreaUpdateRequest, writer: &mut Writer) {
    let update_type = match request.update_type {
        UpdateType::Ta => 0,
        UpdateType::CombinedTaLa => 1,
        UpdateType::CombinedTaLaWithImsiAttach => 2,
        UpdateType::Periodic => 3,
    };
    writer.octet(identity::write_ksi(request.ksi) << 4 | u8::from(request.active) << 3 | update_type);
    writer.lv(&identity::write_eps(request.old_guti));
    if let Some(capability) = &request.capability {
        writer.tlv(0x58, &capability.0);
    }
    if let Some(tai) = request.last_visited_tai {
        writer.tv(0x52, &identity::write_tai(tai));
    }
    if let Some(drx) = request.drx {
        writer.tv(0x5c, &drx.to_be_bytes());
    }
    if request.radio_capability_update_needed {
        writer.tv_nibble(0xa0, 1);
    }
    write_bearer_status(request.bearer_status, writer);
    if let Some(capability) = &request.ms_network_capability {
        writer.tlv(0x31, &capability.0);
    }
    if let Some(update_type) = request.additional_update_type {
        writer.tv_nibble(0xf0, update_type);
    }
    if let Some(capability) = &request.additional_security_capability {
        writer.tlv(0x6f, &capability.0);
    }
}

pub(super) fn read_accept(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    // 9.9.3.13: 0 is TA updated, 1 is combined; 4 and 5 are the same with ISR.
    let result = if reader.octet()? & 0x03 == 1 { EpsResult::Combined } else { EpsResult::Eps };
    let mut accept = TrackingAreaUpdateAccept {
        result,
        t3412: None,
        guti: None,
        tais: None,
        bearer_status: None,
        emm_cause: None,
        feature_support: None,
        t3412_extended: None,
    };
    let mut optional = Optional::new(reader, &[(0x13, 5), (0x17, 1), (0x53, 1), (0x59, 1), (0x5a, 1)]);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x50 => accept.guti = identity::read_guti(value).ok(),
            0x53 => accept.emm_cause = read_octet(value).map(EmmCause),
            0x54 => accept.tais = identity::read_tai_list(value).ok(),
            0x57 => accept.bearer_status = read_bearer_status(value),
            0x5a => accept.t3412 = read_octet(value).map(GprsTimer),
            0x5e => accept.t3412_extended = read_octet(value).map(GprsTimer3),
            0x64 => accept.feature_support = read_feature_support(value),
            _ => {}
        }
    }
    Ok(EmmMessage::TrackingAreaUpdateAccept(accept))
}

pub(super) fn write_accept(accept: &TrackingAreaUpdateAccept, writer: &mut Writer) {
    writer.octet(match accept.result {
        EpsResult::Eps => 0,
        EpsResult::Combined => 1,
    });
    if let Some(timer) = accept.t3412 {
        writer.tv(0x5a, &[timer.0]);
    }
    if let Some(guti) = accept.guti {
        writer.tlv(0x50, &identity::write_guti(guti));
    }
    if let Some(tais) = &accept.tais {
        writer.tlv(0x54, &identity::write_tai_list(tais));
    }
    write_bearer_status(accept.bearer_status, writer);
    if let Some(cause) = accept.emm_cause {
        writer.tv(0x53, &[cause.0]);
    }
    if let Some(support) = accept.feature_support {
        writer.tlv(0x64, &[write_feature_support(support)]);
    }
    if let Some(timer) = accept.t3412_extended {
        writer.tlv(0x5e, &[timer.0]);
    }
}

pub(super) fn read_reject(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut reject = TrackingAreaUpdateReject { cause: EmmCause(reader.octet()?), t3346: None };
    let mut optional = Optional::new(reader, &[]);
    while let Some((iei, value)) = optional.next()? {
        if iei == 0x5f {
            reject.t3346 = read_octet(value).map(GprsTimer);
        }
    }
    Ok(EmmMessage::TrackingAreaUpdateReject(reject))
}

pub(super) fn write_reject(reject: &TrackingAreaUpdateReject, writer: &mut Writer) {
    writer.octet(reject.cause.0);
    if let Some(timer) = reject.t3346 {
        writer.tlv(0x5f, &[timer.0]);
    }
}

/// EPS bearer context status (9.9.2.1): the first octet is of the bearers 0 to 7.
fn read_bearer_status(value: &[u8]) -> Option<u16> {
    value.first_chunk().map(|octets| u16::from_le_bytes(*octets))
}

fn write_bearer_status(status: Option<u16>, writer: &mut Writer) {
    if let Some(status) = status {
        writer.tlv(0x57, &status.to_le_bytes());
    }
}
