use std::time::Duration;

use pumice_ransim::phone::{Command, Deregistered, EmmState, PhoneTimer};
use pumice_ransim::ran::EnbIndex;

use crate::fake_mme::Mood;
use crate::world::{World, config};

#[test]
fn an_attach_without_answer_ends_after_t3410_and_is_tried_again_after_t3411() {
    let mut world = World::new();
    world.mme.mood = Mood::Silent;
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert_eq!(world.phone(id).timer(PhoneTimer::T3410), Some(world.now + Duration::from_secs(15)));
    world.pass(Duration::from_secs(15));
    assert_eq!(world.phone(id).state(), EmmState::Deregistered(Deregistered::AttemptingToAttach));
    assert_eq!(world.ran.enb(EnbIndex(0)).unwrap().connections(), 0, "the phone has left its connection");
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(10));
    assert!(world.phone(id).state().is_registered());
}

#[test]
fn five_attaches_without_answer_are_followed_by_t3402_and_the_imsi() {
    let mut world = World::new();
    let id = world.attached(1);
    world.command(id, Command::Detach);
    world.mme.mood = Mood::Silent;
    world.command(id, Command::Attach);
    world.pass(Duration::from_secs(5 * 15 + 4 * 10));
    assert_eq!(world.mme.count("Attach request"), 1 + 5);
    assert_eq!(world.phone(id).guti(), None, "the GUTI is forgotten");
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(11 * 60));
    assert!(!world.phone(id).state().is_registered());
    world.pass(Duration::from_secs(60));
    assert!(world.phone(id).state().is_registered());
    assert_eq!(world.mme.count("Authentication response"), 2);
}

#[test]
fn a_reject_without_release_ends_with_t3440() {
    let mut world = World::new();
    world.mme.mood = Mood::Rejects(15, None);
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert!(world.phone(id).is_connected());
    world.pass(Duration::from_secs(10));
    assert!(!world.phone(id).is_connected());
    assert_eq!(world.mme.count("UEContextReleaseRequest"), 1);
}

#[test]
fn a_network_that_goes_silent_after_authentication_is_left() {
    let mut world = World::new();
    world.mme.mood = Mood::StopsAfterAuthentication;
    let id = world.add_phone(config(1));
    world.power_on(id);
    world.pass(Duration::from_secs(15));
    assert!(!world.phone(id).is_connected());
    world.mme.mood = Mood::Serves;
    world.pass(Duration::from_secs(10));
    assert!(world.phone(id).state().is_registered());
}

#[test]
fn a_week_of_a_hundred_phones_passes_in_order() {
    let mut world = World::new();
    world.ran.enb_mut(EnbIndex(0)).unwrap().config_mut().inactivity = Some(Duration::from_secs(10));
    let ids: Vec<_> = (1..=100).map(|number| world.attached(number)).collect();
    world.mme.t3412 = pumice_wire::nas::GprsTimer::at_least(Duration::from_secs(3 * 3_600));
    world.pass(Duration::from_secs(7 * 86_400));
    for id in ids {
        // 600 s at first, three hours from then on.
        let updates = world.phone(id).counters().updates;
        assert!((55..=57).contains(&updates), "{updates}");
        assert!(world.phone(id).state().is_registered());
    }
    assert_eq!(world.mme.mac_failures, 0);
}
