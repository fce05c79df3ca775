use std::time::Duration;

use pumice_e2e::real::{Plan, Village};
use pumice_lab::skip;
use pumice_ransim::phone::Command;

use crate::correspondent::Correspondent;
use crate::{CELL, address, assert_served};

#[test]
fn an_idle_phone_updates_its_area_and_is_reachable_after_it() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    let own = address(&village, phone);
    let friend = Correspondent::greeted_by(&village, phone);
    village.make_idle(phone, CELL).unwrap();

    village.radio().command(phone, Command::TrackingAreaUpdate { active: false }).unwrap();
    let updated = move |ran: &mut pumice_ransim::ran::Ran| {
        let phone = ran.phone(phone)?;
        (phone.counters().updates == 1 && !phone.is_connected()).then_some(())
    };
    village.radio().wait("an update, and idle again", Duration::from_secs(5), updated).unwrap();

    friend.says("still there?");
    friend.is_heard(&village, "still there?");
    assert_eq!(address(&village, phone), own);
    assert_served(&village, bystander);
}
