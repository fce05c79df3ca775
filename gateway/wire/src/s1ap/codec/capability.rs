//! UE Capability Info Indication (8.9).

use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Error, build_s1ap_ie, ie};

use super::nas_transport::{read_enb_ue, read_mme_ue};
use super::reading::Reading;
use super::write_pdu;
use crate::s1ap::{Message, UeCapabilityInfoIndication};

pub(super) fn read<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    let mme_ue = read_mme_ue(reading);
    let enb_ue = read_enb_ue(reading);
    let radio_capability = reading.octets::<ie::UERadioCapability>();
    let paging_capability = reading.octets::<ie::UERadioCapabilityForPaging>();
    Some(Message::UeCapabilityInfoIndication(UeCapabilityInfoIndication {
        mme_ue: mme_ue?,
        enb_ue: enb_ue?,
        radio_capability: radio_capability?,
        paging_capability,
    }))
}

pub(super) fn write(message: &UeCapabilityInfoIndication<'_>) -> Result<Vec<u8>, Error> {
    let mut ies = vec![
        build_s1ap_ie!(UECapabilityInfoIndication, MME_UE_S1AP_ID(message.mme_ue.0))?,
        build_s1ap_ie!(UECapabilityInfoIndication, eNB_UE_S1AP_ID(message.enb_ue.get()))?,
        build_s1ap_ie!(UECapabilityInfoIndication, UERadioCapability(&*message.radio_capability))?,
    ];
    if let Some(capability) = &message.paging_capability {
        ies.push(build_s1ap_ie!(UECapabilityInfoIndication, UERadioCapabilityForPaging(&**capability))?);
    }
    write_pdu(asn1::UECapabilityInfoIndication::new, ies)
}
