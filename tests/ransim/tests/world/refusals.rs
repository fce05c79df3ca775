//! What reject causes do to a phone: the tests of the gateway rely on it.

use std::time::Duration;

use pumice_ransim::phone::{Command, Deregistered, EmmState, PhoneTimer, Registered};
use pumice_wire::nas::GprsTimer;

use crate::fake_mme::Mood;
use crate::world::{World, config, plmn};

fn refused(cause: u8) -> (World, pumice_ransim::enb::PhoneId) {
    let mut world = World::new();
    world.mme.mood = Mood::Rejects(cause, None);
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert_eq!(world.phone(id).causes().emm.unwrap().0, cause);
    (world, id)
}

#[test]
fn causes_that_kill_the_sim_until_the_phone_is_switched_off() {
    for cause in [3, 6, 8, 7] {
        let (mut world, id) = refused(cause);
        let phone = world.phone(id);
        assert_eq!(phone.state(), EmmState::Deregistered(Deregistered::NoImsi), "#{cause}");
        assert!(!phone.sim_state().serves_elsewhere(plmn()), "#{cause}");
        assert_eq!(phone.sim_state().invalid_for_non_eps, cause != 7);
        world.mme.mood = Mood::Serves;
        world.pass(Duration::from_secs(86_400));
        assert!(!world.phone(id).state().is_registered(), "#{cause} must last");
        world.command(id, Command::PullBattery);
        world.power_on(id);
        assert!(world.phone(id).state().is_registered(), "#{cause} must end with the battery");
    }
}

#[test]
fn a_forbidden_network_outlives_the_battery() {
    let (mut world, id) = refused(11);
    assert_eq!(world.phone(id).sim_state().forbidden_plmns, [plmn()]);
    world.mme.mood = Mood::Serves;
    world.command(id, Command::PullBattery);
    world.power_on(id);
    assert!(!world.phone(id).state().is_registered());
}

#[test]
fn no_suitable_cells_keeps_the_sim_and_ends_after_hours() {
    let (mut world, id) = refused(15);
    let phone = world.phone(id);
    assert!(phone.sim_state().serves_elsewhere(plmn()));
    assert_eq!(phone.sim_state().forbidden_areas_roaming.len(), 1);
    assert_eq!(phone.state(), EmmState::Deregistered(Deregistered::LimitedService));
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(11 * 3_600));
    assert!(!world.phone(id).state().is_registered());
    world.pass(Duration::from_secs(2 * 3_600));
    assert!(world.phone(id).state().is_registered());
}

#[test]
fn another_area_is_tried_after_no_suitable_cells() {
    let (mut world, id) = refused(15);
    let other = world.add_enb(8, 2);
    world.mme.mood = Mood::Serves;
    // T3440: the network did not release the connection.
    world.pass(Duration::from_secs(10));
    world.carry(id, Some(other));
    assert!(world.phone(id).state().is_registered());
}

#[test]
fn congestion_keeps_the_phone_away_for_t3346() {
    let mut world = World::new();
    world.mme.mood = Mood::Rejects(22, Some(GprsTimer::at_least(Duration::from_secs(120))));
    let id = world.add_phone(config(1));
    world.power_on(id);
    let ends = world.phone(id).timer(PhoneTimer::T3346).unwrap();
    // Without protection the value is not trusted: 15 to 30 minutes are drawn (TS 24.301 5.5.1.2.5).
    assert!((15 * 60..=30 * 60).contains(&ends.since_start().as_secs()));
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(14 * 60));
    assert!(!world.phone(id).state().is_registered());
    world.pass(Duration::from_secs(17 * 60));
    assert!(world.phone(id).state().is_registered());
}

#[test]
fn another_cause_is_tried_five_times_and_then_after_t3402() {
    let (mut world, id) = refused(17);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.mme.count("Attach request"), 5);
    assert!(world.phone(id).timer(PhoneTimer::T3402).is_some());
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(12 * 60));
    assert!(world.phone(id).state().is_registered());
    assert_eq!(world.mme.count("Attach request"), 6);
}

#[test]
fn a_service_that_is_refused_with_unknown_identity_ends_in_a_new_attach() {
    let mut world = World::new();
    let id = world.attached(1);
    let mme_ue = world.mme.ue(crate::world::sim(1).imsi).mme_ue.0;
    let release = world.mme.release(mme_ue, pumice_wire::s1ap::Cause::NAS_NORMAL_RELEASE);
    world.say(release);
    world.mme.mood = Mood::Rejects(9, None);
    world.command(id, Command::ServiceRequest);
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(11));
    assert_eq!(world.phone(id).state(), EmmState::Registered(Registered::NormalService));
    assert_eq!(world.phone(id).counters().attaches, 2);
    assert_eq!(world.mme.count("Authentication response"), 2, "the old context was dropped");
}
