//! Recorded datagrams, cut and changed everywhere, while a bystander is served.

use core::net::IpAddr;

use proptest::prelude::*;
use pumice_dataplane::Cause;
use pumice_model::identity::{Fteid, Teid};
use pumice_model::rules::*;

use crate::recordings;
use crate::village::*;

/// A village with the srsRAN recording's phone in it: both sides of the recorded traffic pass.
fn recorded_village() -> Village {
    let mut village = Village::with_phones();
    village.admit("127.0.1.1".parse().unwrap());
    let mut session = session(
        90,
        Action::ForwardToAccess { tunnel: Fteid { address: "127.0.1.1".parse().unwrap(), teid: Teid(1) } },
    );
    for pdr in &mut session.pdrs {
        pdr.pdi.ue_address = "172.16.0.2".parse().unwrap();
    }
    session.pdrs[0].pdi.local_teid = Some(Teid(1));
    village.establish(session);
    village
}

fn is_served(village: &mut Village) -> bool {
    let (up, page) = (ipv4(phone(2), WEB, b"get"), ipv4(WEB, phone(2), b"page"));
    village.uplink(2, &up) == [Out::Core(up)] && village.core(&page) == [down(CELL, 2, &page)]
}

#[test]
fn recorded_traffic_of_another_network_passes_both_ways() {
    let mut village = recorded_village();
    let (mut up, mut solicitations, mut down) = (0, 0, 0);
    for recorded in recordings::srsran() {
        if recorded.source == [127, 0, 1, 1] {
            match &village.access(IpAddr::from(recorded.source), &recorded.datagram)[..] {
                [Out::Core(packet)] => {
                    assert_eq!(packet, &recorded.datagram[8..]);
                    up += 1;
                }
                [Out::Dropped(Cause::RouterSolicitation)] => solicitations += 1,
                other => panic!("{other:?}"),
            }
        } else {
            // Its TEID differs between connections; everything else is what we send, octet by octet.
            let teid = Teid(u32::from_be_bytes(recorded.datagram[4..8].try_into().unwrap()));
            let tunnel = Fteid { address: recorded.destination.into(), teid };
            let far = Far { id: DOWNLINK, action: Action::ForwardToAccess { tunnel } };
            village.command(&UserPlaneCommand::Modify { session: SessionId(90), far });
            let [Out::Access(_, to, datagram)] = &village.core(&recorded.datagram[8..])[..] else {
                panic!("not sent")
            };
            assert_eq!((to.ip(), datagram), (recorded.destination.into(), &recorded.datagram));
            down += 1;
        }
    }
    assert!(
        up > 20 && down > 20 && solicitations == 3,
        "{up} up, {down} down, {solicitations} solicitations"
    );
}

#[test]
fn cut_at_every_octet() {
    let mut village = recorded_village();
    let cell = "127.0.1.1".parse().unwrap();
    for recorded in recordings::all().iter().filter(|recorded| recorded.source == [127, 0, 1, 1]) {
        for cut in 0..recorded.datagram.len() {
            let out = village.access(cell, &recorded.datagram[..cut]);
            assert_eq!(out, [Out::Dropped(Cause::Truncated)], "cut at {cut}");
        }
    }
    assert!(is_served(&mut village));
}

#[test]
fn every_bit_flipped_and_every_octet_replaced() {
    let mut village = recorded_village();
    let cell = "127.0.1.1".parse().unwrap();
    let recorded = recordings::all();
    // One of each shape: G-PDU with IPv4, with IPv6, with a PDU session container.
    let shapes = [8 + 84, 8 + 48, 16 + 84].map(|length| {
        recorded
            .iter()
            .find(|recorded| recorded.datagram.len() == length)
            .unwrap_or_else(|| panic!("{length}"))
    });
    for shape in shapes {
        for at in 0..shape.datagram.len() {
            let was = shape.datagram[at];
            let flips = (0..8).map(|bit| was ^ (1 << bit));
            for value in flips.chain([0x00, 0x7f, 0x80, 0xff]) {
                let mut datagram = shape.datagram.clone();
                datagram[at] = value;
                let out = village.access(cell, &datagram);
                assert!(out.len() <= 2, "octet {at} = {value:02x}: {out:?}");
                let mut frame = datagram.clone();
                village.forwarder.from_core(village.now, &mut frame);
                while village.forwarder.poll_datagram().is_some() {}
            }
        }
        assert!(is_served(&mut village));
    }
}

