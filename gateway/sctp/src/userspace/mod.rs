//! The user-space back end: the protocol machine in a thread of its own, because dcsctp's sockets can't leave theirs and
//! because acknowledgements and heartbeats should not wait for a busy owner.
//!
//! Both channels to the thread are unbounded in kind and bounded in content: messages to send are limited by each
//! association's gauge, connects by the number of associations, events by a budget of octets that the owner gives back
//! by taking them. Where the owner doesn't take them, the receive windows close.
#![forbid(unsafe_code)]

mod link;
mod raw;
mod stack;
mod thread;
mod tunnel;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::counters::{CounterCells, Counters};
use crate::wire::cookie::Path;
use crate::{AssociationId, Config, EndpointError, Event, SendError};

use link::Link;
use stack::{MESSAGE_OVERHEAD, StackEvent};

/// What the owner asks of the thread.
#[derive(Debug)]
enum Command {
    Abort(AssociationId),
    Connect(AssociationId, Path),
    Send { association: AssociationId, stream: u16, ppid: u32, payload: Vec<u8>, cost: usize },
    Shutdown(AssociationId),
}

/// An event on its way to the owner, with its share of the budget.
#[derive(Debug)]
struct Delivery {
    event: StackEvent,
    _budget: OwnedSemaphorePermit,
}

/// What the owner's side knows of an association.
#[derive(Debug)]
enum Route {
    Starting,
    Up { outbound_streams: u16, queued: Arc<AtomicUsize> },
    Ending,
}

#[derive(Debug)]
pub(crate) struct UserSpace {
    commands: Option<UnboundedSender<Command>>,
    deliveries: UnboundedReceiver<Delivery>,
    thread: Option<JoinHandle<()>>,
    routes: HashMap<AssociationId, Route>,
    counters: Arc<CounterCells>,
    config: Config,
}

impl UserSpace {
    /// Over raw sockets. They are open when this returns, so that the kernel answers no peer in our place.
    pub(crate) fn bind(mut config: Config) -> Result<Self, EndpointError> {
        choose_ports(&mut config)?;
        let link =
            Link::raw(&config.local).map_err(EndpointError::system("opening a raw socket for SCTP"))?;
        Self::start(config, link)
    }

    /// Over a descriptor that carries whole IP packets.
    pub(crate) fn bind_over(mut config: Config, packets: OwnedFd) -> Result<Self, EndpointError> {
        if config.local.iter().any(|local| local.ip().is_unspecified()) {
            return Err(EndpointError::Config {
                field: "local",
                reason: "a tunnel has no addresses of its own to choose from",
            });
        }
        choose_ports(&mut config)?;
        let link = Link::tunnel(packets).map_err(EndpointError::system("preparing the packet descriptor"))?;
        Self::start(config, link)
    }

    fn start(config: Config, link: Link) -> Result<Self, EndpointError> {
        let mut key = [0; 64];
        getrandom::fill(&mut key).map_err(EndpointError::system("drawing the cookie key"))?;
        let counters = Arc::<CounterCells>::default();
        let (commands, command_queue) = unbounded_channel();
        let (delivery_queue, deliveries) = unbounded_channel();
        let thread = thread::Thread {
            link,
            commands: command_queue,
            deliveries: delivery_queue,
            config: config.clone(),
            key,
            counters: Arc::clone(&counters),
        };
        let thread = thread.spawn().map_err(EndpointError::system("starting the SCTP thread"))?;
        Ok(Self {
            commands: Some(commands),
            deliveries,
            thread: Some(thread),
            routes: HashMap::new(),
            counters,
            config,
        })
    }

    pub(crate) fn local_addrs(&self) -> &[SocketAddr] {
        &self.config.local
    }

    pub(crate) fn max_message(&self) -> usize {
        self.config.max_message
    }

    pub(crate) fn counters(&self) -> Counters {
        self.counters.snapshot()
    }

