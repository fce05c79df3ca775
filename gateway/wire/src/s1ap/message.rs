//! The messages (TS 36.413 9.1), with the IEs that a village network uses. What is not here is ignored when received and
//! absent when sent.
//!
//! A mandatory IE of criticality "ignore" may be absent all the same (10.3.5): its field is an `Option` or an empty list,
//! or it is read as [`Cause::MISC_UNSPECIFIED`], mo-Signalling or 128 radio frames, which ask for nothing special.

use core::net::IpAddr;
use std::borrow::Cow;

use pumice_model::identity::{
    Ebi, Ecgi, EnbUeS1apId, GlobalEnbId, Gummei, MmeCode, MmeGroupId, MmeUeS1apId, Plmn, STmsi, Tac, Tai,
    Teid,
};
use pumice_model::secret::Key256;

use super::{Cause, CriticalityDiagnostics};

/// A message, in either direction.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant holds the message of its name")]
pub enum Message<'a> {
    DownlinkNasTransport(DownlinkNasTransport<'a>),
    ErrorIndication(ErrorIndication),
    InitialContextSetupFailure(InitialContextSetupFailure),
    InitialContextSetupRequest(InitialContextSetupRequest<'a>),
    InitialContextSetupResponse(InitialContextSetupResponse),
    InitialUeMessage(InitialUeMessage<'a>),
    NasNonDeliveryIndication(NasNonDeliveryIndication<'a>),
    Paging(Paging),
    Reset(Reset),
    ResetAcknowledge(ResetAcknowledge),
    S1SetupFailure(S1SetupFailure),
    S1SetupRequest(S1SetupRequest),
    S1SetupResponse(S1SetupResponse),
    UeCapabilityInfoIndication(UeCapabilityInfoIndication<'a>),
    UeContextReleaseCommand(UeContextReleaseCommand),
    UeContextReleaseComplete(UeContextReleaseComplete),
    UeContextReleaseRequest(UeContextReleaseRequest),
    UplinkNasTransport(UplinkNasTransport<'a>),
}

impl Message<'_> {
    /// The standard's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DownlinkNasTransport(_) => "DownlinkNASTransport",
            Self::ErrorIndication(_) => "ErrorIndication",
            Self::InitialContextSetupFailure(_) => "InitialContextSetupFailure",
            Self::InitialContextSetupRequest(_) => "InitialContextSetupRequest",
            Self::InitialContextSetupResponse(_) => "InitialContextSetupResponse",
            Self::InitialUeMessage(_) => "InitialUEMessage",
            Self::NasNonDeliveryIndication(_) => "NASNonDeliveryIndication",
            Self::Paging(_) => "Paging",
            Self::Reset(_) => "Reset",
            Self::ResetAcknowledge(_) => "ResetAcknowledge",
            Self::S1SetupFailure(_) => "S1SetupFailure",
            Self::S1SetupRequest(_) => "S1SetupRequest",
            Self::S1SetupResponse(_) => "S1SetupResponse",
            Self::UeCapabilityInfoIndication(_) => "UECapabilityInfoIndication",
            Self::UeContextReleaseCommand(_) => "UEContextReleaseCommand",
            Self::UeContextReleaseComplete(_) => "UEContextReleaseComplete",
            Self::UeContextReleaseRequest(_) => "UEContextReleaseRequest",
            Self::UplinkNasTransport(_) => "UplinkNASTransport",
        }
    }

    /// Whether a cell may send it.
    pub const fn is_from_cell(&self) -> bool {
        !matches!(
            self,
            Self::DownlinkNasTransport(_)
                | Self::InitialContextSetupRequest(_)
                | Self::Paging(_)
                | Self::S1SetupFailure(_)
                | Self::S1SetupResponse(_)
                | Self::UeContextReleaseCommand(_)
        )
    }

    /// Whether an MME may send it.
    pub const fn is_from_mme(&self) -> bool {
        match self {
            Self::ErrorIndication(_) | Self::Reset(_) | Self::ResetAcknowledge(_) => true,
            _ => !self.is_from_cell(),
        }
    }
}

/// A cell introduces itself (9.1.8.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S1SetupRequest {
    /// Who it is.
    pub enb: GlobalEnbId,
    /// What it calls itself, at most 150 characters. Those that no PrintableString has are said as hyphens.
    pub name: Option<String>,
    /// The areas that it serves: at most 256.
    pub supported_tas: Vec<SupportedTa>,
    /// 32, 64, 128 or 256 radio frames between paging occasions.
    pub default_paging_drx: PagingDrx,
}

/// An area and the networks that broadcast it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportedTa {
    /// The area.
    pub tac: Tac,
    /// The networks: at most 6.
    pub broadcast_plmns: heapless::Vec<Plmn, 6>,
}

