//! The run: what is under way between cells, gateway and internet, and time.

mod cells;
mod flight;
mod gateway_life;
mod phones;
mod pools;
mod serve;

use core::net::IpAddr;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use pumice_core::{AssociationId, CommandId, Input};
use pumice_model::control::Refusal;
use pumice_model::event::EventRecord;
use pumice_model::time::Instant;
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::ran::{EnbIndex, Ran, RanInput, RanOutput};

use crate::batch::Outgoing;
use crate::disk::Files;
use crate::eavesdrop::Eavesdropper;
use crate::gateway::{Seeded, Turn};
use crate::internet::Internet;
use crate::monitor::Monitor;
use crate::trace::{Entry, Trace};
use crate::{Gateway, Settings};
use flight::{Flight, Parcel};

pub use gateway_life::Backup;
pub use serve::Rejection;

/// Turns at one instant after which the run does not come to an end by itself.
const TURNS: u32 = 100_000;
/// How long [`Sim::settle`] waits for quiet.
const PATIENCE: Duration = Duration::from_secs(120);
/// What is further away than this is not part of what goes on.
const QUIET: Duration = Duration::from_millis(500);

/// A village: cells, phones, a gateway, the internet, and a clock that jumps from one thing to the next.
#[derive(Debug)]
pub struct Sim {
    settings: Settings,
    now: Instant,
    ran: Ran,
    gateway: Option<Gateway>,
    /// What the next gateway will find on its disk.
    found: Files,
    flight: Flight,
    internet: Internet,
    entropy: Seeded,
    associations: BTreeMap<EnbIndex, AssociationId>,
    next_association: u64,
    answers: BTreeMap<CommandId, Result<(), Refusal>>,
    next_command: u64,
    events: Vec<EventRecord>,
    trace: Trace,
    eavesdropper: Eavesdropper,
    monitor: Monitor,
    pings: u16,
    turns: u32,
}

impl Sim {
    /// A gateway that runs, and nobody else.
    pub fn new(settings: Settings) -> Self {
        let entropy = Seeded(Arc::new(Mutex::new(fastrand::Rng::with_seed(settings.seed))));
        let mut sim = Self {
            now: Instant::ZERO,
            ran: Ran::new(settings.seed),
            gateway: None,
            found: Files::default(),
            flight: Flight::default(),
            internet: Internet::new(settings.seed),
            entropy,
            associations: BTreeMap::new(),
            next_association: 1,
            answers: BTreeMap::new(),
            next_command: 1,
            events: Vec::new(),
            trace: Trace::default(),
            eavesdropper: Eavesdropper::default(),
            monitor: Monitor::default(),
            pings: 0,
            turns: 0,
            settings,
        };
        sim.boot();
        sim
    }

    /// The time.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The settings; what is changed is in force from the next start of the gateway on.
    pub const fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The radio network.
    pub const fn ran(&self) -> &Ran {
        &self.ran
    }

    /// The radio network, for what a test sets in it: rules of misbehaviour and the like.
    pub const fn ran_mut(&mut self) -> &mut Ran {
        &mut self.ran
    }

    /// The gateway, which must be running.
    pub fn gateway(&self) -> &Gateway {
        self.gateway.as_ref().expect("the gateway runs")
    }

    /// All messages between cells and gateway.
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What is held against every message.
    pub const fn monitor_mut(&mut self) -> &mut Monitor {
        &mut self.monitor
    }

    /// All events of all gateways that ran.
    pub fn events(&self) -> &[EventRecord] {
        &self.events
    }

