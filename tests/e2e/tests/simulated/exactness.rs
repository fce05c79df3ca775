//! A run is exact: the same seed gives the same octets at the same times.

use pumice_e2e::{Crash, Settings, Sim};
use pumice_ransim::phone::Command;
use pumice_ransim::ran::{LinkAction, LinkDirection, LinkRule, Traffic};

use crate::support::seconds;

/// A little of everything.
fn run(seed: u64) -> String {
    let mut sim = Sim::new(Settings::default().seeded(seed));
    let cell = sim.add_cell(1);
    let drop = LinkRule::sometimes(LinkDirection::ToNetwork, Traffic::AnyS1ap, 0.1, LinkAction::Drop);
    sim.ran_mut().add_link_rule(drop);
    let phones = sim.add_phones(1..=5, cell);
    for phone in &phones {
        sim.switch_on(*phone);
    }
    sim.run_for(seconds(60));
    sim.ran_mut().clear_link_rules();
    for phone in &phones {
        sim.ask_release(*phone, pumice_wire::s1ap::Cause::USER_INACTIVITY);
    }
    sim.run_for(seconds(30));
    sim.restart(Crash::Kill);
    for phone in &phones {
        sim.order(*phone, Command::ServiceRequest);
    }
    sim.run_for(seconds(60));
    let line = |entry: &pumice_e2e::Entry| format!("{entry} {:02x?}\n", entry.octets);
    sim.trace().entries().iter().map(line).collect()
}

#[test]
fn the_same_seed_gives_the_same_octets() {
    let (first, second) = (run(7), run(7));
    assert!(first.lines().count() > 60);
    assert!(first == second, "two runs of one seed differ");
    assert!(first != run(8), "another seed gives other choices");
}
