//! Initial Context Setup (8.3.1).

use oxirush_s1ap::s1ap::{self as asn1, decode_open_type};
use oxirush_s1ap::{BitString, Error, Octets, build_s1ap_ie, ie};
use pumice_model::identity::Ebi;
use pumice_model::secret::Key256;

use super::nas_transport::{read_cause, read_enb_ue, read_mme_ue};
use super::reading::{Reading, into_cow, open_value};
use super::{cause, transport, write_pdu};
use crate::s1ap::{
    Cause, ErabSetUp, ErabToSetup, InitialContextSetupFailure, InitialContextSetupRequest,
    InitialContextSetupResponse, Message,
};

/// The most that Bit Rate can say (9.2.1.19).
const MAX_BIT_RATE: u64 = 10_000_000_000;

pub(super) fn read_request<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let ambr = reading.ie::<ie::uEaggregateMaximumBitrate, _>(Some);
    let items = reading.list::<ie::E_RABToBeSetupListCtxtSUReq>();
    let erabs: heapless::Vec<_, 11> =
        reading.items::<ie::E_RABToBeSetupItemCtxtSUReq, _>(items, read_erab_to_setup).take(11).collect();
    let algorithms = reading.ie::<ie::UESecurityCapabilities, _>(|capabilities| {
        let encryption = read_algorithms(&capabilities.encryption_algorithms.0)?;
        Some((encryption, read_algorithms(&capabilities.integrity_protection_algorithms.0)?))
    });
    let security_key =
        reading.ie::<ie::SecurityKey, _>(|key| <[u8; 32]>::try_from(key.0.as_octets()).ok().map(Key256::new));
    let radio_capability = reading.octets::<ie::UERadioCapability>();
    let (ambr, (encryption_algorithms, integrity_algorithms)) = (ambr?, algorithms?);
    Some(Message::InitialContextSetupRequest(InitialContextSetupRequest {
        mme_ue: mme_ue?,
        enb_ue: enb_ue?,
        ue_ambr_uplink: ambr.ue_aggregate_maximum_bit_rate_ul.0,
        ue_ambr_downlink: ambr.ue_aggregate_maximum_bit_rate_dl.0,
        erabs,
        encryption_algorithms,
        integrity_algorithms,
        security_key: security_key?,
        radio_capability,
    }))
}

pub(super) fn write_request(message: &InitialContextSetupRequest<'_>) -> Result<Vec<u8>, Error> {
    let rate = |rate: u64| asn1::BitRate(rate.min(MAX_BIT_RATE));
    let ambr = asn1::UEAggregateMaximumBitrate::new(
        rate(message.ue_ambr_downlink),
        rate(message.ue_ambr_uplink),
        None,
    );
    let item = |erab| build_s1ap_ie!(REJECT E_RABToBeSetupItemCtxtSUReq(write_erab_to_setup(erab)));
    let erabs = message.erabs.iter().map(item).collect::<Result<Vec<_>, _>>()?;
    let algorithms = |bits: u16| BitString::from_octets(bits.to_be_bytes().to_vec());
    let capabilities = asn1::UESecurityCapabilities::new(
        asn1::EncryptionAlgorithms(algorithms(message.encryption_algorithms)),
        asn1::IntegrityProtectionAlgorithms(algorithms(message.integrity_algorithms)),
        None,
    );
    let key = asn1::SecurityKey(BitString::from_octets(message.security_key.expose()));
    let mut ies = vec![
        build_s1ap_ie!(InitialContextSetupRequest, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(InitialContextSetupRequest, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(InitialContextSetupRequest, uEaggregateMaximumBitrate(ambr))?,
        build_s1ap_ie!(
            InitialContextSetupRequest,
            E_RABToBeSetupListCtxtSUReq(asn1::ERABToBeSetupListCtxtSUReq(erabs))
        )?,
        build_s1ap_ie!(InitialContextSetupRequest, UESecurityCapabilities(capabilities))?,
        build_s1ap_ie!(InitialContextSetupRequest, SecurityKey(key))?,
    ];
    if let Some(capability) = &message.radio_capability {
        ies.push(build_s1ap_ie!(InitialContextSetupRequest, UERadioCapability(&**capability))?);
    }
    write_pdu(asn1::InitialContextSetupRequest::new, ies)
}

fn read_erab_to_setup<'a>(octets: &Octets<'a>) -> Option<ErabToSetup<'a>> {
    let item: asn1::ERABToBeSetupItemCtxtSUReq<'a> =
        open_value!(octets, asn1::ERABToBeSetupItemCtxtSUReq<'_>).ok()?;
    let (transport_address, _) = transport::read_address(&item.transport_layer_address)?;
    Some(ErabToSetup {
        ebi: read_ebi(item.e_rab_id)?,
        qci: item.e_rab_level_qos_parameters.qci.0,
        priority: item.e_rab_level_qos_parameters.allocation_retention_priority.priority_level.0,
        transport_address,
        teid: transport::read_teid(item.gtp_teid),
        nas: item.nas_pdu.map(|nas| into_cow(nas.0)),
    })
}

fn write_erab_to_setup<'a>(erab: &'a ErabToSetup<'_>) -> asn1::ERABToBeSetupItemCtxtSUReq<'a> {
    let priority = asn1::AllocationAndRetentionPriority::new(
        asn1::PriorityLevel(erab.priority.min(15)),
        asn1::PreEmptionCapability::shall_not_trigger_pre_emption,
        asn1::PreEmptionVulnerability::not_pre_emptable,
        None,
    );
    asn1::ERABToBeSetupItemCtxtSUReq::new(
        asn1::ERABID(erab.ebi.get().into()),
        asn1::ERABLevelQoSParameters::new(asn1::QCI(erab.qci), priority, None, None),
        transport::write_address(erab.transport_address, None),
        transport::write_teid(erab.teid),
        erab.nas.as_deref().map(asn1::NASPDU::from),
        None,
    )
}

pub(super) fn read_response<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let items = reading.list::<ie::E_RABSetupListCtxtSURes>();
    let erabs = reading.items::<ie::E_RABSetupItemCtxtSURes, _>(items, read_erab_set_up).take(11).collect();
    let items = reading.list::<ie::E_RABFailedToSetupListCtxtSURes>();
    let failed = reading.items::<ie::E_RABItem, _>(items, read_failed).take(11).collect();
    Some(Message::InitialContextSetupResponse(InitialContextSetupResponse {
        mme_ue: mme_ue?,
        enb_ue: enb_ue?,
        erabs,
        failed,
    }))
}

