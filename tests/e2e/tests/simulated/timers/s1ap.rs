//! Guards of S1AP procedures: a cell that does not answer holds nothing for long.

use pumice_ransim::ran::{LinkAction, LinkDirection, LinkRule, Traffic};
use pumice_wire::s1ap::Cause;

use super::{released, sent};
use crate::support::{Village, seconds};

fn cell_keeps_to_itself(sim: &mut pumice_e2e::Sim, message: &'static str) {
    let rule = LinkRule::always(LinkDirection::ToNetwork, Traffic::S1ap(message), LinkAction::Drop);
    sim.ran_mut().add_link_rule(rule);
}

#[test]
fn a_context_setup_without_an_answer_ends_the_connection_not_the_registration() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    cell_keeps_to_itself(sim, "InitialContextSetupResponse");
    sim.switch_on(phone);
    sim.run_for(seconds(9));
    assert!(sim.view(phone).is_some_and(|view| view.connected), "it waits");
    sim.run_for(seconds(2));
    let request = sent(sim, phone, 0, "< InitialContextSetupRequest + Attach accept")[0];
    let (at, cause) = released(sim, phone, 0).expect("given up");
    let guard = sim.settings().config.timers.context_setup;
    assert_eq!((at.since(request.at), cause), (guard, Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE));
    assert_eq!(sim.metric("context_setup_failed_total"), 1);
    assert!(sim.view(phone).is_some_and(|view| !view.connected), "registered and idle");
    assert_eq!(sim.metric("connections"), 1);
    sim.ran_mut().clear_link_rules();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_context_setup_of_a_service_request_is_guarded_as_well() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    cell_keeps_to_itself(sim, "InitialContextSetupResponse");
    let mark = sim.trace().mark();
    sim.order(phone, pumice_ransim::phone::Command::ServiceRequest);
    sim.run_for(seconds(11));
    let request = sent(sim, phone, mark, "< InitialContextSetupRequest")[0];
    let (at, cause) = released(sim, phone, mark).expect("given up");
    let guard = sim.settings().config.timers.context_setup;
    assert_eq!((at.since(request.at), cause), (guard, Cause::FAILURE_IN_RADIO_INTERFACE_PROCEDURE));
    assert!(sim.view(phone).is_some_and(|view| !view.connected));
    sim.ran_mut().clear_link_rules();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_release_without_an_answer_ends_by_itself() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    cell_keeps_to_itself(sim, "UEContextReleaseComplete");
    let mark = sim.trace().mark();
    sim.ask_release(phone, Cause::USER_INACTIVITY);
    sim.run_for(seconds(4));
    assert_eq!(sim.metric("connections"), 2, "it waits");
    assert!(sim.view(phone).is_some_and(|view| !view.connected), "the phone is idle at once");
    sim.run_for(seconds(2));
    assert_eq!(sim.count(phone, mark, "< UEContextReleaseCommand"), 1, "it is not asked twice");
    assert_eq!((sim.metric("connections"), sim.metric("release_timed_out_total")), (1, 1));
    sim.ran_mut().clear_link_rules();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_phone_is_served_while_its_last_release_is_not_answered() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    cell_keeps_to_itself(sim, "UEContextReleaseComplete");
    sim.ask_release(phone, Cause::USER_INACTIVITY);
    sim.run_for(seconds(1));
    sim.assert_served(phone);
    assert_eq!(sim.metric("connections"), 3, "the old one, the new one, the bystander's");
    sim.run_for(seconds(6));
    assert_eq!(sim.metric("connections"), 2, "the guard of the old one leaves the new one alone");
    sim.assert_served(phone);
    sim.ran_mut().clear_link_rules();
    village.finish();
}

#[test]
fn an_association_that_does_not_set_up_is_aborted() {
    let mut village = Village::new();
    let sim = &mut village.sim;
    let mut config = sim.cell_config(2);
    config.sets_up = false;
    let silent = sim.add_cell_with(config);
    let guard = sim.settings().config.timers.s1_setup;
    sim.run_for(guard - seconds(1));
    assert!(sim.association(silent).is_some(), "it has time");
    sim.run_for(seconds(2));
    assert!(sim.association(silent).is_none(), "its place is free");
    assert_eq!(sim.cells().iter().filter(|cell| cell.peer.is_some()).count(), 1);
    sim.ran_mut().enb_mut(silent).expect("a cell").config_mut().sets_up = true;
    sim.connect(silent);
    sim.settle();
    assert!(sim.is_ready(silent), "it may come again");
    sim.run_for(seconds(120));
    assert!(sim.is_ready(silent), "the guard has stopped");
    village.finish();
}

#[test]
fn a_cell_that_starts_anew_and_does_not_set_up_is_aborted() {
    let mut village = Village::new();
    let sim = &mut village.sim;
    let cell = sim.add_cell(2);
    let phone = sim.add_phone(1, cell);
    sim.attach(phone);
    sim.ran_mut().enb_mut(cell).expect("a cell").config_mut().sets_up = false;
    sim.restart_cell(cell);
    sim.settle();
    assert_eq!(sim.metric("connections"), 1, "its phone is idle at once");
    assert!(sim.view(phone).is_some_and(|view| !view.connected));
    sim.run_for(seconds(31));
    assert!(sim.association(cell).is_none());
    sim.ran_mut().enb_mut(cell).expect("a cell").config_mut().sets_up = true;
    sim.connect(cell);
    sim.settle();
    sim.assert_served(phone);
    village.finish();
}
