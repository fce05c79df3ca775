use std::time::Duration;

use pumice_e2e::real::{Plan, Village};
use pumice_lab::skip;
use pumice_ransim::phone::{Command, EmmState};

use crate::{assert_served, events, items};

#[test]
fn a_phone_detaches_and_comes_back_with_its_guti() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let (phone, bystander) = (village.subscribe(1).unwrap(), village.subscribe(2).unwrap());
    village.attach(phone).unwrap();
    village.attach(bystander).unwrap();
    let first = village.radio().act(move |ran, _, _| ran.phone(phone).unwrap().guti()).unwrap();

    village.radio().command(phone, Command::Detach).unwrap();
    let left = move |ran: &mut pumice_ransim::ran::Ran| {
        let phone = ran.phone(phone)?;
        (matches!(phone.state(), EmmState::Deregistered(_)) && !phone.is_connected()).then_some(())
    };
    village.radio().wait("the phone has left", Duration::from_secs(5), left).unwrap();
    let detached = events(&village, "phone_detached");
    assert_eq!(detached[0]["imsi"], "001010000000001");
    assert_eq!(detached[0]["reason"], "by_phone");
    assert!(items(&village, "/api/v1/phones").iter().all(|phone| phone["imsi"] != "001010000000001"));

    let kept = village.radio().act(move |ran, _, _| ran.phone(phone).unwrap().guti()).unwrap();
    assert_eq!(kept, first, "it says who it is by its GUTI");
    village.radio().command(phone, Command::Attach).unwrap();
    village.await_service(phone).unwrap();
    village.browse(phone).unwrap();
    let asked = village.radio().act(move |ran, _, _| {
        let phone = ran.phone(phone).unwrap();
        (phone.has_seen("Identity request"), phone.counters().attaches)
    });
    assert_eq!(asked.unwrap(), (false, 2), "the GUTI was known: nobody asked for the IMSI");
    assert_served(&village, bystander);
}
