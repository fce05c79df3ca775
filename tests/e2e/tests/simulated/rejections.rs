//! Who is not served is told so in a way that leaves the SIM usable: #11 to strangers, #15 or #22 to our own. That #3, #6, #7 and
//! #8 are never said, in any run, is watched by the run's monitor.

use core::time::Duration;

use pumice_core::config::OwnRefusal;
use pumice_e2e::{Settings, Sim};
use pumice_model::control::Command as Order;
use pumice_model::event::Event;
use pumice_model::identity::{Plmn, Tac};
use pumice_model::subscriber::SubscriberState;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::{Command, Deregistered, EmmState, PhoneTimer};
use pumice_ransim::sim::SimProfile;
use pumice_wire::nas::{AttachRequest, EmmCause, EmmMessage, Plain};

use crate::support::{RELEASED, Village, minutes, seconds};

fn foreign(number: u64) -> SimProfile {
    SimProfile::numbered(Plmn::parse("26201").expect("a PLMN"), number).expect("a SIM")
}

fn with_22() -> Settings {
    Settings::default().with(|config| config.refusal = OwnRefusal::Congestion)
}

/// A phone that is refused at once, and why.
fn refused(sim: &mut Sim, phone: PhoneId) -> EmmCause {
    let mark = sim.trace().mark();
    sim.switch_on(phone);
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder, ["> Attach request", "< Attach reject", RELEASED[0], RELEASED[1]]);
    assert!(sim.view(phone).is_none());
    sim.rejection(phone, mark).expect("a rejection").emm
}

#[test]
fn a_foreign_sim_is_sent_home() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let home = Plmn::parse("26201").expect("a PLMN");
    let phone = sim.add_stranger(foreign(1), *cell, |_| {});
    assert_eq!(refused(sim, phone), EmmCause::PLMN_NOT_ALLOWED);
    assert!(sim.phone_of(phone).sim_state().serves_elsewhere(home));
    assert_eq!(sim.phone_of(phone).state(), EmmState::Deregistered(Deregistered::PlmnSearch));
    let cause = EmmCause::PLMN_NOT_ALLOWED.0;
    assert!(sim.has_event(|event| *event == Event::PhoneRefused { imsi: Some(foreign(1).imsi), cause }));
    village.finish();
}

#[test]
fn a_foreign_sim_that_is_provisioned_is_served() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    sim.subscribe(&foreign(1), |_| {});
    let phone = sim.add_stranger(foreign(1), *cell, |_| {});
    sim.attach(phone);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn three_digit_networks_are_told_from_two_digit_ones() {
    // 001/01 with IMSI 00101.. is our own; a network of 001/011 would not be.
    let settings = Settings::default().with(|config| config.plmn = Plmn::parse("001011").expect("a PLMN"));
    let mut village = Village::with(settings);
    let Village { sim, cell, .. } = &mut village;
    let own = sim.sim_card(77);
    let phone = sim.add_stranger(own, *cell, |_| {});
    assert_eq!(refused(sim, phone), EmmCause::NO_SUITABLE_CELLS);
    let near = SimProfile::numbered(Plmn::parse("00101").expect("a PLMN"), 5).expect("a SIM");
    let phone = sim.add_stranger(near, *cell, |_| {});
    assert_eq!(refused(sim, phone), EmmCause::PLMN_NOT_ALLOWED);
    village.finish();
}

