//! Packets made wrong on purpose. A panic, an endless loop or a lost bystander is our bug, never bad input.

use super::*;

use crate::wire::packet::{Builder, chunk_type};

const BYSTANDER: &str = "192.0.2.3:40000";

/// How far the victim's association is when the packet comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connecting,
    CookieEchoed,
    None,
    ShuttingDown,
    Up,
}

const STAGES: [Stage; 5] =
    [Stage::None, Stage::Connecting, Stage::CookieEchoed, Stage::Up, Stage::ShuttingDown];

/// The MME (node 0), an eNB (node 1) at a stage, and a bystander (node 2) that is up.
fn at(stage: Stage) -> Net {
    let mut net = Net::new([config(MME), config(ENB), config(BYSTANDER)]);
    net.connect(2, MME);
    net.run(Duration::from_secs(1));
    match stage {
        Stage::None => {}
        Stage::Connecting => {
            net.connect(0, ENB);
        }
        Stage::CookieEchoed => {
            net.connect(0, ENB);
            net.run(LATENCY * 2);
        }
        Stage::Up | Stage::ShuttingDown => {
            net.connect(1, MME);
            net.run(Duration::from_secs(1));
        }
    }
    if stage == Stage::ShuttingDown {
        let path = Path { local: MME.parse().unwrap(), peer: ENB.parse().unwrap() };
        let id = net.nodes[0].stack.paths[&path];
        let now = net.now;
        net.nodes[0].stack.shutdown(now, id);
    }
    net.collect();
    net.flight.clear();
    net.events(0);
    net.events(2);
    net
}

/// Whether the bystander is served after all of it.
fn assert_bystander_served(net: &mut Net) {
    net.events(0);
    net.flight.clear();
    let id = *net.nodes[2].stack.peers.keys().next().expect("the bystander has lost its association");
    net.send(2, id, 1, b"served?");
    net.run(Duration::from_secs(3));
    let served = |event: &Event| matches!(event, Event::Message { payload, .. } if payload == b"served?");
    assert!(net.events(0).iter().any(served));
}

/// One packet of each kind that goes from the eNB to the MME, the MME's tag in it where it has one.
fn vocabulary(net: &Net) -> Vec<Vec<u8>> {
    let path = Path { local: MME.parse().unwrap(), peer: ENB.parse().unwrap() };
    let stack = &net.nodes[0].stack;
    let tag = stack.paths.get(&path).map_or(7, |id| stack.peers[id].tag());
    let chunk = |kind, value: &[u8]| Builder::new(40000, 36412, tag).chunk(kind, 3, value).finish();
    let tsn = [0, 0, 0, 1];
    let mut init = vec![0, 0, 0, 9, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 1];
    init.extend([0x80, 0x08, 0, 6, 0xC0, 0x82, 0, 0, 0, 5, 0, 8, 192, 0, 2, 2]);
    let init_ack = [init.as_slice(), &[0, 7, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8]].concat();
    vec![
        Builder::new(40000, 36412, 0).chunk(chunk_type::INIT, 0, &init).finish(),
        chunk(chunk_type::INIT_ACK, &init_ack),
        chunk(chunk_type::DATA, &[&tsn[..], &[0, 1, 0, 0, 0, 0, 0, 18, b'h', b'i']].concat()),
        // SACK with a gap and a duplicate.
        chunk(3, &[&tsn[..], &[0, 1, 0, 0, 0, 1, 0, 1, 0, 2, 0, 3, 0, 0, 0, 1]].concat()),
        chunk(4, &[0, 1, 0, 8, 1, 2, 3, 4]),
        chunk(5, &[0, 1, 0, 8, 0, 0, 0, 1]),
        chunk(chunk_type::ABORT, &[0, 12, 0, 6, b'n', b'o']),
        chunk(7, &tsn),
        chunk(chunk_type::SHUTDOWN_ACK, &[]),
        chunk(chunk_type::ERROR, &[0, 3, 0, 8, 0, 0, 0, 1]),
        chunk(chunk_type::COOKIE_ECHO, &[0x5E; 100]),
        chunk(chunk_type::COOKIE_ACK, &[]),
        chunk(chunk_type::SHUTDOWN_COMPLETE, &[]),
        // I-DATA, RE-CONFIG, FORWARD-TSN, I-FORWARD-TSN, and types nobody knows.
        chunk(0x40, &[&tsn[..], &[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 18, b'h', b'i']].concat()),
        chunk(0x82, &[0, 13, 0, 18, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1]),
        chunk(0xC0, &[&tsn[..], &[0, 1, 0, 1]].concat()),
        chunk(0xC2, &[&tsn[..], &[0, 1, 0, 0, 0, 0, 0, 1]].concat()),
        chunk(0x3F, b"unknown"),
        chunk(0xFF, b"unknown"),
    ]
}

