use std::time::Duration;

use pumice_ransim::crypto::Direction;
use pumice_ransim::phone::{Command, EmmState, NasAction, NasRule, Registered};
use pumice_ransim::ran::{LinkAction, LinkDirection, LinkRule, RanOutput, Traffic};

use crate::connection::idle;
use crate::world::{World, config};

const REGISTERED: EmmState = EmmState::Registered(Registered::NormalService);

/// Ten phones on a bad link, for an hour.
fn bad_hour(seed: u64) -> Vec<RanOutput> {
    let mut world = World::with_seed(seed);
    for (direction, chance) in [(LinkDirection::ToNetwork, 0.05), (LinkDirection::FromNetwork, 0.05)] {
        let actions = [
            LinkAction::Drop,
            LinkAction::Duplicate(1),
            LinkAction::Delay(Duration::from_millis(300)),
            LinkAction::Reorder,
            LinkAction::Truncate,
        ];
        for action in actions {
            world.ran.add_link_rule(LinkRule::sometimes(direction, Traffic::AnyS1ap, chance, action));
        }
    }
    let ids: Vec<_> = (1..=10).map(|number| world.add_phone(config(number))).collect();
    ids.iter().for_each(|id| world.power_on(*id));
    for turn in 0..60 {
        world.pass(Duration::from_secs(60));
        world.command(ids[turn % 10], Command::SendPacket(vec![0x45; 20]));
    }
    world.trace
}

#[test]
fn the_same_seed_gives_the_same_octets_and_another_seed_does_not() {
    let one = bad_hour(7);
    assert!(one.len() > 100);
    assert_eq!(one, bad_hour(7));
    assert_ne!(one, bad_hour(8));
}

#[test]
fn a_lost_message_costs_an_attempt_and_no_more() {
    let mut world = World::new();
    let lost = Traffic::S1ap("UplinkNASTransport");
    world.ran.add_link_rule(LinkRule::once(LinkDirection::ToNetwork, lost, LinkAction::Drop));
    let id = world.add_phone(config(1));
    world.power_on(id);
    assert_eq!(world.phone(id).state(), EmmState::RegisteredInitiated);
    world.pass(Duration::from_secs(25));
    assert_eq!(world.phone(id).state(), REGISTERED);
}

#[test]
fn a_delayed_message_comes_at_its_time() {
    let mut world = World::new();
    let rule = LinkRule::once(
        LinkDirection::FromNetwork,
        Traffic::S1ap("InitialContextSetupRequest"),
        LinkAction::Delay(Duration::from_secs(3)),
    );
    world.ran.add_link_rule(rule);
    let id = world.add_phone(config(1));
    world.power_on(id);
    world.pass(Duration::from_millis(2_999));
    assert_eq!(world.phone(id).state(), EmmState::RegisteredInitiated);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.phone(id).state(), REGISTERED);
}

#[test]
fn a_reordered_message_comes_after_the_next_one() {
    let mut world = World::new();
    let id = world.attached(1);
    let rule = LinkRule::once(LinkDirection::ToNetwork, Traffic::UserPlane, LinkAction::Reorder);
    world.ran.add_link_rule(rule);
    world.command(id, Command::SendPacket(vec![1; 20]));
    assert!(world.datagrams.is_empty());
    world.command(id, Command::SendPacket(vec![2; 20]));
    let last: Vec<u8> = world.datagrams.iter().map(|(_, octets)| *octets.last().unwrap()).collect();
    assert_eq!(last, [2, 1]);
}

#[test]
fn links_can_rewrite_and_multiply() {
    let mut world = World::new();
    let id = world.attached(1);
    let once = |action| LinkRule::once(LinkDirection::ToNetwork, Traffic::UserPlane, action);
    world.ran.add_link_rule(once(LinkAction::Duplicate(2)));
    world.ran.add_link_rule(once(LinkAction::Rewrite(|octets| octets[0] = 0)));
    world.ran.add_link_rule(once(LinkAction::Replace(vec![9])));
    world.ran.add_link_rule(once(LinkAction::FlipBits(1)));
    for _ in 0..4 {
        world.command(id, Command::SendPacket(vec![1; 20]));
    }
    let clean = world.datagrams[0].1.clone();
    assert_eq!(world.datagrams[2].1, clean);
    assert_eq!(world.datagrams[3].1[0], 0);
    assert_eq!(world.datagrams[4].1, [9]);
    let flipped: u32 = world.datagrams[5].1.iter().zip(&clean).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert_eq!(flipped, 1);
}

#[test]
fn a_duplicated_downlink_is_taken_once() {
    let mut world = World::new();
    let rule = LinkRule::always(
        LinkDirection::FromNetwork,
        Traffic::S1ap("DownlinkNASTransport"),
        LinkAction::Duplicate(1),
    );
    world.ran.add_link_rule(rule);
    let id = world.add_phone(config(1));
    world.power_on(id);
    // The challenge is answered twice without the SIM; the second command is a replay.
    assert_eq!(world.mme.count("Authentication response"), 2);
    assert!(world.phone(id).counters().discarded > 0);
}

#[test]
fn a_phone_can_say_wrong_codes_old_counts_and_nothing() {
    let cases = [(NasAction::WrongMac, 0, 1), (NasAction::OldCount, 0, 1), (NasAction::Ignore, 0, 0)];
    for (action, heard, failures) in cases {
        let mut world = World::new();
        let id = idle(&mut world, 1);
        let rule = NasRule::once(Direction::Uplink, "Tracking area update request", action.clone());
        world.phone_mut(id).add_rule(rule);
        world.command(id, Command::TrackingAreaUpdate { active: false });
        assert_eq!(world.mme.count("Tracking area update request"), heard, "{action:?}");
        assert_eq!(world.mme.mac_failures, failures, "{action:?}");
    }
}

#[test]
fn a_phone_can_repeat_itself() {
    for (action, completes, failures) in [(NasAction::Replay, 1, 1), (NasAction::Twice, 2, 0)] {
        let mut world = World::new();
        let id = world.add_phone(config(1));
        world.phone_mut(id).add_rule(NasRule::once(Direction::Uplink, "Attach complete", action));
        world.power_on(id);
        assert_eq!((world.mme.count("Attach complete"), world.mme.mac_failures), (completes, failures));
    }
}

#[test]
fn a_phone_can_hide_a_message_from_itself() {
    let mut world = World::new();
    let id = world.add_phone(config(1));
    world.phone_mut(id).add_rule(NasRule::once(Direction::Downlink, "Attach accept", NasAction::Ignore));
    world.power_on(id);
    assert_eq!(world.phone(id).state(), EmmState::RegisteredInitiated);
    assert_eq!(world.mme.count("Attach complete"), 0);
    world.pass(Duration::from_secs(25));
    assert_eq!(world.phone(id).state(), REGISTERED, "the next attempt succeeds");
}
