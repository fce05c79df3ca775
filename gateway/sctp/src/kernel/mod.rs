//! The kernel back end.
//!
//! The crate sctp-rs carries the associations: it subscribes to their changes, asks for SCTP_RCVINFO, sends, shuts down
//! and closes, and its types are used ([`seat`], [`options`], [`message`]). Of sctp-rs 0.3.1 is not used, and why:
//!
//! - `sctp_recv`: reads into 4096 octets and drops MSG_EOR, so that a longer message (a UE's radio capabilities) is cut
//!   without a sign; looks for further ancillary data with a `msghdr` that is none, by numbers of the peer's (undefined
//!   behaviour); panics on a short notification. recvmsg is ours.
//! - `Socket`: gives out no descriptor, so that what it can't set couldn't be set (RTO, heartbeats, retransmissions, the
//!   cookie's lifetime, buffers, IPV6_V6ONLY, SO_REUSEADDR, SO_LINGER); isn't close-on-exec; isn't closed where bind or
//!   listen fails; says EBADF where the kernel has no SCTP. socket2 makes the sockets.
//! - `Listener`: comes from a `Socket` only; what its `accept` gives has no descriptor either, isn't close-on-exec, and
//!   isn't closed where tokio refuses it.
//! - `connect`: waits for the peer, and leaves the socket open where its future is dropped meanwhile.
//! - `sctp_get_status`: nothing needs it, the notifications tell the same; it panics on an address that it doesn't know.
//!
//! One one-to-one socket for each association, because in a one-to-many socket all share one send and one receive
//! buffer: a cell that doesn't read would silence the others. One epoll descriptor watches them all.

mod association;
mod message;
mod options;
mod seat;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::unix::AsyncFd;

use crate::counters::{CounterCells, Counters};
use crate::reactor::watch;
use crate::{AssociationId, Config, EndpointError, Event, LostReason, SendError};

use association::Association;
use seat::{Seat, Seats};

/// IP protocol number of SCTP.
const SCTP: i32 = 132;
/// Tokens of listening sockets in the epoll set; associations have their identifiers, which are smaller.
const LISTENERS: u64 = 1 << 63;
/// Ready sockets looked at in one go.
const BATCH: usize = 32;
/// Octets read in one go; a longer message takes several.
const BUFFER: usize = 1 << 16;

/// Whether the kernel has SCTP. socket(2) also loads the module where it is allowed to.
pub(crate) fn probe() -> io::Result<()> {
    Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::from(SCTP))).map(drop)
}

#[derive(Debug)]
pub(crate) struct Kernel {
    epoll: Epoll,
    /// The same epoll set, as tokio watches it.
    ready: AsyncFd<OwnedFd>,
    listeners: Vec<Seat>,
    seats: Seats,
    local: Vec<SocketAddr>,
    associations: HashMap<AssociationId, Association>,
    /// By token, as the epoll set knows them.
    by_token: HashMap<u64, AssociationId>,
    /// Events that are ready: in order, and few, because each is made by a call of the owner or one turn of `next`.
    events: VecDeque<Event>,
    buffer: Vec<u8>,
    /// Given up for a moment when the process has no descriptor left, so that a peer can be turned away. Without it
    /// the listening socket would stay ready and `next` would spin.
    spare: Option<OwnedFd>,
    counters: Arc<CounterCells>,
    config: Config,
}

