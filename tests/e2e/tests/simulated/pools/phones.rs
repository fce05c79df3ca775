//! Phones and connections.

use pumice_e2e::{Settings, Sim};
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::{Command, PhoneTimer};
use pumice_wire::nas::EmmCause;
use pumice_wire::s1ap::Cause;

use super::full;
use crate::support::{FULL_ATTACH, Village, end_up_served, minutes, seconds};

/// A village with room for so many phones, the bystander among them.
fn village_for(phones: u32) -> Village {
    Village::with(Settings::default().with_limits(|limits| limits.phones = phones))
}

fn attached(sim: &mut Sim, phones: &[PhoneId]) {
    for phone in phones {
        sim.attach(*phone);
    }
}

#[test]
fn one_phone_more_is_told_to_come_again() {
    let mut village = village_for(3);
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=4, *cell);
    attached(sim, &phones[..2]);
    let vectors = sim.metric("authentication_sent_total");
    for (count, phone) in phones[2..].iter().enumerate() {
        sim.switch_on(*phone);
        sim.settle();
        assert_eq!(
            sim.ladder(*phone),
            [
                "> Attach request",
                "< Attach reject",
                "< UEContextReleaseCommand",
                "> UEContextReleaseComplete"
            ]
        );
        let rejection = sim.rejection(*phone, 0).expect("it is rejected");
        assert_eq!((rejection.emm, rejection.esm), (EmmCause::CONGESTION, None));
        let away = rejection.t3346.expect("it is told for how long");
        assert!(away >= minutes(15) && away <= minutes(31), "{away:?}");
        assert!(sim.phone_of(*phone).sim_state().is_unharmed());
        assert_eq!(sim.metric("refused_full_total"), count as u64 + 1);
    }
    assert_eq!(sim.metric("authentication_sent_total"), vectors, "no vector is drawn for nothing");
    assert_eq!(full(sim, "phones"), 1, "it is said once");
    assert_eq!((sim.metric("phones"), sim.metric("bearers"), sim.metric("connections")), (3, 3, 3));
    for phone in &phones[..2] {
        sim.assert_served(*phone);
    }
    // One leaves: who waits has its place when T3346 is over.
    sim.order(phones[0], Command::SwitchOff);
    let away = sim.phone_of(phones[2]).timer(PhoneTimer::T3346).expect("it waits").since(sim.now());
    sim.run_until("one of them attaches", away + minutes(31), |sim| {
        phones[2..].iter().any(|phone| sim.is_attached(*phone))
    });
    sim.settle();
    assert_eq!(sim.metric("phones"), 3, "the one that left is not remembered any more");
    village.finish();
}

#[test]
fn those_who_are_turned_away_do_not_come_back_together() {
    let mut village = village_for(1);
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=40, *cell);
    let mut spans = Vec::new();
    for phone in &phones {
        sim.switch_on(*phone);
        sim.settle();
        spans.push(sim.rejection(*phone, 0).and_then(|rejection| rejection.t3346).expect("T3346"));
    }
    spans.sort_unstable();
    let t3346 = sim.settings().config.timers.t3346;
    // The timer is told in minutes, rounded up.
    assert!(spans[0] >= t3346 && spans[39] <= t3346 * 2 + minutes(1), "{spans:?}");
    let mut different = spans.clone();
    different.dedup();
    assert!(different.len() >= 8, "{spans:?}");
    let early = spans.iter().filter(|span| **span < t3346 * 3 / 2).count();
    assert!((8..=32).contains(&early), "both halves are used: {spans:?}");
    village.finish();
}