    /// Lets time pass.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(at) = self.next().filter(|at| *at <= end) {
            self.turn(at);
        }
        self.now = end;
    }

    /// Lets time pass until nothing is under way and nothing is due within half a second. Panics if that does not come.
    pub fn settle(&mut self) {
        let end = self.now + PATIENCE;
        while let Some(at) = self.next().filter(|at| self.is_busy() || *at <= self.now + QUIET) {
            assert!(at <= end, "no quiet within {PATIENCE:?}; the last messages:\n{}", self.trace.tail(40));
            self.turn(at);
        }
    }

    /// Lets time pass until it is so, and not longer than `patience`. Panics if it does not come to be so.
    pub fn run_until(&mut self, what: &str, patience: Duration, mut is_so: impl FnMut(&Self) -> bool) {
        let end = self.now + patience;
        while !is_so(self) {
            match self.next().filter(|at| *at <= end) {
                Some(at) => self.turn(at),
                None => {
                    panic!("after {patience:?} not yet: {what}; the last messages:\n{}", self.trace.tail(60))
                }
            }
        }
    }

    /// Tells a cell or a phone something.
    pub fn tell(&mut self, input: RanInput) {
        let mut outputs = Vec::new();
        self.ran.handle(self.now, input, &mut outputs);
        self.leave_ran(outputs);
    }

    /// Whether something is on its way, or being written.
    fn is_busy(&self) -> bool {
        !self.flight.is_empty() || self.gateway.as_ref().is_some_and(Gateway::is_committing)
    }

    /// When the next thing happens.
    fn next(&self) -> Option<Instant> {
        let of_gateway = self.gateway.as_ref().and_then(Gateway::next_deadline);
        let parts = [self.flight.next(), self.ran.next_deadline(), of_gateway, self.internet.next_deadline()];
        parts.into_iter().flatten().min().map(|at| at.max(self.now))
    }

    /// Does what is due at `at`.
    fn turn(&mut self, at: Instant) {
        self.turns = if at > self.now { 0 } else { self.turns + 1 };
        assert!(self.turns < TURNS, "it goes in circles; the last messages:\n{}", self.trace.tail(40));
        self.now = at;
        while let Some(parcel) = self.flight.arrived(at) {
            self.deliver(parcel);
        }
        if self.ran.next_deadline().is_some_and(|due| due <= at) {
            self.tell(RanInput::Tick);
        }
        if let Some(gateway) = &mut self.gateway {
            gateway.poll(at);
        }
        self.carry_out();
        if self.internet.has_work(at) {
            for packet in self.internet.poll(at) {
                self.flight.send(at + self.settings.internet_latency, Parcel::FromInternet(packet));
            }
        }
        if self.settings.traced
            && let Err(wrong) = self.monitor.check_phones(&self.ran)
        {
            panic!("{wrong}; the last messages:\n{}", self.trace.tail(40));
        }
    }

    fn deliver(&mut self, parcel: Parcel) {
        match parcel {
            Parcel::ToInternet(packet) => self.internet.deliver(packet),
            Parcel::ToCell { cell, association, input } => {
                // What was sent on an association that is gone never comes.
                if association.is_none_or(|sent_on| self.associations.get(&cell) == Some(&sent_on)) {
                    self.tell(input);
                }
            }
            Parcel::FromInternet(packet) => {
                if let Some(gateway) = &mut self.gateway {
                    let turn = gateway.downlink(self.now, &packet);
                    self.leave_gateway(turn);
                }
            }
            Parcel::ToGateway { from, to, mut octets } => {
                if let Some(gateway) = &mut self.gateway {
                    let turn = gateway.uplink(self.now, to, (from, GTPU_PORT).into(), &mut octets);
                    self.leave_gateway(turn);
                }
            }
            Parcel::S1ap { association, stream, octets } => {
                self.give(Input::S1ap { association, stream, octets: &octets });
            }
            Parcel::AssociationUp { association, peer, outbound_streams } => {
                self.give(Input::AssociationUp { association, peer, outbound_streams });
            }
            Parcel::AssociationLost(association) => {
                // What was meant for it goes before, and is lost.
                self.carry_out();
                if let Some(gateway) = &mut self.gateway {
                    gateway.forget(association);
                }
                self.give(Input::AssociationLost(association));
            }
            Parcel::AssociationRestarted { association, outbound_streams } => {
                self.carry_out();
                if let Some(gateway) = &mut self.gateway {
                    gateway.forget(association);
                }
                self.give(Input::AssociationRestarted { association, outbound_streams });
            }
        }
    }

    fn give(&mut self, input: Input<'_>) {
        if let Some(gateway) = &mut self.gateway {
            gateway.handle(self.now, input);
        }
    }

    /// The gateway persists, programs, sends.
    fn carry_out(&mut self) {
        while let Some(gateway) = self.gateway.as_mut().filter(|gateway| gateway.has_work()) {
            let turn = gateway.settle(self.now);
            self.leave_gateway(turn);
        }
    }

    fn leave_gateway(&mut self, turn: Turn) {
        let arrival = self.now + self.settings.link_latency;
        for outgoing in turn.outgoing {
            match outgoing {
                Outgoing::Send { association, stream, octets } => self.send_s1ap(association, stream, octets),
                Outgoing::Abort(association) => self.abort(association),
            }
        }
        for datagram in turn.datagrams {
            let cell = self.cell_at(datagram.to.ip());
            let Some(cell) = cell else { continue };
            let input = RanInput::Datagram { enb: cell, from: datagram.from, octets: datagram.octets };
            self.flight.send(arrival, Parcel::ToCell { cell, association: None, input });
        }
        for packet in turn.to_internet {
            self.flight.send(self.now + self.settings.internet_latency, Parcel::ToInternet(packet));
        }
        self.answers.extend(turn.answers);
        self.events.extend(turn.events);
    }

    fn send_s1ap(&mut self, association: AssociationId, stream: u16, octets: Vec<u8>) {
        let on = self.associations.iter().find(|(_, known)| **known == association);
        let Some(cell) = on.map(|(cell, _)| *cell) else { return };
        self.record(cell, association, Direction::Downlink, stream, &octets);
        let input = RanInput::S1ap { enb: cell, stream, octets };
        let arrival = self.now + self.settings.link_latency;
        self.flight.send(arrival, Parcel::ToCell { cell, association: Some(association), input });
    }

    fn leave_ran(&mut self, outputs: Vec<RanOutput>) {
        let arrival = self.now + self.settings.link_latency;
        for output in outputs {
            match output {
                RanOutput::S1ap { enb, stream, octets } => {
                    let Some(association) = self.associations.get(&enb).copied() else { continue };
                    self.record(enb, association, Direction::Uplink, stream, &octets);
                    self.flight.send(arrival, Parcel::S1ap { association, stream, octets });
                }
                RanOutput::Datagram { enb, to, octets } => {
                    let Some(from) = self.address_of(enb) else { continue };
                    self.flight.send(arrival, Parcel::ToGateway { from, to, octets });
                }
            }
        }
    }

    fn record(
        &mut self,
        cell: EnbIndex,
        association: AssociationId,
        direction: Direction,
        stream: u16,
        octets: &[u8],
    ) {
        if !self.settings.traced {
            return;
        }
        let understood = self.eavesdropper.listen(&self.ran, cell, direction, octets);
        let entry = self.trace.push(Entry {
            at: self.now,
            cell,
            association,
            direction,
            stream,
            octets: octets.to_vec(),
            phone: understood.phone,
            nas: understood.nas,
        });
        if let Err(wrong) = self.monitor.check(&self.ran, entry) {
            panic!("{wrong}; the last messages:\n{}", self.trace.tail(40));
        }
    }

    fn cell_at(&self, address: IpAddr) -> Option<EnbIndex> {
        (0..)
            .map(EnbIndex)
            .map_while(|cell| self.ran.enb(cell).map(|enb| (cell, enb)))
            .find_map(|(cell, enb)| (enb.config().address == address).then_some(cell))
    }

    fn address_of(&self, cell: EnbIndex) -> Option<IpAddr> {
        self.ran.enb(cell).map(|enb| enb.config().address)
    }

    fn phone(&self, phone: PhoneId) -> &pumice_ransim::phone::Phone {
        self.ran.phone(phone).expect("a phone of this world")
    }
}

const GTPU_PORT: u16 = 2152;
