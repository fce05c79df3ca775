use pumice_dataplane::{Cause, PhoneToPhone};
use pumice_model::limits::Limits;
use pumice_model::rules::*;
use pumice_wire::gtpu::Message;

use crate::village::*;

const IDLE: Action = Action::BufferAndNotify { packets: 16 };

fn told(n: u16) -> Out {
    Out::Event(UserPlaneEvent::DownlinkData { session: SessionId(n.into()) })
}

#[test]
fn packet_goes_into_the_tunnel_of_its_phone() {
    let mut village = Village::with_phones();
    village.establish(session(3, to_cell(OTHER_CELL, 3)));
    for (n, cell) in [(1, CELL), (2, CELL), (3, OTHER_CELL)] {
        let packet = ipv4(WEB, phone(n), b"page");
        assert_eq!(village.core(&packet), [down(cell, n, &packet)]);
        let counted = Usage { downlink_octets: 24, downlink_packets: 1, ..Usage::default() };
        assert_eq!(village.usage(n), counted);
    }
}

#[test]
fn packet_for_nobody() {
    let mut village = Village::with_phones();
    assert_eq!(village.core(&ipv4(WEB, phone(9), b"page")), [Out::Dropped(Cause::NoSession)]);
    assert_eq!(
        village.core(&ipv4(WEB, "224.0.0.251".parse().unwrap(), b"")),
        [Out::Dropped(Cause::Multicast)]
    );
    assert_eq!(village.core(b""), [Out::Dropped(Cause::InnerMalformed)]);
}

#[test]
fn frame_without_even_headroom() {
    let mut village = Village::with_phones();
    for length in 0..8 {
        assert_eq!(village.forwarder.from_core(village.now, &mut vec![0; length]), None);
    }
    assert_eq!(village.drops(Cause::InnerMalformed), 8);
}

#[test]
fn tunnel_to_an_ipv6_cell_comes_from_our_ipv6_address() {
    let mut village = Village::new();
    let cell = "fd00:90::2".parse().unwrap();
    village.establish(session(1, to_cell(cell, 1)));
    let packet = ipv4(WEB, phone(1), b"page");
    let [Out::Access(from, to, _)] = &village.core(&packet)[..] else { panic!("not sent") };
    assert_eq!((from.to_string(), to.to_string()), ("fd00:90::1".to_owned(), "[fd00:90::2]:2152".to_owned()));
}

#[test]
fn idle_phone_is_announced_once_and_gets_its_packets_in_order() {
    let mut village = Village::with_phones();
    assert_eq!(village.modify(1, IDLE), []);
    let packets = [b"a", b"b", b"c"].map(|payload| ipv4(WEB, phone(1), payload));
    assert_eq!(village.core(&packets[0]), [told(1)]);
    assert_eq!(village.core(&packets[1]), []);
    assert_eq!(village.core(&packets[2]), []);
    assert_eq!(village.usage(1), Usage::default(), "what waits is not yet used");
    assert_eq!(
        village.modify(1, to_cell(OTHER_CELL, 7)),
        packets.each_ref().map(|packet| down(OTHER_CELL, 7, packet))
    );
    assert_eq!(village.usage(1).downlink_packets, 3);
    assert_eq!(village.forwarder.counters().kept_octets, 0);
    assert_eq!(village.core(&packets[0]), [down(OTHER_CELL, 7, &packets[0])]);
}

#[test]
fn phone_that_goes_idle_again_is_announced_again() {
    let mut village = Village::with_phones();
    let packet = ipv4(WEB, phone(1), b"a");
    for _ in 0..3 {
        village.modify(1, IDLE);
        assert_eq!(village.core(&packet), [told(1)]);
        assert_eq!(village.modify(1, to_cell(CELL, 1)), [down(CELL, 1, &packet)]);
    }
}

#[test]
fn setting_buffering_again_announces_what_waits() {
    let mut village = Village::with_phones();
    village.modify(1, IDLE);
    village.core(&ipv4(WEB, phone(1), b"a"));
    assert_eq!(village.modify(1, IDLE), [told(1)]);
    assert_eq!(village.core(&ipv4(WEB, phone(1), b"b")), []);
}

