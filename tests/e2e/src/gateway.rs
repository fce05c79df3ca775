//! The gateway in one process, with the product's order of things around its core: persist, program, send.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::sync::{Arc, Mutex};

use pumice_core::choose::{Choices, Entropy};
use pumice_core::{CommandId, Core, Effect, Input};
use pumice_dataplane::{Datagram, Forward, Forwarder, ForwarderConfig, PhoneToPhone};
use pumice_model::control::Refusal;
use pumice_model::event::EventRecord;
use pumice_model::rules::{SessionId, Usage, UserPlane};
use pumice_model::time::Instant;

use crate::batch::{Batches, Outgoing};
use crate::disk::{Crash, Disk, Files};
use crate::{Settings, disk};

/// Randomness from the seed of the simulation.
#[derive(Debug, Clone)]
pub(crate) struct Seeded(pub(crate) Arc<Mutex<fastrand::Rng>>);

impl Entropy for Seeded {
    fn fill(&mut self, octets: &mut [u8]) {
        self.0.lock().expect("one thread").fill(octets);
    }
}

/// What a turn of the gateway has brought forth.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    pub(crate) outgoing: Vec<Outgoing>,
    pub(crate) answers: Vec<(CommandId, Result<(), Refusal>)>,
    pub(crate) events: Vec<EventRecord>,
    pub(crate) datagrams: Vec<Datagram>,
    pub(crate) to_internet: Vec<Vec<u8>>,
}

/// A gateway that runs. Its clock began when it did.
#[derive(Debug)]
pub struct Gateway {
    core: Core,
    forwarder: Forwarder,
    disk: Disk,
    batches: Batches,
    effects: Vec<Effect>,
    /// The disk has answered since the last [`Self::settle`]: what waited for it may go.
    freed: bool,
    booted: Instant,
}

impl Gateway {
    /// Starts from what is on the disk.
    pub(crate) fn boot(now: Instant, settings: &Settings, entropy: Seeded, found: &Files) -> (Self, Turn) {
        let (disk, state) = Disk::open(&settings.storage, settings.commit_latency, found);
        let config = settings.config.clone();
        let choices = Choices::new(entropy, &config.box_identity);
        let forwarder = Forwarder::new(ForwarderConfig {
            limits: config.limits,
            addresses: vec![config.user_plane_address],
            mtu: config.mtu,
            phone_to_phone: PhoneToPhone::Direct,
        });
        let mut gateway = Self {
            core: Core::new(config, state, choices),
            forwarder,
            disk,
            batches: Batches::default(),
            effects: Vec::new(),
            freed: false,
            booted: now,
        };
        gateway.core.start(Instant::ZERO, &mut gateway.effects);
        let turn = gateway.settle(now);
        (gateway, turn)
    }

    /// The control plane.
    pub const fn core(&self) -> &Core {
        &self.core
    }

    /// The user plane.
    pub const fn forwarder(&self) -> &Forwarder {
        &self.forwarder
    }

    /// The time as the gateway counts it.
    pub fn clock(&self, now: Instant) -> Instant {
        Instant::after_start(now.since(self.booted))
    }

    /// What a session has used.
    pub fn usage(&self, session: SessionId) -> Usage {
        self.forwarder.usage(session).unwrap_or_default()
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let of_core = self.core.next_deadline();
        [of_core, self.disk.deadline()].into_iter().flatten().min().map(|at| self.booted + at.since_start())
    }

    /// Gives an input to the core; what it wants is done by [`Self::settle`].
    pub(crate) fn handle(&mut self, now: Instant, input: Input<'_>) {
        let now = self.clock(now);
        self.core.handle(now, input, &mut self.effects);
    }

