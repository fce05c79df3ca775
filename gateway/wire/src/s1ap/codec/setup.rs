//! S1 Setup (8.7.3).

use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Error, build_s1ap_ie, ie};
use pumice_model::identity::MmeGroupId;

use super::nas_transport::read_cause;
use super::reading::Reading;
use super::{cause, diagnostics, identity, name, paging, write_pdu};
use crate::s1ap::{
    Message, PagingDrx, S1SetupFailure, S1SetupRequest, S1SetupResponse, ServedGummeis, SupportedTa,
    TimeToWait,
};

pub(super) fn read_request<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let enb = reading.ie::<ie::Global_ENB_ID, _>(identity::read_global_enb_id);
    let name = reading.name::<ie::eNBname>();
    let supported_tas =
        reading.ie::<ie::SupportedTAs, _>(|tas| tas.0.into_iter().map(read_supported_ta).collect());
    let default_paging_drx = reading.ie::<ie::DefaultPagingDRX, _>(paging::read_drx);
    Some(Message::S1SetupRequest(S1SetupRequest {
        enb: enb?,
        name,
        supported_tas: supported_tas?,
        default_paging_drx: default_paging_drx.unwrap_or(PagingDrx::V128),
    }))
}

pub(super) fn write_request(message: &S1SetupRequest) -> Result<Vec<u8>, Error> {
    let enb = identity::write_global_enb_id(message.enb)?;
    let tas = asn1::SupportedTAs(message.supported_tas.iter().map(write_supported_ta).collect());
    let mut ies = vec![build_s1ap_ie!(S1SetupRequest, Global_ENB_ID(enb))?];
    if let Some(name) = message.name.as_deref().and_then(name::write) {
        ies.push(build_s1ap_ie!(S1SetupRequest, eNBname(asn1::ENBname(name)))?);
    }
    ies.push(build_s1ap_ie!(S1SetupRequest, SupportedTAs(tas))?);
    ies.push(build_s1ap_ie!(
        S1SetupRequest,
        DefaultPagingDRX(paging::write_drx(message.default_paging_drx))
    )?);
    write_pdu(asn1::S1SetupRequest::new, ies)
}

fn read_supported_ta(item: asn1::SupportedTAsItem) -> Option<SupportedTa> {
    let plmns: Option<Vec<_>> = item.broadcast_plmns.0.into_iter().map(identity::read_plmn).collect();
    let broadcast_plmns = heapless::Vec::from_slice(&plmns?).ok()?;
    Some(SupportedTa { tac: identity::read_tac(item.tac), broadcast_plmns })
}

fn write_supported_ta(ta: &SupportedTa) -> asn1::SupportedTAsItem {
    let plmns = ta.broadcast_plmns.iter().copied().map(identity::write_plmn).collect();
    asn1::SupportedTAsItem::new(identity::write_tac(ta.tac), asn1::BPLMNs(plmns), None)
}

pub(super) fn read_response<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let name = reading.name::<ie::MMEname>();
    let served = reading
        .ie::<ie::ServedGUMMEIs, _>(|served| served.0.into_iter().next().and_then(read_served_gummeis));
    let relative_capacity = reading.ie::<ie::RelativeMMECapacity, _>(|capacity| Some(capacity.0));
    let diagnostics = reading.ie::<ie::CriticalityDiagnostics, _>(diagnostics::read);
    Some(Message::S1SetupResponse(S1SetupResponse {
        name,
        served: served?,
        // Without a weight of its own, an MME counts in full.
        relative_capacity: relative_capacity.unwrap_or(u8::MAX),
        diagnostics,
    }))
}

