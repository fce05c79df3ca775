//! What many tests begin with.

use core::time::Duration;

use pumice_e2e::{Settings, Sim};
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::{Command, EmmState, NasAction, NasRule};
use pumice_ransim::ran::EnbIndex;

/// An attach with authentication, up to the end.
pub(crate) const FULL_ATTACH: [&str; 10] = [
    "> Attach request",
    "< Authentication request",
    "> Authentication response",
    "< Security mode command",
    "> Security mode complete",
    "< InitialContextSetupRequest + Attach accept",
    "> UECapabilityInfoIndication",
    "> InitialContextSetupResponse",
    "> Attach complete",
    "< EMM information",
];

/// An attach of a phone whose context is known: no authentication.
pub(crate) const KNOWN_ATTACH: [&str; 6] = [
    "> Attach request",
    "< InitialContextSetupRequest + Attach accept",
    "> UECapabilityInfoIndication",
    "> InitialContextSetupResponse",
    "> Attach complete",
    "< EMM information",
];

/// The last two messages of a release.
pub(crate) const RELEASED: [&str; 2] = ["< UEContextReleaseCommand", "> UEContextReleaseComplete"];

/// A gateway with a cell and a phone that nothing is done to.
pub(crate) struct Village {
    pub(crate) sim: Sim,
    pub(crate) cell: EnbIndex,
    pub(crate) bystander: PhoneId,
}

impl Village {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let mut sim = Sim::new(settings);
        let cell = sim.add_cell(1);
        let bystander = sim.add_bystander(cell);
        Self { sim, cell, bystander }
    }

    /// The bystander is served, and no connection but those of phones that have one is left.
    pub(crate) fn finish(mut self) {
        self.sim.assert_served(self.bystander);
        self.sim.settle();
        let connected = self.sim.ran().iter().filter(|(_, phone)| phone.is_connected()).count();
        assert_eq!(
            self.sim.metric("connections"),
            connected as u64,
            "connections leak:\n{}",
            self.sim.trace().tail(40)
        );
    }
}

/// Uplink or downlink messages of this name are treated so.
pub(crate) fn up(name: &'static str, action: NasAction) -> NasRule {
    NasRule::once(Direction::Uplink, name, action)
}

/// The phone does not see downlink messages of this name.
pub(crate) fn deaf_to(name: &'static str) -> NasRule {
    NasRule::always(Direction::Downlink, name, NasAction::Ignore)
}

/// Minutes.
pub(crate) const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Seconds.
pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Whether the long tier runs: soaks, and sweeps over many seeds.
pub(crate) fn is_full() -> bool {
    std::env::var_os("PUMICE_FULL").is_some_and(|value| value == "1")
}

/// Whatever the phone has been through: it is attached and served in the end, and has been told nothing that keeps it away.
pub(crate) fn end_up_served(sim: &mut Sim, phone: PhoneId) {
    for _ in 0..40 {
        match sim.phone_of(phone).state() {
            EmmState::Null => sim.switch_on(phone),
            EmmState::Deregistered(_) => sim.order(phone, Command::Attach),
            _ => {}
        }
        sim.run_for(seconds(10));
        // A phone that is not known here any more finds out when it sends something.
        if sim.is_served(phone, seconds(10)) && sim.is_attached(phone) {
            return;
        }
        sim.run_for(seconds(50));
    }
    panic!("phone {} is not served; the last messages:\n{}", phone.0, sim.trace().tail(60));
}
