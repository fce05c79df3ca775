//! The same seed gives the same octets at the same times, whatever goes wrong; another seed gives others.

use pumice_e2e::Crash;
use pumice_model::time::Instant;
use pumice_ransim::crypto::Direction;
use pumice_ransim::ran::{EnbIndex, LinkAction, Traffic};

use super::World;

/// A message between a cell and the gateway.
#[derive(Debug, PartialEq)]
struct Passed {
    at: Instant,
    cell: EnbIndex,
    direction: Direction,
    stream: u16,
    octets: Vec<u8>,
}

/// All that passed between cells and gateway, and all that the gateway published.
fn run(seed: u64) -> (Vec<Passed>, Vec<String>) {
    let mut world = World::new(seed, 6);
    for action in [LinkAction::Drop, LinkAction::Reorder, LinkAction::FlipBits(1), LinkAction::Duplicate(1)] {
        world.disturb(Traffic::AnyS1ap, 0.05, &action);
    }
    world.live(40);
    world.sim.restart(Crash::Kill);
    world.live(40);
    world.recover();
    world.end();
    let passed = world.sim.trace().entries().iter().map(|entry| Passed {
        at: entry.at,
        cell: entry.cell,
        direction: entry.direction,
        stream: entry.stream,
        octets: entry.octets.clone(),
    });
    let messages = passed.collect();
    let events = world.sim.events().iter().map(|record| format!("{record:?}")).collect();
    (messages, events)
}

#[test]
fn the_same_seed_gives_the_same_octets() {
    for seed in 0..3 {
        let (messages, events) = run(seed);
        let (again, events_again) = run(seed);
        assert!(messages.len() > 200, "something has happened");
        if let Some(at) = messages.iter().zip(&again).position(|(a, b)| a != b) {
            panic!("seed {seed}: message {at} differs: {:?} and {:?}", messages[at], again[at]);
        }
        assert_eq!(messages.len(), again.len());
        assert_eq!(events, events_again);
    }
}

#[test]
fn another_seed_gives_others() {
    assert_ne!(run(1).0, run(2).0);
}
