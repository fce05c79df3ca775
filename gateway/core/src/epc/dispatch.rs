//! S1AP messages to their procedures, and the answers of TS 36.413 section 10 to those that have none.

use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};
use pumice_wire::s1ap::{
    Answer, Cause, CriticalityDiagnostics, Decoded, ErrorIndication, Fault, Message, S1SetupFailure, decode,
};

use crate::Core;
use crate::connection::ConnectionKey;
use crate::counters::Counter;
use crate::io::AssociationId;

/// Stream 0 is for signalling that is no phone's (TS 36.412 7).
pub(super) const COMMON_STREAM: u16 = 0;

impl Core {
    pub(crate) fn on_s1ap(&mut self, association: AssociationId, stream: u16, octets: &[u8]) {
        if self.cells.of(association).is_none() {
            return;
        }
        self.count(Counter::S1apReceived);
        match decode(octets) {
            Ok(decoded) if !decoded.message.is_from_cell() => {
                self.refuse_direction(association, &decoded.message)
            }
            Ok(decoded) => self.on_message(association, stream, decoded),
            Err(fault) => self.on_fault(association, fault),
        }
    }

    fn on_message(&mut self, association: AssociationId, stream: u16, decoded: Decoded<'_>) {
        let Decoded { message, notify } = decoded;
        if let Message::S1SetupRequest(request) = message {
            return self.on_s1_setup_request(association, request, notify);
        }
        if self.cells.of(association).is_none_or(|association| association.cell.is_none()) {
            // Nothing may come before S1 Setup (8.7.3.1).
            return self.refuse_state(association, &message);
        }
        if stream == COMMON_STREAM && is_of_phone(&message) {
            self.count(Counter::S1apStreamZero);
        }
        if let Some(diagnostics) = notify {
            self.notify(association, ids(&message), diagnostics);
        }
        match message {
            Message::ErrorIndication(message) => self.on_error_indication(association, &message),
            Message::InitialContextSetupFailure(message) => {
                self.with_connection(association, message.mme_ue, message.enb_ue, |core, key| {
                    core.on_initial_context_setup_failure(key, &message);
                });
            }
            Message::InitialContextSetupResponse(message) => {
                self.with_connection(association, message.mme_ue, message.enb_ue, |core, key| {
                    core.on_initial_context_setup_response(key, &message);
                });
            }
            Message::InitialUeMessage(message) => self.on_initial_ue_message(association, &message),
            Message::NasNonDeliveryIndication(message) => {
                self.with_connection(association, message.mme_ue, message.enb_ue, |core, _| {
                    // The procedure's own timer sends the message again.
                    core.count(Counter::S1apUnexpected);
                });
            }
            Message::Reset(message) => self.on_reset(association, message),
            Message::ResetAcknowledge(_) | Message::S1SetupRequest(_) => self.count(Counter::S1apUnexpected),
            Message::UeCapabilityInfoIndication(message) => {
                self.with_connection(association, message.mme_ue, message.enb_ue, |core, key| {
                    core.on_ue_capability(key, &message.radio_capability);
                });
            }
            Message::UeContextReleaseComplete(message) => self.on_release_complete(association, &message),
            Message::UeContextReleaseRequest(message) => {
                self.with_connection(association, message.mme_ue, message.enb_ue, |core, key| {
                    core.on_release_request(key, &message);
                });
            }
            Message::UplinkNasTransport(message) => {
                self.with_connection(association, message.mme_ue, message.enb_ue, |core, key| {
                    core.on_uplink_nas_transport(key, &message);
                });
            }
            Message::DownlinkNasTransport(_)
            | Message::InitialContextSetupRequest(_)
            | Message::Paging(_)
            | Message::S1SetupFailure(_)
            | Message::S1SetupResponse(_)
            | Message::UeContextReleaseCommand(_) => self.refuse_direction(association, &message),
        }
    }

