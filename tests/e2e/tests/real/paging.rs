use std::time::Duration;

use pumice_e2e::real::{Plan, Village};
use pumice_lab::skip;
use pumice_ransim::enb::EnbCommand;
use pumice_ransim::ran::RanInput;

use crate::correspondent::Correspondent;
use crate::{CELL, assert_served, items};

#[test]
fn a_packet_for_an_idle_phone_calls_it_and_is_delivered() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    let friend = Correspondent::greeted_by(&village, phone);
    village.make_idle(phone, CELL).unwrap();
    let idle = items(&village, "/api/v1/phones");
    assert_eq!(idle.iter().filter(|phone| phone["connected"] == true).count(), 1);

    friend.says("news");
    friend.is_heard(&village, "news");
    let counters = village.radio().act(move |ran, _, _| ran.phone(phone).unwrap().counters()).unwrap();
    assert_eq!((counters.pages, counters.services), (1, 1));
    assert_eq!(counters.attaches, 1, "it was called, not attached anew");
    assert_served(&village, bystander);
}

#[test]
fn a_cell_that_has_lost_the_tunnel_says_so_and_the_phone_is_called() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    let friend = Correspondent::greeted_by(&village, phone);
    // The cell forgets, and does not tell: the gateway goes on sending into the tunnel.
    village.radio().input(RanInput::Enb { enb: CELL, command: EnbCommand::Restart }).unwrap();
    friend.says("lost");
    let released = |ran: &mut pumice_ransim::ran::Ran| {
        let cell = ran.enb(CELL)?;
        let is_told = cell.log().iter().any(|event| event.name == "UEContextReleaseCommand");
        (is_told && cell.user_plane().unknown_teid > 0).then_some(())
    };
    village.radio().wait("an Error Indication, and what follows", Duration::from_secs(5), released).unwrap();

    friend.says("kept");
    friend.is_heard(&village, "kept");
    let counters = village.radio().act(move |ran, _, _| ran.phone(phone).unwrap().counters()).unwrap();
    assert_eq!((counters.attaches, counters.services), (1, 1), "the bearer was kept");
    village.attach(bystander).unwrap();
    assert_served(&village, bystander);
}
