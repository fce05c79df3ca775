//! A gateway with two cells and what tests say about it.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;

use pumice_dataplane::{Cause, Forward, Forwarder, ForwarderConfig, PhoneToPhone};
use pumice_model::identity::{Fteid, Teid};
use pumice_model::limits::Limits;
use pumice_model::rules::*;
use pumice_model::time::Instant;
use pumice_wire::gtpu::Message;
use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv4Repr, Ipv6Packet, Ipv6Repr};

pub(crate) const GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 90, 0, 1));
pub(crate) const CELL: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 90, 0, 2));
pub(crate) const OTHER_CELL: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 90, 0, 3));
pub(crate) const WEB: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 80));

/// The rules that a session of these tests has.
pub(crate) const UPLINK: RuleId = RuleId(1);
pub(crate) const DOWNLINK: RuleId = RuleId(2);
pub(crate) const AMBR: RuleId = RuleId(3);
pub(crate) const VOLUME: RuleId = RuleId(4);

/// Phone number `n`: 10.45.0.n.
pub(crate) fn phone(n: u16) -> IpAddr {
    let [high, low] = n.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, 45, high, low))
}

/// The gateway's end of phone `n`'s tunnel.
pub(crate) fn teid(n: u16) -> Teid {
    Teid(0x1000_0000 + u32::from(n))
}

/// A cell's end of phone `n`'s tunnel.
pub(crate) fn tunnel(cell: IpAddr, n: u16) -> Fteid {
    Fteid { address: cell, teid: Teid(0x2000_0000 + u32::from(n)) }
}

pub(crate) fn to_cell(cell: IpAddr, n: u16) -> Action {
    Action::ForwardToAccess { tunnel: tunnel(cell, n) }
}

/// Phone `n`'s session: everything from it goes out, and what comes for it goes to `action`.
pub(crate) fn session(n: u16, action: Action) -> Session {
    let mut session = bare_session(n);
    session.fars = [Far { id: UPLINK, action: Action::ForwardToCore }, Far { id: DOWNLINK, action }]
        .into_iter()
        .collect();
    session.pdrs = [
        pdr(UPLINK, Pdi { source: Interface::Access, local_teid: Some(teid(n)), ue_address: phone(n) }),
        pdr(DOWNLINK, Pdi { source: Interface::Core, local_teid: None, ue_address: phone(n) }),
    ]
    .into_iter()
    .collect();
    session
}

/// No rule but a usage reporting rule and an open QoS enforcement rule without limit.
pub(crate) fn bare_session(n: u16) -> Session {
    let qer = Qer { id: AMBR, uplink_open: true, downlink_open: true, uplink_mbr: None, downlink_mbr: None };
    Session {
        id: SessionId(n.into()),
        pdrs: heapless::Vec::new(),
        fars: heapless::Vec::new(),
        qers: [qer].into_iter().collect(),
        urrs: [Urr { id: VOLUME }].into_iter().collect(),
    }
}

/// A rule whose forwarding action has the same name.
pub(crate) fn pdr(id: RuleId, pdi: Pdi) -> Pdr {
    Pdr {
        id,
        precedence: 255,
        pdi,
        outer_header_removal: pdi.source == Interface::Access,
        far: id,
        qers: [AMBR].into_iter().collect(),
        urrs: [VOLUME].into_iter().collect(),
    }
}

pub(crate) fn ipv4(source: IpAddr, destination: IpAddr, payload: &[u8]) -> Vec<u8> {
    let (IpAddr::V4(src_addr), IpAddr::V4(dst_addr)) = (source, destination) else { panic!("no IPv4") };
    let repr = Ipv4Repr {
        src_addr,
        dst_addr,
        next_header: IpProtocol::Udp,
        payload_len: payload.len(),
        hop_limit: 64,
    };
    let mut octets = vec![0; 20 + payload.len()];
    repr.emit(&mut Ipv4Packet::new_unchecked(&mut octets[..]), &Default::default());
    octets[20..].copy_from_slice(payload);
    octets
}

pub(crate) fn ipv6(source: &str, destination: &str, next_header: IpProtocol, payload: &[u8]) -> Vec<u8> {
    let address = |text: &str| text.parse::<Ipv6Addr>().unwrap();
    let repr = Ipv6Repr {
        src_addr: address(source),
        dst_addr: address(destination),
        next_header,
        payload_len: payload.len(),
        hop_limit: 255,
    };
    let mut octets = vec![0; 40 + payload.len()];
    repr.emit(&mut Ipv6Packet::new_unchecked(&mut octets[..]));
    octets[40..].copy_from_slice(payload);
    octets
}

pub(crate) fn octets(message: Message<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    message.emit(&mut octets).unwrap();
    octets
}

pub(crate) fn g_pdu(teid: Teid, payload: &[u8]) -> Vec<u8> {
    octets(Message::GPdu { teid, payload })
}