/// Radio frames between paging occasions (9.2.1.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is its number of frames")]
pub enum PagingDrx {
    V32,
    V64,
    V128,
    V256,
}

/// The MME introduces itself (9.1.8.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S1SetupResponse {
    /// What it calls itself.
    pub name: Option<String>,
    /// Who it is in LTE: one entry.
    pub served: ServedGummeis,
    /// Its weight among the MMEs of a pool: 0 to 255.
    pub relative_capacity: u8,
    /// What of the request was not understood.
    pub diagnostics: Option<CriticalityDiagnostics>,
}

/// The identities that an MME answers to (9.1.8.5, Served GUMMEIs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedGummeis {
    /// Networks.
    pub plmns: heapless::Vec<Plmn, 6>,
    /// Groups.
    pub groups: heapless::Vec<MmeGroupId, 4>,
    /// Codes.
    pub codes: heapless::Vec<MmeCode, 4>,
}

/// A cell is not taken (9.1.8.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S1SetupFailure {
    /// Why.
    pub cause: Cause,
    /// How long to wait before the next try.
    pub time_to_wait: Option<TimeToWait>,
    /// What of the request was not understood.
    pub diagnostics: Option<CriticalityDiagnostics>,
}

/// Seconds to wait (9.2.1.61).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is its number of seconds")]
pub enum TimeToWait {
    V1,
    V2,
    V5,
    V10,
    V20,
    V60,
}

/// The first message of a phone (9.1.7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialUeMessage<'a> {
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// The phone's NAS message.
    pub nas: &'a [u8],
    /// The area that it came from.
    pub tai: Tai,
    /// The cell that it came from: mandatory with criticality "ignore", so it may be absent.
    pub ecgi: Option<Ecgi>,
    /// Why the phone asked for a connection: 0 to 7 (9.2.1.3a).
    pub establishment_cause: u8,
    /// Who the phone said it is to the cell.
    pub s_tmsi: Option<STmsi>,
    /// The MME that the phone was registered with.
    pub gummei: Option<Gummei>,
}

/// NAS to a phone (9.1.7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownlinkNasTransport<'a> {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// The message.
    pub nas: &'a [u8],
}

/// NAS from a phone (9.1.7.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UplinkNasTransport<'a> {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// The message.
    pub nas: &'a [u8],
    /// The cell that it came from: mandatory with criticality "ignore", so it may be absent.
    pub ecgi: Option<Ecgi>,
    /// The area that it came from: the same.
    pub tai: Option<Tai>,
}

/// NAS that did not reach its phone (9.1.7.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NasNonDeliveryIndication<'a> {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// The message.
    pub nas: &'a [u8],
    /// Why.
    pub cause: Cause,
}

/// Bearers, keys and capabilities for a phone's connection (9.1.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialContextSetupRequest<'a> {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// The most that all non-GBR bearers may take from the phone, bit/s. More than 10 Gbit/s is said as 10 Gbit/s.
    pub ue_ambr_uplink: u64,
    /// The most that all non-GBR bearers may take to the phone, bit/s, in the same way.
    pub ue_ambr_downlink: u64,
    /// The bearers: 1 to 11.
    pub erabs: heapless::Vec<ErabToSetup<'a>, 11>,
    /// The encryption algorithms that the phone has: bit 15 is EEA1 (9.2.1.40).
    pub encryption_algorithms: u16,
    /// The integrity algorithms that the phone has: bit 15 is EIA1.
    pub integrity_algorithms: u16,
    /// K_eNB.
    pub security_key: Key256,
    /// What the phone's radio can do, if it is known. Owned when it came in fragments (16 kB and more).
    pub radio_capability: Option<Cow<'a, [u8]>>,
}

