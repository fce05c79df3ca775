//! Attach (8.2.1 to 8.2.4).

use pumice_model::identity::Plmn;

use super::{Optional, Reader, Writer, identity};
use crate::nas::{
    AdditionalSecurityCapability, AttachAccept, AttachComplete, AttachReject, AttachRequest, AttachType,
    EmmCause, EmmMessage, EpsNetworkFeatureSupport, EpsResult, GprsTimer, GprsTimer3, MsNetworkCapability,
    NasFaultKind, UeNetworkCapability,
};

/// The shortest ESM message.
const ESM_LEAST: usize = 3;

pub(super) fn read_request(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let octet = reader.octet()?;
    let mut request = AttachRequest {
        attach_type: match octet & 0x07 {
            2 => AttachType::Combined,
            6 => AttachType::Emergency,
            _ => AttachType::Eps,
        },
        ksi: identity::read_ksi(octet >> 4),
        identity: identity::read_eps(reader.lv(1)?)?,
        capability: UeNetworkCapability(first_octets(reader.lv(2)?)),
        esm: reader.lv_e(ESM_LEAST)?,
        last_visited_tai: None,
        drx: None,
        ms_network_capability: None,
        additional_guti: None,
        additional_update_type: None,
        additional_security_capability: None,
    };
    let mut optional = Optional::new(reader, &[(0x13, 5), (0x17, 1), (0x19, 3), (0x52, 5), (0x5c, 2)]);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x31 => request.ms_network_capability = read_ms_network_capability(value),
            0x50 => request.additional_guti = identity::read_guti(value).ok(),
            0x52 => request.last_visited_tai = identity::read_tai(&mut Reader::new(value)).ok(),
            0x5c => request.drx = read_number(value),
            0x6f => request.additional_security_capability = read_additional_capability(value),
            0xf0 => request.additional_update_type = read_nibble(value),
            _ => {}
        }
    }
    Ok(EmmMessage::AttachRequest(request))
}

pub(super) fn write_request(request: &AttachRequest<'_>, writer: &mut Writer) {
    let attach_type = match request.attach_type {
        AttachType::Eps => 1,
        AttachType::Combined => 2,
        AttachType::Emergency => 6,
    };
    writer.octet(identity::write_ksi(request.ksi) << 4 | attach_type);
    writer.lv(&identity::write_eps(request.identity));
    writer.lv(&request.capability.0);
    writer.lv_e(request.esm);
    if let Some(guti) = request.additional_guti {
        writer.tlv(0x50, &identity::write_guti(guti));
    }
    if let Some(tai) = request.last_visited_tai {
        writer.tv(0x52, &identity::write_tai(tai));
    }
    if let Some(drx) = request.drx {
        writer.tv(0x5c, &drx.to_be_bytes());
    }
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
    let mut accept = AttachAccept {
        result: read_result(reader.octet()?),
        t3412: GprsTimer(reader.octet()?),
        tais: identity::read_tai_list(reader.lv(6)?)?,
        esm: reader.lv_e(ESM_LEAST)?,
        guti: None,
        emm_cause: None,
        t3402: None,
        equivalent_plmns: heapless::Vec::new(),
        feature_support: None,
        t3412_extended: None,
    };
    let mut optional = Optional::new(reader, &[(0x13, 5), (0x17, 1), (0x53, 1), (0x59, 1)]);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x17 => accept.t3402 = read_octet(value).map(GprsTimer),
            0x4a => accept.equivalent_plmns = read_plmns(value),
            0x50 => accept.guti = identity::read_guti(value).ok(),
            0x53 => accept.emm_cause = read_octet(value).map(EmmCause),
            0x5e => accept.t3412_extended = read_octet(value).map(GprsTimer3),
            0x64 => accept.feature_support = read_feature_support(value),
            _ => {}
        }
    }
    Ok(EmmMessage::AttachAccept(accept))
}

pub(super) fn write_accept(accept: &AttachAccept<'_>, writer: &mut Writer) {
    writer.octet(match accept.result {
        EpsResult::Eps => 1,
        EpsResult::Combined => 2,
    });
    writer.octet(accept.t3412.0);
    writer.lv(&identity::write_tai_list(&accept.tais));
    writer.lv_e(accept.esm);
    if let Some(guti) = accept.guti {
        writer.tlv(0x50, &identity::write_guti(guti));
    }
    if let Some(cause) = accept.emm_cause {
        writer.tv(0x53, &[cause.0]);
    }
    if let Some(timer) = accept.t3402 {
        writer.tv(0x17, &[timer.0]);
    }
    write_plmns(&accept.equivalent_plmns, writer);
    if let Some(support) = accept.feature_support {
        writer.tlv(0x64, &[write_feature_support(support)]);
    }
    if let Some(timer) = accept.t3412_extended {
        writer.tlv(0x5e, &[timer.0]);
    }
}

