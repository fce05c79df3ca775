//! Messages under a wrong code, under a COUNT that was used, or without the protection that is due.

use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::{Command, NasAction, NasRule, Protection};
use pumice_wire::nas::{EmmCause, EmmMessage, EmmStatus, Plain, SecurityHeader, encode};

use crate::support::{Village, end_up_served, minutes, seconds, up};

use NasAction::{OldCount, Replay, Unprotected, WrongMac};

fn failed(sim: &pumice_e2e::Sim) -> u64 {
    sim.metric("nas_integrity_failed_total")
}

/// An attached phone, and how many messages have failed their check by then.
fn attached(village: &mut Village) -> (PhoneId, u64) {
    let Village { sim, cell, .. } = village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    (phone, failed(sim))
}

#[test]
fn a_security_mode_complete_is_asked_for_again() {
    for action in [WrongMac, Unprotected] {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.phone_mut(phone).add_rule(up("Security mode complete", action.clone()));
        sim.switch_on(phone);
        sim.settle();
        assert!(sim.view(phone).is_none());
        assert_eq!(sim.metric("phones"), 1, "nobody is proven by it");
        assert!(failed(sim) > 0, "{action:?}");
        sim.run_until("the next one counts", seconds(10), |sim| sim.is_attached(phone));
        sim.settle();
        assert_eq!(sim.count(phone, 0, "< Security mode command"), 2);
        assert_eq!(sim.count(phone, 0, "< Authentication request"), 1);
        sim.assert_served(phone);
        village.finish();
    }
}

#[test]
fn an_attach_complete_is_asked_for_again() {
    for action in [WrongMac, OldCount, Unprotected] {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.phone_mut(phone).add_rule(up("Attach complete", action.clone()));
        sim.switch_on(phone);
        sim.settle();
        assert!(sim.view(phone).is_none(), "it has not said so: {action:?}");
        assert_eq!(failed(sim), 1, "{action:?}");
        sim.run_until("the next one counts", seconds(10), |sim| sim.is_attached(phone));
        sim.settle();
        sim.assert_served(phone);
        village.finish();
    }
}

#[test]
fn twice_the_same_octets_count_once() {
    for message in ["Security mode complete", "Attach complete"] {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.phone_mut(phone).add_rule(up(message, Replay));
        sim.attach(phone);
        assert_eq!(failed(sim), 1, "{message}");
        assert_eq!(sim.count(phone, 0, "< InitialContextSetupRequest + Attach accept"), 1);
        assert_eq!(sim.metric("attach_accepted_total"), 2, "the bystander's and this one");
        sim.assert_served(phone);
        village.finish();
    }
}

#[test]
fn a_service_request_is_refused_and_the_phone_registers_anew() {
    for action in [WrongMac, OldCount] {
        let mut village = Village::new();
        let (phone, before) = attached(&mut village);
        let sim = &mut village.sim;
        sim.make_idle(phone);
        let guti = sim.phone_of(phone).guti();
        let mark = sim.trace().mark();
        sim.phone_mut(phone).add_rule(up("Service request", action.clone()));
        sim.order(phone, Command::ServiceRequest);
        sim.run_until("it is refused", seconds(5), |sim| sim.rejection(phone, mark).is_some());
        let rejection = sim.rejection(phone, mark).map(|rejection| rejection.emm);
        assert_eq!(rejection, Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED), "{action:?}");
        assert_eq!(failed(sim), before + 1);
        let view = sim.view(phone).expect("anybody could have sent it: the registration stands");
        assert_eq!((view.guti, view.connected), (guti, false));
        end_up_served(sim, phone);
        village.finish();
    }
}

#[test]
fn an_update_is_refused_and_the_phone_registers_anew() {
    for action in [WrongMac, OldCount, Unprotected] {
        let mut village = Village::new();
        let (phone, before) = attached(&mut village);
        let sim = &mut village.sim;
        sim.make_idle(phone);
        let mark = sim.trace().mark();
        sim.phone_mut(phone).add_rule(up("Tracking area update request", action.clone()));
        sim.order(phone, Command::TrackingAreaUpdate { active: false });
        sim.run_until("it is refused", seconds(5), |sim| sim.rejection(phone, mark).is_some());
        let rejection = sim.rejection(phone, mark).map(|rejection| rejection.emm);
        assert_eq!(rejection, Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED), "{action:?}");
        assert_eq!(failed(sim) - before, u64::from(action != Unprotected));
        assert!(sim.view(phone).is_some_and(|view| !view.connected), "the registration stands");
        end_up_served(sim, phone);
        village.finish();
    }
}

