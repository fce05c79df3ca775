use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::cookie::{Path, Sealer};
use super::crc32c;
use super::init::{Init, replace_cookie_echo, replace_state_cookie, state_cookie};
use super::ootb::{self, Budget, Refusal};
use super::packet::{Builder, FLAG_T, Malformed, Packet, append_tlv, chunk_type};

fn path() -> Path {
    Path { local: "192.0.2.1:36412".parse().unwrap(), peer: "192.0.2.2:40000".parse().unwrap() }
}

fn packet(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    Builder::new(40000, 36412, 0xDEAD_BEEF).chunk(kind, flags, value).finish()
}

/// The only chunk of an answer: type, flags, tag.
fn answer(octets: &[u8]) -> (u8, u8, u32) {
    let packet = Packet::parse(octets).unwrap();
    assert_eq!((packet.source_port, packet.destination_port), (36412, 40000), "sent back where it came from");
    let mut chunks = packet.chunks();
    let chunk = chunks.next().unwrap();
    assert_eq!(chunks.next(), None);
    (chunk.kind, chunk.flags, packet.tag)
}

#[test]
fn crc32c_matches_the_published_vectors() {
    // RFC 3720 appendix B.4, and the check value of the polynomial.
    let ascending: Vec<u8> = (0..32).collect();
    assert_eq!(crc32c::checksum(&[b"123456789"]), 0xE306_9283_u32.to_le_bytes());
    assert_eq!(crc32c::checksum(&[&[0; 32]]), [0xAA, 0x36, 0x91, 0x8A]);
    assert_eq!(crc32c::checksum(&[&[0xFF; 32]]), [0x43, 0xAB, 0xA8, 0x62]);
    assert_eq!(crc32c::checksum(&[&ascending]), [0x4E, 0x79, 0xDD, 0x46]);
    assert_eq!(crc32c::checksum(&[&ascending[..7], &[], &ascending[7..]]), [0x4E, 0x79, 0xDD, 0x46]);
}

#[test]
fn packet_round_trips() {
    let octets = Builder::new(1, 2, 3).chunk(0x0A, 0, b"cookie").chunk(0, 3, &[9; 17]).finish();
    assert_eq!(octets.len() % 4, 0);
    let packet = Packet::parse(&octets).unwrap();
    assert_eq!((packet.source_port, packet.destination_port, packet.tag), (1, 2, 3));
    let chunks: Vec<_> = packet.chunks().map(|chunk| (chunk.kind, chunk.flags, chunk.value)).collect();
    assert_eq!(chunks, [(0x0A, 0, b"cookie".as_slice()), (0, 3, [9; 17].as_slice())]);
}

#[test]
fn init_parses() {
    // Written out by hand from RFC 9260 section 3.3.2: port 36412 to 36412, no parameters.
    let init = [
        0x8E, 0x3C, 0x8E, 0x3C, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x00, 0x00, 0x14, 0x3E, 0x91, 0xB4, 0x5E, 0x00,
        0x01, 0xA0, 0x00, 0x00, 0x0A, 0xFF, 0xFF, 0x7C, 0x10, 0xAA, 0x01,
    ];
    let mut octets = init.to_vec();
    assert_eq!(Packet::parse(&octets).unwrap_err(), Malformed::Checksum);
    let sum = crc32c::checksum(&[&octets]);
    octets[8..12].copy_from_slice(&sum);
    let packet = Packet::parse(&octets).unwrap();
    let first = packet.first().unwrap();
    let expected = Init { initiate_tag: 0x3E91_B45E, outbound_streams: 10, inbound_streams: 0xFFFF };
    assert_eq!(Init::parse(first.value), Some(expected));
    for length in 0..first.value.len() {
        assert_eq!(Init::parse(&first.value[..length]), None, "cut at {length}");
    }
}

#[test]
fn packet_cut_or_altered_is_refused() {
    let octets = Builder::new(1, 2, 3).chunk(0x0A, 0, b"cookie").chunk(0, 3, &[9; 17]).finish();
    for length in 0..octets.len() {
        assert!(Packet::parse(&octets[..length]).is_err(), "cut at {length}");
    }
    for bit in 0..octets.len() * 8 {
        let mut altered = octets.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Packet::parse(&altered).unwrap_err(), Malformed::Checksum, "bit {bit}");
    }
}

#[test]
fn chunk_lengths_that_lie_are_refused() {
    let valid = packet(0, 0, &[0; 12]);
    for length in [0u16, 1, 2, 3, 17, 255, 256, 257, u16::MAX] {
        let mut octets = valid.clone();
        octets[14..16].copy_from_slice(&length.to_be_bytes());
        octets[8..12].fill(0);
        let sum = crc32c::checksum(&[&octets]);
        octets[8..12].copy_from_slice(&sum);
        assert_eq!(Packet::parse(&octets).unwrap_err(), Malformed::Chunk, "length {length}");
    }
    assert_eq!(Packet::parse(&Builder::new(1, 2, 3).finish()).unwrap_err(), Malformed::Chunk, "no chunk");
    assert_eq!(
        Packet::parse(&Builder::new(0, 2, 3).chunk(0, 0, b"").finish()).unwrap_err(),
        Malformed::Header
    );
    assert_eq!(
        Packet::parse(&Builder::new(1, 0, 3).chunk(0, 0, b"").finish()).unwrap_err(),
        Malformed::Header
    );
}

