//! Messages that are sent again until they are answered: T3422, T3450, T3460, T3470, T3489.

use pumice_model::control::Command as Order;
use pumice_model::event::{DetachReason, Event};
use pumice_model::identity::{Apn, Gummei, Guti, MTmsi, MmeCode, MmeGroupId};
use pumice_model::subscriber::SubscriberState;
use pumice_ransim::phone::{Command, NasAction, NasRule};
use pumice_wire::nas::{EmmCause, EsmCause, Outer, open};
use pumice_wire::s1ap::Cause;

use super::{every, released, revive, schedule, sent, silence};
use crate::support::{Village, deaf_to, seconds};

/// First transmission and four more; the fifth expiry ends it (10.2).
const FIVE: u32 = 5;

#[test]
fn t3460_repeats_the_authentication_request_octet_by_octet() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(deaf_to("Authentication request"));
    sim.switch_on(phone);
    silence(sim, phone);
    sim.run_for(seconds(29));
    assert_eq!(sim.metric("connections"), 2, "it waits");
    sim.run_for(seconds(10));
    let request = "< Authentication request";
    let t3460 = sim.settings().config.timers.t3460;
    assert_eq!(schedule(sim, phone, 0, request), every(t3460, FIVE));
    let requests = sent(sim, phone, 0, request);
    let octets = |entry: &pumice_e2e::Entry| entry.nas.as_ref().expect("NAS").octets.clone();
    assert!(requests.iter().all(|entry| octets(entry) == octets(requests[0])), "one run has one vector");
    assert_eq!(sim.metric("authentication_sent_total"), 2, "one vector for the bystander, one for the phone");
    let (at, cause) = released(sim, phone, 0).expect("given up");
    assert_eq!((at.since(requests[0].at), cause), (t3460 * FIVE, Cause::NAS_UNSPECIFIED));
    assert!(sim.view(phone).is_none());
    assert_eq!((sim.metric("connections"), sim.metric("phones")), (1, 1), "nothing is left of it");
    revive(sim, phone);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn t3460_repeats_a_protected_authentication_request_under_new_counts() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.attach(phone);
    sim.make_idle(phone);
    // After a restart the context must be renewed: the request goes under the old one.
    sim.restart(pumice_e2e::Crash::Stop);
    let mark = sim.trace().mark();
    sim.phone_mut(phone).add_rule(deaf_to("Authentication request"));
    sim.order(phone, Command::ServiceRequest);
    silence(sim, phone);
    sim.run_for(seconds(40));
    let requests = sent(sim, phone, mark, "< Authentication request");
    assert_eq!(requests.len(), FIVE as usize);
    let nas = |entry: &pumice_e2e::Entry| entry.nas.clone().expect("NAS");
    assert!(
        requests.iter().all(|entry| nas(entry).plain == nas(requests[0]).plain),
        "one run has one vector"
    );
    let counts: Vec<_> = requests.iter().map(|entry| nas(entry).count.expect("a verified COUNT")).collect();
    assert!(counts.windows(2).all(|pair| pair[1] == pair[0] + 1), "{counts:?}");
    let view = sim.view(phone).expect("what it had, it keeps");
    assert!(!view.connected && view.guti == sim.phone_of(phone).guti());
    sim.phone_mut(phone).set_scripted(false);
    revive(sim, phone);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn t3460_repeats_the_security_mode_command_under_new_counts() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(deaf_to("Security mode command"));
    sim.switch_on(phone);
    sim.settle();
    silence(sim, phone);
    sim.run_for(seconds(40));
    let command = "< Security mode command";
    let t3460 = sim.settings().config.timers.t3460;
    assert_eq!(schedule(sim, phone, 0, command), every(t3460, FIVE));
    let commands = sent(sim, phone, 0, command);
    let plain =
        |entry: &pumice_e2e::Entry| entry.nas.as_ref().and_then(|nas| nas.plain.clone()).expect("readable");
    assert!(commands.iter().all(|entry| plain(entry) == plain(commands[0])));
    let sequences: Vec<_> = commands.iter().map(|entry| sequence(entry)).collect();
    assert_eq!(sequences, [0, 1, 2, 3, 4], "the same octets again would be a replay");
    let (at, cause) = released(sim, phone, 0).expect("given up");
    assert_eq!((at.since(commands[0].at), cause), (t3460 * FIVE, Cause::NAS_UNSPECIFIED));
    assert!(sim.view(phone).is_none());
    assert_eq!((sim.metric("connections"), sim.metric("phones")), (1, 1));
    revive(sim, phone);
    sim.assert_served(phone);
    village.finish();
}