#[test]
fn a_detach_changes_nothing_until_the_phone_means_it() {
    for (connected, action) in [
        (true, WrongMac),
        (true, OldCount),
        (true, Unprotected),
        (false, WrongMac),
        (false, OldCount),
        (false, Unprotected),
    ] {
        let mut village = Village::new();
        let (phone, before) = attached(&mut village);
        let sim = &mut village.sim;
        if !connected {
            sim.make_idle(phone);
        }
        let mark = sim.trace().mark();
        sim.phone_mut(phone).add_rule(up("Detach request", action.clone()));
        sim.order(phone, Command::Detach);
        sim.settle();
        assert!(failed(sim) > before, "{action:?}");
        assert!(sim.view(phone).is_some(), "it stays registered: {action:?}, connected: {connected}");
        assert_eq!(sim.count(phone, mark, "< Detach accept"), 0);
        assert_eq!(sim.metric("bearers"), 2);
        if connected {
            sim.run_until("T3421 sends it again", seconds(20), |sim| sim.view(phone).is_none());
            assert_eq!(sim.count(phone, mark, "< Detach accept"), 1);
        }
        end_up_served(sim, phone);
        village.finish();
    }
}

#[test]
fn what_is_due_to_be_protected_is_dropped_without() {
    let mut village = Village::new();
    let (phone, before) = attached(&mut village);
    let sim = &mut village.sim;
    let status = encode(&Plain::Emm(EmmMessage::EmmStatus(EmmStatus { cause: EmmCause::CONGESTION })));
    let captured: Vec<Vec<u8>> = sim
        .messages(phone, 0)
        .filter(|entry| entry.direction == Direction::Uplink)
        .filter_map(|entry| entry.nas.as_ref()?.plain.clone())
        .collect();
    assert!(
        captured.len() >= 4,
        "attach request, authentication response, security mode complete, attach complete"
    );
    let mark = sim.trace().mark();
    let mut sent = 0;
    for plain in captured.into_iter().chain([status]) {
        for protection in [
            Protection::None,
            Protection::WrongMac(SecurityHeader::IntegrityProtected),
            Protection::WrongMac(SecurityHeader::IntegrityProtectedAndCiphered),
            Protection::OldCount(SecurityHeader::IntegrityProtectedAndCiphered),
        ] {
            sim.order(phone, Command::SendNas { plain: plain.clone(), protection });
            sim.settle();
            sent += 1;
            assert_eq!(failed(sim), before + sent, "{protection:?}");
        }
    }
    let answers = sim.messages(phone, mark).filter(|entry| entry.direction == Direction::Downlink);
    assert_eq!(answers.count(), 0, "none is answered");
    assert!(sim.view(phone).is_some_and(|view| view.connected));
    sim.assert_served(phone);
    village.finish();
}

/// The plain authentication response of a phone's first run.
fn first_response(sim: &pumice_e2e::Sim, phone: PhoneId) -> Vec<u8> {
    let entry = sim
        .messages(phone, 0)
        .find(|entry| entry.nas_name() == Some("Authentication response"))
        .expect("it was authenticated");
    entry.nas.as_ref().and_then(|nas| nas.plain.clone()).expect("a plain response")
}

#[test]
fn the_response_of_another_run_proves_nobody() {
    let mut village = Village::new();
    let (phone, _) = attached(&mut village);
    let sim = &mut village.sim;
    let response = first_response(sim, phone);
    let before = sim.view(phone).map(|view| view.guti);
    sim.order(phone, Command::PullBattery);
    sim.settle();
    // It comes by its GUTI, but its context is lost: it is authenticated again.
    *sim.phone_mut(phone).security_mut() = None;
    let mark = sim.trace().mark();
    sim.phone_mut(phone).add_rule(up("Authentication response", NasAction::Replace(response)));
    sim.switch_on(phone);
    sim.run_until("the old response has come", seconds(5), |sim| {
        sim.metric("authentication_failed_total") == 1
    });
    assert_eq!(sim.view(phone).map(|view| view.guti), before, "what it claims to be stays as it is");
    // 5.4.2.5: it may have been taken for another, so it is asked who it is, and challenged anew.
    sim.run_until("it attaches", minutes(1), |sim| {
        sim.phone_of(phone).state().is_registered() && sim.count(phone, mark, "< EMM information") == 1
    });
    sim.settle();
    assert_eq!(sim.count(phone, mark, "< Identity request"), 1);
    assert_eq!(sim.count(phone, mark, "< Authentication request"), 2);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn the_response_of_another_phone_proves_nobody() {
    let mut village = Village::new();
    let (phone, _) = attached(&mut village);
    let Village { sim, cell, .. } = &mut village;
    let response = first_response(sim, phone);
    let stranger = sim.add_phone(2, *cell);
    sim.phone_mut(stranger)
        .add_rule(NasRule { times: u32::MAX, ..up("Authentication response", NasAction::Replace(response)) });
    sim.switch_on(stranger);
    sim.settle();
    assert_eq!(
        sim.ladder(stranger)[1..],
        [
            "< Authentication request",
            "> Authentication response",
            "< Authentication reject",
            "< UEContextReleaseCommand",
            "> UEContextReleaseComplete"
        ]
    );
    assert!(sim.view(stranger).is_none());
    assert_eq!((sim.metric("phones"), sim.metric("connections")), (2, 2), "the bystander and the phone");
    sim.assert_served(phone);
    village.finish();
}
