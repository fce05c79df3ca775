//! NAS COUNTs come to their end (TS 24.301 4.4.3.5): they never begin anew; the phone is authenticated instead.

use pumice_e2e::{Crash, Sim};
use pumice_model::change::Change;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::{Command, NasRule};
use pumice_wire::nas::EmmCause;
use pumice_wire::s1ap::Cause;

use crate::support::{RELEASED, Village, deaf_to, minutes, seconds};

/// The last COUNT.
const LAST: u32 = 0x00ff_ffff;

/// An idle phone whose context is near its end, after a restart.
fn near_the_end(village: &mut Village, downlink: u32, uplink: u32) -> PhoneId {
    let Village { sim, cell, .. } = village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    sim.crash(Crash::Stop);
    let imsi = sim.phone_of(phone).config().sim.imsi;
    sim.alter_disk(|state| {
        let mut ue = state.ues.iter().find(|ue| ue.imsi == imsi).expect("it is remembered").clone();
        ue.security.downlink_ceiling = downlink;
        ue.security.uplink_floor = uplink;
        vec![Change::RaiseUeCeilings(Box::new(ue))]
    });
    let security = sim.phone_mut(phone).security_mut().as_mut().expect("it has a context");
    security.receive_count = downlink.min(LAST);
    security.send_count = uplink;
    sim.boot();
    sim.connect(*cell);
    sim.settle();
    phone
}

fn k_asme(sim: &Sim, phone: PhoneId) -> Option<[u8; 32]> {
    sim.phone_of(phone).security().map(|security| security.k_asme)
}

#[test]
fn the_last_downlink_counts_are_used_to_renew_the_context() {
    let mut village = Village::new();
    let phone = near_the_end(&mut village, LAST - 1, 20);
    let sim = &mut village.sim;
    let before = (k_asme(sim, phone), sim.phone_of(phone).guti());
    let mark = sim.trace().mark();
    sim.assert_served(phone);
    sim.settle();
    assert_eq!(
        sim.ladder_since(phone, mark)[..5],
        [
            "> Service request",
            "< Authentication request",
            "> Authentication response",
            "< Security mode command",
            "> Security mode complete"
        ]
    );
    let challenge = sim.messages(phone, mark).nth(1).and_then(|entry| entry.nas.clone()).expect("NAS");
    assert_eq!(challenge.octets[5], 0xfe, "under the last COUNT but one");
    assert_ne!(k_asme(sim, phone), before.0);
    assert_eq!(sim.view(phone).expect("registered").guti, before.1, "it has noticed nothing");
    village.finish();
}

#[test]
fn where_they_run_out_the_connection_ends_and_the_phone_is_authenticated_when_it_comes_again() {
    let mut village = Village::new();
    let phone = near_the_end(&mut village, LAST, 20);
    let sim = &mut village.sim;
    let before = k_asme(sim, phone);
    let mark = sim.trace().mark();
    // The last COUNT is lost on the air.
    sim.phone_mut(phone).add_rule(NasRule { times: 1, ..deaf_to("Authentication request") });
    sim.phone_mut(phone).set_scripted(true);
    sim.phone_mut(phone).set_scripted(false);
    sim.order(phone, Command::ServiceRequest);
    let t3460 = sim.settings().config.timers.t3460;
    // The phone would give up after five seconds: it waits here.
    sim.phone_mut(phone).set_scripted(true);
    sim.run_for(t3460 + seconds(1));
    let ladder = sim.ladder_since(phone, mark);
    assert_eq!(ladder[..2], ["> Service request", "< Authentication request"]);
    assert_eq!(ladder[2..], RELEASED, "there is no COUNT for another");
    assert_eq!(
        super::super::timers::released(sim, phone, mark).map(|(_, cause)| cause),
        Some(Cause::NAS_UNSPECIFIED)
    );
    assert!(sim.view(phone).is_some_and(|view| !view.connected), "it stays registered");
    sim.phone_mut(phone).set_scripted(false);
    sim.phone_mut(phone).clear_rules();
    sim.order(phone, Command::PullBattery);
    let mark = sim.trace().mark();
    sim.switch_on(phone);
    sim.run_until("it attaches", minutes(1), |sim| sim.count(phone, mark, "< EMM information") == 1);
    sim.settle();
    assert_eq!(sim.count(phone, mark, "< Authentication request"), 1);
    assert_ne!(k_asme(sim, phone), before);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn a_context_without_downlink_counts_proves_nobody() {
    for downlink in [LAST + 1, LAST + 1 + 64] {
        let mut village = Village::new();
        let phone = near_the_end(&mut village, downlink, 20);
        let sim = &mut village.sim;
        let before = k_asme(sim, phone);
        let mark = sim.trace().mark();
        sim.order(phone, Command::ServiceRequest);
        sim.run_until("it attaches anew", minutes(1), |sim| sim.count(phone, mark, "< EMM information") == 1);
        sim.settle();
        let rejection = sim.rejection(phone, mark).map(|rejection| rejection.emm);
        assert_eq!(rejection, Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED));
        assert_eq!(sim.count(phone, mark, "< Authentication request"), 1);
        assert_ne!(k_asme(sim, phone), before);
        assert!(sim.view(phone).is_some_and(|view| view.connected));
        sim.assert_served(phone);
        village.finish();
    }
}

#[test]
fn uplink_counts_never_begin_anew() {
    for uplink in [LAST - 2, LAST - 1, LAST] {
        let mut village = Village::new();
        let phone = near_the_end(&mut village, 100, uplink);
        let sim = &mut village.sim;
        let before = k_asme(sim, phone);
        for _ in 0..3 {
            sim.order(phone, Command::ServiceRequest);
            sim.run_for(seconds(60));
        }
        assert_ne!(k_asme(sim, phone), before, "{uplink:#x}");
        assert!(sim.is_attached(phone), "{uplink:#x}");
        sim.assert_served(phone);
        village.finish();
    }
}
