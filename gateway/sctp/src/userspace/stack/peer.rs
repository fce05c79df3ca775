//! One peer: its dcsctp socket and what we know beside it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use dcsctp::api::{
    DcSctpSocket, ErrorKind, LifecycleId, Message, Options, SendOptions, Socket, SocketEvent, SocketState,
    SocketTime,
};

use crate::wire::cookie::Path;
use crate::wire::packet::Packet;
use crate::{Config, LostReason};

use super::release;

/// See [`Peer::hold`].
const MAX_HELD_CHUNKS: usize = 1 << 16;

/// How far an association is, in the owner's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Not up yet.
    Starting,
    Up,
    /// Shutdown was asked for; what is queued goes out first.
    Flushing {
        guard: Duration,
    },
    /// SHUTDOWN is under way.
    ShuttingDown {
        guard: Duration,
    },
}

/// What a peer's socket wants of the stack.
pub(super) enum Output {
    Closed(LostReason),
    Connected { outbound_streams: u16, inbound_streams: u16 },
    Packet(Vec<u8>),
}

pub(super) struct Peer {
    pub(super) path: Path,
    /// Which life of the association this is; a restart begins another.
    pub(super) instance: u64,
    /// Octets that wait for the peer: shared with the owner, who adds; we take away what is delivered.
    pub(super) queued: Arc<AtomicUsize>,
    /// What is read from the socket and not yet taken by the owner, in octets.
    pub(super) unread: usize,
    pub(super) inbound_streams: u16,
    /// DATA chunks taken since the receive window was last empty; see [`Peer::hold`].
    held_chunks: usize,
    widest_window: u32,
    socket: Socket,
    phase: Phase,
    /// The cost of each message that isn't delivered yet, by its lifecycle identifier.
    undelivered: HashMap<u64, usize>,
    next_lifecycle: u64,
}

impl Peer {
    pub(super) fn new(config: &Config, path: Path, instance: u64, now: Duration) -> Self {
        Self {
            path,
            instance,
            queued: Arc::default(),
            unread: 0,
            inbound_streams: config.inbound_streams,
            held_chunks: 0,
            widest_window: 0,
            socket: socket(config, &path, now),
            phase: Phase::Starting,
            undelivered: HashMap::new(),
            next_lifecycle: 1,
        }
    }

    pub(super) fn connect(&mut self) {
        self.socket.connect();
    }

    pub(super) fn handle(&mut self, now: Duration, packet: &[u8]) {
        self.socket.advance_time(time(now));
        self.socket.handle_input(packet);
    }

    /// Counts DATA chunks of the peer; `false` where it has sent more than [`MAX_HELD_CHUNKS`] without one moment at
    /// which all were whole messages and read. dcsctp's window bounds their octets only, and a chunk of one octet
    /// takes some sixty.
    pub(super) fn hold(&mut self, chunks: usize) -> bool {
        self.held_chunks += chunks;
        self.held_chunks <= MAX_HELD_CHUNKS
    }

    /// Looks at a packet on its way out: a SACK that announces the whole window says that nothing is held.
    pub(super) fn observe_outgoing(&mut self, packet: &[u8]) {
        let window = Packet::parse(packet).ok().and_then(|packet| packet.announced_window());
        if let Some(window) = window.filter(|window| *window >= self.widest_window) {
            self.widest_window = window;
            self.held_chunks = 0;
        }
    }

    pub(super) fn advance(&mut self, now: Duration) {
        self.socket.advance_time(time(now));
    }

    pub(super) fn send(&mut self, now: Duration, message: Message, cost: usize) {
        let id = self.next_lifecycle;
        self.next_lifecycle += 1;
        self.undelivered.insert(id, cost);
        self.socket.advance_time(time(now));
        let options = SendOptions { lifecycle_id: LifecycleId::new(id), ..SendOptions::default() };
        if let Err(error) = self.socket.send(message, &options) {
            // The end of the message's lifecycle comes as an event and gives its cost back.
            tracing::debug!(%error, "message not taken");
        }
    }

    /// The peer's own tag for us: what its packets carry.
    pub(super) fn tag(&self) -> u32 {
        self.socket.verification_tag()
    }

    pub(super) fn state(&self) -> SocketState {
        self.socket.state()
    }

    pub(super) fn is_starting(&self) -> bool {
        self.phase == Phase::Starting
    }

