use core::net::IpAddr;
use std::io::{self, PipeReader};
use std::net::UdpSocket;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tun_rs::{DeviceBuilder, SyncDevice};

use super::config::EngineConfig;
use super::socket;
use super::transport::Transport;
use crate::error::DataplaneError;
use crate::forwarder::{Forwarder, ForwarderConfig};
use crate::kernel::{link, nftables, setting};

/// Packets taken from one side before the other has its turn.
const TURN: usize = 64;

/// The largest IP packet.
const PACKET_OCTETS: usize = 65_535;

/// The engine's thread: it sets up, moves packets until the pipe closes, and cleans up.
pub(super) struct Thread {
    transport: Arc<Transport>,
    stop: PipeReader,
    from_cells: Vec<u8>,
    from_tun: Vec<u8>,
}

impl Thread {
    pub(super) fn live(
        config: EngineConfig,
        stop: PipeReader,
        started: &Sender<Result<Arc<Transport>, DataplaneError>>,
    ) {
        let transport = match set_up(config) {
            Ok(transport) => Arc::new(transport),
            Err(error) => {
                // If nobody waits for the answer there is nobody to tell.
                let _ = started.send(Err(error));
                return;
            }
        };
        let mut thread = Self {
            transport: Arc::clone(&transport),
            stop,
            from_cells: vec![0; PACKET_OCTETS],
            from_tun: vec![0; Forwarder::HEADROOM + PACKET_OCTETS],
        };
        if started.send(Ok(transport)).is_ok()
            && let Err(error) = thread.run()
        {
            tracing::error!(%error, "the user plane has stopped");
        }
    }

    /// Moves packets until the pipe closes, or the TUN device is taken away.
    fn run(&mut self) -> io::Result<()> {
        let transport = Arc::clone(&self.transport);
        loop {
            let wanted = |file| PollFd::new(file, PollFlags::POLLIN);
            let mut files = vec![wanted(self.stop.as_fd()), wanted(transport.tun.as_fd())];
            files.extend(transport.sockets.iter().map(|(_, socket)| wanted(socket.as_fd())));
            match poll(&mut files, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
            let mut ready = files.iter().map(|file| file.revents().unwrap_or(PollFlags::empty()));
            if ready.next().is_some_and(|stop| !stop.is_empty()) {
                return Ok(());
            }
            let tun = ready.next().unwrap_or(PollFlags::empty());
            if tun.intersects(PollFlags::POLLERR | PollFlags::POLLHUP | PollFlags::POLLNVAL) {
                return Err(io::Error::other("the TUN device has been removed"));
            }
            let sockets: Vec<bool> = ready.map(|socket| !socket.is_empty()).collect();
            if tun.contains(PollFlags::POLLIN) {
                self.take_from_tun();
            }
            for ((address, socket), _) in
                transport.sockets.iter().zip(sockets).filter(|(_, is_ready)| *is_ready)
            {
                self.take_from_cells(*address, socket);
            }
        }
    }

    fn take_from_tun(&mut self) {
        let Self { transport, from_tun, .. } = self;
        for _ in 0..TURN {
            let room = from_tun.get_mut(Forwarder::HEADROOM..).unwrap_or_default();
            let Some(length) = taken(transport, transport.tun.recv(room)) else { return };
            let Some(frame) = from_tun.get_mut(..Forwarder::HEADROOM + length) else { return };
            let forward = transport.forwarder().from_core(transport.now(), frame);
            match forward {
                Some(forward) => transport.forward(forward),
                None => transport.flush(),
            }
        }
    }

    fn take_from_cells(&mut self, local: IpAddr, socket: &UdpSocket) {
        let Self { transport, from_cells, .. } = self;
        for _ in 0..TURN {
            let Some((length, source)) = taken(transport, socket.recv_from(from_cells)) else { return };
            let Some(datagram) = from_cells.get_mut(..length) else { return };
            let forward = transport.forwarder().from_access(transport.now(), local, source, datagram);
            match forward {
                Some(forward) => transport.forward(forward),
                None => transport.flush(),
            }
        }
    }
}

impl Drop for Thread {
    /// Also when a panic unwinds: whoever waits for events must hear of the end.
    fn drop(&mut self) {
        self.transport.shared.stop();
        if let Err(error) = nftables::remove() {
            tracing::warn!(%error, "the table stays behind; the next start replaces it");
        }
    }
}

/// What a read gave, or nothing if the turn is over.
fn taken<T>(transport: &Transport, read: io::Result<T>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        Err(error) => {
            transport.count_read_error();
            tracing::debug!(%error, "a read failed");
            None
        }
    }
}

fn set_up(config: EngineConfig) -> Result<Transport, DataplaneError> {
    // Before the device is there: a wrong address then leaves no trace.
    let sockets = config
        .listen
        .iter()
        .map(|address| Ok((*address, socket::bind(*address)?)))
        .collect::<Result<Vec<_>, DataplaneError>>()?;
    let tun =
        open_tun(&config.tun).map_err(|source| DataplaneError::Tun { name: config.tun.clone(), source })?;
    let index = tun.if_index().map_err(|source| DataplaneError::Tun { name: config.tun.clone(), source })?;
    setting::enable_forwarding(&config.tun, &config.pools)?;
    link::configure(index, config.mtu, &config.pools)?;
    nftables::install(&config.tun, &config.pools, &config.nat)?;
    let forwarder = Forwarder::new(ForwarderConfig {
        limits: config.limits,
        addresses: config.listen,
        mtu: config.mtu,
        phone_to_phone: config.phone_to_phone,
    });
    Ok(Transport::new(forwarder, tun, sockets))
}

fn open_tun(name: &str) -> io::Result<SyncDevice> {
    let device = DeviceBuilder::new().name(name).enable(false).build_sync()?;
    device.set_nonblocking(true)?;
    Ok(device)
}
