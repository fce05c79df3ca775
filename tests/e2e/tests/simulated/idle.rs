//! Phones go idle and come back: release, service request (TS 24.301 5.6.1), implicit detach (TS 23.401 4.3.5.2).

use pumice_e2e::{HOST, udp};
use pumice_model::event::{DetachReason, Event};
use pumice_ransim::phone::Command;
use pumice_wire::nas::EmmCause;
use pumice_wire::s1ap::{Cause, Message};

use crate::support::{RELEASED, Village, minutes, seconds};

/// A service request, up to the end.
pub(crate) const SERVICE: [&str; 4] = [
    "> Service request",
    "< InitialContextSetupRequest",
    "> UECapabilityInfoIndication",
    "> InitialContextSetupResponse",
];

#[test]
fn the_cell_asks_for_the_release_and_the_phone_is_idle() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let mark = sim.trace().mark();
    sim.make_idle(phone);
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder, ["> UEContextReleaseRequest", RELEASED[0], RELEASED[1]]);
    let cause = sim.messages(phone, mark).find_map(|entry| match entry.s1ap()? {
        Message::UeContextReleaseCommand(command) => Some(command.cause),
        _ => None,
    });
    assert_eq!(cause, Some(Cause::USER_INACTIVITY), "the cell's own cause");
    let view = sim.view(phone).expect("it is registered");
    assert!(!view.connected);
    assert_eq!(sim.metric("connections"), 1, "the bystander's");
    village.finish();
}

#[test]
fn a_packet_of_the_phone_brings_it_back() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let (guti, address) = (sim.phone_of(phone).guti(), sim.address(phone));
    for _ in 0..5 {
        sim.make_idle(phone);
        let mark = sim.trace().mark();
        sim.assert_served(phone);
        assert_eq!(sim.ladder_since(phone, mark), SERVICE);
    }
    assert_eq!((sim.phone_of(phone).guti(), sim.address(phone)), (guti, address));
    assert_eq!(sim.phone_of(phone).counters().services, 5);
    village.finish();
}

#[test]
fn a_cell_that_releases_after_inactivity_leaves_no_connection_behind() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let mut config = sim.cell_config(2);
    config.inactivity = Some(seconds(10));
    let cell = sim.add_cell_with(config);
    let phones = sim.add_phones(1..=10, cell);
    for phone in &phones {
        sim.switch_on(*phone);
    }
    sim.run_for(seconds(60));
    assert_eq!(sim.metric("connections"), 1, "the bystander's");
    for phone in phones {
        assert!(sim.view(phone).is_some_and(|view| !view.connected));
        sim.assert_served(phone);
    }
    village.finish();
}

#[test]
fn both_sides_ask_for_the_release_at_once() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    // An update without the wish for bearers is followed by a release by the gateway; the cell asks for it meanwhile.
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.run_until("the command is sent", seconds(1), |sim| sim.count(phone, mark, RELEASED[0]) == 1);
    sim.ask_release(phone, Cause::USER_INACTIVITY);
    sim.settle();
    assert_eq!(sim.count(phone, mark, RELEASED[0]), 1);
    assert_eq!(sim.count(phone, mark, RELEASED[1]), 1);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn the_radio_is_lost_and_the_phone_comes_back() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let other = sim.add_cell(2);
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.carry(phone, Some(other));
    sim.settle();
    assert!(sim.view(phone).is_some_and(|view| !view.connected));
    sim.assert_served(phone);
    let ecgi = sim.view(phone).and_then(|view| view.cell);
    assert_eq!(ecgi, sim.ran().enb(other).map(|enb| enb.config().ecgi));
    village.finish();
}

#[test]
fn a_phone_that_nobody_knows_is_made_to_attach() {
    let mut village = Village::new();
    let Village { sim, cell, bystander } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    // The gateway loses all that it knew.
    sim.crash(pumice_e2e::Crash::Stop);
    sim.settings_mut().seed = 2;
    sim.forget_disk_but_subscribers();
    sim.boot();
    sim.connect(*cell);
    sim.settle();
    let mark = sim.trace().mark();
    sim.order(phone, Command::ServiceRequest);
    sim.run_until("it attaches", seconds(60), |sim| sim.is_attached(phone));
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..2], ["> Service request", "< Service reject"]);
    let cause = sim.rejection(phone, mark).map(|rejection| rejection.emm);
    assert_eq!(cause, Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED));
    sim.assert_served(phone);
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn a_call_over_another_network_is_refused_and_data_goes_on() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    for idle in [false, true] {
        if idle {
            sim.make_idle(phone);
        }
        let mark = sim.trace().mark();
        sim.order(phone, Command::CsFallback);
        sim.settle();
        let ladder = sim.ladder_since(phone, mark);
        assert_eq!(ladder[..2], ["> Extended service request", "< Service reject"], "idle: {idle}");
        let cause = sim.rejection(phone, mark).map(|rejection| rejection.emm);
        assert_eq!(cause, Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE));
        sim.run_for(seconds(20));
        sim.assert_served(phone);
    }
    village.finish();
}

#[test]
fn a_silent_phone_is_detached_in_the_end_and_not_before() {
    let mut village = Village::new();
    let Village { sim, cell, bystander } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let imsi = sim.phone_of(phone).config().sim.imsi;
    sim.make_idle(phone);
    sim.carry(phone, None);
    // T3412, then as long as a phone is thought reachable, then as long again.
    sim.run_for(minutes(54 + 4 + 4) - seconds(2));
    assert!(sim.view(phone).is_some());
    sim.run_for(seconds(4));
    assert!(sim.view(phone).is_none());
    assert!(sim.has_event(|event| *event == Event::PhoneDetached { imsi, reason: DetachReason::Implicit }));
    assert_eq!(sim.metric("implicit_detach_total"), 1);
    assert_eq!(sim.metric("bearers"), 1, "the bystander's");
    sim.assert_served(*bystander);
    // It has not noticed, and comes back.
    let mark = sim.trace().mark();
    sim.carry(phone, Some(*cell));
    sim.assert_recovers(phone);
    assert!(sim.count(phone, mark, "> Attach request") > 0);
    village.finish();
}

#[test]
fn a_phone_that_is_thought_out_of_reach_is_not_called() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    sim.carry(phone, None);
    sim.run_for(minutes(54 + 4) + seconds(1));
    let address = sim.address(phone).expect("an address");
    sim.send_from_internet(udp((HOST, 9), (address, 9), b"anybody?"));
    let mark = sim.trace().mark();
    sim.run_for(seconds(30));
    assert_eq!(sim.count(phone, mark, "< Paging"), 0);
    // It is back in time, without a detach.
    sim.carry(phone, Some(*cell));
    sim.assert_served(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    sim.send_from_internet(udp((HOST, 9), (address, 9), b"you"));
    sim.run_for(seconds(5));
    assert_eq!(sim.count(phone, mark, "< Paging"), 1);
    assert_eq!(sim.count(phone, mark, "> Service request"), 1);
    village.finish();
}

#[test]
fn connected_phones_are_not_detached_for_being_silent() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    sim.run_for(minutes(5 * 60));
    village.finish();
}
