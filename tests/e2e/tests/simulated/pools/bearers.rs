//! Bearers and addresses.

use pumice_core::config::AddressRange;
use pumice_e2e::{Settings, Sim};
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_wire::nas::{EmmCause, EsmCause, PdnType};

use super::full;
use crate::support::{Village, end_up_served, seconds};

/// A phone finds no bearer: it hears why, nothing is left of it but its name, and it has one when another gives up its own.
fn one_more_is_refused_until_one_leaves(mut village: Village, room: u64, limit: &str) {
    let Village { sim, cell, .. } = &mut village;
    // The bystander has one.
    let phones = sim.add_phones(1..=room, *cell);
    let (late, early) = phones.split_last().expect("phones");
    for phone in early {
        sim.attach(*phone);
    }
    sim.switch_on(*late);
    sim.settle();
    let rejection = sim.rejection(*late, 0).expect("it is rejected");
    assert_eq!(
        (rejection.emm, rejection.esm),
        (EmmCause::ESM_FAILURE, Some(EsmCause::INSUFFICIENT_RESOURCES))
    );
    assert!(sim.phone_of(*late).sim_state().is_unharmed());
    assert!(sim.view(*late).is_none());
    assert_eq!((sim.metric("bearers"), sim.metric("connections")), (room, room));
    assert_eq!(full(sim, limit), 1);
    for phone in early {
        sim.assert_served(*phone);
    }
    sim.order(early[0], Command::Detach);
    sim.run_until("it comes again and is served", seconds(30), |sim| sim.is_attached(*late));
    sim.settle();
    sim.assert_served(*late);
    assert_eq!(different_addresses(sim, &phones[1..]), phones.len() - 1);
    // And so it goes on with the next.
    sim.order(*late, Command::SwitchOff);
    end_up_served(sim, early[0]);
    village.finish();
}

fn different_addresses(sim: &Sim, phones: &[PhoneId]) -> usize {
    let addresses: std::collections::BTreeSet<_> =
        phones.iter().filter_map(|phone| sim.address(*phone)).collect();
    addresses.len()
}

#[test]
fn one_bearer_more_is_refused() {
    let village = Village::with(Settings::default().with_limits(|limits| limits.bearers = 4));
    one_more_is_refused_until_one_leaves(village, 4, "bearers");
}

#[test]
fn one_address_more_is_refused() {
    let settings = Settings::default().with(|config| {
        config.pool = AddressRange { network: [10, 45, 0, 0].into(), prefix: 29 };
    });
    // Eight, without the network's, the gateway's and the broadcast address.
    one_more_is_refused_until_one_leaves(Village::with(settings), 5, "addresses");
}

#[test]
fn who_comes_back_has_its_address_unless_another_needed_it() {
    let settings = Settings::default().with(|config| {
        config.pool = AddressRange { network: [10, 45, 0, 0].into(), prefix: 29 };
    });
    let mut village = Village::with(settings);
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=5, *cell);
    for phone in &phones[..4] {
        sim.attach(*phone);
    }
    let had = sim.address(phones[0]);
    sim.order(phones[0], Command::SwitchOff);
    sim.settle();
    sim.attach(phones[0]);
    assert_eq!(sim.address(phones[0]), had, "nobody needed it");
    sim.order(phones[0], Command::SwitchOff);
    sim.settle();
    sim.attach(phones[4]);
    assert_eq!(sim.address(phones[4]), had, "it is the only one left");
    sim.order(phones[1], Command::SwitchOff);
    sim.settle();
    let other = sim.address(phones[1]);
    sim.attach(phones[0]);
    assert_ne!(sim.address(phones[0]), had);
    assert_ne!(sim.address(phones[0]), other.or(had), "a phone that is off has none in use");
    sim.assert_served(phones[0]);
    sim.assert_served(phones[4]);
    village.finish();
}

#[test]
fn a_phone_that_is_refused_a_bearer_is_not_registered_after_a_restart_either() {
    let mut village = Village::new();
    let Village { sim, cell, bystander } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    // It comes back with another wish, which cannot be met: its old bearer is gone all the same.
    sim.order(phone, Command::PullBattery);
    sim.phone_mut(phone).config_mut().pdn_type = PdnType::Ipv6;
    let mark = sim.trace().mark();
    sim.switch_on(phone);
    sim.settle();
    let rejection = sim.rejection(phone, mark).expect("it is rejected");
    assert_eq!((rejection.emm, rejection.esm), (EmmCause::ESM_FAILURE, Some(EsmCause::PDN_TYPE_IPV4_ONLY)));
    assert!(sim.view(phone).is_none());
    assert_eq!(sim.metric("bearers"), 1);
    sim.order(phone, Command::PullBattery);
    sim.restart(pumice_e2e::Crash::Kill);
    assert!(sim.view(phone).is_none(), "what is on the disk says so too");
    assert_eq!(sim.metric("bearers"), 1);
    sim.assert_served(*bystander);
    sim.phone_mut(phone).config_mut().pdn_type = PdnType::Ipv4;
    end_up_served(sim, phone);
    village.finish();
}
