//! Phones that say nothing any more (TS 23.401 4.3.5.2): the mobile reachable timer, then implicit detach.

use core::time::Duration;

use pumice_e2e::{Crash, HOST, Settings, Sim, udp};
use pumice_model::event::{DetachReason, Event};
use pumice_model::time::Instant;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_wire::nas::EmmCause;

use super::released;
use crate::support::{Village, minutes, seconds};

/// A phone that went idle, and when; it is out of reach now.
fn gone(village: &mut Village) -> (PhoneId, Instant) {
    let Village { sim, cell, .. } = village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let mark = sim.trace().mark();
    sim.make_idle(phone);
    let (idle, _) = released(sim, phone, mark).expect("it was released");
    sim.carry(phone, None);
    (phone, idle)
}

fn run_to(sim: &mut Sim, at: Instant) {
    let span = at.since(sim.now());
    sim.run_for(span);
}

/// A packet for the phone: does it make the gateway call?
fn is_called(sim: &mut Sim, phone: PhoneId) -> bool {
    let address = sim.address(phone).expect("the phone thinks that it has one");
    let mark = sim.trace().mark();
    sim.send_from_internet(udp((HOST, 9), (address, 9), b"hello"));
    sim.run_for(seconds(1));
    sim.count(phone, mark, "< Paging") > 0
}

fn is_detached_for_silence(sim: &Sim) -> bool {
    sim.has_event(|event| matches!(event, Event::PhoneDetached { reason: DetachReason::Implicit, .. }))
}

const INSTANT: Duration = Duration::from_millis(1);

#[test]
fn a_silent_phone_is_detached_at_its_time() {
    let mut village = Village::new();
    let (phone, idle) = gone(&mut village);
    let sim = &mut village.sim;
    let timers = sim.settings().config.timers;
    let end = idle + timers.t3412 + timers.reachable_grace * 2;
    run_to(sim, end - INSTANT);
    assert!(sim.view(phone).is_some(), "not before its time");
    assert_eq!(sim.metric("bearers"), 2);
    run_to(sim, end);
    assert!(sim.view(phone).is_none());
    assert!(is_detached_for_silence(sim));
    assert_eq!((sim.metric("implicit_detach_total"), sim.metric("bearers"), sim.metric("phones")), (1, 1, 2));
    // It comes back and is told to register anew, which its context still proves.
    let mark = sim.trace().mark();
    let cell = village.cell;
    sim.carry(phone, Some(cell));
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.run_until("it attaches", minutes(1), |sim| sim.is_attached(phone));
    sim.settle();
    assert_eq!(
        sim.rejection(phone, mark).map(|rejection| rejection.emm),
        Some(EmmCause::IMPLICITLY_DETACHED)
    );
    assert_eq!(sim.count(phone, mark, "< Authentication request"), 0);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn it_is_called_until_it_is_thought_out_of_reach() {
    let mut village = Village::new();
    let (phone, idle) = gone(&mut village);
    let sim = &mut village.sim;
    let timers = sim.settings().config.timers;
    let unreachable = idle + timers.t3412 + timers.reachable_grace;
    run_to(sim, unreachable - minutes(1));
    assert!(is_called(sim, phone), "it may be there");
    run_to(sim, unreachable + seconds(1));
    assert!(!is_called(sim, phone), "it has missed its update: nobody calls where nobody is");
    // It was only late: what has waited for it meets it.
    let cell = village.cell;
    sim.carry(phone, Some(cell));
    sim.assert_served(phone);
    sim.make_idle(phone);
    assert!(is_called(sim, phone), "it is there again");
    assert!(!is_detached_for_silence(sim));
    village.finish();
}

#[test]
fn a_phone_that_is_connected_is_not_silent() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.run_for(minutes(180));
    assert!(sim.view(phone).is_some_and(|view| view.connected));
    assert_eq!(sim.metric("implicit_detach_total"), 0);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_restart_gives_a_silent_phone_its_time_anew() {
    let mut village = Village::new();
    let (phone, idle) = gone(&mut village);
    let sim = &mut village.sim;
    let timers = sim.settings().config.timers;
    run_to(sim, idle + timers.t3412);
    sim.crash(Crash::Stop);
    let booted = sim.now();
    sim.boot();
    let cell = village.cell;
    sim.connect(cell);
    sim.settle();
    let end = booted + timers.t3412 + timers.reachable_grace * 2;
    run_to(sim, end - INSTANT);
    assert!(sim.view(phone).is_some());
    run_to(sim, end);
    assert!(sim.view(phone).is_none());
    sim.carry(phone, Some(cell));
    sim.order(phone, Command::ServiceRequest);
    sim.run_until("it attaches", minutes(1), |sim| sim.is_attached(phone));
    sim.settle();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn the_configured_spans_are_kept() {
    let settings = Settings::default().with_timers(|timers| {
        timers.t3412 = minutes(6);
        timers.reachable_grace = seconds(30);
    });
    let mut village = Village::with(settings);
    let (phone, idle) = gone(&mut village);
    let sim = &mut village.sim;
    assert_eq!(sim.phone_of(phone).t3412(), Some(minutes(6)), "the phone is told");
    run_to(sim, idle + minutes(7) - INSTANT);
    assert!(sim.view(phone).is_some());
    run_to(sim, idle + minutes(7));
    assert!(sim.view(phone).is_none());
    village.finish();
}
