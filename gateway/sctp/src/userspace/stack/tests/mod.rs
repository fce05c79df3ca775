//! The protocol machine in simulated time: stacks joined by a network with 5 ms of latency that can lose packets.

mod association;
mod handshake;
mod hostile;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use dcsctp::api::{Message, PpId, StreamId};

use crate::counters::CounterCells;
use crate::wire::cookie::Path;
use crate::wire::packet::Packet;
use crate::{AssociationId, Config, Counters, Event, LostReason};

use super::{MESSAGE_OVERHEAD, Stack, Transmit};

const LATENCY: Duration = Duration::from_millis(5);
const MME: &str = "192.0.2.1:36412";
const ENB: &str = "192.0.2.2:40000";

struct Node {
    address: SocketAddr,
    stack: Stack,
    counters: Arc<CounterCells>,
    events: Vec<Event>,
}

impl Node {
    fn new(config: Config, seed: u64) -> Self {
        let address = config.local[0];
        let counters = Arc::<CounterCells>::default();
        let mut seeds = seed;
        let entropy = Box::new(move || {
            seeds = seeds.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            Some(seeds)
        });
        let [octet, ..] = seed.to_le_bytes();
        let stack = Stack::new(config, [octet; 64], entropy, Arc::clone(&counters));
        Self { address, stack, counters, events: Vec::new() }
    }

    fn counters(&self) -> Counters {
        self.counters.snapshot()
    }
}

struct Net {
    nodes: Vec<Node>,
    now: Duration,
    /// Packets under way, in the order in which they arrive.
    flight: Vec<(Duration, Transmit)>,
    /// Every packet ever sent, lost ones included.
    trace: Vec<Transmit>,
    lose: Box<dyn FnMut(&Transmit) -> bool>,
    /// Whether the owners take their events.
    reading: bool,
}

impl Net {
    fn new(configs: impl IntoIterator<Item = Config>) -> Self {
        let nodes = (1..).zip(configs).map(|(seed, config)| Node::new(config, seed)).collect();
        Self {
            nodes,
            now: Duration::from_secs(1),
            flight: Vec::new(),
            trace: Vec::new(),
            lose: Box::new(|_| false),
            reading: true,
        }
    }

    /// An MME (node 0) and an eNB (node 1).
    fn pair() -> Self {
        Self::new([config(MME), config(ENB)])
    }

    /// A pair with its association up, under its names on both sides; no events left.
    fn connected() -> (Self, AssociationId, AssociationId) {
        let mut net = Self::pair();
        let enb = net.connect(1, MME);
        net.run(Duration::from_secs(1));
        let mme = net.up(0);
        assert_eq!(net.up(1), enb);
        (net, mme, enb)
    }

    fn connect(&mut self, node: usize, peer: &str) -> AssociationId {
        let id = AssociationId::next();
        let path = Path { local: self.nodes[node].address, peer: peer.parse().unwrap() };
        self.nodes[node].stack.connect(self.now, id, path);
        self.collect();
        id
    }

    fn send(&mut self, node: usize, id: AssociationId, stream: u16, payload: &[u8]) {
        self.send_ppid(node, id, stream, 18, payload);
    }

    fn send_ppid(&mut self, node: usize, id: AssociationId, stream: u16, ppid: u32, payload: &[u8]) {
        let cost = payload.len() + MESSAGE_OVERHEAD;
        let stack = &mut self.nodes[node].stack;
        stack.peers[&id].queued.fetch_add(cost, Ordering::Relaxed);
        stack.send(self.now, id, Message::new(StreamId(stream), PpId(ppid), payload.to_vec()), cost);
        self.collect();
    }

    /// What waits for a peer, in octets.
    fn queued(&self, node: usize, id: AssociationId) -> usize {
        self.nodes[node].stack.peers[&id].queued.load(Ordering::Relaxed)
    }

    /// Hands a packet to a node as if it came from `from`.
    fn inject(&mut self, node: usize, from: &str, packet: &[u8]) {
        let to = self.nodes[node].address.ip();
        self.nodes[node].stack.receive(self.now, from.parse().unwrap(), to, packet);
        self.collect();
    }

    /// Takes what the nodes want to send and to say.
    fn collect(&mut self) {
        for node in &mut self.nodes {
            while self.reading
                && let Some(event) = node.stack.poll_event()
            {
                node.events.push(event.event);
            }
            while let Some(transmit) = node.stack.poll_transmit() {
                self.trace.push(transmit.clone());
                if !(self.lose)(&transmit) {
                    self.flight.push((self.now + LATENCY, transmit));
                }
            }
        }
    }

    /// Lets `time` pass.
    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let arrival = self.flight.first().map(|(at, _)| *at);
            let timers = self.nodes.iter().filter_map(|node| node.stack.next_deadline());
            let Some(next) = timers.chain(arrival).min().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            if arrival.is_some_and(|at| at <= self.now) {
                let (_, transmit) = self.flight.remove(0);
                let from = SocketAddr::new(transmit.local, 0);
                let to = transmit.peer.ip();
                if let Some(node) = self.nodes.iter_mut().find(|node| node.address.ip() == to) {
                    node.stack.receive(self.now, from, to, &transmit.packet);
                }
            }
            for node in &mut self.nodes {
                node.stack.advance(self.now);
            }
            self.collect();
        }
        self.now = end;
    }

    fn events(&mut self, node: usize) -> Vec<Event> {
        std::mem::take(&mut self.nodes[node].events)
    }

    /// The association that came up, which is all that happened.
    fn up(&mut self, node: usize) -> AssociationId {
        let events = self.events(node);
        let [Event::Up { association, .. }] = events.as_slice() else { panic!("not just Up: {events:?}") };
        *association
    }

    /// The payloads that came, which is all that happened.
    fn payloads(&mut self, node: usize) -> Vec<(u16, Vec<u8>)> {
        let payload = |event| match event {
            Event::Message { stream, ppid: 18, payload, .. } => (stream, payload),
            other => panic!("not a message of S1AP: {other:?}"),
        };
        self.events(node).into_iter().map(payload).collect()
    }

    /// The next packet from `local` that begins with a chunk of this type, by its index in the trace.
    fn traced(&self, local: &str, kind: u8) -> Vec<u8> {
        let local: SocketAddr = local.parse().unwrap();
        let is_it = |transmit: &&Transmit| {
            transmit.local == local.ip()
                && Packet::parse(&transmit.packet).unwrap().first().unwrap().kind == kind
        };
        self.trace.iter().find(is_it).expect("no such packet").packet.clone()
    }
}

fn config(local: &str) -> Config {
    Config::new(local.parse().unwrap())
}

fn lost(association: AssociationId, reason: LostReason) -> Event {
    Event::Lost { association, reason }
}

/// The same packet with another checksum: the right one.
fn repaired(mut packet: Vec<u8>) -> Vec<u8> {
    packet[8..12].fill(0);
    let sum = crate::wire::crc32c::checksum(&[&packet]);
    packet[8..12].copy_from_slice(&sum);
    packet
}
