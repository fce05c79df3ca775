//! Which algorithms are used, and by whom none are.

use pumice_e2e::{Settings, Sim};
use pumice_ransim::phone::Command;
use pumice_wire::nas::{EmmCause, UeNetworkCapability};

use crate::support::{RELEASED, Village};

/// A phone that has these algorithms: bit 0 is EEA0, EIA0.
fn capability(eea: u8, eia: u8) -> UeNetworkCapability {
    UeNetworkCapability(heapless::Vec::from_iter([eea.reverse_bits(), eia.reverse_bits(), 0xc0, 0x40]))
}

fn names(sim: &Sim, phone: pumice_ransim::enb::PhoneId) -> (&'static str, &'static str) {
    let view = sim.view(phone).expect("it is registered");
    (view.ciphering, view.integrity)
}

#[test]
fn every_pair_serves_a_phone_through_its_life() {
    for eea in 0..=3_u8 {
        for eia in 1..=3_u8 {
            let settings =
                Settings::default().with(|config| (config.eea, config.eia) = (vec![eea], vec![eia]));
            let mut village = Village::with(settings);
            let Village { sim, cell, .. } = &mut village;
            let phone = sim.add_phone(1, *cell);
            sim.attach(phone);
            let view = sim.view(phone).expect("it is registered");
            assert_eq!((view.ciphering, view.integrity), (&*format!("EEA{eea}"), &*format!("EIA{eia}")));
            sim.assert_served(phone);
            sim.make_idle(phone);
            sim.assert_served(phone);
            sim.order(phone, Command::TrackingAreaUpdate { active: false });
            sim.settle();
            assert_eq!(sim.phone_of(phone).counters().updates, 1);
            sim.order(phone, Command::Detach);
            sim.settle();
            sim.order(phone, Command::Attach);
            sim.settle();
            sim.assert_served(phone);
            village.finish();
        }
    }
}

#[test]
fn the_operators_preference_decides_among_what_the_phone_has() {
    let cases = [
        (0b1111, 0b1111, ("EEA2", "EIA2")),
        (0b1011, 0b1011, ("EEA1", "EIA1")),
        (0b1001, 0b1001, ("EEA3", "EIA3")),
        (0b0001, 0b0100, ("EEA0", "EIA2")),
        (0b0100, 0b0010, ("EEA2", "EIA1")),
    ];
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    for (number, (eea, eia, expected)) in (1..).zip(cases) {
        let phone = sim.add_phone_with(number, *cell, |config| config.capability = capability(eea, eia));
        sim.attach(phone);
        assert_eq!(names(sim, phone), expected);
        sim.assert_served(phone);
    }
    village.finish();
}

#[test]
fn without_a_common_algorithm_there_is_no_service() {
    let settings = Settings::default().with(|config| config.eea = vec![2, 1]);
    let mut village = Village::with(settings);
    let Village { sim, cell, .. } = &mut village;
    // EIA0 alone; nothing of integrity; ciphering that the operator does not want.
    for (number, (eea, eia)) in (1..).zip([(0b1111, 0b0001), (0b1111, 0), (0b1001, 0b1110)]) {
        let phone = sim.add_phone_with(number, *cell, |config| config.capability = capability(eea, eia));
        sim.switch_on(phone);
        sim.settle();
        let rejection = sim.rejection(phone, 0).expect("a rejection");
        assert_eq!(rejection.emm, EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH);
        let ladder = sim.ladder(phone);
        assert_eq!(ladder[3], "< Attach reject");
        assert_eq!(ladder[4], RELEASED[0]);
        assert_eq!(ladder.last().map(String::as_str), Some(RELEASED[1]));
        assert!(sim.phone_of(phone).sim_state().is_unharmed());
        assert!(sim.view(phone).is_none());
        sim.order(phone, Command::PullBattery);
    }
    village.finish();
}

#[test]
fn what_else_a_phone_can_is_replayed_to_it() {
    use pumice_wire::nas::{AdditionalSecurityCapability, MsNetworkCapability};
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let gprs = MsNetworkCapability(heapless::Vec::from_iter([0xe5, 0xe0]));
    let of_5g = AdditionalSecurityCapability(heapless::Vec::from_iter([0xf0, 0x70, 0xf0, 0x70]));
    let phone = sim.add_phone_with(1, *cell, |config| {
        config.ms_network_capability = Some(gprs);
        config.additional_security_capability = Some(of_5g);
    });
    sim.attach(phone);
    sim.assert_served(phone);
    village.finish();
}
