//! A phone: the UE side of EMM and ESM (TS 24.301) as commercial phones do it, with the SIM, NAS security, the timers and
//! the memory for reject causes. Sans-IO: [`Phone::handle`] takes what happens and appends what the phone does.
//!
//! All is observable: state, causes, address, bearers, what the network said, a log of messages. Misbehaviour comes by
//! [`NasRule`]s and by [`Command::SendNas`]; a phone that is [`scripted`](Phone::set_scripted) does nothing by itself.

mod attach;
mod authentication;
mod bearers;
mod config;
mod connection;
mod detach;
mod downlink;
mod esm;
mod input;
mod log;
mod reject;
mod rules;
mod security_mode;
mod service;
mod state;
mod timers;
mod tracking;
mod uplink;

use core::time::Duration;
use std::collections::VecDeque;

use pumice_model::identity::{Guti, STmsi, Tai};
use pumice_model::time::Instant;
use pumice_wire::nas::{EmmInformation, EpsMobileIdentity, EpsNetworkFeatureSupport, GprsTimer, NasKsi};

pub use config::PhoneConfig;
pub use input::{Command, ConnectionRequest, Page, PhoneInput, PhoneOutput, Protection};
pub use log::{Discard, PhoneEvent, PhoneEventKind};
pub use rules::{NasAction, NasRule};
pub use state::{Bearer, Deregistered, EmmState, LastCauses, Registered, SimState};
pub use timers::PhoneTimer;

use crate::ip_stack::IpStack;
use crate::security::NasSecurity;
use crate::sim::Usim;

/// A phone.
#[derive(Debug)]
pub struct Phone {
    config: PhoneConfig,
    usim: Usim,
    rng: fastrand::Rng,
    now: Instant,
    emm: EmmState,
    sim_state: SimState,
    cell: Option<Tai>,
    connected: bool,
    /// Whether the network has shown its security on this connection (TS 24.301 4.4.2.5).
    secure_exchange: bool,
    bearers_up: bool,
    guti: Option<Guti>,
    tais: heapless::Vec<Tai, 16>,
    last_visited: Option<Tai>,
    security: Option<NasSecurity>,
    authenticated: Option<authentication::Authenticated>,
    authentication_failures: u8,
    /// The plain attach or update request that began this connection, for HASH_MME.
    initial_request: Option<Vec<u8>>,
    /// The uplink COUNT from which K_eNB follows.
    k_enb_count: u32,
    attempts: u8,
    service_attempts: u8,
    detach_attempts: u8,
    switch_off_follows: bool,
    attach_wanted: bool,
    service_wanted: Option<service::Wanted>,
    update_wanted: bool,
    timers: timers::Timers,
    t3402: Duration,
    t3412: Option<Duration>,
    bearers: heapless::Vec<Bearer, 11>,
    next_pti: u8,
    uplink_queue: VecDeque<Vec<u8>>,
    received: VecDeque<Vec<u8>>,
    containers: VecDeque<Vec<u8>>,
    stack: Option<Box<IpStack>>,
    causes: LastCauses,
    information: Option<EmmInformation>,
    features: EpsNetworkFeatureSupport,
    rules: Vec<NasRule>,
    scripted: bool,
    inbox: VecDeque<Received>,
    counters: PhoneCounters,
    log: log::Log,
}

/// What a phone counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhoneCounters {
    /// Attaches that were accepted.
    pub attaches: u32,
    /// Service requests that brought bearers.
    pub services: u32,
    /// Tracking area updates that were accepted.
    pub updates: u32,
    /// Pages that it answered.
    pub pages: u32,
    /// NAS messages that were not accepted.
    pub discarded: u32,
    /// Packets that were sent on a bearer.
    pub packets_sent: u64,
    /// Their octets.
    pub octets_sent: u64,
    /// Packets that came on a bearer.
    pub packets_received: u64,
    /// Their octets.
    pub octets_received: u64,
    /// Packets that found no room while they waited for a bearer.
    pub packets_dropped: u64,
}

/// A NAS message that a scripted phone has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// As it came.
    pub octets: Vec<u8>,
    /// Without protection, if that could be undone.
    pub plain: Option<Vec<u8>>,
}

/// Messages and packets that a phone keeps for a test; the oldest go first.
const KEPT: usize = 64;

impl Phone {
    /// A phone that is switched off.
    pub fn new(config: PhoneConfig) -> Self {
        Self {
            usim: Usim::new(config.sim),
            rng: fastrand::Rng::with_seed(config.seed),
            now: Instant::ZERO,
            emm: EmmState::Null,
            sim_state: SimState::default(),
            cell: None,
            connected: false,
            secure_exchange: false,
            bearers_up: false,
            guti: None,
            tais: heapless::Vec::new(),
            last_visited: None,
            security: None,
            authenticated: None,
            authentication_failures: 0,
            initial_request: None,
            k_enb_count: 0,
            attempts: 0,
            service_attempts: 0,
            detach_attempts: 0,
            switch_off_follows: false,
            attach_wanted: false,
            service_wanted: None,
            update_wanted: false,
            timers: timers::Timers::default(),
            t3402: PhoneTimer::T3402.default_span(),
            t3412: Some(PhoneTimer::T3412.default_span()),
            bearers: heapless::Vec::new(),
            next_pti: 1,
            uplink_queue: VecDeque::new(),
            received: VecDeque::new(),
            containers: VecDeque::new(),
            stack: None,
            causes: LastCauses::default(),
            information: None,
            features: EpsNetworkFeatureSupport::default(),
            rules: Vec::new(),
            scripted: false,
            inbox: VecDeque::new(),
            counters: PhoneCounters::default(),
            log: log::Log::new(config.log_length),
            config,
        }
    }