    /// Runs `work` on the connection that both ids name; otherwise says which id is unknown (10.6).
    ///
    /// Only a connection of this very association can be named: a cell cannot touch the phones of another.
    fn with_connection(
        &mut self,
        association: AssociationId,
        mme_ue: MmeUeS1apId,
        enb_ue: EnbUeS1apId,
        work: impl FnOnce(&mut Self, ConnectionKey),
    ) {
        let key = ConnectionKey(mme_ue);
        let named = self.connections.of(key).filter(|connection| connection.association == association);
        let cause = match named {
            Some(connection) if connection.enb_ue == enb_ue => return work(self, key),
            Some(_) => Cause::UNKNOWN_PAIR_UE_ID,
            None => Cause::UNKNOWN_MME_UE_ID,
        };
        let known = named.is_some();
        self.count(Counter::S1apUnknownId);
        self.send_error_indication(
            association,
            ErrorIndication {
                mme_ue: Some(mme_ue.0),
                enb_ue: Some(enb_ue.get()),
                cause: Some(cause),
                diagnostics: None,
            },
        );
        // Both sides forget what has these ids (10.6).
        if known {
            self.lose_connection(key);
        }
        if let Some(other) = self.connections.by_enb(association, enb_ue) {
            self.lose_connection(other);
        }
    }

    fn on_fault(&mut self, association: AssociationId, fault: Fault) {
        self.count(Counter::S1apFaults);
        let cause = fault.kind.cause();
        match fault.answer {
            Answer::Nothing => {}
            Answer::S1SetupFailure => {
                self.count(Counter::S1SetupRefused);
                let failure = S1SetupFailure { cause, time_to_wait: None, diagnostics: fault.diagnostics };
                self.send_s1ap(association, COMMON_STREAM, &Message::S1SetupFailure(failure));
            }
            Answer::ErrorIndication => self.send_error_indication(
                association,
                ErrorIndication {
                    mme_ue: fault.mme_ue_s1ap_id,
                    enb_ue: fault.enb_ue_s1ap_id,
                    cause: Some(cause),
                    diagnostics: fault.diagnostics,
                },
            ),
        }
    }

    /// What was ignored but must be reported, of a message that has no answer to carry it.
    fn notify(&mut self, association: AssociationId, ids: Ids, diagnostics: CriticalityDiagnostics) {
        self.send_error_indication(
            association,
            ErrorIndication {
                mme_ue: ids.mme_ue,
                enb_ue: ids.enb_ue,
                cause: Some(Cause::ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY),
                diagnostics: Some(diagnostics),
            },
        );
    }

    fn refuse_direction(&mut self, association: AssociationId, message: &Message<'_>) {
        self.count(Counter::S1apUnexpected);
        if is_answer(message) {
            return;
        }
        let ids = ids(message);
        self.send_error_indication(
            association,
            ErrorIndication {
                mme_ue: ids.mme_ue,
                enb_ue: ids.enb_ue,
                cause: Some(Cause::ABSTRACT_SYNTAX_ERROR_REJECT),
                diagnostics: None,
            },
        );
    }

    /// A message that does not fit the state of its association (10.4).
    fn refuse_state(&mut self, association: AssociationId, message: &Message<'_>) {
        self.count(Counter::S1apUnexpected);
        if is_answer(message) {
            return;
        }
        let ids = ids(message);
        self.send_error_indication(
            association,
            ErrorIndication {
                mme_ue: ids.mme_ue,
                enb_ue: ids.enb_ue,
                cause: Some(Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE),
                diagnostics: None,
            },
        );
    }

    /// The cell did not understand something. An answer would make a loop of two that do not understand each other (10.1).
    fn on_error_indication(&mut self, association: AssociationId, message: &ErrorIndication) {
        self.count(Counter::S1apUnexpected);
        let unknown = [Cause::UNKNOWN_MME_UE_ID, Cause::UNKNOWN_ENB_UE_ID, Cause::UNKNOWN_PAIR_UE_ID];
        let gone = message.cause.is_some_and(|cause| unknown.contains(&cause));
        if !gone {
            return;
        }
        // Both sides forget what has either of these ids (10.6).
        let by_mme = message.mme_ue.map(|id| ConnectionKey(MmeUeS1apId(id)));
        let by_mme =
            by_mme.filter(|key| self.connections.of(*key).is_some_and(|it| it.association == association));
        let enb_ue = message.enb_ue.and_then(|id| EnbUeS1apId::new(id).ok());
        let by_enb = enb_ue.and_then(|id| self.connections.by_enb(association, id));
        for key in by_mme.into_iter().chain(by_enb) {
            self.lose_connection(key);
        }
    }