    /// Does what is due.
    pub(crate) fn poll(&mut self, now: Instant) {
        let clock = self.clock(now);
        for disk::Answer { through, result } in self.disk.poll(clock) {
            self.batches.answered(through);
            self.freed = true;
            self.core.handle(clock, Input::Stored { through, result }, &mut self.effects);
        }
        while self.core.next_deadline().is_some_and(|at| at <= clock) {
            self.core.handle(clock, Input::Deadline, &mut self.effects);
        }
    }

    /// Whether something waits for the disk, or it for something.
    pub(crate) const fn is_committing(&self) -> bool {
        self.disk.is_busy()
    }

    /// Whether [`Self::settle`] has something to do: the core wants something, or what waited for the disk may go.
    pub(crate) fn has_work(&self) -> bool {
        !self.effects.is_empty() || self.freed
    }

    /// Drops what waits for an association that is gone.
    pub(crate) fn forget(&mut self, association: pumice_core::AssociationId) {
        self.batches.forget(association);
    }

    /// Carries out what the core has asked for: persist, program, send.
    pub(crate) fn settle(&mut self, now: Instant) -> Turn {
        let clock = self.clock(now);
        self.freed = false;
        let at_once = self.batches.take(&mut self.effects);
        if let Some((through, changes)) = self.batches.commit() {
            self.disk.submit(clock, through, changes);
        }
        let mut turn = Turn { answers: at_once.answers, events: at_once.events, ..Turn::default() };
        for command in &at_once.programs {
            self.forwarder.program(command).expect("the user plane has room for what the core admits");
            self.drain(clock, &mut turn);
        }
        while let Some(outgoing) = self.batches.next_outgoing() {
            turn.outgoing.push(outgoing);
        }
        turn
    }

    /// A datagram from a cell.
    pub(crate) fn uplink(
        &mut self,
        now: Instant,
        local: IpAddr,
        source: SocketAddr,
        octets: &mut [u8],
    ) -> Turn {
        let clock = self.clock(now);
        let mut turn = Turn::default();
        match self.forwarder.from_access(clock, local, source, octets) {
            Some(Forward::ToCore(packet)) => turn.to_internet.push(packet.to_vec()),
            Some(Forward::ToAccess { from, to, datagram }) => {
                turn.datagrams.push(Datagram { from, to, octets: datagram.to_vec() });
            }
            None => {}
        }
        self.drain(clock, &mut turn);
        turn
    }

    /// A packet from the internet.
    pub(crate) fn downlink(&mut self, now: Instant, packet: &[u8]) -> Turn {
        let clock = self.clock(now);
        let mut turn = Turn::default();
        let mut frame = vec![0; Forwarder::HEADROOM];
        frame.extend_from_slice(packet);
        if let Some(Forward::ToAccess { from, to, datagram }) = self.forwarder.from_core(clock, &mut frame) {
            turn.datagrams.push(Datagram { from, to, octets: datagram.to_vec() });
        }
        self.drain(clock, &mut turn);
        turn
    }

    /// The gateway ends; this is what is left of its disk.
    pub(crate) fn end(self, now: Instant, how: Crash) -> Files {
        let clock = self.clock(now);
        self.disk.end(clock, how)
    }

    /// The parts that hold state, for who wants to weigh them. The gateway is over.
    pub fn into_parts(self) -> (Core, Forwarder) {
        (self.core, self.forwarder)
    }

    /// What the store has done since this gateway began.
    pub fn store_statistics(&self) -> pumice_store::Statistics {
        self.disk.statistics()
    }

    pub(crate) fn backup(&mut self) -> Files {
        self.disk.backup()
    }

    /// How long it has run.
    pub fn uptime(&self, now: Instant) -> Duration {
        now.since(self.booted)
    }

    fn drain(&mut self, clock: Instant, turn: &mut Turn) {
        while let Some(datagram) = self.forwarder.poll_datagram() {
            turn.datagrams.push(datagram);
        }
        while let Some(event) = self.forwarder.poll_event() {
            self.core.handle(clock, Input::UserPlane(event), &mut self.effects);
        }
    }
}
