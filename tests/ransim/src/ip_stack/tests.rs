//! A phone's stack against a server's, joined by hand.

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use pumice_model::time::Instant;
use pumice_wire::nas::PdnAddress;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::socket::{tcp, udp};
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr, Ipv4Address};

use super::device::QueueDevice;
use super::{IpStack, time};

const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const PHONE: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 2);
const DELAY: Duration = Duration::from_millis(20);

/// Serves one page on port 80 and says back what comes to port 7.
struct Server {
    interface: Interface,
    device: QueueDevice,
    sockets: SocketSet<'static>,
    tcp: SocketHandle,
    udp: SocketHandle,
    page: Vec<u8>,
    asked: Vec<u8>,
}

impl Server {
    fn new(page: Vec<u8>) -> Self {
        let mut device = QueueDevice::new(1_500);
        let config = Config::new(HardwareAddress::Ip);
        let mut interface = Interface::new(config, &mut device, time(Instant::ZERO));
        interface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(IpAddress::from(SERVER), 24)).unwrap();
        });
        interface.routes_mut().add_default_ipv4_route(Ipv4Address::new(192, 0, 2, 254)).unwrap();
        let mut sockets = SocketSet::new(Vec::new());
        let buffer = || tcp::SocketBuffer::new(vec![0; 8_192]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        socket.listen(80).unwrap();
        let tcp = sockets.add(socket);
        let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 4], vec![0; 2_048]);
        let mut socket = udp::Socket::new(buffer(), buffer());
        socket.bind(7).unwrap();
        let udp = sockets.add(socket);
        Self { interface, device, sockets, tcp, udp, page, asked: Vec::new() }
    }

    fn poll(&mut self, now: Instant) {
        self.interface.poll(time(now), &mut self.device, &mut self.sockets);
        let socket = self.sockets.get_mut::<tcp::Socket<'_>>(self.tcp);
        if socket.can_recv() {
            let asked = &mut self.asked;
            socket.recv(|octets| (octets.len(), asked.extend_from_slice(octets))).unwrap();
        }
        if self.asked.ends_with(b"\r\n\r\n") && socket.can_send() {
            let sent = socket.send_slice(&self.page).unwrap();
            self.page.drain(..sent);
            if self.page.is_empty() {
                socket.close();
            }
        }
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.udp);
        if let Ok((payload, meta)) = socket.recv() {
            let payload = payload.to_vec();
            socket.send_slice(&payload, meta).unwrap();
        }
        self.interface.poll(time(now), &mut self.device, &mut self.sockets);
    }
}

/// Carries packets to and fro for so many turns; `lost` says which packet of each direction is lost.
fn join(phone: &mut IpStack, server: &mut Server, turns: u32, lost: impl Fn(u32) -> bool) {
    let mut now = Instant::ZERO;
    let mut packets = 0;
    for _ in 0..turns {
        now = now + DELAY;
        phone.poll(now);
        while let Some(packet) = phone.take_packet() {
            packets += 1;
            if !lost(packets) {
                server.device.deliver(packet);
            }
        }
        now = now + DELAY;
        server.poll(now);
        while let Some(packet) = server.device.take() {
            packets += 1;
            if !lost(packets) {
                phone.deliver(packet);
            }
        }
    }
}

fn phone() -> IpStack {
    IpStack::new(Instant::ZERO, PdnAddress::Ipv4(PHONE), 1)
}

fn page(length: usize) -> Vec<u8> {
    [b"HTTP/1.0 200 OK\r\n\r\n".to_vec(), vec![b'x'; length]].concat()
}

#[test]
fn a_page_is_fetched() {
    let (mut phone, mut server) = (phone(), Server::new(page(20_000)));
    phone.http_get(Instant::ZERO, SERVER, 80, "/index.html");
    join(&mut phone, &mut server, 50, |_| false);
    let download = &phone.downloads()[0];
    assert!(download.is_complete());
    assert_eq!((download.status(), download.body().len()), (Some(200), 20_000));
    assert!(download.connected.unwrap().since(download.begun) >= DELAY);
    assert!(server.asked.starts_with(b"GET /index.html HTTP/1.0\r\nHost: 192.0.2.1\r\n"));
}

#[test]
fn a_page_is_fetched_although_every_tenth_packet_is_lost() {
    let (mut phone, mut server) = (phone(), Server::new(page(100_000)));
    phone.http_get(Instant::ZERO, SERVER, 80, "/");
    join(&mut phone, &mut server, 5_000, |number| number % 10 == 0);
    let download = &phone.downloads()[0];
    assert!(download.is_complete());
    assert_eq!(download.octets, 100_019);
    assert_eq!(download.response.len(), 64 * 1024, "no more is kept");
}

#[test]
fn a_server_that_is_not_there_ends_the_download() {
    let (mut phone, mut server) = (phone(), Server::new(Vec::new()));
    phone.http_get(Instant::ZERO, SERVER, 81, "/");
    join(&mut phone, &mut server, 10, |_| false);
    let download = &phone.downloads()[0];
    assert!(download.ended.is_some() && !download.is_complete());
}

#[test]
fn echo_requests_measure_the_round_trip() {
    let (mut phone, mut server) = (phone(), Server::new(Vec::new()));
    phone.ping(Instant::ZERO, SERVER, 3);
    assert_eq!(phone.next_deadline(), Some(Instant::after_start(Duration::from_secs(1))));
    join(&mut phone, &mut server, 100, |_| false);
    let run = &phone.pings()[0];
    assert_eq!((run.sent(), run.round_trips.len()), (3, 3));
    assert!(run.round_trips.iter().all(|trip| *trip <= DELAY * 4), "{:?}", run.round_trips);
}

#[test]
fn datagrams_are_answered_and_kept() {
    let (mut phone, mut server) = (phone(), Server::new(Vec::new()));
    phone.send_datagram(Instant::ZERO, SERVER, 7, b"hello".to_vec());
    join(&mut phone, &mut server, 3, |_| false);
    let answer = phone.datagrams().pop_front().unwrap();
    assert_eq!((answer.from, answer.port, &*answer.payload), (SERVER, 7, &b"hello"[..]));
}

#[test]
fn a_stack_of_both_families_has_both_addresses() {
    let phone = IpStack::new(Instant::ZERO, PdnAddress::Ipv4v6([0, 0, 0, 0, 0, 0, 0, 9], PHONE), 1);
    assert_eq!(phone.addresses(), [IpAddr::V4(PHONE), "fe80::9".parse().unwrap()]);
}

#[test]
fn a_phone_answers_echo_requests() {
    let mut phone = phone();
    let request = [8, 0, 0xe5, 0xcb, 0x12, 0x34, 0, 0];
    let header = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0xae, 0xdd, 192, 0, 2, 1, 10, 1, 0, 2];
    phone.deliver([&header[..], &request].concat());
    phone.poll(Instant::ZERO);
    let answer = phone.take_packet().unwrap();
    assert_eq!((answer[20], &answer[24..26]), (0, &[0x12, 0x34][..]));
}