#[test]
fn rule_that_drops_frees_what_waits() {
    let mut village = Village::with_phones();
    village.modify(1, IDLE);
    village.core(&ipv4(WEB, phone(1), b"a"));
    village.core(&ipv4(WEB, phone(1), b"b"));
    assert_eq!(
        village.modify(1, Action::Drop),
        [Out::Dropped(Cause::KeptFreed), Out::Dropped(Cause::KeptFreed)]
    );
    assert_eq!(village.core(&ipv4(WEB, phone(1), b"c")), [Out::Dropped(Cause::ForwardingDrop)]);
    assert_eq!(village.modify(1, to_cell(CELL, 1)), []);
}

#[test]
fn removed_session_frees_what_waits() {
    let mut village = Village::with_phones();
    village.modify(1, IDLE);
    village.core(&ipv4(WEB, phone(1), b"a"));
    assert_eq!(village.remove(1), [Out::Dropped(Cause::KeptFreed)]);
    assert_eq!(village.forwarder.counters().kept_packets, 0);
}

#[test]
fn replaced_rules_keep_volume_and_waiting_packets() {
    let mut village = Village::with_phones();
    village.uplink(1, &ipv4(phone(1), WEB, b"get"));
    village.modify(1, IDLE);
    let packet = ipv4(WEB, phone(1), b"a");
    village.core(&packet);
    assert_eq!(village.establish(session(1, to_cell(OTHER_CELL, 1))), [down(OTHER_CELL, 1, &packet)]);
    let usage = village.usage(1);
    assert_eq!((usage.uplink_octets, usage.downlink_octets), (23, 21));
}

#[test]
fn replaced_rules_free_packets_whose_rule_is_gone() {
    let mut village = Village::with_phones();
    village.modify(1, IDLE);
    village.core(&ipv4(WEB, phone(1), b"a"));
    let mut replacement = session(1, to_cell(CELL, 1));
    replacement.fars[1].id = RuleId(77);
    replacement.pdrs[1].far = RuleId(77);
    assert_eq!(village.establish(replacement), [Out::Dropped(Cause::KeptFreed)]);
}

#[test]
fn rule_keeps_no_more_than_it_says() {
    let mut village = Village::with_phones();
    village.modify(1, Action::BufferAndNotify { packets: 2 });
    let packets = [b"a", b"b", b"c"].map(|payload| ipv4(WEB, phone(1), payload));
    assert_eq!(village.core(&packets[0]), [told(1)]);
    assert_eq!(village.core(&packets[1]), []);
    assert_eq!(village.core(&packets[2]), [Out::Dropped(Cause::KeptFull)]);
    assert_eq!(village.modify(1, to_cell(CELL, 1)), [down(CELL, 1, &packets[1]), down(CELL, 1, &packets[2])]);
}

#[test]
fn lower_bound_drops_the_oldest_at_once() {
    let mut village = Village::with_phones();
    village.modify(1, IDLE);
    for payload in [b"a", b"b", b"c"] {
        village.core(&ipv4(WEB, phone(1), payload));
    }
    let dropped = village.modify(1, Action::BufferAndNotify { packets: 1 });
    assert_eq!(dropped, [told(1), Out::Dropped(Cause::KeptFull), Out::Dropped(Cause::KeptFull)]);
    let last = ipv4(WEB, phone(1), b"c");
    assert_eq!(village.modify(1, to_cell(CELL, 1)), [down(CELL, 1, &last)]);
}

#[test]
fn keeping_nothing_tells_nothing() {
    let mut village = Village::with_phones();
    village.modify(1, Action::BufferAndNotify { packets: 0 });
    assert_eq!(village.core(&ipv4(WEB, phone(1), b"a")), [Out::Dropped(Cause::KeptFull)]);
}

