use std::net::SocketAddr;
use std::time::Duration;

use pumice_dataplane::{Cause, NatMode};
use pumice_lab::{Topology, skip};
use pumice_model::identity::Teid;
use pumice_model::rules::*;
use pumice_wire::gtpu::Message;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::*;

use crate::radio::*;

const MASQUERADE: NatMode = NatMode::Masquerade { outside: None };

#[test]
fn phone_talks_to_the_internet_behind_the_gateways_address() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let mut engine = start(&village, config(MASQUERADE));
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    let web = server(&village, WEB, 9_000);

    cell.uplink(&udp((PHONE, 5_000), (WEB, 9_000), b"question"));
    let mut received = [0; 100];
    let (length, seen) = web.recv_from(&mut received).expect("nothing reaches the internet");
    assert_eq!((&received[..length], seen.ip()), (&b"question"[..], address(OUTSIDE)), "masqueraded");

    web.send_to(b"answer", seen).unwrap();
    let answer = cell.downlink();
    let ip = Ipv4Packet::new_checked(&answer[..]).unwrap();
    assert_eq!((address(WEB), address(PHONE)), (ip.src_addr().into(), ip.dst_addr().into()));
    let udp = UdpPacket::new_checked(ip.payload()).unwrap();
    assert_eq!((udp.src_port(), udp.dst_port(), udp.payload()), (9_000, 5_000, &b"answer"[..]));

    let counted = Usage { uplink_octets: 36, downlink_octets: 34, uplink_packets: 1, downlink_packets: 1 };
    assert_eq!(engine.usage(SessionId(1)), Some(counted));
    let counters = engine.counters();
    assert_eq!(
        counters.dropped(),
        counters.drops(Cause::Multicast),
        "nothing but the kernel's own IPv6 messages"
    );
}

#[test]
fn ping_is_answered_through_the_tunnel() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let mut engine = start(&village, config(NatMode::Masquerade { outside: Some("sgi".to_owned()) }));
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    // The internet, and the gateway's own address in the pool.
    for target in [WEB, "10.45.0.1"] {
        let request = Icmpv4Repr::EchoRequest { ident: 7, seq_no: 1, data: b"abcdefgh" };
        let mut octets = vec![0; request.buffer_len()];
        request.emit(&mut Icmpv4Packet::new_unchecked(&mut octets[..]), &ChecksumCapabilities::default());
        cell.uplink(&ip(PHONE, target, IpProtocol::Icmp, &octets));
        let answer = cell.downlink();
        let reply = Icmpv4Packet::new_checked(payload_of(&answer)).unwrap();
        let reply = Icmpv4Repr::parse(&reply, &ChecksumCapabilities::default()).unwrap();
        assert_eq!(reply, Icmpv4Repr::EchoReply { ident: 7, seq_no: 1, data: b"abcdefgh" }, "{target}");
    }
}

#[test]
fn ipv6_inside_and_outside_the_tunnel() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let mut engine = start(&village, config(MASQUERADE));
    let cell = Cell::connect(&village, &mut engine, "fd00:90::2", "fd00:90::1");
    let web = server(&village, WEB_V6, 9_000);
    cell.uplink(&udp((PHONE_V6, 5_000), (WEB_V6, 9_000), b"question"));
    let mut received = [0; 100];
    let (length, seen) = web.recv_from(&mut received).expect("nothing reaches the internet");
    assert_eq!((&received[..length], seen.ip()), (&b"question"[..], address(OUTSIDE_V6)));
    web.send_to(b"answer", seen).unwrap();
    let answer = cell.downlink();
    let udp = UdpPacket::new_checked(payload_of(&answer)).unwrap();
    assert_eq!((udp.dst_port(), udp.payload()), (5_000, &b"answer"[..]));
}

#[test]
fn routed_phone_keeps_its_address() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let mut engine = start(&village, config(NatMode::Routed));
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    let web = server(&village, WEB, 9_000);
    cell.uplink(&udp((PHONE, 5_000), (WEB, 9_000), b"question"));
    let (_, seen) = web.recv_from(&mut [0; 100]).expect("nothing reaches the internet");
    assert_eq!(seen, SocketAddr::new(address(PHONE), 5_000));
}

