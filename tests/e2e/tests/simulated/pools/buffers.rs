//! Packets that wait for idle phones.

use pumice_dataplane::Cause;
use pumice_e2e::{HOST, Settings, Sim, udp};
use pumice_ransim::enb::PhoneId;

use crate::support::{Village, seconds};

fn call(sim: &mut Sim, phone: PhoneId, number: u8, length: usize) {
    let address = sim.address(phone).expect("it has an address");
    let mut payload = vec![0; length];
    payload[0] = number;
    sim.send_from_internet(udp((HOST, 9), (address, 9), &payload));
    sim.run_for(core::time::Duration::from_millis(21));
}

/// The numbers of the packets that came.
fn came(sim: &mut Sim, phone: PhoneId) -> Vec<u8> {
    // The payload begins after the headers of IPv4 and UDP.
    sim.phone_mut(phone).received_packets().drain(..).map(|packet| packet[28]).collect()
}

fn idle_and_away(village: &mut Village, number: u64) -> PhoneId {
    let Village { sim, cell, .. } = village;
    let phone = sim.add_phone(number, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    sim.carry(phone, None);
    phone
}

fn dropped(sim: &Sim) -> u64 {
    sim.gateway().forwarder().counters().drops(Cause::KeptFull)
}

#[test]
fn of_one_phone_the_oldest_goes() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.buffered_packets = 4));
    let phone = idle_and_away(&mut village, 1);
    let Village { sim, cell, .. } = &mut village;
    for number in 1..=4 {
        call(sim, phone, number, 10);
    }
    assert_eq!(dropped(sim), 0);
    for number in 5..=6 {
        call(sim, phone, number, 10);
    }
    assert_eq!((dropped(sim), sim.gateway().forwarder().counters().kept_packets), (2, 4));
    let mark = sim.trace().mark();
    sim.carry(phone, Some(*cell));
    sim.run_for(seconds(5));
    assert_eq!(sim.count(phone, mark, "< Paging"), 1);
    assert_eq!(came(sim, phone), [3, 4, 5, 6]);
    assert_eq!(sim.gateway().forwarder().counters().kept_packets, 0);
    assert!(sim.view(phone).is_some_and(|view| view.connected));
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn of_all_phones_the_oldest_goes_when_octets_run_out() {
    let settings = Settings::default().with_limits(|limits| limits.buffered_octets = 4_000);
    let mut village = Village::with(settings);
    let (first, second) = (idle_and_away(&mut village, 1), idle_and_away(&mut village, 2));
    let Village { sim, cell, .. } = &mut village;
    for number in 1..=3 {
        call(sim, first, number, 1_000);
    }
    assert_eq!(dropped(sim), 0);
    for number in 11..=12 {
        call(sim, second, number, 1_000);
    }
    let counters = sim.gateway().forwarder().counters();
    assert!(counters.kept_octets <= 4_000, "{}", counters.kept_octets);
    assert_eq!((dropped(sim), counters.kept_packets), (2, 3));
    sim.carry(first, Some(*cell));
    sim.carry(second, Some(*cell));
    sim.run_for(seconds(5));
    assert_eq!(came(sim, first), [3]);
    assert_eq!(came(sim, second), [11, 12]);
    sim.assert_served(first);
    sim.assert_served(second);
    village.finish();
}

#[test]
fn a_flood_for_a_phone_that_never_answers_is_bounded_in_octets_and_in_calls() {
    let mut village = Village::new();
    let phone = idle_and_away(&mut village, 1);
    let Village { sim, bystander, .. } = &mut village;
    let mark = sim.trace().mark();
    let limits = sim.settings().config.limits;
    let timers = sim.settings().config.timers;
    for number in 0..200_u8 {
        call(sim, phone, number, 1_000);
    }
    assert_eq!(sim.gateway().forwarder().counters().kept_packets, limits.buffered_packets as usize);
    sim.assert_served(*bystander);
    let called = sim.count(phone, mark, "< Paging");
    assert!(called <= 2, "200 packets in 4.2 s call {called} times; T3413 is {:?}", timers.t3413);
    village.finish();
}
