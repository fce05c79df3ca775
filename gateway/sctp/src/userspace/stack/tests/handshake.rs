//! How an association begins, and who is refused.

use super::*;

use crate::wire::packet::{Builder, FLAG_T, chunk_type};

fn first_chunk(transmit: &Transmit) -> (u8, u8, u32) {
    let packet = Packet::parse(&transmit.packet).unwrap();
    let chunk = packet.first().unwrap();
    (chunk.kind, chunk.flags, packet.tag)
}

/// An INIT with this tag, from port 40000 to 36412.
fn init(tag: u32) -> Vec<u8> {
    let mut value = tag.to_be_bytes().to_vec();
    value.extend([0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 1]);
    Builder::new(40000, 36412, 0).chunk(chunk_type::INIT, 0, &value).finish()
}

#[test]
fn both_sides_come_up_with_the_smaller_number_of_streams() {
    let mut net = Net::new([
        Config { inbound_streams: 8, outbound_streams: 30, ..config(MME) },
        Config { inbound_streams: 20, outbound_streams: 10, ..config(ENB) },
    ]);
    let enb = net.connect(1, MME);
    net.run(Duration::from_secs(1));
    let peer = MME.parse().unwrap();
    assert_eq!(
        net.events(1),
        [Event::Up { association: enb, peer, outbound_streams: 8, inbound_streams: 20 }]
    );
    let events = net.events(0);
    let [Event::Up { peer, outbound_streams: 20, inbound_streams: 8, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(*peer, ENB.parse().unwrap());
}

#[test]
fn handshake_survives_the_loss_of_any_packet() {
    for victim in 0..4 {
        let mut net = Net::pair();
        let mut count = 0;
        net.lose = Box::new(move |_| {
            count += 1;
            count == victim + 1
        });
        let enb = net.connect(1, MME);
        net.run(Duration::from_secs(5));
        let mme = net.up(0);
        assert_eq!(net.up(1), enb, "packet {victim} lost");
        net.send(0, mme, 1, b"works");
        net.run(Duration::from_secs(1));
        assert_eq!(net.payloads(1), [(1, b"works".to_vec())], "packet {victim} lost");
    }
}

#[test]
fn crossing_inits_make_one_association() {
    let mut net = Net::pair();
    let mme = net.connect(0, ENB);
    let enb = net.connect(1, MME);
    net.run(Duration::from_secs(10));
    assert_eq!(net.up(0), mme);
    assert_eq!(net.up(1), enb);
    net.send(0, mme, 1, b"down");
    net.send(1, enb, 1, b"up");
    net.run(Duration::from_secs(1));
    assert_eq!(net.payloads(0), [(1, b"up".to_vec())]);
    assert_eq!(net.payloads(1), [(1, b"down".to_vec())]);
}

#[test]
fn nobody_there_is_unreachable() {
    let mut net = Net::pair();
    let enb = net.connect(1, "192.0.2.77:36412");
    net.run(Duration::from_secs(60));
    assert_eq!(net.events(1), [lost(enb, LostReason::Unreachable)]);
}

#[test]
fn endpoint_that_does_not_listen_refuses() {
    let mut net = Net::new([Config { listen: false, ..config(MME) }, config(ENB)]);
    let enb = net.connect(1, MME);
    net.run(Duration::from_secs(1));
    assert_eq!(net.events(1), [lost(enb, LostReason::PeerAbort)]);
    assert_eq!(net.nodes[0].counters().refused_not_listening, 1);
    assert_eq!(net.events(0), []);
}

#[test]
fn full_endpoint_refuses_and_the_others_stay() {
    let mut net = Net::new([
        Config { max_associations: 2, ..config(MME) },
        config(ENB),
        config("192.0.2.3:40000"),
        config("192.0.2.4:40000"),
    ]);
    let first = net.connect(1, MME);
    let second = net.connect(2, MME);
    net.run(Duration::from_secs(1));
    assert_eq!((net.up(1), net.up(2)), (first, second));
    let third = net.connect(3, MME);
    net.run(Duration::from_secs(1));
    assert_eq!(net.events(3), [lost(third, LostReason::PeerAbort)]);
    assert_eq!(net.nodes[0].counters().refused_no_room, 1);
    assert_eq!(net.nodes[0].stack.associations(), 2);
    net.send(1, first, 1, b"served");
    net.run(Duration::from_secs(1));
    let messages = net.events(0);
    assert!(matches!(messages.last(), Some(Event::Message { payload, .. }) if payload == b"served"));
    // A slot that is free again is given away.
    let now = net.now;
    net.nodes[2].stack.abort(now, second);
    net.collect();
    net.run(Duration::from_secs(1));
    let again = net.connect(3, MME);
    net.run(Duration::from_secs(1));
    assert_eq!(net.up(3), again);
}

#[test]
fn cookie_that_outlives_the_last_slot_is_refused() {
    let mut net =
        Net::new([Config { max_associations: 1, ..config(MME) }, config(ENB), config("192.0.2.3:40000")]);
    net.connect(1, MME);
    let late = net.connect(2, MME);
    net.run(Duration::from_secs(1));
    // Both had their INIT ACK; only one COOKIE ECHO found room.
    net.up(0);
    assert_eq!(net.events(2), [lost(late, LostReason::PeerAbort)]);
}

#[test]
fn full_endpoint_refuses_its_own_connect() {
    let mut net = Net::new([Config { max_associations: 1, ..config(MME) }, config(ENB)]);
    net.connect(0, ENB);
    let second = net.connect(0, "192.0.2.3:40000");
    assert_eq!(net.events(0), [lost(second, LostReason::NoRoom)]);
}

#[test]
fn flood_of_inits_keeps_no_state() {
    let mut net = Net::pair();
    for i in 0..20_000u32 {
        let [_, a, b, c] = i.to_be_bytes();
        net.inject(0, &format!("10.{a}.{b}.{c}:0"), &init(i + 1));
        net.flight.clear();
        net.trace.clear();
        assert_eq!(net.nodes[0].stack.associations(), 0);
    }
    let stack = &net.nodes[0].stack;
    assert!(stack.paths.is_empty() && stack.events.is_empty() && stack.transmits.is_empty());
    assert_eq!(stack.next_deadline(), None);
    let enb = net.connect(1, MME);
    net.run(Duration::from_secs(1));
    assert_eq!(net.up(1), enb, "a real peer still comes up");
}

#[test]
fn each_init_ack_has_tags_of_its_own_seed() {
    let mut net = Net::pair();
    // Whatever state the generator was left in, the answer doesn't come from it.
    let answers: Vec<_> = [1, 1, 1]
        .into_iter()
        .map(|state| {
            fastrand::seed(state);
            net.inject(0, ENB, &init(7));
            let transmit = net.trace.pop().unwrap();
            let packet = Packet::parse(&transmit.packet).unwrap();
            packet.first().unwrap().value[..4].to_vec()
        })
        .collect();
    assert!(answers[0] != answers[1] && answers[1] != answers[2] && answers[0] != answers[2]);
}

#[test]
fn without_random_bits_nobody_comes_up() {
    let mut net = Net::pair();
    net.nodes[0].stack.entropy = Box::new(|| None);
    net.inject(0, ENB, &init(7));
    assert!(net.trace.is_empty());
    let id = net.connect(0, ENB);
    assert_eq!(net.events(0), [lost(id, LostReason::NoRoom)]);
}

#[test]
fn init_with_a_tag_or_in_company_is_dropped() {
    let mut net = Net::pair();
    let tagged = repaired([&init(7)[..4], &[0, 0, 0, 9], &init(7)[8..]].concat());
    let bundled = repaired([init(7).as_slice(), &init(7)[12..]].concat());
    for packet in [tagged, bundled, init(0)] {
        net.inject(0, ENB, &packet);
    }
    assert!(net.trace.is_empty());
    assert_eq!(net.nodes[0].counters().malformed_packets, 3);
}

#[test]
fn init_without_streams_is_aborted() {
    let mut net = Net::pair();
    let mut packet = init(7);
    packet[24..26].fill(0);
    net.inject(0, ENB, &repaired(packet));
    assert_eq!(first_chunk(&net.trace[0]), (chunk_type::ABORT, 0, 7));
}

#[test]
fn forged_cookie_echo_is_refused_in_silence() {
    let mut net = Net::pair();
    net.connect(1, MME);
    net.run(LATENCY * 2);
    let genuine = net.traced(ENB, chunk_type::COOKIE_ECHO);
    net.flight.clear();
    net.trace.clear();
    // dcsctp's own cookie, as anyone could write it: unsealed.
    let packet = Packet::parse(&genuine).unwrap();
    let unsealed = &packet.first().unwrap().value[..48];
    let forged = Builder::new(40000, 36412, packet.tag).chunk(chunk_type::COOKIE_ECHO, 0, unsealed).finish();
    net.inject(0, ENB, &forged);
    // The genuine one, from another address and from another port.
    net.inject(0, "192.0.2.9:40000", &genuine);
    net.inject(0, ENB, &repaired([&[0x9C, 0x41], &genuine[2..]].concat()));
    // And altered in every octet.
    for at in 16..genuine.len() {
        let mut altered = genuine.clone();
        altered[at] ^= 0x80;
        net.inject(0, ENB, &repaired(altered));
    }
    assert_eq!(net.nodes[0].stack.associations(), 0);
    assert_eq!(net.nodes[0].counters().bad_cookies, 3 + u64::try_from(genuine.len()).unwrap() - 16);
    assert!(net.trace.is_empty());
    // Under a tag that isn't the cookie's.
    let mut mistagged = genuine.clone();
    mistagged[7] ^= 1;
    net.inject(0, ENB, &repaired(mistagged));
    assert_eq!(net.nodes[0].stack.associations(), 0);
    net.inject(0, ENB, &genuine);
    net.up(0);
}

#[test]
fn cookie_of_an_earlier_start_is_refused() {
    let mut net = Net::pair();
    net.connect(1, MME);
    net.run(LATENCY * 2);
    let genuine = net.traced(ENB, chunk_type::COOKIE_ECHO);
    net.nodes[0] = Node::new(config(MME), 50);
    net.inject(0, ENB, &genuine);
    assert_eq!(net.nodes[0].counters().bad_cookies, 1);
    assert_eq!(net.events(0), []);
}

#[test]
fn stale_cookie_is_reported() {
    let mut net = Net::pair();
    net.connect(1, MME);
    net.run(LATENCY * 2);
    let genuine = net.traced(ENB, chunk_type::COOKIE_ECHO);
    net.flight.clear();
    net.lose = Box::new(|_| true);
    net.run(Duration::from_secs(61));
    net.trace.clear();
    net.inject(0, ENB, &genuine);
    let (kind, _, _) = first_chunk(&net.trace[0]);
    assert_eq!(kind, chunk_type::ERROR);
    let packet = net.trace[0].packet.clone();
    assert_eq!(Packet::parse(&packet).unwrap().first().unwrap().value[..4], [0, 3, 0, 8], "Stale Cookie");
    assert_eq!(net.nodes[0].counters().stale_cookies, 1);
    assert_eq!(net.events(0), []);
}

#[test]
fn replayed_cookie_echo_changes_nothing() {
    let (mut net, mme, enb) = Net::connected();
    let echo = net.traced(ENB, chunk_type::COOKIE_ECHO);
    net.run(Duration::from_secs(5));
    net.inject(0, ENB, &echo);
    // Late, it is still the association's own.
    net.run(Duration::from_secs(120));
    net.inject(0, ENB, &echo);
    net.run(Duration::from_secs(1));
    assert_eq!(net.events(0), []);
    // After a restart, it is an old life's.
    net.nodes[1] = Node::new(config(ENB), 99);
    let anew = net.connect(1, MME);
    net.run(Duration::from_secs(1));
    net.events(0);
    assert_eq!(net.up(1), anew);
    net.inject(0, ENB, &echo);
    net.send(1, anew, 1, b"undisturbed");
    net.run(Duration::from_secs(1));
    assert_eq!(net.payloads(0), [(1, b"undisturbed".to_vec())]);
    assert_eq!(net.events(1), []);
    assert_ne!(mme, enb);
}

#[test]
fn restart_needs_our_own_cookie() {
    let (mut net, mme, enb) = Net::connected();
    // An INIT alone, from a stranger with the eNB's address, does nothing.
    net.lose = Box::new(|_| true);
    net.inject(0, ENB, &init(7));
    net.lose = Box::new(|_| false);
    net.send(0, mme, 1, b"unmoved");
    net.send(1, enb, 1, b"unmoved");
    net.run(Duration::from_secs(1));
    assert_eq!(net.payloads(0), [(1, b"unmoved".to_vec())]);
    assert_eq!(net.payloads(1), [(1, b"unmoved".to_vec())]);
}

#[test]
fn out_of_the_blue_packets_are_answered_within_bounds() {
    let mut net = Net::pair();
    let data = Builder::new(40000, 36412, 5).chunk(chunk_type::DATA, 3, &[0; 13]).finish();
    for _ in 0..1000 {
        net.inject(0, ENB, &data);
    }
    assert_eq!(net.trace.len(), 100, "the configured number a second");
    assert_eq!(first_chunk(&net.trace[0]), (chunk_type::ABORT, FLAG_T, 5));
    assert_eq!(net.nodes[0].counters().ootb_packets, 1000);
}

#[test]
fn strangers_to_our_ports_and_non_unicast_get_silence() {
    let mut net = Net::pair();
    let data = |port| Builder::new(40000, port, 5).chunk(chunk_type::DATA, 3, &[0; 13]).finish();
    net.inject(0, ENB, &data(36413));
    net.inject(0, "224.0.0.1:0", &data(36412));
    net.inject(0, "255.255.255.255:0", &data(36412));
    net.inject(0, "0.0.0.0:0", &data(36412));
    assert!(net.trace.is_empty());
    assert_eq!(net.nodes[0].counters().other_port_packets, 1);
}

#[test]
fn packet_of_an_association_from_a_second_address_gets_silence() {
    let (mut net, mme, _) = Net::connected();
    net.trace.clear();
    let tag = net.nodes[0].stack.peers[&mme].tag();
    let data = Builder::new(40000, 36412, tag).chunk(chunk_type::DATA, 3, &[0; 13]).finish();
    net.inject(0, "192.0.2.222:0", &data);
    assert!(net.trace.is_empty());
}
