use core::fmt;

/// A message that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A list in it is empty that must have an entry, or longer than the standard lets it be.
    IllegalValue {
        /// The message.
        message: &'static str,
        /// The value, as the encoder names it.
        reason: String,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IllegalValue { message, reason } => write!(f, "{message} cannot be written: {reason}"),
        }
    }
}

impl core::error::Error for EncodeError {}
