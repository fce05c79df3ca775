//! What an association does once it is up, and how it ends.

use super::*;

use crate::DETECTION_LIMIT;
use crate::wire::packet::{Builder, chunk_type};

#[test]
fn messages_go_both_ways_on_many_streams() {
    let (mut net, mme, enb) = Net::connected();
    for stream in 0..32 {
        net.send(1, enb, stream, format!("up {stream}").as_bytes());
        net.send(0, mme, stream, format!("down {stream}").as_bytes());
    }
    net.run(Duration::from_secs(1));
    let expected =
        |word| (0..32).map(|stream| (stream, format!("{word} {stream}").into_bytes())).collect::<Vec<_>>();
    assert_eq!(net.payloads(0), expected("up"));
    assert_eq!(net.payloads(1), expected("down"));
    assert_eq!((net.queued(0, mme), net.queued(1, enb)), (0, 0), "delivered messages wait no more");
    assert_eq!(net.nodes[0].counters().messages_in, 32);
}

#[test]
fn ppid_is_in_network_order_on_the_wire() {
    let (mut net, _, enb) = Net::connected();
    net.send(1, enb, 1, b"S1AP");
    let data = net.traced(ENB, chunk_type::DATA);
    let packet = Packet::parse(&data).unwrap();
    // TSN, stream, SSN, then the PPID (RFC 9260 section 3.3.1).
    assert_eq!(packet.first().unwrap().value[8..], [0, 0, 0, 18, b'S', b'1', b'A', b'P']);
}

#[test]
fn another_ppid_is_counted_and_the_association_stays() {
    let (mut net, _, enb) = Net::connected();
    for ppid in [0, 17, 46, 60, 18 << 24, u32::MAX] {
        net.send_ppid(1, enb, 1, ppid, b"not S1AP");
    }
    net.send(1, enb, 1, b"S1AP");
    net.run(Duration::from_secs(1));
    assert_eq!(net.payloads(0), [(1, b"S1AP".to_vec())]);
    assert_eq!(net.nodes[0].counters().refused_ppids, 6);
}

#[test]
fn long_messages_arrive_whole_over_a_lossy_path() {
    let (mut net, mme, enb) = Net::connected();
    let mut count = 0;
    net.lose = Box::new(move |_| {
        count += 1;
        count % 10 == 0
    });
    let message: Vec<u8> = (0..60_000u32).map(|i| i.to_le_bytes()[0]).collect();
    net.send(1, enb, 3, &message);
    net.send(0, mme, 5, &message);
    net.run(Duration::from_secs(20));
    assert_eq!(net.payloads(0), [(3, message.clone())]);
    assert_eq!(net.payloads(1), [(5, message)]);
}

#[test]
fn oversized_message_is_dropped_and_the_association_stays() {
    let mut net = Net::new([config(MME), Config { max_message: 256 * 1024, ..config(ENB) }]);
    let enb = net.connect(1, MME);
    net.run(Duration::from_secs(1));
    net.up(0);
    net.send(1, enb, 1, &vec![1; 128 * 1024]);
    net.send(1, enb, 1, &vec![2; 128 * 1024 + 1]);
    net.send(1, enb, 1, b"after");
    net.run(Duration::from_secs(10));
    assert_eq!(net.payloads(0), [(1, vec![1; 128 * 1024]), (1, b"after".to_vec())]);
    assert_eq!(net.nodes[0].counters().oversized_messages, 1);
}

#[test]
fn many_messages_are_no_flood() {
    let (mut net, _, enb) = Net::connected();
    for _ in 0..100 {
        for _ in 0..1000 {
            net.send(1, enb, 1, b"short");
        }
        net.run(Duration::from_secs(1));
        assert_eq!(net.payloads(0).len(), 1000);
        net.trace.clear();
    }
}