    pub(super) fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Flushing { .. } | Phase::ShuttingDown { .. })
            || self.socket.state() == SocketState::ShuttingDown
    }

    pub(super) fn begin_shutdown(&mut self, guard: Duration) {
        if !self.is_ending() {
            self.phase = Phase::Flushing { guard };
        }
    }

    /// Sends SHUTDOWN where it was asked for and everything is delivered. dcsctp would not wait for messages that it
    /// hasn't begun to send.
    pub(super) fn shut_down_when_idle(&mut self, now: Duration) -> bool {
        let Phase::Flushing { guard } = self.phase else { return false };
        if !self.undelivered.is_empty() {
            return false;
        }
        self.phase = Phase::ShuttingDown { guard };
        self.socket.advance_time(time(now));
        self.socket.shutdown();
        true
    }

    /// The peer has begun to shut down: that has an end too.
    pub(super) fn guard_shutdown(&mut self, guard: Duration) {
        if self.phase == Phase::Up && self.socket.state() == SocketState::ShuttingDown {
            self.phase = Phase::ShuttingDown { guard };
        }
    }

    pub(super) fn guard_expired(&self, now: Duration) -> bool {
        match self.phase {
            Phase::Flushing { guard } | Phase::ShuttingDown { guard } => guard <= now,
            Phase::Starting | Phase::Up => false,
        }
    }

    /// Closes the socket and gives the packets that say so.
    pub(super) fn abort(&mut self, now: Duration) -> Vec<Vec<u8>> {
        self.socket.advance_time(time(now));
        self.socket.close();
        let packet = |event| if let SocketEvent::SendPacket(packet) = event { Some(packet) } else { None };
        std::iter::from_fn(|| self.socket.poll_event()).filter_map(packet).collect()
    }

    /// Goes on with the socket of a new life.
    pub(super) fn restart(&mut self, mut fresh: Self) {
        std::mem::swap(&mut self.socket, &mut fresh.socket);
        self.instance = fresh.instance;
        self.inbound_streams = fresh.inbound_streams;
        self.held_chunks = 0;
        for (_, cost) in self.undelivered.drain() {
            release(&self.queued, cost);
        }
    }

    /// When the next timer is due.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let timer = self.socket.poll_timeout();
        let timer = (timer != SocketTime::infinite_future()).then(|| timer - SocketTime::zero());
        let guard = match self.phase {
            Phase::Flushing { guard } | Phase::ShuttingDown { guard } => Some(guard),
            Phase::Starting | Phase::Up => None,
        };
        timer.into_iter().chain(guard).min()
    }

    /// The next whole message.
    pub(super) fn read(&mut self) -> Option<Message> {
        self.socket.get_next_message()
    }

    /// The next thing the socket wants.
    pub(super) fn poll(&mut self) -> Option<Output> {
        loop {
            match self.socket.poll_event()? {
                SocketEvent::SendPacket(packet) => return Some(Output::Packet(packet)),
                SocketEvent::OnConnected() if self.phase == Phase::Starting => {
                    self.phase = Phase::Up;
                    return Some(self.connected());
                }
                SocketEvent::OnClosed() => return Some(Output::Closed(LostReason::Shutdown)),
                SocketEvent::OnAborted(kind, text) => {
                    tracing::debug!(peer = %self.path.peer, ?kind, text, "association aborted");
                    return Some(Output::Closed(match kind {
                        ErrorKind::PeerReported => LostReason::PeerAbort,
                        ErrorKind::TooManyRetries => LostReason::Unreachable,
                        _ => LostReason::ProtocolViolation,
                    }));
                }
                SocketEvent::OnLifecycleEnd(id) => {
                    if let Some(cost) = self.undelivered.remove(&id.value()) {
                        release(&self.queued, cost);
                    }
                }
                SocketEvent::OnError(kind, text) => {
                    tracing::debug!(peer = %self.path.peer, ?kind, text, "error of the protocol machine");
                }
                _ => {}
            }
        }
    }

    /// What was negotiated.
    fn connected(&mut self) -> Output {
        let (outbound_streams, inbound_streams) = self.socket.get_metrics().map_or((1, 1), |metrics| {
            (metrics.negotiated_maximum_outgoing_streams, metrics.negotiated_maximum_incoming_streams)
        });
        self.inbound_streams = inbound_streams;
        Output::Connected { outbound_streams, inbound_streams }
    }
}

/// Time on the stack's clock. All its sockets share that one; dcsctp only asks that it begins at zero or later.
fn time(now: Duration) -> SocketTime {
    SocketTime::zero() + now
}

/// A closed dcsctp socket for one path.
pub(super) fn socket(config: &Config, path: &Path, now: Duration) -> Socket {
    let ip_header = if path.peer.is_ipv4() { 20 } else { 40 };
    // Room for one message beyond the gauge: the gauge is the limit, not dcsctp's.
    let send_buffer = config.max_queued_bytes + config.max_message;
    let mut socket = Socket::new(
        "pumice",
        &Options {
            local_port: path.local.port(),
            remote_port: path.peer.port(),
            announced_maximum_incoming_streams: config.inbound_streams,
            announced_maximum_outgoing_streams: config.outbound_streams,
            mtu: usize::from(config.mtu).saturating_sub(ip_header),
            max_message_size: config.max_message,
            max_receiver_window_buffer_size: config.max_queued_bytes,
            max_send_buffer_size: send_buffer,
            per_stream_send_queue_limit: send_buffer,
            rtt_max: config.rto_max,
            rto_initial: config.rto_initial,
            rto_min: config.rto_min,
            rto_max: config.rto_max,
            t1_init_timeout: config.rto_initial,
            t1_cookie_timeout: config.rto_initial,
            t2_shutdown_timeout: config.rto_initial,
            max_timer_backoff_duration: Some(config.rto_max),
            heartbeat_interval: config.heartbeat_interval,
            max_retransmissions: Some(u32::from(config.max_retransmissions)),
            max_init_retransmits: Some(u32::from(config.max_init_retransmissions)),
            // Signalling is never given up, so a peer may not skip any of it either (RFC 3758).
            enable_partial_reliability: false,
            enable_message_interleaving: false,
            ..Options::default()
        },
    );
    socket.advance_time(time(now));
    socket
}
