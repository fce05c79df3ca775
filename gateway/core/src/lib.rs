//! The control plane: MME, the session part of S-GW and P-GW, and HSS, as one state machine without sockets, clocks, threads
//! or randomness of its own.
//!
//! ```text
//! core.handle(now, input, &mut effects);   // S1AP octets, a command, a user-plane event, a commit's outcome, time
//! core.next_deadline()                     // when to come back if nothing happens before
//! ```
//!
//! # The invariant
//!
//! Effects are appended in order. The shell takes a batch of inputs, then *persists* what the batch wants durable, then
//! *programs* the user plane, then *sends*. Sending waits for the commit only where an [`Effect::Persist`] says `hold`:
//! numbers that must never be used twice are drawn under ceilings that are persisted ahead, so the common path does
//! not wait for the disk. When a commit fails, the shell says so ([`Input::Stored`]) and sends nevertheless: phones are served
//! from memory, operators' changes are refused.
//!
//! # The rooms
//!
//! - An *association* is an SCTP association; a *cell* is what it becomes by S1 Setup.
//! - A *connection* is a phone's S1 connection, under an MME UE S1AP ID, with the EMM procedure that runs on it. It is
//!   nobody's until authenticated: what an attach claims changes nothing of the phone that it claims to be.
//! - A *phone* is a registered (or remembered) context, found by IMSI and M-TMSI, with its security context and bearers.
//! - The HSS answers with authentication vectors; SQN is drawn under a ceiling.
//!
//! The same inputs and choices give the same effects, octet by octet.

#![forbid(unsafe_code)]

pub mod choose;
pub mod config;
mod io;

pub use io::{AssociationId, CommandId, Effect, Input, Ticket};
pub use view::Attaches;

mod ceiling;
mod cells;
mod commands;
mod connection;
mod counters;
mod epc;
mod events;
mod hss;
mod phone;
mod radio_capability;
mod restore;
mod security;
mod session;
mod timers;
mod view;

use std::collections::BTreeMap;

use pumice_model::change::{Change, DurableState};
use pumice_model::event::Event;
use pumice_model::query::StoreHealth;
use pumice_model::time::{Instant, WallClock};

use crate::ceiling::{Ceiling, Raise};
use crate::cells::Cells;
use crate::choose::Choices;
use crate::commands::PendingCommand;
use crate::config::Config;
use crate::connection::Connections;
use crate::counters::{Counter, Counters};
use crate::events::EventLog;
use crate::hss::Hss;
use crate::phone::Phones;
use crate::radio_capability::RadioCapabilities;
use crate::session::AddressPool;
use crate::timers::Timers;

/// How many M-TMSIs are persisted ahead at a time.
const M_TMSI_STEP: u64 = 1 << 12;

/// The control plane.
#[derive(Debug)]
pub struct Core {
    config: Config,
    choices: Choices,
    cells: Cells,
    connections: Connections,
    phones: Phones,
    hss: Hss,
    m_tmsis: Ceiling,
    pool: AddressPool,
    radio_capabilities: RadioCapabilities,
    timers: Timers,
    counters: Counters,
    events: EventLog,
    full: FullPools,
    store: StoreHealth,
    pending: BTreeMap<Ticket, PendingCommand>,
    /// The last ticket given, and the last that is durable.
    last_ticket: Ticket,
    durable_through: Ticket,
    next_session: u64,
    clock: Option<(Instant, WallClock)>,
    /// The turn that is being taken: its time and its effects.
    now: Instant,
    effects: Vec<Effect>,
}

