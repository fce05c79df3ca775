//! The forwarder: packets in, packets out, by the rules that the core has programmed. It has no socket, clock or thread.
//!
//! The invariant: *after each call, take what [`Forwarder::poll_datagram`] and [`Forwarder::poll_event`] hold before the
//! next one.* A packet that is forwarded at once stays in the caller's buffer and is returned; what else there is to send
//! (answers, packets that had waited) waits in the outbox. Both queues are bounded; an event that finds no place is not
//! lost but asked for again by the next packet.

mod answers;
mod downlink;
mod program;
mod uplink;
mod waiting;

use core::net::{IpAddr, SocketAddr};
use std::collections::{HashMap, VecDeque};

use pumice_model::identity::{Fteid, Teid};
use pumice_model::limits::Limits;
use pumice_model::rules::{
    RuleId, SessionId, Usage, UserPlane, UserPlaneCommand, UserPlaneEvent, UserPlaneFull,
};
use pumice_model::time::Instant;
use pumice_wire::gtpu;

use crate::cause::{Cause, Counters};
use crate::kept::Kept;
use crate::peers::Peers;
use crate::session::SessionState;
use crate::table::{Slot, Table};

/// Datagrams that wait to be fetched. One call makes no more than the packets of one session's rules plus an answer.
const OUTBOX_LIMIT: usize = 1_024;

/// What a forwarder needs to know from the start.
#[derive(Debug, Clone)]
pub struct ForwarderConfig {
    /// Sizes every table.
    pub limits: Limits,
    /// Our own user-plane addresses, one or none of each family.
    pub addresses: Vec<IpAddr>,
    /// The largest packet to a phone, in octets. From the internet the TUN device holds to it, and the kernel answers for
    /// it (ICMP fragmentation needed, packet too big).
    pub mtu: u16,
    /// Whether phones reach each other.
    pub phone_to_phone: PhoneToPhone,
}

/// What becomes of a packet from one phone of this gateway to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PhoneToPhone {
    /// It goes straight down the other phone's tunnel, as a router would send it: its hop limit is lowered, and where an ICMP
    /// answer is due (it is too large, its life ends) it goes to the kernel, which gives that answer.
    #[default]
    Direct,
    /// It is dropped.
    Dropped,
}

/// A packet that goes on at once, in the buffer that it came in.
#[derive(Debug, PartialEq, Eq)]
pub enum Forward<'a> {
    /// An IP packet for the TUN device.
    ToCore(&'a [u8]),
    /// A datagram for a cell.
    ToAccess {
        /// Our address.
        from: IpAddr,
        /// Where it goes.
        to: SocketAddr,
        /// The G-PDU.
        datagram: &'a [u8],
    },
}

/// A datagram for a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    /// Our address.
    pub from: IpAddr,
    /// Where it goes.
    pub to: SocketAddr,
    /// A GTP-U message.
    pub octets: Vec<u8>,
}

/// Carries out the rules of TS 29.244 on packets.
#[derive(Debug)]
pub struct Forwarder {
    addresses: Vec<IpAddr>,
    mtu: usize,
    phone_to_phone: PhoneToPhone,
    kept_each: usize,
    session_limit: usize,
    event_limit: usize,
    sessions: Vec<Option<SessionState>>,
    free: Vec<Slot>,
    by_id: HashMap<SessionId, Slot>,
    by_teid: Table<Teid>,
    by_phone: Table<IpAddr>,
    by_tunnel: Table<Fteid>,
    peers: Peers,
    kept: Kept,
    outbox: VecDeque<Datagram>,
    events: VecDeque<UserPlaneEvent>,
    counters: Counters,
    /// The latest time that a packet brought.
    now: Instant,
}

impl Forwarder {
    /// Free octets that [`Self::from_core`] wants in front of a packet, for the tunnel header.
    pub const HEADROOM: usize = gtpu::HEADER_LEN;

    /// An empty forwarder. A bearer has one tunnel each way, so their limit sizes the tables; a session may have one
    /// address of each IP version.
    pub fn new(config: ForwarderConfig) -> Self {
        let size = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        let bearers = size(config.limits.bearers);
        Self {
            addresses: config.addresses,
            mtu: config.mtu.into(),
            phone_to_phone: config.phone_to_phone,
            kept_each: size(config.limits.buffered_packets),
            session_limit: bearers,
            event_limit: bearers,
            // Room for all, touched only as sessions come.
            sessions: Vec::with_capacity(bearers),
            free: Vec::with_capacity(bearers),
            by_id: HashMap::with_capacity(bearers.saturating_mul(2)),
            by_teid: Table::new(bearers),
            by_phone: Table::new(bearers.saturating_mul(2)),
            by_tunnel: Table::new(bearers),
            peers: Peers::new(size(config.limits.cells)),
            kept: Kept::new(size(config.limits.buffered_octets)),
            outbox: VecDeque::new(),
            events: VecDeque::new(),
            counters: Counters::new(),
            now: Instant::ZERO,
        }
    }

    /// The next datagram that is to be sent.
    pub fn poll_datagram(&mut self) -> Option<Datagram> {
        self.outbox.pop_front()
    }

    /// The next event for the core.
    pub fn poll_event(&mut self) -> Option<UserPlaneEvent> {
        self.events.pop_front()
    }

    /// Whether [`Self::poll_event`] has something.
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// What was counted.
    pub fn counters(&self) -> Counters {
        Counters {
            sessions: self.by_id.len(),
            peers: self.peers.len(),
            kept_packets: self.kept.len(),
            kept_octets: self.kept.octets(),
            ..self.counters
        }
    }

    /// What one usage reporting rule of a session has measured, or nothing if there is no such rule.
    pub fn usage_of(&self, session: SessionId, urr: RuleId) -> Option<Usage> {
        self.session(*self.by_id.get(&session)?)?.usage_of(urr)
    }

    fn session(&self, slot: Slot) -> Option<&SessionState> {
        self.sessions.get(slot.0)?.as_ref()
    }

    fn session_mut(&mut self, slot: Slot) -> Option<&mut SessionState> {
        self.sessions.get_mut(slot.0)?.as_mut()
    }

    /// Our address of the family of a cell's.
    fn address_towards(&self, cell: IpAddr) -> Option<IpAddr> {
        self.addresses.iter().copied().find(|address| address.is_ipv4() == cell.is_ipv4())
    }

    fn send(&mut self, datagram: Datagram) {
        if self.outbox.len() >= OUTBOX_LIMIT {
            self.outbox.pop_front();
            self.counters.drop(Cause::OutboxFull);
        }
        self.outbox.push_back(datagram);
    }

    /// Queues an event. False if there is no place; then nothing may be remembered that would keep it from being tried again.
    fn tell(&mut self, event: UserPlaneEvent) -> bool {
        if self.events.len() >= self.event_limit {
            return false;
        }
        self.events.push_back(event);
        true
    }
}

impl UserPlane for Forwarder {
    fn program(&mut self, command: &UserPlaneCommand) -> Result<(), UserPlaneFull> {
        match command {
            UserPlaneCommand::Establish(session) => self.establish(session),
            UserPlaneCommand::Modify { session, far } => self.modify(*session, *far),
            UserPlaneCommand::Remove(session) => {
                self.remove(*session);
                Ok(())
            }
            UserPlaneCommand::AdmitPeer(address) => self.peers.admit(*address),
            UserPlaneCommand::RetirePeer(address) => {
                self.peers.retire(*address);
                Ok(())
            }
        }
    }

    fn usage(&self, session: SessionId) -> Option<Usage> {
        Some(self.session(*self.by_id.get(&session)?)?.usage())
    }
}
