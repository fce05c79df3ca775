//! Octets to messages and back, over the ASN.1 types of `oxirush_s1ap`, which nothing outside of this module names.
//!
//! What is wrong with a message is judged as TS 36.413 section 10 says: the octets (10.2), the procedure (10.3.4.1), the
//! IEs that are not understood (10.3.4.2), those that are missing (10.3.5), and those that are there twice or in the
//! wrong order (10.3.6).

mod capability;
mod cause;
mod context;
mod diagnostics;
mod error;
mod error_indication;
mod identity;
mod name;
mod nas_transport;
mod paging;
mod reading;
mod release;
mod reset;
mod setup;
mod transport;

use oxirush_s1ap::S1apPduKind as Kind;
use oxirush_s1ap::aper::protocol::Message as _;
use oxirush_s1ap::s1ap::{self as asn1, ProtocolIEContainer, ProtocolIEField, S1APPDU};

pub use error::EncodeError;
use reading::Reading;

use super::{Answer, Criticality, CriticalityDiagnostics, Decoded, Fault, FaultKind, Message, Triggering};

/// Reads a message. What it is worth is not judged by who sent it: see [`Message::is_from_cell`].
///
/// Octet strings stay where they are in `octets`. A NAS-PDU of 16 kB or more, which travels in fragments, is refused.
pub fn decode(octets: &[u8]) -> Result<Decoded<'_>, Fault> {
    let pdu = S1APPDU::decode_borrowed(octets).map_err(|_| transfer_syntax(None))?;
    let kind = pdu.kind();
    let deviations = pdu.check_structure();
    let (envelope, value) = Envelope::open(pdu).ok_or_else(|| transfer_syntax(None))?;
    if let Kind::Other { .. } = kind {
        return Err(envelope.unknown_procedure());
    }
    let deviations = deviations.map_err(|_| transfer_syntax(Some(&envelope)))?;
    let reading = Reading::open(value).map_err(|_| transfer_syntax(Some(&envelope)))?;
    read(kind, &envelope, reading, &deviations)
}

fn read<'a>(
    kind: Kind,
    envelope: &Envelope,
    mut reading: Reading<'a>,
    deviations: &[oxirush_s1ap::Deviation],
) -> Result<Decoded<'a>, Fault> {
    let ids = reading.ids();
    let Some(read) = reader(kind) else {
        return Err(envelope.fault(FaultKind::Unsupported, ids, &reading));
    };
    reading.note(deviations);
    // A message that is refused for its structure is not looked into.
    let message = if reading.refusal().is_none() { read(&mut reading) } else { None };
    match (reading.refusal(), message) {
        (Some(kind), _) => Err(envelope.fault(kind, ids, &reading)),
        // What is missing may be missing, but without it there is nothing to act on.
        (None, None) => Err(envelope.fault(FaultKind::Ignored, ids, &reading)),
        (None, Some(message)) => {
            let is_told = reading.must_notify() && !envelope.is_error_indication();
            let notify = is_told.then(|| envelope.diagnostics(Answer::ErrorIndication, &reading));
            Ok(Decoded { message, notify })
        }
    }
}