/// Which pools are full, so that it is said once.
#[derive(Debug, Default)]
struct FullPools(std::collections::BTreeSet<&'static str>);

impl Core {
    /// The control plane as it was left. Phones are idle: their cells have yet to come.
    pub fn new(config: Config, state: DurableState, choices: Choices) -> Self {
        let limits = config.limits;
        let mut core = Self {
            cells: Cells::new(
                config.admission.clone(),
                state.learned_cells,
                limits.associations,
                limits.cells,
            ),
            connections: Connections::new(limits.connections),
            phones: Phones::new(limits.phones),
            hss: Hss::new(
                state.subscribers,
                state.seq_ceiling,
                config.box_identity.first_ind,
                limits.subscribers,
            ),
            m_tmsis: Ceiling::restored(state.m_tmsi_ceiling, M_TMSI_STEP),
            pool: AddressPool::new(config.pool),
            radio_capabilities: RadioCapabilities::new(
                limits.radio_capability_octets,
                limits.radio_capability_each,
            ),
            timers: Timers::default(),
            counters: Counters::default(),
            events: EventLog::new(limits.events),
            full: FullPools::default(),
            store: StoreHealth::Good,
            pending: BTreeMap::new(),
            last_ticket: Ticket(0),
            durable_through: Ticket(0),
            next_session: 0,
            clock: None,
            now: Instant::ZERO,
            effects: Vec::new(),
            config,
            choices,
        };
        core.restore(state.ues, state.radio_capabilities);
        core
    }

    /// Begins: once, before the first input. Ceilings are raised, the user plane learns the sessions of restored phones.
    pub fn start(&mut self, now: Instant, effects: &mut Vec<Effect>) {
        self.turn(now, effects, |core| {
            let ceiling = core.hss.first_ceiling();
            core.raise_seq(ceiling, true);
            if let Raise::Now(ceiling) | Raise::Ahead(ceiling) = core.m_tmsis.wanted() {
                core.raise_m_tmsi(ceiling, true);
            }
            core.resume_restored();
        });
    }

    /// Takes one input and appends what is to be done.
    pub fn handle(&mut self, now: Instant, input: Input<'_>, effects: &mut Vec<Effect>) {
        self.turn(now, effects, |core| {
            match input {
                Input::AssociationUp { association, peer, outbound_streams } => {
                    core.on_association_up(association, peer, outbound_streams);
                }
                Input::AssociationLost(association) => core.on_association_lost(association),
                Input::AssociationRestarted { association, outbound_streams } => {
                    core.on_association_restarted(association, outbound_streams);
                }
                Input::S1ap { association, stream, octets } => core.on_s1ap(association, stream, octets),
                Input::Command { id, command } => core.on_command(id, command),
                Input::UserPlane(event) => core.on_user_plane(event),
                Input::Stored { through, result } => core.on_stored(through, result),
                Input::Clock(clock) => core.clock = clock.map(|clock| (now, clock)),
                Input::Deadline => {}
            }
            core.expire_timers();
        });
    }

    /// When to come back with [`Input::Deadline`] if nothing happens before.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.next_deadline()
    }

    fn turn(&mut self, now: Instant, effects: &mut Vec<Effect>, work: impl FnOnce(&mut Self)) {
        // A clock that goes back would make timers wait: time never does.
        self.now = self.now.max(now);
        core::mem::swap(&mut self.effects, effects);
        work(self);
        core::mem::swap(&mut self.effects, effects);
    }

    fn count(&mut self, counter: Counter) {
        self.counters.count(counter);
    }

    fn publish(&mut self, event: Event) {
        let record = self.events.record(self.now, self.unix_seconds(), event);
        self.effects.push(Effect::Publish(record));
    }

    /// Says once that a pool is full.
    fn publish_full(&mut self, limit: &'static str) {
        self.count(Counter::Refused);
        if self.full.0.insert(limit) {
            let limit = heapless::String::try_from(limit).unwrap_or_default();
            self.publish(Event::PoolFull { limit });
        }
    }

    fn has_room_again(&mut self, limit: &'static str) {
        self.full.0.remove(limit);
    }

    /// The time, while the clock is trusted.
    fn unix_seconds(&self) -> Option<u64> {
        self.clock.map(|(at, clock)| clock.unix_seconds + self.now.since(at).as_secs())
    }

    fn persist(&mut self, change: Change, hold: bool) -> Ticket {
        self.last_ticket = Ticket(self.last_ticket.0 + 1);
        let ticket = self.last_ticket;
        self.effects.push(Effect::Persist { ticket, change, hold });
        ticket
    }

    fn raise_seq(&mut self, ceiling: u64, hold: bool) {
        let ticket = self.persist(Change::Ceiling { counter: Hss::COUNTER, ceiling }, hold);
        self.hss.raising(ticket, ceiling);
    }

    fn raise_m_tmsi(&mut self, ceiling: u64, hold: bool) {
        let change = Change::Ceiling { counter: pumice_model::change::Counter::MTmsi, ceiling };
        let ticket = self.persist(change, hold);
        self.m_tmsis.raising(ticket, ceiling);
    }

    fn on_stored(&mut self, through: Ticket, result: Result<(), String>) {
        match result {
            Ok(()) => {
                self.durable_through = self.durable_through.max(through);
                if self.store != StoreHealth::Good {
                    self.store = StoreHealth::Good;
                    self.publish(Event::StoreRecovered);
                }
                self.finish_commands(through, None);
            }
            Err(reason) => {
                self.count(Counter::StoreFailed);
                // What failed may be committed later, but nothing says when: a ceiling counts only once it is.
                self.hss.raise_failed(through);
                self.m_tmsis.failed(through);
                self.phones.raises_failed(through);
                if self.store == StoreHealth::Good {
                    let shortened = reason.chars().take(100).collect::<String>();
                    let text = heapless::String::try_from(shortened.as_str()).unwrap_or_default();
                    self.publish(Event::StoreFailed { reason: text });
                }
                self.store = StoreHealth::Failing { reason: reason.clone() };
                self.finish_commands(through, Some(reason));
            }
        }
    }
}