pub(super) fn read_complete(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let esm = reader.lv_e(ESM_LEAST)?;
    Optional::new(reader, &[]).skip_all()?;
    Ok(EmmMessage::AttachComplete(AttachComplete { esm }))
}

pub(super) fn read_reject(mut reader: Reader<'_>) -> Result<EmmMessage<'_>, NasFaultKind> {
    let mut reject = AttachReject { cause: EmmCause(reader.octet()?), esm: None, t3346: None };
    let mut optional = Optional::new(reader, &[]);
    while let Some((iei, value)) = optional.next()? {
        match iei {
            0x5f => reject.t3346 = read_octet(value).map(GprsTimer),
            0x78 => reject.esm = (value.len() >= ESM_LEAST).then_some(value),
            _ => {}
        }
    }
    Ok(EmmMessage::AttachReject(reject))
}

pub(super) fn write_reject(reject: &AttachReject<'_>, writer: &mut Writer) {
    writer.octet(reject.cause.0);
    if let Some(esm) = reject.esm {
        writer.tlv_e(0x78, esm);
    }
    if let Some(timer) = reject.t3346 {
        writer.tlv(0x5f, &[timer.0]);
    }
}

/// EPS attach result and EPS update result, whose reserved values mean "EPS only".
const fn read_result(octet: u8) -> EpsResult {
    if octet & 0x07 == 2 { EpsResult::Combined } else { EpsResult::Eps }
}

pub(super) fn read_octet(value: &[u8]) -> Option<u8> {
    value.first().copied()
}

pub(super) fn read_nibble(value: &[u8]) -> Option<u8> {
    value.first().map(|octet| octet & 0x0f)
}

pub(super) fn read_number(value: &[u8]) -> Option<u16> {
    value.first_chunk().map(|octets| u16::from_be_bytes(*octets))
}

/// As many octets as are kept; what a later release adds behind them is dropped.
pub(super) fn first_octets<const N: usize>(value: &[u8]) -> heapless::Vec<u8, N> {
    value.iter().copied().take(N).collect()
}

pub(super) fn read_ue_network_capability(value: &[u8]) -> Option<UeNetworkCapability> {
    (value.len() >= 2).then(|| UeNetworkCapability(first_octets(value)))
}

pub(super) fn read_ms_network_capability(value: &[u8]) -> Option<MsNetworkCapability> {
    (value.len() >= 2).then(|| MsNetworkCapability(first_octets(value)))
}

pub(super) fn read_additional_capability(value: &[u8]) -> Option<AdditionalSecurityCapability> {
    (value.len() >= 4).then(|| AdditionalSecurityCapability(first_octets(value)))
}

/// PLMN list (9.9.2.8): whole networks of three octets, none of it if one is no network.
fn read_plmns(value: &[u8]) -> heapless::Vec<Plmn, 15> {
    let (chunks, rest) = value.as_chunks::<3>();
    let plmns: Option<heapless::Vec<Plmn, 15>> = if rest.is_empty() {
        chunks.iter().take(15).map(|octets| Plmn::from_octets(*octets)).collect()
    } else {
        None
    };
    plmns.unwrap_or_default()
}

fn write_plmns(plmns: &[Plmn], writer: &mut Writer) {
    if !plmns.is_empty() {
        let octets: heapless::Vec<u8, 45> = plmns.iter().take(15).flat_map(|plmn| plmn.octets()).collect();
        writer.tlv(0x4a, &octets);
    }
}

pub(super) fn read_feature_support(value: &[u8]) -> Option<EpsNetworkFeatureSupport> {
    value.first().map(|octet| EpsNetworkFeatureSupport {
        ims_voice_over_ps: octet & 0x01 != 0,
        emergency_bearer_services: octet & 0x02 != 0,
    })
}

pub(super) const fn write_feature_support(support: EpsNetworkFeatureSupport) -> u8 {
    support.ims_voice_over_ps as u8 | (support.emergency_bearer_services as u8) << 1
}
