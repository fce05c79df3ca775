//! Packets are lost, repeated and damaged between cell and gateway: TCP comes through, the gateway counts.

use core::time::Duration;

use pumice_e2e::{HOST, Sim};
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_ransim::ran::{LinkAction, LinkDirection, LinkRule, Traffic};

use crate::support::{Village, is_full, minutes};

const PAGE: usize = 60_000;

/// What it has fetched, once it is complete.
fn fetch(sim: &mut Sim, phone: PhoneId) -> Option<Vec<u8>> {
    sim.order(phone, Command::HttpGet { address: HOST.into(), port: 80, path: format!("/{PAGE}") });
    let is_done = |sim: &mut Sim| {
        let stack = sim.phone_mut(phone).ip_stack()?;
        let download = stack.downloads().last()?;
        download.is_complete().then(|| download.body().to_vec())
    };
    let end = sim.now() + minutes(10);
    while sim.now() < end {
        if let Some(page) = is_done(sim) {
            return Some(page);
        }
        sim.run_for(Duration::from_millis(500));
    }
    None
}

#[test]
fn tcp_comes_through() {
    for seed in 0..if is_full() { 100 } else { 2 } {
        for action in [
            LinkAction::Drop,
            LinkAction::Delay(Duration::from_millis(400)),
            LinkAction::Duplicate(1),
            LinkAction::Reorder,
            LinkAction::FlipBits(1),
            LinkAction::Truncate,
        ] {
            let mut village = Village::with(pumice_e2e::Settings::default().seeded(seed));
            let Village { sim, cell, .. } = &mut village;
            let phone = sim.add_phone_with(1, *cell, |config| config.ip_stack = true);
            sim.attach(phone);
            for direction in [LinkDirection::ToNetwork, LinkDirection::FromNetwork] {
                let rule = LinkRule::sometimes(direction, Traffic::UserPlane, 0.03, action.clone());
                sim.ran_mut().add_link_rule(rule);
            }
            let page = fetch(sim, phone).unwrap_or_else(|| panic!("{action:?}, seed {seed}: no page"));
            assert!(page.len() == PAGE && page.iter().all(|octet| *octet == b'x'), "{action:?}, seed {seed}");
            sim.ran_mut().clear_link_rules();
            assert!(sim.view(phone).is_some_and(|view| view.connected));
            village.finish();
        }
    }
}
