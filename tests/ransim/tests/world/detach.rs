use std::time::Duration;

use pumice_ransim::phone::{Command, Deregistered, EmmState, Registered};
use pumice_wire::nas::EmmCause;

use crate::connection::idle;
use crate::fake_mme::Mood;
use crate::world::{World, sim};

const DEREGISTERED: EmmState = EmmState::Deregistered(Deregistered::NormalService);

#[test]
fn a_phone_detaches_and_attaches_again() {
    let mut world = World::new();
    let id = world.attached(1);
    world.command(id, Command::Detach);
    assert_eq!(world.phone(id).state(), DEREGISTERED);
    assert!(!world.phone(id).is_connected() && world.phone(id).bearers().is_empty());
    world.command(id, Command::Attach);
    assert!(world.phone(id).state().is_registered());
}

#[test]
fn an_idle_phone_switches_off_on_a_connection_of_its_own() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    world.command(id, Command::SwitchOff);
    assert_eq!(world.phone(id).state(), EmmState::Null);
    assert_eq!(world.mme.heard.last(), Some(&"UEContextReleaseComplete"));
    assert_eq!(world.mme.count("Detach request"), 1);
    assert_eq!(world.mme.mac_failures, 0);
    assert_eq!(world.ran.next_deadline(), None, "a phone without power has no timers");
}

#[test]
fn a_detach_without_answer_is_said_five_times() {
    let mut world = World::new();
    let id = world.attached(1);
    world.mme.mood = Mood::Silent;
    world.command(id, Command::Detach);
    assert_eq!(world.phone(id).state(), EmmState::DeregisteredInitiated);
    world.pass(Duration::from_secs(74));
    assert_eq!(world.mme.count("Detach request"), 5);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.phone(id).state(), DEREGISTERED);
}

#[test]
fn the_network_sends_a_phone_away_or_back() {
    let mut world = World::new();
    let id = world.attached(1);
    let said = world.mme.detach(sim(1).imsi, 1, None);
    world.say(said);
    assert_eq!(
        world.phone(id).state(),
        EmmState::Registered(Registered::NormalService),
        "re-attach is required"
    );
    assert_eq!(world.phone(id).counters().attaches, 2);
    let said = world.mme.detach(sim(1).imsi, 2, Some(EmmCause::NO_SUITABLE_CELLS));
    world.say(said);
    assert_eq!(world.phone(id).state(), EmmState::Deregistered(Deregistered::LimitedService));
    assert_eq!(world.mme.count("Detach accept"), 2);
}

#[test]
fn a_battery_that_falls_out_tells_nobody() {
    let mut world = World::new();
    let id = idle(&mut world, 1);
    let heard = world.mme.heard.len();
    world.command(id, Command::PullBattery);
    world.pass(Duration::from_secs(3_600));
    assert_eq!(world.mme.heard.len(), heard);
}
