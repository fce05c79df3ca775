//! The simulated world and the fake MME, joined without delay.

use std::net::IpAddr;
use std::time::Duration;

use pumice_model::identity::{Plmn, Tac};
use pumice_model::time::Instant;
use pumice_ransim::enb::{EnbConfig, PhoneId};
use pumice_ransim::phone::{Command, Phone, PhoneConfig};
use pumice_ransim::ran::{EnbIndex, Ran, RanInput, RanOutput};
use pumice_ransim::sim::SimProfile;

use crate::fake_mme::FakeMme;

pub(crate) struct World {
    pub(crate) ran: Ran,
    pub(crate) mme: FakeMme,
    pub(crate) now: Instant,
    /// GTP-U that the gateway has received.
    pub(crate) datagrams: Vec<(EnbIndex, Vec<u8>)>,
    /// Everything that left the world, in its order.
    pub(crate) trace: Vec<RanOutput>,
}

pub(crate) const GATEWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

pub(crate) fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

pub(crate) fn sim(number: u64) -> SimProfile {
    SimProfile::numbered(plmn(), number).unwrap()
}

pub(crate) fn config(number: u64) -> PhoneConfig {
    PhoneConfig::new(sim(number)).unwrap()
}

impl World {
    /// One eNB in area 7, ready.
    pub(crate) fn new() -> Self {
        Self::with_seed(1)
    }

    pub(crate) fn with_seed(seed: u64) -> Self {
        let mut world = Self {
            ran: Ran::new(seed),
            mme: FakeMme::new(),
            now: Instant::ZERO,
            datagrams: Vec::new(),
            trace: Vec::new(),
        };
        world.add_enb(7, 1);
        world
    }

    pub(crate) fn add_enb(&mut self, tac: u16, number: u8) -> EnbIndex {
        let enb = self.ran.add_enb(EnbConfig::numbered(plmn(), Tac(tac), number));
        self.input(RanInput::AssociationUp { enb, streams: 4 });
        enb
    }

    pub(crate) fn add_phone(&mut self, config: PhoneConfig) -> PhoneId {
        self.mme.know(config.sim);
        self.ran.add_phone(config, Some(EnbIndex(0)))
    }

    /// A phone that has attached.
    pub(crate) fn attached(&mut self, number: u64) -> PhoneId {
        let id = self.add_phone(config(number));
        self.power_on(id);
        assert!(self.phone(id).state().is_registered(), "{:?}", self.phone(id).log());
        id
    }

    pub(crate) fn power_on(&mut self, id: PhoneId) {
        let mut out = Vec::new();
        self.ran.power_on(self.now, id, &mut out);
        self.settle(out);
    }

    pub(crate) fn command(&mut self, id: PhoneId, command: Command) {
        let mut out = Vec::new();
        self.ran.command(self.now, id, command, &mut out);
        self.settle(out);
    }

    pub(crate) fn carry(&mut self, id: PhoneId, enb: Option<EnbIndex>) {
        let mut out = Vec::new();
        self.ran.carry(self.now, id, enb, &mut out);
        self.settle(out);
    }

    pub(crate) fn input(&mut self, input: RanInput) {
        let mut out = Vec::new();
        self.ran.handle(self.now, input, &mut out);
        self.settle(out);
    }

    /// The MME speaks first.
    pub(crate) fn say(&mut self, messages: Vec<(EnbIndex, Vec<u8>)>) {
        for (enb, octets) in messages {
            self.input(RanInput::S1ap { enb, stream: 1, octets });
        }
    }

    /// Lets time pass, from one deadline to the next.
    pub(crate) fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..100_000 {
            match self.ran.next_deadline().filter(|at| *at <= end) {
                Some(at) => self.now = self.now.max(at),
                None => {
                    self.now = end;
                    return;
                }
            }
            self.input(RanInput::Tick);
        }
        panic!("time does not pass: {:?}", self.ran.next_deadline());
    }

    pub(crate) fn phone(&self, id: PhoneId) -> &Phone {
        self.ran.phone(id).unwrap()
    }

    pub(crate) fn phone_mut(&mut self, id: PhoneId) -> &mut Phone {
        self.ran.phone_mut(id).unwrap()
    }

    fn settle(&mut self, out: Vec<RanOutput>) {
        let mut queue = std::collections::VecDeque::from(out);
        let mut turns = 0;
        while let Some(output) = queue.pop_front() {
            turns += 1;
            assert!(turns < 100_000, "phones and MME talk without end");
            self.trace.push(output.clone());
            let answers = match output {
                RanOutput::S1ap { enb, octets, .. } => self.mme.hear(enb, &octets),
                RanOutput::Datagram { enb, octets, .. } => {
                    self.datagrams.push((enb, octets));
                    Vec::new()
                }
            };
            let mut out = Vec::new();
            for (enb, octets) in answers {
                self.ran.handle(self.now, RanInput::S1ap { enb, stream: 1, octets }, &mut out);
            }
            queue.extend(out);
        }
    }
}
