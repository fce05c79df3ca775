use pumice_dataplane::{Cause, PhoneToPhone};
use pumice_model::limits::Limits;
use pumice_model::rules::*;
use smoltcp::wire::Ipv4Packet;

use crate::village::*;

fn one_hop_later(mut packet: Vec<u8>) -> Vec<u8> {
    let mut view = Ipv4Packet::new_unchecked(&mut packet[..]);
    view.set_hop_limit(view.hop_limit() - 1);
    view.fill_checksum();
    packet
}

fn with_hop_limit(hop_limit: u8) -> Vec<u8> {
    let mut packet = ipv4(phone(1), phone(2), b"hello");
    let mut view = Ipv4Packet::new_unchecked(&mut packet[..]);
    view.set_hop_limit(hop_limit);
    view.fill_checksum();
    packet
}

#[test]
fn packet_turns_round_in_the_gateway() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), phone(2), b"hello");
    assert_eq!(village.uplink(1, &packet), [down(CELL, 2, &one_hop_later(packet))]);
    assert_eq!((village.usage(1).uplink_octets, village.usage(2).downlink_octets), (25, 25));
    assert_eq!(village.forwarder.counters().phone_to_phone.packets, 1);
}

#[test]
fn idle_phone_is_paged_for_its_neighbour() {
    let mut village = Village::with_phones();
    village.modify(2, Action::BufferAndNotify { packets: 4 });
    let packet = ipv4(phone(1), phone(2), b"hello");
    let told = UserPlaneEvent::DownlinkData { session: SessionId(2) };
    assert_eq!(village.uplink(1, &packet), [Out::Event(told)]);
    assert_eq!(village.modify(2, to_cell(CELL, 2)), [down(CELL, 2, &one_hop_later(packet))]);
}

#[test]
fn kernel_answers_what_needs_an_icmp() {
    let mut village = Village::with_phones();
    for hop_limit in [0, 1] {
        let last = with_hop_limit(hop_limit);
        assert_eq!(village.uplink(1, &last), [Out::Core(last)]);
    }
    let last_but_one = with_hop_limit(2);
    assert_eq!(village.uplink(1, &last_but_one), [down(CELL, 2, &one_hop_later(last_but_one))]);
    let large = ipv4(phone(1), phone(2), &[0; 1_381]);
    assert_eq!(village.uplink(1, &large), [Out::Core(large)]);
    let fits = ipv4(phone(1), phone(2), &[0; 1_380]);
    assert_eq!(village.uplink(1, &fits), [down(CELL, 2, &one_hop_later(fits))]);
}

#[test]
fn phones_may_be_kept_apart() {
    let mut village = Village::with(Limits::default(), PhoneToPhone::Dropped);
    for n in [1, 2] {
        village.establish(session(n, to_cell(CELL, n)));
    }
    assert_eq!(village.uplink(1, &ipv4(phone(1), phone(2), b"x")), [Out::Dropped(Cause::PhoneToPhone)]);
    let packet = ipv4(phone(1), WEB, b"x");
    assert_eq!(village.uplink(1, &packet), [Out::Core(packet)]);
}

#[test]
fn address_of_no_phone_goes_to_the_kernel() {
    let mut village = Village::with_phones();
    let packet = ipv4(phone(1), phone(250), b"x");
    assert_eq!(village.uplink(1, &packet), [Out::Core(packet)]);
}
