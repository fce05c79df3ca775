//! Tracking area update (TS 24.301 5.5.3).

use pumice_e2e::Settings;
use pumice_model::identity::{Gummei, Guti, MTmsi, MmeCode, MmeGroupId, Tac};
use pumice_ransim::crypto::Direction;
use pumice_ransim::phone::{Command, NasAction, NasRule};
use pumice_wire::nas::{AttachType, EmmCause, EmmMessage, UpdateType};

use crate::support::{RELEASED, Village, minutes, seconds, up};

/// An update of an idle phone that wants no bearers.
const UPDATE: [&str; 4] =
    ["> Tracking area update request", "< Tracking area update accept", RELEASED[0], RELEASED[1]];

#[test]
fn of_an_idle_phone() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let guti = sim.phone_of(phone).guti();
    let mark = sim.trace().mark();
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.settle();
    assert_eq!(sim.ladder_since(phone, mark), UPDATE);
    assert_eq!(sim.phone_of(phone).guti(), guti);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn with_the_wish_for_bearers() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    sim.order(phone, Command::TrackingAreaUpdate { active: true });
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(
        ladder[..3],
        ["> Tracking area update request", "< Tracking area update accept", "< InitialContextSetupRequest"]
    );
    assert!(sim.phone_of(phone).has_bearers_up());
    let mark = sim.trace().mark();
    sim.assert_served(phone);
    assert_eq!(sim.ladder_since(phone, mark).len(), 0, "its bearers are there already");
    village.finish();
}

#[test]
fn of_a_connected_phone_leaves_it_connected() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    let mark = sim.trace().mark();
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.settle();
    assert_eq!(sim.ladder_since(phone, mark), UPDATE[..2]);
    assert!(sim.phone_of(phone).has_bearers_up());
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn periodic_comes_by_itself_and_keeps_the_phone() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    sim.run_for(minutes(55));
    assert_eq!(sim.ladder_since(phone, mark), UPDATE);
    let periodic = sim.messages(phone, mark).any(|entry| {
        matches!(entry.emm(), Some(EmmMessage::TrackingAreaUpdateRequest(request)) if request.update_type == UpdateType::Periodic)
    });
    assert!(periodic);
    assert_eq!(sim.count(phone, mark, "< Authentication request"), 0);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn combined_is_accepted_with_the_cause_that_keeps_phones_camped() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone_with(1, *cell, |config| config.attach_type = AttachType::Combined);
    sim.attach(phone);
    sim.make_idle(phone);
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.settle();
    assert_eq!(sim.phone_of(phone).causes().partial, Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE));
    assert_eq!(sim.phone_of(phone).counters().updates, 1);
    village.finish();
}

#[test]
fn into_another_area_of_the_village_is_not_needed() {
    let settings = Settings::default().with(|config| config.tacs = vec![Tac(7), Tac(8)]);
    let mut village = Village::with(settings);
    let Village { sim, cell, .. } = &mut village;
    let mut config = sim.cell_config(2);
    config.tai.tac = Tac(8);
    config.supported_tas[0].tac = Tac(8);
    let other = sim.add_cell_with(config);
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    assert_eq!(sim.phone_of(phone).tais().len(), 2);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    sim.carry(phone, Some(other));
    sim.settle();
    assert_eq!(sim.ladder_since(phone, mark).len(), 0);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn with_the_guti_of_another_network_makes_the_phone_attach() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let gummei = Gummei { plmn: sim.settings().config.plmn, group: MmeGroupId(0x8002), code: MmeCode(9) };
    sim.phone_mut(phone).set_guti(Some(Guti { gummei, m_tmsi: MTmsi(0x1234_5678) }));
    let mark = sim.trace().mark();
    sim.order(phone, Command::TrackingAreaUpdate { active: true });
    sim.run_until("it attaches", seconds(60), |sim| sim.count(phone, mark, "> Attach complete") == 1);
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..2], ["> Tracking area update request", "< Tracking area update reject"]);
    let cause = sim.rejection(phone, mark).map(|rejection| rejection.emm);
    assert_eq!(cause, Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED));
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn of_a_phone_that_was_detached_meanwhile_makes_it_attach() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    sim.carry(phone, None);
    sim.run_for(minutes(70));
    assert!(sim.view(phone).is_none());
    let mark = sim.trace().mark();
    sim.carry(phone, Some(*cell));
    sim.run_until("it attaches", minutes(2), |sim| sim.is_attached(phone));
    sim.settle();
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..2], ["> Tracking area update request", "< Tracking area update reject"]);
    assert_eq!(
        sim.rejection(phone, mark).map(|rejection| rejection.emm),
        Some(EmmCause::IMPLICITLY_DETACHED)
    );
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn without_a_bearer_in_common_makes_the_phone_attach() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    let mark = sim.trace().mark();
    // An update as it would be, but for a bearer status of nothing.
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.settle();
    let mut plain =
        sim.messages(phone, mark).next().and_then(|entry| entry.nas.clone()?.plain).expect("a request");
    let at = plain.windows(2).position(|window| window == [0x57, 2]).expect("a bearer status");
    plain[at + 2] = 0;
    plain[at + 3] = 0;
    let rule = NasRule::once(Direction::Uplink, "Tracking area update request", NasAction::Replace(plain));
    sim.phone_mut(phone).add_rule(rule);
    let mark = sim.trace().mark();
    sim.order(phone, Command::TrackingAreaUpdate { active: false });
    sim.run_until("it attaches", minutes(2), |sim| sim.count(phone, mark, "> Attach complete") == 1);
    sim.settle();
    let cause = sim.rejection(phone, mark).map(|rejection| rejection.emm);
    assert_eq!(cause, Some(EmmCause::NO_EPS_BEARER_CONTEXT_ACTIVATED));
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn without_protection_makes_the_phone_attach_and_changes_nothing() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    for action in [NasAction::Unprotected, NasAction::WrongMac, NasAction::OldCount] {
        sim.make_idle(phone);
        let before = sim.view(phone).map(|view| (view.guti, view.bearers[0].address));
        sim.phone_mut(phone).add_rule(up("Tracking area update request", action.clone()));
        let mark = sim.trace().mark();
        sim.order(phone, Command::TrackingAreaUpdate { active: false });
        sim.run_until("it is refused", seconds(1), |sim| sim.rejection(phone, mark).is_some());
        assert_eq!(sim.view(phone).map(|view| (view.guti, view.bearers[0].address)), before, "{action:?}");
        let cause = sim.rejection(phone, mark).map(|rejection| rejection.emm);
        assert_eq!(cause, Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED));
        sim.run_until("it attaches", minutes(2), |sim| sim.count(phone, mark, "> Attach complete") == 1);
        sim.settle();
        sim.assert_served(phone);
        let after = sim.view(phone).map(|view| (view.guti, view.bearers[0].address));
        assert_ne!(after, before, "it has a new GUTI");
    }
    village.finish();
}
