//! The gateway dies again and again at any moment. [`pumice_e2e::Monitor`] sees every message: no SQN, NAS COUNT, K_eNB or
//! M-TMSI comes a second time.

use core::time::Duration;

use pumice_e2e::{Crash, HOST, Settings, Sim, echo_request};
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_ransim::ran::EnbIndex;
use pumice_wire::s1ap::Cause;

use crate::support::{Village, end_up_served, is_full};

fn seeds() -> core::ops::Range<u64> {
    if is_full() { 0..2_000 } else { 0..20 }
}

/// Something that happens to a phone.
fn happen(sim: &mut Sim, phone: PhoneId, rng: &mut fastrand::Rng) {
    match rng.u8(0..9) {
        0 | 1 => sim.switch_on(phone),
        2 => sim.order(phone, Command::Attach),
        3 => sim.order(phone, Command::Detach),
        4 => sim.order(phone, Command::TrackingAreaUpdate { active: rng.bool() }),
        5 => sim.order(phone, Command::ServiceRequest),
        6 => sim.ask_release(phone, Cause::USER_INACTIVITY),
        7 => sim.order(phone, Command::SwitchOff),
        _ => {
            if let Some(address) = sim.address(phone) {
                sim.order(phone, Command::SendPacket(echo_request(address, HOST, 1, b"crash")));
            }
        }
    }
}

fn pause(sim: &mut Sim, rng: &mut fastrand::Rng, longest: u64) {
    let span = Duration::from_millis(rng.u64(0..longest));
    sim.run_for(span);
}

fn die_and_live(sim: &mut Sim, cell: EnbIndex, rng: &mut fastrand::Rng, how: Crash) {
    sim.crash(how);
    pause(sim, rng, 3_000);
    sim.boot();
    sim.connect(cell);
    pause(sim, rng, 500);
}

fn crash_often(seed: u64, crashes: u32, ways: &[Crash]) {
    let mut rng = fastrand::Rng::with_seed(seed);
    // The disk is slow, so that much is under way when the gateway dies.
    let settings = Settings { commit_latency: Duration::from_millis(20), ..Settings::default().seeded(seed) };
    let mut village = Village::with(settings);
    let Village { sim, cell, bystander } = &mut village;
    let mut phones = sim.add_phones(1..=3, *cell);
    phones.push(*bystander);
    for _ in 0..crashes {
        for _ in 0..rng.u8(1..8) {
            let phone = phones[rng.usize(..phones.len())];
            happen(sim, phone, &mut rng);
            pause(sim, &mut rng, 150);
        }
        let how = ways[rng.usize(..ways.len())];
        die_and_live(sim, *cell, &mut rng, how);
    }
    for phone in phones {
        end_up_served(sim, phone);
    }
    assert!(sim.metric("phones") <= 4 && sim.metric("bearers") == 4, "seed {seed}");
    village.finish();
}

#[test]
fn killed_at_any_moment_no_number_comes_twice() {
    for seed in seeds() {
        crash_often(seed, 8, &[Crash::Kill]);
    }
}

#[test]
fn without_power_at_any_moment_no_number_comes_twice() {
    for seed in seeds() {
        crash_often(seed, 8, &[Crash::PowerCut]);
    }
}

#[test]
fn however_it_ends_no_number_comes_twice() {
    for seed in seeds() {
        crash_often(1_000_000 + seed, 8, &[Crash::Stop, Crash::Kill, Crash::PowerCut]);
    }
}

/// One connection, so many messages that ceilings are raised again and again, and the power goes each time elsewhere.
#[test]
fn the_downlink_count_goes_on_above_its_ceiling() {
    for messages in [1, 30, 31, 32, 33, 62, 63, 64, 65, 66, 130] {
        for how in [Crash::Kill, Crash::PowerCut] {
            let mut village = Village::new();
            let Village { sim, cell, .. } = &mut village;
            let phone = sim.add_phone(1, *cell);
            sim.attach(phone);
            for _ in 0..messages {
                // Answered by a status message each.
                sim.order(phone, Command::SendContainer(vec![9, 1, 2, 3]));
                sim.run_for(Duration::from_millis(11));
            }
            assert_eq!(sim.count(phone, 0, "< EMM status"), messages);
            let used = sim
                .messages(phone, 0)
                .filter_map(|entry| {
                    entry.nas.as_ref()?.count.filter(|_| entry.direction == Direction::Downlink)
                })
                .max();
            sim.restart(how);
            let mark = sim.trace().mark();
            // Its eight bits of COUNT tell more than the five of a service request.
            sim.order(phone, Command::TrackingAreaUpdate { active: true });
            sim.settle();
            end_up_served(sim, phone);
            assert!(sim.count(phone, mark, "< Authentication request") >= 1, "the keys are new");
            let challenge =
                sim.messages(phone, mark).find(|entry| entry.nas_name() == Some("Authentication request"));
            let count = challenge.and_then(|entry| entry.nas.as_ref()?.count);
            assert!(count.is_some() || how == Crash::PowerCut, "{messages} messages, {how:?}");
            // Without power it may have been forgotten altogether: then it is challenged without protection.
            assert!(
                count.is_none_or(|count| Some(count) > used),
                "{messages} messages, {how:?}: COUNT {count:?} after {used:?}"
            );
            village.finish();
        }
    }
}
