use pumice_model::identity;
use pumice_model::query::{BearerView, PhoneView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Ambr;

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Phone {
    /// The subscriber.
    #[schema(example = "001010000000001")]
    pub imsi: String,
    /// The subscriber's name.
    #[schema(example = "Amina")]
    pub name: String,
    /// The device; null until it said so.
    #[schema(required = true, example = "3534900698733190")]
    pub imeisv: Option<String>,
    /// The temporary identity that it holds.
    #[schema(required = true)]
    pub guti: Option<Guti>,
    /// Whether it has a connection now.
    pub connected: bool,
    /// The cell that it was last heard in.
    #[schema(required = true)]
    pub cell: Option<Ecgi>,
    /// Seconds since it was last heard.
    #[schema(example = 12)]
    pub silent_seconds: u64,
    /// Its bearers.
    pub bearers: Vec<Bearer>,
    /// The ciphering in use: `EEA0` to `EEA3`.
    #[schema(example = "EEA2")]
    pub ciphering: String,
    /// The integrity protection in use: `EIA1` to `EIA3`.
    #[schema(example = "EIA2")]
    pub integrity: String,
}

impl From<PhoneView> for Phone {
    fn from(phone: PhoneView) -> Self {
        Self {
            imsi: phone.imsi.digits().as_str().to_owned(),
            name: phone.name,
            imeisv: phone.imeisv.map(|imeisv| imeisv.to_string()),
            guti: phone.guti.map(Guti::from),
            connected: phone.connected,
            cell: phone.cell.map(Ecgi::from),
            silent_seconds: phone.silent_for.as_secs(),
            bearers: phone.bearers.into_iter().map(Bearer::from).collect(),
            ciphering: phone.ciphering.to_owned(),
            integrity: phone.integrity.to_owned(),
        }
    }
}

/// Globally unique temporary identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Guti {
    /// The network: MCC and MNC.
    #[schema(example = "00101")]
    pub plmn: String,
    /// The MME group in it.
    #[schema(example = 33025)]
    pub mme_group: u16,
    /// The MME in the group.
    #[schema(example = 7)]
    pub mme_code: u8,
    /// The phone, in hexadecimal.
    #[schema(example = "c0a1b2d3")]
    pub m_tmsi: String,
}

impl From<identity::Guti> for Guti {
    fn from(guti: identity::Guti) -> Self {
        Self {
            plmn: guti.gummei.plmn.to_string(),
            mme_group: guti.gummei.group.0,
            mme_code: guti.gummei.code.0,
            m_tmsi: format!("{:08x}", guti.m_tmsi.0),
        }
    }
}

/// E-UTRAN cell global identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ecgi {
    /// The network: MCC and MNC.
    #[schema(example = "00101")]
    pub plmn: String,
    /// The 28 bits of the cell in it, in hexadecimal.
    #[schema(example = "0019b01")]
    pub cell: String,
}

impl From<identity::Ecgi> for Ecgi {
    fn from(ecgi: identity::Ecgi) -> Self {
        Self { plmn: ecgi.plmn.to_string(), cell: format!("{:07x}", ecgi.cell.0) }
    }
}

/// A bearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bearer {
    /// EPS bearer identity.
    #[schema(example = 5, minimum = 5, maximum = 15)]
    pub ebi: u8,
    /// Its APN.
    #[schema(example = "internet")]
    pub apn: String,
    /// The phone's address.
    #[schema(example = "10.45.0.2")]
    pub address: String,
    /// Its class.
    #[schema(example = 9)]
    pub qci: u8,
    /// The most that it may take.
    pub ambr: Ambr,
    /// What it has used.
    pub usage: Usage,
}

impl From<BearerView> for Bearer {
    fn from(bearer: BearerView) -> Self {
        let usage = bearer.usage;
        Self {
            ebi: bearer.ebi.get(),
            apn: bearer.apn.to_string(),
            address: bearer.address.to_string(),
            qci: bearer.qci.get(),
            ambr: bearer.ambr.into(),
            usage: Usage {
                uplink_octets: usage.uplink_octets,
                downlink_octets: usage.downlink_octets,
                uplink_packets: usage.uplink_packets,
                downlink_packets: usage.downlink_packets,
            },
        }
    }
}

/// What a bearer has used since it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// Octets from the phone.
    pub uplink_octets: u64,
    /// Octets to the phone.
    pub downlink_octets: u64,
    /// Packets from the phone.
    pub uplink_packets: u64,
    /// Packets to the phone.
    pub downlink_packets: u64,
}
