use std::net::IpAddr;

use proptest::prelude::*;

use super::super::filter::concerns;
use super::super::pcap::LinkType;

fn ip(address: &str) -> IpAddr {
    address.parse().unwrap()
}

fn v4(source: [u8; 4], destination: [u8; 4], protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, protocol, 0, 0];
    packet.extend(source);
    packet.extend(destination);
    packet.extend(payload);
    packet
}

fn v6(source: &str, destination: &str, next: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x60, 0, 0, 0, length[0], length[1], next, 64];
    for address in [source, destination] {
        packet.extend(address.parse::<std::net::Ipv6Addr>().unwrap().octets());
    }
    packet.extend(payload);
    packet
}

fn udp(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).unwrap();
    let mut datagram: Vec<u8> =
        [from, to, length, 0].iter().flat_map(|number| number.to_be_bytes()).collect();
    datagram.extend(payload);
    datagram
}

/// A G-PDU with nothing beside, and one with a sequence number and two extension headers.
fn gtp(payload: &[u8]) -> [Vec<u8>; 2] {
    let mut plain = vec![0x30, 255, 0, 0, 0, 0, 0, 7];
    plain.extend(payload);
    let mut extended = vec![0x36, 255, 0, 0, 0, 0, 0, 7, 0, 1, 0, 0xc0];
    extended.extend([1, 0x11, 0x22, 0x85]);
    extended.extend([2, 0, 0, 0, 0, 0, 0, 0]);
    extended.extend(payload);
    [plain, extended]
}

fn frame(kind: u16, tags: &[u16], payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2; 12];
    for tag in tags {
        frame.extend(tag.to_be_bytes());
        frame.extend([0, 5]);
    }
    frame.extend(kind.to_be_bytes());
    frame.extend(payload);
    frame
}

const CELL: [u8; 4] = [192, 168, 10, 2];
const BOX: [u8; 4] = [192, 168, 10, 1];
const PHONE: [u8; 4] = [10, 45, 0, 2];
const SERVER: [u8; 4] = [203, 0, 113, 80];

#[test]
fn both_ends_of_a_packet_are_found_and_no_others() {
    let packet = v4(PHONE, SERVER, 6, &[0; 20]);
    for (address, is_found) in
        [("10.45.0.2", true), ("203.0.113.80", true), ("10.45.0.3", false), ("::ffff:10.45.0.2", false)]
    {
        assert_eq!(concerns(LinkType::Raw, &packet, ip(address)), is_found, "{address}");
        assert_eq!(concerns(LinkType::Ethernet, &frame(0x0800, &[], &packet), ip(address)), is_found);
        assert_eq!(
            concerns(LinkType::Ethernet, &frame(0x0800, &[0x88a8, 0x8100], &packet), ip(address)),
            is_found
        );
    }
    let six = v6("2001:db8::2", "2001:db8::80", 6, &[]);
    assert!(concerns(LinkType::Raw, &six, ip("2001:db8::80")));
    assert!(!concerns(LinkType::Raw, &six, ip("2001:db8::8")));
}

#[test]
fn who_asks_by_arp_and_who_is_asked_for_is_found() {
    let mut arp = vec![0, 1, 8, 0, 6, 4, 0, 1];
    arp.extend([2; 6]);
    arp.extend(CELL);
    arp.extend([0; 6]);
    arp.extend(BOX);
    for (address, is_found) in [("192.168.10.2", true), ("192.168.10.1", true), ("192.168.10.3", false)] {
        assert_eq!(concerns(LinkType::Ethernet, &frame(0x0806, &[], &arp), ip(address)), is_found);
    }
}

#[test]
fn a_phone_is_found_inside_the_tunnel() {
    for payload in gtp(&v4(PHONE, SERVER, 1, &[8, 0, 0, 0])) {
        let four = v4(CELL, BOX, 17, &udp(2152, 2152, &payload));
        assert!(concerns(LinkType::Ethernet, &frame(0x0800, &[], &four), ip("10.45.0.2")));
        assert!(concerns(LinkType::Raw, &four, ip("203.0.113.80")));
        assert!(concerns(LinkType::Raw, &four, ip("192.168.10.2")));
        assert!(!concerns(LinkType::Raw, &four, ip("10.45.0.3")));

        let mut options = vec![17, 1];
        options.extend([0; 14]);
        options.extend(udp(40_000, 2152, &payload));
        let six = v6("fd00::2", "fd00::1", 60, &options);
        assert!(concerns(LinkType::Raw, &six, ip("10.45.0.2")));
        assert!(!concerns(LinkType::Raw, &six, ip("10.45.0.3")));
    }
    let [inner_six, _] = gtp(&v6("2001:db8::2", "2001:db8::80", 6, &[]));
    let packet = v4(CELL, BOX, 17, &udp(2152, 2152, &inner_six));
    assert!(concerns(LinkType::Raw, &packet, ip("2001:db8::2")));
}

#[test]
fn what_only_looks_like_a_tunnel_is_none() {
    let [payload, extended] = gtp(&v4(PHONE, SERVER, 1, &[8, 0, 0, 0]));
    let phone = ip("10.45.0.2");
    let other_port = v4(CELL, BOX, 17, &udp(5000, 5001, &payload));
    assert!(!concerns(LinkType::Raw, &other_port, phone));
    let mut echo = payload.clone();
    echo[1] = 1;
    assert!(!concerns(LinkType::Raw, &v4(CELL, BOX, 17, &udp(2152, 2152, &echo)), phone));
    let mut later_fragment = v4(CELL, BOX, 17, &udp(2152, 2152, &payload));
    later_fragment[7] = 1;
    assert!(!concerns(LinkType::Raw, &later_fragment, phone));
    // An extension header of length zero would be stepped over for ever.
    let mut endless = extended;
    endless[12] = 0;
    assert!(!concerns(LinkType::Raw, &v4(CELL, BOX, 17, &udp(2152, 2152, &endless)), phone));
}

#[test]
fn packets_cut_anywhere_are_survived() {
    let [_, payload] = gtp(&v4(PHONE, SERVER, 17, &udp(1, 2, &[])));
    let whole = frame(0x0800, &[0x8100], &v4(CELL, BOX, 17, &udp(2152, 2152, &payload)));
    for length in 0..whole.len() - 8 {
        assert!(!concerns(LinkType::Ethernet, &whole[..length], ip("10.45.0.9")));
    }
    assert!(concerns(LinkType::Ethernet, &whole, ip("10.45.0.2")));
}

proptest! {
    #[test]
    fn any_octets_are_survived(octets in proptest::collection::vec(any::<u8>(), 0..200), first in 0_usize..4) {
        let starts: [&[u8]; 4] = [&[], &[0x45], &[0x60], &[0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17]];
        let packet = [starts[first], &octets].concat();
        for address in ["10.45.0.2", "2001:db8::2"] {
            let framed = frame(0x0800, &[], &packet);
            let raw = concerns(LinkType::Raw, &packet, ip(address));
            prop_assert_eq!(concerns(LinkType::Ethernet, &framed, ip(address)), raw);
        }
    }
}
