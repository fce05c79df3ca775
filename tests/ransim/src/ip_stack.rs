//! The IP stack that a phone may own inside its tunnel: TCP with a simple HTTP client, UDP, and ICMP echo, over smoltcp.
//! Sans-IO like the phone: packets in, packets out, time from outside.

mod device;
mod tasks;

#[cfg(test)]
mod tests;

use core::net::IpAddr;
use core::time::Duration;
use std::collections::VecDeque;

use pumice_model::time::Instant;
use pumice_wire::nas::PdnAddress;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::socket::udp;
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Address, Ipv6Address};

pub use tasks::{Download, PingRun};

use device::QueueDevice;

/// Largest packet in the tunnel: 1500 octets less the headers of GTP-U over IPv6 with an extension header.
const MTU: usize = 1428;
/// Datagrams that are kept for a test; the oldest go first.
const DATAGRAMS: usize = 64;

/// An IP stack with the address of a PDN connection. Of IPv6 it has the link-local address alone: it does not ask for a
/// prefix.
pub struct IpStack {
    address: PdnAddress,
    interface: Interface,
    device: QueueDevice,
    sockets: SocketSet<'static>,
    downloads: Vec<Download>,
    pings: Vec<PingRun>,
    datagram_socket: Option<SocketHandle>,
    datagrams: VecDeque<Datagram>,
    next_port: u16,
    /// What smoltcp said after the last poll: it can be asked only with exclusive access.
    deadline: Option<Instant>,
}

/// A UDP datagram that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    /// Who sent it.
    pub from: IpAddr,
    /// From which port.
    pub port: u16,
    /// What it says.
    pub payload: Vec<u8>,
}

impl IpStack {
    /// A stack with the address of a PDN connection.
    pub fn new(now: Instant, address: PdnAddress, seed: u64) -> Self {
        let mut device = QueueDevice::new(MTU);
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut device, time(now));
        let (v4, v6) = match address {
            PdnAddress::Ipv4(v4) => (Some(v4), None),
            PdnAddress::Ipv6(identifier) => (None, Some(link_local(identifier))),
            PdnAddress::Ipv4v6(identifier, v4) => (Some(v4), Some(link_local(identifier))),
        };
        // Two addresses and two routes fit in smoltcp's smallest tables.
        interface.update_ip_addrs(|addresses| {
            let cidrs = v4
                .map(|v4| IpCidr::new(v4.into(), 32))
                .into_iter()
                .chain(v6.map(|v6| IpCidr::new(v6.into(), 64)));
            addresses.extend(cidrs);
        });
        let routes = interface.routes_mut();
        let _ = v4.map(|_| routes.add_default_ipv4_route(Ipv4Address::new(169, 254, 0, 1)));
        let _ = v6.map(|_| routes.add_default_ipv6_route(Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 1)));
        Self {
            address,
            interface,
            device,
            sockets: SocketSet::new(Vec::new()),
            downloads: Vec::new(),
            pings: Vec::new(),
            datagram_socket: None,
            datagrams: VecDeque::new(),
            // The dynamic range, from a place that differs between phones.
            next_port: 49_152 + u16::try_from(seed % 8_192).unwrap_or(0),
            deadline: None,
        }
    }

    /// Takes a packet from the network.
    pub fn deliver(&mut self, packet: Vec<u8>) {
        self.device.deliver(packet);
    }

    /// The next packet for the network.
    pub fn take_packet(&mut self) -> Option<Vec<u8>> {
        self.device.take()
    }

    /// Lets everything happen that happens at `now`.
    pub fn poll(&mut self, now: Instant) {
        self.send_due_pings(now);
        self.interface.poll(time(now), &mut self.device, &mut self.sockets);
        let progressed = self.advance_downloads(now);
        self.collect_pings(now);
        self.collect_datagrams();
        if progressed {
            self.interface.poll(time(now), &mut self.device, &mut self.sockets);
        }
        // smoltcp says "at once" of what has no way out, too.
        let soonest = now + Duration::from_millis(1);
        self.deadline = self.interface.poll_at(time(now), &self.sockets).map(|at| instant(at).max(soonest));
    }

    /// When [`poll`](Self::poll) wants to be called again at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        let pings = self.pings.iter().filter_map(PingRun::next_at).min();
        [self.deadline, pings].into_iter().flatten().min()
    }

    /// The address of the PDN connection that it was made for.
    pub const fn pdn_address(&self) -> PdnAddress {
        self.address
    }

    /// The addresses that it has.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.interface.ip_addrs().iter().map(|cidr| cidr.address().into()).collect()
    }

    /// Sends a datagram from a port of its own, whose answers are kept.
    pub fn send_datagram(&mut self, now: Instant, address: IpAddr, port: u16, payload: Vec<u8>) {
        if self.datagram_socket.is_none() {
            let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 16], vec![0; 16 * 1024]);
            let mut socket = udp::Socket::new(buffer(), buffer());
            let port = self.take_port();
            // A fresh socket and a port that is not zero.
            let _ = socket.bind(port);
            self.datagram_socket = Some(self.sockets.add(socket));
        }
        if let Some(handle) = self.datagram_socket {
            let endpoint = IpEndpoint::new(IpAddress::from(address), port);
            // A full buffer is a lost datagram.
            let _ = self.sockets.get_mut::<udp::Socket<'_>>(handle).send_slice(&payload, endpoint);
        }
        self.poll(now);
    }

    /// Datagrams that have come: the last 64.
    pub const fn datagrams(&mut self) -> &mut VecDeque<Datagram> {
        &mut self.datagrams
    }

    fn collect_datagrams(&mut self) {
        let Some(handle) = self.datagram_socket else { return };
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(handle);
        while let Ok((payload, meta)) = socket.recv() {
            if self.datagrams.len() >= DATAGRAMS {
                self.datagrams.pop_front();
            }
            let from = meta.endpoint.addr.into();
            self.datagrams.push_back(Datagram { from, port: meta.endpoint.port, payload: payload.to_vec() });
        }
    }

    const fn take_port(&mut self) -> u16 {
        let port = self.next_port;
        self.next_port = if port == u16::MAX { 49_152 } else { port + 1 };
        port
    }
}

impl core::fmt::Debug for IpStack {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("IpStack").field("addresses", &self.addresses()).finish_non_exhaustive()
    }
}

fn time(now: Instant) -> smoltcp::time::Instant {
    smoltcp::time::Instant::from_micros(i64::try_from(now.since_start().as_micros()).unwrap_or(i64::MAX))
}

fn instant(time: smoltcp::time::Instant) -> Instant {
    Instant::after_start(Duration::from_micros(u64::try_from(time.total_micros()).unwrap_or(0)))
}

fn link_local([a, b, c, d, e, f, g, h]: [u8; 8]) -> Ipv6Address {
    Ipv6Address::from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, a, b, c, d, e, f, g, h])
}
