use super::{EmmCause, EsmCause};

/// A NAS message that cannot be handled, and what is known of it nevertheless (TS 24.301 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NasFault {
    /// What is wrong.
    pub kind: NasFaultKind,
    /// Of an ESM message: its bearer identity and procedure transaction identity, for the answer.
    pub esm: Option<(u8, u8)>,
    /// The message type, if there was one.
    pub message_type: Option<u8>,
}

impl NasFault {
    /// A fault of which nothing else is known.
    pub const fn bare(kind: NasFaultKind) -> Self {
        Self { kind, esm: None, message_type: None }
    }
}

/// What is wrong with a NAS message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NasFaultKind {
    /// Too short for a message type: ignored (7.2).
    TooShort,
    /// Neither EMM nor ESM: ignored.
    UnknownDiscriminator,
    /// A security header type of another release: ignored.
    UnknownSecurityHeader,
    /// The message type does not exist or is not implemented (7.4).
    UnknownMessageType,
    /// A mandatory IE is missing or wrong (7.5.1).
    InvalidMandatoryInformation,
    /// A comprehension-required optional IE is not understood (7.5.1).
    UnknownComprehensionRequired,
    /// A message that the receiver's side sends, not receives.
    WrongDirection,
}

impl NasFaultKind {
    /// The EMM cause of the status that answers it, where one does.
    pub const fn emm_cause(self) -> Option<EmmCause> {
        match self {
            Self::TooShort | Self::UnknownDiscriminator | Self::UnknownSecurityHeader => None,
            Self::UnknownMessageType | Self::WrongDirection => Some(EmmCause::MESSAGE_TYPE_NON_EXISTENT),
            Self::InvalidMandatoryInformation | Self::UnknownComprehensionRequired => {
                Some(EmmCause::INVALID_MANDATORY_INFORMATION)
            }
        }
    }

    /// The ESM cause of the status that answers it, where one does.
    pub const fn esm_cause(self) -> Option<EsmCause> {
        match self {
            Self::TooShort | Self::UnknownDiscriminator | Self::UnknownSecurityHeader => None,
            Self::UnknownMessageType | Self::WrongDirection => Some(EsmCause::MESSAGE_TYPE_NON_EXISTENT),
            Self::InvalidMandatoryInformation | Self::UnknownComprehensionRequired => {
                Some(EsmCause::INVALID_MANDATORY_INFORMATION)
            }
        }
    }
}
