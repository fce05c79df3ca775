//! Detach (TS 24.301 5.5.2), by the phone and by the network.

use pumice_model::control::Command as Order;
use pumice_model::event::{DetachReason, Event};
use pumice_model::identity::Imsi;
use pumice_model::subscriber::SubscriberState;
use pumice_ransim::phone::{Command, EmmState, NasAction};
use pumice_wire::nas::{EmmCause, EmmMessage};
use pumice_wire::s1ap::{Cause, Message};

use crate::support::{KNOWN_ATTACH, RELEASED, Village, deaf_to, minutes, seconds, up};

fn left(reason: DetachReason, imsi: Imsi) -> impl Fn(&Event) -> bool {
    move |event| *event == Event::PhoneDetached { imsi, reason }
}

#[test]
fn of_a_phone_that_stays_on_is_acknowledged() {
    for idle in [false, true] {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.attach(phone);
        if idle {
            sim.make_idle(phone);
        }
        let mark = sim.trace().mark();
        sim.order(phone, Command::Detach);
        sim.settle();
        let ladder = sim.ladder_since(phone, mark);
        assert_eq!(ladder, ["> Detach request", "< Detach accept", RELEASED[0], RELEASED[1]], "idle: {idle}");
        let cause = sim.messages(phone, mark).find_map(|entry| match entry.s1ap()? {
            Message::UeContextReleaseCommand(command) => Some(command.cause),
            _ => None,
        });
        assert_eq!(cause, Some(Cause::NAS_DETACH));
        assert!(sim.view(phone).is_none());
        assert_eq!(sim.metric("bearers"), 1, "the bystander's");
        let imsi = sim.phone_of(phone).config().sim.imsi;
        assert!(sim.has_event(left(DetachReason::ByPhone, imsi)));
        village.finish();
    }
}

#[test]
fn of_a_phone_that_is_switched_off_is_not_answered() {
    for idle in [false, true] {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.attach(phone);
        if idle {
            sim.make_idle(phone);
        }
        let mark = sim.trace().mark();
        sim.order(phone, Command::SwitchOff);
        sim.settle();
        assert_eq!(sim.count(phone, mark, "< Detach accept"), 0);
        assert_eq!(sim.count(phone, mark, RELEASED[1]), 1, "idle: {idle}");
        assert!(sim.view(phone).is_none());
        let imsi = sim.phone_of(phone).config().sim.imsi;
        assert!(sim.has_event(left(DetachReason::SwitchOff, imsi)));
        assert_eq!(sim.gateway().forwarder().counters().sessions, 1, "the bystander's");
        village.finish();
    }
}

#[test]
fn that_nobody_verifies_is_not_believed() {
    for action in [NasAction::Unprotected, NasAction::WrongMac, NasAction::OldCount] {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.attach(phone);
        sim.make_idle(phone);
        sim.phone_mut(phone).add_rule(up("Detach request", action.clone()));
        let mark = sim.trace().mark();
        sim.order(phone, Command::SwitchOff);
        sim.settle();
        assert!(sim.view(phone).is_some(), "{action:?}");
        let ladder = sim.ladder_since(phone, mark);
        assert_eq!(ladder, ["> Detach request", RELEASED[0], RELEASED[1]]);
        // It is found silent by and by.
        sim.run_for(minutes(70));
        assert!(sim.view(phone).is_none());
        village.finish();
    }
}

#[test]
fn by_removing_the_subscriber() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let imsi = sim.phone_of(phone).config().sim.imsi;
    let mark = sim.trace().mark();
    sim.execute(Order::RemoveSubscriber(imsi)).expect("it is removed");
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder, ["< Detach request", "> Detach accept", RELEASED[0], RELEASED[1]]);
    let told = sim.messages(phone, mark).find_map(|entry| match entry.emm()? {
        EmmMessage::DetachRequestToUe(request) => Some((request.detach_type, request.cause)),
        _ => None,
    });
    assert_eq!(told, Some((2, None)), "re-attach not required, and no cause that hurts");
    assert!(sim.view(phone).is_none());
    assert_eq!(sim.metric("phones"), 1, "nothing is left of it");
    assert!(matches!(sim.phone_of(phone).state(), EmmState::Deregistered(_)));
    assert!(sim.phone_of(phone).sim_state().is_unharmed());
    // It tries again later, and is refused like any that is not provisioned.
    let mark = sim.trace().mark();
    sim.order(phone, Command::Attach);
    sim.settle();
    assert_eq!(sim.rejection(phone, mark).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    village.finish();
}

#[test]
fn by_removing_the_subscriber_of_an_idle_phone() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let imsi = sim.phone_of(phone).config().sim.imsi;
    sim.execute(Order::RemoveSubscriber(imsi)).expect("it is removed");
    assert!(sim.view(phone).is_none());
    assert_eq!(sim.gateway().forwarder().counters().sessions, 1, "the bystander's");
    // It finds out when it comes.
    let mark = sim.trace().mark();
    sim.order(phone, Command::ServiceRequest);
    sim.run_for(seconds(30));
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..2], ["> Service request", "< Service reject"]);
    assert_eq!(sim.rejection(phone, mark).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    assert!(sim.phone_of(phone).sim_state().serves_elsewhere(sim.settings().config.plmn));
    village.finish();
}

#[test]
fn by_barring_the_subscriber_remembers_its_context() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let imsi = sim.phone_of(phone).config().sim.imsi;
    let mark = sim.trace().mark();
    sim.execute(Order::SetSubscriberState(imsi, SubscriberState::Barred)).expect("it is barred");
    sim.settle();
    assert_eq!(sim.ladder_since(phone, mark)[..2], ["< Detach request", "> Detach accept"]);
    assert!(sim.view(phone).is_none());
    assert!(sim.has_event(left(DetachReason::ByOperator, imsi)));
    sim.execute(Order::SetSubscriberState(imsi, SubscriberState::Active)).expect("it is served again");
    let mark = sim.trace().mark();
    sim.order(phone, Command::Attach);
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert!(
        ladder.ends_with(&KNOWN_ATTACH[1..].iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()),
        "{ladder:?}"
    );
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn by_the_network_is_said_again_and_then_done() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.phone_mut(phone).add_rule(deaf_to("Detach request"));
    let imsi = sim.phone_of(phone).config().sim.imsi;
    let mark = sim.trace().mark();
    sim.execute(Order::RemoveSubscriber(imsi)).expect("it is removed");
    sim.run_for(seconds(40));
    let times: Vec<_> = sim
        .messages(phone, mark)
        .filter(|entry| entry.short() == "< Detach request")
        .map(|entry| entry.at)
        .collect();
    assert_eq!(times.len(), 5);
    for pair in times.windows(2) {
        assert_eq!(pair[1].since(pair[0]), seconds(6), "T3422");
    }
    assert_eq!(sim.count(phone, mark, RELEASED[1]), 1);
    assert_eq!(sim.metric("phones"), 1, "nothing is left of it");
    village.finish();
}

#[test]
fn by_both_at_once() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let imsi = sim.phone_of(phone).config().sim.imsi;
    let order = sim.command(Order::RemoveSubscriber(imsi));
    sim.run_until("it is told", seconds(1), |sim| sim.count(phone, 0, "< Detach request") == 1);
    sim.order(phone, Command::SwitchOff);
    sim.settle();
    sim.run_for(seconds(60));
    assert_eq!(sim.answer(order), Some(&Ok(())));
    assert!(sim.view(phone).is_none());
    assert_eq!(sim.metric("phones"), 1, "nothing is left of it");
    village.finish();
}
