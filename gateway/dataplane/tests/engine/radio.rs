//! A cell made of one UDP socket, with phones made of octets.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use pumice_dataplane::{EngineConfig, NatMode, PhoneToPhone, Pool, PortableEngine};
use pumice_lab::Topology;
use pumice_model::identity::{Fteid, Teid};
use pumice_model::limits::Limits;
use pumice_model::rules::*;
use pumice_wire::gtpu::{Message, Packet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpAddress, IpProtocol, IpRepr, UdpPacket, UdpRepr};

/// Long enough for a loaded machine; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) const WEB: &str = "203.0.113.80";
pub(crate) const WEB_V6: &str = "2001:db8:113::80";
pub(crate) const OUTSIDE: &str = "203.0.113.1";
pub(crate) const OUTSIDE_V6: &str = "2001:db8:113::1";
pub(crate) const GATEWAY: &str = "10.90.0.1";
pub(crate) const CELL: &str = "10.90.0.2";
pub(crate) const PHONE: &str = "10.45.0.2";
pub(crate) const PHONE_V6: &str = "2001:db8:45:2::2";

pub(crate) const DOWNLINK: RuleId = RuleId(2);

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn config(nat: NatMode) -> EngineConfig {
    EngineConfig {
        listen: vec![address(GATEWAY), address("fd00:90::1")],
        tun: "pumice0".to_owned(),
        pools: vec![
            Pool { gateway: address("10.45.0.1"), prefix_length: 16 },
            Pool { gateway: address("2001:db8:45::1"), prefix_length: 48 },
        ],
        mtu: 1400,
        limits: Limits::default(),
        nat,
        phone_to_phone: PhoneToPhone::Direct,
    }
}

pub(crate) fn start(village: &Topology, config: EngineConfig) -> PortableEngine {
    village.gateway.run(|| PortableEngine::start(config)).unwrap().unwrap()
}

/// A socket in the internet, on one of its addresses.
pub(crate) fn server(village: &Topology, address: &str, port: u16) -> UdpSocket {
    patient(village.internet.run(|| UdpSocket::bind((address, port))).unwrap().unwrap())
}

fn patient(socket: UdpSocket) -> UdpSocket {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Session 1: the phone with an IPv4 and an IPv6 address.
pub(crate) fn session(action: Action) -> Session {
    let pdr = |id: u16, source, local_teid, ue_address: &str| Pdr {
        id: RuleId(id),
        precedence: 100,
        pdi: Pdi { source, local_teid, ue_address: address(ue_address) },
        outer_header_removal: source == Interface::Access,
        far: if source == Interface::Access { RuleId(1) } else { DOWNLINK },
        qers: heapless::Vec::new(),
        urrs: [RuleId(5)].into_iter().collect(),
    };
    Session {
        id: SessionId(1),
        pdrs: [
            pdr(1, Interface::Access, Some(Teid(0x1111)), PHONE),
            pdr(2, Interface::Core, None, PHONE),
            pdr(3, Interface::Access, Some(Teid(0x1111)), PHONE_V6),
            pdr(4, Interface::Core, None, PHONE_V6),
        ]
        .into_iter()
        .collect(),
        fars: [Far { id: RuleId(1), action: Action::ForwardToCore }, Far { id: DOWNLINK, action }]
            .into_iter()
            .collect(),
        qers: heapless::Vec::new(),
        urrs: [Urr { id: RuleId(5) }].into_iter().collect(),
    }
}

pub(crate) struct Cell {
    socket: UdpSocket,
    gateway: SocketAddr,
}

impl Cell {
    /// At its address in the radio namespace, admitted and with the phone connected through it.
    pub(crate) fn connect(
        village: &Topology,
        engine: &mut PortableEngine,
        cell: &str,
        gateway: &str,
    ) -> Self {
        let socket = village.radio.run(|| UdpSocket::bind((cell, 2152))).unwrap().unwrap();
        engine.program(&UserPlaneCommand::AdmitPeer(address(cell))).unwrap();
        let here = Self { socket: patient(socket), gateway: (address(gateway), 2152).into() };
        let session = session(Action::ForwardToAccess { tunnel: here.tunnel() });
        engine.program(&UserPlaneCommand::Establish(Box::new(session))).unwrap();
        here
    }

    pub(crate) fn tunnel(&self) -> Fteid {
        Fteid { address: self.socket.local_addr().unwrap().ip(), teid: Teid(0x2222) }
    }

    pub(crate) fn send(&self, message: Message<'_>) {
        let mut octets = Vec::new();
        message.emit(&mut octets).unwrap();
        self.socket.send_to(&octets, self.gateway).unwrap();
    }

    /// The phone sends an IP packet.
    pub(crate) fn uplink(&self, packet: &[u8]) {
        self.send(Message::GPdu { teid: Teid(0x1111), payload: packet });
    }

    /// The next datagram from the gateway.
    pub(crate) fn receive(&self) -> io::Result<Vec<u8>> {
        let mut octets = vec![0; 2_000];
        let (length, from) = self.socket.recv_from(&mut octets)?;
        assert_eq!(from, self.gateway, "from the address that the cell was told");
        octets.truncate(length);
        Ok(octets)
    }

    /// The next IP packet for the phone.
    pub(crate) fn downlink(&self) -> Vec<u8> {
        let datagram = self.receive().expect("nothing comes for the phone");
        match Message::parse(&Packet::new_checked(&datagram).unwrap()).unwrap() {
            Message::GPdu { teid: Teid(0x2222), payload } => payload.to_vec(),
            other => panic!("{other:?}"),
        }
    }
}

/// A whole IP packet around what a protocol carries.
pub(crate) fn ip(source: &str, destination: &str, protocol: IpProtocol, payload: &[u8]) -> Vec<u8> {
    let (source, destination) = (IpAddress::from(address(source)), IpAddress::from(address(destination)));
    let repr = IpRepr::new(source, destination, protocol, payload.len(), 64);
    let mut octets = vec![0; repr.header_len()];
    repr.emit(&mut octets, &ChecksumCapabilities::default());
    octets.extend_from_slice(payload);
    octets
}

pub(crate) fn udp(source: (&str, u16), destination: (&str, u16), payload: &[u8]) -> Vec<u8> {
    let repr = UdpRepr { src_port: source.1, dst_port: destination.1 };
    let mut octets = vec![0; 8 + payload.len()];
    repr.emit(
        &mut UdpPacket::new_unchecked(&mut octets[..]),
        &IpAddress::from(address(source.0)),
        &IpAddress::from(address(destination.0)),
        payload.len(),
        |room| room.copy_from_slice(payload),
        &ChecksumCapabilities::default(),
    );
    ip(source.0, destination.0, IpProtocol::Udp, &octets)
}

/// What an IPv4 or IPv6 packet without options carries.
pub(crate) fn payload_of(packet: &[u8]) -> &[u8] {
    if packet[0] >> 4 == 4 { &packet[20..] } else { &packet[40..] }
}