#[test]
fn every_packet_cut_at_every_octet_in_every_stage() {
    for stage in STAGES {
        let count = vocabulary(&at(stage)).len();
        for index in 0..count {
            let mut net = at(stage);
            let packet = vocabulary(&net).swap_remove(index);
            for length in 12..packet.len() {
                net.inject(0, ENB, &repaired(packet[..length].to_vec()));
            }
            assert_bystander_served(&mut net);
        }
    }
}

#[test]
fn every_packet_with_every_bit_flipped_in_every_stage() {
    for stage in STAGES {
        let count = vocabulary(&at(stage)).len();
        for index in 0..count {
            let mut net = at(stage);
            let packet = vocabulary(&net).swap_remove(index);
            // The ports decide whose it is: the rest is what the association sees.
            for bit in 4 * 8..packet.len() * 8 {
                let mut altered = packet.clone();
                altered[bit / 8] ^= 1 << (bit % 8);
                net.inject(0, ENB, &repaired(altered));
            }
            for at in 12..packet.len() {
                for value in [0x00, 0x7F, 0x80, 0xFF] {
                    let mut altered = packet.clone();
                    altered[at] = value;
                    net.inject(0, ENB, &repaired(altered));
                }
            }
            net.run(Duration::from_secs(1));
            assert_bystander_served(&mut net);
        }
    }
}

#[test]
fn every_pair_of_packets_in_every_stage() {
    for stage in STAGES {
        let count = vocabulary(&at(stage)).len();
        for first in 0..count {
            let mut net = at(stage);
            for second in 0..count {
                let packets = vocabulary(&net);
                net.inject(0, ENB, &packets[first]);
                net.inject(0, ENB, &packets[second]);
                // And both in one.
                net.inject(0, ENB, &repaired([packets[first].as_slice(), &packets[second][12..]].concat()));
            }
            assert_bystander_served(&mut net);
        }
    }
}

#[test]
fn cookie_too_long_to_echo_is_dropped() {
    let mut net = at(Stage::Connecting);
    let path = Path { local: MME.parse().unwrap(), peer: ENB.parse().unwrap() };
    let id = net.nodes[0].stack.paths[&path];
    let tag = net.nodes[0].stack.peers[&id].tag();
    let mut value = vec![0, 0, 0, 9, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 1];
    crate::wire::packet::append_tlv(&mut value, [0, 7], &[1; 1500]);
    net.trace.clear();
    net.inject(0, ENB, &Builder::new(40000, 36412, tag).chunk(chunk_type::INIT_ACK, 0, &value).finish());
    assert!(net.trace.is_empty());
    assert_eq!(net.nodes[0].counters().malformed_packets, 1);
}

#[test]
fn pieces_of_one_octet_without_end_are_bounded() {
    let mut net = at(Stage::Up);
    let path = Path { local: MME.parse().unwrap(), peer: ENB.parse().unwrap() };
    let id = net.nodes[0].stack.paths[&path];
    let tag = net.nodes[0].stack.peers[&id].tag();
    let init = net.traced(ENB, chunk_type::INIT);
    let tsn = u32::from_be_bytes(*init[28..].first_chunk().unwrap());
    net.lose = Box::new(|_| true);
    // A message that begins and never ends.
    for index in 0..100_000u32 {
        let tsn = tsn.wrapping_add(index);
        let flags = if index == 0 { 2 } else { 0 };
        let value = [&tsn.to_be_bytes()[..], &[0, 1, 0, 0, 0, 0, 0, 18, b'x']].concat();
        net.inject(0, ENB, &Builder::new(40000, 36412, tag).chunk(chunk_type::DATA, flags, &value).finish());
        net.trace.clear();
    }
    assert_eq!(net.events(0), [lost(id, LostReason::ProtocolViolation)]);
    assert_eq!(net.nodes[0].counters().chunk_floods, 1);
    net.lose = Box::new(|_| false);
    assert_bystander_served(&mut net);
}
