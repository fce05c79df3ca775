use core::fmt;
use core::net::IpAddr;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::Instant as SystemInstant;

use pumice_model::time::Instant;
use tun_rs::SyncDevice;

use super::shared::Shared;
use crate::forwarder::{Forward, Forwarder};

/// Packets that the kernel did not take or give, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TransportCounters {
    /// Not written to the TUN device: its queue is full, or the packet is one that the kernel refuses.
    pub tun_refused: u64,
    /// Not sent to a cell: the socket's buffer is full, or there is no route.
    pub udp_refused: u64,
    /// Failed reads, of both sides.
    pub read_errors: u64,
}

/// The devices of the engine, and the forwarder between them.
pub(super) struct Transport {
    /// Apart, because whoever waits for events must not keep the devices open.
    pub(super) shared: Arc<Shared>,
    pub(super) tun: SyncDevice,
    pub(super) sockets: Vec<(IpAddr, UdpSocket)>,
    started: SystemInstant,
    tun_refused: AtomicU64,
    udp_refused: AtomicU64,
    read_errors: AtomicU64,
}

impl Transport {
    pub(super) fn new(forwarder: Forwarder, tun: SyncDevice, sockets: Vec<(IpAddr, UdpSocket)>) -> Self {
        Self {
            shared: Arc::new(Shared::new(forwarder)),
            tun,
            sockets,
            started: SystemInstant::now(),
            tun_refused: AtomicU64::new(0),
            udp_refused: AtomicU64::new(0),
            read_errors: AtomicU64::new(0),
        }
    }

    pub(super) fn forwarder(&self) -> MutexGuard<'_, Forwarder> {
        self.shared.forwarder()
    }

    pub(super) fn now(&self) -> Instant {
        Instant::after_start(self.started.elapsed())
    }

    pub(super) fn counters(&self) -> TransportCounters {
        TransportCounters {
            tun_refused: self.tun_refused.load(Ordering::Relaxed),
            udp_refused: self.udp_refused.load(Ordering::Relaxed),
            read_errors: self.read_errors.load(Ordering::Relaxed),
        }
    }

    pub(super) fn forward(&self, forward: Forward<'_>) {
        match forward {
            Forward::ToCore(packet) => self.write(packet),
            Forward::ToAccess { from, to, datagram } => self.send(from, to, datagram),
        }
    }

    /// Sends what waits in the forwarder's outbox, and wakes whoever waits for events.
    pub(super) fn flush(&self) {
        loop {
            let mut forwarder = self.forwarder();
            let Some(datagram) = forwarder.poll_datagram() else {
                if forwarder.has_events() {
                    self.shared.notify();
                }
                return;
            };
            drop(forwarder);
            self.send(datagram.from, datagram.to, &datagram.octets);
        }
    }

    pub(super) fn count_read_error(&self) {
        self.read_errors.fetch_add(1, Ordering::Relaxed);
    }

    fn write(&self, packet: &[u8]) {
        if let Err(error) = retried(|| self.tun.send(packet)) {
            self.tun_refused.fetch_add(1, Ordering::Relaxed);
            tracing::trace!(%error, "the TUN device refused a packet");
        }
    }

    fn send(&self, from: IpAddr, to: SocketAddr, datagram: &[u8]) {
        let Some((_, socket)) = self.sockets.iter().find(|(address, _)| *address == from) else { return };
        if let Err(error) = retried(|| socket.send_to(datagram, to)) {
            self.udp_refused.fetch_add(1, Ordering::Relaxed);
            tracing::trace!(%error, %to, "a datagram was not sent");
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("sockets", &self.sockets).finish_non_exhaustive()
    }
}

fn retried(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}
