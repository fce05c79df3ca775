//! Octets of UE radio capability: shared by content, not kept where there is no room, given back to the cell.

use pumice_e2e::{Settings, Sim};
use pumice_model::control::Command as Order;
use pumice_ransim::enb::PhoneId;
use pumice_wire::s1ap::Message;

use crate::support::Village;

fn village() -> Village {
    let settings = Settings::default().with_limits(|limits| {
        limits.radio_capability_octets = 1_000;
        limits.radio_capability_each = 600;
    });
    Village::with(settings)
}

fn phone_with(village: &mut Village, number: u64, capability: Vec<u8>) -> PhoneId {
    let Village { sim, cell, .. } = village;
    let phone = sim.add_phone_with(number, *cell, |config| config.radio_capability = capability.into());
    sim.attach(phone);
    phone
}

/// What the cell is told of the phone's radio when it comes back.
fn given_back(sim: &mut Sim, phone: PhoneId) -> Option<Vec<u8>> {
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    sim.assert_served(phone);
    let requests = sim.messages(phone, mark).filter_map(|entry| match entry.s1ap()? {
        Message::InitialContextSetupRequest(request) => {
            Some(request.radio_capability.map(std::borrow::Cow::into_owned))
        }
        _ => None,
    });
    requests.last().expect("its context was set up")
}

fn not_kept(sim: &Sim) -> u64 {
    sim.metric("radio_capability_not_kept_total")
}

#[test]
fn equal_ones_take_the_place_of_one() {
    let mut village = village();
    let capability = vec![7; 600];
    let phones: Vec<_> = (1..=5).map(|number| phone_with(&mut village, number, capability.clone())).collect();
    let sim = &mut village.sim;
    assert_eq!(not_kept(sim), 0);
    for phone in phones {
        assert_eq!(given_back(sim, phone).as_ref(), Some(&capability));
    }
    village.finish();
}

#[test]
fn what_finds_no_room_is_not_kept_and_the_phone_is_served() {
    let mut village = village();
    let first = phone_with(&mut village, 1, vec![1; 600]);
    // The bystander's is there already.
    let rest = 400 - village.sim.phone_of(village.bystander).config().radio_capability.len();
    let second = phone_with(&mut village, 2, vec![2; rest]);
    assert_eq!(not_kept(&village.sim), 0, "to the last octet");
    let third = phone_with(&mut village, 3, vec![3; 1]);
    let sim = &mut village.sim;
    assert_eq!(not_kept(sim), 1);
    assert_eq!(given_back(sim, third), None, "the cell asks the phone again");
    assert_eq!(given_back(sim, first), Some(vec![1; 600]));
    assert_eq!(given_back(sim, second), Some(vec![2; rest]));
    // The last phone that has one takes it along.
    let imsi = sim.phone_of(first).config().sim.imsi;
    sim.execute(Order::RemoveSubscriber(imsi)).expect("it is removed");
    sim.settle();
    // The cell tells it anew with the next context.
    assert_eq!(given_back(sim, third), None);
    assert_eq!(given_back(sim, third), Some(vec![3; 1]));
    village.finish();
}

#[test]
fn one_that_is_shared_stays_with_its_last_phone() {
    let mut village = village();
    let phones = [1, 2].map(|number| phone_with(&mut village, number, vec![7; 600]));
    let sim = &mut village.sim;
    for (phone, kept) in [(phones[0], true), (phones[1], false)] {
        let imsi = sim.phone_of(phone).config().sim.imsi;
        sim.execute(Order::RemoveSubscriber(imsi)).expect("it is removed");
        sim.settle();
        if kept {
            assert_eq!(given_back(sim, phones[1]), Some(vec![7; 600]));
        }
    }
    let other = phone_with(&mut village, 3, vec![8; 600]);
    assert_eq!(not_kept(&village.sim), 0, "all room is there again");
    assert_eq!(given_back(&mut village.sim, other), Some(vec![8; 600]));
    village.finish();
}

#[test]
fn one_that_is_too_long_is_not_kept() {
    let mut village = village();
    let phone = phone_with(&mut village, 1, vec![1; 601]);
    let sim = &mut village.sim;
    assert_eq!(not_kept(sim), 1);
    assert_eq!(given_back(sim, phone), None);
    village.finish();
}

#[test]
fn after_a_restart_they_are_still_there_and_still_bounded() {
    let mut village = village();
    let first = phone_with(&mut village, 1, vec![1; 600]);
    village.sim.make_idle(first);
    village.sim.restart(pumice_e2e::Crash::Stop);
    let second = phone_with(&mut village, 2, vec![2; 398]);
    let sim = &mut village.sim;
    assert_eq!(not_kept(sim), 1);
    assert_eq!(given_back(sim, first), Some(vec![1; 600]));
    assert_eq!(given_back(sim, second), None);
    village.finish();
}