#[test]
fn octets_of_all_phones_are_bounded_and_the_oldest_goes() {
    // Each packet counts 1,028 octets of frame and 128 of bookkeeping.
    let limits = Limits { buffered_octets: 3 * 1_156, ..Limits::default() };
    let mut village = Village::with(limits, PhoneToPhone::Direct);
    for n in [1, 2] {
        village.establish(session(n, IDLE));
    }
    let packet = |n, first: u8| ipv4(WEB, phone(n), &vec![first; 1_000]);
    assert_eq!(village.core(&packet(1, 1)), [told(1)]);
    assert_eq!(village.core(&packet(2, 2)), [told(2)]);
    assert_eq!(village.core(&packet(1, 3)), []);
    assert_eq!(village.forwarder.counters().kept_octets, 3 * 1_156);
    assert_eq!(village.core(&packet(2, 4)), [Out::Dropped(Cause::KeptFull)]);
    assert_eq!(village.modify(1, to_cell(CELL, 1)), [down(CELL, 1, &packet(1, 3))]);
    assert_eq!(
        village.modify(2, to_cell(CELL, 2)),
        [down(CELL, 2, &packet(2, 2)), down(CELL, 2, &packet(2, 4))]
    );
}

#[test]
fn packet_larger_than_all_room_is_dropped_and_nothing_else() {
    let limits = Limits { buffered_octets: 1_156, ..Limits::default() };
    let mut village = Village::with(limits, PhoneToPhone::Direct);
    village.establish(session(1, IDLE));
    let fits = ipv4(WEB, phone(1), &[0; 1_000]);
    assert_eq!(village.core(&fits), [told(1)]);
    assert_eq!(village.core(&ipv4(WEB, phone(1), &[0; 1_001])), [Out::Dropped(Cause::KeptFull)]);
    assert_eq!(village.modify(1, to_cell(CELL, 1)), [down(CELL, 1, &fits)]);
}

#[test]
fn closed_gates_close_each_way() {
    let mut village = Village::new();
    let mut session = session(1, to_cell(CELL, 1));
    session.qers[0].uplink_open = false;
    village.establish(session.clone());
    let (up, page) = (ipv4(phone(1), WEB, b"x"), ipv4(WEB, phone(1), b"x"));
    assert_eq!(village.uplink(1, &up), [Out::Dropped(Cause::GateClosed)]);
    assert_eq!(village.core(&page), [down(CELL, 1, &page)]);
    (session.qers[0].uplink_open, session.qers[0].downlink_open) = (true, false);
    village.establish(session);
    assert_eq!(village.uplink(1, &up), [Out::Core(up)]);
    assert_eq!(village.core(&page), [Out::Dropped(Cause::GateClosed)]);
}

#[test]
fn command_for_an_unknown_session_or_rule_changes_nothing() {
    let mut village = Village::with_phones();
    assert_eq!(village.modify(9, Action::Drop), []);
    assert_eq!(village.remove(9), []);
    let far = Far { id: RuleId(99), action: Action::Drop };
    assert_eq!(village.command(&UserPlaneCommand::Modify { session: SessionId(1), far }), []);
    let packet = ipv4(WEB, phone(1), b"page");
    assert_eq!(village.core(&packet), [down(CELL, 1, &packet)]);
}

#[test]
fn address_that_is_handed_out_again_belongs_to_the_newer_session() {
    let mut village = Village::with_phones();
    let mut newer = session(1, to_cell(CELL, 11));
    newer.id = SessionId(100);
    village.establish(newer);
    let packet = ipv4(WEB, phone(1), b"page");
    assert_eq!(village.core(&packet), [down(CELL, 11, &packet)]);
    village.remove(1);
    assert_eq!(village.core(&packet), [down(CELL, 11, &packet)], "the older one takes nothing with it");
    village.remove(100);
    assert_eq!(village.core(&packet), [Out::Dropped(Cause::NoSession)]);
}

#[test]
fn tunnel_end_that_a_cell_gives_again_belongs_to_the_newer_session() {
    let mut village = Village::with_phones();
    // The cell has restarted and numbers its tunnels from the beginning; phone 1's rule is not changed yet.
    let reused = tunnel(CELL, 1);
    village.modify(2, Action::ForwardToAccess { tunnel: reused });
    let other = Far { id: UPLINK, action: Action::Drop };
    village.command(&UserPlaneCommand::Modify { session: SessionId(1), far: other });
    let indication = octets(Message::ErrorIndication { teid: reused.teid, peer: CELL });
    let event = UserPlaneEvent::ErrorIndication { session: SessionId(2), tunnel: reused };
    assert_eq!(village.access(CELL, &indication), [Out::Event(event)]);
}
