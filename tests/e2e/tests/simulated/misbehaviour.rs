//! Links that lose, delay, repeat, reorder and damage messages: everybody is served in the end, and nothing is left behind.
//!
//! SCTP does none of this, but cells and their software do. What a rule damages comes from a seed, so a failure can be run
//! again.

mod determinism;
mod storm;
mod user_plane;

use core::time::Duration;

use pumice_e2e::{Settings, Sim};
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::{Command, EmmState};
use pumice_ransim::ran::{EnbIndex, LinkAction, LinkDirection, LinkRule, Traffic};

use crate::support::{minutes, seconds};

/// Two cells and some phones that do what phones do.
struct World {
    sim: Sim,
    cells: [EnbIndex; 2],
    phones: Vec<PhoneId>,
    rng: fastrand::Rng,
    /// How many phones their users had to switch off and on, without a cell to blame.
    helped: u32,
    /// How many SIMs believe a damaged rejection: from #15, which is for this area, to #11, which is for ever, it is one bit.
    harmed: u32,
}

impl World {
    /// Phones that attach when they are switched on.
    fn new(seed: u64, phones: u64) -> Self {
        let mut sim = Sim::new(Settings::default().seeded(seed));
        let cells = [1, 2].map(|number| {
            let mut config = sim.cell_config(number);
            config.inactivity = Some(seconds(20));
            sim.add_cell_with(config)
        });
        let mut added = sim.add_phones(1..=phones / 2, cells[0]);
        added.extend(sim.add_phones(phones / 2 + 1..=phones, cells[1]));
        for phone in &added {
            // A key may be damaged on its way to the cell.
            sim.monitor_mut().tolerate(*phone);
        }
        Self { sim, cells, phones: added, rng: fastrand::Rng::with_seed(seed), helped: 0, harmed: 0 }
    }

    /// The links do this to every message with this chance, both ways.
    fn disturb(&mut self, traffic: Traffic, chance: f64, action: &LinkAction) {
        for direction in [LinkDirection::ToNetwork, LinkDirection::FromNetwork] {
            self.sim.ran_mut().add_link_rule(LinkRule::sometimes(direction, traffic, chance, action.clone()));
        }
    }

    /// Phones live for a while.
    fn live(&mut self, events: u32) {
        for _ in 0..events {
            let phone = self.phones[self.rng.usize(..self.phones.len())];
            match self.rng.u8(0..10) {
                0..=2 => self.sim.switch_on(phone),
                3 => self.sim.order(phone, Command::Attach),
                4 => self.sim.order(phone, Command::Detach),
                5 => self.sim.order(phone, Command::TrackingAreaUpdate { active: self.rng.bool() }),
                6 => self.sim.order(phone, Command::ServiceRequest),
                7 => {
                    let cell = self.cells[self.rng.usize(..2)];
                    self.sim.carry(phone, Some(cell));
                }
                8 => self.sim.order(phone, Command::SwitchOff),
                _ => {
                    self.sim.is_served(phone, Duration::from_millis(200));
                }
            }
            let span = Duration::from_millis(self.rng.u64(0..4_000));
            self.sim.run_for(span);
        }
    }

    /// The links behave again: all are served, at the latest when their user has switched them off and on.
    fn recover(&mut self) {
        self.sim.ran_mut().clear_link_rules();
        // What timers have to end has ended.
        self.sim.run_for(minutes(2));
        for phone in self.phones.clone() {
            match self.sim.phone_of(phone).state() {
                EmmState::Null => self.sim.switch_on(phone),
                EmmState::Deregistered(_) => self.sim.order(phone, Command::Attach),
                _ => {}
            }
            self.sim.run_for(seconds(5));
            if !self.is_served(phone) {
                self.helped += u32::from(!self.is_held_by_its_cell(phone));
                self.sim.order(phone, Command::PullBattery);
                self.sim.run_for(seconds(10));
                self.sim.switch_on(phone);
                self.sim.run_for(seconds(30));
                let harmed = !self.sim.phone_of(phone).sim_state().is_unharmed();
                self.harmed += u32::from(harmed);
                assert!(
                    harmed || self.is_served(phone),
                    "phone {} is not served; it is {:?}; the last messages:\n{}",
                    phone.0,
                    self.sim.phone_of(phone).state(),
                    self.sim.trace().tail(60)
                );
            }
        }
    }

    /// The cell has a connection that the gateway has not: the command to release it was lost, then what the cell asked, or the
    /// answer. SCTP would have brought one of them, so cells do not ask again.
    fn is_held_by_its_cell(&self, phone: PhoneId) -> bool {
        self.sim.phone_of(phone).is_connected() && self.sim.view(phone).is_none_or(|view| !view.connected)
    }

    fn is_served(&mut self, phone: PhoneId) -> bool {
        for _ in 0..3 {
            if self.sim.is_served(phone, seconds(10)) {
                return self.sim.is_attached(phone);
            }
            // It may have found out only now that it is not registered here any more.
            self.sim.run_for(seconds(20));
        }
        false
    }

    /// All go: nothing but memories is left.
    fn end(&mut self) {
        for phone in self.phones.clone() {
            self.sim.order(phone, Command::SwitchOff);
            self.sim.run_for(seconds(1));
            assert_eq!(self.sim.phone_of(phone).state(), EmmState::Null);
        }
        self.sim.run_for(minutes(2));
        let left = ["connections", "bearers", "phones_registered"].map(|gauge| self.sim.metric(gauge));
        assert_eq!(left, [0, 0, 0], "the last messages:\n{}", self.sim.trace().tail(60));
        assert!(self.sim.metric("phones") <= self.phones.len() as u64);
        let forwarder = self.sim.gateway().forwarder().counters();
        assert_eq!((forwarder.sessions, forwarder.kept_packets), (0, 0));
    }
}
