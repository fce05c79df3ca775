//! Operators' commands while phones do things: what is answered is in force, and phones in the middle of something are not harmed.

use pumice_e2e::{Settings, Sim, subscriber};
use pumice_model::control::{Command as Order, Refusal};
use pumice_model::secret::Key128;
use pumice_model::subscriber::{Ambr, OperatorKey, SubscriberChange, SubscriberState};
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_ransim::sim::SimProfile;
use pumice_wire::nas::EmmCause;

use crate::support::{FULL_ATTACH, Village, minutes, seconds};

fn imsi(sim: &Sim, phone: PhoneId) -> pumice_model::identity::Imsi {
    sim.phone_of(phone).config().sim.imsi
}

#[test]
fn the_next_attach_sees_what_was_added() {
    let mut village = Village::with(Settings { commit_latency: seconds(1), ..Settings::default() });
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    let phone = sim.add_stranger(card, *cell, |_| {});
    let order = sim.command(Order::AddSubscribers(vec![subscriber(&card)]));
    assert_eq!(sim.answer(order), None);
    sim.run_until("it is answered", seconds(5), |sim| sim.answer(order).is_some());
    assert_eq!(sim.answer(order), Some(&Ok(())));
    sim.attach(phone);
    assert_eq!(sim.ladder(phone), FULL_ATTACH);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn before_the_answer_it_is_not_in_force() {
    let mut village = Village::with(Settings { commit_latency: seconds(1), ..Settings::default() });
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    let phone = sim.add_stranger(card, *cell, |_| {});
    let order = sim.command(Order::AddSubscribers(vec![subscriber(&card)]));
    sim.switch_on(phone);
    sim.run_until("it is refused", seconds(1), |sim| sim.rejection(phone, 0).is_some());
    assert_eq!(sim.answer(order), None);
    sim.run_for(seconds(3));
    village.finish();
}

#[test]
fn the_same_again_is_refused() {
    let mut village = Village::with(Settings { commit_latency: seconds(1), ..Settings::default() });
    let Village { sim, .. } = &mut village;
    let card = sim.sim_card(1);
    let first = sim.command(Order::AddSubscribers(vec![subscriber(&card)]));
    let second = sim.command(Order::AddSubscribers(vec![subscriber(&card)]));
    let both = sim.command(Order::AddSubscribers(vec![subscriber(&sim.sim_card(2)), subscriber(&card)]));
    sim.run_for(seconds(5));
    assert_eq!(sim.answer(first), Some(&Ok(())));
    assert_eq!(sim.answer(second), Some(&Err(Refusal::Exists(card.imsi))));
    assert_eq!(sim.answer(both), Some(&Err(Refusal::Exists(card.imsi))));
    assert_eq!(sim.status().subscribers, 2, "of a list that is refused none is added");
    village.finish();
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    let card = sim.sim_card(1);
    for order in [
        Order::RemoveSubscriber(card.imsi),
        Order::SetSubscriberState(card.imsi, SubscriberState::Barred),
        Order::ChangeSubscriber(card.imsi, Box::default()),
        Order::ReplaceSubscriber(Box::new(subscriber(&card))),
    ] {
        assert_eq!(sim.execute(order), Err(Refusal::NotFound));
    }
    village.finish();
}

#[test]
fn a_subscriber_is_renamed_and_limited_without_its_phone_noticing() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let imsi = imsi(sim, phone);
    let mark = sim.trace().mark();
    let ambr = Ambr { uplink: 5_000, downlink: 6_000 };
    let renamed = SubscriberChange { name: "Amina".parse().ok(), ..SubscriberChange::default() };
    let limited = SubscriberChange { ambr: Some(ambr), ..SubscriberChange::default() };
    // The second is given before the first is on the disk, and undoes nothing of it.
    let orders =
        [renamed, limited].map(|change| sim.command(Order::ChangeSubscriber(imsi, Box::new(change))));
    sim.settle();
    for order in orders {
        assert_eq!(sim.answer(order), Some(&Ok(())));
    }
    assert!(sim.ladder_since(phone, mark).is_empty(), "{:?}", sim.ladder_since(phone, mark));
    let view = sim.subscriber_view(imsi).expect("it is there");
    assert_eq!((view.name.as_str(), view.ambr), ("Amina", ambr));
    assert!(view.apns.iter().all(|(.., of_apn)| *of_apn == ambr));
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_subscriber_removed_while_its_phone_attaches() {
    for messages in 1..=9 {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        let gone = imsi(sim, phone);
        sim.switch_on(phone);
        sim.run_until("so far", seconds(1), |sim| sim.messages(phone, 0).count() >= messages);
        sim.execute(Order::RemoveSubscriber(gone)).expect("it is removed");
        sim.run_for(minutes(1));
        assert!(sim.view(phone).is_none(), "after {messages}:\n{}", sim.trace().tail(20));
        assert_eq!(sim.metric("phones"), 1, "after {messages} messages nothing is left of it");
        assert_eq!(sim.metric("bearers"), 1);
        assert!(sim.phone_of(phone).sim_state().serves_elsewhere(sim.settings().config.plmn));
        village.finish();
    }
}

#[test]
fn a_subscriber_removed_and_added_again_is_served_again() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let card = sim.phone_of(phone).config().sim;
    sim.execute(Order::RemoveSubscriber(card.imsi)).expect("it is removed");
    sim.settle();
    sim.execute(Order::AddSubscribers(vec![subscriber(&card)])).expect("it is added");
    sim.order(phone, Command::PullBattery);
    sim.settle();
    let mark = sim.trace().mark();
    sim.attach(phone);
    assert_eq!(sim.count(phone, mark, "> Authentication failure"), 0, "no number is used twice for its SIM");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn new_keys_end_the_context_and_the_new_sim_is_served() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let old = sim.add_phone(1, *cell);
    sim.attach(old);
    let card = SimProfile { k: [0x33; 16], ..sim.phone_of(old).config().sim };
    let mark = sim.trace().mark();
    let mut replaced = subscriber(&card);
    replaced.keys.op = OperatorKey::Opc(Key128::new(card.opc));
    sim.execute(Order::ReplaceSubscriber(Box::new(replaced))).expect("it is replaced");
    sim.settle();
    assert_eq!(sim.ladder_since(old, mark)[0], "< Detach request");
    assert!(sim.view(old).is_none());
    let new = sim.add_stranger(card, *cell, |_| {});
    sim.attach(new);
    sim.assert_served(new);
    // The old SIM is not let in.
    let mark = sim.trace().mark();
    sim.order(old, Command::Attach);
    sim.run_until("it is refused", minutes(1), |sim| sim.rejection(old, mark).is_some());
    assert_eq!(sim.rejection(old, mark).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    sim.assert_served(new);
    village.finish();
}

#[test]
fn the_same_keys_leave_the_phone_alone() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let mut renamed = subscriber(&sim.phone_of(phone).config().sim);
    renamed.name = heapless::String::try_from("the shop").expect("it fits");
    let mark = sim.trace().mark();
    sim.execute(Order::ReplaceSubscriber(Box::new(renamed))).expect("it is replaced");
    sim.settle();
    assert_eq!(sim.ladder_since(phone, mark).len(), 0);
    assert_eq!(sim.view(phone).expect("it is registered").name, "the shop");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_sequence_number_that_was_learned_survives_a_replacement() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    (8..12).for_each(|ind| sim.phone_mut(phone).usim_mut().use_sqn(0x10_0000 << 5 | ind));
    sim.attach(phone);
    let renamed = subscriber(&sim.phone_of(phone).config().sim);
    sim.execute(Order::ReplaceSubscriber(Box::new(renamed))).expect("it is replaced");
    sim.order(phone, Command::SwitchOff);
    sim.settle();
    *sim.phone_mut(phone).security_mut() = None;
    sim.phone_mut(phone).set_guti(None);
    let mark = sim.trace().mark();
    sim.attach(phone);
    assert_eq!(sim.ladder_since(phone, mark), FULL_ATTACH, "no second resynchronisation");
    village.finish();
}

