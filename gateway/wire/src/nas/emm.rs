//! The EMM messages (TS 24.301 8.2), with the IEs that a village network uses. What is not here is ignored when received
//! and absent when sent.

use pumice_model::identity::{Guti, Imeisv, Imsi, Plmn, Tai};

use super::{
    AdditionalSecurityCapability, EmmCause, GprsTimer, GprsTimer3, MsNetworkCapability, UeNetworkCapability,
};

/// An EMM message, in either direction.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant holds the message of its name")]
pub enum EmmMessage<'a> {
    AttachAccept(AttachAccept<'a>),
    AttachComplete(AttachComplete<'a>),
    AttachReject(AttachReject<'a>),
    AttachRequest(AttachRequest<'a>),
    AuthenticationFailure(AuthenticationFailure),
    AuthenticationReject,
    AuthenticationRequest(AuthenticationRequest),
    AuthenticationResponse(AuthenticationResponse),
    /// In both directions.
    DetachAccept,
    /// From the phone (8.2.11.1).
    DetachRequestFromUe(DetachRequestFromUe),
    /// From the network (8.2.11.2).
    DetachRequestToUe(DetachRequestToUe),
    DownlinkNasTransport(NasMessageContainer),
    EmmInformation(EmmInformation),
    EmmStatus(EmmStatus),
    ExtendedServiceRequest(ExtendedServiceRequest),
    GutiReallocationCommand(GutiReallocationCommand),
    GutiReallocationComplete,
    IdentityRequest(IdentityRequest),
    IdentityResponse(IdentityResponse),
    SecurityModeCommand(SecurityModeCommand),
    SecurityModeComplete(SecurityModeComplete),
    SecurityModeReject(SecurityModeReject),
    ServiceReject(ServiceReject),
    TrackingAreaUpdateAccept(TrackingAreaUpdateAccept),
    TrackingAreaUpdateComplete,
    TrackingAreaUpdateReject(TrackingAreaUpdateReject),
    TrackingAreaUpdateRequest(TrackingAreaUpdateRequest),
    UplinkNasTransport(NasMessageContainer),
}

impl EmmMessage<'_> {
    /// The standard's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AttachAccept(_) => "Attach accept",
            Self::AttachComplete(_) => "Attach complete",
            Self::AttachReject(_) => "Attach reject",
            Self::AttachRequest(_) => "Attach request",
            Self::AuthenticationFailure(_) => "Authentication failure",
            Self::AuthenticationReject => "Authentication reject",
            Self::AuthenticationRequest(_) => "Authentication request",
            Self::AuthenticationResponse(_) => "Authentication response",
            Self::DetachAccept => "Detach accept",
            Self::DetachRequestFromUe(_) => "Detach request",
            Self::DetachRequestToUe(_) => "Detach request",
            Self::DownlinkNasTransport(_) => "Downlink NAS transport",
            Self::EmmInformation(_) => "EMM information",
            Self::EmmStatus(_) => "EMM status",
            Self::ExtendedServiceRequest(_) => "Extended service request",
            Self::GutiReallocationCommand(_) => "GUTI reallocation command",
            Self::GutiReallocationComplete => "GUTI reallocation complete",
            Self::IdentityRequest(_) => "Identity request",
            Self::IdentityResponse(_) => "Identity response",
            Self::SecurityModeCommand(_) => "Security mode command",
            Self::SecurityModeComplete(_) => "Security mode complete",
            Self::SecurityModeReject(_) => "Security mode reject",
            Self::ServiceReject(_) => "Service reject",
            Self::TrackingAreaUpdateAccept(_) => "Tracking area update accept",
            Self::TrackingAreaUpdateComplete => "Tracking area update complete",
            Self::TrackingAreaUpdateReject(_) => "Tracking area update reject",
            Self::TrackingAreaUpdateRequest(_) => "Tracking area update request",
            Self::UplinkNasTransport(_) => "Uplink NAS transport",
        }
    }
}

/// NAS key set identifier (9.9.3.21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NasKsi {
    /// Whether the context is mapped from another system (TSC).
    pub mapped: bool,
    /// 0 to 6, or 7: no key is available.
    pub value: u8,
}

impl NasKsi {
    /// No key is available.
    pub const NONE: Self = Self { mapped: false, value: 7 };

    /// A native context's.
    pub const fn native(value: u8) -> Self {
        Self { mapped: false, value }
    }
}

/// EPS mobile identity (9.9.3.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant holds the identity of its name")]
pub enum EpsMobileIdentity {
    Guti(Guti),
    /// 15 digits.
    Imei(u64),
    Imsi(Imsi),
}

/// EPS attach type (9.9.3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttachType {
    /// 1, and what is reserved (9.9.3.11: all other values are EPS attach).
    Eps,
    /// 2: for CS services too.
    Combined,
    /// 6.
    Emergency,
}

