//! NAS Transport (8.6).

use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Error, build_s1ap_ie, ie};
use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};

use super::reading::Reading;
use super::{cause, identity, write_pdu};
use crate::s1ap::{
    Cause, DownlinkNasTransport, InitialUeMessage, Message, NasNonDeliveryIndication, UplinkNasTransport,
};

/// mo-Signalling (9.2.1.3a): asks for nothing special.
const ESTABLISHMENT_CAUSE_UNSAID: u8 = 3;

pub(super) fn read_mme_ue(reading: &mut Reading<'_>) -> Option<MmeUeS1apId> {
    reading.ie::<ie::MME_UE_S1AP_ID, _>(|id| Some(MmeUeS1apId(id.0)))
}

pub(super) fn read_enb_ue(reading: &mut Reading<'_>) -> Option<EnbUeS1apId> {
    reading.ie::<ie::eNB_UE_S1AP_ID, _>(|id| EnbUeS1apId::new(id.0).ok())
}

/// The cause of a message, mandatory with criticality "ignore".
pub(super) fn read_cause(reading: &mut Reading<'_>) -> Cause {
    reading.ie::<ie::Cause, _>(cause::read).unwrap_or(Cause::MISC_UNSPECIFIED)
}

pub(super) fn read_initial<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let enb_ue = read_enb_ue(reading);
    let nas = reading.whole_octets::<ie::NAS_PDU>();
    let tai = reading.ie::<ie::TAI, _>(identity::read_tai);
    let ecgi = reading.ie::<ie::EUTRAN_CGI, _>(identity::read_ecgi);
    let establishment_cause = reading.ie::<ie::RRC_Establishment_Cause, _>(|cause| Some(cause as u8));
    let s_tmsi = reading.ie::<ie::S_TMSI, _>(|s_tmsi| Some(identity::read_s_tmsi(s_tmsi)));
    let gummei = reading.ie::<ie::GUMMEI_ID, _>(identity::read_gummei);
    Some(Message::InitialUeMessage(InitialUeMessage {
        enb_ue: enb_ue?,
        nas: nas?,
        tai: tai?,
        ecgi,
        establishment_cause: establishment_cause.unwrap_or(ESTABLISHMENT_CAUSE_UNSAID),
        s_tmsi,
        gummei,
    }))
}

pub(super) fn write_initial(message: &InitialUeMessage<'_>) -> Result<Vec<u8>, Error> {
    use asn1::RRCEstablishmentCause as Why;
    let why = match message.establishment_cause {
        0 => Why::emergency,
        1 => Why::highPriorityAccess,
        2 => Why::mt_Access,
        4 => Why::mo_Data,
        5 => Why::delay_TolerantAccess,
        6 => Why::mo_VoiceCall,
        7 => Why::mo_ExceptionData,
        _ => Why::mo_Signalling,
    };
    let mut ies = vec![
        build_s1ap_ie!(InitialUEMessage, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(InitialUEMessage, NAS_PDU(message.nas))?,
        build_s1ap_ie!(InitialUEMessage, TAI(identity::write_tai(message.tai)))?,
    ];
    if let Some(ecgi) = message.ecgi {
        ies.push(build_s1ap_ie!(InitialUEMessage, EUTRAN_CGI(identity::write_ecgi(ecgi)?))?);
    }
    ies.push(build_s1ap_ie!(InitialUEMessage, RRC_Establishment_Cause(why))?);
    if let Some(s_tmsi) = message.s_tmsi {
        ies.push(build_s1ap_ie!(InitialUEMessage, S_TMSI(identity::write_s_tmsi(s_tmsi)))?);
    }
    if let Some(gummei) = message.gummei {
        ies.push(build_s1ap_ie!(InitialUEMessage, GUMMEI_ID(identity::write_gummei(gummei)))?);
    }
    write_pdu(asn1::InitialUEMessage::new, ies)
}

pub(super) fn read_downlink<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let nas = reading.whole_octets::<ie::NAS_PDU>();
    Some(Message::DownlinkNasTransport(DownlinkNasTransport { mme_ue: mme_ue?, enb_ue: enb_ue?, nas: nas? }))
}

pub(super) fn write_downlink(message: &DownlinkNasTransport<'_>) -> Result<Vec<u8>, Error> {
    let ies = vec![
        build_s1ap_ie!(DownlinkNASTransport, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(DownlinkNASTransport, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(DownlinkNASTransport, NAS_PDU(message.nas))?,
    ];
    write_pdu(asn1::DownlinkNASTransport::new, ies)
}

pub(super) fn read_uplink<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let nas = reading.whole_octets::<ie::NAS_PDU>();
    let ecgi = reading.ie::<ie::EUTRAN_CGI, _>(identity::read_ecgi);
    let tai = reading.ie::<ie::TAI, _>(identity::read_tai);
    Some(Message::UplinkNasTransport(UplinkNasTransport {
        mme_ue: mme_ue?,
        enb_ue: enb_ue?,
        nas: nas?,
        ecgi,
        tai,
    }))
}

pub(super) fn write_uplink(message: &UplinkNasTransport<'_>) -> Result<Vec<u8>, Error> {
    let mut ies = vec![
        build_s1ap_ie!(UplinkNASTransport, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(UplinkNASTransport, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(UplinkNASTransport, NAS_PDU(message.nas))?,
    ];
    if let Some(ecgi) = message.ecgi {
        ies.push(build_s1ap_ie!(UplinkNASTransport, EUTRAN_CGI(identity::write_ecgi(ecgi)?))?);
    }
    if let Some(tai) = message.tai {
        ies.push(build_s1ap_ie!(UplinkNASTransport, TAI(identity::write_tai(tai)))?);
    }
    write_pdu(asn1::UplinkNASTransport::new, ies)
}

pub(super) fn read_non_delivery<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let nas = reading.whole_octets::<ie::NAS_PDU>();
    let cause = read_cause(reading);
    Some(Message::NasNonDeliveryIndication(NasNonDeliveryIndication {
        mme_ue: mme_ue?,
        enb_ue: enb_ue?,
        nas: nas.unwrap_or_default(),
        cause,
    }))
}

pub(super) fn write_non_delivery(message: &NasNonDeliveryIndication<'_>) -> Result<Vec<u8>, Error> {
    let ies = vec![
        build_s1ap_ie!(NASNonDeliveryIndication, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(NASNonDeliveryIndication, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(NASNonDeliveryIndication, NAS_PDU(message.nas))?,
        build_s1ap_ie!(NASNonDeliveryIndication, Cause(cause::write(message.cause)))?,
    ];
    write_pdu(asn1::NASNonDeliveryIndication::new, ies)
}