#[test]
fn data_on_a_stream_beyond_the_negotiated_is_seen() {
    let data = |stream: u16| {
        let mut value = vec![0, 0, 0, 1];
        value.extend(stream.to_be_bytes());
        value.extend([0, 0, 0, 0, 0, 18, b'x']);
        packet(chunk_type::DATA, 3, &value)
    };
    let strays = |stream, streams| Packet::parse(&data(stream)).unwrap().strays_from(streams);
    assert!(!strays(0, 1) && !strays(255, 256) && !strays(9, 256));
    assert!(strays(1, 1) && strays(256, 256) && strays(u16::MAX, 256));
}

fn sealer() -> Sealer {
    Sealer::new([7; 64], Duration::from_secs(60))
}

#[test]
fn cookie_opens_for_whom_it_was_made() {
    let sealed = sealer().seal(Duration::from_secs(5), &path(), 3, 0xABCD, b"forty-eight octets of dcsctp");
    assert_eq!(sealed.len() % 4, 0);
    let opened = sealer().open(Duration::from_secs(64), &path(), &sealed).unwrap();
    assert_eq!(opened.cookie, b"forty-eight octets of dcsctp");
    assert_eq!((opened.instance, opened.peer_tag, opened.stale_by), (3, 0xABCD, None));
}

#[test]
fn cookie_of_another_key_or_path_is_refused() {
    let sealed = sealer().seal(Duration::ZERO, &path(), 0, 1, b"cookie");
    let other_key = Sealer::new([8; 64], Duration::from_secs(60));
    assert_eq!(other_key.open(Duration::ZERO, &path(), &sealed), None);
    let ends =
        ["192.0.2.1:36413", "192.0.2.3:36412", "[::1]:36412"].map(|end| end.parse::<SocketAddr>().unwrap());
    for end in ends {
        assert_eq!(sealer().open(Duration::ZERO, &Path { local: end, ..path() }, &sealed), None);
        assert_eq!(sealer().open(Duration::ZERO, &Path { peer: end, ..path() }, &sealed), None);
    }
    let swapped = Path { local: path().peer, peer: path().local };
    assert_eq!(sealer().open(Duration::ZERO, &swapped, &sealed), None);
}

#[test]
fn cookie_cut_or_altered_is_refused() {
    let sealed = sealer().seal(Duration::ZERO, &path(), 0, 1, b"cookie");
    for length in 0..sealed.len() {
        assert_eq!(sealer().open(Duration::ZERO, &path(), &sealed[..length]), None, "cut at {length}");
    }
    for bit in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(sealer().open(Duration::ZERO, &path(), &altered), None, "bit {bit}");
    }
    let mut longer = sealed;
    longer.push(0);
    assert_eq!(sealer().open(Duration::ZERO, &path(), &longer), None);
}

#[test]
fn cookie_goes_stale() {
    let sealed = sealer().seal(Duration::from_secs(1), &path(), 0, 1, b"cookie");
    let at = |seconds| sealer().open(Duration::from_secs(seconds), &path(), &sealed).unwrap().stale_by;
    assert_eq!(at(61), None);
    assert_eq!(at(62), Some(Duration::from_secs(1)));
}

/// An INIT ACK with an unpadded parameter before and one behind the cookie.
fn init_ack(cookie: &[u8]) -> Vec<u8> {
    let mut value = vec![0x11; 16];
    append_tlv(&mut value, [0x80, 0x08], &[0xC0, 0x82, 0x0F]);
    append_tlv(&mut value, [0x00, 0x07], cookie);
    append_tlv(&mut value, [0xC0, 0x00], &[]);
    packet(chunk_type::INIT_ACK, 0, &value)
}

#[test]
fn cookie_is_replaced_in_init_ack() {
    for length in [0, 1, 2, 3, 48, 1000] {
        let octets = init_ack(b"plain");
        let sealed = vec![0x5E; length];
        let replaced = replace_state_cookie(&Packet::parse(&octets).unwrap(), |cookie| {
            assert_eq!(cookie, b"plain");
            sealed.clone()
        })
        .unwrap();
        assert_eq!(replaced, init_ack(&sealed), "everything else as it was");
        let packet = Packet::parse(&replaced).unwrap();
        assert_eq!(state_cookie(packet.first().unwrap().value), Some(sealed.as_slice()));
    }
    let without = packet(chunk_type::INIT_ACK, 0, &[0x11; 16]);
    assert_eq!(replace_state_cookie(&Packet::parse(&without).unwrap(), <[u8]>::to_vec), None);
    let other = packet(chunk_type::INIT, 0, &[0x11; 16]);
    assert_eq!(replace_state_cookie(&Packet::parse(&other).unwrap(), <[u8]>::to_vec), None);
}