/// A bearer to set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErabToSetup<'a> {
    /// Its identity.
    pub ebi: Ebi,
    /// Its class.
    pub qci: u8,
    /// Allocation and retention priority: 1 to 15.
    pub priority: u8,
    /// Where the gateway receives (one address of either family, as 32 or 128 bits).
    pub transport_address: IpAddr,
    /// The tunnel there.
    pub teid: Teid,
    /// NAS to pass on with it.
    pub nas: Option<Cow<'a, [u8]>>,
}

/// The bearers that the cell has set up (9.1.4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialContextSetupResponse {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// The bearers that stand: at most 11 are kept.
    pub erabs: heapless::Vec<ErabSetUp, 11>,
    /// The bearers that do not.
    pub failed: heapless::Vec<(Ebi, Cause), 11>,
}

/// A bearer that the cell has set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErabSetUp {
    /// Its identity.
    pub ebi: Ebi,
    /// Where the cell receives: IPv4 if it gave both families.
    pub transport_address: IpAddr,
    /// Its IPv6 address, if it gave both families (160 bits).
    pub second_address: Option<IpAddr>,
    /// The tunnel there.
    pub teid: Teid,
}

/// The cell could not set the connection up (9.1.4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialContextSetupFailure {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// Why.
    pub cause: Cause,
}

/// The cell wants the connection released (9.1.4.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UeContextReleaseRequest {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// Why.
    pub cause: Cause,
}

/// The MME releases the connection (9.1.4.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UeContextReleaseCommand {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell, if it is known.
    pub enb_ue: Option<EnbUeS1apId>,
    /// Why.
    pub cause: Cause,
}

/// The connection is released (9.1.4.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UeContextReleaseComplete {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
}

/// What a phone's radio can do (9.1.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UeCapabilityInfoIndication<'a> {
    /// The connection here.
    pub mme_ue: MmeUeS1apId,
    /// The connection at the cell.
    pub enb_ue: EnbUeS1apId,
    /// The capability. Owned when it came in fragments (16 kB and more).
    pub radio_capability: Cow<'a, [u8]>,
    /// The same for paging.
    pub paging_capability: Option<Cow<'a, [u8]>>,
}

/// Calls an idle phone (9.1.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// What spreads phones over paging occasions: IMSI modulo 1024.
    pub ue_identity_index: u16,
    /// Who is called.
    pub s_tmsi: STmsi,
    /// The phone's own paging cycle, if it asked for one.
    pub paging_drx: Option<PagingDrx>,
    /// Where.
    pub tais: heapless::Vec<Tai, 16>,
}

/// Connections are to be forgotten (9.1.8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// Why.
    pub cause: Cause,
    /// Which: all if absent, otherwise at most 256.
    pub connections: Option<Vec<UeConnection>>,
}

/// A connection by either or both of its identities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UeConnection {
    /// Here.
    pub mme_ue: Option<MmeUeS1apId>,
    /// At the cell.
    pub enb_ue: Option<EnbUeS1apId>,
}

/// Connections are forgotten (9.1.8.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetAcknowledge {
    /// Which, in the order of the Reset; absent if all.
    pub connections: Option<Vec<UeConnection>>,
}

/// Something in a message was wrong and its procedure has no answer for it (9.1.8.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorIndication {
    /// The connection here, as a number because it may be one that is not known.
    pub mme_ue: Option<u32>,
    /// The connection at the cell: a number of 24 bits, or nothing is sent of it.
    pub enb_ue: Option<u32>,
    /// Why.
    pub cause: Option<Cause>,
    /// What was not understood.
    pub diagnostics: Option<CriticalityDiagnostics>,
}
