use core::time::Duration;
use std::sync::Arc;

use pumice_model::ModelError;
use pumice_model::identity::{Apn, Imeisv};
use pumice_wire::nas::{
    AdditionalSecurityCapability, AttachType, MsNetworkCapability, Pco, PcoUnit, PdnType, UeNetworkCapability,
};

use crate::sim::SimProfile;

/// What a phone is and how it behaves when nothing goes wrong.
#[derive(Debug, Clone)]
pub struct PhoneConfig {
    /// Its SIM.
    pub sim: SimProfile,
    /// The device with its software version.
    pub imeisv: Imeisv,
    /// The device: 15 digits.
    pub imei: u64,
    /// UE network capability: algorithms and features.
    pub capability: UeNetworkCapability,
    /// MS network capability, when it has GPRS.
    pub ms_network_capability: Option<MsNetworkCapability>,
    /// What algorithms of 5G it has, when it has.
    pub additional_security_capability: Option<AdditionalSecurityCapability>,
    /// What it attaches for.
    pub attach_type: AttachType,
    /// Which addresses it asks for.
    pub pdn_type: PdnType,
    /// The APN that it asks for.
    pub apn: Option<Apn>,
    /// Whether APN and PCO are said only when the network asks, under protection (ESM information transfer flag).
    pub esm_information_transfer: bool,
    /// Protocol configuration options that it asks with.
    pub pco: Option<Pco>,
    /// DRX parameter, both octets (TS 24.008 10.5.5.6).
    pub drx: Option<u16>,
    /// What its radio can do, as the cell passes it on.
    pub radio_capability: Arc<[u8]>,
    /// RRC establishment cause of attach, tracking area update and detach: 3 is mo-Signalling, 4 mo-Data.
    pub signalling_cause: u8,
    /// Whether it ciphers a detach request on a secured connection (TS 24.301 4.4.5); srsRAN's phone does not.
    pub ciphers_detach: bool,
    /// Whether it attaches by itself whenever it may.
    pub attaches: bool,
    /// Whether it owns an IP stack inside its tunnel.
    pub ip_stack: bool,
    /// Events that its log keeps.
    pub log_length: usize,
    /// Packets that wait for a bearer: more are dropped and counted.
    pub uplink_queue: usize,
    /// Seed of what it draws by chance.
    pub seed: u64,
    /// How long it forgets forbidden areas after (TS 24.301 5.3.2: 12 to 24 hours).
    pub forbidden_areas_kept: Duration,
}

/// UE-RadioAccessCapabilityInformation (TS 36.331 10.2.2) of srsRAN's phone in the recordings.
const RADIO_CAPABILITY: [u8; 16] =
    [0x00, 0x70, 0x01, 0x00, 0xb8, 0x18, 0x00, 0x00, 0x18, 0x00, 0x0f, 0x30, 0x20, 0x80, 0x00, 0x00];

impl PhoneConfig {
    /// A phone as they are sold: EEA0-3, EIA0-3, IPv4, PCO with DNS and MTU, no APN of its own.
    pub fn new(sim: SimProfile) -> Result<Self, ModelError> {
        let number = sim.imsi.digits();
        // The device's number ends like the SIM's, so that a trace shows who is who.
        let tail: String = number.chars().skip(number.len().saturating_sub(6)).collect();
        let capability = heapless::Vec::from_slice(&[0xf0, 0x70, 0xc0, 0x40]).unwrap_or_default();
        Ok(Self {
            sim,
            imeisv: Imeisv::parse(&format!("35349006{tail}01"))?,
            imei: format!("35349006{tail}0").parse().unwrap_or(0),
            capability: UeNetworkCapability(capability),
            ms_network_capability: None,
            additional_security_capability: None,
            attach_type: AttachType::Eps,
            pdn_type: PdnType::Ipv4,
            apn: None,
            esm_information_transfer: false,
            pco: Some(asks(&[PcoUnit::DNS_IPV4, PcoUnit::IPV4_LINK_MTU])),
            drx: None,
            radio_capability: Arc::from(RADIO_CAPABILITY),
            signalling_cause: 3,
            ciphers_detach: true,
            attaches: true,
            ip_stack: false,
            log_length: 64,
            uplink_queue: 32,
            seed: 1,
            forbidden_areas_kept: Duration::from_secs(12 * 3_600),
        })
    }

    /// srsRAN's phone of the recordings: EEA0-3, EIA1-3, no APN, no PCO, mo-Data.
    pub fn srsran() -> Result<Self, ModelError> {
        let capability = heapless::Vec::from_slice(&[0xf0, 0x70]).unwrap_or_default();
        Ok(Self {
            imeisv: Imeisv::parse("3534900698733190")?,
            imei: 353_490_069_873_319,
            capability: UeNetworkCapability(capability),
            pco: None,
            signalling_cause: 4,
            ciphers_detach: false,
            ..Self::new(SimProfile::srsran()?)?
        })
    }

    /// With an APN and PCO that it says only under protection.
    #[must_use]
    pub fn secretive(self, apn: Apn) -> Self {
        Self { apn: Some(apn), esm_information_transfer: true, ..self }
    }

    /// With an IP stack of its own.
    #[must_use]
    pub fn with_ip_stack(self) -> Self {
        Self { ip_stack: true, ..self }
    }
}

fn asks(ids: &[u16]) -> Pco {
    Pco { units: ids.iter().map(|id| PcoUnit { id: *id, contents: Vec::new() }).collect() }
}
