use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ModelError;

/// Access point name, in lower case, as labels with dots (TS 23.003 9.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Apn(heapless::String<100>);

impl Apn {
    /// Checks the labels and lowers the case.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let legal = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
        let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(legal);
        if !text.split('.').all(label) {
            return Err(ModelError::Apn);
        }
        let mut name = heapless::String::try_from(text).map_err(|_| ModelError::Apn)?;
        name.make_ascii_lowercase();
        Ok(Self(name))
    }

    /// The name with dots.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The network identifier alone: what comes before `.mnc<MNC>.mcc<MCC>.gprs`, which some phones append.
    pub fn network_identifier(&self) -> &str {
        let Some(rest) = self.0.strip_suffix(".gprs") else { return &self.0 };
        let operator = rest.rmatch_indices('.').nth(1).map(|(at, _)| rest.split_at(at));
        match operator {
            Some((network, operator)) if operator.starts_with(".mnc") => network,
            _ => &self.0,
        }
    }
}

impl fmt::Display for Apn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Apn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Apn({})", self.0)
    }
}

impl FromStr for Apn {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::parse(text)
    }
}

/// EPS bearer identity: 5 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ebi(u8);

impl Ebi {
    /// The first identity, which a phone's first default bearer has.
    pub const FIRST: Self = Self(5);

    /// Takes 5 to 15.
    pub const fn new(value: u8) -> Result<Self, ModelError> {
        match value {
            5..=15 => Ok(Self(value)),
            _ => Err(ModelError::BearerIdentity(value)),
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// The identity of a phone's S1 connection at the MME.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MmeUeS1apId(pub u32);

/// The identity of a phone's S1 connection at the eNB: 24 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EnbUeS1apId(u32);

impl EnbUeS1apId {
    /// The lowest.
    pub const MIN: Self = Self(0);
    /// The highest.
    pub const MAX: Self = Self(0x00ff_ffff);

    /// Takes 24 bits.
    pub const fn new(value: u32) -> Result<Self, ModelError> {
        if value > 0x00ff_ffff {
            return Err(ModelError::EnbUeS1apId(value));
        }
        Ok(Self(value))
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Tunnel endpoint identifier. Zero is for signalling, never for a tunnel (TS 29.281 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Teid(pub u32);

/// Fully qualified TEID: where a tunnel ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fteid {
    /// The address that receives.
    pub address: IpAddr,
    /// The tunnel there.
    pub teid: Teid,
}
