//! The protocol machine of the user-space back end, sans-IO: packets, commands and time in; packets, events and a deadline
//! out. One dcsctp socket for each peer; what dcsctp leaves to its user is done here: telling peers apart, authenticated
//! cookies, packets out of the blue, fresh randomness, bounds.
//!
//! The order of a turn: `receive`, `connect`, `send`, `shutdown`, `abort` or `advance`; then `poll_transmit` and
//! `poll_event` until both are empty (events may wait); then sleep until `next_deadline`.
//!
//! A peer costs no memory before its valid COOKIE ECHO: an INIT is answered by a socket that is dropped at once, and all
//! that the answer knows travels in the sealed cookie.

mod inbound;
mod peer;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::counters::CounterCells;
use crate::wire::cookie::{Path, Sealer};
use crate::wire::ootb::Budget;
use crate::{AssociationId, Config, Event, LostReason};

use peer::Peer;

/// What each queued message counts on top of its octets.
pub(crate) const MESSAGE_OVERHEAD: usize = 64;

/// A packet to send, without IP header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transmit {
    pub(crate) local: IpAddr,
    pub(crate) peer: SocketAddr,
    pub(crate) packet: Vec<u8>,
}

/// An event, and with a new association the gauge of what waits for its peer.
#[derive(Debug)]
pub(crate) struct StackEvent {
    pub(crate) event: Event,
    pub(crate) queued: Option<Arc<AtomicUsize>>,
}

/// Gives 64 random bits of the operating system, or nothing where it can't.
pub(crate) type Entropy = Box<dyn FnMut() -> Option<u64> + Send>;

pub(crate) struct Stack {
    config: Config,
    sealer: Sealer,
    entropy: Entropy,
    peers: BTreeMap<AssociationId, Peer>,
    paths: HashMap<Path, AssociationId>,
    transmits: VecDeque<Transmit>,
    events: VecDeque<StackEvent>,
    /// Counts the lives of associations; in sealed cookies 0 stands for none.
    instances: u64,
    replies: Budget,
    counters: Arc<CounterCells>,
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").field("peers", &self.peers.len()).finish_non_exhaustive()
    }
}

impl Stack {
    /// A machine for the local addresses of `config`, whose ports are real ones. `key` seals its cookies.
    pub(crate) fn new(config: Config, key: [u8; 64], entropy: Entropy, counters: Arc<CounterCells>) -> Self {
        Self {
            sealer: Sealer::new(key, config.cookie_lifetime),
            entropy,
            peers: BTreeMap::new(),
            paths: HashMap::new(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            instances: 0,
            replies: Budget::new(config.ootb_replies_per_second),
            counters,
            config,
        }
    }

    /// Begins an association; [`Event::Up`] or [`Event::Lost`] follows.
    pub(crate) fn connect(&mut self, now: Duration, id: AssociationId, path: Path) {
        let room = self.peers.len() < self.config.max_associations && !self.paths.contains_key(&path);
        if !room || !self.reseed() {
            self.counters.refused_no_room.add_one();
            return self.emit(Event::Lost { association: id, reason: LostReason::NoRoom });
        }
        let instance = self.next_instance();
        let mut peer = Peer::new(&self.config, path, instance, now);
        peer.connect();
        self.paths.insert(path, id);
        self.peers.insert(id, peer);
        self.drain(now, id);
    }

    /// Queues a message; `cost` is what was added to the association's gauge for it.
    pub(crate) fn send(
        &mut self,
        now: Duration,
        id: AssociationId,
        message: dcsctp::api::Message,
        cost: usize,
    ) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.send(now, message, cost);
        self.drain(now, id);
    }

    /// Ends an association once everything queued is delivered.
    pub(crate) fn shutdown(&mut self, now: Duration, id: AssociationId) {
        let guard = now + self.config.shutdown_guard();
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.begin_shutdown(guard);
        self.drain(now, id);
    }

    /// Ends an association at once.
    pub(crate) fn abort(&mut self, now: Duration, id: AssociationId) {
        self.abort_for(now, id, LostReason::LocalAbort);
    }

