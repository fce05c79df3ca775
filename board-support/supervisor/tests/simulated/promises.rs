//! Whatever happens in whatever order: the promises hold ([`Plant`](crate::world::Plant) watches), and the box comes back.

use proptest::collection::vec;
use proptest::prelude::*;

use pumice_link::{Command, Schedule, Thresholds, Watchdog};

use crate::world::{Life, World};

#[derive(Clone, Debug)]
enum Act {
    Battery(Option<u16>),
    Wait(u64),
    Connected(bool),
    Feeding(bool),
    Tell(Command),
    Noise(Vec<u8>),
    Reset,
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        any::<bool>().prop_map(Command::CellPower),
        (0..320_u16).prop_map(|seconds| Command::HaltNotice { seconds }),
        (0..600_u32, any::<bool>()).prop_map(|(after, at)| Command::SetSchedule(Schedule {
            after_s: Some(after),
            at_mv: at.then_some(13_000),
        })),
        (0..60_u16, 1..30_u16, 1..120_u16).prop_map(|(feed_s, nudge_s, boot_s)| {
            Command::SetWatchdog(Watchdog { feed_s, nudge_s, boot_s, off_s: 7 })
        }),
        (0..20_u16).prop_map(|hold_s| Command::SetThresholds(Thresholds { hold_s, ..Thresholds::DEFAULT })),
        any::<u32>().prop_map(|token| Command::Feed { token }),
        Just(Command::UpdateRevert),
        Just(Command::UpdateFinish),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => prop_oneof![Just(None), (10_500..14_000_u16).prop_map(Some)].prop_map(Act::Battery),
        6 => (1..90_u64).prop_map(Act::Wait),
        1 => any::<bool>().prop_map(Act::Connected),
        1 => any::<bool>().prop_map(Act::Feeding),
        4 => command().prop_map(Act::Tell),
        1 => vec(any::<u8>(), 0..200).prop_map(Act::Noise),
        2 => Just(Act::Reset),
    ]
}

fn perform(life: &mut Life<'_>, act: &Act) {
    match act {
        Act::Battery(battery_mv) => *life.battery_mv = *battery_mv,
        Act::Wait(seconds) => (0..seconds * 4).for_each(|_| life.step(250)),
        Act::Connected(connected) => life.connected = *connected,
        Act::Feeding(feeding) => life.token = feeding.then_some(u32::try_from(life.now_ms).unwrap()),
        Act::Tell(command) => {
            if life.connected {
                life.ask(command.clone());
            }
        }
        Act::Noise(octets) => drop(life.raw(octets)),
        Act::Reset => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hold_in_any_order_of_events(acts in vec(act(), 1..40)) {
        let mut world = World::new();
        for run in acts.split(|act| matches!(act, Act::Reset)) {
            let mut life = world.start();
            for act in run {
                perform(&mut life, act);
            }
        }
        // The sun comes out, the gateway is well: whatever was, the box serves within the longest pause.
        world.battery_mv = Some(13_800);
        let mut life = world.start();
        life.told(Command::CellPower(true));
        life.token = Some(1_000_000);
        for _ in 0..3_600 + 1_200 {
            life.step(1_000);
        }
        prop_assert!(life.plant.board && life.plant.cell, "{:#?}", life.plant.events);
    }
}
