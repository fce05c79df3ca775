use std::time::Duration;

use pumice_e2e::real::{PAGE, Plan, Village, sim};
use pumice_lab::skip;
use pumice_ransim::enb::PhoneId;
use pumice_wire::nas::EmmCause;

use crate::{CELL, address, assert_served, assert_translated, events, items};

#[test]
fn a_phone_attaches_and_browses() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let phone = village.subscribe(1).unwrap();
    village.attach(phone).unwrap();
    assert_eq!(village.browse(phone).unwrap().octets, PAGE);
    assert_translated(&village);

    let own = address(&village, phone).to_string();
    let phones = items(&village, "/api/v1/phones");
    assert_eq!(phones.len(), 1);
    assert_eq!(phones[0]["imsi"], "001010000000001");
    assert_eq!(phones[0]["connected"], true);
    assert_eq!(phones[0]["ciphering"], "EEA2");
    let bearer = &phones[0]["bearers"][0];
    assert_eq!(bearer["address"], own);
    assert!(bearer["usage"]["downlink_octets"].as_u64().unwrap() > PAGE as u64);
    assert!(bearer["usage"]["uplink_packets"].as_u64().unwrap() > 2);
    let attached = events(&village, "phone_attached");
    assert_eq!(attached.len(), 1);
    assert_eq!(attached[0]["address"], own);
}

#[test]
fn a_posted_subscriber_is_served_by_the_next_attach() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let bystander = village.subscribe(1).unwrap();
    village.attach(bystander).unwrap();
    let sim = sim(2).unwrap();
    let phone = village.add_phone(sim, CELL).unwrap();
    village.power_on(phone).unwrap();
    assert_eq!(refusal(&village, phone), EmmCause::NO_SUITABLE_CELLS);

    village.provision(&sim).unwrap();
    // Off and on again: what the refusal told the phone to avoid does not outlive the switch.
    village.radio().command(phone, pumice_ransim::phone::Command::PullBattery).unwrap();
    village.attach(phone).unwrap();
    village.browse(phone).unwrap();
    assert_served(&village, bystander);
}

#[test]
fn a_sim_with_another_key_is_refused_and_not_harmed() {
    if skip::unless_namespaces() {
        return;
    }
    let village = Village::build(Plan::default()).unwrap();
    let bystander = village.subscribe(1).unwrap();
    village.attach(bystander).unwrap();
    let mut sim = sim(2).unwrap();
    village.provision(&sim).unwrap();
    sim.k[0] ^= 1;
    let phone = village.add_phone(sim, CELL).unwrap();
    village.power_on(phone).unwrap();
    assert_eq!(refusal(&village, phone), EmmCause::NO_SUITABLE_CELLS);

    let elsewhere = village.radio().act(move |ran, _, _| {
        let plmn = ran.enb(CELL).unwrap().config().tai.plmn;
        ran.phone(phone).unwrap().sim_state().serves_elsewhere(plmn)
    });
    assert!(elsewhere.unwrap());
    let failed = events(&village, "authentication_failed");
    assert_eq!(failed[0]["imsi"], "001010000000002");
    assert_eq!(failed[0]["failure"], "mac_failure");
    assert_eq!(events(&village, "phone_refused")[0]["cause"], 15);
    assert_served(&village, bystander);
}

/// The cause that the phone is refused with.
fn refusal(village: &Village, phone: PhoneId) -> EmmCause {
    let told = move |ran: &mut pumice_ransim::ran::Ran| {
        let phone = ran.phone(phone)?;
        phone.has_seen("Attach reject").then(|| phone.causes().emm).flatten()
    };
    village.radio().wait("an attach reject", Duration::from_secs(5), told).unwrap()
}