#[test]
fn shutdown_delivers_what_is_queued() {
    let (mut net, mme, enb) = Net::connected();
    // More than a congestion window holds.
    for i in 0..100u8 {
        net.send(1, enb, 1, &[i; 1000]);
    }
    let now = net.now;
    net.nodes[1].stack.shutdown(now, enb);
    net.collect();
    net.run(Duration::from_secs(5));
    let mut events = net.events(0);
    assert_eq!(events.pop(), Some(lost(mme, LostReason::Shutdown)));
    assert_eq!(events.len(), 100);
    assert_eq!(net.events(1), [lost(enb, LostReason::Shutdown)]);
    assert_eq!((net.nodes[0].stack.associations(), net.nodes[1].stack.associations()), (0, 0));
}

#[test]
fn shutdown_of_a_silent_peer_ends() {
    let (mut net, _, enb) = Net::connected();
    net.lose = Box::new(|_| true);
    net.send(1, enb, 1, b"never taken");
    let now = net.now;
    net.nodes[1].stack.shutdown(now, enb);
    net.collect();
    net.run(config(ENB).shutdown_guard());
    assert_eq!(net.events(1), [lost(enb, LostReason::Unreachable)]);
}

#[test]
fn peer_that_dies_while_it_shuts_down_is_noticed() {
    let (mut net, mme, enb) = Net::connected();
    let from_enb: SocketAddr = ENB.parse().unwrap();
    let mut said = 0;
    net.lose = Box::new(move |transmit| {
        said += usize::from(transmit.local == from_enb.ip());
        said > 1
    });
    let now = net.now;
    net.nodes[1].stack.shutdown(now, enb);
    net.collect();
    net.run(DETECTION_LIMIT);
    assert_eq!(net.events(0), [lost(mme, LostReason::Unreachable)]);
}

#[test]
fn abort_is_told_to_both() {
    let (mut net, mme, enb) = Net::connected();
    let now = net.now;
    net.nodes[0].stack.abort(now, mme);
    net.collect();
    net.run(Duration::from_secs(1));
    assert_eq!(net.events(0), [lost(mme, LostReason::LocalAbort)]);
    assert_eq!(net.events(1), [lost(enb, LostReason::PeerAbort)]);
}

#[test]
fn dead_peer_is_noticed_while_idle() {
    let (mut net, mme, _) = Net::connected();
    net.run(Duration::from_secs(600));
    assert_eq!(net.events(0), [], "heartbeats keep an idle association");
    net.lose = Box::new(|_| true);
    net.run(DETECTION_LIMIT);
    assert_eq!(net.events(0), [lost(mme, LostReason::Unreachable)]);
}

#[test]
fn dead_peer_is_noticed_while_sending() {
    // From a short and from a long round-trip time.
    for latency in [0, 300, 900] {
        let (mut net, mme, _) = Net::connected();
        for _ in 0..50 {
            net.send(0, mme, 1, b"on the way");
            net.run(Duration::from_millis(latency));
        }
        net.run(Duration::from_secs(1));
        net.lose = Box::new(|_| true);
        net.send(0, mme, 1, b"into the void");
        net.run(DETECTION_LIMIT);
        assert_eq!(net.events(0), [lost(mme, LostReason::Unreachable)]);
    }
}

#[test]
fn short_outage_is_survived() {
    let (mut net, mme, enb) = Net::connected();
    net.lose = Box::new(|_| true);
    net.send(0, mme, 1, b"late");
    net.run(Duration::from_secs(8));
    net.lose = Box::new(|_| false);
    net.run(Duration::from_secs(5));
    assert_eq!(net.payloads(1), [(1, b"late".to_vec())]);
    assert_eq!(net.events(0), []);
    net.send(1, enb, 1, b"still here");
    net.run(Duration::from_secs(1));
    assert_eq!(net.payloads(0), [(1, b"still here".to_vec())]);
}