/// 8.2.4
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachRequest<'a> {
    /// What for.
    pub attach_type: AttachType,
    /// The key set that the phone has.
    pub ksi: NasKsi,
    /// Who it is.
    pub identity: EpsMobileIdentity,
    /// What it can do.
    pub capability: UeNetworkCapability,
    /// The ESM message that asks for a PDN connection.
    pub esm: &'a [u8],
    /// Where it was last registered.
    pub last_visited_tai: Option<Tai>,
    /// Its paging cycle: DRX parameter (9.9.3.8), both octets.
    pub drx: Option<u16>,
    /// What it can do in GPRS: replayed if it has GEA.
    pub ms_network_capability: Option<MsNetworkCapability>,
    /// An older GUTI beside a mapped one.
    pub additional_guti: Option<Guti>,
    /// SMS only (9.9.3.0B), CIoT: the low nibble.
    pub additional_update_type: Option<u8>,
    /// What algorithms of 5G it has, when it has.
    pub additional_security_capability: Option<AdditionalSecurityCapability>,
}

/// EPS attach result or update result: whether also CS services were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpsResult {
    /// EPS only.
    Eps,
    /// EPS and CS.
    Combined,
}

/// EPS network feature support (9.9.3.12A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct EpsNetworkFeatureSupport {
    /// IMS voice over PS session in S1 mode.
    pub ims_voice_over_ps: bool,
    /// Emergency bearer services in S1 mode.
    pub emergency_bearer_services: bool,
}

/// 8.2.1
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachAccept<'a> {
    /// What is given.
    pub result: EpsResult,
    /// The time between periodic updates.
    pub t3412: GprsTimer,
    /// The areas in which the phone need not report.
    pub tais: heapless::Vec<Tai, 16>,
    /// The ESM message that activates the default bearer.
    pub esm: &'a [u8],
    /// A new temporary identity.
    pub guti: Option<Guti>,
    /// Why not all was given that was asked for.
    pub emm_cause: Option<EmmCause>,
    /// How long to wait after five failed attaches.
    pub t3402: Option<GprsTimer>,
    /// Networks to be treated as this one.
    pub equivalent_plmns: heapless::Vec<Plmn, 15>,
    /// What the network has.
    pub feature_support: Option<EpsNetworkFeatureSupport>,
    /// The time between periodic updates where it is longer than [`GprsTimer`] can say.
    pub t3412_extended: Option<GprsTimer3>,
}

/// 8.2.2
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachComplete<'a> {
    /// The ESM message that accepts the default bearer.
    pub esm: &'a [u8],
}

/// 8.2.3
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachReject<'a> {
    /// Why.
    pub cause: EmmCause,
    /// The ESM message that says why there is no bearer.
    pub esm: Option<&'a [u8]>,
    /// How long to stay away.
    pub t3346: Option<GprsTimer>,
}

/// 8.2.7
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationRequest {
    /// The key set that comes of it.
    pub ksi: NasKsi,
    /// RAND.
    pub rand: [u8; 16],
    /// AUTN.
    pub autn: [u8; 16],
}

/// 8.2.8
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationResponse {
    /// RES: 4 to 16 octets.
    pub res: heapless::Vec<u8, 16>,
}

/// 8.2.5
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationFailure {
    /// Why.
    pub cause: EmmCause,
    /// AUTS, with a synch failure.
    pub auts: Option<[u8; 14]>,
}

/// 8.2.11.1
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachRequestFromUe {
    /// Whether the phone is switched off: nothing is answered.
    pub switch_off: bool,
    /// From what: 1 EPS, 2 IMSI, 3 both (9.9.3.7).
    pub detach_type: u8,
    /// The key set that the phone has.
    pub ksi: NasKsi,
    /// Who it is.
    pub identity: EpsMobileIdentity,
}

/// 8.2.11.2
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachRequestToUe {
    /// 1 re-attach required, 2 re-attach not required, 3 IMSI detach (9.9.3.7).
    pub detach_type: u8,
    /// Why.
    pub cause: Option<EmmCause>,
}

/// 8.2.13
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmmInformation {
    /// The full name of the network, in letters of the GSM or UCS2 alphabet.
    pub full_name: Option<String>,
    /// Its short name.
    pub short_name: Option<String>,
    /// Universal time and local time zone.
    pub time: Option<UniversalTime>,
}

/// Universal time and local time zone (TS 24.008 10.5.3.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniversalTime {
    /// Seconds since 1970; 2000 to 2099 can be said.
    pub unix_seconds: u64,
    /// Quarters of an hour east of UTC.
    pub zone_quarters: i8,
}

/// 8.2.14
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmmStatus {
    /// What was wrong.
    pub cause: EmmCause,
}

/// 8.2.15
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedServiceRequest {
    /// For what: 0 mobile originating CS fallback, 1 mobile terminating, 8 packet services (9.9.3.27).
    pub service_type: u8,
    /// The key set that the phone has.
    pub ksi: NasKsi,
    /// The TMSI or GUTI part: 32 bits.
    pub m_tmsi: Option<u32>,
}

