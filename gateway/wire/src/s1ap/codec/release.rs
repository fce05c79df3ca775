//! UE Context Release (8.3.2, 8.3.3).

use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Error, build_s1ap_ie, ie};
use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};

use super::nas_transport::{read_cause, read_enb_ue, read_mme_ue};
use super::reading::Reading;
use super::{cause, write_pdu};
use crate::s1ap::{Message, UeContextReleaseCommand, UeContextReleaseComplete, UeContextReleaseRequest};

pub(super) fn read_request<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let cause = read_cause(reading);
    Some(Message::UeContextReleaseRequest(UeContextReleaseRequest {
        mme_ue: mme_ue?,
        enb_ue: enb_ue?,
        cause,
    }))
}

pub(super) fn write_request(message: &UeContextReleaseRequest) -> Result<Vec<u8>, Error> {
    let ies = vec![
        build_s1ap_ie!(UEContextReleaseRequest, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(UEContextReleaseRequest, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(UEContextReleaseRequest, Cause(cause::write(message.cause)))?,
    ];
    write_pdu(asn1::UEContextReleaseRequest::new, ies)
}

pub(super) fn read_command<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let ids = reading.ie::<ie::UE_S1AP_IDs, _>(|ids| match ids {
        asn1::UES1APIDs::uE_S1AP_ID_pair(pair) => {
            let enb_ue = EnbUeS1apId::new(pair.enb_ue_s1ap_id.0).ok()?;
            Some((MmeUeS1apId(pair.mme_ue_s1ap_id.0), Some(enb_ue)))
        }
        asn1::UES1APIDs::mME_UE_S1AP_ID(id) => Some((MmeUeS1apId(id.0), None)),
        _ => None,
    });
    let cause = read_cause(reading);
    let (mme_ue, enb_ue) = ids?;
    Some(Message::UeContextReleaseCommand(UeContextReleaseCommand { mme_ue, enb_ue, cause }))
}

pub(super) fn write_command(message: &UeContextReleaseCommand) -> Result<Vec<u8>, Error> {
    let mme_ue = asn1::MMEUES1APID(message.mme_ue.0);
    let ids = match message.enb_ue {
        Some(enb_ue) => asn1::UES1APIDs::uE_S1AP_ID_pair(asn1::UES1APIDPair::new(
            mme_ue,
            asn1::ENBUES1APID(enb_ue.get()),
            None,
        )),
        None => asn1::UES1APIDs::mME_UE_S1AP_ID(mme_ue),
    };
    let ies = vec![
        build_s1ap_ie!(UEContextReleaseCommand, UE_S1AP_IDs(ids))?,
        build_s1ap_ie!(UEContextReleaseCommand, Cause(cause::write(message.cause)))?,
    ];
    write_pdu(asn1::UEContextReleaseCommand::new, ies)
}

pub(super) fn read_complete<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    Some(Message::UeContextReleaseComplete(UeContextReleaseComplete { mme_ue: mme_ue?, enb_ue: enb_ue? }))
}

pub(super) fn write_complete(message: &UeContextReleaseComplete) -> Result<Vec<u8>, Error> {
    let ies = vec![
        build_s1ap_ie!(UEContextReleaseComplete, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(UEContextReleaseComplete, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
    ];
    write_pdu(asn1::UEContextReleaseComplete::new, ies)
}