/// What reads the IEs of a message into its type; nothing for a message that this gateway has no use for.
fn reader(kind: Kind) -> Option<for<'a> fn(&mut Reading<'a>) -> Option<Message<'a>>> {
    let read: for<'a> fn(&mut Reading<'a>) -> Option<Message<'a>> = match kind {
        Kind::Initiating_downlinkNASTransport => nas_transport::read_downlink,
        Kind::Initiating_ErrorIndication => error_indication::read,
        Kind::Unsuccessful_InitialContextSetup => context::read_failure,
        Kind::Initiating_InitialContextSetup => context::read_request,
        Kind::Successful_InitialContextSetup => context::read_response,
        Kind::Initiating_initialUEMessage => nas_transport::read_initial,
        Kind::Initiating_NASNonDeliveryIndication => nas_transport::read_non_delivery,
        Kind::Initiating_Paging => paging::read,
        Kind::Initiating_Reset => reset::read,
        Kind::Successful_Reset => reset::read_acknowledge,
        Kind::Unsuccessful_S1Setup => setup::read_failure,
        Kind::Initiating_S1Setup => setup::read_request,
        Kind::Successful_S1Setup => setup::read_response,
        Kind::Initiating_UECapabilityInfoIndication => capability::read,
        Kind::Initiating_UEContextRelease => release::read_command,
        Kind::Successful_UEContextRelease => release::read_complete,
        Kind::Initiating_UEContextReleaseRequest => release::read_request,
        Kind::Initiating_uplinkNASTransport => nas_transport::read_uplink,
        _ => return None,
    };
    Some(read)
}

/// Writes a message. It fails only if a list is empty or longer than the standard lets it be; numbers are cut to their
/// size, and an Error Indication leaves out what cannot be said.
pub fn encode(message: &Message<'_>) -> Result<Vec<u8>, EncodeError> {
    let octets = match message {
        Message::DownlinkNasTransport(m) => nas_transport::write_downlink(m),
        Message::ErrorIndication(m) => error_indication::write(m),
        Message::InitialContextSetupFailure(m) => context::write_failure(m),
        Message::InitialContextSetupRequest(m) => context::write_request(m),
        Message::InitialContextSetupResponse(m) => context::write_response(m),
        Message::InitialUeMessage(m) => nas_transport::write_initial(m),
        Message::NasNonDeliveryIndication(m) => nas_transport::write_non_delivery(m),
        Message::Paging(m) => paging::write(m),
        Message::Reset(m) => reset::write(m),
        Message::ResetAcknowledge(m) => reset::write_acknowledge(m),
        Message::S1SetupFailure(m) => setup::write_failure(m),
        Message::S1SetupRequest(m) => setup::write_request(m),
        Message::S1SetupResponse(m) => setup::write_response(m),
        Message::UeCapabilityInfoIndication(m) => capability::write(m),
        Message::UeContextReleaseCommand(m) => release::write_command(m),
        Message::UeContextReleaseComplete(m) => release::write_complete(m),
        Message::UeContextReleaseRequest(m) => release::write_request(m),
        Message::UplinkNasTransport(m) => nas_transport::write_uplink(m),
    };
    octets.map_err(|error| EncodeError::IllegalValue { message: message.name(), reason: error.to_string() })
}

