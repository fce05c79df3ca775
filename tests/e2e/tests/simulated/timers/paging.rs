//! T3413: paging, paging again, and giving up.

use pumice_e2e::{HOST, Sim, udp};
use pumice_ransim::enb::PhoneId;

use super::{every, schedule};
use crate::support::{Village, seconds};

const PAGING: &str = "< Paging";

/// A packet from the internet with a payload of its own.
fn call(sim: &mut Sim, phone: PhoneId, payload: &[u8]) {
    let address = sim.address(phone).expect("it has an address");
    sim.send_from_internet(udp((HOST, 9), (address, 9), payload));
}

fn waiting(sim: &Sim) -> usize {
    sim.gateway().forwarder().counters().kept_packets
}

/// An idle phone out of reach of all cells.
fn out_of_reach(village: &mut Village) -> PhoneId {
    let Village { sim, cell, .. } = village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    sim.carry(phone, None);
    sim.settle();
    phone
}

#[test]
fn t3413_calls_again_and_gives_up() {
    let mut village = Village::new();
    let phone = out_of_reach(&mut village);
    let sim = &mut village.sim;
    let mark = sim.trace().mark();
    call(sim, phone, b"anybody there?");
    let timers = sim.settings().config.timers;
    sim.run_for(timers.t3413 * 4 - seconds(1));
    assert_eq!(waiting(sim), 1);
    sim.run_for(seconds(120));
    assert_eq!(schedule(sim, phone, mark, PAGING), every(timers.t3413, u32::from(timers.paging_attempts)));
    assert_eq!(sim.metric("paging_failed_total"), 1);
    assert_eq!(waiting(sim), 0, "what waited is freed");
    assert!(sim.view(phone).is_some_and(|view| !view.connected), "it stays registered");
    village.finish();
}

#[test]
fn after_giving_up_the_next_packet_calls_again() {
    let mut village = Village::new();
    let phone = out_of_reach(&mut village);
    let sim = &mut village.sim;
    call(sim, phone, b"lost");
    sim.run_for(seconds(60));
    let mark = sim.trace().mark();
    call(sim, phone, b"kept");
    sim.run_for(seconds(1));
    assert_eq!(sim.count(phone, mark, PAGING), 1);
    let cell = village.cell;
    sim.carry(phone, Some(cell));
    sim.run_for(seconds(5));
    assert_eq!(sim.count(phone, mark, PAGING), 2, "the second call reaches it");
    assert_eq!(sim.phone_of(phone).counters().pages, 1);
    let packets: Vec<_> = sim.phone_mut(phone).received_packets().drain(..).collect();
    assert_eq!(packets.len(), 1, "only what waited when it came");
    assert!(packets[0].ends_with(b"kept"));
    sim.run_for(seconds(60));
    assert_eq!(sim.count(phone, mark, PAGING), 2, "T3413 has stopped");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn packets_in_the_meantime_do_not_call_twice() {
    let mut village = Village::new();
    let phone = out_of_reach(&mut village);
    let sim = &mut village.sim;
    let mark = sim.trace().mark();
    for _ in 0..5 {
        call(sim, phone, b"hello");
        sim.run_for(seconds(1));
    }
    let t3413 = sim.settings().config.timers.t3413;
    assert_eq!(schedule(sim, phone, mark, PAGING), every(t3413, 2));
    assert_eq!(waiting(sim), 5);
    village.finish();
}

#[test]
fn a_phone_that_comes_by_itself_is_not_called_any_more() {
    let mut village = Village::new();
    let phone = out_of_reach(&mut village);
    let sim = &mut village.sim;
    let mark = sim.trace().mark();
    call(sim, phone, b"hello");
    sim.run_for(seconds(1));
    let cell = village.cell;
    sim.carry(phone, Some(cell));
    sim.assert_served(phone);
    assert!(sim.view(phone).is_some_and(|view| view.connected));
    sim.run_for(seconds(60));
    assert_eq!(sim.count(phone, mark, PAGING), 1);
    assert_eq!(sim.metric("paging_failed_total"), 0);
    village.finish();
}

#[test]
fn every_cell_of_the_area_calls() {
    let mut village = Village::new();
    let phone = out_of_reach(&mut village);
    let sim = &mut village.sim;
    let second = sim.add_cell(2);
    let mark = sim.trace().mark();
    call(sim, phone, b"hello");
    sim.run_for(seconds(1));
    assert_eq!(sim.count(phone, mark, PAGING), 2);
    sim.carry(phone, Some(second));
    sim.run_for(seconds(4));
    assert!(sim.view(phone).is_some_and(|view| view.connected));
    sim.assert_served(phone);
    village.finish();
}