/// 8.2.16
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GutiReallocationCommand {
    /// The new identity.
    pub guti: Guti,
    /// The areas in which the phone need not report.
    pub tais: Option<heapless::Vec<Tai, 16>>,
}

/// What an identity request asks for (9.9.3.17, TS 24.008 10.5.5.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the identity of its name")]
pub enum IdentityType {
    Imsi,
    Imei,
    Imeisv,
    Tmsi,
}

/// 8.2.18
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRequest {
    /// What is asked for.
    pub identity_type: IdentityType,
}

/// Mobile identity (TS 24.008 10.5.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant holds the identity of its name")]
pub enum MobileIdentity {
    Imsi(Imsi),
    /// 15 digits.
    Imei(u64),
    Imeisv(Imeisv),
    Tmsi(u32),
    /// The phone has none of what was asked for.
    None,
}

/// 8.2.19
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityResponse {
    /// What was asked for.
    pub identity: MobileIdentity,
}

/// 8.2.20
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityModeCommand {
    /// Ciphering: 0 to 7.
    pub eea: u8,
    /// Integrity: 0 to 7.
    pub eia: u8,
    /// The key set.
    pub ksi: NasKsi,
    /// What the phone said it can: UE security capability (9.9.3.36), 2 to 5 octets, without the length.
    pub replayed_capability: heapless::Vec<u8, 5>,
    /// Whether the phone shall say its IMEISV.
    pub imeisv_requested: bool,
    /// HASH_MME of the unprotected attach or tracking area update request (9.9.3.50).
    pub hash_mme: Option<[u8; 8]>,
    /// What the phone said of 5G, replayed.
    pub replayed_additional_capability: Option<AdditionalSecurityCapability>,
}

/// 8.2.21
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecurityModeComplete {
    /// The device.
    pub imeisv: Option<Imeisv>,
    /// The request that began it all, said again because HASH_MME did not fit (9.9.3.51).
    pub replayed_request: Option<Vec<u8>>,
}

/// 8.2.22
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityModeReject {
    /// Why.
    pub cause: EmmCause,
}

/// 8.2.24
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceReject {
    /// Why.
    pub cause: EmmCause,
    /// How long to stay away.
    pub t3346: Option<GprsTimer>,
}

/// EPS update type (9.9.3.14), the low three bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpdateType {
    /// 0
    Ta,
    /// 1
    CombinedTaLa,
    /// 2
    CombinedTaLaWithImsiAttach,
    /// 3
    Periodic,
}

/// 8.2.29
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingAreaUpdateRequest {
    /// What for.
    pub update_type: UpdateType,
    /// Whether the phone has something to send.
    pub active: bool,
    /// The key set that the phone has.
    pub ksi: NasKsi,
    /// Who it is.
    pub old_guti: EpsMobileIdentity,
    /// What it can do, if that is new.
    pub capability: Option<UeNetworkCapability>,
    /// Where it was last registered.
    pub last_visited_tai: Option<Tai>,
    /// Its paging cycle: DRX parameter, both octets.
    pub drx: Option<u16>,
    /// Whether its radio capability is new.
    pub radio_capability_update_needed: bool,
    /// Its active bearers: bit n of the number is bearer identity n.
    pub bearer_status: Option<u16>,
    /// What it can do in GPRS.
    pub ms_network_capability: Option<MsNetworkCapability>,
    /// SMS only, CIoT: the low nibble.
    pub additional_update_type: Option<u8>,
    /// What algorithms of 5G it has, when it has.
    pub additional_security_capability: Option<AdditionalSecurityCapability>,
}

/// 8.2.26
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingAreaUpdateAccept {
    /// What is given.
    pub result: EpsResult,
    /// The time between periodic updates.
    pub t3412: Option<GprsTimer>,
    /// A new temporary identity.
    pub guti: Option<Guti>,
    /// The areas in which the phone need not report.
    pub tais: Option<heapless::Vec<Tai, 16>>,
    /// The bearers that are active here: bit n of the number is bearer identity n.
    pub bearer_status: Option<u16>,
    /// Why not all was given that was asked for.
    pub emm_cause: Option<EmmCause>,
    /// What the network has.
    pub feature_support: Option<EpsNetworkFeatureSupport>,
    /// The time between periodic updates where it is longer than [`GprsTimer`] can say.
    pub t3412_extended: Option<GprsTimer3>,
}

/// 8.2.28
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingAreaUpdateReject {
    /// Why.
    pub cause: EmmCause,
    /// How long to stay away.
    pub t3346: Option<GprsTimer>,
}

/// An SMS or the like (8.2.12, 8.2.30): 2 to 251 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NasMessageContainer {
    /// What is in it.
    pub contents: Vec<u8>,
}
