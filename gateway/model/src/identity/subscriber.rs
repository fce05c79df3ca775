use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Plmn;
use crate::ModelError;

/// International mobile subscriber identity: 6 to 15 decimal digits (TS 23.003 2.2).
///
/// `Display` shortens it, because logs are read by many; [`Imsi::digits`] gives all of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "heapless::String<15>", into = "heapless::String<15>")]
pub struct Imsi {
    // Ordered first so that IMSIs of one network sort by their digits.
    value: u64,
    length: u8,
}

impl Imsi {
    /// Takes the digits as characters `0` to `9`.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        if !(6..=15).contains(&text.len()) || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(ModelError::Imsi);
        }
        let length = u8::try_from(text.len()).map_err(|_| ModelError::Imsi)?;
        Ok(Self { value: text.parse().map_err(|_| ModelError::Imsi)?, length })
    }

    /// All digits.
    pub fn digits(&self) -> heapless::String<15> {
        let mut text = heapless::String::new();
        // Fifteen digits fit: `parse` let no more in.
        let _ =
            fmt::write(&mut text, format_args!("{:0width$}", self.value, width = usize::from(self.length)));
        text
    }

    /// Whether the IMSI belongs to this network, whose MNC length is known.
    pub fn is_of(&self, plmn: Plmn) -> bool {
        self.digits().starts_with(plmn.digits().as_str())
    }
}

impl fmt::Display for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let (network, rest) = digits.split_at_checked(5).unwrap_or((&digits, ""));
        let tail = rest.len().checked_sub(3).and_then(|at| rest.get(at..)).unwrap_or(rest);
        write!(f, "{network}..{tail}")
    }
}

impl fmt::Debug for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Imsi({self})")
    }
}

impl FromStr for Imsi {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::parse(text)
    }
}

impl TryFrom<heapless::String<15>> for Imsi {
    type Error = ModelError;

    fn try_from(text: heapless::String<15>) -> Result<Self, ModelError> {
        Self::parse(&text)
    }
}

impl From<Imsi> for heapless::String<15> {
    fn from(imsi: Imsi) -> Self {
        imsi.digits()
    }
}

/// International mobile equipment identity with software version: 16 digits (TS 23.003 6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Imeisv(u64);

impl Imeisv {
    /// Takes the digits as characters `0` to `9`.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        if text.len() != 16 || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(ModelError::Imeisv);
        }
        text.parse().map(Self).map_err(|_| ModelError::Imeisv)
    }
}

impl fmt::Display for Imeisv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016}", self.0)
    }
}
