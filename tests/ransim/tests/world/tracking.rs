use std::time::Duration;

use pumice_ransim::phone::{Command, EmmState, PhoneTimer, Registered};
use pumice_ransim::ran::EnbIndex;

use crate::connection::idle;
use crate::fake_mme::Mood;
use crate::world::World;

const REGISTERED: EmmState = EmmState::Registered(Registered::NormalService);

#[test]
fn an_idle_phone_reports_when_t3412_ends() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    assert_eq!(world.phone(id).t3412(), Some(Duration::from_secs(600)));
    world.pass(Duration::from_secs(601));
    assert_eq!(world.phone(id).counters().updates, 1);
    assert!(!world.phone(id).is_connected());
    world.pass(Duration::from_secs(1_200));
    assert_eq!(world.phone(id).counters().updates, 3);
    assert_eq!(world.mme.mac_failures, 0);
}

#[test]
fn a_connected_phone_does_not_report() {
    let mut world = World::new();
    let id = world.attached(1);
    world.pass(Duration::from_secs(3_600));
    assert_eq!(world.phone(id).counters().updates, 0);
}

#[test]
fn another_area_is_reported_and_the_same_is_not() {
    let mut world = World::new();
    let near = world.add_enb(7, 2);
    let far = world.add_enb(8, 3);
    let id = idle(&mut world, 1);
    world.carry(id, Some(near));
    assert_eq!(world.phone(id).counters().updates, 0);
    world.carry(id, Some(far));
    assert_eq!(world.phone(id).counters().updates, 1);
    assert_eq!(world.phone(id).tais()[0].tac.0, 8);
}

#[test]
fn an_update_with_something_to_send_brings_bearers() {
    let mut world = World::new();
    let far = world.add_enb(8, 2);
    let id = idle(&mut world, 1);
    world.command(id, Command::TrackingAreaUpdate { active: true });
    assert!(world.phone(id).has_bearers_up());
    assert_eq!(world.phone(id).state(), REGISTERED);
    // On the way with a connection: it is lost, and the phone reports where it is.
    world.carry(id, Some(far));
    assert_eq!(world.phone(id).counters().updates, 2);
}

#[test]
fn an_update_without_answer_is_tried_again() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.mme.mood = Mood::Silent;
    world.command(id, Command::TrackingAreaUpdate { active: false });
    assert_eq!(world.phone(id).state(), EmmState::TrackingAreaUpdatingInitiated);
    world.pass(Duration::from_secs(15));
    assert_eq!(world.phone(id).state(), EmmState::Registered(Registered::AttemptingToUpdate));
    assert!(world.phone(id).timer(PhoneTimer::T3411).is_some());
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(10));
    assert_eq!(world.phone(id).state(), REGISTERED);
    assert_eq!(world.phone(id).counters().updates, 1);
}

#[test]
fn an_implicitly_detached_phone_attaches() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.mme.mood = Mood::Rejects(10, None);
    world.command(id, Command::TrackingAreaUpdate { active: false });
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(11));
    assert_eq!(world.phone(id).counters().attaches, 2);
}

#[test]
fn a_phone_that_was_out_of_reach_reports_when_it_is_back() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.carry(id, None);
    assert_eq!(world.phone(id).state(), EmmState::Registered(Registered::NoCellAvailable));
    world.pass(Duration::from_secs(700));
    assert_eq!(world.phone(id).counters().updates, 0);
    world.carry(id, Some(EnbIndex(0)));
    assert_eq!(world.phone(id).counters().updates, 1);
}
