use pumice_e2e::real::{Plan, Village};
use pumice_lab::skip;
use pumice_lab::topology::ENB_V6;

use crate::correspondent::Correspondent;
use crate::{CELL, assert_served, assert_translated, items};

#[test]
fn cells_may_be_reached_over_ipv6() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan { ipv6: true, ..Plan::default() }).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    village.browse(phone).unwrap();
    let friend = Correspondent::greeted_by(&village, phone);
    village.make_idle(phone, CELL).unwrap();
    friend.says("over six");
    friend.is_heard(&village, "over six");
    let cells = items(&village, "/api/v1/cells");
    assert!(cells[0]["peer"].as_str().unwrap().contains(&ENB_V6.to_string()), "{}", cells[0]);
    assert_served(&village, bystander);
    assert_translated(&village);
}