#[test]
fn owner_that_does_not_read_closes_the_window_and_loses_nothing() {
    let (mut net, mme, enb) = Net::connected();
    net.reading = false;
    for i in 0..650u16 {
        net.send(1, enb, 1, &[&i.to_be_bytes(), [0u8; 1998].as_slice()].concat());
        net.run(Duration::from_millis(10));
    }
    net.run(Duration::from_secs(3));
    let limit = config(MME).max_queued_bytes;
    let peer = &net.nodes[0].stack.peers[&mme];
    assert!(peer.unread <= limit + 2000 + MESSAGE_OVERHEAD, "{} octets unread", peer.unread);
    assert!(net.queued(1, enb) > 0, "the rest waits at the sender");
    net.reading = true;
    net.collect();
    net.run(Duration::from_secs(60));
    let numbers: Vec<u16> =
        net.payloads(0).iter().map(|(_, payload)| u16::from_be_bytes([payload[0], payload[1]])).collect();
    assert_eq!(numbers, (0..650).collect::<Vec<_>>());
    assert_eq!(net.queued(1, enb), 0);
}

#[test]
fn peer_that_begins_anew_restarts_the_association() {
    let (mut net, mme, _) = Net::connected();
    net.send(0, mme, 1, b"lost with the peer's memory");
    // The eNB's power is cut and comes back: same address, no memory.
    net.flight.clear();
    net.nodes[1] = Node::new(Config { outbound_streams: 4, ..config(ENB) }, 99);
    let enb = net.connect(1, MME);
    net.run(Duration::from_secs(2));
    let restarted = Event::Restarted { association: mme, outbound_streams: 32, inbound_streams: 4 };
    assert_eq!(net.events(0), [restarted]);
    assert_eq!(net.up(1), enb);
    assert_eq!(net.queued(0, mme), 0, "what was queued is dropped");
    net.send(0, mme, 1, b"new down");
    net.send(1, enb, 1, b"new up");
    net.run(Duration::from_secs(1));
    assert_eq!(net.payloads(1), [(1, b"new down".to_vec())]);
    assert_eq!(net.payloads(0), [(1, b"new up".to_vec())]);
    // And again.
    net.nodes[1] = Node::new(config(ENB), 100);
    net.connect(1, MME);
    net.run(Duration::from_secs(2));
    assert_eq!(
        net.events(0),
        [Event::Restarted { association: mme, outbound_streams: 32, inbound_streams: 32 }]
    );
    assert_eq!(net.nodes[0].counters().restarts, 2);
    assert_eq!(net.nodes[0].stack.associations(), 1);
}

#[test]
fn peer_without_memory_is_told_so() {
    let (mut net, mme, _) = Net::connected();
    net.nodes[1] = Node::new(config(ENB), 99);
    net.send(0, mme, 1, b"who are you?");
    net.run(Duration::from_secs(1));
    assert_eq!(net.events(0), [lost(mme, LostReason::PeerAbort)]);
    assert_eq!(net.nodes[1].counters().ootb_packets, 1);
}

#[test]
fn stream_that_was_not_negotiated_ends_the_association() {
    let (mut net, mme, _) = Net::connected();
    net.lose = Box::new(|_| true);
    let tag = net.nodes[0].stack.peers[&mme].tag();
    let data = |tag, stream: u8| {
        let value = [0, 0, 0, 1, 0, stream, 0, 0, 0, 0, 0, 18, b'x'];
        Builder::new(40000, 36412, tag).chunk(chunk_type::DATA, 3, &value).finish()
    };
    net.inject(0, ENB, &data(tag ^ 1, 32));
    assert_eq!(net.events(0), [], "a stranger can't");
    net.inject(0, ENB, &data(tag, 32));
    assert_eq!(net.events(0), [lost(mme, LostReason::ProtocolViolation)]);
    assert_eq!(net.nodes[0].counters().stream_violations, 1);
}

#[test]
fn same_inputs_and_seed_give_the_same_packets() {
    let trace = || {
        let (mut net, mme, enb) = Net::connected();
        net.send(0, mme, 1, b"down");
        net.send(1, enb, 2, &[7; 5000]);
        net.run(Duration::from_secs(10));
        net.trace
    };
    assert_eq!(trace(), trace());
}
