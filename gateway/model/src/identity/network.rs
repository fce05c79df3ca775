use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ModelError;

/// Public land mobile network: MCC and an MNC of two or three digits. 001/01 and 001/001 are different networks
/// (TS 23.003 2.2), so the length is part of the value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Plmn {
    mcc: u16,
    mnc: u16,
    three_digits: bool,
}

impl Plmn {
    /// Reads `"00101"` (two-digit MNC) or `"001001"` (three-digit MNC).
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let three_digits = match text.len() {
            5 => false,
            6 => true,
            _ => return Err(ModelError::Plmn),
        };
        if !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(ModelError::Plmn);
        }
        let (mcc, mnc) = text.split_at_checked(3).ok_or(ModelError::Plmn)?;
        let number = |digits: &str| digits.parse().map_err(|_| ModelError::Plmn);
        Ok(Self { mcc: number(mcc)?, mnc: number(mnc)?, three_digits })
    }

    /// The three octets of TS 24.301 9.9.2.3 and TS 36.413 9.2.3.8; `None` when a nibble is no digit.
    pub fn from_octets(octets: [u8; 3]) -> Option<Self> {
        let [a, b, c] = octets;
        let digit = |nibble: u8| (nibble < 10).then_some(u16::from(nibble));
        let mcc = digit(a & 0xf)? * 100 + digit(a >> 4)? * 10 + digit(b & 0xf)?;
        let two = digit(c & 0xf)? * 10 + digit(c >> 4)?;
        match b >> 4 {
            0xf => Some(Self { mcc, mnc: two, three_digits: false }),
            third => Some(Self { mcc, mnc: two * 10 + digit(third)?, three_digits: true }),
        }
    }

    /// The three octets of TS 24.301 9.9.2.3 and TS 36.413 9.2.3.8.
    pub fn octets(self) -> [u8; 3] {
        let digits = self.digits();
        let mut nibbles = digits.bytes().map(|digit| digit & 0xf);
        let mut next = || nibbles.next().unwrap_or(0xf);
        let (m1, m2, m3, n1, n2, n3) = (next(), next(), next(), next(), next(), next());
        [m2 << 4 | m1, n3 << 4 | m3, n2 << 4 | n1]
    }

    /// MCC and MNC, with the MNC's own number of digits.
    pub fn digits(self) -> heapless::String<6> {
        let mut text = heapless::String::new();
        let width = if self.three_digits { 3 } else { 2 };
        // Six digits fit: the constructors let no more in.
        let _ = fmt::write(&mut text, format_args!("{:03}{:0width$}", self.mcc, self.mnc));
        text
    }
}

impl fmt::Display for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits())
    }
}

impl fmt::Debug for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plmn({self})")
    }
}

impl FromStr for Plmn {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::parse(text)
    }
}

/// Tracking area code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tac(pub u16);

/// Tracking area identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tai {
    /// The network.
    pub plmn: Plmn,
    /// The area in it.
    pub tac: Tac,
}

/// The 28 bits of a cell identity (TS 36.413 9.2.1.38).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellIdentity(pub u32);

/// E-UTRAN cell global identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ecgi {
    /// The network.
    pub plmn: Plmn,
    /// The cell in it.
    pub cell: CellIdentity,
}

/// The identity of an eNB, in the four sizes of TS 36.413 9.2.1.37.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EnbId {
    /// 20 bits: the first 20 of its cells' identities.
    Macro(u32),
    /// 28 bits: a home eNB is one cell.
    Home(u32),
    /// 18 bits.
    ShortMacro(u32),
    /// 21 bits.
    LongMacro(u32),
}

impl EnbId {
    /// The number without its size.
    pub const fn number(self) -> u32 {
        match self {
            Self::Macro(number) | Self::Home(number) | Self::ShortMacro(number) | Self::LongMacro(number) => {
                number
            }
        }
    }
}

/// Global eNB identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GlobalEnbId {
    /// The network.
    pub plmn: Plmn,
    /// The eNB in it.
    pub id: EnbId,
}

impl fmt::Display for GlobalEnbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.id {
            EnbId::Macro(_) => "macro",
            EnbId::Home(_) => "home",
            EnbId::ShortMacro(_) => "short",
            EnbId::LongMacro(_) => "long",
        };
        write!(f, "{}-{kind}-{:x}", self.plmn, self.id.number())
    }
}

/// MME group identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MmeGroupId(pub u16);

/// MME code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MmeCode(pub u8);

/// Globally unique MME identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gummei {
    /// The network.
    pub plmn: Plmn,
    /// The group in it.
    pub group: MmeGroupId,
    /// The MME in the group.
    pub code: MmeCode,
}

/// The part of a GUTI that names a phone within its MME.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MTmsi(pub u32);

/// Globally unique temporary identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Guti {
    /// The MME that gave it.
    pub gummei: Gummei,
    /// The phone.
    pub m_tmsi: MTmsi,
}

impl Guti {
    /// The short form that a cell uses.
    pub const fn s_tmsi(self) -> STmsi {
        STmsi { code: self.gummei.code, m_tmsi: self.m_tmsi }
    }
}

/// The short form of a GUTI, which a phone gives to its cell in a service request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct STmsi {
    /// The MME that gave it.
    pub code: MmeCode,
    /// The phone.
    pub m_tmsi: MTmsi,
}
