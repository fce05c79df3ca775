use std::net::IpAddr;

use super::tunnel::{unwrap_ip, wrap_ip};

const PAYLOAD: &[u8] = b"a whole SCTP packet";

fn ends(from: &str, to: &str) -> (IpAddr, IpAddr) {
    (from.parse().unwrap(), to.parse().unwrap())
}

#[test]
fn ipv4_round_trips_with_a_checksum() {
    let (from, to) = ends("192.0.2.1", "198.51.100.2");
    let packet = wrap_ip(from, to, PAYLOAD).unwrap();
    // RFC 1071: over a header with its checksum in place, the sum is all ones.
    let sum: u32 = packet[..20].chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    assert_eq!((sum & 0xFFFF) + (sum >> 16), 0xFFFF);
    assert_eq!(unwrap_ip(&packet), Some((from, to, PAYLOAD)));
    let padded = [packet.as_slice(), &[0; 7]].concat();
    assert_eq!(unwrap_ip(&padded), Some((from, to, PAYLOAD)), "the header's length counts");
}

#[test]
fn ipv4_options_are_stepped_over() {
    let (from, to) = ends("192.0.2.1", "198.51.100.2");
    let packet = wrap_ip(from, to, PAYLOAD).unwrap();
    let mut with_options = [&packet[..20], &[1, 1, 1, 0], PAYLOAD].concat();
    with_options[0] = 0x46;
    with_options[3] += 4;
    assert_eq!(unwrap_ip(&with_options), Some((from, to, PAYLOAD)));
}

#[test]
fn ipv6_round_trips() {
    let (from, to) = ends("2001:db8::1", "fe80::2");
    let packet = wrap_ip(from, to, PAYLOAD).unwrap();
    assert_eq!(packet.len(), 40 + PAYLOAD.len());
    assert_eq!(unwrap_ip(&packet), Some((from, to, PAYLOAD)));
}

#[test]
fn other_packets_are_passed_over() {
    let (v4, v6) = ends("192.0.2.1", "2001:db8::1");
    assert_eq!(wrap_ip(v4, v6, PAYLOAD), None);
    assert_eq!(wrap_ip(v4, v4, &vec![0; 65_516]), None, "too long for its header");
    for (packet, protocol) in [(wrap_ip(v4, v4, PAYLOAD).unwrap(), 9), (wrap_ip(v6, v6, PAYLOAD).unwrap(), 6)]
    {
        let changed = |at: usize, value: u8| {
            let mut packet = packet.clone();
            packet[at] = value;
            packet
        };
        assert_eq!(unwrap_ip(&changed(protocol, 17)), None, "UDP");
        assert_eq!(unwrap_ip(&changed(0, 0x50)), None, "no version of IP");
        for length in 0..packet.len() {
            assert_eq!(unwrap_ip(&packet[..length]), None, "cut at {length}");
        }
    }
    let packet = wrap_ip(v4, v4, PAYLOAD).unwrap();
    for (octet, value) in [(6, 0x20), (6, 0x01), (7, 1), (0, 0x44)] {
        let mut packet = packet.clone();
        packet[octet] = value;
        assert_eq!(unwrap_ip(&packet), None, "a fragment, or a header too short");
    }
}
