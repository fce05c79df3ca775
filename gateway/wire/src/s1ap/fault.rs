//! What is wrong with a message, and what TS 36.413 section 10 wants to be answered.

use super::{Cause, Message};

/// A message that may be handled.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded<'a> {
    /// The message.
    pub message: Message<'a>,
    /// What was ignored in it but must be reported (criticality "notify"): in the response if the procedure has one,
    /// otherwise in an Error Indication.
    pub notify: Option<CriticalityDiagnostics>,
}

/// A message that must not be handled.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// What the standard wants to be answered.
    pub answer: Answer,
    /// The MME UE S1AP ID in the message, if it could be read.
    pub mme_ue_s1ap_id: Option<u32>,
    /// The eNB UE S1AP ID in the message, if it could be read.
    pub enb_ue_s1ap_id: Option<u32>,
    /// What to put in the answer beside [`FaultKind::cause`].
    pub diagnostics: Option<CriticalityDiagnostics>,
}

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The octets are no S1AP-PDU (10.2).
    TransferSyntax,
    /// A procedure, an IE or its value is not understood and its criticality is "reject", or a mandatory IE is
    /// missing (10.3.4, 10.3.5).
    AbstractSyntaxReject,
    /// A procedure is not understood and its criticality is "ignore and notify" (10.3.4.1).
    AbstractSyntaxIgnoreAndNotify,
    /// IEs twice or in the wrong order (10.3.6).
    FalselyConstructed,
    /// A procedure is not understood and its criticality is "ignore": nothing is answered.
    Ignored,
    /// A procedure of the standard that this gateway does not carry out (yet) or that a cell may not start.
    Unsupported,
}

impl FaultKind {
    /// The cause that the answer carries.
    pub const fn cause(self) -> Cause {
        match self {
            Self::TransferSyntax => Cause::TRANSFER_SYNTAX_ERROR,
            Self::AbstractSyntaxReject | Self::Unsupported => Cause::ABSTRACT_SYNTAX_ERROR_REJECT,
            Self::AbstractSyntaxIgnoreAndNotify | Self::Ignored => {
                Cause::ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY
            }
            Self::FalselyConstructed => Cause::ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED,
        }
    }
}

/// What the standard wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// An Error Indication.
    ErrorIndication,
    /// The unsuccessful outcome of the procedure: S1 Setup Failure.
    S1SetupFailure,
}

/// Which part of which message was not understood (9.2.1.21).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CriticalityDiagnostics {
    /// The procedure.
    pub procedure: Option<u8>,
    /// Which of its messages.
    pub triggering: Option<Triggering>,
    /// The criticality of the procedure.
    pub criticality: Option<Criticality>,
    /// The IEs: the first 16 are kept.
    pub ies: heapless::Vec<FaultyIe, 16>,
}

/// Which message of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Triggering {
    /// The one that begins it.
    InitiatingMessage,
    /// The answer that it succeeded.
    SuccessfulOutcome,
    /// The answer that it failed.
    UnsuccessfulOutcome,
}

/// What a receiver that does not understand something shall do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Criticality {
    /// Refuse the message.
    Reject,
    /// Go on without it.
    Ignore,
    /// Go on without it and say so.
    Notify,
}

/// An IE that was not understood or is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaultyIe {
    /// Its criticality.
    pub criticality: Criticality,
    /// Its number.
    pub id: u16,
    /// Whether it is missing; otherwise it was not understood.
    pub missing: bool,
}