    fn send_error_indication(&mut self, association: AssociationId, message: ErrorIndication) {
        self.send_s1ap(association, COMMON_STREAM, &Message::ErrorIndication(message));
    }
}

/// The identities of a connection as far as a message has them.
#[derive(Debug, Clone, Copy, Default)]
struct Ids {
    mme_ue: Option<u32>,
    enb_ue: Option<u32>,
}

fn ids(message: &Message<'_>) -> Ids {
    let both =
        |mme_ue: MmeUeS1apId, enb_ue: EnbUeS1apId| Ids { mme_ue: Some(mme_ue.0), enb_ue: Some(enb_ue.get()) };
    match message {
        Message::DownlinkNasTransport(m) => both(m.mme_ue, m.enb_ue),
        Message::ErrorIndication(m) => Ids { mme_ue: m.mme_ue, enb_ue: m.enb_ue },
        Message::InitialContextSetupFailure(m) => both(m.mme_ue, m.enb_ue),
        Message::InitialContextSetupRequest(m) => both(m.mme_ue, m.enb_ue),
        Message::InitialContextSetupResponse(m) => both(m.mme_ue, m.enb_ue),
        Message::InitialUeMessage(m) => Ids { mme_ue: None, enb_ue: Some(m.enb_ue.get()) },
        Message::NasNonDeliveryIndication(m) => both(m.mme_ue, m.enb_ue),
        Message::UeCapabilityInfoIndication(m) => both(m.mme_ue, m.enb_ue),
        Message::UeContextReleaseCommand(m) => {
            Ids { mme_ue: Some(m.mme_ue.0), enb_ue: m.enb_ue.map(EnbUeS1apId::get) }
        }
        Message::UeContextReleaseComplete(m) => both(m.mme_ue, m.enb_ue),
        Message::UeContextReleaseRequest(m) => both(m.mme_ue, m.enb_ue),
        Message::UplinkNasTransport(m) => both(m.mme_ue, m.enb_ue),
        Message::Paging(_)
        | Message::Reset(_)
        | Message::ResetAcknowledge(_)
        | Message::S1SetupFailure(_)
        | Message::S1SetupRequest(_)
        | Message::S1SetupResponse(_) => Ids::default(),
    }
}

/// What ends a procedure, or says that something was wrong. Where it does not fit, that is settled here (10.4, 10.5): an Error
/// Indication that answers one could go back and forth for ever.
fn is_answer(message: &Message<'_>) -> bool {
    match message {
        Message::ErrorIndication(_)
        | Message::InitialContextSetupFailure(_)
        | Message::InitialContextSetupResponse(_)
        | Message::ResetAcknowledge(_)
        | Message::S1SetupFailure(_)
        | Message::S1SetupResponse(_)
        | Message::UeContextReleaseComplete(_) => true,
        Message::DownlinkNasTransport(_)
        | Message::InitialContextSetupRequest(_)
        | Message::InitialUeMessage(_)
        | Message::NasNonDeliveryIndication(_)
        | Message::Paging(_)
        | Message::Reset(_)
        | Message::S1SetupRequest(_)
        | Message::UeCapabilityInfoIndication(_)
        | Message::UeContextReleaseCommand(_)
        | Message::UeContextReleaseRequest(_)
        | Message::UplinkNasTransport(_) => false,
    }
}

fn is_of_phone(message: &Message<'_>) -> bool {
    ids(message).enb_ue.is_some() && !matches!(message, Message::ErrorIndication(_))
}
