//! What a phone's user does with the network: fetch a page, ping.

use core::net::IpAddr;
use core::time::Duration;

use pumice_model::time::Instant;
use smoltcp::iface::SocketHandle;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::{icmp, tcp};
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, Icmpv6Packet, Icmpv6Repr, IpAddress, IpEndpoint, Ipv6Address};

use super::IpStack;

/// Octets of a page that are kept; the rest is counted.
const KEPT: usize = 64 * 1024;

/// A page that is fetched over HTTP/1.0.
#[derive(Debug, Clone)]
pub struct Download {
    handle: SocketHandle,
    request: Vec<u8>,
    /// When it began.
    pub begun: Instant,
    /// When the connection stood: the round trip is the time since it began.
    pub connected: Option<Instant>,
    /// When the server closed, or the connection broke.
    pub ended: Option<Instant>,
    /// Head and body, at most 64 kB of them.
    pub response: Vec<u8>,
    /// Octets that came.
    pub octets: u64,
}

impl Download {
    /// The status code, once it has come.
    pub fn status(&self) -> Option<u16> {
        let line = self.response.split(|octet| *octet == b'\r').next()?;
        core::str::from_utf8(line).ok()?.split(' ').nth(1)?.parse().ok()
    }

    /// What follows the head.
    pub fn body(&self) -> &[u8] {
        let end = self.response.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
        end.and_then(|end| self.response.get(end..)).unwrap_or(&[])
    }

    /// Whether the page came and the connection was closed.
    pub fn is_complete(&self) -> bool {
        self.ended.is_some() && self.status().is_some()
    }
}

/// A run of echo requests.
#[derive(Debug, Clone)]
pub struct PingRun {
    handle: SocketHandle,
    address: IpAddress,
    ident: u16,
    count: u16,
    next: Option<Instant>,
    sent: Vec<Instant>,
    /// The round trips that came back, in their order.
    pub round_trips: Vec<Duration>,
}

impl PingRun {
    /// How many were sent.
    pub const fn sent(&self) -> usize {
        self.sent.len()
    }

    pub(super) const fn next_at(&self) -> Option<Instant> {
        self.next
    }
}

impl IpStack {
    /// Fetches a page.
    pub fn http_get(&mut self, now: Instant, address: IpAddr, port: u16, path: &str) {
        let buffer = |size| tcp::SocketBuffer::new(vec![0; size]);
        let mut socket = tcp::Socket::new(buffer(64 * 1024), buffer(4 * 1024));
        socket.set_timeout(Some(smoltcp::time::Duration::from_secs(60)));
        let local = self.take_port();
        let remote = IpEndpoint::new(address.into(), port);
        // A fresh socket and ports that are not zero.
        let _ = socket.connect(self.interface.context(), remote, local);
        let handle = self.sockets.add(socket);
        let host = match address {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        };
        let request =
            format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n").into_bytes();
        self.downloads.push(Download {
            handle,
            request,
            begun: now,
            connected: None,
            ended: None,
            response: Vec::new(),
            octets: 0,
        });
        self.poll(now);
    }

    /// Sends echo requests, one a second.
    pub fn ping(&mut self, now: Instant, address: IpAddr, count: u16) {
        let buffer = || icmp::PacketBuffer::new(vec![icmp::PacketMetadata::EMPTY; 8], vec![0; 1024]);
        let mut socket = icmp::Socket::new(buffer(), buffer());
        let ident = self.take_port();
        let _ = socket.bind(icmp::Endpoint::Ident(ident));
        let handle = self.sockets.add(socket);
        let (sent, round_trips) = (Vec::new(), Vec::new());
        self.pings.push(PingRun {
            handle,
            address: address.into(),
            ident,
            count,
            next: Some(now),
            sent,
            round_trips,
        });
        self.poll(now);
    }

    /// The pages that were asked for, the oldest first.
    pub fn downloads(&self) -> &[Download] {
        &self.downloads
    }

    /// The runs of echo requests, the oldest first.
    pub fn pings(&self) -> &[PingRun] {
        &self.pings
    }

