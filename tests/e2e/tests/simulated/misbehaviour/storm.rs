//! One kind of misbehaviour at a time, and all together.

use core::time::Duration;

use pumice_ransim::ran::{LinkAction, Traffic};

use super::World;
use crate::support::is_full;

/// How many seeds of each kind.
fn seeds() -> core::ops::Range<u64> {
    if is_full() { 0..500 } else { 0..12 }
}

/// What links do to so many of a hundred messages.
///
/// A damaged challenge is none of its SIM's network, and a damaged rejection sends a phone away for hours: then its user helps
/// by switching it off and on. What is lost, late or repeated needs no user's help.
fn storm(percent: &[(u8, LinkAction)]) {
    let damages = percent.iter().any(|(_, action)| matches!(action, LinkAction::FlipBits(_)));
    let mut noticed = 0;
    for seed in seeds() {
        println!("seed {seed}");
        let mut world = World::new(seed, 6);
        for (percent, action) in percent {
            world.disturb(Traffic::AnyS1ap, f64::from(*percent) / 100.0, action);
            world.disturb(Traffic::UserPlane, f64::from(*percent) / 100.0, action);
        }
        world.live(60);
        noticed +=
            world.sim.ran().iter().map(|(_, phone)| u64::from(phone.counters().discarded)).sum::<u64>();
        noticed += NOTICED.iter().map(|counter| world.sim.metric(counter)).sum::<u64>();
        world.recover();
        assert!(
            damages || world.helped + world.harmed == 0,
            "{} phones wait for their users; seed {seed}",
            world.helped
        );
        world.end();
    }
    assert!(noticed > 0, "somebody has noticed something");
}

/// What a gateway counts when links misbehave.
const NOTICED: [&str; 6] = [
    "context_setup_failed_total",
    "nas_integrity_failed_total",
    "nas_retransmitted_total",
    "release_timed_out_total",
    "s1ap_faults_total",
    "s1ap_unknown_id_total",
];

#[test]
fn messages_are_lost() {
    storm(&[(10, LinkAction::Drop)]);
}

#[test]
fn half_of_all_messages_are_lost() {
    storm(&[(50, LinkAction::Drop)]);
}

#[test]
fn messages_come_late() {
    storm(&[
        (20, LinkAction::Delay(Duration::from_secs(7))),
        (20, LinkAction::Delay(Duration::from_millis(300))),
    ]);
}

#[test]
fn messages_come_again() {
    storm(&[(30, LinkAction::Duplicate(1)), (10, LinkAction::Duplicate(5))]);
}

#[test]
fn messages_overtake_each_other() {
    storm(&[(30, LinkAction::Reorder)]);
}

#[test]
fn bits_are_flipped() {
    storm(&[(15, LinkAction::FlipBits(1)), (10, LinkAction::FlipBits(4))]);
}

#[test]
fn messages_are_cut() {
    storm(&[(20, LinkAction::Truncate)]);
}

#[test]
fn everything_goes_wrong() {
    storm(&[
        (5, LinkAction::Drop),
        (5, LinkAction::Delay(Duration::from_secs(2))),
        (5, LinkAction::Duplicate(2)),
        (5, LinkAction::Reorder),
        (5, LinkAction::FlipBits(2)),
        (5, LinkAction::Truncate),
    ]);
}

/// A mad cell and a sound one: the phones of the sound one notice nothing.
#[test]
fn a_mad_cell_does_not_reach_the_phones_of_another() {
    for seed in seeds() {
        let mut world = World::new(seed, 4);
        let [mad, sound] = world.cells;
        let bystander = world.sim.add_bystander(sound);
        for action in [LinkAction::FlipBits(3), LinkAction::Truncate, LinkAction::Duplicate(2)] {
            for direction in
                [pumice_ransim::ran::LinkDirection::ToNetwork, pumice_ransim::ran::LinkDirection::FromNetwork]
            {
                let rule =
                    pumice_ransim::ran::LinkRule::sometimes(direction, Traffic::AnyS1ap, 0.3, action.clone());
                world.sim.ran_mut().add_link_rule(pumice_ransim::ran::LinkRule { enb: Some(mad), ..rule });
            }
        }
        let mark = world.sim.trace().mark();
        for _ in 0..10 {
            world.live(6);
            world.sim.assert_served(bystander);
        }
        assert_eq!(world.sim.count(bystander, mark, "> Attach request"), 0, "seed {seed}");
        assert_eq!(world.sim.count(bystander, mark, "< ErrorIndication"), 0);
        world.recover();
        world.sim.assert_served(bystander);
    }
}