pub(super) fn write_response(message: &InitialContextSetupResponse) -> Result<Vec<u8>, Error> {
    let mut ies = vec![
        build_s1ap_ie!(InitialContextSetupResponse, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(InitialContextSetupResponse, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
    ];
    if !message.erabs.is_empty() {
        let item = |erab| build_s1ap_ie!(IGNORE E_RABSetupItemCtxtSURes(write_erab_set_up(erab)));
        let erabs = message.erabs.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let erabs = asn1::ERABSetupListCtxtSURes(erabs);
        ies.push(build_s1ap_ie!(InitialContextSetupResponse, E_RABSetupListCtxtSURes(erabs))?);
    }
    if !message.failed.is_empty() {
        let item = |failed| build_s1ap_ie!(IGNORE E_RABItem(write_failed(failed)));
        let failed = message.failed.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        ies.push(build_s1ap_ie!(
            InitialContextSetupResponse,
            E_RABFailedToSetupListCtxtSURes(asn1::ERABList(failed))
        )?);
    }
    write_pdu(asn1::InitialContextSetupResponse::new, ies)
}

fn read_erab_set_up(octets: &Octets<'_>) -> Option<ErabSetUp> {
    let item: asn1::ERABSetupItemCtxtSURes<'_> = decode_open_type(octets).ok()?;
    let (transport_address, second_address) = transport::read_address(&item.transport_layer_address)?;
    let teid = transport::read_teid(item.gtp_teid);
    Some(ErabSetUp { ebi: read_ebi(item.e_rab_id)?, transport_address, second_address, teid })
}

fn write_erab_set_up(erab: &ErabSetUp) -> asn1::ERABSetupItemCtxtSURes<'static> {
    asn1::ERABSetupItemCtxtSURes::new(
        asn1::ERABID(erab.ebi.get().into()),
        transport::write_address(erab.transport_address, erab.second_address),
        transport::write_teid(erab.teid),
        None,
    )
}

fn read_failed(octets: &Octets<'_>) -> Option<(Ebi, Cause)> {
    let item: asn1::ERABItem = decode_open_type(octets).ok()?;
    Some((read_ebi(item.e_rab_id)?, cause::read(item.cause)?))
}

fn write_failed((ebi, cause): &(Ebi, Cause)) -> asn1::ERABItem {
    asn1::ERABItem::new(asn1::ERABID(ebi.get().into()), cause::write(*cause), None)
}

pub(super) fn read_failure<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let cause = read_cause(reading);
    Some(Message::InitialContextSetupFailure(InitialContextSetupFailure {
        mme_ue: mme_ue?,
        enb_ue: enb_ue?,
        cause,
    }))
}

pub(super) fn write_failure(message: &InitialContextSetupFailure) -> Result<Vec<u8>, Error> {
    let ies = vec![
        build_s1ap_ie!(InitialContextSetupFailure, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(InitialContextSetupFailure, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(InitialContextSetupFailure, Cause(cause::write(message.cause)))?,
    ];
    write_pdu(asn1::InitialContextSetupFailure::new, ies)
}

fn read_ebi(id: asn1::ERABID) -> Option<Ebi> {
    u8::try_from(id.0).ok().and_then(|id| Ebi::new(id).ok())
}

fn read_algorithms(bits: &BitString<'_>) -> Option<u16> {
    <[u8; 2]>::try_from(bits.as_octets()).ok().map(u16::from_be_bytes)
}