#[test]
fn barred_while_the_disk_is_slow() {
    let mut village = Village::with(Settings { commit_latency: seconds(2), ..Settings::default() });
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let barred = imsi(sim, phone);
    let order = sim.command(Order::SetSubscriberState(barred, SubscriberState::Barred));
    sim.assert_served(phone);
    sim.run_until("it is answered", seconds(10), |sim| sim.answer(order).is_some());
    sim.settle();
    assert!(sim.view(phone).is_none());
    village.finish();
}

#[test]
fn two_orders_for_one_subscriber_are_carried_out_in_turn() {
    let mut village = Village::with(Settings { commit_latency: seconds(1), ..Settings::default() });
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let gone = imsi(sim, phone);
    let barred = sim.command(Order::SetSubscriberState(gone, SubscriberState::Barred));
    let removed = sim.command(Order::RemoveSubscriber(gone));
    let late = sim.command(Order::SetSubscriberState(gone, SubscriberState::Active));
    sim.run_for(seconds(10));
    assert_eq!(sim.answer(barred), Some(&Ok(())));
    assert_eq!(sim.answer(removed), Some(&Ok(())));
    assert_eq!(sim.answer(late), Some(&Err(Refusal::NotFound)));
    assert_eq!(sim.status().subscribers, 1);
    assert_eq!(sim.metric("phones"), 1);
    village.finish();
}
