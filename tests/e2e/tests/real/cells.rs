use std::time::Duration;

use pumice_e2e::real::{Plan, Village};
use pumice_lab::skip;
use pumice_model::identity::Tac;
use pumice_ransim::ran::{EnbIndex, Ran};
use pumice_wire::s1ap::Cause;

use crate::correspondent::Correspondent;
use crate::{CELL, address, assert_served, events, items};

const SECOND: EnbIndex = EnbIndex(1);
const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn an_idle_phone_that_has_gone_to_another_cell_is_found_there() {
    if skip::unless_namespaces() {
        return;
    }
    let cells = vec![Plan::cell(1).unwrap(), Plan::cell(2).unwrap()];
    let village = Village::build(Plan { cells, ..Plan::default() }).unwrap();
    village.await_cell(CELL).unwrap();
    village.await_cell(SECOND).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    let own = address(&village, phone);
    let friend = Correspondent::greeted_by(&village, phone);
    village.make_idle(phone, CELL).unwrap();
    village.radio().act(move |ran, now, out| ran.carry(now, phone, Some(SECOND), out)).unwrap();

    friend.says("where are you?");
    friend.is_heard(&village, "where are you?");
    village.browse(phone).unwrap();
    assert_eq!(address(&village, phone), own);
    let (first, second) = village
        .radio()
        .act(|ran, _, _| (ran.enb(CELL).unwrap().connections(), ran.enb(SECOND).unwrap().connections()))
        .unwrap();
    assert_eq!((first, second), (1, 1), "the bystander stayed, the phone went");
    assert_eq!(items(&village, "/api/v1/cells").len(), 2);
    assert_served(&village, bystander);
}

#[test]
fn a_cell_whose_association_broke_comes_back_with_its_phones() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    let own = address(&village, phone);
    let friend = Correspondent::greeted_by(&village, phone);
    village.radio().abort(CELL).unwrap();
    let is_idle = move |ran: &mut Ran| (!ran.phone(phone)?.is_connected()).then_some(());
    village.radio().wait("the phone has lost its connection", PATIENCE, is_idle).unwrap();
    village.await_cell(CELL).unwrap();
    assert_eq!(events(&village, "cell_down").len(), 1);
    assert_eq!(events(&village, "cell_up").len(), 2);

    friend.says("back?");
    friend.is_heard(&village, "back?");
    village.browse(phone).unwrap();
    assert_eq!(address(&village, phone), own);
    let attaches = village.radio().act(move |ran, _, _| ran.phone(phone).unwrap().counters().attaches);
    assert_eq!(attaches.unwrap(), 1);
}

#[test]
fn a_cell_of_an_area_that_is_not_served_is_refused() {
    if skip::unless_namespaces() {
        return;
    }
    let mut stranger = Plan::cell(2).unwrap();
    stranger.tai.tac = Tac(99);
    stranger.supported_tas[0].tac = Tac(99);
    let village =
        Village::build(Plan { cells: vec![Plan::cell(1).unwrap(), stranger], ..Plan::default() }).unwrap();
    assert_eq!(refusal(&village), Cause::UNKNOWN_PLMN);
    assert_refused(&village, "unknown_plmn_or_tac");
}

#[test]
fn a_cell_that_is_not_on_the_list_is_refused() {
    if skip::unless_namespaces() {
        return;
    }
    let plan = Plan { cells: vec![Plan::cell(1).unwrap(), Plan::cell(2).unwrap()], ..Plan::default() }.with(
        "s1ap",
        "admission",
        "{ only = [{ enb = \"00101-macro-1\" }] }",
    );
    let village = Village::build(plan).unwrap();
    refusal(&village);
    assert_refused(&village, "not_admitted");
}

fn refusal(village: &Village) -> Cause {
    village.await_cell(CELL).unwrap();
    let refused = |ran: &mut Ran| ran.enb(SECOND)?.s1_state().refusal();
    village.radio().wait("S1 Setup Failure", PATIENCE, refused).unwrap()
}

/// The second cell is an event and not in the list; phones of the first are served.
fn assert_refused(village: &Village, reason: &str) {
    let refused = events(village, "cell_refused");
    assert_eq!(refused[0]["cell"], "00101-macro-2");
    assert_eq!(refused[0]["reason"], reason);
    let cells = items(village, "/api/v1/cells");
    assert_eq!(cells.len(), 1);
    assert_eq!(cells[0]["id"], "00101-macro-1");
    let bystander = village.subscribe(1).unwrap();
    village.attach(bystander).unwrap();
    assert_served(village, bystander);
}