pub(super) fn write_response(message: &S1SetupResponse) -> Result<Vec<u8>, Error> {
    let served = asn1::ServedGUMMEIs(vec![write_served_gummeis(&message.served)]);
    let mut ies = Vec::with_capacity(4);
    if let Some(name) = message.name.as_deref().and_then(name::write) {
        ies.push(build_s1ap_ie!(S1SetupResponse, MMEname(asn1::MMEname(name)))?);
    }
    ies.push(build_s1ap_ie!(S1SetupResponse, ServedGUMMEIs(served))?);
    ies.push(build_s1ap_ie!(S1SetupResponse, RelativeMMECapacity(message.relative_capacity))?);
    if let Some(diagnostics) = &message.diagnostics {
        ies.push(build_s1ap_ie!(S1SetupResponse, CriticalityDiagnostics(diagnostics::write(diagnostics)))?);
    }
    write_pdu(asn1::S1SetupResponse::new, ies)
}

/// The first of each list that are kept.
fn read_served_gummeis(item: asn1::ServedGUMMEIsItem) -> Option<ServedGummeis> {
    let plmns: Option<Vec<_>> = item.served_plmns.0.into_iter().take(6).map(identity::read_plmn).collect();
    let groups = item.served_group_ids.0.into_iter().take(4);
    Some(ServedGummeis {
        plmns: heapless::Vec::from_slice(&plmns?).ok()?,
        groups: groups.map(|group| MmeGroupId(u16::from_be_bytes(group.0))).collect(),
        codes: item.served_mmecs.0.into_iter().take(4).map(identity::read_mme_code).collect(),
    })
}

fn write_served_gummeis(served: &ServedGummeis) -> asn1::ServedGUMMEIsItem {
    asn1::ServedGUMMEIsItem::new(
        asn1::ServedPLMNs(served.plmns.iter().copied().map(identity::write_plmn).collect()),
        asn1::ServedGroupIDs(
            served.groups.iter().map(|group| asn1::MMEGroupID(group.0.to_be_bytes())).collect(),
        ),
        asn1::ServedMMECs(served.codes.iter().copied().map(identity::write_mme_code).collect()),
        None,
    )
}

pub(super) fn read_failure<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let cause = read_cause(reading);
    let time_to_wait = reading.ie::<ie::TimeToWait, _>(read_time_to_wait);
    let diagnostics = reading.ie::<ie::CriticalityDiagnostics, _>(diagnostics::read);
    Some(Message::S1SetupFailure(S1SetupFailure { cause, time_to_wait, diagnostics }))
}

pub(super) fn write_failure(message: &S1SetupFailure) -> Result<Vec<u8>, Error> {
    let mut ies = vec![build_s1ap_ie!(S1SetupFailure, Cause(cause::write(message.cause)))?];
    if let Some(time) = message.time_to_wait {
        ies.push(build_s1ap_ie!(S1SetupFailure, TimeToWait(write_time_to_wait(time)))?);
    }
    if let Some(diagnostics) = &message.diagnostics {
        ies.push(build_s1ap_ie!(S1SetupFailure, CriticalityDiagnostics(diagnostics::write(diagnostics)))?);
    }
    write_pdu(asn1::S1SetupFailure::new, ies)
}

fn read_time_to_wait(time: asn1::TimeToWait) -> Option<TimeToWait> {
    Some(match time {
        asn1::TimeToWait::v1s => TimeToWait::V1,
        asn1::TimeToWait::v2s => TimeToWait::V2,
        asn1::TimeToWait::v5s => TimeToWait::V5,
        asn1::TimeToWait::v10s => TimeToWait::V10,
        asn1::TimeToWait::v20s => TimeToWait::V20,
        asn1::TimeToWait::v60s => TimeToWait::V60,
        _ => return None,
    })
}

fn write_time_to_wait(time: TimeToWait) -> asn1::TimeToWait {
    match time {
        TimeToWait::V1 => asn1::TimeToWait::v1s,
        TimeToWait::V2 => asn1::TimeToWait::v2s,
        TimeToWait::V5 => asn1::TimeToWait::v5s,
        TimeToWait::V10 => asn1::TimeToWait::v10s,
        TimeToWait::V20 => asn1::TimeToWait::v20s,
        TimeToWait::V60 => asn1::TimeToWait::v60s,
    }
}