impl Kernel {
    pub(crate) fn bind(config: Config) -> Result<Self, EndpointError> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)
            .map_err(EndpointError::system("making an epoll set"))?;
        let mut sockets = Vec::new();
        let mut local = Vec::new();
        for address in &config.local {
            let socket = socket_for(&config, *address)?;
            socket.bind(&(*address).into()).map_err(EndpointError::system("binding an SCTP socket"))?;
            let bound = socket
                .local_addr()
                .map_err(EndpointError::system("reading the address of an SCTP socket"))?;
            local.push(bound.as_socket().unwrap_or(*address));
            sockets.push(socket);
        }
        // After bind, which is what fails and is tried again. Before `ready` below: see `seat`.
        let mut seats = Seats::new(config.max_associations.saturating_add(sockets.len()))
            .map_err(EndpointError::system("making room for SCTP associations"))?;
        let mut listeners = Vec::new();
        for (index, socket) in (0..).zip(sockets) {
            let seat = seats.take(socket).map_err(EndpointError::system("seating an SCTP socket"))?;
            if config.listen {
                options::announce(seat.carrier())
                    .map_err(EndpointError::system("subscribing to SCTP's notifications"))?;
                let backlog = i32::try_from(config.max_associations).unwrap_or(i32::MAX);
                seat.socket()
                    .listen(backlog)
                    .map_err(EndpointError::system("listening for SCTP associations"))?;
                epoll
                    .add(&seat, EpollEvent::new(EpollFlags::EPOLLIN, LISTENERS | index))
                    .map_err(EndpointError::system("watching an SCTP socket"))?;
            }
            listeners.push(seat);
        }
        let spare = epoll.0.try_clone();
        let ready =
            epoll.0.try_clone().and_then(watch).map_err(EndpointError::system("watching the epoll set"))?;
        Ok(Self {
            epoll,
            ready,
            listeners,
            seats,
            local,
            associations: HashMap::new(),
            by_token: HashMap::new(),
            events: VecDeque::new(),
            buffer: vec![0; BUFFER],
            spare: spare.ok(),
            counters: Arc::default(),
            config,
        })
    }

    pub(crate) fn local_addrs(&self) -> &[SocketAddr] {
        &self.local
    }

    pub(crate) fn max_message(&self) -> usize {
        self.config.max_message
    }

    pub(crate) fn counters(&self) -> Counters {
        self.counters.snapshot()
    }

    pub(crate) async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            // Registered for as long as we live; an error here means that the reactor is gone.
            let Ok(mut ready) = self.ready.readable().await else { return Event::Closed };
            let mut waiting = [EpollEvent::empty(); BATCH];
            let count = self.epoll.wait(&mut waiting, EpollTimeout::ZERO).unwrap_or(0);
            if count == 0 {
                ready.clear_ready();
                continue;
            }
            drop(ready);
            for token in waiting.iter().take(count).map(EpollEvent::data) {
                if token >= LISTENERS {
                    self.accept(token - LISTENERS);
                } else if let Some(id) = self.by_token.get(&token).copied() {
                    self.read(id);
                }
            }
        }
    }

    pub(crate) fn connect(&mut self, peer: SocketAddr) -> Result<AssociationId, EndpointError> {
        if self.associations.len() >= self.config.max_associations {
            return Err(EndpointError::NoRoom { limit: self.config.max_associations });
        }
        let same_family = |local: &&SocketAddr| local.is_ipv4() == peer.is_ipv4();
        let mut local = *self.local.iter().find(same_family).ok_or(EndpointError::NoRoute { peer })?;
        if self.config.listen {
            // The listening socket has the port to itself.
            local.set_port(0);
        }
        let socket = socket_for(&self.config, local)?;
        socket.bind(&local.into()).map_err(EndpointError::system("binding an SCTP socket"))?;
        self.adopt(socket, peer, |seat| {
            options::announce(seat.carrier())?;
            match seat.socket().connect(&peer.into()) {
                Err(error) if error.raw_os_error() == Some(nix::libc::EINPROGRESS) => Ok(()),
                connected => connected,
            }
        })
        .map_err(EndpointError::system("connecting an SCTP socket"))
    }

    pub(crate) fn send(
        &mut self,
        id: AssociationId,
        stream: u16,
        ppid: u32,
        payload: Vec<u8>,
    ) -> Result<(), SendError> {
        let association = self.associations.get(&id).ok_or(SendError::Unknown)?;
        association.send(stream, ppid, payload)?;
        self.counters.messages_out.add_one();
        Ok(())
    }

    pub(crate) fn shutdown(&mut self, id: AssociationId) {
        let Some(association) = self.associations.get_mut(&id) else { return };
        if !association.shutdown() {
            // Not up yet: there is nothing to be graceful about.
            self.lose(id, LostReason::Shutdown);
        }
    }

    pub(crate) fn abort(&mut self, id: AssociationId) {
        if self.associations.contains_key(&id) {
            self.lose(id, LostReason::LocalAbort);
        }
    }

    /// Takes what a listening socket has.
    fn accept(&mut self, index: u64) {
        let listener = usize::try_from(index).ok().and_then(|index| self.listeners.get(index));
        let Some(listener) = listener.map(Seat::socket) else { return };
        let (socket, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                if matches!(error.raw_os_error(), Some(nix::libc::EMFILE | nix::libc::ENFILE)) {
                    tracing::error!(%error, "an SCTP association is turned away");
                    self.counters.refused_no_room.add_one();
                    self.spare = None;
                    if let Ok((socket, _)) = listener.accept() {
                        association::abort(&socket);
                    }
                    self.spare = self.epoll.0.try_clone().ok();
                }
                return;
            }
        };
        if self.associations.len() >= self.config.max_associations {
            self.counters.refused_no_room.add_one();
            association::abort(&socket);
            return;
        }
        let peer = peer.as_socket();
        let adopted = socket.set_nonblocking(true).and_then(|()| {
            let peer = peer.ok_or(io::ErrorKind::AddrNotAvailable)?;
            self.adopt(socket, peer, |_| Ok(()))
        });
        if let Err(error) = adopted {
            tracing::warn!(%error, "an SCTP association could not be accepted");
        }
    }

    /// Gives a socket its seat and its name, and watches it. Where anything fails, it is closed.
    fn adopt(
        &mut self,
        socket: Socket,
        peer: SocketAddr,
        begin: impl FnOnce(&Seat) -> io::Result<()>,
    ) -> io::Result<AssociationId> {
        let seat = self.seats.take(socket)?;
        let id = AssociationId::next();
        let watched = begin(&seat)
            .and_then(|()| Ok(self.epoll.add(&seat, EpollEvent::new(EpollFlags::EPOLLIN, id.value()))?));
        if let Err(error) = watched {
            self.seats.give_back(seat);
            return Err(error);
        }
        self.by_token.insert(id.value(), id);
        self.associations.insert(id, Association::new(seat, peer, self.config.max_message));
        Ok(id)
    }

    /// Takes one piece of what an association has, so that none starves the others.
    fn read(&mut self, id: AssociationId) {
        let Some(association) = self.associations.get_mut(&id) else { return };
        match association.read(&mut self.buffer) {
            None => {}
            Some(association::Input::Lost(reason)) => self.lose(id, reason),
            Some(association::Input::Up { outbound_streams, inbound_streams }) => {
                let peer = association.peer();
                self.counters.associations_up.add_one();
                let event = Event::Up { association: id, peer, outbound_streams, inbound_streams };
                self.events.push_back(event);
            }
            Some(association::Input::Restarted { outbound_streams, inbound_streams }) => {
                self.counters.restarts.add_one();
                let event = Event::Restarted { association: id, outbound_streams, inbound_streams };
                self.events.push_back(event);
            }
            Some(association::Input::Oversized) => self.counters.oversized_messages.add_one(),
            Some(association::Input::Message { ppid, .. }) if !self.config.ppids.contains(&ppid) => {
                self.counters.refused_ppids.add_one();
                tracing::debug!(association = %id, ppid, "payload protocol refused");
            }
            Some(association::Input::Message { stream, ppid, payload }) => {
                self.counters.messages_in.add_one();
                self.events.push_back(Event::Message { association: id, stream, ppid, payload });
            }
        }
    }

    /// Forgets an association. Closing its socket sends ABORT where it still stands.
    fn lose(&mut self, id: AssociationId, reason: LostReason) {
        let Some(association) = self.associations.remove(&id) else { return };
        self.by_token.remove(&id.value());
        self.seats.give_back(association.leave(&self.epoll));
        self.events.push_back(Event::Lost { association: id, reason });
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        for (_, association) in self.associations.drain() {
            self.seats.give_back(association.leave(&self.epoll));
        }
    }
}

/// A socket with everything set that an association inherits.
fn socket_for(config: &Config, local: SocketAddr) -> Result<Socket, EndpointError> {
    let socket = Socket::new(Domain::for_address(local), Type::STREAM, Some(Protocol::from(SCTP)))
        .map_err(EndpointError::system("making an SCTP socket"))?;
    let set_up = || {
        socket.set_nonblocking(true)?;
        if local.is_ipv6() {
            // As in user space: [::] is every IPv6 address.
            socket.set_only_v6(true)?;
        }
        // Without a listening socket, all that connect share the endpoint's port.
        socket.set_reuse_address(!config.listen)?;
        options::apply(&socket, config)
    };
    set_up().map_err(EndpointError::system("setting up an SCTP socket"))?;
    Ok(socket)
}