#[test]
fn a_remembered_phone_makes_room_and_the_oldest_goes_first() {
    let mut village = village_for(4);
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=5, *cell);
    attached(sim, &phones[..3]);
    for phone in [phones[1], phones[0]] {
        sim.order(phone, Command::SwitchOff);
        sim.run_for(seconds(5));
    }
    assert_eq!((sim.metric("phones"), sim.metric("phones_registered")), (4, 2));
    sim.attach(phones[3]);
    assert_eq!((sim.metric("phones"), sim.metric("phones_registered")), (4, 3));
    // The second was off for longest: it is forgotten, and proves itself anew. The first still is known.
    let mark = sim.trace().mark();
    sim.attach(phones[0]);
    assert_eq!(sim.count(phones[0], mark, "< Authentication request"), 0);
    sim.order(phones[0], Command::SwitchOff);
    sim.settle();
    let mark = sim.trace().mark();
    sim.attach(phones[1]);
    let ladder = sim.ladder_since(phones[1], mark);
    assert_eq!(ladder[..3], ["> Attach request", "< Identity request", "> Identity response"]);
    assert_eq!(ladder[3..], FULL_ATTACH[1..]);
    assert_eq!(sim.metric("refused_full_total"), 0);
    for phone in [phones[1], phones[2], phones[3]] {
        sim.assert_served(phone);
    }
    village.finish();
}

#[test]
fn a_phone_that_is_here_already_always_has_a_place() {
    let mut village = village_for(2);
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.order(phone, Command::PullBattery);
    *sim.phone_mut(phone).security_mut() = None;
    sim.phone_mut(phone).set_guti(None);
    sim.attach(phone);
    assert_eq!((sim.metric("phones"), sim.metric("refused_full_total")), (2, 0));
    sim.assert_served(phone);
    village.finish();
}

/// Two prove themselves at the same time, and one place is left.
#[test]
fn who_comes_second_to_the_last_place_is_told_under_protection() {
    let mut village = village_for(2);
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=2, *cell);
    for phone in &phones {
        sim.switch_on(*phone);
    }
    sim.settle();
    let (first, second) = (phones[0], phones[1]);
    assert!(sim.is_attached(first));
    let ladder = sim.ladder(second);
    assert_eq!(ladder[..5], FULL_ATTACH[..5]);
    assert_eq!(ladder[5..], ["< Attach reject", "< UEContextReleaseCommand", "> UEContextReleaseComplete"]);
    let rejection = sim.rejection(second, 0).expect("it is rejected");
    assert_eq!(rejection.emm, EmmCause::CONGESTION);
    let told = rejection.t3346.expect("it is told for how long");
    let ends = sim.phone_of(second).timer(PhoneTimer::T3346).expect("it believes it");
    assert!(ends.since(sim.now()) <= told && ends.since(sim.now()) + seconds(1) > told);
    assert_eq!((sim.metric("phones"), sim.metric("connections"), sim.metric("bearers")), (2, 2, 2));
    sim.assert_served(first);
    sim.order(first, Command::SwitchOff);
    sim.run_until("the second has the place", minutes(32), |sim| sim.is_attached(second));
    sim.settle();
    sim.assert_served(second);
    village.finish();
}

#[test]
fn one_connection_more_is_released_at_once() {
    let mut village = Village::with(Settings::default().with_limits(|limits| limits.connections = 2));
    let Village { sim, cell, bystander } = &mut village;
    let phones = sim.add_phones(1..=2, *cell);
    sim.attach(phones[0]);
    sim.switch_on(phones[1]);
    sim.settle();
    assert_eq!(
        sim.ladder(phones[1]),
        ["> Attach request", "< UEContextReleaseCommand", "> UEContextReleaseComplete"]
    );
    let cause = super::super::timers::released(sim, phones[1], 0).map(|(_, cause)| cause);
    assert_eq!(cause, Some(Cause::CONTROL_PROCESSING_OVERLOAD));
    assert_eq!((sim.metric("connections"), sim.metric("phones")), (2, 2));
    assert_eq!(full(sim, "connections"), 1);
    sim.assert_served(*bystander);
    sim.assert_served(phones[0]);
    sim.make_idle(phones[0]);
    sim.run_until("it comes again and is served", seconds(30), |sim| sim.is_attached(phones[1]));
    sim.settle();
    sim.assert_served(phones[1]);
    // Full again: it is said again, and a phone that is known is treated no better.
    let mark = sim.trace().mark();
    sim.order(phones[0], Command::ServiceRequest);
    sim.settle();
    assert!(sim.count(phones[0], mark, "< UEContextReleaseCommand") >= 1);
    assert_eq!(full(sim, "connections"), 2);
    assert!(sim.view(phones[0]).is_some(), "it stays registered");
    sim.make_idle(phones[1]);
    end_up_served(sim, phones[0]);
    village.finish();
}
