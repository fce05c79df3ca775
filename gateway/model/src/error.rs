use core::fmt;

/// Why a text or a number is not the value that it should be. The text says what would be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelError {
    /// A name for signing in that is empty, longer than 32 octets, or holds something else than lower case letters, digits,
    /// `.`, `-` and `_`.
    AccountName,
    /// An access point name is empty, longer than 100 octets, or holds something else than letters, digits, `-` and `.`.
    Apn,
    /// An EPS bearer identity outside 5 to 15.
    BearerIdentity(u8),
    /// An eNB UE S1AP ID of more than 24 bits.
    EnbUeS1apId(u32),
    /// Hexadecimal digits of the wrong number, or other characters among them.
    Hex {
        /// The number of octets that were wanted.
        octets: usize,
    },
    /// An IMEISV that has not 16 digits.
    Imeisv,
    /// An IMSI that has not 6 to 15 digits.
    Imsi,
    /// A PLMN that is not three digits of MCC and two or three of MNC.
    Plmn,
    /// A QoS class identifier that a default bearer cannot have (TS 23.203 table 6.1.7: 5 to 9 are non-GBR).
    Qci(u8),
    /// A word that is no role.
    Role,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountName => f.write_str(
                "a name for signing in has 1 to 32 letters, digits, '.', '-' and '_', beginning with a letter or a digit",
            ),
            Self::Apn => {
                f.write_str("an APN has 1 to 100 letters, digits, '-' and '.', each label 1 to 63 long")
            }
            Self::BearerIdentity(n) => write!(f, "{n} is no EPS bearer identity: 5 to 15"),
            Self::EnbUeS1apId(n) => write!(f, "{n} is no eNB UE S1AP ID: it has 24 bits"),
            Self::Hex { octets } => write!(f, "{} hexadecimal digits are wanted", octets * 2),
            Self::Imeisv => f.write_str("an IMEISV has 16 digits"),
            Self::Imsi => f.write_str("an IMSI has 6 to 15 digits"),
            Self::Plmn => f.write_str(
                "a PLMN is three digits of MCC and two or three of MNC, as \"00101\" or \"310410\"",
            ),
            Self::Qci(n) => write!(f, "QCI {n} is not for a default bearer: 5 to 9"),
            Self::Role => f.write_str("a role is owner, seller or viewer"),
        }
    }
}

impl core::error::Error for ModelError {}