    /// Takes what happens at `now`, and appends what the phone does. Timers that have ended by then come first.
    pub fn handle(&mut self, now: Instant, input: PhoneInput, out: &mut Vec<PhoneOutput>) {
        self.now = self.now.max(now);
        self.end_timers(out);
        match input {
            PhoneInput::PowerOn => self.power_on(out),
            PhoneInput::Camped(cell) => self.camp(cell, out),
            PhoneInput::Nas(octets) => self.receive(&octets, out),
            PhoneInput::SecurityKey(key) => self.check_key(&key, out),
            PhoneInput::BearersSetUp(ebis) => self.bearers_set_up(&ebis, out),
            PhoneInput::Packet(octets) => self.packet(octets),
            PhoneInput::ConnectionRefused | PhoneInput::ConnectionReleased => self.released(out),
            PhoneInput::Paged(page) => self.paged(page, out),
            PhoneInput::Command(command) => self.command(command, out),
            PhoneInput::Tick => {}
        }
        self.run_stack(out);
    }

    /// When [`handle`](Self::handle) wants to be called again at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        let stack =
            self.stack.as_ref().filter(|_| self.emm.is_registered()).and_then(|stack| stack.next_deadline());
        [self.timers.next(), stack].into_iter().flatten().min()
    }

    /// What it is.
    pub const fn config(&self) -> &PhoneConfig {
        &self.config
    }

    /// The same, for what a test changes between two attaches.
    pub const fn config_mut(&mut self) -> &mut PhoneConfig {
        &mut self.config
    }

    /// Its EMM state.
    pub const fn state(&self) -> EmmState {
        self.emm
    }

    /// What reject causes have left behind.
    pub const fn sim_state(&self) -> &SimState {
        &self.sim_state
    }

    /// Its SIM.
    pub const fn usim_mut(&mut self) -> &mut Usim {
        &mut self.usim
    }

    /// Its security context.
    pub const fn security(&self) -> Option<&NasSecurity> {
        self.security.as_ref()
    }

    /// Its security context, for tests that tamper with it.
    pub const fn security_mut(&mut self) -> &mut Option<NasSecurity> {
        &mut self.security
    }

    /// Its temporary identity.
    pub const fn guti(&self) -> Option<Guti> {
        self.guti
    }

    /// Gives it another temporary identity, or none.
    pub const fn set_guti(&mut self, guti: Option<Guti>) {
        self.guti = guti;
    }

    /// The areas in which it need not report.
    pub fn tais(&self) -> &[Tai] {
        &self.tais
    }

    /// Whether it has a connection.
    pub const fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether it has a connection with bearers.
    pub const fn has_bearers_up(&self) -> bool {
        self.bearers_up
    }

    /// Its PDN connections.
    pub fn bearers(&self) -> &[Bearer] {
        &self.bearers
    }

    /// The last causes that it was told.
    pub const fn causes(&self) -> LastCauses {
        self.causes
    }

    /// The last EMM Information.
    pub const fn information(&self) -> Option<&EmmInformation> {
        self.information.as_ref()
    }

    /// What the network said that it has.
    pub const fn features(&self) -> EpsNetworkFeatureSupport {
        self.features
    }

    /// The time between periodic updates; nothing if there are none.
    pub const fn t3412(&self) -> Option<Duration> {
        self.t3412
    }

    /// When a timer ends, if it runs.
    pub fn timer(&self, timer: PhoneTimer) -> Option<Instant> {
        self.timers.end(timer)
    }

    /// Its counters.
    pub const fn counters(&self) -> PhoneCounters {
        self.counters
    }

    /// The last events.
    pub const fn log(&self) -> &VecDeque<PhoneEvent> {
        self.log.events()
    }

    /// Whether a message of this name is in the log.
    pub fn has_seen(&self, message: &str) -> bool {
        let is = |event: &PhoneEvent| matches!(event.kind, PhoneEventKind::Message { name, .. } if name == message);
        self.log.events().iter().any(is)
    }

    /// Its IP stack, once it has an address.
    pub fn ip_stack(&mut self) -> Option<&mut IpStack> {
        self.stack.as_deref_mut()
    }

    /// Packets that came on a bearer, of a phone without an IP stack: the last 64.
    pub const fn received_packets(&mut self) -> &mut VecDeque<Vec<u8>> {
        &mut self.received
    }

    /// Contents of downlink NAS transports: the last 64.
    pub const fn received_containers(&mut self) -> &mut VecDeque<Vec<u8>> {
        &mut self.containers
    }

    /// Makes it misbehave; the first rule that matches a message counts.
    pub fn add_rule(&mut self, rule: NasRule) {
        self.rules.push(rule);
    }

    /// Makes it behave again.
    pub fn clear_rules(&mut self) {
        self.rules.clear();
    }

    /// A scripted phone neither answers nor runs timers; what it receives is in its [`inbox`](Self::inbox).
    pub fn set_scripted(&mut self, scripted: bool) {
        self.scripted = scripted;
        if scripted {
            self.timers.stop_all();
        }
    }

    /// What a scripted phone has received: the last 64 messages.
    pub const fn inbox(&mut self) -> &mut VecDeque<Received> {
        &mut self.inbox
    }

    /// Who it says it is.
    pub fn identity(&self) -> EpsMobileIdentity {
        self.guti.map_or(EpsMobileIdentity::Imsi(self.config.sim.imsi), EpsMobileIdentity::Guti)
    }

    /// Whether a page for this identity concerns it.
    pub fn is_called(&self, s_tmsi: STmsi) -> bool {
        self.guti.is_some_and(|guti| guti.s_tmsi() == s_tmsi)
    }

    fn ksi(&self) -> NasKsi {
        self.security.as_ref().map_or(NasKsi::NONE, |security| NasKsi::native(security.ksi))
    }

    fn start(&mut self, timer: PhoneTimer) {
        self.start_for(timer, timer.default_span());
    }

    fn start_for(&mut self, timer: PhoneTimer, span: Duration) {
        self.timers.start(timer, self.now + span);
    }

    /// T3346 of the network, or one drawn from the default range of 15 to 30 minutes.
    fn start_t3346(&mut self, value: Option<GprsTimer>, protected: bool) {
        let span = value.and_then(GprsTimer::span).filter(|_| protected);
        let span = span.unwrap_or_else(|| Duration::from_secs(self.rng.u64(15 * 60..=30 * 60)));
        self.start_for(PhoneTimer::T3346, span);
    }

    fn event(&mut self, kind: PhoneEventKind) {
        self.log.push(self.now, kind);
    }

    fn discard(&mut self, why: Discard) {
        self.counters.discarded += 1;
        self.event(PhoneEventKind::Discarded(why));
    }

    fn end_timers(&mut self, out: &mut Vec<PhoneOutput>) {
        // Each turn stops a timer; a handler that starts it again starts it in the future.
        while let Some(timer) = self.timers.take_due(self.now) {
            self.event(PhoneEventKind::TimerEnded(timer));
            match timer {
                PhoneTimer::T3346 | PhoneTimer::T3402 | PhoneTimer::T3411 => self.try_again(out),
                PhoneTimer::T3410 => self.attach_timed_out(out),
                PhoneTimer::T3412 => self.periodic_update(out),
                PhoneTimer::T3416 => self.forget_challenge(),
                PhoneTimer::T3417 => self.service_timed_out(out),
                PhoneTimer::T3418 | PhoneTimer::T3420 => self.network_not_authentic(out),
                PhoneTimer::T3421 => self.detach_timed_out(out),
                PhoneTimer::T3430 => self.update_timed_out(out),
                PhoneTimer::T3440 => self.leave(out),
                PhoneTimer::ForbiddenAreas => self.forget_areas(out),
            }
        }
    }

    fn command(&mut self, command: Command, out: &mut Vec<PhoneOutput>) {
        match command {
            Command::Attach => self.attach(out),
            Command::Detach => self.detach(false, out),
            Command::SwitchOff => self.detach(true, out),
            Command::PullBattery => self.pull_battery(out),
            Command::TrackingAreaUpdate { active } => self.update(active, out),
            Command::ServiceRequest => self.want_service(service::Wanted::MobileOriginated, out),
            Command::CsFallback => self.ask_cs_fallback(out),
            Command::ConnectPdn { apn } => self.connect_pdn(apn, out),
            Command::DisconnectPdn { ebi } => self.disconnect_pdn(ebi, out),
            Command::SendPacket(packet) => self.send_packet(packet, out),
            Command::SendContainer(contents) => self.send_container(contents, out),
            Command::SendNas { plain, protection } => self.send_scripted(&plain, protection, out),
            Command::HttpGet { address, port, path } => {
                self.with_stack(|stack, now| stack.http_get(now, address, port, &path));
            }
            Command::Ping { address, count } => self.with_stack(|stack, now| stack.ping(now, address, count)),
            Command::SendDatagram { address, port, payload } => {
                self.with_stack(|stack, now| stack.send_datagram(now, address, port, payload));
            }
        }
    }

    fn with_stack(&mut self, act: impl FnOnce(&mut IpStack, Instant)) {
        let now = self.now;
        if let Some(stack) = &mut self.stack {
            act(stack, now);
        }
    }
}
