//! Paging (TS 24.301 5.6.2): packets for idle phones.

use core::time::Duration;

use pumice_e2e::{HOST, Sim, udp};
use pumice_model::identity::Tac;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_wire::s1ap::{Message, PagingDrx};

use crate::idle::SERVICE;
use crate::support::{Village, minutes, seconds};

fn send(sim: &mut Sim, phone: PhoneId, number: u16) {
    let address = sim.address(phone).expect("an address");
    sim.send_from_internet(udp((HOST, 9), (address, number), &number.to_be_bytes()));
}

/// The numbers of the datagrams that a phone has received, in order.
fn received(sim: &mut Sim, phone: PhoneId) -> Vec<u16> {
    let packets = sim.phone_mut(phone).received_packets();
    // Destination port: the second field of the UDP header behind 20 octets of IP.
    packets.drain(..).map(|packet| u16::from_be_bytes([packet[22], packet[23]])).collect()
}

fn idle_phone(village: &mut Village) -> PhoneId {
    let phone = village.sim.add_phone(1, village.cell);
    village.sim.attach(phone);
    village.sim.make_idle(phone);
    phone
}

#[test]
fn an_idle_phone_is_called_and_gets_its_packets_in_order() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, .. } = &mut village;
    let mark = sim.trace().mark();
    for number in 1..=10 {
        send(sim, phone, number);
    }
    sim.settle();
    let mut expected = vec!["< Paging"];
    expected.extend(SERVICE);
    assert_eq!(sim.ladder_since(phone, mark), expected);
    assert_eq!(received(sim, phone), (1..=10).collect::<Vec<_>>());
    sim.run_for(seconds(30));
    assert_eq!(sim.count(phone, mark, "< Paging"), 1, "who has answered is not called again");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn packets_that_come_while_it_answers_keep_their_order() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, .. } = &mut village;
    for number in 1..=12 {
        send(sim, phone, number);
        sim.run_for(Duration::from_millis(3));
    }
    sim.settle();
    assert_eq!(received(sim, phone), (1..=12).collect::<Vec<_>>());
    village.finish();
}

#[test]
fn of_many_packets_the_last_are_kept() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, .. } = &mut village;
    let kept = sim.settings().config.limits.buffered_packets as u16;
    for number in 1..=40 {
        send(sim, phone, number);
    }
    sim.settle();
    assert_eq!(received(sim, phone), (41 - kept..=40).collect::<Vec<_>>());
    village.finish();
}

#[test]
fn a_phone_out_of_reach_is_called_four_times_and_its_packets_are_freed() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, cell, .. } = &mut village;
    sim.carry(phone, None);
    let mark = sim.trace().mark();
    send(sim, phone, 1);
    sim.run_for(seconds(60));
    let calls: Vec<_> = sim.messages(phone, mark).map(|entry| entry.at).collect();
    assert_eq!(calls.len(), 4);
    for pair in calls.windows(2) {
        assert_eq!(pair[1].since(pair[0]), seconds(4), "T3413");
    }
    assert_eq!(sim.metric("paging_failed_total"), 1);
    assert_eq!(sim.gateway().forwarder().counters().kept_packets, 0);
    // The next packet calls it again, and it is here.
    sim.carry(phone, Some(*cell));
    sim.settle();
    let mark = sim.trace().mark();
    send(sim, phone, 2);
    sim.settle();
    assert_eq!(sim.count(phone, mark, "< Paging"), 1);
    assert_eq!(received(sim, phone), [2]);
    village.finish();
}

#[test]
fn a_phone_answers_the_third_call() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, cell, .. } = &mut village;
    sim.carry(phone, None);
    let mark = sim.trace().mark();
    send(sim, phone, 1);
    sim.run_for(seconds(7));
    sim.carry(phone, Some(*cell));
    sim.run_for(seconds(30));
    assert_eq!(sim.count(phone, mark, "< Paging"), 3);
    assert_eq!(received(sim, phone), [1]);
    village.finish();
}

#[test]
fn every_cell_of_the_area_calls() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, .. } = &mut village;
    let other = sim.add_cell(2);
    // The phone has moved without a word: the areas are the same.
    sim.carry(phone, Some(other));
    sim.settle();
    let mark = sim.trace().mark();
    send(sim, phone, 1);
    sim.settle();
    assert_eq!(sim.count(phone, mark, "< Paging"), 2);
    assert_eq!(received(sim, phone), [1]);
    assert_eq!(sim.cells()[1].phones, 1);
    village.finish();
}

#[test]
fn the_call_says_when_the_phone_listens() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    // Its own cycle is 64 frames, the cell's 128.
    let phone = sim.add_phone_with(777, *cell, |config| config.drx = Some(0x0a70));
    sim.attach(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    send(sim, phone, 1);
    sim.settle();
    let paging = sim.messages(phone, mark).find_map(|entry| match entry.s1ap()? {
        Message::Paging(paging) => Some(paging),
        _ => None,
    });
    let paging = paging.expect("a call");
    assert_eq!(paging.paging_drx, Some(PagingDrx::V64));
    assert_eq!(u64::from(paging.ue_identity_index), 1_010_000_000_777_u64 % 1024);
    assert_eq!(paging.tais[0].tac, Tac(7));
    assert_eq!(received(sim, phone), [1], "it was listening");
    village.finish();
}

#[test]
fn a_phone_that_comes_by_itself_is_not_called_any_more() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, cell, .. } = &mut village;
    sim.carry(phone, None);
    send(sim, phone, 1);
    sim.run_for(seconds(1));
    sim.carry(phone, Some(*cell));
    sim.order(phone, Command::ServiceRequest);
    let mark = sim.trace().mark();
    sim.run_for(minutes(1));
    assert_eq!(sim.count(phone, mark, "< Paging"), 0);
    assert_eq!(received(sim, phone), [1]);
    village.finish();
}

#[test]
fn a_phone_that_only_updates_is_called_for_what_waits() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, cell, .. } = &mut village;
    sim.carry(phone, None);
    send(sim, phone, 1);
    sim.run_for(seconds(1));
    sim.carry(phone, Some(*cell));
    let mark = sim.trace().mark();
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.run_for(seconds(30));
    assert_eq!(received(sim, phone), [1], "{:?}", sim.ladder_since(phone, mark));
    village.finish();
}

#[test]
fn a_detached_phone_is_not_called() {
    let mut village = Village::new();
    let phone = idle_phone(&mut village);
    let Village { sim, .. } = &mut village;
    let address = sim.address(phone).expect("an address");
    sim.order(phone, Command::SwitchOff);
    sim.settle();
    let mark = sim.trace().mark();
    sim.send_from_internet(udp((HOST, 9), (address, 1), b"hello"));
    sim.run_for(seconds(20));
    assert_eq!(sim.trace().since(mark).len(), 0);
    village.finish();
}