    pub(crate) async fn next(&mut self) -> Event {
        let Some(Delivery { event: StackEvent { event, queued }, .. }) = self.deliveries.recv().await else {
            return Event::Closed;
        };
        match &event {
            Event::Up { association, outbound_streams, .. } => {
                let route =
                    Route::Up { outbound_streams: *outbound_streams, queued: queued.unwrap_or_default() };
                let ending = matches!(self.routes.get(association), Some(Route::Ending));
                if !ending {
                    self.routes.insert(*association, route);
                }
            }
            Event::Restarted { association, outbound_streams: streams, .. } => {
                if let Some(Route::Up { outbound_streams, .. }) = self.routes.get_mut(association) {
                    *outbound_streams = *streams;
                }
            }
            Event::Lost { association, .. } => {
                self.routes.remove(association);
            }
            Event::Closed | Event::Message { .. } => {}
        }
        event
    }

    pub(crate) fn connect(&mut self, peer: SocketAddr) -> Result<AssociationId, EndpointError> {
        if self.routes.len() >= self.config.max_associations {
            return Err(EndpointError::NoRoom { limit: self.config.max_associations });
        }
        let path = Path { local: self.source_for(peer)?, peer };
        let association = AssociationId::next();
        self.command(Command::Connect(association, path))?;
        self.routes.insert(association, Route::Starting);
        Ok(association)
    }

    pub(crate) fn send(
        &mut self,
        association: AssociationId,
        stream: u16,
        ppid: u32,
        payload: Vec<u8>,
    ) -> Result<(), SendError> {
        let Some(Route::Up { outbound_streams, queued }) = self.routes.get(&association) else {
            return Err(SendError::Unknown);
        };
        if stream >= *outbound_streams {
            return Err(SendError::NoSuchStream { stream, outbound_streams: *outbound_streams });
        }
        let cost = payload.len() + MESSAGE_OVERHEAD;
        if queued.fetch_add(cost, Ordering::Relaxed) + cost > self.config.max_queued_bytes {
            queued.fetch_sub(cost, Ordering::Relaxed);
            return Err(SendError::QueueFull);
        }
        self.command(Command::Send { association, stream, ppid, payload, cost })
            .map_err(|_| SendError::Unknown)?;
        self.counters.messages_out.add_one();
        Ok(())
    }

    pub(crate) fn shutdown(&mut self, association: AssociationId) {
        if let Some(route @ (Route::Starting | Route::Up { .. })) = self.routes.get_mut(&association) {
            *route = Route::Ending;
            let _ = self.command(Command::Shutdown(association));
        }
    }

    pub(crate) fn abort(&mut self, association: AssociationId) {
        if let Some(route) = self.routes.get_mut(&association) {
            *route = Route::Ending;
            let _ = self.command(Command::Abort(association));
        }
    }

    fn command(&self, command: Command) -> Result<(), EndpointError> {
        let commands = self.commands.as_ref().ok_or(EndpointError::Closed)?;
        commands.send(command).map_err(|_| EndpointError::Closed)
    }

    /// The local end for a peer: the first of its family, and for the unspecified address what the routes say.
    fn source_for(&self, peer: SocketAddr) -> Result<SocketAddr, EndpointError> {
        let same_family = |local: &&SocketAddr| local.is_ipv4() == peer.is_ipv4();
        let mut local = *self.config.local.iter().find(same_family).ok_or(EndpointError::NoRoute { peer })?;
        if local.ip().is_unspecified() {
            let routed = || -> io::Result<SocketAddr> {
                let probe = UdpSocket::bind(SocketAddr::new(local.ip(), 0))?;
                // Sends nothing; any port will do.
                probe.connect(SocketAddr::new(peer.ip(), 9))?;
                probe.local_addr()
            };
            local.set_ip(routed().map_err(EndpointError::system("looking up the route to a peer"))?.ip());
        }
        Ok(local)
    }
}

impl Drop for UserSpace {
    fn drop(&mut self) {
        // The thread ends when its commands end: it aborts what stands and closes its sockets.
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Gives addresses with port 0 one of the ephemeral ports (RFC 6335), at random: raw sockets share the machine's.
fn choose_ports(config: &mut Config) -> Result<(), EndpointError> {
    for local in config.local.iter_mut().filter(|local| local.port() == 0) {
        let random = getrandom::u32().map_err(EndpointError::system("drawing a port"))?;
        let [low, high, ..] = random.to_le_bytes();
        local.set_port(0xC000 | u16::from_le_bytes([low, high]));
    }
    Ok(())
}