    /// Whether a socket has moved, so that the interface has something to say.
    pub(super) fn advance_downloads(&mut self, now: Instant) -> bool {
        let mut moved = false;
        for download in self.downloads.iter_mut().filter(|download| download.ended.is_none()) {
            let socket = self.sockets.get_mut::<tcp::Socket<'_>>(download.handle);
            if socket.may_send() && download.connected.is_none() {
                download.connected = Some(now);
            }
            if socket.can_send() && !download.request.is_empty() {
                let sent = socket.send_slice(&download.request).unwrap_or(0);
                download.request.drain(..sent.min(download.request.len()));
                moved = true;
            }
            while socket.can_recv() {
                let room = KEPT.saturating_sub(download.response.len());
                let response = &mut download.response;
                let taken = socket.recv(|octets| {
                    response.extend(octets.iter().take(room));
                    (octets.len(), octets.len())
                });
                let Ok(taken) = taken else { break };
                download.octets += taken as u64;
                moved = true;
            }
            let closed = !socket.may_recv() && download.connected.is_some();
            if closed || !socket.is_open() {
                socket.close();
                download.ended = Some(now);
                moved = true;
            }
        }
        moved
    }

    pub(super) fn send_due_pings(&mut self, now: Instant) {
        let source = self.interface.ipv6_addr();
        for ping in &mut self.pings {
            while ping.next.is_some_and(|next| next <= now) {
                let sequence = u16::try_from(ping.sent.len()).unwrap_or(u16::MAX);
                let socket = self.sockets.get_mut::<icmp::Socket<'_>>(ping.handle);
                send_echo(socket, ping, sequence, source);
                ping.sent.push(now);
                let done = ping.sent.len() >= usize::from(ping.count);
                ping.next = (!done).then_some(now + Duration::from_secs(1));
            }
        }
    }

    pub(super) fn collect_pings(&mut self, now: Instant) {
        for ping in &mut self.pings {
            let socket = self.sockets.get_mut::<icmp::Socket<'_>>(ping.handle);
            while let Ok((packet, from)) = socket.recv() {
                let Some(sequence) = echo_reply(packet, ping.address).filter(|_| from == ping.address) else {
                    continue;
                };
                if let Some(sent) = ping.sent.get(usize::from(sequence)) {
                    ping.round_trips.push(now.since(*sent));
                }
            }
        }
    }
}

fn send_echo(socket: &mut icmp::Socket<'_>, ping: &PingRun, sequence: u16, source: Option<Ipv6Address>) {
    let data = [0x70; 24];
    let checksums = ChecksumCapabilities::default();
    match ping.address {
        IpAddress::Ipv4(_) => {
            let echo = Icmpv4Repr::EchoRequest { ident: ping.ident, seq_no: sequence, data: &data };
            if let Ok(buffer) = socket.send(echo.buffer_len(), ping.address) {
                echo.emit(&mut Icmpv4Packet::new_unchecked(buffer), &checksums);
            }
        }
        IpAddress::Ipv6(to) => {
            let echo = Icmpv6Repr::EchoRequest { ident: ping.ident, seq_no: sequence, data: &data };
            if let (Some(source), Ok(buffer)) = (source, socket.send(echo.buffer_len(), ping.address)) {
                echo.emit(&source, &to, &mut Icmpv6Packet::new_unchecked(buffer), &checksums);
            }
        }
    }
}

/// The sequence number of an echo reply.
fn echo_reply(packet: &[u8], from: IpAddress) -> Option<u16> {
    match from {
        IpAddress::Ipv4(_) => {
            let packet = Icmpv4Packet::new_checked(packet).ok()?;
            match Icmpv4Repr::parse(&packet, &ChecksumCapabilities::default()).ok()? {
                Icmpv4Repr::EchoReply { seq_no, .. } => Some(seq_no),
                _ => None,
            }
        }
        // Type 129; the checksum was verified on the way in.
        IpAddress::Ipv6(_) => match packet {
            [129, _, _, _, _, _, high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        },
    }
}