#[test]
fn our_own_that_is_not_provisioned_looks_elsewhere() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_stranger(sim.sim_card(1), *cell, |_| {});
    assert_eq!(refused(sim, phone), EmmCause::NO_SUITABLE_CELLS);
    assert!(sim.phone_of(phone).sim_state().serves_elsewhere(sim.settings().config.plmn));
    // Provisioned meanwhile, it is served when it is switched on again.
    let card = sim.sim_card(1);
    sim.subscribe(&card, |_| {});
    sim.order(phone, Command::PullBattery);
    sim.attach(phone);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_barred_one_is_refused_until_it_is_not() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    sim.subscribe(&card, |subscriber| subscriber.state = SubscriberState::Barred);
    let phone = sim.add_stranger(card, *cell, |_| {});
    assert_eq!(refused(sim, phone), EmmCause::NO_SUITABLE_CELLS);
    sim.execute(Order::SetSubscriberState(card.imsi, SubscriberState::Active)).expect("it is served again");
    sim.order(phone, Command::PullBattery);
    sim.attach(phone);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn congestion_keeps_phones_away_each_for_another_while() {
    let mut village = Village::with(with_22());
    let Village { sim, cell, .. } = &mut village;
    let least = sim.settings().config.timers.t3346;
    let mut spans = Vec::new();
    for number in 1..=8 {
        let phone = sim.add_stranger(sim.sim_card(number), *cell, |_| {});
        assert_eq!(refused(sim, phone), EmmCause::CONGESTION);
        let t3346 = sim.rejection(phone, 0).and_then(|rejection| rejection.t3346).expect("T3346");
        // What can be said in a GPRS timer is rounded up to its unit, here a minute.
        assert!((least..=2 * least + minutes(6)).contains(&t3346), "{t3346:?}");
        assert!(sim.phone_of(phone).sim_state().is_unharmed());
        assert!(sim.phone_of(phone).timer(PhoneTimer::T3346).is_some());
        spans.push(t3346);
    }
    spans.sort_unstable();
    spans.dedup();
    assert!(spans.len() >= 4, "they do not come back together: {spans:?}");
    village.finish();
}

#[test]
fn after_congestion_a_phone_comes_back_by_itself() {
    let mut village = Village::with(with_22());
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    let phone = sim.add_stranger(card, *cell, |_| {});
    refused(sim, phone);
    sim.subscribe(&card, |_| {});
    let refused_at = sim.now();
    sim.run_until("it comes back", minutes(40), |sim| sim.is_attached(phone));
    assert!(sim.now().since(refused_at) >= minutes(14));
    sim.settle();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn an_area_that_is_not_served_is_no_reason_to_leave_the_network() {
    let mut village = Village::new();
    let Village { sim, .. } = &mut village;
    // The cell serves area 7, as we do, but its phones are in area 8.
    let mut config = sim.cell_config(2);
    config.tai.tac = Tac(8);
    let cell = sim.add_cell_with(config);
    let phone = sim.add_phone(1, cell);
    assert_eq!(refused(sim, phone), EmmCause::NO_SUITABLE_CELLS);
    village.finish();
}

#[test]
fn an_emergency_attach_is_refused_without_harm() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone =
        sim.add_phone_with(1, *cell, |config| config.attach_type = pumice_wire::nas::AttachType::Emergency);
    sim.switch_on(phone);
    sim.settle();
    assert_eq!(sim.rejection(phone, 0).map(|rejection| rejection.emm), Some(EmmCause::NETWORK_FAILURE));
    assert!(sim.phone_of(phone).sim_state().is_unharmed());
    village.finish();
}

#[test]
fn an_imei_is_no_name() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).set_scripted(true);
    sim.switch_on(phone);
    let capability = sim.phone_of(phone).config().capability.clone();
    let request = AttachRequest {
        attach_type: pumice_wire::nas::AttachType::Eps,
        ksi: pumice_wire::nas::NasKsi::NONE,
        identity: pumice_wire::nas::EpsMobileIdentity::Imei(353_490_069_873_319),
        capability,
        // PDN connectivity request: initial, IPv4.
        esm: &[0x02, 0x01, 0xd0, 0x11],
        last_visited_tai: None,
        drx: None,
        ms_network_capability: None,
        additional_guti: None,
        additional_update_type: None,
        additional_security_capability: None,
    };
    let plain = pumice_wire::nas::encode(&Plain::Emm(EmmMessage::AttachRequest(request)));
    sim.order(phone, Command::SendNas { plain, protection: pumice_ransim::phone::Protection::None });
    sim.settle();
    assert_eq!(sim.ladder(phone), ["> Attach request", "< Identity request"]);
    // It does not answer: after five times it is given up.
    sim.run_for(seconds(40));
    assert_eq!(sim.count(phone, 0, "< Identity request"), 5);
    assert_eq!(sim.ladder(phone).last().map(String::as_str), Some(RELEASED[1]));
    village.finish();
}

#[test]
fn nobody_waits_longer_than_a_moment_for_a_rejection() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_stranger(foreign(3), *cell, |_| {});
    sim.switch_on(phone);
    sim.settle();
    let mut messages = sim.messages(phone, 0);
    let (first, second) = (messages.next().expect("a request").at, messages.next().expect("an answer").at);
    assert!(second.since(first) <= Duration::from_millis(20));
    drop(messages);
    village.finish();
}
