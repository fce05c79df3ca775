//! Attach of a phone that is attached, or that attaches already (TS 24.301 5.5.1.2.7 d, e, f).

use pumice_e2e::Sim;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::{Command, NasAction, Protection};
use pumice_ransim::ran::{LinkAction, LinkDirection, LinkRule, Traffic};
use pumice_wire::nas::SecurityHeader;

use crate::support::{FULL_ATTACH, KNOWN_ATTACH, Village, deaf_to, seconds, up};

/// The phone vanishes and its cell does not say so.
fn vanish(sim: &mut Sim, phone: PhoneId) {
    let rule =
        LinkRule::once(LinkDirection::ToNetwork, Traffic::S1ap("UEContextReleaseRequest"), LinkAction::Drop);
    sim.ran_mut().add_link_rule(rule);
    sim.order(phone, Command::PullBattery);
    sim.settle();
    assert!(sim.view(phone).is_some_and(|view| view.connected), "the gateway does not know");
}

/// The first attach request of a phone, as it was sent.
fn request(sim: &Sim, phone: PhoneId) -> Vec<u8> {
    let first = sim.messages(phone, 0).next().expect("it has said something");
    first.nas.as_ref().and_then(|nas| nas.plain.clone()).expect("a plain request")
}

#[test]
fn while_attached_with_the_context_in_use_ends_the_old_connection() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let address = sim.address(phone);
    vanish(sim, phone);
    let mark = sim.trace().mark();
    sim.attach(phone);
    let ladder = sim.ladder_since(phone, mark);
    assert!(ladder.contains(&"< UEContextReleaseCommand".to_owned()), "{ladder:?}");
    assert_eq!(sim.count(phone, mark, "< Authentication request"), 0);
    assert_eq!(sim.address(phone), address);
    assert_eq!(sim.status().phones, 2);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn while_attached_without_a_context_replaces_it_once_proven() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let before = sim.phone_of(phone).guti();
    vanish(sim, phone);
    *sim.phone_mut(phone).security_mut() = None;
    sim.phone_mut(phone).set_guti(None);
    sim.phone_mut(phone).add_rule(deaf_to("Authentication request"));
    sim.switch_on(phone);
    sim.settle();
    let view = sim.view(phone).expect("what an unproven request claims changes nothing");
    assert!(view.connected && view.guti == before);
    sim.phone_mut(phone).clear_rules();
    sim.run_until("it attaches", seconds(60), |sim| sim.is_attached(phone));
    sim.settle();
    let view = sim.view(phone).expect("it is registered");
    assert_ne!(view.guti, before);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn the_same_request_while_it_is_authenticated_changes_nothing() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(deaf_to("Authentication request"));
    sim.switch_on(phone);
    sim.settle();
    let plain = request(sim, phone);
    sim.order(phone, Command::SendNas { plain, protection: Protection::None });
    sim.settle();
    assert_eq!(
        sim.ladder(phone),
        ["> Attach request", "< Authentication request", "> Attach request"],
        "what runs goes on"
    );
    sim.phone_mut(phone).clear_rules();
    sim.run_until("it attaches", seconds(60), |sim| sim.is_attached(phone));
    assert_eq!(
        sim.metric("authentication_sent_total"),
        2,
        "one vector for the bystander and one for the phone"
    );
    sim.settle();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn another_request_while_it_is_authenticated_begins_anew() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(deaf_to("Authentication request"));
    sim.switch_on(phone);
    sim.settle();
    let mut plain = request(sim, phone);
    // Combined instead of EPS.
    plain[2] = plain[2] & 0xf8 | 2;
    sim.phone_mut(phone).clear_rules();
    sim.order(phone, Command::SendNas { plain, protection: Protection::None });
    sim.settle();
    let ladder = sim.ladder(phone);
    assert_eq!(
        ladder[..4],
        ["> Attach request", "< Authentication request", "> Attach request", "< Authentication request"]
    );
    assert_eq!(sim.metric("authentication_sent_total"), 3, "another run has another vector");
    sim.run_until("it attaches", seconds(60), |sim| sim.is_attached(phone));
    sim.settle();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn the_same_request_after_the_accept_is_accepted_again() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.order(phone, Command::Detach);
    sim.settle();
    let mark = sim.trace().mark();
    sim.phone_mut(phone).add_rule(up("Attach complete", NasAction::Ignore));
    sim.order(phone, Command::Attach);
    sim.settle();
    let entry = sim.messages(phone, mark).next().expect("a request");
    let plain = entry.nas.as_ref().and_then(|nas| nas.plain.clone()).expect("a readable request");
    let protection = Protection::Current(SecurityHeader::IntegrityProtected);
    sim.order(phone, Command::SendNas { plain, protection });
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(
        ladder[4..8],
        ["> Attach request", "< Attach accept", "> Attach complete", "< EMM information"]
    );
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn on_another_connection_while_it_runs_takes_over() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    for lost in ["Authentication request", "Security mode command", "Attach accept"] {
        sim.phone_mut(phone).add_rule(deaf_to(lost));
        sim.switch_on(phone);
        sim.settle();
        sim.phone_mut(phone).clear_rules();
        sim.order(phone, Command::PullBattery);
        *sim.phone_mut(phone).security_mut() = None;
        sim.phone_mut(phone).set_guti(None);
        let mark = sim.trace().mark();
        sim.attach(phone);
        let ladder: Vec<_> = sim.ladder_since(phone, mark);
        let of_attach = ladder.iter().filter(|line| !line.contains("UEContextRelease")).collect::<Vec<_>>();
        assert_eq!(of_attach, FULL_ATTACH, "after {lost}");
        sim.assert_served(phone);
        sim.order(phone, Command::SwitchOff);
        sim.settle();
        *sim.phone_mut(phone).security_mut() = None;
        sim.phone_mut(phone).set_guti(None);
    }
    village.finish();
}

#[test]
fn a_second_phone_is_no_hindrance_to_the_first() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phones = sim.add_phones(1..=20, *cell);
    for phone in &phones {
        sim.switch_on(*phone);
    }
    sim.settle();
    for phone in phones {
        assert_eq!(sim.ladder(phone), FULL_ATTACH);
        sim.assert_served(phone);
    }
    village.finish();
}

#[test]
fn of_a_phone_that_was_switched_off_needs_no_authentication() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.order(phone, Command::SwitchOff);
    sim.settle();
    let mark = sim.trace().mark();
    sim.attach(phone);
    assert_eq!(sim.ladder_since(phone, mark), KNOWN_ATTACH);
    village.finish();
}
