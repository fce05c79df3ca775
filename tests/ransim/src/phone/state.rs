use core::fmt;

use pumice_model::identity::{Apn, Ebi, Plmn, Tai};
use pumice_wire::nas::{EmmCause, EsmCause, Pco, PdnAddress};

/// EMM states of the phone (TS 24.301 5.1.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmmState {
    /// Switched off.
    Null,
    /// Not registered.
    Deregistered(Deregistered),
    /// An attach is running.
    RegisteredInitiated,
    /// Registered.
    Registered(Registered),
    /// A tracking area update is running.
    TrackingAreaUpdatingInitiated,
    /// A service request is running.
    ServiceRequestInitiated,
    /// A detach is running.
    DeregisteredInitiated,
}

/// Why a phone is not registered (TS 24.301 5.1.3.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deregistered {
    /// It may attach and will.
    NormalService,
    /// It waits for another attempt.
    AttemptingToAttach,
    /// Its area gives it no service.
    LimitedService,
    /// It looks for another network.
    PlmnSearch,
    /// Its SIM is of no use any more.
    NoImsi,
    /// There is no cell.
    NoCellAvailable,
}

/// How a registered phone is served (TS 24.301 5.1.3.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Registered {
    /// It is.
    NormalService,
    /// It waits for another attempt to update.
    AttemptingToUpdate,
    /// Its area gives it no service.
    LimitedService,
    /// It looks for another network.
    PlmnSearch,
    /// There is no cell.
    NoCellAvailable,
}

impl EmmState {
    /// Whether the network owes this phone service.
    pub const fn is_registered(self) -> bool {
        matches!(
            self,
            Self::Registered(_) | Self::TrackingAreaUpdatingInitiated | Self::ServiceRequestInitiated
        )
    }
}

/// What reject causes have done to the SIM and to the phone's memory. A stranger whom a village network turns away must
/// leave with a [`SimState`] that [`serves_elsewhere`](Self::serves_elsewhere).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SimState {
    /// The SIM is invalid for EPS services until the phone is switched off (#3, #6, #7, #8, authentication reject).
    pub invalid_for_eps: bool,
    /// The SIM is invalid for calls too, until the phone is switched off.
    pub invalid_for_non_eps: bool,
    /// Networks that the phone does not try any more (#11), in the SIM: this outlives the battery.
    pub forbidden_plmns: Vec<Plmn>,
    /// Networks that the phone does not try for data any more (#14).
    pub forbidden_plmns_for_gprs: Vec<Plmn>,
    /// Areas that the phone avoids (#12).
    pub forbidden_areas_regional: Vec<Tai>,
    /// Areas that the phone avoids (#13, #15).
    pub forbidden_areas_roaming: Vec<Tai>,
}

impl SimState {
    /// Whether the phone will take service from another network, and from its own there.
    pub fn serves_elsewhere(&self, home: Plmn) -> bool {
        !self.invalid_for_eps && !self.invalid_for_non_eps && !self.forbidden_plmns.contains(&home)
    }

    /// Whether nothing at all is remembered against any network.
    pub fn is_unharmed(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn allows(&self, cell: Tai) -> bool {
        !self.invalid_for_eps
            && !self.forbidden_plmns.contains(&cell.plmn)
            && !self.forbidden_plmns_for_gprs.contains(&cell.plmn)
            && !self.forbidden_areas_regional.contains(&cell)
            && !self.forbidden_areas_roaming.contains(&cell)
    }

    /// TS 24.301 5.3.2, 5.3.3: what does not outlive the switch.
    pub(super) fn power_cycle(&mut self) {
        let forbidden_plmns = core::mem::take(&mut self.forbidden_plmns);
        *self = Self { forbidden_plmns, ..Self::default() };
    }
}

/// A PDN connection as the phone has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bearer {
    /// The default bearer.
    pub ebi: Ebi,
    /// The APN.
    pub apn: Apn,
    /// The address.
    pub address: PdnAddress,
    /// The class.
    pub qci: u8,
    /// APN-AMBR from the phone, bit/s.
    pub ambr_uplink: u64,
    /// APN-AMBR to the phone, bit/s.
    pub ambr_downlink: u64,
    /// Why it is not what was asked for.
    pub cause: Option<EsmCause>,
    /// Protocol configuration options of the network.
    pub pco: Option<Pco>,
}

/// The last causes that the phone was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastCauses {
    /// Of an attach, service or tracking area update reject, or a detach request.
    pub emm: Option<EmmCause>,
    /// Beside an accept: why not all was given.
    pub partial: Option<EmmCause>,
    /// Of an ESM message.
    pub esm: Option<EsmCause>,
    /// Of an EMM or ESM status.
    pub status: Option<u8>,
}

impl fmt::Display for EmmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deregistered(why) => write!(f, "EMM-DEREGISTERED ({why:?})"),
            Self::Registered(how) => write!(f, "EMM-REGISTERED ({how:?})"),
            other => write!(f, "{other:?}"),
        }
    }
}
