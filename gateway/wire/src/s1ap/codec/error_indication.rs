//! Error Indication (8.7.2).

use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Error, build_s1ap_ie, ie};
use pumice_model::identity::EnbUeS1apId;

use super::nas_transport::{read_enb_ue, read_mme_ue};
use super::reading::Reading;
use super::{cause, diagnostics, write_pdu};
use crate::s1ap::{ErrorIndication, Message};

pub(super) fn read<'a>(reading: &mut Reading<'a>) -> Option<Message<'a>> {
    Some(Message::ErrorIndication(ErrorIndication {
        mme_ue: read_mme_ue(reading).map(|id| id.0),
        enb_ue: read_enb_ue(reading).map(EnbUeS1apId::get),
        cause: reading.ie::<ie::Cause, _>(cause::read),
        diagnostics: reading.ie::<ie::CriticalityDiagnostics, _>(diagnostics::read),
    }))
}

/// It answers what could not be understood, so it must be writable whatever that was.
pub(super) fn write(message: &ErrorIndication) -> Result<Vec<u8>, Error> {
    let mut ies = Vec::with_capacity(4);
    if let Some(id) = message.mme_ue {
        ies.push(build_s1ap_ie!(ErrorIndication, MME_UE_S1AP_ID(id))?);
    }
    if let Some(Ok(id)) = message.enb_ue.map(EnbUeS1apId::new) {
        ies.push(build_s1ap_ie!(ErrorIndication, eNB_UE_S1AP_ID(id.get()))?);
    }
    if let Some(cause) = message.cause {
        ies.push(build_s1ap_ie!(ErrorIndication, Cause(cause::write(cause)))?);
    }
    if let Some(diagnostics) = &message.diagnostics {
        ies.push(build_s1ap_ie!(ErrorIndication, CriticalityDiagnostics(diagnostics::write(diagnostics)))?);
    }
    write_pdu(asn1::ErrorIndication::new, ies)
}
