//! The disk is full, read-only, or failing: phones are served from memory, operators are told no, and all is well when it is well.

use core::time::Duration;

use pumice_e2e::{Crash, Settings, Sim, Storage, subscriber};
use pumice_model::control::{Command as Order, Refusal};
use pumice_model::event::Event;
use pumice_model::query::StoreHealth;
use pumice_ransim::phone::Command;

use crate::recording_vfs::{Fault, Recorder};
use crate::support::{Village, end_up_served, minutes, seconds};

const FAULTS: [Fault; 3] = [Fault::NoSpace, Fault::ReadOnly, Fault::Sync];

fn village() -> (Village, &'static Recorder) {
    let recorder = Recorder::register();
    let storage = Storage::Database { vfs: Some(recorder.name()) };
    (Village::with(Settings { storage, ..Settings::default() }), recorder)
}

fn add(sim: &mut Sim, number: u64) -> Result<(), Refusal> {
    let card = sim.sim_card(number);
    sim.execute(Order::AddSubscribers(vec![subscriber(&card)]))
}

#[test]
fn phones_are_served_and_operators_refused_while_it_fails() {
    for fault in FAULTS {
        let (mut village, recorder) = village();
        let phone = village.sim.add_phone(1, village.cell);
        let Village { sim, bystander, cell } = &mut village;
        recorder.fail(Some(fault));
        sim.attach(phone);
        sim.assert_served(phone);
        sim.make_idle(phone);
        sim.assert_served(phone);
        let refused = add(sim, 2);
        let Err(Refusal::Store { reason }) = refused else { panic!("{fault:?}: {refused:?}") };
        assert!(!reason.is_empty());
        assert!(matches!(sim.status().store, StoreHealth::Failing { .. }));
        assert!(sim.has_event(|event| matches!(event, Event::StoreFailed { .. })));
        assert_eq!(sim.status().subscribers, 2, "the bystander's and the phone's");
        sim.assert_served(*bystander);
        // What was refused is not in force.
        let stranger = sim.add_stranger(sim.sim_card(2), *cell, |_| {});
        sim.switch_on(stranger);
        sim.settle();
        assert!(sim.rejection(stranger, 0).is_some());
        recorder.fail(None);
        add(sim, 3).expect("the disk is well again");
        assert_eq!(sim.status().store, StoreHealth::Good);
        assert!(sim.has_event(|event| *event == Event::StoreRecovered));
        sim.assert_served(phone);
        village.finish();
    }
}

#[test]
fn what_phones_did_meanwhile_is_on_the_disk_when_it_recovers() {
    let (mut village, recorder) = village();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, bystander, .. } = &mut village;
    recorder.fail(Some(Fault::NoSpace));
    sim.attach(phone);
    sim.make_idle(phone);
    recorder.fail(None);
    sim.run_for(minutes(2));
    let guti = sim.phone_of(phone).guti();
    sim.restart(Crash::Kill);
    assert_eq!(sim.view(phone).and_then(|view| view.guti), guti);
    sim.assert_served(phone);
    sim.assert_served(*bystander);
    village.finish();
}

#[test]
fn its_recovery_is_seen_without_a_change() {
    let (mut village, recorder) = village();
    let Village { sim, .. } = &mut village;
    recorder.fail(Some(Fault::NoSpace));
    add(sim, 2).expect_err("the disk takes nothing");
    recorder.fail(None);
    sim.run_for(minutes(3));
    assert_eq!(sim.status().store, StoreHealth::Good);
    village.finish();
}

#[test]
fn a_gateway_that_dies_while_the_disk_fails_uses_nothing_twice() {
    let (mut village, recorder) = village();
    let phones = village.sim.add_phones(1..=3, village.cell);
    let Village { sim, bystander, cell } = &mut village;
    for phone in &phones {
        sim.attach(*phone);
    }
    recorder.fail(Some(Fault::NoSpace));
    for _ in 0..3 {
        for phone in &phones {
            sim.order(*phone, Command::PullBattery);
            sim.settle();
            *sim.phone_mut(*phone).security_mut() = None;
            sim.phone_mut(*phone).set_guti(None);
            sim.attach(*phone);
            sim.assert_served(*phone);
        }
    }
    sim.crash(Crash::PowerCut);
    recorder.fail(None);
    sim.boot();
    sim.connect(*cell);
    sim.settle();
    for phone in &phones {
        sim.assert_recovers(*phone);
    }
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn a_phone_that_talks_much_while_the_disk_fails_gets_a_key_that_the_disk_has_not_seen() {
    let (mut village, recorder) = village();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, bystander, cell } = &mut village;
    sim.attach(phone);
    recorder.fail(Some(Fault::NoSpace));
    // Each is answered by a status message with a COUNT of its own: more than were persisted ahead.
    for _ in 0..100 {
        sim.order(phone, Command::SendContainer(vec![9, 1, 2, 3]));
        sim.run_for(Duration::from_millis(20));
    }
    assert!(sim.metric("nas_count_at_ceiling_total") > 0);
    end_up_served(sim, phone);
    sim.crash(Crash::PowerCut);
    recorder.fail(None);
    sim.boot();
    sim.connect(*cell);
    sim.settle();
    // The monitor has an eye on COUNTs that come twice.
    end_up_served(sim, phone);
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn a_start_on_a_disk_that_takes_nothing_serves_who_is_known() {
    for fault in [Fault::NoSpace, Fault::ReadOnly] {
        let (mut village, recorder) = village();
        let phone = village.sim.add_phone(1, village.cell);
        let Village { sim, bystander, cell } = &mut village;
        sim.attach(phone);
        sim.make_idle(phone);
        sim.crash(Crash::Stop);
        recorder.fail(Some(fault));
        sim.boot();
        sim.connect(*cell);
        sim.settle();
        sim.assert_recovers(phone);
        sim.assert_recovers(*bystander);
        let refused = add(sim, 2);
        assert!(matches!(refused, Err(Refusal::Store { .. })), "{fault:?}: {refused:?}");
        recorder.fail(None);
        sim.run_for(seconds(90));
        add(sim, 3).expect("the disk is well again");
        village.finish();
    }
}