proptest! {
    #[test]
    fn any_datagram(datagram in proptest::collection::vec(any::<u8>(), 0..128)) {
        let mut village = Village::with_phones();
        prop_assert!(village.access(CELL, &datagram).len() <= 2);
        prop_assert!(village.core(&datagram).len() <= 2);
        prop_assert!(is_served(&mut village));
    }

    #[test]
    fn any_message_in_a_good_header(flags in 0_u8..8, kind in prop_oneof![Just(1_u8), Just(26), Just(31), Just(254), Just(255)],
                                    tail in proptest::collection::vec(any::<u8>(), 0..100)) {
        let mut village = Village::with_phones();
        let mut datagram = vec![0x30 | flags, kind];
        datagram.extend_from_slice(&u16::try_from(tail.len()).unwrap().to_be_bytes());
        datagram.extend_from_slice(&teid(1).0.to_be_bytes());
        datagram.extend_from_slice(&tail);
        prop_assert!(village.access(CELL, &datagram).len() <= 2);
        prop_assert!(is_served(&mut village));
    }

    #[test]
    fn any_inner_packet(version in prop_oneof![Just(0x45_u8), Just(0x60), any::<u8>()],
                        tail in proptest::collection::vec(any::<u8>(), 0..100)) {
        let mut village = Village::with_phones();
        let packet = [&[version][..], &tail].concat();
        let out = village.uplink(1, &packet);
        prop_assert!(matches!(out[..], [Out::Dropped(_)] | [Out::Core(_)]), "{:?}", out);
        prop_assert!(is_served(&mut village));
    }

    /// The tables stay right whatever the core says: what is forwarded to a phone goes to the tunnel that its newest rules
    /// name, and when all sessions are gone nothing is left.
    #[test]
    fn any_commands(commands in proptest::collection::vec((0_u16..6, 0_u8..6), 1..120)) {
        let mut village = Village::new();
        let mut expected = [None; 6];
        for (n, command) in commands {
            let there = expected[usize::from(n)].is_some();
            match command {
                0 => {
                    village.establish(session(n, to_cell(CELL, n)));
                    expected[usize::from(n)] = Some(to_cell(CELL, n));
                }
                1 => {
                    village.remove(n);
                    expected[usize::from(n)] = None;
                }
                other => {
                    let action = match other {
                        2 => Action::Drop,
                        3 => Action::BufferAndNotify { packets: 2 },
                        4 => to_cell(OTHER_CELL, n),
                        _ => to_cell(CELL, n),
                    };
                    village.modify(n, action);
                    if there {
                        expected[usize::from(n)] = Some(action);
                    }
                }
            }
            for (n, action) in (0_u16..).zip(expected) {
                let packet = ipv4(WEB, phone(n), b"x");
                let out = village.core(&packet);
                match action {
                    None => prop_assert_eq!(out, [Out::Dropped(Cause::NoSession)]),
                    Some(Action::Drop) => prop_assert_eq!(out, [Out::Dropped(Cause::ForwardingDrop)]),
                    Some(Action::ForwardToAccess { tunnel }) => {
                        prop_assert_eq!(out, [down(tunnel.address, n, &packet)]);
                    }
                    Some(_) => prop_assert!(!out.iter().any(|out| matches!(out, Out::Access(..)))),
                }
            }
        }
        for n in 0..6 {
            village.remove(n);
        }
        let counters = village.forwarder.counters();
        prop_assert_eq!((counters.sessions, counters.kept_packets, counters.kept_octets), (0, 0, 0));
    }
}
