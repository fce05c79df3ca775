//! Subscribers, and events.

use pumice_e2e::{Settings, subscriber};
use pumice_model::control::{Command as Order, Refusal};
use pumice_model::event::Event;
use pumice_model::query::PageRequest;

use crate::support::Village;

#[test]
fn one_subscriber_more_is_refused_to_the_operator() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.subscribers = 3));
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=2, *cell);
    let add = |sim: &mut pumice_e2e::Sim, numbers: &[u64]| {
        let subscribers = numbers.iter().map(|number| subscriber(&sim.sim_card(*number))).collect();
        sim.execute(Order::AddSubscribers(subscribers))
    };
    let full = Err(Refusal::Full { limit: "subscribers", holds: 3 });
    assert_eq!(add(sim, &[3]), full);
    assert_eq!(sim.metric("subscribers"), 3);
    sim.execute(Order::RemoveSubscriber(sim.sim_card(2).imsi)).expect("it is there");
    assert_eq!(add(sim, &[3, 4]), full, "all or none");
    assert_eq!(sim.metric("subscribers"), 2);
    assert_eq!(add(sim, &[4]), Ok(()));
    assert_eq!(sim.metric("subscribers"), 3);
    // What is here may be changed.
    let changed = subscriber(&sim.sim_card(4));
    assert_eq!(sim.execute(Order::ReplaceSubscriber(Box::new(changed))), Ok(()));
    sim.attach(phones[0]);
    let refused = sim.add_stranger(sim.sim_card(3), *cell, |_| {});
    sim.switch_on(refused);
    sim.settle();
    assert!(sim.view(refused).is_none(), "who is not provisioned is not served");
    sim.assert_served(phones[0]);
    village.finish();
}

#[test]
fn two_orders_at_once_do_not_pass_the_limit_together() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.subscribers = 2));
    let sim = &mut village.sim;
    let orders = [1, 2].map(|number| Order::AddSubscribers(vec![subscriber(&sim.sim_card(number))]));
    let ids = orders.map(|order| sim.command(order));
    sim.settle();
    assert_eq!(sim.answer(ids[0]), Some(&Ok(())));
    assert_eq!(sim.answer(ids[1]), Some(&Err(Refusal::Full { limit: "subscribers", holds: 2 })));
    assert_eq!(sim.metric("subscribers"), 2);
    village.finish();
}

#[test]
fn of_events_the_last_are_kept() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.events = 4));
    let Village { sim, cell, .. } = &mut village;
    for phone in sim.add_phones(1..=10, *cell) {
        sim.attach(phone);
    }
    let kept = sim.gateway().core().events(&PageRequest::default()).items;
    assert_eq!(kept.len(), 4);
    assert!(kept.iter().all(|record| matches!(record.event, Event::PhoneAttached { .. })));
    assert!(kept.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1), "{kept:?}");
    assert_eq!(kept.last(), sim.events().last(), "every event was published, the last ones are kept");
    village.finish();
}

#[test]
fn a_page_is_no_longer_than_it_may_be() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.page = 10));
    let Village { sim, cell, .. } = &mut village;
    for phone in sim.add_phones(1..=24, *cell) {
        sim.attach(phone);
    }
    let request = PageRequest { limit: Some(1_000), ..PageRequest::default() };
    let page = sim.gateway().core().subscribers(&request);
    assert_eq!((page.items.len(), page.next.is_some()), (10, true));
    assert_eq!(sim.views().len(), 25, "page by page all are seen");
    village.finish();
}
