//! Who may be a cell: a list, or the first few that come.

use pumice_e2e::{Crash, Settings, Sim};
use pumice_model::cell::{CellAdmission, KnownCell};
use pumice_model::control::{Command as Order, Refusal};
use pumice_model::event::{CellRefusal, Event};
use pumice_model::query::AdmissionView;
use pumice_wire::s1ap::{Cause, TimeToWait};

use super::{failure, refused_for};
use crate::support::Village;

fn learning(first: u32) -> Settings {
    Settings::default().with(|config| config.admission = CellAdmission::Learn { first })
}

#[test]
fn a_listed_cell_comes_in_and_another_does_not() {
    let sim = Sim::new(Settings::default());
    let (one, two) = (sim.cell_config(1), sim.cell_config(2));
    let by_address = KnownCell { address: Some(one.address), enb: None };
    let by_identity = KnownCell { address: None, enb: Some(two.id) };
    let list = CellAdmission::Only(vec![by_address, by_identity]);
    let mut village = Village::with(Settings::default().with(|config| config.admission = list));
    let Village { sim, .. } = &mut village;
    sim.add_cell(2);
    let third = sim.add_cell_with(sim.cell_config(3));
    assert_eq!(failure(sim, third), Some((Cause::MISC_UNSPECIFIED, Some(TimeToWait::V60))));
    assert!(sim.has_event(refused_for(CellRefusal::NotAdmitted)));
    assert_eq!(sim.status().cell_admission, AdmissionView::Listed(2));
    village.finish();
}

#[test]
fn the_first_are_learned_and_the_door_is_locked() {
    let mut village = Village::with(learning(2));
    let Village { sim, .. } = &mut village;
    assert_eq!(sim.status().cell_admission, AdmissionView::Learning(1));
    sim.add_cell(2);
    assert_eq!(sim.status().cell_admission, AdmissionView::Locked);
    let third = sim.add_cell_with(sim.cell_config(3));
    assert_eq!(failure(sim, third), Some((Cause::MISC_UNSPECIFIED, Some(TimeToWait::V60))));
    assert!(sim.has_event(refused_for(CellRefusal::NotAdmitted)));
    let learned =
        sim.events().iter().filter(|record| matches!(record.event, Event::CellLearned { .. })).count();
    assert_eq!(learned, 2);
    village.finish();
}

#[test]
fn a_learned_cell_is_known_by_its_identity_whatever_its_address() {
    let mut village = Village::with(learning(1));
    let Village { sim, cell, bystander } = &mut village;
    sim.disconnect(*cell);
    sim.settle();
    sim.connect_from(*cell, [127, 0, 1, 77].into());
    sim.settle();
    assert!(sim.is_ready(*cell));
    assert_eq!(sim.cells()[0].peer.map(|peer| peer.ip()), Some([127, 0, 1, 77].into()));
    // Its user plane is at another address: the first packet may overtake the message that says so.
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn what_was_learned_survives() {
    for how in [Crash::Stop, Crash::Kill, Crash::PowerCut] {
        let mut village = Village::with(learning(1));
        village.sim.restart(how);
        let Village { sim, cell, bystander } = &mut village;
        assert!(sim.is_ready(*cell), "{how:?}");
        assert_eq!(sim.status().cell_admission, AdmissionView::Locked);
        let other = sim.add_cell_with(sim.cell_config(2));
        assert!(!sim.is_ready(other));
        sim.assert_recovers(*bystander);
        village.finish();
    }
}

#[test]
fn a_forgotten_cell_makes_room() {
    let mut village = Village::with(learning(2));
    let Village { sim, .. } = &mut village;
    let second = sim.add_cell(2);
    let enb = sim.cell_config(2).id;
    sim.disconnect(second);
    sim.settle();
    assert_eq!(sim.cells().len(), 2, "it is known but away");
    sim.execute(Order::ForgetCell(enb)).expect("it is forgotten");
    assert_eq!(sim.execute(Order::ForgetCell(enb)), Err(Refusal::NotFound));
    assert_eq!(sim.cells().len(), 1);
    sim.add_cell(3);
    assert_eq!(sim.status().cell_admission, AdmissionView::Locked);
    village.finish();
}