/// What came out for one packet or command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Out {
    /// An IP packet to the TUN device.
    Core(Vec<u8>),
    /// A datagram from our address to a cell's.
    Access(IpAddr, SocketAddr, Vec<u8>),
    Event(UserPlaneEvent),
    Dropped(Cause),
}

/// A G-PDU to phone `n` through its cell.
pub(crate) fn down(cell: IpAddr, n: u16, packet: &[u8]) -> Out {
    Out::Access(GATEWAY, SocketAddr::new(cell, 2152), g_pdu(tunnel(cell, n).teid, packet))
}

pub(crate) struct Village {
    pub(crate) forwarder: Forwarder,
    pub(crate) now: Instant,
}

impl Village {
    /// Both cells are admitted, no phone is there.
    pub(crate) fn new() -> Self {
        Self::with(Limits::default(), PhoneToPhone::Direct)
    }

    pub(crate) fn with(limits: Limits, phone_to_phone: PhoneToPhone) -> Self {
        let addresses = vec![GATEWAY, "fd00:90::1".parse().unwrap()];
        let config = ForwarderConfig { limits, addresses, mtu: 1400, phone_to_phone };
        let mut village =
            Self { forwarder: Forwarder::new(config), now: Instant::after_start(Duration::from_secs(1)) };
        village.admit(CELL);
        village.admit(OTHER_CELL);
        village
    }

    /// With phones 1 and 2 connected through [`CELL`].
    pub(crate) fn with_phones() -> Self {
        let mut village = Self::new();
        for n in [1, 2] {
            assert_eq!(village.establish(session(n, to_cell(CELL, n))), []);
        }
        village
    }

    pub(crate) fn admit(&mut self, cell: IpAddr) {
        self.forwarder.program(&UserPlaneCommand::AdmitPeer(cell)).unwrap();
    }

    pub(crate) fn establish(&mut self, session: Session) -> Vec<Out> {
        self.command(&UserPlaneCommand::Establish(Box::new(session)))
    }

    /// What comes for phone `n` goes to `action` from now on.
    pub(crate) fn modify(&mut self, n: u16, action: Action) -> Vec<Out> {
        let far = Far { id: DOWNLINK, action };
        self.command(&UserPlaneCommand::Modify { session: SessionId(n.into()), far })
    }

    pub(crate) fn remove(&mut self, n: u16) -> Vec<Out> {
        self.command(&UserPlaneCommand::Remove(SessionId(n.into())))
    }

    pub(crate) fn command(&mut self, command: &UserPlaneCommand) -> Vec<Out> {
        self.watched(|forwarder, _| {
            forwarder.program(command).unwrap();
            None
        })
    }

    /// A datagram from the GTP-U port of a cell.
    pub(crate) fn access(&mut self, cell: IpAddr, datagram: &[u8]) -> Vec<Out> {
        self.access_from(SocketAddr::new(cell, 2152), datagram)
    }

    pub(crate) fn access_from(&mut self, source: SocketAddr, datagram: &[u8]) -> Vec<Out> {
        let mut datagram = datagram.to_vec();
        let local = if source.is_ipv4() { GATEWAY } else { "fd00:90::1".parse().unwrap() };
        self.watched(|forwarder, now| forwarder.from_access(now, local, source, &mut datagram).map(owned))
    }

    /// A packet from phone `n` in its tunnel through [`CELL`].
    pub(crate) fn uplink(&mut self, n: u16, packet: &[u8]) -> Vec<Out> {
        self.access(CELL, &g_pdu(teid(n), packet))
    }

    /// A packet from the internet.
    pub(crate) fn core(&mut self, packet: &[u8]) -> Vec<Out> {
        let mut frame = vec![0; Forwarder::HEADROOM];
        frame.extend_from_slice(packet);
        self.watched(|forwarder, now| forwarder.from_core(now, &mut frame).map(owned))
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    pub(crate) fn usage(&self, n: u16) -> Usage {
        self.forwarder.usage(SessionId(n.into())).unwrap()
    }

    pub(crate) fn drops(&self, cause: Cause) -> u64 {
        self.forwarder.counters().drops(cause)
    }

    fn watched(&mut self, call: impl FnOnce(&mut Forwarder, Instant) -> Option<Out>) -> Vec<Out> {
        let before = self.forwarder.counters();
        let mut out: Vec<Out> = call(&mut self.forwarder, self.now).into_iter().collect();
        while let Some(datagram) = self.forwarder.poll_datagram() {
            out.push(Out::Access(datagram.from, datagram.to, datagram.octets));
        }
        while let Some(event) = self.forwarder.poll_event() {
            out.push(Out::Event(event));
        }
        let after = self.forwarder.counters();
        for cause in Cause::ALL {
            let times = after.drops(*cause) - before.drops(*cause);
            out.extend((0..times).map(|_| Out::Dropped(*cause)));
        }
        out
    }
}

fn owned(forward: Forward<'_>) -> Out {
    match forward {
        Forward::ToCore(packet) => Out::Core(packet.to_vec()),
        Forward::ToAccess { from, to, datagram } => Out::Access(from, to, datagram.to_vec()),
    }
}
