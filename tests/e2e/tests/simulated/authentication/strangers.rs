//! Who is not authenticated changes nothing of who is.

use pumice_e2e::Sim;
use pumice_model::query::PhoneView;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_ransim::sim::SimProfile;
use pumice_wire::nas::{EmmCause, UeNetworkCapability};

use crate::support::{Village, seconds};

/// What an attack must not change.
fn essence(view: Option<PhoneView>) -> impl PartialEq + core::fmt::Debug {
    view.map(|view| {
        (view.imsi, view.guti, view.connected, view.bearers[0].address, view.ciphering, view.integrity)
    })
}

fn victim(village: &mut Village) -> PhoneId {
    let victim = village.sim.add_phone(1, village.cell);
    village.sim.attach(victim);
    victim
}

fn null_algorithms() -> UeNetworkCapability {
    UeNetworkCapability(heapless::Vec::from_iter([0x80, 0x80]))
}

/// Switches the attacker on and waits; the victim must not notice.
fn attack(sim: &mut Sim, attacker: PhoneId, victim: PhoneId) {
    let before = essence(sim.view(victim));
    let mark = sim.trace().mark();
    sim.switch_on(attacker);
    sim.settle();
    assert_eq!(essence(sim.view(victim)), before);
    assert!(
        sim.messages(victim, mark).next().is_none(),
        "the victim is left alone:\n{}",
        sim.trace().tail(30)
    );
    sim.assert_served(victim);
}

#[test]
fn a_victims_guti_with_null_algorithms() {
    let mut village = Village::new();
    let victim = victim(&mut village);
    let Village { sim, cell, .. } = &mut village;
    let attacker = sim.add_phone_with(2, *cell, |config| config.capability = null_algorithms());
    let guti = sim.phone_of(victim).guti();
    sim.phone_mut(attacker).set_guti(guti);
    attack(sim, attacker, victim);
    let rejection = sim.rejection(attacker, 0).expect("a rejection");
    assert_eq!(rejection.emm, EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH);
    village.finish();
}

#[test]
fn a_victims_imsi_without_its_key() {
    let mut village = Village::new();
    let victim = victim(&mut village);
    let Village { sim, cell, .. } = &mut village;
    let forged = SimProfile { k: [0xee; 16], ..sim.sim_card(1) };
    let attacker = sim.add_stranger(forged, *cell, |config| config.capability = null_algorithms());
    attack(sim, attacker, victim);
    assert_eq!(sim.rejection(attacker, 0).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    village.finish();
}

#[test]
fn a_victims_guti_of_a_phone_that_is_idle() {
    let mut village = Village::new();
    let victim = victim(&mut village);
    let Village { sim, cell, .. } = &mut village;
    sim.make_idle(victim);
    let attacker = sim.add_stranger(SimProfile { k: [0xee; 16], ..sim.sim_card(1) }, *cell, |_| {});
    let guti = sim.phone_of(victim).guti();
    sim.phone_mut(attacker).set_guti(guti);
    attack(sim, attacker, victim);
    village.finish();
}

#[test]
fn a_victims_s_tmsi_in_a_service_request() {
    let mut village = Village::new();
    let victim = victim(&mut village);
    let Village { sim, cell, .. } = &mut village;
    sim.make_idle(victim);
    let attacker = sim.add_phone(2, *cell);
    sim.attach(attacker);
    sim.make_idle(attacker);
    let guti = sim.phone_of(victim).guti();
    sim.phone_mut(attacker).set_guti(guti);
    let before = essence(sim.view(victim));
    let mark = sim.trace().mark();
    sim.order(attacker, Command::ServiceRequest);
    sim.settle();
    assert_eq!(
        sim.rejection(attacker, mark).map(|rejection| rejection.emm),
        Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED)
    );
    assert_eq!(essence(sim.view(victim)), before);
    sim.assert_served(victim);
    // The attacker comes back as who it is.
    sim.run_until("it attaches", seconds(60), |sim| sim.is_attached(attacker));
    sim.settle();
    sim.assert_served(attacker);
    village.finish();
}

#[test]
fn a_detach_that_nobody_can_verify() {
    let mut village = Village::new();
    let victim = victim(&mut village);
    let Village { sim, cell, .. } = &mut village;
    sim.make_idle(victim);
    let attacker = sim.add_phone(2, *cell);
    sim.attach(attacker);
    sim.make_idle(attacker);
    let guti = sim.phone_of(victim).guti();
    sim.phone_mut(attacker).set_guti(guti);
    let before = essence(sim.view(victim));
    sim.order(attacker, Command::SwitchOff);
    sim.settle();
    assert_eq!(essence(sim.view(victim)), before);
    sim.assert_served(victim);
    village.finish();
}