/// The octets of a message of these IEs, whose type says the procedure, the direction and the criticality.
fn write_pdu<M>(
    message: fn(ProtocolIEContainer<'static>) -> M,
    ies: Vec<ProtocolIEField<'static>>,
) -> Result<Vec<u8>, oxirush_s1ap::Error>
where
    M: oxirush_s1ap::Message<'static, Protocol = oxirush_s1ap::S1ap>,
{
    S1APPDU::of_message(&message(ProtocolIEContainer(ies)), M::CRITICALITY)?.encode()
}

/// What is around a message.
struct Envelope {
    procedure: u8,
    triggering: Triggering,
    criticality: Criticality,
}

impl Envelope {
    fn open(pdu: S1APPDU<'_>) -> Option<(Self, oxirush_s1ap::Octets<'_>)> {
        let (procedure, triggering, criticality, value) = match pdu {
            S1APPDU::initiatingMessage(m) => {
                (m.procedure_code, Triggering::InitiatingMessage, m.criticality, m.value)
            }
            S1APPDU::successfulOutcome(m) => {
                (m.procedure_code, Triggering::SuccessfulOutcome, m.criticality, m.value)
            }
            S1APPDU::unsuccessfulOutcome(m) => {
                (m.procedure_code, Triggering::UnsuccessfulOutcome, m.criticality, m.value)
            }
            // A kind of message of another release (10.3.4.1A).
            _ => return None,
        };
        Some((Self { procedure: procedure.0, triggering, criticality: criticality.into() }, value))
    }

    /// 10.3.4.1: whoever invented the procedure said what to do about it.
    fn unknown_procedure(&self) -> Fault {
        let (kind, answer) = match self.criticality {
            Criticality::Reject => (FaultKind::AbstractSyntaxReject, Answer::ErrorIndication),
            Criticality::Notify => (FaultKind::AbstractSyntaxIgnoreAndNotify, Answer::ErrorIndication),
            Criticality::Ignore => (FaultKind::Ignored, Answer::Nothing),
        };
        Fault {
            kind,
            answer,
            mme_ue_s1ap_id: None,
            enb_ue_s1ap_id: None,
            diagnostics: Some(self.procedure_diagnostics()),
        }
    }

    fn fault(&self, kind: FaultKind, ids: (Option<u32>, Option<u32>), reading: &Reading<'_>) -> Fault {
        let answer = self.answer(kind);
        Fault {
            kind,
            answer,
            mme_ue_s1ap_id: ids.0,
            enb_ue_s1ap_id: ids.1,
            diagnostics: Some(self.diagnostics(answer, reading)),
        }
    }

    /// An error in an Error Indication is handled here, not answered (10.5).
    fn is_error_indication(&self) -> bool {
        self.triggering == Triggering::InitiatingMessage
            && self.procedure == asn1::ErrorIndication::PROCEDURE_CODE
    }

    fn answer(&self, kind: FaultKind) -> Answer {
        let begins = self.triggering == Triggering::InitiatingMessage;
        match kind {
            FaultKind::Ignored => Answer::Nothing,
            _ if self.is_error_indication() => Answer::Nothing,
            FaultKind::TransferSyntax => Answer::ErrorIndication,
            // An answer that is wrong ends its procedure here; the sender is not told (10.3.4.2, 10.3.5, 10.3.6).
            _ if !begins => Answer::Nothing,
            FaultKind::Unsupported if self.criticality == Criticality::Ignore => Answer::Nothing,
            FaultKind::Unsupported => Answer::ErrorIndication,
            _ if self.procedure == asn1::S1SetupRequest::PROCEDURE_CODE => Answer::S1SetupFailure,
            _ => Answer::ErrorIndication,
        }
    }

    /// Procedure and triggering message are for an Error Indication only (9.2.1.21); they also stay where nothing is
    /// answered, so that the receiver knows which procedure of its own has failed.
    fn diagnostics(&self, answer: Answer, reading: &Reading<'_>) -> CriticalityDiagnostics {
        let ies = reading.faulty_ies();
        let is_setup = self.procedure == asn1::S1SetupRequest::PROCEDURE_CODE
            && self.triggering == Triggering::InitiatingMessage;
        if answer == Answer::S1SetupFailure || is_setup && reading.refusal().is_none() {
            let criticality = Some(self.criticality);
            return CriticalityDiagnostics { procedure: None, triggering: None, criticality, ies };
        }
        CriticalityDiagnostics { ies, ..self.procedure_diagnostics() }
    }

    fn procedure_diagnostics(&self) -> CriticalityDiagnostics {
        CriticalityDiagnostics {
            procedure: Some(self.procedure),
            triggering: Some(self.triggering),
            criticality: Some(self.criticality),
            ies: heapless::Vec::new(),
        }
    }
}

/// 10.2. An Error Indication is answered by none, not even if it cannot be read.
fn transfer_syntax(envelope: Option<&Envelope>) -> Fault {
    let kind = FaultKind::TransferSyntax;
    Fault {
        kind,
        answer: envelope.map_or(Answer::ErrorIndication, |envelope| envelope.answer(kind)),
        mme_ue_s1ap_id: None,
        enb_ue_s1ap_id: None,
        diagnostics: envelope.map(Envelope::procedure_diagnostics),
    }
}
