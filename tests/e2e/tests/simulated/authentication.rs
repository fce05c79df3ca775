//! Authentication and key agreement (TS 24.301 5.4.2), the choice of algorithms (5.4.3), and what strangers can do.

mod algorithms;
mod numbers;
mod strangers;

use pumice_model::event::{AuthenticationFailure as Failure, Event};
use pumice_model::identity::Imsi;
use pumice_model::secret::Key128;
use pumice_model::subscriber::OperatorKey;
use pumice_ransim::crypto::Direction;
use pumice_ransim::phone::{Command, NasAction, NasRule};
use pumice_wire::nas::{self, AuthenticationFailure, EmmCause, EmmMessage, Plain};
use pumice_wire::s1ap::{Cause, Message};

use crate::support::{FULL_ATTACH, RELEASED, Village, deaf_to, seconds, up};

fn failed(failure: Failure, of: Imsi) -> impl Fn(&Event) -> bool {
    move |event| *event == Event::AuthenticationFailed { imsi: of, failure }
}

#[test]
fn a_sim_with_another_key_is_refused_like_one_that_is_not_provisioned() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    sim.subscribe(&card, |subscriber| subscriber.keys.op = OperatorKey::Opc(Key128::new([9; 16])));
    let phone = sim.add_stranger(card, *cell, |_| {});
    sim.switch_on(phone);
    sim.settle();
    let ladder = sim.ladder(phone);
    assert_eq!(
        ladder[..4],
        ["> Attach request", "< Authentication request", "> Authentication failure", "< Attach reject"]
    );
    assert_eq!(ladder[4..], RELEASED);
    assert_eq!(sim.rejection(phone, 0).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    assert!(sim.phone_of(phone).sim_state().serves_elsewhere(sim.settings().config.plmn));
    assert!(sim.has_event(failed(Failure::MacFailure, card.imsi)));
    village.finish();
}

#[test]
fn an_old_amf_is_refused_and_told_apart() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let card = sim.sim_card(1);
    sim.subscribe(&card, |subscriber| subscriber.keys.amf = [0, 0]);
    let phone = sim.add_stranger(card, *cell, |_| {});
    sim.switch_on(phone);
    sim.settle();
    assert_eq!(sim.rejection(phone, 0).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    assert!(sim.has_event(failed(Failure::NonEps, card.imsi)));
    village.finish();
}

#[test]
fn a_guti_that_names_another_sim_is_followed_by_the_question_who_it_is() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let first = sim.add_phone(1, *cell);
    sim.attach(first);
    let guti = sim.phone_of(first).guti();
    let second = sim.add_phone(2, *cell);
    sim.phone_mut(second).set_guti(guti);
    sim.attach(second);
    let ladder = sim.ladder(second);
    assert_eq!(
        ladder[..5],
        [
            "> Attach request",
            "< Authentication request",
            "> Authentication failure",
            "< Identity request",
            "> Identity response"
        ]
    );
    assert_eq!(ladder[5..], FULL_ATTACH[1..]);
    sim.assert_served(second);
    sim.assert_served(first);
    assert_eq!(sim.phone_of(first).guti(), guti);
    village.finish();
}

#[test]
fn a_sim_that_is_ahead_is_followed() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    // It has served in another network, under the same index as ours.
    sim.phone_mut(phone).usim_mut().use_sqn(0x1_0000_0000 << 5 | 8);
    for ind in 9..12 {
        sim.phone_mut(phone).usim_mut().use_sqn(0x1_0000_0000 << 5 | ind);
    }
    sim.attach(phone);
    let ladder = sim.ladder(phone);
    assert_eq!(
        ladder[..4],
        [
            "> Attach request",
            "< Authentication request",
            "> Authentication failure",
            "< Authentication request"
        ]
    );
    assert_eq!(ladder[4..], FULL_ATTACH[2..]);
    // What was learned is remembered.
    sim.order(phone, Command::SwitchOff);
    sim.settle();
    *sim.phone_mut(phone).security_mut() = None;
    sim.phone_mut(phone).set_guti(None);
    let mark = sim.trace().mark();
    sim.attach(phone);
    assert_eq!(sim.ladder_since(phone, mark), FULL_ATTACH);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_sim_that_runs_ahead_again_is_given_up_kindly() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let ahead = |sim: &mut pumice_e2e::Sim, seq: u64| {
        (8..12).for_each(|ind| sim.phone_mut(phone).usim_mut().use_sqn(seq << 5 | ind));
    };
    ahead(sim, 1 << 20);
    sim.switch_on(phone);
    sim.run_until("it complains", seconds(1), |sim| sim.count(phone, 0, "> Authentication failure") == 1);
    ahead(sim, 1 << 24);
    sim.settle();
    let ladder = sim.ladder(phone);
    assert_eq!(
        ladder[2..6],
        [
            "> Authentication failure",
            "< Authentication request",
            "> Authentication failure",
            "< Attach reject"
        ]
    );
    assert_eq!(sim.rejection(phone, 0).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    let imsi = sim.phone_of(phone).config().sim.imsi;
    assert!(sim.has_event(failed(Failure::ResynchronisationFailed, imsi)));
    village.finish();
}

