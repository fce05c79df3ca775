//! Village life with a gateway that dies at any moment: nobody notices for long, and nothing is left behind. The run's monitor sees
//! that no number is used twice.

use core::time::Duration;

use pumice_e2e::{Crash, HOST, Settings, Sim, subscriber, udp};
use pumice_model::control::Command as Order;
use pumice_model::subscriber::SubscriberState;
use pumice_ransim::enb::{EnbCommand, PhoneId};
use pumice_ransim::phone::{Command, EmmState};
use pumice_ransim::ran::{EnbIndex, RanInput};

use crate::support::{end_up_served, is_full, minutes, seconds};

struct Life {
    sim: Sim,
    cells: [EnbIndex; 2],
    phones: Vec<PhoneId>,
    rng: fastrand::Rng,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let commit_latency = Duration::from_millis(rng.u64(0..100));
        let mut sim = Sim::new(Settings { commit_latency, ..Settings::default().seeded(seed) });
        let cells = [1, 2].map(|number| {
            let mut config = sim.cell_config(number);
            config.inactivity = Some(seconds(15));
            sim.add_cell_with(config)
        });
        let phones = sim.add_phones(1..=6, cells[0]);
        Self { sim, cells, phones, rng }
    }

    fn step(&mut self) {
        let phone = self.phones[self.rng.usize(..self.phones.len())];
        let cell = self.cells[self.rng.usize(..2)];
        let sim = &mut self.sim;
        match self.rng.u8(0..20) {
            0..=3 => sim.switch_on(phone),
            4 => sim.order(phone, Command::Attach),
            5 => sim.order(phone, Command::Detach),
            6 => sim.order(phone, Command::SwitchOff),
            7 => sim.order(phone, Command::PullBattery),
            8 => sim.order(phone, Command::TrackingAreaUpdate { active: self.rng.bool() }),
            9 | 10 => sim.order(phone, Command::ServiceRequest),
            11 => sim.carry(phone, Some(cell)),
            12 => sim.tell(RanInput::Enb { enb: cell, command: EnbCommand::Reset { phones: None } }),
            13 => sim.restart_cell(cell),
            14 | 15 => {
                if let Some(address) = sim.address(phone) {
                    sim.send_from_internet(udp((HOST, 9), (address, 9), b"hello"));
                }
            }
            16 => {
                // It has lost what it knew of the network.
                sim.order(phone, Command::PullBattery);
                *sim.phone_mut(phone).security_mut() = None;
                sim.phone_mut(phone).set_guti(None);
            }
            17 => {
                let imsi = sim.phone_of(phone).config().sim.imsi;
                let state = if self.rng.bool() { SubscriberState::Barred } else { SubscriberState::Active };
                let _ = sim.command(Order::SetSubscriberState(imsi, state));
            }
            _ => self.die(),
        }
        let pause = match self.rng.u8(0..3) {
            0 => Duration::from_millis(self.rng.u64(0..40)),
            1 => Duration::from_millis(self.rng.u64(0..2_000)),
            _ => seconds(self.rng.u64(0..60)),
        };
        self.sim.run_for(pause);
    }

    fn die(&mut self) {
        let how = [Crash::Stop, Crash::Kill, Crash::PowerCut][self.rng.usize(..3)];
        self.sim.crash(how);
        self.sim.run_for(Duration::from_millis(self.rng.u64(0..5_000)));
        self.sim.boot();
        for cell in self.cells {
            self.sim.connect(cell);
            self.sim.run_for(Duration::from_millis(self.rng.u64(0..50)));
        }
    }

    /// Everybody is paid up again and switched off and on, which ends what #15 has done.
    fn settle(&mut self) {
        let sim = &mut self.sim;
        sim.run_for(minutes(2));
        for phone in self.phones.clone() {
            let card = sim.phone_of(phone).config().sim;
            sim.execute(Order::ReplaceSubscriber(Box::new(subscriber(&card)))).expect("it is served");
            sim.settle();
            if !sim.phone_of(phone).sim_state().is_unharmed() {
                assert!(sim.phone_of(phone).sim_state().serves_elsewhere(sim.settings().config.plmn));
                sim.order(phone, Command::PullBattery);
            }
        }
        sim.settle();
    }
}

fn live(seed: u64) {
    let mut life = Life::new(seed);
    for _ in 0..60 {
        life.step();
    }
    life.settle();
    let Life { sim, phones, .. } = &mut life;
    for phone in phones.iter() {
        end_up_served(sim, *phone);
        assert_eq!(
            sim.count(*phone, 0, "> Authentication failure"),
            0,
            "seed {seed}: a SIM has seen its number before"
        );
    }
    for phone in phones.iter() {
        sim.order(*phone, Command::SwitchOff);
        sim.settle();
        assert_eq!(sim.phone_of(*phone).state(), EmmState::Null);
    }
    sim.run_for(minutes(1));
    for pool in ["connections", "bearers", "phones_registered"] {
        assert_eq!(sim.metric(pool), 0, "seed {seed}: {pool}\n{}", sim.trace().tail(30));
    }
    let counters = sim.gateway().forwarder().counters();
    assert_eq!((counters.sessions, counters.kept_packets), (0, 0), "seed {seed}");
}

#[test]
fn nobody_is_lost_and_nothing_left() {
    let seeds = if is_full() { 400 } else { 24 };
    for seed in 1..=seeds {
        live(seed);
    }
}
