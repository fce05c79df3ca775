//! Which procedure of the core handles which message, in whatever state: the column of the table that does not depend on the row.
//! A new message does not compile before it has one.

use std::collections::BTreeSet;

use pumice_wire::nas::{self, EmmMessage, EsmBody, Plain};
use pumice_wire::s1ap::{self, Message};

use super::{Situation, nas_rows, s1ap_rows};

#[test]
fn handlers() {
    let (_, phone) = Situation::Registered.reach();
    let s1ap = s1ap_rows(&phone).into_iter().map(|row| match s1ap::decode(&row.octets) {
        Ok(decoded) => (decoded.message.name(), of_s1ap(&decoded.message)),
        Err(_) => ("what does not decode", "epc::dispatch on_fault"),
    });
    let nas = nas_rows(&phone).into_iter().map(|row| match row.plain.as_deref().map(nas::decode) {
        None => ("Service request", "epc::service"),
        Some(Ok(plain)) => match plain {
            Plain::Emm(message) => (message.name(), of_emm(&message)),
            Plain::Esm(message) => (message.body.name(), of_esm(&message.body)),
        },
        Some(Err(_)) => ("what does not decode", "epc::nas on_nas_fault"),
    });
    let lines: BTreeSet<String> =
        s1ap.chain(nas).map(|(name, handler)| format!("{name}: {handler}")).collect();
    insta::assert_snapshot!(lines.into_iter().collect::<Vec<_>>().join("\n"));
}

const fn of_s1ap(message: &Message<'_>) -> &'static str {
    match message {
        Message::InitialContextSetupFailure(_)
        | Message::InitialContextSetupResponse(_)
        | Message::UeCapabilityInfoIndication(_) => "epc::context_setup",
        Message::InitialUeMessage(_) | Message::UplinkNasTransport(_) => "epc::nas",
        Message::Reset(_) | Message::S1SetupRequest(_) => "epc::s1_setup",
        Message::UeContextReleaseComplete(_) | Message::UeContextReleaseRequest(_) => "epc::release",
        Message::ErrorIndication(_) => "epc::dispatch on_error_indication",
        Message::NasNonDeliveryIndication(_) | Message::ResetAcknowledge(_) => "epc::dispatch, counted",
        Message::DownlinkNasTransport(_)
        | Message::InitialContextSetupRequest(_)
        | Message::Paging(_)
        | Message::S1SetupFailure(_)
        | Message::S1SetupResponse(_)
        | Message::UeContextReleaseCommand(_) => "epc::dispatch refuse_direction",
    }
}

const fn of_emm(message: &EmmMessage<'_>) -> &'static str {
    match message {
        EmmMessage::AttachComplete(_) => "epc::registration",
        EmmMessage::AttachRequest(_) => "epc::attach",
        EmmMessage::AuthenticationFailure(_) | EmmMessage::AuthenticationResponse(_) => "epc::authentication",
        EmmMessage::DetachAccept | EmmMessage::DetachRequestFromUe(_) => "epc::detach",
        EmmMessage::ExtendedServiceRequest(_) => "epc::service",
        EmmMessage::IdentityResponse(_) => "epc::identification",
        EmmMessage::SecurityModeComplete(_) | EmmMessage::SecurityModeReject(_) => "epc::security_mode",
        EmmMessage::TrackingAreaUpdateRequest(_) => "epc::tau",
        EmmMessage::EmmStatus(_) => "epc::nas, counted",
        EmmMessage::GutiReallocationComplete
        | EmmMessage::TrackingAreaUpdateComplete
        | EmmMessage::UplinkNasTransport(_) => "epc::nas, EMM status #101",
        EmmMessage::AttachAccept(_)
        | EmmMessage::AttachReject(_)
        | EmmMessage::AuthenticationReject
        | EmmMessage::AuthenticationRequest(_)
        | EmmMessage::DetachRequestToUe(_)
        | EmmMessage::DownlinkNasTransport(_)
        | EmmMessage::EmmInformation(_)
        | EmmMessage::GutiReallocationCommand(_)
        | EmmMessage::IdentityRequest(_)
        | EmmMessage::SecurityModeCommand(_)
        | EmmMessage::ServiceReject(_)
        | EmmMessage::TrackingAreaUpdateAccept(_)
        | EmmMessage::TrackingAreaUpdateReject(_) => "epc::nas, EMM status #97",
    }
}

const fn of_esm(body: &EsmBody) -> &'static str {
    match body {
        EsmBody::ActivateDefaultBearerAccept { .. }
        | EsmBody::ActivateDefaultBearerReject { .. }
        | EsmBody::ActivateDefaultBearerRequest(_)
        | EsmBody::BearerResourceAllocationRequest
        | EsmBody::BearerResourceAllocationReject { .. }
        | EsmBody::BearerResourceModificationRequest
        | EsmBody::BearerResourceModificationReject { .. }
        | EsmBody::DeactivateBearerAccept
        | EsmBody::DeactivateBearerRequest { .. }
        | EsmBody::EsmInformationRequest
        | EsmBody::EsmInformationResponse { .. }
        | EsmBody::EsmStatus { .. }
        | EsmBody::PdnConnectivityReject { .. }
        | EsmBody::PdnConnectivityRequest(_)
        | EsmBody::PdnDisconnectReject { .. }
        | EsmBody::PdnDisconnectRequest { .. } => "epc::esm",
    }
}