#[test]
fn a_forged_resynchronisation_moves_nothing() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let forged = AuthenticationFailure { cause: EmmCause::SYNCH_FAILURE, auts: Some([0xee; 14]) };
    let forged = nas::encode(&Plain::Emm(EmmMessage::AuthenticationFailure(forged)));
    sim.phone_mut(phone).add_rule(up("Authentication response", NasAction::Replace(forged)));
    sim.switch_on(phone);
    sim.settle();
    assert_eq!(sim.rejection(phone, 0).map(|rejection| rejection.emm), Some(EmmCause::NO_SUITABLE_CELLS));
    assert_eq!(sim.metric("authentication_resynchronised_total"), 0);
    sim.order(phone, Command::PullBattery);
    sim.run_for(seconds(1));
    let mark = sim.trace().mark();
    sim.attach(phone);
    assert_eq!(sim.ladder_since(phone, mark), FULL_ATTACH);
    village.finish();
}

#[test]
fn a_wrong_answer_is_rejected() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(up("Authentication response", NasAction::WrongRes));
    sim.switch_on(phone);
    sim.settle();
    let ladder = sim.ladder(phone);
    assert_eq!(ladder[2..4], ["> Authentication response", "< Authentication reject"]);
    assert_eq!(ladder[4..], RELEASED);
    let released = sim.messages(phone, 0).find_map(|entry| match entry.s1ap()? {
        Message::UeContextReleaseCommand(command) => Some(command.cause),
        _ => None,
    });
    assert_eq!(released, Some(Cause::NAS_AUTHENTICATION_FAILURE));
    assert!(sim.view(phone).is_none());
    village.finish();
}

#[test]
fn a_wrong_answer_under_a_guti_is_followed_by_the_question_who_it_is() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.order(phone, Command::SwitchOff);
    sim.settle();
    // The GUTI stays, the context does not.
    *sim.phone_mut(phone).security_mut() = None;
    sim.phone_mut(phone).add_rule(up("Authentication response", NasAction::WrongRes));
    let mark = sim.trace().mark();
    sim.attach(phone);
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[2..5], ["> Authentication response", "< Identity request", "> Identity response"]);
    assert_eq!(ladder[5..], FULL_ATTACH[1..]);
    village.finish();
}

#[test]
fn what_is_sent_again_is_the_same_challenge() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let rule = NasRule { times: 2, ..deaf_to("Authentication request") };
    assert_eq!(rule.direction, Direction::Downlink);
    sim.phone_mut(phone).add_rule(rule);
    sim.switch_on(phone);
    sim.run_until("it attaches", seconds(30), |sim| sim.is_attached(phone));
    let challenges: Vec<_> = sim
        .messages(phone, 0)
        .filter(|entry| entry.nas_name() == Some("Authentication request"))
        .map(|entry| (entry.at, entry.nas.clone().expect("NAS").octets))
        .collect();
    assert_eq!(challenges.len(), 3);
    for pair in challenges.windows(2) {
        assert_eq!(pair[0].1, pair[1].1, "octet by octet");
        assert_eq!(pair[1].0.since(pair[0].0), seconds(6), "T3460");
    }
    assert_eq!(sim.metric("authentication_sent_total"), 2, "one vector for each of the two phones");
    sim.settle();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn every_run_has_a_vector_of_its_own() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    for _ in 0..10 {
        *sim.phone_mut(phone).security_mut() = None;
        sim.phone_mut(phone).set_guti(None);
        sim.attach(phone);
        sim.order(phone, Command::SwitchOff);
        sim.settle();
    }
    assert_eq!(sim.monitor_mut().sqns(phone).len(), 10);
    assert_eq!(sim.count(phone, 0, "> Authentication failure"), 0, "the SIM takes all of them");
    village.finish();
}