fn sequence(entry: &pumice_e2e::Entry) -> u8 {
    match open(&entry.nas.as_ref().expect("NAS").octets) {
        Ok(Outer::Protected { sequence, .. }) => sequence,
        other => panic!("{other:?} is not protected"),
    }
}

#[test]
fn t3460_is_answered_by_the_third_request() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(NasRule { times: 2, ..deaf_to("Authentication request") });
    sim.attach(phone);
    assert_eq!(sim.count(phone, 0, "< Authentication request"), 3);
    assert_eq!(sim.metric("nas_retransmitted_total"), 2);
    sim.run_for(seconds(60));
    assert_eq!(sim.metric("nas_retransmitted_total"), 2, "the timer has stopped");
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn t3470_repeats_the_identity_request() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let gummei = Gummei { plmn: sim.settings().config.plmn, group: MmeGroupId(0x8002), code: MmeCode(9) };
    sim.phone_mut(phone).set_guti(Some(Guti { gummei, m_tmsi: MTmsi(0x0bad_cafe) }));
    sim.phone_mut(phone).add_rule(deaf_to("Identity request"));
    sim.switch_on(phone);
    silence(sim, phone);
    sim.run_for(seconds(40));
    let request = "< Identity request";
    let t3470 = sim.settings().config.timers.t3470;
    assert_eq!(schedule(sim, phone, 0, request), every(t3470, FIVE));
    let (at, cause) = released(sim, phone, 0).expect("given up");
    assert_eq!((at.since(sent(sim, phone, 0, request)[0].at), cause), (t3470 * FIVE, Cause::NAS_UNSPECIFIED));
    assert_eq!((sim.metric("connections"), sim.metric("phones")), (1, 1));
    assert_eq!(sim.metric("authentication_sent_total"), 1, "nobody is authenticated who has no name");
    revive(sim, phone);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn t3489_repeats_the_esm_information_request_and_refuses_the_bearer() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let apn = Apn::parse("office").expect("an APN");
    let phone = sim.add_phone_with(1, *cell, |config| *config = config.clone().secretive(apn));
    sim.phone_mut(phone).add_rule(deaf_to("ESM information request"));
    sim.switch_on(phone);
    sim.run_for(seconds(14));
    let request = "< ESM information request";
    let t3489 = sim.settings().config.timers.t3489;
    assert_eq!(schedule(sim, phone, 0, request), every(t3489, 3));
    let counts: Vec<_> = sent(sim, phone, 0, request).iter().map(|entry| sequence(entry)).collect();
    assert!(counts.windows(2).all(|pair| pair[1] == pair[0] + 1), "{counts:?}");
    let rejection = sim.rejection(phone, 0).expect("it is rejected");
    assert_eq!(rejection.emm, EmmCause::ESM_FAILURE);
    assert_eq!(rejection.esm, Some(EsmCause::ESM_INFORMATION_NOT_RECEIVED));
    let reject = sent(sim, phone, 0, "< Attach reject")[0];
    assert_eq!(reject.at.since(sent(sim, phone, 0, request)[0].at), t3489 * 3);
    assert!(sim.view(phone).is_none());
    assert_eq!((sim.metric("connections"), sim.metric("bearers")), (1, 1));
    sim.phone_mut(phone).clear_rules();
    sim.run_until("it attaches by itself", seconds(60), |sim| sim.is_attached(phone));
    sim.settle();
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn t3450_repeats_the_attach_accept() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(NasRule::always(
        pumice_ransim::crypto::Direction::Uplink,
        "Attach complete",
        NasAction::Ignore,
    ));
    sim.switch_on(phone);
    sim.run_for(seconds(29));
    assert_eq!(sim.metric("bearers"), 2, "it waits");
    assert!(sim.view(phone).is_none(), "it is not registered before it says so");
    sim.run_for(seconds(3));
    let t3450 = sim.settings().config.timers.t3450;
    let first = sent(sim, phone, 0, "< InitialContextSetupRequest + Attach accept")[0];
    let repeats = sent(sim, phone, 0, "< Attach accept");
    let times: Vec<_> = repeats.iter().map(|entry| entry.at.since(first.at)).collect();
    assert_eq!(times, every(t3450, FIVE)[1..]);
    let plain =
        |entry: &pumice_e2e::Entry| entry.nas.as_ref().and_then(|nas| nas.plain.clone()).expect("readable");
    assert!(repeats.iter().all(|entry| plain(entry) == plain(first)), "the same GUTI, the same bearer");
    let (at, cause) = released(sim, phone, 0).expect("given up");
    assert_eq!((at.since(first.at), cause), (t3450 * FIVE, Cause::NAS_UNSPECIFIED));
    assert!(sim.view(phone).is_none());
    assert_eq!((sim.metric("connections"), sim.metric("bearers")), (1, 1), "the bearer is gone with it");
    // The phone thinks itself registered: it is told otherwise when it comes, and attaches anew.
    sim.phone_mut(phone).clear_rules();
    let mark = sim.trace().mark();
    sim.order(phone, Command::ServiceRequest);
    sim.run_until("it attaches by itself", seconds(60), |sim| sim.is_attached(phone));
    sim.settle();
    assert_eq!(
        sim.rejection(phone, mark).map(|rejection| rejection.emm),
        Some(EmmCause::IMPLICITLY_DETACHED)
    );
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn t3450_is_answered_by_the_second_complete() {
    let mut village = Village::new();
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    sim.phone_mut(phone).add_rule(crate::support::up("Attach complete", NasAction::Ignore));
    sim.attach(phone);
    assert_eq!(sim.count(phone, 0, "< Attach accept"), 1);
    assert_eq!(sim.count(phone, 0, "< EMM information"), 1);
    sim.assert_served(phone);
    village.finish();
}