    /// Ends all of them at once.
    pub(crate) fn abort_all(&mut self, now: Duration) {
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            self.abort(now, id);
        }
    }

    /// Runs the timers that are due.
    pub(crate) fn advance(&mut self, now: Duration) {
        let due = |(id, peer): (&AssociationId, &Peer)| {
            peer.deadline().is_some_and(|deadline| deadline <= now).then_some(*id)
        };
        for id in self.peers.iter().filter_map(due).collect::<Vec<_>>() {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.guard_expired(now) {
                self.abort_for(now, id, LostReason::Unreachable);
                continue;
            }
            peer.advance(now);
            self.drain(now, id);
        }
    }

    /// When `advance` has something to do.
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.peers.values().filter_map(Peer::deadline).min()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// What the next event weighs, in octets; `None` where none waits.
    pub(crate) fn next_event_cost(&self) -> Option<usize> {
        self.events.front().map(|waiting| cost(&waiting.event))
    }

    pub(crate) fn poll_event(&mut self) -> Option<StackEvent> {
        let waiting = self.events.pop_front()?;
        if let Event::Message { association, .. } = waiting.event
            && let Some(peer) = self.peers.get_mut(&association)
        {
            peer.unread = peer.unread.saturating_sub(cost(&waiting.event));
            self.read_messages(association);
        }
        Some(waiting)
    }

    #[cfg(test)]
    pub(crate) fn associations(&self) -> usize {
        self.peers.len()
    }

    fn emit(&mut self, event: Event) {
        self.events.push_back(StackEvent { event, queued: None });
    }

    fn next_instance(&mut self) -> u64 {
        self.instances += 1;
        self.instances
    }

    /// Gives dcsctp's random generator fresh bits of the operating system. It is the running thread's `fastrand`, whose
    /// state could be worked out from a few tags; so each INIT, INIT ACK and tie-tag begins from a new seed.
    fn reseed(&mut self) -> bool {
        let Some(seed) = (self.entropy)() else {
            tracing::error!("the operating system gives no random bits: no new associations");
            return false;
        };
        fastrand::seed(seed);
        true
    }

    fn abort_for(&mut self, now: Duration, id: AssociationId, reason: LostReason) {
        let Some(mut peer) = self.remove(id) else { return };
        for packet in peer.abort(now) {
            self.transmit(&peer.path, packet);
        }
        self.emit(Event::Lost { association: id, reason });
    }

    fn remove(&mut self, id: AssociationId) -> Option<Peer> {
        let peer = self.peers.remove(&id)?;
        self.paths.remove(&peer.path);
        Some(peer)
    }

    fn transmit(&mut self, path: &Path, packet: Vec<u8>) {
        self.counters.packets_out.add_one();
        self.transmits.push_back(Transmit { local: path.local.ip(), peer: path.peer, packet });
    }

    /// Takes what the association's dcsctp socket has to say, until it is silent.
    fn drain(&mut self, now: Duration, id: AssociationId) {
        loop {
            let Some(peer) = self.peers.get_mut(&id) else { return };
            let path = peer.path;
            let Some(output) = peer.poll() else {
                if !peer.shut_down_when_idle(now) {
                    break;
                }
                continue;
            };
            match output {
                peer::Output::Packet(packet) => self.transmit_of_peer(now, id, &path, packet),
                peer::Output::Connected { outbound_streams, inbound_streams } => {
                    let queued = Some(Arc::clone(&peer.queued));
                    self.counters.associations_up.add_one();
                    self.events.push_back(StackEvent {
                        event: Event::Up {
                            association: id,
                            peer: path.peer,
                            outbound_streams,
                            inbound_streams,
                        },
                        queued,
                    });
                }
                peer::Output::Closed(reason) => {
                    self.remove(id);
                    self.emit(Event::Lost { association: id, reason });
                    return;
                }
            }
        }
        let guard = now + self.config.shutdown_guard();
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.guard_shutdown(guard);
        }
        self.read_messages(id);
    }

    /// Moves whole messages from the dcsctp socket to the events, as long as the owner keeps up: beyond that they stay
    /// in the receive window, which closes.
    fn read_messages(&mut self, id: AssociationId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        while peer.unread < self.config.max_queued_bytes {
            let Some(message) = peer.read() else { return };
            if message.payload.len() > self.config.max_message {
                self.counters.oversized_messages.add_one();
                continue;
            }
            if !self.config.ppids.contains(&message.ppid.0) {
                self.counters.refused_ppids.add_one();
                tracing::debug!(association = %id, ppid = message.ppid.0, "payload protocol refused");
                continue;
            }
            self.counters.messages_in.add_one();
            let event = Event::Message {
                association: id,
                stream: message.stream_id.0,
                ppid: message.ppid.0,
                payload: message.payload,
            };
            peer.unread += cost(&event);
            self.events.push_back(StackEvent { event, queued: None });
        }
    }
}

/// What an event weighs while it waits, in octets.
fn cost(event: &Event) -> usize {
    match event {
        Event::Message { payload, .. } => payload.len() + MESSAGE_OVERHEAD,
        _ => MESSAGE_OVERHEAD,
    }
}

/// Takes `cost` back from a gauge.
fn release(queued: &AtomicUsize, cost: usize) {
    queued.fetch_sub(cost, Ordering::Relaxed);
}
