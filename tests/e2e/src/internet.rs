//! The internet: one host that answers echo requests, sends UDP back from port 7, and serves pages on port 80.

use core::net::Ipv4Addr;
use std::collections::VecDeque;

use pumice_model::time::Instant;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::{tcp, udp};
use smoltcp::wire::{HardwareAddress, IpCidr};

/// The host's address.
pub const HOST: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// Connections that the web server takes at one time.
const SERVERS: usize = 16;

/// The host and the cable to it.
pub struct Internet {
    interface: Interface,
    device: Cable,
    sockets: SocketSet<'static>,
    servers: Vec<Server>,
    echo: SocketHandle,
    deadline: Option<Instant>,
}

struct Server {
    handle: SocketHandle,
    request: Vec<u8>,
    response: VecDeque<u8>,
    answered: bool,
}

impl Internet {
    /// The host, from which all of the phones' addresses are reached.
    pub(crate) fn new(seed: u64) -> Self {
        let mut device = Cable::default();
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut device, time(Instant::ZERO));
        interface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(HOST.into(), 24)).expect("room for one address");
        });
        interface
            .routes_mut()
            .add_default_ipv4_route(Ipv4Addr::new(198, 51, 100, 254))
            .expect("room for one route");
        let mut sockets = SocketSet::new(Vec::new());
        let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 64], vec![0; 64 * 1024]);
        let mut echo = udp::Socket::new(buffer(), buffer());
        echo.bind(7).expect("a free port");
        let echo = sockets.add(echo);
        let servers = (0..SERVERS).map(|_| Server::new(&mut sockets)).collect();
        Self { interface, device, sockets, servers, echo, deadline: None }
    }

    /// A packet comes.
    pub(crate) fn deliver(&mut self, packet: Vec<u8>) {
        self.device.inbound.push_back(packet);
    }

    /// Lets all happen that happens at `now`, and gives what the host sends.
    pub(crate) fn poll(&mut self, now: Instant) -> Vec<Vec<u8>> {
        // Each turn the interface moves packets and the servers answer what came; it ends when neither has more to do.
        loop {
            self.interface.poll(time(now), &mut self.device, &mut self.sockets);
            if !self.serve() {
                break;
            }
        }
        self.deadline = self.interface.poll_at(time(now), &self.sockets).map(instant).filter(|at| *at > now);
        self.device.outbound.drain(..).collect()
    }

    pub(crate) fn has_work(&self, now: Instant) -> bool {
        !self.device.inbound.is_empty() || self.deadline.is_some_and(|at| at <= now)
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        self.deadline
    }

    fn serve(&mut self) -> bool {
        let mut progress = false;
        let echo = self.sockets.get_mut::<udp::Socket<'_>>(self.echo);
        while let Ok((payload, from)) = echo.recv() {
            let (payload, to) = (payload.to_vec(), from.endpoint);
            // A full buffer is a lost datagram.
            let _ = echo.send_slice(&payload, to);
            progress = true;
        }
        for server in &mut self.servers {
            progress |= server.serve(&mut self.sockets);
        }
        progress
    }
}

impl core::fmt::Debug for Internet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Internet(..)")
    }
}

impl Server {
    fn new(sockets: &mut SocketSet<'static>) -> Self {
        let buffer = || tcp::SocketBuffer::new(vec![0; 32 * 1024]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        socket.listen(80).expect("a new socket listens");
        Self { handle: sockets.add(socket), request: Vec::new(), response: VecDeque::new(), answered: false }
    }

    fn serve(&mut self, sockets: &mut SocketSet<'static>) -> bool {
        let socket = sockets.get_mut::<tcp::Socket<'_>>(self.handle);
        if !socket.is_open() {
            self.request.clear();
            self.response.clear();
            self.answered = false;
            return socket.listen(80).is_ok();
        }
        let mut progress = false;
        while socket.can_recv() {
            let request = &mut self.request;
            let taken = socket.recv(|octets| {
                request.extend_from_slice(octets);
                (octets.len(), octets.len())
            });
            progress |= taken.is_ok_and(|taken| taken > 0);
        }
        if !self.answered && self.request.ends_with(b"\r\n\r\n") {
            self.answered = true;
            self.response.extend(page(&self.request));
            progress = true;
        }
        while socket.can_send() && !self.response.is_empty() {
            let (front, _) = self.response.as_slices();
            let Ok(sent) = socket.send_slice(front) else { break };
            self.response.drain(..sent);
            progress |= sent > 0;
            if sent == 0 {
                break;
            }
        }
        if self.answered && self.response.is_empty() && socket.may_send() {
            socket.close();
            progress = true;
        }
        progress
    }
}

/// `/N` is a page of N octets.
fn page(request: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    let path = text.split(' ').nth(1).unwrap_or("/");
    let length = path.trim_start_matches('/').parse::<usize>().unwrap_or(5);
    let mut page = format!("HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    page.resize(page.len() + length, b'x');
    page
}

fn time(now: Instant) -> smoltcp::time::Instant {
    smoltcp::time::Instant::from_micros(i64::try_from(now.since_start().as_micros()).unwrap_or(i64::MAX))
}

fn instant(time: smoltcp::time::Instant) -> Instant {
    Instant::after_start(core::time::Duration::from_micros(u64::try_from(time.total_micros()).unwrap_or(0)))
}

/// Two queues.
#[derive(Debug, Default)]
struct Cable {
    inbound: VecDeque<Vec<u8>>,
    outbound: VecDeque<Vec<u8>>,
}

impl Device for Cable {
    type RxToken<'a> = Inbound;
    type TxToken<'a> = Outbound<'a>;

    fn receive(&mut self, _: smoltcp::time::Instant) -> Option<(Inbound, Outbound<'_>)> {
        Some((Inbound(self.inbound.pop_front()?), Outbound(&mut self.outbound)))
    }

    fn transmit(&mut self, _: smoltcp::time::Instant) -> Option<Outbound<'_>> {
        Some(Outbound(&mut self.outbound))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = 1_400;
        capabilities
    }
}

/// A packet that has come.
struct Inbound(Vec<u8>);

impl RxToken for Inbound {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

/// Room for a packet that goes.
struct Outbound<'a>(&'a mut VecDeque<Vec<u8>>);

impl TxToken for Outbound<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let mut packet = vec![0; length];
        let result = f(&mut packet);
        self.0.push_back(packet);
        result
    }
}