#[test]
fn cookie_is_replaced_in_cookie_echo_and_the_bundle_stays() {
    let with = |cookie: &[u8]| Builder::new(1, 2, 3).chunk(0x0A, 0, cookie).chunk(0, 3, &[9; 17]).finish();
    let replaced = replace_cookie_echo(&Packet::parse(&with(b"sealed cookie")).unwrap(), b"plain");
    assert_eq!(replaced, with(b"plain"));
}

#[test]
fn out_of_the_blue_data_is_aborted_under_its_own_tag() {
    let octets = packet(chunk_type::DATA, 3, &[0; 13]);
    let reply = ootb::reply(&Packet::parse(&octets).unwrap()).unwrap();
    assert_eq!(answer(&reply), (chunk_type::ABORT, FLAG_T, 0xDEAD_BEEF));
}

#[test]
fn out_of_the_blue_shutdown_ack_is_completed() {
    let octets = packet(chunk_type::SHUTDOWN_ACK, 0, &[]);
    let reply = ootb::reply(&Packet::parse(&octets).unwrap()).unwrap();
    assert_eq!(answer(&reply), (chunk_type::SHUTDOWN_COMPLETE, FLAG_T, 0xDEAD_BEEF));
}

#[test]
fn out_of_the_blue_endings_get_silence() {
    let stale = [0, 3, 0, 8, 0, 0, 0, 1];
    for (kind, value) in [
        (chunk_type::ABORT, [].as_slice()),
        (chunk_type::SHUTDOWN_COMPLETE, &[]),
        (chunk_type::COOKIE_ACK, &[]),
        (chunk_type::ERROR, &stale),
    ] {
        let octets = packet(kind, 0, value);
        assert_eq!(ootb::reply(&Packet::parse(&octets).unwrap()), None, "chunk {kind:#04x}");
    }
    let bundled = Builder::new(1, 2, 3).chunk(chunk_type::DATA, 3, &[0; 13]).chunk(chunk_type::ABORT, 0, &[]);
    assert_eq!(ootb::reply(&Packet::parse(&bundled.finish()).unwrap()), None, "an ABORT is never answered");
    let other_error = packet(chunk_type::ERROR, 0, &[0, 1, 0, 8, 0, 0, 0, 1]);
    assert!(ootb::reply(&Packet::parse(&other_error).unwrap()).is_some());
}

#[test]
fn refusals_go_out_under_the_initiate_tag() {
    let init = packet(chunk_type::INIT, 0, &[0x11; 16]);
    for (refusal, cause) in [
        (Refusal::NoRoom, [0, 4, 0, 4].as_slice()),
        (Refusal::NotListening, &[]),
        (Refusal::ZeroStreams, &[0, 7, 0, 4]),
    ] {
        let reply = ootb::refuse(&Packet::parse(&init).unwrap(), 0x1111_1111, refusal);
        assert_eq!(answer(&reply), (chunk_type::ABORT, 0, 0x1111_1111));
        assert_eq!(Packet::parse(&reply).unwrap().first().unwrap().value, cause);
    }
    let reply = ootb::stale_cookie(&Packet::parse(&init).unwrap(), 9, Duration::from_millis(3));
    assert_eq!(answer(&reply), (chunk_type::ERROR, 0, 9));
    assert_eq!(Packet::parse(&reply).unwrap().first().unwrap().value, [0, 3, 0, 8, 0, 0, 0x0B, 0xB8]);
}

#[test]
fn only_unicast_is_answered() {
    let unicast = |ip: &str| ootb::is_unicast(ip.parse::<IpAddr>().unwrap());
    assert!(unicast("127.0.0.1") && unicast("192.0.2.9") && unicast("::1") && unicast("fe80::1"));
    assert!(!unicast("255.255.255.255") && !unicast("224.0.0.1") && !unicast("0.0.0.0"));
    assert!(!unicast("ff02::1") && !unicast("::"));
}

#[test]
fn replies_are_bounded_per_second() {
    let mut budget = Budget::new(10);
    let now = Duration::from_secs(100);
    assert_eq!((0..1000).filter(|_| budget.take(now)).count(), 10);
    let later = now + Duration::from_millis(500);
    assert_eq!((0..1000).filter(|_| budget.take(later)).count(), 5);
    let much_later = now + Duration::from_secs(3600);
    assert_eq!((0..1000).filter(|_| budget.take(much_later)).count(), 10, "saved up for a second at most");
    assert!(!Budget::new(0).take(now));
}