#[test]
fn t3422_repeats_the_detach_request_of_the_network() {
    for (order, remembered) in [(barred as fn(_) -> _, true), (removed, false)] {
        let mut village = Village::new();
        let Village { sim, cell, .. } = &mut village;
        let phone = sim.add_phone(1, *cell);
        sim.attach(phone);
        sim.phone_mut(phone).add_rule(deaf_to("Detach request"));
        let mark = sim.trace().mark();
        sim.execute(order(sim.sim_card(1).imsi)).expect("the operator may");
        sim.run_for(seconds(29));
        assert!(sim.view(phone).is_some(), "it waits");
        sim.run_for(seconds(10));
        let request = "< Detach request";
        let t3422 = sim.settings().config.timers.t3422;
        assert_eq!(schedule(sim, phone, mark, request), every(t3422, FIVE));
        let sequences: Vec<_> = sent(sim, phone, mark, request).iter().map(|entry| sequence(entry)).collect();
        assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1), "{sequences:?}");
        let (at, cause) = released(sim, phone, mark).expect("given up");
        assert_eq!(
            (at.since(sent(sim, phone, mark, request)[0].at), cause),
            (t3422 * FIVE, Cause::NAS_DETACH)
        );
        assert!(sim.view(phone).is_none());
        let by_operator =
            |event: &Event| matches!(event, Event::PhoneDetached { reason: DetachReason::ByOperator, .. });
        assert!(sim.has_event(by_operator));
        let expected = if remembered { 2 } else { 1 };
        assert_eq!(
            (sim.metric("connections"), sim.metric("bearers"), sim.metric("phones")),
            (1, 1, expected)
        );
        village.finish();
    }
}

fn barred(imsi: pumice_model::identity::Imsi) -> Order {
    Order::SetSubscriberState(imsi, SubscriberState::Barred)
}

fn removed(imsi: pumice_model::identity::Imsi) -> Order {
    Order::RemoveSubscriber(imsi)
}

#[test]
fn the_configured_spans_are_kept() {
    let settings = pumice_e2e::Settings::default().with_timers(|timers| {
        timers.t3460 = seconds(2);
        timers.t3470 = seconds(3);
    });
    let mut village = Village::with(settings);
    let Village { sim, cell, .. } = &mut village;
    let phone = sim.add_phone(1, *cell);
    let gummei = Gummei { plmn: sim.settings().config.plmn, group: MmeGroupId(0x8002), code: MmeCode(9) };
    sim.phone_mut(phone).set_guti(Some(Guti { gummei, m_tmsi: MTmsi(1) }));
    sim.phone_mut(phone).add_rule(NasRule { times: 2, ..deaf_to("Identity request") });
    sim.phone_mut(phone).add_rule(NasRule { times: 1, ..deaf_to("Authentication request") });
    sim.attach(phone);
    assert_eq!(schedule(sim, phone, 0, "< Identity request"), every(seconds(3), 3));
    assert_eq!(schedule(sim, phone, 0, "< Authentication request"), every(seconds(2), 2));
    sim.assert_served(phone);
    village.finish();
}
