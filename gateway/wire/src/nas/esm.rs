//! The ESM messages (TS 24.301 8.3), with the IEs that a village network uses.

use core::net::Ipv4Addr;

use pumice_model::identity::{Apn, Ebi};

use super::{EsmCause, GprsTimer3, Pco};

/// An ESM message, in either direction.
#[derive(Debug, Clone, PartialEq)]
pub struct EsmMessage {
    /// EPS bearer identity: 0 none, 5 to 15.
    pub ebi: u8,
    /// Procedure transaction identity: 0 none, 1 to 254.
    pub pti: u8,
    /// What it says.
    pub body: EsmBody,
}

/// What an ESM message says.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant holds the message of its name")]
pub enum EsmBody {
    ActivateDefaultBearerAccept {
        pco: Option<Pco>,
    },
    ActivateDefaultBearerReject {
        cause: EsmCause,
        pco: Option<Pco>,
    },
    ActivateDefaultBearerRequest(Box<ActivateDefaultBearerRequest>),
    /// Decoded no further: it is refused.
    BearerResourceAllocationRequest,
    BearerResourceAllocationReject {
        cause: EsmCause,
    },
    /// Decoded no further: it is refused.
    BearerResourceModificationRequest,
    BearerResourceModificationReject {
        cause: EsmCause,
    },
    DeactivateBearerAccept,
    DeactivateBearerRequest {
        cause: EsmCause,
    },
    EsmInformationRequest,
    EsmInformationResponse {
        apn: Option<Apn>,
        pco: Option<Pco>,
    },
    EsmStatus {
        cause: EsmCause,
    },
    PdnConnectivityReject {
        cause: EsmCause,
        pco: Option<Pco>,
        back_off: Option<GprsTimer3>,
    },
    PdnConnectivityRequest(Box<PdnConnectivityRequest>),
    PdnDisconnectReject {
        cause: EsmCause,
    },
    PdnDisconnectRequest {
        linked: Ebi,
    },
}

impl EsmBody {
    /// The standard's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ActivateDefaultBearerAccept { .. } => "Activate default EPS bearer context accept",
            Self::ActivateDefaultBearerReject { .. } => "Activate default EPS bearer context reject",
            Self::ActivateDefaultBearerRequest(_) => "Activate default EPS bearer context request",
            Self::BearerResourceAllocationRequest => "Bearer resource allocation request",
            Self::BearerResourceAllocationReject { .. } => "Bearer resource allocation reject",
            Self::BearerResourceModificationRequest => "Bearer resource modification request",
            Self::BearerResourceModificationReject { .. } => "Bearer resource modification reject",
            Self::DeactivateBearerAccept => "Deactivate EPS bearer context accept",
            Self::DeactivateBearerRequest { .. } => "Deactivate EPS bearer context request",
            Self::EsmInformationRequest => "ESM information request",
            Self::EsmInformationResponse { .. } => "ESM information response",
            Self::EsmStatus { .. } => "ESM status",
            Self::PdnConnectivityReject { .. } => "PDN connectivity reject",
            Self::PdnConnectivityRequest(_) => "PDN connectivity request",
            Self::PdnDisconnectReject { .. } => "PDN disconnect reject",
            Self::PdnDisconnectRequest { .. } => "PDN disconnect request",
        }
    }
}

/// What for a PDN connection is asked (9.9.4.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestType {
    /// 1, and what is reserved.
    Initial,
    /// 2
    Handover,
    /// 4
    Emergency,
}

/// Which addresses are asked for (9.9.4.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PdnType {
    /// 1
    Ipv4,
    /// 2
    Ipv6,
    /// 3
    Ipv4v6,
    /// 5
    NonIp,
    /// 6
    Ethernet,
    /// What is reserved.
    Reserved(u8),
}

/// 8.3.20
#[derive(Debug, Clone, PartialEq)]
pub struct PdnConnectivityRequest {
    /// What for.
    pub request_type: RequestType,
    /// Which addresses.
    pub pdn_type: PdnType,
    /// Whether the phone has more to say once it can say it in secret.
    pub esm_information_transfer: bool,
    /// The APN. One that is no legal name is [`ApnChoice::Illegal`]: the request is still answered.
    pub apn: Option<ApnChoice>,
    /// Protocol configuration options.
    pub pco: Option<Pco>,
}

/// An APN as a phone gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApnChoice {
    /// A legal name.
    Named(Apn),
    /// Something else: no such APN exists.
    Illegal,
}

/// 8.3.6
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivateDefaultBearerRequest {
    /// QoS class.
    pub qci: u8,
    /// The APN.
    pub apn: Apn,
    /// The address.
    pub address: PdnAddress,
    /// The most that the APN may take from the phone, bit/s, in whole kbit/s; both are 0 if it is not said.
    pub ambr_uplink: u64,
    /// The most that the APN may take to the phone, bit/s.
    pub ambr_downlink: u64,
    /// Why it is not what was asked for.
    pub cause: Option<EsmCause>,
    /// Protocol configuration options.
    pub pco: Option<Pco>,
}

/// PDN address (9.9.4.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PdnAddress {
    /// IPv4.
    Ipv4(Ipv4Addr),
    /// The interface identifier; the prefix comes by router advertisement.
    Ipv6([u8; 8]),
    /// Both.
    Ipv4v6([u8; 8], Ipv4Addr),
}
