//! Cells and associations.

use pumice_e2e::{Settings, Sim};
use pumice_model::event::{CellRefusal, Event};
use pumice_ransim::enb::S1State;
use pumice_ransim::ran::EnbIndex;
use pumice_wire::s1ap::{Cause, TimeToWait};

use super::full;
use crate::support::{Village, seconds};

fn try_in(sim: &mut Sim, number: u8) -> EnbIndex {
    let config = sim.cell_config(number);
    sim.add_cell_with(config)
}

fn refusals(sim: &Sim, why: CellRefusal) -> usize {
    let is_it = |event: &Event| matches!(event, Event::CellRefused { reason, .. } if *reason == why);
    sim.events().iter().filter(|record| is_it(&record.event)).count()
}

fn state(sim: &Sim, cell: EnbIndex) -> S1State {
    sim.ran().enb(cell).expect("a cell").s1_state().clone()
}

#[test]
fn one_cell_more_waits_and_comes_in_when_one_leaves() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.cells = 2));
    let Village { sim, .. } = &mut village;
    let second = sim.add_cell(2);
    let late = try_in(sim, 3);
    let S1State::Refused(failure) = state(sim, late) else { panic!("{:?}", state(sim, late)) };
    assert_eq!(failure.cause, Cause::CONTROL_PROCESSING_OVERLOAD);
    assert_eq!(failure.time_to_wait, Some(TimeToWait::V60));
    assert_eq!(sim.status().cells, 2);
    assert_eq!((full(sim, "cells"), refusals(sim, CellRefusal::TooMany)), (1, 1));
    sim.run_for(seconds(40));
    assert!(sim.association(late).is_some(), "it is let wait as long as it was told");
    sim.disconnect(second);
    sim.run_for(seconds(25));
    assert!(sim.is_ready(late), "{:?}", state(sim, late));
    assert_eq!(sim.status().cells, 2);
    let phone = sim.add_phone(1, late);
    sim.attach(phone);
    sim.assert_served(phone);
    // The other finds the door closed now.
    sim.connect(second);
    sim.settle();
    assert!(!sim.is_ready(second));
    assert_eq!(full(sim, "cells"), 2, "it is said again");
    village.finish();
}

#[test]
fn a_refused_cell_that_does_not_try_again_is_aborted() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.cells = 1));
    let Village { sim, .. } = &mut village;
    let late = try_in(sim, 2);
    sim.ran_mut().enb_mut(late).expect("a cell").set_scripted(true);
    let scripted = pumice_ransim::ran::LinkRule::always(
        pumice_ransim::ran::LinkDirection::ToNetwork,
        pumice_ransim::ran::Traffic::S1ap("S1SetupRequest"),
        pumice_ransim::ran::LinkAction::Drop,
    );
    sim.ran_mut().add_link_rule(scripted);
    let guard = sim.settings().config.timers.s1_setup;
    sim.run_for(seconds(59) + guard);
    assert!(sim.association(late).is_some());
    sim.run_for(seconds(2));
    assert!(sim.association(late).is_none(), "it takes the place of others no longer");
    village.finish();
}

#[test]
fn a_cell_that_is_here_may_set_up_again_when_all_places_are_taken() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.cells = 1));
    let Village { sim, cell, .. } = &mut village;
    sim.tell(pumice_ransim::ran::RanInput::Enb {
        enb: *cell,
        command: pumice_ransim::enb::EnbCommand::S1Setup,
    });
    sim.settle();
    assert!(sim.is_ready(*cell));
    sim.restart_cell(*cell);
    sim.settle();
    assert!(sim.is_ready(*cell));
    // Its old association is not noticed to be dead yet.
    let before = sim.disconnect_unnoticed(*cell).expect("it had one");
    sim.connect(*cell);
    sim.settle();
    assert!(sim.is_ready(*cell));
    sim.notice_loss(before);
    sim.settle();
    assert!(sim.is_ready(*cell));
    assert_eq!(full(sim, "cells"), 0);
    village.finish();
}

#[test]
fn one_association_more_is_aborted() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.associations = 2));
    let Village { sim, .. } = &mut village;
    let second = sim.add_cell(2);
    let late = try_in(sim, 3);
    assert!(sim.association(late).is_none(), "aborted at once");
    assert_eq!(state(sim, late), S1State::Down);
    assert_eq!((full(sim, "associations"), refusals(sim, CellRefusal::TooMany)), (1, 1));
    assert!(sim.is_ready(second));
    sim.disconnect(second);
    sim.connect(late);
    sim.settle();
    assert!(sim.is_ready(late));
    let phone = sim.add_phone(1, late);
    sim.attach(phone);
    sim.assert_served(phone);
    sim.connect(second);
    sim.settle();
    assert!(sim.association(second).is_none());
    assert_eq!(full(sim, "associations"), 2, "it is said again");
    village.finish();
}

#[test]
fn a_flood_of_associations_leaves_the_cells_that_are_here() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.associations = 3));
    let Village { sim, cell, .. } = &mut village;
    for number in 10..60 {
        let mut config = sim.cell_config(number);
        config.sets_up = false;
        sim.add_cell_with(config);
    }
    assert_eq!(sim.status().cells, 1);
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.assert_served(phone);
    let guard = sim.settings().config.timers.s1_setup;
    sim.run_for(guard);
    let second = sim.add_cell(2);
    assert!(sim.is_ready(second), "who said nothing is gone");
    village.finish();
}