#[test]
fn tcp_handshake_is_told_what_the_tunnel_carries() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let mut engine = start(&village, config(MASQUERADE));
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    let _listener = village.internet.run(|| std::net::TcpListener::bind((WEB, 80))).unwrap().unwrap();
    let syn = TcpRepr {
        src_port: 5_000,
        dst_port: 80,
        control: TcpControl::Syn,
        seq_number: TcpSeqNumber(1),
        ack_number: None,
        window_len: 1_000,
        window_scale: None,
        max_seg_size: Some(1_460),
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: &[],
    };
    let (phone, web) = (IpAddress::from(address(PHONE)), IpAddress::from(address(WEB)));
    let mut octets = vec![0; syn.buffer_len()];
    let mut view = TcpPacket::new_unchecked(&mut octets[..]);
    syn.emit(&mut view, &phone, &web, &ChecksumCapabilities::default());
    cell.uplink(&ip(PHONE, WEB, IpProtocol::Tcp, &octets));
    let answer = cell.downlink();
    let view = TcpPacket::new_checked(payload_of(&answer)).unwrap();
    let syn_ack = TcpRepr::parse(&view, &web, &phone, &ChecksumCapabilities::default()).unwrap();
    assert!(view.syn() && view.ack());
    assert_eq!(syn_ack.max_seg_size, Some(1_360), "1400 less the headers, where the link outside has 1500");
}

#[test]
fn idle_phone_is_announced_and_gets_what_waited() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let mut engine = start(&village, config(MASQUERADE));
    let mut events = engine.events();
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    let web = server(&village, WEB, 9_000);
    cell.uplink(&udp((PHONE, 5_000), (WEB, 9_000), b"question"));
    let (_, seen) = web.recv_from(&mut [0; 100]).unwrap();

    let far = |action| UserPlaneCommand::Modify { session: SessionId(1), far: Far { id: DOWNLINK, action } };
    engine.program(&far(Action::BufferAndNotify { packets: 4 })).unwrap();
    web.send_to(b"wake up", seen).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let event =
        runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), events.next()).await });
    assert_eq!(event.expect("no event"), Some(UserPlaneEvent::DownlinkData { session: SessionId(1) }));
    assert_eq!(engine.counters().kept_packets, 1);

    engine.program(&far(Action::ForwardToAccess { tunnel: cell.tunnel() })).unwrap();
    let waited = cell.downlink();
    assert_eq!(UdpPacket::new_checked(payload_of(&waited)).unwrap().payload(), b"wake up");
}

#[test]
fn cell_is_answered_and_a_stranger_is_not() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Topology::build().unwrap();
    let mut engine = start(&village, config(MASQUERADE));
    let cell = Cell::connect(&village, &mut engine, CELL, GATEWAY);
    let mut expected = Vec::new();
    Message::EchoResponse { sequence: 77 }.emit(&mut expected).unwrap();
    cell.send(Message::EchoRequest { sequence: 77 });
    assert_eq!(cell.receive().unwrap(), expected);

    expected.clear();
    Message::ErrorIndication { teid: Teid(9), peer: address(GATEWAY) }.emit(&mut expected).unwrap();
    cell.send(Message::GPdu { teid: Teid(9), payload: b"" });
    assert_eq!(cell.receive().unwrap(), expected);

    // A second cell's answer says that the gateway is done with what the first sent before it.
    let second = village.add_enb(3).unwrap().to_string();
    let second = Cell::connect(&village, &mut engine, &second, GATEWAY);
    engine.program(&UserPlaneCommand::RetirePeer(address(CELL))).unwrap();
    cell.send(Message::EchoRequest { sequence: 78 });
    second.send(Message::EchoRequest { sequence: 77 });
    expected.clear();
    Message::EchoResponse { sequence: 77 }.emit(&mut expected).unwrap();
    assert_eq!(second.receive().unwrap(), expected);
    let counters = engine.counters();
    assert_eq!((counters.drops(Cause::UnknownPeer), counters.echo_requests), (1, 2));
}
